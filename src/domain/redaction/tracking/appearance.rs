//! What somebody looks like for a few seconds: how much of which colour, above and below the waist.
//!
//! Good for telling two people apart who pass each other, and no more: no identity outlives a clip.
//! Next: `trail` keeps one for each, `encounter` compares them.

use serde::{Deserialize, Serialize};

/// Shades of each of red, green and blue.
const SHADES: usize = 5;
const COLOURS: usize = SHADES * SHADES * SHADES;
/// Head and shoulders, trunk, legs.
const BANDS: usize = 3;

/// A colour histogram, each band summing to one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Appearance(Vec<f32>);

/// An [`Appearance`] while pixels are counted.
#[derive(Clone, Debug)]
pub struct Colours(Vec<f32>);

impl Default for Colours {
    fn default() -> Self {
        Self(vec![0.0; COLOURS * BANDS])
    }
}

impl Colours {
    /// Counts a pixel at `height`, 0 at the head and 1 at the feet. It counts for the two shades it lies
    /// between, so that noise moves little.
    pub fn count(&mut self, rgb: [u8; 3], height: f32, weight: f32) {
        let band = ((height * BANDS as f32) as usize).min(BANDS - 1);
        let at = rgb.map(|value| f32::from(value) / 255.0 * (SHADES - 1) as f32);
        for corner in 0..8_usize {
            let mut share = weight;
            let mut bin = 0;
            for (channel, at) in at.iter().enumerate() {
                let low = (*at as usize).min(SHADES - 2);
                let along = at - low as f32;
                let upper = corner >> channel & 1;
                share *= if upper == 1 { along } else { 1.0 - along };
                bin = bin * SHADES + low + upper;
            }
            if let Some(count) = self.0.get_mut(band * COLOURS + bin) {
                *count += share;
            }
        }
    }

    pub fn appearance(mut self) -> Appearance {
        for band in self.0.chunks_exact_mut(COLOURS) {
            let all: f32 = band.iter().sum();
            band.iter_mut().for_each(|count| *count = if all > 0.0 { *count / all } else { 1.0 / COLOURS as f32 });
        }
        Appearance(self.0)
    }
}

impl Appearance {
    /// Hellinger distance, the mean of the bands: 0 the same, 1 nothing in common.
    pub fn distance(&self, other: &Self) -> f32 {
        let bands = self.0.chunks_exact(COLOURS).zip(other.0.chunks_exact(COLOURS));
        let far = bands.map(|(one, two)| {
            let alike: f32 = one.iter().zip(two).map(|(a, b)| (a * b).sqrt()).sum();
            (1.0 - alike).max(0.0).sqrt()
        });
        far.sum::<f32>() / BANDS as f32
    }

    /// The mean of some, if there are any.
    pub fn mean<'a>(all: impl IntoIterator<Item = &'a Self>) -> Option<Self> {
        let mut sum: Option<Vec<f32>> = None;
        let mut count = 0.0;
        for one in all {
            count += 1.0;
            match &mut sum {
                None => sum = Some(one.0.clone()),
                Some(sum) => sum.iter_mut().zip(&one.0).for_each(|(sum, one)| *sum += one),
            }
        }
        sum.map(|sum| Self(sum.into_iter().map(|value| value / count).collect()))
    }

    /// Moves towards `newer` by `share`.
    pub fn follow(&mut self, newer: &Self, share: f32) {
        self.0.iter_mut().zip(&newer.0).for_each(|(old, new)| *old += (new - *old) * share);
    }
}
