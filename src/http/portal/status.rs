//! The pages of a request that is followed: how it stands, what was said, what can be done about it.
//!
//! Next: `visit` decides who sees them.

use askama::Template;
use axum::response::{IntoResponse, Response};

use super::{form::title_of, page::framed};
use crate::{
    domain::{
        intake::Errand,
        notice::Facts,
        request::{case::CaseReference, progress::Asks},
    },
    jobs::case::follow::{DueBy, Followed, IsOver, Speaker},
};

/// The fields of the page.
pub const WORDS: &str = "words";
pub const PAPER: &str = "paper";

/// What can't be taken, and what was typed.
pub struct Wrong {
    pub field: &'static str,
    /// What to write or send.
    pub instead: String,
    pub typed: String,
}

#[derive(Template)]
#[template(
    ext = "html",
    source = r##"{% if let Some(wrong) = wrong %}<div class="govuk-error-summary"><div role="alert"><h2 class="govuk-error-summary__title">There is a problem</h2>
<div class="govuk-error-summary__body"><ul class="govuk-list govuk-error-summary__list"><li><a href="#{{ wrong.field }}">{{ wrong.instead }}</a></li></ul></div></div></div>{% endif %}
<span class="govuk-caption-l">Request {{ followed.reference }}</span>
<h1 class="govuk-heading-l">{{ followed.progress.title }}</h1>
<p class="govuk-body-l">{{ followed.progress.now }}</p>
{% if let Some(outcome) = followed.outcome %}<div class="govuk-inset-text">{{ outcome }}</div>{% endif %}
{% if followed.progress.asks != Asks::Nothing %}<section class="portal-asks" aria-labelledby="asked">
<h2 class="govuk-heading-m" id="asked">What we ask you</h2>
{% if let Some(question) = question %}<blockquote class="portal-said">{{ question }}</blockquote>{% endif %}
{% if takes_papers %}
<form method="post" action="/status/papers" enctype="multipart/form-data" novalidate>
<input type="hidden" name="csrf" value="{{ csrf }}">
<div class="govuk-form-group{% if wrong_paper.is_some() %} govuk-form-group--error{% endif %}"><label class="govuk-label govuk-label--s" for="paper">Send a photograph or a PDF</label>
<div id="paper-hint" class="govuk-hint">For example a letter to your address, or a card with your picture. Cover what we don’t need, like numbers. JPEG, PNG or PDF, up to 10 MB.</div>
{% if let Some(instead) = wrong_paper %}<p id="paper-error" class="govuk-error-message"><span class="govuk-visually-hidden">Error:</span> {{ instead }}</p>{% endif %}
<input class="govuk-file-upload" id="paper" name="paper" type="file" accept="image/jpeg,image/png,application/pdf" aria-describedby="paper-hint{% if wrong_paper.is_some() %} paper-error{% endif %}"></div>
<button type="submit" class="govuk-button govuk-button--secondary">Send this file</button></form>
{% if followed.papers > 0 %}<p class="govuk-body"><strong>{{ followed.papers }} {% if followed.papers == 1 %}paper has{% else %}papers have{% endif %} reached us.</strong> They are kept sealed, and deleted once they were looked at. When you have sent all, tell us so below.</p>{% endif %}
{% endif %}
{% if takes_words %}<form method="post" action="/status/answer" novalidate><input type="hidden" name="csrf" value="{{ csrf }}">
<div class="govuk-form-group{% if wrong_words.is_some() %} govuk-form-group--error{% endif %}"><label class="govuk-label govuk-label--s" for="words">{% if takes_papers %}Anything to say to it{% else %}Your answer{% endif %}</label>
{% if takes_papers %}<div id="words-hint" class="govuk-hint">{% if followed.papers > 0 %}You can leave this empty.{% else %}If you can’t send a file, tell us here how else you can show it.{% endif %}</div>{% endif %}
{% if let Some(instead) = wrong_words %}<p id="words-error" class="govuk-error-message"><span class="govuk-visually-hidden">Error:</span> {{ instead }}</p>{% endif %}
<textarea class="govuk-textarea{% if wrong_words.is_some() %} govuk-textarea--error{% endif %}" id="words" name="words" rows="5"{% if takes_papers || wrong_words.is_some() %} aria-describedby="{% if takes_papers %}words-hint{% endif %}{% if wrong_words.is_some() %} words-error{% endif %}"{% endif %}>
{{ typed }}</textarea></div>
<button type="submit" class="govuk-button">{% if takes_papers %}I have sent all of it{% else %}Send your answer{% endif %}</button></form>{% endif %}
</section>{% endif %}
<h2 class="govuk-heading-m">What happens next</h2>
<p class="govuk-body">{{ followed.progress.next }}</p>
<dl class="govuk-summary-list">
<div class="govuk-summary-list__row"><dt class="govuk-summary-list__key">You asked</dt><dd class="govuk-summary-list__value">{{ received }}</dd></div>
{% if !due.is_empty() %}<div class="govuk-summary-list__row"><dt class="govuk-summary-list__key">We answer by</dt><dd class="govuk-summary-list__value"><strong>{{ due }}</strong>{% if is_projected %}<br>if we hear from you today; later by as many days as you take{% endif %}</dd></div>{% endif %}
{% if !link_until.is_empty() %}<div class="govuk-summary-list__row"><dt class="govuk-summary-list__key">Your link works until</dt><dd class="govuk-summary-list__value">{{ link_until }}</dd></div>{% endif %}
</dl>
{% if !followed.said.is_empty() %}<h2 class="govuk-heading-m">What was said</h2>
<ol class="govuk-list portal-thread">{% for said in followed.said %}<li class="{% if said.by == Speaker::Office %}portal-ours{% else %}portal-yours{% endif %}"><p class="govuk-body-s"><strong>{% if said.by == Speaker::Office %}We asked{% else %}You answered{% endif %}</strong>, {{ said.on.strftime("%-d %B %Y") }}</p><p class="govuk-body portal-answer">{{ said.words }}</p></li>{% endfor %}</ol>{% endif %}
<h2 class="govuk-heading-m">What you can do</h2>
{% if followed.is_over == IsOver::Yes %}<p class="govuk-body">If you think that we got it wrong, you can complain to us, and then to the {{ regulator }}: {{ regulator_contact }}.</p>
<form method="post" action="/apply/{{ Errand::Complaint.tag() }}"><input type="hidden" name="about" value="request"><button type="submit" class="govuk-button govuk-button--secondary">Complain about this request</button></form>
<p class="govuk-body"><a class="govuk-link" href="/apply/{{ again }}">{{ again_title }} again</a></p>
{% else %}<p class="govuk-body"><a class="govuk-link" href="/status/withdraw">Withdraw this request</a></p>{% endif %}
<form method="post" action="/status/leave"><button type="submit" class="govuk-button govuk-button--secondary">Leave this page</button></form>"##
)]
struct Request<'a> {
    followed: &'a Followed,
    csrf: &'a str,
    wrong: Option<&'a Wrong>,
    wrong_paper: Option<&'a str>,
    wrong_words: Option<&'a str>,
    typed: &'a str,
    /// The last thing we asked.
    question: Option<&'a str>,
    takes_papers: bool,
    takes_words: bool,
    received: String,
    due: String,
    is_projected: bool,
    link_until: String,
    regulator: &'a str,
    regulator_contact: &'a str,
    /// The errand to begin anew.
    again: &'a str,
    again_title: &'a str,
}

