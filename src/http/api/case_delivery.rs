//! Links by which requesters fetch their released copy: made, looked at, taken back.
//!
//! Link and code are shown once, to whoever makes them: the one goes by mail, the other by phone or
//! letter.

use std::sync::Arc;

use axum::{Json, extract::State as AxumState, http::StatusCode};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::cases::KnownCase;
use crate::{
    adapters::clock,
    domain::{
        identity::Permission,
        instant::UtcInstant,
        request::delivery::{DOWNLOADS_MAX, Link, WRONG_CODES_MAX},
    },
    http::{
        State,
        answer::{ProblemBody, Refusal, blocking},
        confirm::Confirmation,
    },
    jobs::case::deliver,
    problem::{Kind, Problem},
};

#[derive(Serialize, ToSchema)]
pub struct DeliveryAnswer {
    #[schema(value_type = String)]
    expires: UtcInstant,
    /// Whether another download may begin.
    open: bool,
    downloads: u32,
    downloads_max: u32,
    wrong_codes: u32,
    wrong_codes_max: u32,
    revoked: bool,
}

impl DeliveryAnswer {
    fn of(link: &Link) -> Self {
        Self {
            expires: link.expires,
            open: link.may_begin(clock::now().utc).is_ok(),
            downloads: link.downloads,
            downloads_max: DOWNLOADS_MAX,
            wrong_codes: link.wrong_codes,
            wrong_codes_max: WRONG_CODES_MAX,
            revoked: link.revoked.is_some(),
        }
    }
}

/// The newest link of a case, without its token or code.
#[utoipa::path(get, path = "/api/v1/cases/{case}/delivery", params(("case" = String, Path)),
    responses((status = 200, body = DeliveryAnswer), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody)))]
pub async fn show(AxumState(doors): AxumState<State>, KnownCase { case, .. }: KnownCase) -> Result<Json<DeliveryAnswer>, Refusal> {
    let house = Arc::clone(&doors.house);
    let row = blocking(move || deliver::newest(&house, case.reference)).await?.ok_or_else(no_link)?;
    Ok(Json(DeliveryAnswer::of(&row.link)))
}

#[derive(Deserialize, ToSchema)]
pub struct DeliveryOrder {
    #[serde(flatten)]
    confirmation: Confirmation,
}

#[derive(Serialize, ToSchema)]
pub struct DeliveryOffered {
    /// For the requester, by one way.
    link: String,
    /// For the requester, by another way: phone or letter.
    code: String,
    #[schema(value_type = String)]
    expires: UtcInstant,
}

/// Makes a link and a code for a released copy; an earlier link is taken back. Needs the password again.
#[utoipa::path(post, path = "/api/v1/cases/{case}/delivery", params(("case" = String, Path)), request_body = DeliveryOrder,
    responses((status = 201, body = DeliveryOffered), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody), (status = 409, body = ProblemBody)))]
pub async fn offer(
    AxumState(doors): AxumState<State>,
    KnownCase { caller, case }: KnownCase,
    Json(order): Json<DeliveryOrder>,
) -> Result<(StatusCode, Json<DeliveryOffered>), Refusal> {
    let confirmed = order.confirmation.check(&doors, &caller, Permission::DecideCase).await?;
    let portal = doors.portal.clone().ok_or_else(no_portal)?;
    let house = Arc::clone(&doors.house);
    let offer = blocking(move || deliver::offer(&house, confirmed.actor(), case.reference, clock::now())).await?;
    let answer = DeliveryOffered { link: format!("{portal}/download/{}", offer.token), code: offer.code, expires: offer.expires };
    Ok((StatusCode::CREATED, Json(answer)))
}

/// Takes the link of a case back.
#[utoipa::path(delete, path = "/api/v1/cases/{case}/delivery", params(("case" = String, Path)),
    responses((status = 204), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody)))]
pub async fn revoke(AxumState(doors): AxumState<State>, KnownCase { caller, case }: KnownCase) -> Result<StatusCode, Refusal> {
    caller.require(Permission::DecideCase)?;
    let house = Arc::clone(&doors.house);
    blocking(move || deliver::revoke(&house, caller.actor(), case.reference, clock::now())).await?;
    Ok(StatusCode::NO_CONTENT)
}

fn no_link() -> Problem {
    Problem::new(Kind::NotFound, "no_link", "There is no link for this case.", "Make one once the case is released.")
}

fn no_portal() -> Problem {
    let next = "Configure web.portal, or hand the bundle over in another way.";
    Problem::new(Kind::Conflict, "no_portal", "The public has no door here, so a link would lead nowhere.", next)
}
