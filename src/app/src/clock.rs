//! Moments and spans of time, as the page writes them.
//!
//! Everything on the bench is written in UTC, because the hub's own stamps are.

use js_sys::{Date, Object, Reflect};

/// The time of day of a moment in milliseconds since the Unix epoch: `10:32:05`.
pub fn time_of_day(millis: u64) -> String {
    let seconds = millis / 1000;
    format!(
        "{:02}:{:02}:{:02}",
        seconds / 3600 % 24,
        seconds / 60 % 60,
        seconds % 60
    )
}

/// The same with milliseconds: `10:32:05.123`.
pub fn precise_time_of_day(millis: u64) -> String {
    format!("{}.{:03}", time_of_day(millis), millis % 1000)
}

/// A moment as ISO 8601 writes it: `2026-08-01T10:00:05.123Z`.
pub fn iso(millis: u64) -> String {
    date(millis).to_iso_string().into()
}

/// The day of a moment as a language writes it, in UTC: `1 August 2026`.
pub fn day(millis: u64, locale: &str) -> String {
    let options = Object::new();
    for (name, value) in [
        ("day", "numeric"),
        ("month", "long"),
        ("year", "numeric"),
        ("timeZone", "UTC"),
    ] {
        // A new object takes any member.
        let _ = Reflect::set(&options, &name.into(), &value.into());
    }
    // The day comes before the month, as in the rest of the world.
    let locale = if locale == "en" { "en-GB" } else { locale };
    date(millis).to_locale_date_string(locale, &options).into()
}

fn date(millis: u64) -> Date {
    // Dates later than this one are not valid, and have no text.
    const LATEST: u64 = 8_640_000_000_000_000;
    #[expect(clippy::cast_precision_loss, reason = "a double holds it exactly")]
    let millis = millis.min(LATEST) as f64;
    Date::new(&millis.into())
}

/// A length of time, rounded up to seconds: `24 s`, `1:05 min`, `1:00:00 h`.
pub fn length(millis: u64) -> String {
    let seconds = millis.div_ceil(1000);
    match seconds {
        0..=59 => format!("{seconds} s"),
        60..=3599 => format!("{}:{:02} min", seconds / 60, seconds % 60),
        _ => format!(
            "{}:{:02}:{:02} h",
            seconds / 3600,
            seconds / 60 % 60,
            seconds % 60
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_of_day_is_utc() {
        assert_eq!(time_of_day(0), "00:00:00");
        assert_eq!(time_of_day(1_785_578_405_123), "10:00:05");
        assert_eq!(precise_time_of_day(1_785_578_405_023), "10:00:05.023");
    }

    #[test]
    fn a_length_is_rounded_up() {
        assert_eq!(length(0), "0 s");
        assert_eq!(length(1), "1 s");
        assert_eq!(length(59_001), "1:00 min");
        assert_eq!(length(3_600_000), "1:00:00 h");
    }
}
