//! A film of numbered pictures, cut and written as a camera's would be: the recorder's own cutter,
//! lane and writer, with the pictures and their times made up.
//!
//! Next: `syscalls` kills the process in the middle of it.

use std::sync::Arc;

use bytes::Bytes;
use holdfast::{
    adapters::index::segment::{self, SegmentRow},
    domain::{
        camera::CameraId,
        instant::{ClockReading, Interval, Synchronised, UtcInstant},
        recording::{
            access_unit::{AccessUnit, CodecParameters, Dependence},
            cutter::{Cut, Cutter},
            gap::GapCause,
        },
    },
    jobs::{
        house::House,
        record::{
            lane::{Lane, WriteFailure},
            writer::{Order, Writer},
        },
    },
};

use crate::recorded::{access_units, rows};

/// When picture 0 was taken.
const START: i64 = 1_790_000_000;
const PICTURE_MILLIS: i64 = 100;
/// A key frame a second, a segment every two.
const KEY_DISTANCE: u64 = 10;
const SEGMENT_SECONDS: i64 = 2;
const KEY_FRAME_BYTES: usize = 600;
const OTHER_FRAME_BYTES: usize = 60;
/// One picture that no record holds, so that a fragment spans two.
const LARGE: u64 = 100;
const LARGE_BYTES: usize = 66_000;

/// What the writer has taken without complaint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kept {
    Pictures { camera: String, from: u64, to: u64 },
    Sealed { camera: String, first: u64, pictures: u64 },
}

/// One camera's film.
pub struct Film {
    camera: CameraId,
    lane: Arc<Lane>,
    cutter: Cutter,
    parameters: Arc<CodecParameters>,
    next: u64,
    failure: Option<WriteFailure>,
    cuts: Vec<Cut>,
    /// First picture and count of the segment being written.
    segment: (u64, u64),
    /// From a failure to the next segment that could be opened.
    given_up: bool,
}

impl Film {
    /// Goes on in `house` with picture `next`, as the recorder would after a restart.
    pub fn new(house: &House, camera: &str, next: u64) -> Self {
        let camera = CameraId::new(camera).unwrap();
        let last_end = house.catalogue.read(|connection| segment::last_end(connection, &camera)).unwrap();
        Self {
            lane: Arc::new(Lane::new(camera.clone())),
            camera,
            cutter: Cutter::new(SEGMENT_SECONDS, last_end.map(|end| (end, GapCause::Restart))),
            parameters: Arc::new(crate::vault::parameters()),
            next,
            failure: None,
            cuts: Vec::new(),
            segment: (next, 0),
            given_up: false,
        }
    }

    /// Takes `count` pictures; tells `kept` what the writer has taken.
    pub fn shoot(&mut self, writer: &mut Writer, count: u64, kept: &mut dyn FnMut(Kept)) {
        for _ in 0..count {
            if self.failure.take().is_some() {
                self.interrupt(writer, GapCause::Storage, kept);
            }
            let unit = self.unit(self.next);
            self.next += 1;
            self.cutter.push(unit, &mut self.cuts);
            self.carry_out(writer, kept);
        }
    }

    /// The camera sends nothing for `count` pictures.
    pub fn stall(&mut self, writer: &mut Writer, count: u64, kept: &mut dyn FnMut(Kept)) {
        self.interrupt(writer, GapCause::Stall, kept);
        self.next += count;
    }

    pub fn interrupt(&mut self, writer: &mut Writer, cause: GapCause, kept: &mut dyn FnMut(Kept)) {
        self.cutter.interrupt(cause, &mut self.cuts);
        self.carry_out(writer, kept);
    }

    fn carry_out(&mut self, writer: &mut Writer, kept: &mut dyn FnMut(Kept)) {
        let camera = self.camera.to_string();
        for cut in std::mem::take(&mut self.cuts) {
            let (order, then) = match cut {
                Cut::Open { parameters, start_ticks, reading } => {
                    self.segment = (number_at(UtcInstant::from_media_ticks(start_ticks)), 0);
                    (Order::Open { parameters, start_ticks, reading }, None)
                }
                Cut::Fragment { start_ticks, access_units } => {
                    self.lane.queue(&access_units);
                    let from = self.segment.0 + self.segment.1;
                    self.segment.1 += access_units.len() as u64;
                    let to = self.segment.0 + self.segment.1;
                    (Order::Fragment { start_ticks, access_units }, Some(Kept::Pictures { camera: camera.clone(), from, to }))
                }
                Cut::Close { end_ticks, activity } => {
                    let (first, pictures) = self.segment;
                    let order = Order::Close { end_ticks, activity, camera_clock_offset_nanos: None };
                    (order, Some(Kept::Sealed { camera: camera.clone(), first, pictures }))
                }
                Cut::Gap(gap) => (Order::Gap(gap), None),
            };
            let opens = matches!(order, Order::Open { .. });
            writer.carry_out(&self.lane, order);
            let failure = self.lane.take_failure();
            self.given_up = failure.is_some() || (self.given_up && !opens);
            self.failure = self.failure.or(failure);
            if let Some(then) = then.filter(|_| !self.given_up) {
                kept(then);
            }
        }
    }

    fn unit(&self, number: u64) -> AccessUnit {
        let key = number.is_multiple_of(KEY_DISTANCE);
        let mut data = number.to_be_bytes().to_vec();
        let bytes = match number {
            LARGE => LARGE_BYTES,
            _ if key => KEY_FRAME_BYTES,
            _ => OTHER_FRAME_BYTES,
        };
        data.resize(bytes, number as u8);
        let taken = taken(number);
        AccessUnit {
            data: Bytes::from(data),
            rtp_ticks: taken.media_ticks(),
            received: ClockReading {
                utc: taken,
                boottime_nanos: number as i64 * PICTURE_MILLIS * 1_000_000,
                synchronised: Synchronised::Yes,
            },
            dependence: if key { Dependence::RandomAccess } else { Dependence::Dependent },
            lost_packets: 0,
            parameters: Arc::clone(&self.parameters),
        }
    }
}

/// When a picture was taken.
pub fn taken(number: u64) -> UtcInstant {
    UtcInstant::from_unix_seconds(START).plus_millis(number as i64 * PICTURE_MILLIS)
}

fn number_at(at: UtcInstant) -> u64 {
    (at.nanos_since(taken(0)) / 1_000_000 / PICTURE_MILLIS) as u64
}

/// All of the film.
pub fn whole() -> Interval {
    Interval::new(UtcInstant::from_unix_seconds(0), UtcInstant::FAR_FUTURE).unwrap()
}

/// The numbers of a camera's pictures, segment by segment, each checked to be as it was taken.
pub fn numbers(house: &House, camera: &str) -> Vec<(SegmentRow, Vec<u64>)> {
    let number = |unit: &Vec<u8>| {
        let number = u64::from_be_bytes(unit[..8].try_into().unwrap());
        assert!(unit[8..].iter().all(|byte| *byte == number as u8), "picture {number} was changed");
        number
    };
    let camera = CameraId::new(camera).unwrap();
    rows(house, &camera)
        .into_iter()
        .map(|row| {
            let numbers = access_units(house, &row).iter().map(number).collect();
            (row, numbers)
        })
        .collect()
}
