//! Holds and restrictions: placed by one person at once, released by two and then 72 hours.
//!
//! A hold counts from the moment its transaction is on the disk; the receipt says what it covers and
//! what had already gone, so that nobody learns later that it came too late. Refuses to release on
//! one person's word. Next: `hold_check` looks whether what is held can be read.

use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;

use crate::{
    adapters::{
        index::{CatalogueError, audit, case, expiry, hold, segment},
        secret,
    },
    domain::{
        actor::Actor,
        audit::{Action, Entry, Outcome},
        camera::CameraId,
        instant::{ClockReading, Interval, UtcInstant},
        request::case::CaseReference,
        retention::{
            consent::Person,
            hold::{Hold, HoldAsked, HoldEvent, HoldId, HoldRefused, HoldState, NotAHold},
        },
    },
    jobs::{audit as log, house::House, keeping, retain},
    problem::{Kind, Problem},
};

/// A stretch of one camera.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Stretch {
    #[schema(value_type = String)]
    pub camera: CameraId,
    #[schema(value_type = String)]
    pub start: UtcInstant,
    #[schema(value_type = String)]
    pub end: UtcInstant,
}

/// What a hold has got.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Receipt {
    #[schema(value_type = String)]
    pub id: HoldId,
    /// Recorded and now kept, whole segments: the surplus at both ends shows.
    pub covered: Vec<Stretch>,
    /// Asked for, but expired before the hold came.
    pub already_gone: Vec<Stretch>,
    /// Whether it reaches into what is not yet recorded.
    pub future: bool,
}

/// Segments this close are one stretch.
const JOIN_NANOS: i64 = 250_000_000;

fn join(camera: &CameraId, stretches: impl IntoIterator<Item = (UtcInstant, UtcInstant)>) -> Vec<Stretch> {
    let mut joined: Vec<Stretch> = Vec::new();
    for (start, end) in stretches {
        match joined.last_mut() {
            Some(last) if start.nanos_since(last.end) <= JOIN_NANOS => last.end = last.end.max(end),
            _ => joined.push(Stretch { camera: camera.clone(), start, end }),
        }
    }
    joined
}

/// Places a hold as of `at`. When this returns, it is on the disk.
pub fn place(house: &House, actor: Actor, asked: HoldAsked, at: ClockReading) -> Result<Receipt, Problem> {
    let by = Person::of(&actor).ok_or_else(retain::nobody)?;
    let id = HoldId(secret::random_uuid()?);
    let now = house.catalogue.read(|connection| keeping::not_before_seen(connection, &at))?;
    let placed = Hold::place(id, asked, by, now).map_err(not_a_hold)?;
    let receipt = house.catalogue.write(|transaction| {
        enter(transaction, actor, &placed, &at)?;
        receipt(transaction, &placed, now)
    })?;
    log::sign_act(house);
    Ok(receipt)
}

/// Writes a hold down with its leaf, as part of a greater act.
pub(super) fn enter(transaction: &rusqlite::Transaction<'_>, actor: Actor, placed: &Hold, at: &ClockReading) -> Result<(), CatalogueError> {
    hold::add(transaction, placed)?;
    audit::append(transaction, at, &placing(actor, placed)).map(drop)
}

fn placing(actor: Actor, hold: &Hold) -> Entry {
    let to = hold.span.to().map_or_else(|| json!("open"), |to| json!(to));
    let details = json!({
        "kind": hold.kind.name(), "cameras": hold.cameras, "from": hold.span.from(), "to": to, "review_by": hold.review_by,
    });
    let mut entry = entry(actor, Action::HoldPlace, hold.id, details);
    entry.personal =
        vec![("reason", hold.reason.as_str().to_owned()), ("case", hold.case_reference.clone()), ("requester", hold.requester.clone())];
    entry
}

fn entry(actor: Actor, action: Action, id: HoldId, details: serde_json::Value) -> Entry {
    let details = if let serde_json::Value::Object(map) = details { map } else { serde_json::Map::new() };
    Entry { actor, action, object: format!("hold/{id}"), outcome: Outcome::Done, basis: None, details, personal: Vec::new() }
}

