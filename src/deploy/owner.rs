//! Whose a stack is: the mark that kiln puts on what it deploys, and how it is read.
//!
//! The mark is a tag of the stack that names the project. A template says it as well, in its metadata, so a stack that
//! another tool deployed from a template of kiln has an owner too.

use super::{Fault, Service, Stack};
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
    /// Nothing says that kiln deployed it.
    Unmarked,
}

impl Owner {
    /// Whether this project may change the stack. Without a project, any mark of kiln will do.
    #[must_use]
    pub fn is(&self, project: Option<&str>) -> bool {
        match self {
            Self::Project(owner) => project.is_none_or(|project| project == owner),
            Self::Unmarked => false,
        }
    }
}

/// Reads a stack's mark: its tag, or else the metadata of its template.
///
/// # Errors
///
/// If the template cannot be read.
pub async fn owner(service: &impl Service, stack: &Stack) -> Result<Owner, Fault> {
    if let Some((_, project)) = stack.tags.iter().find(|(key, _)| key == TAG) {
        return Ok(Owner::Project(project.clone()));
    }
    let template = service.template(&stack.id).await?;
    let template = cloudformation::read(&template).unwrap_or_default();
    Ok(match template["Metadata"]["Kiln"]["Project"].as_str() {
        Some(project) => Owner::Project(project.to_owned()),
        None => Owner::Unmarked,
    })
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
    fn other_tags_stay() {
        let tag = |key: &str, value: &str| (key.to_owned(), value.to_owned());
        let before = [tag("team", "images"), tag(TAG, "old"), tag("aws:cloudformation:stack-name", "web")];
        assert_eq!(tags(&before, "web"), [tag("team", "images"), tag(TAG, "web")]);
    }
}
