//! From the bytes of a file to its text.

use super::Lines;

/// A text as kiln works with it: with `\n` at the ends of its lines, and without the mark that editors on Windows begin it
/// with. What git makes of line ends on one machine or another changes no document, and so no version. A plain text stays as
/// it is.
///
/// ```
/// assert_eq!(kiln::source::plain("\u{feff}name: web\r\n".to_owned()), "name: web\n");
/// ```
#[must_use]
pub fn plain(text: String) -> String {
    if !text.starts_with('\u{feff}') && !text.contains("\r\n") {
        return text;
    }
    let mut plain = String::with_capacity(text.len());
    for line in text.trim_start_matches('\u{feff}').split_inclusive('\n') {
        match line.strip_suffix('\n') {
            Some(line) => {
                plain.push_str(line.trim_end_matches('\r'));
                plain.push('\n');
            }
            None => plain.push_str(line),
        }
    }
    plain
}

/// The text of a file, which is [`plain`].
///
/// # Errors
/// What is known of a file that is not UTF-8 text.
///
/// ```
/// assert_eq!(kiln::source::decode(b"name: caf\xc3\xa9\r\n".to_vec()).expect("it is UTF-8"), "name: café\n");
/// let wrong = kiln::source::decode(b"a\r\nname: caf\xe9\r\n".to_vec()).expect_err("it is Latin-1");
/// assert_eq!(wrong.position(), (2, 10));
/// ```
pub fn decode(content: Vec<u8>) -> Result<String, NotUtf8> {
    String::from_utf8(content).map(plain).map_err(|error| {
        let valid = error.utf8_error().valid_up_to();
        let lossy = |bytes: Option<&[u8]>| plain(String::from_utf8_lossy(bytes.unwrap_or_default()).into_owned());
        let bytes = error.as_bytes();
        NotUtf8 { text: lossy(Some(bytes)), at: lossy(bytes.get(..valid)).len() }
    })
}

/// A file that is not UTF-8 text.
///
/// ```
/// let wrong = kiln::source::decode(vec![b'a', 0xff]).expect_err("no character has that byte");
/// assert_eq!((wrong.text.as_str(), wrong.at), ("a\u{fffd}", 1));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotUtf8 {
    /// The text, with `U+FFFD` for all that is no character.
    pub text: String,
    /// Where the first of them stands, in bytes of the text.
    pub at: usize,
}

impl NotUtf8 {
    /// The line and column of what is no character, counted from 1.
    #[must_use]
    pub fn position(&self) -> (usize, usize) {
        Lines::new(&self.text).position(self.at)
    }
}
