//! Whose a stack is: the mark that kiln puts on what it deploys, and how it is read.
//!
//! The mark is a tag of the stack that names the project. A template says it as well, in its metadata, so a stack that
//! another tool deployed from a template of kiln has an owner too. A tag alone is no mark of a stack that has resources:
//! whoever may tag it could write that.

use super::{Fault, Phase, Service, Stack};
use crate::render::cloudformation;

/// The tag of a stack that names its project. CloudFormation hands it on to the stack's resources.
pub const TAG: &str = "kiln:project";

/// Whose a stack is.
///
/// ```
/// use kiln::deploy::Owner;
///
/// let owner = Owner::Project("web".to_owned());
/// assert!(owner.is(Some("web")) && !owner.is(Some("db")));
/// // A stack that is named without a spec needs a mark, whichever it is.
/// assert!(owner.is(None) && !Owner::Unmarked.is(None));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Owner {
    /// A project of kiln.
    Project(String),
    /// It has only change sets, and all of them are kiln's.
    Begun,
    /// Its tag names a project, and its template names another or none.
    Doubtful {
        /// The project of the tag.
        tag: String,
        /// The project of the template.
        template: Option<String>,
    },
    /// Nothing says that kiln deployed it.
    Unmarked,
}

impl Owner {
    /// Whether this project may change the stack. Without a project, any mark of kiln will do.
    #[must_use]
    pub fn is(&self, project: Option<&str>) -> bool {
        match self {
            Self::Project(owner) => project.is_none_or(|project| project == owner),
            Self::Begun => true,
            Self::Doubtful { .. } | Self::Unmarked => false,
        }
    }
}

/// Reads a stack's mark: its tag and the metadata of its template, which must not contradict each other.
///
/// What has only a change set has no template: its tag is its mark, or else the names of its change sets.
///
/// # Errors
///
/// If the template cannot be read.
pub async fn owner(service: &impl Service, stack: &Stack) -> Result<Owner, Fault> {
    let tag = stack.tags.iter().find(|(key, _)| key == TAG).map(|(_, project)| project.clone());
    if stack.status.phase() == Phase::Review {
        return Ok(match tag {
            Some(project) => Owner::Project(project),
            None if service.change_sets(&stack.name).await?.iter().all(|name| is_own_name(name)) => Owner::Begun,
            None => Owner::Unmarked,
        });
    }
    let text = service.template(&stack.id).await?;
    let read = cloudformation::read(&text);
    let is_empty = text.trim().is_empty()
        || read.as_ref().is_ok_and(|template| template["Resources"].as_object().is_none_or(serde_json::Map::is_empty));
    let template = read.ok().and_then(|it| it["Metadata"]["Kiln"]["Project"].as_str().map(str::to_owned));
    Ok(match (tag, template) {
        (Some(tag), Some(template)) if tag == template => Owner::Project(tag),
        (Some(tag), None) if is_empty => Owner::Project(tag),
        (Some(tag), template) => Owner::Doubtful { tag, template },
        (None, Some(project)) => Owner::Project(project),
        (None, None) => Owner::Unmarked,
    })
}

/// Whether a change set has a name as kiln gives: `kiln-`, twelve digits of a hash, and what makes it unique.
fn is_own_name(name: &str) -> bool {
    let hash = name.strip_prefix("kiln-").and_then(|rest| rest.split_once('-')).map(|(hash, _)| hash);
    hash.is_some_and(|hash| hash.len() == 12 && hash.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

/// The tags that a stack has after a deployment: those that it has, and the mark.
#[must_use]
pub fn tags(existing: &[(String, String)], project: &str) -> Vec<(String, String)> {
    let others = existing.iter().filter(|(key, _)| key != TAG && !key.starts_with("aws:")).cloned();
    others.chain([(TAG.to_owned(), project.to_owned())]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn change_sets_of_kiln_are_known_by_their_names() {
        assert!(is_own_name("kiln-0a1b2c3d4e5f-7f3a"));
        for other in ["theirs", "kiln-", "kiln-review", "kiln-release-2026", "my-kiln-0a1b2c3d4e5f-7f3a"] {
            assert!(!is_own_name(other), "{other}");
        }
    }

    #[test]
    fn other_tags_stay() {
        let tag = |key: &str, value: &str| (key.to_owned(), value.to_owned());
        let before = [tag("team", "images"), tag(TAG, "old"), tag("aws:cloudformation:stack-name", "web")];
        assert_eq!(tags(&before, "web"), [tag("team", "images"), tag(TAG, "web")]);
    }
}
