//! What is being recorded right now, for those who watch live.
//!
//! A new viewer gets the group of pictures in hand at once and every picture after it as a fragment
//! of its own, without waiting for the half second that recording cuts at. With nobody watching, a
//! camera keeps its current group of pictures and builds nothing. A group larger than
//! `GROUP_BYTES_MAX` isn't kept: the viewer then waits for the next key frame.

use std::{collections::BTreeMap, sync::Arc};

use bytes::Bytes;
use parking_lot::Mutex;
use tokio::sync::broadcast;

use crate::domain::{
    camera::CameraId,
    recording::{
        access_unit::{CodecParameters, Dependence},
        cutter::PlacedUnit,
        fragment::{self, Piece},
        index::Sample,
    },
};

/// The most that is kept of a camera's current group of pictures, bytes.
const GROUP_BYTES_MAX: usize = 2 << 20;
/// Pictures a slow viewer may fall behind before it has to start again.
const BACKLOG: usize = 256;

/// A viewer's place at one camera.
pub struct LiveTap {
    /// None until the camera has sent a first picture.
    pub init: Option<(Bytes, String)>,
    /// The group of pictures so far, as one fragment.
    pub catch_up: Option<Bytes>,
    pub pieces: broadcast::Receiver<Piece>,
}

#[derive(Debug)]
pub struct LiveHub {
    cameras: BTreeMap<CameraId, LiveCamera>,
}

#[derive(Debug)]
struct LiveCamera {
    state: Mutex<LiveState>,
    sender: broadcast::Sender<Piece>,
}

#[derive(Debug, Default)]
struct LiveState {
    parameters: Option<Arc<CodecParameters>>,
    init: Option<(Bytes, String)>,
    group: Vec<PlacedUnit>,
    group_bytes: usize,
    sequence_number: u32,
}

impl LiveHub {
    pub fn new(cameras: impl IntoIterator<Item = CameraId>) -> Self {
        let camera = || LiveCamera { state: Mutex::default(), sender: broadcast::channel(BACKLOG).0 };
        Self { cameras: cameras.into_iter().map(|id| (id, camera())).collect() }
    }

    /// None for a camera that isn't configured.
    pub fn subscribe(&self, camera: &CameraId) -> Option<LiveTap> {
        let camera = self.cameras.get(camera)?;
        let mut state = camera.state.lock();
        let pieces = camera.sender.subscribe();
        let catch_up = state.group_fragment();
        Some(LiveTap { init: state.init.clone(), catch_up, pieces })
    }

    pub(super) fn publish(&self, camera: &CameraId, unit: PlacedUnit) {
        let Some(camera) = self.cameras.get(camera) else { return };
        let mut state = camera.state.lock();
        if state.parameters.as_ref().is_none_or(|known| !Arc::ptr_eq(known, &unit.parameters)) {
            let Ok(init) = fragment::init_segment(&unit.parameters) else { return };
            let mime = fragment::mime(&unit.parameters);
            state.parameters = Some(Arc::clone(&unit.parameters));
            state.init = Some((init.clone(), mime.clone()));
            let _ = camera.sender.send(Piece::Init { init, mime });
        }
        if camera.sender.receiver_count() > 0
            && let Some(piece) = state.encode(unit.decode_ticks, &[(unit.sample, unit.data.clone())])
        {
            let _ = camera.sender.send(Piece::Fragment(piece));
        }
        state.keep(unit);
    }

    /// Recording was interrupted: what was kept no longer leads up to what comes.
    pub(super) fn interrupt(&self, camera: &CameraId) {
        if let Some(camera) = self.cameras.get(camera) {
            camera.state.lock().forget_group();
        }
    }
}

impl LiveState {
    fn keep(&mut self, unit: PlacedUnit) {
        if unit.sample.dependence == Dependence::RandomAccess {
            self.forget_group();
        } else if self.group.is_empty() {
            return;
        }
        self.group_bytes += unit.data.len();
        if self.group_bytes > GROUP_BYTES_MAX {
            self.forget_group();
        } else {
            self.group.push(unit);
        }
    }

    fn forget_group(&mut self) {
        self.group.clear();
        self.group_bytes = 0;
    }

    fn group_fragment(&mut self) -> Option<Bytes> {
        let start = self.group.first()?.decode_ticks;
        let next_starts = self.group.iter().skip(1).map(|next| Some(next.decode_ticks)).chain([None]);
        let units: Vec<(Sample, Bytes)> = self
            .group
            .iter()
            .zip(next_starts)
            .map(|(unit, next)| {
                let duration_ticks =
                    next.and_then(|next| u32::try_from(next - unit.decode_ticks).ok()).unwrap_or(unit.sample.duration_ticks);
                (Sample { duration_ticks, ..unit.sample }, unit.data.clone())
            })
            .collect();
        self.encode(start, &units)
    }

    fn encode(&mut self, start_ticks: i64, units: &[(Sample, Bytes)]) -> Option<Bytes> {
        self.sequence_number = self.sequence_number.wrapping_add(1);
        fragment::fragment(self.sequence_number, start_ticks, units).ok().map(|encoded| encoded.bytes.into())
    }
}
