//! Going on with an older catalogue that was put back: footage that it knows nothing of is entered again.
//!
//! Holds the walk that finds such files and the act of giving them rows again, told from the files
//! themselves. Refuses to do it unasked: the older catalogue also lacks holds, people, log leaves and
//! whatever else was entered since, and somebody must know. Can be repeated: what has a row is left
//! alone. Next: `reconcile` closes the rows as after a crash.

use std::path::PathBuf;

use serde_json::json;

use super::{reconcile::ReconcileError, record::leaf};
use crate::{
    adapters::{
        clock,
        index::{
            Catalogue, CatalogueError, audit,
            segment::{self, SegmentRow},
            store,
        },
        vault::Vault,
    },
    domain::{
        actor::{Actor, Reason},
        audit::{Action, Entry, Outcome},
        recording::segment::KeyEpoch,
    },
};

/// A file in the segments' folders that no row names.
pub struct Stranger {
    pub path: PathBuf,
    /// The row it lacks, when it holds footage of ours.
    pub footage: Option<SegmentRow>,
}

/// Every file that no row names, in the order of camera, day and name.
pub fn strangers(vault: &Vault, catalogue: &Catalogue) -> Result<Vec<Stranger>, ReconcileError> {
    // One walk through the rows: asking for each file by itself takes seconds when there are a million.
    let rows = catalogue.read(segment::ids_and_slots)?;
    let mut found = Vec::new();
    for day in vault.days()? {
        for (id, path) in vault.files_of(&day)? {
            let footage = match id {
                Some(id) if rows.binary_search_by_key(&id, |(id, _)| *id).is_ok() => continue,
                Some(id) => vault.open_stray(id, &path)?,
                None => None,
            };
            found.push(Stranger { path, footage });
        }
    }
    Ok(found)
}

/// What came of going on with an older catalogue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Adopted {
    /// That were entered again.
    pub segments: usize,
    /// Whether the catalogue was older than its store at all.
    pub older: bool,
}

/// Writes down who goes on with an older catalogue, and puts the keys' own generation in force.
pub fn acknowledge(catalogue: &Catalogue, actor: &Actor, reason: &Reason, generation: Option<KeyEpoch>) -> Result<(), CatalogueError> {
    let mut entry = intent(actor, reason);
    entry.details.insert("key_epoch".into(), generation.map(|epoch| epoch.0).into());
    catalogue.write(|transaction| {
        audit::append(transaction, &clock::now(), &entry)?;
        generation.map_or(Ok(()), |epoch| store::set_fact(transaction, store::Fact::KeyEpoch, &epoch.0.to_be_bytes()))
    })
}

fn intent(actor: &Actor, reason: &Reason) -> Entry {
    Entry {
        actor: actor.clone(),
        action: Action::SegmentAdopt,
        object: "store".into(),
        outcome: Outcome::Intent,
        basis: None,
        details: serde_json::Map::new(),
        personal: vec![("reason", reason.as_str().to_owned())],
    }
}

/// Gives footage without a row one again, as if its recording had just been cut off; says to how much.
pub fn adopt(vault: &Vault, catalogue: &Catalogue, actor: &Actor, reason: &Reason) -> Result<usize, ReconcileError> {
    let rows: Vec<_> = strangers(vault, catalogue)?.into_iter().filter_map(|stranger| stranger.footage).collect();
    if rows.is_empty() {
        return Ok(0);
    }
    let mut entry = intent(actor, reason);
    entry.details.insert("segments".into(), rows.len().into());
    catalogue.write(|transaction| audit::append(transaction, &clock::now(), &entry).map(drop))?;
    catalogue.write(|transaction| {
        let at = clock::now();
        for row in &rows {
            segment::open(transaction, row)?;
            let details = json!({"camera": row.camera.as_str(), "start": row.start, "key_commitment": hex::encode(row.key_commitment)});
            audit::append(transaction, &at, &leaf::by_job(Action::SegmentAdopt, "adopt", row.id.to_string(), details))?;
        }
        Ok(())
    })?;
    Ok(rows.len())
}
