//! When a pipeline runs by itself.

use super::context::{Choice, Context};
use crate::diagnostic::code;
use crate::project::definition::Schedule;
use crate::project::{Expression, Invalid, Timezone};
use crate::source::At;
use crate::spec;

const CONDITIONS: [Choice<bool>; 2] = [("always", false), ("updates", true)];

/// Checks a schedule. The outer `None` means that it was refused.
#[expect(clippy::option_option, reason = "no schedule and refused are two things")]
pub(super) fn schedule(table: Option<&spec::Schedule>, at: At<'_>, cx: &mut Context<'_>) -> Option<Option<Schedule>> {
    let Some(table) = table else { return Some(None) };
    let expression = match (&table.cron, &table.rate) {
        (Some(text), None) => cx.parse(code::BAD_SCHEDULE, at.key("cron"), text, cron),
        (None, Some(text)) => cx.parse(code::BAD_SCHEDULE, at.key("rate"), text, rate),
        (Some(_), Some(_)) => {
            cx.contradiction("a schedule has one expression", at.key("cron"), at.key("rate"));
            None
        }
        (None, None) => {
            cx.missing(
                "the schedule has no expression",
                (at, &["cron", "rate"]),
                "add `cron = \"0 4 ? * SUN *\"` or `rate = \"rate(7 days)\"`",
            );
            None
        }
    };
    let timezone = cx.optional(code::BAD_TIMEZONE, at.key("timezone"), table.timezone.as_deref(), Timezone::parse);
    let only_for_updates = cx.choice(table.when.as_deref(), at.key("when"), &CONDITIONS).unwrap_or(false);
    let failures = cx.number(table.disable_after_failures, at.key("disable-after-failures"), 1..=10);
    Some(Some(Schedule {
        expression: expression?,
        timezone: timezone?,
        only_for_updates,
        disable_after_failures: failures?,
    }))
}

fn cron(text: &str) -> Result<Expression, Invalid> {
    match Expression::parse(text)? {
        Expression::Rate(_) => {
            Err(Invalid::new(format!("`{text}` is a rate")).help(format!("write `rate = \"{text}\"`")))
        }
        cron @ Expression::Cron(_) => Ok(cron),
    }
}

fn rate(text: &str) -> Result<Expression, Invalid> {
    match Expression::parse(text)? {
        Expression::Cron(_) => {
            Err(Invalid::new(format!("`{text}` is a cron expression")).help(format!("write `cron = \"{text}\"`")))
        }
        rate @ Expression::Rate(_) => Ok(rate),
    }
}