/// Seen in the very transaction that placed the hold: expiry came wholly before or comes wholly after.
fn receipt(connection: &rusqlite::Connection, placed: &Hold, now: UtcInstant) -> Result<Receipt, CatalogueError> {
    let reach = placed.span.to().unwrap_or(UtcInstant::FAR_FUTURE);
    let within = Interval::new(placed.span.from(), reach).map_err(|_| CatalogueError::Impossible { what: "hold" })?;
    let (mut covered, mut already_gone) = (Vec::new(), Vec::new());
    for camera in &placed.cameras {
        let rows = segment::overlapping(connection, camera, &within)?;
        covered.extend(join(camera, rows.iter().map(|row| (row.start, row.end.unwrap_or(now).max(row.start)))));
        let gone = expiry::gone_within(connection, camera, &within)?;
        already_gone.extend(join(camera, gone.iter().map(|gone| (gone.from(), gone.to()))));
    }
    Ok(Receipt { id: placed.id, covered, already_gone, future: reach > now })
}

/// The receipt of a hold as things are `now`.
pub fn receipt_at(house: &House, held: &Hold, now: UtcInstant) -> Result<Receipt, Problem> {
    Ok(house.catalogue.read(|connection| receipt(connection, held, now))?)
}

/// All holds, those in force first.
pub fn list(house: &House) -> Result<Vec<Hold>, Problem> {
    Ok(house.catalogue.read(hold::list)?)
}

/// What was found when a hold's footage was last checked.
#[derive(Clone, Debug, PartialEq)]
pub struct Checked {
    pub at: UtcInstant,
    pub ok: bool,
    pub report: serde_json::Value,
}

fn last_check(connection: &rusqlite::Connection, id: HoldId) -> Result<Option<Checked>, CatalogueError> {
    // A report that can't be read says nothing; that there was one still shows.
    let read = |row: hold::CheckRow| Checked { at: row.at, ok: row.ok, report: serde_json::from_str(&row.report).unwrap_or_default() };
    Ok(hold::last_check(connection, id)?.map(read))
}

/// All holds, those in force first, each with its last check.
pub fn list_checked(house: &House) -> Result<Vec<(Hold, Option<Checked>)>, Problem> {
    let found = house.catalogue.read(|connection| {
        let holds = hold::list(connection)?.into_iter();
        holds.map(|held| Ok((last_check(connection, held.id)?, held))).collect::<Result<Vec<_>, CatalogueError>>()
    })?;
    Ok(found.into_iter().map(|(check, held)| (held, check)).collect())
}

/// One hold with its last check.
pub fn checked(house: &House, id: HoldId) -> Result<(Hold, Option<Checked>), Problem> {
    let found = house.catalogue.read(|connection| Ok((hold::by_id(connection, id)?, last_check(connection, id)?)))?;
    match found {
        (Some(held), check) => Ok((held, check)),
        (None, _) => Err(unknown()),
    }
}

/// How many holds keep something, and of how many the review date has passed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct HoldTally {
    pub in_force: usize,
    pub review_overdue: usize,
}

pub fn tally(house: &House, now: UtcInstant) -> Result<HoldTally, Problem> {
    let holds = house.catalogue.read(hold::keeping)?;
    let review_overdue = holds.iter().filter(|held| held.is_review_overdue(now)).count();
    Ok(HoldTally { in_force: holds.len(), review_overdue })
}

/// Asks for the release of a hold, or agrees to it as the second person.
pub fn release(house: &House, actor: Actor, id: HoldId, at: ClockReading) -> Result<Hold, Problem> {
    let person = Person::of(&actor).ok_or_else(retain::nobody)?;
    change(house, actor, id, HoldEvent::Release(person), at)
}

/// Takes back a release that has not taken effect yet.
pub fn withdraw(house: &House, actor: Actor, id: HoldId, at: ClockReading) -> Result<Hold, Problem> {
    change(house, actor, id, HoldEvent::Withdraw, at)
}

fn change(house: &House, actor: Actor, id: HoldId, event: HoldEvent, at: ClockReading) -> Result<Hold, Problem> {
    let mut not_countable = keeping::not_countable(house, &at)?;
    let outcome = house.catalogue.write(|transaction| {
        let Some(mut found) = hold::by_id(transaction, id)? else { return Ok(Err(unknown())) };
        if let (HoldEvent::Release(_), Some(reference)) = (&event, case::open_case_of(transaction, id)?) {
            return Ok(Err(waits_for(reference)));
        }
        match found.state.after(event, keeping::not_before_seen(transaction, &at)?) {
            Ok(next) => found.state = next,
            Err(refused) => return Ok(Err(not_released(refused))),
        }
        if let (HoldState::Releasing { .. }, Some(problem)) = (&found.state, not_countable.take()) {
            return Ok(Err(problem));
        }
        hold::set_state(transaction, id, &found.state)?;
        audit::append(transaction, &at, &changing(actor, id, &found.state))?;
        Ok(Ok(found))
    })?;
    let changed = outcome?;
    log::sign_act(house);
    Ok(changed)
}

