//! The proof of forgetting: the log replayed, and what it tells compared with what there is.
//!
//! ```text
//! recorded = live ∪ expired, and nothing is both
//! nothing expired while a hold touched it
//! each expiry's key generation was destroyed within a day
//! nothing that expired opens with the keys of today
//! ```
//!
//! Pure: facts go in one after the other in the log's order, then every segment of the catalogue
//! with whether its key opens. Refuses to call proved what the log doesn't reach far enough to tell
//! ("pending"). Next: `jobs::prove_expiry` feeds it.

use std::collections::HashMap;

use serde::Serialize;

use super::{
    expiry::GRACE_SECONDS,
    fact::{Fact, Recording},
    hold::{HeldSpan, HoldId},
};
use crate::domain::{
    camera::CameraId,
    instant::UtcInstant,
    recording::segment::{KeyEpoch, SegmentId},
};

/// What is there now, as a row tells it, and whether the present keys open it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Present {
    pub segment: SegmentId,
    pub row: RowSays,
    pub key: KeyNow,
    pub key_commitment: [u8; 32],
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RowSays {
    /// Sealed or torn.
    Live,
    Expired,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyNow {
    Opens,
    Gone,
}

/// What the replay comes to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ExpiryProof {
    pub ok: bool,
    /// Segments the log says were closed.
    pub recorded: u64,
    /// Segments there are, whose keys open.
    pub live: u64,
    /// Segments the log says have gone.
    pub expired: u64,
    /// Segments that went although a hold touched them.
    pub held_violations: u64,
    /// Live segments that should have gone more than a day ago.
    pub overdue: u64,
    /// Segments and leaves that the log and the store tell differently about.
    pub unproven: u64,
    /// Expired less than a day before the log ends; their keys' destruction is still to come.
    pub pending: u64,
    /// The first thing found wrong, or that nothing was.
    pub detail: String,
}

/// Reads the log once, in order.
#[derive(Default)]
pub struct Replay {
    segments: HashMap<SegmentId, Story>,
    holds: HashMap<CameraId, Vec<(HoldId, HeldSpan)>>,
    awaiting: Vec<Expiry>,
    recorded: u64,
    reaches: Option<UtcInstant>,
    held: Findings,
    unproven: Findings,
}

/// What the log has told of a segment so far.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Story {
    Recorded,
    Expired {
        key_commitment: [u8; 32],
    },
    /// Row and log have been compared.
    Settled {
        expired: bool,
    },
}

/// An expiry whose key generation is not yet known to be destroyed.
struct Expiry {
    segment: SegmentId,
    at: UtcInstant,
    epoch: KeyEpoch,
}

/// How many, and the first in words.
#[derive(Default)]
struct Findings {
    count: u64,
    first: Option<String>,
}

impl Findings {
    fn add(&mut self, say: impl FnOnce() -> String) {
        self.count += 1;
        self.first.get_or_insert_with(say);
    }
}

/// The log tells milliseconds, cut; so a touch is certain only from this far inside.
const CUT_NANOS: i64 = 1_000_000;

/// Whether a hold surely touched the recording, whatever the cut digits were. Both ends count, as in
/// [`HeldSpan::touches`].
fn surely_touches(span: &HeldSpan, recording: &Recording) -> bool {
    span.from().plus_nanos(CUT_NANOS) <= recording.end && span.to().is_none_or(|to| to >= recording.start.plus_nanos(CUT_NANOS))
}

impl Replay {
    /// The log reaches at least to `at`: told of every leaf.
    pub fn reach(&mut self, at: UtcInstant) {
        self.reaches = self.reaches.max(Some(at));
    }

