//! The numbers of a year, for the report that is published. They name nobody.

use std::sync::Arc;

use axum::{
    Json,
    extract::{Query, State as AxumState},
};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::{
    adapters::clock,
    domain::request::numbers::YearNumbers,
    http::{
        State,
        answer::{ProblemBody, Refusal, blocking},
        caller::{Permit, SeeCases},
    },
    jobs::case::numbers,
    problem::{Kind, Problem},
};

#[derive(Deserialize, IntoParams)]
pub struct NumbersAsked {
    /// Like 2026; this year unless told.
    year: Option<String>,
}

/// The year's requests by kind: in time, late, open; refusals by ground, disclosures by recipient.
#[utoipa::path(get, path = "/api/v1/register/numbers", params(NumbersAsked),
    responses((status = 200, body = serde_json::Value), (status = 400, body = ProblemBody), (status = 403, body = ProblemBody)))]
pub async fn year(
    AxumState(doors): AxumState<State>,
    permit: Permit<SeeCases>,
    Query(asked): Query<NumbersAsked>,
) -> Result<Json<YearNumbers>, Refusal> {
    permit.caller.require_whole_site()?;
    let now = clock::now().utc;
    let year = match asked.year.as_deref() {
        None => doors.house.office().day(now).year(),
        Some(text) => text
            .parse::<i16>()
            .map_err(|why| Problem::new(Kind::BadInput, "year", "This is no year.", "Write it like 2026.").because(why))?,
    };
    let house = Arc::clone(&doors.house);
    Ok(Json(blocking(move || numbers::of_year(&house, year, now)).await?))
}
