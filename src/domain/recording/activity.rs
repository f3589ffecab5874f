//! Movement without decoding: how much larger dependent pictures are than usual.
//!
//! An encoder spends bits on what changed, so the bytes of dependent pictures in a second, against
//! their running median, say how busy it was. Key frames are left out: their size says how rich
//! the scene is. Next: the values go into the segment's final record.

use super::access_unit::Dependence;
use crate::domain::instant::MEDIA_TICKS_PER_SECOND;

/// Seconds the median looks back on.
const MEDIAN_WINDOW: usize = 120;
/// A second with this many times the median's bytes is shown as 255.
const FULL_SCALE: f32 = 4.0;

/// Per camera; outlives segments so that the median does too.
#[derive(Debug, Default)]
pub struct ActivityMeter {
    recent: Vec<u32>,
    next: usize,
    second: Option<(i64, u32)>,
    /// Finished seconds of the segment in hand.
    values: Vec<u8>,
}

impl ActivityMeter {
    /// Counts a picture in; a new second finishes the one before.
    pub fn count(&mut self, at_ticks: i64, size_bytes: u32, dependence: Dependence) {
        let second = at_ticks.div_euclid(MEDIA_TICKS_PER_SECOND);
        let bytes = if dependence == Dependence::Dependent { size_bytes } else { 0 };
        match &mut self.second {
            Some((current, sum)) if *current == second => *sum = sum.saturating_add(bytes),
            _ => {
                self.finish_second();
                self.second = Some((second, bytes));
            }
        }
    }

    /// Ends the segment: one value a second begun in it, 0 (as usual) to 255 (four times as much).
    pub fn take(&mut self) -> Vec<u8> {
        self.finish_second();
        std::mem::take(&mut self.values)
    }

    fn finish_second(&mut self) {
        let Some((_, bytes)) = self.second.take() else { return };
        let median = self.median();
        let over = if median == 0 { 0.0 } else { (bytes as f32 / median as f32 - 1.0) / (FULL_SCALE - 1.0) };
        self.values.push((over.clamp(0.0, 1.0) * 255.0) as u8);
        if self.recent.len() < MEDIAN_WINDOW {
            self.recent.push(bytes);
        } else {
            self.recent[self.next] = bytes;
            self.next = (self.next + 1) % MEDIAN_WINDOW;
        }
    }

    fn median(&self) -> u32 {
        let mut sorted = self.recent.clone();
        let middle = sorted.len() / 2;
        if sorted.is_empty() { 0 } else { *sorted.select_nth_unstable(middle).1 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_busy_second_stands_out_and_a_key_frame_does_not() {
        let mut meter = ActivityMeter::default();
        for second in 0..20 {
            for frame in 0..10 {
                let size = if second == 15 { 9000 } else { 1000 };
                meter.count(second * 90_000 + frame * 9000, size, Dependence::Dependent);
            }
            meter.count(second * 90_000 + 89_000, 500_000, Dependence::RandomAccess);
        }
        let values = meter.take();
        assert_eq!(values.len(), 20);
        assert_eq!(values[15], 255);
        assert!(values.iter().enumerate().all(|(second, value)| second == 15 || *value == 0), "{values:?}");
    }
}
