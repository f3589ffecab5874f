//! What is shown of a frame: in cells of 16 by 16 pixels, hidden unless revealed.
//!
//! A cell is shown only where it lies wholly within the subject's grown box, or what was revealed, and
//! touches nobody else's grown box and no mask: edges go inwards to the grid, so that none traces a
//! silhouette. A frame in doubt is hidden whole. Next: `adapters::video` paints by it.

use super::{
    pixel::{Edges, FrameIndex},
    plan::{Mode, Plan},
    track::Role,
};

/// The edge of a cell, in pixels: that of a macroblock of H.264 (ITU-T H.264, 3.87), so that no block
/// holds both what is hidden and what is shown.
pub const CELL_PX: u32 = 16;

/// What a cell is painted with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cell {
    /// The clip's own pixels.
    Source,
    /// The approved picture of the empty scene.
    Plate,
    /// The solid fill.
    Fill,
}

/// What is shown of one frame.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reveal {
    width_px: u32,
    height_px: u32,
    columns: u32,
    cells: Vec<Cell>,
}

impl Reveal {
    /// A frame of which nothing is shown.
    pub fn nothing(width_px: u32, height_px: u32) -> Self {
        Self::all(width_px, height_px, Cell::Fill)
    }

    fn all(width_px: u32, height_px: u32, cell: Cell) -> Self {
        let columns = width_px.div_ceil(CELL_PX);
        let cells = vec![cell; (columns as usize) * (height_px.div_ceil(CELL_PX) as usize)];
        Self { width_px, height_px, columns, cells }
    }

    pub const fn columns(&self) -> u32 {
        self.columns
    }

    pub const fn rows(&self) -> u32 {
        self.height_px.div_ceil(CELL_PX)
    }

    pub const fn width_px(&self) -> u32 {
        self.width_px
    }

    pub const fn height_px(&self) -> u32 {
        self.height_px
    }

    /// The cell in this column and row; beyond the picture all is fill.
    pub fn cell(&self, column: u32, row: u32) -> Cell {
        let at = (row as usize) * (self.columns as usize) + column as usize;
        if column < self.columns { self.cells.get(at).copied().unwrap_or(Cell::Fill) } else { Cell::Fill }
    }

    /// What the pixel at `x`, `y` is painted with.
    pub fn at(&self, x: u32, y: u32) -> Cell {
        self.cell(x / CELL_PX, y / CELL_PX)
    }

    /// Whether the clip's own pixel is shown at `x`, `y`.
    pub fn shows(&self, x: u32, y: u32) -> bool {
        self.at(x, y) == Cell::Source
    }

    pub fn shows_anything(&self) -> bool {
        self.cells.contains(&Cell::Source)
    }

    /// Pixels of the clip that are shown.
    pub fn shown_px(&self) -> u64 {
        let cells = (0..self.rows()).flat_map(|row| (0..self.columns).map(move |column| (column, row)));
        let area = |(column, row): (u32, u32)| {
            let edge = |at: u32, end: u32| u64::from(CELL_PX.min(end - at * CELL_PX));
            edge(column, self.width_px) * edge(row, self.height_px)
        };
        cells.filter(|(column, row)| self.cell(*column, *row) == Cell::Source).map(area).sum()
    }

    /// Paints the cells that lie wholly within `area`, as far as the picture goes.
    fn paint_within(&mut self, area: Edges, cell: Cell) {
        let first = |at: i64| -(-at.max(0)).div_euclid(i64::from(CELL_PX));
        // The last cell of a row may be cut short by the picture's edge.
        let end = |at: i64, edge: u32| {
            let cells = if at >= i64::from(edge) { edge.div_ceil(CELL_PX).into() } else { at.div_euclid(i64::from(CELL_PX)) };
            cells.max(0)
        };
        self.paint(first(area.left)..end(area.right, self.width_px), first(area.top)..end(area.bottom, self.height_px), cell);
    }

    /// Paints the cells that `area` touches.
    fn paint_touched(&mut self, area: Edges, cell: Cell) {
        let first = |at: i64| at.max(0).div_euclid(i64::from(CELL_PX));
        let end = |at: i64, edge: u32| -(-at.clamp(0, i64::from(edge))).div_euclid(i64::from(CELL_PX));
        self.paint(first(area.left)..end(area.right, self.width_px), first(area.top)..end(area.bottom, self.height_px), cell);
    }

