//! Epoch secrets in two blocks of the keys folder, `epoch.block` (odd) and `epoch-b.block` (even).
//!
//! A block is one page and is only ever overwritten in place and synced: on ext4 with data=ordered
//! that leaves no remnant on the device, while a new file renamed over the old one leaves all of it
//! (both measured). One overwrite with zeros wipes it; more passes would say nothing new to a disk
//! that remaps.

use std::{
    fs::{File, OpenOptions},
    os::unix::fs::FileExt,
    path::{Path, PathBuf},
};

use rustix::fs::{Advice, fadvise};
use zeroize::Zeroizing;

use super::{
    CustodyError,
    epoch::{EpochSecret, RECORD_LEN, Record},
    io,
    master::{create_once, read_secret},
    sync_folder,
};
use crate::domain::keys::generation::Place;

const BLOCK_LEN: usize = 4096;

pub(super) struct EpochBlocks {
    dir: PathBuf,
}

impl EpochBlocks {
    pub fn new(dir: &Path) -> Self {
        Self { dir: dir.to_owned() }
    }

    fn path(&self, place: Place) -> PathBuf {
        self.dir.join(match place {
            Place::Odd => "epoch.block",
            Place::Even => "epoch-b.block",
        })
    }

    /// Makes both blocks unless there is one, the first secret's with it in.
    pub fn create(&self, first: &EpochSecret) -> Result<(), CustodyError> {
        let place = Place::of(first.epoch());
        if self.path(place.other()).exists() {
            return self.create_blank(place);
        }
        create_once(&self.path(place), &*block(&first.to_record()))?;
        self.create_blank(place.other())
    }

    /// Stores from before there were two places have one block only.
    fn create_blank(&self, place: Place) -> Result<(), CustodyError> {
        create_once(&self.path(place), &[0; BLOCK_LEN])
    }

    pub fn read(&self, place: Place) -> Result<Record, CustodyError> {
        let path = self.path(place);
        let mut record = Zeroizing::new([0; RECORD_LEN]);
        match read_secret::<BLOCK_LEN>(&path) {
            Ok(block) => record.copy_from_slice(&block[..RECORD_LEN]),
            Err(CustodyError::Missing(_)) if place == Place::Even => {}
            Err(error) => return Err(error),
        }
        Ok(record)
    }

    /// In place, synced, and out of the page cache, so that reading back asks the disk.
    pub fn overwrite(&self, place: Place, record: &Record) -> Result<(), CustodyError> {
        let path = self.path(place);
        if !path.exists() {
            self.create_blank(place)?;
            sync_folder(&self.dir)?;
        }
        let file = OpenOptions::new().write(true).open(&path).map_err(io(&path, "opened"))?;
        overwrite_in_place(&file, 0, &*block(record)).map_err(io(&path, "overwritten"))?;
        fadvise(&file, 0, None, Advice::DontNeed).map_err(|error| io(&path, "overwritten")(error.into()))
    }
}

fn block(record: &Record) -> Zeroizing<[u8; BLOCK_LEN]> {
    let mut block = Zeroizing::new([0; BLOCK_LEN]);
    block[..RECORD_LEN].copy_from_slice(record.as_ref());
    block
}

/// Overwrites bytes in place and syncs.
pub(in crate::adapters::vault) fn overwrite_in_place(file: &File, offset: u64, bytes: &[u8]) -> std::io::Result<()> {
    file.write_all_at(bytes, offset)?;
    file.sync_data()
}
