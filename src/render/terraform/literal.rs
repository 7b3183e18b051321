//! How literal characters are written in Terraform's templates, strings and heredocs.
//!
//! Two layers, one after the other. A template's own markers `${` and `%{` are doubled, in HCL and in JSON alike. Then
//! a quoted string escapes quotes, backslashes and what has no look; a heredoc cannot escape anything, so it is used
//! only for text that needs nothing of the kind.

use std::borrow::Cow;

use crate::raw::template::next_sequence;
use crate::render::{is_solitary, needs_escape};

/// The source of a template that is nothing but this text. A marker is doubled whatever stands before it.
pub(super) fn template(text: &str) -> Cow<'_, str> {
    // Most texts are short and have no brace: one look at the bytes is cheaper than two searches.
    if text.as_bytes().windows(2).any(|pair| pair[1] == b'{' && matches!(pair[0], b'$' | b'%')) {
        text.replace("${", "$${").replace("%{", "%%{").into()
    } else {
        text.into()
    }
}

/// Adds an interpolation to the source of a template. Marker characters right before it would escape its own, so they
/// become an expression too.
pub(super) fn interpolate(source: &mut String, expression: &str) {
    let markers = source.len() - source.trim_end_matches(['$', '%']).len();
    if markers > 0 {
        let markers = source.split_off(source.len() - markers);
        source.push_str("${\"");
        source.push_str(&markers);
        source.push_str("\"}");
    }
    source.push_str("${");
    source.push_str(expression);
    source.push('}');
}

/// The source of a template as it must be for Terraform's JSON syntax. Measured with Terraform 1.11: there, nothing
/// after a carriage return without its newline is taken for a template, and a byte order mark in front is lost.
pub(super) fn json_template(source: &str) -> Cow<'_, str> {
    if !source.contains('\r') && !source.starts_with('\u{feff}') {
        return source.into();
    }
    let mut template = String::with_capacity(source.len() + 16);
    let mut rest = source.chars().peekable();
    while let Some(char) = rest.next() {
        match char {
            '\r' if rest.peek() != Some(&'\n') => interpolate(&mut template, "\"\\r\""),
            '\u{feff}' if template.is_empty() => interpolate(&mut template, "\"\\ufeff\""),
            _ => template.push(char),
        }
    }
    template.into()
}

/// Writes the source of a template between quotes. What stands inside `${…}` and `%{…}` is written as it is.
pub(super) fn quoted(out: &mut String, source: &str) {
    out.push('"');
    let mut rest = source;
    while let Some(sequence) = next_sequence(rest) {
        escaped(out, &rest[..sequence.start]);
        out.push_str(&rest[sequence.clone()]);
        rest = &rest[sequence.end..];
    }
    escaped(out, rest);
    out.push('"');
}

fn escaped(out: &mut String, literal: &str) {
    // Nearly all texts are of such bytes alone, and one look at each is enough.
    if literal.bytes().all(|byte| matches!(byte, b' '..=b'~') && !matches!(byte, b'"' | b'\\')) {
        out.push_str(literal);
        return;
    }
    for char in literal.chars() {
        match char {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            // Every such character is in the basic plane.
            char if needs_escape(char) => out.push_str(&format!("\\u{:04x}", u32::from(char))),
            char => out.push(char),
        }
    }
}

/// Writes the key of an object: bare if it is a name, otherwise quoted. Characters that could join with others are
/// escaped, so that `terraform fmt` and the alignment here agree on how wide the key is.
pub(super) fn key(out: &mut String, key: &str) {
    const KEYWORDS: [&str; 6] = ["for", "if", "in", "true", "false", "null"];
    let is_name = key.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
        && key.chars().all(|char| char.is_ascii_alphanumeric() || matches!(char, '_' | '-'))
        && !KEYWORDS.contains(&key);
    if is_name {
        out.push_str(key);
        return;
    }
    out.push('"');
    for char in template(key).chars() {
        match u32::from(char) {
            _ if is_solitary(char) || char.is_control() => escaped(out, char.encode_utf8(&mut [0; 4])),
            code @ ..=0xffff => out.push_str(&format!("\\u{code:04x}")),
            code => out.push_str(&format!("\\U{code:08x}")),
        }
    }
    out.push('"');
}

