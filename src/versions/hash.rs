//! The hash of what a component or a recipe is.

use std::fmt::{self, Write};

use sha2::{Digest, Sha256};

use crate::resource::{Part, Properties, Shape, Text, Value};

/// SHA-256 over every property that has no update call, as lowercase hexadecimal digits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hash(String);

/// What may change without a new version: the version itself, and tags, which have a call of their own.
const NOT_CONTENT: [&str; 2] = ["Version", "Tags"];

impl Hash {
    /// The hash of a resource's properties and of the versions that it refers to.
    #[must_use]
    pub fn of(properties: &Properties, versions: &[String]) -> Self {
        let mut hasher = Sha256::new();
        table(properties, &mut hasher);
        for version in versions {
            token(b'v', version, &mut hasher);
        }
        let mut hex = String::with_capacity(64);
        for byte in hasher.finalize() {
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
fn token(kind: u8, text: &str, hasher: &mut Sha256) {
    hasher.update([kind]);
    hasher.update((text.len() as u64).to_be_bytes());
    hasher.update(text);
}

fn table(properties: &Properties, hasher: &mut Sha256) {
    hasher.update(b"{");
    for (key, shape) in properties {
        // What CloudFormation does not have is how Terraform makes the same thing.
        let Some(name) = key.cloudformation.filter(|name| !NOT_CONTENT.contains(name)) else { continue };
        token(b'k', name, hasher);
        match shape {
            Shape::Value(value) => self::value(value, hasher),
            Shape::Differs(forms) => self::value(&forms.cloudformation, hasher),
            Shape::Block(block) => table(block, hasher),
            Shape::Blocks(blocks) => {
                hasher.update(b"[");
                for block in blocks {
                    table(block, hasher);
                }
                hasher.update(b"]");
            }
        }
    }
    hasher.update(b"}");
}

fn value(value: &Value, hasher: &mut Sha256) {
    match value {
        Value::Text(text) => self::text(text, hasher),
        Value::Bool(value) => token(b'b', if *value { "true" } else { "false" }, hasher),
        Value::Integer(value) => token(b'i', &value.to_string(), hasher),
        Value::List(items) => {
            hasher.update(b"[");
            for item in items {
                self::value(item, hasher);
            }
            hasher.update(b"]");
        }
        Value::Map(entries) => {
            hasher.update(b"{");
            for (key, entry) in entries.iter() {
                token(b'k', key, hasher);
                self::value(entry, hasher);
            }
            hasher.update(b"}");
        }
        Value::Json(inner) => self::value(inner, hasher),
    }
}

fn text(text: &Text, hasher: &mut Sha256) {
    hasher.update(b"(");
    for part in text.parts() {
        match part {
            Part::Literal(text) => token(b'l', text, hasher),
            Part::Attribute { resource, attribute } => {
                token(b'r', &resource.address.cloudformation, hasher);
                token(b'a', attribute.terraform, hasher);
            }
            Part::Parameter(address) => token(b'p', &address.cloudformation, hasher),
            Part::Partition => hasher.update(b"P"),
            Part::Region => hasher.update(b"R"),
            Part::Account => hasher.update(b"A"),
        }
    }
    hasher.update(b")");
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
}
