//! A small estate, drawn: sky, a building, a gate, people of different colours who walk through,
//! and a running clock with the frame's number.
//!
//! Plain planar 4:2:0 pictures (BT.709, limited range), painted without any font or image. A little
//! sensor noise keeps encoders at their bit rate. Next: `encode`.

use super::SceneShape;

/// Luma and the two chroma values.
#[derive(Clone, Copy)]
struct Colour(u8, u8, u8);

const BUILDING: Colour = Colour(120, 118, 142);
const WINDOW: Colour = Colour(70, 140, 120);
const GRASS: Colour = Colour(95, 110, 115);
const PATH: Colour = Colour(150, 126, 130);
const GATE: Colour = Colour(40, 128, 128);
const SKIN: Colour = Colour(165, 112, 150);
const BLACK: Colour = Colour(16, 128, 128);
const WHITE: Colour = Colour(230, 128, 128);
/// Coats: red, blue, yellow, green, white, dark.
const COATS: [Colour; 6] =
    [Colour(80, 95, 210), Colour(60, 200, 105), Colour(190, 50, 145), Colour(110, 85, 80), Colour(220, 128, 128), Colour(35, 130, 126)];

/// Which of seven strokes make each digit: top, upper right, lower right, bottom, lower left, upper
/// left, middle.
const DIGITS: [u8; 10] =
    [0b011_1111, 0b000_0110, 0b101_1011, 0b100_1111, 0b110_0110, 0b110_1101, 0b111_1101, 0b000_0111, 0b111_1111, 0b110_1111];

pub struct Scene {
    shape: SceneShape,
    background: Picture,
    noise: Vec<u8>,
}

impl Scene {
    pub fn new(shape: SceneShape) -> Self {
        let mut background = Picture::new(shape.width_px, shape.height_px);
        paint_estate(&mut background);
        // A prime length, so that rows do not repeat the pattern.
        let mut state = 0x9e37_79b9_u32;
        let noise = std::iter::repeat_with(|| {
            state ^= state << 13;
            state ^= state >> 17;
            state ^= state << 5;
            (state >> 16) as u8 % 7
        })
        .take(65_537)
        .collect();
        Self { shape, background, noise }
    }

    /// The `index`th picture: three planes, one after the other.
    pub fn frame(&mut self, index: u64) -> Vec<u8> {
        let mut picture = self.background.clone();
        let seconds = index as f32 / self.shape.frames_per_second as f32;
        for (number, coat) in COATS.into_iter().enumerate() {
            paint_walker(&mut picture, number, coat, seconds);
        }
        paint_clock(&mut picture, index, self.shape.frames_per_second);
        self.add_noise(&mut picture, index);
        picture.bytes
    }

    fn add_noise(&self, picture: &mut Picture, index: u64) {
        let mut at = (index as usize).wrapping_mul(7919) % self.noise.len();
        let luma_bytes = picture.width * picture.height;
        for row in picture.bytes[..luma_bytes].chunks_mut(picture.width) {
            at = (at + 104_729) % self.noise.len();
            for (pixel, grain) in row.iter_mut().zip(self.noise[at..].iter().chain(self.noise.iter().cycle())) {
                *pixel = pixel.saturating_add(*grain);
            }
        }
    }
}

#[derive(Clone)]
struct Picture {
    width: usize,
    height: usize,
    bytes: Vec<u8>,
}

impl Picture {
    fn new(width_px: u32, height_px: u32) -> Self {
        let (width, height) = (width_px as usize, height_px as usize);
        Self { width, height, bytes: vec![128; width * height * 3 / 2] }
    }

    /// A filled rectangle in thousandths of the picture, cut at its edges.
    fn rectangle(&mut self, left: f32, top: f32, width: f32, height: f32, colour: Colour) {
        let across = |share: f32| (share * self.width as f32 / 1000.0).clamp(0.0, self.width as f32) as usize;
        let down = |share: f32| (share * self.height as f32 / 1000.0).clamp(0.0, self.height as f32) as usize;
        let (x, right) = (across(left) & !1, across(left + width) & !1);
        let (y, bottom) = (down(top) & !1, down(top + height) & !1);
        if x >= right {
            return;
        }
        for row in y..bottom {
            self.bytes[row * self.width + x..row * self.width + right].fill(colour.0);
        }
        let (luma, chroma_width) = (self.width * self.height, self.width / 2);
        for row in y / 2..bottom / 2 {
            for (plane, value) in [(luma, colour.1), (luma + luma / 4, colour.2)] {
                let from = plane + row * chroma_width;
                self.bytes[from + x / 2..from + right / 2].fill(value);
            }
        }
    }
}

