//! The reference of the spec's keys as Markdown, from the same declarations that read them.

use std::fmt::Write;

use super::Spec;
use crate::table::{Kind, Read, TableDoc};

/// Writes a section a table, each with its keys.
#[must_use]
pub fn markdown() -> String {
    let mut out = String::new();
    if let Some(root) = Spec::TABLE {
        section("The spec", "", root, &mut Vec::new(), &mut out);
    }
    out
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

fn prose(doc: &[&str]) -> String {
    doc.iter().map(|line| line.trim()).collect::<Vec<_>>().join(" ").trim().to_owned()
}

fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}
