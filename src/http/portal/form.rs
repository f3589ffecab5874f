//! The pages of an application, as govuk-frontend builds forms: one question a page, errors summed up
//! above and repeated at the field, answers looked over before they are sent.

use askama::Template;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

use super::page::framed;
use crate::{
    domain::{
        intake::{Answers, Errand, Field, Form, Question, Wrong},
        notice::{Camera, Facts},
    },
    jobs::intake::Receipt,
};

pub const fn title_of(errand: Errand) -> &'static str {
    match errand {
        Errand::Access => "Ask for footage of yourself",
        Errand::Police => "Police: ask for footage",
        Errand::Complaint => "Complain about our CCTV",
        Errand::Objection => "Object to being recorded",
    }
}

const fn lead_of(errand: Errand) -> &'static str {
    match errand {
        Errand::Access => {
            "You have a right to a copy of footage that shows you. It costs nothing, and we answer within one month. Other people are hidden in your copy."
        }
        Errand::Police => {
            "For forces and bodies that investigate crime. Disclosure is our decision unless there is an order; we answer as soon as your case needs it."
        }
        Errand::Complaint => {
            "Tell us if we handled your data badly. We acknowledge your complaint within 30 days and tell you what came of it."
        }
        Errand::Objection => {
            "You can object to being recorded. We stop unless our reasons are more compelling than yours, and tell you why within one month."
        }
    }
}

const fn needs_of(errand: Errand) -> &'static [&'static str] {
    match errand {
        Errand::Access => &["where and when it was, as nearly as you can", "what you looked like", "one way to reach you"],
        Errand::Police => &["your collar number and a crime reference", "place, date and times", "who authorised the request"],
        Errand::Complaint => &["what happened", "one way to reach you"],
        Errand::Objection => &["which cameras you mean, and why you object", "one way to reach you"],
    }
}

#[derive(Template)]
#[template(
    ext = "html",
    source = r#"<h1 class="govuk-heading-xl">{{ title }}</h1>
<p class="govuk-body-l">{{ lead }}</p>
<p class="govuk-body">You will be asked:</p>
<ul class="govuk-list govuk-list--bullet">{% for need in needs %}<li>{{ need }}</li>{% endfor %}</ul>
<p class="govuk-body">It takes about ten minutes. You can save your answers and come back.</p>
<form method="post" action="/apply/{{ tag }}"><button type="submit" class="govuk-button govuk-button--start">Start now</button></form>
<p class="govuk-body">Your answers are kept sealed, and destroyed when you don’t come back.</p>"#
)]
struct Begin<'a> {
    title: &'a str,
    lead: &'a str,
    needs: &'a [&'a str],
    tag: &'a str,
}

pub fn begin(facts: &Facts, errand: Errand) -> Response {
    let body = Begin { title: title_of(errand), lead: lead_of(errand), needs: needs_of(errand), tag: errand.tag() };
    framed(facts, body.title, "/", &body).into_response()
}

/// A field as it is drawn.
struct Drawn<'a> {
    field: &'a Field,
    value: &'a str,
    wrong: Option<&'a str>,
    /// Value, words, whether it was chosen.
    options: Vec<(&'a str, &'a str, bool)>,
    /// Day, month, year.
    date: [&'a str; 3],
    /// Where an error leads: the first control.
    target: String,
    described_by: String,
}