/// The delimiter of a heredoc that gives back exactly this template, if a heredoc can.
///
/// Terraform removes the indentation that all lines share, so one line must have none of its own; it counts grapheme
/// clusters there, so no line may begin with what could join with the space before it. It ends the text with exactly
/// one newline. A delimiter must not begin a line of the text: hcl-rs ends the heredoc there, though Terraform does not. Lines of white space, tabs in front and carriage returns come back changed.
pub(super) fn heredoc_delimiter(source: &str) -> Option<&'static str> {
    let body = source.strip_suffix('\n')?;
    if !body.contains('\n') || body.ends_with('\n') {
        return None;
    }
    let mut has_unindented = false;
    for line in body.split('\n') {
        let Some(first) = line.chars().next() else { continue };
        if !is_solitary(first) || line.trim().is_empty() || line.contains(|char| needs_escape(char) && char != '\t') {
            return None;
        }
        has_unindented |= first != ' ';
    }
    let is_free = |delimiter: &&str| body.split('\n').all(|line| !line.trim_start().starts_with(*delimiter));
    if has_unindented { ["EOT", "EOF", "END"].into_iter().find(|it| is_free(it)) } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &str) {
        let mut out = String::new();
        quoted(&mut out, &template(text));
        assert_eq!(out, expected);
    }

    #[test]
    fn markers_are_doubled_whatever_stands_before_them() {
        check("a ${b} $${c} %{d} %%{e} $", r#""a $${b} $$${c} %%{d} %%%{e} $""#);
    }

    #[test]
    fn expressions_are_written_as_they_are() {
        let mut out = String::new();
        quoted(&mut out, "\"$${x}${\"$\"}${a.b}\n$${y} ${c}");
        assert_eq!(out, r#""\"$${x}${"$"}${a.b}\n$${y} ${c}""#);
    }

    #[test]
    fn markers_before_an_expression_become_one() {
        for (before, expected) in
            [("a", "a${x}"), ("$$", "${\"$$\"}${x}"), ("a $%", "a ${\"$%\"}${x}"), ("$ ", "$ ${x}")]
        {
            let mut source = before.to_owned();
            interpolate(&mut source, "x");
            assert_eq!(source, expected);
        }
    }

    #[test]
    fn json_templates_have_no_bare_carriage_return() {
        for (source, expected) in [("a\r\n${b}", "a\r\n${b}"), ("a$\r\r\nb", "a${\"$\"}${\"\\r\"}\r\nb")] {
            assert_eq!(json_template(source), expected);
        }
        assert_eq!(json_template("\u{feff}a\u{feff}"), "${\"\\ufeff\"}a\u{feff}");
    }

    #[test]
    fn what_has_no_look_is_escaped() {
        check("\"\\\n\r\t\u{0}\u{85}\u{2028}\u{feff}é", r#""\"\\\n\r\t\u0000\u0085\u2028\ufeffé""#);
    }

    #[test]
    fn keys_are_bare_when_they_are_names() {
        let table = [("Name", "Name"), ("a-b", "a-b"), ("a:b", "\"a:b\""), ("for", "\"for\""), ("1", "\"1\"")];
        for (name, expected) in table.into_iter().chain([("e\u{301}", "\"e\\u0301\""), ("${", "\"$${\""), ("", "\"\"")])
        {
            let mut out = String::new();
            key(&mut out, name);
            assert_eq!(out, expected);
        }
    }

    #[test]
    fn a_heredoc_is_for_what_needs_no_escape() {
        assert_eq!(heredoc_delimiter("a\n  b\n\nc\n"), Some("EOT"));
        assert_eq!(heredoc_delimiter("a\n EOT\nEOF)\n"), Some("END"));
        for text in
            ["", "a", "a\n", "a\nb", "a\nb\n\n", " a\n b\n", "\ta\nb\n", "a\n \nb\n", "a\r\nb\n", "a\n\u{301}\n"]
        {
            assert_eq!(heredoc_delimiter(text), None, "{text:?}");
        }
    }
}
