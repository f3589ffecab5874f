//! Points in time and half-open intervals, as plain values.
//!
//! Every instant in Holdfast is UTC, counted in nanoseconds since 1970-01-01T00:00:00Z without
//! leap seconds. Nothing here reads a clock: `adapters::clock` is the only reader. An empty or
//! backward interval cannot be built. Media positions are the same instants counted in 90 kHz
//! ticks (the RTP video clock, RFC 6184 section 5.1), so that a player's time line *is* UTC.
//! Next: `camera`, `recording`.

use std::fmt;

use serde::{Deserialize, Serialize};

const NANOS_PER_SECOND: i64 = 1_000_000_000;
/// Ticks a second of every media time line in Holdfast (RFC 6184 section 5.1, RFC 7798 section 4.1).
pub const MEDIA_TICKS_PER_SECOND: i64 = 90_000;

/// A point in time: nanoseconds since the Unix epoch, UTC.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UtcInstant(i64);

impl UtcInstant {
    /// The last instant that can be written down (2262-04-11); stands for "open-ended".
    pub const FAR_FUTURE: Self = Self(i64::MAX);

    pub const fn from_unix_nanos(nanos: i64) -> Self {
        Self(nanos)
    }

    pub const fn from_unix_seconds(seconds: i64) -> Self {
        Self(seconds.saturating_mul(NANOS_PER_SECOND))
    }

    pub const fn unix_nanos(self) -> i64 {
        self.0
    }

    pub const fn unix_millis(self) -> i64 {
        self.0.div_euclid(1_000_000)
    }

    /// Position on the media time line, in 90 kHz ticks since the epoch (rounded down).
    pub fn media_ticks(self) -> i64 {
        let ticks = i128::from(self.0) * i128::from(MEDIA_TICKS_PER_SECOND);
        ticks.div_euclid(i128::from(NANOS_PER_SECOND)) as i64
    }

    /// The earliest instant whose [`media_ticks`](Self::media_ticks) is `ticks`.
    pub fn from_media_ticks(ticks: i64) -> Self {
        let nanos = i128::from(ticks) * i128::from(NANOS_PER_SECOND);
        let per = i128::from(MEDIA_TICKS_PER_SECOND);
        let up = nanos.div_euclid(per) + i128::from(nanos.rem_euclid(per) != 0);
        Self(up.clamp(i128::from(i64::MIN), i128::from(i64::MAX)) as i64)
    }

    pub const fn plus_nanos(self, nanos: i64) -> Self {
        Self(self.0.saturating_add(nanos))
    }

    pub const fn plus_millis(self, millis: i64) -> Self {
        self.plus_nanos(millis.saturating_mul(1_000_000))
    }

    pub const fn plus_seconds(self, seconds: i64) -> Self {
        self.plus_nanos(seconds.saturating_mul(NANOS_PER_SECOND))
    }

    /// `self - earlier` in nanoseconds; negative when `self` comes first.
    pub const fn nanos_since(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0)
    }

    /// Reads RFC 3339 with an explicit zone (`2026-10-25T01:30:00+01:00`, `…Z`). A time without a
    /// zone is refused: the repeated hour in October makes it ambiguous.
    pub fn parse_rfc3339(text: &str) -> Result<Self, NotAnInstant> {
        let refused = || NotAnInstant(text.to_owned());
        let at: jiff::Timestamp = text.trim().parse().map_err(|_| refused())?;
        i64::try_from(at.as_nanosecond()).map(Self).map_err(|_| refused())
    }

    /// The same instant as a `jiff` timestamp, for calendars and zones.
    pub fn to_timestamp(self) -> jiff::Timestamp {
        jiff::Timestamp::from_nanosecond(i128::from(self.0)).unwrap_or(jiff::Timestamp::MAX)
    }
}

impl fmt::Display for UtcInstant {
    /// RFC 3339 in UTC with milliseconds, as in every answer Holdfast gives.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.3}", self.to_timestamp())
    }
}