    /// The next fact, logged at `at`.
    pub fn tell(&mut self, at: UtcInstant, fact: Fact) {
        match fact {
            Fact::Recorded { segment, .. } => {
                if self.segments.insert(segment, Story::Recorded).is_some() {
                    self.unproven.add(|| format!("segment {segment} was closed twice"));
                } else {
                    self.recorded += 1;
                }
            }
            Fact::Expired { segment, recording, epoch, key_commitment } => {
                match self.segments.insert(segment, Story::Expired { key_commitment }) {
                    Some(Story::Recorded) => {}
                    Some(_) => self.unproven.add(|| format!("segment {segment} expired twice")),
                    None => self.unproven.add(|| format!("segment {segment} expired, but was never recorded")),
                }
                let holds = self.holds.get(&recording.camera);
                if let Some((hold, _)) = holds.into_iter().flatten().find(|(_, span)| surely_touches(span, &recording)) {
                    self.held.add(|| format!("segment {segment} expired although hold {hold} kept it"));
                }
                self.awaiting.push(Expiry { segment, at, epoch });
            }
            Fact::HoldPlaced { hold, cameras, span, .. } => {
                for camera in cameras {
                    self.holds.entry(camera).or_default().push((hold, span));
                }
            }
            Fact::HoldReleased { hold } => {
                for holds in self.holds.values_mut() {
                    holds.retain(|(held, _)| *held != hold);
                }
            }
            Fact::KeysDestroyed { epoch } => {
                let unproven = &mut self.unproven;
                self.awaiting.retain(|expiry| {
                    if expiry.epoch > epoch {
                        return true;
                    }
                    if expiry.at.plus_seconds(GRACE_SECONDS) < at {
                        unproven.add(|| format!("the keys of segment {} were destroyed more than a day after it expired", expiry.segment));
                    }
                    false
                });
            }
        }
    }

    /// A leaf that should have told something and didn't.
    pub fn note_unreadable(&mut self, what: &dyn std::fmt::Display) {
        self.unproven.add(|| what.to_string());
    }

    /// The next segment of the catalogue.
    pub fn compare(&mut self, present: &Present) {
        let Present { segment, row, key, .. } = *present;
        let told = self.segments.get(&segment).copied();
        let wrong = match (row, told, key) {
            (_, None, _) => Some("is in the catalogue, but the log doesn't know it"),
            (_, Some(Story::Settled { .. }), _) => Some("is in the catalogue twice"),
            (RowSays::Live, Some(Story::Recorded), KeyNow::Opens) => None,
            (RowSays::Live, Some(Story::Recorded), KeyNow::Gone) => Some("should be there, but no key opens it"),
            (RowSays::Live, Some(Story::Expired { .. }), _) => Some("has expired, but is in the catalogue as if it had not"),
            (RowSays::Expired, Some(Story::Recorded), _) => Some("has expired, but the log doesn't say so"),
            (RowSays::Expired, Some(Story::Expired { .. }), KeyNow::Opens) => Some("has expired, but the present keys still open it"),
            (RowSays::Expired, Some(Story::Expired { key_commitment }), KeyNow::Gone) => {
                (key_commitment != present.key_commitment).then_some("has expired, but its row is about another key than the log")
            }
        };
        if let Some(wrong) = wrong {
            self.unproven.add(|| format!("segment {segment} {wrong}"));
        }
        if let Some(story) = told {
            self.segments.insert(segment, Story::Settled { expired: matches!(story, Story::Expired { .. }) });
        }
    }

