//! Following a request: in with reference and code, and then its page, answers, papers, withdrawal.
//!
//! A visit is kept in memory, so that the code is typed once and nothing of it stays in the browser: it
//! ends half an hour after its last page, after twelve hours, or with the program. Wrong codes are
//! answered ever more slowly, never for longer than fifteen minutes, and alike whether the reference
//! exists. Next: `status` has the pages.

use std::{collections::HashMap, sync::Arc};

use axum::{
    Form,
    extract::{Multipart, State as AxumState, multipart::Field},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Redirect, Response},
};
use parking_lot::Mutex;

use super::{
    PortalDoors, State,
    apply::{Sent, belongs, limited},
    cookie::Opened,
    form, page, status,
};
use crate::{
    adapters::{clock, secret},
    domain::request::{case::CaseReference, identity_paper::PAPER_BYTES_MAX},
    http::answer::blocking,
    jobs::case::{
        follow,
        papers::{self, NotTaken},
    },
    problem::{Kind, Problem},
};

const IDLE_NANOS: i64 = 30 * 60 * 1_000_000_000;
const WHOLE_NANOS: i64 = 12 * 3_600 * 1_000_000_000;
/// Visits remembered at most; then those that are over are forgotten.
const VISITS_MAX: usize = 10_000;

struct Visit {
    case: CaseReference,
    begun: i64,
    used: i64,
}

/// Who follows which request, by the digest of the browser's token.
#[derive(Default)]
pub struct Visits {
    visits: Mutex<HashMap<[u8; 32], Visit>>,
}

impl Visits {
    fn begin(&self, token: &str, case: CaseReference, now: i64) {
        let mut visits = self.visits.lock();
        if visits.len() >= VISITS_MAX {
            visits.retain(|_, visit| is_open(visit, now));
        }
        visits.insert(secret::digest(token), Visit { case, begun: now, used: now });
    }

    fn end(&self, token: &str) {
        self.visits.lock().remove(&secret::digest(token));
    }

    /// The request that is followed with this token.
    pub fn case(&self, token: &str, now: i64) -> Option<CaseReference> {
        let mut visits = self.visits.lock();
        let visit = visits.get_mut(&secret::digest(token)).filter(|visit| is_open(visit, now))?;
        visit.used = now;
        Some(visit.case)
    }
}

const fn is_open(visit: &Visit, now: i64) -> bool {
    now - visit.used < IDLE_NANOS && now - visit.begun < WHOLE_NANOS
}

/// The request that this browser follows, and its forms' token.
pub(super) fn followed(doors: &PortalDoors, headers: &HeaderMap) -> Option<(CaseReference, String)> {
    let token = Opened::of(headers, doors.carriage).visit?;
    let case = doors.visits.case(&token, clock::now().boottime_nanos)?;
    Some((case, secret::csrf_token(&token)))
}

const PAGE: &str = "/status/request";
const DOOR: &str = "/status";

fn to_door() -> Response {
    Redirect::to(DOOR).into_response()
}

pub async fn door(AxumState(doors): AxumState<State>, headers: HeaderMap) -> Response {
    match followed(&doors, &headers) {
        Some(_) => Redirect::to(PAGE).into_response(),
        None => form::key(&doors.facts, &form::FOLLOW, "", None),
    }
}

const UNKNOWN: &str = "Write the reference and the code as they were shown to you; together they fit no request";

pub async fn enter(AxumState(doors): AxumState<State>, headers: HeaderMap, Form(given): Form<form::Key>) -> Response {
    let (reference, code) = given.cut();
    let now = clock::now().boottime_nanos;
    let key = ["status ", &secret::normalise_code(&reference)].concat();
    if let Some(wait) = limited(&doors, &key, now) {
        return (StatusCode::TOO_MANY_REQUESTS, form::key(&doors.facts, &form::FOLLOW, &reference, Some(&wait))).into_response();
    }
    let (desk, of) = (Arc::clone(&doors), reference.clone());
    match blocking::<_, Problem>(move || follow::sign_in(desk.desk.house(), &of, &code)).await {
        Ok(Some(case)) => match secret::token() {
            Ok(token) => {
                doors.tries.succeeded(&key);
                doors.visits.begin(&token, case, now);
                Opened { visit: Some(token), ..Opened::of(&headers, doors.carriage) }.lead(doors.carriage, PAGE)
            }
            Err(error) => page::trouble(&doors.facts, &error.into()),
        },
        Ok(None) => {
            doors.tries.failed(&key, now);
            form::key(&doors.facts, &form::FOLLOW, &reference, Some(UNKNOWN))
        }
        Err(problem) => page::trouble(&doors.facts, &problem),
    }
}

pub async fn leave(AxumState(doors): AxumState<State>, headers: HeaderMap) -> Response {
    let opened = Opened::of(&headers, doors.carriage);
    if let Some(token) = &opened.visit {
        doors.visits.end(token);
    }
    Opened { visit: None, ..opened }.lead(doors.carriage, DOOR)
}

pub async fn request(AxumState(doors): AxumState<State>, headers: HeaderMap) -> Response {
    match followed(&doors, &headers) {
        Some((case, csrf)) => shown(&doors, case, &csrf, None).await,
        None => to_door(),
    }
}

