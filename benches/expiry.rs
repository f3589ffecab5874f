//! Expiring a day of 64 cameras, then rotating the keys of the 750,000 minutes that live on, while 64
//! cameras go on being recorded.
//!
//! How to read it: the goal is ten seconds at most for both, and no frame lost meanwhile. The recorder
//! here is the real writer with a fragment a second of each camera at 2 Mb/s; it waits for the disk, the
//! catalogue and the processor, and a frame is lost once a camera has more than its lane holds waiting.
//! The second table shows what the cost grows with: twice the keys, or files hundreds of times as long.
//! Files are allocated on the disk, not written, which is what removing them costs as well.
//!
//! `HOLDFAST_BENCH_KEYS` (750,000) is how many live on, `HOLDFAST_BENCH_EXPIRED` (92,160) how many go;
//! `HOLDFAST_BENCH_DIR` says on which disk.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a bench that cannot go on has nothing to tell")]

#[path = "ground/budget.rs"]
mod budget;
#[path = "ground/keys.rs"]
mod keys;
#[path = "ground/steady.rs"]
mod steady;
#[path = "ground/table.rs"]
mod table;

use std::time::{Duration, Instant};

use holdfast::{
    adapters::{clock, index::segment::SegmentRow},
    domain::{
        actor::Actor,
        retention::{clock::ClockTrust, period::RetentionPeriod},
    },
    jobs::{
        expire::{self, Acknowledged, Ran},
        house::House,
        keeping::Policy,
        retain::{self, Wanted},
        rotate_keys::{Rotated, rotate},
    },
};

use self::{
    keys::{CAMERAS, KeyStore, SEGMENT_SECONDS, lay_files},
    steady::Recording,
    table::Table,
};

// As in the program itself.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const GOAL: Duration = Duration::from_secs(10);
const DAY_SECONDS: i64 = 86_400;
const KEPT_DAYS: i64 = 31;
/// So long the recorder is watched before anything else happens.
const QUIET: Duration = Duration::from_secs(5);

fn main() {
    if !budget::asked_for() {
        return;
    }
    let live = budget::number("HOLDFAST_BENCH_KEYS").unwrap_or(750_000);
    let expired = budget::number("HOLDFAST_BENCH_EXPIRED").unwrap_or(CAMERAS * 24 * 60);
    let met = a_day(live, expired);
    costs();
    if !met {
        std::process::exit(1);
    }
}

/// A store of which the first `expired` segments are due, and `live` are not.
fn store(expired: u32, live: u32, file_bytes: u64) -> (KeyStore, House, Vec<SegmentRow>) {
    let now = clock::now().utc;
    let start = |number: u32| {
        let (first, number) = match number.checked_sub(expired) {
            None => (now.plus_seconds(-(KEPT_DAYS + 2) * DAY_SECONDS), number),
            Some(number) => (now.plus_seconds(-(KEPT_DAYS - 1) * DAY_SECONDS), number),
        };
        first.plus_seconds(i64::from(number / CAMERAS) * SEGMENT_SECONDS)
    };
    let (store, mut rows) = KeyStore::filled(expired + live, start);
    rows.truncate(expired as usize);
    let house = store.open().under(Policy { trust: ClockTrust::System, ..Policy::default() }).unwrap();
    let wanted: Vec<Wanted> = (0..CAMERAS)
        .map(|number| Wanted {
            camera: keys::camera(number),
            period: RetentionPeriod::from_seconds(KEPT_DAYS * DAY_SECONDS),
            reason: "As the notice says".into(),
            review_by: None,
        })
        .collect();
    retain::adopt(&house, &wanted, RetentionPeriod::from_seconds(KEPT_DAYS * DAY_SECONDS), clock::now()).unwrap();
    // A whole day at once is what the brake is there for.
    expire::acknowledge(&house, Actor::LocalOperator { uid: 0 }, Acknowledged::Volume, clock::now()).unwrap();
    lay_files(&house, &rows, file_bytes);
    (store, house, rows)
}

fn run(house: &House, rows: &[SegmentRow]) -> (Ran, Duration) {
    let began = Instant::now();
    let ran = expire::run(house, clock::now()).unwrap();
    let elapsed = began.elapsed();
    assert_eq!((ran.expired, &ran.refused), (rows.len() as u64, &None), "{ran:?}");
    let is_there = |row: &&SegmentRow| house.vault.segment_path(&row.camera, row.start, row.id).exists();
    assert_eq!(rows.iter().filter(is_there).count(), 0, "files are left");
    (ran, elapsed)
}

fn turn(house: &House) -> (Rotated, Duration) {
    let began = Instant::now();
    let rotated = rotate(house, Actor::Job("bench")).unwrap();
    (rotated, began.elapsed())
}

fn a_day(live: u32, expired: u32) -> bool {
    let (_store, house, rows) = store(expired, live, 4096);
    let recording = Recording::start(&house);
    std::thread::sleep(QUIET);
    let quiet = recording.longest_wait();
    let (_, expiring) = run(&house, &rows);
    let while_expiring = recording.longest_wait();
    let (rotated, rotating) = turn(&house);
    let while_rotating = recording.longest_wait();
    let (recorded, frames_lost) = recording.end(&house);
    assert!(rotated.destroyed && rotated.rewrapped >= u64::from(live), "{rotated:?}");

    let millis = |wait: Duration| format!("{:.0} ms", wait.as_secs_f64() * 1000.0);
    let mut table = Table::new(&["", "keys", "time", "keys/s", "recorder waited at most"]);
    let mut line = |what: &str, keys: u64, took: Duration, waited: Duration| {
        let seconds = took.as_secs_f64();
        table.row(&[what.into(), keys.to_string(), format!("{seconds:.2} s"), format!("{:.0}", keys as f64 / seconds), millis(waited)]);
    };
    line("recording alone", 0, QUIET, quiet);
    line("expiring a day of 64 cameras", u64::from(expired), expiring, while_expiring);
    line("rotating what lives on", rotated.rewrapped, rotating, while_rotating);
    line("both", rotated.rewrapped + u64::from(expired), expiring + rotating, while_expiring.max(while_rotating));
    let met = expiring + rotating <= GOAL && frames_lost == 0;
    table.print(&format!(
        "Expiry and rotation beside {CAMERAS} cameras: {recorded} fragments recorded, {frames_lost} frames lost; goal {} s and none: {}",
        GOAL.as_secs(),
        if met { "met" } else { "MISSED" }
    ));
    met
}

/// The same with nobody recording: by number of keys, and by length of files.
fn costs() {
    let mut table = Table::new(&["keys", "file", "in all", "expired in", "a key", "rotated in"]);
    for (keys, file_bytes) in [(4096, 4 << 10), (4096, 64 << 10), (4096, 1 << 20), (8192, 4 << 10), (16_384, 4 << 10)] {
        let (_store, house, rows) = store(keys, keys, file_bytes);
        let (_, expiring) = run(&house, &rows);
        let (_, rotating) = turn(&house);
        table.row(&[
            keys.to_string(),
            format!("{} KiB", file_bytes >> 10),
            format!("{} MiB", (u64::from(keys) * file_bytes) >> 20),
            format!("{:.2} s", expiring.as_secs_f64()),
            format!("{:.0} µs", expiring.as_secs_f64() * 1e6 / f64::from(keys)),
            format!("{:.2} s", rotating.as_secs_f64()),
        ]);
    }
    table.print("What expiry costs: by keys, and by bytes (as many live on as go)");
}