fn day(day: jiff::civil::Date) -> String {
    day.strftime("%-d %B %Y").to_string()
}

pub fn request(facts: &Facts, followed: &Followed, csrf: &str, wrong: Option<&Wrong>) -> Response {
    use crate::domain::request::kind::RequestKind;
    let about = |field: &str| wrong.filter(|wrong| wrong.field == field).map(|wrong| wrong.instead.as_str());
    let asks = followed.progress.asks;
    let again = match followed.kind {
        RequestKind::Police | RequestKind::PoliceUrgent | RequestKind::CourtOrder => Errand::Police,
        RequestKind::Objection => Errand::Objection,
        RequestKind::Complaint => Errand::Complaint,
        _ => Errand::Access,
    };
    let body = Request {
        followed,
        csrf,
        wrong,
        wrong_paper: about(PAPER),
        wrong_words: about(WORDS),
        typed: wrong.map_or("", |wrong| wrong.typed.as_str()),
        question: followed.said.iter().rev().find(|said| said.by == Speaker::Office).map(|said| said.words.as_str()),
        takes_papers: matches!(asks, Asks::Identity | Asks::Authority),
        takes_words: matches!(asks, Asks::Identity | Asks::Authority | Asks::Answer),
        received: day(followed.received),
        due: match followed.due {
            DueBy::On(due) | DueBy::Projected(due) => day(due),
            DueBy::Answered => String::new(),
        },
        is_projected: matches!(followed.due, DueBy::Projected(_)),
        link_until: followed.link_until.map(day).unwrap_or_default(),
        regulator: &facts.regulator,
        regulator_contact: &facts.regulator_contact,
        again: again.tag(),
        again_title: title_of(again),
    };
    let title = if wrong.is_some() { ["Error: ", followed.progress.title].concat() } else { followed.progress.title.to_owned() };
    framed(facts, &title, "", &body).into_response()
}

#[derive(Template)]
#[template(
    ext = "html",
    source = r#"<span class="govuk-caption-l">Request {{ case }}</span>
<h1 class="govuk-heading-l">Do you want to withdraw it?</h1>
<p class="govuk-body">We stop working on it, and you get no answer. The footage that we keep for it may be deleted. You can ask again, but by then it may be gone.</p>
<form method="post" action="/status/withdraw"><input type="hidden" name="csrf" value="{{ csrf }}"><div class="govuk-button-group"><button type="submit" class="govuk-button govuk-button--warning">Withdraw it</button><a class="govuk-link" href="/status/request">No, go on with it</a></div></form>"#
)]
struct Withdraw<'a> {
    case: CaseReference,
    csrf: &'a str,
}

pub fn withdraw(facts: &Facts, case: CaseReference, csrf: &str) -> Response {
    framed(facts, "Withdraw your request", "/status/request", &Withdraw { case, csrf }).into_response()
}
