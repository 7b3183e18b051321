//! What all checks share: the report, and the common shapes of a rule about one value.

use std::ops::RangeInclusive;

use super::allowance::{self, Allowance};
use super::tags::Tags;
use crate::diagnostic::{Code, Diagnostic, Place, Report, code};
use crate::document::workflow::Parameter;
use crate::files::Texts;
use crate::matrix::Fanned;
use crate::project::definition::{Given, VersionMode};
use crate::project::suggest::closest;
use crate::project::{Invalid, Key, ResourceName, Version};
use crate::source::At;
use crate::spec::{Input, Spec};

/// So many names are listed as known.
const MOST_KNOWN: usize = 20;

/// So many allowed values of a parameter are checked at each place where it is used.
const MOST_ALLOWED: usize = 100;

/// A word of the spec and what it stands for.
pub(super) type Choice<T> = (&'static str, T);

/// The state of a check.
pub(super) struct Context<'a> {
    /// The spec that is checked.
    pub(super) spec: &'a Spec,
    /// The texts of the files that it names.
    pub(super) texts: &'a Texts,
    /// What could not be read is not missing.
    fanned: &'a Fanned<'a>,
    /// The project's name, if it is one.
    pub(super) project: Option<Key>,
    /// Who counts versions.
    pub(super) mode: VersionMode,
    /// The project's tags.
    pub(super) tags: Tags,
    /// The parameters that each workflow's document declares, as far as it could be read.
    pub(super) workflow_parameters: Vec<Option<Vec<Parameter>>>,
    /// What the spec allows: errors of it are warnings.
    allowances: Vec<Allowance>,
    report: Report,
}

impl<'a> Context<'a> {
    pub(super) fn new(fanned: &'a Fanned<'a>, texts: &'a Texts) -> Self {
        let spec = fanned.spec();
        let allowances = allowance::all(spec, fanned.comments(), texts, &mut Report::new());
        Self {
            allowances,
            spec,
            texts,
            fanned,
            project: None,
            mode: VersionMode::default(),
            tags: Tags::new(),
            workflow_parameters: Vec::new(),
            report: Report::new(),
        }
    }

    pub(super) fn into_report(self) -> Report {
        self.report
    }

    /// Adds a finding. One that was made before is told once all the same, see [`settle`](super::settle).
    pub(super) fn report(&mut self, diagnostic: Diagnostic) {
        self.refuses(diagnostic);
    }

    /// Adds a finding, and gives whether it is an error here: the spec may allow it.
    pub(super) fn refuses(&mut self, mut diagnostic: Diagnostic) -> bool {
        if diagnostic.is_error() {
            allowance::downgrade_fanned(&mut diagnostic, &mut self.allowances, self.fanned);
        }
        let is_error = diagnostic.is_error();
        self.report.push(diagnostic);
        is_error
    }

    /// The physical name of what the user called `key`: the project's name alone where the two are the same.
    pub(super) fn physical_name(&mut self, key: &str, at: At<'_>) -> Option<ResourceName> {
        // Names that cannot be one are reported with all other names.
        let (project, key) = (self.project.as_ref()?, Key::parse(key).ok()?);
        let (project, key) = (project.kebab(), key.kebab());
        let name = if project == key { project } else { format!("{project}-{key}") };
        let invalid = match ResourceName::parse(&name) {
            Ok(name) => return Some(name),
            Err(invalid) => invalid,
        };
        self.report(
            Diagnostic::new(code::BAD_NAME, format!("the physical name would be `{name}`: {}", invalid.message))
                .at_key(at, "")
                .help("choose another name here, or for the project"),
        );
        None
    }

    /// Reports that two keys exclude each other.
    pub(super) fn contradiction(&mut self, message: &str, first: At<'_>, second: At<'_>) {
        self.report(
            Diagnostic::new(code::CONTRADICTION, message).at_key(second, "remove this").at_key(first, "or this"),
        );
    }

    /// Whether a field, or something in it, is there and could not be read: nobody can say what it would be.
    pub(super) fn spoiled(&self, at: At<'_>) -> bool {
        self.fanned.spoils(&at.path())
    }

