//! The constraints of the service's model, and the keys of a spec that they concern.

use std::collections::BTreeMap;
use std::fmt;

use serde_json::Value;

use super::data::{json, toml};

/// One thing that the service demands of one member of a create call.
pub(crate) struct Constraint {
    /// The type's name without `AWS::ImageBuilder::`.
    pub(crate) of: String,
    /// The member, by its path in CloudFormation.
    pub(crate) path: String,
    /// The type of the member's value.
    pub(crate) shape: String,
    /// What is demanded.
    pub(crate) kind: Kind,
    /// The key of a spec that sets it, if one does.
    pub(crate) key: Option<Key>,
}

/// What is demanded.
#[derive(Clone)]
pub(crate) enum Kind {
    Required,
    Type,
    MinLength(usize),
    MaxLength(usize),
    Pattern(String),
    Word,
    Least(i64),
    Most(i64),
    FewestItems(usize),
    MostItems(usize),
}

/// A key, and what of it is meant.
#[derive(Clone)]
pub(crate) struct Key {
    /// As in `tests/coverage/keys.toml`; an item of a list ends in `[]`.
    pub(crate) path: String,
    /// Whether the name is meant and not the value: of a table that the user names, or of an entry such as a tag.
    pub(crate) is_name: bool,
}

/// The kinds in the order of the table.
pub(crate) const KINDS: [&str; 10] = [
    "required",
    "type",
    "minimum length",
    "maximum length",
    "pattern",
    "word",
    "minimum",
    "maximum",
    "fewest items",
    "most items",
];

impl Kind {
    /// Its name in the table.
    pub(crate) fn word(&self) -> &'static str {
        match self {
            Self::Required => KINDS[0],
            Self::Type => KINDS[1],
            Self::MinLength(_) => KINDS[2],
            Self::MaxLength(_) => KINDS[3],
            Self::Pattern(_) => KINDS[4],
            Self::Word => KINDS[5],
            Self::Least(_) => KINDS[6],
            Self::Most(_) => KINDS[7],
            Self::FewestItems(_) => KINDS[8],
            Self::MostItems(_) => KINDS[9],
        }
    }
}

impl fmt::Display for Constraint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}: {}", self.of, self.path, self.kind.word())
    }
}

/// All constraints. A structure is what its members are, so it has none of its own.
pub(crate) fn constraints() -> Vec<Constraint> {
    let model: Value = json("tests/mutations/constraints.json");
    let keys: BTreeMap<String, BTreeMap<String, String>> = toml("tests/coverage/keys.toml");
    let mut all = Vec::new();
    for (of, members) in model.as_object().unwrap() {
        for member in members.as_array().unwrap() {
            let path = member["path"].as_str().unwrap();
            for kind in kinds(member) {
                all.push(Constraint {
                    of: of.rsplit("::").next().unwrap().to_owned(),
                    path: path.to_owned(),
                    shape: member["type"].as_str().unwrap().to_owned(),
                    kind,
                    key: key(path, &keys[of]),
                });
            }
        }
    }
    all
}

fn kinds(member: &Value) -> Vec<Kind> {
    let size = |key: &str| member[key].as_u64().and_then(|size| usize::try_from(size).ok());
    let mut kinds = Vec::new();
    let shape = member["type"].as_str().unwrap();
    if shape == "structure" {
        return kinds;
    }
    if member["required"] == true {
        kinds.push(Kind::Required);
    }
    kinds.push(Kind::Type);
    match shape {
        "string" => {
            kinds.extend(size("min").filter(|min| *min > 0).map(Kind::MinLength));
            kinds.extend(size("max").map(Kind::MaxLength));
            kinds.extend(member["pattern"].as_str().map(|pattern| Kind::Pattern(pattern.to_owned())));
            kinds.extend(member["enum"].is_array().then_some(Kind::Word));
        }
        "integer" => {
            kinds.extend(member["min"].as_i64().map(Kind::Least));
            kinds.extend(member["max"].as_i64().map(Kind::Most));
        }
        "list" | "map" => {
            kinds.extend(size("min").map(Kind::FewestItems));
            kinds.extend(size("max").map(Kind::MostItems));
        }
        _ => {}
    }
    kinds
}

/// The key of a member: its own, or that of the level or list that it is in or has below it.
fn key(path: &str, keys: &BTreeMap<String, String>) -> Option<Key> {
    let value = |path: String| Some(Key { path, is_name: false });
    let name = |path: String| Some(Key { path, is_name: true });
    // Parameters are a table in a spec: their names are its keys.
    if let Some((list, part)) = path.split_once(".Parameters[].") {
        let table = keys.get(&format!("{list}.Parameters[].Name"))?;
        return if part == "Name" { name(format!("{table}.NAME")) } else { value(format!("{table}.NAME")) };
    }
    if let Some(list) = path.strip_suffix(".Parameters") {
        return value(keys.get(&format!("{list}.Parameters[].Name"))?.clone());
    }
    if let Some(map) = path.strip_suffix(".(key)") {
        return name(format!("{}.NAME", keys.get(map)?));
    }
    if let Some(map) = path.strip_suffix(".(value)") {
        return value(format!("{}.NAME", keys.get(map)?));
    }
    if let Some(own) = keys.get(path) {
        return Some(Key { path: own.clone(), is_name: own.ends_with(".NAME") });
    }
    if let Some(list) = path.strip_suffix("[]") {
        return value(format!("{}[]", keys.get(list)?));
    }
    let below = format!("{path}[].");
    let depth = below.matches("[]").count();
    let cut = keys.iter().filter(|(other, _)| other.starts_with(&below)).find_map(|(_, key)| {
        let (at, _) = key.match_indices("[]").nth(depth - 1)?;
        Some(key[..at].to_owned())
    });
    cut.and_then(value)
}
