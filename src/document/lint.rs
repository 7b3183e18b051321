//! Documents on their own, as a linter sees them: which kind a text is, and what is wrong in it whatever uses it.

use super::finding::Finding;
use super::yaml::{self, Node};
use super::{NOT_INLINE_ABOVE, component, dockerfile, foreign, workflow};
use crate::diagnostic::code;

/// The kinds of documents.
///
/// ```
/// use kiln::document::lint::{Kind, lint};
///
/// assert!(Kind::is_document("images/web.yaml") && !Kind::is_document("kiln.toml"));
/// let (kind, findings) = lint("images/web.yaml", "schemaVersion: 1.0\nsteps: []\n");
/// assert_eq!(kind, Kind::Workflow);
/// assert!(findings.iter().any(|finding| finding.is_error()));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A component document of AWSTOE.
    Component,
    /// A workflow document.
    Workflow,
    /// A Dockerfile template.
    Dockerfile,
    /// A file of another tool, or of none that kiln knows.
    Foreign,
}

impl Kind {
    /// Whether a file of this name may be a document. Which kind a file of YAML or JSON is, its text says.
    #[must_use]
    pub fn is_document(path: &str) -> bool {
        is_dockerfile(path) || is_yaml(path)
    }

    /// Whether a file of this name may be a spec: TOML, or a name without an extension.
    #[must_use]
    pub fn is_spec(path: &str) -> bool {
        let name = path.rsplit('/').next().unwrap_or(path);
        let extension = name.trim_start_matches('.').rsplit_once('.').map(|(_, extension)| extension);
        !is_dockerfile(path) && extension.is_none_or(|extension| extension.eq_ignore_ascii_case("toml"))
    }
}

fn is_yaml(path: &str) -> bool {
    let path = path.to_ascii_lowercase();
    [".yaml", ".yml", ".json"].iter().any(|end| path.ends_with(end))
}

fn is_dockerfile(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path).to_ascii_lowercase();
    name == "dockerfile" || name.starts_with("dockerfile.") || name.ends_with(".dockerfile")
}

/// Checks the text of a file, whose path tells what its text does not.
#[must_use]
pub fn lint(path: &str, text: &str) -> (Kind, Vec<Finding>) {
    let (kind, mut findings) =
        if is_dockerfile(path) { (Kind::Dockerfile, dockerfile::read(text).1) } else { of_yaml(path, text) };
    if kind == Kind::Foreign {
        return (kind, findings);
    }
    let length = text.chars().count();
    if length > NOT_INLINE_ABOVE {
        let message = format!("{length} characters are too long to be inline, {NOT_INLINE_ABOVE} are allowed");
        let finding = Finding::new(code::NOT_INLINE, message, 0..0);
        let help = "set `documents = \"BUCKET\"` in the spec, and `kiln deploy` uploads it; or make two of it";
        findings.push(finding.help(help));
    }
    (kind, findings)
}

fn of_yaml(path: &str, text: &str) -> (Kind, Vec<Finding>) {
    let parsed = yaml::parse(text);
    if let Some(finding) = foreign::check(path, text, parsed.root.as_ref()) {
        return (Kind::Foreign, vec![finding]);
    }
    if !is_yaml(path) && path.contains('.') {
        return (Kind::Foreign, vec![foreign::unknown(path)]);
    }
    if is_workflow(path, text, parsed.root.as_ref()) {
        let (document, mut findings) = workflow::of_tree(text, parsed);
        findings.extend(document.in_any_stage());
        (Kind::Workflow, findings)
    } else {
        let (document, mut findings) = component::of_tree(text, parsed);
        findings.extend(document.on_any_platform());
        (Kind::Component, findings)
    }
}

/// A workflow has steps at its top, a component has phases. Where neither is there, the path tells.
fn is_workflow(path: &str, text: &str, root: Option<&Node>) -> bool {
    let has = |key: &str| match root {
        Some(root) => root.get(key).is_some(),
        None => text.lines().any(|line| line.strip_prefix(key).is_some_and(|rest| rest.starts_with(':'))),
    };
    if has("phases") != has("steps") { has("steps") } else { path.to_ascii_lowercase().contains("workflow") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_says_what_it_is() {
        let kind = |path: &str, text: &str| lint(path, text).0;
        assert_eq!(kind("a.yaml", "phases: []"), Kind::Component);
        assert_eq!(kind("a.yaml", "steps: []"), Kind::Workflow);
        assert_eq!(kind("a.yaml", "steps: ["), Kind::Workflow);
        assert_eq!(kind("workflows/a.yaml", "name: x"), Kind::Workflow);
        assert_eq!(kind("a.yaml", ""), Kind::Component);
        assert_eq!(kind("images/Dockerfile.web", "FROM x"), Kind::Dockerfile);
    }

    #[test]
    fn names_tell_documents_from_specs() {
        for path in ["a.yaml", "x/b.YML", "Dockerfile", "web.Dockerfile", "dockerfile.prod"] {
            assert!(Kind::is_document(path), "{path}");
        }
        assert!(!Kind::is_document("kiln.toml") && !Kind::is_document("images") && !Kind::is_document("my-dockerfile"));
    }
}
