//! From whole answers to an application, as the request's room takes it.
//!
//! What has a place of its own goes there; everything else stays in the applicant's words, each under
//! its question, so that nothing that was answered is lost. Next: `jobs::case::receive`.

use jiff::tz::TimeZone;
use uuid::Uuid;

use super::{Answers, Errand, Form, span};
use crate::domain::{
    camera::CameraId,
    instant::UtcInstant,
    request::{
        case::{Application, AskedRange, Channel, Requester},
        kind::RequestKind,
        police_form::PoliceForm,
    },
};

/// Longest contact, place and needs that the case takes, characters.
const SHORT_MAX: usize = 300;
/// Fields that have a place of their own in every application or in the police's form.
const PLACED: [&str; 26] = [
    "for",
    "name",
    "email",
    "phone",
    "places",
    "day",
    "from",
    "until",
    "which-hour",
    "force",
    "rank",
    "collar",
    "crime-reference",
    "offence",
    "sought",
    "subject",
    "purpose",
    "necessary",
    "task",
    "compulsion",
    "prejudice",
    "needed-by",
    "delivery",
    "declared",
    "authoriser",
    "authoriser-rank",
];

/// The application that these answers make; `submission` is the draft's own, so that sending it twice
/// is sending it once.
pub fn application(errand: Errand, answers: &Answers, zone: &TimeZone, submission: Uuid, received_at: UtcInstant) -> Application {
    let said = |name: &str| answers.get(name).map_or("", |answer| answer.trim()).to_owned();
    let told = |name: &str| worded(errand, answers, zone, name);
    let interval = span(answers, zone).ok();
    let cameras: Vec<CameraId> = said("places").split(',').filter_map(|id| CameraId::new(id).ok()).collect();
    let asked = interval.map(|interval| AskedRange { place: cut(&said("place-words"), SHORT_MAX), cameras, interval });
    let contact = [said("email"), said("phone"), said("post").replace('\r', "")];
    let contact = contact.into_iter().filter(|way| !way.is_empty()).collect::<Vec<_>>().join("; ");
    let form = (errand == Errand::Police).then(|| PoliceForm {
        force: said("force"),
        officer_name: said("name"),
        officer_rank: said("rank"),
        officer_number: said("collar"),
        email: said("email"),
        phone: said("phone"),
        crime_reference: said("crime-reference"),
        offence: said("offence"),
        description: joined(&[told("sought"), said("looks"), said("vehicle")]),
        subject: said("subject"),
        purpose: told("purpose"),
        necessity: said("necessary"),
        public_task: told("task"),
        prejudice: if said("prejudice") == "yes" { joined(&[told("prejudice"), said("prejudice-reason")]) } else { String::new() },
        needed_by: joined(&[told("urgency"), said("needed-by")]),
        delivery: told("delivery"),
        declaration: told("declared"),
        authoriser_name: said("authoriser"),
        authoriser_rank: said("authoriser-rank"),
    });
    let kind = match errand {
        Errand::Access => RequestKind::SubjectAccess,
        Errand::Police if said("compulsion") != "none" => RequestKind::CourtOrder,
        Errand::Police => RequestKind::Police,
        Errand::Complaint => RequestKind::Complaint,
        Errand::Objection => RequestKind::Objection,
    };
    let needs = joined(&[told("help"), said("help-words")]);
    Application {
        submission,
        kind,
        channel: Channel::Portal,
        received_at,
        requester: Requester {
            name: said("name"),
            contact: cut(&contact, SHORT_MAX),
            organisation: joined(&[said("force"), said("department")]),
            needs: cut(&needs, SHORT_MAX),
        },
        asked: asked.into_iter().collect(),
        words: rest(errand, answers, zone),
        // The police's own form has a place for it.
        sought: if errand == Errand::Police { String::new() } else { joined(&[said("looks"), said("vehicle")]) },
        form,
    }
}

