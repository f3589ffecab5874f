//! What the requests of a year came to: how many of each kind, how many answered in time, how long it took,
//! what was refused and on which ground, what went out and to whom (law paper, R19).
//!
//! A request belongs to the year in which it was received, a disclosure to the year in which it went out.
//! Nobody is named. Next: `jobs::case::numbers` brings the cases.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::Serialize;

use super::{decision::RefusalGround, kind::RequestKind};

/// A request as far as it counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Counted {
    pub kind: RequestKind,
    pub received: Date,
    /// To the end of this day.
    pub due: Date,
    pub end: End,
    pub extended: Extended,
}

/// How a request ended, if it has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    Open,
    Answered {
        on: Date,
        refused: Option<RefusalGround>,
    },
    /// Taken back, or closed since nobody answered a question.
    Without,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extended {
    Yes,
    No,
}

/// The requests of one kind, or of all.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Tally {
    pub received: usize,
    pub answered_in_time: usize,
    pub answered_late: usize,
    /// Of these, `overdue` are past their day.
    pub open: usize,
    pub overdue: usize,
    /// Taken back, or closed since nobody answered a question.
    pub without_answer: usize,
    pub extended: usize,
    /// Days from receipt to answer, of those that were answered; the middle of two is between them.
    pub median_days: Option<f64>,
}

/// To whom footage went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum RecipientKind {
    PersonInIt,
    Police,
    Court,
    OtherAuthority,
    InsurerOrSolicitor,
    Other,
}

impl RecipientKind {
    pub const fn of(kind: RequestKind) -> Self {
        match kind {
            RequestKind::SubjectAccess => Self::PersonInIt,
            RequestKind::Police | RequestKind::PoliceUrgent => Self::Police,
            RequestKind::CourtOrder => Self::Court,
            RequestKind::OtherStatutory => Self::OtherAuthority,
            RequestKind::LegalProceedings => Self::InsurerOrSolicitor,
            RequestKind::Objection
            | RequestKind::Restriction
            | RequestKind::Erasure
            | RequestKind::Complaint
            | RequestKind::Information
            | RequestKind::Media => Self::Other,
        }
    }
}

