//! What doesn't belong to the empty scene: a background for each scene of a clip, and what differs from it.
//!
//! Works at half size, in colour. The background is the median of samples from the whole scene, and
//! follows slow light. Says also when nothing can be said: another picture, other light, a moved camera.
//! Who stands still for most of a scene is background here: the detector must see them. Next: `analysis`.

use crate::domain::redaction::tracking::{Area, MOTION_CELL_PX, MotionCells, Scene};

/// Samples of one scene; when there are more, every second is let go.
const SAMPLES_MAX: usize = 32;
/// A pixel differs when a channel is off by this much.
const DIFFERENT: i16 = 26;
/// Half-size pixels of a cell (16) that must differ.
const CELL_PIXELS_MIN: u8 = 4;
/// How fast the background follows what doesn't differ: a sixteenth of it each so many frames.
const FOLLOW_FRAMES: u32 = 4;
/// Of the pixels looked at: this share other than in the frame before is a cut, this share other than the
/// background is a change of light.
const CUT_SHARE: f32 = 0.35;
const LIGHT_SHARE: f32 = 0.30;
/// How far a moved camera is looked for, in half-size pixels.
const SHIFT_PX: i32 = 4;

/// A picture at half size, RGB.
#[derive(Clone)]
pub struct Half {
    pub wide: usize,
    pub high: usize,
    pub rgb: Vec<u8>,
}

impl Half {
    /// The mean of every four pixels; an odd last row or column is left out.
    pub fn of(width_px: usize, height_px: usize, rgb: &[u8]) -> Self {
        let (wide, high) = ((width_px / 2).max(1), (height_px / 2).max(1));
        let mut half = Vec::with_capacity(wide * high * 3);
        for y in 0..high {
            let upper = &rgb[(y * 2).min(height_px - 1) * width_px * 3..];
            let lower = &rgb[(y * 2 + 1).min(height_px - 1) * width_px * 3..];
            for x in 0..wide {
                let (left, right) = (x * 2 * 3, (x * 2 + 1).min(width_px - 1) * 3);
                for channel in 0..3 {
                    let sum = |row: &[u8]| u16::from(row[left + channel]) + u16::from(row[right + channel]);
                    half.push(((sum(upper) + sum(lower) + 2) / 4) as u8);
                }
            }
        }
        Self { wide, high, rgb: half }
    }

    fn luma(&self, x: usize, y: usize) -> i16 {
        let at = (y * self.wide + x) * 3;
        (i16::from(self.rgb[at]) + 2 * i16::from(self.rgb[at + 1]) + i16::from(self.rgb[at + 2])) / 4
    }

    /// Every fifth pixel each way, away from the edges.
    fn sparse(&self) -> impl Iterator<Item = (usize, usize)> + use<> {
        let (wide, high, edge) = (self.wide, self.high, SHIFT_PX as usize);
        (edge..high.saturating_sub(edge)).step_by(5).flat_map(move |y| (edge..wide.saturating_sub(edge)).step_by(5).map(move |x| (x, y)))
    }

    /// The share of pixels that are other than in `before`.
    fn changed(&self, before: &Self) -> f32 {
        let (mut all, mut other) = (0_u32, 0_u32);
        for (x, y) in self.sparse() {
            all += 1;
            other += u32::from((self.luma(x, y) - before.luma(x, y)).abs() > 24);
        }
        other as f32 / all.max(1) as f32
    }
}

/// First reading: where scenes begin, and their samples.
#[derive(Default)]
pub struct Sampling {
    before: Option<Half>,
    frame: u32,
    scenes: Vec<SceneSamples>,
}

struct SceneSamples {
    first: u32,
    every: u32,
    samples: Vec<Half>,
}

impl Sampling {
    pub fn frame(&mut self, half: Half) {
        let cut = self.before.as_ref().is_none_or(|before| before.rgb.len() != half.rgb.len() || half.changed(before) > CUT_SHARE);
        if cut {
            self.scenes.push(SceneSamples { first: self.frame, every: 4, samples: Vec::new() });
        }
        if let Some(scene) = self.scenes.last_mut()
            && (self.frame - scene.first).is_multiple_of(scene.every)
        {
            scene.samples.push(half.clone());
            if scene.samples.len() > SAMPLES_MAX {
                let mut keep = false;
                scene.samples.retain(|_| {
                    keep = !keep;
                    keep
                });
                scene.every *= 2;
            }
        }
        self.before = Some(half);
        self.frame += 1;
    }

    /// A background for each scene, with its first frame.
    pub fn backgrounds(self) -> Vec<(u32, Half)> {
        self.scenes.into_iter().filter_map(|scene| Some((scene.first, median(&scene.samples)?))).collect()
    }
}