/// Asks for the release of a hold whose case is being closed, unless somebody has. Another person's
/// word is still needed.
pub(super) fn begin_release(
    transaction: &rusqlite::Transaction<'_>,
    actor: Actor,
    by: Person,
    id: HoldId,
    at: &ClockReading,
) -> Result<(), CatalogueError> {
    let Some(found) = hold::by_id(transaction, id)? else { return Ok(()) };
    let now = keeping::not_before_seen(transaction, at)?;
    let (HoldState::InForce, Ok(next)) = (&found.state, found.state.after(HoldEvent::Release(by), now)) else { return Ok(()) };
    hold::set_state(transaction, id, &next)?;
    audit::append(transaction, at, &changing(actor, id, &next)).map(drop)
}

fn changing(actor: Actor, id: HoldId, state: &HoldState) -> Entry {
    let (action, details) = match state {
        HoldState::InForce => (Action::HoldReleaseWithdraw, json!({})),
        HoldState::AwaitingSecond { .. } => (Action::HoldReleaseAsk, json!({})),
        HoldState::Releasing { until, .. } => (Action::HoldReleaseGrant, json!({"until": until})),
        HoldState::Released { at } => (Action::HoldReleased, json!({"at": at})),
    };
    entry(actor, action, id, details)
}

/// Ends the holds whose 72 hours are over and that were read once more since two people agreed: what
/// they preserved is on record then, and the leaf says how the look went. Returns how many.
pub(super) fn end_releasing(house: &House, at: &ClockReading, now: UtcInstant) -> Result<usize, CatalogueError> {
    let over = |held: &Hold| matches!(held.state.after(HoldEvent::TimePasses, now), Ok(HoldState::Released { .. })) && held.state.keeps();
    if !house.catalogue.read(hold::keeping)?.iter().any(over) {
        return Ok(0);
    }
    house.catalogue.write(|transaction| {
        let mut ended = 0;
        for held in hold::keeping(transaction)?.into_iter().filter(over) {
            let check = hold::last_check(transaction, held.id)?.filter(|check| held.state.is_checked_for_release(check.at));
            let (Ok(state), Some(check)) = (held.state.after(HoldEvent::TimePasses, now), check) else { continue };
            hold::set_state(transaction, held.id, &state)?;
            let details = json!({"at": now, "checked": check.at, "check_ok": check.ok});
            audit::append(transaction, at, &entry(Actor::Job("expire"), Action::HoldReleased, held.id, details))?;
            ended += 1;
        }
        Ok(ended)
    })
}

pub fn unknown() -> Problem {
    Problem::new(Kind::NotFound, "hold_unknown", "There is no such hold.", "\u{201c}holdfast hold list\u{201d} has those there are.")
}

fn waits_for(reference: CaseReference) -> Problem {
    let sentence = format!("The hold belongs to case {reference}, which is open.");
    Problem::new(Kind::Conflict, "case_open", sentence, "Close the case first; that asks for the release by itself.")
}

pub(super) fn not_a_hold(why: NotAHold) -> Problem {
    let next = match why {
        NotAHold::NoCamera => "Name the cameras whose footage must stay.",
        NotAHold::CaseReference => "Use the provider's own numbering, like CCTV-2026-014.",
        NotAHold::Requester => "Say who wants it kept, by office or name.",
        NotAHold::ReviewDate => "Choose a day within the next 90; a review can set another.",
    };
    Problem::new(Kind::BadInput, "hold", sentence(&why), next)
}

fn not_released(refused: HoldRefused) -> Problem {
    let next = match refused {
        HoldRefused::SamePerson => "Ask a colleague with an account of their own to agree.",
        HoldRefused::Releasing { .. } => "Until then anybody can withdraw the release.",
        HoldRefused::Released { .. } => "Place a new hold if footage must still stay.",
        HoldRefused::NothingToWithdraw => "Nothing needs to be done: the hold is in force.",
    };
    Problem::new(Kind::Conflict, "hold_state", sentence(&refused), next)
}

pub(super) fn sentence(why: &impl std::fmt::Display) -> String {
    let text = why.to_string();
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect::<String>()).unwrap_or_default() + "."
}
