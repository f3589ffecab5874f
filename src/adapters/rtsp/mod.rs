//! RTSP cameras: from an address and credentials to a stream of domain access units.
//!
//! A [`CameraSource`] is one connection, once: it never reconnects and never waits for a silent
//! camera beyond what its caller allows; `jobs::record` supervises. Refuses what cannot be recorded
//! untouched (codecs other than H.264 and H.265) with a sentence for the operator. Audio streams
//! are left alone. No address detail beyond host and port, and no credential, gets into an error.
//! Next: `retina_session` speaks the protocol; access units go to `domain::recording`.

mod refusal;
mod retina_session;

use std::{fmt, time::Duration};

use secrecy::{ExposeSecret, SecretString};
use url::Url;

pub use self::refusal::{ConnectError, SourceLost};
use self::retina_session::RetinaSession;
use crate::{
    adapters::video::{
        Workplace,
        camera::{CameraCall, CameraWorker, OverUdp},
    },
    domain::{
        camera::{Transport, connection::CONNECT_LIMIT},
        recording::access_unit::AccessUnit,
    },
};

/// How retina's session names what a worker must decode.
const MJPEG: &str = "MJPEG";

/// User names and passwords are handed over apart from the address.
fn without_credentials(url: &Url) -> Url {
    let mut url = url.clone();
    // Neither fails on an address with a host, and none without one is ever connected to.
    let _ = url.set_username("");
    let _ = url.set_password(None);
    url
}

/// How to reach one camera.
#[derive(Clone)]
pub struct CameraAccess {
    /// `rtsp://host[:port]/path`. A user name or password inside it is ignored: they come below.
    pub url: Url,
    pub username: Option<String>,
    pub password: Option<SecretString>,
    pub transport: Transport,
}

impl CameraAccess {
    /// Host and port, the only part of the address fit for messages: paths and queries of some
    /// cameras carry credentials.
    pub fn host_and_port(&self) -> String {
        format!("{}:{}", self.url.host_str().unwrap_or("?"), self.url.port().unwrap_or(554))
    }
}

impl fmt::Debug for CameraAccess {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CameraAccess").field("host", &self.host_and_port()).field("transport", &self.transport).finish_non_exhaustive()
    }
}

/// What a camera sends.
#[derive(Clone, Debug)]
pub enum SourceEvent {
    AccessUnit(AccessUnit),
    /// From an RTCP sender report (RFC 3550 section 6.4.1): the camera's clock minus ours when the
    /// report arrived, nanoseconds. The way through the network is in it (a few milliseconds).
    CameraClock {
        offset_nanos: i64,
    },
}

/// One live connection to a camera. Dropping it closes the connection.
pub struct CameraSource {
    session: Session,
}

enum Session {
    Retina(Box<RetinaSession>),
    Worker(Box<CameraWorker>),
}

impl CameraSource {
    /// Connects by whatever speaks to this camera: the recorder itself, or a worker for what it
    /// can't (`rtsps://`, MJPEG). Takes at most twice [`CONNECT_LIMIT`].
    pub async fn connect_by_any(access: &CameraAccess, workplace: &Workplace) -> Result<Self, ConnectError> {
        match Self::connect(access).await {
            Err(ConnectError::UnsupportedAddress { scheme }) if scheme == "rtsps" => {}
            Err(ConnectError::UnsupportedCodec { found }) if found == MJPEG => {}
            outcome => return outcome,
        }
        let call = CameraCall {
            url: without_credentials(&access.url),
            username: access.username.clone(),
            password: access.password.as_ref().map(|password| password.expose_secret().to_owned()),
            over_udp: if access.transport == Transport::Udp { OverUdp::Yes } else { OverUdp::No },
        };
        let started = CameraWorker::start(&call, workplace, CONNECT_LIMIT).await;
        let worker = started.map_err(|error| ConnectError::of_worker(error, access.host_and_port()))?;
        Ok(Self { session: Session::Worker(Box::new(worker)) })
    }

    /// Connects, signs in where asked (digest or basic, RFC 2617), and starts the first H.264 or
    /// H.265 stream. Takes at most [`CONNECT_LIMIT`].
    pub async fn connect(access: &CameraAccess) -> Result<Self, ConnectError> {
        if access.url.scheme() != "rtsp" {
            return Err(ConnectError::UnsupportedAddress { scheme: access.url.scheme().to_owned() });
        }
        let session = tokio::time::timeout(CONNECT_LIMIT, RetinaSession::start(access))
            .await
            .map_err(|_| ConnectError::TimedOut { host: access.host_and_port() })??;
        Ok(Self { session: Session::Retina(Box::new(session)) })
    }

    /// The next thing the camera sends; waits for ever on a silent camera. Cancelling it loses
    /// nothing.
    pub async fn next(&mut self) -> Result<SourceEvent, SourceLost> {
        match &mut self.session {
            Session::Retina(session) => session.next().await,
            Session::Worker(worker) => match worker.next().await {
                Some(unit) => unit.map(SourceEvent::AccessUnit).map_err(SourceLost::Worker),
                None => Err(SourceLost::Closed),
            },
        }
    }

    /// As [`next`](Self::next), but [`SourceLost::Silent`] after `limit` without anything.
    pub async fn next_within(&mut self, limit: Duration) -> Result<SourceEvent, SourceLost> {
        tokio::time::timeout(limit, self.next()).await.unwrap_or(Err(SourceLost::Silent { limit }))
    }
}
