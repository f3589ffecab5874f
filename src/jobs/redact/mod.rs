//! Redactions of a case: begun for a stretch of footage, saved as people draw, rendered, and passed by
//! another person.
//!
//! ```text
//! begin ─► plan, all hidden ─► save … ─► render ─► film, sealed ─► approve ─► may be released
//! ```
//!
//! Nothing of footage is written anywhere but sealed. Refuses a save over somebody else's, a name that isn't
//! the caller's, the word of whoever worked on it, and any change once it has gone out. Next: `clip` reads the
//! footage, `look` finds people in it, `render` makes the film, `jobs::case::release` lets it go.

pub mod clip;
pub mod look;
pub mod render;
pub mod turns;
pub mod underway;

use serde_json::json;
use uuid::Uuid;

use self::underway::{Stage, Ticket};
use crate::{
    adapters::{
        clock,
        index::{
            audit,
            redaction::{self, RedactionRow, Saved},
        },
        secret,
        vault::locker::{Locker, LockerName},
    },
    domain::{
        actor::{Actor, Reason},
        audit::{Action, Entry, Outcome},
        camera::CameraId,
        instant::Interval,
        redaction::{
            Mode, Plan,
            edit::{self, NotASuccessor},
            reviewed::{NotReviewed, OnRecord, ReviewedRedaction, Sum},
        },
        request::{case::Case, state::State},
        retention::consent::Person,
    },
    jobs::{
        case::release::{self, Piece},
        house::House,
        retain,
    },
    problem::{Kind, Problem},
};

/// The folder of sealed films and plates.
const LOCKER: &str = "redactions";

/// The longest stretch of one redaction: longer ones are done in parts.
const RANGE_SECONDS_MAX: i64 = 3_600;

/// What is to be redacted.
pub struct Beginning {
    pub camera: CameraId,
    pub range: Interval,
    pub mode: Mode,
}

/// Begins a redaction: all is hidden until somebody draws.
pub fn begin(house: &std::sync::Arc<House>, actor: Actor, case: &Case, beginning: Beginning) -> Result<RedactionRow, Problem> {
    let person = Person::of(&actor).ok_or_else(retain::nobody)?;
    if matches!(case.state, State::Closed) {
        let next = "Take the request in again if it has come anew.";
        return Err(Problem::new(Kind::Conflict, "case_closed", "The case is closed.", next));
    }
    let Beginning { camera, range, mode } = beginning;
    if range.nanos() > RANGE_SECONDS_MAX * 1_000_000_000 {
        let next = "Redact it in parts of an hour at most.";
        return Err(Problem::new(Kind::BadInput, "range_long", "The stretch is longer than an hour.", next));
    }
    let at = clock::now();
    if range.to() > at.utc {
        let next = "Redact what has been recorded.";
        return Err(Problem::new(Kind::BadInput, "range_future", "The stretch ends in the future.", next));
    }
    release::is_within(case, &Piece { cameras: vec![camera.clone()], range })?;
    let surveyed = clip::survey(house, &camera, &range)?;
    let plan = Plan::begun(surveyed.facts, mode).map_err(not_a_plan)?;
    let row = RedactionRow {
        id: secret::random_uuid()?,
        case: case.reference,
        camera,
        range,
        origin_ticks: surveyed.origin_ticks,
        created: at.utc,
        revision: 0,
        record: OnRecord { plan, saved_by: vec![person], rendered: None, reviewed: None },
        turn: None,
    };
    let details = json!({"camera": row.camera, "from": range.from(), "to": range.to(), "case": row.case.to_string()});
    let leaf = entry(actor, Action::RedactionBegin, row.id, Outcome::Done, details);
    house.catalogue.write(|transaction| {
        redaction::add(transaction, &row)?;
        audit::append(transaction, &at, &leaf)
    })?;
    Ok(row)
}

/// Those of a case, oldest first.
pub fn list(house: &House, case: &Case) -> Result<Vec<RedactionRow>, Problem> {
    Ok(house.catalogue.read(|connection| redaction::of_case(connection, case.reference))?)
}

/// One of a case's redactions.
pub fn find(house: &House, case: &Case, id: Uuid) -> Result<RedactionRow, Problem> {
    let found = house.catalogue.read(|connection| redaction::by_id(connection, id))?;
    found.filter(|row| row.case == case.reference).ok_or_else(unknown)
}

/// The same redaction as it is now.
pub fn again(house: &House, row: &RedactionRow) -> Result<RedactionRow, Problem> {
    house.catalogue.read(|connection| redaction::by_id(connection, row.id))?.ok_or_else(unknown)
}

