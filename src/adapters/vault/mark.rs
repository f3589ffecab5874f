//! The newest signed checkpoint of the audit log, kept with the keys.
//!
//! A catalogue that was saved earlier and put back doesn't know what the log has said since. The mark
//! lies elsewhere and does, so that neither holds nor expiries are forgotten unnoticed. Holds a public
//! text, no secret. Refuses nothing itself: `jobs::house` compares. Absent in a store that never
//! signed. Next: `jobs::audit` keeps it up.

use std::{
    fs,
    path::{Path, PathBuf},
};

use super::{VaultError, write_whole};

const FILE: &str = "log.checkpoint";

/// Where the mark of a store lies.
#[derive(Clone, Debug)]
pub struct LogMark {
    folder: PathBuf,
}

impl LogMark {
    /// In the folder of the keys.
    pub fn beside(keys: &Path) -> Self {
        Self { folder: keys.to_owned() }
    }

    /// The signed note (C2SP tlog-checkpoint), if there is one.
    pub fn read(&self) -> Result<Option<String>, VaultError> {
        let path = self.folder.join(FILE);
        match fs::read_to_string(&path) {
            Ok(note) => Ok(Some(note)),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(VaultError::io(&path)(error)),
        }
    }

    /// Puts a note in place of the last one, wholly or not at all. On the disk when this returns.
    pub fn keep(&self, note: &str) -> Result<(), VaultError> {
        write_whole(&self.folder.join(FILE), note.as_bytes())
    }
}