fn draw<'a>(field: &'a Field, answers: &'a Answers, wrong: &'a [Wrong], cameras: &'a [Camera]) -> Drawn<'a> {
    let value = answers.get(field.name).map_or("", String::as_str);
    let chosen = |option: &str| value.split(',').any(|one| one == option);
    let options: Vec<(&str, &str, bool)> = match field.form {
        Form::One(options) | Form::Any(options) => options.iter().map(|(value, words)| (*value, *words, chosen(value))).collect(),
        Form::Places => cameras.iter().map(|camera| (camera.id.as_str(), camera.place.as_str(), chosen(&camera.id))).collect(),
        _ => Vec::new(),
    };
    let mut parts = value.split(' ');
    let date = [(); 3].map(|()| parts.next().unwrap_or(""));
    let wrong = wrong.iter().find(|wrong| wrong.field == field.name).map(|wrong| wrong.instead.as_str());
    let mut described = Vec::new();
    if !field.hint.is_empty() {
        described.push([field.name, "-hint"].concat());
    }
    if wrong.is_some() {
        described.push([field.name, "-error"].concat());
    }
    let target = match field.form {
        Form::Day => [field.name, "-day"].concat(),
        _ if !options.is_empty() => [field.name, "-0"].concat(),
        _ => field.name.to_owned(),
    };
    Drawn { field, value, wrong, options, date, target, described_by: described.join(" ") }
}

impl Drawn<'_> {
    const fn kind(&self) -> &'static str {
        match self.field.form {
            Form::Line | Form::Hour => "text",
            Form::Email => "email",
            Form::Telephone => "tel",
            Form::Area | Form::Story => "area",
            Form::Day => "day",
            Form::One(_) => "one",
            Form::Any(_) | Form::Places => "any",
        }
    }

    const fn is_short(&self) -> bool {
        matches!(self.field.form, Form::Hour)
    }
}

#[derive(Template)]
#[template(
    ext = "html",
    source = r##"{% if !wrong.is_empty() %}<div class="govuk-error-summary"><div role="alert">
