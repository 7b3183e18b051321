//! The cron language of AWS: six fields, minutes to years.
//!
//! Invariants: exactly one of the two day fields is `?`; every value is in its field's range; lists of values are
//! sorted and have no repeats; some month of the schedule has the day. The text is kept as the user wrote it, with
//! single spaces. Fields are parsed in `field.rs`, Unix crontab lines are translated in `unix.rs`.
//!
//! Source: EC2 Image Builder user guide, "Use cron expressions in Image Builder". Ranges that run backwards, such as
//! `FRI-MON`, are not described there and are refused; the equal list is taken.

use std::fmt;
use std::ops::Range;

use super::super::invalid::Invalid;

mod field;
mod unix;

use field::{DAY_OF_MONTH, DAY_OF_WEEK, HOURS, MINUTES, MONTHS, YEARS};

/// A parsed cron expression. `Display` gives the six fields without `cron(…)`.
///
/// ```
/// use jiff::Timestamp;
/// use jiff::tz::TimeZone;
/// use kiln::project::Cron;
///
/// let sundays = Cron::parse("0 4 ? * SUN *").unwrap();
/// let tuesday: Timestamp = "2026-11-24T12:00:00Z".parse().unwrap();
/// let next = sundays.runs_after(tuesday, &TimeZone::UTC).next().expect("it runs each week");
/// assert_eq!(next.to_string(), "2026-11-29T04:00:00+00:00[UTC]");
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cron {
    text: String,
    minutes: Vec<u16>,
    hours: Vec<u16>,
    days: Days,
    months: Vec<u16>,
    years: Vec<u16>,
}

/// Which days of the chosen months a schedule runs on. A day is one if any of the rules picks it.
///
/// ```
/// use kiln::project::Cron;
/// use kiln::project::schedule::cron::{DayOfMonth, Days};
///
/// let cron = Cron::parse("0 4 1,15 * ? *").unwrap();
/// let days = [DayOfMonth::Day(1), DayOfMonth::Day(15)];
/// assert_eq!(*cron.days(), Days::OfMonth(days.to_vec()));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Days {
    /// The day-of-month field decides, day-of-week is `?`.
    OfMonth(Vec<DayOfMonth>),
    /// The day-of-week field decides, day-of-month is `?`.
    OfWeek(Vec<DayOfWeek>),
}

/// A rule of the day-of-month field.
///
/// ```
/// use kiln::project::Cron;
/// use kiln::project::schedule::cron::{DayOfMonth, Days};
///
/// let month_ends = Cron::parse("0 4 LW * ? *").unwrap();
/// assert_eq!(*month_ends.days(), Days::OfMonth(vec![DayOfMonth::LastWeekday]));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum DayOfMonth {
    /// The day of this number, 1 to 31, in months that have it.
    Day(u16),
    /// `15W`: the weekday from Monday to Friday that is nearest to the day of this number, in the same month.
    NearestWeekday(u16),
    /// `L` and `L-3`: so many days before the last day of the month, 0 for the last day.
    BeforeLast(u16),
    /// `LW`: the last weekday from Monday to Friday of the month.
    LastWeekday,
}

/// A rule of the day-of-week field. Days are numbered from 1, Sunday, to 7, Saturday.
///
/// ```
/// use kiln::project::Cron;
/// use kiln::project::schedule::cron::{DayOfWeek, Days};
///
/// let patch_day = Cron::parse("0 20 ? * TUE#2 *").unwrap();
/// assert_eq!(*patch_day.days(), Days::OfWeek(vec![DayOfWeek::Nth(3, 2)]));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum DayOfWeek {
    /// Each such day.
    Day(u16),
    /// `L` alone: the last day of the week. The user guide calls that Sunday, but numbers the days from Sunday as 1 to
    /// Saturday as 7: name the day to be sure.
    EndOfWeek,
    /// `6L`: the last such day of the month.
    Last(u16),
    /// `6#2`: the second such day of the month; the number is 1 to 5.
    Nth(u16, u16),
}

impl Cron {
    /// Parses six fields separated by white space.
    ///
    /// # Errors
    /// If there are not six fields, a field is wrong, or not exactly one day field is `?`. The range of the error is
    /// that of the field.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        Self::parse_at(text, 0)
    }

    /// Parses fields that stand at byte `start` of the text that the user wrote.
    pub(super) fn parse_at(text: &str, start: usize) -> Result<Self, Invalid> {
        let fields = split(text, start);
        let [minutes, hours, day_of_month, months, day_of_week, years] = fields.as_slice() else {
            return Err(wrong_count(text, &fields));
        };
        let minutes = MINUTES.values(minutes)?;
        let hours = HOURS.values(hours)?;
        let of_month = DAY_OF_MONTH.days_of_month(day_of_month)?;
        let months = MONTHS.values(months)?;
        let of_week = DAY_OF_WEEK.days_of_week(day_of_week)?;
        let years = YEARS.values(years)?;
        let days = match (of_month, of_week) {
            (Some(days), None) => Days::OfMonth(days),
            (None, Some(days)) => Days::OfWeek(days),
            (Some(_), Some(_)) => return Err(both_days(&fields)),
            (None, None) => return Err(no_day(&fields)),
        };
        let words: Vec<&str> = fields.iter().map(|field| field.text).collect();
        let cron = Self { text: words.join(" "), minutes, hours, days, months, years };
        match day_that_never_comes(&cron) {
            None => Ok(cron),
            Some(day) => Err(Invalid::new(format!("none of the months of this schedule has a day {day}"))
                .help("write `L` for the last day of the month")
                .at(day_of_month.at.clone())),
        }
    }

    /// The minutes of the hour, 0 to 59.
    pub fn minutes(&self) -> &[u16] {
        &self.minutes
    }

    /// The hours of the day, 0 to 23.
    pub fn hours(&self) -> &[u16] {
        &self.hours
    }

    /// The days.
    pub fn days(&self) -> &Days {
        &self.days
    }

    /// The months of the year, 1 to 12.
    pub fn months(&self) -> &[u16] {
        &self.months
    }

    /// The years, 1970 to 2199.
    pub fn years(&self) -> &[u16] {
        &self.years
    }

    /// Whether it has no years of its own.
    pub(super) fn is_in_every_year(&self) -> bool {
        self.years.len() == YEARS.count()
    }
}

