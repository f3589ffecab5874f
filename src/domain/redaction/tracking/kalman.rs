//! Where somebody will be in the next frame: constant velocity, each of centre and size on its own.
//!
//! Kalman (1960), the discrete case. Noise is told as a share of the height in the picture, so that
//! near and far behave alike. Next: `trail`.

use super::area::Area;

/// One number with its rate of change, and their covariance.
#[derive(Clone, Copy, Debug)]
struct State {
    at: f32,
    rate: f32,
    var: [f32; 3],
}

/// By how much a rate changes from frame to frame, and how far a detector is off, as shares of the height.
const RATE_NOISE: f32 = 0.006;
const PLACE_NOISE: f32 = 0.012;
const MEASURE_NOISE: f32 = 0.05;
const FIRST_RATE_NOISE: f32 = 0.08;
/// A walker's size hardly changes by itself: its rate dies down by this much a frame.
const SIZE_RATE_KEPT: f32 = 0.8;

impl State {
    fn new(at: f32, high: f32) -> Self {
        let (place, rate) = (MEASURE_NOISE * high, FIRST_RATE_NOISE * high);
        Self { at, rate: 0.0, var: [place * place, 0.0, rate * rate] }
    }

    fn step(&mut self, high: f32, kept: f32) {
        self.at += self.rate;
        self.rate *= kept;
        let [at, both, rate] = self.var;
        let (place, change) = (PLACE_NOISE * high, RATE_NOISE * high);
        self.var = [at + 2.0 * both + rate + place * place, (both + rate) * kept, rate * kept * kept + change * change];
    }

    fn correct(&mut self, seen: f32, noise: f32) {
        let [at, both, rate] = self.var;
        let all = at + noise * noise;
        let (gain, rate_gain) = (at / all, both / all);
        let off = seen - self.at;
        self.at += gain * off;
        self.rate += rate_gain * off;
        self.var = [(1.0 - gain) * at, (1.0 - gain) * both, rate - rate_gain * both];
    }
}

/// The prediction for one trail.
#[derive(Clone, Debug)]
pub struct Motion {
    x: State,
    y: State,
    wide: State,
    high: State,
}

impl Motion {
    pub fn new(area: &Area) -> Self {
        let ((x, y), high) = (area.centre(), area.height());
        let state = |at| State::new(at, high);
        Self { x: state(x), y: state(y), wide: state(area.width()), high: state(high) }
    }

    /// On to the next frame.
    pub fn step(&mut self) {
        let high = self.high.at.max(1.0);
        self.x.step(high, 1.0);
        self.y.step(high, 1.0);
        self.wide.step(high, SIZE_RATE_KEPT);
        self.high.step(high, SIZE_RATE_KEPT);
    }

    /// Takes in where it was seen; a faint sighting counts for less.
    pub fn correct(&mut self, seen: &Area, score: f32) {
        let noise = MEASURE_NOISE * self.high.at.max(1.0) * (1.5 - score.clamp(0.0, 1.0));
        let (x, y) = seen.centre();
        self.x.correct(x, noise);
        self.y.correct(y, noise);
        self.wide.correct(seen.width(), noise);
        self.high.correct(seen.height(), noise);
    }

    pub fn area(&self) -> Area {
        let (wide, high) = (self.wide.at.max(2.0), self.high.at.max(2.0));
        Area::from_size(self.x.at - wide / 2.0, self.y.at - high / 2.0, wide, high)
    }
}
