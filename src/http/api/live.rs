//! Live pictures over a WebSocket: the group of pictures in hand at once, then picture by picture.
//!
//! A viewer that can't keep up is started again at the next key frame rather than shown old
//! pictures. Where the browser can't play the camera's codec, a worker converts on the fly.

use std::{sync::Arc, time::Duration};

use axum::{
    extract::{
        Query, State as AxumState, WebSocketUpgrade,
        ws::{Message, WebSocket},
    },
    response::Response,
};
use serde::Deserialize;
use tokio::sync::{broadcast::error::RecvError, mpsc};
use utoipa::IntoParams;

use crate::{
    adapters::video::VideoError,
    domain::{actor::PurposeKind, camera::CameraId, recording::fragment::Piece},
    http::{
        State,
        answer::{ProblemBody, Refusal, blocking},
        caller::{Caller, KnownCamera, OpenViewing},
    },
    jobs::{
        record::{live::LiveTap, status::CameraStatus},
        restriction::{self, restricted},
        viewing::{Look, log_look},
    },
    problem::{Kind, Problem},
};

#[derive(Deserialize, IntoParams)]
pub struct LiveAsked {
    #[allow(dead_code, reason = "read by the extractor; described here")]
    view: Option<String>,
    /// `native` or `h264` (converted on the fly).
    codec: Option<String>,
}

/// Live pictures: text messages say what comes (`init` with its MIME type, `state`), binary ones are
/// init and fragments.
#[utoipa::path(get, path = "/api/v1/cameras/{id}/live", params(("id" = String, Path), LiveAsked),
    responses((status = 101, description = "WebSocket"), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody)))]
pub async fn live(
    AxumState(doors): AxumState<State>,
    viewing: OpenViewing,
    KnownCamera(camera): KnownCamera,
    Query(asked): Query<LiveAsked>,
    upgrade: WebSocketUpgrade,
) -> Result<Response, Refusal> {
    let (house, state, id, caller) = (Arc::clone(&doors.house), Arc::clone(&doors), camera.id.clone(), viewing.caller.clone());
    blocking(move || log_look(&house, &state.seen_stills, viewing.caller.actor(), viewing.id, viewing.purpose, &id, Look::Live)).await?;
    let tap = doors.house.live.subscribe(&camera.id).ok_or_else(crate::http::caller::camera_unknown)?;
    let mut pieces = follow(Arc::clone(&doors), camera.id.clone(), tap);
    pieces = while_unrestricted(Arc::clone(&doors), camera.id.clone(), viewing.purpose, pieces).await?;
    if asked.codec.as_deref() == Some("h264") {
        pieces = converted(&doors, pieces)?;
    }
    Ok(upgrade.on_upgrade(move |socket| show(socket, doors, caller, camera.id, pieces)))
}

/// Pieces waiting for one viewer, at most; a viewer further behind is started again.
const WAITING: usize = 64;

/// Copies the camera's pieces for one viewer, starting again at a key frame when it fell behind.
fn follow(doors: State, camera: CameraId, mut tap: LiveTap) -> mpsc::Receiver<Piece> {
    let (sender, receiver) = mpsc::channel(WAITING);
    tokio::spawn(async move {
        loop {
            if let Some((init, mime)) = tap.init.take()
                && sender.send(Piece::Init { init, mime }).await.is_err()
            {
                return;
            }
            if let Some(catch_up) = tap.catch_up.take()
                && sender.send(Piece::Fragment(catch_up)).await.is_err()
            {
                return;
            }
            loop {
                let received = tokio::select! {
                    received = tap.pieces.recv() => received,
                    () = sender.closed() => return,
                };
                match received {
                    Ok(piece) => {
                        if sender.send(piece).await.is_err() {
                            return;
                        }
                    }
                    Err(RecvError::Lagged(_)) => break,
                    Err(RecvError::Closed) => return,
                }
            }
            match doors.house.live.subscribe(&camera) {
                Some(again) => tap = again,
                None => return,
            }
        }
    });
    receiver
}

