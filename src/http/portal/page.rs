//! The public's HTML, by askama (which escapes every value): the frame of every page, the notice, the
//! signs, and what is said when something can't be done. No script, no picture from elsewhere.
//! Next: `form` has the pages of an application.

use askama::Template;
use axum::{
    http::StatusCode,
    response::{Html, IntoResponse, Response},
};

use crate::{
    domain::{
        intake::Errand,
        notice::{Document, Facts, Language, Sign},
    },
    problem::Problem,
};

pub(super) fn render(template: &impl Template) -> String {
    template.render().unwrap_or_else(|error| {
        tracing::error!(%error, "a page of the portal could not be written");
        "<!doctype html><title>Not available</title><p>This page could not be written. Write to us or call us instead.".to_owned()
    })
}

#[derive(Template)]
#[template(
    ext = "html",
    source = r##"<!doctype html>
<html lang="{{ language }}">
<head>
<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>{{ title }} – {{ who }}</title>
<link rel="stylesheet" href="/assets/portal.css">
<link rel="icon" href="/assets/icon.svg">
</head>
<body>
<a href="#main" class="govuk-skip-link">Skip to main content</a>
<header class="portal-head"><div class="govuk-width-container"><a href="/">{{ who }}</a><span>CCTV at {{ site }}</span></div></header>
<div class="govuk-width-container">
{% if !back.is_empty() %}<a href="{{ back }}" class="govuk-back-link">Back</a>{% endif %}
<main class="govuk-main-wrapper" id="main" tabindex="-1">
<div class="govuk-grid-row"><div class="govuk-grid-column-two-thirds">
{{ body|safe }}
</div></div>
</main>
</div>
<footer class="portal-foot"><div class="govuk-width-container">
<ul><li><a class="govuk-link" href="/privacy">Privacy notice</a></li><li><a class="govuk-link" href="/signs">Signs and cameras</a></li><li><a class="govuk-link" href="/status">Follow your request</a></li><li><a class="govuk-link" href="/return">Return to a saved application</a></li></ul>
{% if !ways.is_empty() %}<p class="govuk-body-s">You can also ask in any other way: {{ ways }}</p>{% endif %}
</div></footer>
</body>
</html>"##
)]
struct Frame<'a> {
    language: &'a str,
    title: &'a str,
    who: &'a str,
    site: &'a str,
    ways: String,
    back: &'a str,
    /// Written by a template, which has escaped it.
    body: String,
}

/// A page in English; `back` is where "Back" leads, empty for nowhere.
pub(super) fn framed(facts: &Facts, title: &str, back: &str, body: &impl Template) -> Html<String> {
    framed_in(facts, Language::English, title, back, body)
}

fn framed_in(facts: &Facts, language: Language, title: &str, back: &str, body: &impl Template) -> Html<String> {
    Html(render(&Frame {
        language: language.tag(),
        title,
        who: facts.who(),
        site: &facts.site,
        ways: facts.ways().join("; "),
        back,
        body: render(body),
    }))
}

#[derive(Template)]
#[template(
    ext = "html",
    source = r#"<h1 class="govuk-heading-xl">CCTV: see it, question it</h1>
<p class="govuk-body-l">Cameras record at {{ site }}. Here you can ask for footage of yourself, or tell us what you think of it.</p>
<h2 class="govuk-heading-m">What would you like to do?</h2>
<ul class="govuk-list portal-links">
{% for errand in Errand::ALL %}<li><a class="govuk-link" href="/apply/{{ errand.tag() }}">{{ super::form::title_of(*errand) }}</a></li>{% endfor %}
</ul>
<div class="govuk-inset-text">Footage is deleted after a set time. If you ask in time, we keep yours until you have your answer.</div>
<h2 class="govuk-heading-m">You have asked already?</h2>
<ul class="govuk-list portal-links">
<li><a class="govuk-link" href="/status">Follow your request</a></li>
<li><a class="govuk-link" href="/return">Return to an application that you saved</a></li>
</ul>
<h2 class="govuk-heading-m">Before you ask</h2>
<ul class="govuk-list portal-links">
<li><a class="govuk-link" href="/privacy">Read how we use CCTV</a></li>
<li><a class="govuk-link" href="/signs">See the signs and where the cameras are</a></li>
</ul>
{% if !ways.is_empty() %}<h2 class="govuk-heading-m">Rather talk or write to us?</h2>
<p class="govuk-body">Nobody has to use these pages. You can ask in any way: {{ ways }}</p>{% endif %}"#
)]
struct Start<'a> {
    site: &'a str,
    ways: String,
}

pub fn start(facts: &Facts) -> Response {
    framed(facts, "CCTV", "", &Start { site: &facts.site, ways: facts.ways().join("; ") }).into_response()
}

/// How large the notice is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Size {
    Plain,
    /// At least 16 pt on paper.
    Large,
}

#[derive(Template)]
#[template(
    ext = "html",
    source = r#"<div{% if size == Size::Large %} class="portal-large"{% endif %}>
