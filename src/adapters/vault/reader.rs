//! Opens a segment, whole or torn, and hands out its fragments.
//!
//! A sealed segment is read by the index in its final record. An open or torn one is scanned from
//! the start to its last valid record, and its index is built again from the fragments themselves.
//! Refuses, before decrypting anything, a header whose key commitment doesn't match, and a segment
//! that the catalogue calls sealed but that has lost its end. Next: `jobs::footage`, `jobs::disclose`.

use std::{
    fs::File,
    os::unix::fs::FileExt,
    path::{Path, PathBuf},
};

use bytes::Bytes;
use sha2::{Digest, Sha256};

use super::{Vault, VaultError, writer::fragment_root};
use crate::{
    adapters::index::segment::SegmentRow,
    domain::recording::{
        access_unit::CodecParameters,
        fragment,
        index::{FragmentEntry, FragmentHash, SegmentIndex},
        seal::{FINAL_RECORD_LEN, FinalRecord, Opener, RECORD_HEADER_LEN, RecordHeader, RecordKind, SealError, TAG_LEN},
        segment::{HEADER_LEN, SegmentHeader, SegmentId, SegmentState},
    },
};

/// An open segment file.
pub struct SegmentReader {
    file: File,
    path: PathBuf,
    header: SegmentHeader,
    opener: Opener,
    init: Bytes,
    index: SegmentIndex,
    ending: Ending,
    failure: Option<std::io::Error>,
}

/// How a segment's file ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// With a final record.
    Whole,
    /// Without: `records` are valid, up to byte `valid_bytes`; `tags_digest` is over their tags.
    Torn { records: u64, valid_bytes: u64, tags_digest: [u8; 32] },
}

impl Vault {
    /// Opens the segment that a catalogue row names.
    pub fn open_segment(&self, row: &SegmentRow) -> Result<SegmentReader, VaultError> {
        let key = self.slots.key(row.slot, row.id)?.ok_or(VaultError::KeyGone(row.id))?;
        let path = self.segment_path(&row.camera, row.start, row.id);
        let file = File::open(&path).map_err(VaultError::io(&path))?;
        let (header, commitment) = read_header(&file, &path)?;
        let opener = Opener::new(&header, &commitment, &key).map_err(VaultError::seal(row.id))?;
        // The file's own commitment is consistent; the catalogue's tells a swapped file.
        if header.segment != row.id || commitment != row.key_commitment {
            return Err(VaultError::NotWhatWasLogged(row.id));
        }
        let mut reader = SegmentReader::read(file, path, header, opener, row.state)?;
        if row.state == SegmentState::Torn {
            // What a failing disk gives back only later was never logged.
            reader.index.fragments.truncate(usize::try_from(row.fragments).unwrap_or(usize::MAX));
        }
        Ok(reader)
    }
}

/// The first block, and the key commitment in it: not believed before `Opener` has checked that.
pub(super) fn read_header(file: &File, path: &Path) -> Result<(SegmentHeader, [u8; 32]), VaultError> {
    let mut block = vec![0; HEADER_LEN];
    if !read_fully(file, &mut block, 0).map_err(VaultError::io(path))? {
        block.clear();
    }
    SegmentHeader::from_block(&block).map_err(|source| VaultError::NotASegment { path: path.to_owned(), source })
}

impl SegmentReader {
    /// Reads a file whose header has been believed, as far as its `state` lets it be read.
    pub(super) fn read(file: File, path: PathBuf, header: SegmentHeader, opener: Opener, state: SegmentState) -> Result<Self, VaultError> {
        let (init, index) = (Bytes::new(), SegmentIndex::default());
        let mut reader = Self { file, path, header, opener, init, index, ending: Ending::Whole, failure: None };
        match reader.read_ending() {
            Ok(Some(index)) => reader.index = index,
            Err(error @ VaultError::Io { .. }) if state == SegmentState::Sealed => return Err(error),
            _ if state == SegmentState::Sealed => return Err(VaultError::EndMissing(reader.id())),
            _ => reader.scan()?,
        }
        reader.read_init()?;
        Ok(reader)
    }

    pub const fn header(&self) -> &SegmentHeader {
        &self.header
    }

    pub const fn index(&self) -> &SegmentIndex {
        &self.index
    }

    pub const fn ending(&self) -> Ending {
        self.ending
    }

    /// What the disk said where a torn file could not be read on: what lies behind is not lost, but
    /// out of reach.
    pub const fn failure(&self) -> Option<&std::io::Error> {
        self.failure.as_ref()
    }

    /// `ftyp` + `moov` for the fragments.
    pub fn init(&self) -> Bytes {
        self.init.clone()
    }

    /// The parameters the init segment was made from.
    pub fn parameters(&self) -> Result<CodecParameters, VaultError> {
        Ok(fragment::parse_init_segment(&self.init)?)
    }

    /// Fragment `number` (from 0): `moof` + `mdat`, decrypted and checked against its logged hash.
    pub fn fragment(&self, number: usize) -> Result<Bytes, VaultError> {
        let entry = self.index.fragments.get(number).ok_or(VaultError::NoFragment { segment: self.id(), fragment: number })?;
        let bytes = self.read_run(entry)?;
        if bytes.len() != entry.bytes as usize || Sha256::digest(&bytes)[..] != entry.hash.0 {
            return Err(VaultError::NotWhatWasLogged(self.id()));
        }
        Ok(bytes.into())
    }

