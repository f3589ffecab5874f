//! Fetching a released copy: a link, its code, then the files in as many pieces as it takes.
//!
//! A link that never was is not found; one that has run out is gone. Neither token nor code is logged,
//! nor sent on as a referrer. Next: `jobs::case::deliver`.

use std::sync::Arc;

use askama::Template;
use axum::{
    Form,
    extract::{Path, State as AxumState},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Redirect, Response},
};
use serde::Deserialize;

use super::{
    State,
    cookie::Opened,
    page::{self, framed},
};
use crate::{
    adapters::clock,
    domain::{notice::Facts, request::delivery::Gone},
    http::streamed,
    jobs::case::deliver::{self, Begun, NoDelivery, Stretch},
    problem::{Kind, Problem},
};

#[derive(Template)]
#[template(
    ext = "html",
    source = r##"{% if let Some(wrong) = wrong %}<div class="govuk-error-summary"><div role="alert"><h2 class="govuk-error-summary__title">There is a problem</h2>
<div class="govuk-error-summary__body"><ul class="govuk-list govuk-error-summary__list"><li><a href="#code">{{ wrong }}</a></li></ul></div></div></div>{% endif %}
<h1 class="govuk-heading-l">Your copy is ready</h1>
<p class="govuk-body">We have told you a code for it in another way, by phone or by letter.</p>
<form method="post" action="/download/{{ token }}" novalidate>
<div class="govuk-form-group{% if wrong.is_some() %} govuk-form-group--error{% endif %}"><label class="govuk-label govuk-label--s" for="code">Code</label>
<div id="code-hint" class="govuk-hint">Two groups of five; capitals and hyphens don’t matter</div>
{% if let Some(wrong) = wrong %}<p id="code-error" class="govuk-error-message"><span class="govuk-visually-hidden">Error:</span> {{ wrong }}</p>{% endif %}
<input class="govuk-input govuk-input--width-20{% if wrong.is_some() %} govuk-input--error{% endif %}" id="code" name="code" aria-describedby="code-hint{% if wrong.is_some() %} code-error{% endif %}" autocapitalize="characters" spellcheck="false" autocomplete="one-time-code"></div>
<button type="submit" class="govuk-button">Go to your copy</button></form>
<p class="govuk-body">You can do this three times within seven days of our sending the link.</p>"##
)]
struct Code<'a> {
    token: &'a str,
    wrong: Option<&'a str>,
}

#[derive(Template)]
#[template(
    ext = "html",
    source = r#"<h1 class="govuk-heading-l">Your copy</h1>
<ul class="govuk-list portal-files">{% for (number, name, size) in files %}<li><a class="govuk-button" href="/download/{{ token }}/files/{{ number }}" download="{{ name }}">Download film {{ number }}</a><p class="govuk-body-s">{{ name }}, {{ size }}</p></li>{% endfor %}</ul>
<p class="govuk-body">Each is a film that plays on any phone or computer. If a download breaks off, go on with it: that counts as the same one.</p>
<p class="govuk-body">It shows you. If you pass it on, you answer for that.</p>"#
)]
struct Files<'a> {
    token: &'a str,
    files: Vec<(usize, &'a str, String)>,
}

fn code(facts: &Facts, token: &str, wrong: Option<&str>) -> Response {
    framed(facts, "Your copy is ready", "", &Code { token, wrong }).into_response()
}

/// Where nothing can be fetched.
fn nothing(facts: &Facts, why: NoDelivery) -> Response {
    let gone = match why {
        NoDelivery::Unknown | NoDelivery::WrongCode => return page::not_found(facts),
        NoDelivery::Problem(problem) => return page::trouble(facts, &problem),
        NoDelivery::Gone(gone) => gone,
    };
    let (title, next) = match gone {
        Gone::Expired => ("This link is too old", "It worked for seven days. Ask us for a new one."),
        Gone::Revoked => ("This link was taken back", "If we sent you a newer one, use that. Else ask us."),
        Gone::WrongCodes => ("Too many wrong codes were tried", "To keep your copy safe, this link is closed. Ask us for a new one."),
        Gone::Downloads => ("Your copy was fetched three times", "Ask us for a new link if you need it again."),
    };
    (StatusCode::GONE, page::message(facts, title, next)).into_response()
}

