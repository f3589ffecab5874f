//! Rotating the keys of 750,000 segments (64 cameras, eight days of minutes) while recording goes on.
//!
//! Goal: ten seconds at most, and no key that recording stores meanwhile is lost. Prints the time, the
//! rate, and the longest that recording waited for a key. `HOLDFAST_BENCH_KEYS` changes the number.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a bench that cannot go on has failed")]

#[path = "ground/keys.rs"]
mod keys;

use std::{
    sync::atomic::{AtomicBool, Ordering},
    time::{Duration, Instant},
};

use holdfast::{
    adapters::index::segment,
    domain::{actor::Actor, instant::UtcInstant},
    jobs::rotate_keys::rotate,
};

use self::keys::{CAMERAS, KeyStore, SEGMENT_SECONDS, key_of, row};

const GOAL: Duration = Duration::from_secs(10);

fn start(number: u32) -> UtcInstant {
    UtcInstant::from_unix_seconds(1_790_000_000 + i64::from(number / CAMERAS) * SEGMENT_SECONDS)
}

fn main() {
    let keys: u32 = std::env::var("HOLDFAST_BENCH_KEYS").ok().and_then(|text| text.parse().ok()).unwrap_or(750_000);
    let (store, rows) = KeyStore::filled(keys, start);
    let house = store.open();
    rustix::fs::sync();

    let over = AtomicBool::new(false);
    let (elapsed, rotated, newer, longest_wait) = std::thread::scope(|scope| {
        let recording = scope.spawn(|| {
            let (mut newer, mut longest) = (Vec::new(), Duration::ZERO);
            while !over.load(Ordering::Relaxed) {
                let number = keys + newer.len() as u32;
                let began = Instant::now();
                let slot = house.vault.slots().reserve();
                let row = row(&house, number, slot, start(number));
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
