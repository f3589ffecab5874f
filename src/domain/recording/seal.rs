//! Segment format 1: how records are encrypted, chained to their header and opened again.
//!
//! ```text
//! file    = header block (4096) ‖ record*            manual::storage_format has the whole layout
//! record  = [length u32 ‖ index u64 ‖ flags u8 ‖ crc32c u32] ‖ ciphertext ‖ tag (16)
//! nonce   = 00 00 00 ‖ index u64 ‖ (00 data | 01 final)
//! aad     = segment id ‖ index ‖ flags ‖ length
//! ```
//!
//! The nonces are deterministic. That is sound because a segment's key is random, has one writer,
//! and is never used again to append: a torn file stays torn. The key commitment is compared in
//! constant time before anything is decrypted, and covers every header field, so a record opens
//! only under the camera, time and epoch it was written with. Next: `adapters::vault`.

use std::fmt;

use aes_gcm::{
    Aes256Gcm, KeyInit,
    aead::{AeadInOut, Nonce, Tag},
};
use hkdf::Hkdf;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use super::segment::{RECORD_PLAINTEXT_MAX, SegmentHeader, SegmentId};

/// Bytes before a record's ciphertext.
pub const RECORD_HEADER_LEN: usize = 4 + 8 + 1 + 4;
pub const TAG_LEN: usize = 16;
/// Plaintext of the final record, bytes: count, first index record, its offset, digest of all tags.
const FINAL_PLAINTEXT_LEN: usize = 8 + 8 + 8 + 32;
/// Length of the final record in the file: a reader finds it by counting back from the end.
pub const FINAL_RECORD_LEN: usize = RECORD_HEADER_LEN + FINAL_PLAINTEXT_LEN + TAG_LEN;

/// The random key of one segment. Wiped when dropped.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct SegmentKey([u8; 32]);

impl SegmentKey {
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// For wrapping only.
    pub fn expose(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Debug for SegmentKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SegmentKey(…)")
    }
}

/// What a record carries. Authenticated with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RecordKind {
    /// Record 0: the init segment.
    Init,
    /// The first bytes of a fragment, and whether it begins with a key frame.
    FragmentStart(super::access_unit::Dependence),
    /// More of the same fragment.
    FragmentRest,
    /// Part of the encoded [`super::index::SegmentIndex`].
    Index,
    /// The last record of a sealed segment.
    Final,
}

impl RecordKind {
    const fn flags(self) -> u8 {
        use super::access_unit::Dependence::{Dependent, RandomAccess};
        match self {
            Self::FragmentRest => 0b0_0000,
            Self::Final => 0b0_0001,
            Self::FragmentStart(Dependent) => 0b0_0010,
            Self::FragmentStart(RandomAccess) => 0b0_0110,
            Self::Init => 0b0_1000,
            Self::Index => 0b1_0000,
        }
    }

    fn from_flags(flags: u8) -> Option<Self> {
        use super::access_unit::Dependence::{Dependent, RandomAccess};
        [Self::FragmentRest, Self::Final, Self::FragmentStart(Dependent), Self::FragmentStart(RandomAccess), Self::Init, Self::Index]
            .into_iter()
            .find(|kind| kind.flags() == flags)
    }

    const fn nonce_flag(self) -> u8 {
        matches!(self, Self::Final) as u8
    }
}

/// The last record's content: says that the segment is whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FinalRecord {
    /// Records in the file, this one included.
    pub records: u64,
    pub first_index_record: u64,
    pub index_file_offset: u64,
    /// SHA-256 over the tags of all earlier records, in order.
    pub tags_digest: [u8; 32],
}

impl FinalRecord {
    fn to_bytes(self) -> [u8; FINAL_PLAINTEXT_LEN] {
        let mut out = [0; FINAL_PLAINTEXT_LEN];
        out[..8].copy_from_slice(&self.records.to_be_bytes());
        out[8..16].copy_from_slice(&self.first_index_record.to_be_bytes());
        out[16..24].copy_from_slice(&self.index_file_offset.to_be_bytes());
        out[24..].copy_from_slice(&self.tags_digest);
        out
    }

    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let bytes: &[u8; FINAL_PLAINTEXT_LEN] = bytes.try_into().ok()?;
        let word = |at: usize| bytes[at..at + 8].try_into().map(u64::from_be_bytes).ok();
        Some(Self {
            records: word(0)?,
            first_index_record: word(8)?,
            index_file_offset: word(16)?,
            tags_digest: bytes[24..].try_into().ok()?,
        })
    }
}

struct Cipher {
    cipher: Aes256Gcm,
    segment: SegmentId,
}

