//! SIGKILL at every system call of expiry that changes the disk: after the next start every live segment
//! opens, nothing expired does, its file is gone, and the log has one line for each.
//!
//! The process killed is this test binary itself. `HOLDFAST_SYSCALLS=all` tries every call (`make soak`);
//! otherwise of the many writes only some, drawn by `HOLDFAST_SEED`.

use std::{
    collections::BTreeSet,
    path::Path,
    process::Command,
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use holdfast::{
    adapters::index::{
        audit,
        segment::{self, SegmentRow},
    },
    domain::{
        audit::LeafSeq,
        instant::{ClockReading, Interval, UtcInstant},
        recording::segment::{SegmentId, SegmentState},
    },
    jobs::{
        audit as log, deletion,
        expire::{self, Ran},
        hold,
        house::House,
    },
};
use rand::{SeedableRng, rngs::StdRng, seq::IndexedRandom};

use crate::{
    keeping_store::{CAMERAS, DAY, KeptStore, Left, START, asked, at, left, reads, right, seed, set_periods, staff},
    traced::{self, Blow, Ended, How, MANY},
};

const STORE: &str = "HOLDFAST_KEEPING_STORE";
const HANGS_AFTER: Duration = Duration::from_secs(60);
const WRITES_TRIED: usize = 20;
const PERIOD: i64 = DAY;
const DELETION: u128 = 1;

/// When the process that is killed runs expiry.
fn then() -> ClockReading {
    right(START + PERIOD + 100)
}

#[test]
#[ignore = "a process of the other tests, started by them"]
fn one_process() {
    let Some(folder) = std::env::var_os(STORE) else { return };
    let house = KeptStore::at(Path::new(&folder)).open();
    let ran = expire::run(&house, then()).unwrap();
    println!("\ntold done {}", ran.expired);
}

/// Of three cameras: due, held, deleted early by two people, held although to be deleted, and not due.
fn store_before() -> (KeptStore, BTreeSet<SegmentId>) {
    let store = KeptStore::new();
    let house = store.open();
    set_periods(&house, &CAMERAS, PERIOD, right(START - DAY));
    let mut going = BTreeSet::new();
    for (camera, minute) in CAMERAS.iter().flat_map(|camera| (0..4).map(move |minute| (*camera, minute))) {
        let start = START - 600 + minute * 60;
        let row = store.record(&house, camera, at(start), 60, right(start + 60));
        if minute != 1 {
            going.insert(row.id);
        }
    }
    let (from, to) = (at(START - 535), at(START - 500));
    hold::place(&house, staff(1), asked(&CAMERAS, from, Some(to), at(START)), right(START)).unwrap();
    expire::run(&house, right(START)).unwrap();
    for minute in 0..3 {
        let start = START + PERIOD - 600 + minute * 60;
        let row = store.record(&house, "gate", at(start), 60, right(start + 60));
        if minute == 1 {
            going.insert(row.id);
        }
    }
    let wanted = deletion::DeletionAsked {
        cameras: vec![crate::keeping_store::id("gate")],
        range: Interval::new(at(START + PERIOD - 530), at(START + PERIOD - 490)).unwrap(),
        reason: holdfast::domain::actor::Reason::new("Erasure was asked for").unwrap(),
        case_reference: format!("DSR-{DELETION}"),
    };
    let row = deletion::ask(&house, staff(1), wanted, then()).unwrap();
    deletion::grant(&house, staff(2), row.id, then()).unwrap();
    drop(house);
    (store, going)
}

fn copy_of(store: &KeptStore) -> (tempfile::TempDir, KeptStore) {
    let folder = crate::keeping_store::memory_folder();
    for file in crate::vault::walk(&store.folder) {
        let to = folder.path().join(file.strip_prefix(&store.folder).unwrap());
        std::fs::create_dir_all(to.parent().unwrap()).unwrap();
        std::fs::copy(&file, &to).unwrap();
    }
    let copy = KeptStore::at(folder.path());
    std::fs::create_dir_all(copy.folder.join("data/quarantine")).unwrap();
    (folder, copy)
}

fn process(store: &KeptStore) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", "keeping_kill::one_process", "--ignored", "--nocapture", "--test-threads=1"]).env(STORE, &store.folder);
    command
}

fn rows(house: &House) -> Vec<SegmentRow> {
    let ever = Interval::new(at(0), UtcInstant::FAR_FUTURE).unwrap();
    house.catalogue.read(|connection| segment::list(connection, None, &ever, u32::MAX)).unwrap()
}

