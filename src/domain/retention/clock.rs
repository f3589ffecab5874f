//! Whether the clock can be believed enough to forget by it.
//!
//! Footage that went too early is gone for good, footage that stays a day longer is not; so expiry
//! waits whenever the clock is unsynchronised, behind a time already seen, or has jumped. A
//! [`TrustedNow`] can be had here only, and without one nothing expires. Times are UTC: summer time
//! changes nothing. Next: `expiry`.

use serde::Serialize;

use crate::domain::instant::{ClockReading, Synchronised, UtcInstant};

/// An instant that may be forgotten by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TrustedNow(UtcInstant);

impl TrustedNow {
    pub const fn instant(self) -> UtcInstant {
        self.0
    }
}

/// What the site accepts as a right clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ClockTrust {
    /// Only one that the kernel says a time source holds.
    Synchronised,
    /// The machine's own: for a box without a time source, by the operator's decision.
    System,
}

/// What a store knows of its clock, also across restarts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClockStanding {
    /// It was right, and has gone on evenly.
    Believed,
    /// It jumped or is behind, and has not been believed since.
    Doubted,
    /// The machine was started, and nobody has confirmed the clock since: it may be off by days, and
    /// nothing shows it.
    Unconfirmed,
}

impl ClockStanding {
    /// Whether the date of what is recorded now is sure, `held` by a time source or not.
    pub const fn is_sure(self, held: Synchronised) -> bool {
        match self {
            Self::Believed => true,
            Self::Unconfirmed => matches!(held, Synchronised::Yes),
            Self::Doubted => false,
        }
    }

    /// By which clock a waiting time may be counted that people set going. A clock that was right since
    /// the machine was started will do, even when its source is lost.
    pub const fn counts_by(self, site: ClockTrust) -> ClockTrust {
        match self {
            Self::Believed => ClockTrust::System,
            Self::Doubted | Self::Unconfirmed => site,
        }
    }
}

/// Why nothing may expire just now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ClockDoubt {
    #[error("the clock is not synchronised with a time source")]
    NotSynchronised,
    #[error("the clock shows {now}, but this store has already seen {last_seen}")]
    Behind { now: UtcInstant, last_seen: UtcInstant },
    #[error("the clock jumped by {seconds} s; whether it is right now has not been confirmed")]
    Jumped { seconds: i64 },
}

/// Corrections of a few seconds are what time sources do.
const SLACK_NANOS: i64 = 5_000_000_000;
/// More than this at once is a jump. Less than the quarter of an hour by which time zones differ, so
/// that a clock set to local time shows.
const JUMP_NANOS: i64 = 600 * 1_000_000_000;
/// How long a clock must be held by a time source after a jump to count as confirmed.
const CONFIRMED_AFTER_NANOS: i64 = 600 * 1_000_000_000;

/// Follows the clock from reading to reading.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ClockWatch {
    last: Option<ClockReading>,
    jump: Option<Jump>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Jump {
    nanos: i64,
    /// On the boot-time clock: since when a time source has held the clock again.
    held_since_boottime_nanos: Option<i64>,
}

impl ClockWatch {
    /// Goes on from a reading of the same boot.
    pub const fn since(last: Option<ClockReading>) -> Self {
        Self { last, jump: None }
    }

    /// Takes note of a reading. Readings come in the order in which they were made.
    pub fn observe(&mut self, reading: ClockReading) {
        let step = self.last.map_or(0, |last| reading.step_since(&last));
        let held = reading.synchronised == Synchronised::Yes;
        if step.abs() > JUMP_NANOS {
            let back = self.jump.map_or(0, |jump| jump.nanos).saturating_add(step);
            // A jump that is taken back was one of a broken time source, not of time.
            self.jump = (back.abs() > JUMP_NANOS).then_some(Jump { nanos: back, held_since_boottime_nanos: None });
        }
        if let Some(jump) = &mut self.jump {
            jump.held_since_boottime_nanos = if held { jump.held_since_boottime_nanos.or(Some(reading.boottime_nanos)) } else { None };
            if jump.held_since_boottime_nanos.is_some_and(|since| reading.boottime_nanos.saturating_sub(since) >= CONFIRMED_AFTER_NANOS) {
                self.jump = None;
            }
        }
        self.last = Some(reading);
    }

    /// Somebody has looked at the clock and says that it is right.
    pub const fn acknowledge(&mut self) {
        self.jump = None;
    }

