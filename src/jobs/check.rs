//! Reads segments whole and compares them with what was logged: the answer to "is it all still
//! there, and as it was?".

use serde::Serialize;

use crate::{
    adapters::index::{CatalogueError, segment},
    domain::{
        camera::CameraId,
        instant::Interval,
        recording::segment::{SegmentId, SegmentState},
    },
    jobs::house::House,
};

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SegmentsChecked {
    pub ok: bool,
    pub checked: u64,
    pub damaged: Vec<Damage>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Damage {
    pub segment: SegmentId,
    pub camera: CameraId,
    pub what: String,
}

/// Checks every closed segment that overlaps `within`.
pub fn segments(house: &House, camera: Option<&CameraId>, within: &Interval) -> Result<SegmentsChecked, CatalogueError> {
    let rows = house.catalogue.read(|connection| segment::list(connection, camera, within, u32::MAX))?;
    let closed = rows.into_iter().filter(|row| matches!(row.state, SegmentState::Sealed | SegmentState::Torn));
    let (mut checked, mut damaged) = (0, Vec::new());
    for row in closed {
        checked += 1;
        if let Err(error) = house.vault.open_segment(&row).and_then(|reader| reader.check(&row)) {
            damaged.push(Damage { segment: row.id, camera: row.camera, what: error.to_string() });
        }
    }
    Ok(SegmentsChecked { ok: damaged.is_empty(), checked, damaged })
}
