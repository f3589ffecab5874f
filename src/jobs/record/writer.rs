//! The one thread that writes footage: carries out the cutters' cuts, in order.
//!
//! A segment that fails to write is given up at once (its file stays torn, never retried) and its
//! camera is told; the camera's next key frame opens another, and with it the gap is written down
//! that could not be before. The last of the disk's room is left to the catalogue, so that people
//! can sign in and look while nothing more can be recorded. Next: `sync` makes it durable.

use std::{
    collections::HashMap,
    sync::{Arc, mpsc},
    thread,
};

use bytes::Bytes;

use super::{
    lane::{Lane, WriteFailure},
    sync::SyncBook,
};
use crate::{
    adapters::{
        clock,
        index::{
            Catalogue, CatalogueError, audit, gap,
            segment::{self, SegmentRow},
            store,
        },
        vault::{
            Vault, VaultError,
            ballast::Ballast,
            writer::{NewSegment, SegmentWriter},
        },
    },
    domain::{
        camera::CameraId,
        instant::{ClockReading, Interval, UtcInstant},
        recording::{
            access_unit::CodecParameters,
            gap::{Gap, GapCause},
            index::Sample,
            segment::{SegmentId, SegmentState},
        },
    },
    jobs::{
        reconcile::{self, Disk},
        record::leaf,
    },
};

/// One thing to write, for one camera.
pub enum Order {
    Open { parameters: Arc<CodecParameters>, start_ticks: i64, reading: ClockReading },
    Fragment { start_ticks: i64, access_units: Vec<(Sample, Bytes)> },
    Close { end_ticks: i64, activity: Vec<u8>, camera_clock_offset_nanos: Option<i64> },
    Gap(Gap),
}

/// The way to the writer thread. The thread ends, with everything written, when all are dropped.
pub type Orders = mpsc::Sender<(Arc<Lane>, Order)>;

/// Starts the thread.
pub fn start(
    vault: Arc<Vault>,
    catalogue: Arc<Catalogue>,
    book: Arc<SyncBook>,
    ballast: Arc<Ballast>,
    open_count: u64,
) -> std::io::Result<(Orders, thread::JoinHandle<()>)> {
    let (orders, inbox) = mpsc::channel::<(Arc<Lane>, Order)>();
    let mut writer = Writer::new(vault, catalogue, book, ballast, open_count);
    let thread = thread::Builder::new().name("segment-writer".into()).spawn(move || {
        for (lane, order) in inbox {
            writer.carry_out(&lane, order);
        }
        writer.finish();
    })?;
    Ok((orders, thread))
}

/// What the thread does, one order after the other.
pub struct Writer {
    vault: Arc<Vault>,
    catalogue: Arc<Catalogue>,
    book: Arc<SyncBook>,
    ballast: Arc<Ballast>,
    open_count: u64,
    open: HashMap<CameraId, Writing>,
    /// Where fragments are sealed, one after the other.
    room: Vec<u8>,
    /// What cameras lack since a failure, until a segment can be opened again.
    unsaid: HashMap<CameraId, Unsaid>,
    /// Torn segments whose row could not be closed yet, and how far their disk is trusted.
    to_close: Vec<(SegmentId, Disk)>,
}

/// A stretch without recording that the catalogue doesn't know of yet.
struct Unsaid {
    /// Known to the camera's task, but it could not be written.
    gap: Option<Gap>,
    /// Nothing is kept from here on, for want of a disk.
    since: UtcInstant,
}

impl Unsaid {
    fn gaps_until(&self, end: UtcInstant) -> impl Iterator<Item = Gap> {
        let lost = Interval::new(self.since, end).ok().map(|interval| Gap { interval, cause: GapCause::Storage });
        self.gap.into_iter().chain(lost)
    }
}

struct Writing {
    segment: SegmentWriter,
    row: SegmentRow,
    end_ticks: i64,
}

