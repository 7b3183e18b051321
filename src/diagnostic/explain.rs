//! What a code means, why it matters, an example that has it and one that has not, and the source of the rule.
//!
//! The texts stand in `explain/`, one file a code: two paragraphs, blocks after `Wrong:` and `Right:`, and a line that
//! begins with `Source:`. A block that names a file after its language is a file beside the example. Tests run the
//! examples.

use serde::Serialize;

use super::Code;
use super::code::{ALL, TEXTS};

/// What there is to know about a code.
///
/// ```
/// use kiln::diagnostic::code;
/// use kiln::diagnostic::explain::explain;
///
/// let explanation = explain(code::ARCHITECTURE_MISMATCH);
/// assert_eq!(explanation.code.id, "KILN-C002");
/// assert!(!explanation.reason.is_empty() && !explanation.wrong.is_empty());
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explanation {
    /// Which code.
    pub code: Code,
    /// What it means, in a sentence or two.
    pub meaning: String,
    /// Why it matters: what happens if nothing is done.
    pub reason: String,
    /// What has it.
    pub wrong: Vec<Block>,
    /// What has not.
    pub right: Vec<Block>,
    /// Where the rule is known from.
    pub source: String,
}

/// A piece of an example.
///
/// ```
/// use kiln::diagnostic::code;
/// use kiln::diagnostic::explain::explain;
/// use kiln::source::Source;
///
/// let right = &explain(code::UNKNOWN_KEY).right[0];
/// assert_eq!(right.language, "toml");
/// let (_, report) = kiln::spec::read(&Source::new("kiln.toml", right.text));
/// assert!(report.is_empty());
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Block {
    /// `toml`, `yaml`, `dockerfile`, or `console` for what stands in no file.
    pub language: &'static str,
    /// The file that it stands in, if it is beside the example itself.
    pub file: Option<&'static str>,
    /// Its lines.
    pub text: &'static str,
}

/// The explanation of a code.
#[must_use]
pub fn explain(code: Code) -> Explanation {
    let text = text(code);
    let (prose, rest) = text.split_once("\nWrong:\n").unwrap_or((text, ""));
    let (wrong, rest) = rest.split_once("\nRight:\n").unwrap_or((rest, ""));
    let (right, source) = rest.split_once("\nSource: ").unwrap_or((rest, ""));
    let (meaning, reason) = prose.split_once("\n\n").unwrap_or((prose, ""));
    Explanation {
        code,
        meaning: one_line(meaning),
        reason: one_line(reason),
        wrong: blocks(wrong),
        right: blocks(right),
        source: one_line(source),
    }
}

/// The explanation as it stands in its file, in Markdown.
#[must_use]
pub fn text(code: Code) -> &'static str {
    ALL.iter().position(|known| known.id == code.id).and_then(|index| TEXTS.get(index)).copied().unwrap_or_default()
}

/// The code that somebody typed, whole or without its beginning, in any case: `KILN-C006`, `c006`.
#[must_use]
pub fn find(typed: &str) -> Option<Code> {
    let typed = typed.to_ascii_uppercase();
    let typed = typed.strip_prefix("KILN-").unwrap_or(&typed);
    ALL.iter().copied().find(|code| code.id.strip_prefix("KILN-") == Some(typed))
}

/// An explanation for programs: one JSON object in a line.
#[must_use]
pub fn json(code: Code) -> String {
    #[derive(Serialize)]
    struct Line {
        code: &'static str,
        severity: &'static str,
        basis: &'static str,
        title: &'static str,
        meaning: String,
        reason: String,
        wrong: Vec<Block>,
        right: Vec<Block>,
        source: String,
    }
    let Explanation { code, meaning, reason, wrong, right, source } = explain(code);
    let (severity, basis, title) = (code.severity.word(), code.basis.word(), code.title);
    let line = Line { code: code.id, severity, basis, title, meaning, reason, wrong, right, source };
    // Strings always serialize.
    serde_json::to_string(&line).unwrap_or_default() + "\n"
}

/// A paragraph without its line ends.
fn one_line(paragraph: &str) -> String {
    paragraph.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The fenced blocks of a text.
fn blocks(text: &'static str) -> Vec<Block> {
    // Between fences stands what is outside, then what is inside, by turns.
    let fenced = text.split("```").skip(1).step_by(2);
    fenced
        .map(|block| {
            let (info, text) = block.split_once('\n').unwrap_or((block, ""));
            let (language, file) = info.split_once(' ').map_or((info, None), |(language, file)| (language, Some(file)));
            Block { language, file, text }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_text_has_all_its_parts() {
        for code in ALL {
            let Explanation { code, meaning, reason, wrong, right, source } = explain(*code);
            for (part, text) in [("meaning", &meaning), ("reason", &reason), ("source", &source)] {
                assert!(text.len() > 10 && text.ends_with(['.', ')']), "{} has no {part}: {text}", code.id);
            }
            let languages = ["toml", "yaml", "sh", "dockerfile", "console"];
            for (part, blocks) in [("wrong", &wrong), ("right", &right)] {
                assert!(!blocks.is_empty(), "{} has no {part} example", code.id);
                for block in blocks {
                    assert!(languages.contains(&block.language) && block.text.ends_with('\n'), "{}", code.id);
                }
            }
        }
    }

    #[test]
    fn a_code_is_found_as_it_is_typed() {
        for typed in ["KILN-C006", "kiln-c006", "C006", "c006"] {
            assert_eq!(find(typed).map(|code| code.id), Some("KILN-C006"));
        }
        assert_eq!(find("C999"), None);
    }

    #[test]
    fn a_paragraph_is_one_line() {
        assert_eq!(one_line("a\nb  c\n"), "a b c");
    }
}
