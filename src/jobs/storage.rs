//! How full the disk is, when it will be, and whether it can keep what is promised.

use crate::{
    adapters::{
        clock,
        index::{
            retention,
            segment::{self, SegmentRow},
        },
        vault::VaultError,
    },
    domain::{
        instant::{ClockReading, UtcInstant},
        retention::fill::{Filling, Reach, reach},
    },
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
    let ((closed_bytes, oldest), open) =
        house.catalogue.read(|connection| Ok((segment::totals(connection)?, segment::open_ones(connection)?)))?;
    // What is being written counts, too; a file that was closed in between is counted by its row next time.
    let written =
        |row: &SegmentRow| std::fs::metadata(house.vault.segment_path(&row.camera, row.start, row.id)).map_or(0, |file| file.len());
    let used_bytes = closed_bytes + open.iter().map(written).sum::<u64>();
    let free_bytes = house.vault.free_bytes().map_err(not_measured)?;
    let bytes_a_second: f64 = house.status.all().iter().map(|(_, status)| f64::from(status.bitrate) / 8.0).sum();
    let days_to_full = (bytes_a_second > 0.0).then(|| (free_bytes as f64 / bytes_a_second / 86_400.0 * 10.0).round() / 10.0);
    Ok((clock::now(), Storage { free_bytes, used_bytes, oldest, days_to_full }))
}

fn not_measured(error: VaultError) -> Problem {
    Problem::new(Kind::Fault, "disk", "The disk could not be measured.", "Check that it is mounted.").because(error)
}

/// What the cameras write against what the disk holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Promise {
    /// Used by footage, and free.
    pub capacity_bytes: u64,
    pub bytes_a_day: u64,
    pub reach: Reach,
}

const DAY_SECONDS: i64 = 86_400;
/// Less recording than this in a day measures nothing.
const MEASURED_SECONDS: i64 = 10;

/// Measures what the cameras wrote in the last day, and compares that with their periods.
pub fn promise(house: &House) -> Result<Promise, Problem> {
    let since = clock::now().utc.plus_seconds(-DAY_SECONDS);
    let (fillings, used_bytes) = house.catalogue.read(|connection| {
        let mut fillings = Vec::new();
        for (camera, book) in retention::books(connection)? {
            let (bytes, nanos) = segment::written_since(connection, &camera, since)?;
            let seconds = nanos / 1_000_000_000;
            if seconds >= MEASURED_SECONDS {
                let a_day = i128::from(bytes) * i128::from(DAY_SECONDS) / i128::from(seconds);
                fillings.push(Filling { camera, bytes_a_day: u64::try_from(a_day).unwrap_or(u64::MAX), period: book.present() });
            }
        }
        Ok((fillings, segment::totals(connection)?.0))
    })?;
    let capacity_bytes = used_bytes.saturating_add(house.vault.free_bytes().map_err(not_measured)?);
    let bytes_a_day = fillings.iter().map(|filling| filling.bytes_a_day).sum();
    Ok(Promise { capacity_bytes, bytes_a_day, reach: reach(&fillings, capacity_bytes) })
}
