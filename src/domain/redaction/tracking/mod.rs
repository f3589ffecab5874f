//! Who is where from frame to frame, from what a detector and a background model saw.
//!
//! Pure. `area` measures, `appearance` is what somebody looks like for some seconds, `kalman` predicts,
//! `assignment` pairs, `trail` ties frame to frame, `encounter` says where trails may have changed places, `follow` goes through a clip,
//! `proposal` makes a plan of them. Refuses to be sure where two trails met. Next: `plan`.

pub mod appearance;
pub mod area;
mod assignment;
pub mod encounter;
pub mod follow;
mod kalman;
pub mod proposal;
pub mod trail;

use serde::{Deserialize, Serialize};

pub use self::{
    appearance::{Appearance, Colours},
    area::{Area, Detection, DetectionKind},
};

/// A detection with what its pixels say.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Sighting {
    pub detection: Detection,
    pub appearance: Appearance,
    /// Which share of its pixels isn't background.
    pub moving: f32,
}

/// How a frame follows on the one before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Scene {
    Steady,
    /// Another picture altogether.
    Cut,
    /// Brighter or darker all over.
    Light,
    /// The same picture, shifted.
    Moved,
    /// The detector failed, or there is none.
    NotAnalysed,
}

/// What was seen in one frame.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Observation {
    pub scene: Scene,
    pub sightings: Vec<Sighting>,
    /// Cells that aren't background, row by row.
    pub motion: MotionCells,
}

/// Cells of a picture in which something isn't background.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MotionCells {
    pub columns: u32,
    /// A bit for each cell, packed.
    pub bits: Vec<u8>,
}

/// The edge of a motion cell, in pixels of the clip.
pub const MOTION_CELL_PX: u32 = 8;

impl MotionCells {
    pub fn new(columns: u32, rows: u32) -> Self {
        Self { columns, bits: vec![0; ((columns * rows) as usize).div_ceil(8)] }
    }

    pub fn mark(&mut self, column: u32, row: u32) {
        let at = (row * self.columns + column) as usize;
        if let Some(byte) = self.bits.get_mut(at / 8) {
            *byte |= 1 << (at % 8);
        }
    }

    pub fn at(&self, column: u32, row: u32) -> bool {
        let at = (row * self.columns + column) as usize;
        column < self.columns && self.bits.get(at / 8).is_some_and(|byte| byte >> (at % 8) & 1 == 1)
    }

    /// The marked cells, as areas of the picture.
    pub fn areas(&self) -> impl Iterator<Item = Area> + '_ {
        let columns = self.columns.max(1) as usize;
        let marked = (0..self.bits.len() * 8).filter(|at| self.bits[at / 8] >> (at % 8) & 1 == 1);
        marked.map(move |at| {
            let edge = MOTION_CELL_PX as f32;
            Area::from_size((at % columns) as f32 * edge, (at / columns) as f32 * edge, edge, edge)
        })
    }
}
