//! A moment, as IoT Hub writes it.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use time::macros::datetime;

/// What the service writes for a moment that never was.
const NEVER_TEXT: &str = "0001-01-01T00:00:00Z";
/// [`NEVER_TEXT`] as a value.
const NEVER_DATE_TIME: OffsetDateTime = datetime!(0001-01-01 00:00 UTC);
/// The last moment that four digits of a year can name.
const LAST_DATE_TIME: OffsetDateTime = datetime!(9999-12-31 23:59:59.999 UTC);

/// Milliseconds since the Unix epoch, UTC.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Timestamp(u64);

impl Timestamp {
    /// "It has not happened": zero milliseconds, written as the first moment of year one.
    pub const NEVER: Self = Self(0);

    /// The moment `millis` milliseconds after the Unix epoch.
    pub const fn from_millis(millis: u64) -> Self {
        Self(millis)
    }

    /// Milliseconds since the Unix epoch.
    pub const fn as_millis(self) -> u64 {
        self.0
    }

    /// Whole seconds since the Unix epoch, the unit of a SAS token's expiry.
    pub const fn as_seconds(self) -> u64 {
        self.0 / 1000
    }

    /// The moment `duration` later; the last representable one if that is too far away.
    #[must_use]
    pub fn plus(self, duration: Duration) -> Self {
        let millis = u64::try_from(duration.as_millis()).unwrap_or(u64::MAX);
        Self(self.0.saturating_add(millis))
    }

    /// The moment `duration` earlier; the first representable one if that is too far away.
    #[must_use]
    pub fn minus(self, duration: Duration) -> Self {
        let millis = u64::try_from(duration.as_millis()).unwrap_or(u64::MAX);
        Self(self.0.saturating_sub(millis))
    }

    /// How long after `earlier` this moment is; zero if it is not after it.
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_millis(self.0.saturating_sub(earlier.0))
    }

    /// ISO 8601 with the seven fractional digits of the service: `2026-08-01T10:00:00.1230000Z`.
    ///
    /// [`Timestamp::NEVER`] is `0001-01-01T00:00:00Z`. Moments after the year 9999 are written as
    /// its last millisecond.
    pub fn to_iso(self) -> String {
        if self == Self::NEVER {
            return NEVER_TEXT.to_owned();
        }
        let at = self.to_date_time();
        let (year, month, day) = at.to_calendar_date();
        let (hour, minute, second, millis) = at.to_hms_milli();
        let month = u8::from(month);
        format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{millis:03}0000Z")
    }

    /// Reads ISO 8601: any number of fractional digits (what is finer than a millisecond is
    /// dropped), any offset, and UTC if there is none.
    ///
    /// The first moment of year one, with or without `Z`, is [`Timestamp::NEVER`]. `None` for
    /// what is no date, and for other moments before 1970.
    pub fn parse_iso(text: &str) -> Option<Self> {
        let date_time = OffsetDateTime::parse(text, &Rfc3339)
            .or_else(|_| OffsetDateTime::parse(&format!("{text}Z"), &Rfc3339))
            .ok()?;
        if date_time == NEVER_DATE_TIME {
            return Some(Self::NEVER);
        }
        let millis = date_time.unix_timestamp_nanos().div_euclid(1_000_000);
        u64::try_from(millis).ok().map(Self)
    }

    /// The form inside a tracking id: `MM/dd/yyyy HH:mm:ss`.
    pub fn to_tracking(self) -> String {
        let at = self.to_date_time();
        let (year, month, day) = at.to_calendar_date();
        let (hour, minute, second) = at.to_hms();
        let month = u8::from(month);
        format!("{month:02}/{day:02}/{year:04} {hour:02}:{minute:02}:{second:02}")
    }

    fn to_date_time(self) -> OffsetDateTime {
        if self == Self::NEVER {
            return NEVER_DATE_TIME;
        }
        OffsetDateTime::from_unix_timestamp_nanos(i128::from(self.0) * 1_000_000)
            .unwrap_or(LAST_DATE_TIME)
    }
}

/// For `#[serde(with = "wire::timestamp::iso")]`: a [`Timestamp`] as ISO 8601 text, the way REST
/// bodies carry it. `null` reads as [`Timestamp::NEVER`].
pub mod iso {
    use serde::{Deserialize, Deserializer, Serializer};

    use super::Timestamp;

    /// Writes [`Timestamp::to_iso`].
    #[allow(
        clippy::trivially_copy_pass_by_ref,
        reason = "serde asks for this signature"
    )]
    pub fn serialize<S: Serializer>(at: &Timestamp, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&at.to_iso())
    }

    /// Reads with [`Timestamp::parse_iso`].
    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Timestamp, D::Error> {
        let Some(text) = Option::<String>::deserialize(deserializer)? else {
            return Ok(Timestamp::NEVER);
        };
        Timestamp::parse_iso(&text).ok_or_else(|| {
            serde::de::Error::custom(
                "expected an ISO 8601 date and time such as 2026-08-01T10:00:00Z",
            )
        })
    }
}
