//! Which generation of keys is in force, and what must become of any other after a crash.
//!
//! Two places take turns: odd epochs in one, even epochs in the other, so that a new epoch secret is
//! stored and read back before the old one is destroyed. The catalogue says which epoch `n` is in
//! force.
//!
//! ```text
//! the other place holds     it is                            so
//! n + 1                     a rotation that didn't commit    it is wiped
//! n − 1                     a rotation that did              it is wiped, and that is written down
//! nothing                   as it should be                  what isn't written down yet is
//! something unreadable      a write that was cut off         it is wiped
//! later than n + 1          an older catalogue put back      refused
//! ```
//!
//! Refuses as well when the place of `n` doesn't hold `n`. Next: `jobs::settle_keys` acts on it.

use crate::domain::recording::segment::KeyEpoch;

/// One of the two places of epoch secrets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Place {
    Odd,
    Even,
}

impl Place {
    pub const BOTH: [Self; 2] = [Self::Odd, Self::Even];

    pub const fn of(epoch: KeyEpoch) -> Self {
        if epoch.0 % 2 == 1 { Self::Odd } else { Self::Even }
    }

    pub const fn other(self) -> Self {
        match self {
            Self::Odd => Self::Even,
            Self::Even => Self::Odd,
        }
    }
}

/// What a place holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Contents {
    Blank,
    /// Bytes that are no epoch secret: a write was cut off.
    Unreadable,
    Secret(KeyEpoch),
}

/// What both places hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Held {
    pub odd: Contents,
    pub even: Contents,
}

impl Held {
    pub const fn at(&self, place: Place) -> Contents {
        match place {
            Place::Odd => self.odd,
            Place::Even => self.even,
        }
    }

    /// The newest secret there is.
    pub fn newest(&self) -> Option<KeyEpoch> {
        Place::BOTH
            .into_iter()
            .filter_map(|place| match self.at(place) {
                Contents::Secret(epoch) => Some(epoch),
                Contents::Blank | Contents::Unreadable => None,
            })
            .max()
    }
}

/// What is left of the generation that isn't in force.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Remains {
    Nothing,
    /// The next epoch, never put in force.
    NeverUsed(KeyEpoch),
    /// The epoch before, which must go.
    Previous(KeyEpoch),
    /// Bytes of no use.
    Scraps,
}

/// What is to be done so that one generation is left and the log tells of the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settlement {
    pub in_force: KeyEpoch,
    pub remains: Remains,
    /// The epoch whose destruction is still to be written down, once it is done.
    pub to_record: Option<KeyEpoch>,
}

/// Keys and catalogue that don't belong to the same moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Mismatch {
    #[error("the catalogue says epoch {}, but the keys are at epoch {}: an older catalogue was put back", catalogue.0, keys.0)]
    CatalogueRolledBack { catalogue: KeyEpoch, keys: KeyEpoch },
    #[error("the catalogue says epoch {}, but the keys are at epoch {}: older keys were put back", catalogue.0, keys.0)]
    KeysRolledBack { catalogue: KeyEpoch, keys: KeyEpoch },
    #[error("no epoch secret is left, although the catalogue says epoch {}", catalogue.0)]
    NoSecret { catalogue: KeyEpoch },
}

/// Compares what the catalogue says (the epoch in force, the newest one whose destruction is written
/// down) with what the two places hold.
pub fn settle(in_force: KeyEpoch, recorded: Option<KeyEpoch>, held: &Held) -> Result<Settlement, Mismatch> {
    let place = Place::of(in_force);
    let (next, previous) = (KeyEpoch(in_force.0.saturating_add(1)), KeyEpoch(in_force.0.saturating_sub(1)));
    match held.newest() {
        Some(keys) if keys > next || (keys > in_force && held.at(place) != Contents::Secret(in_force)) => {
            return Err(Mismatch::CatalogueRolledBack { catalogue: in_force, keys });
        }
        Some(keys) if keys < in_force => return Err(Mismatch::KeysRolledBack { catalogue: in_force, keys }),
        None => return Err(Mismatch::NoSecret { catalogue: in_force }),
        Some(_) => {}
    }
    let remains = match held.at(place.other()) {
        Contents::Blank => Remains::Nothing,
        Contents::Secret(epoch) if epoch == next => Remains::NeverUsed(epoch),
        Contents::Secret(epoch) if epoch == previous => Remains::Previous(epoch),
        Contents::Secret(_) | Contents::Unreadable => Remains::Scraps,
    };
    let to_record = (previous.0 > 0 && recorded.is_none_or(|recorded| recorded < previous)).then_some(previous);
    Ok(Settlement { in_force, remains, to_record })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn held(one: Contents, other: Contents, at: Place) -> Held {
        match at {
            Place::Odd => Held { odd: one, even: other },
            Place::Even => Held { odd: other, even: one },
        }
    }

    #[test]
    fn every_crash_between_the_steps_is_finished_or_undone() {
        use Contents::{Blank, Secret, Unreadable};
        for n in [1, 2, 7, 8] {
            let (now, next, previous) = (KeyEpoch(n), KeyEpoch(n + 1), KeyEpoch(n - 1));
            let recorded = (n > 1).then_some(previous);
            let owed = (n > 1).then_some(previous);
            let with = |other, recorded| settle(now, recorded, &held(Secret(now), other, Place::of(now)));
            let settled = |remains, to_record| Ok(Settlement { in_force: now, remains, to_record });
            assert_eq!(with(Blank, recorded), settled(Remains::Nothing, None));
            assert_eq!(with(Secret(next), recorded), settled(Remains::NeverUsed(next), None));
            assert_eq!(with(Unreadable, recorded), settled(Remains::Scraps, None));
            assert_eq!(with(Blank, None), settled(Remains::Nothing, owed));
            if n > 1 {
                assert_eq!(with(Secret(previous), None), settled(Remains::Previous(previous), owed));
            }
        }
    }

    #[test]
    fn a_catalogue_and_keys_of_different_moments_are_told_apart() {
        use Contents::{Blank, Secret, Unreadable};
        let n = KeyEpoch(5);
        let rolled = |keys| Err(Mismatch::CatalogueRolledBack { catalogue: n, keys: KeyEpoch(keys) });
        assert_eq!(settle(n, None, &Held { odd: Blank, even: Secret(KeyEpoch(6)) }), rolled(6));
        assert_eq!(settle(n, None, &Held { odd: Secret(KeyEpoch(7)), even: Blank }), rolled(7));
        assert_eq!(settle(n, None, &Held { odd: Secret(KeyEpoch(7)), even: Secret(KeyEpoch(6)) }), rolled(7));
        assert_eq!(settle(n, None, &Held { odd: Secret(n), even: Secret(KeyEpoch(8)) }), rolled(8));
        let older = Held { odd: Unreadable, even: Secret(KeyEpoch(4)) };
        assert_eq!(settle(n, None, &older), Err(Mismatch::KeysRolledBack { catalogue: n, keys: KeyEpoch(4) }));
        assert_eq!(settle(n, None, &Held { odd: Unreadable, even: Blank }), Err(Mismatch::NoSecret { catalogue: n }));
    }
}
