//! Dockerfile templates of container recipes.
//!
//! The service replaces `{{{ imagebuilder:parentImage }}}`, `{{{ imagebuilder:environments }}}` and
//! `{{{ imagebuilder:components }}}` (EC2 Image Builder User Guide, "Create a container recipe").

mod instruction;

use std::ops::Range;

use super::finding::{Finding, Findings};
use super::secret;
use crate::diagnostic::code;
use crate::project::suggest::closest;
use instruction::{INSTRUCTIONS, Instruction};

/// What a template says that matters outside of it.
///
/// ```
/// use kiln::document::dockerfile::read;
///
/// let (document, findings) = read("FROM {{{ imagebuilder:parentImage }}}\nRUN dnf -y update\n");
/// assert_eq!(document.from.as_deref(), Some("{{{ imagebuilder:parentImage }}}"));
/// // It is right by itself, and there is no place in it for the components of a recipe.
/// assert!(findings.is_empty() && !document.with_components().is_empty());
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Document {
    /// What stands after the first `FROM`, such as `{{{ imagebuilder:parentImage }}}`.
    pub from: Option<String>,
    /// The variables that the service replaces, in the order in which they stand.
    pub variables: Vec<Variable>,
}

/// A variable that the service replaces.
///
/// ```
/// use kiln::document::dockerfile::{Variable, read};
///
/// let template: String =
///     Variable::ALL.iter().map(|it| format!("{{{{{{ imagebuilder:{} }}}}}}\n", it.word())).collect();
/// let (document, _) = read(&format!("FROM {template}"));
/// assert_eq!(document.variables, Variable::ALL);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Variable {
    /// The base image of the recipe.
    ParentImage,
    /// What the components need in the environment.
    Environments,
    /// The components of the recipe.
    Components,
}

impl Variable {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::ParentImage, Self::Environments, Self::Components];

    /// Its name after `imagebuilder:`.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::ParentImage => "parentImage",
            Self::Environments => "environments",
            Self::Components => "components",
        }
    }
}

/// Reads a template. Findings do not keep the rest from being read.
#[must_use]
pub fn read(text: &str) -> (Document, Vec<Finding>) {
    let mut findings = Findings::default();
    let instructions = instruction::parse(text);
    if instructions.is_empty() {
        let help = "a template begins with `FROM {{{ imagebuilder:parentImage }}}`";
        findings.push(Finding::new(code::NOT_A_DOCKERFILE, "there are no instructions", 0..0).help(help));
        return (Document::default(), findings.into_vec(text));
    }
    let variables = variables(text, &mut findings);
    for instruction in &instructions {
        check(text, instruction, &mut findings);
    }
    let from = instructions.iter().find(|found| found.is("FROM"));
    parent_image(text, &instructions, from, &variables, &mut findings);
    order(&variables, &mut findings);
    let from = from.map(|from| from.arguments(text).to_owned());
    let variables = variables.into_iter().map(|(variable, _)| variable).collect();
    let findings = secret::with_text(text, findings.into_vec(text), secret::IN_DOCKERFILE);
    (Document { from, variables }, findings)
}

impl Document {
    /// What keeps a recipe with components from using the template.
    #[must_use]
    pub fn with_components(&self) -> Vec<Finding> {
        let missing =
            [Variable::Environments, Variable::Components].into_iter().filter(|v| !self.variables.contains(v));
        let missing = missing.map(|variable| {
            let word = variable.word();
            let message =
                format!("the recipe has components, and the template has no `{{{{{{ imagebuilder:{word} }}}}}}`");
            Finding::new(code::COMPONENTS_ORDER, message, 0..0).help(
                "after FROM, add `{{{ imagebuilder:environments }}}` and below it `{{{ imagebuilder:components }}}`",
            )
        });
        missing.collect()
    }
}

