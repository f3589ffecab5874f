//! Working copies: a clip in H.264 with the camera's name and the time in the picture, for looking at and
//! for browsers that can't show what the camera sent.
//!
//! Decoded and encoded in a media worker, never here. A copy is made of parts that fit into memory, so that
//! nothing decoded or encoded again is ever put on a disk. A copy that can't be made is left out and said so:
//! the master is what was asked for. Next: `write` puts the parts into the bundle.

use bytes::{Bytes, BytesMut};
use tokio::{runtime::Handle, sync::mpsc};

use super::PlannedClip;
use crate::{
    adapters::{
        vault::Vault,
        video::{Caption, MediaWorkers, TranscodeInput, TranscodeOutput, VideoError},
    },
    domain::{
        export::progressive::{self, Chunk, Head},
        recording::{
            access_unit::{CodecParameters, Dependence, VideoCodec},
            fragment::{BoxError, Piece, init_segment, mime, parse_fragment, parse_init_segment},
            index::Sample,
        },
    },
    jobs::{
        footage::FootageError,
        read_ahead::{self, Wanted},
    },
    problem::Problem,
};

/// Of which clips copies are made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum WorkingCopies {
    /// Of H.265, which many players and most browsers don't show.
    #[default]
    WhereNeeded,
    OfAll,
}

impl WorkingCopies {
    pub(super) fn includes(self, clip: &PlannedClip) -> bool {
        self == Self::OfAll || clip.parameters.codec == VideoCodec::H265
    }
}

/// A part is closed at the first key frame after so many bytes.
const PART_BYTES: usize = 32 << 20;
/// Fragments on their way to the worker.
const WAITING: usize = 4;

/// Why there is no copy.
#[derive(Debug, thiserror::Error)]
pub(super) enum NoCopy {
    #[error(transparent)]
    Video(#[from] VideoError),
    #[error(transparent)]
    Boxes(#[from] BoxError),
    #[error("the footage could not be read")]
    Footage(#[source] FootageError),
    #[error("the copy could not be written: {0:?}")]
    Written(Problem),
}

/// Pictures of one MP4.
pub(super) struct Part {
    pub head: Head,
    pub pictures: Vec<Bytes>,
    pub start_ticks: i64,
    pub end_ticks: i64,
}

/// Makes the copy of a clip and hands its parts to `take`, in order.
pub(super) fn make(
    vault: &Vault,
    workers: &MediaWorkers,
    clip: &PlannedClip,
    caption: Caption,
    wanted: &[Wanted<'_>],
    mut take: impl FnMut(Part) -> Result<(), Problem>,
) -> Result<(), NoCopy> {
    let runtime = Handle::current();
    let (input, mut output) = {
        let _inside = runtime.enter();
        workers.working_copy(caption)?
    };
    let (sender, receiver) = mpsc::channel(WAITING);
    let sending = runtime.spawn(send_all(input, receiver));
    let first = Piece::Init { init: init_segment(&clip.parameters)?, mime: mime(&clip.parameters) };
    std::thread::scope(|scope| {
        let reading = scope.spawn(move || {
            // A worker that ended early takes no more: that is told by what it gives back.
            let _ = sender.blocking_send(first);
            read_ahead::fragments(vault, wanted, |fragment| {
                let mut whole = BytesMut::with_capacity(fragment.head.len() + fragment.pictures.len());
                whole.extend_from_slice(&fragment.head);
                whole.extend_from_slice(&fragment.pictures);
                let _ = sender.blocking_send(Piece::Fragment(whole.freeze()));
                Ok::<(), FootageError>(())
            })
        });
        let made = collect(&runtime, &mut output, &mut take);
        sending.abort();
        let read = reading.join().unwrap_or_else(|_| {
            Err(FootageError::from(crate::adapters::vault::VaultError::io(vault.folder())(std::io::Error::other(
                "reading ahead ended early",
            ))))
        });
        made.and(read.map_err(NoCopy::Footage))
    })
}

async fn send_all(mut input: TranscodeInput, mut receiver: mpsc::Receiver<Piece>) {
    while let Some(piece) = receiver.recv().await {
        if input.send(piece).await.is_err() {
            return;
        }
    }
}

fn collect(runtime: &Handle, output: &mut TranscodeOutput, take: &mut impl FnMut(Part) -> Result<(), Problem>) -> Result<(), NoCopy> {
    let mut parameters: Option<CodecParameters> = None;
    let mut gathered = Gathered::default();
    while let Some(piece) = runtime.block_on(output.next()) {
        match piece? {
            Piece::Init { init, .. } => {
                gathered.close(parameters.as_ref(), take)?;
                parameters = Some(parse_init_segment(&init)?);
            }
            Piece::Fragment(bytes) => {
                let parsed = parse_fragment(&bytes)?;
                let key = parsed.samples.first().is_some_and(|sample| sample.dependence == Dependence::RandomAccess);
                if key && gathered.bytes >= PART_BYTES {
                    gathered.close(parameters.as_ref(), take)?;
                }
                gathered.add(parsed.start_ticks, parsed.samples, bytes.slice(parsed.payload_offset as usize..));
            }
        }
    }
    gathered.close(parameters.as_ref(), take)?;
    if parameters.is_some() { Ok(()) } else { Err(VideoError::WorkerDied.into()) }
}

#[derive(Default)]
struct Gathered {
    fragments: Vec<(i64, Vec<Sample>)>,
    pictures: Vec<Bytes>,
    bytes: usize,
}

impl Gathered {
    fn add(&mut self, start_ticks: i64, samples: Vec<Sample>, pictures: Bytes) {
        self.bytes += pictures.len();
        self.fragments.push((start_ticks, samples));
        self.pictures.push(pictures);
    }

    fn close(&mut self, parameters: Option<&CodecParameters>, take: &mut impl FnMut(Part) -> Result<(), Problem>) -> Result<(), NoCopy> {
        let Self { fragments, pictures, .. } = std::mem::take(self);
        let (Some(parameters), Some((start_ticks, _)), Some((last, samples))) = (parameters, fragments.first(), fragments.last()) else {
            return Ok(());
        };
        let chunks: Vec<Chunk<'_>> = fragments.iter().map(|(start_ticks, samples)| Chunk { start_ticks: *start_ticks, samples }).collect();
        let end_ticks = last + samples.iter().map(|sample| i64::from(sample.duration_ticks)).sum::<i64>();
        let head = progressive::head(parameters, &chunks)?;
        take(Part { head, pictures, start_ticks: *start_ticks, end_ticks }).map_err(NoCopy::Written)
    }
}
