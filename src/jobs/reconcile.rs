//! Heals the store at start-up: whatever moment the process died at, the catalogue, the slots and
//! the files agree afterwards.
//!
//! An open row becomes sealed (its file was finished), torn (readable to its last valid record) or
//! is forgotten (nothing was in it yet). What has expired loses its key and file, if it still has
//! them. A key without a segment is killed; a file without a row is moved aside, never deleted. Fewer records than were once durable mean that somebody cut the file,
//! and a disk that can't read one on concerns that segment alone: both are logged as alarms. Refuses
//! to touch anything when there is footage without a row: the catalogue is older than its store. Every
//! step can be repeated. Next: `jobs::record`; `jobs::adopt` after a refusal.

use std::{collections::HashSet, path::PathBuf};

use serde_json::json;

use crate::{
    adapters::{
        clock,
        index::{
            Catalogue, CatalogueError, audit,
            segment::{self, Closing, SegmentRow},
        },
        vault::{
            Vault, VaultError,
            reader::{Ending, SegmentReader, unlink},
            writer::fragment_root,
        },
    },
    domain::{
        audit::Action,
        instant::UtcInstant,
        recording::segment::{SegmentId, SegmentState},
    },
    jobs::{
        adopt::{self, Stranger},
        expire::{self, ExpireError},
        record::leaf,
    },
};

/// What was found and put right.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Healed {
    pub sealed: u32,
    pub torn: u32,
    pub forgotten: u32,
    pub keys_killed: u32,
    pub files_set_aside: u32,
    pub alarms: u32,
    /// Files of expired segments removed.
    pub garbage: u64,
}

