//! One new segment file, from its first byte to its final record.
//!
//! The order makes every crash harmless: file with header, synced with its folder; key slot,
//! synced; catalogue row (the caller's transaction); only then records. Refuses to go on after an
//! error: a failed write or sync is never retried on the same file. Next: `jobs::record`.

use std::{
    fs::{self, File, OpenOptions},
    os::unix::fs::{FileExt, OpenOptionsExt},
    path::PathBuf,
    sync::Arc,
};

use bytes::Bytes;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::{Vault, VaultError, custody::CustodyError};
use crate::{
    adapters::index::segment::{Closing, SegmentRow},
    domain::{
        audit::tree,
        camera::CameraId,
        instant::{ClockReading, UtcInstant},
        recording::{
            access_unit::{CodecParameters, Dependence},
            fragment,
            index::{FragmentEntry, FragmentHash, Sample, SegmentIndex},
            seal::{RECORD_HEADER_LEN, RecordKind, Sealer, SegmentKey, TAG_LEN},
            segment::{CameraKey, HEADER_LEN, RECORD_PLAINTEXT_MAX, SegmentHeader, SegmentId, SegmentState},
        },
    },
};

/// A segment being written. Dropping it leaves a torn file, as a crash would.
pub struct SegmentWriter {
    file: Arc<File>,
    path: PathBuf,
    id: SegmentId,
    sealer: Sealer,
    /// Where the next record goes.
    offset: u64,
    index: SegmentIndex,
    frames: u64,
    /// Sealed, but not written yet: goes out with the first fragment.
    sealed: Vec<u8>,
}

/// What a new segment needs to know.
pub struct NewSegment<'a> {
    pub camera: &'a CameraId,
    pub parameters: &'a CodecParameters,
    pub start: UtcInstant,
    pub reading: ClockReading,
    pub open_count: u64,
}

impl SegmentWriter {
    /// Makes the file and its key, and the row the caller must commit before the first fragment.
    pub fn create(vault: &Vault, new: &NewSegment<'_>) -> Result<(Self, SegmentRow), VaultError> {
        let id = SegmentId(segment_uuid(new.start)?);
        let init = fragment::init_segment(new.parameters)?;
        let (slot, epoch) = (vault.slots.reserve(), vault.epoch());
        let mut salt = [0; 32];
        let mut key = zeroize::Zeroizing::new([0; 32]);
        getrandom::fill(&mut salt).and_then(|()| getrandom::fill(key.as_mut())).map_err(|_| CustodyError::Random)?;
        let key = SegmentKey::new(*key);
        let header = SegmentHeader {
            site: vault.site(),
            camera: CameraKey::of(vault.site(), new.camera),
            segment: id,
            boot_id: vault.boot_id,
            open_count: new.open_count,
            start: new.start,
            start_boottime_nanos: new.reading.boottime_nanos,
            clock: new.reading.synchronised,
            epoch,
            slot,
            codec_hash: Sha256::digest(&init).into(),
            salt,
        };
        let (mut sealer, key_commitment) = Sealer::new(&header, &key);
        let path = vault.segment_path(new.camera, new.start, id);
        let made = create_synced(&path, &header.to_block(&key_commitment)).and_then(|file| {
            vault.slots.store(slot, id, &key)?;
            Ok(file)
        });
        let file = match made {
            Ok(file) => Arc::new(file),
            Err(error) => {
                let _ = fs::remove_file(&path);
                let _ = vault.slots.kill([(slot, id)]);
                vault.slots.give_back([slot]);
                return Err(error);
            }
        };
        let mut sealed = Vec::new();
        sealer.seal_run(RecordKind::Init, RecordKind::Init, [init.as_ref()], &mut sealed).map_err(VaultError::seal(id))?;
        let row = SegmentRow {
            id,
            camera: new.camera.clone(),
            state: SegmentState::Open,
            start: new.start,
            end: None,
            bytes: 0,
            frames: 0,
            fragments: 0,
            durable_records: 0,
            epoch,
            slot,
            key_commitment,
            fragment_root: None,
            clock: new.reading.synchronised,
            camera_clock_offset_nanos: None,
            codec: new.parameters.codec,
            width_px: new.parameters.width_px,
            height_px: new.parameters.height_px,
            activity_peak: None,
        };
        let writer = Self { file, path, id, sealer, offset: HEADER_LEN as u64, index: SegmentIndex::default(), frames: 0, sealed };
        Ok((writer, row))
    }

    pub const fn id(&self) -> SegmentId {
        self.id
    }

