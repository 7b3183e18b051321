//! What people want to know of a type: what is lost with a resource, what it costs, and what its known errors mean.

use super::Properties;

/// How a resource leaves its place.
///
/// ```
/// use kiln::resource::fact::Departure;
/// use kiln::resource::{Properties, log_group};
///
/// let properties = Properties::new();
/// let removed = Departure { properties: &properties, is_replaced: false };
/// assert_eq!((log_group::TYPE.parting)(&removed), Some("its logs are deleted with it"));
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Departure<'a> {
    /// Its properties before.
    pub properties: &'a Properties,
    /// Whether another takes its place.
    pub is_replaced: bool,
}

/// What makes a resource cost money.
///
/// ```
/// use kiln::resource::fact::Cost;
/// use kiln::resource::{infrastructure_configuration, vpc_endpoint};
///
/// assert_eq!(vpc_endpoint::TYPE.costs, [Cost::Existence]);
/// let instances = Cost::Property("InstanceTypes", "instance types");
/// assert!(infrastructure_configuration::TYPE.costs.contains(&instances));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cost {
    /// It is paid for while it exists.
    Existence,
    /// The value of a property: the end of its path, and its name for people.
    Property(&'static str, &'static str),
    /// Each item of a list that stands for a Region: images are copied to it.
    Copies(&'static str),
}

/// A known error.
///
/// ```
/// use kiln::resource::bucket;
///
/// let mut hints = bucket::TYPE.hints.iter().copied().flatten();
/// let hint = hints.find(|hint| hint.says.contains(&"not empty")).expect("it is known");
/// assert!(hint.advice.contains("--retain"));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hint {
    /// Pieces of the message or its code, in lowercase. It is this error if all of them are in it.
    pub says: &'static [&'static str],
    /// What to do.
    pub advice: &'static str,
}

/// A known error with its advice.
#[must_use]
pub const fn hint(says: &'static [&'static str], advice: &'static str) -> Hint {
    Hint { says, advice }
}

/// The error of a caller that may not do something.
pub(super) const DENIED: [&[&str]; 2] = [&["accessdenied"], &["access denied"]];

/// What to do when a role lacks a permission.
pub const ADVICE_DENIED: &str = "`kiln policy` prints the permissions that deploying this spec needs";
