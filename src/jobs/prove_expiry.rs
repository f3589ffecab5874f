//! `audit verify --expiry`: whether what was recorded is there or has gone as it should, told by the
//! log and the keys alone.
//!
//! The log is verified and replayed in one pass over one snapshot; then every segment's slot is tried
//! with the keys of today. Next: the decision is `domain::retention::proof`.

use std::time::Duration;

use crate::{
    adapters::{
        clock,
        index::{
            CatalogueError, audit,
            expiry::{self, KeyPlace},
            segment,
        },
        vault::VaultError,
    },
    domain::{
        audit::Leaf,
        recording::segment::SegmentState,
        retention::{
            fact::Fact,
            proof::{ExpiryProof, KeyNow, Present, Replay, RowSays},
        },
    },
    jobs::{
        expire::{self, ExpireError},
        house::House,
    },
    problem::Problem,
};

/// Proves expiry as of now.
pub fn prove(house: &House) -> Result<ExpiryProof, Problem> {
    prove_telling(house, |_| {})
}

/// The same; `each` is shown every leaf on the way, in order.
pub fn prove_telling(house: &House, each: impl FnMut(&Leaf)) -> Result<ExpiryProof, Problem> {
    Ok(replay(house, each)?)
}

fn replay(house: &House, mut each: impl FnMut(&Leaf)) -> Result<ExpiryProof, ExpireError> {
    let key = house.signers().audit_ed25519.verifying_key();
    let mut replay = Replay::default();
    let mut places = Vec::new();
    let verdict = house.catalogue.read_at_once(|connection| {
        let verdict = audit::verify_each(connection, house.vault.site(), &key, |leaf| {
            replay.reach(leaf.utc);
            each(leaf);
            match Fact::of(leaf) {
                Ok(Some(fact)) => replay.tell(leaf.utc, fact),
                Ok(None) => {}
                Err(unreadable) => replay.note_unreadable(&unreadable),
            }
        })?;
        expiry::each_closed(connection, |place| {
            places.push(place);
            Ok::<_, CatalogueError>(())
        })?;
        Ok(verdict)
    })?;
    let mut keys = places.iter().map(|place| slot_opens(house, place)).collect::<Result<Vec<_>, _>>()?;
    if places.iter().zip(&keys).any(looks_wrong) {
        look_again(house, &places, &mut keys)?;
    }
    let mut live = 0;
    for (place, key) in places.iter().zip(keys) {
        live += u64::from(place.row == RowSays::Live && key == KeyNow::Opens);
        replay.compare(&Present { segment: place.segment, row: place.row, key, key_commitment: place.key_commitment });
    }
    let overdue = expire::overdue(house, clock::now().utc)? as u64;
    let mut proof = replay.finish(live, overdue);
    if !verdict.ok {
        proof.ok = false;
        proof.detail = format!("the log itself is not as it was written: {}", verdict.detail);
    }
    Ok(proof)
}

fn looks_wrong((place, key): (&KeyPlace, &KeyNow)) -> bool {
    matches!((place.row, key), (RowSays::Live, KeyNow::Gone) | (RowSays::Expired, KeyNow::Opens))
}

/// Longer than expiry takes from a row's word to the zeroed slot.
const KILLED_WITHIN: Duration = Duration::from_secs(2);

/// Expiry goes on while the proof is made, and a slot is given up just after its row says so; so what
/// looks wrong is looked at again before it is called so.
fn look_again(house: &House, places: &[KeyPlace], keys: &mut [KeyNow]) -> Result<(), ExpireError> {
    std::thread::sleep(KILLED_WITHIN);
    for (place, key) in places.iter().zip(keys).filter(|(place, key)| looks_wrong((place, key))) {
        let row = house.catalogue.read(|connection| segment::by_id(connection, place.segment))?;
        let gone_since = place.row == RowSays::Live && row.is_some_and(|row| row.state == SegmentState::Expired);
        *key = if gone_since { KeyNow::Opens } else { slot_opens(house, place)? };
    }
    Ok(())
}

fn slot_opens(house: &House, place: &KeyPlace) -> Result<KeyNow, VaultError> {
    Ok(match house.vault.slots().key(place.slot, place.segment)? {
        Some(_) => KeyNow::Opens,
        None => KeyNow::Gone,
    })
}
