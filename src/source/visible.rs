//! Text from outside, shown to people: what a reader cannot see, or a terminal obeys, becomes an escape.
//!
//! All text that people read goes through [`visible`] before it is written, wherever it comes from. Control characters move
//! cursors and clear lines; bidirectional controls show a line in another order than it runs; other characters are there
//! and leave no mark. Tabs stay: they only move to the right.
//!
//! Source: Unicode 16, DerivedCoreProperties.txt (Default_Ignorable_Code_Point) and UAX #9; for the joiners and variation
//! selectors that scripts and emoji need, UTS #51.

use std::borrow::Cow;
use std::fmt::Write as _;

/// Why a character is shown as an escape.
///
/// ```
/// use kiln::source::{Hidden, hidden};
///
/// let found = hidden("safe\u{202e}txt.exe").next();
/// assert_eq!(found, Some((4, '\u{202e}', Hidden::Bidirectional)));
/// assert_eq!(hidden("a\tb\n").count(), 0);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hidden {
    /// It controls terminals and printers: C0, DEL and C1.
    Control,
    /// It changes the order in which text is shown.
    Bidirectional,
    /// Some programs end the line there.
    Separator,
    /// It is not shown at all.
    Invisible,
}

impl Hidden {
    /// What such a character is, in words.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Control => "a control character",
            Self::Bidirectional => "a bidirectional control",
            Self::Separator => "a line separator",
            Self::Invisible => "an invisible character",
        }
    }

    /// What it does to a reader.
    #[must_use]
    pub const fn effect(self) -> &'static str {
        match self {
            Self::Control => "terminals obey it",
            Self::Bidirectional => "what follows is shown in another order than it is read",
            Self::Separator => "some programs end the line here",
            Self::Invisible => "there is a character here that is not shown",
        }
    }

    const fn of(char: char) -> Option<Self> {
        Some(match char {
            '\t' => return None,
            '\u{0}'..='\u{1f}' | '\u{7f}'..='\u{9f}' => Self::Control,
            '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => {
                Self::Bidirectional
            }
            '\u{2028}' | '\u{2029}' => Self::Separator,
            '\u{ad}'
            | '\u{34f}'
            | '\u{115f}'..='\u{1160}'
            | '\u{17b4}'..='\u{17b5}'
            | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200d}'
            | '\u{2060}'..='\u{206f}'
            | '\u{3164}'
            | '\u{fe00}'..='\u{fe0f}'
            | '\u{feff}'
            | '\u{ffa0}'
            | '\u{fff0}'..='\u{fffb}'
            | '\u{13430}'..='\u{1345f}'
            | '\u{1bca0}'..='\u{1bca3}'
            | '\u{1d173}'..='\u{1d17a}'
            | '\u{e0000}'..='\u{e0fff}' => Self::Invisible,
            // Noncharacters: XML and others refuse them.
            '\u{fdd0}'..='\u{fdef}' => Self::Invisible,
            char if (char as u32) & 0xfffe == 0xfffe => Self::Invisible,
            _ => return None,
        })
    }
}

/// Whether a character that is not shown by itself joins or varies its neighbours, as it is meant to.
fn is_joining(before: Option<char>, char: char, after: Option<char>) -> bool {
    let is_sign = |char: char| !char.is_ascii() && Hidden::of(char).is_none();
    match char {
        // Between letters of scripts that join, and between emoji.
        '\u{200c}' | '\u{200d}' => {
            before.is_some_and(|it| is_sign(it) || it == '\u{fe0f}') && after.is_some_and(is_sign)
        }
        // After the sign that it varies; keycaps are digits.
        '\u{fe0e}' | '\u{fe0f}' | '\u{e0100}'..='\u{e01ef}' => {
            before.is_some_and(is_sign) || (before.is_some() && after == Some('\u{20e3}'))
        }
        _ => false,
    }
}

/// The characters of a text that a reader cannot see, with their places in bytes. Ends of lines and tabs are none.
pub fn hidden(text: &str) -> impl Iterator<Item = (usize, char, Hidden)> + '_ {
    scan(text, false)
}

/// The same; with ends of lines, if they are none of the text's own.
fn scan(text: &str, with_ends: bool) -> impl Iterator<Item = (usize, char, Hidden)> + '_ {
    let mut before = None;
    let mut chars = text.char_indices().peekable();
    std::iter::from_fn(move || {
        while let Some((at, char)) = chars.next() {
            let after = chars.peek().map(|(_, char)| *char);
            let last = before.replace(char);
            let is_end = char == '\n' || (char == '\r' && after == Some('\n'));
            let is_fine = (is_end && !with_ends) || is_joining(last, char, after);
            if let Some(kind) = Hidden::of(char).filter(|_| !is_fine) {
                return Some((at, char, kind));
            }
        }
        None
    })
}

/// A text as people may read it, in one line: what cannot be seen is an escape such as `\u{202e}`, a line end `\n`.
///
/// ```
/// use kiln::source::visible;
///
/// assert_eq!(visible("nginx\r\u{1b}[2Kapproved"), "nginx\\r\\u{1b}[2Kapproved");
/// assert_eq!(visible("Grüße\t👩‍💻 ❤️"), "Grüße\t👩‍💻 ❤️");
/// ```
#[must_use]
pub fn visible(text: &str) -> Cow<'_, str> {
    Shown::line(text).text
}

