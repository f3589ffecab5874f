//! How a camera's connection stands, and when to call it again.
//!
//! One enum, one transition function; pure: the caller brings the jitter and sleeps. An event that
//! makes no sense where the connection stands changes nothing. A camera that was switched off is
//! never called. Next: `jobs::record` acts on it.

use std::time::Duration;

use serde::Serialize;

/// What `status` says of a camera.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ConnectionState {
    /// Access units arrive and are being written.
    Recording,
    /// A connection is being made, or the wait before the next attempt runs.
    Connecting,
    /// Connected, but nothing has come for longer than the stall limit.
    Stalled,
    /// The camera answers, but won't serve us: wrong password, unknown stream or codec.
    Refused,
    /// Switched off in the configuration.
    Off,
}

/// Longest silence from a connected camera; past it the connection is given up and made anew.
pub const STALL_LIMIT: Duration = Duration::from_secs(10);
/// Longest wait for a camera to accept a connection and describe its stream.
pub const CONNECT_LIMIT: Duration = Duration::from_secs(10);
/// Shortest and longest wait before calling a camera again.
pub const SHORTEST_WAIT: Duration = Duration::from_secs(1);
pub const LONGEST_WAIT: Duration = Duration::from_secs(30);

/// Why a camera that answers won't serve us.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Refusal {
    WrongPassword,
    StreamUnknown,
    UnsupportedCodec,
    /// The port is open, but what answers does not speak RTSP as Holdfast can use it.
    Protocol,
}

/// What befell a connection before the present attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Trouble {
    /// Closed, reset, or never reached.
    Lost,
    /// Nothing came for [`STALL_LIMIT`].
    Silent,
    Refused(Refusal),
}

/// What happens to a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// The supervisor begins to connect.
    Attempt,
    /// The camera has agreed to play.
    Connected,
    AccessUnit,
    /// Nothing came for [`STALL_LIMIT`]; the supervisor closes the connection.
    Silent,
    /// Closed, reset, or never reached.
    Lost,
    Refused(Refusal),
    SwitchedOff,
}

/// Where in its half-open range a wait falls: 0 the shortest, `u32::MAX` the longest. Drawn by the
/// caller, so that cameras that went down together do not all call again together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Jitter(pub u32);

/// Where a camera's connection stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Connection {
    /// Not called, or called for the first time after `failures` failures in a row.
    Waiting {
        delay: Duration,
        failures: u32,
        trouble: Option<Trouble>,
    },
    /// An attempt is under way.
    Connecting {
        failures: u32,
        trouble: Option<Trouble>,
    },
    /// It agreed to play, but no access unit has come yet: the failures still count.
    Connected {
        failures: u32,
        trouble: Option<Trouble>,
    },
    /// Access units arrive.
    Recording,
    Off,
}

impl Connection {
    /// Before the first attempt, which is due at once.
    pub const NEW: Self = Self::Waiting { delay: Duration::ZERO, failures: 0, trouble: None };

    /// Where it stands after `event`.
    #[must_use]
    pub fn after(self, event: Event, jitter: Jitter) -> Self {
        match (self, event) {
            (Self::Off, _) | (_, Event::SwitchedOff) => Self::Off,
            (Self::Waiting { failures, trouble, .. }, Event::Attempt) => Self::Connecting { failures, trouble },
            (Self::Connecting { failures, trouble }, Event::Connected) => Self::Connected { failures, trouble },
            (Self::Connected { .. } | Self::Recording, Event::AccessUnit) => Self::Recording,
            (Self::Connecting { .. } | Self::Connected { .. } | Self::Recording, Event::Lost) => self.failed(Trouble::Lost, jitter),
            (Self::Connected { .. } | Self::Recording, Event::Silent) => self.failed(Trouble::Silent, jitter),
            (Self::Connecting { .. } | Self::Connected { .. } | Self::Recording, Event::Refused(why)) => {
                self.failed(Trouble::Refused(why), jitter)
            }
            (Self::Waiting { .. }, Event::Connected | Event::AccessUnit | Event::Silent | Event::Lost | Event::Refused(_))
            | (Self::Connecting { .. }, Event::Attempt | Event::AccessUnit | Event::Silent)
            | (Self::Connected { .. } | Self::Recording, Event::Attempt | Event::Connected) => self,
        }
    }

    /// How long to wait before the next [`Event::Attempt`]; `None` when none is due.
    pub const fn wait(self) -> Option<Duration> {
        match self {
            Self::Waiting { delay, .. } => Some(delay),
            Self::Connecting { .. } | Self::Connected { .. } | Self::Recording | Self::Off => None,
        }
    }

    /// What `status` says. A trouble stays visible while it is being retried: a camera with a wrong
    /// password reads `refused`, not `refused` and `connecting` by turns.
    pub const fn state(self) -> ConnectionState {
        match self {
            Self::Waiting { trouble, .. } | Self::Connecting { trouble, .. } | Self::Connected { trouble, .. } => match trouble {
                None | Some(Trouble::Lost) => ConnectionState::Connecting,
                Some(Trouble::Silent) => ConnectionState::Stalled,
                Some(Trouble::Refused(_)) => ConnectionState::Refused,
            },
            Self::Recording => ConnectionState::Recording,
            Self::Off => ConnectionState::Off,
        }
    }

    fn failed(self, trouble: Trouble, jitter: Jitter) -> Self {
        let failures = match self {
            Self::Waiting { failures, .. } | Self::Connecting { failures, .. } | Self::Connected { failures, .. } => {
                failures.saturating_add(1)
            }
            Self::Recording | Self::Off => 1,
        };
        let delay = match trouble {
            Trouble::Lost | Trouble::Silent => backoff(failures, jitter),
            // Cameras lock an account after a few wrong passwords: never hurry a refusal.
            Trouble::Refused(_) => LONGEST_WAIT,
        };
        Self::Waiting { delay, failures, trouble: Some(trouble) }
    }
}

