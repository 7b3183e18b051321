//! What a scalar stands for.
//!
//! A plain scalar may be a number, a truth value or nothing. The words are those of YAML 1.1 as far as its readers agree:
//! `yes` and `on` stay texts here, since some take them for truth values and some do not.

use super::{Node, Value};

/// The meaning of a scalar.
///
/// ```
/// use kiln::document::yaml::{Scalar, parse};
///
/// let root = parse("version: 1.0\nlabel: '1.0'\n").root.expect("it is YAML");
/// let scalar = |key| root.get(key).and_then(|node| node.scalar());
/// assert_eq!(scalar("version"), Some(Scalar::Number(1.0)));
/// assert_eq!(scalar("label"), Some(Scalar::Text("1.0")));
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Scalar<'a> {
    /// A text: in quotes, or like nothing else.
    Text(&'a str),
    /// A whole number.
    Integer(i64),
    /// Another number.
    Number(f64),
    /// `true` or `false`.
    Flag(bool),
    /// Nothing at all, `~` or `null`.
    Nothing,
}

impl Node {
    /// What the scalar stands for; `None` for a list or a map.
    #[must_use]
    pub fn scalar(&self) -> Option<Scalar<'_>> {
        match &self.value {
            Value::Scalar { text, plain: true } => Some(plain(text)),
            Value::Scalar { text, plain: false } => Some(Scalar::Text(text)),
            _ => None,
        }
    }

    /// What it is, in words for a message.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match (&self.value, self.scalar()) {
            (Value::List(_), _) => "a list",
            (Value::Map(_), _) => "a map",
            (_, Some(Scalar::Integer(_))) => "a whole number",
            (_, Some(Scalar::Number(_))) => "a number",
            (_, Some(Scalar::Flag(_))) => "true or false",
            (_, Some(Scalar::Nothing)) => "empty",
            _ => "a text",
        }
    }
}

fn plain(text: &str) -> Scalar<'_> {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => Scalar::Nothing,
        "true" | "True" | "TRUE" => Scalar::Flag(true),
        "false" | "False" | "FALSE" => Scalar::Flag(false),
        _ => number(text).unwrap_or(Scalar::Text(text)),
    }
}

fn number(text: &str) -> Option<Scalar<'_>> {
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    if !digits.starts_with(|c: char| c.is_ascii_digit() || c == '.') {
        return None;
    }
    let radix = |prefix: &str, radix: u32| i64::from_str_radix(digits.strip_prefix(prefix)?, radix).ok();
    let negative = text.starts_with('-');
    if let Some(value) = radix("0x", 16).or_else(|| radix("0o", 8)).or_else(|| radix("0b", 2)) {
        return Some(Scalar::Integer(if negative { -value } else { value }));
    }
    if digits.bytes().all(|byte| byte.is_ascii_digit()) {
        // A number of more than 64 bits is one all the same.
        return Some(text.parse().map_or_else(|_| Scalar::Number(f64::INFINITY), Scalar::Integer));
    }
    let is_number =
        digits.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'e' | b'E' | b'-' | b'+'));
    if is_number { text.parse().ok().map(Scalar::Number) } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::yaml::parse;

    fn check(text: &str, expected: Scalar<'_>) {
        assert_eq!(parse(text).root.unwrap().scalar(), Some(expected), "{text}");
    }

    #[test]
    fn plain_scalars_mean_something() {
        check("1.0", Scalar::Number(1.0));
        check("'1.0'", Scalar::Text("1.0"));
        check("!!str 1.0", Scalar::Text("1.0"));
        check("-1", Scalar::Integer(-1));
        check("0644", Scalar::Integer(644));
        check("0x1F", Scalar::Integer(31));
        check("1.2.3", Scalar::Text("1.2.3"));
        check("1e3", Scalar::Number(1000.0));
        check("1-2", Scalar::Text("1-2"));
        check("99999999999999999999", Scalar::Number(f64::INFINITY));
        check("true", Scalar::Flag(true));
        check("yes", Scalar::Text("yes"));
        check("~", Scalar::Nothing);
        check("inf", Scalar::Text("inf"));
    }
}
