//! Values that both back ends can write, with references to other resources as values of their own.

use std::sync::Arc;

use indexmap::IndexMap;

use super::{Address, Attribute, Handle};

/// One value of a property.
///
/// ```
/// use kiln::resource::{Part, Text, Value};
///
/// let role = Text::from("arn:aws:iam::").then(Part::Account).then(":role/images");
/// let principal = Value::map([("AWS", Value::from(role))]);
/// // References keep their places: each back end writes them in its own way.
/// let json = principal.json();
/// assert_eq!(json.parts()[0], Part::Literal(r#"{"AWS":"arn:aws:iam::"#.into()));
/// assert_eq!(json.parts()[1], Part::Account);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// A string, with or without references in it.
    Text(Text),
    /// A boolean.
    Bool(bool),
    /// A whole number. Units are part of the property's name or documentation, as AWS defines it.
    Integer(u64),
    /// An ordered list.
    List(Vec<Value>),
    /// A map whose keys are data, such as tags: written as it is, never renamed.
    Map(Box<IndexMap<String, Value>>),
    /// A JSON document: an object in CloudFormation, `jsonencode(…)` in Terraform. IAM policies are such.
    Json(Box<Value>),
}

impl Value {
    /// A list of texts.
    pub fn texts<T: Into<Text>>(items: impl IntoIterator<Item = T>) -> Self {
        Self::List(items.into_iter().map(|item| Self::Text(item.into())).collect())
    }

    /// A map from its entries, in the order given.
    pub fn map<K: Into<String>, V: Into<Value>>(entries: impl IntoIterator<Item = (K, V)>) -> Self {
        Self::Map(Box::new(entries.into_iter().map(|(key, value)| (key.into(), value.into())).collect()))
    }
}

impl Value {
    /// The value as JSON in a text, with its references in their places.
    #[must_use]
    pub fn json(&self) -> Text {
        fn joined<'a, T: 'a>(
            (open, close): (&str, &str),
            items: impl Iterator<Item = T>,
            one: impl Fn(Text, T) -> Text,
        ) -> Text {
            let between = |out: Text, (index, item)| one(if index == 0 { out } else { out.then(",") }, item);
            items.enumerate().fold(Text::from(open), between).then(close)
        }
        match self {
            Self::Text(text) => text.quoted(),
            Self::Bool(it) => Text::from(it.to_string()),
            Self::Integer(it) => Text::from(it.to_string()),
            Self::List(items) => joined(("[", "]"), items.iter(), |out, item| out.then(item.json())),
            Self::Map(entries) => joined(("{", "}"), entries.iter(), |out, (key, value)| {
                out.then(Text::from(key.as_str()).quoted()).then(":").then(value.json())
            }),
            Self::Json(document) => document.json(),
        }
    }
}

