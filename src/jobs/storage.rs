//! How full the disk is, and when it will be.

use crate::{
    adapters::{clock, index::segment, vault::VaultError},
    domain::instant::{ClockReading, UtcInstant},
    jobs::house::House,
    problem::{Kind, Problem},
};

#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Storage {
    pub free_bytes: u64,
    pub used_bytes: u64,
    pub oldest: Option<UtcInstant>,
    /// At the cameras' present rates.
    pub days_to_full: Option<f64>,
}

pub fn measure(house: &House) -> Result<(ClockReading, Storage), Problem> {
    let (used_bytes, oldest) = house.catalogue.read(segment::totals)?;
    let free_bytes = house.vault.free_bytes().map_err(|error: VaultError| {
        Problem::new(Kind::Fault, "disk", "The disk could not be measured.", "Check that it is mounted.").because(error)
    })?;
    let bytes_a_second: f64 = house.status.all().iter().map(|(_, status)| f64::from(status.bitrate) / 8.0).sum();
    let days_to_full = (bytes_a_second > 0.0).then(|| (free_bytes as f64 / bytes_a_second / 86_400.0 * 10.0).round() / 10.0);
    Ok((clock::now(), Storage { free_bytes, used_bytes, oldest, days_to_full }))
}