async fn asked<T: Send + 'static>(act: impl FnOnce() -> Result<T, NoDelivery> + Send + 'static) -> Result<T, NoDelivery> {
    tokio::task::spawn_blocking(act).await.unwrap_or_else(|error| {
        let next = "Try again in a moment.";
        Err(Problem::new(Kind::Fault, "interrupted", "This was interrupted.", next).because(error).into())
    })
}

pub async fn link(AxumState(doors): AxumState<State>, Path(token): Path<String>) -> Response {
    let (desk, of) = (Arc::clone(&doors), token.clone());
    match asked(move || deliver::look(desk.desk.house(), &of, clock::now())).await {
        Ok(()) => code(&doors.facts, &token, None),
        Err(why) => nothing(&doors.facts, why),
    }
}

#[derive(Deserialize)]
pub struct Given {
    code: String,
}

const WRONG: &str = "Write the code as we told it to you; after five wrong ones the link is closed";

pub async fn open(AxumState(doors): AxumState<State>, Path(token): Path<String>, headers: HeaderMap, Form(given): Form<Given>) -> Response {
    let (desk, of) = (Arc::clone(&doors), token.clone());
    let typed: String = given.code.chars().take(40).collect();
    match asked(move || deliver::open(desk.desk.house(), &of, &typed, clock::now())).await {
        Ok(download) => {
            let to = ["/download/", &token, "/files"].concat();
            Opened { download: Some(download), ..Opened::of(&headers, doors.carriage) }.lead(doors.carriage, &to)
        }
        Err(NoDelivery::WrongCode) => (StatusCode::FORBIDDEN, code(&doors.facts, &token, Some(WRONG))).into_response(),
        Err(why) => nothing(&doors.facts, why),
    }
}

/// The download that this browser has begun at the link.
async fn begun(doors: &State, token: &str, headers: &HeaderMap) -> Result<Begun, NoDelivery> {
    let download = Opened::of(headers, doors.carriage).download.ok_or(NoDelivery::Unknown)?;
    let (desk, token) = (Arc::clone(doors), token.to_owned());
    asked(move || deliver::begun(desk.desk.house(), &token, &download, clock::now())).await
}

pub async fn files(AxumState(doors): AxumState<State>, Path(token): Path<String>, headers: HeaderMap) -> Response {
    match begun(&doors, &token, &headers).await {
        Ok(begun) => {
            let files = begun.files.iter().enumerate();
            let files = files.map(|(at, file)| (at + 1, file.name(), megabytes(file.bytes()))).collect();
            framed(&doors.facts, "Your copy", "", &Files { token: &token, files }).into_response()
        }
        // Without a download of theirs, the code is asked for.
        Err(NoDelivery::Unknown) => Redirect::to(&["/download/", &token].concat()).into_response(),
        Err(why) => nothing(&doors.facts, why),
    }
}

fn megabytes(bytes: u64) -> String {
    format!("{}.{} MB", bytes / 1_000_000, bytes % 1_000_000 / 100_000)
}

