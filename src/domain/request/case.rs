//! A case: a request as it came in, and what has been learned of it since.
//!
//! Names, contacts and words are personal data: they are in the catalogue and in answers to those who
//! may see the case, and have no Debug form. Refuses a request without a name to answer to, with a range
//! that ends before it starts, or with more than anybody can mean. Next: `jobs::case::receive`.

use std::fmt;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::{
    kind::RequestKind,
    police_form::PoliceForm,
    state::{Event, State},
};
use crate::domain::{
    camera::CameraId,
    instant::{Interval, UtcInstant},
    retention::hold::HoldId,
};

/// As people say it: `HF-2026-000123`, the year of receipt and the box's own count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct CaseReference {
    year: i16,
    number: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a case reference looks like HF-2026-000123")]
pub struct NotAReference;

impl CaseReference {
    pub const fn new(year: i16, number: u32) -> Self {
        Self { year, number }
    }

    pub fn parse(text: &str) -> Result<Self, NotAReference> {
        let upper = text.trim().to_ascii_uppercase();
        let (year, number) = upper.strip_prefix("HF-").and_then(|rest| rest.split_once('-')).ok_or(NotAReference)?;
        let all_digits = |text: &str| text.bytes().all(|letter| letter.is_ascii_digit());
        if year.len() != 4 || number.len() < 6 || !all_digits(year) || !all_digits(number) {
            return Err(NotAReference);
        }
        Ok(Self { year: year.parse().map_err(|_| NotAReference)?, number: number.parse().map_err(|_| NotAReference)? })
    }

    /// The box's own count.
    pub const fn number(self) -> u32 {
        self.number
    }

    pub const fn year(self) -> i16 {
        self.year
    }
}

impl fmt::Display for CaseReference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "HF-{:04}-{:06}", self.year, self.number)
    }
}

impl TryFrom<String> for CaseReference {
    type Error = NotAReference;
    fn try_from(text: String) -> Result<Self, NotAReference> {
        Self::parse(&text)
    }
}

impl From<CaseReference> for String {
    fn from(reference: CaseReference) -> Self {
        reference.to_string()
    }
}

/// How it reached the provider. No form is mandatory, and every member of staff can be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    Portal,
    Email,
    Phone,
    Post,
    InPerson,
    SocialMedia,
}

impl Channel {
    /// As stored, and as part of the JSON contract.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Portal => "portal",
            Self::Email => "email",
            Self::Phone => "phone",
            Self::Post => "post",
            Self::InPerson => "in_person",
            Self::SocialMedia => "social_media",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Portal, Self::Email, Self::Phone, Self::Post, Self::InPerson, Self::SocialMedia]
            .into_iter()
            .find(|channel| channel.name() == name)
    }
}

/// Who asks, and where an answer reaches them.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Requester {
    pub name: String,
    /// An address, a number, a mailbox: whatever they prefer.
    pub contact: String,
    /// The force, insurer, firm or newspaper.
    #[serde(default)]
    pub organisation: String,
    /// Large print, another language, a phone call instead of a letter.
    #[serde(default)]
    pub needs: String,
}

/// A stretch that is asked for. Where no camera is known, the place is in words, and all cameras count.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AskedRange {
    pub place: String,
    pub cameras: Vec<CameraId>,
    #[serde(with = "ends")]
    pub interval: Interval,
}

mod ends {
    use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};

    use crate::domain::instant::{Interval, UtcInstant};

    #[derive(Serialize, Deserialize)]
    struct Ends {
        from: UtcInstant,
        to: UtcInstant,
    }

    pub fn serialize<S: Serializer>(interval: &Interval, serializer: S) -> Result<S::Ok, S::Error> {
        Ends { from: interval.from(), to: interval.to() }.serialize(serializer)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Interval, D::Error> {
        let Ends { from, to } = Ends::deserialize(deserializer)?;
        Interval::new(from, to).map_err(D::Error::custom)
    }
}

/// Held on both sides of what was asked: people misremember times (UK GDPR Article 15(1A), R28).
pub const MARGIN_SECONDS: i64 = 3600;
const RANGES_MAX: usize = 20;
const RANGE_SECONDS_MAX: i64 = 7 * 86_400;

