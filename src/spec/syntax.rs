//! TOML that may have faults: one finding a fault, and everything that the faults leave readable.
//!
//! The parser goes on after a fault, and takes what follows an open bracket for its content: one slip would give a
//! finding for each line below it. So a value that is never closed is the last fault that is told, what stands below
//! it is not read, and no value with a fault in it is read.

use std::borrow::Cow;
use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue, Error};

/// More than so many faults of a text are not told: it is no TOML, and the first of them say so.
const MOST_FAULTS: usize = 100;

/// A fault and its place.
pub(super) struct Fault {
    /// Its bytes in the text.
    pub(super) span: Range<usize>,
    /// What is wrong.
    pub(super) message: String,
}

/// Reads a text as far as it can be understood.
pub(super) fn read(text: &str) -> (DeTable<'_>, Vec<Fault>) {
    let (table, errors) = DeTable::parse_recoverable(text);
    if errors.is_empty() {
        return (table.into_inner(), Vec::new());
    }
    let open =
        errors.iter().filter_map(|error| open_at(error, table.get_ref(), text)).min_by_key(|open| open.span.start);
    let end = open.as_ref().map_or(text.len(), |open| line_start(text, open.span.start));
    let mut faults: Vec<Fault> = Vec::new();
    for error in errors.iter().take(MOST_FAULTS) {
        let span = error.span().unwrap_or(0..0);
        // Further faults of a line come from the first.
        let is_known = faults.iter().any(|known| line_start(text, known.span.start) == line_start(text, span.start));
        if span.start < end && !is_known {
            faults.push(Fault { span, message: error.message().to_owned() });
        }
    }
    faults.extend(open);
    let mut table = DeTable::parse_recoverable(&text[..end]).0.into_inner();
    prune(&mut table, &faults, text);
    (table, faults)
}

/// No key has more bytes. Each finding names the keys that lead to its place; those of AWS have 512 at most.
pub(super) const MOST_KEY_BYTES: usize = 512;

/// Takes out the values whose keys are too long, and calls with the place and the length of each such key.
pub(super) fn without_long_keys(table: &mut DeTable<'_>, report: &mut dyn FnMut(Range<usize>, usize)) {
    let is_long = |key: &Spanned<Cow<'_, str>>| key.get_ref().len() > MOST_KEY_BYTES;
    table.keys().filter(|key| is_long(key)).for_each(|key| report(key.span(), key.get_ref().len()));
    if table.keys().any(is_long) {
        *table = std::mem::take(table).into_iter().filter(|(key, _)| !is_long(key)).collect();
    }
    table.iter_mut().for_each(|(_, value)| in_value(value.get_mut(), report));
}

fn in_value(value: &mut DeValue<'_>, report: &mut dyn FnMut(Range<usize>, usize)) {
    match value {
        DeValue::Table(table) => without_long_keys(table, report),
        DeValue::Array(items) => items.iter_mut().for_each(|item| in_value(item.get_mut(), report)),
        _ => {}
    }
}

/// Where something begins that an error says is never closed: a table's header, or a value.
fn open_at(error: &Error, table: &DeTable<'_>, text: &str) -> Option<Fault> {
    let end = error.span()?.start;
    let message = error.message();
    if message.starts_with("unclosed table") {
        return Some(Fault { span: error.span()?, message: message.to_owned() });
    }
    let is_open = message.starts_with("unclosed") || message.starts_with("invalid multi-line");
    let start = is_open.then(|| value_around(table, end, text)).flatten()?;
    let opening = if message.starts_with("unclosed") { 1 } else { 3 };
    Some(Fault { span: start..start + opening, message: "this is never closed".to_owned() })
}

/// The start of the outermost value that reaches over a place.
fn value_around(table: &DeTable<'_>, place: usize, text: &str) -> Option<usize> {
    table.values().find_map(|value| {
        let span = value.span();
        let starts_with = |opening: &str| text.get(span.start..).is_some_and(|text| text.starts_with(opening));
        match value.get_ref() {
            DeValue::Table(inner) if !starts_with("{") => value_around(inner, place, text),
            DeValue::Array(items) if starts_with("[[") => {
                let tables = items.iter().filter_map(|item| item.get_ref().as_table());
                tables.filter_map(|inner| value_around(inner, place, text)).next()
            }
            _ => (span.start <= place && place <= span.end).then_some(span.start),
        }
    })
}

/// Takes out the values that have a fault in them.
fn prune(table: &mut DeTable<'_>, faults: &[Fault], text: &str) {
    let keys: Vec<String> = table.keys().map(|key| key.get_ref().to_string()).collect();
    for key in keys {
        let Some(value) = table.get_mut(key.as_str()) else { continue };
        let span = value.span();
        let is_faulty = || faults.iter().any(|fault| span.start <= fault.span.start && fault.span.start <= span.end);
        let keep = match value.get_mut() {
            DeValue::Table(inner) => {
                prune(inner, faults, text);
                true
            }
            DeValue::Array(_) if text[span.start..].starts_with("[[") => true,
            _ => !is_faulty(),
        };
        if !keep {
            table.remove(key.as_str());
        }
    }
}

fn line_start(text: &str, place: usize) -> usize {
    let place = crate::source::floor_char_boundary(text, place);
    text[..place].rfind('\n').map_or(0, |at| at + 1)
}
