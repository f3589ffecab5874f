//! Asking the box: the daemon over its socket, or the same router over a store opened here.

use std::path::{Path, PathBuf};

use axum::{Extension, Router, body::Body};
use http_body_util::BodyExt;
use hyper::{Method, Request, Response, client::conn::http1};
use hyper_util::rt::TokioIo;
use serde::de::DeserializeOwned;
use tokio::net::UnixStream;
use tower::ServiceExt;

use crate::{
    adapters::{secret::HashCost, vault::SOCKET_FILE},
    daemon,
    http::{self, caller::LocalPeer},
    problem::{Kind, Problem},
    settings::Settings,
};

/// A way to the box.
pub struct Client {
    way: Way,
    runtime: tokio::runtime::Runtime,
}

enum Way {
    Socket(PathBuf),
    Here(Router),
}

impl Client {
    /// The daemon if one runs, else the store itself.
    pub fn new(config: &Path) -> Result<Self, Problem> {
        let settings = super::settings(config)?;
        Self::of(&settings)
    }

    pub fn of(settings: &Settings) -> Result<Self, Problem> {
        let runtime = daemon::runtime()?;
        let socket = settings.store.data.join(SOCKET_FILE);
        if runtime.block_on(UnixStream::connect(&socket)).is_ok() {
            return Ok(Self { way: Way::Socket(socket), runtime });
        }
        let house = daemon::open_house(settings)?;
        let doors = daemon::doors(settings, std::sync::Arc::new(house), HashCost::Full)?;
        let router = http::router(doors).layer(Extension(LocalPeer { uid: rustix::process::getuid().as_raw() }));
        Ok(Self { way: Way::Here(router), runtime })
    }

    /// A GET whose answer is JSON.
    pub fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T, Problem> {
        self.json(Method::GET, path, None)
    }

    /// A GET whose answer is text.
    pub fn get_text(&self, path: &str) -> Result<String, Problem> {
        let bytes = self.runtime.block_on(async { collect(self.send(Method::GET, path, None).await?).await })?;
        String::from_utf8(bytes.into()).map_err(unexpected)
    }

    /// A POST with a JSON body; None where the answer is empty.
    pub fn post<T: DeserializeOwned>(&self, path: &str, body: &serde_json::Value) -> Result<T, Problem> {
        self.json(Method::POST, path, Some(body))
    }

    /// Copies the answer's body into `to` as it comes.
    pub fn download(&self, path: &str, to: &mut impl std::io::Write) -> Result<(), Problem> {
        self.runtime.block_on(async {
            let mut body = self.send(Method::GET, path, None).await?.into_body();
            while let Some(frame) = body.frame().await {
                let frame = frame.map_err(broken)?;
                if let Some(data) = frame.data_ref() {
                    to.write_all(data).map_err(not_written)?;
                }
            }
            Ok(())
        })
    }

    fn json<T: DeserializeOwned>(&self, method: Method, path: &str, body: Option<&serde_json::Value>) -> Result<T, Problem> {
        let bytes = self.runtime.block_on(async { collect(self.send(method, path, body).await?).await })?;
        let bytes = if bytes.is_empty() { b"null".as_slice().into() } else { bytes };
        serde_json::from_slice(&bytes).map_err(unexpected)
    }

    async fn send(&self, method: Method, path: &str, body: Option<&serde_json::Value>) -> Result<Response<Body>, Problem> {
        let mut request = Request::builder().method(method).uri(path).header("host", "localhost");
        let body = match body {
            Some(json) => {
                request = request.header("content-type", "application/json");
                Body::from(json.to_string())
            }
            None => Body::empty(),
        };
        let request = request.body(body).map_err(unexpected)?;
        let response = match &self.way {
            Way::Here(router) => match router.clone().oneshot(request).await {
                Ok(response) => response,
                Err(never) => match never {},
            },
            Way::Socket(socket) => {
                let stream = UnixStream::connect(socket).await.map_err(broken)?;
                let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.map_err(broken)?;
                tokio::spawn(connection);
                sender.send_request(request).await.map_err(broken)?.map(Body::new)
            }
        };
        if response.status().is_success() { Ok(response) } else { Err(refusal(response).await) }
    }
}

async fn collect(response: Response<Body>) -> Result<bytes::Bytes, Problem> {
    Ok(response.into_body().collect().await.map_err(broken)?.to_bytes())
}

/// The box's own words, back as a problem.
async fn refusal(response: Response<Body>) -> Problem {
    #[derive(serde::Deserialize)]
    struct Told {
        title: String,
        detail: String,
    }
    let kind = match response.status().as_u16() {
        401 => Kind::Unauthenticated,
        403 => Kind::Forbidden,
        404 => Kind::NotFound,
        409 => Kind::Conflict,
        422 => Kind::Finding,
        429 => Kind::TooMany,
        503 => Kind::Unavailable,
        400..=499 => Kind::BadInput,
        _ => Kind::Fault,
    };
    let told = match collect(response).await {
        Ok(bytes) => serde_json::from_slice::<Told>(&bytes).ok(),
        Err(_) => None,
    };
    let told = told.unwrap_or_else(|| Told { title: "The box refused without a reason.".into(), detail: "Its log says more.".into() });
    Problem::new(kind, "refused", told.title, told.detail)
}

/// What was to be kept of an answer could not be.
pub fn not_written(error: std::io::Error) -> Problem {
    let full = matches!(error.raw_os_error(), Some(libc::ENOSPC | libc::EDQUOT));
    let (code, sentence) = if full {
        ("target_full", "The disk the bundle was to be written to is full.")
    } else {
        ("target", "The bundle could not be written.")
    };
    let next = "Nothing that could be taken for a bundle was left behind. Make room, or name another folder.";
    Problem::new(Kind::Fault, code, sentence, next).because(error)
}

fn broken(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Problem {
    Problem::new(
        Kind::Fault,
        "daemon_lost",
        "The running Holdfast stopped answering.",
        "See whether it still runs: systemctl status holdfast.",
    )
    .because(error)
}

fn unexpected(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Problem {
    Problem::new(
        Kind::Fault,
        "answer",
        "The box answered in a form this program doesn't know.",
        "Use the same version of Holdfast for both.",
    )
    .because(error)
}
