//! How each camera stands, for `status` and the grid. Written by the recorder, read by the doors.

use std::collections::BTreeMap;

use parking_lot::Mutex;

use crate::domain::{
    camera::{CameraId, connection::ConnectionState},
    instant::UtcInstant,
    recording::{access_unit::CodecParameters, gap::GapCause},
};
use std::sync::Arc;

/// One camera, as last seen.
#[derive(Clone, Debug)]
pub struct CameraStatus {
    pub state: ConnectionState,
    pub since: UtcInstant,
    pub last_frame: Option<UtcInstant>,
    /// Pictures a second over the last seconds.
    pub fps: f32,
    /// Bits a second over the last seconds.
    pub bitrate: f32,
    /// Since the process began.
    pub frames_total: u64,
    pub bytes_total: u64,
    pub parameters: Option<Arc<CodecParameters>>,
    /// What is wrong, in a sentence for the reader; None when nothing is.
    pub error: Option<String>,
    /// Since when nothing has been recorded, and why; None while recording.
    pub missing_since: Option<(UtcInstant, GapCause)>,
    window: Option<Window>,
}

/// Counts over a few seconds, for the two rates.
#[derive(Clone, Copy, Debug)]
struct Window {
    from: UtcInstant,
    frames: u32,
    bytes: u64,
}

const WINDOW_NANOS: i64 = 4_000_000_000;

/// All configured cameras.
#[derive(Debug)]
pub struct StatusBoard {
    cameras: BTreeMap<CameraId, Mutex<CameraStatus>>,
}

impl StatusBoard {
    pub fn new(cameras: impl IntoIterator<Item = (CameraId, ConnectionState)>, now: UtcInstant) -> Self {
        let fresh = |state| CameraStatus {
            state,
            since: now,
            last_frame: None,
            fps: 0.0,
            bitrate: 0.0,
            frames_total: 0,
            bytes_total: 0,
            parameters: None,
            error: None,
            missing_since: None,
            window: None,
        };
        Self { cameras: cameras.into_iter().map(|(id, state)| (id, Mutex::new(fresh(state)))).collect() }
    }

    pub fn camera(&self, id: &CameraId) -> Option<CameraStatus> {
        self.cameras.get(id).map(|status| status.lock().clone())
    }

    pub fn all(&self) -> Vec<(CameraId, CameraStatus)> {
        self.cameras.iter().map(|(id, status)| (id.clone(), status.lock().clone())).collect()
    }

    pub(super) fn set_state(&self, id: &CameraId, state: ConnectionState, error: Option<String>, now: UtcInstant) {
        let Some(status) = self.cameras.get(id) else { return };
        let mut status = status.lock();
        if status.state != state {
            status.since = now;
            if state != ConnectionState::Recording {
                status.fps = 0.0;
                status.bitrate = 0.0;
                status.window = None;
            }
        }
        status.state = state;
        status.error = error;
    }

    pub(super) fn set_missing(&self, id: &CameraId, missing_since: Option<(UtcInstant, GapCause)>) {
        if let Some(status) = self.cameras.get(id) {
            status.lock().missing_since = missing_since;
        }
    }

    pub(super) fn count_frame(&self, id: &CameraId, at: UtcInstant, bytes: usize, parameters: &Arc<CodecParameters>) {
        let Some(status) = self.cameras.get(id) else { return };
        let mut status = status.lock();
        status.last_frame = Some(at);
        status.frames_total += 1;
        status.bytes_total += bytes as u64;
        if status.parameters.as_ref().is_none_or(|known| !Arc::ptr_eq(known, parameters)) {
            status.parameters = Some(Arc::clone(parameters));
        }
        let mut window = status.window.unwrap_or(Window { from: at, frames: 0, bytes: 0 });
        let elapsed = at.nanos_since(window.from);
        if !(0..WINDOW_NANOS).contains(&elapsed) {
            if elapsed > 0 {
                let seconds = elapsed as f32 / 1e9;
                status.fps = window.frames as f32 / seconds;
                status.bitrate = window.bytes as f32 * 8.0 / seconds;
            }
            window = Window { from: at, frames: 0, bytes: 0 };
        }
        window.frames += 1;
        window.bytes += bytes as u64;
        status.window = Some(window);
    }
}
