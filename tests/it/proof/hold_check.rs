//! What is held is opened, hashed and decoded: real pictures count, damage is named.

use std::{fs, os::unix::fs::FileExt, sync::Arc, time::Duration};

use bytes::Bytes;
use holdfast::{
    adapters::{
        clock,
        index::{
            hold,
            segment::{self, SegmentRow},
        },
        vault::writer::{NewSegment, SegmentWriter},
        video::{MediaWorkers, Workplace},
    },
    domain::{
        actor::{Actor, Reason, UserId},
        audit::LeafSeq,
        camera::{CameraId, Transport},
        instant::UtcInstant,
        recording::{
            index::Sample,
            segment::{SegmentId, SegmentState},
        },
        retention::hold::{HeldSpan, HoldAsked, HoldId, HoldKind, HoldState},
    },
    jobs::{
        expire, hold as holds,
        hold_check::{self, HoldReport},
        house::House,
    },
};
use rusqlite::params;
use tempfile::TempDir;
use tokio::sync::watch;
use uuid::Uuid;

use super::store::{Store, camera, later};
use crate::{
    appliance::{Appliance, id, wait_until},
    cameras::Cameras,
    keeping_store::KeptStore,
    recorded::{access_units, rows},
};

const SOON: Duration = Duration::from_secs(60);
const ME: Actor = Actor::LocalOperator { uid: 0 };

fn workers() -> (TempDir, MediaWorkers) {
    let scratch = TempDir::new().unwrap();
    let workplace = Workplace { program: env!("CARGO_BIN_EXE_holdfast").into(), scratch: scratch.path().join("workers") };
    (scratch, MediaWorkers::new(workplace))
}

/// A store with a few sealed segments of one camera.
fn recorded() -> (Appliance, Arc<House>) {
    let cameras = Cameras::start(&["path=cam,scene=320x240@15,codec=h264"], &["--numbered"]);
    let mut appliance = Appliance::new(&[("cam", &cameras.access("cam", None, Transport::Tcp))], "5s");
    appliance.start();
    wait_until(SOON, "two segments are sealed", || {
        let listed = appliance.json(&["segment", "list", "--json"]);
        listed.as_array().is_some_and(|list| list.iter().filter(|s| s["state"] == "sealed").count() >= 2)
    });
    appliance.stop();
    let house = Arc::new(appliance.house());
    (appliance, house)
}

fn place(house: &House, camera: CameraId, from: UtcInstant, to: Option<UtcInstant>) -> HoldId {
    let asked = HoldAsked {
        kind: HoldKind::Hold,
        cameras: vec![camera],
        span: HeldSpan::new(from, to).unwrap(),
        reason: Reason::new("Burglary reported").unwrap(),
        case_reference: "CR-1".into(),
        requester: "PC 123".into(),
        review_by: clock::now().utc.plus_seconds(86_400),
    };
    holds::place(house, ME, asked, clock::now()).unwrap().id
}

async fn check(house: &Arc<House>, id: HoldId) -> HoldReport {
    let (_scratch, workers) = workers();
    hold_check::check(house, &workers, ME, id).await.unwrap()
}

#[tokio::test]
async fn held_footage_is_counted_picture_by_picture_and_a_flipped_byte_is_named() {
    let (_appliance, house) = recorded();
    let camera = id("cam");
    let kept = rows(&house, &camera);
    let hold = place(&house, camera.clone(), kept[0].start.plus_seconds(-3600), None);
    let report = check(&house, hold).await;
    assert!(report.ok, "{report:?}");
    let pictures: usize = kept.iter().map(|row| access_units(&house, row).len()).sum();
    assert_eq!((report.segments, report.frames), (kept.len() as u64, pictures as u64));
    let recorded_seconds = kept.last().unwrap().end.unwrap().nanos_since(kept[0].start) / 1_000_000_000;
    assert!(report.seconds_covered >= 9 && report.seconds_expected.abs_diff(report.seconds_covered) <= 1, "{report:?}");
    assert!(
        report.seconds_expected.abs_diff(recorded_seconds as u64) <= 2,
        "the hour before the first recording is not expected: {report:?}"
    );

    let path = house.vault.segment_path(&kept[1].camera, kept[1].start, kept[1].id);
    let file = fs::OpenOptions::new().read(true).write(true).open(&path).unwrap();
    let mut byte = [0];
    let at = file.metadata().unwrap().len() / 2;
    file.read_exact_at(&mut byte, at).unwrap();
    file.write_all_at(&[byte[0] ^ 1], at).unwrap();
    let report = check(&house, hold).await;
    assert_eq!(report.damaged.iter().map(|damage| damage.segment).collect::<Vec<_>>(), [kept[1].id], "{report:?}");
    assert!(!report.ok);

    let kept_check = house.catalogue.read(|c| hold::last_check(c, hold)).unwrap().unwrap();
    assert!(!kept_check.ok && kept_check.report.contains(&kept[1].id.to_string()));
    let leaves = house.catalogue.read(|c| holdfast::adapters::index::audit::leaves(c, LeafSeq(0), 10_000)).unwrap();
    let checks: Vec<_> = leaves.iter().filter(|leaf| leaf.leaf["action"] == "hold.check").collect();
    assert_eq!(checks.len(), 2);
    assert_eq!(checks[1].leaf["details"]["damaged"], serde_json::json!([kept[1].id]));
}