impl Writer {
    pub fn new(vault: Arc<Vault>, catalogue: Arc<Catalogue>, book: Arc<SyncBook>, ballast: Arc<Ballast>, open_count: u64) -> Self {
        Self {
            vault,
            catalogue,
            book,
            ballast,
            open_count,
            open: HashMap::new(),
            room: Vec::new(),
            unsaid: HashMap::new(),
            to_close: Vec::new(),
        }
    }

    /// Never fails: what goes wrong is told to the lane.
    pub fn carry_out(&mut self, lane: &Lane, order: Order) {
        let outcome = match order {
            Order::Open { parameters, start_ticks, reading } => self.open(lane, &parameters, start_ticks, reading),
            Order::Fragment { start_ticks, access_units } => {
                let outcome = self.append(lane, start_ticks, &access_units);
                lane.unqueue(&access_units);
                outcome
            }
            Order::Close { end_ticks, activity, camera_clock_offset_nanos } => {
                self.close(lane, end_ticks, activity, camera_clock_offset_nanos)
            }
            Order::Gap(found) => self.note_gap(lane, found),
        };
        if let Err(error) = outcome {
            self.give_up(lane, &error);
        }
    }

    /// A last try to close what could not be closed; the next start does what is left.
    pub fn finish(mut self) {
        self.retry_closing();
    }

    fn open(&mut self, lane: &Lane, parameters: &CodecParameters, start_ticks: i64, reading: ClockReading) -> Result<(), WriteError> {
        self.retry_closing();
        let start = UtcInstant::from_media_ticks(start_ticks);
        let opened = self.open_file_and_row(lane, parameters, start, reading);
        match opened {
            Ok((segment, row)) => {
                self.unsaid.remove(&lane.camera);
                self.book.begin(&segment);
                self.open.insert(lane.camera.clone(), Writing { segment, row, end_ticks: start_ticks });
                Ok(())
            }
            Err(error) => {
                self.nothing_kept_since(lane, start);
                Err(error)
            }
        }
    }

    fn open_file_and_row(
        &self,
        lane: &Lane,
        parameters: &CodecParameters,
        start: UtcInstant,
        reading: ClockReading,
    ) -> Result<(SegmentWriter, SegmentRow), WriteError> {
        has_room(&self.ballast)?;
        let new = NewSegment { camera: &lane.camera, parameters, start, reading, open_count: self.open_count };
        let (segment, row) = SegmentWriter::create(&self.vault, &new)?;
        let committed = self.catalogue.write(|transaction| {
            segment::open(transaction, &row)?;
            for gap in self.unsaid.get(&lane.camera).into_iter().flat_map(|unsaid| unsaid.gaps_until(start)) {
                gap::add(transaction, &lane.camera, &gap)?;
            }
            Ok(())
        });
        if let Err(error) = committed {
            // Without a row nobody will look for it: leave neither file nor key.
            let _ = crate::adapters::vault::reader::unlink(&self.vault.segment_path(&row.camera, row.start, row.id));
            let _ = self.vault.slots().kill([(row.slot, row.id)]);
            return Err(error.into());
        }
        Ok((segment, row))
    }

    fn nothing_kept_since(&mut self, lane: &Lane, since: UtcInstant) {
        self.unsaid.entry(lane.camera.clone()).or_insert(Unsaid { gap: None, since });
    }

    fn note_gap(&mut self, lane: &Lane, found: Gap) -> Result<(), WriteError> {
        // Part of a longer stretch, which the next opening writes down whole.
        if self.unsaid.contains_key(&lane.camera) {
            return Ok(());
        }
        let noted = self.catalogue.write(|transaction| {
            store::camera_number(transaction, &lane.camera, found.interval.from())?;
            gap::add(transaction, &lane.camera, &found)
        });
        if noted.is_err() && !self.open.contains_key(&lane.camera) {
            self.unsaid.insert(lane.camera.clone(), Unsaid { gap: Some(found), since: found.interval.to() });
        }
        Ok(noted?)
    }

