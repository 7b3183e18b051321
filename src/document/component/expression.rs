//! `{{ … }}` in the texts of a document: parameters, earlier steps, loops, and what the service and the instance know.

use std::collections::HashMap;
use std::ops::Range;

use super::declared::Declared;
use super::phases::stage;
use crate::diagnostic::code;
use crate::document::finding::{Finding, MOST};
use crate::document::grammar::{Action, listed};
use crate::project::suggest::closest;

/// What `{{ context:… }}` knows.
const CONTEXT: [&str; 12] = [
    "executionId",
    "accountId",
    "region",
    "osPlatform",
    "osName",
    "osVersion",
    "date",
    "dateTime",
    "uuid",
    "hostname",
    "phase",
    "step",
];

/// What begins an expression that is no name.
const NAMESPACES: [&str; 4] = ["aws:ssm", "aws:imds", "env", "context"];

/// A step that others may refer to.
#[derive(Debug)]
pub(super) struct Target<'a> {
    /// Its action, if it exists.
    pub(super) action: Option<&'static Action>,
    /// How many entries its inputs have.
    pub(super) entries: usize,
    /// The stage of its phase.
    pub(super) stage: Option<Stage>,
    /// The names of the inputs that it is given.
    pub(super) inputs: Vec<&'a str>,
}

/// Where phases run: what one stage leaves is not there in another, which has another instance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stage {
    /// On the build instance.
    Build,
    /// On an instance of the new image.
    Test,
}

/// All steps of a document, in order.
#[derive(Debug, Default)]
pub(super) struct Targets<'a> {
    pub(super) steps: Vec<Target<'a>>,
    pub(super) by_name: HashMap<(&'a str, &'a str), usize>,
    pub(super) phases: Vec<&'a str>,
    /// Names that phases were probably meant to have: what is misspelled is not missing.
    pub(super) meant: Vec<&'a str>,
}

/// What the expressions of one step may refer to.
pub(super) struct Scope<'a, 'd> {
    /// Parameters and constants.
    pub(super) declared: &'a mut Declared<'d>,
    /// The steps of the document.
    pub(super) targets: &'a Targets<'d>,
    /// The step's number among them.
    pub(super) here: usize,
    /// The stage of its phase.
    pub(super) stage: Option<Stage>,
    /// The name of its loop, if it has one.
    pub(super) looped: Option<&'d str>,
    /// The numbers of the steps before it that have errors themselves.
    pub(super) faulty: &'a [usize],
}

/// The pieces of a text that AWSTOE may take for expressions: their bytes, with braces, and what is inside.
pub(super) fn all(text: &str) -> impl Iterator<Item = (Range<usize>, &str)> {
    let mut from = 0;
    std::iter::from_fn(move || {
        loop {
            let start = from + text.get(from..)?.find("{{")?;
            let inner = text.get(start + 2..)?;
            // An expression is on one line.
            let line = inner.split('\n').next().unwrap_or_default();
            let Some(length) = line.find("}}") else {
                from = start + 2 + line.len();
                continue;
            };
            let end = start + 2 + length + 2;
            from = end;
            return Some((start..end, inner.get(..length).unwrap_or_default().trim()));
        }
    })
}

impl Scope<'_, '_> {
    /// Checks all expressions of a text; places are bytes of the text.
    pub(super) fn check(&mut self, text: &str) -> Vec<Finding> {
        if !text.contains("{{") {
            return Vec::new();
        }
        all(text).filter_map(|(span, inner)| self.expression(inner, span)).take(MOST).collect()
    }

    fn expression(&mut self, inner: &str, span: Range<usize>) -> Option<Finding> {
        if let Some(dockerfile) = inner.strip_prefix('{') {
            let is_variable = dockerfile.trim().starts_with("imagebuilder:");
            return is_variable.then(|| imagebuilder(dockerfile.trim(), span));
        }
        if inner.contains(':') && !inner.contains(char::is_whitespace) {
            return self.namespace(inner, span);
        }
        let is_word = |text: &str| {
            !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
        };
        if is_word(inner) {
            return self.name(inner, span);
        }
        let parts: Vec<&str> = inner.split('.').collect();
        match parts.as_slice() {
            [name, "index" | "value"] if is_word(name) => self.looped(name, span),
            [phase, step, kind, rest @ ..]
                if is_word(phase) && is_word(step) && (kind.starts_with("outputs") || kind.starts_with("inputs")) =>
            {
                self.chain((phase, step, kind, rest), inner, span)
            }
            [phase, step, ..] if self.targets.phases.contains(phase) => {
                let finding = Finding::new(code::BAD_CHAIN, format!("`{inner}` leads nowhere"), span);
                Some(finding.help(format!("write `{{{{ {phase}.{step}.outputs.NAME }}}}`")))
            }
            _ => Some(foreign(inner, span)),
        }
    }

