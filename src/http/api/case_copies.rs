//! The films of a released case for staff who put them on a disc or a stick for the person in them.
//!
//! Whoever may not hand out footage gets none. Next: `jobs::case::handover`.

use std::{io::Write, sync::Arc};

use axum::{
    Json,
    extract::{Path, State as AxumState},
    http::header,
    response::{IntoResponse, Response},
};
use serde::Serialize;
use utoipa::ToSchema;

use super::cases::KnownCase;
use crate::{
    adapters::clock,
    domain::identity::Permission,
    http::{
        State,
        answer::{ProblemBody, Refusal, blocking},
        streamed,
    },
    jobs::case::{handover, released::ReleasedFile},
    problem::{Kind, Problem},
};

#[derive(Serialize, ToSchema)]
pub struct CopyAnswer {
    /// Neutral, since names of files travel.
    name: String,
    bytes: u64,
    /// Where it is fetched.
    film: String,
}

/// The films of a released case, in order.
#[utoipa::path(get, path = "/api/v1/cases/{case}/copies", params(("case" = String, Path)),
    responses((status = 200, body = [CopyAnswer]), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody), (status = 409, body = ProblemBody)))]
pub async fn list(AxumState(doors): AxumState<State>, KnownCase { caller, case }: KnownCase) -> Result<Json<Vec<CopyAnswer>>, Refusal> {
    caller.require(Permission::Export)?;
    let (house, reference) = (Arc::clone(&doors.house), case.reference);
    let files = blocking(move || handover::copies(&house, &case)).await?;
    let answer = |(at, file): (usize, &ReleasedFile)| CopyAnswer {
        name: file.name().to_owned(),
        bytes: file.bytes(),
        film: format!("/api/v1/cases/{reference}/copies/{}", at + 1),
    };
    Ok(Json(files.iter().enumerate().map(answer).collect()))
}

/// One of the films, counted from 1. Each fetch is logged.
#[utoipa::path(get, path = "/api/v1/cases/{case}/copies/{number}", params(("case" = String, Path), ("number" = u32, Path)),
    responses((status = 200, description = "MP4", content_type = "video/mp4"), (status = 403, body = ProblemBody),
        (status = 404, body = ProblemBody), (status = 409, body = ProblemBody)))]
pub async fn fetch(
    AxumState(doors): AxumState<State>,
    KnownCase { caller, case }: KnownCase,
    Path((_case, number)): Path<(String, String)>,
) -> Result<Response, Refusal> {
    caller.require(Permission::Export)?;
    let number = number.parse::<usize>().unwrap_or(0);
    let house = Arc::clone(&doors.house);
    let file = blocking(move || handover::fetch(&house, caller.actor(), &case, number, clock::now())).await?;
    let headers = [
        (header::CONTENT_TYPE, file.media_type().to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{}\"", file.name())),
        (header::CONTENT_LENGTH, file.bytes().to_string()),
        (header::CACHE_CONTROL, "private, no-store".to_owned()),
    ];
    let body = streamed::body(move |mut to| {
        file.write(&(0..file.bytes()), &mut to)?;
        to.flush()
            .map_err(|error| Problem::new(Kind::Unavailable, "given_up", "The download was given up.", "Fetch it again.").because(error))
    });
    Ok((headers, body).into_response())
}
