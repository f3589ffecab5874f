//! A hold and expiry at the same moment, again and again: each held segment is there, or the receipt
//! says that it had gone. Never both, never neither.
//!
//! `HOLDFAST_RACES` says how often (2,000 unless told; `make soak` 100,000).

use std::{
    sync::Barrier,
    time::{Duration, Instant},
};

use holdfast::jobs::{expire, hold};
use rand::{RngExt, SeedableRng, rngs::StdRng};

use crate::keeping_store::{CAMERAS, DAY, KeptStore, Left, START, asked, at, count, left, reads, right, seed, set_periods, staff};

/// Races in one store: more would only make its list of holds long.
const IN_A_STORE: u64 = 100;
const PERIOD: i64 = DAY;

#[test]
fn a_hold_that_races_expiry_keeps_its_footage_or_says_that_it_came_too_late() {
    let (races, seed, started) = (count("HOLDFAST_RACES", 2000), seed(), Instant::now());
    println!("{races} races, HOLDFAST_SEED={seed}");
    let mut random = StdRng::seed_from_u64(seed);
    let (mut held, mut gone, mut run) = (0u64, 0u64, 0);
    // How long the hold waits, so that either wins about as often: the races are close ones.
    let mut lead = Duration::from_millis(1);
    while run < races {
        let store = KeptStore::new();
        let house = store.open();
        set_periods(&house, &CAMERAS, PERIOD, right(START - 2 * PERIOD));
        for race in 0..IN_A_STORE.min(races - run) {
            let from = START + race as i64 * (PERIOD + 7200);
            let recorded = right(from + 100);
            let rows: Vec<_> = (0..2).map(|nth| store.record(&house, CAMERAS[nth], at(from + nth as i64 * 20), 10, recorded)).collect();
            let now = right(from + PERIOD + 3600);
            let start = Barrier::new(2);
            let wait = lead.mul_f64(random.random_range(0.5..1.5));
            let receipt = std::thread::scope(|scope| {
                let holding = scope.spawn(|| {
                    start.wait();
                    let begun = Instant::now();
                    while begun.elapsed() < wait {
                        std::hint::spin_loop();
                    }
                    hold::place(&house, staff(1), asked(&CAMERAS[..2], at(from), Some(at(from + 3600)), now.utc), now).unwrap()
                });
                start.wait();
                let ran = expire::run(&house, now).unwrap();
                assert_eq!(ran.refused, None);
                holding.join().unwrap()
            });
            for row in &rows {
                let within = |stretch: &&hold::Stretch| {
                    stretch.camera == row.camera && stretch.start <= row.start && row.end.unwrap() <= stretch.end
                };
                let covered = receipt.covered.iter().find(within).is_some();
                let told_gone = receipt.already_gone.iter().find(within).is_some();
                match (covered, told_gone) {
                    (true, false) => {
                        held += 1;
                        assert!(left(&house, row) == Left::KEPT && reads(&house, row), "race {run}: held, but {:?}", left(&house, row));
                    }
                    (false, true) => {
                        gone += 1;
                        assert_eq!(left(&house, row), Left::GONE, "race {run}");
                    }
                    other => panic!("race {run}: covered and gone are {other:?} for {row:?} in {receipt:?}"),
                }
            }
            lead = lead
                .mul_f64(if receipt.covered.is_empty() { 0.9 } else { 1.1 })
                .clamp(Duration::from_micros(10), Duration::from_millis(50));
            run += 1;
        }
    }
    println!("{held} segments held, {gone} gone before, in {:?}", started.elapsed());
    assert!(held > races / 10 && gone > races / 10, "the race was always won by the same: {held} held, {gone} gone");
}
