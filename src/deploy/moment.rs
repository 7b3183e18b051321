//! Moments, as services write them and as programs read them.

use jiff::Timestamp;

/// Seconds since 1970 of a moment such as `2026-03-01T12:00:05.250Z`; none if the text is no moment.
#[must_use]
pub(crate) fn seconds(text: &str) -> Option<i64> {
    text.parse().ok().map(Timestamp::as_second)
}

/// A moment in RFC 3339, from milliseconds since 1970. What no calendar has is the nearest that one has.
#[must_use]
pub(crate) fn timestamp(milliseconds: i64) -> String {
    let nearest = if milliseconds < 0 { Timestamp::MIN } else { Timestamp::MAX };
    format!("{:.3}", Timestamp::from_millisecond(milliseconds).unwrap_or(nearest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_read_as_they_are_written() {
        assert_eq!(seconds("1970-01-01T00:00:00.000Z"), Some(0));
        assert_eq!(seconds("2000-03-01T00:00:00Z"), Some(951_868_800));
        assert_eq!(seconds("2026-11-23T18:48:26.873Z"), Some(1_795_459_706));
        assert_eq!(seconds("2026-11-23T19:48:26+01:00"), Some(1_795_459_706));
        for wrong in ["", "now", "2026-13-01T00:00:00Z", "2026-11-23", "T Z"] {
            assert_eq!(seconds(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn moments_are_written_as_dates() {
        assert_eq!(timestamp(0), "1970-01-01T00:00:00.000Z");
        assert_eq!(timestamp(951_782_399_999), "2000-02-28T23:59:59.999Z");
        assert_eq!(timestamp(951_868_800_000), "2000-03-01T00:00:00.000Z");
        assert_eq!(timestamp(1_795_459_706_873), "2026-11-23T18:48:26.873Z");
        assert!(timestamp(i64::MAX).starts_with("9999-12-30"));
    }
}