/// Saves a plan on top of `seen`; the revision it then has.
pub fn save(house: &House, actor: Actor, row: &RedactionRow, seen: u32, plan: &Plan) -> Result<u32, Problem> {
    let person = Person::of(&actor).ok_or_else(retain::nobody)?;
    if seen != row.revision {
        return Err(changed_since());
    }
    edit::may_follow(&row.record.plan, plan, &person).map_err(|why| {
        let next = match why {
            NotASuccessor::OtherClip => "Open the redaction again and draw on what it shows.",
            NotASuccessor::OtherMode => "Begin another redaction for the other way of hiding.",
            NotASuccessor::OthersName => "Save what you drew yourself; what others drew stays theirs.",
            NotASuccessor::DoubtGone => "Settle the doubt, or leave it open: it hides its frames.",
        };
        Problem::new(Kind::Conflict, "plan_refused", format!("The plan was not saved: {why}."), next)
    })?;
    put(house, actor, row, plan, &person, json!({}))
}

/// Saves a plan over the one of `row`, with more to be said in the log.
fn put(house: &House, actor: Actor, row: &RedactionRow, plan: &Plan, by: &Person, mut details: serde_json::Value) -> Result<u32, Problem> {
    details["revision"] = json!(row.revision + 1);
    details["plan"] = json!(Sum::of(plan.to_json().as_bytes()));
    let leaf = entry(actor, Action::RedactionSave, row.id, Outcome::Done, details);
    let saved = house.catalogue.write(|transaction| {
        if redaction::is_released(transaction, row.id)? {
            return Ok(Err(released()));
        }
        let saved = redaction::save(transaction, row, plan, by)?;
        if matches!(saved, Saved::As { .. }) {
            audit::append(transaction, &clock::now(), &leaf)?;
        }
        Ok(Ok(saved))
    })?;
    match saved? {
        Saved::As { revision } => Ok(revision),
        Saved::ChangedSince => Err(changed_since()),
    }
}

/// A person's word on the film as it is. `film` is the SHA-256 of what they saw.
pub fn approve(house: &House, actor: Actor, row: &RedactionRow, film: Option<Sum>, reason: &Reason) -> Result<RedactionRow, Problem> {
    let person = Person::of(&actor).ok_or_else(retain::nobody)?;
    let at = clock::now();
    let rendered = row.record.current().map_err(told)?;
    if film.is_some_and(|seen| seen != rendered.film) {
        return Err(changed_since());
    }
    // Whoever says yes says it to what lies there now.
    film_of(house, row)?;
    let review = row.record.review(person, at.utc).map_err(told)?;
    let mut leaf = entry(actor, Action::RedactionApprove, row.id, Outcome::Done, json!({"plan": review.plan, "film": review.film}));
    leaf.personal.push(("reason", reason.as_str().to_owned()));
    house.catalogue.write(|transaction| {
        // What was watched must still be what lies there, and what went out keeps the word it went out with.
        let now = redaction::by_id(transaction, row.id)?;
        if now.is_none_or(|now| now.revision != row.revision || now.record.rendered != row.record.rendered) {
            return Ok(Err(changed_since()));
        }
        if redaction::is_released(transaction, row.id)? {
            return Ok(Err(released()));
        }
        redaction::set_reviewed(transaction, row.id, &review)?;
        audit::append(transaction, &at, &leaf).map(|_| Ok(()))
    })??;
    let record = OnRecord { reviewed: Some(review), ..row.record.clone() };
    Ok(RedactionRow { record, ..row.clone() })
}

/// Gives up what is being done to a redaction; what was made before stays.
pub fn give_up(house: &House, actor: Actor, row: &RedactionRow) -> Result<(), Problem> {
    if house.redacting.cancel(row.id) {
        let leaf = entry(actor, Action::RedactionRender, row.id, Outcome::Failed, json!({"why": "given_up"}));
        house.catalogue.write(|transaction| audit::append(transaction, &clock::now(), &leaf))?;
    }
    Ok(())
}

/// A film that was rendered from the plan as it stands, out of its seal.
pub fn film_of(house: &House, row: &RedactionRow) -> Result<zeroize::Zeroizing<Vec<u8>>, Problem> {
    let rendered = row.record.current().map_err(told)?;
    let film = locker(house)?.get(film_name(row.id)).map_err(not_sealed)?.filter(|film| Sum::of(film) == rendered.film);
    film.ok_or_else(|| {
        let next = "Render it again.";
        Problem::new(Kind::Conflict, "film_gone", "The film is not there any more, or is another one.", next)
    })
}

