//! Two texts compared line by line.

use serde::Serialize;
use similar::{ChangeTag, TextDiff};

/// Lines around a change.
const CONTEXT: usize = 3;

/// Lines that change, with some around them.
///
/// ```
/// use kiln::review::{lines::hunks, plain};
///
/// let hunks = hunks("install nginx\nenable nginx\n", "install nginx jq\nenable nginx\n");
/// assert_eq!(hunks[0].header, "@@ -1,2 +1,2 @@");
/// assert!(plain(&hunks[0]).ends_with("-install nginx\n+install nginx jq\n enable nginx\n"));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Hunk {
    /// Where it stands in both texts, such as `@@ -1,4 +1,5 @@`.
    pub header: String,
    /// The lines.
    pub lines: Vec<Line>,
}

/// A line.
///
/// ```
/// use kiln::review::lines::{Line, Sign, hunks};
///
/// let hunks = hunks("[pipeline.web]\nkeep = 10\n", "[pipeline.web]\nkeep = 5");
/// let added = |line: &&Line| line.sign == Sign::Added;
/// let line = hunks[0].lines.iter().find(added).expect("a line has changed");
/// assert_eq!(line.text, "keep = 5");
/// assert!(!line.is_ended, "the new text lacks its last line break");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Line {
    /// Whether it comes, goes or stays.
    pub sign: Sign,
    /// The line, without its end.
    pub text: String,
    /// Whether it ends with a line break, which the last line of a text may lack.
    #[serde(skip)]
    pub is_ended: bool,
    /// Its number in the new text, or the number of the line that follows it there; counted from 1.
    #[serde(skip)]
    number: usize,
}

/// What happens to a line.
///
/// ```
/// use kiln::review::lines::{Sign, hunks};
///
/// let hunks = hunks("keep = 10\n", "keep = 5\nscan = true\n");
/// let signs: Vec<Sign> = hunks[0].lines.iter().map(|line| line.sign).collect();
/// assert_eq!(signs, [Sign::Removed, Sign::Added, Sign::Added]);
/// assert_eq!(signs.into_iter().map(Sign::char).collect::<String>(), "-++");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum Sign {
    /// It comes.
    #[serde(rename = "+")]
    Added,
    /// It goes.
    #[serde(rename = "-")]
    Removed,
    /// It stays.
    #[serde(rename = " ")]
    Same,
}

impl Sign {
    /// The sign that stands before the line.
    #[must_use]
    pub const fn char(self) -> char {
        match self {
            Self::Added => '+',
            Self::Removed => '-',
            Self::Same => ' ',
        }
    }
}

/// The changes from one text to another.
#[must_use]
pub fn hunks(old: &str, new: &str) -> Vec<Hunk> {
    // Only `\n` ends a line; any other end is shown in it.
    let [old, new] = [old, new].map(|text| text.split_inclusive('\n').collect::<Vec<_>>());
    let diff = TextDiff::from_slices(&old, &new);
    let mut unified = diff.unified_diff();
    let hunks = unified.context_radius(CONTEXT).iter_hunks().map(|hunk| {
        let mut next = 0;
        let lines = hunk.iter_changes().map(|change| {
            let number = change.new_index().map_or(next + 1, |index| index + 1);
            if change.new_index().is_some() {
                next = number;
            }
            let text = change.value();
            let sign = match change.tag() {
                ChangeTag::Delete => Sign::Removed,
                ChangeTag::Insert => Sign::Added,
                ChangeTag::Equal => Sign::Same,
            };
            let plain = text.strip_suffix('\n').unwrap_or(text).to_owned();
            Line { sign, text: plain, is_ended: text.ends_with('\n'), number }
        });
        Hunk { header: hunk.header().to_string(), lines: lines.collect() }
    });
    hunks.collect()
}

/// Which lines of the new text changed, such as `3-5, 9`.
#[must_use]
pub fn ranges(hunks: &[Hunk]) -> String {
    let changed = hunks.iter().flat_map(|hunk| &hunk.lines).filter(|line| line.sign != Sign::Same);
    let mut ranges: Vec<(usize, usize)> = Vec::new();
    for line in changed {
        match ranges.last_mut() {
            Some((_, end)) if line.number <= *end + 1 => *end = line.number.max(*end),
            _ => ranges.push((line.number, line.number)),
        }
    }
    let words =
        ranges.iter().map(|(start, end)| if start == end { start.to_string() } else { format!("{start}-{end}") });
    words.collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_told_by_their_numbers_in_the_new_text() {
        let told = |old: &str, new: &str| ranges(&hunks(old, new));
        assert_eq!(told("a\nb\nc\n", "a\nx\nc\n"), "2");
        assert_eq!(told("a\n", "a\nb\nc\n"), "2-3");
        assert_eq!(told("a\nb\nc\n", "a\nc\n"), "2");
        assert_eq!(told("a\n", "a\n"), "");
        assert_eq!(told("a\nb\n", "a\rx\nb\n"), "1");
    }
}