    /// Reads everything and compares it with what was logged: every record, every hash, the root.
    pub fn check(&self, row: &SegmentRow) -> Result<(), VaultError> {
        let scanned = self.scan_records(|_| {});
        if let Some(source) = scanned.failure {
            return Err(self.io()(source));
        }
        if let Ending::Whole = self.ending {
            let last = self.read_final()?.ok_or(VaultError::EndMissing(row.id))?;
            let length = self.file.metadata().map_err(self.io())?.len();
            if last.records != scanned.records || last.tags_digest != scanned.tags_before_last || scanned.valid_bytes != length {
                return Err(VaultError::NotWhatWasLogged(row.id));
            }
        } else if scanned.records < row.durable_records {
            return Err(VaultError::NotWhatWasLogged(row.id));
        }
        for number in 0..self.index.fragments.len() {
            self.fragment(number)?;
        }
        match row.fragment_root {
            Some(logged) if logged != fragment_root(&self.index) => Err(VaultError::NotWhatWasLogged(row.id)),
            _ => Ok(()),
        }
    }

    /// Makes durable what was read; for files whose writer may have died before it could.
    pub fn sync(&self) -> Result<(), VaultError> {
        self.file.sync_all().map_err(self.io())
    }

    const fn id(&self) -> SegmentId {
        self.header.segment
    }

