//! When a pipeline runs: cron and rate expressions, and the time zone that they are read in.
//!
//! [`Expression::parse`] takes the service's own two forms, `cron(…)` and `rate(…)`, and six bare cron fields; it is
//! always shown in the service's form. The cron language is in [`cron`], time zones are in [`timezone`].
//!
//! Source: EC2 Image Builder user guide, "Use cron expressions in Image Builder", and API reference, Schedule.

use std::fmt;

use super::invalid::Invalid;
use super::{matcher, quantity, suggest};

pub mod cron;
mod next;
pub mod timezone;
mod words;

pub use cron::Cron;
pub use timezone::Timezone;

/// The schedule of a pipeline.
///
/// ```
/// use kiln::project::Expression;
///
/// let sundays = Expression::parse("0 4 ? * SUN *").unwrap();
/// assert_eq!(sundays.to_string(), "cron(0 4 ? * SUN *)");
/// let refused = Expression::parse("7 days").expect_err("it does not say that it is a rate");
/// assert_eq!(refused.help.as_deref(), Some("write `rate(7 days)`"));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Expression {
    /// At set times.
    Cron(Cron),
    /// At set intervals.
    Rate(Rate),
}

/// An interval of at least one minute, hour or day.
///
/// ```
/// use kiln::project::Expression;
///
/// let Ok(Expression::Rate(rate)) = Expression::parse("rate(12 hours)") else {
///     panic!("it is a rate");
/// };
/// assert_eq!(rate.minutes(), 720);
/// assert_eq!(rate.to_string(), "rate(12 hours)");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    value: u32,
    unit: RateUnit,
}

/// The unit of a rate.
///
/// ```
/// use kiln::project::{Expression, RateUnit};
///
/// let Ok(Expression::Rate(rate)) = Expression::parse("rate(7 days)") else {
///     panic!("it is a rate");
/// };
/// assert_eq!((rate.value(), rate.unit()), (7, RateUnit::Day));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RateUnit {
    /// 60 seconds.
    Minute,
    /// 60 minutes.
    Hour,
    /// 24 hours.
    Day,
}

impl Expression {
    /// Parses `cron(…)`, `rate(…)` or six cron fields.
    ///
    /// # Errors
    /// If the text is neither form, or a field is wrong: the range of the error is then that of the field.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        matcher::length(text, "a schedule", 1..=1024)?;
        let start = text.len() - text.trim_start().len();
        let bare = text.trim();
        if let Some(open) = bare.find('(') {
            let (word, rest) = bare.split_at(open);
            let Some(inner) = rest.strip_prefix('(').and_then(|rest| rest.strip_suffix(')')) else {
                return Err(unclosed(bare, word));
            };
            let start = start + open + 1;
            return match word {
                "cron" => Ok(Self::Cron(Cron::parse_at(inner, start)?)),
                "rate" => rate(inner).map(Self::Rate).map_err(|error| error.within(start, inner)),
                _ => Err(unknown_form(word, inner)),
            };
        }
        if let Ok(rate) = rate(bare) {
            return Err(Invalid::new(format!("`{bare}` is not a schedule: {FORMS}")).help(format!("write `{rate}`")));
        }
        if bare.split_whitespace().count() < 2 {
            return Err(Invalid::new(format!("`{bare}` is not a schedule: {FORMS}"))
                .help("write `rate(7 days)` for once a week, or `cron(0 4 ? * SUN *)` for each Sunday at 04:00"));
        }
        Ok(Self::Cron(Cron::parse_at(bare, start)?))
    }
}

impl fmt::Display for Expression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Cron(cron) => write!(f, "cron({cron})"),
            Self::Rate(rate) => rate.fmt(f),
        }
    }
}

impl Rate {
    /// How many units lie between two runs; at least 1.
    pub fn value(self) -> u32 {
        self.value
    }

    /// The unit.
    pub fn unit(self) -> RateUnit {
        self.unit
    }

    /// The interval in minutes.
    pub fn minutes(self) -> u64 {
        let unit = match self.unit {
            RateUnit::Minute => 1,
            RateUnit::Hour => 60,
            RateUnit::Day => 24 * 60,
        };
        u64::from(self.value) * unit
    }
}

impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "rate({} {}{})", self.value, self.unit.singular(), if self.value == 1 { "" } else { "s" })
    }
}

impl RateUnit {
    const ALL: [Self; 3] = [Self::Minute, Self::Hour, Self::Day];

    fn singular(self) -> &'static str {
        match self {
            Self::Minute => "minute",
            Self::Hour => "hour",
            Self::Day => "day",
        }
    }

    fn plural(self) -> &'static str {
        match self {
            Self::Minute => "minutes",
            Self::Hour => "hours",
            Self::Day => "days",
        }
    }
}

const FORMS: &str = "write `cron(…)` with six fields, or `rate(…)` with a number and a unit";