impl AskedRange {
    /// What is kept for it.
    pub fn with_margin(&self) -> Interval {
        let (from, to) = (self.interval.from().plus_seconds(-MARGIN_SECONDS), self.interval.to().plus_seconds(MARGIN_SECONDS));
        Interval::new(from, to).unwrap_or(self.interval)
    }
}

/// A request as it comes in, checked.
#[derive(Clone)]
pub struct Application {
    /// Made once where the request is first written down: the same one again is the same request.
    pub submission: uuid::Uuid,
    pub kind: RequestKind,
    pub channel: Channel,
    /// When it truly came, not when it was entered.
    pub received_at: UtcInstant,
    pub requester: Requester,
    pub asked: Vec<AskedRange>,
    /// In the requester's own words: what happened.
    pub words: String,
    /// What helps to find them in the footage: looks, clothing, vehicle. Kept apart, and no longer than the
    /// case is open (UK GDPR Article 5(1)(c) and (e)).
    pub sought: String,
    pub form: Option<PoliceForm>,
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotAnApplication {
    #[error("the name needs 1 to 120 characters on one line")]
    Name,
    #[error("the contact needs 1 to 300 characters")]
    Contact,
    #[error("the organisation or the needs have more than 300 characters")]
    Long,
    #[error("the request has more than 4000 characters")]
    Words,
    #[error("what helps to find them has more than 1000 characters")]
    Sought,
    #[error("at most {RANGES_MAX} stretches of at most a week each can be asked for at once")]
    Ranges,
    #[error("what is asked for with footage needs a time and a place")]
    NoRange,
    #[error("the request can't have been received in the future")]
    Future,
    #[error("the police form has a field that is too long")]
    Form,
}

impl Application {
    /// Whether it can be taken as it is, `now`.
    pub fn check(&self, now: UtcInstant) -> Result<(), NotAnApplication> {
        let within = |text: &str, least: usize, most: usize| (least..=most).contains(&text.trim().chars().count());
        let line = |text: &str| !text.chars().any(char::is_control);
        if !within(&self.requester.name, 1, 120) || !line(&self.requester.name) {
            return Err(NotAnApplication::Name);
        }
        if !within(&self.requester.contact, 1, 300) {
            return Err(NotAnApplication::Contact);
        }
        if !within(&self.requester.organisation, 0, 300) || !within(&self.requester.needs, 0, 300) {
            return Err(NotAnApplication::Long);
        }
        if self.words.chars().count() > 4000 {
            return Err(NotAnApplication::Words);
        }
        if !within(&self.sought, 0, 1000) {
            return Err(NotAnApplication::Sought);
        }
        if self.kind.is_for_footage() && self.asked.is_empty() {
            return Err(NotAnApplication::NoRange);
        }
        let is_week = |range: &AskedRange| range.interval.nanos() <= RANGE_SECONDS_MAX * 1_000_000_000 && within(&range.place, 0, 300);
        if self.asked.len() > RANGES_MAX || !self.asked.iter().all(is_week) {
            return Err(NotAnApplication::Ranges);
        }
        if self.received_at > now {
            return Err(NotAnApplication::Future);
        }
        match &self.form {
            Some(form) if form.check() == Err(super::police_form::NotAForm::Long) => Err(NotAnApplication::Form),
            _ => Ok(()),
        }
    }
}

/// A question to the requester: the days between don't count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Question {
    pub asked: Date,
    pub answered: Option<Date>,
}

/// The dates that the clock is computed from, in the site's own time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClockDates {
    pub received: Date,
    pub identity: Option<Date>,
    pub authority: Option<Date>,
    pub fee: Option<Date>,
    pub questions: Vec<Question>,
    pub extended: Option<Date>,
}

impl ClockDates {
    pub const fn received(received: Date) -> Self {
        Self { received, identity: None, authority: None, fee: None, questions: Vec::new(), extended: None }
    }

