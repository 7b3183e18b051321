//! One field of a cron expression: values, names, ranges, steps and the rules of days.

use std::ops::RangeInclusive;

use super::super::super::invalid::Invalid;
use super::super::super::{matcher, suggest};
use super::{DayOfMonth, DayOfWeek, Field};

/// What a field may hold.
pub(super) struct Kind {
    name: &'static str,
    range: RangeInclusive<u16>,
    /// The names of the values, from the start of the range on.
    names: &'static [&'static str],
    /// Whether `/` is taken.
    steps: bool,
    /// What is allowed, for messages.
    allowed: &'static str,
}

pub(super) const MINUTES: Kind =
    Kind { name: "minutes", range: 0..=59, names: &[], steps: true, allowed: "0-59 with `,` `-` `*` `/`" };
pub(super) const HOURS: Kind =
    Kind { name: "hours", range: 0..=23, names: &[], steps: true, allowed: "0-23 with `,` `-` `*` `/`" };
pub(super) const DAY_OF_MONTH: Kind = Kind {
    name: "day-of-month",
    range: 1..=31,
    names: &[],
    steps: true,
    allowed: "1-31 with `,` `-` `*` `?` `/` `L` `W`",
};
pub(super) const MONTHS: Kind = Kind {
    name: "month",
    range: 1..=12,
    names: &["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"],
    steps: true,
    allowed: "1-12 or JAN-DEC with `,` `-` `*` `/`",
};
pub(super) const DAY_OF_WEEK: Kind = Kind {
    name: "day-of-week",
    range: 1..=7,
    names: &["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"],
    steps: false,
    allowed: "1-7 (1 is Sunday) or SUN-SAT with `,` `-` `*` `?` `L` `#`",
};
pub(super) const YEARS: Kind =
    Kind { name: "year", range: 1970..=2199, names: &[], steps: true, allowed: "1970-2199 with `,` `-` `*` `/`" };

impl Kind {
    /// How many values there are.
    pub(super) fn count(&self) -> usize {
        self.range.len()
    }

    /// The values of a field, sorted.
    pub(super) fn values(&self, field: &Field<'_>) -> Result<Vec<u16>, Invalid> {
        if field.text == "?" {
            let message = format!("the {} field cannot be `?`, only a day field can: {}", self.name, self.allowed);
            return Err(Invalid::new(message).help("write `*` for all").at(field.at.clone()));
        }
        let parts = field.text.split(',').map(|part| self.part(part, field));
        let values = parts.collect::<Result<Vec<_>, _>>()?;
        Ok(sorted(values.into_iter().flatten().collect()))
    }

    /// The rules of the day-of-month field; none for `?`.
    pub(super) fn days_of_month(&self, field: &Field<'_>) -> Result<Option<Vec<DayOfMonth>>, Invalid> {
        self.rules(field, |part| {
            let upper = part.to_ascii_uppercase();
            if upper == "LW" {
                return Ok(vec![DayOfMonth::LastWeekday]);
            }
            if let Some(before) = upper.strip_prefix('L') {
                let days = if before.is_empty() { Some(0) } else { before.strip_prefix('-').and_then(matcher::number) };
                let days = days.filter(|days| *days <= 30);
                return days.map(|days| vec![DayOfMonth::BeforeLast(days)]).ok_or_else(|| self.refusal(part, field));
            }
            if let Some(day) = upper.strip_suffix('W') {
                return Ok(vec![DayOfMonth::NearestWeekday(self.value(day, field)?)]);
            }
            Ok(self.part(part, field)?.into_iter().map(DayOfMonth::Day).collect())
        })
    }

    /// The rules of the day-of-week field; none for `?`.
    pub(super) fn days_of_week(&self, field: &Field<'_>) -> Result<Option<Vec<DayOfWeek>>, Invalid> {
        let rules = self.rules(field, |part| {
            if part.eq_ignore_ascii_case("L") {
                return Ok(vec![DayOfWeek::EndOfWeek]);
            }
            if let Some((day, number)) = part.split_once('#') {
                let day = self.value(day, field)?;
                let number = matcher::number(number).filter(|number| (1..=5).contains(number));
                return match number {
                    Some(number) => Ok(vec![DayOfWeek::Nth(day, number)]),
                    None => Err(Invalid::new(format!(
                        "`{part}` in the {} field is not allowed: after `#` stands 1-5, the first to the \
                         fifth of the month",
                        self.name
                    ))
                    .at(field.at.clone())),
                };
            }
            if let Some(day) = part.strip_suffix(['L', 'l']) {
                return Ok(vec![DayOfWeek::Last(self.value(day, field)?)]);
            }
            Ok(self.part(part, field)?.into_iter().map(DayOfWeek::Day).collect())
        })?;
        let nth = |rules: &Vec<DayOfWeek>| rules.len() > 1 && rules.iter().any(|r| matches!(r, DayOfWeek::Nth(..)));
        match rules {
            Some(rules) if nth(&rules) => Err(Invalid::new(format!(
                "`{}` has more than one day: a day-of-week with `#` stands alone in its field",
                field.text
            ))
            .at(field.at.clone())),
            rules => Ok(rules),
        }
    }

