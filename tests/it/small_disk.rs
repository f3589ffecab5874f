//! A disk that is full when a test wants it to be: a small tmpfs, for which one must be root.

use std::{
    fs,
    io::Write,
    path::{Path, PathBuf},
    process::Command,
};

use tempfile::TempDir;

use crate::appliance::Appliance;

pub struct SmallDisk {
    folder: PathBuf,
    /// Where the folder was made for the disk alone.
    _made: Option<TempDir>,
}

impl SmallDisk {
    /// None, with a printed word, where nothing can be mounted.
    pub fn new(kibibytes: u32) -> Option<Self> {
        let folder = TempDir::new().unwrap();
        let mut disk = Self::at(folder.path(), kibibytes)?;
        disk._made = Some(folder);
        Some(disk)
    }

    /// The same over a folder that is there already.
    pub fn at(folder: &Path, kibibytes: u32) -> Option<Self> {
        let mounted = Command::new("mount").args(["-t", "tmpfs", "-o", &format!("size={kibibytes}k"), "tmpfs"]).arg(folder).output();
        match mounted {
            Ok(output) if output.status.success() => Some(Self { folder: folder.to_owned(), _made: None }),
            _ => {
                println!("skipped: a full disk can be tried by root only");
                None
            }
        }
    }

    /// The same for an appliance's data, which begins anew there: with keys of its own, or it would be taken
    /// for a box whose disk is not mounted.
    pub fn of(appliance: &Appliance, kibibytes: u32) -> Option<Self> {
        let disk = Self::at(&appliance.data(), kibibytes)?;
        fs::remove_dir_all(appliance.folder.path().join("keys")).unwrap();
        assert!(appliance.cli(&["init", "--json"]).status.success());
        Some(disk)
    }

    pub fn path(&self) -> &Path {
        &self.folder
    }

    /// Takes all room but `left_bytes`; what an earlier call took stays taken.
    pub fn fill_but(&self, left_bytes: u64) {
        let stat = rustix::fs::statvfs(&self.folder).unwrap();
        let filler = fs::OpenOptions::new().create(true).append(true).open(self.filler()).unwrap();
        let length = filler.metadata().unwrap().len() + (stat.f_bavail * stat.f_frsize).saturating_sub(left_bytes);
        if length > 0 {
            rustix::fs::fallocate(&filler, rustix::fs::FallocateFlags::empty(), 0, length).unwrap();
        }
    }

    pub fn free(&self) {
        fs::remove_file(self.filler()).unwrap();
    }

    fn filler(&self) -> PathBuf {
        self.folder.join("filler")
    }

    /// Takes every byte that is left; remove the file to give them back.
    pub fn fill(&self) -> PathBuf {
        let filler = self.filler();
        let mut file = fs::File::create(&filler).unwrap();
        for block in [65_536, 4096, 512, 1] {
            while file.write_all(&vec![7; block]).is_ok() {}
        }
        filler
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("--lazy").arg(&self.folder).status();
    }
}
