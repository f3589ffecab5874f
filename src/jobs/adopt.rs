//! Enters footage that the catalogue knows nothing of, after an older catalogue was put back.
//!
//! Holds the walk that finds such files and the act of giving them rows again, told from the files
//! themselves. Refuses to do it unasked: the older catalogue also lacks people, log leaves and whatever
//! else was entered since, and somebody must know. Can be repeated: what has a row is left alone. Next:
//! `reconcile` closes the rows as after a crash.

use std::path::PathBuf;

use serde_json::json;

use super::{reconcile::ReconcileError, record::leaf};
use crate::{
    adapters::{
        clock,
        index::{
            Catalogue, audit,
            segment::{self, SegmentRow},
        },
        vault::Vault,
    },
    domain::{
        actor::{Actor, Reason},
        audit::{Action, Entry, Outcome},
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

/// Gives footage without a row one again, as if its recording had just been cut off; says to how much.
pub fn adopt(vault: &Vault, catalogue: &Catalogue, actor: &Actor, reason: &Reason) -> Result<usize, ReconcileError> {
    let rows: Vec<_> = strangers(vault, catalogue)?.into_iter().filter_map(|stranger| stranger.footage).collect();
    if rows.is_empty() {
        return Ok(0);
    }
    let intent = Entry {
        actor: actor.clone(),
        action: Action::SegmentAdopt,
        object: "store".into(),
        outcome: Outcome::Intent,
        basis: None,
        details: serde_json::Map::from_iter([("segments".to_owned(), rows.len().into())]),
        personal: vec![("reason", reason.as_str().to_owned())],
    };
    catalogue.write(|transaction| audit::append(transaction, &clock::now(), &intent).map(drop))?;
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
