//! What a value may look like, as data: what schemas for editors are made from.

use super::TableDoc;

/// One of the shapes that a value may have.
///
/// ```
/// use kiln::spec::reference::{Form, TableDoc, root};
///
/// let spec = root().expect("a spec is a table");
/// let inner = |table: &TableDoc, name: &str| {
///     let key = table.keys.iter().find(|key| key.name == name).expect("there is such a key");
///     (key.forms)()
/// };
/// let [Form::Table(pipeline)] = inner(spec, "pipeline")[..] else { panic!("a pipeline is a table") };
/// // `root-volume = "30 GiB"` is short for a table.
/// assert!(matches!(inner(pipeline, "root-volume")[..], [Form::Text, Form::Table(_)]));
/// ```
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
///
/// ```
/// use kiln::spec::reference::{Values, root};
///
/// let spec = root().expect("a spec is a table");
/// let target = spec.keys.iter().find(|key| key.name == "target").expect("a spec has a target");
/// assert_eq!(target.values, Values::Words(&["cloudformation", "terraform"]));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Values {
    /// What the checks take, which no list says.
    Open,
    /// One of these words.
    Words(&'static [&'static str]),
    /// A number of this range, both ends included.
    Range(i64, i64),
}
