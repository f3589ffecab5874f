//! Looking into a store: the numbered pictures it holds, in order.

use holdfast::{
    adapters::index::segment::{self, SegmentRow},
    demo::cameras::frame_number::FrameNumber,
    domain::{
        camera::CameraId,
        instant::{Interval, UtcInstant},
    },
    jobs::house::House,
};

pub fn rows(house: &House, camera: &CameraId) -> Vec<SegmentRow> {
    let ever = Interval::new(UtcInstant::from_unix_seconds(0), UtcInstant::FAR_FUTURE).unwrap();
    house.catalogue.read(|c| segment::list(c, Some(camera), &ever, u32::MAX)).unwrap()
}

/// Every access unit of a segment, as recorded.
pub fn access_units(house: &House, row: &SegmentRow) -> Vec<Vec<u8>> {
    let reader = house.vault.open_segment(row).unwrap();
    let mut units = Vec::new();
    for (number, entry) in reader.index().fragments.iter().enumerate() {
        let bytes = reader.fragment(number).unwrap();
        let mut at = entry.payload_offset as usize;
        for sample in &entry.samples {
            units.push(bytes[at..at + sample.size_bytes as usize].to_vec());
            at += sample.size_bytes as usize;
        }
    }
    units
}

/// The pictures of every segment of a camera, segment by segment.
pub fn pictures(house: &House, camera: &CameraId) -> Vec<Vec<FrameNumber>> {
    let numbered = |row: &SegmentRow| {
        let found = |unit: &Vec<u8>| FrameNumber::find(row.codec, unit).expect("every picture is numbered");
        access_units(house, row).iter().map(found).collect()
    };
    rows(house, camera).iter().map(numbered).collect()
}
