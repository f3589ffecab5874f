//! Many frames of a redaction's clip at once, for a filmstrip and for playing: one worker decodes them all.
//!
//! Refuses more than 32. The first look in ten minutes is logged before the first picture. Next:
//! `jobs::redact`.

use std::sync::Arc;

use axum::{
    extract::{Query, State as AxumState},
    http::header,
    response::{IntoResponse, Response},
};
use bytes::{BufMut, BytesMut};
use serde::Deserialize;
use utoipa::IntoParams;

use super::redactions::KnownRedaction;
use crate::{
    adapters::video::redaction::{StillForm, StillView},
    domain::redaction::FrameIndex,
    http::{
        State,
        answer::{ProblemBody, Refusal, blocking},
    },
    jobs::redact::{self, render},
    problem::{Kind, Problem},
};

/// The most frames of one answer.
const FRAMES_MAX: u32 = 32;

#[derive(Deserialize, IntoParams)]
pub struct FramesAsked {
    /// The first one, from 0.
    first: u32,
    /// How many, 32 at most.
    count: u32,
    /// Every frame (1, the default), every second one (2), and so on.
    step: Option<u32>,
    /// source (for the reviewer's eyes; the default) or redacted.
    view: Option<String>,
    /// Pixels, 48 to 2160; the width follows. As large as it is unless told.
    height: Option<u32>,
}

/// Frames as JPEG, each after its number and its length: four bytes each, the highest first. A frame beyond
/// the clip, or one that could not be decoded, is left out.
#[utoipa::path(get, path = "/api/v1/cases/{case}/redactions/{redaction}/frames", params(("case" = String, Path), ("redaction" = String, Path), FramesAsked),
    responses((status = 200, description = "frames, packed", content_type = "application/octet-stream"), (status = 400, body = ProblemBody), (status = 404, body = ProblemBody), (status = 422, body = ProblemBody)))]
pub async fn frames(
    AxumState(doors): AxumState<State>,
    KnownRedaction { caller, row, .. }: KnownRedaction,
    Query(asked): Query<FramesAsked>,
) -> Result<Response, Refusal> {
    let bad = |what: &str, next: &str| Problem::new(Kind::BadInput, "frames", what.to_owned(), next.to_owned());
    if !(1..=FRAMES_MAX).contains(&asked.count) {
        return Err(bad("That is no number of frames.", "Ask for 1 to 32 at once.").into());
    }
    let view = match asked.view.as_deref() {
        None | Some("source") => StillView::Source,
        Some("redacted") => StillView::Redacted,
        Some(_) => return Err(bad("A view is source or redacted.", "Choose one of them.").into()),
    };
    let step = asked.step.unwrap_or(1).max(1);
    let end = row.record.plan.frame_count();
    let frames: Vec<FrameIndex> = (0..asked.count)
        .map(|nth| asked.first.saturating_add(nth.saturating_mul(step)))
        .filter(|frame| *frame < end)
        .map(FrameIndex)
        .collect();
    let (Some(first), Some(last)) = (frames.first().copied(), frames.last().copied()) else { return Err(redact::clip::no_frame().into()) };
    let height_px = asked.height.map_or(0, |height| height.clamp(48, 2_160));
    let (house, actor) = (Arc::clone(&doors.house), caller.actor());
    let (row, pieces) = blocking(move || {
        redact::log_look(&house, actor, &row, "frame")?;
        redact::clip::between(&house, &row, first, last).map(|pieces| (row, pieces))
    })
    .await?;
    let wanted = render::StillsAsked { frames, view, form: StillForm::Jpeg, height_px };
    let found = render::stills(&doors.house, &doors.media, &row, pieces, wanted).await?;
    let mut packed = BytesMut::with_capacity(found.iter().map(|(_, image)| image.len() + 8).sum());
    for (frame, image) in &found {
        packed.put_u32(*frame);
        packed.put_u32(u32::try_from(image.len()).map_err(|_| bad("The frames are too large.", "Ask for a smaller height."))?);
        packed.put_slice(image);
    }
    Ok(([(header::CONTENT_TYPE, "application/octet-stream"), (header::CACHE_CONTROL, "private, no-store")], packed.freeze())
        .into_response())
}
