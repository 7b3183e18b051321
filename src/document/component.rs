//! AWSTOE component documents: the whole language, and what kiln needs to know of a document.
//!
//! The rules are those of the AWSTOE document schema 1.0 (EC2 Image Builder User Guide, "Use the AWSTOE component
//! document framework"). Each file here is a part of the language; `actions` declares it.

pub(crate) mod actions;
mod declared;
mod expression;
mod looping;
mod memory;
mod phases;
mod prompt;
pub(crate) mod script;
mod source;
mod step;
mod texts;
mod whole;

use std::ops::Range;

use super::finding::{Finding, Findings};
use super::grammar::check::{self, KEYS, Rules, StandIns};
use super::grammar::{UNIX, WINDOWS, platform_words};
use super::secret;
use super::yaml::{self, Node, Parsed};
use super::{mistaken, root, schema_version};
use crate::diagnostic::code;
use crate::project::Platform;
use declared::Declared;
pub use declared::Parameter;

/// What a component document says that matters outside of it.
///
/// ```
/// use kiln::document::component::read;
/// use kiln::project::Platform;
///
/// let text = "schemaVersion: 1.0
/// phases:
///   - {name: test, steps: [{name: Run, action: ExecuteBash, inputs: {commands: [date]}}]}
/// ";
/// let (document, _) = read(text);
/// let [finding] = &document.on_platform(Platform::Windows)[..] else { panic!("Bash is not there") };
/// assert_eq!(finding.help, ["on `windows` there is `ExecutePowerShell`"]);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Document {
    /// Its parameters in order.
    pub parameters: Vec<Parameter>,
    /// Whether these are all of them: nothing in their declarations could not be read.
    pub is_declared: bool,
    /// The `s3://` sources that its steps download, as they are written.
    pub downloads: Vec<String>,
    /// What of it exists on some platforms only, in order.
    pub bound: Vec<Bound>,
    /// Whether it has a phase that builds.
    pub builds: bool,
    /// Whether it has a phase that validates or tests.
    pub tests: bool,
}

/// Something that exists on some platforms only.
///
/// ```
/// use kiln::document::component::read;
/// use kiln::project::Platform;
///
/// let text = "schemaVersion: 1.0
/// phases:
///   - {name: test, steps: [{name: Run, action: ExecutePowerShell, inputs: {commands: [date]}}]}
/// ";
/// let (document, _) = read(text);
/// assert_eq!(document.bound[0].what, "the action `ExecutePowerShell`");
/// assert_eq!(document.bound[0].platforms, [Platform::Windows]);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bound {
    /// What it is: ``the action `ExecuteBash` ``.
    pub what: String,
    /// Where it exists.
    pub platforms: &'static [Platform],
    /// Where it stands.
    pub span: Range<usize>,
}

impl Document {
    /// What keeps the document from being one for this platform.
    #[must_use]
    pub fn on_platform(&self, platform: Platform) -> Vec<Finding> {
        let foreign = self.bound.iter().filter(|bound| !bound.platforms.contains(&platform));
        let findings = foreign.map(|bound| {
            let message = format!("{} does not exist on `{platform}`", bound.what);
            let finding = Finding::new(code::ACTION_PLATFORM, message, bound.span.clone());
            let twin = match (bound.what.as_str(), platform) {
                ("the action `ExecuteBash`", Platform::Windows) => Some("ExecutePowerShell"),
                ("the action `ExecutePowerShell`", Platform::Linux | Platform::MacOs) => Some("ExecuteBash"),
                _ => None,
            };
            let finding = finding.says(format!("only on {}", platform_words(bound.platforms)));
            match twin {
                Some(twin) => finding.help(format!("on `{platform}` there is `{twin}`")),
                None => finding,
            }
        });
        findings.collect()
    }

    /// What keeps the document from being one for any platform.
    #[must_use]
    pub fn on_any_platform(&self) -> Vec<Finding> {
        let first = |platforms: &[Platform]| self.bound.iter().find(|bound| bound.platforms == platforms);
        let (Some(unix), Some(windows)) = (first(UNIX), first(WINDOWS)) else { return Vec::new() };
        let (first, second) = if unix.span.start < windows.span.start { (unix, windows) } else { (windows, unix) };
        let message = format!("no platform has both {} and {}", first.what, second.what);
        let words = |bound: &Bound| format!("only on {}", platform_words(bound.platforms));
        let finding = Finding::new(code::ACTION_PLATFORM, message, second.span.clone()).says(words(second));
        vec![finding.also(first.span.clone(), words(first)).help("write a document for each platform")]
    }
}

/// Reads a document. Findings do not keep the rest from being read.
#[must_use]
pub fn read(text: &str) -> (Document, Vec<Finding>) {
    of_tree(text, yaml::parse(text))
}

/// Reads a document that was parsed.
pub(crate) fn of_tree(text: &str, parsed: Parsed) -> (Document, Vec<Finding>) {
    let mut findings = Findings::default();
    whole::check(text, &mut findings);
    let is_whole = parsed.faults.is_empty();
    let help = "a component document has `schemaVersion: 1.0` and `phases`, each with a `name` and `steps`";
    let Some(root) = root(parsed, (code::NOT_A_COMPONENT, help), &mut findings) else {
        return (Document::default(), findings.into_vec(text));
    };
    if ["schemaVersion", "phases"].iter().all(|key| root.get(key).is_none()) {
        let message = "the document has neither `schemaVersion` nor `phases`";
        findings.push(Finding::new(code::NOT_A_COMPONENT, message, root.start()).help(help));
        return (Document::default(), findings.into_vec(text));
    }
    if let Some(finding) = mistaken::for_component(&root) {
        findings.push(finding);
        return (Document::default(), findings.into_vec(text));
    }
    let rules =
        Rules { what: "a component document", fields: actions::DOCUMENT, codes: KEYS, stand_ins: StandIns::None };
    check::map(&root, rules, &mut findings);
    schema_version(&root, &mut findings);
    let mut declarations = Findings::default();
    let mut declared = Declared::read(&root, &mut declarations);
    let mut document = Document { is_declared: is_whole && !declarations.has_errors(), ..Document::default() };
    findings.extend(declarations);
    if let Some(node) = root.get("phases") {
        phases::check(text, node, &mut declared, &mut document, &mut findings);
    }
    declared.report_unused(&mut findings);
    document.parameters = declared.into_parameters();
    document.downloads = downloads(&root);
    findings.once(code::FOREIGN_BRACES);
    (document, secret::with_text(text, findings.into_vec(text), secret::IN_COMPONENT))
}

/// The sources of all `S3Download` steps, and documents that `ExecuteDocument` steps read from S3.
fn downloads(root: &Node) -> Vec<String> {
    let phases = root.get("phases").and_then(Node::as_list).unwrap_or_default();
    let steps = phases.iter().filter_map(|phase| phase.get("steps")?.as_list()).flatten();
    let mut sources = indexmap::IndexSet::new();
    for step in steps {
        let inputs = step.get("inputs");
        let found: Vec<&str> = match step.get("action").and_then(Node::as_str) {
            Some("S3Download") => {
                let entries = inputs.and_then(Node::as_list).unwrap_or_default();
                entries.iter().filter_map(|entry| entry.get("source")?.as_str()).collect()
            }
            Some("ExecuteDocument") => inputs.and_then(|inputs| inputs.get("document")?.as_str()).into_iter().collect(),
            _ => Vec::new(),
        };
        sources.extend(found.into_iter().filter(|source| source.starts_with("s3://")).map(str::to_owned));
    }
    sources.into_iter().collect()
}

#[cfg(test)]
mod tests;
