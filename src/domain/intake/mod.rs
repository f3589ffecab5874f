//! What the public's forms ask, one question a page, and what an answer must be.
//!
//! An errand decides its questions from what was answered so far. Refuses an answer with a sentence
//! that says what to write. Nothing here is obligatory by law: any other way to ask is as good.
//! Next: `question` holds the words, `span` the times, `jobs::intake` keeps what was answered.

mod application;
mod question;
mod span;

use std::collections::BTreeMap;

use jiff::{civil::Date, tz::TimeZone};
use serde::{Deserialize, Serialize};

pub use self::{
    application::application,
    question::{Field, Form, Question, Rule},
    span::{SpanError, is_repeated, parse_day, parse_hour, span},
};

use super::request::news::is_mail_address;

/// Longest answer of one line and of a text, characters.
pub const LINE_MAX: usize = 120;
pub const AREA_MAX: usize = 600;
/// Of what a complaint or an objection is about. All of a form together must fit into a case.
pub const STORY_MAX: usize = 1_800;

/// What somebody comes for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Errand {
    /// A copy of footage that shows them: UK GDPR Article 15.
    Access,
    /// DPA 2018 Schedule 2 Part 1 paragraph 2, or an order.
    Police,
    /// DPA 2018 section 164A.
    Complaint,
    /// UK GDPR Article 21.
    Objection,
}

/// Answers by the field's name. Several choices are separated by commas.
pub type Answers = BTreeMap<String, String>;

/// An answer that can't be taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wrong {
    pub field: &'static str,
    /// What to write.
    pub instead: String,
}

impl Errand {
    pub const ALL: [Self; 4] = [Self::Access, Self::Police, Self::Complaint, Self::Objection];

    /// As in addresses.
    pub const fn tag(self) -> &'static str {
        match self {
            Self::Access => "footage-of-me",
            Self::Police => "police",
            Self::Complaint => "complaint",
            Self::Objection => "objection",
        }
    }

    pub fn from_tag(tag: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|errand| errand.tag() == tag)
    }

    /// The questions to be asked, given what was answered.
    pub fn questions(self, answers: &Answers, zone: &TimeZone) -> Vec<&'static Question> {
        let said = |field: &str, value: &str| answers.get(field).is_some_and(|answer| answer == value);
        let asked = |question: &&Question| match question.tag {
            "other-person" => said("for", "other"),
            "which-hour" => is_repeated(answers, zone),
            "order" => answers.get("compulsion").is_some_and(|answer| answer != "none"),
            _ => true,
        };
        question::of(self).iter().copied().filter(asked).collect()
    }

    /// The first question without a good answer; None when all are answered.
    pub fn next(self, answers: &Answers, zone: &TimeZone, today: Date) -> Option<&'static Question> {
        self.questions(answers, zone).into_iter().find(|question| {
            let untouched = question.fields.iter().all(|field| !answers.contains_key(field.name));
            untouched || !question.check(answers, zone, today).is_empty()
        })
    }
}

impl Question {
    /// What is wrong with the answers to this question.
    pub fn check(&self, answers: &Answers, zone: &TimeZone, today: Date) -> Vec<Wrong> {
        let answer = |name: &str| answers.get(name).map_or("", |answer| answer.trim());
        let mut wrong: Vec<Wrong> = self.fields.iter().filter_map(|field| field.check(answer(field.name), today)).collect();
        match self.rule {
            Rule::Each => {}
            Rule::AnyOf(instead) => {
                if let (Some(first), true) = (self.fields.first(), self.fields.iter().all(|field| answer(field.name).is_empty())) {
                    wrong.push(Wrong { field: first.name, instead: instead.into() });
                }
            }
            Rule::Span if wrong.is_empty() => match span(answers, zone) {
                Err(SpanError::Skipped { field, sentence }) => wrong.push(Wrong { field, instead: sentence }),
                Err(SpanError::Incomplete) | Ok(_) => {}
            },
            Rule::Span => {}
        }
        wrong
    }
}