/// The same pieces for as long as the picture may be shown for `purpose`: looked at before the first
/// and every second after, so that a restriction ends what is already running.
async fn while_unrestricted(
    doors: State,
    camera: CameraId,
    purpose: PurposeKind,
    mut pieces: mpsc::Receiver<Piece>,
) -> Result<mpsc::Receiver<Piece>, Problem> {
    if is_barred(&doors, &camera, purpose).await? {
        return Err(restricted());
    }
    let (sender, receiver) = mpsc::channel(WAITING);
    tokio::spawn(async move {
        let mut every_second = tokio::time::interval(Duration::from_secs(1));
        loop {
            let piece = tokio::select! {
                piece = pieces.recv() => piece,
                _ = every_second.tick() => match is_barred(&doors, &camera, purpose).await {
                    Ok(false) => continue,
                    // In doubt nothing more is shown.
                    Ok(true) | Err(_) => return,
                },
                () = sender.closed() => return,
            };
            let Some(piece) = piece else { return };
            if sender.send(piece).await.is_err() {
                return;
            }
        }
    });
    Ok(receiver)
}

async fn is_barred(doors: &State, camera: &CameraId, purpose: PurposeKind) -> Result<bool, Problem> {
    let (house, camera) = (Arc::clone(&doors.house), camera.clone());
    blocking(move || restriction::is_live_barred(&house, &camera, purpose)).await
}

async fn show(mut socket: WebSocket, doors: State, caller: Caller, camera: CameraId, mut pieces: mpsc::Receiver<Piece>) {
    let mut every_second = tokio::time::interval(Duration::from_secs(1));
    let mut told: Option<String> = None;
    loop {
        let message = tokio::select! {
            piece = pieces.recv() => match piece {
                None => break,
                Some(Piece::Fragment(bytes)) => Message::Binary(bytes),
                Some(Piece::Init { init, mime }) => {
                    let text = serde_json::json!({"type": "init", "mime": mime}).to_string();
                    if socket.send(Message::Text(text.into())).await.is_err() {
                        break;
                    }
                    Message::Binary(init)
                }
            },
            _ = every_second.tick() => {
                // Signed out or disabled in the meantime: nothing more is shown.
                if !caller.still_sees_footage(&doors).await {
                    break;
                }
                let state = doors.house.status.camera(&camera).map(|status| state_text(&status)).unwrap_or_default();
                if told.as_ref() == Some(&state) {
                    continue;
                }
                told = Some(state.clone());
                Message::Text(state.into())
            }
            received = socket.recv() => match received {
                // Clients have nothing to say; a close or an error ends it.
                Some(Ok(Message::Close(_)) | Err(_)) | None => break,
                Some(Ok(_)) => continue,
            },
        };
        if socket.send(message).await.is_err() {
            break;
        }
    }
}

fn state_text(status: &CameraStatus) -> String {
    serde_json::json!({"type": "state", "state": status.state, "error": status.error}).to_string()
}

/// The same pieces as H.264, by a worker.
pub fn converted(doors: &State, mut pieces: mpsc::Receiver<Piece>) -> Result<mpsc::Receiver<Piece>, Problem> {
    let (mut input, mut output) = doors.media.transcode().map_err(told)?;
    let (sender, receiver) = mpsc::channel(WAITING);
    tokio::spawn(async move {
        while let Some(piece) = pieces.recv().await {
            if let Err(error) = input.send(piece).await {
                tracing::warn!(%error, "converting stopped");
                break;
            }
        }
    });
    tokio::spawn(async move {
        loop {
            let piece = tokio::select! {
                piece = output.next() => piece,
                () = sender.closed() => return,
            };
            match piece {
                Some(Ok(piece)) => {
                    if sender.send(piece).await.is_err() {
                        return;
                    }
                }
                Some(Err(error)) => {
                    tracing::warn!(%error, "converting stopped");
                    return;
                }
                None => return,
            }
        }
    });
    Ok(receiver)
}

/// What a viewer is told when a worker fails.
pub fn told(error: VideoError) -> Problem {
    match error {
        VideoError::Busy => Problem::new(
            Kind::Unavailable,
            "converters_busy",
            "Too many pictures are being converted for browsers at once.",
            "Close another view, or use a browser that plays H.265.",
        ),
        _ => Problem::new(
            Kind::Fault,
            "picture_unreadable",
            "This picture could not be decoded.",
            "Try another moment; the recording itself is kept as the camera sent it.",
        ),
    }
    .because(error)
}
