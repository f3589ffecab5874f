//! Key generations: whatever a rotation meets, one generation is left, what lives opens with it, and a
//! copy of the keys taken away before opens nothing with any secret there is today.

use std::fs;

use holdfast::{
    adapters::vault::{custody::WrappingKey, slots::SlotFile},
    domain::{
        actor::Actor,
        keys::generation::{Contents, Place},
        recording::segment::KeyEpoch,
    },
    jobs::rotate_keys::{self, Rotated},
    problem::Kind,
};

use super::{Bench, Film, Is};

/// The look at the keys that is made every minute finds them young.
const NOT_DUE_SECONDS: i64 = i64::MAX;

/// Whether `key` opens the film's slot in a copy of a slot file.
fn opens(copy: &[u8], key: &WrappingKey, film: &Film) -> bool {
    let at = (film.row.slot.0 as usize + 1) * 64;
    copy.get(at..at + 60).is_some_and(|wrapped| key.unwrap(wrapped.try_into().unwrap(), film.row.id, film.row.slot).is_some())
}

impl Bench {
    fn keys_file(&self) -> Vec<u8> {
        let vault = &self.house().vault;
        fs::read(SlotFile::path_of(vault.folder(), vault.epoch())).unwrap()
    }

    /// Somebody takes a copy of the keys away.
    pub(super) fn steal(&mut self) {
        self.stolen = Some((self.house().vault.epoch(), self.keys_file()));
    }

    pub(super) fn rotate(&mut self) -> &'static str {
        let (from, copy) = (self.house().vault.epoch(), self.keys_file());
        let before = self.todays_key(from);
        for film in &self.model.films {
            assert_eq!(opens(&copy, &before, film), film.is != Is::Gone, "before a rotation: {:?}", film.row);
        }
        if let Some((epoch, stolen)) = &self.stolen
            && *epoch == from
            && self.model.films.iter().any(|film| film.is == Is::Gone && opens(stolen, &before, film))
        {
            *self.done.entry("stolen keys opened what is gone").or_default() += 1;
        }
        let live = self.model.films.iter().filter(|film| film.is != Is::Gone).count() as u64;
        let outcome = self.in_trouble(5, 40, |house| rotate_keys::rotate(house, Actor::Job("rotate")));
        let name = match outcome {
            Ok(rotated) => {
                let custody = self.house().vault.custody().kind().name();
                assert_eq!(rotated, Rotated { from: from.0, to: from.0 + 1, rewrapped: live, destroyed: true, custody });
                "rotate"
            }
            Err(problem) => {
                assert!(matches!(problem.kind, Kind::Fault | Kind::Unavailable), "{problem:?}");
                if self.failed {
                    self.restart();
                } else {
                    assert_eq!(rotate_keys::rotate_if_due(self.house(), NOT_DUE_SECONDS).unwrap(), None);
                }
                "rotate: failed"
            }
        };
        self.one_generation_is_left(from, name);
        for (epoch, copy) in self.stolen.iter().chain(&Some((from, copy))) {
            if *epoch == self.house().vault.epoch() {
                continue;
            }
            let site = self.house().vault.site();
            assert!(self.house().vault.custody().wrapping_key(site, *epoch).is_err(), "the secret of generation {} is there", epoch.0);
            let today = self.todays_key(self.house().vault.epoch());
            assert!(!self.model.films.iter().any(|film| opens(copy, &today, film)), "a copy of old keys opens with today's secret");
        }
        self.everything_is_as_it_should();
        name
    }

    fn todays_key(&self, epoch: KeyEpoch) -> WrappingKey {
        let vault = &self.house().vault;
        vault.custody().wrapping_key(vault.site(), epoch).unwrap()
    }

    /// One generation, and one line for each thing that was done to get there.
    fn one_generation_is_left(&mut self, from: KeyEpoch, name: &str) {
        let vault = &self.house().vault;
        let epoch = vault.epoch();
        let moved = u64::from(epoch.0 - from.0);
        assert!(moved == 1 || (moved == 0 && name != "rotate"), "from {} to {}", from.0, epoch.0);
        let (held, place) = (vault.custody().held().unwrap(), Place::of(epoch));
        assert_eq!((held.at(place), held.at(place.other())), (Contents::Secret(epoch), Contents::Blank), "{name}");
        let files = fs::read_dir(vault.folder()).unwrap().filter(|entry| {
            let name = entry.as_ref().unwrap().file_name();
            name.to_string_lossy().starts_with("keys.")
        });
        assert_eq!(files.count(), 1, "{name}: more than one slot file");
        let (rotated, destroyed) = (self.outcomes("keys.rotate"), self.outcomes("keys.destroyed"));
        let told = |outcome: &str| rotated.get(outcome).copied().unwrap_or(0);
        assert_eq!((told("done"), destroyed.values().sum::<u64>()), (moved, moved), "{name}");
        assert!(told("intent") >= moved && told("intent") <= 1 && moved + told("failed") <= 1, "{name}: {rotated:?}");
        for _ in 0..rotated.values().sum() {
            self.expect("keys.rotate");
        }
        for _ in 0..moved {
            self.expect("keys.destroyed");
        }
    }
}
