//! One question a page, kept at the desk until it is sent: begin, answer, look over, save, return.
//!
//! The cookie names the draft and holds the browser's token; a form carries a token of its own beside
//! it. Refuses an address of another errand than the draft's by leading to its beginning.

use std::sync::Arc;

use axum::{
    Form,
    extract::{Path, State as AxumState},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Redirect, Response},
};
use jiff::{civil::Date, tz::TimeZone};
use subtle::ConstantTimeEq;

use super::{PortalDoors, State, cookie::Opened, form, page, visit};
use crate::{
    adapters::{clock, secret},
    domain::intake::{Errand, Question, STORY_MAX, Wrong},
    http::answer::blocking,
    jobs::intake::{ABOUT_REQUEST, Draft},
    problem::Problem,
};

pub(super) type Sent = Vec<(String, String)>;

const CSRF: &str = "csrf";

fn zone(doors: &PortalDoors) -> TimeZone {
    TimeZone::get(&doors.time_zone).unwrap_or(TimeZone::UTC)
}

fn today(zone: &TimeZone) -> Date {
    zone.to_datetime(clock::now().utc.to_timestamp()).date()
}

/// Leads on with the draft in the browser's memory.
fn with_draft(doors: &PortalDoors, headers: &HeaderMap, draft: &Draft, token: String) -> Response {
    let opened = Opened { draft: Some((draft.reference.clone(), token)), ..Opened::of(headers, doors.carriage) };
    opened.lead(doors.carriage, &onward(doors, draft))
}

/// The draft of this browser for this errand, and the form's token; else where to go instead.
async fn draft(doors: &State, headers: &HeaderMap, errand: &str) -> Result<(Draft, String), Box<Response>> {
    let errand = Errand::from_tag(errand).ok_or_else(|| Box::new(page::not_found(&doors.facts)))?;
    let beginning = || Box::new(Redirect::to(&["/apply/", errand.tag()].concat()).into_response());
    let (reference, token) = Opened::of(headers, doors.carriage).draft.ok_or_else(beginning)?;
    let csrf = secret::csrf_token(&token);
    let desk = Arc::clone(doors);
    let found = blocking::<_, Problem>(move || desk.desk.of_browser(&reference, &token)).await;
    match found {
        Ok(Some(draft)) if draft.errand == errand => Ok((draft, csrf)),
        Ok(_) => Err(beginning()),
        Err(problem) => Err(Box::new(page::trouble(&doors.facts, &problem))),
    }
}

/// Whether a form carries its token.
pub(super) fn belongs(sent: &Sent, csrf: &str) -> bool {
    sent.iter().any(|(name, value)| name == CSRF && bool::from(value.as_bytes().ct_eq(csrf.as_bytes())))
}

fn address(errand: Errand, step: &str) -> String {
    ["/apply/", errand.tag(), "/", step].concat()
}

/// Where the applicant has got to.
fn onward(doors: &PortalDoors, draft: &Draft) -> String {
    let zone = zone(doors);
    let next = draft.errand.next(&draft.answers, &zone, today(&zone));
    address(draft.errand, next.map_or("check", |question| question.tag))
}

pub async fn begin_page(AxumState(doors): AxumState<State>, Path(errand): Path<String>) -> Response {
    match Errand::from_tag(&errand) {
        Some(errand) => form::begin(&doors.facts, errand),
        None => page::not_found(&doors.facts),
    }
}

pub async fn begin(AxumState(doors): AxumState<State>, Path(errand): Path<String>, headers: HeaderMap, Form(sent): Form<Sent>) -> Response {
    let Some(errand) = Errand::from_tag(&errand) else { return page::not_found(&doors.facts) };
    // A complaint about the request that this browser follows begins with its reference.
    let is_about = errand == Errand::Complaint && sent.iter().any(|(name, value)| name == "about" && value == "request");
    let about = visit::followed(&doors, &headers).filter(|_| is_about).map(|(case, _)| format!("My request {case}: "));
    let desk = Arc::clone(&doors);
    match blocking::<_, Problem>(move || desk.desk.begin(errand, about)).await {
        Ok((draft, token)) => with_draft(&doors, &headers, &draft, token),
        Err(problem) => page::trouble(&doors.facts, &problem),
    }
}

