//! The hash of what a component or a recipe is.

use std::collections::BTreeMap;
use std::fmt::{self, Write};

use sha2::{Digest, Sha256};

use crate::raw;
use crate::resource::{Part, Properties, Shape, Text, Value};

/// SHA-256 over every property that has no update call, as lowercase hexadecimal digits.
///
/// ```
/// use kiln::resource::Properties;
/// use kiln::versions::Hash;
///
/// let component = |tag: &str| Properties::new().value("Data", "install nginx").value("Tags", tag);
/// let hash = Hash::of(&component("blue"), &[]);
/// // Tags have a call of their own: another one is no other content.
/// assert_eq!(hash, Hash::of(&component("green"), &[]));
/// assert_eq!(Hash::parse(&hash.to_string()), Some(hash));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hash(String);

/// What may change without a new version: the version itself, and tags, which have a call of their own.
const NOT_CONTENT: [&str; 2] = ["Version", "Tags"];

/// What a spec may hand on for a resource that is no property of it: attributes of a CloudFormation resource, and
/// meta-arguments of a Terraform resource beside version and tags.
const NOT_RAW_CONTENT: [&str; 16] = [
    "Condition",
    "CreationPolicy",
    "DeletionPolicy",
    "DependsOn",
    "Metadata",
    "UpdatePolicy",
    "UpdateReplacePolicy",
    "connection",
    "depends_on",
    "lifecycle",
    "provider",
    "provisioner",
    "tags",
    "tags_all",
    "timeouts",
    "version",
];

impl Hash {
    /// The hash of a resource's properties and of the versions that it refers to.
    #[must_use]
    pub fn of(properties: &Properties, versions: &[String]) -> Self {
        let mut content = Vec::with_capacity(4096);
        table(properties, &mut content);
        for version in versions {
            token(b'v', version, &mut content);
        }
        Self::digest(&content)
    }

    /// This hash with what the spec hands on for the resource as it is. Both back ends count whichever is written, so
    /// that there is one lock for both.
    #[must_use]
    pub fn with_raw(self, cloudformation: Option<&raw::Table>, terraform: Option<&raw::Table>) -> Self {
        let mut content = Vec::new();
        for (kind, table) in [(b'C', cloudformation), (b'T', terraform)] {
            let is_content = |name: &str| !NOT_CONTENT.contains(&name) && !NOT_RAW_CONTENT.contains(&name);
            let entries = table.into_iter().flatten().filter(|(name, _)| is_content(name));
            let entries: raw::Table = entries.map(|(name, value)| (name.clone(), value.clone())).collect();
            if !entries.is_empty() {
                token(kind, "", &mut content);
                raw_table(&entries, &mut content);
            }
        }
        if content.is_empty() {
            return self;
        }
        token(b'h', &self.0, &mut content);
        Self::digest(&content)
    }

    fn digest(content: &[u8]) -> Self {
        let mut hex = String::with_capacity(64);
        for byte in Sha256::digest(content) {
            // Writing to a string never fails.
            let _ = write!(hex, "{byte:02x}");
        }
        Self(hex)
    }

    /// A hash that was recorded; `None` if the text is none.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let is_hash = text.len() == 64 && text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
        is_hash.then(|| Self(text.to_owned()))
    }
}

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Every piece is written with its kind and its length, so that no two contents give one stream of bytes.
fn token(kind: u8, text: &str, content: &mut Vec<u8>) {
    content.push(kind);
    content.extend((text.len() as u64).to_be_bytes());
    content.extend(text.as_bytes());
}

fn table(properties: &Properties, content: &mut Vec<u8>) {
    content.extend(b"{");
    for (key, shape) in properties {
        // What CloudFormation does not have is how Terraform makes the same thing.
        let Some(name) = key.cloudformation.filter(|name| !NOT_CONTENT.contains(name)) else { continue };
        token(b'k', name, content);
        match shape {
            Shape::Value(value) => self::value(value, content),
            Shape::Differs(forms) => self::value(&forms.cloudformation, content),
            Shape::Block(block) => table(block, content),
            Shape::Blocks(blocks) => {
                content.extend(b"[");
                for block in blocks {
                    table(block, content);
                }
                content.extend(b"]");
            }
        }
    }
    content.extend(b"}");
}

