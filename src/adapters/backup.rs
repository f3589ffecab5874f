//! A backup's file: a zip written while it is sent, and read back as hostile until shown otherwise.
//!
//! Sealed files are STREAM (Hoang et al., 2015) over AES-256-GCM in pieces of 64 KiB, under a key of
//! their own each, so nonces need not be random. Refuses a file that was changed, cut, added or left
//! out, and names it. Next: `jobs::backup` writes one, `jobs::restore` reads it.

use std::{
    collections::BTreeMap,
    io::{self, ErrorKind, Read, Write},
    path::{Path, PathBuf},
};

use aead_stream::{DecryptorBE32, EncryptorBE32, KeyInit};
use aes_gcm::Aes256Gcm;
use zeroize::Zeroizing;

use super::bundle::{
    read::{Bundle, BundleError},
    write::BundleWriter,
};
use crate::domain::backup::{FORMAT, FileFacts, Head, MANIFEST, Manifest, NotAManifest};

const PIECE: usize = 64 << 10;
const TAG: usize = 16;
/// Larger than any manifest, recovery copy or configuration.
const SMALL_MAX: u64 = 4 << 20;
/// Every file has a key of its own.
const NONCE: [u8; 7] = [0; 7];

/// The key of one sealed file.
pub type FileKey = Zeroizing<[u8; 32]>;

