//! Puts access units on the UTC time line.
//!
//! A camera's RTP clock says how far apart pictures are; our clock says when they arrived. The
//! earliest arrivals (least delayed on the way) fix the offset between the two, and the offset is
//! corrected only where a segment starts, by at most 10 ms, so that inside a segment the spacing is
//! the camera's own. Refuses to follow an RTP clock that jumps: that is a discontinuity, and the
//! recording is cut there. Next: `cutter`.

use crate::domain::instant::{ClockReading, MEDIA_TICKS_PER_SECOND};

const MILLI: i64 = MEDIA_TICKS_PER_SECOND / 1000;
/// The most a segment start moves the offset.
const CORRECTION_MAX_TICKS: i64 = 10 * MILLI;
/// A picture can't arrive before it was taken; beyond this the RTP clock has jumped ahead (or the
/// camera began with a burst of old pictures, and our first guess was late).
const EARLY_MAX_TICKS: i64 = 500 * MILLI;
/// A picture later than this wasn't just delayed: the watchdog would have hung up before.
const LATE_MAX_TICKS: i64 = 12_000 * MILLI;
/// A step of our own clock smaller than this is left to the correction.
const STEP_MIN_NANOS: i64 = 500_000_000;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Continuity {
    /// The spacing to the picture before is the camera's.
    Continues,
    /// The camera's RTP clock jumped, or this is the first picture.
    Jumps,
    /// Our own clock was set.
    ClockStepped,
}

/// One camera's connection, from its first picture on.
#[derive(Debug, Default)]
pub struct TimeLine {
    anchor: Option<Anchor>,
}

#[derive(Clone, Copy, Debug)]
struct Anchor {
    /// UTC ticks minus RTP ticks, in force.
    offset: i64,
    /// The least delayed arrival since the last correction.
    lowest: i64,
    last_reading: ClockReading,
}

impl TimeLine {
    /// Presentation time of a picture in 90 kHz ticks since the epoch, and whether it follows on.
    pub fn place(&mut self, rtp_ticks: i64, received: &ClockReading) -> (i64, Continuity) {
        let seen = received.utc.media_ticks() - rtp_ticks;
        let continuity = match &mut self.anchor {
            None => Continuity::Jumps,
            Some(anchor) => {
                let step = received.step_since(&anchor.last_reading);
                anchor.last_reading = *received;
                let delay = seen - anchor.offset;
                if step.abs() >= STEP_MIN_NANOS {
                    Continuity::ClockStepped
                } else if !(-EARLY_MAX_TICKS..=LATE_MAX_TICKS).contains(&delay) {
                    Continuity::Jumps
                } else {
                    anchor.lowest = anchor.lowest.min(seen);
                    Continuity::Continues
                }
            }
        };
        let anchor = match (&self.anchor, continuity) {
            (Some(anchor), Continuity::Continues) => *anchor,
            _ => Anchor { offset: seen, lowest: seen, last_reading: *received },
        };
        self.anchor = Some(anchor);
        (rtp_ticks + anchor.offset, continuity)
    }

    /// Corrects the offset towards the least delayed arrivals; called where a segment starts.
    /// Returns by how many ticks later placements move.
    pub fn correct(&mut self) -> i64 {
        let Some(anchor) = &mut self.anchor else { return 0 };
        let correction = (anchor.lowest - anchor.offset).clamp(-CORRECTION_MAX_TICKS, CORRECTION_MAX_TICKS);
        anchor.offset += correction;
        anchor.lowest = i64::MAX;
        correction
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::instant::{Synchronised, UtcInstant};
    use proptest::prelude::*;

    const START: i64 = 1_790_000_000;

    fn reading(millis: i64, step_millis: i64) -> ClockReading {
        ClockReading {
            utc: UtcInstant::from_unix_seconds(START).plus_millis(millis + step_millis),
            boottime_nanos: 50_000_000_000 + millis * 1_000_000,
            synchronised: Synchronised::Yes,
        }
    }

    #[test]
    fn a_set_clock_is_told_from_a_late_picture() {
        let mut line = TimeLine::default();
        assert_eq!(line.place(0, &reading(0, 0)).1, Continuity::Jumps);
        assert_eq!(line.place(90 * 1000, &reading(6000, 0)).1, Continuity::Continues, "five seconds late, clock untouched");
        assert_eq!(line.place(90 * 7000, &reading(7000, 3_600_000)).1, Continuity::ClockStepped);
    }

    proptest! {
        /// Whatever the network's delays, spacing inside a segment is the camera's own, and the
        /// placement ends up within 25 ms of the least delayed arrival once a few segments passed.
        #[test]
        fn delays_on_the_way_do_not_bend_the_spacing(delays in prop::collection::vec(5i64..400, 200..400)) {
            let mut line = TimeLine::default();
            let mut before: Option<i64> = None;
            for (frame, delay) in delays.iter().enumerate() {
                let frame = frame as i64;
                let moved = if frame % 5 == 4 { line.correct() } else { 0 };
                let (at, continuity) = line.place(frame * 6000, &reading(frame * 6000 / 90 + delay, 0));
                if let Some(before) = before {
                    prop_assert_eq!(continuity, Continuity::Continues);
                    prop_assert_eq!(at - before, 6000 + moved);
                    prop_assert!(moved.abs() <= CORRECTION_MAX_TICKS);
                }
                before = Some(at);
            }
        }
    }
}
