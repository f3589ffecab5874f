//! The empty scene at full size: the median of pictures from all over a clip, for behind whoever is shown.
//!
//! Whoever stands still for half of the clip is in it, so a person looks at it before it is shown to anybody.
//! Refuses nothing by itself; a clip of several scenes has none. Next: `jobs::redact::look` seals it.

/// Pictures kept at once; when there are more, every second is let go.
const SAMPLES_MAX: usize = 24;
/// Fewer say nothing about what is empty.
const SAMPLES_MIN: usize = 5;
/// Frames from one kept picture to the next, to begin with.
const EVERY_FRAMES: u32 = 4;

/// Pictures of one size, as RGB.
pub struct PlateSamples {
    frame: u32,
    every: u32,
    samples: Vec<Vec<u8>>,
}

impl Default for PlateSamples {
    fn default() -> Self {
        Self { frame: 0, every: EVERY_FRAMES, samples: Vec::new() }
    }
}

impl PlateSamples {
    pub fn frame(&mut self, rgb: &[u8]) {
        if self.frame.is_multiple_of(self.every) {
            self.samples.push(rgb.to_vec());
            if self.samples.len() > SAMPLES_MAX {
                let mut number = 0;
                self.samples.retain(|_| {
                    number += 1;
                    number % 2 == 1
                });
                self.every *= 2;
            }
        }
        self.frame += 1;
    }

    /// The middle of each channel of each pixel.
    pub fn median(self) -> Option<Vec<u8>> {
        let first = self.samples.first().filter(|_| self.samples.len() >= SAMPLES_MIN)?;
        if self.samples.iter().any(|sample| sample.len() != first.len()) {
            return None;
        }
        let mut values = [0; SAMPLES_MAX + 1];
        let values = values.get_mut(..self.samples.len())?;
        let middle = (0..first.len()).map(|at| {
            for (value, sample) in values.iter_mut().zip(&self.samples) {
                *value = sample[at];
            }
            *values.select_nth_unstable(self.samples.len() / 2).1
        });
        Some(middle.collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn somebody_who_walks_through_is_not_in_the_plate_and_a_few_pictures_make_none() {
        let mut samples = PlateSamples::default();
        for frame in 0..400_usize {
            let mut rgb = vec![90; 40 * 3];
            // A bright pixel that wanders.
            rgb[frame / 10 * 3] = 255;
            samples.frame(&rgb);
        }
        assert!(samples.samples.len() <= SAMPLES_MAX && samples.samples.len() > SAMPLES_MAX / 3);
        assert_eq!(samples.median(), Some(vec![90; 40 * 3]));
        let mut few = PlateSamples::default();
        (0..8).for_each(|_| few.frame(&[1, 2, 3]));
        assert_eq!(few.median(), None);
    }
}
