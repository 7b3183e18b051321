//! When pipelines run next, for people.

use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};
use kiln::project::definition::{Pipeline, Schedule};
use kiln::project::{Expression, Timezone};

/// So many runs are shown.
const SHOWN: usize = 3;

/// A pipeline that runs by itself.
pub struct Scheduled {
    pipeline: String,
    schedule: Schedule,
    is_enabled: bool,
}

impl Scheduled {
    /// A pipeline's schedule, if it has one.
    pub fn of(pipeline: &Pipeline) -> Option<Self> {
        let schedule = pipeline.schedule.clone()?;
        Some(Self { pipeline: pipeline.key.to_string(), schedule, is_enabled: pipeline.enabled })
    }

    /// A line with the next runs after a moment, in the time zone of the schedule.
    pub fn next(&self, now: Timestamp) -> String {
        let Self { pipeline, schedule, is_enabled } = self;
        let verb = if *is_enabled { "runs" } else { "is disabled, and would run" };
        let when = match &schedule.expression {
            Expression::Cron(cron) => {
                let zone = schedule.timezone.as_ref().and_then(Timezone::rules).unwrap_or(TimeZone::UTC);
                let runs: Vec<String> = cron.runs_after(now, &zone).take(SHOWN).map(|run| shown(&run)).collect();
                let zone = schedule.timezone.as_ref().map_or("UTC", |zone| zone.as_str());
                match runs.as_slice() {
                    [] => "never again: the years of its schedule are over".to_owned(),
                    runs => format!("next on {} ({zone})", runs.join(", ")),
                }
            }
            rate @ Expression::Rate(_) => format!("{}, counted by the service from its deployment", rate.words()),
        };
        let condition = if schedule.only_for_updates { ", if its base or a component is newer then" } else { "" };
        format!("pipeline `{pipeline}` {verb} {when}{condition}")
    }
}

fn shown(run: &Zoned) -> String {
    run.strftime("%a %F %R").to_string()
}

/// A moment as the service writes it, on the clock of this machine; as it is where it is no moment.
#[cfg(feature = "deploy")]
pub fn local(moment: &str) -> String {
    let Ok(moment) = moment.parse::<Timestamp>() else { return moment.to_owned() };
    let run = moment.to_zoned(TimeZone::system());
    run.strftime("%a %F %R %Z").to_string()
}

/// When a pipeline that is deployed runs next.
#[cfg(feature = "deploy")]
pub enum Next {
    /// At this moment, as the service writes it.
    At(String),
    /// Its schedule is over.
    Never,
    /// Of a rate only the service knows: the schedule in words.
    By(String),
}

/// What the schedule of a pipeline means after a moment.
#[cfg(feature = "deploy")]
pub fn next(schedule: &str, timezone: Option<&str>, now: Timestamp) -> Next {
    let expression = match Expression::parse(schedule) {
        Ok(Expression::Cron(cron)) => cron,
        Ok(rate) => return Next::By(rate.words()),
        Err(_) => return Next::By(format!("by `{schedule}`")),
    };
    let zone = match timezone {
        Some(name) => Timezone::parse(name).ok().and_then(|zone| zone.rules()),
        None => Some(TimeZone::UTC),
    };
    let Some(zone) = zone else {
        let zone = timezone.unwrap_or_default();
        return Next::By(format!("{} in the time zone {zone}", Expression::Cron(expression).words()));
    };
    expression.runs_after(now, &zone).next().map_or(Next::Never, |run| Next::At(run.timestamp().to_string()))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

    use kiln::project::{Cron, Timezone};

    use super::*;

    fn next(expression: &str, zone: Option<&str>) -> String {
        let schedule = Schedule {
            expression: Expression::parse(expression).unwrap(),
            timezone: zone.map(|zone| Timezone::parse(zone).unwrap()),
            only_for_updates: zone.is_none(),
            disable_after_failures: None,
        };
        let scheduled = Scheduled { pipeline: "web".to_owned(), schedule, is_enabled: true };
        scheduled.next("2026-11-24T12:00:00Z".parse().unwrap())
    }

    #[test]
    fn runs_are_on_the_clock_of_the_schedule() {
        assert!(Cron::parse("0 4 ? * SUN *").is_ok());
        assert_eq!(
            next("cron(0 4 ? * SUN *)", Some("Europe/Rome")),
            "pipeline `web` runs next on Sun 2026-11-29 04:00, Sun 2026-12-06 04:00, Sun 2026-12-13 04:00 (Europe/Rome)"
        );
        assert_eq!(
            next("rate(7 days)", None),
            "pipeline `web` runs every 7 days, counted by the service from its deployment, if its base or a component is \
             newer then"
        );
        assert_eq!(
            next("cron(0 4 ? * SUN 2025)", Some("UTC")),
            "pipeline `web` runs never again: the years of its schedule are over"
        );
    }
}
