//! Who keeps the secrets: MASTER, the epoch secret, and everything derived from the two.
//!
//! MASTER comes from a file outside the data folder or from a systemd credential; the epoch secret
//! from a block that is overwritten in place. From both: the key that wraps the segments' keys.
//! From MASTER alone: the signing keys, so that a restored MASTER restores the signer. Refuses
//! secrets of the wrong length, readable by others, or from another box. Next: `slots`.

use std::{
    fs::{self, File, OpenOptions},
    io::{ErrorKind, Read, Write},
    os::unix::fs::{FileExt, MetadataExt, OpenOptionsExt},
    path::{Path, PathBuf},
};

use aes_gcm::{
    Aes256Gcm, KeyInit,
    aead::{AeadInOut, Nonce, Tag},
};
use hkdf::Hkdf;
use sha2::Sha256;
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::domain::recording::{
    seal::SegmentKey,
    segment::{KeyEpoch, KeySlot, SegmentId},
};

const MASTER_FILE: &str = "master.key";
const EPOCH_FILE: &str = "epoch.block";
const EPOCH_MAGIC: [u8; 8] = *b"HFEPOCH1";
/// One page: overwriting it in place leaves nothing behind on ext4 with data=ordered (measured).
const EPOCH_BLOCK_LEN: usize = 4096;

/// Where MASTER is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MasterPlace {
    /// `master.key` in the keys folder.
    File,
    /// A systemd credential: a file that systemd decrypted into `$CREDENTIALS_DIRECTORY`.
    Credential { file: PathBuf },
}

#[derive(Debug, thiserror::Error)]
pub enum CustodyError {
    #[error("{path} could not be {what}: {source}")]
    Io { path: PathBuf, what: &'static str, source: std::io::Error },
    #[error("{0} is missing")]
    Missing(PathBuf),
    #[error("{0} is not a key of Holdfast's (wrong length or damaged)")]
    NotAKey(PathBuf),
    #[error("{0} can be read by others than its owner")]
    TooOpen(PathBuf),
    #[error("the keys belong to another box or another store")]
    OtherBox,
    #[error("the machine's random generator failed")]
    Random,
}

fn io(path: &Path, what: &'static str) -> impl FnOnce(std::io::Error) -> CustodyError {
    let path = path.to_owned();
    move |source| CustodyError::Io { path, what, source }
}

/// The secrets of this box, in memory. No `Debug`, no `Clone`.
pub struct Custody {
    master: Zeroizing<[u8; 32]>,
    epoch_secret: Zeroizing<[u8; 32]>,
    epoch: KeyEpoch,
}

impl Custody {
    /// Makes MASTER and the first epoch secret where there are none; leaves those that are.
    pub fn create(dir: &Path, place: &MasterPlace) -> Result<(), CustodyError> {
        fs::create_dir_all(dir).map_err(io(dir, "created"))?;
        if *place == MasterPlace::File {
            let mut master = Zeroizing::new([0; 32]);
            getrandom::fill(master.as_mut()).map_err(|_| CustodyError::Random)?;
            create_once(&dir.join(MASTER_FILE), master.as_ref())?;
        }
        let mut secret = Zeroizing::new([0; 32]);
        getrandom::fill(secret.as_mut()).map_err(|_| CustodyError::Random)?;
        create_once(&dir.join(EPOCH_FILE), &*epoch_block(KeyEpoch(1), &secret))?;
        File::open(dir).and_then(|folder| folder.sync_all()).map_err(io(dir, "synced"))
    }

    pub fn open(dir: &Path, place: &MasterPlace) -> Result<Self, CustodyError> {
        let master = match place {
            MasterPlace::File => read_secret::<32>(&dir.join(MASTER_FILE))?,
            MasterPlace::Credential { file } => read_secret::<32>(file)?,
        };
        let path = dir.join(EPOCH_FILE);
        let block = read_secret::<EPOCH_BLOCK_LEN>(&path)?;
        let (epoch, epoch_secret) = parse_epoch_block(&block).ok_or_else(|| CustodyError::NotAKey(path.clone()))?;
        Ok(Self { master, epoch_secret, epoch })
    }