<h2 class="govuk-error-summary__title">There is a problem</h2>
<div class="govuk-error-summary__body"><ul class="govuk-list govuk-error-summary__list">
{% for field in fields %}{% if let Some(instead) = field.wrong %}<li><a href="#{{ field.target }}">{{ instead }}</a></li>{% endif %}{% endfor %}
</ul></div></div></div>{% endif %}
<form method="post" action="/apply/{{ tag }}/{{ question.tag }}" novalidate>
<input type="hidden" name="csrf" value="{{ csrf }}">
{% let alone = fields.len() == 1 %}
{% if !alone %}<h1 class="govuk-heading-l">{{ question.title }}</h1>{% if !question.hint.is_empty() %}<p class="govuk-body">{{ question.hint }}</p>{% endif %}{% endif %}
{% for drawn in fields %}
{% let field = drawn.field %}
<div class="govuk-form-group{% if drawn.wrong.is_some() %} govuk-form-group--error{% endif %}">
{% if drawn.kind() == "one" || drawn.kind() == "any" || drawn.kind() == "day" %}
<fieldset class="govuk-fieldset"{% if !drawn.described_by.is_empty() %} aria-describedby="{{ drawn.described_by }}"{% endif %}{% if drawn.kind() == "day" %} role="group"{% endif %}>
<legend class="govuk-fieldset__legend {% if alone %}govuk-fieldset__legend--l{% else %}govuk-fieldset__legend--s{% endif %}">{% if alone %}<h1 class="govuk-fieldset__heading">{{ question.title }}</h1>{% else %}{{ field.label }}{% endif %}</legend>
{% if alone && !question.hint.is_empty() %}<p class="govuk-body">{{ question.hint }}</p>{% endif %}
{% if !field.hint.is_empty() %}<div id="{{ field.name }}-hint" class="govuk-hint">{{ field.hint }}</div>{% endif %}
{% if let Some(instead) = drawn.wrong %}<p id="{{ field.name }}-error" class="govuk-error-message"><span class="govuk-visually-hidden">Error:</span> {{ instead }}</p>{% endif %}
{% if drawn.kind() == "day" %}<div class="govuk-date-input" id="{{ field.name }}">
{% for (part, label, width) in [("day", "Day", 2), ("month", "Month", 2), ("year", "Year", 4)] %}<div class="govuk-date-input__item"><div class="govuk-form-group"><label class="govuk-label govuk-date-input__label" for="{{ field.name }}-{{ part }}">{{ label }}</label><input class="govuk-input govuk-date-input__input govuk-input--width-{{ width }}{% if drawn.wrong.is_some() %} govuk-input--error{% endif %}" id="{{ field.name }}-{{ part }}" name="{{ field.name }}-{{ part }}" type="text" inputmode="numeric" value="{{ drawn.date[loop.index0] }}"></div></div>{% endfor %}
</div>
{% else if drawn.kind() == "one" %}<div class="govuk-radios">
{% for (value, words, chosen) in drawn.options %}<div class="govuk-radios__item"><input class="govuk-radios__input" id="{{ field.name }}-{{ loop.index0 }}" name="{{ field.name }}" type="radio" value="{{ value }}"{% if chosen %} checked{% endif %}><label class="govuk-label govuk-radios__label" for="{{ field.name }}-{{ loop.index0 }}">{{ words }}</label></div>{% endfor %}
</div>
{% else %}<div class="govuk-checkboxes">
{% for (value, words, chosen) in drawn.options %}<div class="govuk-checkboxes__item"><input class="govuk-checkboxes__input" id="{{ field.name }}-{{ loop.index0 }}" name="{{ field.name }}" type="checkbox" value="{{ value }}"{% if chosen %} checked{% endif %}><label class="govuk-label govuk-checkboxes__label" for="{{ field.name }}-{{ loop.index0 }}">{{ words }}</label></div>{% endfor %}
</div>{% endif %}
</fieldset>
{% else %}
{% if alone %}<h1 class="govuk-label-wrapper"><label class="govuk-label govuk-label--l" for="{{ field.name }}">{{ question.title }}</label></h1>{% if !question.hint.is_empty() %}<p class="govuk-body">{{ question.hint }}</p>{% endif %}{% else %}<label class="govuk-label govuk-label--s" for="{{ field.name }}">{{ field.label }}</label>{% endif %}
{% if !field.hint.is_empty() %}<div id="{{ field.name }}-hint" class="govuk-hint">{{ field.hint }}</div>{% endif %}
{% if let Some(instead) = drawn.wrong %}<p id="{{ field.name }}-error" class="govuk-error-message"><span class="govuk-visually-hidden">Error:</span> {{ instead }}</p>{% endif %}
{% if drawn.kind() == "area" %}<textarea class="govuk-textarea{% if drawn.wrong.is_some() %} govuk-textarea--error{% endif %}" id="{{ field.name }}" name="{{ field.name }}" rows="5"{% if !field.autocomplete.is_empty() %} autocomplete="{{ field.autocomplete }}"{% endif %}{% if !drawn.described_by.is_empty() %} aria-describedby="{{ drawn.described_by }}"{% endif %}>
{{ drawn.value }}</textarea>
{% else %}<input class="govuk-input{% if drawn.is_short() %} govuk-input--width-10{% endif %}{% if drawn.wrong.is_some() %} govuk-input--error{% endif %}" id="{{ field.name }}" name="{{ field.name }}" type="{{ drawn.kind() }}" value="{{ drawn.value }}"{% if !field.autocomplete.is_empty() %} autocomplete="{{ field.autocomplete }}"{% endif %}{% if !drawn.described_by.is_empty() %} aria-describedby="{{ drawn.described_by }}"{% endif %}>{% endif %}
{% endif %}
</div>
{% endfor %}
<div class="govuk-button-group"><button type="submit" class="govuk-button">Continue</button>
<button type="submit" class="govuk-button govuk-button--secondary" formaction="/apply/{{ tag }}/save">Save and come back later</button></div>
</form>"##
)]
struct Asked<'a> {
    tag: &'a str,
    question: &'a Question,
    fields: &'a [Drawn<'a>],
    wrong: &'a [Wrong],
    csrf: &'a str,
}

pub fn question(
    facts: &Facts,
    errand: Errand,
    question: &Question,
    answers: &Answers,
    wrong: &[Wrong],
    csrf: &str,
    back: &str,
) -> Response {
    let fields: Vec<Drawn<'_>> = question.fields.iter().map(|field| draw(field, answers, wrong, &facts.cameras)).collect();
    let body = Asked { tag: errand.tag(), question, fields: &fields, wrong, csrf };
    let title = if wrong.is_empty() { question.title.to_owned() } else { ["Error: ", question.title].concat() };
    framed(facts, &title, back, &body).into_response()
}

