//! The translation of a five-field Unix crontab line, for the help of its message.

use super::super::super::matcher;
use super::Cron;

const DAYS: [&str; 8] = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN"];

/// The six fields that mean the same, or `None` where no six fields do: a crontab runs on either of two chosen days,
/// AWS takes one day field only.
pub(super) fn translated(fields: &[&str]) -> Option<String> {
    let [minutes, hours, day_of_month, month, day_of_week] = fields else { return None };
    let (of_month, of_week) = match (*day_of_month, *day_of_week) {
        (days, "*") => (days.to_owned(), "?".to_owned()),
        ("*", "?") => ("*".to_owned(), "?".to_owned()),
        ("*" | "?", days) => ("?".to_owned(), week(days)?),
        (_, _) => return None,
    };
    let proposal = [*minutes, *hours, of_month.as_str(), *month, of_week.as_str(), "*"].join(" ");
    Cron::parse(&proposal).is_ok().then_some(proposal)
}

/// A day-of-week field with its numbers, 0 or 7 for Sunday, turned into names.
fn week(field: &str) -> Option<String> {
    let parts = field.split(',').map(|part| match part.split_once('-') {
        None => day(part),
        Some((first, last)) => match (matcher::number::<usize>(first), matcher::number::<usize>(last)) {
            (Some(first), Some(last)) if first <= last => span(first, last),
            _ => Some(part.to_owned()),
        },
    });
    Some(parts.collect::<Option<Vec<_>>>()?.join(","))
}

fn day(text: &str) -> Option<String> {
    match matcher::number::<usize>(text) {
        Some(number) => DAYS.get(number).map(ToString::to_string),
        None => Some(text.to_owned()),
    }
}

/// A range of days; one that ends on Sunday as the seventh day becomes a list.
fn span(first: usize, last: usize) -> Option<String> {
    let days = DAYS.get(first..=last)?;
    match days {
        [.., _] if last == 7 => Some(days.join(",")),
        [only] => Some((*only).to_owned()),
        [first, .., last] => Some(format!("{first}-{last}")),
        [] => None,
    }
}
