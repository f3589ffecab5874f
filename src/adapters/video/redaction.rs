//! Redaction as the daemon sees it: a clip goes to a worker in a closed room, a film comes back, and a second
//! worker looks at the film before anybody else does.
//!
//! Nothing touches a disk. A worker that dies, hangs or talks nonsense takes its film with it; dropping the
//! future ends the worker. Refuses a film that shows anything its plan hides, or that carries anything but
//! pictures. Next: `jobs::redact` seals what came back.

use std::time::Duration;

use bytes::Bytes;
use sha2::{Digest, Sha256};
use tokio::{sync::mpsc, task::AbortHandle};

pub use super::wire::{ClipPiece, Painting, RedactFailure, StillForm, StillView, StillsCall};
use super::{
    MediaWorkers, VideoError,
    process::{self, Ending, Hearing},
    wire::{LookCall, RedactCall, RedactNews},
};
use crate::adapters::vision::analysis;
use crate::domain::{
    export::progressive::{self, Chunk},
    recording::{
        access_unit::{CodecParameters, Dependence},
        fragment,
        index::Sample,
        nal_unit::NalUnits,
    },
    redaction::{
        film::{self, NotBare},
        plan::{ClipFacts, Plan},
        tracking::Observation,
    },
};

/// Pieces on their way at once.
pub const PIECES_AHEAD: usize = 4;
/// Pieces of a file are this large, bytes.
pub const FILE_PIECE_BYTES: usize = 4 << 20;
/// The largest film made, bytes: it is held in memory until it is sealed.
const FILM_BYTES_MAX: usize = 1 << 30;
/// For the plugins to be loaded and the doors to close.
const START_LIMIT: Duration = Duration::from_secs(60);
/// Without a word from the worker.
const SILENCE_LIMIT: Duration = Duration::from_secs(120);
/// For the whole of a task, however many words.
const TASK_LIMIT: Duration = Duration::from_secs(4 * 3_600);

#[derive(Debug, thiserror::Error)]
pub enum RedactError {
    #[error(transparent)]
    Worker(#[from] VideoError),
    #[error("the worker in the closed room ended: {0}")]
    Ended(Ending),
    #[error(transparent)]
    Refused(RedactFailure),
    #[error("the clip is not the one that the plan was made for")]
    OtherSource,
    #[error("the film is larger than 1 GiB")]
    FilmTooLarge,
    #[error("the film could not be put together")]
    NotAFilm,
    #[error(transparent)]
    NotBare(#[from] NotBare),
}

/// A film that keeps its plan: rendered by one worker, looked at by another.
pub struct CheckedFilm {
    bytes: Vec<u8>,
    undecoded: u32,
}

impl CheckedFilm {
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    pub const fn undecoded(&self) -> u32 {
        self.undecoded
    }
}

/// What a worker saw in a clip.
pub struct LookedThrough {
    /// In each frame of the plan.
    pub seen: Vec<Observation>,
    /// The empty scene as RGB, row by row, where there is one.
    pub plate: Option<Bytes>,
}

/// What a worker is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    Rendering,
    Checking,
}

impl MediaWorkers {
    /// Size, times and checksum of a clip.
    pub async fn survey(&self, clip: mpsc::Receiver<ClipPiece>) -> Result<ClipFacts, RedactError> {
        let _permit = self.redactions.acquire().await.map_err(|_| VideoError::Busy)?;
        let mut task = self.redact(RedactCall::Survey, clip).await?;
        let mut found = None;
        while let Some(news) = task.next().await? {
            if let RedactNews::Surveyed { width_px, height_px, frame_ticks } = news {
                found = Some((width_px, height_px, frame_ticks));
            }
        }
        let (width_px, height_px, frame_ticks) = found.ok_or(RedactError::Refused(RedactFailure::NothingDecoded))?;
        let source_sha256 = Some(task.source_sha256().await?);
        Ok(ClipFacts { width_px, height_px, frame_ticks, source_sha256 })
    }

    /// The film that `plan` makes of a clip, decoded again and found to keep it. `progress` hears of frames.
    pub async fn render(
        &self,
        plan: &Plan,
        plate: Option<Bytes>,
        clip: mpsc::Receiver<ClipPiece>,
        progress: impl Fn(Stage, u32) + Send,
    ) -> Result<CheckedFilm, RedactError> {
        tokio::time::timeout(TASK_LIMIT, self.render_at_leisure(plan, plate, clip, progress)).await.map_err(|_| VideoError::TimedOut)?
    }