#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    #[error("{0} is no backup")]
    NotABackup(PathBuf),
    #[error("the backup is of form {0}, which this version doesn't know")]
    Newer(String),
    #[error("{file} in it was damaged or changed")]
    Damaged { file: String },
    #[error("{file} in it is missing")]
    Missing { file: String },
    #[error("{file} is in it, but its manifest doesn't name it")]
    Stranger { file: String },
    #[error("{file} in it doesn't open with this master key")]
    WrongKey { file: String },
    #[error(transparent)]
    Manifest(#[from] NotAManifest),
    #[error("{0}")]
    Io(#[from] io::Error),
}

/// A backup being written.
pub struct BackupWriter<W: Write> {
    zip: BundleWriter<W>,
    bytes: BTreeMap<String, u64>,
}

impl<W: Write> BackupWriter<W> {
    pub fn new(to: W) -> Self {
        Self { zip: BundleWriter::new(to), bytes: BTreeMap::new() }
    }

    /// A file as it is.
    pub fn add(&mut self, name: &str, content: &[u8]) -> Result<(), BackupError> {
        self.zip.add(name, content)?;
        self.bytes.insert(name.to_owned(), content.len() as u64);
        Ok(())
    }

    /// A file sealed under `key`; `bytes_max` bounds its length.
    pub fn seal(&mut self, name: &str, key: &FileKey, bytes_max: u64, mut from: impl Read) -> Result<(), BackupError> {
        self.zip.begin(name, bytes_max + bytes_max / 1000 + PIECE as u64)?;
        let mut stream = EncryptorBE32::<Aes256Gcm>::from_aead(Aes256Gcm::new((&**key).into()), &NONCE.into());
        let mut bytes = 0;
        let mut piece = read_piece(&mut from, PIECE)?;
        let unsealed = |_| io::Error::other("a piece could not be sealed");
        loop {
            let next = read_piece(&mut from, PIECE)?;
            if next.is_empty() {
                let last = stream.encrypt_last(piece.as_slice()).map_err(unsealed)?;
                self.zip.write_all(&last)?;
                self.bytes.insert(name.to_owned(), bytes + last.len() as u64);
                return Ok(());
            }
            let sealed = stream.encrypt_next(piece.as_slice()).map_err(unsealed)?;
            self.zip.write_all(&sealed)?;
            bytes += sealed.len() as u64;
            piece = next;
        }
    }

    /// Writes the manifest over all that went before.
    pub fn finish(mut self, head: Head) -> Result<(), BackupError> {
        let sums = self.zip.sums();
        let facts = |(name, bytes): (&String, &u64)| {
            let sha256 = hex::encode(sums.get(name).copied().unwrap_or_default());
            (name.clone(), FileFacts { bytes: *bytes, sha256 })
        };
        let manifest = Manifest { files: self.bytes.iter().map(facts).collect(), head };
        let text = manifest.canonical()?;
        self.zip.add(MANIFEST, text.as_bytes())?;
        Ok(self.zip.finish()?)
    }
}

/// Reads until `length` bytes are there or the end is.
fn read_piece(from: &mut impl Read, length: usize) -> io::Result<Zeroizing<Vec<u8>>> {
    let mut piece = Zeroizing::new(Vec::with_capacity(length));
    from.take(length as u64).read_to_end(&mut piece)?;
    Ok(piece)
}

/// A backup opened for reading.
pub struct Backup {
    path: PathBuf,
    bundle: Bundle,
    manifest: Manifest,
}

impl Backup {
    /// Opens a backup as far as its manifest.
    pub fn open(path: &Path) -> Result<Self, BackupError> {
        let not_one = |_| BackupError::NotABackup(path.to_owned());
        let mut bundle = Bundle::open(path).map_err(not_one)?;
        let text = bundle.read(MANIFEST, SMALL_MAX).map_err(|error| named(MANIFEST, error))?;
        let damaged = || BackupError::Damaged { file: MANIFEST.to_owned() };
        let text = String::from_utf8(text).map_err(|_| damaged())?;
        let said = serde_json::from_str::<serde_json::Value>(&text).ok();
        match said.as_ref().and_then(|said| said["head"]["format"].as_str()) {
            Some(FORMAT) => {}
            Some(other) if other.starts_with("holdfast-backup-") => return Err(BackupError::Newer(other.to_owned())),
            _ => return Err(damaged()),
        }
        let manifest = Manifest::parse(&text).map_err(|_| damaged())?;
        Ok(Self { path: path.to_owned(), bundle, manifest })
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    pub const fn head(&self) -> &Head {
        &self.manifest.head
    }

    pub const fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// Reads every file whole and compares it with the manifest. Needs no key.
    pub fn check(&mut self) -> Result<(), BackupError> {
        let known = |name: &&String| name.as_str() != MANIFEST && !self.manifest.files.contains_key(*name);
        if let Some(stranger) = self.bundle.files().iter().find(known) {
            return Err(BackupError::Stranger { file: stranger.clone() });
        }
        for (name, facts) in &self.manifest.files {
            let (sha256, bytes) = self.bundle.hash(name).map_err(|error| named(name, error))?;
            if (bytes, hex::encode(sha256)) != (facts.bytes, facts.sha256.clone()) {
                return Err(BackupError::Damaged { file: name.clone() });
            }
        }
        Ok(())
    }

    /// A small file that isn't sealed; None where the backup has none.
    pub fn plain(&mut self, name: &str) -> Result<Option<Vec<u8>>, BackupError> {
        if !self.manifest.files.contains_key(name) {
            return Ok(None);
        }
        self.bundle.read(name, SMALL_MAX).map(Some).map_err(|error| named(name, error))
    }

    /// Unseals a file into `to`. What was written before an error is worth nothing.
    pub fn unseal(&mut self, name: &str, key: &FileKey, to: &mut impl Write) -> Result<(), BackupError> {
        let wrong = || io::Error::new(ErrorKind::PermissionDenied, "it doesn't open");
        let outcome = self.bundle.with(name, |mut from| {
            let mut stream = DecryptorBE32::<Aes256Gcm>::from_aead(Aes256Gcm::new((&**key).into()), &NONCE.into());
            let mut piece = read_piece(&mut from, PIECE + TAG)?;
            loop {
                let next = read_piece(&mut from, PIECE + TAG)?;
                if next.is_empty() {
                    let plain = Zeroizing::new(stream.decrypt_last(piece.as_slice()).map_err(|_| wrong())?);
                    return to.write_all(&plain);
                }
                let plain = Zeroizing::new(stream.decrypt_next(piece.as_slice()).map_err(|_| wrong())?);
                to.write_all(&plain)?;
                piece = next;
            }
        });
        outcome.map_err(|error| match error {
            BundleError::Io(error) if error.kind() == ErrorKind::PermissionDenied => BackupError::WrongKey { file: name.to_owned() },
            BundleError::Io(error) if error.raw_os_error().is_some() => BackupError::Io(error),
            other => named(name, other),
        })
    }
}

/// What went wrong with a file, by its name.
fn named(name: &str, error: BundleError) -> BackupError {
    let file = name.to_owned();
    match error {
        BundleError::Missing(_) => BackupError::Missing { file },
        // The disk's own words; a zip's checksum that doesn't fit has none.
        BundleError::Io(error) if error.raw_os_error().is_some() => BackupError::Io(error),
        _ => BackupError::Damaged { file },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::instant::UtcInstant;

    fn head() -> Head {
        Head {
            format: FORMAT.into(),
            program: "0.1.0".into(),
            schema: 4,
            site: uuid::Uuid::nil(),
            made: UtcInstant::from_unix_seconds(1_800_000_000),
            key_epoch: 3,
            leaves: 17,
            audit_key: "00".into(),
            salt: "11".into(),
        }
    }

    fn written(folder: &Path, plain: &[u8]) -> PathBuf {
        let path = folder.join("a.backup");
        let mut backup = BackupWriter::new(std::fs::File::create(&path).unwrap());
        backup.seal("catalogue.sealed", &Zeroizing::new([7; 32]), plain.len() as u64, plain).unwrap();
        backup.add("recovery.json", b"{}").unwrap();
        backup.finish(head()).unwrap();
        path
    }

    #[test]
    fn what_is_sealed_comes_back_whatever_its_length_and_with_its_own_key_only() {
        let folder = tempfile::tempdir().unwrap();
        for length in [0, 1, PIECE - 1, PIECE, PIECE + 1, 3 * PIECE] {
            let plain: Vec<u8> = (0..length).map(|at| at as u8).collect();
            let mut backup = Backup::open(&written(folder.path(), &plain)).unwrap();
            backup.check().unwrap();
            let mut back = Vec::new();
            backup.unseal("catalogue.sealed", &Zeroizing::new([7; 32]), &mut back).unwrap();
            assert!(back == plain, "{length} bytes");
            let other = backup.unseal("catalogue.sealed", &Zeroizing::new([8; 32]), &mut Vec::new());
            assert!(matches!(other, Err(BackupError::WrongKey { .. })), "{other:?}");
        }
    }

    #[test]
    fn no_byte_of_a_backup_can_be_changed_or_cut_unnoticed() {
        let folder = tempfile::tempdir().unwrap();
        let path = written(folder.path(), b"the whole catalogue");
        let sound = std::fs::read(&path).unwrap();
        let changed = folder.path().join("changed.backup");
        let is_sound = |bytes: &[u8]| {
            std::fs::write(&changed, bytes).unwrap();
            let opened = Backup::open(&changed).and_then(|mut backup| {
                backup.check()?;
                Ok((backup.manifest.clone(), backup.bundle.files().to_vec()))
            });
            let original = Backup::open(&path).map(|backup| (backup.manifest.clone(), backup.bundle.files().to_vec())).unwrap();
            // Time stamps and the like in the zip's own tables lead to nothing that is used.
            opened.is_ok_and(|found| found != original)
        };
        for at in 0..sound.len() {
            let mut bytes = sound.clone();
            bytes[at] ^= 1;
            assert!(!is_sound(&bytes), "byte {at} makes another backup that passes");
        }
        for length in 0..sound.len() {
            std::fs::write(&changed, &sound[..length]).unwrap();
            assert!(Backup::open(&changed).is_err(), "cut to {length}");
        }
    }
}
