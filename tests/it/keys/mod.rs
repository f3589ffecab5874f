//! Key generations on real files, a real ext4 image and a real software TPM: what lives stays
//! readable through every rotation and every crash in one, and what is gone opens with nothing.

mod beside;
mod crash;
mod device;
mod failing;
pub mod store;

use std::fs;

use holdfast::{
    adapters::{
        clock,
        index::store::{Fact, set_fact},
        vault::{VaultError, custody::EpochPlace},
    },
    domain::{actor::Actor, keys::generation::Contents, recording::segment::KeyEpoch},
    jobs::{
        house::House,
        rotate_keys::{Rotated, rotate, rotate_if_due},
    },
};
use tempfile::TempDir;

pub use self::store::copy_folder;
use self::store::{Kept, SoftwareTpm, Tier, expire, leaves, one_generation_is_left, open, place, rotated};
use crate::vault::{reads_back, record};

fn keeps_what_lives_and_nothing_else(tier: Tier) {
    let kept = Kept::new(tier);
    let house = kept.open();
    let rows: Vec<_> = (1..=6).map(|film| record(&house, film, Some(()))).collect();
    drop(house);
    let (before, keys_before) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    copy_folder(kept.folder.path(), before.path());
    copy_folder(kept.keys.path(), keys_before.path());
    // The copy is good as long as its generation lives: else the rest would prove nothing.
    let copied = open(&kept.place(before.path())).unwrap();
    assert_eq!(reads_back(&copied, &rows[0], 1).unwrap(), 6);
    drop(copied);

    let house = kept.open();
    expire(&house, &rows[0]);
    expire(&house, &rows[3]);
    let outcome = rotated(&house);
    let word = if tier == Tier::Tpm { "tpm2" } else { "file" };
    assert_eq!(outcome, Rotated { from: 1, to: 2, rewrapped: 4, destroyed: true, custody: word });
    let survives = |house: &House| {
        for (row, film) in rows.iter().zip(1..) {
            match reads_back(house, row, film) {
                Ok(fragments) => assert!(fragments == 6 && ![1, 4].contains(&film), "film {film}"),
                Err(VaultError::KeyGone(_)) => assert!([1, 4].contains(&film), "film {film}"),
                Err(error) => panic!("film {film}: {error}"),
            }
        }
    };
    survives(&house);
    // New footage goes under the new key, into a freed slot.
    let newer = record(&house, 7, Some(()));
    assert_eq!((newer.epoch, newer.slot), (KeyEpoch(2), rows[0].slot));
    drop(house);
    let house = kept.open();
    survives(&house);
    assert_eq!(reads_back(&house, &newer, 7).unwrap(), 6);
    one_generation_is_left(&house, 2);
    let done = serde_json::json!({"from": 1, "to": 2, "rewrapped": 4, "custody": word});
    assert_eq!(leaves(&house, "keys.rotate", "done"), [done]);
    assert_eq!(leaves(&house, "keys.rotate", "intent").len(), 1);
    drop(house);

    // The old slot file under every key there is today.
    let old = fs::read(before.path().join("keys.1")).unwrap();
    let custody = kept.custody();
    let site = kept.open().vault.site();
    assert!(custody.wrapping_key(site, KeyEpoch(1)).is_err());
    let today = custody.wrapping_key(site, KeyEpoch(2)).unwrap();
    for row in &rows {
        let at = (row.slot.0 as usize + 1) * 64;
        assert!(today.unwrap(old[at..at + 60].try_into().unwrap(), row.id, row.slot).is_none());
    }
    // The whole folder from before, as it was, and made to look like today's.
    let told = open(&kept.place(before.path())).err().unwrap();
    assert_eq!(told.code, "catalogue_rolled_back", "{told:?}");
    let connection = rusqlite::Connection::open(before.path().join("catalogue.db")).unwrap();
    connection.execute("INSERT INTO store_fact (name, value) VALUES ('key_epoch', x'00000002')", []).unwrap();
    drop(connection);
    fs::rename(before.path().join("keys.1"), before.path().join("keys.2")).unwrap();
    assert_eq!(open(&kept.place(before.path())).err().unwrap().code, "store_of_another_box");
    if tier == Tier::File {
        // Older keys with today's store.
        assert_eq!(open(&place(kept.folder.path(), keys_before.path(), &kept.epochs)).err().unwrap().code, "keys_rolled_back");
    }
    assert_eq!(kept.custody().held().unwrap().even, Contents::Secret(KeyEpoch(2)), "nothing refused has changed the keys");
}

#[test]
fn rotation_keeps_what_lives_and_makes_old_slot_files_useless() {
    keeps_what_lives_and_nothing_else(Tier::File);
}

#[test]
fn a_tpm_keeps_what_lives_and_makes_old_slot_files_useless() {
    keeps_what_lives_and_nothing_else(Tier::Tpm);
}

