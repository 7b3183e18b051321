//! How a string is written in YAML so that every reader gets the same string back.
//!
//! CloudFormation reads YAML 1.1, most other tools 1.2. A string is plain only if it is no other type, and no syntax,
//! in either; the test is a short list of what is certainly harmless, not a list of what is harmful. Several lines
//! become a literal block scalar wherever it can hold them.

use crate::render::needs_escape;

/// Where a string stands.
#[derive(Debug, Clone, Copy)]
pub(super) enum Place {
    /// As a key, or otherwise on one line.
    Key,
    /// As a value. The lines of a block scalar are indented by so many spaces, two more than what they belong to.
    Value {
        /// The column in which the text's lines begin.
        indent: usize,
    },
}

/// Writes a string in the most readable style that gives it back. A block scalar ends its last line, all else does not.
pub(super) fn write(out: &mut String, text: &str, place: Place) {
    match place {
        Place::Value { indent } if is_block(text) => block(out, text, indent),
        _ if is_plain(text) => out.push_str(text),
        _ if text.chars().any(needs_escape) => double_quoted(out, text),
        _ => single_quoted(out, text),
    }
}

/// Whether the bare characters are this string for every reader.
fn is_plain(text: &str) -> bool {
    // Numbers, dates, times, `~`, `=`, `<<` and the indicators all begin with something else.
    if !text.starts_with(|first: char| first.is_alphabetic() || matches!(first, '/' | '_' | '$' | '(')) {
        return false;
    }
    let mut before = ' ';
    for char in text.chars() {
        if needs_escape(char) || matches!((before, char), (':', ' ') | (' ', '#')) {
            return false;
        }
        before = char;
    }
    !matches!(before, ' ' | ':') && !is_reserved(text)
}

/// Whether YAML 1.1 takes the word for a boolean or for null.
fn is_reserved(text: &str) -> bool {
    const WORDS: [&str; 9] = ["y", "n", "yes", "no", "on", "off", "true", "false", "null"];
    text.len() <= 5 && WORDS.iter().any(|word| text.eq_ignore_ascii_case(word))
}

/// Whether a literal block scalar can hold the text: it has several lines, they are more than spaces, and nothing in
/// them needs an escape.
fn is_block(text: &str) -> bool {
    text.contains('\n')
        && text.contains(|char| !matches!(char, ' ' | '\n' | '\t'))
        && !text.contains(|char| needs_escape(char) && !matches!(char, '\n' | '\t'))
}

fn block(out: &mut String, text: &str, indent: usize) {
    out.push('|');
    // A reader takes the indentation from the first line, so it must be told if that line has spaces of its own.
    if text.starts_with([' ', '\n', '\t']) {
        out.push('2');
    }
    if !text.ends_with('\n') {
        out.push('-');
    } else if text.ends_with("\n\n") {
        out.push('+');
    }
    out.push('\n');
    for line in text.split_terminator('\n') {
        if !line.is_empty() {
            out.extend(std::iter::repeat_n(' ', indent));
            out.push_str(line);
        }
        out.push('\n');
    }
}

fn single_quoted(out: &mut String, text: &str) {
    out.push('\'');
    out.push_str(&text.replace('\'', "''"));
    out.push('\'');
}

fn double_quoted(out: &mut String, text: &str) {
    out.push('"');
    for char in text.chars() {
        match char {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            // Every such character is in the basic plane.
            char if needs_escape(char) => out.push_str(&format!("\\u{:04X}", u32::from(char))),
            char => out.push(char),
        }
    }
    out.push('"');
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use saphyr_parser::{Event, Parser};

    use super::*;
    use crate::render::cloudformation::node::{Node, map};
    use crate::render::{cloudformation::yaml, sample};

    fn check(text: &str, expected: &str) {
        let mut out = String::new();
        write(&mut out, text, Place::Value { indent: 2 });
        assert_eq!(out, expected);
    }

    /// Every scalar of a YAML text, in order.
    fn scalars(yaml: &str) -> Vec<String> {
        let scalar = |event| if let Event::Scalar(text, ..) = event { Some(text.into_owned()) } else { None };
        Parser::new_from_str(yaml)
            .filter_map(|event| scalar(event.unwrap_or_else(|it| panic!("{it}: {yaml}")).0))
            .collect()
    }

    /// Puts the text wherever a text can stand, with something after it, and reads it all back.
    fn survives(text: &str) {
        let key = if text.is_empty() { "empty" } else { text };
        let texts = || Node::List(vec![text.into(), Node::List(vec![text.into(), text.into()])]);
        let inner = || map([("a", text.into()), ("b", texts())]);
        let list = Node::List(vec![inner(), text.into()]);
        let resources =
            map([(key, Node::Sub(text.to_owned())), ("list", list), ("map", inner()), ("last", text.into())]);
        let yaml = yaml::template(&map([("Description", text.into()), ("Resources", resources)]));
        let all = ["Description", text, "Resources", key, text, "list", "a", text, "b", text, text, text, text, "map"];
        let expected: Vec<&str> = all.into_iter().chain(["a", text, "b", text, text, text, "last", text]).collect();
        assert_eq!(scalars(&yaml), expected, "{yaml}");
    }

    #[test]
    fn what_is_certainly_a_string_is_plain() {
        for text in ["web", "t3.micro", "AWS::Region", "arn:aws:iam::aws:policy/A", "/aws/x", "a b, c", "Größe", "it's"]
        {
            check(text, text);
        }
    }

    #[test]
    fn what_could_be_something_else_is_quoted() {
        let words =
            ["yes", "No", "ON", "off", "y", "N", "true", "False", "null", "Null", "~", "=", "<<", "", "-", "---"];
        let numbers = ["1", "1_000", "0x1", "12:30:45", "2012-10-17", "1.0.0", "1e3", "-1", "+1", ".5", ".inf", ".NaN"];
        let syntax =
            ["a: b", "a #b", "a:", "a ", " a", "*", "&a", "!a", "- a", "? a", "{a", "[a", "#a", "|", ">", "%a", "@a"];
        for text in words.into_iter().chain(numbers).chain(syntax) {
            check(text, &format!("'{text}'"));
        }
        check("'", "''''");
    }

    #[test]
    fn what_has_no_look_is_escaped() {
        check("a\tb", "\"a\\tb\"");
        check("a\r\nb", "\"a\\r\\nb\"");
        check("\u{0}\u{85}\u{2028}\u{feff}\"\\", "\"\\u0000\\u0085\\u2028\\uFEFF\\\"\\\\\"");
        check(" \n", "\" \\n\"");
    }

    #[test]
    fn lines_are_a_block() {
        check("a\nb", "|-\n  a\n  b\n");
        check("a\nb\n", "|\n  a\n  b\n");
        check("a\n\n", "|+\n  a\n\n");
        check("  a\n\nb\n", "|2\n    a\n\n  b\n");
        check("\na\n", "|2\n\n  a\n");
    }

    #[test]
    fn nasty_texts_survive() {
        sample::NASTY.iter().for_each(|text| survives(text));
    }

    proptest! {
        #[test]
        fn any_text_survives(text in sample::any_text()) {
            survives(&text);
        }
    }
}