/// Parses what stands between the parentheses of `rate(…)`.
fn rate(inner: &str) -> Result<Rate, Invalid> {
    let quantity = quantity::split(inner);
    let value = quantity.whole().and_then(|value| u32::try_from(value).ok()).filter(|value| *value > 0);
    let Some(value) = value else {
        return Err(Invalid::new(format!(
            "`{}` is not a rate: a rate is a whole number from 1 and a unit",
            inner.trim()
        ))
        .help("write for example `rate(1 day)` or `rate(12 hours)`"));
    };
    let units = RateUnit::ALL.into_iter();
    let Some(unit) = units.clone().find(|unit| [unit.singular(), unit.plural()].contains(&quantity.unit)) else {
        let names = units.flat_map(|unit| [unit.plural(), unit.singular()]);
        let message = format!("`{}` is not a unit of a rate: write minutes, hours or days", quantity.unit);
        return Err(match suggest::closest(quantity.unit, names) {
            Some(name) => match RateUnit::ALL.into_iter().find(|unit| [unit.singular(), unit.plural()].contains(&name))
            {
                Some(unit) => Invalid::new(message).help(format!("did you mean `{}`?", Rate { value, unit })),
                None => Invalid::new(message),
            },
            None if matches!(quantity.unit, "week" | "weeks") => {
                let days = Rate { value: value.saturating_mul(7), unit: RateUnit::Day };
                Invalid::new(message).help(format!("write `{days}`"))
            }
            None => Invalid::new(message),
        });
    };
    let rate = Rate { value, unit };
    if (value == 1) != (quantity.unit == unit.singular()) {
        let number = if value == 1 { "singular after 1" } else { "plural after a number above 1" };
        let message = format!("`{}` is not a rate: the unit is {number}", inner.trim());
        return Err(Invalid::new(message).help(format!("write `{rate}`")));
    }
    Ok(rate)
}

fn unclosed(text: &str, word: &str) -> Invalid {
    let error = Invalid::new(format!("`{text}` is not a schedule: the closing `)` is missing or not at the end"));
    let closed = format!("{text})");
    match word {
        "cron" | "rate" if !text.contains(')') && Expression::parse(&closed).is_ok() => {
            error.help(format!("write `{closed}`"))
        }
        _ => error,
    }
}

fn unknown_form(word: &str, inner: &str) -> Invalid {
    let error = Invalid::new(format!("`{word}(…)` is not a schedule: {FORMS}"));
    if matches!(word, "at" | "every") {
        return error;
    }
    error.did_you_mean(suggest::closest(word.trim(), ["cron", "rate"]).map(|word| format!("{word}({inner})")))
}

#[cfg(test)]
mod tests {
    use super::super::invalid::testing::{invalid, valid, valid_as};
    use super::*;

    #[test]
    fn forms() {
        valid(Expression::parse, "cron(0 4 ? * SUN *)");
        valid(Expression::parse, "rate(1 day)");
        valid(Expression::parse, "rate(30 minutes)");
        valid_as(Expression::parse, " cron(  0  4 ? * SUN * ) ", "cron(0 4 ? * SUN *)");
        valid_as(Expression::parse, "0 4 ? * sun *", "cron(0 4 ? * sun *)");
        valid_as(Expression::parse, "rate( 12  hours )", "rate(12 hours)");
        let check = |text: &str, expected: &str| invalid(Expression::parse, text, expected);
        let help = "write `rate(7 days)` for once a week, or `cron(0 4 ? * SUN *)` for each Sunday at 04:00";
        check("", "a schedule has 1 to 1024 characters, this one has 0");
        check("daily", &format!("`daily` is not a schedule: {FORMS} | {help}"));
        check("7 days", &format!("`7 days` is not a schedule: {FORMS} | write `rate(7 days)`"));
        check(
            "corn(0 4 ? * SUN *)",
            &format!("`corn(…)` is not a schedule: {FORMS} | did you mean `cron(0 4 ? * SUN *)`?"),
        );
        check("Rate(1 day)", &format!("`Rate(…)` is not a schedule: {FORMS} | did you mean `rate(1 day)`?"));
        check(
            "rate(1 day",
            "`rate(1 day` is not a schedule: the closing `)` is missing or not at the end | write `rate(1 day)`",
        );
    }

    #[test]
    fn rates() {
        let check = |text: &str, expected: &str| invalid(Expression::parse, text, expected);
        check("rate(1 days)", "`1 days` is not a rate: the unit is singular after 1 | write `rate(1 day)` @ 1 days");
        check(
            "rate(7 day)",
            "`7 day` is not a rate: the unit is plural after a number above 1 | write `rate(7 days)` @ 7 day",
        );
        check(
            "rate(0 days)",
            "`0 days` is not a rate: a rate is a whole number from 1 and a unit \
             | write for example `rate(1 day)` or `rate(12 hours)` @ 0 days",
        );
        check(
            "rate(2 weeks)",
            "`weeks` is not a unit of a rate: write minutes, hours or days | write `rate(14 days)` @ 2 weeks",
        );
        check(
            "rate(2 huors)",
            "`huors` is not a unit of a rate: write minutes, hours or days | did you mean `rate(2 hours)`? @ 2 huors",
        );
        let Ok(Expression::Rate(rate)) = Expression::parse("rate(2 hours)") else { panic!() };
        assert_eq!((rate.value(), rate.unit(), rate.minutes()), (2, RateUnit::Hour, 120));
    }
}
