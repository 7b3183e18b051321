//! `${axis}` in a string, and `$${` for the characters themselves.

use std::borrow::Cow;
use std::ops::Range;

/// A variable in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Variable<'a> {
    /// What stands between the braces.
    pub(super) name: &'a str,
    /// Its bytes, braces included.
    pub(super) span: Range<usize>,
}

/// A piece of a text.
enum Piece<'a> {
    /// These characters.
    Literal(&'a str),
    /// A variable.
    Variable(Variable<'a>),
}

/// The variables of a text in their order. What is never closed is none.
pub(super) fn variables(text: &str) -> Vec<Variable<'_>> {
    let variable = |piece| if let Piece::Variable(variable) = piece { Some(variable) } else { None };
    pieces(text).into_iter().filter_map(variable).collect()
}

/// Puts values in the place of variables; one without a value stays.
pub(super) fn replace<'a>(text: &mut String, value: impl Fn(&str) -> Option<Cow<'a, str>>) {
    if !text.contains("${") {
        return;
    }
    let mut out = String::with_capacity(text.len());
    for piece in pieces(text) {
        match piece {
            Piece::Literal(literal) => out.push_str(literal),
            Piece::Variable(variable) => match value(variable.name) {
                Some(value) => out.push_str(&value),
                None => out.push_str(&text[variable.span]),
            },
        }
    }
    *text = out;
}

fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut start = 0;
    while let Some(found) = text[start..].find("${").map(|found| start + found) {
        let is_escaped = text[start..found].ends_with('$');
        let before = if is_escaped { found - 1 } else { found };
        pieces.push(Piece::Literal(&text[start..before]));
        let end = text[found..].find('}').map(|length| found + length + 1);
        match end {
            Some(end) if !is_escaped => {
                pieces.push(Piece::Variable(Variable { name: text[found + 2..end - 1].trim(), span: found..end }));
                start = end;
            }
            _ => {
                pieces.push(Piece::Literal("${"));
                start = found + 2;
            }
        }
    }
    pieces.push(Piece::Literal(&text[start..]));
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &str) {
        let mut replaced = text.to_owned();
        replace(&mut replaced, |name| (name == "a").then_some(Cow::Borrowed("1")));
        assert_eq!(replaced, expected);
    }

    #[test]
    fn variables_are_replaced_and_all_else_stays() {
        check("x-${a}-${ a }", "x-1-1");
        check("${b} $a {a} $", "${b} $a {a} $");
        check("$${a} $${b}", "${a} ${b}");
        check("${a", "${a");
        check("é${a}é", "é1é");
    }

    #[test]
    fn spans_cover_the_braces() {
        let text = "é ${arch}";
        let found = variables(text);
        assert_eq!((found.len(), found[0].name, &text[found[0].span.clone()]), (1, "arch", "${arch}"));
        assert_eq!(variables("$${arch} ${"), []);
    }
}
