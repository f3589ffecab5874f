//! The networks' files: which ones, where they come from, and that they are those.
//!
//! `make models` fetches them once, out of their packages. Refuses a file with one bit changed. Next:
//! `network` reads the person detector's.

use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

/// SSD MobileNetV2 on Open Images, out of npm `@mediapipe/objectron` 0.4.1675468480 (Apache-2.0).
pub const PERSON: Model = Model {
    file: "object_detection_ssd_mobilenetv2_oidv4_fp16.tflite",
    sha256: "d0a5255bf8c4f5a0bc4240741a76c41d5e939f7655078f945f50ab53a9375da6",
};

/// A file that is known byte for byte.
pub struct Model {
    pub file: &'static str,
    pub sha256: &'static str,
}

#[derive(Debug, thiserror::Error)]
pub enum ModelError {
    #[error("the person detector is not installed: {0} is missing")]
    Absent(PathBuf),
    #[error("the person detector is damaged: {0} is not the file that it should be")]
    Damaged(PathBuf),
    #[error("the person detector can't be read: {0}")]
    Unreadable(PathBuf, #[source] std::io::Error),
    #[error("the person detector can't be started")]
    Unusable(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl Model {
    /// The file's bytes out of `folder`, once they are known to be the right ones.
    pub fn load(&self, folder: &Path) -> Result<Vec<u8>, ModelError> {
        let path = folder.join(self.file);
        let bytes = std::fs::read(&path).map_err(|error| match error.kind() {
            std::io::ErrorKind::NotFound | std::io::ErrorKind::NotADirectory => ModelError::Absent(path.clone()),
            _ => ModelError::Unreadable(path.clone(), error),
        })?;
        if hex::encode(Sha256::digest(&bytes)) == self.sha256 { Ok(bytes) } else { Err(ModelError::Damaged(path)) }
    }
}