    /// What `event` in `state` on a day adds to them.
    #[must_use]
    pub fn after(&self, state: &State, event: &Event, on: Date) -> Self {
        let mut dates = self.clone();
        match (state, event) {
            (State::IdentityPending, Event::Supplied) => dates.identity = Some(on),
            (State::AuthorityPending, Event::Supplied) => dates.authority = Some(on),
            (State::FeePending, Event::Supplied) => dates.fee = Some(on),
            (_, Event::AskClarification) => dates.questions.push(Question { asked: on, answered: None }),
            (State::ClarificationPending { .. }, Event::Clarified) => {
                if let Some(question) = dates.questions.last_mut() {
                    question.answered = Some(on.max(question.asked));
                }
            }
            (_, Event::Extend) => dates.extended = Some(on),
            _ => {}
        }
        dates
    }
}

/// A case in the books.
#[derive(Clone)]
pub struct Case {
    pub reference: CaseReference,
    pub kind: RequestKind,
    pub channel: Channel,
    pub received_at: UtcInstant,
    /// Gone once the case's personal data was erased.
    pub requester: Option<Requester>,
    pub words: Option<String>,
    /// What helps to find them; gone once the case is closed.
    pub sought: Option<String>,
    pub form: Option<PoliceForm>,
    pub asked: Vec<AskedRange>,
    pub holds: Vec<HoldId>,
    pub state: State,
    pub dates: ClockDates,
    /// How often it has changed: whoever moves it says which they saw.
    pub version: u32,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reference_reads_back_however_it_is_typed() {
        let reference = CaseReference::new(2026, 123);
        assert_eq!(reference.to_string(), "HF-2026-000123");
        for text in ["HF-2026-000123", " hf-2026-000123 "] {
            assert_eq!(CaseReference::parse(text), Ok(reference));
        }
        for text in ["", "HF-26-000123", "HF-2026-123", "HF-2026-00012x", "HX-2026-000123", "HF-2026-+00123", "HF-2026-99999999999"] {
            assert_eq!(CaseReference::parse(text), Err(NotAReference), "{text}");
        }
    }

    fn application() -> Application {
        let at = UtcInstant::from_unix_seconds;
        Application {
            submission: uuid::Uuid::nil(),
            kind: RequestKind::SubjectAccess,
            channel: Channel::Phone,
            received_at: at(1000),
            requester: Requester {
                name: "Ann".into(),
                contact: "12 High Street".into(),
                organisation: String::new(),
                needs: String::new(),
            },
            asked: vec![AskedRange { place: "lobby".into(), cameras: vec![], interval: Interval::new(at(0), at(60)).unwrap() }],
            words: "I fell".into(),
            sought: "red coat".into(),
            form: None,
        }
    }

    #[test]
    fn a_request_needs_a_name_a_time_and_a_past() {
        let now = UtcInstant::from_unix_seconds(2000);
        assert_eq!(application().check(now), Ok(()));
        let week = Interval::new(UtcInstant::from_unix_seconds(0), UtcInstant::from_unix_seconds(8 * 86_400)).unwrap();
        for (spoil, why) in [
            (Box::new(|a: &mut Application| a.requester.name = " ".into()) as Box<dyn Fn(&mut Application)>, NotAnApplication::Name),
            (Box::new(|a| a.requester.name = "A\nB".into()), NotAnApplication::Name),
            (Box::new(|a| a.requester.contact = String::new()), NotAnApplication::Contact),
            (Box::new(|a| a.asked.clear()), NotAnApplication::NoRange),
            (Box::new(move |a| a.asked[0].interval = week), NotAnApplication::Ranges),
            (Box::new(|a| a.received_at = UtcInstant::from_unix_seconds(2001)), NotAnApplication::Future),
            (Box::new(|a| a.words = "x".repeat(4001)), NotAnApplication::Words),
        ] {
            let mut spoilt = application();
            spoil(&mut spoilt);
            assert_eq!(spoilt.check(now), Err(why));
        }
    }

    #[test]
    fn an_hour_on_both_sides_is_kept() {
        let kept = application().asked[0].with_margin();
        assert_eq!((kept.from(), kept.to()), (UtcInstant::from_unix_seconds(-3600), UtcInstant::from_unix_seconds(3660)));
    }
}