/// What is expired goes wholly, what is live is wholly there.
fn is_whole(house: &House) -> Result<BTreeSet<SegmentId>, String> {
    let mut gone = BTreeSet::new();
    for row in rows(house) {
        let left = left(house, &row);
        if row.state == SegmentState::Expired {
            gone.insert(row.id);
            if left != Left::GONE {
                return Err(format!("expired, but {left:?}"));
            }
        } else if !reads(house, &row) {
            return Err(format!("live, but it can't be read: {left:?}"));
        }
    }
    let leaves = house.catalogue.read(|connection| audit::leaves(connection, LeafSeq(0), u32::MAX)).unwrap();
    let mut logged: Vec<String> = leaves
        .iter()
        .filter(|leaf| leaf.leaf["action"] == "segment.expire")
        .map(|leaf| leaf.leaf["object"].as_str().unwrap().to_owned())
        .collect();
    logged.sort();
    let mut expected: Vec<String> = gone.iter().map(ToString::to_string).collect();
    expected.sort();
    if logged != expected {
        return Err(format!("{} gone, {} logged", expected.len(), logged.len()));
    }
    Ok(gone)
}

fn look(store: &KeptStore, going: &BTreeSet<SegmentId>) -> Result<usize, String> {
    let house = store.open();
    let gone = is_whole(&house)?;
    if !gone.is_subset(going) {
        return Err("something went that was not due".into());
    }
    let ran = expire::run(&house, then()).map_err(|error| error.to_string())?;
    if ran.refused.is_some() || ran.expired as usize != going.len() - gone.len() {
        return Err(format!("the next run: {ran:?} after {} had gone", gone.len()));
    }
    if is_whole(&house)? != *going {
        return Err("the next run did not finish".into());
    }
    if expire::run(&house, then()).map_err(|error| error.to_string())?.expired != Ran::default().expired {
        return Err("something goes twice".into());
    }
    let verdict = log::verify(&house).map_err(|error| error.to_string())?;
    if verdict.ok { Ok(gone.len()) } else { Err(verdict.detail) }
}

#[test]
fn expiry_survives_a_kill_and_a_failure_at_every_call() {
    if !traced::permitted() {
        return;
    }
    let (seed, started) = (seed(), Instant::now());
    let all = std::env::var("HOLDFAST_SYSCALLS").is_ok_and(|wanted| wanted == "all");
    let (store, going) = store_before();
    let (_folder, copy) = copy_of(&store);
    let untouched = traced::run(&mut process(&copy), None, HANGS_AFTER);
    assert!(untouched.stdout.contains(&format!("told done {}", going.len())), "{}{}", untouched.stdout, untouched.stderr);
    let mut random = StdRng::seed_from_u64(seed);
    let mut blows = Vec::new();
    for (call, numbers) in traced::changes(&untouched.calls, &copy.folder) {
        let every: Vec<usize> = numbers.into_iter().collect();
        let many = MANY.contains(&call) && !all;
        let tried: Vec<usize> = if many { every.sample(&mut random, WRITES_TRIED).copied().collect() } else { every };
        let fails = if matches!(call, "write" | "pwrite64") { "ENOSPC" } else { "EIO" };
        blows.extend(tried.iter().map(|nth| Blow { call, nth: *nth, how: How::Kill }));
        // The one process gives up at the first error, so a failure is a crash a little later.
        blows.extend(tried.iter().step_by(if all { 1 } else { 4 }).map(|nth| Blow { call, nth: *nth, how: How::Fail(fails) }));
    }
    let (next, missed, failures, halves) = (AtomicUsize::new(0), AtomicUsize::new(0), Mutex::new(Vec::new()), AtomicUsize::new(0));
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                while let Some(blow) = blows.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let (_folder, copy) = copy_of(&store);
                    let traced = traced::run(&mut process(&copy), Some(blow), HANGS_AFTER);
                    if blow.how == How::Kill && !matches!(traced.ended, Ended::Killed) {
                        missed.fetch_add(1, Ordering::Relaxed);
                    }
                    match look(&copy, &going) {
                        Ok(gone) => _ = halves.fetch_add(usize::from(gone == going.len()), Ordering::Relaxed),
                        Err(what) => failures.lock().unwrap().push(format!("{} {} {:?}: {what}", blow.call, blow.nth, blow.how)),
                    }
                }
            });
        }
    });
    let (failures, missed, after) = (failures.into_inner().unwrap(), missed.into_inner(), halves.into_inner());
    println!("{} points, {after} of them after the rows had gone, in {:?}, HOLDFAST_SEED={seed}", blows.len(), started.elapsed());
    assert!(failures.is_empty(), "{} of {} points:\n{}", failures.len(), blows.len(), failures.join("\n"));
    assert!(missed * 50 < blows.len() && after > blows.len() / 10 && after < blows.len(), "{missed} never reached, {after} after");
}
