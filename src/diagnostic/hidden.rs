//! Characters of a text that its reviewers cannot see.

use std::collections::BTreeMap;

use super::{Diagnostic, Place, code};
use crate::source::{Hidden, Lines, hidden};

/// More lines of one text than these are counted: they have one cause.
const MOST: usize = 20;

/// A finding for each line that holds such a character, at the first of them. `file` is not named for the spec.
pub(crate) fn find(file: Option<&str>, text: &str) -> Vec<Diagnostic> {
    let mut lines: BTreeMap<usize, OfLine> = BTreeMap::new();
    let mut table = None;
    for (at, char, kind) in hidden(text) {
        let (line, _) = table.get_or_insert_with(|| Lines::new(text)).position(at);
        lines.entry(line).or_insert(OfLine { line, at, char, kind, count: 0 }).count += 1;
    }
    let mut found: Vec<Diagnostic> = lines.values().take(MOST).map(|it| it.finding(file)).collect();
    let more = lines.len().saturating_sub(MOST);
    if let Some(last) = found.last_mut().filter(|_| more > 0) {
        last.help.push(format!("{more} more lines of this file hold such characters"));
    }
    found
}

/// The first such character of a line, and how many there are.
struct OfLine {
    line: usize,
    at: usize,
    char: char,
    kind: Hidden,
    count: usize,
}

impl OfLine {
    fn finding(&self, file: Option<&str>) -> Diagnostic {
        let Self { line, at, char, kind, count } = *self;
        let more = if count > 1 { format!(", and {} more", count - 1) } else { String::new() };
        let message = format!("line {line} holds U+{:04X}, {}{more}", u32::from(char), kind.word());
        Diagnostic::new(code::HIDDEN_CHARACTER, message)
            .label(file, Place::Span(at..at + char.len_utf8()), kind.effect())
            .help("delete it; where it is needed, write an escape that reviewers see, such as `\\u202E` in a quoted string")
    }
}
