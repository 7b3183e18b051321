//! What is handed on as it was written: the escape hatch of a spec, `[raw.…]`.
//!
//! kiln has no opinion about these values. They are the same at each stage, from the spec to the printers, so this room
//! uses nothing else of the crate.

pub mod template;

use indexmap::IndexMap;
use serde_json::Number;

/// A value of any shape.
///
/// ```
/// use kiln::raw::{Table, Value};
///
/// let topic = Value::reference("Alarms");
/// assert_eq!(topic, Table::new().with("Ref", "Alarms").into());
/// let policy = Table::new().with("Topics", [topic]);
/// assert_eq!(policy.get("Topics").map(Value::kind), Some("a list"));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// A string. In Terraform, the source of a template.
    Text(String),
    /// A boolean.
    Bool(bool),
    /// A number, whole or not.
    Number(Number),
    /// A list.
    List(Vec<Value>),
    /// A table.
    Table(Table),
}

/// Values under names, in the order in which they were written.
///
/// ```
/// use kiln::raw::{Table, Value};
///
/// let topic = Table::new().with("Type", "AWS::SNS::Topic").with("DeletionPolicy", "Retain");
/// assert_eq!(topic.get("DeletionPolicy"), Some(&Value::from("Retain")));
/// assert!(topic.iter().map(|(name, _)| name).eq(["Type", "DeletionPolicy"]));
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Table(IndexMap<String, Value>);

impl Table {
    /// An empty table, to be filled by [`Self::with`].
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// This table with one more value.
    #[must_use]
    pub fn with(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.0.insert(name.into(), value.into());
        self
    }

    /// The value of this name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.0.get(name)
    }

    /// Whether there is nothing in it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Puts it and the tables in it into the order of their names.
    pub fn sort(&mut self) {
        fn inner(value: &mut Value) {
            match value {
                Value::Table(table) => table.sort(),
                Value::List(items) => items.iter_mut().for_each(inner),
                Value::Text(_) | Value::Bool(_) | Value::Number(_) => {}
            }
        }
        self.0.sort_unstable_keys();
        self.0.values_mut().for_each(inner);
    }

    /// The entries in order.
    pub fn iter(&self) -> indexmap::map::Iter<'_, String, Value> {
        self.0.iter()
    }

    /// The entries in order, to be changed.
    pub fn iter_mut(&mut self) -> indexmap::map::IterMut<'_, String, Value> {
        self.0.iter_mut()
    }
}

impl<'a> IntoIterator for &'a Table {
    type Item = (&'a String, &'a Value);
    type IntoIter = indexmap::map::Iter<'a, String, Value>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl FromIterator<(String, Value)> for Table {
    fn from_iter<T: IntoIterator<Item = (String, Value)>>(entries: T) -> Self {
        Self(entries.into_iter().collect())
    }
}

impl Value {
    /// What CloudFormation's `Ref` of this logical id is.
    pub fn reference(id: impl Into<String>) -> Self {
        Table::new().with("Ref", id.into()).into()
    }

    /// An attribute of a resource in CloudFormation: `Fn::GetAtt`.
    pub fn attribute(id: impl Into<String>, attribute: impl Into<String>) -> Self {
        Table::new().with("Fn::GetAtt", [id.into(), attribute.into()]).into()
    }

    /// The words for what it is.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Text(_) => "a string",
            Self::Bool(_) => "true or false",
            Self::Number(_) => "a number",
            Self::List(_) => "a list",
            Self::Table(_) => "a table",
        }
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Self::Number(number.into())
    }
}

impl From<Number> for Value {
    fn from(number: Number) -> Self {
        Self::Number(number)
    }
}

impl From<Table> for Value {
    fn from(table: Table) -> Self {
        Self::Table(table)
    }
}

impl<T: Into<Value>> From<Vec<T>> for Value {
    fn from(items: Vec<T>) -> Self {
        Self::List(items.into_iter().map(Into::into).collect())
    }
}

impl<T: Into<Value>, const N: usize> From<[T; N]> for Value {
    fn from(items: [T; N]) -> Self {
        Self::List(items.into_iter().map(Into::into).collect())
    }
}

/// Everything that a spec hands on.
///
/// ```
/// use kiln::files::InMemory;
/// use kiln::raw::Table;
/// use kiln::spec::{Pipeline, Spec};
/// use kiln::synth::{Request, check};
///
/// let web = Pipeline::from_base("amazon-linux-2023/arm64").component("aws:update-linux");
/// let topic = Table::new().with("display_name", "Builds");
/// let spec = Spec::named("web").pipeline("web", web).raw_terraform("aws_sns_topic", "alarms", topic);
/// let planned = check(Request::new(&spec, &InMemory::default())).planned.expect("no errors");
/// assert!(planned.project.raw.terraform("aws_sns_topic", "alarms").is_some());
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Raw {
    /// For CloudFormation, by logical id.
    pub cloudformation: IndexMap<String, Table>,
    /// For Terraform, by resource type and label.
    pub terraform: IndexMap<String, IndexMap<String, Table>>,
}

impl Raw {
    /// The same with all tables in the order of their names.
    #[must_use]
    pub fn sorted(&self) -> Self {
        let mut sorted = self.clone();
        sorted.cloudformation.sort_unstable_keys();
        sorted.cloudformation.values_mut().for_each(Table::sort);
        sorted.terraform.sort_unstable_keys();
        for labels in sorted.terraform.values_mut() {
            labels.sort_unstable_keys();
            labels.values_mut().for_each(Table::sort);
        }
        sorted
    }

    /// What is merged into the resource of this type and label in Terraform.
    #[must_use]
    pub fn terraform(&self, of: &str, label: &str) -> Option<&Table> {
        self.terraform.get(of)?.get(label)
    }
}
