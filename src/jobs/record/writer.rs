//! The one thread that writes footage: carries out the cutters' cuts, in order.
//!
//! A segment that fails to write is given up at once (its file stays torn, never retried) and its
//! camera is told; the camera's next key frame opens another. Next: `sync` makes it durable.

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
        instant::{ClockReading, UtcInstant},
        recording::{
            access_unit::CodecParameters,
            gap::Gap,
            index::Sample,
            segment::{SegmentId, SegmentState},
        },
    },
    jobs::record::leaf,
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
    let mut writer = Writer { vault, catalogue, book, ballast, open_count, open: HashMap::new(), to_close: Vec::new() };
    let thread = thread::Builder::new().name("segment-writer".into()).spawn(move || {
        for (lane, order) in inbox {
            writer.carry_out(&lane, order);
        }
        writer.retry_closing();
    })?;
    Ok((orders, thread))
}

struct Writer {
    vault: Arc<Vault>,
    catalogue: Arc<Catalogue>,
    book: Arc<SyncBook>,
    ballast: Arc<Ballast>,
    open_count: u64,
    open: HashMap<CameraId, Writing>,
    /// Torn segments whose row could not be closed for want of space.
    to_close: Vec<SegmentId>,
}

struct Writing {
    segment: SegmentWriter,
    row: SegmentRow,
    end_ticks: i64,
}

impl Writer {
    fn carry_out(&mut self, lane: &Lane, order: Order) {
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
            Order::Gap(found) => self
                .catalogue
                .write(|transaction| {
                    store::camera_number(transaction, &lane.camera, found.interval.from())?;
                    gap::add(transaction, &lane.camera, &found)
                })
                .map_err(WriteError::from),
        };
        if let Err(error) = outcome {
            self.give_up(lane, &error);
        }
    }

    fn open(&mut self, lane: &Lane, parameters: &CodecParameters, start_ticks: i64, reading: ClockReading) -> Result<(), WriteError> {
        self.retry_closing();
        self.may_write()?;
        let start = UtcInstant::from_media_ticks(start_ticks);
        let new = NewSegment { camera: &lane.camera, parameters, start, reading, open_count: self.open_count };
        let (segment, row) = SegmentWriter::create(&self.vault, &new)?;
        if let Err(error) = self.catalogue.write(|transaction| segment::open(transaction, &row)) {
            // Without a row nobody will look for it: leave neither file nor key.
            let _ = crate::adapters::vault::reader::unlink(&self.vault.segment_path(&row.camera, row.start, row.id));
            let _ = self.vault.slots().kill([row.slot]);
            return Err(error.into());
        }
        self.book.begin(&segment);
        self.open.insert(lane.camera.clone(), Writing { segment, row, end_ticks: start_ticks });
        Ok(())
    }

    fn append(&mut self, lane: &Lane, start_ticks: i64, access_units: &[(Sample, Bytes)]) -> Result<(), WriteError> {
        // After a failure the rest of the segment has nowhere to go; the lane has been told.
        if self.open.contains_key(&lane.camera) {
            self.may_write()?;
        }
        let Some(writing) = self.open.get_mut(&lane.camera) else { return Ok(()) };
        writing.end_ticks = writing.segment.append(start_ticks, access_units)?;
        self.book.written(writing.segment.id(), writing.segment.records());
        if self.book.take_failed(writing.segment.id()) {
            return Err(WriteError::SyncFailed);
        }
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
        if closed.is_err() {
            self.to_close.push(id);
        }
        closed
    }

    /// While the disk's reserve is in use, what room there is belongs to everything but recording.
    fn may_write(&self) -> Result<(), WriteError> {
        if self.ballast.is_whole() { Ok(()) } else { Err(WriteError::DiskFull) }
    }

    fn give_up(&mut self, lane: &Lane, error: &WriteError) {
        let no_space = error.is_no_space();
        tracing::error!(camera = %lane.camera, %error, no_space, "segment given up");
        if let Some(writing) = self.open.remove(&lane.camera) {
            self.book.end(writing.segment.id());
            self.to_close.push(writing.segment.id());
        }
        self.retry_closing();
        lane.fail(if no_space { WriteFailure::NoSpace } else { WriteFailure::Failed });
    }

    /// Closes the rows of segments that were given up, the way start-up would.
    fn retry_closing(&mut self) {
        let (vault, catalogue) = (&self.vault, &self.catalogue);
        self.to_close.retain(|id| crate::jobs::reconcile::heal_segment(vault, catalogue, *id).is_err());
    }
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
    DiskFull,
}

impl WriteError {
    fn is_no_space(&self) -> bool {
        match self {
            Self::Vault(error) => error.is_no_space(),
            Self::Catalogue(error) => error.is_no_space(),
            Self::SyncFailed => false,
            Self::DiskFull => true,
        }
    }
}