/// All `{{{ imagebuilder:… }}}`, outside of comments.
fn variables(text: &str, findings: &mut Findings) -> Vec<(Variable, Range<usize>)> {
    let mut found = Vec::new();
    for (line_start, line) in instruction::lines(text) {
        if line.trim_start().starts_with('#') {
            continue;
        }
        let mut from = 0;
        while let Some(at) = line.get(from..).and_then(|rest| rest.find("{{")).map(|at| from + at) {
            let rest = line.get(at..).unwrap_or_default();
            let braces = rest.len() - rest.trim_start_matches('{').len();
            let inner = rest.get(braces..).unwrap_or_default();
            let Some(end) = inner.find('}') else { break };
            let name = inner.get(..end).unwrap_or_default().trim();
            let closing = inner.get(end..).unwrap_or_default();
            let closing = closing.len() - closing.trim_start_matches('}').len();
            let span = line_start + at..line_start + at + braces + end + closing;
            from = at + braces + end + closing;
            let Some(word) = name.strip_prefix("imagebuilder:") else { continue };
            let known = Variable::ALL.into_iter().find(|variable| variable.word() == word);
            match known {
                Some(variable) if braces == 3 && closing == 3 => found.push((variable, span)),
                Some(_) => {
                    let message = format!("`{name}` stands in {braces} braces, and three are wanted");
                    let finding = Finding::new(code::UNKNOWN_VARIABLE, message, span.clone());
                    findings.push(finding.help(format!("write `{{{{{{ {name} }}}}}}`")));
                    // Meant all the same: nobody calls it missing.
                    found.extend(known.map(|variable| (variable, span)));
                }
                None => {
                    let near = closest(word, Variable::ALL.map(Variable::word));
                    let message = format!("there is no variable `{name}`");
                    let finding = Finding::new(code::UNKNOWN_VARIABLE, message, span.clone()).did_you_mean(near);
                    findings.push(finding.help(
                        "a template has `imagebuilder:parentImage`, `imagebuilder:environments` and \
                         `imagebuilder:components`",
                    ));
                    let near = near.and_then(|near| Variable::ALL.into_iter().find(|known| known.word() == near));
                    found.extend(near.map(|variable| (variable, span)));
                }
            }
        }
    }
    found
}

fn check(text: &str, found: &Instruction, findings: &mut Findings) {
    let word = &text[found.word.clone()];
    if word.starts_with("{{") {
        return;
    }
    if !INSTRUCTIONS.iter().any(|known| known.eq_ignore_ascii_case(word)) {
        let near = closest(word, INSTRUCTIONS.iter().copied());
        let message = format!("there is no instruction `{word}`");
        let finding = Finding::new(code::BAD_INSTRUCTION, message, found.word.clone()).did_you_mean(near);
        findings.push(match near {
            Some(_) => finding,
            None => finding.help("a line that goes on has a `\\` at the end of the line before"),
        });
    } else if found.arguments(text).is_empty() {
        let message = format!("`{word}` says nothing");
        findings.push(Finding::new(code::BAD_INSTRUCTION, message, found.word.clone()));
    }
}

fn parent_image(
    text: &str,
    instructions: &[Instruction],
    from: Option<&Instruction>,
    variables: &[(Variable, Range<usize>)],
    findings: &mut Findings,
) {
    const HELP: &str = "begin the template with `FROM {{{ imagebuilder:parentImage }}}`";
    let Some(from) = from else {
        let at = instructions.first().map_or(0..0, |first| first.word.clone());
        return findings.push(Finding::new(code::NO_PARENT_IMAGE, "there is no `FROM`", at).help(HELP));
    };
    let before = instructions.iter().take_while(|found| !found.is("FROM")).find(|found| !found.is("ARG"));
    // That a variable comes too early is told where the order is.
    let before = before.filter(|found| !text[found.word.clone()].starts_with("{{"));
    if let Some(before) = before {
        let word = &text[before.word.clone()];
        let message = format!("`{word}` stands before `FROM`, where only `ARG` may stand");
        findings.push(Finding::new(code::NO_PARENT_IMAGE, message, before.word.clone()));
    }
    if variables.iter().all(|(variable, _)| *variable != Variable::ParentImage) {
        let message = "the template does not name the parent image";
        findings.push(Finding::new(code::NO_PARENT_IMAGE, message, from.whole.clone()).help(HELP));
    }
}

/// Components need their environments before them, and the parent image before both.
fn order(variables: &[(Variable, Range<usize>)], findings: &mut Findings) {
    let first = |wanted: Variable| variables.iter().find(|(variable, _)| *variable == wanted).map(|(_, span)| span);
    let pairs = [
        (Variable::ParentImage, Variable::Environments),
        (Variable::ParentImage, Variable::Components),
        (Variable::Environments, Variable::Components),
    ];
    for (one, other) in pairs {
        if let (Some(before), Some(after)) = (first(one), first(other))
            && after.start < before.start
        {
            let message = format!("`{}` stands before `{}`", other.word(), one.word());
            let finding = Finding::new(code::COMPONENTS_ORDER, message, after.clone());
            findings.push(finding.says("too early").also(before.clone(), "must come first"));
            return;
        }
    }
    if let (Some(components), None) = (first(Variable::Components), first(Variable::Environments)) {
        let message = "components have no environments before them";
        let finding = Finding::new(code::COMPONENTS_ORDER, message, components.clone());
        findings.push(finding.help("add `{{{ imagebuilder:environments }}}` on a line before it"));
    }
}
