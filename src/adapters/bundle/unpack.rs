//! A bundle's zip into a folder: beside it first, under its name only when whole.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Write},
    path::{Path, PathBuf},
};

use zip::ZipArchive;

use super::read::BundleError;
use crate::domain::export::sums::is_plain_path;

/// Where the zip is kept while it arrives: beside the folder it becomes.
pub struct Arriving {
    zip: File,
    part: PathBuf,
    target: PathBuf,
}

impl Arriving {
    /// Refuses a target that exists and isn't an empty folder.
    pub fn new(target: &Path) -> io::Result<Self> {
        if target.exists() && fs::read_dir(target)?.next().is_some() {
            return Err(io::Error::new(io::ErrorKind::AlreadyExists, "the folder is not empty"));
        }
        let name = target.file_name().ok_or_else(|| io::Error::new(io::ErrorKind::InvalidInput, "not a folder's name"))?;
        let part = target.with_file_name([name.to_string_lossy().as_ref(), ".part"].concat());
        let _ = fs::remove_dir_all(&part);
        fs::create_dir_all(&part)?;
        let zip = OpenOptions::new().read(true).write(true).create_new(true).open(part.join(".arriving.zip"))?;
        Ok(Self { zip, part, target: target.to_owned() })
    }

    /// Unpacks what has arrived and gives the folder its name; if that fails, nothing is left.
    pub fn finish(mut self) -> Result<(), BundleError> {
        let outcome = self.unpack();
        if outcome.is_err() {
            self.give_up();
        }
        outcome
    }

    fn unpack(&mut self) -> Result<(), BundleError> {
        self.zip.flush()?;
        let mut archive = ZipArchive::new(self.zip.try_clone()?)?;
        for number in 0..archive.len() {
            let mut entry = archive.by_index(number)?;
            let name = entry.name()?.into_owned();
            if !is_plain_path(&name) || !entry.is_file() {
                return Err(BundleError::Name(name));
            }
            let path = self.part.join(&name);
            if let Some(folder) = path.parent() {
                fs::create_dir_all(folder)?;
            }
            let mut file = OpenOptions::new().write(true).create_new(true).open(&path)?;
            io::copy(&mut entry, &mut file)?;
            file.sync_all()?;
        }
        fs::remove_file(self.part.join(".arriving.zip"))?;
        if self.target.exists() {
            fs::remove_dir(&self.target)?;
        }
        fs::rename(&self.part, &self.target)?;
        Ok(())
    }

    /// Nothing that could be taken for a bundle stays behind.
    pub fn give_up(self) {
        let _ = fs::remove_dir_all(&self.part);
    }
}

impl Write for Arriving {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.zip.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.zip.flush()
    }
}