/// A year in numbers, as of a day.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct YearNumbers {
    pub year: i16,
    pub as_of: Date,
    pub all: Tally,
    /// Kinds that nobody asked for are left out.
    pub kinds: Vec<KindTally>,
    pub refusals: Vec<GroundCount>,
    pub disclosures: Vec<RecipientCount>,
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct KindTally {
    pub kind: RequestKind,
    #[serde(flatten)]
    pub tally: Tally,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct GroundCount {
    pub ground: RefusalGround,
    pub count: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct RecipientCount {
    pub recipient: RecipientKind,
    pub count: usize,
}

/// Counts the requests that were received, and the disclosures that were made, in `year`.
pub fn numbers(year: i16, as_of: Date, requests: &[Counted], disclosures: &[(Date, RequestKind)]) -> YearNumbers {
    let of_year: Vec<&Counted> = requests.iter().filter(|request| request.received.year() == year).collect();
    let kinds = RequestKind::ALL.into_iter().filter_map(|kind| {
        let tally = tally(as_of, of_year.iter().copied().filter(|request| request.kind == kind));
        (tally.received > 0).then_some(KindTally { kind, tally })
    });
    let mut refusals: Vec<GroundCount> = Vec::new();
    for request in &of_year {
        let End::Answered { refused: Some(ground), .. } = request.end else { continue };
        match refusals.iter_mut().find(|known| known.ground == ground) {
            Some(known) => known.count += 1,
            None => refusals.push(GroundCount { ground, count: 1 }),
        }
    }
    refusals.sort_by_key(|ground| std::cmp::Reverse(ground.count));
    let mut recipients: BTreeMap<RecipientKind, usize> = BTreeMap::new();
    for (_, kind) in disclosures.iter().filter(|(on, _)| on.year() == year) {
        *recipients.entry(RecipientKind::of(*kind)).or_default() += 1;
    }
    YearNumbers {
        year,
        as_of,
        all: tally(as_of, of_year.iter().copied()),
        kinds: kinds.collect(),
        refusals,
        disclosures: recipients.into_iter().map(|(recipient, count)| RecipientCount { recipient, count }).collect(),
    }
}

fn tally<'a>(as_of: Date, requests: impl Iterator<Item = &'a Counted>) -> Tally {
    let mut tally = Tally::default();
    let mut days = Vec::new();
    for request in requests {
        tally.received += 1;
        tally.extended += usize::from(request.extended == Extended::Yes);
        match request.end {
            End::Open => {
                tally.open += 1;
                tally.overdue += usize::from(request.due < as_of);
            }
            End::Without => tally.without_answer += 1,
            End::Answered { on, .. } => {
                days.push((on - request.received).get_days());
                if on <= request.due { tally.answered_in_time += 1 } else { tally.answered_late += 1 }
            }
        }
    }
    tally.median_days = median(days);
    tally
}

fn median(mut days: Vec<i32>) -> Option<f64> {
    days.sort_unstable();
    let upper = *days.get(days.len() / 2)?;
    let lower = *days.get((days.len() - 1) / 2)?;
    Some(f64::midpoint(f64::from(lower), f64::from(upper)))
}

#[cfg(test)]
mod tests {
    use jiff::{ToSpan, civil::date};
    use proptest::prelude::*;

    use super::*;

    fn counted(kind: RequestKind, received: Date, days: Option<i32>) -> Counted {
        let end = days.map_or(End::Open, |days| End::Answered { on: received + days.days(), refused: None });
        Counted { kind, received, due: received + 30.days(), end, extended: Extended::No }
    }

    #[test]
    fn the_day_that_is_due_is_in_time_and_the_next_is_late() {
        let day = date(2026, 3, 2);
        let refused = Counted {
            end: End::Answered { on: day + 3.days(), refused: Some(RefusalGround::Crime) },
            extended: Extended::Yes,
            ..counted(RequestKind::Police, day, None)
        };
        let requests = [
            counted(RequestKind::SubjectAccess, day, Some(30)),
            counted(RequestKind::SubjectAccess, day, Some(31)),
            counted(RequestKind::SubjectAccess, day, None),
            counted(RequestKind::Complaint, date(2026, 12, 20), None),
            refused,
            Counted { end: End::Without, ..refused },
            counted(RequestKind::Media, date(2025, 12, 31), Some(1)),
        ];
        let went_out = [(date(2026, 5, 1), RequestKind::PoliceUrgent), (date(2025, 5, 1), RequestKind::Police)];
        let told = numbers(2026, date(2026, 12, 31), &requests, &went_out);
        let expected = Tally {
            received: 6,
            answered_in_time: 2,
            answered_late: 1,
            open: 2,
            overdue: 1,
            without_answer: 1,
            extended: 2,
            median_days: Some(30.0),
        };
        assert_eq!(told.all, expected);
        let access = told.kinds[0];
        assert_eq!((access.kind, access.tally.median_days), (RequestKind::SubjectAccess, Some(30.5)));
        assert!(told.kinds.iter().all(|kind| kind.kind != RequestKind::Media), "that was another year");
        assert_eq!(told.refusals, [GroundCount { ground: RefusalGround::Crime, count: 1 }]);
        assert_eq!(told.disclosures, [RecipientCount { recipient: RecipientKind::Police, count: 1 }]);
    }

    fn any_request() -> impl Strategy<Value = Counted> {
        (0..RequestKind::ALL.len(), 0i32..720, prop_oneof![Just(None), Just(Some(-1)), (0i32..90).prop_map(Some)], any::<bool>()).prop_map(
            |(kind, received, end, extended)| {
                let received = date(2026, 1, 1) + received.days();
                let end = match end {
                    None => End::Open,
                    Some(..0) => End::Without,
                    Some(days) => {
                        End::Answered { on: received + days.days(), refused: (days % 7 == 0).then_some(RefusalGround::Excessive) }
                    }
                };
                let extended = if extended { Extended::Yes } else { Extended::No };
                Counted { kind: RequestKind::ALL[kind], received, due: received + 30.days(), end, extended }
            },
        )
    }

    proptest! {
        /// Every request is in one column alone, and the kinds add up to all.
        #[test]
        fn the_columns_add_up(requests in prop::collection::vec(any_request(), 0..60)) {
            let told = numbers(2026, date(2027, 3, 1), &requests, &[]);
            let sum = |column: fn(&Tally) -> usize| told.kinds.iter().map(|kind| column(&kind.tally)).sum::<usize>();
            for tally in told.kinds.iter().map(|kind| &kind.tally).chain([&told.all]) {
                prop_assert_eq!(tally.received, tally.answered_in_time + tally.answered_late + tally.open + tally.without_answer);
                prop_assert!(tally.overdue <= tally.open && tally.extended <= tally.received);
                prop_assert_eq!(tally.median_days.is_some(), tally.answered_in_time + tally.answered_late > 0);
            }
            prop_assert_eq!(sum(|tally| tally.received), told.all.received);
            prop_assert_eq!(sum(|tally| tally.answered_late), told.all.answered_late);
            prop_assert_eq!(told.all.received, requests.iter().filter(|request| request.received.year() == 2026).count());
            let refused = requests.iter().filter(|request| request.received.year() == 2026).filter(|request| matches!(request.end, End::Answered { refused: Some(_), .. }));
            prop_assert_eq!(told.refusals.iter().map(|ground| ground.count).sum::<usize>(), refused.count());
            let days: Vec<i32> = requests.iter().filter(|request| request.received.year() == 2026).filter_map(|request| match request.end {
                End::Answered { on, .. } => Some((on - request.received).get_days()),
                _ => None,
            }).collect();
            if let Some(median) = told.all.median_days {
                let below = days.iter().filter(|days| f64::from(**days) < median).count();
                let above = days.iter().filter(|days| f64::from(**days) > median).count();
                prop_assert!(2 * below <= days.len() && 2 * above <= days.len());
            }
        }
    }
}
