//! How much of a held stretch there is, of what there should be.
//!
//! Pure arithmetic over intervals. What is explained (a recorded gap, or footage gone before the hold
//! came) is not expected; what is expected and not there is missing, and named. Next:
//! `jobs::hold_check`.

use crate::domain::instant::{Interval, UtcInstant};

/// What of one camera's window is there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Coverage {
    /// The window less what is explained, nanoseconds.
    pub expected_nanos: i64,
    /// As much of that as was recorded.
    pub covered_nanos: i64,
    /// The rest, in stretches that last longer than a join between segments.
    pub missing: Vec<Interval>,
}

/// One segment ends and the next begins: less than this between them is no loss.
const JOIN_NANOS: i64 = 1_000_000_000;

/// Compares `recorded` with what `window` lets one expect. Neither list needs to be in order.
pub fn coverage(window: &Interval, recorded: &[Interval], explained: &[Interval]) -> Coverage {
    let expected = without(vec![*window], explained);
    let missing = without(expected.clone(), recorded);
    let expected_nanos = total(&expected);
    Coverage {
        expected_nanos,
        covered_nanos: expected_nanos - total(&missing),
        missing: missing.into_iter().filter(|stretch| stretch.nanos() >= JOIN_NANOS).collect(),
    }
}

fn total(stretches: &[Interval]) -> i64 {
    stretches.iter().map(Interval::nanos).sum()
}

fn without(mut left: Vec<Interval>, taken: &[Interval]) -> Vec<Interval> {
    let between = |from: UtcInstant, to: UtcInstant| Interval::new(from, to).ok();
    for cut in taken {
        left = left
            .into_iter()
            .flat_map(|stretch| {
                let before = between(stretch.from(), stretch.to().min(cut.from()));
                let after = between(stretch.from().max(cut.to()), stretch.to());
                before.into_iter().chain(after)
            })
            .collect();
    }
    left
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn interval((from, length): (i64, i64)) -> Interval {
        let at = UtcInstant::from_unix_seconds;
        Interval::new(at(from), at(from + length)).unwrap()
    }

    proptest! {
        #[test]
        fn every_second_counts_once(
            window in (0i64..40, 1i64..60),
            recorded in prop::collection::vec((0i64..100, 1i64..30), 0..6),
            explained in prop::collection::vec((0i64..100, 1i64..20), 0..4),
        ) {
            let within = |(from, length): &(i64, i64), second: i64| (*from..from + length).contains(&second);
            let mut expected = Vec::new();
            for second in window.0..window.0 + window.1 {
                if !explained.iter().any(|cut| within(cut, second)) {
                    expected.push(second);
                }
            }
            let covered = expected.iter().filter(|second| recorded.iter().any(|piece| within(piece, **second))).count() as i64;
            let all = |list: &[(i64, i64)]| list.iter().copied().map(interval).collect::<Vec<_>>();
            let found = coverage(&interval(window), &all(&recorded), &all(&explained));
            prop_assert_eq!(found.expected_nanos / 1_000_000_000, expected.len() as i64);
            prop_assert_eq!(found.covered_nanos / 1_000_000_000, covered);
            prop_assert_eq!(total(&found.missing), found.expected_nanos - found.covered_nanos);
        }
    }

    #[test]
    fn a_join_between_segments_is_no_loss() {
        let at = |millis| UtcInstant::from_unix_seconds(0).plus_millis(millis);
        let piece = |from, to| Interval::new(at(from), at(to)).unwrap();
        let found = coverage(&piece(0, 9000), &[piece(0, 4000), piece(4999, 7000)], &[]);
        assert_eq!(found.missing, [piece(7000, 9000)]);
    }
}
