//! Why a text was refused.
//!
//! A message is a lowercase phrase without a final stop: it quotes what the user wrote in backticks and says what is
//! allowed. The help is one next step, best of all the corrected text. The check that called `parse` adds the code,
//! the severity and the place in the spec.

use std::ops::Range;

/// A text that a parser refused, in words for the user.
///
/// ```
/// use kiln::project::Region;
///
/// let text = "eu-wset-1";
/// let Err(invalid) = Region::parse(text) else { panic!("there is no such Region") };
/// assert!(invalid.message.ends_with("no Region has the direction `wset`"));
/// assert_eq!(invalid.meant.as_deref(), Some("eu-west-1"));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Invalid {
    /// What is wrong and what is allowed.
    pub message: String,
    /// One next step, where there is one to name.
    pub help: Option<String>,
    /// The byte range inside the parsed text that is wrong, where it is narrower than the whole.
    pub at: Option<Range<usize>>,
    /// The text that was probably meant.
    pub meant: Option<String>,
}

impl Invalid {
    /// A refusal of the whole text.
    pub fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), help: None, at: None, meant: None }
    }

    /// Adds the next step.
    #[must_use]
    pub fn help(mut self, text: impl Into<String>) -> Self {
        self.help = Some(text.into());
        self
    }

    /// Narrows the refusal to a byte range of the parsed text.
    #[must_use]
    pub fn at(mut self, range: Range<usize>) -> Self {
        self.at = Some(range);
        self
    }

    /// The same refusal of a part, told about the text that has the part at byte `start`.
    #[must_use]
    pub(crate) fn within(mut self, start: usize, part: &str) -> Self {
        let inner = self.at.unwrap_or(0..part.len());
        self.at = Some(start + inner.start..start + inner.end);
        self
    }

    /// Adds the corrected text as the next step: there is no other way to say the same.
    #[must_use]
    pub(crate) fn write(self, corrected: impl std::fmt::Display) -> Self {
        let meant = corrected.to_string();
        let told = self.help(format!("write `{meant}`"));
        Self { meant: Some(meant), ..told }
    }

    /// Adds "did you mean" if there is a suggestion.
    #[must_use]
    pub(crate) fn did_you_mean(self, suggestion: Option<impl std::fmt::Display>) -> Self {
        match suggestion {
            Some(suggestion) => {
                let meant = suggestion.to_string();
                let told = self.help(format!("did you mean `{meant}`?"));
                Self { meant: Some(meant), ..told }
            }
            None => self,
        }
    }
}

/// One-line checks for the tables of `valid` and `invalid` texts.
#[cfg(test)]
pub(crate) mod testing {
    use std::fmt::{Debug, Display};

    use super::Invalid;

    /// The text parses and is shown as `canonical`, which parses to the same value.
    pub(crate) fn valid_as<T: Display + Debug + PartialEq>(
        parse: fn(&str) -> Result<T, Invalid>,
        text: &str,
        canonical: &str,
    ) {
        let value = parse(text).unwrap_or_else(|error| panic!("`{text}`: {}", shown(text, &error)));
        assert_eq!(value.to_string(), canonical);
        assert_eq!(parse(canonical), Ok(value));
    }

    /// The text parses and is its own canonical form.
    pub(crate) fn valid<T: Display + Debug + PartialEq>(parse: fn(&str) -> Result<T, Invalid>, text: &str) {
        valid_as(parse, text, text);
    }

    /// The text is refused; `expected` is the message, then ` | ` and the help, then ` @ ` and the wrong part.
    #[track_caller]
    pub(crate) fn invalid<T: Debug>(parse: fn(&str) -> Result<T, Invalid>, text: &str, expected: &str) {
        let error = parse(text).expect_err(text);
        assert_eq!(shown(text, &error), expected);
    }

    fn shown(text: &str, error: &Invalid) -> String {
        let mut shown = error.message.clone();
        if let Some(help) = &error.help {
            shown += &format!(" | {help}");
        }
        if let Some(at) = &error.at {
            shown += &format!(" @ {}", text.get(at.clone()).expect("a range inside the text"));
        }
        shown
    }
}