    fn append(&mut self, lane: &Lane, start_ticks: i64, access_units: &[(Sample, Bytes)]) -> Result<(), WriteError> {
        // After a failure the rest of the segment has nowhere to go; the lane has been told.
        let Some(writing) = self.open.get_mut(&lane.camera) else { return Ok(()) };
        has_room(&self.ballast)?;
        writing.end_ticks = writing.segment.append(start_ticks, access_units, &mut self.room)?;
        self.book.written(writing.segment.id(), writing.segment.records());
        if self.book.take_failed(writing.segment.id()) {
            return Err(WriteError::SyncFailed);
        }
        lane.wrote();
        Ok(())
    }

    fn close(&mut self, lane: &Lane, end_ticks: i64, activity: Vec<u8>, camera_clock_offset_nanos: Option<i64>) -> Result<(), WriteError> {
        let Some(writing) = self.open.remove(&lane.camera) else { return Ok(()) };
        let id = writing.segment.id();
        self.book.end(id);
        let closed = writing
            .segment
            .finish(UtcInstant::from_media_ticks(end_ticks), activity, camera_clock_offset_nanos)
            .map_err(WriteError::from)
            .and_then(|closing| {
                let committed = self.catalogue.write(|transaction| {
                    segment::close(transaction, id, SegmentState::Sealed, &closing)?;
                    audit::append(transaction, &clock::now(), &leaf::sealed(&writing.row, &closing))?;
                    Ok(())
                });
                committed.map_err(WriteError::from)
            });
        if let Err(error) = &closed {
            self.nothing_kept_since(lane, UtcInstant::from_media_ticks(end_ticks));
            self.to_close.push((id, error.disk()));
        }
        closed
    }

    fn give_up(&mut self, lane: &Lane, error: &WriteError) {
        let no_space = error.is_no_space();
        tracing::error!(camera = %lane.camera, %error, no_space, "segment given up");
        if let Some(writing) = self.open.remove(&lane.camera) {
            self.book.end(writing.segment.id());
            self.to_close.push((writing.segment.id(), error.disk()));
            self.nothing_kept_since(lane, UtcInstant::from_media_ticks(writing.end_ticks));
        }
        self.retry_closing();
        lane.fail(if no_space { WriteFailure::NoSpace } else { WriteFailure::Failed });
    }

    /// Closes the rows of segments that were given up, the way start-up would.
    fn retry_closing(&mut self) {
        let (vault, catalogue) = (&self.vault, &self.catalogue);
        self.to_close.retain(|(id, disk)| reconcile::heal_segment(vault, catalogue, *id, *disk).is_err());
    }
}

/// While the disk's reserve is in use, what room there is belongs to everything but recording.
fn has_room(ballast: &Ballast) -> Result<(), WriteError> {
    ballast.relieve()?;
    if ballast.is_whole() { Ok(()) } else { Err(WriteError::NoRoom) }
}

#[derive(Debug, thiserror::Error)]
enum WriteError {
    #[error(transparent)]
    Vault(#[from] VaultError),
    #[error(transparent)]
    Catalogue(#[from] CatalogueError),
    #[error("the disk refused to make a segment durable")]
    SyncFailed,
    #[error("the disk is full but for its reserve")]
    NoRoom,
}

impl WriteError {
    fn is_no_space(&self) -> bool {
        match self {
            Self::Vault(error) => error.is_no_space(),
            Self::Catalogue(error) => error.is_no_space(),
            Self::SyncFailed => false,
            Self::NoRoom => true,
        }
    }

    /// A full disk keeps what it has; one that failed is not believed about this file any more.
    fn disk(&self) -> Disk {
        match self {
            Self::Catalogue(_) | Self::NoRoom => Disk::Trusted,
            Self::Vault(VaultError::NotSynced { .. }) => Disk::Failed,
            Self::Vault(error) if error.is_no_space() => Disk::Trusted,
            Self::Vault(_) | Self::SyncFailed => Disk::Failed,
        }
    }
}
