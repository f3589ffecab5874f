//! Decoding, in child processes of our own program and nowhere else.
//!
//! The daemon hands a worker access units over a pipe and gets pictures back; a worker that hangs or
//! dies is a typed error and a new worker, never a fault of the recorder. Next: `worker` is the
//! child's side.

use std::{path::PathBuf, sync::Arc};

use bytes::Bytes;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::domain::recording::{access_unit::CodecParameters, fragment::Piece};

#[derive(Debug, thiserror::Error)]
pub enum VideoError {
    #[error("too many pictures are being converted at once")]
    Busy,
    #[error("the worker ended early")]
    WorkerDied,
    #[error("the worker took too long")]
    TimedOut,
    #[error("the picture could not be decoded")]
    Undecodable,
    #[error("the worker could not be started: {0}")]
    Spawn(#[from] std::io::Error),
}

const TRANSCODES_AT_ONCE: usize = 4;

/// The way to the workers. Cheap to clone.
#[derive(Clone)]
pub struct MediaWorkers {
    program: Arc<PathBuf>,
    transcodes: Arc<Semaphore>,
}

impl MediaWorkers {
    pub fn new(program: PathBuf) -> Self {
        Self { program: Arc::new(program), transcodes: Arc::new(Semaphore::new(TRANSCODES_AT_ONCE)) }
    }

    /// A key frame as JPEG, `height_px` high.
    pub async fn jpeg(&self, _parameters: &CodecParameters, _access_unit: Bytes, _height_px: u16) -> Result<Bytes, VideoError> {
        let _ = &self.program;
        Err(VideoError::Undecodable)
    }

    /// Starts turning a stream of fragments into H.264 on the same time line.
    pub fn transcode(&self) -> Result<(TranscodeInput, TranscodeOutput), VideoError> {
        let _permit = Arc::clone(&self.transcodes).try_acquire_owned().map_err(|_| VideoError::Busy)?;
        Err(VideoError::WorkerDied)
    }
}

pub struct TranscodeInput {}
pub struct TranscodeOutput {
    _permit: OwnedSemaphorePermit,
}

impl TranscodeInput {
    pub async fn send(&mut self, _piece: Piece) -> Result<(), VideoError> {
        Err(VideoError::WorkerDied)
    }
}

impl TranscodeOutput {
    pub async fn next(&mut self) -> Option<Result<Piece, VideoError>> {
        None
    }
}
