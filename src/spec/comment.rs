//! Comments that allow a finding, with the fields of the spec that they are about.

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::diagnostic::comment::{Comment, comments};
use crate::source::{FieldPath, Segment};

/// The comments of a spec.
pub(super) fn read(text: &str, table: &DeTable<'_>) -> Vec<Comment> {
    let mut found = comments(text);
    for comment in &mut found {
        // The comment itself covers no field, and nor does what is before it on its line.
        let covered = &text[comment.covers.clone()];
        let line = covered.lines().find(|line| !line.trim().is_empty() && !line.trim_start().starts_with('#'));
        let is_header = line.is_some_and(|line| line.trim_start().starts_with('['));
        let mut fields = Vec::new();
        walk(table, comment, &mut Vec::new(), is_header, &mut fields);
        if is_header {
            // `[pipeline.web]` is about the one table, not about all pipelines.
            let deepest = fields.iter().map(|field: &FieldPath| field.0.len()).max();
            fields.retain(|field| Some(field.0.len()) == deepest);
        }
        comment.fields = fields;
    }
    found
}

/// The fields that begin in what the comment covers; below one of them only in headers.
fn walk(table: &DeTable<'_>, comment: &Comment, path: &mut Vec<Segment>, is_header: bool, fields: &mut Vec<FieldPath>) {
    for (key, value) in table {
        path.push(Segment::Key(key.get_ref().to_string()));
        let is_covered = comment.covers.contains(&key.span().start);
        if is_covered {
            fields.push(FieldPath(path.clone()));
        }
        if !is_covered || is_header {
            below(value, comment, path, is_header, fields);
        }
        path.pop();
    }
}

fn below(
    value: &Spanned<DeValue<'_>>,
    comment: &Comment,
    path: &mut Vec<Segment>,
    is_header: bool,
    fields: &mut Vec<FieldPath>,
) {
    match value.get_ref() {
        DeValue::Table(table) => walk(table, comment, path, is_header, fields),
        DeValue::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                path.push(Segment::Index(index));
                let is_covered = comment.covers.contains(&item.span().start);
                if is_covered {
                    fields.push(FieldPath(path.clone()));
                }
                if !is_covered || is_header {
                    below(item, comment, path, is_header, fields);
                }
                path.pop();
            }
        }
        _ => {}
    }
}
