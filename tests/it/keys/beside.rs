//! Recording, expiry and playing go on while keys rotate, and nothing is lost.

use std::{
    sync::{
        Mutex,
        atomic::{AtomicBool, AtomicU8, AtomicU32, Ordering},
    },
    time::{Duration, Instant},
};

use holdfast::{
    adapters::{
        clock,
        index::segment::{self, SegmentRow},
        vault::{
            VaultError,
            writer::{NewSegment, SegmentWriter},
        },
    },
    domain::{camera::Transport, instant::UtcInstant, recording::segment::SegmentState},
};

use super::store::{Kept, Tier, expire, one_generation_is_left, rotated};
use crate::{
    appliance::{Appliance, id, wait_until},
    cameras::Cameras,
    recorded::pictures,
    vault::{camera, parameters, reads_back, record},
};

#[test]
fn a_key_stored_before_its_row_is_committed_survives_the_rotation_between() {
    let kept = Kept::new(Tier::File);
    let house = kept.open();
    record(&house, 1, Some(()));
    let parameters = parameters();
    let start = UtcInstant::from_unix_seconds(1_790_000_600);
    let new = NewSegment { camera: &camera(), parameters: &parameters, start, reading: clock::now(), open_count: house.open_count };
    let (writer, row) = SegmentWriter::create(&house.vault, &new).unwrap();
    let (given_up, gone) = SegmentWriter::create(&house.vault, &NewSegment { start: start.plus_seconds(60), ..new }).unwrap();
    house.vault.slots().kill([(gone.slot, gone.id)]).unwrap();
    assert_eq!(rotated(&house).rewrapped, 2);
    assert_eq!(rotated(&house).rewrapped, 2, "it may take longer than one generation");
    house.catalogue.write(|tx| segment::open(tx, &row)).unwrap();
    drop((writer, given_up));
    assert!(house.vault.open_segment(&row).is_ok());
    assert!(matches!(house.vault.open_segment(&gone), Err(VaultError::KeyGone(_))));
    assert_eq!(rotated(&house).rewrapped, 2);
    assert!(house.vault.open_segment(&row).is_ok());
}

#[test]
fn recording_and_expiry_go_on_while_keys_rotate() {
    let kept = Kept::new(Tier::File);
    let house = kept.open();
    let (films, rotations, over) = (AtomicU8::new(1), AtomicU32::new(0), AtomicBool::new(false));
    let (live, gone) = (Mutex::new(Vec::new()), Mutex::new(Vec::new()));
    std::thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| {
                let mut mine: Vec<(SegmentRow, u8)> = Vec::new();
                while !over.load(Ordering::Relaxed) {
                    let film = films.fetch_add(1, Ordering::Relaxed);
                    if film >= 250 {
                        break;
                    }
                    mine.push((record(&house, film, Some(())), film));
                    // What lives is read all the while.
                    let (row, its_film) = &mine[mine.len() / 2];
                    assert_eq!(reads_back(&house, row, *its_film).unwrap(), 6);
                    if film.is_multiple_of(3) {
                        let (row, film) = mine.remove(0);
                        expire(&house, &row);
                        gone.lock().unwrap().push((row, film));
                    }
                }
                live.lock().unwrap().extend(mine);
            });
        }
        let (done, rotations) = (|| films.load(Ordering::Relaxed) > 60, &rotations);
        let began = Instant::now();
        while !done() || rotations.load(Ordering::Relaxed) < 8 {
            assert!(began.elapsed() < Duration::from_secs(60), "recording stands still");
            assert!(rotated(&house).destroyed);
            rotations.fetch_add(1, Ordering::Relaxed);
        }
        over.store(true, Ordering::Relaxed);
    });
    let (live, gone) = (live.into_inner().unwrap(), gone.into_inner().unwrap());
    assert!(live.len() > 10 && gone.len() > 5, "{} live, {} gone", live.len(), gone.len());
    drop(house);
    let house = kept.open();
    assert_eq!((house.healed.keys_killed, house.healed.alarms), (0, 0));
    one_generation_is_left(&house, 1 + rotations.into_inner());
    for (row, film) in &live {
        assert_eq!(reads_back(&house, row, *film).unwrap(), 6);
    }
    for (row, _) in &gone {
        let again = SegmentRow { state: SegmentState::Sealed, ..row.clone() };
        assert!(matches!(house.vault.open_segment(&again), Err(VaultError::KeyGone(_) | VaultError::Seal { .. })));
    }
}

#[test]
fn the_command_line_rotates_while_a_camera_is_recorded_and_no_picture_is_lost() {
    let cameras = Cameras::start(&["path=cam,scene=320x240@15,codec=h264"], &["--numbered"]);
    let mut appliance = Appliance::new(&[("cam", &cameras.access("cam", None, Transport::Tcp))], "5s");
    appliance.start();
    let sealed = |at_least: usize| {
        wait_until(Duration::from_secs(60), "segments are sealed", || {
            let list = appliance.json(&["segment", "list", "--json"]);
            list.as_array().is_some_and(|list| list.iter().filter(|segment| segment["state"] == "sealed").count() >= at_least)
        });
    };
    sealed(1);
    let status = appliance.json(&["status", "--json"]);
    assert_eq!((&status["keys"]["epoch"], &status["keys"]["claim"]["tier"]), (&1.into(), &"B".into()));
    for to in 2..=4u64 {
        let outcome = appliance.json(&["keys", "rotate", "--json"]);
        assert_eq!(
            (&outcome["from"], &outcome["to"], &outcome["destroyed"], &outcome["custody"]),
            (&(to - 1).into(), &to.into(), &true.into(), &"file".into())
        );
        assert!(outcome["rewrapped"].as_u64().unwrap() >= 1);
        assert_eq!(outcome.as_object().unwrap().len(), 5, "{outcome}");
        sealed(to as usize);
    }
    assert_eq!(appliance.json(&["status", "--json"])["keys"]["epoch"], 4);
    appliance.stop();
    let house = appliance.house();
    one_generation_is_left(&house, 4);
    let numbers: Vec<u64> = pictures(&house, &id("cam")).concat().iter().map(|picture| picture.number).collect();
    assert!(numbers.len() > 100 && numbers.windows(2).all(|pair| pair[1] == pair[0] + 1), "pictures are missing among {}", numbers.len());
}
