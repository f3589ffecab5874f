//! The configuration file on the disk: replaced whole or not at all, with the mode and owner it had.
//!
//! Refuses when somebody else has changed it in the meantime.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, ErrorKind, Write},
    os::unix::fs::{MetadataExt, OpenOptionsExt, PermissionsExt, fchown},
    path::Path,
};

#[derive(Debug, thiserror::Error)]
pub enum ConfigFileError {
    #[error("it was changed by somebody else in the meantime")]
    Changed,
    #[error("it could not be replaced: {0}")]
    Io(#[from] io::Error),
}

/// Puts `text` in the place of `before`. On the disk when this returns; a crash leaves one or the other.
pub fn replace(path: &Path, before: &str, text: &str) -> Result<(), ConfigFileError> {
    // A link stays a link: what it points to is replaced.
    let path = &path.canonicalize()?;
    let (folder, name) = path.parent().zip(path.file_name()).ok_or(ErrorKind::IsADirectory).map_err(io::Error::from)?;
    let part = folder.join([".", &name.to_string_lossy(), ".new"].concat());
    let outcome = write_beside(path, &part, text).and_then(|()| {
        if fs::read_to_string(path)? != before {
            return Err(ConfigFileError::Changed);
        }
        fs::rename(&part, path)?;
        Ok(File::open(folder)?.sync_all()?)
    });
    if outcome.is_err() {
        let _ = fs::remove_file(&part);
    }
    outcome
}

fn write_beside(path: &Path, part: &Path, text: &str) -> Result<(), ConfigFileError> {
    let old = fs::metadata(path)?;
    match fs::remove_file(part) {
        Err(error) if error.kind() != ErrorKind::NotFound => return Err(error.into()),
        _ => {}
    }
    // Private until it has its owner: it may hold a password.
    let mut new = OpenOptions::new().write(true).create_new(true).mode(0o600).open(part)?;
    new.write_all(text.as_bytes())?;
    let made = new.metadata()?;
    if (made.uid(), made.gid()) != (old.uid(), old.gid()) {
        fchown(&new, Some(old.uid()), Some(old.gid()))?;
    }
    new.set_permissions(fs::Permissions::from_mode(old.mode() & 0o7777))?;
    Ok(new.sync_all()?)
}
