//! A few hundred segments at a time: one transaction lets them go, then their keys and files are
//! destroyed; and what a crash left of that is finished.
//!
//! Holds what a leaf about a segment's end says. Refuses nothing by itself: a hold is found in the
//! transaction, and kept. Next: `adapters::vault` destroys, `super` decides what goes.

use std::collections::BTreeMap;

use serde_json::json;

use super::{ExpireError, Ran};
use crate::{
    adapters::{
        index::{
            Catalogue, audit,
            expiry::{self, Expired, Outcome},
        },
        vault::{Removed, Vault},
    },
    domain::{
        audit::{Action, Entry},
        camera::CameraId,
        instant::{ClockReading, UtcInstant},
        retention::{
            expiry::{Ground, PlannedExpiry, Stored},
            period::{RetentionPeriod, RuleBook},
        },
    },
    jobs::{house::House, record::leaf},
};

/// Segments that expire in one transaction: few enough that nobody waits long for the catalogue.
pub(super) const BATCH: usize = 512;

/// A segment to expire, with what its leaf will say.
pub(super) struct SegmentDue {
    pub(super) stored: Stored,
    due: UtcInstant,
    period: RetentionPeriod,
}

impl SegmentDue {
    pub(super) fn of(line: &PlannedExpiry) -> Self {
        Self { stored: line.stored.clone(), due: line.due, period: line.period }
    }

    pub(super) fn early(stored: Stored, books: &BTreeMap<CameraId, RuleBook>) -> Self {
        let longest = RetentionPeriod::from_seconds(i64::MAX / 2_000_000_000);
        let period = books.get(&stored.camera).map_or(longest, |book| book.period_at(stored.recorded.from()));
        Self { due: period.due(stored.counted_from.unwrap_or(stored.recorded.to())), period, stored }
    }
}

/// One transaction, then the keys and files of what it let go; what was removed is settled later.
pub(super) fn expire(
    house: &House,
    reading: &ClockReading,
    batch: &[(SegmentDue, Ground)],
    ran: &mut Ran,
    removed: &mut Removed,
) -> Result<(), ExpireError> {
    let epoch = house.vault.epoch().0;
    let (expired, held) = house.catalogue.write(|transaction| {
        let (mut expired, mut leaves) = (Vec::with_capacity(batch.len()), Vec::with_capacity(batch.len()));
        let mut held = 0;
        for (due, ground) in batch {
            match expiry::expire(transaction, due.stored.segment, reading.utc)? {
                Outcome::Expired(gone) => {
                    leaves.push(expired_leaf(&gone, due, *ground, epoch));
                    expired.push(*gone);
                }
                Outcome::Held => held += 1,
                Outcome::NotThere => {}
            }
        }
        if !leaves.is_empty() {
            audit::append_all(transaction, reading, &leaves)?;
        }
        Ok((expired, held))
    })?;
    ran.held_back += held;
    ran.expired += expired.len() as u64;
    ran.freed_bytes += expired.iter().map(|gone| gone.row().bytes).sum::<u64>();
    Ok(house.vault.destroy(expired, removed)?)
}

fn expired_leaf(gone: &Expired, due: &SegmentDue, ground: Ground, epoch: u32) -> Entry {
    let details = json!({
        "camera": due.stored.camera,
        "start": gone.row().start,
        "end": due.stored.recorded.to(),
        "key_commitment": hex::encode(gone.row().key_commitment),
        "epoch": epoch,
        "ground": ground.name(),
        "period_s": due.period.seconds(),
        "due": due.due,
    });
    leaf::by_job(Action::SegmentExpire, "expire", gone.row().id.to_string(), details)
}

/// Makes sure that what was unlinked is gone, and notes it; until then start-up would remove it again.
pub(super) fn settle(vault: &Vault, catalogue: &Catalogue, removed: Removed, now: UtcInstant) -> Result<(), ExpireError> {
    let settled = vault.settle(removed, now);
    if let Some(error) = &settled.stuck {
        tracing::error!(%error, "a file of expired footage can't be removed; its key is gone, and it is tried again");
    }
    let mut gone: Vec<_> = settled.gone.iter().map(|gone| (gone.row().id, gone.row().slot)).collect();
    gone.sort_unstable();
    for batch in gone.chunks(BATCH) {
        let ids: Vec<_> = batch.iter().map(|(id, _)| *id).collect();
        catalogue.write(|transaction| expiry::file_gone(transaction, &ids))?;
        vault.slots().give_back(batch.iter().map(|(_, slot)| *slot));
    }
    Ok(())
}

/// Finishes what a crash left of an earlier run: keys and files of rows that have expired.
pub(in crate::jobs) fn finish_garbage(vault: &Vault, catalogue: &Catalogue, now: UtcInstant) -> Result<u64, ExpireError> {
    let (mut finished, mut after, mut removed) = (0, None, Removed::default());
    loop {
        let garbage = catalogue.read(|connection| expiry::garbage(connection, after, BATCH as u32))?;
        let Some(last) = garbage.last() else { break };
        after = Some(last.row().id);
        finished += garbage.len() as u64;
        vault.destroy(garbage, &mut removed)?;
    }
    settle(vault, catalogue, removed, now)?;
    Ok(finished)
}
