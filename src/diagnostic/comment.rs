//! Comments that allow a finding: `# kiln: allow KILN-C006 the base is frozen on purpose`.
//!
//! At the end of a line such a comment is about that line. On a line of its own it is about the next one, and about what
//! stands below that with more indentation: a step of a document, for one.

use std::ops::Range;

use crate::source::FieldPath;

/// How such a comment begins.
const MARK: &str = "# kiln: allow";

/// A comment that allows a finding.
///
/// ```
/// use kiln::diagnostic::comment::comments;
///
/// let text = "base = \"ami-0123456789abcdef0\" # kiln: allow KILN-C006 the vendor gives no other\n";
/// let [comment] = &comments(text)[..] else { panic!("there is one comment") };
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
    pub fields: Vec<FieldPath>,
}

/// The comments of a text.
#[must_use]
pub fn comments(text: &str) -> Vec<Comment> {
    let mut found = Vec::new();
    if !text.contains(MARK) {
        return found;
    }
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let next = start + line.len();
        if let Some(at) = mark(line) {
            let words = line[at + MARK.len()..].trim();
            let (code, reason) = words.split_once(char::is_whitespace).unwrap_or((words, ""));
            let is_alone = line[..at].trim().is_empty();
            found.push(Comment {
                code: code.to_owned(),
                reason: reason.trim().to_owned(),
                span: start + at..start + line.trim_end().len(),
                covers: start..if is_alone { end_of_block(text, next) } else { next },
                fields: Vec::new(),
            });
        }
        start = next;
    }
    found
}

/// Where a line's mark begins: after nothing but space, or after a space.
fn mark(line: &str) -> Option<usize> {
    let at = line.rfind(MARK)?;
    let is_word = line[at + MARK.len()..].chars().next().is_none_or(char::is_whitespace);
    (is_word && line[..at].chars().next_back().is_none_or(char::is_whitespace)).then_some(at)
}

/// The end of the next line that says something, with those below that have more indentation.
fn end_of_block(text: &str, from: usize) -> usize {
    let (mut end, mut first) = (from, None);
    for line in text[from..].split_inclusive('\n') {
        let words = line.trim_start();
        let indent = line.len() - words.len();
        let is_silent = words.is_empty() || words.starts_with('#');
        match first {
            None if !is_silent => first = Some(indent),
            Some(first) if !is_silent && indent <= first => break,
            _ => {}
        }
        end += line.len();
    }
    end
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, code: &str, reason: &str, covered: &str) {
        let [comment] = comments(text).try_into().expect("one comment");
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
        assert!(comments("# kiln: allowed\n# about kiln: allow\na#kiln: allow x\n").is_empty());
    }
}
