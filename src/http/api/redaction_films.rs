//! The pictures of a redaction: frames for whoever draws, the film made of the plan, and another person's word on it.
//!
//! Whoever may not see footage sees no picture of it; each first look is logged. Next: `jobs::redact::render`.

use std::sync::Arc;

use axum::{
    Json,
    extract::{Query, State as AxumState},
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use super::{
    reason,
    redactions::{KnownRedaction, RedactionAnswer, answer},
};
use crate::{
    adapters::video::redaction::{StillForm, StillView},
    domain::{
        identity::Permission,
        redaction::{FrameIndex, reviewed::Sum},
    },
    http::{
        State,
        answer::{ProblemBody, Refusal, blocking},
        confirm::Confirmation,
    },
    jobs::redact::{self, render},
    problem::{Kind, Problem},
};

#[derive(Deserialize, IntoParams)]
pub struct FrameView {
    /// source (for the reviewer's eyes; the default) or redacted.
    view: Option<String>,
    /// jpeg (the default) or png.
    form: Option<String>,
    /// Pixels, 48 to 2160; the width follows. As large as it is unless told.
    height: Option<u32>,
}

/// A frame of the clip, as it is or as the plan shows it. The first look in ten minutes is logged.
#[utoipa::path(get, path = "/api/v1/cases/{case}/redactions/{redaction}/frames/{frame}",
    params(("case" = String, Path), ("redaction" = String, Path), ("frame" = u32, Path), FrameView),
    responses((status = 200, description = "JPEG or PNG", content_type = "image/jpeg"), (status = 404, body = ProblemBody), (status = 422, body = ProblemBody)))]
pub async fn frame(
    AxumState(doors): AxumState<State>,
    KnownRedaction { caller, row, path }: KnownRedaction,
    Query(asked): Query<FrameView>,
) -> Result<Response, Refusal> {
    let bad = |what: &str, next: &str| Problem::new(Kind::BadInput, "frame", what.to_owned(), next.to_owned());
    let frame = path.get("frame").and_then(|text| text.parse().ok()).map(FrameIndex);
    let frame = frame.ok_or_else(|| bad("A frame is a number.", "Count from 0."))?;
    let view = match asked.view.as_deref() {
        None | Some("source") => StillView::Source,
        Some("redacted") => StillView::Redacted,
        Some(_) => return Err(bad("A view is source or redacted.", "Choose one of them.").into()),
    };
    let (form, kind) = match asked.form.as_deref() {
        None | Some("jpeg") => (StillForm::Jpeg, "image/jpeg"),
        Some("png") => (StillForm::Png, "image/png"),
        Some(_) => return Err(bad("A form is jpeg or png.", "Choose one of them.").into()),
    };
    let height_px = asked.height.map_or(0, |height| height.clamp(48, 2_160));
    let (house, actor) = (Arc::clone(&doors.house), caller.actor());
    let (row, pieces) = blocking(move || {
        redact::log_look(&house, actor, &row, "frame")?;
        redact::clip::around(&house, &row, frame).map(|pieces| (row, pieces))
    })
    .await?;
    let asked = render::StillsAsked { frames: vec![frame], view, form, height_px };
    let found = render::stills(&doors.house, &doors.media, &row, pieces, asked).await?;
    let (_, image) = found.into_iter().next().ok_or_else(render::undecoded)?;
    Ok(([(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, "private, no-store")], image).into_response())
}

/// The picture of the empty scene that the plan names, approved or not. The first look in ten minutes is logged.
#[utoipa::path(get, path = "/api/v1/cases/{case}/redactions/{redaction}/plate", params(("case" = String, Path), ("redaction" = String, Path)),
    responses((status = 200, description = "JPEG", content_type = "image/jpeg"), (status = 404, body = ProblemBody)))]
pub async fn plate(AxumState(doors): AxumState<State>, KnownRedaction { caller, row, .. }: KnownRedaction) -> Result<Response, Refusal> {
    let (house, actor) = (Arc::clone(&doors.house), caller.actor());
    let image = blocking(move || {
        let image = render::plate_shown(&house, &row)?;
        redact::log_look(&house, actor, &row, "plate")?;
        Ok::<_, Problem>(image)
    })
    .await?;
    Ok(([(header::CONTENT_TYPE, "image/jpeg"), (header::CACHE_CONTROL, "private, no-store")], image).into_response())
}