    fn name(&mut self, name: &str, span: Range<usize>) -> Option<Finding> {
        if self.declared.uses(name) {
            return None;
        }
        let near = self.declared.closest(name);
        let finding = Finding::new(code::UNDECLARED, format!("nothing is declared as `{name}`"), span);
        let finding = finding.did_you_mean(near.as_deref());
        let known = listed(self.declared.names());
        Some(if known.is_empty() {
            finding.help(format!("declare it: {}", self.declared.example(name)))
        } else {
            finding.help(format!("declared: {known}"))
        })
    }

    fn looped(&self, name: &str, span: Range<usize>) -> Option<Finding> {
        if self.looped.is_some_and(|known| name == "loop" || name == known) {
            return None;
        }
        let message = format!("there is no loop `{name}` around this");
        let finding = Finding::new(code::BAD_EXPRESSION, message, span);
        Some(match self.looped {
            Some(known) => {
                finding.did_you_mean(closest(name, [known, "loop"])).help(format!("the step's loop is `{known}`"))
            }
            None => finding.help("the step has no `loop`"),
        })
    }

    fn namespace(&mut self, inner: &str, span: Range<usize>) -> Option<Finding> {
        let bad = |message: String| Finding::new(code::BAD_EXPRESSION, message, span.clone());
        let after = |prefix: &str| inner.strip_prefix(prefix).and_then(|rest| rest.strip_prefix(':'));
        if let Some(parameter) = after("aws:ssm") {
            if let Some(name) = parameter.strip_prefix("resolve(").and_then(|rest| rest.strip_suffix(')')) {
                return self.name(name, span);
            }
            let is_name = parameter.bytes().all(|b| b.is_ascii_alphanumeric() || b"/._-".contains(&b));
            let help = "write `{{ aws:ssm:/path/of/parameter }}`, or `{{ aws:ssm:resolve(NAME) }}` with a parameter of the document";
            return (parameter.is_empty() || !is_name)
                .then(|| bad(format!("`{parameter}` names no SSM parameter")).help(help));
        }
        if let Some(path) = after("aws:imds") {
            let is_secret = ["iam/", "identity-credentials/"].iter().any(|secret| path.contains(secret));
            return if is_secret {
                Some(
                    bad(format!("AWSTOE does not give out `{path}`"))
                        .help("credentials of the instance are not read from documents"),
                )
            } else {
                path.is_empty().then(|| bad("no metadata is named".to_owned()))
            };
        }
        if let Some(name) = after("env") {
            return name.is_empty().then(|| bad("no environment variable is named".to_owned()));
        }
        if let Some(key) = after("context") {
            return (!CONTEXT.contains(&key)).then(|| {
                let finding = bad(format!("AWSTOE has no `context:{key}`")).did_you_mean(closest(key, CONTEXT));
                finding.help(format!("keys: {}", listed(CONTEXT)))
            });
        }
        if inner.starts_with("imagebuilder:") {
            return Some(imagebuilder(inner, span));
        }
        let space = inner.rsplit_once(':').map_or(inner, |(space, _)| space);
        match closest(space, NAMESPACES) {
            Some(near) => Some(bad(format!("there is nothing like `{space}:`")).did_you_mean(Some(near))),
            None if space.starts_with("aws") => {
                Some(bad(format!("there is nothing like `{space}:`")).help(format!("known: {}", listed(NAMESPACES))))
            }
            None => Some(foreign(inner, span)),
        }
    }

