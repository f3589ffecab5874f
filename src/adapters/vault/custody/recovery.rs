//! MASTER under a passphrase: the copy that brings it back when machine, TPM or keys folder are gone.
//!
//! ```text
//! recovery.json = { format, m_kib, t, p, salt, sealed }    sealed = nonce ‖ AES-256-GCM(MASTER) ‖ tag
//! key = argon2id(passphrase, salt)                          the passphrase is 130 random bits, shown once
//! ```
//!
//! A passphrase that nobody can guess makes the copy fit to lie beside the footage and in backups.
//! Brings back MASTER and nothing else: epoch secrets have no copy. Refuses a wrong passphrase
//! without saying how near it was.

use std::path::Path;

use aes_gcm::{
    Aes256Gcm, KeyInit,
    aead::{Aead, Nonce, Payload},
};
use argon2::{Algorithm, Argon2, Params, Version};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::{
    CustodyError, MasterPlace,
    master::{MASTER_FILE, Master, create_once},
    sync_folder,
};

const FORMAT: &str = "holdfast-recovery-1";
/// RFC 9106's second recommendation.
const COST: (u32, u32, u32) = (64 * 1024, 3, 4);
/// A copy that asks for more is no copy of ours.
const MEMORY_KIB_MAX: u32 = 1 << 20;
const NONCE: usize = 12;

/// A wrapped MASTER, as it is stored.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RecoveryCopy {
    format: String,
    /// argon2id's memory, KiB; passes; lanes.
    m_kib: u32,
    t: u32,
    p: u32,
    /// Hex.
    salt: String,
    sealed: String,
}

impl RecoveryCopy {
    pub(super) fn wrap(master: &Master, passphrase: &str) -> Result<Self, CustodyError> {
        let (mut salt, mut nonce) = ([0; 16], [0; NONCE]);
        getrandom::fill(&mut salt).and_then(|()| getrandom::fill(&mut nonce)).map_err(|_| CustodyError::Random)?;
        let (m_kib, t, p) = COST;
        let cipher = cipher(passphrase, &salt, COST).ok_or(CustodyError::Random)?;
        let payload = Payload { msg: master.expose(), aad: FORMAT.as_bytes() };
        let sealed = cipher.encrypt(&nonce.into(), payload).map_err(|_| CustodyError::Random)?;
        Ok(Self { format: FORMAT.into(), m_kib, t, p, salt: hex::encode(salt), sealed: hex::encode([nonce.as_slice(), &sealed].concat()) })
    }

    /// Reads a copy; None for anything that isn't one.
    pub fn parse(text: &[u8]) -> Option<Self> {
        serde_json::from_slice::<Self>(text).ok().filter(|copy| copy.format == FORMAT && copy.m_kib <= MEMORY_KIB_MAX)
    }

    /// As it is stored.
    pub fn to_text(&self) -> String {
        serde_json::to_string_pretty(self).unwrap_or_default()
    }

    fn open(&self, passphrase: &str) -> Option<Zeroizing<Vec<u8>>> {
        let (salt, sealed) = (hex::decode(&self.salt).ok()?, hex::decode(&self.sealed).ok()?);
        let (nonce, sealed) = sealed.split_at_checked(NONCE)?;
        let nonce = Nonce::<Aes256Gcm>::try_from(nonce).ok()?;
        let cipher = cipher(passphrase, &salt, (self.m_kib, self.t, self.p))?;
        cipher.decrypt(&nonce, Payload { msg: sealed, aad: FORMAT.as_bytes() }).ok().map(Zeroizing::new).filter(|master| master.len() == 32)
    }
}

fn cipher(passphrase: &str, salt: &[u8], (m_kib, t, p): (u32, u32, u32)) -> Option<Aes256Gcm> {
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, Params::new(m_kib, t, p, None).ok()?);
    let mut key = Zeroizing::new([0; 32]);
    argon2.hash_password_into(passphrase.as_bytes(), salt, key.as_mut()).ok()?;
    Some(Aes256Gcm::new((&*key).into()))
}

/// Wraps the MASTER that is kept at `place`.
pub fn wrap(dir: &Path, place: &MasterPlace, passphrase: &str) -> Result<RecoveryCopy, CustodyError> {
    RecoveryCopy::wrap(&Master::open(dir, place)?, passphrase)
}

/// What came of bringing MASTER back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Recovered {
    /// It is in its file now.
    Written,
    /// The passphrase opens nothing.
    WrongPassphrase,
    /// There is a MASTER already; it stays.
    ThereAlready,
}

/// Puts MASTER back into `master.key` of `dir`.
pub fn recover(dir: &Path, copy: &RecoveryCopy, passphrase: &str) -> Result<Recovered, CustodyError> {
    let path = dir.join(MASTER_FILE);
    if path.exists() {
        return Ok(Recovered::ThereAlready);
    }
    let Some(master) = copy.open(passphrase) else { return Ok(Recovered::WrongPassphrase) };
    std::fs::create_dir_all(dir).map_err(super::io(dir, "created"))?;
    create_once(&path, &master)?;
    sync_folder(dir)?;
    Ok(Recovered::Written)
}
