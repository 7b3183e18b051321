//! What happens to a resource: the words and signs that all reviews share.

use serde::{Deserialize, Serialize};

use super::subject::noun;

/// What happens to a resource.
///
/// ```
/// use kiln::review::Action;
///
/// let (sign, word) = Action::NewVersion.word();
/// assert_eq!((sign, word), ("↑", "new version"));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Action {
    /// It is made.
    Add,
    /// It changes in place.
    Change,
    /// A component, a recipe or a workflow gets its next version, as it is meant to.
    NewVersion,
    /// Another one takes its place.
    Replace,
    /// It may be replaced: that depends on a value that is known only later.
    MayReplace,
    /// It goes.
    Remove,
}

impl Action {
    /// The word and the sign that people read.
    #[must_use]
    pub const fn word(self) -> (&'static str, &'static str) {
        match self {
            Self::Add => ("+", "add"),
            Self::Change => ("~", "change"),
            Self::NewVersion => ("↑", "new version"),
            Self::Replace => ("±", "replace"),
            Self::MayReplace => ("±", "may replace"),
            Self::Remove => ("-", "remove"),
        }
    }
}

/// Whether resources of this type give or take rights.
#[must_use]
pub fn is_iam(resource_type: &str) -> bool {
    resource_type.starts_with("AWS::IAM::")
        || resource_type.starts_with("aws_iam_")
        || matches!(noun(resource_type), "bucket policy" | "topic policy")
}
