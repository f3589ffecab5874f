//! Trails: what was seen in one frame tied to what was seen in the next.
//!
//! As ByteTrack (Zhang et al., 2022): sure sightings first, faint ones to whatever trail is still without,
//! and only sure ones begin a trail. A sighting belongs to one trail at most. Refuses to end a trail
//! before it has been out of sight for a while. Next: `encounter` asks which of these ties can be doubted.

use std::collections::BTreeMap;

use super::{Appearance, Area, Sighting, assignment, kalman::Motion};

/// From here a sighting is sure, and may begin a trail.
pub const SURE: f32 = 0.4;
/// Below this it isn't tied to anything.
pub const FAINT: f32 = 0.12;
/// Frames that a trail goes on unseen.
const UNSEEN_FRAMES_MAX: u32 = 14;
/// A trail with fewer sure sightings than this is noise.
const SIGHTINGS_MIN: usize = 3;
/// A sighting that shares this much with somebody followed, of the smaller of both, begins no trail.
const TWICE_SHARE: f32 = 0.6;
/// How fast a trail's appearance follows.
const APPEARANCE_SHARE: f32 = 0.15;

/// One frame of a trail.
#[derive(Clone, Debug)]
pub struct Point {
    pub area: Area,
    /// The detector's, 0 where it was not seen.
    pub score: f32,
    /// None where it was not seen, and the area is a guess.
    pub appearance: Option<Appearance>,
    /// Which of the frame's sightings it is.
    pub sighting: Option<usize>,
}

/// One body through a clip, as far as it could be followed.
#[derive(Clone, Debug)]
pub struct Trail {
    pub number: u32,
    /// From the first sighting to the last, every frame of them.
    pub points: BTreeMap<u32, Point>,
}

impl Trail {
    pub fn first(&self) -> u32 {
        self.points.keys().next().copied().unwrap_or_default()
    }

    pub fn last(&self) -> u32 {
        self.points.keys().next_back().copied().unwrap_or_default()
    }
}

struct Following {
    trail: Trail,
    motion: Motion,
    appearance: Appearance,
    unseen: u32,
}

/// Ties the sightings of frame after frame.
#[derive(Default)]
pub struct Tracker {
    following: Vec<Following>,
    ended: Vec<Trail>,
    next: u32,
}

impl Tracker {
    /// Takes in one frame.
    pub fn frame(&mut self, frame: u32, sightings: &[Sighting]) {
        for followed in &mut self.following {
            followed.motion.step();
        }
        let mut free: Vec<usize> = (0..sightings.len()).collect();
        let mut waiting: Vec<usize> = (0..self.following.len()).collect();
        let sure = |at: &usize| sightings[*at].detection.score >= SURE;
        self.tie(frame, sightings, &mut waiting, &mut free, &sure, 0.85);
        let faint = |at: &usize| sightings[*at].detection.score >= FAINT;
        self.tie(frame, sightings, &mut waiting, &mut free, &faint, 0.7);
        for at in waiting {
            self.following[at].unseen += 1;
            let area = self.following[at].motion.area();
            self.following[at].trail.points.insert(frame, Point { area, score: 0.0, appearance: None, sighting: None });
        }
        for at in free.into_iter().filter(sure) {
            // What lies on somebody already followed is the same body seen twice.
            let twice = self.following.iter().any(|followed| {
                let area = followed.motion.area();
                let seen = &sightings[at].detection.area;
                followed.unseen == 0 && area.shared(seen) > TWICE_SHARE * area.size().min(seen.size())
            });
            if !twice {
                self.begin(frame, at, &sightings[at]);
            }
        }
        let (gone, following): (Vec<_>, Vec<_>) =
            std::mem::take(&mut self.following).into_iter().partition(|f| f.unseen > UNSEEN_FRAMES_MAX);
        self.following = following;
        self.ended.extend(gone.into_iter().map(|followed| followed.trail));
    }

    fn tie(
        &mut self,
        frame: u32,
        sightings: &[Sighting],
        waiting: &mut Vec<usize>,
        free: &mut Vec<usize>,
        may: &dyn Fn(&usize) -> bool,
        limit: f32,
    ) {
        let columns: Vec<usize> = free.iter().copied().filter(|at| may(at)).collect();
        let costs: Vec<Vec<f32>> =
            waiting.iter().map(|row| columns.iter().map(|column| cost(&self.following[*row], &sightings[*column])).collect()).collect();
        let pairs = assignment::pairs(&costs, columns.len(), limit);
        let mut left = Vec::new();
        for (row, column) in waiting.iter().zip(pairs) {
            match column {
                Some(column) => self.see(*row, frame, columns[column], &sightings[columns[column]]),
                None => left.push(*row),
            }
        }
        let taken: Vec<usize> = self.following.iter().filter_map(|f| f.trail.points.get(&frame)?.sighting).collect();
        free.retain(|at| !taken.contains(at));
        *waiting = left;
    }

    fn see(&mut self, row: usize, frame: u32, at: usize, sighting: &Sighting) {
        let crowded =
            self.following.iter().enumerate().any(|(other, f)| other != row && f.motion.area().iou(&sighting.detection.area) > 0.15);
        let followed = &mut self.following[row];
        followed.motion.correct(&sighting.detection.area, sighting.detection.score);
        followed.unseen = 0;
        if !crowded {
            followed.appearance.follow(&sighting.appearance, APPEARANCE_SHARE);
        }
        followed.trail.points.insert(frame, point(at, sighting));
    }