/// The reviewed redaction with its film: what may go to the person it shows.
pub fn released_film(house: &House, row: &RedactionRow) -> Result<(ReviewedRedaction, zeroize::Zeroizing<Vec<u8>>), Problem> {
    let reviewed = ReviewedRedaction::of(&row.record).map_err(told)?;
    let film = film_of(house, row)?;
    if reviewed.is_of(&film) { Ok((reviewed, film)) } else { Err(told(NotReviewed::NotRendered)) }
}

/// Writes down that somebody looks at the pictures of a redaction, once in ten minutes of it. Only after
/// this may the first go out.
pub fn log_look(house: &House, actor: Actor, row: &RedactionRow, what: &'static str) -> Result<(), Problem> {
    let person = Person::of(&actor).ok_or_else(retain::nobody)?;
    if !house.redacting.is_first_look(&person, row.id, what, clock::now().utc) {
        return Ok(());
    }
    let leaf = entry(actor, Action::RedactionLook, row.id, Outcome::Intent, json!({"what": what, "camera": row.camera}));
    house.catalogue.write(|transaction| audit::append(transaction, &clock::now(), &leaf))?;
    Ok(())
}

fn locker(house: &House) -> Result<Locker, Problem> {
    house.vault.locker(LOCKER).map_err(not_sealed)
}

fn film_name(id: Uuid) -> LockerName {
    LockerName(Sum::of(format!("film/{id}").as_bytes()).0)
}

fn plate_name(id: Uuid) -> LockerName {
    LockerName(Sum::of(format!("plate/{id}").as_bytes()).0)
}

fn entry(actor: Actor, action: Action, id: Uuid, outcome: Outcome, details: serde_json::Value) -> Entry {
    let details = if let serde_json::Value::Object(map) = details { map } else { serde_json::Map::new() };
    Entry { actor, action, object: format!("redaction/{id}"), outcome, basis: None, details, personal: Vec::new() }
}

/// Begins a work on a redaction that has not gone out, and logs it. Entered before that is asked: a release asks
/// the other way round.
fn enter(house: &House, id: Uuid, stage: Stage, leaf: &Entry) -> Result<Ticket, Problem> {
    let ticket = house.redacting.enter(id, stage)?;
    let written = house.catalogue.write(|transaction| {
        if redaction::is_released(transaction, id)? {
            return Ok(Err(released()));
        }
        audit::append(transaction, &clock::now(), leaf).map(|_| Ok(()))
    });
    match written.map_err(Problem::from).and_then(|allowed| allowed) {
        Ok(()) => Ok(ticket),
        Err(problem) => {
            house.redacting.forget(ticket);
            Err(problem)
        }
    }
}

pub fn unknown() -> Problem {
    Problem::new(Kind::NotFound, "redaction_unknown", "There is no such redaction.", "The case lists those there are.")
}

fn changed_since() -> Problem {
    Problem::new(
        Kind::Conflict,
        "changed_since",
        "The redaction was changed since you opened it.",
        "Open it again, and draw on what it shows now.",
    )
}

fn released() -> Problem {
    Problem::new(
        Kind::Conflict,
        "released",
        "This redaction has gone out to whoever asked, so it can't be changed any more.",
        "It stays as it went out. For another copy, take the request in again.",
    )
}

fn not_a_plan(why: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Problem {
    let next = "Choose another stretch; if it stays so, the log says why.";
    Problem::new(Kind::Finding, "not_a_plan", "No plan can be made for this stretch.", next).because(why)
}

fn not_sealed(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Problem {
    let next = "Try again. If it stays so, the log says why.";
    Problem::new(Kind::Fault, "film_not_sealed", "The sealed film could not be written or read.", next).because(error)
}

/// Why a redaction isn't reviewed, as a person is told.
pub fn told(why: NotReviewed) -> Problem {
    let (code, next) = match why {
        NotReviewed::NotRendered => ("not_rendered", "Render it, then have another person look at the film."),
        NotReviewed::DoubtsOpen => ("doubts_open", "Walk the list of doubts: each hides its frames until a person has settled it."),
        NotReviewed::OwnWork => ("own_work", "Ask a colleague who has drawn nothing in it."),
        NotReviewed::NoSecondPerson => ("not_reviewed", "Have another person watch the film and approve it."),
    };
    let mut sentence = why.to_string();
    sentence[..1].make_ascii_uppercase();
    Problem::new(Kind::Conflict, code, sentence + ".", next)
}
