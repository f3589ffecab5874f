//! Exports: ordered with a case and a purpose, then streamed as a bundle.

use std::sync::Arc;

use axum::{
    Json,
    extract::{Path, Query, State as AxumState},
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::{known_cameras, range, session::PurposeAsked};
use crate::{
    adapters::index::export::ExportRow,
    domain::{camera::CameraId, instant::UtcInstant},
    http::{
        State,
        answer::{ProblemBody, Refusal, blocking},
        caller::{Export, Permit},
        streamed,
    },
    jobs::disclose::{self, CopyAsked, ExportAsked, WorkingCopies},
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
pub async fn list(AxumState(doors): AxumState<State>, permit: Permit<Export>) -> Result<Json<Vec<ExportAnswer>>, Refusal> {
    let house = Arc::clone(&doors.house);
    let rows = blocking(move || disclose::list(&house)).await?;
    let seen = rows.into_iter().filter(|row| permit.caller.sees_all(&doors, &row.cameras));
    Ok(Json(seen.map(Into::into).collect()))
}

/// Orders an export. It is logged before it can be fetched.
#[utoipa::path(post, path = "/api/v1/exports", request_body = ExportOrder,
    responses((status = 201, body = ExportAnswer), (status = 400, body = ProblemBody), (status = 404, body = ProblemBody)))]
pub async fn create(
    AxumState(doors): AxumState<State>,
    permit: Permit<Export>,
    Json(order): Json<ExportOrder>,
) -> Result<(StatusCode, Json<ExportAnswer>), Refusal> {
    let cameras = known_cameras(&doors, &permit.caller, &order.cameras).await?;
    let asked =
        ExportAsked { case_reference: order.case, cameras, range: range(&order.from, &order.to)?, purpose: order.purpose.checked()? };
    let house = Arc::clone(&doors.house);
    let caller = permit.caller;
    let row = blocking(move || disclose::order(&house, caller.actor(), caller.name(), asked)).await?;
    Ok((StatusCode::CREATED, Json(row.into())))
}

#[derive(Deserialize, IntoParams)]
pub struct CopyQuery {
    /// First exhibit reference in the force's style, as JS/1; the rest are counted on from it.
    exhibit: Option<String>,
    /// all makes a working copy of every clip; without it, only of those in H.265.
    working: Option<String>,
}

/// The bundle as a zip, made while it is sent. Each fetch is logged.
#[utoipa::path(get, path = "/api/v1/exports/{export}/bundle.zip", params(("export" = String, Path), CopyQuery),
    responses((status = 200, description = "Zip archive, stored", content_type = "application/zip"), (status = 404, body = ProblemBody)))]
pub async fn bundle(
    AxumState(doors): AxumState<State>,
    permit: Permit<Export>,
    Path(export): Path<Uuid>,
    Query(copy): Query<CopyQuery>,
) -> Result<Response, Refusal> {
    let working = if copy.working.as_deref() == Some("all") { WorkingCopies::OfAll } else { WorkingCopies::WhereNeeded };
    let copy = CopyAsked { working, workers: Some(doors.media.clone()), ..CopyAsked::checked(copy.exhibit.as_deref())? };
    let house = Arc::clone(&doors.house);
    let caller = permit.caller;
    let order = Arc::clone(&house);
    let row = blocking(move || disclose::find(&order, export)).await?;
    if !caller.sees_all(&doors, &row.cameras) {
        return Err(disclose::unknown().into());
    }
    let site = disclose::SiteFacts {
        name: doors.site.name.clone(),
        controller: doors.site.controller.clone(),
        time_zone: doors.site.time_zone.clone(),
    };
    let places = doors.cameras.iter().map(|camera| (camera.id.clone(), camera.name.clone(), camera.place.clone())).collect();
    let prepared = blocking(move || disclose::prepare(house, caller.actor(), export, copy, site, places)).await?;
    let name = prepared.file_name();
    let body = streamed::body(move |to| prepared.write(to));
    let headers =
        [(header::CONTENT_TYPE, "application/zip".to_owned()), (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\""))];
    Ok((headers, body).into_response())
}
