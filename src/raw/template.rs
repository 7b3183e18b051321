//! The source of a Terraform template, as far as its markers go.

use std::ops::Range;
use std::str::FromStr;

/// The first `${…}` or `%{…}` of a template, braces included. A doubled marker is none. What is never closed reaches to
/// the end.
#[must_use]
pub fn next_sequence(source: &str) -> Option<Range<usize>> {
    let bytes = source.as_bytes();
    let mut at = 0;
    while let Some(skipped) = bytes[at..].iter().position(|byte| matches!(byte, b'$' | b'%')) {
        at += skipped;
        match marker(bytes, at) {
            Some(Marker::Doubled) => at += 3,
            Some(Marker::Open) => return Some(at..end_of_sequence(bytes, at + 2)),
            None => at += 1,
        }
    }
    None
}

/// The expression of a template that is nothing but one `${…}` on one line.
#[must_use]
pub fn only_expression(source: &str) -> Option<&str> {
    if next_sequence(source)? != (0..source.len()) || source.contains('\n') {
        return None;
    }
    let expression = source.strip_prefix("${")?.strip_suffix('}')?;
    // `${~` and `~}` strip what stands around, and here is nothing.
    let expression = expression.strip_prefix('~').unwrap_or(expression);
    let expression = expression.strip_suffix('~').unwrap_or(expression).trim();
    (!expression.is_empty()).then_some(expression)
}

/// Whether Terraform would read the text as a template.
#[must_use]
pub fn is_template(text: &str) -> bool {
    hcl::Template::from_str(text).is_ok()
}

/// Whether there is a marker in the text at all.
#[must_use]
pub fn has_marker(text: &str) -> bool {
    text.contains("${") || text.contains("%{")
}

enum Marker {
    Open,
    Doubled,
}

fn marker(bytes: &[u8], at: usize) -> Option<Marker> {
    let sign = bytes[at];
    match (sign, bytes.get(at + 1), bytes.get(at + 2)) {
        (b'$' | b'%', Some(b'{'), _) => Some(Marker::Open),
        (b'$' | b'%', Some(next), Some(b'{')) if *next == sign => Some(Marker::Doubled),
        _ => None,
    }
}

/// The end of a sequence whose content begins here. Braces and strings inside it have ends of their own.
fn end_of_sequence(bytes: &[u8], start: usize) -> usize {
    let (mut at, mut depth) = (start, 1);
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'{' => depth += 1,
            b'}' if depth == 1 => return at + 1,
            b'}' => depth -= 1,
            b'"' => {
                at = end_of_string(bytes, at + 1);
                continue;
            }
            _ => {}
        }
        at += 1;
    }
    bytes.len()
}

fn end_of_string(bytes: &[u8], start: usize) -> usize {
    let mut at = start;
    while let Some(byte) = bytes.get(at) {
        match (byte, marker(bytes, at)) {
            (_, Some(Marker::Open)) => at = end_of_sequence(bytes, at + 2),
            (_, Some(Marker::Doubled)) => at += 3,
            (b'\\', None) => at += 2,
            (b'"', None) => return at + 1,
            _ => at += 1,
        }
    }
    bytes.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(source: &str, expected: Option<&str>) {
        assert_eq!(next_sequence(source).map(|span| &source[span]), expected, "{source}");
    }

    #[test]
    fn sequences_end_where_they_are_closed() {
        check("a ${b} c", Some("${b}"));
        check("a %{ if x }b%{ endif }", Some("%{ if x }"));
        check("$${a} ${b}", Some("${b}"));
        check("$$${a}", None);
        check("${f({ a = \"}\" })}-", Some("${f({ a = \"}\" })}"));
        check(r#"${f("\"}${"}"}")}-"#, Some(r#"${f("\"}${"}"}")}"#));
        check("${f(\"$${\")}-", Some("${f(\"$${\")}"));
        check("é${a", Some("${a"));
        check("$ {a} ${", Some("${"));
        check("{}", None);
    }

    #[test]
    fn one_expression_stands_alone() {
        let table = [("${ a.b }", Some("a.b")), ("${a}${b}", None), ("x${a}", None), ("${}", None), ("a", None)];
        for (source, expected) in table {
            assert_eq!(only_expression(source), expected);
        }
        assert_eq!(only_expression("${~ a ~}"), Some("a"));
        assert_eq!(only_expression("${f(\n1)}"), None);
    }

    #[test]
    fn templates_are_told_from_slips() {
        for text in
            ["", "a \"b\"", "${aws_vpc.x[0].id}", "$${a}", "%{ if a }b%{ else }c%{ endif }", "${f({ a = \"}\" })}"]
        {
            assert!(is_template(text), "{text}");
        }
        for text in ["${", "${}", "${a b}", "%{ if a }b"] {
            assert!(!is_template(text), "{text}");
        }
    }
}
