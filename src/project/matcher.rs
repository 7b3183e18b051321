//! Small matchers for the character rules of AWS names, in place of regular expressions.

use std::ops::Range;

use super::invalid::Invalid;

/// The byte range of the first character that is not allowed.
pub(crate) fn first_unlike(text: &str, allowed: impl Fn(char) -> bool) -> Option<Range<usize>> {
    let (start, character) = text.char_indices().find(|(_, character)| !allowed(*character))?;
    Some(start..start + character.len_utf8())
}

/// Refuses the first character that is not allowed, as in "a name has letters and digits, not `é`".
pub(crate) fn only(text: &str, subject: &str, allowed: &str, is: impl Fn(char) -> bool) -> Result<(), Invalid> {
    match first_unlike(text, is) {
        None => Ok(()),
        Some(range) => {
            let wrong = text.get(range.clone()).unwrap_or_default().escape_debug().to_string();
            Err(Invalid::new(format!("{subject} may have {allowed}, not `{wrong}`")).at(range))
        }
    }
}

/// Refuses a text with fewer or more characters than allowed, as in "a name has 3 to 126 characters, this one has 2".
pub(crate) fn length(text: &str, subject: &str, allowed: std::ops::RangeInclusive<usize>) -> Result<(), Invalid> {
    let count = text.chars().count();
    if allowed.contains(&count) {
        return Ok(());
    }
    let (least, most) = (allowed.start(), allowed.end());
    Err(Invalid::new(format!("{subject} has {least} to {most} characters, this one has {count}")))
}

/// True if the text is not empty and all its characters are allowed.
pub(crate) fn all(text: &str, allowed: impl Fn(char) -> bool) -> bool {
    !text.is_empty() && text.chars().all(allowed)
}

/// True for `0-9` only: other scripts' digits are not digits to AWS.
pub(crate) fn is_digits(text: &str) -> bool {
    all(text, |character| character.is_ascii_digit())
}

/// True for a lowercase hexadecimal digit.
pub(crate) fn is_lower_hex(character: char) -> bool {
    matches!(character, '0'..='9' | 'a'..='f')
}

/// True for an ASCII lowercase letter or digit.
pub(crate) fn is_lower_or_digit(character: char) -> bool {
    character.is_ascii_lowercase() || character.is_ascii_digit()
}

/// Parses ASCII digits, without a sign.
pub(crate) fn number<T: std::str::FromStr>(text: &str) -> Option<T> {
    if is_digits(text) { text.parse().ok() } else { None }
}
