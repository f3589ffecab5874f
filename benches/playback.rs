//! Finding an instant in a full store: 31 days of 16 cameras, a segment a minute, 714,240 in all.
//!
//! How to read it: every segment has its row, its key slot and its file, but only the segments that
//! are looked into have pictures (4 Mb/s, as recorded); the other files are empty, which opening the
//! store doesn't notice. "Opening" is everything from the lock to the moment at which recording may
//! start. "Cold" means that the kernel was told to forget the pages of the files in question first;
//! with other work on the disk the slowest of many is the disk's affair, so look at the median too.
//! "First fragment" is from asking to the first decrypted and checked pictures in hand, init segment
//! included.
//!
//! `HOLDFAST_BENCH_DAYS` (31) makes it shorter; `HOLDFAST_BENCH_DIR` says on which disk.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a bench that cannot go on has nothing to tell")]

#[path = "ground/budget.rs"]
mod budget;
#[path = "ground/clip.rs"]
mod clip;
#[path = "ground/store.rs"]
mod store;
#[path = "ground/table.rs"]
mod table;

use std::{
    collections::HashSet,
    fs::{self, File, OpenOptions},
    io::Write,
    path::Path,
    sync::Arc,
    time::{Duration, Instant},
};

use holdfast::{
    adapters::{
        index::segment::{self, Closing, SegmentRow},
        vault::{CATALOGUE_FILE, slots::SlotFile},
    },
    domain::{
        actor::PurposeKind,
        camera::CameraId,
        instant::{Interval, Synchronised, UtcInstant},
        recording::{
            access_unit::VideoCodec,
            fragment::Piece,
            segment::{KeySlot, SegmentId, SegmentState},
        },
    },
    jobs::{
        footage::{self, Detail},
        house::House,
    },
};
use rand::{RngExt, SeedableRng, rngs::StdRng};
use rustix::fs::{Advice, fadvise};

use self::{
    store::{Film, Store},
    table::Table,
};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const CAMERAS: u32 = 16;
const START: i64 = 1_790_035_200;
/// Minutes with pictures in them: so many at random, and an hour of the first camera.
const PLACES: u32 = 100;
const SEEKS: usize = 1000;

fn main() {
    if !budget::asked_for() {
        return;
    }
    let days = budget::number("HOLDFAST_BENCH_DAYS").unwrap_or(31).max(1);
    let minutes = days * 1440;
    let mut random = StdRng::seed_from_u64(1);
    let store = Store::new(CAMERAS);
    let began = Instant::now();
    let real = fill(&store, minutes, &mut random);
    eprintln!("filled in {:.0} s", began.elapsed().as_secs_f64());

    let mut table = Table::new(&["", "median", "99 of 100", "worst", "goal"]);
    let mut row = |name: &str, times: &mut Vec<Duration>, goal: &str| {
        times.sort();
        let at = |share: f64| format!("{:.2} ms", times[((times.len() - 1) as f64 * share) as usize].as_secs_f64() * 1e3);
        table.row(&[name.to_owned(), at(0.5), at(0.99), at(1.0), goal.to_owned()]);
    };
    let open = |cold: bool| {
        if cold {
            forget(&store.folder().join("data").join(CATALOGUE_FILE));
            forget(&slot_file(&store));
        }
        let began = Instant::now();
        let house = store.open();
        (began.elapsed(), house)
    };
    let (cold_opening, house) = open(true);
    assert_eq!((house.healed.keys_killed, house.healed.files_set_aside), (0, 0), "the filled store is sound");
    drop(house);
    let (warm_opening, house) = open(false);
    row("opening the store, cold", &mut vec![cold_opening], "≤15 s");
    row("opening the store again", &mut vec![warm_opening], "≤15 s");

    let mut seek = |detail: Detail, cold: bool| -> Vec<Duration> {
        let mut once = || {
            let row = &real[random.random_range(0..real.len())];
            let at = row.start.plus_nanos(random.random_range(0..row.end.expect("closed").nanos_since(row.start)));
            if cold {
                forget(&house.vault.segment_path(&row.camera, row.start, row.id));
            }
            first_fragment(&house, &row.camera, at, detail)
        };
        (0..SEEKS).map(|_| once()).collect()
    };
    row("first fragment at a random instant, cold", &mut seek(Detail::EveryFrame, true), "≤20 ms");
    row("first fragment at a random instant, warm", &mut seek(Detail::EveryFrame, false), "≤20 ms");
    row("the same, key frames only, warm", &mut seek(Detail::KeyFramesOnly, false), "≤20 ms");

    let mut time_line = |seconds: i64, first_camera: bool| -> Vec<Duration> {
        let mut once = || {
            let camera = &store.cameras()[if first_camera { 0 } else { random.random_range(0..CAMERAS) as usize }];
            let latest = i64::from(minutes) * 60 - seconds;
            let from = UtcInstant::from_unix_seconds(START + if first_camera { 0 } else { random.random_range(0..=latest) });
            let asked = Interval::new(from, from.plus_seconds(seconds)).expect("forward");
            let began = Instant::now();
            let line = footage::time_line(&house, camera, &asked).expect("a time line");
            let took = began.elapsed();
            assert_eq!(line.recorded.len(), 1, "all was recorded");
            took
        };
        (0..50).map(|_| once()).collect()
    };
    row("time line of a day", &mut time_line(86_400, false), "");
    row("time line of all days", &mut time_line(i64::from(minutes) * 60, false), "");
    row("time line of an hour, by the second", &mut time_line(3600, true), "");
    table.print(&format!("Playback out of {} segments: {days} days of {CAMERAS} cameras", minutes * CAMERAS));
}