/// A text of several lines as people may read it. Its lines stay lines.
///
/// ```
/// use kiln::source::visible_lines;
///
/// assert_eq!(visible_lines("a\u{1b}[1A\nb\n"), "a\\u{1b}[1A\nb\n");
/// ```
#[must_use]
pub fn visible_lines(text: &str) -> Cow<'_, str> {
    Shown::lines(text).text
}

/// A line of a log without its colours, which programs write for their terminal. What else it tells a terminal stays, for
/// [`visible`] to show.
///
/// ```
/// assert_eq!(kiln::source::colourless("\u{1b}[1;31merror\u{1b}[0m\u{1b}[2K"), "error\u{1b}[2K");
/// ```
#[must_use]
pub fn colourless(line: &str) -> Cow<'_, str> {
    if !line.contains('\u{1b}') {
        return line.into();
    }
    let (mut out, mut rest) = (String::new(), line);
    while let Some((before, after)) = rest.split_once("\u{1b}[") {
        out.push_str(before);
        let end = after.trim_start_matches(|char: char| char.is_ascii_digit() || char == ';' || char == ':');
        rest = end.strip_prefix('m').unwrap_or_else(|| {
            out.push_str("\u{1b}[");
            after
        });
    }
    out.push_str(rest);
    out.into()
}

/// A visible text that knows where the bytes of its original are.
///
/// ```
/// use kiln::source::Shown;
///
/// let shown = Shown::line("a\u{202e}b");
/// assert_eq!(&shown.text[shown.at(4)..], "b");
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown<'a> {
    /// The text.
    pub text: Cow<'a, str>,
    /// After each escape: the byte of the original, and that of the text.
    shifts: Vec<(usize, usize)>,
}

impl<'a> Shown<'a> {
    /// A text in one line.
    #[must_use]
    pub fn line(text: &'a str) -> Self {
        Self::new(text, false)
    }

    /// A text of several lines.
    #[must_use]
    pub fn lines(text: &'a str) -> Self {
        Self::new(text, true)
    }

    fn new(text: &'a str, has_lines: bool) -> Self {
        let is_plain = |byte| matches!(byte, b'\t' | b' '..=b'~') || (has_lines && byte == b'\n');
        if text.bytes().all(is_plain) {
            return Self { text: Cow::Borrowed(text), shifts: Vec::new() };
        }
        let (mut out, mut shifts, mut start) = (String::new(), Vec::new(), 0);
        for (at, char, _) in scan(text, !has_lines) {
            out.push_str(&text[start..at]);
            start = at + char.len_utf8();
            match char {
                '\n' => out.push_str("\\n"),
                '\r' => out.push_str("\\r"),
                // A string takes all that is written to it.
                other => _ = write!(out, "\\u{{{:x}}}", u32::from(other)),
            }
            shifts.push((start, out.len()));
        }
        out.push_str(&text[start..]);
        Self { text: Cow::Owned(out), shifts }
    }

    /// Where a byte of the original is in the text.
    #[must_use]
    pub fn at(&self, offset: usize) -> usize {
        match self.shifts.partition_point(|(original, _)| *original <= offset).checked_sub(1) {
            Some(index) => {
                let (original, shown) = self.shifts[index];
                shown + (offset - original)
            }
            None => offset,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_cannot_be_seen_is_an_escape() {
        for (text, shown) in [
            ("a\rb", "a\\rb"),
            ("a\r\nb", "a\\r\\nb"),
            ("\u{1b}]0;title\u{7}", "\\u{1b}]0;title\\u{7}"),
            ("\u{7f}\u{9b}2J\u{85}", "\\u{7f}\\u{9b}2J\\u{85}"),
            ("\u{202e}\u{2066}\u{200f}\u{61c}", "\\u{202e}\\u{2066}\\u{200f}\\u{61c}"),
            ("\u{2028}\u{2029}", "\\u{2028}\\u{2029}"),
            ("pass\u{200b}word\u{feff}\u{ad}", "pass\\u{200b}word\\u{feff}\\u{ad}"),
            // Tags and chains of variation selectors carry text that no one sees.
            ("a\u{e0041}", "a\\u{e0041}"),
            ("❤\u{fe0f}\u{fe01}\u{e0100}", "❤\u{fe0f}\\u{fe01}\\u{e0100}"),
            ("a\u{200d}b", "a\\u{200d}b"),
            ("a\u{fe0f}", "a\\u{fe0f}"),
            // As they are meant to be used.
            (
                "👩\u{200d}💻 ❤\u{fe0f}\u{200d}🔥 1\u{fe0f}\u{20e3}",
                "👩\u{200d}💻 ❤\u{fe0f}\u{200d}🔥 1\u{fe0f}\u{20e3}",
            ),
            ("می\u{200c}خواهم", "می\u{200c}خواهم"),
        ] {
            assert_eq!(visible(text), shown);
            assert_eq!(visible(shown), shown, "it is the same the second time");
        }
        assert_eq!(visible_lines("a\u{8}\r\nb\n"), "a\\u{8}\r\nb\n");
    }

    proptest! {
        #[test]
        fn a_shown_text_hides_nothing_and_keeps_places(text in any::<String>()) {
            for shown in [Shown::line(&text), Shown::lines(&text)] {
                prop_assert_eq!(hidden(&shown.text).count(), 0);
                for (at, char) in text.char_indices() {
                    let rest = &shown.text[shown.at(at)..];
                    prop_assert!(rest.starts_with(char) || rest.starts_with('\\'));
                }
                prop_assert_eq!(shown.at(text.len()), shown.text.len());
            }
            prop_assert!(!visible(&text).contains(['\n', '\r']));
        }
    }
}