#[derive(Template)]
#[template(
    ext = "html",
    source = r#"<h1 class="govuk-heading-l">Check your answers</h1>
<dl class="govuk-summary-list">
{% for (question, label, answer) in rows %}<div class="govuk-summary-list__row"><dt class="govuk-summary-list__key">{{ label }}</dt><dd class="govuk-summary-list__value portal-answer">{% if answer.is_empty() %}Not given{% else %}{{ answer }}{% endif %}</dd><dd class="govuk-summary-list__actions"><a class="govuk-link" href="/apply/{{ tag }}/{{ question }}">Change<span class="govuk-visually-hidden"> {{ label }}</span></a></dd></div>
{% endfor %}</dl>
<h2 class="govuk-heading-m">Send it</h2>
<p class="govuk-body">By sending it you say that your answers are right as far as you know.</p>
<form method="post" action="/apply/{{ tag }}/send"><input type="hidden" name="csrf" value="{{ csrf }}">
<div class="govuk-button-group"><button type="submit" class="govuk-button">Send</button>
<button type="submit" class="govuk-button govuk-button--secondary" formaction="/apply/{{ tag }}/save">Save and come back later</button></div></form>"#
)]
struct Check<'a> {
    tag: &'a str,
    rows: Vec<(&'a str, &'a str, String)>,
    csrf: &'a str,
}

pub fn check(facts: &Facts, errand: Errand, asked: &[&Question], answers: &Answers, csrf: &str) -> Response {
    let rows = asked.iter().flat_map(|question| {
        question.fields.iter().map(|field| {
            let drawn = draw(field, answers, &[], &facts.cameras);
            let answer = match drawn.options.is_empty() {
                true => drawn.value.to_owned(),
                false => drawn.options.iter().filter(|(_, _, chosen)| *chosen).map(|(_, words, _)| *words).collect::<Vec<_>>().join("\n"),
            };
            let label = if question.fields.len() == 1 { question.title } else { field.label };
            (question.tag, label, answer)
        })
    });
    let body = Check { tag: errand.tag(), rows: rows.collect(), csrf };
    framed(facts, "Check your answers", "", &body).into_response()
}

#[derive(Template)]
#[template(
    ext = "html",
    source = r#"<h1 class="govuk-heading-l">Your answers are saved</h1>
<p class="govuk-body">To come back to them, on this or another device, you need both of these. Write them down or take a picture: the code is shown only now.</p>
<p class="govuk-body">Reference</p><p class="portal-code">{{ reference }}</p>
<p class="govuk-body">Code</p><p class="portal-code">{{ code }}</p>
<p class="govuk-body">Then choose “Return to a saved application” on the start page.</p>
<p class="govuk-body"><a class="govuk-link" href="{{ onward }}">Go on now</a></p>"#
)]
struct Saved<'a> {
    reference: &'a str,
    code: &'a str,
    onward: &'a str,
}

pub fn saved(facts: &Facts, reference: &str, code: &str, onward: &str) -> Response {
    framed(facts, "Your answers are saved", "", &Saved { reference, code, onward }).into_response()
}

#[derive(Template)]
#[template(
    ext = "html",
    source = r##"{% if let Some(wrong) = wrong %}<div class="govuk-error-summary"><div role="alert"><h2 class="govuk-error-summary__title">There is a problem</h2>
