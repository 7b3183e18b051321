//! Schedules as people say them.

use super::cron::{DayOfMonth, DayOfWeek, Days};
use super::{Cron, Expression, Rate};

const DAYS: [&str; 7] = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];
const ORDINALS: [&str; 5] = ["first", "second", "third", "fourth", "fifth"];

impl Expression {
    /// When it runs, in words: `every Sunday at 04:00`. What is said in no few words is the expression itself.
    ///
    /// ```
    /// use kiln::project::Expression;
    ///
    /// let patch_day = Expression::parse("0 20 ? * TUE#2 *").unwrap();
    /// assert_eq!(patch_day.words(), "on the second Tuesday of each month at 20:00");
    /// ```
    #[must_use]
    pub fn words(&self) -> String {
        match self {
            Self::Rate(rate) => interval(*rate),
            Self::Cron(cron) => times(cron).unwrap_or_else(|| format!("at `{self}`")),
        }
    }
}

fn interval(rate: Rate) -> String {
    let unit = rate.unit();
    if rate.value() == 1 {
        format!("every {}", unit.singular())
    } else {
        format!("every {} {}", rate.value(), unit.plural())
    }
}

fn times(cron: &Cron) -> Option<String> {
    let ([minute], [hour]) = (cron.minutes(), cron.hours()) else { return None };
    if cron.months().len() != 12 || !cron.is_in_every_year() {
        return None;
    }
    let day = |number: &u16| DAYS.get(usize::from(*number).checked_sub(1)?).copied();
    let days = match cron.days() {
        Days::OfMonth(days) if (1..=31).all(|day| days.contains(&DayOfMonth::Day(day))) => "every day".to_owned(),
        Days::OfMonth(days) => match days.as_slice() {
            [DayOfMonth::Day(day)] => format!("on day {day} of each month"),
            [DayOfMonth::BeforeLast(0)] => "on the last day of each month".to_owned(),
            _ => return None,
        },
        Days::OfWeek(days) => match days.as_slice() {
            [DayOfWeek::Nth(number, nth)] => {
                let nth = ORDINALS.get(usize::from(*nth).checked_sub(1)?)?;
                format!("on the {nth} {} of each month", day(number)?)
            }
            [DayOfWeek::Last(number)] => format!("on the last {} of each month", day(number)?),
            days => {
                let name = |it: &DayOfWeek| if let DayOfWeek::Day(number) = it { day(number) } else { None };
                let names: Vec<&str> = days.iter().map(name).collect::<Option<_>>()?;
                match names.as_slice() {
                    [] => return None,
                    [only] => format!("every {only}"),
                    _ if names.len() == DAYS.len() => "every day".to_owned(),
                    _ if names == DAYS[1..6] => "every weekday".to_owned(),
                    [first @ .., last] => format!("every {} and {last}", first.join(", ")),
                }
            }
        },
    };
    Some(format!("{days} at {hour:02}:{minute:02}"))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

    use super::*;

    #[test]
    fn schedules_are_said_as_people_say_them() {
        for (expression, words) in [
            ("0 4 ? * SUN *", "every Sunday at 04:00"),
            ("30 16 ? * MON,THU *", "every Monday and Thursday at 16:30"),
            ("0 0 ? * SAT,SUN,WED *", "every Sunday, Wednesday and Saturday at 00:00"),
            ("0 2 ? * MON-FRI *", "every weekday at 02:00"),
            ("0 2 * * ? *", "every day at 02:00"),
            ("0 2 ? * * *", "every day at 02:00"),
            ("5 2 1 * ? *", "on day 1 of each month at 02:05"),
            ("0 2 L * ? *", "on the last day of each month at 02:00"),
            ("0 2 ? * 6L *", "on the last Friday of each month at 02:00"),
            ("0 20 ? * TUE#2 *", "on the second Tuesday of each month at 20:00"),
            ("0 */6 * * ? *", "at `cron(0 */6 * * ? *)`"),
            ("0 4 1 JAN ? *", "at `cron(0 4 1 JAN ? *)`"),
            ("0 4 ? * SUN 2030", "at `cron(0 4 ? * SUN 2030)`"),
            ("0 2 1-30,LW * ? *", "at `cron(0 2 1-30,LW * ? *)`"),
            ("0 4 LW * ? *", "at `cron(0 4 LW * ? *)`"),
            ("rate(7 days)", "every 7 days"),
            ("rate(1 hour)", "every hour"),
        ] {
            assert_eq!(Expression::parse(expression).unwrap().words(), words);
        }
    }
}
