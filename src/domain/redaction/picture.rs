//! A picture in 4:2:0, what redaction makes of it, and whether a redacted one keeps its promise.
//!
//! The redacted picture begins as solid fill; the clip's pixels enter only where the plan shows them, in
//! whole cells, so that no chroma sample mixes what is hidden with what is shown. Refuses a picture of
//! another size than its planes. Next: `adapters::video` decodes into it and encodes from it.

use super::region::{CELL_PX, Cell, Reveal};

/// Black, in the limited range of ITU-R BT.601 and BT.709.
const FILL_LUMA: u8 = 16;
const FILL_CHROMA: u8 = 128;

/// Planes of 8-bit 4:2:0, rows without padding. Both edges are even.
#[derive(Clone, PartialEq, Eq)]
pub struct Picture {
    width_px: u32,
    height_px: u32,
    luma: Vec<u8>,
    /// Blue difference, then red: a quarter of the samples each.
    chroma: [Vec<u8>; 2],
}

/// A plane as a decoder gives it: rows `stride` apart.
#[derive(Clone, Copy)]
pub struct PlaneRows<'a> {
    pub bytes: &'a [u8],
    pub stride: usize,
}

/// The edge that is coded for one of `px`: 4:2:0 has no odd ones.
pub const fn coded_px(px: u32) -> u32 {
    px.div_ceil(2) * 2
}

impl Picture {
    /// Nothing but fill; edges are rounded up to even ones.
    pub fn fill(width_px: u32, height_px: u32) -> Self {
        let (width_px, height_px) = (coded_px(width_px), coded_px(height_px));
        let samples = width_px as usize * height_px as usize;
        let chroma = || vec![FILL_CHROMA; samples / 4];
        Self { width_px, height_px, luma: vec![FILL_LUMA; samples], chroma: [chroma(), chroma()] }
    }

