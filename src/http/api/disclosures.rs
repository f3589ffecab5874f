//! The disclosure register, as JSON, as CSV and on paper. Each reading is logged.

use std::sync::Arc;

use axum::{
    Json,
    extract::State as AxumState,
    http::header,
    response::{IntoResponse, Response},
};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::holds::PersonAnswer;
use crate::{
    adapters::{clock, index::disclosure::DisclosureRow},
    domain::{instant::UtcInstant, request::case::CaseReference},
    http::{
        State,
        answer::{ProblemBody, Refusal, blocking},
        caller::{Permit, SeeCases},
    },
    jobs::{case::register, staff::People},
};

#[derive(Serialize, ToSchema)]
pub struct DisclosureAnswer {
    #[schema(value_type = String)]
    case: CaseReference,
    #[schema(value_type = String)]
    released: UtcInstant,
    recipient: String,
    organisation: String,
    ground: String,
    basis: String,
    /// original, redacted or only_requester.
    content: String,
    #[schema(value_type = Vec<String>)]
    exports: Vec<Uuid>,
    decided_by: PersonAnswer,
    checked_by: PersonAnswer,
    approved_by: PersonAnswer,
    released_by: PersonAnswer,
}

impl DisclosureAnswer {
    fn of(row: DisclosureRow, people: &People) -> Self {
        Self {
            decided_by: PersonAnswer::of(&row.decided_by, people),
            checked_by: PersonAnswer::of(&row.checked_by, people),
            approved_by: PersonAnswer::of(&row.approved_by, people),
            released_by: PersonAnswer::of(&row.released_by, people),
            case: row.case,
            released: row.at,
            recipient: row.recipient,
            organisation: row.organisation,
            ground: row.ground,
            basis: row.basis,
            content: row.content,
            exports: row.exports,
        }
    }
}

/// What went out, newest first.
#[utoipa::path(get, path = "/api/v1/disclosures", responses((status = 200, body = [DisclosureAnswer]), (status = 403, body = ProblemBody)))]
pub async fn list(AxumState(doors): AxumState<State>, permit: Permit<SeeCases>) -> Result<Json<Vec<DisclosureAnswer>>, Refusal> {
    permit.caller.require_whole_site()?;
    let house = Arc::clone(&doors.house);
    let (rows, people) = blocking(move || register::read(&house, permit.caller.actor(), clock::now())).await?;
    Ok(Json(rows.into_iter().map(|row| DisclosureAnswer::of(row, &people)).collect()))
}

/// The same for a spreadsheet (RFC 4180).
#[utoipa::path(get, path = "/api/v1/disclosures.csv",
    responses((status = 200, description = "CSV", body = String, content_type = "text/csv"), (status = 403, body = ProblemBody)))]
pub async fn csv(AxumState(doors): AxumState<State>, permit: Permit<SeeCases>) -> Result<Response, Refusal> {
    permit.caller.require_whole_site()?;
    let house = Arc::clone(&doors.house);
    let (rows, people) = blocking(move || register::read(&house, permit.caller.actor(), clock::now())).await?;
    let headers =
        [(header::CONTENT_TYPE, "text/csv; charset=utf-8"), (header::CONTENT_DISPOSITION, "attachment; filename=\"disclosures.csv\"")];
    Ok((headers, register::csv(&rows, &people)).into_response())
}

/// The same on A4 pages.
#[utoipa::path(get, path = "/api/v1/disclosures.pdf",
    responses((status = 200, description = "PDF", content_type = "application/pdf"), (status = 403, body = ProblemBody)))]
pub async fn pdf(AxumState(doors): AxumState<State>, permit: Permit<SeeCases>) -> Result<Response, Refusal> {
    permit.caller.require_whole_site()?;
    let pdf = blocking(move || register::pdf(&doors.house, permit.caller.actor(), &doors.letterhead, clock::now())).await?;
    let headers = [(header::CONTENT_TYPE, "application/pdf"), (header::CONTENT_DISPOSITION, "inline; filename=\"disclosures.pdf\"")];
    Ok((headers, pdf).into_response())
}
