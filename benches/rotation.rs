//! Rotating the keys of 750,000 segments (64 cameras, eight days of minutes) while recording goes on.
//!
//! Goal: ten seconds at most, and no key that recording stores meanwhile is lost. Prints the time, the
//! rate, and the longest that recording waited for a key. `HOLDFAST_BENCH_KEYS` changes the number.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a bench that cannot go on has failed")]

use std::{
    path::Path,
    sync::atomic::{AtomicBool, Ordering},
    time::{Duration, Instant},
};

use holdfast::{
    adapters::{
        index::segment::{self, Closing, SegmentRow},
        vault::custody::{EpochPlace, MasterPlace},
    },
    domain::{
        actor::Actor,
        camera::CameraId,
        instant::{Synchronised, UtcInstant},
        recording::{
            access_unit::VideoCodec,
            seal::SegmentKey,
            segment::{KeySlot, SegmentId, SegmentState},
        },
    },
    jobs::{
        house::{House, StorePlace},
        rotate_keys::rotate,
    },
};
use tempfile::TempDir;

const GOAL: Duration = Duration::from_secs(10);
const ROWS_A_TRANSACTION: u32 = 50_000;

fn open(data: &Path, keys: &Path) -> House {
    House::open(&StorePlace { data, keys, master: &MasterPlace::File, epochs: &EpochPlace::KeysFolder }, &[]).unwrap()
}

fn key_of(number: u32) -> SegmentKey {
    let mut key = [0x5a; 32];
    key[..4].copy_from_slice(&number.to_be_bytes());
    SegmentKey::new(key)
}

fn row(house: &House, number: u32, slot: KeySlot) -> SegmentRow {
    let start = UtcInstant::from_unix_seconds(1_790_000_000 + i64::from(number / 64) * 60);
    let id = uuid::Builder::from_unix_timestamp_millis(start.unix_millis() as u64, &[number as u8; 10]).into_uuid();
    let mut id = *id.as_bytes();
    id[12..].copy_from_slice(&number.to_be_bytes());
    SegmentRow {
        id: SegmentId(uuid::Uuid::from_bytes(id)),
        camera: CameraId::new(&format!("camera-{}", number % 64)).unwrap(),
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

/// Fills a store; in memory, where syncing after each key costs nothing.
fn fill(house: &House, keys: u32) -> Vec<SegmentRow> {
    let mut rows = Vec::with_capacity(keys as usize);
    for first in (0..keys).step_by(ROWS_A_TRANSACTION as usize) {
        house
            .catalogue
            .write(|transaction| {
                for number in first..(first + ROWS_A_TRANSACTION).min(keys) {
                    let slot = house.vault.slots().reserve();
                    let row = row(house, number, slot);
                    house.vault.slots().store(slot, row.id, &key_of(number)).unwrap();
                    segment::open(transaction, &row)?;
                    let closing = Closing {
                        end: row.start.plus_seconds(60),
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

fn main() {
    let keys: u32 = std::env::var("HOLDFAST_BENCH_KEYS").ok().and_then(|text| text.parse().ok()).unwrap_or(750_000);
    let keys_folder = TempDir::new().unwrap();
    let on_disk = TempDir::new().unwrap();
    let memory = Path::new("/dev/shm");
    let in_memory = if memory.is_dir() { TempDir::new_in(memory) } else { TempDir::new() }.unwrap();
    House::create(&StorePlace {
        data: in_memory.path(),
        keys: keys_folder.path(),
        master: &MasterPlace::File,
        epochs: &EpochPlace::KeysFolder,
    })
    .unwrap();
    let rows = fill(&open(in_memory.path(), keys_folder.path()), keys);
    for name in ["catalogue.db", "catalogue.db-wal", "keys.1"] {
        let from = in_memory.path().join(name);
        if from.exists() {
            std::fs::copy(from, on_disk.path().join(name)).unwrap();
        }
    }
    drop(in_memory);
    let house = open(on_disk.path(), keys_folder.path());
    rustix::fs::sync();

    let over = AtomicBool::new(false);
    let (elapsed, rotated, newer, longest_wait) = std::thread::scope(|scope| {
        let recording = scope.spawn(|| {
            let (mut newer, mut longest) = (Vec::new(), Duration::ZERO);
            while !over.load(Ordering::Relaxed) {
                let number = keys + newer.len() as u32;
                let began = Instant::now();
                let slot = house.vault.slots().reserve();
                let row = row(&house, number, slot);
                house.vault.slots().store(slot, row.id, &key_of(number)).unwrap();
                house.catalogue.write(|transaction| segment::open(transaction, &row)).unwrap();
                longest = longest.max(began.elapsed());
                newer.push(row);
                std::thread::sleep(Duration::from_millis(20));
            }
            (newer, longest)
        });
        let began = Instant::now();
        let rotated = rotate(&house, Actor::Job("bench")).unwrap();
        let elapsed = began.elapsed();
        over.store(true, Ordering::Relaxed);
        let (newer, longest) = recording.join().unwrap();
        (elapsed, rotated, newer, longest)
    });
    assert!(rotated.destroyed && rotated.rewrapped >= u64::from(keys), "{rotated:?}");
    for (number, row) in (0..).zip(rows.iter().chain(&newer)) {
        let key = house.vault.slots().key(row.slot, row.id).unwrap().expect("no key is lost");
        assert_eq!(key.expose(), key_of(number).expose());
    }
    println!(
        "{} keys rotated in {:.2} s: {:.0} keys/s; {} new segments meanwhile, which waited {:.0} ms at most; goal {} s: {}",
        rotated.rewrapped,
        elapsed.as_secs_f64(),
        rotated.rewrapped as f64 / elapsed.as_secs_f64(),
        newer.len(),
        longest_wait.as_secs_f64() * 1000.0,
        GOAL.as_secs(),
        if elapsed <= GOAL { "met" } else { "MISSED" }
    );
    if elapsed > GOAL {
        std::process::exit(1);
    }
}
