//! A bundle to be checked, folder or zip: hostile until shown otherwise.

use std::{
    fs::{self, File},
    io::{Read, Seek, SeekFrom},
    path::{Path, PathBuf},
};

use sha2::{Digest, Sha256};
use zip::ZipArchive;

use crate::domain::export::sums::is_plain_path;

/// Entries a bundle may have.
const FILES_MAX: usize = 10_000;

#[derive(Debug, thiserror::Error)]
pub enum BundleError {
    #[error("{0} is neither a folder nor a zip")]
    NotABundle(PathBuf),
    #[error("it holds \u{201c}{0}\u{201d}, which no bundle has")]
    Name(String),
    #[error("it holds too many files")]
    TooMany,
    #[error("{0} is missing")]
    Missing(String),
    #[error("{0} is larger than any such file")]
    TooLarge(String),
    #[error("it could not be read: {0}")]
    Io(#[from] std::io::Error),
    #[error("the zip is damaged: {0}")]
    Zip(#[from] zip::result::ZipError),
}

/// An open bundle.
pub enum Bundle {
    Folder { root: PathBuf, files: Vec<String> },
    Zip { archive: Box<ZipArchive<File>>, files: Vec<String> },
}

impl Bundle {
    pub fn open(path: &Path) -> Result<Self, BundleError> {
        if path.is_dir() {
            let mut files = Vec::new();
            list(path, "", &mut files)?;
            return Ok(Self::Folder { root: path.to_owned(), files });
        }
        let not_one = || BundleError::NotABundle(path.to_owned());
        let archive = ZipArchive::new(File::open(path).map_err(|_| not_one())?).map_err(|_| not_one())?;
        if archive.len() > FILES_MAX {
            return Err(BundleError::TooMany);
        }
        let files = archive.file_names().map(|name| name.map(|name| name.into_owned())).collect::<Result<Vec<String>, _>>()?;
        if let Some(odd) = files.iter().find(|name| !is_plain_path(name)) {
            return Err(BundleError::Name(odd.clone()));
        }
        Ok(Self::Zip { archive: Box::new(archive), files })
    }

    pub fn files(&self) -> &[String] {
        match self {
            Self::Folder { files, .. } | Self::Zip { files, .. } => files,
        }
    }

    /// A small file whole.
    pub fn read(&mut self, name: &str, bytes_max: u64) -> Result<Vec<u8>, BundleError> {
        let mut content = Vec::new();
        let read = self.with(name, |reader| reader.take(bytes_max + 1).read_to_end(&mut content))?;
        if read as u64 > bytes_max { Err(BundleError::TooLarge(name.to_owned())) } else { Ok(content) }
    }

    /// SHA-256 and length of a file of any size.
    pub fn hash(&mut self, name: &str) -> Result<([u8; 32], u64), BundleError> {
        self.with(name, |reader| {
            let mut hash = Sha256::new();
            let mut block = vec![0; 1 << 20];
            let mut length = 0;
            loop {
                match reader.read(&mut block)? {
                    0 => return Ok((hash.finalize().into(), length)),
                    read => {
                        hash.update(&block[..read]);
                        length += read as u64;
                    }
                }
            }
        })
    }

    /// Lets `act` read a file from its beginning.
    pub fn with<T>(&mut self, name: &str, act: impl FnOnce(&mut dyn Read) -> std::io::Result<T>) -> Result<T, BundleError> {
        match self {
            Self::Folder { root, files } => {
                if !files.iter().any(|file| file == name) {
                    return Err(BundleError::Missing(name.to_owned()));
                }
                let mut file = File::open(root.join(name))?;
                file.seek(SeekFrom::Start(0))?;
                Ok(act(&mut file)?)
            }
            Self::Zip { archive, .. } => {
                let mut entry = match archive.by_name(name) {
                    Err(zip::result::ZipError::FileNotFound) => return Err(BundleError::Missing(name.to_owned())),
                    other => other?,
                };
                Ok(act(&mut entry)?)
            }
        }
    }
}

fn list(folder: &Path, prefix: &str, files: &mut Vec<String>) -> Result<(), BundleError> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let path = if prefix.is_empty() { name } else { [prefix, "/", &name].concat() };
        let kind = entry.file_type()?;
        if !is_plain_path(&path) || kind.is_symlink() {
            return Err(BundleError::Name(path));
        }
        if kind.is_dir() && prefix.is_empty() {
            list(&entry.path(), &path, files)?;
        } else if kind.is_file() {
            files.push(path);
        } else {
            return Err(BundleError::Name(path));
        }
        if files.len() > FILES_MAX {
            return Err(BundleError::TooMany);
        }
    }
    files.sort();
    Ok(())
}