pub async fn file(AxumState(doors): AxumState<State>, Path((token, number)): Path<(String, String)>, headers: HeaderMap) -> Response {
    let begun = match begun(&doors, &token, &headers).await {
        Ok(begun) => begun,
        Err(why) => return nothing(&doors.facts, why),
    };
    let at = number.parse::<usize>().unwrap_or(0).wrapping_sub(1);
    let Some((whole, tag)) = begun.files.get(at).map(|file| (file.bytes(), ["\"", &file.tag(), "\""].concat())) else {
        return page::not_found(&doors.facts);
    };
    let (status, stretch) = match wanted(&headers, whole, &tag) {
        Wanted::Nothing => {
            return (StatusCode::RANGE_NOT_SATISFIABLE, [(header::CONTENT_RANGE, format!("bytes */{whole}"))]).into_response();
        }
        Wanted::Part(stretch) => (StatusCode::PARTIAL_CONTENT, stretch),
        Wanted::Whole => (StatusCode::OK, 0..whole),
    };
    let (desk, fetched) = (Arc::clone(&doors), stretch.clone());
    let file = match asked(move || begun.fetch(desk.desk.house(), at, &fetched, clock::now())).await {
        Ok(file) => file,
        Err(why) => return nothing(&doors.facts, why),
    };
    let mut response = Response::builder()
        .status(status)
        .header(header::CONTENT_TYPE, file.media_type())
        .header(header::CONTENT_DISPOSITION, format!("attachment; filename=\"{}\"", file.name()))
        .header(header::CONTENT_LENGTH, stretch.end - stretch.start)
        .header(header::ACCEPT_RANGES, "bytes")
        .header(header::ETAG, tag);
    if status == StatusCode::PARTIAL_CONTENT {
        response = response.header(header::CONTENT_RANGE, format!("bytes {}-{}/{whole}", stretch.start, stretch.end - 1));
    }
    let body = streamed::body(move |mut to| {
        file.write(&stretch, &mut to)?;
        std::io::Write::flush(&mut to).map_err(|error| {
            Problem::new(Kind::Unavailable, "given_up", "The download was given up.", "It can be gone on with.").because(error)
        })
    });
    response.body(body).unwrap_or_else(|_| StatusCode::INTERNAL_SERVER_ERROR.into_response())
}

/// Which bytes are wanted (RFC 9110 section 14). Several stretches at once are answered with the whole.
#[derive(Debug, PartialEq, Eq)]
enum Wanted {
    Whole,
    Part(Stretch),
    Nothing,
}

fn wanted(headers: &HeaderMap, whole: u64, tag: &str) -> Wanted {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    // Gone on with only if it is the same file.
    if text(header::IF_RANGE).is_some_and(|known| known != tag) {
        return Wanted::Whole;
    }
    let Some((first, last)) = text(header::RANGE).and_then(|range| range.strip_prefix("bytes=")?.trim().split_once('-')) else {
        return Wanted::Whole;
    };
    let stretch = match (first.parse::<u64>(), last.parse::<u64>()) {
        (Ok(first), Ok(last)) if first <= last => first..last.saturating_add(1).min(whole),
        (Ok(first), Err(_)) if last.is_empty() => first..whole,
        (Err(_), Ok(last)) if first.is_empty() => whole.saturating_sub(last)..whole,
        _ => return Wanted::Whole,
    };
    if stretch.start < stretch.end { Wanted::Part(stretch) } else { Wanted::Nothing }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn a_range_is_read_as_the_standard_says() {
        let read = |range: &'static str, known: Option<&'static str>| {
            let mut headers = HeaderMap::from_iter([(header::RANGE, HeaderValue::from_static(range))]);
            headers.extend(known.map(|known| (header::IF_RANGE, HeaderValue::from_static(known))));
            wanted(&headers, 100, "\"tag\"")
        };
        for (range, expected) in [
            ("bytes=0-9", Wanted::Part(0..10)),
            ("bytes=90-", Wanted::Part(90..100)),
            ("bytes=-10", Wanted::Part(90..100)),
            ("bytes=-1000", Wanted::Part(0..100)),
            ("bytes=50-1000", Wanted::Part(50..100)),
            ("bytes=100-", Wanted::Nothing),
            ("bytes=-0", Wanted::Nothing),
            ("bytes=9-0", Wanted::Whole),
            ("bytes=0-1,5-6", Wanted::Whole),
            ("bytes=a-b", Wanted::Whole),
            ("lines=0-9", Wanted::Whole),
            ("bytes=0-18446744073709551615", Wanted::Part(0..100)),
        ] {
            assert_eq!(read(range, None), expected, "{range}");
        }
        assert_eq!(read("bytes=5-9", Some("\"tag\"")), Wanted::Part(5..10));
        assert_eq!(read("bytes=5-9", Some("\"other\"")), Wanted::Whole);
    }
}