fn find(doors: &PortalDoors, draft: &Draft, tag: &str) -> Option<&'static Question> {
    draft.errand.questions(&draft.answers, &zone(doors)).into_iter().find(|question| question.tag == tag)
}

/// The question before this one, or the beginning.
fn before(doors: &PortalDoors, draft: &Draft, tag: &str) -> String {
    let asked = draft.errand.questions(&draft.answers, &zone(doors));
    let at = asked.iter().position(|question| question.tag == tag).unwrap_or(0);
    match at.checked_sub(1).and_then(|at| asked.get(at)) {
        Some(question) => address(draft.errand, question.tag),
        None => ["/apply/", draft.errand.tag()].concat(),
    }
}

pub async fn question(AxumState(doors): AxumState<State>, Path((errand, tag)): Path<(String, String)>, headers: HeaderMap) -> Response {
    let (draft, csrf) = match draft(&doors, &headers, &errand).await {
        Ok(found) => found,
        Err(elsewhere) => return *elsewhere,
    };
    match find(&doors, &draft, &tag) {
        Some(question) => ask(&doors, &draft, question, &csrf, &[]),
        None => Redirect::to(&onward(&doors, &draft)).into_response(),
    }
}

fn ask(doors: &PortalDoors, draft: &Draft, question: &Question, csrf: &str, wrong: &[Wrong]) -> Response {
    let back = before(doors, draft, question.tag);
    let mut answers = draft.answers.clone();
    if let Some(begun) = answers.get(ABOUT_REQUEST).cloned() {
        answers.entry("about".to_owned()).or_insert(begun);
    }
    form::question(&doors.facts, draft.errand, question, &answers, wrong, csrf, &back)
}

/// Puts what a page sent into the draft, right or not: it is checked before anybody goes on from it.
fn take(draft: &mut Draft, question: &Question, sent: &Sent) {
    for field in question.fields {
        let given: Vec<&str> = sent.iter().filter(|(name, _)| name == field.name).map(|(_, value)| value.trim()).collect();
        // A date comes in three parts, choices as often as they were ticked.
        let parts = ["day", "month", "year"].map(|part| [field.name, "-", part].concat());
        let date: Vec<&str> =
            parts.iter().filter_map(|part| sent.iter().find(|(name, _)| name == part)).map(|(_, value)| value.trim()).collect();
        let value = if date.is_empty() { given.join(",") } else { date.join(" ").trim().to_owned() };
        draft.answers.insert(field.name.to_owned(), value.chars().take(STORY_MAX + 1).collect());
    }
}

pub async fn answer(
    AxumState(doors): AxumState<State>,
    Path((errand, tag)): Path<(String, String)>,
    headers: HeaderMap,
    Form(sent): Form<Sent>,
) -> Response {
    let (mut draft, csrf) = match draft(&doors, &headers, &errand).await {
        Ok(found) => found,
        Err(elsewhere) => return *elsewhere,
    };
    let Some(question) = find(&doors, &draft, &tag).filter(|_| belongs(&sent, &csrf)) else {
        return Redirect::to(&onward(&doors, &draft)).into_response();
    };
    take(&mut draft, question, &sent);
    let zone = zone(&doors);
    let wrong = question.check(&draft.answers, &zone, today(&zone));
    if !wrong.is_empty() {
        return ask(&doors, &draft, question, &csrf, &wrong);
    }
    let desk = Arc::clone(&doors);
    let kept = blocking::<_, Problem>(move || desk.desk.keep(&draft).map(|()| draft)).await;
    match kept {
        Ok(draft) => Redirect::to(&onward(&doors, &draft)).into_response(),
        Err(problem) => page::trouble(&doors.facts, &problem),
    }
}