impl Field {
    fn check(&self, answer: &str, today: Date) -> Option<Wrong> {
        let wrong = |instead: &str| Some(Wrong { field: self.name, instead: instead.into() });
        if answer.is_empty() {
            return self.needed.and_then(wrong);
        }
        let most = self.form.longest();
        let chosen = |options: &[(&str, &str)]| answer.split(',').all(|choice| options.iter().any(|(value, _)| *value == choice));
        match self.form {
            Form::Email if !is_mail_address(answer) => wrong("Write an email address like name@example.org"),
            Form::Telephone if answer.chars().filter(char::is_ascii_digit).count() < 7 => {
                wrong("Write a telephone number like 01632 960 001 or +44 808 157 0192")
            }
            Form::Day => match parse_day(answer) {
                None => wrong("Write a real date with day, month and year, like 27 3 2026"),
                Some(day) if day > today => wrong("Write a date that is today or earlier: nothing is recorded of days to come"),
                Some(_) => None,
            },
            Form::Hour if parse_hour(answer).is_none() => wrong("Write a time like 9:30 am or 21:30"),
            Form::One(options) if answer.contains(',') || !chosen(options) => wrong("Choose one of the answers below"),
            Form::Any(options) if !chosen(options) => wrong("Choose from the answers below"),
            Form::Line | Form::Area | Form::Story | Form::Email | Form::Telephone if answer.chars().count() > most => {
                Some(Wrong { field: self.name, instead: format!("Write {most} characters or fewer; you can send more later") })
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn zone() -> TimeZone {
        TimeZone::get("Europe/London").unwrap()
    }

    const TODAY: Date = Date::constant(2026, 11, 25);

    fn answers(pairs: &[(&str, &str)]) -> Answers {
        pairs.iter().map(|(field, answer)| ((*field).to_owned(), (*answer).to_owned())).collect()
    }

    #[test]
    fn every_field_of_an_errand_has_a_name_of_its_own() {
        for errand in Errand::ALL {
            let mut names: Vec<_> = question::of(errand).iter().flat_map(|question| question.fields).map(|field| field.name).collect();
            let count = names.len();
            names.sort_unstable();
            names.dedup();
            assert_eq!(names.len(), count, "{errand:?}");
        }
    }

    #[test]
    fn what_is_asked_follows_what_was_answered() {
        let tags = |errand: Errand, given: &[(&str, &str)]| {
            errand.questions(&answers(given), &zone()).iter().map(|question| question.tag).collect::<Vec<_>>()
        };
        assert!(!tags(Errand::Access, &[("for", "me")]).contains(&"other-person"));
        assert!(tags(Errand::Access, &[("for", "other")]).contains(&"other-person"));
        assert!(!tags(Errand::Police, &[("compulsion", "none")]).contains(&"order"));
        assert!(tags(Errand::Police, &[("compulsion", "warrant")]).contains(&"order"));
        let night = [("day", "25 10 2026"), ("from", "01:30"), ("until", "02:30")];
        assert!(tags(Errand::Access, &night).contains(&"which-hour"));
        assert!(!tags(Errand::Access, &[("day", "24 10 2026"), ("from", "01:30"), ("until", "02:30")]).contains(&"which-hour"));
    }

    #[test]
    fn every_refusal_says_what_to_write() {
        for errand in Errand::ALL {
            for question in question::of(errand) {
                for wrong in question.check(&Answers::new(), &zone(), TODAY) {
                    let verbs = ["Write", "Choose", "Give", "Say", "Tick"];
                    assert!(verbs.iter().any(|verb| wrong.instead.starts_with(verb)), "{wrong:?}");
                }
            }
        }
        let contact = question::of(Errand::Access).iter().find(|question| question.tag == "contact").unwrap();
        for (given, good) in [("a@b.example", true), ("a@b", false), ("a b@c.example", false), ("@c.example", false)] {
            assert_eq!(contact.check(&answers(&[("email", given)]), &zone(), TODAY).is_empty(), good, "{given}");
        }
        assert_eq!(contact.check(&Answers::new(), &zone(), TODAY).len(), 1, "one way to answer is enough");
    }

    #[test]
    fn a_day_to_come_and_a_time_that_never_was_are_refused() {
        let questions = question::of(Errand::Access);
        let find = |tag: &str| questions.iter().find(|question| question.tag == tag).unwrap();
        assert!(find("day").check(&answers(&[("day", "25 11 2026")]), &zone(), TODAY).is_empty());
        assert_eq!(find("day").check(&answers(&[("day", "26 11 2026")]), &zone(), TODAY).len(), 1);
        let spring = answers(&[("day", "29 3 2026"), ("from", "1:30"), ("until", "3")]);
        let wrong = find("times").check(&spring, &zone(), TODAY);
        assert!(wrong.len() == 1 && wrong[0].field == "from" && wrong[0].instead.starts_with("Write"), "{wrong:?}");
    }
}
