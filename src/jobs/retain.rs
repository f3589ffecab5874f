//! The rules of keeping, from the settings into the books, and the two people that it takes to make a
//! shorter period count for footage that is there already.
//!
//! Refuses a shortening that the settings don't ask for. Next: `expire`.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;

use crate::{
    adapters::index::{
        CatalogueError, audit, expiry, hold,
        retention::{self, Justification},
        segment, store,
    },
    domain::{
        actor::Actor,
        audit::{Action, Entry, Outcome},
        camera::CameraId,
        instant::{ClockReading, Interval, UtcInstant},
        retention::{
            consent::{Consent, NotConsent, Person},
            period::{Change, RetentionPeriod, RuleBook, SHORTENING_COOLING_SECONDS, SINCE_EVER},
        },
    },
    jobs::{audit as log, house::House, keeping},
    problem::{Kind, Problem},
};

/// What the settings want for a camera.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    pub camera: CameraId,
    pub period: RetentionPeriod,
    pub reason: String,
    /// When the reason is looked at again; a year from now where nothing was said.
    pub review_by: Option<UtcInstant>,
}

const REVIEW_SECONDS: i64 = 365 * 86_400;

/// Takes the settings' periods into the books. A camera that is no longer configured keeps its rules;
/// one that never had any gets `otherwise`.
pub fn adopt(house: &House, wanted: &[Wanted], otherwise: RetentionPeriod, at: ClockReading) -> Result<(), Problem> {
    house.catalogue.write(|transaction| {
        let books = retention::books(transaction)?;
        for wanted in wanted {
            adopt_one(transaction, books.get(&wanted.camera), wanted, &at)?;
        }
        for camera in store::cameras(transaction)? {
            if !books.contains_key(&camera) && !wanted.iter().any(|wanted| wanted.camera == camera) {
                retention::set_book(transaction, &camera, &RuleBook::new(otherwise), at.utc)?;
            }
        }
        Ok(())
    })?;
    Ok(())
}

fn adopt_one(
    transaction: &rusqlite::Transaction<'_>,
    book: Option<&RuleBook>,
    wanted: &Wanted,
    at: &ClockReading,
) -> Result<(), CatalogueError> {
    let known = retention::justification(transaction, &wanted.camera)?;
    let unsaid = || known.as_ref().map_or_else(|| at.utc.plus_seconds(REVIEW_SECONDS), |known| known.review_by);
    let why = Justification { reason: wanted.reason.clone(), review_by: wanted.review_by.unwrap_or_else(unsaid) };
    let now = behind_what_is_recorded(transaction, &wanted.camera, book, at)?;
    let (next, applies_from) = match book.map(|book| book.follow(wanted.period, now)) {
        None => (Some(RuleBook::new(wanted.period)), "all footage"),
        Some(Change::Nothing) => (None, "as before"),
        Some(Change::Longer(next)) => (Some(next), "all footage not yet expired"),
        Some(Change::Shorter(next)) => (Some(next), "footage recorded from now on"),
    };
    if let Some(next) = &next {
        retention::set_book(transaction, &wanted.camera, next, at.utc)?;
        // A period that changed again makes an agreement to the last one void.
        retention::end_shortening(transaction, &wanted.camera)?;
    }
    if next.is_some() || known.as_ref() != Some(&why) {
        retention::justify(transaction, &wanted.camera, &why, at.utc)?;
        let details = json!({"period_s": wanted.period.seconds(), "applies_to": applies_from, "review_by": why.review_by});
        let entry = entry(Actor::Job("settings"), Action::RetentionSet, &wanted.camera, details, vec![("reason", why.reason)]);
        audit::append(transaction, at, &entry)?;
    }
    Ok(())
}

