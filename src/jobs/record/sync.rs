//! Makes what was written durable: one thread, every open segment, about once a second.
//!
//! A failed sync is not repeated (Linux forgets the error and the pages): the segment is marked
//! failed and its camera goes on in a new one. How far each segment is durable is noted in the
//! catalogue every few seconds; records missing later that were durable once mean tampering.

use std::{
    collections::HashMap,
    fs::File,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::Duration,
};

use parking_lot::Mutex;

use crate::{
    adapters::{
        index::{Catalogue, segment},
        vault::writer::SegmentWriter,
    },
    domain::recording::segment::SegmentId,
};

const SYNC_EVERY: Duration = Duration::from_millis(900);
/// Rounds between notes in the catalogue.
const NOTE_EVERY_ROUNDS: u32 = 5;

/// The segments being written, and how far each has come.
#[derive(Default)]
pub struct SyncBook {
    open: Mutex<HashMap<SegmentId, Progress>>,
    stopping: AtomicBool,
}

struct Progress {
    file: Arc<File>,
    written_records: u64,
    durable_records: u64,
    noted_records: u64,
    failed: bool,
}

impl SyncBook {
    pub(super) fn begin(&self, segment: &SegmentWriter) {
        let progress =
            Progress { file: Arc::clone(segment.file()), written_records: 0, durable_records: 0, noted_records: 0, failed: false };
        self.open.lock().insert(segment.id(), progress);
    }

    pub(super) fn written(&self, id: SegmentId, records: u64) {
        if let Some(progress) = self.open.lock().get_mut(&id) {
            progress.written_records = records;
        }
    }

    pub(super) fn end(&self, id: SegmentId) {
        self.open.lock().remove(&id);
    }

    /// Whether a sync of this segment has failed since the last call.
    pub(super) fn take_failed(&self, id: SegmentId) -> bool {
        self.open.lock().get_mut(&id).is_some_and(|progress| std::mem::take(&mut progress.failed))
    }

    /// Asks the thread to end after its present round.
    pub fn stop(&self) {
        self.stopping.store(true, Ordering::Release);
    }

    /// Syncs every segment that has grown since it was last synced.
    pub fn round(&self) {
        let dirty: Vec<(SegmentId, Arc<File>, u64)> = self
            .open
            .lock()
            .iter()
            .filter(|(_, progress)| progress.written_records > progress.durable_records)
            .map(|(id, progress)| (*id, Arc::clone(&progress.file), progress.written_records))
            .collect();
        for (id, file, records) in dirty {
            let outcome = file.sync_data();
            if let Some(progress) = self.open.lock().get_mut(&id) {
                match outcome {
                    Ok(()) => progress.durable_records = records,
                    Err(error) => {
                        tracing::error!(segment = %id, %error, "a segment could not be made durable");
                        progress.failed = true;
                    }
                }
            }
        }
    }

    /// Notes in the catalogue how far each segment is durable.
    pub fn note(&self, catalogue: &Catalogue) {
        let marks: Vec<(SegmentId, u64)> = {
            let mut open = self.open.lock();
            open.iter_mut()
                .filter(|(_, progress)| progress.durable_records > progress.noted_records)
                .map(|(id, progress)| {
                    progress.noted_records = progress.durable_records;
                    (*id, progress.durable_records)
                })
                .collect()
        };
        if !marks.is_empty()
            && let Err(error) = catalogue.write(|transaction| segment::note_durable(transaction, &marks))
        {
            tracing::warn!(%error, "could not note how far segments are durable");
        }
    }
}

/// Starts the thread; it ends after [`SyncBook::stop`].
pub fn start(book: Arc<SyncBook>, catalogue: Arc<Catalogue>) -> std::io::Result<thread::JoinHandle<()>> {
    thread::Builder::new().name("segment-sync".into()).spawn(move || {
        let mut rounds = 0;
        while !book.stopping.load(Ordering::Acquire) {
            thread::sleep(SYNC_EVERY);
            book.round();
            rounds += 1;
            if rounds % NOTE_EVERY_ROUNDS == 0 {
                book.note(&catalogue);
            }
        }
    })
}
