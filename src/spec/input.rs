//! A value that is written in the spec, or given when the template is deployed.

use toml::de::DeValue;

use crate::diagnostic::Report;
use crate::source::At;
use crate::table::{Form, KeyDoc, Kind, Read, Strings, TableDoc, Values, unknown_keys, wrong_type};

/// A string, or `{ parameter = "name" }`.
///
/// ```
/// use kiln::spec::{Input, Network};
///
/// let fixed = Network::new().subnet("subnet-0123456789abcdef0");
/// let given = Network::new().subnet(Input::parameter("subnet"));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Input {
    /// This string.
    Text(String),
    /// What the template's parameter of this name is given.
    Parameter(String),
}

impl Input {
    /// The parameter of this name.
    pub fn parameter(name: impl Into<String>) -> Self {
        Self::Parameter(name.into())
    }
}

impl From<&str> for Input {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Input {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

/// The one key of the table form.
static PARAMETER: TableDoc = TableDoc {
    name: "Input",
    doc: &[" A value that is given when the template is deployed."],
    keys: &[KeyDoc {
        name: "parameter",
        kind: Kind::One,
        expected: "a string",
        methods: &["parameter"],
        doc: &[" The name of a `[parameter.NAME]` table."],
        table: || None,
        forms: String::forms,
        values: Values::Open,
    }],
    needs: &[&["parameter"]],
};

impl Read for Input {
    const EXPECTED: &'static str = "a string or `{ parameter = \"…\" }`";

    fn forms() -> Vec<Form> {
        vec![Form::Text, Form::Table(&PARAMETER)]
    }

    fn read(value: &DeValue<'_>, at: At<'_>, report: &mut Report) -> Option<Self> {
        match value {
            DeValue::Table(table) => {
                unknown_keys(table, &PARAMETER, at, report);
                let Some(name) = table.get("parameter") else {
                    // Any other key has been reported.
                    if table.is_empty() {
                        report.push(wrong_type(Self::EXPECTED, value, at));
                    }
                    return None;
                };
                String::read(name.get_ref(), at.key("parameter"), report).map(Self::Parameter)
            }
            DeValue::String(_) | DeValue::Integer(_) | DeValue::Float(_) => {
                String::read(value, at, report).map(Self::Text)
            }
            _ => {
                report.push(wrong_type(Self::EXPECTED, value, at));
                None
            }
        }
    }
}

impl Strings for Input {
    fn strings(&mut self, at: At<'_>, visit: &mut dyn FnMut(&mut String, At<'_>)) {
        match self {
            Self::Text(text) => visit(text, at),
            Self::Parameter(name) => visit(name, at.key("parameter")),
        }
    }
}
