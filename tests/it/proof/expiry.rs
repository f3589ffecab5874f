//! The proof of forgetting on a real store: true when all went as it should, and every lie found.

use std::{fs, os::unix::fs::FileExt};

use holdfast::{
    adapters::index::{expiry, segment},
    domain::{audit::Action, recording::segment::KeyEpoch, retention::proof::ExpiryProof},
};
use serde_json::json;

use super::store::{Store, camera, later};

const OLD: i64 = 2 * 3600;
const FRESH: i64 = 60;

fn numbers(proof: &ExpiryProof) -> (bool, [u64; 7]) {
    let ExpiryProof { ok, recorded, live, expired, held_violations, overdue, unproven, pending, .. } = proof;
    (*ok, [*recorded, *live, *expired, *held_violations, *overdue, *unproven, *pending])
}

fn refused(store: &Store, says: &str) -> ExpiryProof {
    let proof = store.prove();
    assert!(!proof.ok && proof.detail.contains(says), "{proof:?}");
    proof
}

#[test]
fn what_was_recorded_held_and_expired_as_it_should_is_proved() {
    let store = Store::new();
    let (gone, held, fresh) = (store.record(OLD), store.record(OLD + 600), store.record(FRESH));
    let hold = store.hold(&held);
    assert_eq!(store.expire().expired, 1);
    assert_eq!(numbers(&store.prove()), (true, [3, 2, 1, 0, 0, 0, 1]), "{}", store.prove().detail);
    store.destroyed(later(1), KeyEpoch(1));
    assert_eq!(numbers(&store.prove()), (true, [3, 2, 1, 0, 0, 0, 0]));
    // A day later the destroyed generation still covers it; what is released may go.
    store.append(later(30), Action::HouseStop, "x", json!({}));
    assert_eq!(numbers(&store.prove()), (true, [3, 2, 1, 0, 0, 0, 0]));
    store.released(hold);
    assert_eq!(store.expire().expired, 1);
    assert_eq!(store.prove().held_violations, 0);
    assert!(!store.file(&gone).exists() && store.file(&fresh).exists());
    let proof = serde_json::to_value(store.prove()).unwrap();
    for field in ["recorded", "live", "expired", "held_violations", "overdue", "unproven"] {
        assert!(proof[field].is_u64(), "{field}");
    }
}

#[test]
fn footage_from_before_leaves_told_its_key_and_start_is_proved_as_well() {
    let store = Store::new();
    for age in [FRESH, OLD] {
        store.record_telling(age, |entry| {
            for field in ["start", "key_commitment"] {
                assert!(entry.details.remove(field).is_some());
            }
        });
    }
    assert_eq!(store.expire().expired, 1);
    assert_eq!(numbers(&store.prove()), (true, [2, 1, 1, 0, 0, 0, 1]));
}

#[test]
fn a_row_deleted_behind_the_logs_back_is_missed() {
    for age in [FRESH, OLD] {
        let store = Store::new();
        let row = store.record(age);
        store.record(FRESH);
        if age == OLD {
            store.expire();
        }
        store.behind_its_back("DELETE FROM segment WHERE id = ?1", [row.id.0.as_bytes()]);
        assert_eq!(refused(&store, &row.id.to_string()).unproven, 1);
    }
}

#[test]
fn an_expiry_that_was_not_logged_is_found() {
    let store = Store::new();
    let row = store.record(OLD);
    store.behind_its_back("UPDATE segment SET state = 'expired', expired_utc_ns = 1, file_gone = 1 WHERE id = ?1", [row.id.0.as_bytes()]);
    store.house.vault.slots().kill([(row.slot, row.id)]).unwrap();
    assert_eq!(refused(&store, "the log doesn't say so").unproven, 1);
}

#[test]
fn a_leaf_taken_out_of_the_log_is_found() {
    let store = Store::new();
    store.record(OLD);
    store.expire();
    assert!(store.prove().ok);
    let deleted = store.behind_its_back("DELETE FROM audit_leaf WHERE seq = (SELECT max(seq) FROM audit_leaf)", []);
    assert_eq!(deleted, 1);
    refused(&store, "the log itself");
}

#[test]
fn a_held_segment_that_went_all_the_same_is_found() {
    let store = Store::new();
    let row = store.record(OLD);
    store.hold(&row);
    assert_eq!(store.expire().held_back, 1);
    let changed = store.behind_its_back("UPDATE hold SET state = 'released', state_utc_ns = 1", []);
    assert_eq!(changed, 1, "the hold is ended without its two people");
    assert_eq!(store.expire().expired, 1);
    let proof = refused(&store, "kept it");
    assert_eq!((proof.held_violations, proof.unproven), (1, 0));
}

#[test]
fn a_hold_beside_what_expired_is_no_violation() {
    let store = Store::new();
    let (first, second) = (store.record(OLD), store.record(OLD - 60));
    store.hold(&second);
    assert_eq!(store.expire().expired, 1);
    let gone = store.house.catalogue.read(|c| segment::by_id(c, first.id)).unwrap().unwrap();
    assert_eq!(gone.camera, camera());
    assert_eq!(numbers(&store.prove()), (true, [2, 1, 1, 0, 0, 0, 1]));
}

#[test]
fn an_expired_file_and_slot_put_back_from_a_copy_are_found() {
    let store = Store::new();
    let row = store.record(OLD);
    let keys = store.folder.path().join("keys.1");
    let (file, slots) = (fs::read(store.file(&row)).unwrap(), fs::read(&keys).unwrap());
    store.expire();
    assert!(store.prove().ok);
    fs::create_dir_all(store.file(&row).parent().unwrap()).unwrap();
    fs::write(store.file(&row), file).unwrap();
    fs::OpenOptions::new().write(true).open(&keys).unwrap().write_all_at(&slots, 0).unwrap();
    let proof = refused(&store, "the present keys still open it");
    assert_eq!((proof.expired, proof.unproven), (1, 1));
}

#[test]
fn a_live_segment_whose_key_is_gone_is_found() {
    let store = Store::new();
    let row = store.record(FRESH);
    store.house.vault.slots().kill([(row.slot, row.id)]).unwrap();
    let proof = refused(&store, "no key opens it");
    assert_eq!((proof.live, proof.unproven), (0, 1));
}

#[test]
fn a_generation_that_was_not_destroyed_within_a_day_is_found() {
    let store = Store::new();
    store.record(OLD);
    store.expire();
    store.destroyed(later(1), KeyEpoch(0));
    assert_eq!(store.prove().pending, 1, "an older generation says nothing about this one");
    store.append(later(25), Action::HouseStop, "x", json!({}));
    assert_eq!(refused(&store, "was not destroyed within a day").unproven, 1);
    store.destroyed(later(26), KeyEpoch(2));
    assert_eq!(refused(&store, "more than a day after").unproven, 1);
}

#[test]
fn what_should_have_gone_more_than_a_day_ago_is_overdue() {
    let store = Store::new();
    store.record(OLD + 25 * 3600);
    let proof = refused(&store, "should have gone");
    assert_eq!((proof.overdue, proof.unproven), (1, 0));
}

#[test]
fn a_row_brought_back_to_life_is_found() {
    let store = Store::new();
    let row = store.record(OLD);
    store.expire();
    store.behind_its_back("UPDATE segment SET state = 'sealed' WHERE id = ?1", [row.id.0.as_bytes()]);
    let proof = refused(&store, "as if it had not");
    assert_eq!(proof.live, 0);
    assert!(store.house.catalogue.read(|c| expiry::garbage(c, None, 9)).unwrap().is_empty());
}