    fn begin(&mut self, frame: u32, at: usize, sighting: &Sighting) {
        self.next += 1;
        let points = BTreeMap::from([(frame, point(at, sighting))]);
        self.following.push(Following {
            trail: Trail { number: self.next, points },
            motion: Motion::new(&sighting.detection.area),
            appearance: sighting.appearance.clone(),
            unseen: 0,
        });
    }

    /// All trails worth the name, without the guesses after their last sighting, the guesses between two
    /// sightings put on the straight line.
    pub fn finish(self) -> Vec<Trail> {
        let all = self.ended.into_iter().chain(self.following.into_iter().map(|followed| followed.trail));
        let mut trails: Vec<Trail> = all.filter_map(tidied).collect();
        trails.sort_by_key(|trail| (trail.first(), trail.number));
        trails
    }
}

fn tidied(mut trail: Trail) -> Option<Trail> {
    let seen: Vec<(u32, Area)> = trail.points.iter().filter(|(_, point)| point.sighting.is_some()).map(|(at, p)| (*at, p.area)).collect();
    let sure = trail.points.values().filter(|point| point.score >= SURE).count();
    let (last, _) = *seen.last()?;
    trail.points.retain(|frame, _| *frame <= last);
    for pair in seen.windows(2) {
        let [(from, here), (to, there)] = pair else { continue };
        for frame in from + 1..*to {
            if let Some(point) = trail.points.get_mut(&frame) {
                point.area = here.towards(there, (frame - from) as f32 / (to - from) as f32);
            }
        }
    }
    (sure >= SIGHTINGS_MIN).then_some(trail)
}

fn point(at: usize, sighting: &Sighting) -> Point {
    Point {
        area: sighting.detection.area,
        score: sighting.detection.score,
        appearance: Some(sighting.appearance.clone()),
        sighting: Some(at),
    }
}

/// What it costs to take a sighting for a trail: how far from where it should be, how unlike. From 0 to
/// about 1; infinite where it can't be.
fn cost(followed: &Following, sighting: &Sighting) -> f32 {
    let (expected, seen) = (followed.motion.area(), &sighting.detection.area);
    let ((x, y), (to_x, to_y)) = (expected.centre(), seen.centre());
    let high = expected.height().max(seen.height());
    let far = (x - to_x).hypot(y - to_y) / high;
    // The longer unseen, the wider the search.
    let reach = 0.35 + 0.03 * followed.unseen as f32;
    let taller = (expected.height() / seen.height().max(1.0)).ln().abs();
    if far > reach || taller > 0.6 {
        return f32::INFINITY;
    }
    let unlike = followed.appearance.distance(&sighting.appearance);
    0.5 * (1.0 - expected.iou(seen)) + 0.25 * far / reach + 0.5 * unlike
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::{
        super::{Colours, Detection, DetectionKind},
        *,
    };

    fn sighting(x: f32, y: f32, shade: u8, score: f32) -> Sighting {
        let mut colours = Colours::default();
        colours.count([shade, 128, 255 - shade], 0.5, 1.0);
        let detection = Detection { area: Area::from_size(x, y, 30.0, 80.0), score, kind: DetectionKind::Person };
        Sighting { detection, appearance: colours.appearance(), moving: 1.0 }
    }

    fn tracked(frames: &[Vec<Sighting>]) -> Vec<Trail> {
        let mut tracker = Tracker::default();
        for (frame, sightings) in frames.iter().enumerate() {
            tracker.frame(frame as u32, sightings);
        }
        tracker.finish()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]

        #[test]
        fn a_sighting_never_belongs_to_two_trails(
            frames in prop::collection::vec(
                prop::collection::vec((0.0..300.0_f32, 0.0..200.0_f32, any::<u8>(), 0.0..1.0_f32), 0..7), 1..25,
            ),
        ) {
            let frames: Vec<Vec<Sighting>> =
                frames.into_iter().map(|seen| seen.into_iter().map(|(x, y, shade, score)| sighting(x, y, shade, score)).collect()).collect();
            let trails = tracked(&frames);
            for frame in 0..frames.len() as u32 {
                let taken: Vec<usize> = trails.iter().filter_map(|trail| trail.points.get(&frame)?.sighting).collect();
                let once: BTreeSet<usize> = taken.iter().copied().collect();
                prop_assert_eq!(once.len(), taken.len());
            }
        }

        #[test]
        fn those_who_stay_apart_keep_their_trails(
            people in prop::collection::vec((-1.5..1.5_f32, -0.3..0.3_f32, any::<u8>()), 1..5), missed in prop::collection::vec(0..40_u32, 0..6),
        ) {
            let frames: Vec<Vec<Sighting>> = (0..40_u32)
                .map(|frame| {
                    let seen = people.iter().enumerate().filter(|(at, _)| !(frame > 5 && frame < 38 && missed.contains(&(frame + *at as u32))));
                    seen.map(|(at, (dx, dy, shade))| {
                        sighting(200.0 * at as f32 + 60.0 + dx * frame as f32, 100.0 + dy * frame as f32, *shade, 0.8)
                    })
                    .collect()
                })
                .collect();
            let trails = tracked(&frames);
            prop_assert_eq!(trails.len(), people.len());
            for trail in &trails {
                let lefts: Vec<f32> = trail.points.values().map(|point| point.area.left).collect();
                prop_assert!(lefts.windows(2).all(|pair| (pair[0] - pair[1]).abs() < 20.0));
                prop_assert_eq!((trail.first(), trail.last()), (0, 39));
            }
        }
    }
}
