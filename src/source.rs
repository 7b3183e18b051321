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
pub(crate) use path::FieldPaths;
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
    /// How many characters begin before each block of the text, where that is not its bytes: a line may be very long.
    characters: Vec<usize>,
}

/// So many bytes are counted character by character.
const BLOCK: usize = 1024;

impl<'a> Lines<'a> {
    /// The lines of this text.
    #[must_use]
    pub fn new(text: &'a str) -> Self {
        let starts = std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect();
        let mut count = 0;
        let blocks = if text.is_ascii() { [].chunks(BLOCK) } else { text.as_bytes().chunks(BLOCK) };
        let characters = blocks.map(|block| {
            count += begun(block);
            count - begun(block)
        });
        let characters = characters.collect();
        Self { text, starts, characters }
    }

    /// The line and the column of a byte offset, both counted from 1; the column counts characters.
    #[must_use]
    pub fn position(&self, offset: usize) -> (usize, usize) {
        let offset = floor_char_boundary(self.text, offset);
        let line = self.starts.partition_point(|start| *start <= offset);
        let start = self.starts.get(line.saturating_sub(1)).copied().unwrap_or_default();
        (line, self.characters(offset) - self.characters(start) + 1)
    }

    /// How many characters begin before a byte.
    fn characters(&self, offset: usize) -> usize {
        let block = offset / BLOCK;
        match (self.characters.is_empty(), self.characters.get(block)) {
            (true, _) => offset,
            (false, Some(before)) => before + begun(&self.text.as_bytes()[block * BLOCK..offset]),
            // The end of a text that fills its last block.
            (false, None) => {
                let last = self.characters.len() - 1;
                self.characters[last] + begun(&self.text.as_bytes()[last * BLOCK..offset])
            }
        }
    }
}

/// How many characters begin in these bytes.
fn begun(bytes: &[u8]) -> usize {
    bytes.iter().filter(|byte| **byte & 0xC0 != 0x80).count()
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
        // In a line of many blocks.
        let long = "ö".repeat(2 * BLOCK);
        check(&long, 2 * BLOCK + 2, (1, BLOCK + 2));
        check(&long, long.len(), (1, 2 * BLOCK + 1));
    }
}
