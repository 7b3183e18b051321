//! What a value may look like, as data: what schemas for editors are made from.

use super::TableDoc;

/// One of the shapes that a value may have.
#[derive(Debug, Clone)]
pub enum Form {
    /// A string.
    Text,
    /// This word and no other.
    Word(&'static str),
    /// True or false.
    Flag,
    /// A whole number.
    Whole,
    /// A table of declared keys.
    Table(&'static TableDoc),
    /// A list, each item of one of these forms.
    List(Vec<Form>),
    /// A table under names of the user's, each value of one of these forms.
    Map(Vec<Form>),
    /// Anything that TOML can say.
    Anything,
}

/// Which values of their forms a key takes, where the declaration says it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Values {
    /// What the checks take, which no list says.
    Open,
    /// One of these words.
    Words(&'static [&'static str]),
    /// A number of this range, both ends included.
    Range(i64, i64),
}
