//! The text that a user wrote, and places in it.
//!
//! Diagnostics name a place by the path of a field, `pipeline.web.base`, not by a position: the builder has no text,
//! and reading needs no table of positions. Only when a diagnostic is printed does [`locate`] turn paths into spans.

mod locate;
mod path;

use std::ops::Range;

pub use locate::Locator;
pub use path::{At, FieldPath, Segment};

/// A file's name, as the user may be told it, and its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// The path as it was given, with forward slashes.
    pub name: String,
    /// The whole text.
    pub text: String,
}

impl Source {
    /// A source from its parts.
    pub fn new(name: impl Into<String>, text: impl Into<String>) -> Self {
        Self { name: name.into(), text: text.into() }
    }
}

/// The line and the column of a byte offset, both counted from 1; the column counts characters.
#[must_use]
pub fn line_and_column(text: &str, offset: usize) -> (usize, usize) {
    let offset = floor_char_boundary(text, offset);
    let before = &text[..offset];
    let line = before.bytes().filter(|byte| *byte == b'\n').count() + 1;
    let start = before.rfind('\n').map_or(0, |at| at + 1);
    (line, before[start..].chars().count() + 1)
}

/// The nearest place at or before `offset` that does not cut a character.
#[must_use]
pub fn floor_char_boundary(text: &str, offset: usize) -> usize {
    let mut offset = offset.min(text.len());
    while !text.is_char_boundary(offset) {
        offset -= 1;
    }
    offset
}

/// A range that is inside the text and cuts no character.
#[must_use]
pub fn clamp(text: &str, span: &Range<usize>) -> Range<usize> {
    let start = floor_char_boundary(text, span.start);
    start..floor_char_boundary(text, span.end).max(start)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_characters() {
        assert_eq!(line_and_column("a\nöb", 4), (2, 2));
        assert_eq!(line_and_column("a\nöb", 3), (2, 1), "inside a character is at its start");
        assert_eq!(line_and_column("", 9), (1, 1));
    }
}