#[derive(Debug, thiserror::Error)]
pub enum ReconcileError {
    #[error(transparent)]
    Vault(#[from] VaultError),
    #[error(transparent)]
    Catalogue(#[from] CatalogueError),
    #[error("{files} files with footage have no row, {first} the first")]
    FootageWithoutRow { files: usize, first: PathBuf },
}

impl From<ExpireError> for ReconcileError {
    fn from(error: ExpireError) -> Self {
        match error {
            ExpireError::Catalogue(error) => Self::Catalogue(error),
            ExpireError::Vault(error) => Self::Vault(error),
        }
    }
}

/// Heals everything. Only for whoever holds the store's lock, before recording starts.
pub fn reconcile(vault: &Vault, catalogue: &Catalogue) -> Result<Healed, ReconcileError> {
    // Before anything is changed: with this catalogue's word, healing would kill their keys.
    let strangers = adopt::strangers(vault, catalogue)?;
    let mut footage = strangers.iter().filter(|stranger| stranger.footage.is_some());
    if let Some(first) = footage.next() {
        return Err(ReconcileError::FootageWithoutRow { files: 1 + footage.count(), first: first.path.clone() });
    }
    let mut healed = Healed::default();
    for row in catalogue.read(segment::open_ones)? {
        match heal(vault, catalogue, &row, Disk::Trusted)? {
            Verdict::Sealed => healed.sealed += 1,
            Verdict::Torn => healed.torn += 1,
            Verdict::Forgotten => healed.forgotten += 1,
            Verdict::CutShort | Verdict::OutOfReach => {
                healed.torn += 1;
                healed.alarms += 1;
            }
        }
    }
    healed.garbage = expire::finish_garbage(vault, catalogue, clock::now().utc)?;
    let rows = catalogue.read(segment::ids_and_slots)?;
    let used: HashSet<_> = rows.iter().filter_map(|(_, slot)| *slot).collect();
    let orphans: Vec<_> = vault.slots().live().into_iter().filter(|slot| !used.contains(slot)).collect();
    healed.keys_killed = orphans.len() as u32;
    vault.slots().kill_nobodys(&orphans)?;
    vault.slots().give_back(orphans);
    for Stranger { path, .. } in strangers {
        let aside = vault.place_aside(&path);
        let name = aside.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        // First the log: killed in between, the next start says it again rather than never.
        log(catalogue, &leaf::by_job(Action::SegmentQuarantine, "reconcile", name, json!({"why": "no row accounts for the file"})))?;
        vault.set_aside(&path, &aside)?;
        healed.files_set_aside += 1;
    }
    Ok(healed)
}

/// What a segment's disk said last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Disk {
    /// Nothing against it: what is in the file is synced, and then vouched for.
    Trusted,
    /// That it failed. The file is not synced again, which would only seem to succeed, and never
    /// called sealed.
    Failed,
}

/// Heals one segment by id, if its row is still open.
pub fn heal_segment(vault: &Vault, catalogue: &Catalogue, id: SegmentId, disk: Disk) -> Result<(), ReconcileError> {
    match catalogue.read(|connection| segment::by_id(connection, id))? {
        Some(row) if row.state == SegmentState::Open => heal(vault, catalogue, &row, disk).map(drop),
        _ => Ok(()),
    }
}

enum Verdict {
    Sealed,
    Torn,
    Forgotten,
    /// Torn, with fewer records than were durable: not a crash.
    CutShort,
    /// Torn where the disk could not read on.
    OutOfReach,
}

fn heal(vault: &Vault, catalogue: &Catalogue, row: &SegmentRow, disk: Disk) -> Result<Verdict, ReconcileError> {
    let path = vault.segment_path(&row.camera, row.start, row.id);
    let (reader, failure) = match vault.open_segment(row) {
        Ok(reader) => {
            let failure = reader.failure().map(ToString::to_string);
            (Some(reader), failure)
        }
        // Not readable at all: the crash came before the header was whole, or the file was changed.
        Err(VaultError::NotASegment { .. } | VaultError::KeyGone(_) | VaultError::Seal { .. } | VaultError::NotWhatWasLogged(_)) => {
            (None, None)
        }
        Err(VaultError::Io { path: at, source }) if at == path && source.kind() == std::io::ErrorKind::NotFound => (None, None),
        // The disk under this one file; an error of the slot file concerns them all.
        Err(VaultError::Io { path: at, source }) if at == path => (None, Some(source.to_string())),
        Err(error) => return Err(error.into()),
    };
    let records = reader.as_ref().map_or(0, |reader| match reader.ending() {
        Ending::Whole => u64::MAX,
        Ending::Torn { records, .. } => records,
    });
    let alarm = match failure {
        Some(failure) => Some((Verdict::OutOfReach, out_of_reach_alarm(row, records, &failure))),
        None if records < row.durable_records => Some((Verdict::CutShort, cut_short_alarm(row, records))),
        None => None,
    };
    let disk = if matches!(alarm, Some((Verdict::OutOfReach, _))) { Disk::Failed } else { disk };
    let alarmed = match alarm {
        Some((verdict, entry)) => {
            log(catalogue, &entry)?;
            Some(verdict)
        }
        None => None,
    };
    match reader {
        Some(reader) if !reader.index().fragments.is_empty() => {
            let state = close(vault, catalogue, row, &reader, disk)?;
            Ok(alarmed.unwrap_or(if state == SegmentState::Sealed { Verdict::Sealed } else { Verdict::Torn }))
        }
        // There was something once, or there still is: keep the row and whatever is left of the file.
        _ if let Some(verdict) = alarmed => {
            let closing = Closing {
                end: row.start,
                bytes: 0,
                frames: 0,
                fragments: 0,
                records,
                fragment_root: fragment_root(&crate::domain::recording::index::SegmentIndex::default()),
                camera_clock_offset_nanos: None,
                activity_peak: None,
            };
            commit(catalogue, row, SegmentState::Torn, &closing)?;
            Ok(verdict)
        }
        _ => {
            // The row last: without it the file would be a stranger's, and the key nobody's.
            unlink(&path)?;
            vault.slots().kill([(row.slot, row.id)])?;
            catalogue.write(|transaction| segment::forget_open(transaction, row.id))?;
            vault.slots().give_back([row.slot]);
            Ok(Verdict::Forgotten)
        }
    }
}

fn close(
    vault: &Vault,
    catalogue: &Catalogue,
    row: &SegmentRow,
    reader: &SegmentReader,
    disk: Disk,
) -> Result<SegmentState, ReconcileError> {
    let index = reader.index();
    // The log must not say more than the disk holds: a killed process leaves pages unwritten.
    let synced =
        disk == Disk::Trusted && reader.sync().inspect_err(|error| tracing::error!(segment = %row.id, %error, "not durable")).is_ok();
    let path = vault.segment_path(&row.camera, row.start, row.id);
    let length = std::fs::metadata(&path).map_err(VaultError::io(&path))?.len();
    let (state, bytes, records) = match reader.ending() {
        Ending::Whole => (if synced { SegmentState::Sealed } else { SegmentState::Torn }, length, row.durable_records),
        Ending::Torn { records, valid_bytes, .. } => (SegmentState::Torn, valid_bytes, records),
    };
    let end = index.fragments.last().map_or(row.start, |last| UtcInstant::from_media_ticks(last.end_ticks()));
    let closing = Closing {
        end,
        bytes,
        frames: index.fragments.iter().map(|fragment| fragment.samples.len() as u64).sum(),
        fragments: index.fragments.len() as u64,
        records,
        fragment_root: fragment_root(index),
        camera_clock_offset_nanos: index.camera_clock_offset_nanos,
        activity_peak: index.activity.iter().copied().max(),
    };
    commit(catalogue, row, state, &closing)?;
    Ok(state)
}

fn commit(catalogue: &Catalogue, row: &SegmentRow, state: SegmentState, closing: &Closing) -> Result<(), ReconcileError> {
    let entry = match state {
        SegmentState::Sealed => leaf::sealed(row, closing),
        _ => leaf::torn(row, closing),
    };
    catalogue.write(|transaction| {
        if segment::close(transaction, row.id, state, closing)? == segment::Closed::Now {
            audit::append(transaction, &clock::now(), &entry)?;
        }
        Ok(())
    })?;
    Ok(())
}

fn cut_short_alarm(row: &SegmentRow, records: u64) -> crate::domain::audit::Entry {
    tracing::error!(segment = %row.id, camera = %row.camera, records, durable = row.durable_records, "segment cut short after it was durable");
    let details = json!({"camera": row.camera.as_str(), "records": records, "durable_records": row.durable_records});
    leaf::by_job(Action::TamperAlarm, "reconcile", row.id.to_string(), details)
}

fn out_of_reach_alarm(row: &SegmentRow, records: u64, failure: &str) -> crate::domain::audit::Entry {
    tracing::error!(segment = %row.id, camera = %row.camera, records, failure, "the disk can't read a segment on");
    let details = json!({"camera": row.camera.as_str(), "records": records, "durable_records": row.durable_records});
    leaf::by_job(Action::SegmentUnreadable, "reconcile", row.id.to_string(), details)
}

fn log(catalogue: &Catalogue, entry: &crate::domain::audit::Entry) -> Result<(), CatalogueError> {
    catalogue.write(|transaction| audit::append(transaction, &clock::now(), entry).map(drop))
}
