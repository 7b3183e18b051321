//! The spec's keys as data, and as a reference in Markdown, from the same declarations that read them.

use std::fmt::Write;

use super::Spec;
use crate::table::Read;

pub use crate::table::{Form, KeyDoc, Kind, TableDoc, Values};

/// The table that a spec is, from which all others are reached.
#[must_use]
pub fn root() -> Option<&'static TableDoc> {
    Spec::TABLE
}

/// Writes a section a table, each with its keys.
#[must_use]
pub fn markdown() -> String {
    let mut out = String::new();
    if let Some(root) = Spec::TABLE {
        section("The spec", "", root, &mut Vec::new(), &mut out);
    }
    out
}

/// Whether a spec has this key, such as `pipeline.NAME.root-volume.size` or `distribution.NAME.to[].region`: `NAME` stands for
/// a name that the user gives, and brackets for an item of a list.
#[must_use]
pub fn has_key(path: &str) -> bool {
    let mut table = Spec::TABLE;
    let mut segments = path.split('.');
    while let Some(segment) = segments.next() {
        let name = segment.trim_end_matches("[]");
        let Some(key) = table.and_then(|table| table.keys.iter().find(|key| key.name == name)) else { return false };
        if key.kind == Kind::Map {
            // A name of the user's.
            segments.next();
        }
        table = (key.table)();
    }
    true
}

/// A table that is reached on several ways is written once, where it is first reached.
fn section(title: &str, path: &str, table: &'static TableDoc, done: &mut Vec<&'static str>, out: &mut String) {
    done.push(table.name);
    let _ = write!(out, "## {title}\n\n{}\n\n| key | value | meaning |\n| --- | --- | --- |\n", prose(table.doc));
    for key in table.keys {
        let value = match key.kind {
            Kind::One => key.expected.to_owned(),
            Kind::List => format!("list, each {}", key.expected),
            Kind::Map => format!("table of names, each {}", key.expected),
        };
        let _ = writeln!(out, "| `{}` | {} | {} |", key.name, cell(&value), cell(&prose(key.doc)));
    }
    out.push('\n');
    for key in table.keys {
        let Some(inner) = (key.table)() else { continue };
        if done.contains(&inner.name) {
            continue;
        }
        let name = match (path, key.kind) {
            ("", Kind::Map) => format!("{}.NAME", key.name),
            ("", _) => key.name.to_owned(),
            (path, Kind::Map) => format!("{path}.{}.NAME", key.name),
            (path, _) => format!("{path}.{}", key.name),
        };
        section(&format!("`{name}`"), &name, inner, done, out);
    }
}

/// What is said of a table or a key, on one line; the examples in Rust below it are for rustdoc.
pub(super) fn prose(doc: &[&str]) -> String {
    let lines = doc.iter().map(|line| line.trim());
    lines.take_while(|line| !line.starts_with("```")).collect::<Vec<_>>().join(" ").trim().to_owned()
}

fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}