/// The request's page; `wrong` says what to send instead, and where.
async fn shown(doors: &State, case: CaseReference, csrf: &str, wrong: Option<status::Wrong>) -> Response {
    let desk = Arc::clone(doors);
    match blocking::<_, Problem>(move || follow::look(desk.desk.house(), case, clock::now())).await {
        Ok(followed) => status::request(&doors.facts, &followed, csrf, wrong.as_ref()),
        Err(problem) => page::trouble(&doors.facts, &problem),
    }
}

pub async fn answer(AxumState(doors): AxumState<State>, headers: HeaderMap, Form(sent): Form<Sent>) -> Response {
    let Some((case, csrf)) = followed(&doors, &headers).filter(|(_, csrf)| belongs(&sent, csrf)) else { return to_door() };
    let words = sent.into_iter().find(|(name, _)| name == "words").map(|(_, words)| words).unwrap_or_default();
    let (desk, said) = (Arc::clone(&doors), words.clone());
    match blocking(move || follow::answer(desk.desk.house(), case, &said, clock::now()).map(|_| ())).await {
        Ok(()) => Redirect::to(PAGE).into_response(),
        Err(problem) if problem.kind == Kind::BadInput => {
            let wrong = status::Wrong { field: status::WORDS, instead: problem.next_step, typed: words };
            shown(&doors, case, &csrf, Some(wrong)).await
        }
        Err(problem) => page::trouble(&doors.facts, &problem),
    }
}

pub async fn withdraw_page(AxumState(doors): AxumState<State>, headers: HeaderMap) -> Response {
    match followed(&doors, &headers) {
        Some((case, csrf)) => status::withdraw(&doors.facts, case, &csrf),
        None => to_door(),
    }
}

pub async fn withdraw(AxumState(doors): AxumState<State>, headers: HeaderMap, Form(sent): Form<Sent>) -> Response {
    let Some((case, _)) = followed(&doors, &headers).filter(|(_, csrf)| belongs(&sent, csrf)) else { return to_door() };
    let desk = Arc::clone(&doors);
    match blocking(move || follow::withdraw(desk.desk.house(), case, clock::now()).map(|_| ())).await {
        Ok(()) => Redirect::to(PAGE).into_response(),
        Err(problem) => page::trouble(&doors.facts, &problem),
    }
}

/// A field's bytes; of one that is too long, one byte more than may be, and the rest is let go.
async fn bytes_of(mut field: Field<'_>) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    while let Some(chunk) = field.chunk().await.ok()? {
        let room = (PAPER_BYTES_MAX + 1).saturating_sub(bytes.len());
        bytes.extend_from_slice(chunk.get(..room.min(chunk.len())).unwrap_or_default());
    }
    Some(bytes)
}

/// Takes a paper in. Its name is never looked at.
pub async fn send_paper(AxumState(doors): AxumState<State>, headers: HeaderMap, mut sent: Multipart) -> Response {
    let Some((case, csrf)) = followed(&doors, &headers) else { return to_door() };
    let Ok(_room) = doors.uploads.acquire().await else { return to_door() };
    let (mut token, mut paper) = (None, None);
    while let Ok(Some(field)) = sent.next_field().await {
        match field.name() {
            Some("csrf") => token = bytes_of(field).await.and_then(|bytes| String::from_utf8(bytes).ok()),
            Some("paper") => paper = bytes_of(field).await,
            _ => {}
        }
    }
    if !token.is_some_and(|token| belongs(&vec![("csrf".into(), token)], &csrf)) {
        return to_door();
    }
    let (desk, bytes) = (Arc::clone(&doors), paper.unwrap_or_default());
    let taken = tokio::task::spawn_blocking(move || papers::add(desk.desk.house(), case, &bytes, clock::now())).await;
    match taken {
        Ok(Ok(())) => Redirect::to(PAGE).into_response(),
        Ok(Err(NotTaken::Paper(why))) => {
            let wrong = status::Wrong { field: status::PAPER, instead: why.to_string(), typed: String::new() };
            shown(&doors, case, &csrf, Some(wrong)).await
        }
        Ok(Err(NotTaken::Problem(problem))) => page::trouble(&doors.facts, &problem),
        Err(error) => {
            let next = "Try again in a moment, or send it to us in another way.";
            page::trouble(&doors.facts, &Problem::new(Kind::Fault, "paper", "The paper could not be taken in.", next).because(error))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_visit_ends_when_idle_when_long_and_when_left() {
        let visits = Visits::default();
        let case = CaseReference::new(2026, 1);
        visits.begin("token", case, 0);
        assert_eq!((visits.case("token", IDLE_NANOS - 1), visits.case("other", 0)), (Some(case), None));
        assert_eq!(visits.case("token", 2 * IDLE_NANOS - 1), None, "idle since the last page");
        visits.begin("token", case, 0);
        let page = WHOLE_NANOS / 36;
        assert!((1..36).all(|pages| visits.case("token", pages * page).is_some()));
        assert_eq!(visits.case("token", WHOLE_NANOS), None, "however busy");
        visits.begin("token", case, 0);
        visits.end("token");
        assert_eq!(visits.case("token", 0), None);
    }
}