impl fmt::Debug for UtcInstant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for UtcInstant {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for UtcInstant {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse_rfc3339(&text).map_err(serde::de::Error::custom)
    }
}

/// A text that names no instant.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("\u{201c}{0}\u{201d} is not a time with a zone; write it like 2026-10-25T01:30:00+01:00 or 2026-10-25T00:30:00Z")]
pub struct NotAnInstant(pub String);

/// A stretch of time, `from` included, `to` excluded, never empty.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct Interval {
    from: UtcInstant,
    to: UtcInstant,
}

impl Interval {
    pub fn new(from: UtcInstant, to: UtcInstant) -> Result<Self, BackwardInterval> {
        if from < to { Ok(Self { from, to }) } else { Err(BackwardInterval { from, to }) }
    }

    pub const fn from(&self) -> UtcInstant {
        self.from
    }

    pub const fn to(&self) -> UtcInstant {
        self.to
    }

    pub const fn nanos(&self) -> i64 {
        self.to.nanos_since(self.from)
    }

    pub fn contains(&self, at: UtcInstant) -> bool {
        self.from <= at && at < self.to
    }

    pub fn overlaps(&self, other: &Self) -> bool {
        self.from < other.to && other.from < self.to
    }

    /// The part both have, if any.
    pub fn intersection(&self, other: &Self) -> Option<Self> {
        Self::new(self.from.max(other.from), self.to.min(other.to)).ok()
    }
}

/// An interval whose end does not come after its start.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the range ends at {to}, which is not after its start {from}; swap the two or correct one")]
pub struct BackwardInterval {
    pub from: UtcInstant,
    pub to: UtcInstant,
}

/// What the machine's clocks said at one moment. Made by `adapters::clock`, carried by value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClockReading {
    pub utc: UtcInstant,
    /// CLOCK_BOOTTIME in nanoseconds: never set, never steps, counts through suspend.
    pub boottime_nanos: i64,
    pub synchronised: Synchronised,
}

impl ClockReading {
    /// How far UTC has moved against the boot-time clock since `earlier`, in nanoseconds: a step of
    /// the system clock, since the boot-time clock cannot be set.
    pub const fn step_since(&self, earlier: &Self) -> i64 {
        self.utc.nanos_since(earlier.utc).saturating_sub(self.boottime_nanos.saturating_sub(earlier.boottime_nanos))
    }
}

/// Whether the kernel holds the system clock disciplined by a time source (`STA_UNSYNC` of adjtimex).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Synchronised {
    Yes,
    No,
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_time_without_a_zone_is_refused_with_the_way_to_write_it() {
        let refused = UtcInstant::parse_rfc3339("2026-10-25T01:30:00").unwrap_err();
        assert!(refused.to_string().contains("+01:00"), "{refused}");
    }

    #[test]
    fn the_repeated_hour_of_october_gives_two_instants() {
        let summer = UtcInstant::parse_rfc3339("2026-10-25T01:30:00+01:00").unwrap();
        let winter = UtcInstant::parse_rfc3339("2026-10-25T01:30:00+00:00").unwrap();
        assert_eq!(winter.nanos_since(summer), 3600 * NANOS_PER_SECOND);
    }

    proptest! {
        #[test]
        fn media_ticks_come_back(ticks in 0i64..800_000_000_000_000) {
            prop_assert_eq!(UtcInstant::from_media_ticks(ticks).media_ticks(), ticks);
        }

        #[test]
        fn intersection_is_inside_both(a in 0i64..1000, b in 1i64..1000, c in 0i64..1000, d in 1i64..1000) {
            let at = UtcInstant::from_unix_seconds;
            let x = Interval::new(at(a), at(a + b)).unwrap();
            let y = Interval::new(at(c), at(c + d)).unwrap();
            match x.intersection(&y) {
                Some(both) => prop_assert!(both.from() >= x.from() && both.to() <= x.to() && both.from() >= y.from() && both.to() <= y.to()),
                None => prop_assert!(!x.overlaps(&y)),
            }
        }
    }
}
