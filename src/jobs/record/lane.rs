//! A camera's lane to the writer: a bounded queue, and the word back when writing failed.
//!
//! Refuses to grow: past [`LANE_BYTES_MAX`] the camera's task drops whole groups of pictures and
//! says so with a gap.

use std::sync::atomic::{AtomicBool, AtomicU8, AtomicUsize, Ordering};

use bytes::Bytes;

use crate::domain::{camera::CameraId, recording::index::Sample};

/// The most that waits for the disk per camera, bytes.
pub const LANE_BYTES_MAX: usize = 8 << 20;

/// What went wrong with a camera's segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WriteFailure {
    NoSpace,
    Failed,
}

/// Shared between a camera's task and the writer thread.
#[derive(Debug)]
pub struct Lane {
    pub camera: CameraId,
    queued_bytes: AtomicUsize,
    failure: AtomicU8,
    wrote: AtomicBool,
}

impl Lane {
    pub fn new(camera: CameraId) -> Self {
        Self { camera, queued_bytes: AtomicUsize::new(0), failure: AtomicU8::new(0), wrote: AtomicBool::new(false) }
    }

    pub fn queued_bytes(&self) -> usize {
        self.queued_bytes.load(Ordering::Relaxed)
    }

    /// Counts what is on its way to the writer.
    pub fn queue(&self, access_units: &[(Sample, Bytes)]) {
        self.queued_bytes.fetch_add(bytes_of(access_units), Ordering::Relaxed);
    }

    pub(super) fn unqueue(&self, access_units: &[(Sample, Bytes)]) {
        self.queued_bytes.fetch_sub(bytes_of(access_units), Ordering::Relaxed);
    }

    pub(super) fn fail(&self, failure: WriteFailure) {
        let code = match failure {
            WriteFailure::NoSpace => 1,
            WriteFailure::Failed => 2,
        };
        self.wrote.store(false, Ordering::Release);
        self.failure.store(code, Ordering::Release);
    }

    pub(super) fn wrote(&self) {
        self.wrote.store(true, Ordering::Release);
    }

    /// Whether something has been written since the last failure.
    pub(super) fn has_written(&self) -> bool {
        self.wrote.load(Ordering::Acquire)
    }

    /// The failure since the last call, if any.
    pub fn take_failure(&self) -> Option<WriteFailure> {
        match self.failure.swap(0, Ordering::Acquire) {
            1 => Some(WriteFailure::NoSpace),
            2 => Some(WriteFailure::Failed),
            _ => None,
        }
    }
}

fn bytes_of(access_units: &[(Sample, Bytes)]) -> usize {
    access_units.iter().map(|(_, data)| data.len()).sum()
}
