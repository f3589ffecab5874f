//! Papers that show who asks, for whoever checks them. Each look is logged; they are destroyed once the
//! check is settled.

use std::sync::Arc;

use axum::{
    Json,
    extract::{Path, State as AxumState},
    http::header,
    response::{IntoResponse, Response},
};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::cases::KnownCase;
use crate::{
    adapters::{clock, index::identity_paper::PaperRow},
    domain::{identity::Permission, instant::UtcInstant},
    http::{
        State,
        answer::{ProblemBody, Refusal, blocking},
    },
    jobs::case::papers,
};

#[derive(Serialize, ToSchema)]
pub struct PaperAnswer {
    #[schema(value_type = String)]
    id: Uuid,
    /// jpeg, png or pdf, by its bytes.
    content: &'static str,
    bytes: u64,
    #[schema(value_type = String)]
    came: UtcInstant,
    /// Where it is looked at.
    paper: String,
}

impl From<PaperRow> for PaperAnswer {
    fn from(row: PaperRow) -> Self {
        let paper = format!("/api/v1/cases/{}/papers/{}", row.case, row.id);
        Self { id: row.id, content: row.content.name(), bytes: row.bytes, came: row.came, paper }
    }
}

/// Papers that came in for the check of who asks and are still here.
#[utoipa::path(get, path = "/api/v1/cases/{case}/papers", params(("case" = String, Path)),
    responses((status = 200, body = [PaperAnswer]), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody)))]
pub async fn list(AxumState(doors): AxumState<State>, KnownCase { caller, case }: KnownCase) -> Result<Json<Vec<PaperAnswer>>, Refusal> {
    caller.require(Permission::DecideCase)?;
    let house = Arc::clone(&doors.house);
    let rows = blocking(move || papers::list(&house, case.reference)).await?;
    Ok(Json(rows.into_iter().map(Into::into).collect()))
}

/// One paper. That it was looked at is logged before its first byte.
#[utoipa::path(get, path = "/api/v1/cases/{case}/papers/{paper}", params(("case" = String, Path), ("paper" = String, Path)),
    responses((status = 200, description = "The paper as it was sent", content_type = "application/octet-stream"),
        (status = 403, body = ProblemBody), (status = 404, body = ProblemBody)))]
pub async fn show(
    AxumState(doors): AxumState<State>,
    KnownCase { caller, case }: KnownCase,
    Path((_case, paper)): Path<(String, Uuid)>,
) -> Result<Response, Refusal> {
    caller.require(Permission::DecideCase)?;
    let house = Arc::clone(&doors.house);
    let (row, plain) = blocking(move || papers::show(&house, caller.actor(), case.reference, paper, clock::now())).await?;
    let name = ["attachment; filename=\"paper.", row.content.name(), "\""].concat();
    let headers = [
        (header::CONTENT_TYPE, row.content.media_type().to_owned()),
        (header::CONTENT_DISPOSITION, name),
        // A stranger's file: whatever it holds, it acts on nothing here.
        (header::CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox; frame-ancestors 'none'".to_owned()),
    ];
    Ok((headers, plain.to_vec()).into_response())
}