    /// The file, for a thread that syncs many.
    pub fn file(&self) -> &Arc<File> {
        &self.file
    }

    /// Records written so far.
    pub const fn records(&self) -> u64 {
        self.sealer.records()
    }

    /// Adds one fragment: hashed, sealed, written with a single call. Returns its end on the time line.
    /// `room` is where it is sealed: the next fragment, mostly another camera's, gets the same memory
    /// while it is warm.
    pub fn append(&mut self, start_ticks: i64, access_units: &[(Sample, Bytes)], room: &mut Vec<u8>) -> Result<i64, VaultError> {
        let head = fragment::fragment_head(self.index.fragments.len() as u32 + 1, start_ticks, access_units)?;
        let pieces = || std::iter::once(head.as_slice()).chain(access_units.iter().map(|(_, data)| data.as_ref()));
        let key = access_units.first().map_or(Dependence::Dependent, |(sample, _)| sample.dependence);
        room.clear();
        room.append(&mut self.sealed);
        let entry_offset = self.offset + room.len() as u64;
        let first_record = self.sealer.records();
        let bytes: usize = pieces().map(<[u8]>::len).sum();
        room.reserve(bytes + (bytes / RECORD_PLAINTEXT_MAX + 1) * (RECORD_HEADER_LEN + TAG_LEN));
        let records = self
            .sealer
            .seal_run(RecordKind::FragmentStart(key), RecordKind::FragmentRest, pieces(), room)
            .map_err(VaultError::seal(self.id))?;
        self.file.write_all_at(room, self.offset).map_err(VaultError::io(&self.path))?;
        self.offset += room.len() as u64;
        self.frames += access_units.len() as u64;
        let entry = FragmentEntry {
            first_record,
            records,
            file_offset: entry_offset,
            bytes: bytes as u32,
            payload_offset: head.len() as u32,
            start_ticks,
            samples: access_units.iter().map(|(sample, _)| *sample).collect(),
            hash: FragmentHash(pieces().fold(Sha256::new(), Sha256::chain_update).finalize().into()),
        };
        let end_ticks = entry.end_ticks();
        self.index.fragments.push(entry);
        Ok(end_ticks)
    }

    /// Writes index and final record and syncs. What is returned goes into the row and the log.
    pub fn finish(self, end: UtcInstant, activity: Vec<u8>, camera_clock_offset_nanos: Option<i64>) -> Result<Closing, VaultError> {
        let Self { file, path, id, sealer, offset, mut index, frames, mut sealed } = self;
        let activity_peak = activity.iter().copied().max();
        index.activity = activity;
        index.camera_clock_offset_nanos = camera_clock_offset_nanos;
        let records = sealer.finish(&index.to_bytes(), offset + sealed.len() as u64, &mut sealed).map_err(VaultError::seal(id))?;
        file.write_all_at(&sealed, offset).map_err(VaultError::io(&path))?;
        file.sync_all().map_err(|source| VaultError::NotSynced { path, source })?;
        Ok(Closing {
            end,
            bytes: offset + sealed.len() as u64,
            frames,
            fragments: index.fragments.len() as u64,
            records,
            fragment_root: fragment_root(&index),
            camera_clock_offset_nanos,
            activity_peak,
        })
    }
}

/// RFC 6962 Merkle root over the fragments' hashes: what the audit log holds of the segment.
pub fn fragment_root(index: &SegmentIndex) -> [u8; 32] {
    tree::root(index.fragments.iter().map(|fragment| fragment.hash.0))
}

fn create_synced(path: &std::path::Path, header: &[u8]) -> Result<File, VaultError> {
    let folder = path.parent().unwrap_or(path);
    if !folder.is_dir() {
        fs::create_dir_all(folder).map_err(VaultError::io(folder))?;
        for parent in folder.ancestors().skip(1).take(2) {
            super::sync_folder(parent)?;
        }
    }
    let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path).map_err(VaultError::io(path))?;
    file.write_all_at(header, 0).and_then(|()| file.sync_all()).map_err(VaultError::io(path))?;
    super::sync_folder(folder)?;
    Ok(file)
}

/// UUIDv7 (RFC 9562) whose time is the segment's start.
fn segment_uuid(start: UtcInstant) -> Result<Uuid, CustodyError> {
    let mut random = [0; 10];
    getrandom::fill(&mut random).map_err(|_| CustodyError::Random)?;
    Ok(uuid::Builder::from_unix_timestamp_millis(start.unix_millis().max(0) as u64, &random).into_uuid())
}