#[tokio::test]
async fn one_picture_that_cannot_be_decoded_and_a_changed_root_are_named() {
    let (_appliance, house) = recorded();
    let camera = id("cam");
    let kept = rows(&house, &camera);
    let spoilt = record_spoilt(&house, &kept[0]);
    let hold = place(&house, camera, kept[0].start, None);
    let connection = rusqlite::Connection::open(house.catalogue.path()).unwrap();
    connection.execute("UPDATE segment SET fragment_root = ?2 WHERE id = ?1", params![kept[1].id.0.as_bytes(), [9u8; 32]]).unwrap();
    let report = check(&house, hold).await;
    let what = |id: SegmentId| report.damaged.iter().find(|damage| damage.segment == id).map(|damage| damage.what.as_str());
    assert_eq!(report.damaged.len(), 2, "{report:?}");
    assert!(what(spoilt.id).unwrap().contains("pictures can be decoded"), "{report:?}");
    assert!(what(kept[1].id).unwrap().contains("what was logged"), "{report:?}");
}

/// The pictures of `like` a minute later, whole and sealed as recorded, but one of them was nonsense
/// when it came from the camera.
fn record_spoilt(house: &House, like: &SegmentRow) -> SegmentRow {
    let reader = house.vault.open_segment(like).unwrap();
    let parameters = reader.parameters().unwrap();
    let start = like.start.plus_seconds(60);
    let new = NewSegment { camera: &like.camera, parameters: &parameters, start, reading: clock::now(), open_count: house.open_count };
    let (mut writer, row) = SegmentWriter::create(&house.vault, &new).unwrap();
    house.catalogue.write(|tx| segment::open(tx, &row)).unwrap();
    let mut units = access_units(house, like).into_iter();
    let mut at = start.media_ticks();
    for (number, entry) in reader.index().fragments.iter().enumerate() {
        let mut pictures: Vec<(Sample, Bytes)> = entry.samples.iter().map(|sample| (*sample, units.next().unwrap().into())).collect();
        if number == 1 {
            let (sample, data) = pictures.last_mut().unwrap();
            *data = vec![0; sample.size_bytes as usize].into();
        }
        at = writer.append(at, &pictures, &mut Vec::new()).unwrap();
    }
    let closing = writer.finish(UtcInstant::from_media_ticks(at), vec![0], None).unwrap();
    house.catalogue.write(|tx| segment::close(tx, row.id, SegmentState::Sealed, &closing)).unwrap();
    house.catalogue.read(|c| segment::by_id(c, row.id)).unwrap().unwrap()
}