fn median(samples: &[Half]) -> Option<Half> {
    let first = samples.first()?;
    let mut middle = first.clone();
    let mut values = Vec::with_capacity(samples.len());
    for (at, pixel) in middle.rgb.iter_mut().enumerate() {
        values.clear();
        values.extend(samples.iter().filter_map(|sample| sample.rgb.get(at)));
        let half_way = values.len() / 2;
        let (_, value, _) = values.select_nth_unstable(half_way);
        *pixel = *value;
    }
    Some(middle)
}

/// Second reading: what differs.
pub struct Background {
    empty: Half,
    before: Option<Half>,
    frame: u32,
    /// A pixel for each of the half-size picture.
    different: Vec<bool>,
}

/// What the background says of one frame.
pub struct Difference {
    pub scene: Scene,
    pub cells: MotionCells,
}

impl Background {
    pub fn new(empty: Half) -> Self {
        let different = vec![false; empty.wide * empty.high];
        Self { empty, before: None, frame: 0, different }
    }

    pub fn frame(&mut self, half: Half) -> Difference {
        let (wide, high) = (self.empty.wide, self.empty.high);
        let cell_px = MOTION_CELL_PX as usize / 2;
        let (columns, rows) = (wide.div_ceil(cell_px), high.div_ceil(cell_px));
        let mut cells = MotionCells::new(columns as u32, rows as u32);
        if half.wide != wide || half.high != high {
            return Difference { scene: Scene::NotAnalysed, cells };
        }
        let mut counts = vec![0_u8; columns * rows];
        let mut all = 0_usize;
        for (at, (seen, empty)) in half.rgb.chunks_exact(3).zip(self.empty.rgb.chunks_exact(3)).enumerate() {
            let off = seen.iter().zip(empty).map(|(a, b)| (i16::from(*a) - i16::from(*b)).abs()).max().unwrap_or(0);
            let different = off > DIFFERENT;
            self.different[at] = different;
            if different {
                all += 1;
                counts[at / wide / cell_px * columns + at % wide / cell_px] += 1;
            }
        }
        for (at, _) in counts.iter().enumerate().filter(|(_, count)| **count >= CELL_PIXELS_MIN) {
            cells.mark((at % columns) as u32, (at / columns) as u32);
        }
        let share = all as f32 / (wide * high) as f32;
        let jump = self.before.as_ref().map_or(0.0, |before| half.changed(before));
        let scene = if jump > CUT_SHARE {
            Scene::Cut
        } else if self.shifted(&half) {
            Scene::Moved
        } else if share > LIGHT_SHARE {
            Scene::Light
        } else {
            Scene::Steady
        };
        self.follow(&half, scene);
        self.before = Some(half);
        Difference { scene, cells }
    }

    /// The share of `area`, in pixels of the clip, that isn't background.
    pub fn moving(&self, area: &Area) -> f32 {
        let (mut all, mut other) = (0_u32, 0_u32);
        self.pixels(area, |_, different, _| {
            all += 1;
            other += u32::from(different);
        });
        other as f32 / all.max(1) as f32
    }

    /// Calls with each half-size pixel of `area`: its place in the picture, whether it differs, and its
    /// height in the area from 0 to 1.
    pub fn pixels(&self, area: &Area, mut each: impl FnMut(usize, bool, f32)) {
        let clip = |at: f32, edge: usize| (at / 2.0).clamp(0.0, edge as f32) as usize;
        let (left, right) = (clip(area.left, self.empty.wide), clip(area.right, self.empty.wide));
        let (top, bottom) = (clip(area.top, self.empty.high), clip(area.bottom, self.empty.high));
        for y in top..bottom {
            let height = (y as f32 * 2.0 - area.top) / area.height().max(1.0);
            for x in left..right {
                let at = y * self.empty.wide + x;
                each(at, self.different[at], height.clamp(0.0, 1.0));
            }
        }
    }

    /// Whether the picture fits the background better some pixels off than where it should be.
    fn shifted(&self, half: &Half) -> bool {
        let error = |dx: i32, dy: i32| -> f32 {
            let mut sum = 0.0;
            for (x, y) in half.sparse() {
                let (from_x, from_y) = (x.saturating_add_signed(dx as isize), y.saturating_add_signed(dy as isize));
                // Whoever walks there must not count for more than a little.
                sum += f32::from((half.luma(x, y) - self.empty.luma(from_x, from_y)).abs().min(30));
            }
            sum
        };
        let points = half.sparse().count().max(1) as f32;
        let here = error(0, 0);
        if here / points < 2.0 {
            return false;
        }
        let shifts = (-SHIFT_PX..=SHIFT_PX).flat_map(|dy| (-SHIFT_PX..=SHIFT_PX).map(move |dx| (dx, dy)));
        let best = shifts.filter(|shift| *shift != (0, 0)).map(|(dx, dy)| error(dx, dy)).fold(f32::MAX, f32::min);
        best < here * 0.7
    }

