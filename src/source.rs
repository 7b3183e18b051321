//! The text that a user wrote, and places in it.
//!
//! Diagnostics name a place by the path of a field, `pipeline.web.base`, not by a position: the builder has no text,
//! and reading needs no table of positions. Only when a diagnostic is printed does [`Locator`] turn paths into spans.

mod locate;
mod path;
mod text;
mod visible;

use std::ops::Range;

pub use locate::Locator;
pub use path::{At, FieldPath, Segment};
pub use text::{NotUtf8, decode, plain};
pub use visible::{Hidden, Shown, colourless, hidden, visible, visible_lines};

/// A file's name, as the user may be told it, and its text.
///
/// ```
/// use kiln::source::Source;
///
/// let source = Source::new("infra/kiln.toml", "name = \"web\"\n");
/// let (spec, findings) = kiln::spec::read(&source);
/// assert_eq!(spec.name.as_deref(), Some("web"));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// The path as it was given, with forward slashes.
    pub name: String,
    /// The whole text, which is [`plain`].
    pub text: String,
}

impl Source {
    /// A source from its parts.
    pub fn new(name: impl Into<String>, text: impl Into<String>) -> Self {
        Self { name: name.into(), text: plain(text.into()) }
    }
}

/// Where the lines of a text begin, for many questions about one text.
///
/// ```
/// use kiln::source::Lines;
///
/// let text = "name = \"web\"\ntags = { team = \"platform\" }\n";
/// let offset = text.find("team").expect("it is there");
/// assert_eq!(Lines::new(text).position(offset), (2, 10));
/// ```
#[derive(Debug, Clone)]
pub struct Lines<'a> {
    text: &'a str,
    starts: Vec<usize>,
}

impl<'a> Lines<'a> {
    /// The lines of this text.
    #[must_use]
    pub fn new(text: &'a str) -> Self {
        let starts = std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect();
        Self { text, starts }
    }

    /// The line and the column of a byte offset, both counted from 1; the column counts characters.
    #[must_use]
    pub fn position(&self, offset: usize) -> (usize, usize) {
        let offset = floor_char_boundary(self.text, offset);
        let line = self.starts.partition_point(|start| *start <= offset);
        let start = self.starts.get(line.saturating_sub(1)).copied().unwrap_or_default();
        (line, self.text[start..offset].chars().count() + 1)
    }
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

    fn check(text: &str, offset: usize, expected: (usize, usize)) {
        assert_eq!(Lines::new(text).position(offset), expected);
    }

    #[test]
    fn columns_count_characters() {
        check("a\nöb", 4, (2, 2));
        // Inside a character is at its start.
        check("a\nöb", 3, (2, 1));
        check("a\n", 2, (2, 1));
        check("", 9, (1, 1));
    }
}