/// Everything without a place of its own, each under its question.
fn rest(errand: Errand, answers: &Answers, zone: &TimeZone) -> String {
    let fields =
        errand.questions(answers, zone).into_iter().flat_map(|question| question.fields.iter().map(move |field| (question, field)));
    // The police's form has these too, and what helps to find somebody is kept apart.
    let in_form = |name: &str| errand == Errand::Police && ["department", "urgency"].contains(&name);
    let apart = |name: &str| ["looks", "vehicle"].contains(&name);
    let fields = fields.filter(|(_, field)| !in_form(field.name) && !apart(field.name));
    let lines = fields.filter(|(_, field)| !PLACED.contains(&field.name) || (errand == Errand::Objection && field.name == "places"));
    let lines = lines.filter_map(|(question, field)| {
        let answer = worded(errand, answers, zone, field.name);
        let label = if question.fields.len() == 1 { question.title } else { field.label };
        (!answer.is_empty()).then(|| [label, if label.ends_with('?') { " " } else { ": " }, answer.as_str()].concat())
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// An answer in words: choices as they were read on the page.
fn worded(errand: Errand, answers: &Answers, zone: &TimeZone, name: &str) -> String {
    let answer = answers.get(name).map_or("", |answer| answer.trim());
    let field = errand.questions(answers, zone).into_iter().flat_map(|question| question.fields).find(|field| field.name == name);
    match field.map(|field| field.form) {
        Some(Form::One(options) | Form::Any(options)) => {
            let words = answer.split(',').filter_map(|choice| options.iter().find(|(value, _)| *value == choice));
            words.map(|(_, words)| *words).collect::<Vec<_>>().join("; ")
        }
        Some(_) => answer.to_owned(),
        None => String::new(),
    }
}

fn joined(parts: &[String]) -> String {
    parts.iter().map(String::as_str).filter(|part| !part.is_empty()).collect::<Vec<_>>().join("; ")
}

fn cut(text: &str, most: usize) -> String {
    text.chars().take(most).collect()
}

#[cfg(test)]
mod tests {
    use super::{super::question, *};

    const AT: UtcInstant = UtcInstant::from_unix_seconds(1_800_000_000);

    /// Every field answered at its longest, each with a word that is only there.
    fn longest(errand: Errand, more: &[(&str, &str)]) -> Answers {
        let fields = question::of(errand).iter().flat_map(|question| question.fields);
        let mut answers: Answers = fields
            .map(|field| {
                let answer = match field.form {
                    Form::One(options) => options[options.len() - 1].0.to_owned(),
                    Form::Any(options) => options.iter().map(|(value, _)| *value).collect::<Vec<_>>().join(","),
                    Form::Places => "gate".into(),
                    Form::Day => "25 10 2026".into(),
                    Form::Hour => if field.name == "from" { "1:30" } else { "1:45" }.into(),
                    _ => format!("[{}]{}", field.name, "x".repeat(field.form.longest() - field.name.len() - 2)),
                };
                (field.name.to_owned(), answer)
            })
            .collect();
        answers.extend(more.iter().map(|(field, answer)| ((*field).to_owned(), (*answer).to_owned())));
        answers
    }

    #[test]
    fn the_longest_answers_are_taken_and_none_is_lost() {
        let zone = TimeZone::get("Europe/London").unwrap();
        for errand in Errand::ALL {
            let answers = longest(errand, &[]);
            let application = application(errand, &answers, &zone, Uuid::nil(), AT);
            assert_eq!(application.check(AT), Ok(()), "{errand:?}: {} characters of words", application.words.chars().count());
            let form = serde_json::to_string(&application.form).unwrap();
            let requester = &application.requester;
            let all = [
                &application.words,
                &application.sought,
                &form,
                &requester.name,
                &requester.contact,
                &requester.organisation,
                &requester.needs,
            ];
            let all = all.map(String::as_str).join("\n");
            for field in question::of(errand).iter().flat_map(|question| question.fields) {
                if answers[field.name].starts_with('[') {
                    assert!(all.contains(&answers[field.name]), "{errand:?} loses {}", field.name);
                }
            }
        }
    }

    #[test]
    fn a_whole_police_form_lacks_nothing_and_an_order_is_one() {
        let zone = TimeZone::get("Europe/London").unwrap();
        let order = application(Errand::Police, &longest(Errand::Police, &[]), &zone, Uuid::nil(), AT);
        assert_eq!((order.kind, order.form.unwrap().check()), (RequestKind::CourtOrder, Ok(())));
        let request = application(Errand::Police, &longest(Errand::Police, &[("compulsion", "none")]), &zone, Uuid::nil(), AT);
        assert_eq!(request.kind, RequestKind::Police);
    }
}