impl Cipher {
    /// Derives the encryption key and the key commitment from the segment's key and header.
    fn derive(header: &SegmentHeader, key: &SegmentKey) -> (Self, [u8; 32]) {
        let bound = Sha256::digest(header.bound_bytes());
        let hkdf = Hkdf::<Sha256>::new(Some(&header.salt), key.expose());
        let mut encryption = Zeroizing::new([0; 32]);
        let mut commitment = [0; 32];
        // 32 bytes is within HKDF's bound of 255 blocks, so expanding can't fail.
        let _ = hkdf.expand_multi_info(&[b"holdfst1/enc", &bound], encryption.as_mut());
        let _ = hkdf.expand_multi_info(&[b"holdfst1/commit", &bound], &mut commitment);
        (Self { cipher: Aes256Gcm::new((&*encryption).into()), segment: header.segment }, commitment)
    }

    fn nonce(index: u64, kind: RecordKind) -> Nonce<Aes256Gcm> {
        let mut nonce = [0; 12];
        nonce[3..11].copy_from_slice(&index.to_be_bytes());
        nonce[11] = kind.nonce_flag();
        nonce.into()
    }

    fn aad(&self, index: u64, kind: RecordKind, length: u32) -> [u8; 29] {
        let mut aad = [0; 29];
        aad[..16].copy_from_slice(self.segment.0.as_bytes());
        aad[16..24].copy_from_slice(&index.to_be_bytes());
        aad[24] = kind.flags();
        aad[25..].copy_from_slice(&length.to_be_bytes());
        aad
    }
}

/// Seals records, in order, for one new segment. Not `Clone`: one writer.
pub struct Sealer {
    cipher: Cipher,
    next_index: u64,
    tags: Sha256,
}

impl Sealer {
    /// The sealer and the key commitment for the header block.
    pub fn new(header: &SegmentHeader, key: &SegmentKey) -> (Self, [u8; 32]) {
        let (cipher, commitment) = Cipher::derive(header, key);
        (Self { cipher, next_index: 0, tags: Sha256::new() }, commitment)
    }

    /// Index the next record will have; the number of records so far.
    pub const fn records(&self) -> u64 {
        self.next_index
    }

    /// Appends one sealed record to `out`. `plaintext` is at most [`RECORD_PLAINTEXT_MAX`] bytes.
    pub fn seal(&mut self, kind: RecordKind, plaintext: &[u8], out: &mut Vec<u8>) -> Result<(), SealError> {
        if plaintext.len() > RECORD_PLAINTEXT_MAX {
            return Err(SealError::TooLong);
        }
        let start = out.len();
        out.extend_from_slice(&[0; RECORD_HEADER_LEN]);
        out.extend_from_slice(plaintext);
        self.seal_in_place(kind, start, out)
    }

    /// Seals the bytes of `pieces`, one after the other, as consecutive records of at most
    /// [`RECORD_PLAINTEXT_MAX`] bytes.
    pub fn seal_run<'a>(
        &mut self,
        first: RecordKind,
        rest: RecordKind,
        pieces: impl IntoIterator<Item = &'a [u8]>,
        out: &mut Vec<u8>,
    ) -> Result<u32, SealError> {
        let mut records = 0;
        let mut open: Option<usize> = None;
        let kind = |records| if records == 0 { first } else { rest };
        for mut piece in pieces {
            while !piece.is_empty() {
                let start = *open.get_or_insert_with(|| {
                    let start = out.len();
                    out.extend_from_slice(&[0; RECORD_HEADER_LEN]);
                    start
                });
                let room = start + RECORD_HEADER_LEN + RECORD_PLAINTEXT_MAX - out.len();
                let (fits, later) = piece.split_at(piece.len().min(room));
                out.extend_from_slice(fits);
                if fits.len() == room {
                    self.seal_in_place(kind(records), start, out)?;
                    records += 1;
                    open = None;
                }
                piece = later;
            }
        }
        if let Some(start) = open {
            self.seal_in_place(kind(records), start, out)?;
            records += 1;
        }
        Ok(records)
    }

    /// Turns room for a header at `start`, and the plaintext from there to the end of `out`, into a record.
    fn seal_in_place(&mut self, kind: RecordKind, start: usize, out: &mut Vec<u8>) -> Result<(), SealError> {
        let body = start + RECORD_HEADER_LEN;
        let length = (out.len() - body) as u32;
        let index = self.next_index;
        out[start..start + 4].copy_from_slice(&length.to_be_bytes());
        out[start + 4..start + 12].copy_from_slice(&index.to_be_bytes());
        out[start + 12] = kind.flags();
        let aad = self.cipher.aad(index, kind, length);
        let tag = self
            .cipher
            .cipher
            .encrypt_inout_detached(&Cipher::nonce(index, kind), &aad, (&mut out[body..]).into())
            .map_err(|_| SealError::TooLong)?;
        out.extend_from_slice(&tag);
        let crc = record_crc(&out[start..start + 13], &out[body..]);
        out[start + 13..body].copy_from_slice(&crc.to_be_bytes());
        self.tags.update(tag);
        self.next_index += 1;
        Ok(())
    }

    /// Seals the index and the final record. `file_offset` is where the next record goes.
    pub fn finish(mut self, index: &[u8], file_offset: u64, out: &mut Vec<u8>) -> Result<u64, SealError> {
        let first_index_record = self.next_index;
        self.seal_run(RecordKind::Index, RecordKind::Index, [index], out)?;
        let last = FinalRecord {
            records: self.next_index + 1,
            first_index_record,
            index_file_offset: file_offset,
            tags_digest: self.tags.clone().finalize().into(),
        };
        self.seal(RecordKind::Final, &last.to_bytes(), out)?;
        Ok(self.next_index)
    }
}

