//! Ages of images in lifecycle rules.
//!
//! Source: EC2 Image Builder API reference, LifecyclePolicyDetailFilter (1 to 1000 units) and
//! LifecyclePolicyDetailExclusionRulesAmisLastLaunched (1 to 365 units).

use std::fmt;

use super::invalid::Invalid;
use super::{quantity, suggest};

/// A span of time in the service's own units, which are kept as written: the service counts months, not days.
///
/// ```
/// use kiln::project::{Age, AgeUnit};
///
/// let age = Age::parse("3 months").unwrap();
/// assert_eq!((age.value(), age.unit()), (3, AgeUnit::Months));
/// // A rule takes up to 1000 units, the time since a launch 365.
/// assert!(Age::parse("400 days").is_ok());
/// assert!(Age::parse_last_launched("400 days").is_err());
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Age {
    value: u32,
    unit: AgeUnit,
}

/// The unit of an age.
///
/// ```
/// use kiln::project::{Age, AgeUnit};
///
/// let age = Age::parse("1 year").unwrap();
/// assert_eq!(age.unit(), AgeUnit::Years);
/// assert_eq!(age.unit().service_word(), "YEARS");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AgeUnit {
    /// Days.
    Days,
    /// Weeks.
    Weeks,
    /// Months.
    Months,
    /// Years.
    Years,
}

impl Age {
    /// Parses the age of a rule, such as `90 days` or `1 year`: 1 to 1000 units.
    ///
    /// # Errors
    /// If the number is not whole or not within the limits, or the unit is missing or another.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        parse(text, 1000)
    }

    /// Parses the time since an image was last launched, such as `30 days`: 1 to 365 units.
    ///
    /// # Errors
    /// As [`Age::parse`], with the smaller limit.
    pub fn parse_last_launched(text: &str) -> Result<Self, Invalid> {
        parse(text, 365)
    }

    /// The number of units.
    pub fn value(self) -> u32 {
        self.value
    }

    /// The unit.
    pub fn unit(self) -> AgeUnit {
        self.unit
    }

    /// Whether no image comes to this age before the other, however long the months are.
    pub fn is_at_least(self, other: Self) -> bool {
        if self.unit == other.unit { self.value >= other.value } else { self.days().0 >= other.days().1 }
    }

    /// How many days it has at least and at most.
    fn days(self) -> (u32, u32) {
        let (least, most) = match self.unit {
            AgeUnit::Days => (1, 1),
            AgeUnit::Weeks => (7, 7),
            AgeUnit::Months => (28, 31),
            AgeUnit::Years => (365, 366),
        };
        (self.value * least, self.value * most)
    }
}

impl fmt::Display for Age {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [singular, plural] = self.unit.words();
        write!(f, "{} {}", self.value, if self.value == 1 { singular } else { plural })
    }
}

impl AgeUnit {
    const ALL: [Self; 4] = [Self::Days, Self::Weeks, Self::Months, Self::Years];

    /// The word that the service takes, such as `DAYS`.
    pub fn service_word(self) -> &'static str {
        match self {
            Self::Days => "DAYS",
            Self::Weeks => "WEEKS",
            Self::Months => "MONTHS",
            Self::Years => "YEARS",
        }
    }

    fn words(self) -> [&'static str; 2] {
        match self {
            Self::Days => ["day", "days"],
            Self::Weeks => ["week", "weeks"],
            Self::Months => ["month", "months"],
            Self::Years => ["year", "years"],
        }
    }
}

fn parse(text: &str, most: u32) -> Result<Age, Invalid> {
    let quantity = quantity::split(text);
    let form = || {
        Invalid::new(format!("`{text}` is not an age: write a whole number of `days`, `weeks`, `months` or `years`"))
    };
    let Some(number) = quantity.whole() else { return Err(form().help("write for example `90 days`")) };
    let Some(unit) = AgeUnit::ALL.into_iter().find(|unit| unit.words().contains(&quantity.unit)) else {
        if quantity.unit.is_empty() {
            return Err(form().help(format!("the unit is missing: write `{number} days`")));
        }
        let words = AgeUnit::ALL.into_iter().flat_map(|unit| unit.words().into_iter().rev());
        return Err(form().did_you_mean(suggest::closest(quantity.unit, words).map(|unit| format!("{number} {unit}"))));
    };
    match u32::try_from(number) {
        Ok(value) if (1..=most).contains(&value) => Ok(Age { value, unit }),
        _ => {
            let error =
                Invalid::new(format!("`{text}` is not an age that the service takes: the number is 1 to {most}"));
            Err(if number > u64::from(most) { error.help("write it in a larger unit") } else { error })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::invalid::testing::{invalid, valid, valid_as};
    use super::*;

    #[test]
    fn ages_are_compared_where_they_are_sure() {
        let is_at_least = |one, other| Age::parse(one).unwrap().is_at_least(Age::parse(other).unwrap());
        for (one, other) in
            [("1 year", "30 days"), ("3 months", "3 months"), ("1 month", "4 weeks"), ("31 days", "1 month")]
        {
            assert!(is_at_least(one, other), "{one} {other}");
        }
        for (one, other) in [("30 days", "1 month"), ("12 months", "1 year"), ("2 months", "3 months")] {
            assert!(!is_at_least(one, other), "{one} {other}");
        }
    }

    #[test]
    fn ages() {
        valid(Age::parse, "90 days");
        valid(Age::parse, "1 year");
        valid(Age::parse, "1000 days");
        valid_as(Age::parse, "2weeks", "2 weeks");
        valid_as(Age::parse, "3 month", "3 months");
        valid_as(Age::parse, "1 days", "1 day");
        assert_eq!(Age::parse("3 months").unwrap().unit().service_word(), "MONTHS");
        let form = "is not an age: write a whole number of `days`, `weeks`, `months` or `years`";
        let check = |text: &str, expected: &str| invalid(Age::parse, text, &format!("`{text}` {expected}"));
        check("90", &format!("{form} | the unit is missing: write `90 days`"));
        check("90 dyas", &format!("{form} | did you mean `90 days`?"));
        check("90 Days", &format!("{form} | did you mean `90 days`?"));
        check("12 hours", form);
        check("soon", &format!("{form} | write for example `90 days`"));
        check("0 days", "is not an age that the service takes: the number is 1 to 1000");
        check("1001 days", "is not an age that the service takes: the number is 1 to 1000 | write it in a larger unit");
        valid(Age::parse_last_launched, "365 days");
        let expected =
            "`366 days` is not an age that the service takes: the number is 1 to 365 | write it in a larger unit";
        invalid(Age::parse_last_launched, "366 days", expected);
    }
}
