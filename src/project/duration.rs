//! Spans of time of minutes and hours, such as how long a test may take.

use std::fmt;

use super::invalid::Invalid;
use super::{quantity, suggest};

/// A span of time in whole minutes.
///
/// ```
/// use kiln::project::Duration;
///
/// let timeout = Duration::parse("90 minutes").unwrap();
/// assert_eq!(timeout.minutes(), 90);
/// assert!(timeout < Duration::parse("2 hours").unwrap());
/// assert_eq!(Duration::parse("120 minutes").unwrap().to_string(), "2 hours");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Duration(u32);

const UNITS: [([&str; 2], u32); 2] = [(["minute", "minutes"], 1), (["hour", "hours"], 60)];

impl Duration {
    /// Parses a duration such as `90 minutes` or `2 hours`: 1 minute to 1000 hours.
    ///
    /// # Errors
    /// If the number is not whole, zero or too large, or the unit is missing or another.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        let quantity = quantity::split(text);
        let form = || Invalid::new(format!("`{text}` is not a duration: write a whole number of `minutes` or `hours`"));
        let Some(number) = quantity.whole() else { return Err(form().help("write for example `90 minutes`")) };
        let Some((_, factor)) = UNITS.into_iter().find(|(words, _)| words.contains(&quantity.unit)) else {
            if quantity.unit.is_empty() {
                return Err(form().help(format!("the unit is missing: write `{number} minutes`")));
            }
            let words = UNITS.into_iter().flat_map(|(words, _)| words.into_iter().rev());
            let near = suggest::closest(quantity.unit, words).map(|unit| format!("{number} {unit}"));
            return Err(form().did_you_mean(near));
        };
        match u32::try_from(number).ok().and_then(|number| number.checked_mul(factor)) {
            Some(minutes) if (1..=60_000).contains(&minutes) => Ok(Self(minutes)),
            _ => Err(Invalid::new(format!("`{text}` is too short or too long: 1 minute to 1000 hours"))),
        }
    }

    /// The number of minutes.
    pub fn minutes(self) -> u32 {
        self.0
    }
}

impl fmt::Display for Duration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            1 => f.write_str("1 minute"),
            60 => f.write_str("1 hour"),
            minutes if minutes % 60 == 0 => write!(f, "{} hours", minutes / 60),
            minutes => write!(f, "{minutes} minutes"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::invalid::testing::{invalid, valid, valid_as};
    use super::*;

    #[test]
    fn durations() {
        valid(Duration::parse, "90 minutes");
        valid(Duration::parse, "2 hours");
        valid_as(Duration::parse, "60 minutes", "1 hour");
        valid_as(Duration::parse, "1minutes", "1 minute");
        assert_eq!(Duration::parse("2 hours").unwrap().minutes(), 120);
        let form = "is not a duration: write a whole number of `minutes` or `hours`";
        let check = |text: &str, expected: &str| invalid(Duration::parse, text, &format!("`{text}` {expected}"));
        check("90", &format!("{form} | the unit is missing: write `90 minutes`"));
        check("90 mintues", &format!("{form} | did you mean `90 minutes`?"));
        check("3 days", form);
        check("soon", &format!("{form} | write for example `90 minutes`"));
        check("0 minutes", "is too short or too long: 1 minute to 1000 hours");
        check("99999999999 hours", "is too short or too long: 1 minute to 1000 hours");
    }
}
