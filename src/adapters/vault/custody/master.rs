//! MASTER: 32 random bytes that never change, and what is derived from them alone.
//!
//! Refuses a file of another length or that others can read. Next: `wrapping`, which needs an epoch
//! secret as well.

use std::{
    fs::{self, File, OpenOptions},
    io::{ErrorKind, Read, Write},
    os::unix::fs::{MetadataExt, OpenOptionsExt},
    path::{Path, PathBuf},
};

use hkdf::Hkdf;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use uuid::Uuid;
use zeroize::Zeroizing;

use super::{CustodyError, io};

pub(super) const MASTER_FILE: &str = "master.key";

/// Where MASTER is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MasterPlace {
    /// `master.key` in the keys folder.
    File,
    /// A systemd credential: a file that systemd decrypted into `$CREDENTIALS_DIRECTORY`.
    Credential { file: PathBuf },
}

/// MASTER in memory, wiped when dropped.
pub(super) struct Master(Zeroizing<[u8; 32]>);

/// Makes `master.key` unless there is one.
pub(super) fn create(dir: &Path) -> Result<(), CustodyError> {
    let mut master = Zeroizing::new([0; 32]);
    getrandom::fill(master.as_mut()).map_err(|_| CustodyError::Random)?;
    create_once(&dir.join(MASTER_FILE), master.as_ref())
}

impl Master {
    pub fn open(dir: &Path, place: &MasterPlace) -> Result<Self, CustodyError> {
        match place {
            MasterPlace::File => read_secret::<32>(&dir.join(MASTER_FILE)),
            MasterPlace::Credential { file } => read_secret::<32>(file),
        }
        .map(Self)
    }

    pub fn expose(&self) -> &[u8; 32] {
        &self.0
    }

    /// What the TPM asks before it gives an epoch secret: HMAC-SHA-256(MASTER, "nv").
    pub fn tpm_authorisation(&self) -> Zeroizing<[u8; 32]> {
        let mut out = Zeroizing::new([0; 32]);
        // HMAC takes a key of any length, so this can't fail.
        if let Ok(mac) = Hmac::<Sha256>::new_from_slice(self.0.as_ref()) {
            out.copy_from_slice(&mac.chain_update(b"nv").finalize().into_bytes());
        }
        out
    }

    pub fn signers(&self, site: Uuid) -> Signers {
        let seed = |label: &[u8], attempt: u8| expand(self.0.as_ref(), &[label, site.as_bytes(), &[attempt]]);
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

pub(super) fn expand(input: &[u8], info: &[&[u8]]) -> Zeroizing<[u8; 32]> {
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

/// Writes a secret to a new file, mode 0600, synced; an existing file is left as it is. The file
/// appears under its name only when whole, so that a crash here can be repeated.
pub(super) fn create_once(path: &Path, secret: &[u8]) -> Result<(), CustodyError> {
    if path.exists() {
        return Ok(());
    }
    let part = path.with_extension("new");
    let _ = fs::remove_file(&part);
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&part).map_err(io(&part, "created"))?;
    file.write_all(secret).and_then(|()| file.sync_all()).map_err(io(&part, "written"))?;
    fs::rename(&part, path).map_err(io(path, "put in place"))
}

pub(super) fn read_secret<const N: usize>(path: &Path) -> Result<Zeroizing<[u8; N]>, CustodyError> {
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