pub async fn check_page(AxumState(doors): AxumState<State>, Path(errand): Path<String>, headers: HeaderMap) -> Response {
    let (draft, csrf) = match draft(&doors, &headers, &errand).await {
        Ok(found) => found,
        Err(elsewhere) => return *elsewhere,
    };
    let onward = onward(&doors, &draft);
    if onward != address(draft.errand, "check") {
        return Redirect::to(&onward).into_response();
    }
    let asked = draft.errand.questions(&draft.answers, &zone(&doors));
    form::check(&doors.facts, draft.errand, &asked, &draft.answers, &csrf)
}

pub async fn send(AxumState(doors): AxumState<State>, Path(errand): Path<String>, headers: HeaderMap, Form(sent): Form<Sent>) -> Response {
    let (draft, csrf) = match draft(&doors, &headers, &errand).await {
        Ok(found) => found,
        Err(elsewhere) => return *elsewhere,
    };
    let onward = onward(&doors, &draft);
    if !belongs(&sent, &csrf) || onward != address(draft.errand, "check") {
        return Redirect::to(&onward).into_response();
    }
    let desk = Arc::clone(&doors);
    match blocking::<_, Problem>(move || desk.desk.submit(&draft, &zone(&desk))).await {
        Ok(receipt) => form::received(&doors.facts, &receipt),
        Err(problem) => page::trouble(&doors.facts, &problem),
    }
}

pub async fn save(AxumState(doors): AxumState<State>, Path(errand): Path<String>, headers: HeaderMap, Form(sent): Form<Sent>) -> Response {
    let (mut draft, csrf) = match draft(&doors, &headers, &errand).await {
        Ok(found) => found,
        Err(elsewhere) => return *elsewhere,
    };
    if !belongs(&sent, &csrf) {
        return Redirect::to(&onward(&doors, &draft)).into_response();
    }
    // The page that it was pressed on sends its answers along; nothing typed is lost.
    let all = draft.errand.questions(&draft.answers, &zone(&doors));
    let is_of = |name: &str, field: &str| name == field || name.strip_suffix("-day") == Some(field);
    let typed = |question: &&&Question| question.fields.iter().any(|field| sent.iter().any(|(name, _)| is_of(name, field.name)));
    for question in all.iter().filter(typed) {
        take(&mut draft, question, &sent);
    }
    let desk = Arc::clone(&doors);
    let saved = blocking::<_, Problem>(move || desk.desk.give_code(&mut draft).map(|code| (draft, code))).await;
    match saved {
        Ok((draft, code)) => form::saved(&doors.facts, &draft.reference, &code, &onward(&doors, &draft)),
        Err(problem) => page::trouble(&doors.facts, &problem),
    }
}

pub async fn return_page(AxumState(doors): AxumState<State>) -> Response {
    form::key(&doors.facts, &form::RETURN, "", None)
}

const UNKNOWN: &str = "Write the reference and the code as they were shown to you; together they fit no saved application";

/// What to do where too many wrong codes were tried for this key just now.
pub(super) fn limited(doors: &PortalDoors, key: &str, now: i64) -> Option<String> {
    let wait = doors.tries.wait(key, now);
    (!wait.is_zero()).then(|| {
        let seconds = wait.as_secs() + 1;
        format!("Write them again in {seconds} seconds: there were too many wrong tries for this reference")
    })
}

pub async fn come_back(AxumState(doors): AxumState<State>, headers: HeaderMap, Form(given): Form<form::Key>) -> Response {
    let (reference, code) = given.cut();
    let key = secret::normalise_code(&reference);
    let now = clock::now().boottime_nanos;
    if let Some(wait) = limited(&doors, &key, now) {
        return (StatusCode::TOO_MANY_REQUESTS, form::key(&doors.facts, &form::RETURN, &reference, Some(&wait))).into_response();
    }
    let desk = Arc::clone(&doors);
    let of = reference.clone();
    match blocking::<_, Problem>(move || desk.desk.come_back(&of, &code)).await {
        Ok(Some((draft, token))) => {
            doors.tries.succeeded(&key);
            with_draft(&doors, &headers, &draft, token)
        }
        Ok(None) => {
            doors.tries.failed(&key, now);
            form::key(&doors.facts, &form::RETURN, &reference, Some(UNKNOWN))
        }
        Err(problem) => page::trouble(&doors.facts, &problem),
    }
}
