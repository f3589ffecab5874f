//! A disk that fails or fills up at any one call of a rotation, and a kill right after: one generation is
//! left, and every live segment opens.

use holdfast::{adapters::vault::custody::EpochPlace, domain::actor::Actor, jobs::rotate_keys::rotate};
use tempfile::TempDir;

use super::store::{Kept, Tier, all_but_the_second_live, copy_folder, expire, one_generation_is_left, open, place, rotated};
use crate::{
    bad_disk::{Fails, under_a_bad_disk},
    vault::record,
};

/// The model found the store that lost all: a commit that failed in its sync, the next generation undone,
/// and the commit found in the write-ahead log after all.
#[test]
fn a_disk_that_fails_at_any_call_of_a_rotation_leaves_one_generation() {
    let kept = Kept::new(Tier::File);
    let house = kept.open();
    let rows: Vec<_> = (1..=3).map(|film| record(&house, film, Some(()))).collect();
    rotated(&house);
    expire(&house, &rows[1]);
    drop(house);
    for fails in [Fails::Once, Fails::Full] {
        let (mut undone, mut finished) = (0, 0);
        for spared in 0.. {
            let [folder, keys, killed, killed_keys] = [(); 4].map(|()| TempDir::new().unwrap());
            copy_folder(kept.folder.path(), folder.path());
            copy_folder(kept.keys.path(), keys.path());
            let house = open(&place(folder.path(), keys.path(), &EpochPlace::KeysFolder)).unwrap();
            let (outcome, struck) = under_a_bad_disk(fails, spared, || rotate(&house, Actor::Job("test")));
            if !struck {
                assert_eq!(outcome.unwrap().to, 3);
                break;
            }
            copy_folder(folder.path(), killed.path());
            copy_folder(keys.path(), killed_keys.path());
            drop(house);
            let house = open(&place(killed.path(), killed_keys.path(), &EpochPlace::KeysFolder))
                .unwrap_or_else(|problem| panic!("{fails:?} after {spared}: {problem:?}"));
            let epoch = house.vault.epoch().0;
            if epoch == 2 {
                undone += 1
            } else {
                finished += 1
            }
            one_generation_is_left(&house, epoch);
            all_but_the_second_live(&house, &rows, &format!("{fails:?} after {spared}"));
        }
        println!("{fails:?}: {undone} rotations undone, {finished} finished");
        assert!(undone > 3 && finished > 0, "{fails:?}: {undone} undone, {finished} finished");
    }
}
