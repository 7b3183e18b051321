//! Semantic versions `major.minor.patch`, without wildcards.
//!
//! The service adds a build number by itself, as in `1.0.0/2`; it is no part of what a user writes. Wildcards such as
//! `1.0.x` are rendered from the versioning mode and are never typed in.

use std::fmt;

use super::invalid::Invalid;
use super::{matcher, suggest};

/// The version of a component, workflow or recipe. Versions are ordered by number.
///
/// Source: EC2 Image Builder API reference, CreateComponent, `semanticVersion`.
///
/// ```
/// use kiln::project::{Bump, Version};
///
/// let version = Version::parse("1.9.3").unwrap();
/// let next = version.bumped(Bump::Minor).expect("the numbers are small");
/// assert_eq!(next.to_string(), "1.10.0");
/// assert!(next > version, "the parts are compared as numbers");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Version {
    major: u32,
    minor: u32,
    patch: u32,
}

/// The part of a version that a change of content raises.
///
/// ```
/// use kiln::project::{Bump, Version};
///
/// let bump = Bump::parse("major").unwrap();
/// assert_eq!(Version::FIRST.bumped(bump), Version::new(2, 0, 0));
/// assert_eq!(Version::FIRST.bumped(Bump::default()), Version::new(1, 0, 1));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Bump {
    /// The first number; the others become zero.
    Major,
    /// The second number; the third becomes zero.
    Minor,
    /// The third number.
    #[default]
    Patch,
}

impl Version {
    /// `1.0.0`, the version that counting starts from.
    pub const FIRST: Self = Self { major: 1, minor: 0, patch: 0 };

    /// The largest number that each part may have: 2^30-1.
    pub const MAX: u32 = 1_073_741_823;

    /// Parses `major.minor.patch`.
    ///
    /// # Errors
    /// If the text has not exactly three whole numbers from 0 to 1073741823, or has a wildcard or a build number.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        let form = || Invalid::new(format!("`{text}` is not a version: write three whole numbers, as in `1.0.0`"));
        let mut numbers = [0; 3];
        let mut parts = 0;
        let mut start = 0;
        for part in text.split('.') {
            let at = start..start + part.len();
            if matches!(part, "x" | "X" | "*") {
                let refusal = format!("`{text}` has a wildcard: a version here is three whole numbers, as in `1.0.0`");
                return Err(Invalid::new(refusal).help("write a number in place of the wildcard").at(at));
            }
            let Some(number) = numbers.get_mut(parts) else { return Err(repair(text, form())) };
            *number = number_of(part, text, at.clone()).map_err(|error| repair(text, error))?;
            parts += 1;
            start = at.end + 1;
        }
        let [major, minor, patch] = numbers;
        if parts == 3 { Ok(Self { major, minor, patch }) } else { Err(repair(text, form())) }
    }

    /// The version of these numbers, or `None` if one is above [`Version::MAX`].
    pub fn new(major: u32, minor: u32, patch: u32) -> Option<Self> {
        [major, minor, patch].into_iter().all(|number| number <= Self::MAX).then_some(Self { major, minor, patch })
    }

    /// The first number.
    pub fn major(self) -> u32 {
        self.major
    }

    /// The second number.
    pub fn minor(self) -> u32 {
        self.minor
    }

    /// The third number.
    pub fn patch(self) -> u32 {
        self.patch
    }

    /// The next version, or `None` if the number to raise is at its maximum.
    pub fn bumped(self, bump: Bump) -> Option<Self> {
        match bump {
            Bump::Major => Self::new(self.major + 1, 0, 0),
            Bump::Minor => Self::new(self.major, self.minor + 1, 0),
            Bump::Patch => Self::new(self.major, self.minor, self.patch + 1),
        }
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.major, self.minor, self.patch)
    }
}

