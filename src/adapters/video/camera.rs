//! A camera that a worker speaks to, as the recorder sees it.
//!
//! Next: [`crate::adapters::rtsp`] decides when it is needed.

use std::{sync::Arc, time::Duration};

pub use super::wire::{CameraCall, CameraRefusal, OverUdp};
use super::{
    VideoError, Workplace,
    process::{self, Hearing, Sending},
    wire::CameraNews,
};
use crate::{
    adapters::clock,
    domain::recording::{
        access_unit::{AccessUnit, CodecParameters},
        fragment::parse_init_segment,
        nal_unit,
    },
};

/// Why no pictures come.
#[derive(Debug, thiserror::Error)]
pub enum CameraWorkerError {
    #[error("the camera refused: {0:?}")]
    Refused(CameraRefusal),
    #[error(transparent)]
    Worker(#[from] VideoError),
}

/// One connection; dropping it ends the worker and with it the connection.
pub struct CameraWorker {
    hearing: Hearing,
    /// Kept open: the worker ends when it closes.
    _sending: Sending,
    parameters: Arc<CodecParameters>,
}

impl CameraWorker {
    /// Connects; returns once the camera has told its parameters.
    pub async fn start(call: &CameraCall, workplace: &Workplace, limit: Duration) -> Result<Self, CameraWorkerError> {
        let (mut sending, mut hearing) = process::start(workplace, "camera")?;
        sending.send(call).await?;
        let parameters = match hearing.next_within(limit).await? {
            CameraNews::Parameters(init) => parameters(&init)?,
            CameraNews::Refused(refusal) => return Err(CameraWorkerError::Refused(refusal)),
            CameraNews::AccessUnit { .. } => return Err(VideoError::WorkerDied.into()),
        };
        Ok(Self { hearing, _sending: sending, parameters })
    }

    /// The next picture; `None` when the camera has ended the connection. Cancelling loses nothing.
    pub async fn next(&mut self) -> Option<Result<AccessUnit, CameraWorkerError>> {
        loop {
            match self.hearing.next().await? {
                Ok(CameraNews::Parameters(init)) => match parameters(&init) {
                    Ok(parameters) => self.parameters = parameters,
                    Err(error) => return Some(Err(error.into())),
                },
                Ok(CameraNews::Refused(refusal)) => return Some(Err(CameraWorkerError::Refused(refusal))),
                Ok(CameraNews::AccessUnit { rtp_ticks, data }) => {
                    let dependence = nal_unit::dependence_of(self.parameters.codec, &data);
                    let parameters = Arc::clone(&self.parameters);
                    return Some(Ok(AccessUnit { data, rtp_ticks, received: clock::now(), dependence, lost_packets: 0, parameters }));
                }
                Err(error) => return Some(Err(error.into())),
            }
        }
    }
}

fn parameters(init: &[u8]) -> Result<Arc<CodecParameters>, VideoError> {
    parse_init_segment(init).map(Arc::new).map_err(|_| VideoError::Undecodable)
}