    pub const fn epoch(&self) -> KeyEpoch {
        self.epoch
    }

    /// KEKₙ = HKDF(MASTER ‖ EPOCHₙ, "kek" ‖ site ‖ n).
    pub fn wrapping_key(&self, site: Uuid) -> WrappingKey {
        let mut input = Zeroizing::new([0; 64]);
        input[..32].copy_from_slice(self.master.as_ref());
        input[32..].copy_from_slice(self.epoch_secret.as_ref());
        let epoch = self.epoch.0.to_be_bytes();
        let key = expand(input.as_ref(), &[b"kek", site.as_bytes(), &epoch]);
        let check = *expand(input.as_ref(), &[b"kek-check", site.as_bytes(), &epoch]);
        WrappingKey { cipher: Aes256Gcm::new((&*key).into()), epoch: self.epoch, check }
    }

    /// The box's signing keys.
    pub fn signers(&self, site: Uuid) -> Signers {
        let seed = |label: &[u8], attempt: u8| expand(self.master.as_ref(), &[label, site.as_bytes(), &[attempt]]);
        // A random 256-bit string is a valid P-256 scalar but for one in 2^32; then the next is taken.
        let export_p256 =
            (0..=u8::MAX).find_map(|attempt| p256::ecdsa::SigningKey::from_slice(seed(b"sign/export-p256", attempt).as_ref()).ok());
        Signers {
            export_ed25519: ed25519_dalek::SigningKey::from_bytes(&seed(b"sign/export-ed25519", 0)),
            export_p256,
            audit_ed25519: ed25519_dalek::SigningKey::from_bytes(&seed(b"sign/audit-ed25519", 0)),
        }
    }
}

fn expand(input: &[u8], info: &[&[u8]]) -> Zeroizing<[u8; 32]> {
    let mut out = Zeroizing::new([0; 32]);
    // 32 bytes is within HKDF's bound, so expanding can't fail.
    let _ = Hkdf::<Sha256>::new(Some(b"holdfast"), input).expand_multi_info(info, out.as_mut());
    out
}

/// Keys that sign what leaves the box. Each is used for one thing only.
pub struct Signers {
    pub export_ed25519: ed25519_dalek::SigningKey,
    export_p256: Option<p256::ecdsa::SigningKey>,
    pub audit_ed25519: ed25519_dalek::SigningKey,
}

impl Signers {
    /// None only if 256 derived strings were all out of range: never, in practice.
    pub fn export_p256(&self) -> Option<&p256::ecdsa::SigningKey> {
        self.export_p256.as_ref()
    }
}

/// A key wrapped for its slot: nonce ‖ ciphertext ‖ tag.
pub const WRAPPED_LEN: usize = 12 + 32 + 16;

/// KEKₙ. Wraps and unwraps segment keys; never leaves this room.
pub struct WrappingKey {
    cipher: Aes256Gcm,
    epoch: KeyEpoch,
    check: [u8; 32],
}

impl WrappingKey {
    pub const fn epoch(&self) -> KeyEpoch {
        self.epoch
    }

    /// Tells a slot file made under this key; says nothing about the key itself.
    pub const fn check(&self) -> &[u8; 32] {
        &self.check
    }

    fn aad(&self, segment: SegmentId, slot: KeySlot) -> [u8; 24] {
        let mut aad = [0; 24];
        aad[..16].copy_from_slice(segment.0.as_bytes());
        aad[16..20].copy_from_slice(&slot.0.to_be_bytes());
        aad[20..].copy_from_slice(&self.epoch.0.to_be_bytes());
        aad
    }

