//! Tags: each key and value, their number, and which win.

use indexmap::IndexMap;

use super::context::Context;
use crate::diagnostic::{Diagnostic, code};
use crate::project::tag::{MOST_RESOURCE_TAGS, MOST_TAGS, RESERVED_RESOURCE_TAG_KEYS};
use crate::project::{TagKey, TagValue};
use crate::source::At;

pub(super) use crate::project::definition::Tags;

/// Checks the tables and merges them; later ones win.
pub(super) fn tags(tables: &[(&IndexMap<String, String>, At<'_>)], cx: &mut Context<'_>) -> Tags {
    merge(cx.tags.clone(), tables, cx)
}

/// Checks a table of tags that has nothing to do with those of the project.
pub(super) fn plain(table: &IndexMap<String, String>, at: At<'_>, cx: &mut Context<'_>) -> Tags {
    merge(Tags::new(), &[(table, at)], cx)
}

fn merge(mut merged: Tags, tables: &[(&IndexMap<String, String>, At<'_>)], cx: &mut Context<'_>) -> Tags {
    for (table, at) in tables {
        for (key, value) in *table {
            let key_is_good = match TagKey::parse(key) {
                Ok(_) => true,
                Err(invalid) => {
                    let diagnostic = Diagnostic::new(code::BAD_TAG, invalid.message).at_key(at.key(key), "");
                    cx.report(match invalid.help {
                        Some(help) => diagnostic.help(help),
                        None => diagnostic,
                    });
                    false
                }
            };
            let value_is_good = cx.parse(code::BAD_TAG, at.key(key), value, TagValue::parse).is_some();
            if key_is_good && value_is_good {
                merged.insert(key.clone(), value.clone());
            }
        }
        if !table.is_empty() {
            too_many(&merged, MOST_TAGS, *at, cx);
            // Every resource would have them all.
            if merged.len() > MOST_TAGS {
                merged.truncate(MOST_TAGS + 1);
                merged.shrink_to_fit();
            }
        }
    }
    merged
}

/// The tags of build instances: those of the project that they may have, and these.
pub(super) fn resource_tags(table: &IndexMap<String, String>, at: At<'_>, cx: &mut Context<'_>) -> Tags {
    let mut merged = tags(&[(table, at)], cx);
    for reserved in RESERVED_RESOURCE_TAG_KEYS {
        if merged.shift_remove(reserved).is_none() {
            continue;
        }
        // Where the whole project has the tag, this is one finding, not one for each pipeline.
        let project = At::ROOT.key("tags");
        let place = if table.contains_key(reserved) { at.key(reserved) } else { project.key(reserved) };
        cx.report(
            Diagnostic::new(
                code::RESERVED_RESOURCE_TAG,
                format!("build instances cannot have the tag `{reserved}`: the service sets it"),
            )
            .at_key(place, "left out on build instances"),
        );
    }
    // Tags of the project alone are counted at the project, once.
    let at = if table.is_empty() { At::ROOT.key("tags") } else { at };
    if merged.len() <= MOST_TAGS {
        too_many(&merged, MOST_RESOURCE_TAGS, at, cx);
    }
    merged
}

fn too_many(tags: &Tags, most: usize, at: At<'_>, cx: &mut Context<'_>) {
    if tags.len() > most {
        let message = format!("{} tags with those of the project, {most} are allowed", tags.len());
        cx.report(Diagnostic::new(code::TOO_MANY, message).at_key(at, ""));
    }
}