<h1 class="govuk-heading-xl">{{ text.title }}</h1>
<ul class="govuk-list portal-links portal-no-print">
{% for other in Language::ALL %}<li><a class="govuk-link" lang="{{ other.tag() }}" href="/privacy/{{ other.tag() }}"{% if other == language %} aria-current="page"{% endif %}>{{ other.name() }}</a></li>{% endfor %}
<li lang="en-GB"><a class="govuk-link" href="/privacy/{{ language.tag() }}/large-print">Large print</a></li>
</ul>
{% for section in text.sections %}<h2 class="govuk-heading-m">{{ section.heading }}</h2>
{% for paragraph in section.paragraphs %}<p class="govuk-body">{{ paragraph }}</p>
{% endfor %}{% if !section.points.is_empty() %}<ul class="govuk-list govuk-list--bullet">{% for point in section.points %}<li>{{ point }}</li>{% endfor %}</ul>{% endif %}
{% endfor %}
<p class="govuk-body-s" lang="en-GB">Version {{ number }}, last updated <time>{{ day }}</time>. <a class="govuk-link" href="/privacy/history">Earlier versions</a></p>
</div>"#
)]
struct Notice<'a> {
    text: &'a Document,
    language: Language,
    size: Size,
    number: u32,
    day: &'a str,
}

pub fn notice(facts: &Facts, text: &Document, language: Language, size: Size, number: u32, day: &str) -> Response {
    framed_in(facts, language, &text.title, "/", &Notice { text, language, size, number, day }).into_response()
}

#[derive(Template)]
#[template(
    ext = "html",
    source = r#"<h1 class="govuk-heading-xl">Versions of the privacy notice</h1>
<ul class="govuk-list portal-links">{% for (number, day) in versions %}<li><a class="govuk-link" href="/privacy/version/{{ number }}">Version {{ number }}</a>, from {{ day }}</li>{% endfor %}</ul>"#
)]
struct History<'a> {
    versions: &'a [(u32, String)],
}

pub fn history(facts: &Facts, versions: &[(u32, String)]) -> Response {
    framed(facts, "Versions of the privacy notice", "/privacy", &History { versions }).into_response()
}

#[derive(Template)]
#[template(
    ext = "html",
    source = r#"<h1 class="govuk-heading-xl">Signs and cameras</h1>
<p class="govuk-body">Each camera has a sign. You can read or print it here.</p>
{% for camera in cameras %}<h2 class="govuk-heading-s">{{ camera.place }}</h2>
<ul class="govuk-list portal-links">{% for language in Language::ALL %}<li><a class="govuk-link" href="/signs/{{ camera.id }}/{{ language.tag() }}">Sign<span class="govuk-visually-hidden"> for {{ camera.place }}</span> in <span lang="{{ language.tag() }}">{{ language.name() }}</span></a></li>{% endfor %}</ul>
{% endfor %}{% if cameras.is_empty() %}<p class="govuk-body">There are no cameras at present.</p>{% endif %}"#
)]
struct Signs<'a> {
    cameras: &'a [crate::domain::notice::Camera],
}

pub fn signs(facts: &Facts) -> Response {
    framed(facts, "Signs and cameras", "/", &Signs { cameras: &facts.cameras }).into_response()
}

#[derive(Template)]
#[template(
    ext = "html",
    source = r#"<div class="portal-sign"><h1 class="govuk-heading-xl">{{ sign.heading }}</h1>
<dl class="govuk-body-l">{% for (label, text) in sign.lines %}<dt><strong>{{ label }}</strong></dt><dd>{{ text }}</dd>{% endfor %}</dl></div>"#
)]
struct SignPage<'a> {
    sign: &'a Sign,
}

pub fn sign(facts: &Facts, sign: &Sign, language: Language) -> Response {
    framed_in(facts, language, &sign.heading, "/signs", &SignPage { sign }).into_response()
}

#[derive(Template)]
#[template(
    ext = "html",
    source = r#"<h1 class="govuk-heading-l">{{ title }}</h1>
<p class="govuk-body">{{ next }}</p>
{% if !ways.is_empty() %}<p class="govuk-body">How to reach us:</p><ul class="govuk-list govuk-list--bullet">{% for way in ways %}<li>{{ way }}</li>{% endfor %}</ul>{% endif %}
<p class="govuk-body"><a class="govuk-link" href="/">Go to the start page</a></p>"#
)]
struct Message<'a> {
    title: &'a str,
    next: &'a str,
    ways: Vec<&'a str>,
}

/// Says something, with other ways to reach the controller.
pub fn message(facts: &Facts, title: &str, next: &str) -> Html<String> {
    framed(facts, title, "", &Message { title, next, ways: facts.ways() })
}

pub fn not_found(facts: &Facts) -> Response {
    let page = message(facts, "There is nothing at this address", "Check that it is typed right, or start again.");
    (StatusCode::NOT_FOUND, page).into_response()
}

/// What can't be done, with other ways to reach the controller. The cause goes to the log.
pub fn trouble(facts: &Facts, problem: &Problem) -> Response {
    let status = StatusCode::from_u16(problem.kind.http_status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    tracing::warn!(code = problem.code, cause = ?problem.cause, "the portal could not do it");
    let body = Message { title: &problem.sentence, next: &problem.next_step, ways: facts.ways() };
    (status, framed(facts, "Not done", "", &body)).into_response()
}

/// Another site's form: said without a frame, before anything is looked at.
pub fn foreign() -> String {
    "<!doctype html><html lang=\"en-GB\"><title>Not done</title><p>Another site tried to act in your name, so nothing was done. \
     <a href=\"/\">Open the start page</a> and try again there.</html>"
        .to_owned()
}