impl fmt::Display for Cron {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// A field and where it stands in the text that the user wrote.
#[derive(Debug, Clone)]
struct Field<'a> {
    text: &'a str,
    at: Range<usize>,
}

fn split(text: &str, start: usize) -> Vec<Field<'_>> {
    let mut fields = Vec::new();
    let mut rest = text;
    let mut at = start;
    loop {
        let trimmed = rest.trim_start();
        at += rest.len() - trimmed.len();
        let length = trimmed.find(char::is_whitespace).unwrap_or(trimmed.len());
        let (field, next) = trimmed.split_at(length);
        if field.is_empty() {
            return fields;
        }
        fields.push(Field { text: field, at: at..at + length });
        at += length;
        rest = next;
    }
}

fn wrong_count(text: &str, fields: &[Field<'_>]) -> Invalid {
    let count = fields.len();
    let layout = "`minutes hours day-of-month month day-of-week year`";
    if let ([_, _, _, _, _], [.., last]) = (fields, fields) {
        let words: Vec<&str> = fields.iter().map(|field| field.text).collect();
        let message = format!("`{}` has five fields, as in a Unix crontab: AWS takes six, {layout}", text.trim());
        let at = fields.first().map_or(0, |first| first.at.start)..last.at.end;
        return match unix::translated(&words) {
            Some(proposal) => Invalid::new(message).help(format!("write `cron({proposal})`")),
            None => Invalid::new(message).help("write `?` in one of the day fields, and a year or `*` at the end"),
        }
        .at(at);
    }
    let plural = if count == 1 { "" } else { "s" };
    let error = Invalid::new(format!("`{}` has {count} field{plural}: AWS takes six, {layout}", text.trim()));
    match fields {
        [seconds, rest @ ..] if count == 7 => {
            let words: Vec<&str> = rest.iter().map(|field| field.text).collect();
            let proposal = words.join(" ");
            let at = seconds.at.clone();
            match Cron::parse(&proposal) {
                Ok(_) => error.help(format!("there are no seconds: write `cron({proposal})`")).at(at),
                Err(_) => error.help("there are no seconds: begin with the minutes").at(at),
            }
        }
        _ => error.help("write for example `cron(0 4 ? * SUN *)` for each Sunday at 04:00"),
    }
}

/// Both day fields choose days: proposes `?` for the one that chooses all.
fn both_days(fields: &[Field<'_>]) -> Invalid {
    let texts: Vec<&str> = fields.iter().map(|field| field.text).collect();
    let replaced = match texts.as_slice() {
        [_, _, _, _, "*", _] => Some(4),
        [_, _, "*", _, _, _] => Some(2),
        _ => None,
    };
    let message = "exactly one of the fields day-of-month and day-of-week is `?`, here neither is";
    let place = fields.get(replaced.unwrap_or(4)).map_or(0..0, |field| field.at.clone());
    let error = Invalid::new(message).at(place);
    match replaced {
        Some(replaced) => error.help(format!("write `cron({})`", with(&texts, replaced, "?"))),
        None => error.help("write `?` in the one that does not matter; AWS cannot join the two"),
    }
}

fn no_day(fields: &[Field<'_>]) -> Invalid {
    let texts: Vec<&str> = fields.iter().map(|field| field.text).collect();
    let place = fields.get(2).map_or(0..0, |field| field.at.clone());
    Invalid::new("exactly one of the fields day-of-month and day-of-week is `?`, here both are")
        .help(format!("write `cron({})` for each day", with(&texts, 2, "*")))
        .at(place)
}

fn with(texts: &[&str], replaced: usize, by: &str) -> String {
    let words: Vec<&str> = texts.iter().enumerate().map(|(at, text)| if at == replaced { by } else { text }).collect();
    words.join(" ")
}

/// The smallest day of the schedule, if no month of it is long enough for that day.
fn day_that_never_comes(cron: &Cron) -> Option<u16> {
    let Days::OfMonth(rules) = &cron.days else { return None };
    let longest = cron.months.iter().map(|month| longest(*month)).max()?;
    let smallest = rules.iter().map(|rule| match rule {
        DayOfMonth::Day(day) | DayOfMonth::NearestWeekday(day) => *day,
        DayOfMonth::BeforeLast(_) | DayOfMonth::LastWeekday => 1,
    });
    smallest.min().filter(|day| *day > longest)
}

fn longest(month: u16) -> u16 {
    match month {
        2 => 29,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

#[cfg(test)]
mod tests;