/// From when on a new rule can count: not before anything that is recorded already or the rule before
/// it, whatever the clock shows. A clock that is behind would shorten what is there on one person's word.
fn behind_what_is_recorded(
    transaction: &rusqlite::Transaction<'_>,
    camera: &CameraId,
    book: Option<&RuleBook>,
    at: &ClockReading,
) -> Result<UtcInstant, CatalogueError> {
    let now = keeping::not_before_seen(transaction, at)?;
    let newest = segment::last_start(transaction, camera)?;
    let last_rule = book.and_then(|book| book.rules().last()).map(|rule| rule.applies_from);
    Ok([newest, last_rule].into_iter().flatten().fold(now, |now, before| now.max(before.plus_nanos(1))))
}

fn entry(actor: Actor, action: Action, camera: &CameraId, details: serde_json::Value, personal: Vec<(&'static str, String)>) -> Entry {
    let details = if let serde_json::Value::Object(map) = details { map } else { serde_json::Map::new() };
    Entry { actor, action, object: format!("camera/{camera}"), outcome: Outcome::Done, basis: None, details, personal }
}

/// How a camera's footage is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CameraRetention {
    pub camera: CameraId,
    pub book: RuleBook,
    pub why: Option<Justification>,
    pub shortening: Option<Consent>,
}

/// The books of all cameras.
pub fn list(house: &House) -> Result<Vec<CameraRetention>, Problem> {
    let found = house.catalogue.read(|connection| {
        let (books, mut shortenings) = (retention::books(connection)?, retention::shortenings(connection)?);
        books
            .into_iter()
            .map(|(camera, book)| {
                let (why, shortening) = (retention::justification(connection, &camera)?, shortenings.remove(&camera));
                Ok(CameraRetention { camera, book, why, shortening })
            })
            .collect::<Result<Vec<_>, CatalogueError>>()
    })?;
    Ok(found)
}

/// Asks that a camera's present, shorter period counts for older footage too, or agrees to it.
pub fn shorten(house: &House, actor: Actor, camera: &CameraId, at: ClockReading) -> Result<Consent, Problem> {
    let person = Person::of(&actor).ok_or_else(nobody)?;
    let mut not_countable = keeping::not_countable(house, &at)?;
    let outcome = house.catalogue.write(|transaction| {
        let Some(book) = retention::books(transaction)?.remove(camera).filter(RuleBook::has_longer_past) else {
            return Ok(Err(Problem::new(
                Kind::Conflict,
                "nothing_to_shorten",
                "No older footage of this camera has a longer period than the present one.",
                "Set the shorter period in the configuration and restart first.",
            )));
        };
        let now = keeping::not_before_seen(transaction, &at)?;
        let consent = match retention::shortenings(transaction)?.remove(camera) {
            None => Consent::Asked { first: person, at: now },
            Some(consent) => match consent.grant(person, now, SHORTENING_COOLING_SECONDS) {
                Ok(consent) => consent,
                Err(error) => return Ok(Err(not_consent(error))),
            },
        };
        if let (Consent::Granted { .. }, Some(problem)) = (&consent, not_countable.take()) {
            return Ok(Err(problem));
        }
        retention::set_shortening(transaction, camera, &consent)?;
        let (action, details) = match &consent {
            Consent::Asked { .. } => (Action::RetentionShortenAsk, json!({"period_s": book.present().seconds()})),
            Consent::Granted { effective, .. } => {
                (Action::RetentionShortenGrant, json!({"period_s": book.present().seconds(), "effective": effective}))
            }
        };
        audit::append(transaction, &at, &entry(actor, action, camera, details, Vec::new()))?;
        Ok(Ok(consent))
    })?;
    let consent = outcome?;
    log::sign_act(house);
    Ok(consent)
}

/// What a shortening would take at once.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct WouldGo {
    /// Segments that no hold keeps.
    pub segments: usize,
    /// Their recording, seconds.
    pub seconds: i64,
    /// From the oldest start to the newest end.
    #[schema(value_type = Option<String>)]
    pub from: Option<UtcInstant>,
    #[schema(value_type = Option<String>)]
    pub to: Option<UtcInstant>,
    /// Segments that would be due, but that a hold keeps.
    pub held: usize,
}

