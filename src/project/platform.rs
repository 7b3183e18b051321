//! Operating system platforms.

use std::fmt;

use super::invalid::Invalid;
use super::suggest;

/// The platform of a component or image.
///
/// Source: EC2 Image Builder API reference, CreateComponent, `platform`.
///
/// ```
/// use kiln::project::{Base, Platform};
///
/// let mac = Base::parse("macos-sequoia/arm64").unwrap();
/// assert_eq!(mac.facts().platform, Some(Platform::MacOs));
/// assert_eq!(Platform::MacOs.service_word(), "macOS");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Platform {
    /// Any Linux distribution.
    Linux,
    /// Windows Server.
    Windows,
    /// macOS.
    MacOs,
}

impl Platform {
    /// Parses `linux`, `windows` or `macos`.
    ///
    /// # Errors
    /// If the text is another word.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        match text {
            "linux" => Ok(Self::Linux),
            "windows" => Ok(Self::Windows),
            "macos" => Ok(Self::MacOs),
            _ => Err(Invalid::new(format!("`{text}` is not a platform: write `linux`, `windows` or `macos`"))
                .did_you_mean(suggest::closest(text, ["linux", "windows", "macos"]))),
        }
    }

    /// The service's word: `Linux`, `Windows` or `macOS`.
    pub fn service_word(self) -> &'static str {
        match self {
            Self::Linux => "Linux",
            Self::Windows => "Windows",
            Self::MacOs => "macOS",
        }
    }
}

impl fmt::Display for Platform {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Linux => "linux",
            Self::Windows => "windows",
            Self::MacOs => "macos",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::invalid::testing::{invalid, valid};
    use super::*;

    #[test]
    fn platforms() {
        valid(Platform::parse, "linux");
        valid(Platform::parse, "windows");
        valid(Platform::parse, "macos");
        assert_eq!(Platform::MacOs.service_word(), "macOS");
        let check = |text: &str, help: &str| {
            let message = format!("`{text}` is not a platform: write `linux`, `windows` or `macos`");
            invalid(Platform::parse, text, &format!("{message}{help}"));
        };
        check("Linux", " | did you mean `linux`?");
        check("widnows", " | did you mean `windows`?");
        check("bsd", "");
    }
}