    /// Whether `reading`, observed last, may be forgotten by. `last_seen` is the newest instant this
    /// store has trusted.
    pub fn judge(&self, reading: &ClockReading, last_seen: Option<UtcInstant>, trust: ClockTrust) -> Result<TrustedNow, ClockDoubt> {
        if trust == ClockTrust::Synchronised && reading.synchronised == Synchronised::No {
            return Err(ClockDoubt::NotSynchronised);
        }
        if let Some(last_seen) = last_seen.filter(|last_seen| last_seen.nanos_since(reading.utc) > SLACK_NANOS) {
            return Err(ClockDoubt::Behind { now: reading.utc, last_seen });
        }
        if let Some(jump) = self.jump {
            return Err(ClockDoubt::Jumped { seconds: jump.nanos / 1_000_000_000 });
        }
        Ok(TrustedNow(reading.utc))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const YEAR: i64 = 365 * 86_400;

    fn reading(utc_seconds: i64, boottime_seconds: i64, synchronised: Synchronised) -> ClockReading {
        ClockReading { utc: UtcInstant::from_unix_seconds(utc_seconds), boottime_nanos: boottime_seconds * 1_000_000_000, synchronised }
    }

    fn judged(readings: &[ClockReading], last_seen: i64, trust: ClockTrust) -> Result<TrustedNow, ClockDoubt> {
        let mut watch = ClockWatch::default();
        readings.iter().for_each(|reading| watch.observe(*reading));
        watch.judge(readings.last().unwrap(), Some(UtcInstant::from_unix_seconds(last_seen)), trust)
    }

    #[test]
    fn a_clock_that_is_unsynchronised_behind_or_has_jumped_is_not_forgotten_by() {
        use ClockTrust::{Synchronised as Held, System};
        let now = 1_800_000_000;
        let good = reading(now, 100, Synchronised::Yes);
        assert!(judged(&[good], now - 60, Held).is_ok());
        assert_eq!(judged(&[reading(now, 100, Synchronised::No)], now, Held), Err(ClockDoubt::NotSynchronised));
        assert!(judged(&[reading(now, 100, Synchronised::No)], now, System).is_ok());
        for trust in [Held, System] {
            assert!(matches!(judged(&[reading(60, 10, Synchronised::Yes)], now, trust), Err(ClockDoubt::Behind { .. })), "1970");
            assert!(matches!(judged(&[good, reading(now - 86_400, 110, Synchronised::Yes)], now, trust), Err(ClockDoubt::Behind { .. })));
            let year_on = judged(&[good, reading(now + YEAR, 110, Synchronised::Yes)], now, trust);
            assert!(matches!(year_on, Err(ClockDoubt::Jumped { .. })), "{year_on:?}");
        }
        assert!(judged(&[good, reading(now + 12, 110, Synchronised::Yes)], now, Held).is_ok(), "two seconds are a correction");
    }

    #[test]
    fn a_jump_is_believed_once_a_time_source_has_held_it_for_ten_minutes_or_somebody_says_so() {
        let now = 1_800_000_000;
        let start = reading(now, 100, Synchronised::Yes);
        let jumped = |later: i64, held| reading(now + YEAR + later, 110 + later, held);
        let held = judged(&[start, jumped(0, Synchronised::Yes), jumped(600, Synchronised::Yes)], now, ClockTrust::Synchronised);
        assert!(held.is_ok(), "{held:?}");
        let lost = [start, jumped(0, Synchronised::Yes), jumped(300, Synchronised::No), jumped(700, Synchronised::Yes)];
        assert!(judged(&lost, now, ClockTrust::System).is_err());
        let mut watch = ClockWatch::default();
        for reading in [start, jumped(0, Synchronised::No)] {
            watch.observe(reading);
        }
        watch.acknowledge();
        assert!(watch.judge(&jumped(0, Synchronised::No), None, ClockTrust::System).is_ok());
    }

    #[test]
    fn a_jump_that_is_taken_back_leaves_no_doubt() {
        let now = 1_800_000_000;
        let readings =
            [reading(now, 100, Synchronised::Yes), reading(now + YEAR, 110, Synchronised::Yes), reading(now + 20, 120, Synchronised::Yes)];
        assert!(judged(&readings, now, ClockTrust::Synchronised).is_ok());
    }
}
