//! Which fragments make which clips: cut outward to key frames, never across a gap.

use crate::domain::{instant::Interval, recording::index::SegmentIndex};

/// Segments this close on the time line are one stretch, 90 kHz ticks: the correction between
/// segments is 10 ms, and a picture lasts up to 200 ms.
const JOIN_TICKS: i64 = 18_000;

/// A segment offered for cutting.
pub struct Offered<'a> {
    pub index: &'a SegmentIndex,
    /// Same number, same parameters: a clip has one set.
    pub parameters: usize,
}

/// A fragment in a clip, by segment and fragment number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Chosen {
    pub segment: usize,
    pub fragment: usize,
}

/// A stretch of pictures without a break, beginning with a key frame.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClipPlan {
    pub fragments: Vec<Chosen>,
    /// 90 kHz ticks since the epoch.
    pub start_ticks: i64,
    pub end_ticks: i64,
}

struct Run {
    parameters: usize,
    fragments: Vec<Chosen>,
    end_ticks: i64,
}

/// Plans the clips of `asked` from segments in time order.
pub fn plan(segments: &[Offered<'_>], asked: &Interval) -> Vec<ClipPlan> {
    let mut runs: Vec<Run> = Vec::new();
    for (segment, offered) in segments.iter().enumerate() {
        for (fragment, entry) in offered.index.fragments.iter().enumerate() {
            let chosen = Chosen { segment, fragment };
            match runs.last_mut() {
                Some(run) if run.parameters == offered.parameters && (entry.start_ticks - run.end_ticks).abs() <= JOIN_TICKS => {
                    run.fragments.push(chosen);
                    run.end_ticks = entry.end_ticks();
                }
                _ => runs.push(Run { parameters: offered.parameters, fragments: vec![chosen], end_ticks: entry.end_ticks() }),
            }
        }
    }
    let (from, to) = (asked.from().media_ticks(), asked.to().media_ticks());
    runs.into_iter().filter_map(|run| trim(segments, run, from, to)).collect()
}

fn trim(segments: &[Offered<'_>], run: Run, from: i64, to: i64) -> Option<ClipPlan> {
    let entry = |chosen: &Chosen| &segments[chosen.segment].index.fragments[chosen.fragment];
    let is_key = |chosen: &Chosen| entry(chosen).starts_with_key_frame();
    let begins = |chosen: &Chosen| entry(chosen).start_ticks;
    let first = run
        .fragments
        .iter()
        .rposition(|chosen| is_key(chosen) && begins(chosen) <= from)
        .or_else(|| run.fragments.iter().position(is_key))?;
    let last = run.fragments.iter().skip(first + 1).position(|chosen| is_key(chosen) && begins(chosen) >= to);
    let fragments = match last {
        Some(count) => run.fragments[first..=first + count].to_vec(),
        None => run.fragments[first..].to_vec(),
    };
    let start_ticks = begins(fragments.first()?);
    let end_ticks = entry(fragments.last()?).end_ticks();
    (start_ticks < to && end_ticks > from).then_some(ClipPlan { fragments, start_ticks, end_ticks })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{
        instant::UtcInstant,
        recording::{
            access_unit::Dependence,
            index::{FragmentEntry, FragmentHash, Sample},
        },
    };
    use proptest::prelude::*;

    fn fragment(start_ticks: i64, key: bool) -> FragmentEntry {
        let sample = Sample {
            size_bytes: 10,
            duration_ticks: 45_000,
            composition_offset_ticks: 0,
            dependence: if key { Dependence::RandomAccess } else { Dependence::Dependent },
        };
        FragmentEntry {
            first_record: 0,
            records: 1,
            file_offset: 0,
            bytes: 10,
            payload_offset: 0,
            start_ticks,
            samples: vec![sample],
            hash: FragmentHash([0; 32]),
        }
    }

    proptest! {
        /// Everything asked for that was recorded is in exactly one clip; clips begin with key
        /// frames, hold no gap, and reach no further than the key frames around what was asked.
        #[test]
        fn what_was_asked_is_there_once_and_clips_begin_with_key_frames(
            // Per segment: its fragments' key flags (the first is always a key frame), the gap before it, its parameters.
            segments in prop::collection::vec((prop::collection::vec(any::<bool>(), 1..8), prop_oneof![Just(0i64), Just(900), Just(400_000)], 0usize..2), 1..8),
            from in 0i64..4_000_000, length in 1i64..4_000_000,
        ) {
            let base = 1_000_000_000i64;
            let mut at = base;
            let mut indexes = Vec::new();
            for (keys, gap, parameters) in &segments {
                at += gap;
                let mut index = SegmentIndex::default();
                for (number, key) in keys.iter().enumerate() {
                    index.fragments.push(fragment(at, number == 0 || *key));
                    at += 45_000;
                }
                indexes.push((index, *parameters));
            }
            let offered: Vec<Offered<'_>> = indexes.iter().map(|(index, parameters)| Offered { index, parameters: *parameters }).collect();
            let asked = Interval::new(UtcInstant::from_media_ticks(base + from), UtcInstant::from_media_ticks(base + from + length)).unwrap();
            let clips = plan(&offered, &asked);
            let mut seen = std::collections::BTreeSet::new();
            for clip in &clips {
                let entries: Vec<&FragmentEntry> = clip.fragments.iter().map(|c| &indexes[c.segment].0.fragments[c.fragment]).collect();
                prop_assert!(entries[0].starts_with_key_frame());
                prop_assert!(clip.fragments.iter().all(|c| indexes[c.segment].1 == indexes[clip.fragments[0].segment].1));
                for pair in entries.windows(2) {
                    prop_assert!((pair[1].start_ticks - pair[0].end_ticks()).abs() <= JOIN_TICKS);
                }
                for chosen in &clip.fragments {
                    prop_assert!(seen.insert((chosen.segment, chosen.fragment)), "twice");
                }
                prop_assert!(!entries.iter().skip(1).any(|e| e.starts_with_key_frame() && e.start_ticks <= asked.from().media_ticks()), "begins too early");
                prop_assert!(!entries.iter().skip(1).any(|e| e.starts_with_key_frame() && e.start_ticks >= asked.to().media_ticks()), "ends too late");
            }
            for (segment, (index, _)) in indexes.iter().enumerate() {
                for (number, entry) in index.fragments.iter().enumerate() {
                    if entry.start_ticks < asked.to().media_ticks() && entry.end_ticks() > asked.from().media_ticks() {
                        prop_assert!(seen.contains(&(segment, number)), "segment {segment} fragment {number} left out");
                    }
                }
            }
        }
    }
}