    /// Reports that a table has none of these keys, unless one of them is there and could not be read. The first of them
    /// can be there with nothing in it, and is shown then.
    pub(super) fn missing(&mut self, message: &str, (at, keys): (At<'_>, &[&str]), help: &str) {
        let first = keys.first().copied().unwrap_or_default();
        if !keys.iter().any(|key| self.fanned.spoils(&at.key(key).path())) {
            self.report(Diagnostic::new(code::MISSING_KEY, message).at_key(at.key(first), "").help(help));
        }
    }

    /// Parses a value, reporting why it cannot be one.
    pub(super) fn parse<T>(
        &mut self,
        code: Code,
        at: At<'_>,
        text: &str,
        parse: impl FnOnce(&str) -> Result<T, Invalid>,
    ) -> Option<T> {
        match parse(text) {
            Ok(value) => Some(value),
            Err(invalid) => {
                self.report.push(refused(code, at, invalid));
                None
            }
        }
    }

    /// Parses a value that may be left out. The outer `None` means that it was refused.
    #[expect(clippy::option_option, reason = "left out and refused are two things")]
    pub(super) fn optional<T>(
        &mut self,
        code: Code,
        at: At<'_>,
        text: Option<&str>,
        parse: impl FnOnce(&str) -> Result<T, Invalid>,
    ) -> Option<Option<T>> {
        match text {
            Some(text) => self.parse(code, at, text, parse).map(Some),
            None => Some(None),
        }
    }

    /// Parses each value of a list; the good ones are kept.
    pub(super) fn each<T>(
        &mut self,
        code: Code,
        at: At<'_>,
        texts: &[String],
        parse: impl Fn(&str) -> Result<T, Invalid>,
    ) -> Vec<T> {
        texts.iter().enumerate().filter_map(|(i, text)| self.parse(code, at.index(i), text, &parse)).collect()
    }

    /// Looks up a word; `None` where it is left out or unknown.
    pub(super) fn choice<T: Copy>(&mut self, word: Option<&str>, at: At<'_>, choices: &[Choice<T>]) -> Option<T> {
        let word = word?;
        let found = choices.iter().find(|(known, _)| *known == word).map(|(_, value)| *value);
        if found.is_none() {
            let known: Vec<String> = choices.iter().map(|(known, _)| format!("`{known}`")).collect();
            let wanted = closest(word, choices.iter().map(|(known, _)| *known));
            let label = wanted.map_or_else(String::new, |wanted| format!("did you mean `{wanted}`?"));
            self.report.push(
                Diagnostic::new(code::BAD_CHOICE, format!("`{word}` is not one of {}", known.join(", ")))
                    .at_value(at, label)
                    .fix(wanted),
            );
        }
        found
    }

    /// Checks a number against its range. The outer `None` means that it was refused.
    #[expect(clippy::option_option, reason = "left out and refused are two things")]
    pub(super) fn number<T: TryFrom<i64>>(
        &mut self,
        number: Option<i64>,
        at: At<'_>,
        range: RangeInclusive<i64>,
    ) -> Option<Option<T>> {
        let Some(number) = number else { return Some(None) };
        let value = range.contains(&number).then(|| T::try_from(number).ok()).flatten();
        if value.is_none() {
            let message = format!("`{number}` is out of range: {} to {}", range.start(), range.end());
            self.report.push(Diagnostic::new(code::OUT_OF_RANGE, message).at_value(at, ""));
        }
        value.map(Some)
    }

    /// Reports a list of more items than the service takes.
    pub(super) fn at_most(&mut self, most: usize, count: usize, what: &str, at: At<'_>) {
        if count > most {
            let message = format!("{count} {what}, {most} are allowed");
            self.report(Diagnostic::new(code::TOO_MANY, message).at_value(at, ""));
        }
    }

    /// Parses a version that is pinned, which it must be where nobody counts.
    #[expect(clippy::option_option, reason = "left out and refused are two things")]
    pub(super) fn version(&mut self, text: Option<&str>, at: At<'_>) -> Option<Option<Version>> {
        if text.is_none() && self.mode == VersionMode::Fixed {
            let help = "add `version = \"1.0.0\"`, or let kiln count: remove `mode = \"fixed\"`";
            self.missing("nobody counts this version, and none is written", (at, &["version"]), help);
        }
        self.optional(code::BAD_VERSION, at.key("version"), text, Version::parse)
    }

    /// Checks a free text: not empty, not longer than `most` characters, no NUL.
    pub(super) fn text(&mut self, text: Option<&str>, at: At<'_>, most: usize) -> Option<String> {
        let text = text?;
        let fault = match text.chars().count() {
            0 => "is empty".to_owned(),
            count if count > most => format!("has {count} characters, {most} are allowed"),
            _ if text.contains('\0') => "holds a NUL character".to_owned(),
            _ => return Some(text.to_owned()),
        };
        let path = at.path();
        self.report.push(Diagnostic::new(code::BAD_TEXT, format!("`{path}` {fault}")).at_value(at, ""));
        None
    }

    /// Resolves a value that may be left out, or be a template parameter. The outer `None` means that it was refused.
    #[expect(clippy::option_option, reason = "left out and refused are two things")]
    pub(super) fn optional_given<T>(
        &mut self,
        code: Code,
        at: At<'_>,
        input: Option<&Input>,
        parse: impl Fn(&str) -> Result<T, Invalid>,
    ) -> Option<Option<Given<T>>> {
        match input {
            Some(input) => self.given(code, at, input, parse).map(Some),
            None => Some(None),
        }
    }

    /// Resolves a value that may be a template parameter.
    pub(super) fn given<T>(
        &mut self,
        code: Code,
        at: At<'_>,
        input: &Input,
        parse: impl Fn(&str) -> Result<T, Invalid>,
    ) -> Option<Given<T>> {
        match input {
            Input::Text(text) => self.parse(code, at, text, parse).map(Given::Value),
            Input::Parameter(name) => {
                let key = self.parameter(name, at)?;
                if self.is_list(name) {
                    let message = format!("the parameter `{name}` is a list, and one value is wanted here");
                    self.report(Diagnostic::new(code::WRONG_TYPE, message).at_value(at.key("parameter"), ""));
                    return None;
                }
                self.defaults((name, at.key("parameter")), code, parse);
                Some(Given::Parameter(key))
            }
        }
    }

    /// Checks what a template parameter is given where nothing else is said, and what it may be given, as values of the place
    /// where it is used.
    fn defaults<T>(&mut self, (name, used_at): (&str, At<'_>), code: Code, parse: impl Fn(&str) -> Result<T, Invalid>) {
        let Some(table) = self.spec.parameter.get(name) else { return };
        let parameters = At::ROOT.key("parameter");
        let at = parameters.key(name);
        let (default_at, allowed_at) = (at.key("default"), at.key("allowed-values"));
        let allowed = table.allowed_values.iter().enumerate().take(MOST_ALLOWED);
        let allowed = allowed.map(|(index, text)| (text, allowed_at.index(index)));
        for (text, at) in table.default.iter().map(|text| (text, default_at)).chain(allowed) {
            if let Err(invalid) = parse(text) {
                self.report.push(refused(code, at, invalid).at_value(used_at, "used here"));
            }
        }
    }

    /// Whether the template parameter of this name takes several values.
    pub(super) fn is_list(&self, name: &str) -> bool {
        let kind = self.spec.parameter.get(name).and_then(|parameter| parameter.kind.as_deref());
        matches!(kind, Some("strings" | "security-group-ids"))
    }

    /// Resolves the name of a template parameter.
    pub(super) fn parameter(&mut self, name: &str, at: At<'_>) -> Option<Key> {
        if self.spec.parameter.contains_key(name) {
            return Key::parse(name).ok();
        }
        self.unknown("parameter", name, self.spec.parameter.keys(), at.key("parameter"));
        None
    }

    /// Reports that nothing has the name that is referred to, unless it is there and could not be read.
    pub(super) fn unknown<'k>(
        &mut self,
        kind: &str,
        name: &str,
        known: impl Iterator<Item = &'k String> + Clone,
        at: At<'_>,
    ) {
        let table = At::ROOT.key(kind);
        if !self.fanned.spoils(&table.key(name).path()) {
            // What is only counted needs no suggestion.
            let most = if self.report.is_full() { 0 } else { usize::MAX };
            self.report.push(unknown(kind, name, known.take(most), at));
        }
    }
}

/// The finding that a parser refused a value.
pub(super) fn refused(code: Code, at: At<'_>, invalid: Invalid) -> Diagnostic {
    let Invalid { message, help, at: piece, meant } = invalid;
    let meant = meant.filter(|_| piece.is_none());
    let place = match piece {
        Some(piece) => Place::Within(at.path(), piece),
        None => Place::Value(at.path()),
    };
    let diagnostic = Diagnostic::new(code, message).label(None, place, "").fix(meant);
    match help {
        Some(help) => diagnostic.help(help),
        None => diagnostic,
    }
}

/// The finding that nothing has the name that is referred to.
fn unknown<'k>(kind: &str, name: &str, known: impl Iterator<Item = &'k String> + Clone, at: At<'_>) -> Diagnostic {
    let near = closest(name, known.clone().map(String::as_str));
    let label = near.map_or_else(String::new, |near| format!("did you mean `{near}`?"));
    let diagnostic =
        Diagnostic::new(code::UNKNOWN_REFERENCE, format!("there is no {kind} `{name}`")).at_value(at, label).fix(near);
    let more = known.clone().count().saturating_sub(MOST_KNOWN);
    let shown: Vec<&str> = known.take(MOST_KNOWN).map(String::as_str).collect();
    if shown.is_empty() {
        return diagnostic.help(format!("the spec has no {kind}: add a table `[{kind}.{name}]`"));
    }
    let shown = shown.join(", ");
    diagnostic.help(if more == 0 { format!("known: {shown}") } else { format!("known: {shown}, and {more} more") })
}