    fn chain(
        &self,
        (phase, step, kind, rest): (&str, &str, &str, &[&str]),
        inner: &str,
        span: Range<usize>,
    ) -> Option<Finding> {
        let bad = |message: String| Finding::new(code::BAD_CHAIN, message, span.clone());
        if self.targets.meant.contains(&phase) {
            return None;
        }
        if !self.targets.phases.contains(&phase) {
            let live = self.targets.phases.iter().copied().filter(|name| stage(name).is_some());
            let near = closest(phase, live);
            let finding = bad(format!("there is no phase `{phase}`")).did_you_mean(near);
            return Some(finding.help(format!("phases: {}", listed(self.targets.phases.iter().copied()))));
        }
        let Some(number) = self.targets.by_name.get(&(phase, step)).copied() else {
            let steps = self.targets.by_name.keys().filter(|(of, _)| *of == phase).map(|(_, step)| *step);
            let mut steps: Vec<&str> = steps.collect();
            steps.sort_unstable();
            let near = closest(step, steps);
            return Some(bad(format!("the phase `{phase}` has no step `{step}`")).did_you_mean(near));
        };
        let target = self.targets.steps.get(number)?;
        if number == self.here {
            return Some(bad(format!("the step `{step}` refers to itself")));
        }
        if number > self.here {
            return Some(
                bad(format!("the step `{step}` runs later")).help("only what ran before has inputs and outputs"),
            );
        }
        if let (Some(there), Some(here)) = (target.stage, self.stage)
            && there != here
        {
            let message = format!("the step `{step}` ran on another instance");
            return Some(
                bad(message)
                    .help("the test stage runs on an instance of the new image: pass it in a file of the image"),
            );
        }
        if self.faulty.contains(&number) {
            return None;
        }
        let action = target.action?;
        let (kind, index) = match kind.split_once('[') {
            Some((kind, index)) => (kind, Some(index.strip_suffix(']').and_then(|index| index.parse::<usize>().ok()))),
            None => (kind, None),
        };
        let shape = match (action.is_list, index) {
            (true, None) => Some(format!("`{step}` does several things: say which one, `{kind}[0]` for the first")),
            (false, Some(_)) => Some(format!("`{}` has no list of {kind}: remove the brackets", action.name)),
            (true, Some(None)) => Some("in the brackets stands a number, counted from 0".to_owned()),
            (true, Some(Some(index))) if index >= target.entries => {
                Some(format!("the last one of `{step}` is `{kind}[{}]`", target.entries.saturating_sub(1)))
            }
            _ => None,
        };
        if let Some(help) = shape {
            return Some(bad(format!("`{inner}` leads nowhere")).help(help));
        }
        let (known, written): (&[&str], &str) = match (kind, rest.first()) {
            ("outputs", Some(name)) => (action.outputs, name),
            ("inputs", Some(name)) => (&target.inputs, name),
            _ => {
                return Some(
                    bad(format!("`{inner}` leads nowhere")).help(format!("write `{phase}.{step}.outputs.NAME`")),
                );
            }
        };
        let name = written.split('[').next().unwrap_or(written);
        if known.contains(&name) {
            return None;
        }
        let one = kind.trim_end_matches('s');
        let finding = bad(format!("the step `{step}` has no {one} `{name}`: its action is `{}`", action.name));
        let finding = finding.did_you_mean(closest(name, known.iter().copied()));
        Some(match known {
            [] => finding.help(format!("it has no {kind}")),
            _ => finding.help(format!("{kind}: {}", listed(known.iter().copied()))),
        })
    }
}

fn imagebuilder(inner: &str, span: Range<usize>) -> Finding {
    let finding = Finding::new(code::BAD_EXPRESSION, format!("`{inner}` is not known in components"), span);
    finding.help(if inner.starts_with("imagebuilder:build") {
        "it stands in names and tags of AMIs; a component has `{{ context:date }}` and `{{ context:dateTime }}`"
    } else {
        "it stands in Dockerfile templates"
    })
}

fn foreign(inner: &str, span: Range<usize>) -> Finding {
    let message =
        if inner.is_empty() { "empty braces".to_owned() } else { format!("`{inner}` is no expression of AWSTOE") };
    Finding::new(code::FOREIGN_BRACES, message, span)
        .help("AWSTOE replaces what stands in `{{ }}` before anything runs: keep templates of other languages in files that are downloaded")
}
