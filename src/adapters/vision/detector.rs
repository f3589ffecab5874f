//! People and vehicles in a picture: the network's raw maps decoded into boxes.
//!
//! Single-shot detector (Liu et al., 2016) on MobileNetV2, trained on Open Images; anchors as its authors lay
//! them out for 300x300, kept at their size in pixels when the picture is larger. Refuses nothing it has
//! seen: who is believed is the tracker's business. Next: `analysis` runs it over a clip.

use tract_core::internal::*;

use super::network::{self, Runnable};
use crate::domain::redaction::tracking::{Area, Detection, DetectionKind};

/// The shorter edge of the picture that the network sees, at most.
const EDGE_PX: f32 = 480.0;
/// The network's picture is a multiple of this, its coarsest step.
const STEP_PX: usize = 32;
/// Pixels that the network's authors trained on, each way.
const TRAINED_PX: f32 = 300.0;
/// Anchor scale of each level, as a share of the trained picture; level 0 has a smaller square of its own.
const SCALES: [f32; 7] = [0.2, 0.35, 0.5, 0.65, 0.8, 0.95, 1.0];
const SMALLEST_SCALE: f32 = 0.1;
const ASPECTS: [f32; 5] = [1.0, 2.0, 0.5, 3.0, 0.3333];
/// What the boxes' numbers are divided by: centre, size.
const CENTRE_SCALE: f32 = 10.0;
const SIZE_SCALE: f32 = 5.0;
const CLASSES: usize = 24;
/// Columns of the label map that come inside the network's package.
const PERSON: usize = 4;
const VEHICLES: [usize; 3] = [1, 18, 23];
/// Two boxes of one kind that share more than this are one (intersection over union).
const SAME_IOU: f32 = 0.55;
/// Below this nothing is reported, by logit: sigmoid(-3.5) is 0.03.
const LOGIT_MIN: f32 = -3.5;

/// A picture as the network takes it, RGB from 0 to 255, row by row.
pub struct Picture<'p> {
    pub width_px: usize,
    pub height_px: usize,
    pub rgb: &'p [u8],
}

/// A detector for pictures of one size.
pub struct Detector {
    network: Runnable,
    width_px: usize,
    height_px: usize,
}

impl Detector {
    pub fn new(file: &[u8], width_px: usize, height_px: usize) -> TractResult<Self> {
        Ok(Self { network: network::build(file, width_px, height_px)?, width_px, height_px })
    }

    /// A detector for a clip of this size: it sees the clip as large as is worth its time.
    pub fn of_clip(file: &[u8], width_px: usize, height_px: usize) -> TractResult<Self> {
        let short = width_px.min(height_px).max(1) as f32;
        let scale = (EDGE_PX / short).min(1.0);
        let size = |edge: usize| ((edge as f32 * scale) as usize).div_ceil(STEP_PX).max(10) * STEP_PX;
        Self::new(file, size(width_px), size(height_px))
    }

    /// What is in `picture`, which may have another size than the network: it is scaled to fit.
    pub fn detect(&self, picture: &Picture<'_>) -> TractResult<Vec<Detection>> {
        let input = self.scaled(picture)?;
        let outputs = self.network.run(tvec![input.into_tvalue()])?;
        let scale = (picture.width_px as f32 / self.width_px as f32, picture.height_px as f32 / self.height_px as f32);
        let mut found = Vec::new();
        for (level, pair) in outputs.chunks_exact(2).enumerate() {
            self.decode(level, pair, scale, &mut found)?;
        }
        Ok(suppressed(found))
    }

    /// Bilinear, from -1 to 1.
    fn scaled(&self, picture: &Picture<'_>) -> TractResult<Tensor> {
        let (wide, high) = (self.width_px, self.height_px);
        ensure!(picture.rgb.len() == picture.width_px * picture.height_px * 3 && !picture.rgb.is_empty(), "a picture of another size");
        let mut numbers = vec![0_f32; wide * high * 3];
        let across: Vec<_> = (0..wide).map(|x| place(x, wide, picture.width_px)).collect();
        for (y, row) in numbers.chunks_exact_mut(wide * 3).enumerate() {
            let (top, bottom, down) = place(y, high, picture.height_px);
            let line = |at: usize| &picture.rgb[at * picture.width_px * 3..][..picture.width_px * 3];
            let (upper, lower) = (line(top), line(bottom));
            for (pixel, &(left, right, along)) in row.chunks_exact_mut(3).zip(&across) {
                for (channel, number) in pixel.iter_mut().enumerate() {
                    let between = |line: &[u8]| {
                        let (a, b) = (f32::from(line[left * 3 + channel]), f32::from(line[right * 3 + channel]));
                        a + (b - a) * along
                    };
                    let (above, below) = (between(upper), between(lower));
                    *number = (above + (below - above) * down) / 127.5 - 1.0;
                }
            }
        }
        Tensor::from_shape(&[1, high, wide, 3], &numbers)
    }

