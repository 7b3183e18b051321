//! `[raw.…]`: the escape hatch. What stands here is handed on as it is.

use indexmap::IndexMap;
use serde_json::Number;
use toml::de::DeValue;

use super::Spec;
use crate::diagnostic::{Diagnostic, Report, code};
use crate::raw::{Table, Value};
use crate::source::At;
use crate::table::{Form, Read, Strings, list, map, table, wrong_type};

table! {
    /// What kiln has no word for, merged into the templates last and unchecked. Each entry is warned of.
    ///
    /// ```
    /// use kiln::raw::Table;
    /// use kiln::spec::Spec;
    ///
    /// let recipe = Table::new().with("Description", "The recipe of the web servers");
    /// let spec = Spec::named("web").raw_cloudformation("WebRecipe", recipe);
    /// ```
    Raw {
        /// By logical id: properties of a resource that the template has, or a resource of its own with its `Type`.
        map "cloudformation" cloudformation: Table,
        /// By resource type and label: arguments of a resource that the configuration has, or of one of its own.
        map "terraform" terraform: Labels,
    }
}

/// The resources of one Terraform type by their labels.
///
/// ```
/// use kiln::raw::Table;
/// use kiln::spec::Spec;
///
/// let recipe = Table::new().with("description", "The recipe of the web servers");
/// let spec = Spec::named("web").raw_terraform("aws_imagebuilder_image_recipe", "web", recipe);
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Labels(pub IndexMap<String, Table>);

impl Spec {
    /// Merges properties into a resource of the CloudFormation template, or adds one of this logical id.
    #[must_use]
    pub fn raw_cloudformation(mut self, id: impl Into<String>, table: Table) -> Self {
        self.raw.get_or_insert_default().cloudformation.insert(id.into(), table);
        self
    }

    /// Merges arguments into a resource of the Terraform configuration, or adds one of this type and label.
    #[must_use]
    pub fn raw_terraform(mut self, of: impl Into<String>, label: impl Into<String>, table: Table) -> Self {
        let labels = self.raw.get_or_insert_default().terraform.entry(of.into()).or_default();
        labels.0.insert(label.into(), table);
        self
    }
}

impl Read for Value {
    const EXPECTED: &'static str = "a string, a number, true or false, a list or a table";

    fn forms() -> Vec<Form> {
        vec![Form::Anything]
    }

    fn read(value: &DeValue<'_>, at: At<'_>, report: &mut Report) -> Option<Self> {
        match value {
            DeValue::String(text) => Some(Self::Text(text.to_string())),
            DeValue::Boolean(value) => Some(Self::Bool(*value)),
            DeValue::Integer(_) => i64::read(value, at, report).map(Self::from),
            DeValue::Float(number) => {
                let read = number.as_str().parse().ok().and_then(Number::from_f64);
                if read.is_none() {
                    let message = format!("the number `{}` cannot be written to a template", number.as_str());
                    report.push(Diagnostic::new(code::WRONG_TYPE, message).at_value(at, ""));
                }
                read.map(Self::Number)
            }
            DeValue::Array(_) => list(value, at, report).map(Self::List),
            DeValue::Table(_) => Table::read(value, at, report).map(Self::Table),
            DeValue::Datetime(date) => {
                report.push(wrong_type(Self::EXPECTED, value, at).help(format!("put it in quotes: \"{date}\"")));
                None
            }
        }
    }
}

impl Read for Table {
    const EXPECTED: &'static str = "a table";

    fn forms() -> Vec<Form> {
        vec![Form::Map(Value::forms())]
    }

    fn read(value: &DeValue<'_>, at: At<'_>, report: &mut Report) -> Option<Self> {
        let DeValue::Table(_) = value else {
            report.push(wrong_type(Self::EXPECTED, value, at));
            return None;
        };
        map(value, at, report).map(|entries| entries.into_iter().collect())
    }
}

impl Read for Labels {
    const EXPECTED: &'static str = "a table of labels, each a table";

    fn forms() -> Vec<Form> {
        vec![Form::Map(Table::forms())]
    }

    fn read(value: &DeValue<'_>, at: At<'_>, report: &mut Report) -> Option<Self> {
        map(value, at, report).map(Self)
    }
}

impl Strings for Value {
    fn strings(&mut self, at: At<'_>, visit: &mut dyn FnMut(&mut String, At<'_>)) {
        match self {
            Self::Text(text) => visit(text, at),
            Self::Bool(_) | Self::Number(_) => {}
            Self::List(items) => items.strings(at, visit),
            Self::Table(table) => table.strings(at, visit),
        }
    }
}

impl Strings for Table {
    fn strings(&mut self, at: At<'_>, visit: &mut dyn FnMut(&mut String, At<'_>)) {
        self.iter_mut().for_each(|(name, value)| value.strings(at.key(name), visit));
    }
}

impl Strings for Labels {
    fn strings(&mut self, at: At<'_>, visit: &mut dyn FnMut(&mut String, At<'_>)) {
        self.0.strings(at, visit);
    }
}