fn paint_estate(picture: &mut Picture) {
    for band in 0..20u8 {
        picture.rectangle(0.0, f32::from(band) * 20.0, 1000.0, 20.0, Colour(150 + band * 3, 150 - band, 110 + band / 2));
    }
    picture.rectangle(0.0, 400.0, 1000.0, 600.0, GRASS);
    picture.rectangle(0.0, 620.0, 1000.0, 260.0, PATH);
    picture.rectangle(120.0, 120.0, 480.0, 400.0, BUILDING);
    for row in 0..4u8 {
        for column in 0..7u8 {
            picture.rectangle(145.0 + f32::from(column) * 64.0, 145.0 + f32::from(row) * 90.0, 36.0, 55.0, WINDOW);
        }
    }
    picture.rectangle(335.0, 430.0, 50.0, 90.0, GATE);
    for bar in 0..12u8 {
        picture.rectangle(720.0 + f32::from(bar) * 20.0, 360.0, 6.0, 240.0, GATE);
    }
    picture.rectangle(712.0, 380.0, 240.0, 10.0, GATE);
    picture.rectangle(712.0, 560.0, 240.0, 10.0, GATE);
}

/// Someone who crosses the path and comes again from the other side.
fn paint_walker(picture: &mut Picture, number: usize, coat: Colour, seconds: f32) {
    let order = number as f32;
    let thousandths_per_second = 55.0 + 17.0 * order;
    let travelled = (order * 190.0 + seconds * thousandths_per_second) % 1100.0;
    let left = if number.is_multiple_of(2) { travelled - 60.0 } else { 1040.0 - travelled };
    // Nearer to the camera is lower in the picture, and larger.
    let (feet, size) = (650.0 + order * 42.0, 0.7 + order * 0.12);
    let stride = (seconds * 7.0 + order).sin() * 9.0 * size;
    let part = |x: f32, y: f32, width: f32, height: f32| (left + x * size, feet + y * size, width * size, height * size);
    let mut paint = |(x, y, width, height): (f32, f32, f32, f32), colour| picture.rectangle(x, y, width, height, colour);
    paint(part(2.0 + stride / size, -60.0, 9.0, 60.0), BLACK);
    paint(part(14.0 - stride / size, -60.0, 9.0, 60.0), BLACK);
    paint(part(0.0, -145.0, 25.0, 90.0), coat);
    paint(part(5.0, -180.0, 15.0, 33.0), SKIN);
    paint(part(4.0, -184.0, 17.0, 10.0), BLACK);
}

/// Minutes, seconds and the frame's number in the clip, top left.
fn paint_clock(picture: &mut Picture, index: u64, frames_per_second: u32) {
    let seconds = index / u64::from(frames_per_second);
    let text = format!("{:02} {:02} {:06}", seconds / 60 % 60, seconds % 60, index);
    picture.rectangle(10.0, 14.0, 300.0, 66.0, BLACK);
    for (place, digit) in text.bytes().enumerate() {
        if digit.is_ascii_digit() {
            paint_digit(picture, 20.0 + place as f32 * 23.0, 22.0, DIGITS[usize::from(digit - b'0')]);
        }
    }
}

fn paint_digit(picture: &mut Picture, left: f32, top: f32, strokes: u8) {
    let places = [
        (0.0, 0.0, 16.0, 7.0),
        (12.0, 0.0, 4.0, 25.0),
        (12.0, 25.0, 4.0, 25.0),
        (0.0, 43.0, 16.0, 7.0),
        (0.0, 25.0, 4.0, 25.0),
        (0.0, 0.0, 4.0, 25.0),
        (0.0, 21.0, 16.0, 7.0),
    ];
    for (stroke, (x, y, width, height)) in places.into_iter().enumerate() {
        if strokes >> stroke & 1 == 1 {
            picture.rectangle(left + x, top + y, width, height, WHITE);
        }
    }
}