    fn decode(&self, level: usize, pair: &[TValue], scale: (f32, f32), found: &mut Vec<Detection>) -> TractResult<()> {
        let [boxes, scores] = pair else { bail!("a level without its pair") };
        let &[_, rows, columns, depth] = boxes.shape() else { bail!("a map without four dimensions") };
        let anchors = anchors(level);
        ensure!(depth == anchors.len() * 4, "a level of another depth");
        let boxes = boxes.try_as_plain_ram()?.as_slice::<f32>()?;
        let scores = scores.try_as_plain_ram()?.as_slice::<f32>()?;
        let pitch = (self.width_px as f32 / columns as f32, self.height_px as f32 / rows as f32);
        for (at, scores) in scores.chunks_exact(CLASSES).enumerate() {
            let vehicle = VEHICLES.iter().map(|class| scores[*class]).fold(f32::MIN, f32::max);
            let (kind, logit) =
                if scores[PERSON] >= vehicle { (DetectionKind::Person, scores[PERSON]) } else { (DetectionKind::Vehicle, vehicle) };
            if logit < LOGIT_MIN {
                continue;
            }
            let (cell, anchor) = (at / anchors.len(), anchors[at % anchors.len()]);
            let numbers = &boxes[at * 4..][..4];
            let centre_x = ((cell % columns) as f32 + 0.5) * pitch.0 + numbers[1] / CENTRE_SCALE * anchor.0;
            let centre_y = ((cell / columns) as f32 + 0.5) * pitch.1 + numbers[0] / CENTRE_SCALE * anchor.1;
            let half_wide = (numbers[3] / SIZE_SCALE).exp() * anchor.0 / 2.0;
            let half_high = (numbers[2] / SIZE_SCALE).exp() * anchor.1 / 2.0;
            let area = Area {
                left: (centre_x - half_wide) * scale.0,
                top: (centre_y - half_high) * scale.1,
                right: (centre_x + half_wide) * scale.0,
                bottom: (centre_y + half_high) * scale.1,
            };
            found.push(Detection { area, score: 1.0 / (1.0 + (-logit).exp()), kind });
        }
        Ok(())
    }
}

/// The two source pixels around pixel `at` of `of`, and how far it lies from the first to the second.
fn place(at: usize, of: usize, source: usize) -> (usize, usize, f32) {
    let exact = ((at as f32 + 0.5) * source as f32 / of as f32 - 0.5).max(0.0);
    let first = (exact as usize).min(source - 1);
    (first, (first + 1).min(source - 1), exact - first as f32)
}

/// Width and height of a level's anchors in network pixels.
fn anchors(level: usize) -> Vec<(f32, f32)> {
    let shaped = |scale: f32, aspect: f32| (scale * aspect.sqrt() * TRAINED_PX, scale / aspect.sqrt() * TRAINED_PX);
    let (scale, next) = (SCALES[level.min(5)], SCALES[level.min(5) + 1]);
    if level == 0 {
        return vec![shaped(SMALLEST_SCALE, 1.0), shaped(scale, 2.0), shaped(scale, 0.5)];
    }
    let mut anchors: Vec<_> = ASPECTS.iter().map(|aspect| shaped(scale, *aspect)).collect();
    anchors.push(shaped((scale * next).sqrt(), 1.0));
    anchors
}

/// The best of each heap of boxes, the best first.
pub fn suppressed(mut found: Vec<Detection>) -> Vec<Detection> {
    found.sort_by(|a, b| b.score.total_cmp(&a.score));
    let mut kept: Vec<Detection> = Vec::new();
    for detection in found {
        if kept.iter().all(|better| better.kind != detection.kind || better.area.iou(&detection.area) <= SAME_IOU) {
            kept.push(detection);
        }
    }
    kept
}