    fn follow(&mut self, half: &Half, scene: Scene) {
        self.frame += 1;
        if scene == Scene::Cut || scene == Scene::Moved {
            // Begun anew from what is there now.
            self.empty = half.clone();
        } else if self.frame.is_multiple_of(FOLLOW_FRAMES) {
            let step = if scene == Scene::Light { 4 } else { 16 };
            for (at, (empty, seen)) in self.empty.rgb.iter_mut().zip(&half.rgb).enumerate() {
                if scene == Scene::Light || !self.different[at / 3] {
                    let off = i16::from(*seen) - i16::from(*empty);
                    *empty =
                        (i16::from(*empty) + off / step + off.signum() * i16::from(off.abs() >= 2 && off.abs() < step)).clamp(0, 255) as u8;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WIDE: usize = 160;
    const HIGH: usize = 120;

    /// A textured scene, shifted and lightened, with a square of somebody in it.
    fn scene(shift: usize, lighter: u8, seed: usize, somebody: Option<(usize, usize)>) -> Half {
        let mut rgb = Vec::with_capacity(WIDE * HIGH * 3);
        for y in 0..HIGH {
            for x in 0..WIDE {
                // Blocks of eight pixels, each of a shade of its own.
                let shade = ((x + shift + seed) / 8 * 7919 + (y + seed) / 8 * 104_729 + seed * 31) % 97 + 60;
                let inside = somebody.is_some_and(|(left, top)| (left..left + 16).contains(&x) && (top..top + 40).contains(&y));
                let value = if inside { 235 } else { (shade as u8).saturating_add(lighter) };
                rgb.extend([value; 3]);
            }
        }
        Half { wide: WIDE, high: HIGH, rgb }
    }

    fn learnt() -> Background {
        let mut sampling = Sampling::default();
        for frame in 0..60 {
            sampling.frame(scene(0, 0, 0, Some((frame * 2, 40))));
        }
        let mut backgrounds = sampling.backgrounds();
        assert_eq!(backgrounds.len(), 1, "one scene");
        let mut background = Background::new(backgrounds.remove(0).1);
        background.frame(scene(0, 0, 0, None));
        background
    }

    #[test]
    fn somebody_who_walks_is_motion_and_what_stands_still_is_not() {
        let mut background = learnt();
        let seen = background.frame(scene(0, 0, 0, Some((80, 40))));
        assert_eq!(seen.scene, Scene::Steady);
        let areas: Vec<Area> = seen.cells.areas().collect();
        let around = areas.iter().copied().reduce(|all, cell| all.around(&cell)).unwrap();
        assert!((around.left - 160.0).abs() <= 8.0 && (around.right - 192.0).abs() <= 8.0, "{around:?}");
        assert!((around.top - 80.0).abs() <= 8.0 && (around.bottom - 160.0).abs() <= 8.0, "{around:?}");
        assert!(background.moving(&Area::from_size(160.0, 80.0, 32.0, 80.0)) > 0.9);
        assert!(background.moving(&Area::from_size(10.0, 10.0, 32.0, 60.0)) < 0.05);
    }

    #[test]
    fn a_cut_other_light_and_a_moved_camera_are_told() {
        for (what, next, expected) in [
            ("another picture", scene(0, 0, 5, None), Scene::Cut),
            ("light all over", scene(0, 30, 0, None), Scene::Light),
            ("a shift of six pixels, as good as a cut", scene(3, 0, 0, None), Scene::Cut),
            ("a shift of two pixels", scene(1, 0, 0, Some((80, 40))), Scene::Moved),
            ("somebody", scene(0, 2, 0, Some((20, 40))), Scene::Steady),
        ] {
            let seen = learnt().frame(next).scene;
            let jumps = matches!(seen, Scene::Cut | Scene::Light | Scene::Moved);
            assert_eq!(jumps, expected != Scene::Steady, "{what}: {seen:?}");
            if expected == Scene::Moved || expected == Scene::Steady {
                assert_eq!(seen, expected, "{what}");
            }
        }
    }

    #[test]
    fn a_cut_begins_another_background() {
        let mut sampling = Sampling::default();
        (0..10).for_each(|_| sampling.frame(scene(0, 0, 0, None)));
        (0..10).for_each(|_| sampling.frame(scene(0, 0, 5, None)));
        let firsts: Vec<u32> = sampling.backgrounds().into_iter().map(|(first, _)| first).collect();
        assert_eq!(firsts, [0, 10]);
    }
}
