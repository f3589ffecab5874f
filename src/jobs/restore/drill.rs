//! The drill: what a backup would bring back today, and what it wouldn't. Changes nothing.
//!
//! Every kept segment of the backup's catalogue is tried with the backup's slots and the secrets that
//! are held here. A segment opens only under the generation its backup was made in: the day after, none
//! does, and that is the promise kept, not a fault. Next: `restore` does it.

use std::collections::BTreeMap;

use serde::Serialize;
use tempfile::TempDir;

use super::{RestoreError, Unsealed, fits, held, unseal};
use crate::{
    adapters::{
        backup::Backup,
        index::segment::{self, SegmentRow},
        vault::{
            custody::{Custody, CustodyError},
            slots::SlotFile,
        },
    },
    domain::{backup::RECOVERY, instant::UtcInstant, recording::segment::KeyEpoch},
    jobs::house::StorePlace,
};

/// Whether the MASTER that is here opens the backup.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum MasterStands {
    Fits,
    Missing,
    /// It is another store's.
    OtherStore,
}

/// Why a segment couldn't be opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum WhyNot {
    /// The secret of the generation that it was wrapped under isn't held here, and never is in a backup.
    GenerationGone,
    /// Its key had been destroyed when the backup was made.
    KeyGone,
}

/// A camera's segments that don't open, for one reason.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct NotOpenable {
    pub camera: String,
    pub why: WhyNot,
    pub segments: u64,
    pub from: UtcInstant,
    pub to: UtcInstant,
}

/// What came of the drill.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Drilled {
    pub made: UtcInstant,
    pub program: String,
    pub site: String,
    pub leaves: u64,
    pub master: MasterStands,
    /// The backup holds MASTER under its recovery passphrase.
    pub recovery_copy: bool,
    /// The generation the backup's keys are wrapped under, and those whose secrets are held here.
    pub key_epoch: u32,
    pub epochs_held: Vec<u32>,
    /// Segments kept by the backup's catalogue; None where it doesn't open.
    pub segments: Option<u64>,
    pub openable: u64,
    /// Of those, the ones whose files are in this configuration's store.
    pub files_here: u64,
    pub not_openable: Vec<NotOpenable>,
}

impl Drilled {
    /// Whether catalogue, log and configuration would come back.
    pub const fn is_restorable(&self) -> bool {
        self.segments.is_some()
    }
}

pub(super) fn drill(backup: &mut Backup, place: &StorePlace<'_>) -> Result<Drilled, RestoreError> {
    let head = backup.head().clone();
    let mut drilled = Drilled {
        made: head.made,
        program: head.program.clone(),
        site: head.site.to_string(),
        leaves: head.leaves,
        master: MasterStands::Fits,
        recovery_copy: backup.manifest().files.contains_key(RECOVERY),
        key_epoch: head.key_epoch,
        epochs_held: Vec::new(),
        segments: None,
        openable: 0,
        files_here: 0,
        not_openable: Vec::new(),
    };
    let custody = match Custody::open(place.keys, place.master, place.epochs) {
        Ok(custody) if fits(&custody, &head) => custody,
        Ok(_) => return Ok(Drilled { master: MasterStands::OtherStore, ..drilled }),
        Err(CustodyError::Missing(_)) => return Ok(Drilled { master: MasterStands::Missing, ..drilled }),
        Err(error) => return Err(error.into()),
    };
    drilled.epochs_held = held(&custody)?.into_iter().map(|epoch| epoch.0).collect();
    // Not beside the store: nothing of it is touched.
    let folder = TempDir::new()?;
    let Unsealed { catalogue, .. } = unseal(backup, &custody, folder.path())?;
    let epoch = KeyEpoch(head.key_epoch);
    let slots = match custody.wrapping_key(head.site, epoch) {
        Ok(wrapping) => Some(SlotFile::open(folder.path(), head.site, wrapping)?),
        Err(CustodyError::NotHeld(_) | CustodyError::Missing(_)) => None,
        Err(error) => return Err(error.into()),
    };
    let (mut segments, mut not) = (0, BTreeMap::<(String, WhyNot), NotOpenable>::new());
    catalogue.read(|connection| {
        segment::each_kept(connection, |row| {
            segments += 1;
            let why = match slots.as_ref().map(|slots| slots.key(row.slot, row.id)) {
                Some(Ok(Some(_))) => {
                    drilled.openable += 1;
                    drilled.files_here += u64::from(is_here(place, &row));
                    return Ok(());
                }
                Some(_) => WhyNot::KeyGone,
                None => WhyNot::GenerationGone,
            };
            note(&mut not, &row, why);
            Ok(())
        })
    })?;
    Ok(Drilled { segments: Some(segments), not_openable: not.into_values().collect(), ..drilled })
}

fn note(not: &mut BTreeMap<(String, WhyNot), NotOpenable>, row: &SegmentRow, why: WhyNot) {
    let (camera, end) = (row.camera.to_string(), row.end.unwrap_or(row.start));
    let fresh = || NotOpenable { camera: camera.clone(), why, segments: 0, from: row.start, to: end };
    let noted = not.entry((camera.clone(), why)).or_insert_with(fresh);
    noted.segments += 1;
    noted.to = noted.to.max(end);
}

fn is_here(place: &StorePlace<'_>, row: &SegmentRow) -> bool {
    crate::adapters::vault::segment_path_in(place.data, &row.camera, row.start, row.id).is_file()
}
