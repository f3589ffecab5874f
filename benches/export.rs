//! Exporting beside `cp`: one hour of one camera at 4 Mb/s as a signed bundle, against copying the same
//! bytes off the disk.
//!
//! How to read it: everything is read from memory (recorded just before), so the disk counts only
//! where something is written. An export reads, decrypts and checks every fragment against its
//! logged hash, hashes the clip for the bundle's sums, counts the zip's CRC and writes. `cp` has the
//! kernel copy pages, which SHA-256 on one core can't keep up with; with `sync` it is the disk that
//! decides, and `cp` with `sha256sum` of the copy does the most nearly equal work. Time is wall time,
//! the best of the rounds, since other work on the machine can only add; CPU is what the process
//! spent in that round.
//!
//! `HOLDFAST_BENCH_MINUTES` (60) makes it shorter, `HOLDFAST_BENCH_ROUNDS` (3) steadier;
//! `HOLDFAST_BENCH_DIR` says on which disk.

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
    fs::{self, File, OpenOptions},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::Arc,
    time::Instant,
};

use holdfast::{
    domain::{
        actor::{Actor, Purpose, PurposeKind, Reason},
        instant::{Interval, UtcInstant},
    },
    jobs::{
        disclose::{self, CopyAsked, ExportAsked, SiteFacts},
        house::House,
    },
};
use uuid::Uuid;

use self::{
    store::{Film, Store},
    table::Table,
};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const START: i64 = 1_790_000_040;

fn main() {
    if !budget::asked_for() {
        return;
    }
    let minutes = budget::number("HOLDFAST_BENCH_MINUTES").unwrap_or(60).max(1);
    let rounds = budget::number("HOLDFAST_BENCH_ROUNDS").unwrap_or(3).max(1);
    let film = Film::load(&clip::of(4000));
    let store = Store::new(1);
    let house = store.open();
    let camera = &store.cameras()[0];
    let start = UtcInstant::from_unix_seconds(START);
    let began = Instant::now();
    let rows = store::record(&house, camera, &film, start, minutes);
    let recorded = began.elapsed();
    let files: Vec<PathBuf> = rows.iter().map(|row| house.vault.segment_path(&row.camera, row.start, row.id)).collect();
    let bytes: u64 = rows.iter().map(|row| row.bytes).sum();

    let asked = ExportAsked {
        case_reference: "BENCH-1".into(),
        cameras: vec![camera.clone()],
        range: Interval::new(start, start.plus_seconds(i64::from(minutes) * 60)).expect("forward"),
        purpose: Purpose { kind: PurposeKind::Case, reason: Reason::new("measuring").expect("a reason") },
    };
    let order = disclose::order(&house, actor(), "local:0".into(), asked).expect("the order is taken").id;
    let target = store.folder().join("target");
    let mut table = Table::new(&["", "seconds", "GB/s", "CPU-s", "of cp's speed", "of cp + sync's", "of cp + sha256sum's", "goal"]);
    let copy = best(rounds, &target, || copy(&files, &target));
    let copy_and_sum = best(rounds, &target, || {
        self::copy(&files, &target);
        let copies = files.iter().map(|file| target.join(file.file_name().expect("a name")));
        let summed = Command::new("sha256sum").args(copies).stdout(Stdio::null()).status().expect("sha256sum runs");
        assert!(summed.success());
    });
    let copy_to_disk = best(rounds, &target, || {
        self::copy(&files, &target);
        rustix::fs::sync();
    });
    let to_file = best(rounds, &target, || {
        fs::create_dir(&target).expect("a folder");
        export(&house, order, &target.join("bundle.zip"));
    });
    let to_disk = best(rounds, &target, || {
        fs::create_dir(&target).expect("a folder");
        export(&house, order, &target.join("bundle.zip"));
        rustix::fs::sync();
    });
    let to_nowhere = best(rounds, &target, || export(&house, order, Path::new("/dev/null")));
    for (name, took, goal) in [
        ("cp", &copy, ""),
        ("cp, then sync", &copy_to_disk, ""),
        ("cp, then sha256sum", &copy_and_sum, ""),
        ("export to a file", &to_file, "≥0.5× cp"),
        ("export to a file, then sync", &to_disk, "≥0.5× cp + sync"),
        ("export to /dev/null", &to_nowhere, ""),
    ] {
        table.row(&[
            name.to_owned(),
            format!("{:.2}", took.seconds),
            format!("{:.2}", bytes as f64 / 1e9 / took.seconds),
            format!("{:.2}", took.cpu_seconds),
            ratio(copy.seconds, took.seconds),
            ratio(copy_to_disk.seconds, took.seconds),
            ratio(copy_and_sum.seconds, took.seconds),
            goal.to_owned(),
        ]);
    }
    table.print(&format!(
        "Export of {minutes} min of one camera, {:.2} GB in {} segments (sealed beforehand in {:.1} s, synced), best of {rounds}",
        bytes as f64 / 1e9,
        rows.len(),
        recorded.as_secs_f64()
    ));
}

const fn actor() -> Actor {
    Actor::LocalOperator { uid: 0 }
}

struct Took {
    seconds: f64,
    cpu_seconds: f64,
}

/// The quickest of some rounds. The folder that a round fills is emptied before the next, unmeasured.
fn best(rounds: u32, target: &Path, mut act: impl FnMut()) -> Took {
    let mut took: Vec<Took> = (0..rounds)
        .map(|_| {
            let _ = fs::remove_dir_all(target);
            // What earlier rounds left to write would slow this one down.
            rustix::fs::sync();
            let (began, cpu_before) = (Instant::now(), cpu_seconds());
            act();
            Took { seconds: began.elapsed().as_secs_f64(), cpu_seconds: cpu_seconds() - cpu_before }
        })
        .collect();
    let _ = fs::remove_dir_all(target);
    took.sort_by(|one, other| one.seconds.total_cmp(&other.seconds));
    took.swap_remove(0)
}

/// Of this process and its ended children.
fn cpu_seconds() -> f64 {
    let stat = fs::read_to_string("/proc/self/stat").expect("readable");
    let fields = stat.rsplit(')').next().unwrap_or_default().split_whitespace();
    let ticks: u64 = fields.skip(11).take(4).filter_map(|field| field.parse::<u64>().ok()).sum();
    // `USER_HZ`, the unit of /proc.
    ticks as f64 / 100.0
}

fn copy(files: &[PathBuf], target: &Path) {
    fs::create_dir(target).expect("a folder");
    let copied = Command::new("cp").args(files).arg(target).status().expect("cp runs");
    assert!(copied.success());
}

fn export(house: &Arc<House>, order: Uuid, to: &Path) {
    let site = SiteFacts { name: "Bench".into(), controller: "Bench".into(), time_zone: "Europe/London".into() };
    let prepared = disclose::prepare(Arc::clone(house), actor(), order, CopyAsked::default(), site, Vec::new()).expect("prepared");
    let file: File = OpenOptions::new().write(true).create(true).truncate(true).open(to).expect("writable");
    prepared.write(file).expect("written");
}

/// A quotient to two digits after the point that matter.
fn ratio(of: f64, to: f64) -> String {
    if to > 0.0 { format!("{:.2}×", of / to) } else { "-".to_owned() }
}
