//! Boxes drawn by people, in the MOTChallenge form: `frame,id,left,top,width,height,conf,…`, frames from 1.
//!
//! Refuses a line that it can't read. Next: `exposure`.

use std::collections::BTreeMap;

use crate::domain::redaction::tracking::Area;

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line} is not frame,id,left,top,width,height,…")]
pub struct NotTruth {
    pub line: usize,
}

/// Who is where, by frame from 0 and by person.
#[derive(Clone, Debug, Default)]
pub struct Truth {
    pub frames: BTreeMap<u32, BTreeMap<u32, Area>>,
}

/// Annotated frames without a gap, both ends included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Window {
    pub first: u32,
    pub last: u32,
}

impl Truth {
    pub fn parse(text: &str) -> Result<Self, NotTruth> {
        let mut truth = Self::default();
        for (number, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
            let wrong = NotTruth { line: number + 1 };
            let fields: Result<Vec<f32>, _> = line.split(',').take(7).map(|field| field.trim().parse::<f32>()).collect();
            let fields = fields.map_err(|_| wrong)?;
            let &[frame, id, left, top, width, height, ref rest @ ..] = fields.as_slice() else { return Err(wrong) };
            if frame < 1.0 || id < 0.0 || width <= 0.0 || height <= 0.0 || !fields.iter().all(|field| field.is_finite()) {
                return Err(wrong);
            }
            // A confidence of 0 marks a box that its authors leave out.
            if rest.first() != Some(&0.0) {
                truth.frames.entry(frame as u32 - 1).or_default().insert(id as u32, Area::from_size(left, top, width, height));
            }
        }
        Ok(truth)
    }

    pub fn windows(&self) -> Vec<Window> {
        let mut windows: Vec<Window> = Vec::new();
        for frame in self.frames.keys() {
            match windows.last_mut().filter(|window| window.last + 1 == *frame) {
                Some(window) => window.last = *frame,
                None => windows.push(Window { first: *frame, last: *frame }),
            }
        }
        windows
    }

    /// Where a person is within a window.
    pub fn path(&self, window: Window, id: u32) -> BTreeMap<u32, Area> {
        self.frames.range(window.first..=window.last).filter_map(|(frame, people)| Some((*frame, *people.get(&id)?))).collect()
    }

    pub fn people(&self, window: Window) -> Vec<u32> {
        let people = self.frames.range(window.first..=window.last).flat_map(|(_, people)| people.keys().copied());
        people.collect::<std::collections::BTreeSet<_>>().into_iter().collect()
    }
}
