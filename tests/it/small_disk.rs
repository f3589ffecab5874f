//! A disk that is full when a test wants it to be: a small tmpfs, for which one must be root.

use std::{
    fs,
    io::Write,
    path::{Path, PathBuf},
    process::Command,
};

use tempfile::TempDir;

pub struct SmallDisk {
    folder: TempDir,
}

impl SmallDisk {
    /// None, with a printed word, where nothing can be mounted.
    pub fn new(kibibytes: u32) -> Option<Self> {
        let folder = TempDir::new().unwrap();
        let mounted = Command::new("mount").args(["-t", "tmpfs", "-o", &format!("size={kibibytes}k"), "tmpfs"]).arg(folder.path()).output();
        match mounted {
            Ok(output) if output.status.success() => Some(Self { folder }),
            _ => {
                println!("skipped: a full disk can be tried by root only");
                None
            }
        }
    }

    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Takes every byte that is left; remove the file to give them back.
    pub fn fill(&self) -> PathBuf {
        let filler = self.folder.path().join("filler");
        let mut file = fs::File::create(&filler).unwrap();
        for block in [65_536, 4096, 512, 1] {
            while file.write_all(&vec![7; block]).is_ok() {}
        }
        filler
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("--lazy").arg(self.folder.path()).status();
    }
}
