//! The tree that a template is printed from: JSON's values and CloudFormation's intrinsic functions.
//!
//! It borrows its strings from the plan: documents are large, and printed once.

use serde_json::Number;

/// One value in a template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Node<'a> {
    /// A string, as CloudFormation shall read it.
    Text(&'a str),
    /// A boolean.
    Bool(bool),
    /// A whole number.
    Integer(u64),
    /// Any number.
    Number(&'a Number),
    /// An ordered list.
    List(Vec<Node<'a>>),
    /// An object, in the order in which it is written.
    Map(Vec<(&'a str, Node<'a>)>),
    /// The value of a parameter, a pseudo parameter, or what a resource's `Ref` is.
    Ref(&'a str),
    /// An attribute of a resource: its logical id, then the attribute's name.
    GetAtt(&'a str, &'a str),
    /// A string with `${…}` variables in it. Literal markers are escaped already.
    Sub(String),
}

impl<'a> From<&'a str> for Node<'a> {
    fn from(text: &'a str) -> Self {
        Self::Text(text)
    }
}

/// An object from its entries.
pub(super) fn map<'a>(entries: impl IntoIterator<Item = (&'a str, Node<'a>)>) -> Node<'a> {
    Node::Map(entries.into_iter().collect())
}
