//! Decoding, in child processes of our own program and nowhere else.
//!
//! The daemon hands a worker access units over a pipe and gets pictures back; a worker that hangs or
//! dies is a typed error and a new worker, never a fault of the recorder. Nothing decoded is written
//! to a disk. Next: `worker` is the child's side.

pub mod camera;
mod process;
pub mod redaction;
mod wire;
pub mod worker;

use std::{path::PathBuf, sync::Arc, time::Duration};

use bytes::Bytes;
use parking_lot::Mutex;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

pub use self::wire::{Caption, Decoded};
use self::{
    process::{Hearing, Sending},
    wire::{DecodePiece, StillMade, StillWanted, StreamPiece},
};
use crate::domain::recording::{
    access_unit::CodecParameters,
    fragment::{Piece, init_segment},
};

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

/// More than this would starve recording on a small box.
const TRANSCODES_AT_ONCE: usize = 4;
const STILLS_AT_ONCE: usize = 2;
const REDACTIONS_AT_ONCE: usize = 1;
/// For one still, the start of a worker included (a first start lists GStreamer's plugins).
const STILL_LIMIT: Duration = Duration::from_secs(20);

/// What a worker needs to start.
#[derive(Clone, Debug)]
pub struct Workplace {
    /// Our own program.
    pub program: PathBuf,
    /// A folder that only we write to; no footage gets into it.
    pub scratch: PathBuf,
}

/// The way to the workers. Cheap to clone.
#[derive(Clone)]
pub struct MediaWorkers {
    workplace: Arc<Workplace>,
    transcodes: Arc<Semaphore>,
    stills: Arc<Semaphore>,
    redactions: Arc<Semaphore>,
    idle: Arc<Mutex<Vec<(Sending, Hearing)>>>,
}

impl MediaWorkers {
    pub fn new(workplace: Workplace) -> Self {
        Self {
            workplace: Arc::new(workplace),
            transcodes: Arc::new(Semaphore::new(TRANSCODES_AT_ONCE)),
            stills: Arc::new(Semaphore::new(STILLS_AT_ONCE)),
            redactions: Arc::new(Semaphore::new(REDACTIONS_AT_ONCE)),
            idle: Arc::default(),
        }
    }

    /// A key frame as JPEG, `height_px` high, without metadata.
    pub async fn jpeg(&self, parameters: &CodecParameters, access_unit: Bytes, height_px: u16) -> Result<Bytes, VideoError> {
        let _permit = self.stills.acquire().await.map_err(|_| VideoError::Busy)?;
        let idle = self.idle.lock().pop();
        let (mut sending, mut hearing) = match idle {
            Some(worker) => worker,
            None => process::start(&self.workplace, "stills")?,
        };
        let init = init_segment(parameters).map_err(|_| VideoError::Undecodable)?;
        sending.send(&StillWanted { init, access_unit, height_px }).await?;
        let made = hearing.next_within(STILL_LIMIT).await?;
        // A worker that failed or hung was dropped with its error, which kills it.
        self.idle.lock().push((sending, hearing));
        match made {
            StillMade::Jpeg(jpeg) => Ok(jpeg),
            StillMade::Undecodable => Err(VideoError::Undecodable),
        }
    }

    /// Starts a decoder that counts pictures, for one segment after the other.
    pub fn decoder(&self) -> Result<SegmentDecoder, VideoError> {
        let (sending, hearing) = process::start(&self.workplace, "decode")?;
        Ok(SegmentDecoder { sending, hearing })
    }

    /// Starts turning a stream of fragments into H.264 on the same time line.
    pub fn transcode(&self) -> Result<(TranscodeInput, TranscodeOutput), VideoError> {
        let permit = Arc::clone(&self.transcodes).try_acquire_owned().map_err(|_| VideoError::Busy)?;
        let (sending, hearing) = process::start(&self.workplace, "transcode")?;
        Ok((TranscodeInput { sending, caption: None }, TranscodeOutput { hearing, _permit: permit }))
    }

    /// The same with name and time in the pictures. Waits for nobody: evidence in a hurry doesn't keep
    /// viewers from watching, nor they it.
    pub fn working_copy(&self, caption: Caption) -> Result<(TranscodeInput, TranscodeOutput), VideoError> {
        let (input, output) = self.transcode()?;
        Ok((TranscodeInput { caption: Some(caption), ..input }, output))
    }
}

/// Decodes segments and throws the pictures away; dropping it ends the worker.
pub struct SegmentDecoder {
    sending: Sending,
    hearing: Hearing,
}

/// For one fragment to be taken, or the answer to come: at the lowest priority, on a busy box.
const DECODE_LIMIT: Duration = Duration::from_secs(120);

impl SegmentDecoder {
    pub async fn start(&mut self, init: Bytes) -> Result<(), VideoError> {
        self.send(DecodePiece::Init(init)).await
    }

    pub async fn push(&mut self, fragment: Bytes) -> Result<(), VideoError> {
        self.send(DecodePiece::Fragment(fragment)).await
    }

    pub async fn finish(&mut self) -> Result<Decoded, VideoError> {
        self.send(DecodePiece::End).await?;
        self.hearing.next_within(DECODE_LIMIT).await
    }

    async fn send(&mut self, piece: DecodePiece) -> Result<(), VideoError> {
        tokio::time::timeout(DECODE_LIMIT, self.sending.send(&piece)).await.map_err(|_| VideoError::TimedOut)?
    }
}

/// Takes fragments; dropping it ends the stream, what is under way still comes out.
pub struct TranscodeInput {
    sending: Sending,
    caption: Option<Caption>,
}

/// Gives fragments; dropping it ends the worker.
pub struct TranscodeOutput {
    hearing: Hearing,
    _permit: OwnedSemaphorePermit,
}

impl TranscodeInput {
    pub async fn send(&mut self, piece: Piece) -> Result<(), VideoError> {
        let piece = match piece {
            Piece::Init { init, mime } => StreamPiece::Init { init, mime, caption: self.caption.clone() },
            Piece::Fragment(bytes) => StreamPiece::Fragment(bytes),
        };
        self.sending.send(&piece).await
    }
}

impl TranscodeOutput {
    pub async fn next(&mut self) -> Option<Result<Piece, VideoError>> {
        let piece = self.hearing.next().await?;
        Some(piece.map(|piece| match piece {
            StreamPiece::Init { init, mime, .. } => Piece::Init { init, mime },
            StreamPiece::Fragment(bytes) => Piece::Fragment(bytes),
        }))
    }
}