fn record_crc(header: &[u8], body: &[u8]) -> u32 {
    crc32c::crc32c_append(crc32c::crc32c(header), body)
}

/// A record's header as found in the file, with its checksum already good.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RecordHeader {
    pub index: u64,
    pub kind: RecordKind,
    pub length: u32,
    crc: u32,
}

impl RecordHeader {
    /// Reads the first [`RECORD_HEADER_LEN`] bytes of a record; None when no record begins here.
    pub fn parse(bytes: &[u8]) -> Option<Self> {
        let bytes: &[u8; RECORD_HEADER_LEN] = bytes.get(..RECORD_HEADER_LEN)?.try_into().ok()?;
        let length = u32::from_be_bytes(bytes[..4].try_into().ok()?);
        let index = u64::from_be_bytes(bytes[4..12].try_into().ok()?);
        let kind = RecordKind::from_flags(bytes[12])?;
        let crc = u32::from_be_bytes(bytes[13..].try_into().ok()?);
        (length as usize <= RECORD_PLAINTEXT_MAX).then_some(Self { index, kind, length, crc })
    }

    /// Bytes of ciphertext and tag that follow.
    pub const fn body_len(&self) -> usize {
        self.length as usize + TAG_LEN
    }

    fn crc_matches(&self, body: &[u8]) -> bool {
        let mut header = [0; 13];
        header[..4].copy_from_slice(&self.length.to_be_bytes());
        header[4..12].copy_from_slice(&self.index.to_be_bytes());
        header[12] = self.kind.flags();
        record_crc(&header, body) == self.crc
    }
}

/// Opens the records of one segment.
pub struct Opener {
    cipher: Cipher,
}

impl Opener {
    /// Refuses, before decrypting anything, a key or header that isn't the one sealed with.
    pub fn new(header: &SegmentHeader, commitment: &[u8; 32], key: &SegmentKey) -> Result<Self, SealError> {
        let (cipher, expected) = Cipher::derive(header, key);
        if bool::from(expected.ct_eq(commitment)) { Ok(Self { cipher }) } else { Err(SealError::WrongKey) }
    }

    /// Decrypts `body` (ciphertext and tag) in place and cuts it to the plaintext.
    pub fn open(&self, record: &RecordHeader, expected_index: u64, body: &mut Vec<u8>) -> Result<(), SealError> {
        self.open_in_place(record, expected_index, body)?;
        body.truncate(record.length as usize);
        Ok(())
    }

    /// Decrypts `body` (ciphertext and tag) where it lies: its first `record.length` bytes become the plaintext.
    pub fn open_in_place(&self, record: &RecordHeader, expected_index: u64, body: &mut [u8]) -> Result<(), SealError> {
        if record.index != expected_index || body.len() != record.body_len() || !record.crc_matches(body) {
            return Err(SealError::Damaged { index: expected_index });
        }
        let (plain, tag) = body.split_at_mut(record.length as usize);
        let tag = Tag::<Aes256Gcm>::try_from(&*tag).map_err(|_| SealError::Damaged { index: expected_index })?;
        let aad = self.cipher.aad(record.index, record.kind, record.length);
        let nonce = Cipher::nonce(record.index, record.kind);
        self.cipher.cipher.decrypt_inout_detached(&nonce, &aad, plain.into(), &tag).map_err(|_| SealError::Forged { index: expected_index })
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SealError {
    #[error("a record carries at most {RECORD_PLAINTEXT_MAX} bytes")]
    TooLong,
    #[error("the key does not belong to this header: the header was changed or the file is another segment's")]
    WrongKey,
    #[error("record {index} is damaged or cut off")]
    Damaged { index: u64 },
    #[error("record {index} was changed after it was written")]
    Forged { index: u64 },
}
