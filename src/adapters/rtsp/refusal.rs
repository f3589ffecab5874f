//! Why a camera could not be connected to, or was lost: one sentence each, fit for the operator.
//!
//! Sentences name host and port at most; what the library reports goes to the log through
//! `source()`. The library's error is opaque but for its status code, so its sort is read from how
//! its text begins; the integration tests hold each case. Next: `domain::camera::connection` takes
//! the [`Event`], `status` shows the sentence.

use std::time::Duration;

use crate::{
    adapters::video::{
        VideoError,
        camera::{CameraRefusal, CameraWorkerError},
    },
    domain::camera::connection::{Event, Refusal},
};

/// Why no connection came about.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    #[error("nothing answers at {host}; check that the camera has power and network, and that the address is right")]
    Unreachable {
        host: String,
        #[source]
        cause: Option<retina::Error>,
    },
    #[error("{host} did not answer in time; check that the camera has power and network, and that the address is right")]
    TimedOut { host: String },
    #[error("{host} refuses the user name or password; set the right ones in the camera's settings")]
    WrongPassword { host: String },
    #[error("{host} knows no stream at this path; compare the path with the camera's manual")]
    StreamUnknown { host: String },
    #[error("{host} does not send its packets the way it is asked to; set the camera's transport to the other of tcp and udp")]
    TransportRefused { host: String },
    #[error("the camera sends {found}, which cannot be recorded untouched; set the camera to H.264 or H.265")]
    UnsupportedCodec { found: String },
    #[error("{host} shows a certificate that this machine does not trust; add its issuer to the machine's trusted certificates")]
    Untrusted { host: String },
    #[error("the program that talks to {host} could not be used; the log has the cause")]
    Worker {
        host: String,
        #[source]
        cause: VideoError,
    },
    #[error("addresses beginning with {scheme}:// cannot be used; write one beginning with rtsp:// or rtsps://")]
    UnsupportedAddress { scheme: String },
    #[error("what answers at {host} does not speak RTSP; check the port (cameras mostly use 554)")]
    NotRtsp {
        host: String,
        #[source]
        cause: retina::Error,
    },
    #[error("{host} closes the connection while the stream is being set up; if that goes on, restart the camera")]
    BrokeOff {
        host: String,
        #[source]
        cause: retina::Error,
    },
    #[error("{host} does not set up the stream; look for another recorder using it, then restart the camera")]
    Protocol {
        host: String,
        #[source]
        cause: Option<retina::Error>,
    },
}

impl ConnectError {
    pub(super) fn classify(cause: retina::Error, host: String) -> Self {
        match cause.status_code() {
            Some(401 | 403) => return Self::WrongPassword { host },
            Some(404) => return Self::StreamUnknown { host },
            // RFC 2326 section 11.3.14: Unsupported Transport.
            Some(461) => return Self::TransportRefused { host },
            Some(_) => return Self::Protocol { host, cause: Some(cause) },
            None => {}
        }
        let text = cause.to_string();
        if text.starts_with("Unable to connect") {
            Self::Unreachable { host, cause: Some(cause) }
        } else if text.starts_with("RTSP framing error") {
            Self::NotRtsp { host, cause }
        } else if text.starts_with("Error reading") || text.starts_with("Error writing") {
            Self::BrokeOff { host, cause }
        } else {
            Self::Protocol { host, cause: Some(cause) }
        }
    }

    /// From what a camera told the worker.
    pub(super) fn of_worker(error: CameraWorkerError, host: String) -> Self {
        match error {
            CameraWorkerError::Refused(refusal) => match refusal {
                CameraRefusal::Unreachable => Self::Unreachable { host, cause: None },
                CameraRefusal::WrongPassword => Self::WrongPassword { host },
                CameraRefusal::StreamUnknown => Self::StreamUnknown { host },
                CameraRefusal::Untrusted => Self::Untrusted { host },
                CameraRefusal::UnsupportedCodec => Self::UnsupportedCodec { found: "no video in a known form".to_owned() },
                CameraRefusal::Protocol => Self::Protocol { host, cause: None },
            },
            CameraWorkerError::Worker(VideoError::TimedOut) => Self::TimedOut { host },
            CameraWorkerError::Worker(cause) => Self::Worker { host, cause },
        }
    }

    /// What it means for the connection's state.
    pub const fn event(&self) -> Event {
        match self {
            Self::Unreachable { .. } | Self::TimedOut { .. } | Self::BrokeOff { .. } | Self::Worker { .. } => Event::Lost,
            Self::WrongPassword { .. } => Event::Refused(Refusal::WrongPassword),
            Self::StreamUnknown { .. } => Event::Refused(Refusal::StreamUnknown),
            Self::UnsupportedCodec { .. } => Event::Refused(Refusal::UnsupportedCodec),
            Self::UnsupportedAddress { .. }
            | Self::Untrusted { .. }
            | Self::TransportRefused { .. }
            | Self::NotRtsp { .. }
            | Self::Protocol { .. } => Event::Refused(Refusal::Protocol),
        }
    }
}

/// Why a running connection ended.
#[derive(Debug, thiserror::Error)]
pub enum SourceLost {
    #[error("the camera closed the connection")]
    Closed,
    #[error("nothing came from the camera for {} s", limit.as_secs())]
    Silent { limit: Duration },
    #[error("the connection to the camera broke")]
    Broken(#[source] retina::Error),
    #[error("the connection to the camera broke")]
    Worker(#[source] CameraWorkerError),
    #[error("the camera sends parameters no recording can be made from")]
    BadParameters(#[source] retina::Error),
}

impl SourceLost {
    /// What it means for the connection's state.
    pub const fn event(&self) -> Event {
        match self {
            Self::Silent { .. } => Event::Silent,
            Self::Closed | Self::Broken(_) | Self::Worker(_) | Self::BadParameters(_) => Event::Lost,
        }
    }
}
