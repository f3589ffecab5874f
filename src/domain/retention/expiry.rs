//! The plan of what goes when, and why, before anything goes.
//!
//! A plan is a list to be read by a person; acting on it checks every hold once more. Refuses to call
//! anything due that a hold or restriction keeps. Next: `jobs::expire`.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{
    hold::{Hold, HoldId},
    period::{RetentionPeriod, RuleBook},
};
use crate::domain::{
    camera::CameraId,
    instant::{Interval, UtcInstant},
    recording::segment::SegmentId,
};

/// How long after its due time footage may still be readable: the next daily destruction of keys.
pub const GRACE_SECONDS: i64 = 24 * 3600;

/// On what ground a segment goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Ground {
    /// Its retention period is over.
    Retention,
    /// Two people decided it (UK GDPR Articles 17 and 18).
    EarlyDeletion,
    /// The disk was full, and the site's policy is to overwrite the oldest.
    DiskFull,
}

impl Ground {
    pub const fn name(self) -> &'static str {
        match self {
            Self::Retention => "retention",
            Self::EarlyDeletion => "early_deletion",
            Self::DiskFull => "disk_full",
        }
    }
}

/// A closed segment that is still there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stored {
    pub segment: SegmentId,
    pub camera: CameraId,
    pub recorded: Interval,
    /// Recorded under a clock in doubt: its period counts from here, not from its end, and it is the
    /// longest of its camera's, since nobody knows which was in force.
    pub counted_from: Option<UtcInstant>,
}

/// One line of the plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlannedExpiry {
    pub stored: Stored,
    pub due: UtcInstant,
    pub period: RetentionPeriod,
    /// Holds and restrictions that keep it, whatever is due.
    pub blocked_by: Vec<HoldId>,
}

impl PlannedExpiry {
    /// Due and kept by nothing.
    pub fn may_go(&self, now: UtcInstant) -> bool {
        self.due <= now && self.blocked_by.is_empty()
    }

    /// Should have gone more than a day ago: there must be none.
    pub fn is_overdue(&self, now: UtcInstant) -> bool {
        self.blocked_by.is_empty() && self.due.plus_seconds(GRACE_SECONDS) < now
    }
}

/// Plans `stored`, the earliest due first. A camera without a rule keeps everything.
pub fn plan(stored: impl IntoIterator<Item = Stored>, books: &BTreeMap<CameraId, RuleBook>, holds: &[Hold]) -> Vec<PlannedExpiry> {
    let mut lines: Vec<PlannedExpiry> = stored
        .into_iter()
        .filter_map(|stored| {
            let (book, end) = (books.get(&stored.camera)?, stored.recorded.to());
            let (period, counted_from) = match stored.counted_from {
                None => (book.period_at(stored.recorded.from()), end),
                Some(counted_from) => (book.longest(), counted_from.max(end)),
            };
            let blocked_by = holds.iter().filter(|hold| hold.keeps(&stored.camera, &stored.recorded)).map(|hold| hold.id).collect();
            Some(PlannedExpiry { due: period.due(counted_from), period, blocked_by, stored })
        })
        .collect();
    lines.sort_by_key(|line| (line.due, line.stored.segment));
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{
        actor::Reason,
        retention::{
            consent::Person,
            hold::{HeldSpan, HoldAsked, HoldKind},
        },
    };
    use uuid::Uuid;

    fn at(seconds: i64) -> UtcInstant {
        UtcInstant::from_unix_seconds(seconds)
    }

    #[test]
    fn what_is_due_goes_in_order_and_what_is_held_stays() {
        let gate = CameraId::new("gate").unwrap();
        let stored = (0..3).map(|minute: i64| Stored {
            segment: SegmentId(Uuid::from_u128(minute as u128)),
            camera: gate.clone(),
            recorded: Interval::new(at(minute * 60), at(minute * 60 + 60)).unwrap(),
            counted_from: None,
        });
        let asked = HoldAsked {
            kind: HoldKind::Hold,
            cameras: vec![gate.clone()],
            span: HeldSpan::new(at(70), Some(at(80))).unwrap(),
            reason: Reason::new("Reported theft").unwrap(),
            case_reference: "C".into(),
            requester: "R".into(),
            review_by: at(9000),
        };
        let hold = Hold::place(HoldId(Uuid::from_u128(9)), asked, Person::from_stored("local:0").unwrap(), at(100)).unwrap();
        let books = BTreeMap::from([(gate.clone(), RuleBook::new(RetentionPeriod::from_seconds(90)))]);
        let lines = plan(stored, &books, std::slice::from_ref(&hold));
        assert_eq!(lines.iter().map(|line| line.due).collect::<Vec<_>>(), [at(150), at(210), at(270)]);
        assert_eq!(lines.iter().map(|line| line.may_go(at(250))).collect::<Vec<_>>(), [true, false, false]);
        assert_eq!(lines[1].blocked_by, [hold.id]);
        assert!(lines[0].is_overdue(at(150 + GRACE_SECONDS + 1)) && !lines[1].is_overdue(at(i64::MAX / 2_000_000_000)));
    }
}