/// The wait after the `failures`th failure in a row (1 is the first): the upper bound doubles,
/// 2, 4, 8, 16, 30 s, and the wait falls between half of it and all of it.
pub fn backoff(failures: u32, jitter: Jitter) -> Duration {
    let ceiling = SHORTEST_WAIT.saturating_mul(1u32.checked_shl(failures.clamp(1, 31)).unwrap_or(u32::MAX)).min(LONGEST_WAIT);
    let floor = ceiling / 2;
    let share = u64::from(jitter.0) + 1;
    let spread_nanos = u64::try_from((ceiling - floor).as_nanos()).unwrap_or(u64::MAX);
    // At most 15e9 * 2^32 < 2^66: in 128 bits.
    let extra = u64::try_from((u128::from(spread_nanos) * u128::from(share)) >> 32).unwrap_or(spread_nanos);
    floor + Duration::from_nanos(extra)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn any_event() -> impl Strategy<Value = Event> {
        prop_oneof![
            Just(Event::Attempt),
            Just(Event::Connected),
            Just(Event::AccessUnit),
            Just(Event::Silent),
            Just(Event::Lost),
            Just(Event::Refused(Refusal::WrongPassword)),
            Just(Event::Refused(Refusal::UnsupportedCodec)),
        ]
    }

    fn run(events: impl IntoIterator<Item = Event>) -> Connection {
        events.into_iter().fold(Connection::NEW, |at, event| at.after(event, Jitter(0)))
    }

    #[test]
    fn the_first_call_is_due_at_once_and_a_camera_that_plays_records() {
        assert_eq!(Connection::NEW.wait(), Some(Duration::ZERO));
        let playing = run([Event::Attempt, Event::Connected]);
        assert_eq!(playing.state(), ConnectionState::Connecting, "no picture yet");
        assert_eq!(playing.after(Event::AccessUnit, Jitter(0)).state(), ConnectionState::Recording);
    }

    #[test]
    fn a_camera_that_accepts_but_sends_nothing_is_called_ever_more_rarely() {
        let mut at = Connection::NEW;
        let mut waits = vec![];
        for _ in 0..6 {
            for event in [Event::Attempt, Event::Connected, Event::Silent] {
                at = at.after(event, Jitter(u32::MAX));
            }
            waits.push(at.wait().unwrap().as_secs());
            assert_eq!(at.state(), ConnectionState::Stalled);
        }
        assert_eq!(waits, [2, 4, 8, 16, 30, 30]);
    }

    #[test]
    fn one_access_unit_makes_good_all_failures() {
        let mut at = run([Event::Attempt, Event::Lost, Event::Attempt, Event::Lost, Event::Attempt, Event::Lost]);
        for event in [Event::Attempt, Event::Connected, Event::AccessUnit, Event::Lost] {
            at = at.after(event, Jitter(u32::MAX));
        }
        assert_eq!(at.wait(), Some(Duration::from_secs(2)));
    }

    #[test]
    fn a_wrong_password_is_never_hurried_and_stays_visible_while_retried() {
        let refused = run([Event::Attempt, Event::Refused(Refusal::WrongPassword)]);
        assert_eq!(refused.wait(), Some(LONGEST_WAIT));
        assert_eq!(refused.after(Event::Attempt, Jitter(0)).state(), ConnectionState::Refused);
    }

    proptest! {
        #[test]
        fn every_wait_lies_between_one_and_thirty_seconds(failures in prop_oneof![0u32..8, any::<u32>()], jitter: u32) {
            let wait = backoff(failures, Jitter(jitter));
            prop_assert!((SHORTEST_WAIT..=LONGEST_WAIT).contains(&wait), "{wait:?}");
        }

        #[test]
        fn more_failures_or_more_jitter_never_shorten_the_wait(failures in 1u32..40, a: u32, b: u32) {
            let (low, high) = (a.min(b), a.max(b));
            prop_assert!(backoff(failures, Jitter(low)) <= backoff(failures, Jitter(high)));
            prop_assert!(backoff(failures, Jitter(low)) <= backoff(failures + 1, Jitter(low)));
        }

        #[test]
        fn whatever_happens_the_camera_is_called_again(events in proptest::collection::vec(any_event(), 0..60)) {
            let mut at = run(events);
            // Wherever it stands, losing the connection and calling again leads to recording.
            for event in [Event::Lost, Event::Attempt, Event::Connected, Event::AccessUnit] {
                at = at.after(event, Jitter(7));
            }
            prop_assert_eq!(at, Connection::Recording);
        }

        #[test]
        fn a_camera_switched_off_stays_off(
            before in proptest::collection::vec(any_event(), 0..20),
            after in proptest::collection::vec(any_event(), 0..20),
        ) {
            let at = run(before.into_iter().chain([Event::SwitchedOff]).chain(after));
            prop_assert_eq!(at.state(), ConnectionState::Off);
            prop_assert_eq!(at.wait(), None);
        }

        #[test]
        fn recording_is_said_only_after_an_access_unit(events in proptest::collection::vec(any_event(), 1..60)) {
            let at = run(events.clone());
            if at.state() == ConnectionState::Recording {
                let last = events.iter().rev().find(|e| !matches!(e, Event::Attempt | Event::Connected));
                prop_assert_eq!(last, Some(&Event::AccessUnit));
            }
        }
    }
}