#[derive(Deserialize, ToSchema)]
pub struct RenderOrder {
    /// The revision that was seen.
    revision: u32,
}

/// Begins to make the film of the plan as it stands; the redaction says how far it has come.
#[utoipa::path(post, path = "/api/v1/cases/{case}/redactions/{redaction}/render", params(("case" = String, Path), ("redaction" = String, Path)),
    request_body = RenderOrder,
    responses((status = 202, body = RedactionAnswer), (status = 404, body = ProblemBody), (status = 409, body = ProblemBody)))]
pub async fn render_film(
    AxumState(doors): AxumState<State>,
    KnownRedaction { caller, row, .. }: KnownRedaction,
    Json(order): Json<RenderOrder>,
) -> Result<(StatusCode, Json<RedactionAnswer>), Refusal> {
    let (house, media, actor, asked) = (Arc::clone(&doors.house), doors.media.clone(), caller.actor(), row.clone());
    blocking(move || render::begin(&house, &media, &actor, asked, order.revision)).await?;
    Ok((StatusCode::ACCEPTED, Json(answer(&doors, &caller, row).await?)))
}

/// Gives up a film that is being made, or the search for people.
#[utoipa::path(delete, path = "/api/v1/cases/{case}/redactions/{redaction}/render", params(("case" = String, Path), ("redaction" = String, Path)),
    responses((status = 200, body = RedactionAnswer), (status = 404, body = ProblemBody)))]
pub async fn cancel(
    AxumState(doors): AxumState<State>,
    KnownRedaction { caller, row, .. }: KnownRedaction,
) -> Result<Json<RedactionAnswer>, Refusal> {
    let (house, actor) = (Arc::clone(&doors.house), caller.actor());
    let row = blocking(move || redact::give_up(&house, actor, &row).map(|()| row)).await?;
    Ok(Json(answer(&doors, &caller, row).await?))
}

/// The film as it would go out. That it was watched is logged.
#[utoipa::path(get, path = "/api/v1/cases/{case}/redactions/{redaction}/film.mp4", params(("case" = String, Path), ("redaction" = String, Path)),
    responses((status = 200, description = "MP4", content_type = "video/mp4"), (status = 404, body = ProblemBody), (status = 409, body = ProblemBody)))]
pub async fn film(AxumState(doors): AxumState<State>, KnownRedaction { caller, row, .. }: KnownRedaction) -> Result<Response, Refusal> {
    let (house, actor) = (Arc::clone(&doors.house), caller.actor());
    let film = blocking(move || {
        let film = redact::film_of(&house, &row)?;
        redact::log_look(&house, actor, &row, "film")?;
        Ok::<_, Problem>(film)
    })
    .await?;
    Ok(([(header::CONTENT_TYPE, "video/mp4"), (header::CACHE_CONTROL, "private, no-store")], film.to_vec()).into_response())
}

#[derive(Deserialize, ToSchema)]
pub struct FilmApproval {
    reason: String,
    /// SHA-256 of the film that was watched.
    #[schema(value_type = Option<String>)]
    film: Option<Sum>,
    #[serde(flatten)]
    confirmation: Confirmation,
}

/// Another person, who has drawn nothing in it, stands behind the film. Needs the password again.
#[utoipa::path(post, path = "/api/v1/cases/{case}/redactions/{redaction}/approval", params(("case" = String, Path), ("redaction" = String, Path)),
    request_body = FilmApproval,
    responses((status = 200, body = RedactionAnswer), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody), (status = 409, body = ProblemBody)))]
pub async fn approve(
    AxumState(doors): AxumState<State>,
    KnownRedaction { caller, row, .. }: KnownRedaction,
    Json(order): Json<FilmApproval>,
) -> Result<Json<RedactionAnswer>, Refusal> {
    let reason = reason(&order.reason)?;
    let confirmed = order.confirmation.check(&doors, &caller, Permission::DecideCase).await?;
    let house = Arc::clone(&doors.house);
    let row = blocking(move || redact::approve(&house, confirmed.actor(), &row, order.film, &reason)).await?;
    Ok(Json(answer(&doors, &caller, row).await?))
}