    /// What it all comes to, with `live` segments found to open and `overdue` ones among them.
    pub fn finish(mut self, live: u64, overdue: u64) -> ExpiryProof {
        for (segment, story) in &self.segments {
            match story {
                Story::Recorded => self.unproven.add(|| format!("segment {segment} was recorded, but neither is there nor has expired")),
                Story::Expired { .. } => {
                    self.unproven.add(|| format!("segment {segment} has expired, but its row is gone, so its key can't be looked for"));
                }
                Story::Settled { .. } => {}
            }
        }
        let mut pending = 0;
        for expiry in &self.awaiting {
            if self.reaches.is_some_and(|reaches| expiry.at.plus_seconds(GRACE_SECONDS) < reaches) {
                let Expiry { segment, epoch: KeyEpoch(epoch), .. } = expiry;
                self.unproven
                    .add(|| format!("segment {segment} expired under key generation {epoch}, which was not destroyed within a day"));
            } else {
                pending += 1;
            }
        }
        let expired =
            self.segments.values().filter(|story| matches!(story, Story::Expired { .. } | Story::Settled { expired: true })).count();
        let (held, unproven) = (self.held, self.unproven);
        let overdue_told = (overdue > 0).then(|| format!("{overdue} segments should have gone more than a day ago"));
        let wrong = held.first.or(unproven.first).or(overdue_told);
        ExpiryProof {
            ok: wrong.is_none(),
            recorded: self.recorded,
            live,
            expired: expired as u64,
            held_violations: held.count,
            overdue,
            unproven: unproven.count,
            pending,
            detail: wrong.unwrap_or_else(|| "what was recorded is there or has gone as it should".into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use uuid::Uuid;

    fn at(seconds: i64) -> UtcInstant {
        UtcInstant::from_unix_seconds(seconds)
    }

    fn segment(number: u8) -> SegmentId {
        SegmentId(Uuid::from_u128(u128::from(number)))
    }

    const KEY: [u8; 32] = [7; 32];

    /// Segment `number` of one of two cameras, a minute long.
    fn recording(number: u8) -> Recording {
        let start = i64::from(number / 2) * 60;
        Recording { camera: CameraId::new(["gate", "yard"][usize::from(number % 2)]).unwrap(), start: at(start), end: at(start + 60) }
    }

    fn any_fact() -> impl Strategy<Value = Fact> {
        let number = 0u8..12;
        prop_oneof![
            4 => number.clone().prop_map(|n| Fact::Recorded { segment: segment(n), recording: Some(recording(n)) }),
            4 => (number.clone(), 1u32..4).prop_map(|(n, epoch)| Fact::Expired {
                segment: segment(n), recording: recording(n), epoch: KeyEpoch(epoch), key_commitment: KEY,
            }),
            2 => (0u128..3, 0i64..360, prop::option::of(1i64..120), any::<bool>()).prop_map(|(hold, from, length, both)| {
                let cameras = ["gate", "yard"][..1 + usize::from(both)].iter().map(|id| CameraId::new(id).unwrap()).collect();
                let span = HeldSpan::new(at(from), length.map(|length| at(from + length))).unwrap();
                Fact::HoldPlaced { hold: HoldId(Uuid::from_u128(hold)), kind: super::super::hold::HoldKind::Hold, cameras, span }
            }),
            1 => (0u128..3).prop_map(|hold| Fact::HoldReleased { hold: HoldId(Uuid::from_u128(hold)) }),
            2 => (1u32..4).prop_map(|epoch| Fact::KeysDestroyed { epoch: KeyEpoch(epoch) }),
        ]
    }

    /// The definitions, word for word, over the whole list at once.
    struct Model<'f>(&'f [(UtcInstant, Fact)]);

    impl Model<'_> {
        fn expiries(&self) -> impl Iterator<Item = (usize, UtcInstant, SegmentId, &Recording, KeyEpoch)> {
            self.0.iter().enumerate().filter_map(|(nth, (at, fact))| match fact {
                Fact::Expired { segment, recording, epoch, .. } => Some((nth, *at, *segment, recording, *epoch)),
                _ => None,
            })
        }

        fn held(&self) -> u64 {
            let held = |nth: usize, recording: &Recording| {
                (0..nth).any(|placed| match &self.0[placed].1 {
                    Fact::HoldPlaced { hold, cameras, span, .. } => {
                        let released =
                            self.0[placed..nth].iter().any(|(_, fact)| matches!(fact, Fact::HoldReleased { hold: other } if other == hold));
                        !released && cameras.contains(&recording.camera) && surely_touches(span, recording)
                    }
                    _ => false,
                })
            };
            self.expiries().filter(|(nth, _, _, recording, _)| held(*nth, recording)).count() as u64
        }

        /// (destroyed late or never although the log reaches on, not yet)
        fn undestroyed(&self) -> (u64, u64) {
            let end = self.0.last().map(|(at, _)| *at).unwrap();
            let (mut wrong, mut pending) = (0, 0);
            for (nth, expired, _, _, epoch) in self.expiries() {
                let mut after = self.0[nth..].iter();
                let destroyed = after.find_map(|(at, fact)| match fact {
                    Fact::KeysDestroyed { epoch: gone } if *gone >= epoch => Some(*at),
                    _ => None,
                });
                let day_over = expired.plus_seconds(GRACE_SECONDS);
                match destroyed {
                    Some(at) if at > day_over => wrong += 1,
                    None if end > day_over => wrong += 1,
                    None => pending += 1,
                    Some(_) => {}
                }
            }
            (wrong, pending)
        }
    }

    proptest! {
        #[test]
        fn the_replay_finds_what_the_definitions_say(steps in prop::collection::vec((any_fact(), 0i64..20_000), 1..60)) {
            let mut now = 0;
            let log: Vec<_> = steps.into_iter().map(|(fact, later)| { now += later; (at(now), fact) }).collect();
            let mut replay = Replay::default();
            for (at, fact) in &log {
                replay.reach(*at);
                replay.tell(*at, fact.clone());
            }
            let model = Model(&log);
            // The catalogue agrees with the last word of the log about each segment.
            let mut odd_orders = 0;
            for number in 0..12 {
                let told: Vec<_> = log.iter().filter_map(|(_, fact)| match fact {
                    Fact::Recorded { segment: of, .. } if *of == segment(number) => Some(RowSays::Live),
                    Fact::Expired { segment: of, .. } if *of == segment(number) => Some(RowSays::Expired),
                    _ => None,
                }).collect();
                odd_orders += told.iter().enumerate().filter(|(nth, says)| match says {
                    RowSays::Live => *nth > 0,
                    RowSays::Expired => *nth == 0 || told[nth - 1] == RowSays::Expired,
                }).count() as u64;
                if let Some(row) = told.last().copied() {
                    let key = if row == RowSays::Live { KeyNow::Opens } else { KeyNow::Gone };
                    replay.compare(&Present { segment: segment(number), row, key, key_commitment: KEY });
                }
            }
            let proof = replay.finish(0, 0);
            let (undestroyed, pending) = model.undestroyed();
            prop_assert_eq!(proof.held_violations, model.held());
            prop_assert_eq!(proof.pending, pending);
            prop_assert_eq!(proof.unproven, undestroyed + odd_orders, "{}", proof.detail);
            prop_assert_eq!(proof.ok, proof.unproven + proof.held_violations == 0);
        }

        /// Whatever the catalogue says instead of the truth about one segment is noticed.
        #[test]
        fn no_other_catalogue_fits_the_log(expired: bool, row_expired: bool, opens: bool, other_key: bool, row_there: bool) {
            let (row, key) = (if row_expired { RowSays::Expired } else { RowSays::Live }, if opens { KeyNow::Opens } else { KeyNow::Gone });
            let mut replay = Replay::default();
            replay.tell(at(0), Fact::Recorded { segment: segment(0), recording: None });
            if expired {
                replay.tell(at(90), Fact::Expired { segment: segment(0), recording: recording(0), epoch: KeyEpoch(1), key_commitment: KEY });
            }
            if row_there {
                replay.compare(&Present { segment: segment(0), row, key, key_commitment: if other_key { [8; 32] } else { KEY } });
            }
            let truth = row_there && row_expired == expired && opens != expired && !(expired && other_key);
            prop_assert_eq!(replay.finish(0, 0).ok, truth);
        }
    }

    #[test]
    fn a_touch_is_certain_only_inside_what_the_log_cut_off() {
        let recording = recording(2);
        let span = |from: i64, to: i64| HeldSpan::new(at(60).plus_millis(from), Some(at(60).plus_millis(to))).unwrap();
        assert!(surely_touches(&span(59_999, 70_000), &recording) && !surely_touches(&span(60_000, 70_000), &recording));
        assert!(surely_touches(&span(-5000, 1), &recording) && !surely_touches(&span(-5000, 0), &recording));
    }
}