    fn paint(&mut self, columns: std::ops::Range<i64>, rows: std::ops::Range<i64>, cell: Cell) {
        for row in rows {
            for column in columns.clone() {
                let at = row * i64::from(self.columns) + column;
                if let Some(place) = usize::try_from(at).ok().and_then(|at| self.cells.get_mut(at)) {
                    *place = cell;
                }
            }
        }
    }
}

/// What `plan` shows of `frame`.
pub fn revealed(plan: &Plan, frame: FrameIndex) -> Reveal {
    let (clip, parts) = (plan.clip(), plan.parts());
    let nothing = Reveal::nothing(clip.width_px, clip.height_px);
    if frame.0 >= plan.frame_count() || parts.doubts.iter().any(|doubt| doubt.hides(frame)) {
        return nothing;
    }
    let mut reveal = match (plan.mode(), plan.approved_plate()) {
        (Mode::MaskOthers, _) => Reveal::all(clip.width_px, clip.height_px, Cell::Source),
        (Mode::DefaultDeny, Some(_)) => Reveal::all(clip.width_px, clip.height_px, Cell::Plate),
        (Mode::DefaultDeny, None) => nothing,
    };
    let (subjects, others): (Vec<_>, Vec<_>) = parts.tracks.iter().partition(|track| track.role() == Role::Subject);
    for area in subjects.iter().filter_map(|track| track.at(frame)) {
        reveal.paint_within(area.grown(parts.margins.subject_percent, parts.margins.subject_px), Cell::Source);
    }
    for shown in &parts.reveals {
        reveal.paint_within(shown.area.edges(), Cell::Source);
    }
    // Last, so that nothing drawn before outweighs somebody else's mask.
    for area in others.iter().filter_map(|track| track.at(frame)) {
        reveal.paint_touched(area.grown(parts.margins.others_percent, 0), Cell::Fill);
    }
    for mask in &parts.masks {
        reveal.paint_touched(mask.area.edges(), Cell::Fill);
    }
    reveal
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::{
        actor::{Actor, UserId},
        instant::UtcInstant,
        redaction::{
            doubt::{Doubt, DoubtReason},
            mask::{Approval, BackgroundPlate, StaticMask, StaticReveal},
            pixel::{FrameSpan, PixelBox},
            plan::{ClipFacts, Margins, PlanParts, VERSION},
            track::{Author, Keyframe, Presence, Track, TrackId, TrackKind},
        },
        retention::consent::Person,
    };

    const FRAMES: u32 = 6;

    fn person(number: u128) -> Person {
        Person::of(&Actor::Staff { id: UserId(uuid::Uuid::from_u128(number)), name: String::new() }).unwrap()
    }

    fn at() -> UtcInstant {
        UtcInstant::from_unix_seconds(1_700_000_000)
    }

    fn by_hand() -> Author {
        Author::Person { person: person(1) }
    }

    prop_compose! {
        fn area()(left in -40..120_i32, top in -40..70_i32, width in 1..90_u32, height in 1..90_u32) -> PixelBox {
            PixelBox::new(left, top, width, height).unwrap()
        }
    }

    prop_compose! {
        fn author()(sure in 0..=1000_u16, hand: bool) -> Author {
            if hand { by_hand() } else { Author::Detector { confidence_permille: sure } }
        }
    }

    prop_compose! {
        fn presence(from: u32, to: u32)(
            first in from..to, length in 0..3_u32, marks in prop::collection::btree_map(0..3_u32, (area(), author()), 1..4),
        ) -> Presence {
            let last = (first + length).min(to - 1);
            let mut keyframes: Vec<Keyframe> = Vec::new();
            for (offset, (area, author)) in marks {
                let frame = FrameIndex((first + offset).min(last));
                if keyframes.last().is_none_or(|before| before.frame < frame) {
                    keyframes.push(Keyframe { frame, area, author, drawn_at: at() });
                }
            }
            Presence::new(FrameSpan::new(FrameIndex(first), FrameIndex(last)).unwrap(), keyframes).unwrap()
        }
    }

    prop_compose! {
        fn track(id: u32)(
            role in prop_oneof![Just(Role::Subject), Just(Role::ThirdParty), Just(Role::Undecided)],
            early in presence(0, FRAMES / 2), late in presence(FRAMES / 2, FRAMES), both: bool,
        ) -> Track {
            let presences = if both { vec![early, late] } else { vec![late] };
            Track::new(TrackId(id), TrackKind::Person, role, presences).unwrap()
        }
    }

    prop_compose! {
        fn doubt()(first in 0..FRAMES, length in 0..4_u32, settled: bool) -> Doubt {
            let last = FrameIndex((first + length).min(FRAMES - 1));
            let resolved = settled.then(|| Approval { by: person(2), at: at() });
            let frames = FrameSpan::new(FrameIndex(first), last).unwrap();
            Doubt { frames, why: DoubtReason::Crossing, tracks: vec![TrackId(1)], resolved }
        }
    }

    fn plate() -> impl Strategy<Value = Option<BackgroundPlate>> {
        let made =
            |approved: bool| BackgroundPlate { sha256: "5".repeat(64), approved: approved.then(|| Approval { by: person(3), at: at() }) };
        prop_oneof![Just(None), any::<bool>().prop_map(move |approved| Some(made(approved)))]
    }

    prop_compose! {
        fn plan()(
            width in 1..120_u32, height in 1..70_u32, deny: bool, plate in plate(),
            subject in track(0), other in track(1), third in track(2), doubts in prop::collection::vec(doubt(), 0..3),
            masks in prop::collection::vec(area(), 0..2), reveals in prop::collection::vec(area(), 0..2),
        ) -> Plan {
            let frame_ticks = (0..u64::from(FRAMES)).map(|frame| frame * 9_000).collect();
            Plan::try_from(PlanParts {
                version: VERSION,
                clip: ClipFacts { width_px: width, height_px: height, frame_ticks, source_sha256: None },
                mode: if deny { Mode::DefaultDeny } else { Mode::MaskOthers },
                margins: Margins::default(),
                tracks: vec![third, subject, other],
                masks: masks.into_iter().map(|area| StaticMask { area, author: by_hand(), drawn_at: at() }).collect(),
                reveals: reveals.into_iter().map(|area| StaticReveal { area, by: person(1), drawn_at: at() }).collect(),
                plate,
                doubts,
            })
            .unwrap()
        }
    }

    fn pixels(plan: &Plan) -> impl Iterator<Item = (u32, u32)> + use<> {
        let (width, height) = (plan.clip().width_px, plan.clip().height_px);
        (0..height).flat_map(move |y| (0..width).map(move |x| (x, y)))
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn nobody_elses_grown_mask_is_ever_shown(plan in plan()) {
            for frame in plan.frames() {
                let reveal = revealed(&plan, frame);
                let others = plan.tracks().iter().filter(|track| track.role() != Role::Subject);
                let masks: Vec<Edges> = others.filter_map(|track| track.at(frame)).map(|edges| edges.grown(15, 0)).collect();
                for (x, y) in pixels(&plan) {
                    if masks.iter().any(|mask| mask.holds(i64::from(x), i64::from(y))) {
                        prop_assert_eq!(reveal.at(x, y), Cell::Fill);
                    }
                }
            }
        }

        #[test]
        fn in_default_deny_nothing_is_shown_but_the_subject_and_what_a_person_revealed(plan in plan()) {
            prop_assume!(plan.mode() == Mode::DefaultDeny);
            for frame in plan.frames() {
                let reveal = revealed(&plan, frame);
                let subjects = plan.tracks().iter().filter(|track| track.role() == Role::Subject);
                let margins = plan.parts().margins;
                let mut shown: Vec<Edges> = subjects.filter_map(|track| track.at(frame)).map(|edges| {
                    edges.grown(margins.subject_percent, margins.subject_px)
                }).collect();
                shown.extend(plan.parts().reveals.iter().map(|reveal| reveal.area.edges()));
                for (x, y) in pixels(&plan).filter(|(x, y)| reveal.shows(*x, *y)) {
                    prop_assert!(shown.iter().any(|area| area.holds(i64::from(x), i64::from(y))));
                }
            }
        }

        #[test]
        fn another_mask_never_shows_more(plan in plan(), extra in track(9), still in area()) {
            let mut parts = plan.parts().clone();
            parts.tracks.push(extra.with_role(Role::ThirdParty));
            parts.masks.push(StaticMask { area: still, author: by_hand(), drawn_at: at() });
            let masked = Plan::try_from(parts).unwrap();
            for frame in plan.frames() {
                let (before, after) = (revealed(&plan, frame), revealed(&masked, frame));
                prop_assert!(pixels(&plan).all(|(x, y)| before.shows(x, y) || !after.shows(x, y)));
                prop_assert!(after.shown_px() <= before.shown_px());
            }
        }

        #[test]
        fn a_frame_in_an_open_doubt_is_hidden_whole(plan in plan()) {
            for doubt in plan.open_doubts() {
                for frame in doubt.frames.first().0..=doubt.frames.last().0 {
                    let clip = plan.clip();
                    prop_assert_eq!(revealed(&plan, FrameIndex(frame)), Reveal::nothing(clip.width_px, clip.height_px));
                }
            }
        }

        #[test]
        fn the_plate_is_shown_only_once_a_person_has_approved_it(plan in plan()) {
            prop_assume!(plan.approved_plate().is_none());
            for frame in plan.frames() {
                let reveal = revealed(&plan, frame);
                prop_assert!(pixels(&plan).all(|(x, y)| reveal.at(x, y) != Cell::Plate));
            }
        }

        #[test]
        fn what_is_shown_follows_the_grid(plan in plan()) {
            for frame in plan.frames() {
                let reveal = revealed(&plan, frame);
                let counted = pixels(&plan).filter(|(x, y)| reveal.shows(*x, *y)).count() as u64;
                prop_assert_eq!(counted, reveal.shown_px());
            }
        }

        #[test]
        fn a_plan_written_down_comes_back_and_its_order_does_not_matter(plan in plan()) {
            let text = plan.to_json();
            prop_assert_eq!(&Plan::from_json(&text).unwrap(), &plan);
            let mut parts = plan.parts().clone();
            parts.tracks.reverse();
            parts.doubts.reverse();
            parts.masks.reverse();
            prop_assert_eq!(Plan::try_from(parts).unwrap().to_json(), text);
        }
    }

    #[test]
    fn a_subject_walks_in_a_straight_line_between_keyframes_and_not_across_an_absence() {
        let key = |frame, left| Keyframe {
            frame: FrameIndex(frame),
            area: PixelBox::new(left, 16, 32, 48).unwrap(),
            author: by_hand(),
            drawn_at: at(),
        };
        let there = |first, last, keys| Presence::new(FrameSpan::new(FrameIndex(first), FrameIndex(last)).unwrap(), keys).unwrap();
        let presences = vec![there(1, 5, vec![key(1, 0), key(5, 64)]), there(8, 9, vec![key(9, 128)])];
        let track = Track::new(TrackId(1), TrackKind::Person, Role::Subject, presences).unwrap();
        let lefts: Vec<Option<i64>> = (0..11).map(|frame| track.at(FrameIndex(frame)).map(|edges| edges.left)).collect();
        let (none, some) = (None, Some);
        assert_eq!(lefts, [none, some(0), some(16), some(32), some(48), some(64), none, none, some(128), some(128), none]);
    }

    #[test]
    fn a_plan_that_points_beyond_its_clip_is_refused() {
        let clip = |ticks: &[u64]| ClipFacts { width_px: 64, height_px: 48, frame_ticks: ticks.to_vec(), source_sha256: None };
        let empty = Plan::empty(clip(&[0, 9_000]), Mode::DefaultDeny).unwrap();
        assert!(empty.frames().all(|frame| !revealed(&empty, frame).shows_anything()));
        for ticks in [&[][..], &[1, 2], &[0, 5, 5]] {
            assert!(Plan::empty(clip(ticks), Mode::MaskOthers).is_err(), "{ticks:?}");
        }
        let with = |change: &dyn Fn(&mut PlanParts)| {
            let mut parts = empty.parts().clone();
            change(&mut parts);
            Plan::try_from(parts).is_err()
        };
        let late = Doubt {
            frames: FrameSpan::new(FrameIndex(1), FrameIndex(2)).unwrap(),
            why: DoubtReason::Cut,
            tracks: Vec::new(),
            resolved: None,
        };
        assert!(with(&|parts| parts.doubts.push(late.clone())));
        assert!(with(&|parts| parts.version = 2));
        assert!(with(&|parts| parts.margins.others_percent = 14));
        assert!(with(&|parts| parts.clip.source_sha256 = Some("A".repeat(64))));
        let unknown = empty.to_json().replacen("\"mode\"", "\"mood\"", 1);
        assert!(Plan::from_json(&unknown).is_err());
    }
}