/// What would go if a camera's present period counted for all of its footage from `now` on, and would
/// not go otherwise.
pub fn would_go(house: &House, kept: &CameraRetention, now: UtcInstant) -> Result<WouldGo, Problem> {
    let ended_by = now.plus_seconds(-kept.book.present().seconds());
    let (stored, holds) = house.catalogue.read(|connection| {
        let ever = Interval::new(SINCE_EVER, UtcInstant::FAR_FUTURE).map_err(|_| CatalogueError::Impossible { what: "interval" })?;
        Ok((expiry::ended_by(connection, &kept.camera, &ever, ended_by, u32::MAX)?, hold::keeping(connection)?))
    })?;
    let mut going = WouldGo::default();
    for stored in stored {
        if kept.book.period_at(stored.recorded.from()).due(stored.counted_from.unwrap_or(stored.recorded.to())) <= now {
            continue;
        }
        if holds.iter().any(|hold| hold.keeps(&stored.camera, &stored.recorded)) {
            going.held += 1;
            continue;
        }
        going.segments += 1;
        going.seconds += stored.recorded.nanos() / 1_000_000_000;
        going.from = going.from.or(Some(stored.recorded.from()));
        going.to = going.to.max(Some(stored.recorded.to()));
    }
    Ok(going)
}

/// Carries out the shortenings whose day is up. Returns how many.
pub(super) fn apply_shortenings(house: &House, at: &ClockReading, now: UtcInstant) -> Result<usize, CatalogueError> {
    let due = |shortenings: BTreeMap<CameraId, Consent>| {
        shortenings.into_iter().filter(|(_, consent)| consent.is_effective(now)).map(|(camera, _)| camera).collect::<Vec<_>>()
    };
    let cameras = due(house.catalogue.read(retention::shortenings)?);
    if cameras.is_empty() {
        return Ok(0);
    }
    house.catalogue.write(|transaction| {
        let mut books = retention::books(transaction)?;
        // Looked at again inside: a setting that changed meanwhile made the agreement void.
        for camera in due(retention::shortenings(transaction)?) {
            if let Some(book) = books.remove(&camera) {
                let book = book.with_present_for_all();
                retention::set_book(transaction, &camera, &book, now)?;
                let details = json!({"period_s": book.present().seconds()});
                audit::append(transaction, at, &entry(Actor::Job("retain"), Action::RetentionShortened, &camera, details, Vec::new()))?;
            }
            retention::end_shortening(transaction, &camera)?;
        }
        // Two people have seen what will go: the brake need not stop it a third time.
        store::set_fact(transaction, store::Fact::BrakeLifted, &[1])
    })?;
    Ok(cameras.len())
}

pub(super) fn nobody() -> Problem {
    Problem::new(Kind::Forbidden, "nobody", "Only a person can agree to this.", "Sign in, then try again.")
}

pub(super) fn not_consent(error: NotConsent) -> Problem {
    match error {
        NotConsent::SamePerson => Problem::new(
            Kind::Conflict,
            "second_person_needed",
            "It was you, or somebody at the same shell, who asked: the second person must be another.",
            "Ask a colleague with an account of their own to agree.",
        ),
        NotConsent::AlreadyGranted => Problem::new(
            Kind::Conflict,
            "already_agreed",
            "Two people have agreed to this already.",
            "Nothing more is needed; it takes effect at its time.",
        ),
    }
}

/// The review dates that have passed, by camera.
pub fn reviews_overdue(house: &House, now: UtcInstant) -> Result<Vec<CameraId>, Problem> {
    let overdue = |kept: &CameraRetention| kept.why.as_ref().is_some_and(|why| why.review_by <= now);
    Ok(list(house)?.into_iter().filter(overdue).map(|kept| kept.camera).collect())
}