    fn rules<T: Ord>(
        &self,
        field: &Field<'_>,
        rule: impl Fn(&str) -> Result<Vec<T>, Invalid>,
    ) -> Result<Option<Vec<T>>, Invalid> {
        if field.text == "?" {
            return Ok(None);
        }
        let rules = field.text.split(',').map(rule).collect::<Result<Vec<_>, _>>()?;
        Ok(Some(sorted(rules.into_iter().flatten().collect())))
    }

    /// The values of one part of a list: a value, a range, `*`, each with a step or without.
    fn part(&self, part: &str, field: &Field<'_>) -> Result<Vec<u16>, Invalid> {
        let (base, step) = match part.split_once('/') {
            None => (part, None),
            Some(_) if !self.steps => {
                let message =
                    format!("`{part}` has a step, which the {} field does not take: {}", self.name, self.allowed);
                return Err(Invalid::new(message).help("list the values, as in `MON,WED,FRI`").at(field.at.clone()));
            }
            Some((base, step)) => (base, Some(self.step(step, part, field)?)),
        };
        let (first, last) = match base.split_once('-') {
            _ if base == "*" => (*self.range.start(), *self.range.end()),
            None if base.is_empty() => return Err(self.refusal(part, field)),
            // `5/10` starts at 5 and goes on to the end of the range.
            None => match (self.value(base, field)?, step) {
                (first, Some(_)) => (first, *self.range.end()),
                (first, None) => (first, first),
            },
            Some((first, last)) => (self.value(first, field)?, self.value(last, field)?),
        };
        if first > last {
            let (all_first, all_last) = (self.range.start(), self.range.end());
            let message = format!("`{part}` in the {} field runs backwards: a range is from low to high", self.name);
            let parts = [self.span(first, *all_last), self.span(*all_first, last)];
            return Err(Invalid::new(message).help(format!("write `{}`", parts.join(","))).at(field.at.clone()));
        }
        Ok((first..=last).step_by(usize::from(step.unwrap_or(1))).collect())
    }

    fn step(&self, step: &str, part: &str, field: &Field<'_>) -> Result<u16, Invalid> {
        matcher::number(step).filter(|step| (1..=*self.range.end()).contains(step)).ok_or_else(|| {
            let message =
                format!("`{part}` in the {} field has no step: after `/` stands a whole number from 1", self.name);
            Invalid::new(message).at(field.at.clone())
        })
    }

    fn value(&self, text: &str, field: &Field<'_>) -> Result<u16, Invalid> {
        if let Some(at) = self.names.iter().position(|name| name.eq_ignore_ascii_case(text)) {
            return Ok(self.range.clone().nth(at).unwrap_or(*self.range.start()));
        }
        matcher::number(text).filter(|value| self.range.contains(value)).ok_or_else(|| self.refusal(text, field))
    }

    fn refusal(&self, text: &str, field: &Field<'_>) -> Invalid {
        let error = Invalid::new(format!("`{text}` in the {} field is not allowed: {}", self.name, self.allowed));
        let error = error.at(field.at.clone());
        // Whole words, as in `Sunday`, are close to nothing but begin with the name.
        let begun = self.names.iter().find(|name| {
            text.len() > name.len() && text.get(..name.len()).is_some_and(|start| start.eq_ignore_ascii_case(name))
        });
        let named = begun.copied().or_else(|| suggest::closest(text, self.names.iter().copied()));
        match named {
            _ if text == "0" && self.name == DAY_OF_WEEK.name => error.help("write `SUN` or `1` for Sunday"),
            Some(name) if !matcher::is_digits(text) => error.help(format!("did you mean `{name}`?")),
            _ => error,
        }
    }

    /// A range as it is written: with names where the field has them.
    fn span(&self, first: u16, last: u16) -> String {
        if first == last { self.shown(first) } else { format!("{}-{}", self.shown(first), self.shown(last)) }
    }

    fn shown(&self, value: u16) -> String {
        let at = usize::from(value.saturating_sub(*self.range.start()));
        self.names.get(at).map_or_else(|| value.to_string(), ToString::to_string)
    }
}

fn sorted<T: Ord>(mut values: Vec<T>) -> Vec<T> {
    values.sort_unstable();
    values.dedup();
    values
}
