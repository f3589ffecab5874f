//! Letters of a case: which can be drafted now, and each as PDF. Each draft is logged.
//!
//! The ETag of a letter is its SHA-256, by which a step puts it on record. Next: `jobs::case::letter`.

use std::sync::Arc;

use axum::{
    Json,
    extract::{Path, Query, State as AxumState},
    http::header,
    response::{IntoResponse, Response},
};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::cases::KnownCase;
use crate::{
    adapters::clock,
    domain::letter::{LetterKind, Print},
    http::{
        State,
        answer::{ProblemBody, Refusal, blocking},
    },
    jobs::case::letter::{self, Offered, Order},
    problem::{Kind, Problem},
};

#[derive(Serialize, ToSchema)]
pub struct LetterAnswer {
    /// acknowledgement, complaint_acknowledgement, identity_request, authority_request, question, extension,
    /// covering, refusal, nothing_held, disclosure or disclosure_refusal.
    #[schema(value_type = String)]
    kind: LetterKind,
    title: &'static str,
    /// Whether a decision is approved with it.
    is_answer: bool,
    /// Where it is drafted; absent while it can't be.
    pdf: Option<String>,
    /// Why it can't be drafted now, and what to do about it.
    why_not: Option<WhyNot>,
}

#[derive(Serialize, ToSchema)]
struct WhyNot {
    title: String,
    detail: String,
}

/// The letters that a request of this kind gets, and which of them can be drafted now.
#[utoipa::path(get, path = "/api/v1/cases/{case}/letters", params(("case" = String, Path)),
    responses((status = 200, body = [LetterAnswer]), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody)))]
pub async fn list(AxumState(doors): AxumState<State>, KnownCase { case, .. }: KnownCase) -> Result<Json<Vec<LetterAnswer>>, Refusal> {
    let reference = case.reference;
    let letters = blocking(move || letter::list(&doors.house, &case, &doors.letterhead, clock::now())).await?;
    let answer = |Offered { kind, why_not }| LetterAnswer {
        kind,
        title: kind.title(),
        is_answer: kind.is_answer(),
        pdf: why_not.is_none().then(|| format!("/api/v1/cases/{reference}/letters/{}.pdf", kind.name())),
        why_not: why_not.map(|problem: Problem| WhyNot { title: problem.sentence, detail: problem.next_step }),
    };
    Ok(Json(letters.into_iter().map(answer).collect()))
}

#[derive(Deserialize, IntoParams)]
pub struct LetterAsked {
    /// standard or large: 18 points at least; standard unless told.
    print: Option<String>,
    /// The letter's date, like 2026-11-28; today unless told.
    day: Option<String>,
}

/// One letter as PDF; the same case on the same day is the same file.
#[utoipa::path(get, path = "/api/v1/cases/{case}/letters/{letter}",
    params(("case" = String, Path), ("letter" = String, Path, description = "its kind, and .pdf", example = "acknowledgement.pdf"), LetterAsked),
    responses((status = 200, description = "PDF", content_type = "application/pdf"), (status = 400, body = ProblemBody),
        (status = 403, body = ProblemBody), (status = 404, body = ProblemBody), (status = 409, body = ProblemBody)))]
pub async fn draft(
    AxumState(doors): AxumState<State>,
    KnownCase { caller, case }: KnownCase,
    Path((_case, file)): Path<(String, String)>,
    Query(asked): Query<LetterAsked>,
) -> Result<Response, Refusal> {
    let kind = file.strip_suffix(".pdf").and_then(LetterKind::from_name).ok_or_else(unknown)?;
    let order = Order { kind, print: print(asked.print.as_deref())?, day: asked.day.as_deref().map(day).transpose()? };
    let house = Arc::clone(&doors.house);
    let drafted = blocking(move || letter::draft(&house, caller.actor(), &case, &order, &doors.letterhead, clock::now())).await?;
    let headers = [
        (header::CONTENT_TYPE, "application/pdf".to_owned()),
        (header::CONTENT_DISPOSITION, format!("inline; filename=\"{}\"", drafted.file)),
        (header::ETAG, format!("\"{}\"", drafted.sha256)),
    ];
    Ok((headers, drafted.pdf).into_response())
}

fn print(text: Option<&str>) -> Result<Print, Problem> {
    match text {
        None | Some("standard") => Ok(Print::Standard),
        Some("large") => Ok(Print::Large),
        Some(_) => Err(Problem::new(Kind::BadInput, "print", "There is no such print.", "Write standard or large.")),
    }
}

fn day(text: &str) -> Result<Date, Problem> {
    text.parse::<Date>()
        .map_err(|why| Problem::new(Kind::BadInput, "day", "The letter\u{2019}s day is no day.", "Write it like 2026-11-28.").because(why))
}

fn unknown() -> Problem {
    Problem::new(Kind::NotFound, "letter_unknown", "There is no such letter.", "The list of the case\u{2019}s letters has those there are.")
}