/// Records the minutes that are looked into, and gives all others row, slot and empty file.
fn fill(store: &Store, minutes: u32, random: &mut StdRng) -> Vec<SegmentRow> {
    let film = Film::load(&clip::of(4000));
    let house = store.open();
    let minute = |number: u32| UtcInstant::from_unix_seconds(START + i64::from(number) * 60);
    let mut taken: HashSet<(u32, u32)> = (0..60).map(|number| (0, number)).collect();
    let mut real = store::record(&house, &store.cameras()[0], &film, minute(0), 60);
    while taken.len() < (60 + PLACES) as usize {
        let place = (random.random_range(0..CAMERAS), random.random_range(60..minutes));
        if taken.insert(place) {
            real.extend(store::record(&house, &store.cameras()[place.0 as usize], &film, minute(place.1), 1));
        }
    }
    let like = real[0].clone();
    let slots_used = u32::try_from(real.len()).expect("few");
    let mut slot = slots_used;
    let places: Vec<(u32, u32)> =
        (0..minutes).flat_map(|number| (0..CAMERAS).map(move |camera| (camera, number))).filter(|place| !taken.contains(place)).collect();
    for batch in places.chunks(10_000) {
        let rows: Vec<SegmentRow> = batch
            .iter()
            .map(|(camera, number)| {
                slot += 1;
                filler(&like, &store.cameras()[*camera as usize], minute(*number), KeySlot(slot - 1), random)
            })
            .collect();
        house
            .catalogue
            .write(|transaction| {
                for row in &rows {
                    segment::open(transaction, row)?;
                    segment::close(transaction, row.id, SegmentState::Sealed, &closing(row))?;
                }
                Ok(())
            })
            .expect("rows");
        for row in &rows {
            let path = house.vault.segment_path(&row.camera, row.start, row.id);
            if let Err(error) = File::create(&path) {
                assert_eq!(error.kind(), std::io::ErrorKind::NotFound, "{error}");
                fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
                File::create(&path).expect("a file");
            }
        }
    }
    fill_slots(&slot_file(store), slot - slots_used, random);
    real
}

fn filler(like: &SegmentRow, camera: &CameraId, start: UtcInstant, slot: KeySlot, random: &mut StdRng) -> SegmentRow {
    let millis = u64::try_from(start.unix_millis()).expect("after 1970");
    SegmentRow {
        id: SegmentId(uuid::Builder::from_unix_timestamp_millis(millis, &random.random()).into_uuid()),
        camera: camera.clone(),
        start,
        end: Some(start.plus_seconds(60)),
        slot,
        key_commitment: random.random(),
        fragment_root: Some(random.random()),
        clock: Synchronised::Yes,
        codec: VideoCodec::H264,
        activity_peak: Some(random.random()),
        ..like.clone()
    }
}

fn closing(row: &SegmentRow) -> Closing {
    Closing {
        end: row.end.expect("closed"),
        bytes: row.bytes,
        frames: row.frames,
        fragments: row.fragments,
        records: row.durable_records,
        fragment_root: row.fragment_root.expect("closed"),
        camera_clock_offset_nanos: None,
        activity_peak: row.activity_peak,
    }
}

fn slot_file(store: &Store) -> std::path::PathBuf {
    SlotFile::path_of(&store.folder().join("data"), holdfast::domain::recording::segment::KeyEpoch(1))
}

/// Appends live slots with random bytes for keys: nobody opens them.
fn fill_slots(file: &Path, count: u32, random: &mut StdRng) {
    let mut bytes = Vec::with_capacity(count as usize * 64);
    for _ in 0..count {
        bytes.extend_from_slice(&random.random::<[u8; 32]>());
        bytes.extend_from_slice(&random.random::<[u8; 28]>());
        bytes.extend_from_slice(&1u32.to_be_bytes());
    }
    let mut file = OpenOptions::new().append(true).open(file).expect("the slot file");
    file.write_all(&bytes).and_then(|()| file.sync_all()).expect("written");
}

/// Tells the kernel to drop a file's pages; what isn't on the disk yet is brought there first.
fn forget(path: &Path) {
    let file = File::open(path).expect("the file is there");
    file.sync_all().expect("synced");
    fadvise(&file, 0, None, Advice::DontNeed).expect("advised");
}

fn first_fragment(house: &Arc<House>, camera: &CameraId, at: UtcInstant, detail: Detail) -> Duration {
    let asked = Interval::new(at, at.plus_seconds(600)).expect("forward");
    let began = Instant::now();
    let mut media = footage::media(house, camera, &asked, detail, PurposeKind::Incident).expect("a stream");
    loop {
        match media.next_chunk().expect("pictures").expect("readable") {
            Piece::Init { .. } => {}
            Piece::Fragment(_) => return began.elapsed(),
        }
    }
}