#[tokio::test]
async fn what_is_missing_is_named_and_what_is_explained_is_not_expected() {
    let store = Store::new();
    let (first, gone, last) = (store.record(600), store.record(597), store.record(594));
    let house = Arc::new(store.house);
    let hold = place(&house, camera(), first.start, last.end);
    let report = check(&house, hold).await;
    // Nothing in these is a picture: the hash is right, and the decoder says so all the same.
    assert_eq!((report.ok, report.damaged.len(), report.missing.len()), (false, 3, 0), "{report:?}");
    assert!(report.damaged.iter().all(|damage| damage.what.contains("decode")), "{report:?}");
    assert_eq!((report.seconds_expected, report.seconds_covered), (9, 9));
    let connection = rusqlite::Connection::open(house.catalogue.path()).unwrap();
    connection.execute_batch("DROP TRIGGER segment_stays").unwrap();
    connection.execute("DELETE FROM segment WHERE id = ?1", [gone.id.0.as_bytes()]).unwrap();
    let report = check(&house, hold).await;
    assert_eq!((report.seconds_expected, report.seconds_covered, report.missing.len()), (9, 6, 1), "{report:?}");
    let number: i64 = connection.query_row("SELECT number FROM camera WHERE id = 'gate'", [], |row| row.get(0)).unwrap();
    connection
        .execute(
            "INSERT INTO gap (camera, from_utc_ns, to_utc_ns, cause) VALUES (?1, ?2, ?3, 'camera_lost')",
            [number, first.end.unwrap().unix_nanos(), last.start.unix_nanos()],
        )
        .unwrap();
    let report = check(&house, hold).await;
    assert_eq!((report.seconds_expected, report.seconds_covered, report.missing.len(), report.gaps.len()), (6, 6, 0, 1), "{report:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_hold_is_looked_at_within_seconds_and_again_when_two_have_agreed() {
    let store = Store::new();
    let row = store.record(60);
    let house = Arc::new(store.house);
    let (_scratch, workers) = workers();
    let (stop, stopping) = watch::channel(false);
    let checking = tokio::spawn(hold_check::keep_checking(Arc::clone(&house), workers, stopping));
    let hold = place(&house, camera(), row.start, row.end);
    let last = || house.catalogue.read(|c| hold::last_check(c, hold)).unwrap().map(|check| check.at);
    tokio::task::block_in_place(|| wait_until(SOON, "the new hold is checked", || last().is_some()));
    let first = last().unwrap();
    let bea = Actor::Staff { id: UserId(Uuid::from_u128(2)), name: "Bea".into() };
    holds::release(&house, ME, hold, clock::now()).unwrap();
    holds::release(&house, bea, hold, clock::now()).unwrap();
    tokio::task::block_in_place(|| wait_until(SOON, "it is checked again", || last().unwrap() > first));
    stop.send(true).unwrap();
    checking.await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hold_on_what_is_only_being_recorded_is_looked_at_once_there_is_a_segment() {
    let store = KeptStore::new();
    let house = Arc::new(store.open());
    let (now, reading) = (clock::now().utc, clock::now());
    store.record_open(&house, "gate", now.plus_seconds(-20), 10, reading);
    store.record(&house, "lift", now.plus_seconds(-60), 10, reading);
    let (gate, lift) = (CameraId::new("gate").unwrap(), CameraId::new("lift").unwrap());
    let (begun, upto) = (place(&house, gate, now.plus_seconds(-30), None), now.plus_seconds(-10));
    let (_scratch, workers) = workers();
    let (stop, stopping) = watch::channel(false);
    let checking = tokio::spawn(hold_check::keep_checking(Arc::clone(&house), workers, stopping));
    let is_checked = |id| house.catalogue.read(|c| hold::last_check(c, id)).unwrap().is_some();
    // Among holds never looked at, the lower id comes first: this one's turn is after the first one's.
    let mut last = begun;
    while last <= begun {
        last = place(&house, lift.clone(), now.plus_seconds(-90), Some(upto));
        tokio::task::block_in_place(|| wait_until(SOON, "a hold with a segment is checked", || is_checked(last)));
    }
    assert!(!is_checked(begun), "told of nothing before there was anything to tell of");
    store.record(&house, "gate", now.plus_seconds(-10), 5, reading);
    tokio::task::block_in_place(|| wait_until(SOON, "now there is a segment", || is_checked(begun)));
    stop.send(true).unwrap();
    checking.await.unwrap();
}

#[test]
fn no_hold_is_let_go_before_the_look_that_follows_the_agreement() {
    let store = Store::new();
    let row = store.record(60);
    let hold = store.hold(&row);
    let check = |at, ok| {
        let row = hold::CheckRow { hold, at, ok, report: "{}".into() };
        store.house.catalogue.write(|tx| hold::add_check(tx, &row)).unwrap();
    };
    check(clock::now().utc, true);
    holds::release(&store.house, ME, hold, clock::now()).unwrap();
    holds::release(&store.house, Actor::Staff { id: UserId(Uuid::from_u128(2)), name: "Bea".into() }, hold, clock::now()).unwrap();
    let state = || store.house.catalogue.read(|c| hold::by_id(c, hold)).unwrap().unwrap().state;
    expire::run(&store.house, later(73)).unwrap();
    assert!(matches!(state(), HoldState::Releasing { .. }), "the last look was before the agreement");
    check(clock::now().utc, false);
    expire::run(&store.house, later(73)).unwrap();
    assert!(matches!(state(), HoldState::Released { .. }));
    let leaves = store.house.catalogue.read(|c| holdfast::adapters::index::audit::leaves(c, LeafSeq(0), 10_000)).unwrap();
    let released = leaves.iter().find(|leaf| leaf.leaf["action"] == "hold.released").unwrap();
    assert_eq!(released.leaf["details"]["check_ok"], false, "a look that failed stops nothing, but is told");
}