    pub fn wrap(&self, key: &SegmentKey, segment: SegmentId, slot: KeySlot) -> Result<[u8; WRAPPED_LEN], CustodyError> {
        let mut out = [0; WRAPPED_LEN];
        getrandom::fill(&mut out[..12]).map_err(|_| CustodyError::Random)?;
        let nonce = Nonce::<Aes256Gcm>::try_from(&out[..12]).map_err(|_| CustodyError::Random)?;
        out[12..44].copy_from_slice(key.expose());
        let tag = self
            .cipher
            .encrypt_inout_detached(&nonce, &self.aad(segment, slot), (&mut out[12..44]).into())
            .map_err(|_| CustodyError::Random)?;
        out[44..].copy_from_slice(&tag);
        Ok(out)
    }

    /// None when the slot was killed, belongs to another segment, or was wrapped under another epoch.
    pub fn unwrap(&self, wrapped: &[u8; WRAPPED_LEN], segment: SegmentId, slot: KeySlot) -> Option<SegmentKey> {
        let nonce = Nonce::<Aes256Gcm>::try_from(&wrapped[..12]).ok()?;
        let tag = Tag::<Aes256Gcm>::try_from(&wrapped[44..]).ok()?;
        let mut key = Zeroizing::new([0; 32]);
        key.copy_from_slice(&wrapped[12..44]);
        self.cipher.decrypt_inout_detached(&nonce, &self.aad(segment, slot), key.as_mut_slice().into(), &tag).ok()?;
        Some(SegmentKey::new(*key))
    }
}

fn epoch_block(epoch: KeyEpoch, secret: &[u8; 32]) -> Zeroizing<[u8; EPOCH_BLOCK_LEN]> {
    let mut block = Zeroizing::new([0; EPOCH_BLOCK_LEN]);
    block[..8].copy_from_slice(&EPOCH_MAGIC);
    block[8..12].copy_from_slice(&epoch.0.to_be_bytes());
    block[12..44].copy_from_slice(secret);
    let crc = crc32c::crc32c(&block[..44]);
    block[44..48].copy_from_slice(&crc.to_be_bytes());
    block
}

fn parse_epoch_block(block: &[u8; EPOCH_BLOCK_LEN]) -> Option<(KeyEpoch, Zeroizing<[u8; 32]>)> {
    let crc = u32::from_be_bytes(block[44..48].try_into().ok()?);
    if block[..8] != EPOCH_MAGIC || crc32c::crc32c(&block[..44]) != crc {
        return None;
    }
    let mut secret = Zeroizing::new([0; 32]);
    secret.copy_from_slice(&block[12..44]);
    Some((KeyEpoch(u32::from_be_bytes(block[8..12].try_into().ok()?)), secret))
}

/// Writes a secret to a new file, mode 0600, synced; an existing file is left as it is. The file
/// appears under its name only when whole, so that a crash here can be repeated.
fn create_once(path: &Path, secret: &[u8]) -> Result<(), CustodyError> {
    if path.exists() {
        return Ok(());
    }
    let part = path.with_extension("new");
    let _ = fs::remove_file(&part);
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&part).map_err(io(&part, "created"))?;
    file.write_all(secret).and_then(|()| file.sync_all()).map_err(io(&part, "written"))?;
    fs::rename(&part, path).map_err(io(path, "put in place"))
}

fn read_secret<const N: usize>(path: &Path) -> Result<Zeroizing<[u8; N]>, CustodyError> {
    let mut file = File::open(path).map_err(|error| {
        if error.kind() == ErrorKind::NotFound { CustodyError::Missing(path.to_owned()) } else { io(path, "opened")(error) }
    })?;
    let metadata = file.metadata().map_err(io(path, "read"))?;
    if metadata.mode() & 0o077 != 0 {
        return Err(CustodyError::TooOpen(path.to_owned()));
    }
    if metadata.len() != N as u64 {
        return Err(CustodyError::NotAKey(path.to_owned()));
    }
    let mut secret = Zeroizing::new([0; N]);
    file.read_exact(secret.as_mut()).map_err(io(path, "read"))?;
    Ok(secret)
}

/// Overwrites `length` bytes in place and syncs; kept beside the secrets it is for.
pub(super) fn overwrite_in_place(file: &File, offset: u64, bytes: &[u8]) -> std::io::Result<()> {
    file.write_all_at(bytes, offset)?;
    file.sync_data()
}