    async fn render_at_leisure(
        &self,
        plan: &Plan,
        plate: Option<Bytes>,
        clip: mpsc::Receiver<ClipPiece>,
        progress: impl Fn(Stage, u32) + Send,
    ) -> Result<CheckedFilm, RedactError> {
        let _permit = self.redactions.acquire().await.map_err(|_| VideoError::Busy)?;
        let painting = Painting { plan: plan.to_json(), plate };
        let mut task = self.redact(RedactCall::Render(painting.clone()), clip).await?;
        let mut coded = Coded::default();
        while let Some(news) = task.next().await? {
            match news {
                RedactNews::Progress { frames } => progress(Stage::Rendering, frames),
                RedactNews::Parameters(init) => coded.parameters = fragment::parse_init_segment(&init).ok(),
                RedactNews::Unit { ticks, key, data } => coded.add(ticks, key, &data)?,
                _ => {}
            }
        }
        let source = task.source_sha256().await?;
        if plan.clip().source_sha256.as_ref().is_some_and(|bound| *bound != source) {
            return Err(RedactError::OtherSource);
        }
        let bytes = coded.film()?;
        self.check(painting, &bytes, progress).await?;
        Ok(CheckedFilm { bytes, undecoded: task.undecoded })
    }

    /// Whether a film carries nothing but pictures, and they show nothing that the plan hides.
    pub async fn check(&self, painting: Painting, bytes: &[u8], progress: impl Fn(Stage, u32) + Send) -> Result<(), RedactError> {
        film::is_bare(bytes)?;
        let (sender, clip) = mpsc::channel(PIECES_AHEAD);
        let pieces: Vec<ClipPiece> = bytes.chunks(FILE_PIECE_BYTES).map(|piece| ClipPiece::File(Bytes::copy_from_slice(piece))).collect();
        let feeding = tokio::spawn(async move {
            for piece in pieces {
                if sender.send(piece).await.is_err() {
                    break;
                }
            }
        });
        let mut task = self.redact(RedactCall::Check(painting), clip).await?;
        while let Some(news) = task.next().await? {
            if let RedactNews::Progress { frames } = news {
                progress(Stage::Checking, frames);
            }
        }
        feeding.abort();
        Ok(())
    }

    /// What is seen in each frame of the clip of `plan`, by the detector in `model`. `clip` holds it twice, with an
    /// end between.
    pub async fn look(
        &self,
        plan: &Plan,
        model: Bytes,
        clip: mpsc::Receiver<ClipPiece>,
        progress: impl Fn(u32) + Send,
    ) -> Result<LookedThrough, RedactError> {
        let _permit = self.redactions.acquire().await.map_err(|_| VideoError::Busy)?;
        let call = RedactCall::Look(LookCall { plan: plan.to_json(), model });
        // What the worker doesn't speak of, nobody has looked at.
        let mut seen = vec![analysis::not_analysed(); plan.frame_count() as usize];
        let mut plate = None;
        let plate_bytes = plan.clip().width_px as usize * plan.clip().height_px as usize * 3;
        let looking = async {
            let mut task = self.redact(call, clip).await?;
            while let Some(news) = task.next().await? {
                match news {
                    RedactNews::Seen { frame, observation } => {
                        *seen.get_mut(frame as usize).ok_or(VideoError::WorkerDied)? = observation;
                        progress(frame + 1);
                    }
                    RedactNews::Plate(rgb) => plate = Some(rgb).filter(|rgb| rgb.len() == plate_bytes),
                    _ => {}
                }
            }
            task.source_sha256().await
        };
        let source = tokio::time::timeout(TASK_LIMIT, looking).await.map_err(|_| VideoError::TimedOut)??;
        if plan.clip().source_sha256.as_ref().is_some_and(|bound| *bound != source) {
            return Err(RedactError::OtherSource);
        }
        Ok(LookedThrough { seen, plate })
    }

    /// Frames of a clip as pictures, in the order of showing.
    pub async fn stills(&self, call: StillsCall, clip: mpsc::Receiver<ClipPiece>) -> Result<Vec<(u32, Bytes)>, RedactError> {
        let _permit = self.stills.acquire().await.map_err(|_| VideoError::Busy)?;
        let mut task = self.redact(RedactCall::Stills(call), clip).await?;
        let mut found = Vec::new();
        while let Some(news) = task.next().await? {
            if let RedactNews::Still { frame, image } = news {
                found.push((frame, image));
            }
        }
        Ok(found)
    }

    /// Every door of the sandbox, and whether it opened from inside.
    pub async fn doors(&self) -> Result<Vec<(String, bool)>, RedactError> {
        let (_sender, clip) = mpsc::channel(1);
        let mut task = self.redact(RedactCall::Doors, clip).await?;
        match task.next().await? {
            Some(RedactNews::Doors(doors)) => Ok(doors),
            _ => Err(VideoError::WorkerDied.into()),
        }
    }