fn value(value: &Value, content: &mut Vec<u8>) {
    match value {
        Value::Text(text) => self::text(text, content),
        Value::Bool(value) => token(b'b', if *value { "true" } else { "false" }, content),
        Value::Integer(value) => token(b'i', &value.to_string(), content),
        Value::List(items) => {
            content.extend(b"[");
            for item in items {
                self::value(item, content);
            }
            content.extend(b"]");
        }
        Value::Map(entries) => {
            content.extend(b"{");
            for (key, entry) in entries.iter() {
                token(b'k', key, content);
                self::value(entry, content);
            }
            content.extend(b"}");
        }
        Value::Json(inner) => self::value(inner, content),
    }
}

/// The order of keys means nothing.
fn raw_table(table: &raw::Table, content: &mut Vec<u8>) {
    let entries: BTreeMap<_, _> = table.iter().collect();
    content.extend(b"{");
    for (name, value) in entries {
        token(b'k', name, content);
        raw_value(value, content);
    }
    content.extend(b"}");
}

fn raw_value(value: &raw::Value, content: &mut Vec<u8>) {
    match value {
        raw::Value::Text(text) => token(b'l', text, content),
        raw::Value::Bool(value) => token(b'b', if *value { "true" } else { "false" }, content),
        raw::Value::Number(number) => token(b'i', &number.to_string(), content),
        raw::Value::List(items) => {
            content.extend(b"[");
            items.iter().for_each(|item| raw_value(item, content));
            content.extend(b"]");
        }
        raw::Value::Table(table) => raw_table(table, content),
    }
}

fn text(text: &Text, content: &mut Vec<u8>) {
    content.extend(b"(");
    for part in text.parts() {
        match part {
            Part::Literal(text) => token(b'l', text, content),
            Part::Attribute(it) => {
                token(b'r', &it.resource.address.cloudformation, content);
                token(b'a', it.attribute.terraform, content);
            }
            Part::Parameter(address) => token(b'p', &address.cloudformation, content),
            Part::Partition => content.extend(b"P"),
            Part::Region => content.extend(b"R"),
            Part::Account => content.extend(b"A"),
        }
    }
    content.extend(b")");
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(name: &str, value: &str) -> Hash {
        Hash::of(&Properties::new().value("Name", name).value("Data", value), &[])
    }

    #[test]
    fn content_counts_and_tags_do_not() {
        let plain = of("a", "b");
        let tagged = Properties::new().value("Name", "a").value("Data", "b").value("Tags", "x").value("Version", "2");
        assert_eq!(plain, Hash::of(&tagged, &[]));
        assert_ne!(plain, of("ab", ""));
        assert_ne!(plain, Hash::of(&Properties::new().value("Name", "a").value("Data", "b"), &["c 1.0.0".to_owned()]));
        assert_eq!(Hash::parse(&plain.to_string()), Some(plain));
    }

    #[test]
    fn what_is_handed_on_counts_for_both_back_ends() {
        let table = |name: &str| raw::Table::new().with(name, "x").with("A", raw::Table::new().with("b", true));
        let (plain, data) = (of("a", "b"), table("Data"));
        let cloudformation = plain.clone().with_raw(Some(&data), None);
        let terraform = plain.clone().with_raw(None, Some(&data));
        assert!(cloudformation != plain && terraform != plain && cloudformation != terraform);
        let other_order = raw::Table::new().with("A", raw::Table::new().with("b", true)).with("Data", "x");
        assert_eq!(plain.clone().with_raw(Some(&other_order), None), cloudformation);
        let tags = raw::Table::new().with("Tags", "x").with("DeletionPolicy", "Retain");
        assert_eq!(plain.clone().with_raw(Some(&tags), None), plain);
    }
}