#[test]
fn generations_follow_one_another_in_both_tiers() {
    for tier in [Tier::File, Tier::Tpm] {
        let kept = Kept::new(tier);
        let mut rows = Vec::new();
        for generation in 1..=5 {
            let house = kept.open();
            rows.push(record(&house, generation, Some(())));
            let outcome = rotated(&house);
            assert_eq!((outcome.from, outcome.rewrapped, outcome.destroyed), (u32::from(generation), u64::from(generation), true));
        }
        let house = kept.open();
        one_generation_is_left(&house, 6);
        for (row, film) in rows.iter().zip(1..) {
            assert_eq!(reads_back(&house, row, film).unwrap(), 6, "{tier:?}");
        }
        // Making the store again changes nothing.
        drop(house);
        House::create(&kept.place(kept.folder.path())).unwrap();
        one_generation_is_left(&kept.open(), 6);
    }
}

#[test]
fn a_tpm_gives_its_secrets_to_nobody_without_the_master_key() {
    let kept = Kept::new(Tier::Tpm);
    drop(kept.open());
    fs::write(kept.keys.path().join("master.key"), [7; 32]).unwrap();
    assert_eq!(open(&kept.place(kept.folder.path())).err().unwrap().code, "tpm_of_another_store");
    let other = Kept::new(Tier::Tpm);
    let empty = SoftwareTpm::start();
    let epochs = EpochPlace::Tpm { tcti: empty.tcti.clone() };
    assert_eq!(open(&place(other.folder.path(), other.keys.path(), &epochs)).err().unwrap().code, "tpm_empty");
    // A second store can't take over the first one's TPM.
    let (folder, keys) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    let taken = House::create(&place(folder.path(), keys.path(), &other.epochs)).unwrap_err();
    assert_eq!(taken.code, "tpm_of_another_store");
    drop(other.open());
}

#[test]
fn a_generation_waits_for_readers_of_the_old_catalogue_before_it_is_destroyed() {
    let kept = Kept::new(Tier::File);
    let house = kept.open();
    let row = record(&house, 1, Some(()));
    // Somebody's long report: a snapshot from before the rotation.
    let reader = rusqlite::Connection::open(kept.folder.path().join("catalogue.db")).unwrap();
    reader.execute_batch("BEGIN; SELECT count(*) FROM segment;").unwrap();
    let outcome = rotated(&house);
    assert_eq!((outcome.to, outcome.destroyed), (2, false));
    assert_eq!(house.vault.custody().held().unwrap().odd, Contents::Secret(KeyEpoch(1)));
    assert!(leaves(&house, "keys.destroyed", "done").is_empty());
    assert_eq!(rotate(&house, Actor::Job("test")).unwrap_err().code, "keys_in_use");
    assert_eq!(reads_back(&house, &row, 1).unwrap(), 6);
    reader.execute_batch("COMMIT").unwrap();
    assert_eq!(rotate_if_due(&house, 86_400).unwrap(), None);
    one_generation_is_left(&house, 2);
}

#[test]
fn keys_are_due_by_their_age_whatever_restarts_lie_between() {
    let kept = Kept::new(Tier::File);
    assert_eq!(rotate_if_due(&kept.open(), 3600).unwrap(), None, "a new store has new keys");
    let house = kept.open();
    let at = |seconds: i64| {
        let at = clock::now().utc.plus_seconds(seconds).unix_nanos().to_be_bytes();
        house.catalogue.write(|tx| set_fact(tx, Fact::KeysRotatedUtc, &at)).unwrap();
    };
    at(-3590);
    assert_eq!(rotate_if_due(&house, 3600).unwrap(), None);
    at(-3601);
    assert_eq!(rotate_if_due(&house, 3600).unwrap().map(|rotated| rotated.to), Some(2));
    assert_eq!(rotate_if_due(&house, 3600).unwrap(), None, "they have just been rotated");
    at(600);
    assert_eq!(rotate_if_due(&house, 3600).unwrap().map(|rotated| rotated.to), Some(3), "the clock went back");
}

#[test]
fn what_other_keys_left_is_not_touched() {
    let kept = Kept::new(Tier::File);
    let row = record(&kept.open(), 1, Some(()));
    // Another box's keys, in the middle of a rotation of their own.
    let other = Kept::new(Tier::File);
    drop(other.open());
    let second = Kept::new(Tier::File);
    rotated(&second.open());
    fs::copy(second.keys.path().join("epoch-b.block"), other.keys.path().join("epoch-b.block")).unwrap();
    let blocks = || ["epoch.block", "epoch-b.block"].map(|name| fs::read(other.keys.path().join(name)).unwrap());
    let before = blocks();
    let told = open(&place(kept.folder.path(), other.keys.path(), &EpochPlace::KeysFolder)).err().unwrap();
    assert_eq!(told.code, "store_of_another_box");
    // At another generation: told by the log's signature, not by the number.
    let house = kept.open();
    holdfast::jobs::audit::checkpoint_now(&house).unwrap();
    drop(house);
    let told = open(&place(kept.folder.path(), second.keys.path(), &EpochPlace::KeysFolder)).err().unwrap();
    assert_eq!(told.code, "store_of_another_box");
    assert_eq!(blocks(), before);
    assert_eq!(reads_back(&kept.open(), &row, 1).unwrap(), 6);
}
