//! A segment file that no row names: whether it is our footage, told from the file and its key alone.
//!
//! The row is committed before the first record is written, so a crash leaves at most a header without
//! one. A file with pictures in it that one of our keys opens has lost its row another way: somebody
//! put an older catalogue back. Refuses to call anything ours that doesn't open. Next:
//! `jobs::reconcile` won't start over such files, `jobs::adopt` enters them again.

use std::{fs::File, path::Path};

use super::{
    Vault, VaultError,
    reader::{SegmentReader, read_header},
};
use crate::{
    adapters::index::segment::SegmentRow,
    domain::{
        camera::CameraId,
        recording::{
            seal::Opener,
            segment::{CameraKey, HEADER_LEN, SegmentId, SegmentState},
        },
    },
};

impl Vault {
    /// The row that belongs to a segment's file, as far as the file itself tells; None when it is not
    /// ours, or there is nothing in it to play. Errors are the disk's alone.
    pub fn open_stray(&self, id: SegmentId, path: &Path) -> Result<Option<SegmentRow>, VaultError> {
        let folder = path.parent().and_then(Path::parent).and_then(Path::file_name).and_then(|name| name.to_str());
        let Some(camera) = folder.and_then(|name| CameraId::new(name).ok()) else { return Ok(None) };
        let file = File::open(path).map_err(VaultError::io(path))?;
        if file.metadata().map_err(VaultError::io(path))?.len() <= HEADER_LEN as u64 {
            return Ok(None);
        }
        match self.open_unaccounted(id, camera, file, path) {
            Ok(row) => Ok(Some(row)),
            Err(VaultError::Io { path, source }) => Err(VaultError::Io { path, source }),
            Err(_) => Ok(None),
        }
    }

    fn open_unaccounted(&self, id: SegmentId, camera: CameraId, file: File, path: &Path) -> Result<SegmentRow, VaultError> {
        let (header, key_commitment) = read_header(&file, path)?;
        let key = self.slots().key(header.slot, id)?.ok_or(VaultError::KeyGone(id))?;
        let opener = Opener::new(&header, &key_commitment, &key).map_err(VaultError::seal(id))?;
        if header.segment != id || header.camera != CameraKey::of(self.site(), &camera) {
            return Err(VaultError::NotWhatWasLogged(id));
        }
        let reader = SegmentReader::read(file, path.to_owned(), header.clone(), opener, SegmentState::Open)?;
        let parameters = reader.parameters()?;
        Ok(SegmentRow {
            id,
            camera,
            state: SegmentState::Open,
            start: header.start,
            end: None,
            bytes: 0,
            frames: 0,
            fragments: 0,
            durable_records: 0,
            epoch: header.epoch,
            slot: header.slot,
            key_commitment,
            fragment_root: None,
            clock: header.clock,
            camera_clock_offset_nanos: None,
            codec: parameters.codec,
            width_px: parameters.width_px,
            height_px: parameters.height_px,
            activity_peak: None,
        })
    }
}