impl<T: Into<Text>> From<T> for Value {
    fn from(text: T) -> Self {
        Self::Text(text.into())
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<u64> for Value {
    fn from(value: u64) -> Self {
        Self::Integer(value)
    }
}

/// Tags as a map, which Image Builder's types and all of Terraform want; `None` where there is none.
#[must_use]
pub fn tag_map(tags: &IndexMap<String, Text>) -> Option<Value> {
    (!tags.is_empty()).then(|| Value::map(tags.iter().map(|(key, value)| (key.as_str(), value))))
}

/// Tags as CloudFormation's list of `Key` and `Value`, which most types want.
#[must_use]
pub fn tag_list(tags: &IndexMap<String, Text>) -> Option<Value> {
    let entries = tags.iter().map(|(key, value)| Value::map([("Key", &Text::from(key.as_str())), ("Value", value)]));
    (!tags.is_empty()).then(|| Value::List(entries.collect()))
}

/// A string made of literal pieces and references. Literal pieces are exactly what the service will see: escaping is
/// the printers' work alone.
///
/// ```
/// use kiln::resource::{Part, Text};
///
/// let bucket = Text::from("arn:").then(Part::Partition).then(":s3:::").then("acme-logs");
/// assert_eq!(bucket.parts().len(), 3);
/// assert_eq!(bucket.as_literal(), None, "the partition is known when it is deployed");
/// assert_eq!(Text::from("acme-").then("logs").as_literal(), Some("acme-logs"));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Text(Pieces);

/// Nearly all texts are of one piece, which then needs no list.
#[derive(Debug, Clone)]
enum Pieces {
    One(Part),
    Many(Vec<Part>),
}

impl Default for Pieces {
    fn default() -> Self {
        Self::Many(Vec::new())
    }
}

impl PartialEq for Pieces {
    fn eq(&self, other: &Self) -> bool {
        self.as_slice() == other.as_slice()
    }
}

impl Eq for Pieces {}

impl Pieces {
    fn as_slice(&self) -> &[Part] {
        match self {
            Self::One(part) => std::slice::from_ref(part),
            Self::Many(parts) => parts,
        }
    }
}

/// A piece of a [`Text`].
///
/// ```
/// use kiln::resource::{Part, Text};
///
/// let key = Text::from("arn:aws:kms:").then(Part::Region).then(":").then(Part::Account);
/// let key = key.then(":alias/images");
/// let is_known = |part: &Part| matches!(part, Part::Literal(_));
/// assert_eq!(key.parts().iter().filter(|part| !is_known(part)).count(), 2);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    /// These characters.
    Literal(String),
    /// An attribute of a resource of the same plan. In a box, because literals are many and references few.
    Attribute(Box<Reference>),
    /// The value of a parameter of the template.
    Parameter(Arc<Address>),
    /// The partition deployed to: `aws`, `aws-cn`, `aws-us-gov`.
    Partition,
    /// The Region deployed to.
    Region,
    /// The account deployed to, 12 digits.
    Account,
}

/// An attribute of a resource.
///
/// ```
/// use kiln::plan::{self, Life, Origin, Planned, Table};
/// use kiln::resource::Part;
/// use kiln::resource::vpc::{self, Vpc};
///
/// let vpc = Vpc { cidr_block: "10.0.0.0/24".into(), tags: [].into() };
/// let origin = Origin::shared(Table::Network, plan::Part::Vpc);
/// let id = Planned::new(origin, &vpc, Life::default()).handle.get(vpc::ID);
/// let [Part::Attribute(reference)] = id.parts() else { panic!("it is known after deployment") };
/// assert_eq!(reference.resource.address.cloudformation, "PrivateNetworkVpc");
/// assert_eq!(reference.attribute, vpc::ID);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reference {
    /// The resource referred to.
    pub resource: Handle,
    /// What of it.
    pub attribute: Attribute,
}

impl Text {
    /// The pieces, in order. Two literals never stand side by side.
    #[must_use]
    pub fn parts(&self) -> &[Part] {
        self.0.as_slice()
    }

    /// The characters, if there is no reference in it.
    #[must_use]
    pub fn as_literal(&self) -> Option<&str> {
        match self.parts() {
            [] => Some(""),
            [Part::Literal(text)] => Some(text),
            _ => None,
        }
    }

    /// The text as a string of JSON. What a reference stands for has nothing in it that JSON escapes: ARNs, ids, names.
    fn quoted(&self) -> Self {
        let pieces = self.parts().iter().map(|part| match part {
            Part::Literal(text) => {
                let quoted = serde_json::Value::from(text.as_str()).to_string();
                Self::from(&quoted[1..quoted.len() - 1])
            }
            reference => Self::from(reference.clone()),
        });
        pieces.fold(Self::from("\""), Self::then).then("\"")
    }

    /// This text with `next` after it.
    #[must_use]
    pub fn then(self, next: impl Into<Text>) -> Self {
        let mut parts = match self.0 {
            // Few texts have more pieces.
            Pieces::One(part) => {
                let mut parts = Vec::with_capacity(4);
                parts.push(part);
                parts
            }
            Pieces::Many(parts) => parts,
        };
        let mut push = |part| match (parts.last_mut(), part) {
            (Some(Part::Literal(before)), Part::Literal(after)) => before.push_str(&after),
            (_, part) => parts.push(part),
        };
        match next.into().0 {
            Pieces::One(part) => push(part),
            Pieces::Many(parts) => parts.into_iter().for_each(push),
        }
        Self(Pieces::Many(parts))
    }
}

impl From<Part> for Text {
    fn from(part: Part) -> Self {
        Self(Pieces::One(part))
    }
}

impl From<&str> for Text {
    fn from(text: &str) -> Self {
        Self::from(text.to_owned())
    }
}

impl From<String> for Text {
    fn from(text: String) -> Self {
        // No empty pieces: a reference after nothing is the reference alone.
        if text.is_empty() { Self::default() } else { Self::from(Part::Literal(text)) }
    }
}

impl From<&Text> for Text {
    fn from(text: &Text) -> Self {
        text.clone()
    }
}
