//! Small sealed files that are deleted soon: what people began to write, and copies of their papers.
//!
//! Each file has a random key of its own, wrapped under a key of custody and kept in the file's head.
//! Destroying overwrites that head in place before the file goes, so that an old copy of the folder
//! alone brings nothing back. Refuses a file put under another name. Nothing is ever plain on disk.

use std::{
    fs::{self, File, OpenOptions},
    io::{ErrorKind, Write},
    os::unix::fs::{FileExt, OpenOptionsExt},
    path::PathBuf,
    time::{Duration, UNIX_EPOCH},
};

use aes_gcm::{
    Aes256Gcm, KeyInit,
    aead::{AeadInOut, Nonce, Tag},
};
use zeroize::Zeroizing;

use super::{VaultError, sync_folder};
use crate::domain::instant::UtcInstant;

const NONCE: usize = 12;
const TAG: usize = 16;
/// nonce ‖ wrapped key ‖ tag.
const HEAD: usize = NONCE + 32 + TAG;

/// A folder of sealed files.
pub struct Locker {
    folder: PathBuf,
    key: Zeroizing<[u8; 32]>,
}

/// The name of a file: the SHA-256 of what its owner knows it by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LockerName(pub [u8; 32]);

#[derive(Debug, thiserror::Error)]
pub enum LockerError {
    #[error(transparent)]
    Vault(#[from] VaultError),
    #[error("a sealed file was changed, or lies under another's name")]
    Tampered,
    #[error("the machine's random generator failed")]
    Random,
}

impl Locker {
    pub(super) fn new(folder: PathBuf, key: Zeroizing<[u8; 32]>) -> Result<Self, VaultError> {
        fs::create_dir_all(&folder).map_err(VaultError::io(&folder))?;
        Ok(Self { folder, key })
    }

    fn path(&self, name: LockerName) -> PathBuf {
        self.folder.join(hex::encode(name.0))
    }

    /// Seals `plain` under `name`, in the place of what was there, whose key is destroyed.
    pub fn put(&self, name: LockerName, plain: &[u8]) -> Result<(), LockerError> {
        let mut own = Zeroizing::new([0; 32]);
        getrandom::fill(own.as_mut()).map_err(|_| LockerError::Random)?;
        let mut sealed = seal(&self.key, &name.0, own.as_ref())?;
        sealed.extend(seal(&own, &name.0, plain)?);
        let path = self.path(name);
        let part = path.with_extension("new");
        match fs::remove_file(&part) {
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(VaultError::io(&part)(error).into()),
            _ => {}
        }
        let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&part).map_err(VaultError::io(&part))?;
        file.write_all(&sealed).and_then(|()| file.sync_all()).map_err(VaultError::io(&part))?;
        let before = OpenOptions::new().write(true).open(&path).ok();
        fs::rename(&part, &path).map_err(VaultError::io(&path))?;
        if let Some(before) = before {
            blank(&before).map_err(VaultError::io(&path))?;
        }
        Ok(sync_folder(&self.folder)?)
    }

    /// What is sealed under `name`.
    pub fn get(&self, name: LockerName) -> Result<Option<Zeroizing<Vec<u8>>>, LockerError> {
        let path = self.path(name);
        let sealed = match fs::read(&path) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            outcome => outcome.map_err(VaultError::io(&path))?,
        };
        let (head, body) = sealed.split_at_checked(HEAD).ok_or(LockerError::Tampered)?;
        let own = open(&self.key, &name.0, head)?;
        let own = Zeroizing::new(<[u8; 32]>::try_from(own.as_slice()).map_err(|_| LockerError::Tampered)?);
        open(&own, &name.0, body).map(Some)
    }

    /// Destroys the key in place, then the file. Repeatable.
    pub fn destroy(&self, name: LockerName) -> Result<(), LockerError> {
        Ok(self.destroy_file(&self.path(name))?)
    }

    fn destroy_file(&self, path: &std::path::Path) -> Result<(), VaultError> {
        match OpenOptions::new().write(true).open(path) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
            outcome => outcome.and_then(|file| blank(&file)).map_err(VaultError::io(path))?,
        }
        fs::remove_file(path).map_err(VaultError::io(path))?;
        sync_folder(&self.folder)
    }

    /// Destroys what nobody has touched since `before`; how many that were.
    pub fn sweep(&self, before: UtcInstant) -> Result<usize, LockerError> {
        let edge = UNIX_EPOCH + Duration::from_nanos(u64::try_from(before.unix_nanos()).unwrap_or(0));
        let mut gone = 0;
        for entry in fs::read_dir(&self.folder).map_err(VaultError::io(&self.folder))? {
            let path = entry.map_err(VaultError::io(&self.folder))?.path();
            let touched = fs::metadata(&path).and_then(|data| data.modified()).map_err(VaultError::io(&path))?;
            if touched < edge {
                self.destroy_file(&path)?;
                gone += 1;
            }
        }
        Ok(gone)
    }
}

