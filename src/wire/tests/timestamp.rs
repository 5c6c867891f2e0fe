//! Moments, as text and back.

use std::time::Duration;

use proptest::prelude::*;
use wire::timestamp::Timestamp;

/// 2026-08-01T10:00:00.123Z.
const AUGUST: u64 = 1_785_578_400_123;

#[test]
fn writes_iso_with_seven_digits() {
    let check = |millis, expected: &str| {
        assert_eq!(Timestamp::from_millis(millis).to_iso(), expected);
    };
    check(AUGUST, "2026-08-01T10:00:00.1230000Z");
    check(1, "1970-01-01T00:00:00.0010000Z");
    check(0, "0001-01-01T00:00:00Z");
    check(951_782_400_000, "2000-02-29T00:00:00.0000000Z");
    check(u64::MAX, "9999-12-31T23:59:59.9990000Z");
}

#[test]
fn reads_iso() {
    let check = |text: &str, expected: Option<u64>| {
        let expected = expected.map(Timestamp::from_millis);
        assert_eq!(Timestamp::parse_iso(text), expected, "{text}");
    };
    check("2026-08-01T10:00:00.1230000Z", Some(AUGUST));
    check("2026-08-01T10:00:00.123Z", Some(AUGUST));
    check("2026-08-01T10:00:00.123456789Z", Some(AUGUST));
    check("2026-08-01T12:00:00.123+02:00", Some(AUGUST));
    check("2026-08-01T10:00:00.123", Some(AUGUST));
    check("0001-01-01T00:00:00Z", Some(0));
    check("0001-01-01T00:00:00", Some(0));
    check("0001-01-01T00:00:01Z", None);
    check("1969-12-31T23:59:59.999Z", None);
    check("2026-02-30T10:00:00Z", None);
    check("2026-08-01", None);
    check("today", None);
    check("", None);
}

#[test]
fn writes_the_date_of_a_tracking_id() {
    let text = Timestamp::from_millis(AUGUST).to_tracking();
    assert_eq!(text, "08/01/2026 10:00:00");
    assert_eq!(Timestamp::NEVER.to_tracking(), "01/01/0001 00:00:00");
}

#[test]
fn counts_without_overflow() {
    let at = Timestamp::from_millis(AUGUST);
    assert_eq!(at.as_seconds(), AUGUST / 1000);
    assert_eq!(at.plus(Duration::from_secs(1)).as_millis(), AUGUST + 1000);
    assert_eq!(at.plus(Duration::MAX).as_millis(), u64::MAX);
    let later = at.plus(Duration::from_mins(1));
    assert_eq!(later.since(at), Duration::from_mins(1));
    assert_eq!(at.since(later), Duration::ZERO);
}

#[test]
fn is_a_number_in_json() {
    let at = Timestamp::from_millis(AUGUST);
    assert_eq!(serde_json::to_string(&at).unwrap(), AUGUST.to_string());
}

proptest! {
    #[test]
    fn what_is_written_reads_the_same(millis in 0..253_402_300_800_000_u64) {
        let at = Timestamp::from_millis(millis);
        prop_assert_eq!(Timestamp::parse_iso(&at.to_iso()), Some(at));
    }

    #[test]
    fn never_panics(text in "\\PC*", date in "[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]{1,12})?(Z|[+-][0-9]{2}:[0-9]{2})?") {
        Timestamp::parse_iso(&text);
        Timestamp::parse_iso(&date);
    }
}