    /// From a decoder's planes of a picture this large; None where they are too short for it.
    pub fn of_planes(width_px: u32, height_px: u32, planes: [PlaneRows<'_>; 3]) -> Option<Self> {
        let mut picture = Self::fill(width_px, height_px);
        let [luma, blue, red] = planes;
        let (wide, coded) = (width_px as usize, picture.width_px as usize);
        copy_rows(&mut picture.luma, coded, luma, wide, height_px as usize)?;
        let halves = (coded / 2, height_px.div_ceil(2) as usize);
        for (plane, rows) in picture.chroma.iter_mut().zip([blue, red]) {
            copy_rows(plane, halves.0, rows, halves.0, halves.1)?;
        }
        Some(picture)
    }

    /// From RGB, row by row (ITU-R BT.601, limited range).
    pub fn of_rgb(width_px: u32, height_px: u32, rgb: &[u8]) -> Option<Self> {
        if rgb.len() != width_px as usize * height_px as usize * 3 {
            return None;
        }
        let mut picture = Self::fill(width_px, height_px);
        let (wide, coded) = (width_px as usize, picture.width_px as usize);
        for (at, pixel) in rgb.chunks_exact(3).enumerate() {
            let [red, green, blue] = [0, 1, 2].map(|channel| i32::from(pixel[channel]));
            let (x, y) = (at % wide, at / wide);
            picture.luma[y * coded + x] = byte(((66 * red + 129 * green + 25 * blue + 128) >> 8) + 16);
            if x % 2 == 0 && y % 2 == 0 {
                let half = (y / 2) * (coded / 2) + x / 2;
                picture.chroma[0][half] = byte(((-38 * red - 74 * green + 112 * blue + 128) >> 8) + 128);
                picture.chroma[1][half] = byte(((112 * red - 94 * green - 18 * blue + 128) >> 8) + 128);
            }
        }
        Some(picture)
    }

    /// As RGB, row by row, of the first `width_px` by `height_px` pixels (ITU-R BT.601, limited range).
    pub fn to_rgb(&self, width_px: u32, height_px: u32) -> Vec<u8> {
        let (width_px, height_px) = (width_px.min(self.width_px), height_px.min(self.height_px));
        let mut rgb = Vec::with_capacity(width_px as usize * height_px as usize * 3);
        let coded = self.width_px as usize;
        for y in 0..height_px as usize {
            for x in 0..width_px as usize {
                let half = (y / 2) * (coded / 2) + x / 2;
                let luma = 298 * (i32::from(self.luma[y * coded + x]) - 16);
                let [blue, red] = [0, 1].map(|plane| i32::from(self.chroma[plane][half]) - 128);
                rgb.push(byte((luma + 409 * red + 128) >> 8));
                rgb.push(byte((luma - 100 * blue - 208 * red + 128) >> 8));
                rgb.push(byte((luma + 516 * blue + 128) >> 8));
            }
        }
        rgb
    }

    /// The edges in pixels, both even.
    pub const fn size_px(&self) -> (u32, u32) {
        (self.width_px, self.height_px)
    }

    /// Luma, blue difference, red difference.
    pub fn planes(&self) -> [&[u8]; 3] {
        [&self.luma, &self.chroma[0], &self.chroma[1]]
    }

    /// What may be seen of a frame: fill, with the plate's cells from `plate` and the shown ones from
    /// `source`. Without a source of this very size, nothing is shown.
    pub fn redacted(source: Option<&Self>, plate: Option<&Self>, reveal: &Reveal) -> Self {
        let mut picture = Self::fill(reveal.width_px(), reveal.height_px());
        let of_size = |other: &&Self| other.size_px() == picture.size_px();
        let Some(source) = source.filter(of_size) else { return picture };
        let plate = plate.filter(of_size);
        for (column, row) in cells(reveal) {
            match (reveal.cell(column, row), plate) {
                (Cell::Source, _) => picture.copy_cell(source, column, row),
                (Cell::Plate, Some(plate)) => picture.copy_cell(plate, column, row),
                (Cell::Plate, None) | (Cell::Fill, _) => {}
            }
        }
        picture
    }

    fn copy_cell(&mut self, from: &Self, column: u32, row: u32) {
        let (width_px, height_px) = (self.width_px as usize, self.height_px as usize);
        let [blue, red] = &mut self.chroma;
        let planes = [(&mut self.luma, &from.luma, 1), (blue, &from.chroma[0], 2), (red, &from.chroma[1], 2)];
        for (to, from, smaller) in planes {
            for range in rows_of_cell(column, row, width_px / smaller, height_px / smaller, smaller) {
                to[range.clone()].copy_from_slice(&from[range]);
            }
        }
    }

    /// Whether all that `reveal` hides is fill or plate here, up to what an encoder changes.
    pub fn keeps(&self, plate: Option<&Self>, reveal: &Reveal) -> Result<(), Leak> {
        let hidden = Self::fill(reveal.width_px(), reveal.height_px());
        if self.size_px() != hidden.size_px() {
            return Err(Leak { x: 0, y: 0 });
        }
        let plate = plate.filter(|plate| plate.size_px() == hidden.size_px());
        for (column, row) in cells(reveal) {
            let kept = match reveal.cell(column, row) {
                Cell::Source => continue,
                Cell::Plate => self.is_like(&hidden, column, row) || plate.is_some_and(|plate| self.is_like(plate, column, row)),
                Cell::Fill => self.is_like(&hidden, column, row),
            };
            if !kept {
                return Err(Leak { x: column * CELL_PX, y: row * CELL_PX });
            }
        }
        Ok(())
    }

    fn is_like(&self, other: &Self, column: u32, row: u32) -> bool {
        let (width_px, height_px) = (self.width_px as usize, self.height_px as usize);
        self.planes().into_iter().zip(other.planes()).zip([1, 2, 2]).all(|((ours, theirs), smaller)| {
            let (mut sum, mut samples) = (0_u32, 0_u32);
            for range in rows_of_cell(column, row, width_px / smaller, height_px / smaller, smaller) {
                for (ours, theirs) in ours[range.clone()].iter().zip(&theirs[range]) {
                    let off = ours.abs_diff(*theirs);
                    if off > SAMPLE_OFF_MAX {
                        return false;
                    }
                    sum += u32::from(off);
                    samples += 1;
                }
            }
            sum <= samples * MEAN_OFF_MAX
        })
    }
}

/// By how much one hidden sample may differ from what was painted: ringing and deblocking beside what is
/// shown reach three samples into a cell.
const SAMPLE_OFF_MAX: u8 = 40;
/// By how much a cell's samples may differ on average.
const MEAN_OFF_MAX: u32 = 4;

/// A hidden place that isn't: the corner of the cell, in pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Leak {
    pub x: u32,
    pub y: u32,
}

fn cells(reveal: &Reveal) -> impl Iterator<Item = (u32, u32)> + use<> {
    let (columns, rows) = (reveal.columns(), reveal.rows());
    (0..rows).flat_map(move |row| (0..columns).map(move |column| (column, row)))
}

/// Where the rows of a cell lie in a plane that is `smaller` times smaller than the picture.
fn rows_of_cell(column: u32, row: u32, width: usize, height: usize, smaller: usize) -> impl Iterator<Item = std::ops::Range<usize>> {
    let edge = CELL_PX as usize / smaller;
    let (left, top) = (column as usize * edge, row as usize * edge);
    let (right, bottom) = ((left + edge).min(width), (top + edge).min(height));
    (top..bottom).map(move |y| y * width + left.min(right)..y * width + right)
}

fn copy_rows(to: &mut [u8], to_width: usize, from: PlaneRows<'_>, width: usize, height: usize) -> Option<()> {
    for y in 0..height {
        let row = from.bytes.get(y * from.stride..)?.get(..width)?;
        to.get_mut(y * to_width..)?.get_mut(..width)?.copy_from_slice(row);
    }
    Some(())
}

fn byte(value: i32) -> u8 {
    u8::try_from(value.clamp(0, 255)).unwrap_or(u8::MAX)
}
