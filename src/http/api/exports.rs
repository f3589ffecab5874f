//! Exports: ordered with a case and a purpose, then streamed as a bundle.

use std::sync::Arc;

use axum::{
    Json,
    body::{Body, Bytes},
    extract::{Path, State as AxumState},
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::{Deserialize, Serialize};
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{known_cameras, range, session::PurposeAsked};
use crate::{
    adapters::index::export::ExportRow,
    domain::{camera::CameraId, instant::UtcInstant},
    http::{
        State,
        answer::{ProblemBody, Refusal, blocking},
        caller::{Export, Permit},
    },
    jobs::disclose::{self, ExportAsked},
    problem::Problem,
};

#[derive(Deserialize, ToSchema)]
pub struct ExportOrder {
    /// The case it is for, in the provider's own numbering.
    case: String,
    cameras: Vec<String>,
    from: String,
    to: String,
    purpose: PurposeAsked,
}

#[derive(Serialize, ToSchema)]
pub struct ExportAnswer {
    id: String,
    case: String,
    #[schema(value_type = Vec<String>)]
    cameras: Vec<CameraId>,
    #[schema(value_type = String)]
    from: UtcInstant,
    #[schema(value_type = String)]
    to: UtcInstant,
    estimate_bytes: u64,
    /// Where the bundle is fetched.
    bundle: String,
    #[schema(value_type = String)]
    created: UtcInstant,
    by: String,
}

impl From<ExportRow> for ExportAnswer {
    fn from(row: ExportRow) -> Self {
        Self {
            bundle: format!("/api/v1/exports/{}/bundle.zip", row.id),
            id: row.id.to_string(),
            case: row.case_reference,
            cameras: row.cameras,
            from: row.asked.from(),
            to: row.asked.to(),
            estimate_bytes: row.estimate_bytes,
            created: row.created,
            by: row.by_whom,
        }
    }
}

/// Exports ordered so far, newest first.
#[utoipa::path(get, path = "/api/v1/exports", responses((status = 200, body = [ExportAnswer]), (status = 403, body = ProblemBody)))]
pub async fn list(AxumState(doors): AxumState<State>, _permit: Permit<Export>) -> Result<Json<Vec<ExportAnswer>>, Refusal> {
    let house = Arc::clone(&doors.house);
    let rows = blocking(move || disclose::list(&house)).await?;
    Ok(Json(rows.into_iter().map(Into::into).collect()))
}

/// Orders an export. It is logged before it can be fetched.
#[utoipa::path(post, path = "/api/v1/exports", request_body = ExportOrder,
    responses((status = 201, body = ExportAnswer), (status = 400, body = ProblemBody), (status = 404, body = ProblemBody)))]
pub async fn create(
    AxumState(doors): AxumState<State>,
    permit: Permit<Export>,
    Json(order): Json<ExportOrder>,
) -> Result<(StatusCode, Json<ExportAnswer>), Refusal> {
    let cameras = known_cameras(&doors, &order.cameras).await?;
    let asked =
        ExportAsked { case_reference: order.case, cameras, range: range(&order.from, &order.to)?, purpose: order.purpose.checked()? };
    let house = Arc::clone(&doors.house);
    let caller = permit.caller;
    let row = blocking(move || disclose::order(&house, caller.actor(), caller.name(), asked)).await?;
    Ok((StatusCode::CREATED, Json(row.into())))
}

/// Blocks of the zip waiting to be sent, at most.
const WAITING: usize = 8;

/// The bundle as a zip, made while it is sent. Each fetch is logged.
#[utoipa::path(get, path = "/api/v1/exports/{export}/bundle.zip", params(("export" = String, Path)),
    responses((status = 200, description = "Zip archive, stored", content_type = "application/zip"), (status = 404, body = ProblemBody)))]
pub async fn bundle(AxumState(doors): AxumState<State>, permit: Permit<Export>, Path(export): Path<Uuid>) -> Result<Response, Refusal> {
    let house = Arc::clone(&doors.house);
    let caller = permit.caller;
    let site = disclose::SiteFacts {
        name: doors.site.name.clone(),
        controller: doors.site.controller.clone(),
        time_zone: doors.site.time_zone.clone(),
    };
    let places = doors.cameras.iter().map(|camera| (camera.id.clone(), camera.name.clone(), camera.place.clone())).collect();
    let prepared = blocking(move || disclose::prepare(house, caller.actor(), export, site, places)).await?;
    let name = prepared.file_name();
    let (sender, receiver) = mpsc::channel::<Result<Bytes, std::io::Error>>(WAITING);
    tokio::task::spawn_blocking(move || {
        if let Err(problem) = prepared.write(ChannelWriter { sender: sender.clone(), block: Vec::new() }) {
            log(&problem);
            // The browser sees a broken download, not a whole one.
            let _ = sender.blocking_send(Err(std::io::Error::other("the bundle could not be finished")));
        }
    });
    let headers =
        [(header::CONTENT_TYPE, "application/zip".to_owned()), (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\""))];
    Ok((headers, Body::from_stream(ReceiverStream::new(receiver))).into_response())
}

fn log(problem: &Problem) {
    tracing::error!(?problem, "an export was not finished");
}

/// Hands written blocks to the response; a download that was given up is a write error.
struct ChannelWriter {
    sender: mpsc::Sender<Result<Bytes, std::io::Error>>,
    block: Vec<u8>,
}

const BLOCK_BYTES: usize = 256 << 10;

impl ChannelWriter {
    fn send(&mut self) -> std::io::Result<()> {
        if self.block.is_empty() {
            return Ok(());
        }
        let block = std::mem::replace(&mut self.block, Vec::with_capacity(BLOCK_BYTES));
        self.sender.blocking_send(Ok(block.into())).map_err(|_| std::io::ErrorKind::BrokenPipe.into())
    }
}

impl std::io::Write for ChannelWriter {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.block.extend_from_slice(bytes);
        if self.block.len() >= BLOCK_BYTES {
            self.send()?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.send()
    }
}