    fn io(&self) -> impl FnOnce(std::io::Error) -> VaultError + '_ {
        |source| VaultError::Io { path: self.path.clone(), source }
    }

    fn read_init(&mut self) -> Result<(), VaultError> {
        // A torn file may have lost even its first record: then there is nothing to play.
        if matches!(self.ending, Ending::Torn { records: 0, .. }) {
            return Ok(());
        }
        let mut offset = HEADER_LEN as u64;
        let mut init = Vec::new();
        let mut number = 0;
        while let Some((record, body)) = self.record_at(offset, number)? {
            if record.kind != RecordKind::Init {
                break;
            }
            offset += (RECORD_HEADER_LEN + record.body_len()) as u64;
            init.extend_from_slice(&body);
            number += 1;
        }
        if Sha256::digest(&init)[..] != self.header.codec_hash {
            return Err(VaultError::NotWhatWasLogged(self.id()));
        }
        self.init = init.into();
        Ok(())
    }

    fn read_final(&self) -> Result<Option<FinalRecord>, VaultError> {
        let length = self.file.metadata().map_err(self.io())?.len();
        let Some(offset) = length.checked_sub(FINAL_RECORD_LEN as u64).filter(|offset| *offset >= HEADER_LEN as u64) else {
            return Ok(None);
        };
        let mut bytes = vec![0; FINAL_RECORD_LEN];
        self.file.read_exact_at(&mut bytes, offset).map_err(self.io())?;
        let Some(header) = RecordHeader::parse(&bytes).filter(|header| header.kind == RecordKind::Final) else { return Ok(None) };
        let mut body = bytes.split_off(RECORD_HEADER_LEN);
        if self.opener.open(&header, header.index, &mut body).is_err() {
            return Ok(None);
        }
        Ok(FinalRecord::from_bytes(&body).filter(|last| last.records == header.index + 1))
    }

    fn read_ending(&self) -> Result<Option<SegmentIndex>, VaultError> {
        let Some(last) = self.read_final()? else { return Ok(None) };
        let mut offset = last.index_file_offset;
        let mut encoded = Vec::new();
        for number in last.first_index_record..last.records - 1 {
            let Some((record, body)) = self.record_at(offset, number)?.filter(|(record, _)| record.kind == RecordKind::Index) else {
                return Ok(None);
            };
            offset += (RECORD_HEADER_LEN + record.body_len()) as u64;
            encoded.extend_from_slice(&body);
        }
        // The index ends where the final record begins, and that is the end of the file.
        let length = self.file.metadata().map_err(self.io())?.len();
        if offset + FINAL_RECORD_LEN as u64 != length {
            return Ok(None);
        }
        Ok(SegmentIndex::from_bytes(&encoded).ok())
    }

    /// One record, opened; None when no valid record `number` begins at `offset`.
    fn record_at(&self, offset: u64, number: u64) -> Result<Option<(RecordHeader, Vec<u8>)>, VaultError> {
        let found = self.tagged_record_at(offset, number).map_err(self.io())?;
        Ok(found.map(|found| (found.header, found.body)))
    }

    fn tagged_record_at(&self, offset: u64, number: u64) -> std::io::Result<Option<Found>> {
        let mut head = [0; RECORD_HEADER_LEN];
        if !read_fully(&self.file, &mut head, offset)? {
            return Ok(None);
        }
        let Some(header) = RecordHeader::parse(&head) else { return Ok(None) };
        let mut body = vec![0; header.body_len()];
        if !read_fully(&self.file, &mut body, offset + RECORD_HEADER_LEN as u64)? {
            return Ok(None);
        }
        let Some(tag) = body.last_chunk::<TAG_LEN>().copied() else { return Ok(None) };
        Ok(self.opener.open(&header, number, &mut body).is_ok().then_some(Found { header, offset, tag, body }))
    }

    /// One fragment's records, read at once and decrypted where they lie; then the plaintexts are moved together.
    fn read_run(&self, entry: &FragmentEntry) -> Result<Vec<u8>, VaultError> {
        let damaged = |index| VaultError::Seal { segment: self.id(), source: SealError::Damaged { index } };
        let sealed_len = entry.bytes as usize + entry.records as usize * (RECORD_HEADER_LEN + TAG_LEN);
        let mut bytes = vec![0; sealed_len];
        if !read_fully(&self.file, &mut bytes, entry.file_offset).map_err(self.io())? {
            return Err(damaged(entry.first_record));
        }
        let (mut at, mut plain_len) = (0, 0);
        for number in entry.first_record..entry.first_record + u64::from(entry.records) {
            let header = RecordHeader::parse(&bytes[at..]).ok_or_else(|| damaged(number))?;
            let body = at + RECORD_HEADER_LEN;
            at = body + header.body_len();
            let sealed = bytes.get_mut(body..at).ok_or_else(|| damaged(number))?;
            self.opener.open_in_place(&header, number, sealed).map_err(VaultError::seal(self.id()))?;
            let length = header.length as usize;
            bytes.copy_within(body..body + length, plain_len);
            plain_len += length;
        }
        bytes.truncate(plain_len);
        Ok(bytes)
    }

    /// Rebuilds the index of a file without a final record.
    fn scan(&mut self) -> Result<(), VaultError> {
        let mut index = SegmentIndex::default();
        let mut building: Option<(FragmentEntry, Vec<u8>)> = None;
        let scanned = self.scan_records(|found| {
            match found.header.kind {
                RecordKind::FragmentStart(_) => {
                    let entry = FragmentEntry {
                        first_record: found.header.index,
                        records: 1,
                        file_offset: found.offset,
                        bytes: 0,
                        payload_offset: 0,
                        start_ticks: 0,
                        samples: Vec::new(),
                        hash: FragmentHash([0; 32]),
                    };
                    building = Some((entry, found.body));
                }
                RecordKind::FragmentRest => {
                    if let Some((entry, bytes)) = &mut building {
                        entry.records += 1;
                        bytes.extend_from_slice(&found.body);
                    }
                }
                RecordKind::Init | RecordKind::Index | RecordKind::Final => {}
            }
            if let Some((entry, bytes)) = &mut building
                && let Ok(parsed) = fragment::parse_fragment(bytes)
            {
                entry.bytes = bytes.len() as u32;
                entry.payload_offset = parsed.payload_offset;
                entry.start_ticks = parsed.start_ticks;
                entry.samples = parsed.samples;
                entry.hash = FragmentHash(Sha256::digest(&*bytes).into());
                index.fragments.push(entry.clone());
                building = None;
            }
        });
        self.index = index;
        self.failure = scanned.failure;
        self.ending = Ending::Torn { records: scanned.records, valid_bytes: scanned.valid_bytes, tags_digest: scanned.tags };
        Ok(())
    }

    /// Every valid record from the first on; where the disk fails, it ends there and says so.
    fn scan_records(&self, mut each: impl FnMut(Found)) -> Scanned {
        let mut scanned = Scanned { records: 0, valid_bytes: HEADER_LEN as u64, tags: [0; 32], tags_before_last: [0; 32], failure: None };
        let mut tags = Sha256::new();
        loop {
            let found = match self.tagged_record_at(scanned.valid_bytes, scanned.records) {
                Ok(Some(found)) => found,
                Ok(None) => break,
                Err(failure) => {
                    scanned.failure = Some(failure);
                    break;
                }
            };
            if found.header.kind == RecordKind::Final {
                scanned.tags_before_last = tags.clone().finalize().into();
            }
            tags.update(found.tag);
            scanned.valid_bytes += (RECORD_HEADER_LEN + found.header.body_len()) as u64;
            scanned.records += 1;
            each(found);
        }
        scanned.tags = tags.finalize().into();
        scanned
    }
}

struct Found {
    header: RecordHeader,
    offset: u64,
    tag: [u8; TAG_LEN],
    body: Vec<u8>,
}

struct Scanned {
    records: u64,
    valid_bytes: u64,
    tags: [u8; 32],
    tags_before_last: [u8; 32],
    failure: Option<std::io::Error>,
}

/// False when the file ends first.
fn read_fully(file: &File, buffer: &mut [u8], offset: u64) -> std::io::Result<bool> {
    match file.read_exact_at(buffer, offset) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => Ok(false),
        Err(error) => Err(error),
    }
}

/// Removes a segment's file; nothing to do when it is gone already.
pub fn unlink(path: &Path) -> Result<(), VaultError> {
    match std::fs::remove_file(path) {
        Ok(()) => path.parent().map_or(Ok(()), super::sync_folder),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(VaultError::io(path)(error)),
    }
}
