//! Comments that allow a finding: `# kiln: allow KILN-C006 the base is frozen on purpose`.
//!
//! At the end of a line such a comment is about that line. On a line of its own it is about the next one, and about what
//! stands below that with more indentation: a step of a document, for one.

use std::ops::Range;
use std::sync::Arc;

use crate::source::FieldPaths;

/// How such a comment begins.
const MARK: &str = "# kiln: allow";

/// A comment that allows a finding.
///
/// ```
/// use kiln::diagnostic::comment::comments;
///
/// let text = "base = \"ami-0123456789abcdef0\" # kiln: allow KILN-C006 the vendor gives no other\n";
/// let comment = comments(text).next().expect("there is a comment");
/// assert_eq!(comment.code, "KILN-C006");
/// assert_eq!(comment.reason, "the vendor gives no other");
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comment {
    /// The code as it was typed; may be empty.
    pub code: String,
    /// Why; may be empty.
    pub reason: String,
    /// Its own bytes.
    pub span: Range<usize>,
    /// The bytes that it is about.
    pub covers: Range<usize>,
    /// The fields of the spec that it is about, if it stands in one.
    pub(crate) fields: Arc<FieldPaths>,
}

/// The comments of a text.
pub fn comments(text: &str) -> impl Iterator<Item = Comment> {
    // A text without any is not taken apart.
    let lines = if text.contains(MARK) { lines(text) } else { Vec::new() };
    let ends = ends_of_blocks(&lines, text.len());
    lines.into_iter().zip(ends).filter_map(move |(Line { start, text: line, .. }, end)| {
        let at = mark(line)?;
        let words = line[at + MARK.len()..].trim();
        let (code, reason) = words.split_once(char::is_whitespace).unwrap_or((words, ""));
        let is_alone = line[..at].trim().is_empty();
        Some(Comment {
            code: code.to_owned(),
            reason: reason.trim().to_owned(),
            span: start + at..start + line.trim_end().len(),
            covers: start..if is_alone { end } else { start + line.len() },
            fields: Arc::default(),
        })
    })
}

struct Line<'a> {
    start: usize,
    text: &'a str,
    /// Its indentation, if it says something.
    indent: Option<usize>,
}

fn lines(text: &str) -> Vec<Line<'_>> {
    let mut next = 0;
    let lines = text.split_inclusive('\n').map(|text| {
        let start = next;
        next += text.len();
        let words = text.trim_start();
        let is_silent = words.is_empty() || words.starts_with('#');
        Line { start, text, indent: (!is_silent).then(|| text.len() - words.len()) }
    });
    lines.collect()
}

/// For each line, the end of the next line that says something, with those below that have more indentation.
fn ends_of_blocks(lines: &[Line<'_>], end: usize) -> Vec<usize> {
    let mut ends = vec![end; lines.len()];
    // The lines below that may end a block, the nearest last: each has less indentation than those after it.
    let mut below: Vec<(usize, usize)> = Vec::new();
    let mut of_next = end;
    for (index, line) in lines.iter().enumerate().rev() {
        ends[index] = of_next;
        if let Some(indent) = line.indent {
            while below.last().is_some_and(|(deeper, _)| *deeper > indent) {
                below.pop();
            }
            of_next = below.last().map_or(end, |(_, start)| *start);
            below.push((indent, line.start));
        }
    }
    ends
}

/// Where a line's mark begins: after nothing but space, or after a space.
fn mark(line: &str) -> Option<usize> {
    let at = line.rfind(MARK)?;
    let is_word = line[at + MARK.len()..].chars().next().is_none_or(char::is_whitespace);
    (is_word && line[..at].chars().next_back().is_none_or(char::is_whitespace)).then_some(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, code: &str, reason: &str, covered: &str) {
        let [comment] = comments(text).collect::<Vec<_>>().try_into().expect("one comment");
        assert_eq!((comment.code.as_str(), comment.reason.as_str()), (code, reason));
        assert_eq!(&text[comment.covers], covered);
    }

    #[test]
    fn a_comment_is_about_its_line_or_the_next() {
        check(
            "a = 1\nb = 2 # kiln: allow C006 it is so\nc = 3\n",
            "C006",
            "it is so",
            "b = 2 # kiln: allow C006 it is so\n",
        );
        check("# kiln: allow C006 x\n\n# more\na = 1\nb = 2\n", "C006", "x", "# kiln: allow C006 x\n\n# more\na = 1\n");
        check(" # kiln: allow D1 x\n - a: 1\n   b: 2\n - c\n", "D1", "x", " # kiln: allow D1 x\n - a: 1\n   b: 2\n");
        check("# kiln: allow", "", "", "# kiln: allow");
        assert_eq!(comments("# kiln: allowed\n# about kiln: allow\na#kiln: allow x\n").count(), 0);
    }
}