/// Overwrites the wrapped key where it lies.
fn blank(file: &File) -> std::io::Result<()> {
    file.write_all_at(&[0; HEAD], 0)?;
    file.sync_data()
}

fn seal(key: &[u8; 32], name: &[u8; 32], plain: &[u8]) -> Result<Vec<u8>, LockerError> {
    let mut nonce = [0; NONCE];
    getrandom::fill(&mut nonce).map_err(|_| LockerError::Random)?;
    let mut out = nonce.to_vec();
    out.extend_from_slice(plain);
    let tag = Aes256Gcm::new(key.into())
        .encrypt_inout_detached(&nonce.into(), name, (&mut out[NONCE..]).into())
        .map_err(|_| LockerError::Random)?;
    out.extend_from_slice(&tag);
    Ok(out)
}

fn open(key: &[u8; 32], name: &[u8; 32], sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, LockerError> {
    let (nonce, rest) = sealed.split_at_checked(NONCE).ok_or(LockerError::Tampered)?;
    let (body, tag) = rest.split_at_checked(rest.len().saturating_sub(TAG)).ok_or(LockerError::Tampered)?;
    let nonce = Nonce::<Aes256Gcm>::try_from(nonce).map_err(|_| LockerError::Tampered)?;
    let tag = Tag::<Aes256Gcm>::try_from(tag).map_err(|_| LockerError::Tampered)?;
    let mut plain = Zeroizing::new(body.to_vec());
    Aes256Gcm::new(key.into())
        .decrypt_inout_detached(&nonce, name, plain.as_mut_slice().into(), &tag)
        .map_err(|_| LockerError::Tampered)?;
    Ok(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn locker(folder: &tempfile::TempDir) -> Locker {
        Locker::new(folder.path().join("drafts"), Zeroizing::new([7; 32])).unwrap()
    }

    #[test]
    fn what_is_put_comes_back_and_is_nowhere_plain() {
        let folder = tempfile::tempdir().unwrap();
        let locker = locker(&folder);
        let (name, words) = (LockerName([1; 32]), b"Ann Tenant, 4 Alder Court");
        locker.put(name, words).unwrap();
        assert_eq!(locker.get(name).unwrap().unwrap().as_slice(), words);
        let raw = fs::read(locker.path(name)).unwrap();
        assert!(!raw.windows(4).any(|window| words.windows(4).any(|plain| plain == window)));
        assert!(locker.get(LockerName([2; 32])).unwrap().is_none());
    }

    #[test]
    fn a_changed_file_and_one_under_anothers_name_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        let locker = locker(&folder);
        let (name, other) = (LockerName([1; 32]), LockerName([2; 32]));
        locker.put(name, b"words").unwrap();
        let raw = fs::read(locker.path(name)).unwrap();
        fs::write(locker.path(other), &raw).unwrap();
        assert!(matches!(locker.get(other), Err(LockerError::Tampered)));
        for at in 0..raw.len() {
            let mut bent = raw.clone();
            bent[at] ^= 1;
            fs::write(locker.path(name), bent).unwrap();
            assert!(matches!(locker.get(name), Err(LockerError::Tampered)), "byte {at}");
        }
    }

    #[test]
    fn the_key_of_what_is_destroyed_or_replaced_is_overwritten_where_it_lay() {
        let folder = tempfile::tempdir().unwrap();
        let locker = locker(&folder);
        let name = LockerName([1; 32]);
        let acts: [&dyn Fn(); 2] = [&|| locker.put(name, b"second").unwrap(), &|| locker.destroy(name).unwrap()];
        for act in acts {
            locker.put(name, b"first").unwrap();
            // A second name for the same blocks shows what became of them.
            let blocks = folder.path().join("blocks");
            let _ = fs::remove_file(&blocks);
            fs::hard_link(locker.path(name), &blocks).unwrap();
            act();
            assert_eq!(fs::read(&blocks).unwrap()[..HEAD], [0; HEAD]);
        }
        assert!(locker.get(name).unwrap().is_none());
        locker.destroy(name).unwrap();
    }

    #[test]
    fn only_what_nobody_touched_is_swept() {
        let folder = tempfile::tempdir().unwrap();
        let locker = locker(&folder);
        let (old, new) = (LockerName([1; 32]), LockerName([2; 32]));
        locker.put(old, b"old").unwrap();
        locker.put(new, b"new").unwrap();
        File::options().write(true).open(locker.path(old)).unwrap().set_modified(UNIX_EPOCH + Duration::from_secs(100)).unwrap();
        assert_eq!(locker.sweep(UtcInstant::from_unix_seconds(200)).unwrap(), 1);
        assert!(locker.get(old).unwrap().is_none() && locker.get(new).unwrap().is_some());
    }
}