impl Bump {
    /// Parses `major`, `minor` or `patch`.
    ///
    /// # Errors
    /// If the text is another word.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        match text {
            "major" => Ok(Self::Major),
            "minor" => Ok(Self::Minor),
            "patch" => Ok(Self::Patch),
            _ => Err(Invalid::new(format!("`{text}` is not a part of a version: write `major`, `minor` or `patch`"))
                .did_you_mean(suggest::closest(text, ["major", "minor", "patch"]))),
        }
    }
}

impl fmt::Display for Bump {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Major => "major",
            Self::Minor => "minor",
            Self::Patch => "patch",
        })
    }
}

fn number_of(part: &str, text: &str, at: std::ops::Range<usize>) -> Result<u32, Invalid> {
    if !matcher::is_digits(part) {
        let message = format!("`{text}` is not a version: write three whole numbers, as in `1.0.0`");
        let error = Invalid::new(message);
        return Err(if part == text { error } else { error.at(at) });
    }
    match matcher::number(part) {
        Some(number) if number <= Version::MAX => Ok(number),
        _ => Err(Invalid::new(format!("each number of a version is at most {}, not `{part}`", Version::MAX)).at(at)),
    }
}

/// Proposes the version that was probably meant: without `v`, build number or pre-release, with missing zeros.
fn repair(text: &str, error: Invalid) -> Invalid {
    let trimmed = text.trim().trim_start_matches(['v', 'V', '+', '=', '^', '~']);
    let end = trimmed.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(trimmed.len());
    let mut numbers: Vec<&str> = trimmed.get(..end).unwrap_or_default().split('.').take(3).collect();
    numbers.resize(3, "0");
    let proposal = numbers.join(".");
    let legal = numbers.iter().all(|part| matcher::number::<u32>(part).is_some_and(|number| number <= Version::MAX));
    if legal { error.help(format!("write `{proposal}`")) } else { error }
}

#[cfg(test)]
mod tests {
    use super::super::invalid::testing::{invalid, valid, valid_as};
    use super::*;

    #[test]
    fn versions() {
        valid(Version::parse, "1.0.0");
        valid(Version::parse, "2021.1.1073741823");
        valid_as(Version::parse, "2021.01.01", "2021.1.1");
        let form = "write three whole numbers, as in `1.0.0`";
        let check = |text: &str, expected: &str| invalid(Version::parse, text, expected);
        check("", &format!("`` is not a version: {form}"));
        check("1.0", &format!("`1.0` is not a version: {form} | write `1.0.0`"));
        check("1.0.0.0", &format!("`1.0.0.0` is not a version: {form} | write `1.0.0`"));
        check("v1.2.3", &format!("`v1.2.3` is not a version: {form} | write `1.2.3` @ v1"));
        check("+1.2.3", &format!("`+1.2.3` is not a version: {form} | write `1.2.3` @ +1"));
        check("1.2.3/4", &format!("`1.2.3/4` is not a version: {form} | write `1.2.3` @ 3/4"));
        check("1..3", &format!("`1..3` is not a version: {form} @ "));
        check("1.0.1073741824", "each number of a version is at most 1073741823, not `1073741824` @ 1073741824");
        check(
            "1.0.x",
            "`1.0.x` has a wildcard: a version here is three whole numbers, as in `1.0.0` \
             | write a number in place of the wildcard @ x",
        );
    }

    #[test]
    fn bumps() {
        let version = Version::new(1, 2, 3).unwrap();
        assert_eq!(version.bumped(Bump::Major).unwrap().to_string(), "2.0.0");
        assert_eq!(version.bumped(Bump::Minor).unwrap().to_string(), "1.3.0");
        assert_eq!(version.bumped(Bump::Patch).unwrap().to_string(), "1.2.4");
        assert_eq!(Version::new(0, 0, Version::MAX).unwrap().bumped(Bump::Patch), None);
        assert!(Version::new(1, 10, 0) > Version::new(1, 9, 9));
        valid(Bump::parse, "minor");
        let expected = "`minro` is not a part of a version: write `major`, `minor` or `patch` | did you mean `minor`?";
        invalid(Bump::parse, "minro", expected);
    }
}
