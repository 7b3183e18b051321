//! `schedule` of a pipeline.

use crate::table::table;

table! {
    /// When a pipeline runs by itself.
    ///
    /// ```
    /// use kiln::spec::Schedule;
    ///
    /// let sundays = Schedule::from("0 4 ? * SUN *").timezone("Europe/Rome").when("updates");
    /// assert_eq!(Schedule::from("rate(7 days)"), Schedule::new().rate("rate(7 days)"));
    /// ```
    Schedule short(String) needs ["cron" | "rate"] {
        /// Six fields: minute, hour, day of month, month, day of week, year. `0 4 ? * SUN *` is Sundays at four.
        one "cron" cron: String,
        /// Such as `rate(7 days)`.
        one "rate" rate: String,
        /// The IANA time zone of the expression; UTC otherwise.
        one "timezone" timezone: String,
        /// `always` (default), or `updates`: only if the base or a component has a new version.
        one "when" when: String = ["always", "updates"],
        /// Failed runs in a row after which the service disables the pipeline, 1 to 10. CloudFormation only.
        one "disable-after-failures" disable_after_failures: i64 = 1..=10,
    }
}

impl From<String> for Schedule {
    fn from(text: String) -> Self {
        if text.trim_start().starts_with("rate") { Self::new().rate(text) } else { Self::new().cron(text) }
    }
}

impl From<&str> for Schedule {
    fn from(text: &str) -> Self {
        Self::from(text.to_owned())
    }
}