<div class="govuk-error-summary__body"><ul class="govuk-list govuk-error-summary__list"><li><a href="#reference">{{ wrong }}</a></li></ul></div></div></div>{% endif %}
<h1 class="govuk-heading-l">{{ room.title }}</h1>
<form method="post" action="{{ room.action }}" novalidate>
<div class="govuk-form-group{% if wrong.is_some() %} govuk-form-group--error{% endif %}"><label class="govuk-label" for="reference">Reference</label>
<div id="reference-hint" class="govuk-hint">{{ room.reference_hint }}</div>
{% if let Some(wrong) = wrong %}<p id="reference-error" class="govuk-error-message"><span class="govuk-visually-hidden">Error:</span> {{ wrong }}</p>{% endif %}
<input class="govuk-input govuk-input--width-20{% if wrong.is_some() %} govuk-input--error{% endif %}" id="reference" name="reference" value="{{ reference }}" aria-describedby="reference-hint{% if wrong.is_some() %} reference-error{% endif %}" autocapitalize="characters" spellcheck="false" autocomplete="off"></div>
<div class="govuk-form-group"><label class="govuk-label" for="code">Code</label>
<div id="code-hint" class="govuk-hint">{{ room.code_hint }}</div>
<input class="govuk-input" id="code" name="code" aria-describedby="code-hint" autocapitalize="characters" spellcheck="false" autocomplete="off"></div>
<button type="submit" class="govuk-button">{{ room.button }}</button>
</form>
<p class="govuk-body"><a class="govuk-link" href="{{ room.other.0 }}">{{ room.other.1 }}</a></p>
<p class="govuk-body">Lost the code? Call or write to us: we know your request by its reference.</p>"##
)]
struct KeyPage<'a> {
    room: &'a Room,
    reference: &'a str,
    wrong: Option<&'a str>,
}

/// What reference and code open.
pub struct Room {
    title: &'static str,
    action: &'static str,
    reference_hint: &'static str,
    code_hint: &'static str,
    button: &'static str,
    /// Where those go who stand before the wrong door.
    other: (&'static str, &'static str),
}

pub const RETURN: Room = Room {
    title: "Return to a saved application",
    action: "/return",
    reference_hint: "Two groups of five letters and digits",
    code_hint: "Four groups; capitals and hyphens don’t matter",
    button: "Return to it",
    other: ("/status", "I have sent it already, and want to know how it stands"),
};

pub const FOLLOW: Room = Room {
    title: "Follow your request",
    action: "/status",
    reference_hint: "For example, HF-2026-000123",
    code_hint: "The long code that you were shown with it; capitals and hyphens don’t matter",
    button: "Continue",
    other: ("/return", "I have saved an application that is not sent yet"),
};

/// Reference and code as they were typed.
#[derive(Deserialize)]
pub struct Key {
    reference: String,
    code: String,
}

impl Key {
    /// No longer than either can be.
    pub fn cut(self) -> (String, String) {
        (self.reference.trim().chars().take(20).collect(), self.code.chars().take(60).collect())
    }
}

pub fn key(facts: &Facts, room: &Room, reference: &str, wrong: Option<&str>) -> Response {
    let title = if wrong.is_some() { ["Error: ", room.title].concat() } else { room.title.to_owned() };
    framed(facts, &title, "/", &KeyPage { room, reference, wrong }).into_response()
}

#[derive(Template)]
#[template(
    ext = "html",
    source = r#"<div class="govuk-panel govuk-panel--confirmation"><h1 class="govuk-panel__title">We have received it</h1>
<div class="govuk-panel__body">Your reference<br><strong>{{ receipt.reference }}</strong></div></div>
{% if let Some(code) = receipt.code %}<p class="govuk-body">When you call or write, give your reference. To follow it you also need this code. Write it down: it is shown only now.</p>
<p class="portal-code">{{ code }}</p>{% else %}<p class="govuk-body">It had reached us before, and we are working on it.</p>{% endif %}
<h2 class="govuk-heading-m">What happens next</h2>
<p class="govuk-body">{{ receipt.next }}</p>
<p class="govuk-body"><a class="govuk-link" href="/status">Follow your request</a></p>"#
)]
struct Received<'a> {
    receipt: &'a Receipt,
}

pub fn received(facts: &Facts, receipt: &Receipt) -> Response {
    framed(facts, "We have received it", "", &Received { receipt }).into_response()
}
