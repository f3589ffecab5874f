//! The audit log: read, verified, proved. Reading it is logged, too.

use std::sync::Arc;

use axum::{
    Json,
    extract::{Path, Query, State as AxumState},
    http::header,
    response::{IntoResponse, Response},
};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::{
    domain::{
        audit::LeafSeq,
        retention::{proof::ExpiryProof, report::Month},
    },
    http::{
        State,
        answer::{ProblemBody, Refusal, blocking},
        caller::{Permit, ReadAudit},
    },
    jobs::{
        audit, prove_expiry,
        report::{self, ReportedSite},
        witness::{self, Confronted},
    },
    problem::{Kind, Problem},
};

#[derive(Deserialize, IntoParams)]
pub struct LeavesAsked {
    /// 0 unless told.
    from_seq: Option<u64>,
    /// At most 1000; 100 unless told. Without from_seq: the newest.
    limit: Option<u32>,
}

/// Leaves of the log with what personal values are still kept.
#[utoipa::path(get, path = "/api/v1/audit", params(LeavesAsked), responses((status = 200, body = serde_json::Value), (status = 403, body = ProblemBody)))]
pub async fn leaves(
    AxumState(doors): AxumState<State>,
    permit: Permit<ReadAudit>,
    Query(asked): Query<LeavesAsked>,
) -> Result<Json<Vec<serde_json::Value>>, Refusal> {
    let house = Arc::clone(&doors.house);
    let limit = asked.limit.unwrap_or(100).clamp(1, 1000);
    let actor = permit.caller.actor();
    let shown = blocking(move || audit::read(&house, actor, asked.from_seq.map(LeafSeq), limit)).await?;
    let flat = shown.into_iter().map(|leaf| {
        let field = |name: &str| leaf.leaf.get(name).cloned().unwrap_or_default();
        serde_json::json!({
            "seq": leaf.seq, "at": field("utc"), "actor": field("actor"), "action": field("action"), "object": field("object"),
            "outcome": field("outcome"), "basis": field("basis"), "details": field("details"), "personal": leaf.personal, "leaf": leaf.leaf,
        })
    });
    Ok(Json(flat.collect()))
}

/// Checks the whole log, and holds it against what its witnesses have seen.
#[utoipa::path(get, path = "/api/v1/audit/verify", responses((status = 200, body = serde_json::Value), (status = 403, body = ProblemBody)))]
pub async fn verify(AxumState(doors): AxumState<State>, _permit: Permit<ReadAudit>) -> Result<Json<Confronted>, Refusal> {
    let house = Arc::clone(&doors.house);
    let verdict = blocking(move || audit::verify(&house)).await?;
    Ok(Json(witness::confront(&doors.house, verdict).await?))
}

/// Replays the log: what was recorded is there or has gone as it should.
#[utoipa::path(get, path = "/api/v1/audit/verify-expiry", responses((status = 200, body = serde_json::Value), (status = 403, body = ProblemBody)))]
pub async fn verify_expiry(AxumState(doors): AxumState<State>, _permit: Permit<ReadAudit>) -> Result<Json<ExpiryProof>, Refusal> {
    let house = Arc::clone(&doors.house);
    Ok(Json(blocking(move || prove_expiry::prove(&house)).await?))
}

#[derive(Deserialize, IntoParams)]
pub struct ReportAsked {
    /// Like 2026-11, on the site's calendar.
    month: String,
}

/// The retention report of a month, one A4 page.
#[utoipa::path(get, path = "/api/v1/audit/report", params(ReportAsked),
    responses((status = 200, description = "PDF", content_type = "application/pdf"), (status = 400, body = ProblemBody), (status = 403, body = ProblemBody)))]
pub async fn report(
    AxumState(doors): AxumState<State>,
    _permit: Permit<ReadAudit>,
    Query(asked): Query<ReportAsked>,
) -> Result<Response, Refusal> {
    let month = Month::parse(&asked.month)
        .map_err(|why| Problem::new(Kind::BadInput, "month", "This is no month.", "Write it like 2026-11.").because(why))?;
    let site = ReportedSite {
        name: doors.site.name.clone(),
        controller: doors.site.controller.clone(),
        time_zone: doors.site.time_zone.clone(),
        cameras: doors.cameras.iter().map(|camera| (camera.id.clone(), camera.name.clone())).collect(),
    };
    let house = Arc::clone(&doors.house);
    let pdf = blocking(move || report::month_as_pdf(&house, month, site)).await?;
    let name = format!("inline; filename=\"retention-{month}.pdf\"");
    Ok(([(header::CONTENT_TYPE, "application/pdf".to_owned()), (header::CONTENT_DISPOSITION, name)], pdf).into_response())
}

/// A leaf with the proof that it is in the log, as text.
#[utoipa::path(get, path = "/api/v1/audit/{seq}/proof", params(("seq" = u64, Path)),
    responses((status = 200, body = String, content_type = "text/plain"), (status = 404, body = ProblemBody)))]
pub async fn prove(AxumState(doors): AxumState<State>, _permit: Permit<ReadAudit>, Path(seq): Path<u64>) -> Result<Response, Refusal> {
    let house = Arc::clone(&doors.house);
    let proof = blocking(move || audit::prove(&house, LeafSeq(seq))).await?;
    Ok(([(header::CONTENT_TYPE, "text/plain; charset=utf-8")], proof.to_text()).into_response())
}
