//! A store of very many segments, as rows and keys: filled in memory, where syncing after each key
//! costs nothing, then laid on the disk. Their files, where a bench needs them, are as long as it says.

use std::{
    fs::{self, File},
    path::Path,
};

use holdfast::{
    adapters::{
        index::segment::{self, Closing, SegmentRow},
        vault::custody::{EpochPlace, MasterPlace},
    },
    domain::{
        camera::CameraId,
        instant::{Synchronised, UtcInstant},
        recording::{
            access_unit::VideoCodec,
            seal::SegmentKey,
            segment::{KeySlot, SegmentId, SegmentState},
        },
    },
    jobs::house::{House, StorePlace},
};
use rustix::fs::{FallocateFlags, fallocate};
use tempfile::TempDir;
use uuid::Uuid;

pub const CAMERAS: u32 = 64;
/// Of recording in each segment.
pub const SEGMENT_SECONDS: i64 = 60;
const ROWS_A_TRANSACTION: usize = 50_000;

/// The folders, gone with it.
pub struct KeyStore {
    data: TempDir,
    keys: TempDir,
}

impl KeyStore {
    /// With a sealed segment for each number, which began when `start` says. `HOLDFAST_BENCH_DIR` says
    /// on which disk.
    pub fn filled(numbers: u32, start: impl Fn(u32) -> UtcInstant) -> (Self, Vec<SegmentRow>) {
        let folder = || match std::env::var_os("HOLDFAST_BENCH_DIR") {
            Some(disk) => TempDir::new_in(disk),
            None => TempDir::new(),
        };
        let store = Self { data: folder().unwrap(), keys: folder().unwrap() };
        let memory = Path::new("/dev/shm");
        let in_memory = if memory.is_dir() { TempDir::new_in(memory) } else { TempDir::new() }.unwrap();
        House::create(&store.place(in_memory.path())).unwrap();
        let rows = fill(&House::open(&store.place(in_memory.path()), &[]).unwrap(), numbers, start);
        for name in ["catalogue.db", "catalogue.db-wal", "keys.1"] {
            let from = in_memory.path().join(name);
            if from.exists() {
                fs::copy(from, store.data.path().join(name)).unwrap();
            }
        }
        (store, rows)
    }

    fn place<'a>(&'a self, data: &'a Path) -> StorePlace<'a> {
        StorePlace { data, keys: self.keys.path(), master: &MasterPlace::File, epochs: &EpochPlace::KeysFolder }
    }

    pub fn open(&self) -> House {
        House::open(&self.place(self.data.path()), &[]).unwrap()
    }
}

/// Gives each segment a file that takes so much of the disk, and syncs them all.
#[allow(dead_code, reason = "not every bench needs files")]
pub fn lay_files(house: &House, rows: &[SegmentRow], bytes: u64) {
    for row in rows {
        let path = house.vault.segment_path(&row.camera, row.start, row.id);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fallocate(File::create(path).unwrap(), FallocateFlags::empty(), 0, bytes).unwrap();
    }
    rustix::fs::sync();
}

pub fn key_of(number: u32) -> SegmentKey {
    let mut key = [0x5a; 32];
    key[..4].copy_from_slice(&number.to_be_bytes());
    SegmentKey::new(key)
}

pub fn camera(number: u32) -> CameraId {
    CameraId::new(&format!("camera-{}", number % CAMERAS)).unwrap()
}

pub fn row(house: &House, number: u32, slot: KeySlot, start: UtcInstant) -> SegmentRow {
    let id = uuid::Builder::from_unix_timestamp_millis(start.unix_millis() as u64, &[number as u8; 10]).into_uuid();
    let mut id = *id.as_bytes();
    id[12..].copy_from_slice(&number.to_be_bytes());
    SegmentRow {
        id: SegmentId(Uuid::from_bytes(id)),
        camera: camera(number),
        state: SegmentState::Open,
        start,
        end: None,
        bytes: 0,
        frames: 0,
        fragments: 0,
        durable_records: 0,
        epoch: house.vault.epoch(),
        slot,
        key_commitment: [0; 32],
        fragment_root: None,
        clock: Synchronised::Yes,
        camera_clock_offset_nanos: None,
        codec: VideoCodec::H264,
        width_px: 1920,
        height_px: 1080,
        activity_peak: None,
    }
}

fn fill(house: &House, numbers: u32, start: impl Fn(u32) -> UtcInstant) -> Vec<SegmentRow> {
    let mut rows = Vec::with_capacity(numbers as usize);
    for first in (0..numbers).step_by(ROWS_A_TRANSACTION) {
        house
            .catalogue
            .write(|transaction| {
                for number in (first..numbers).take(ROWS_A_TRANSACTION) {
                    let slot = house.vault.slots().reserve();
                    let row = row(house, number, slot, start(number));
                    house.vault.slots().store(slot, row.id, &key_of(number)).unwrap();
                    segment::open(transaction, &row)?;
                    let closing = Closing {
                        end: row.start.plus_seconds(SEGMENT_SECONDS),
                        bytes: 30_000_000,
                        frames: 900,
                        fragments: 60,
                        records: 500,
                        fragment_root: [1; 32],
                        camera_clock_offset_nanos: None,
                        activity_peak: None,
                    };
                    segment::close(transaction, row.id, SegmentState::Sealed, &closing)?;
                    rows.push(row);
                }
                Ok(())
            })
            .unwrap();
    }
    rows
}