    async fn redact(&self, call: RedactCall, mut clip: mpsc::Receiver<ClipPiece>) -> Result<RedactTask, RedactError> {
        let (mut sending, mut hearing) = process::start(&self.workplace, "redact")?;
        sending.send(&call).await?;
        match tokio::time::timeout(START_LIMIT, hearing.next()).await.map_err(|_| VideoError::TimedOut)? {
            Some(Ok(RedactNews::Ready)) => {}
            Some(Ok(_)) => return Err(VideoError::WorkerDied.into()),
            Some(Err(error)) => return Err(error.into()),
            None => return Err(RedactError::Ended(hearing.ending().await)),
        }
        let (told, source) = tokio::sync::oneshot::channel();
        let feeding = tokio::spawn(async move {
            let mut sum = Sha256::new();
            while let Some(piece) = clip.recv().await {
                match &piece {
                    ClipPiece::Init { init: bytes, .. }
                    | ClipPiece::Fragment(bytes)
                    | ClipPiece::File(bytes)
                    | ClipPiece::Picture(bytes) => {
                        sum.update(bytes);
                    }
                    // What comes after is the clip once more.
                    ClipPiece::End => sum = Sha256::new(),
                }
                if sending.send(&piece).await.is_err() {
                    return;
                }
            }
            let _ = sending.send(&ClipPiece::End).await;
            let _ = told.send(hex::encode(sum.finalize()));
            // Held open until the worker has ended: it reads no more.
            std::future::pending::<()>().await;
        });
        Ok(RedactTask { hearing, feeding: feeding.abort_handle(), source: Some(source), undecoded: 0, is_done: false })
    }
}

/// A conversation with one worker; dropping it ends the worker.
struct RedactTask {
    hearing: Hearing,
    feeding: AbortHandle,
    source: Option<tokio::sync::oneshot::Receiver<String>>,
    undecoded: u32,
    is_done: bool,
}

impl Drop for RedactTask {
    fn drop(&mut self) {
        self.feeding.abort();
    }
}

impl RedactTask {
    /// The next word; None when all is done.
    async fn next(&mut self) -> Result<Option<RedactNews>, RedactError> {
        if self.is_done {
            return Ok(None);
        }
        match tokio::time::timeout(SILENCE_LIMIT, self.hearing.next()).await.map_err(|_| VideoError::TimedOut)? {
            Some(Ok(RedactNews::Failed(failure))) => Err(RedactError::Refused(failure)),
            Some(Ok(RedactNews::Done { undecoded })) => {
                (self.undecoded, self.is_done) = (undecoded, true);
                Ok(None)
            }
            Some(news) => Ok(Some(news?)),
            None => Err(RedactError::Ended(self.hearing.ending().await)),
        }
    }

    /// SHA-256 of the clip that was sent, once it has all gone.
    async fn source_sha256(&mut self) -> Result<String, RedactError> {
        let source = self.source.take().ok_or(VideoError::WorkerDied)?;
        let sum = tokio::time::timeout(SILENCE_LIMIT, source).await.map_err(|_| VideoError::TimedOut)?;
        Ok(sum.map_err(|_| VideoError::WorkerDied)?)
    }
}

/// Coded pictures as they come out of the encoder.
#[derive(Default)]
struct Coded {
    parameters: Option<CodecParameters>,
    units: Vec<(u64, Dependence, Vec<u8>)>,
    bytes: usize,
}

impl Coded {
    /// Takes a picture's slices, and leaves everything else that the encoder said.
    fn add(&mut self, ticks: u64, key: bool, data: &[u8]) -> Result<(), RedactError> {
        let mut slices = Vec::with_capacity(data.len());
        for unit in NalUnits::of(data).filter(|unit| film::is_slice(unit)) {
            slices.extend_from_slice(&u32::try_from(unit.len()).map_err(|_| RedactError::NotAFilm)?.to_be_bytes());
            slices.extend_from_slice(unit);
        }
        self.bytes += slices.len();
        if self.bytes > FILM_BYTES_MAX {
            return Err(RedactError::FilmTooLarge);
        }
        if slices.is_empty() || self.units.last().is_some_and(|(last, ..)| *last >= ticks) {
            return Err(RedactError::NotAFilm);
        }
        self.units.push((ticks, if key { Dependence::RandomAccess } else { Dependence::Dependent }, slices));
        Ok(())
    }

    fn film(self) -> Result<Vec<u8>, RedactError> {
        let parameters = self.parameters.ok_or(RedactError::NotAFilm)?;
        let mut last_ticks = 3_600;
        let mut samples = Vec::with_capacity(self.units.len());
        for (number, (ticks, dependence, data)) in self.units.iter().enumerate() {
            if let Some((next, ..)) = self.units.get(number + 1) {
                last_ticks = u32::try_from(next - ticks).map_err(|_| RedactError::NotAFilm)?;
            }
            samples.push(Sample {
                size_bytes: u32::try_from(data.len()).map_err(|_| RedactError::NotAFilm)?,
                duration_ticks: last_ticks,
                composition_offset_ticks: 0,
                dependence: *dependence,
            });
        }
        let head = progressive::head(&parameters, &[Chunk { start_ticks: 0, samples: &samples }]).map_err(|_| RedactError::NotAFilm)?;
        let mut bytes = head.bytes.to_vec();
        self.units.iter().for_each(|(_, _, data)| bytes.extend_from_slice(data));
        Ok(bytes)
    }
}
