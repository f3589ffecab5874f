//! A witness that is asked over HTTP/1.1, in plain: what is sent is no secret and what comes back is
//! signed. Whatever keeps an answer from coming within ten seconds is one failure: it is away.

use std::{io, time::Duration};

use http_body_util::{BodyExt, Full, Limited};
use hyper::{Request, body::Bytes, client::conn::http1, header};
use hyper_util::rt::TokioIo;
use tokio::{net::TcpStream, time::timeout};
use url::Url;

use crate::domain::audit::cosignature::WitnessKey;

/// From the first packet to the last byte of the answer.
const ANSWERS_WITHIN: Duration = Duration::from_secs(10);
/// Room for some hundred cosignatures.
const ANSWER_MAX_BYTES: usize = 16 << 10;
const HTTP_PORT: u16 = 80;

/// A witness and the key that its word is known by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RemoteWitness {
    /// The submission prefix, `http://…`.
    pub url: Url,
    pub key: WitnessKey,
}

/// What it said, not yet understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    pub status: u16,
    pub body: String,
}

/// No answer.
#[derive(Debug, thiserror::Error)]
pub enum Away {
    #[error("it can't be reached: {0}")]
    Unreachable(#[from] io::Error),
    #[error("it broke off: {0}")]
    Broken(Box<dyn std::error::Error + Send + Sync>),
    #[error("it didn't answer within ten seconds")]
    Silent,
}

impl RemoteWitness {
    /// POSTs a submission to `add-checkpoint`.
    pub async fn add_checkpoint(&self, submission: String) -> Result<Answer, Away> {
        timeout(ANSWERS_WITHIN, self.ask(submission)).await.unwrap_or(Err(Away::Silent))
    }

    async fn ask(&self, submission: String) -> Result<Answer, Away> {
        let host = self.url.host_str().unwrap_or_default();
        let port = self.url.port().unwrap_or(HTTP_PORT);
        let stream = TcpStream::connect((host.trim_matches(['[', ']']), port)).await?;
        let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.map_err(broken)?;
        // Ends with the sender, and what goes wrong on it the sender is told.
        tokio::spawn(connection);
        let request = Request::post(format!("{}/add-checkpoint", self.url.path().trim_end_matches('/')))
            .header(header::HOST, format!("{host}:{port}"))
            .header(header::CONTENT_TYPE, "text/plain; charset=utf-8")
            .body(Full::new(Bytes::from(submission)))
            .map_err(broken)?;
        let response = sender.send_request(request).await.map_err(broken)?;
        let status = response.status().as_u16();
        let body = Limited::new(response.into_body(), ANSWER_MAX_BYTES).collect().await.map_err(Away::Broken)?.to_bytes();
        Ok(Answer { status, body: String::from_utf8_lossy(&body).into_owned() })
    }
}

fn broken(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Away {
    Away::Broken(error.into())
}
