//! Footage of a case goes out: an export for each stretch, the case moved on, and the register's row, in
//! one transaction.
//!
//! Only from `ready`, with an approved decision; what goes out lies within what was asked for, give or take
//! the margin, and was there when the copy was made ready. A crash leaves all of it or nothing; the same
//! again is refused, since the case has moved. Next: `http::api::exports` sends the bundles.

use serde_json::Value;

use super::{
    advance::{self, Step},
    name_of, reviewed, unknown,
};
use crate::{
    adapters::index::{
        CatalogueError,
        case::{self, EventRow},
        disclosure::{self, DisclosureRow},
        export::ExportRow,
        redaction::{self, RedactionRow},
    },
    domain::{
        actor::{Actor, Purpose, PurposeKind, Reason},
        camera::CameraId,
        instant::{ClockReading, Interval, UtcInstant},
        request::{
            case::{Case, CaseReference},
            decision::{Outcome, UseBasis, Verdict},
            state::{CopyContent, Event, State},
        },
        retention::consent::Person,
    },
    jobs::{
        audit as log,
        disclose::{self, ExportAsked},
        house::House,
        redact::{self, underway},
        retain,
    },
    problem::{Kind, Problem},
};

/// A stretch that goes out.
#[derive(Clone)]
pub struct Piece {
    pub cameras: Vec<CameraId>,
    pub range: Interval,
}

/// Who releases, with the words for the log.
pub struct Releasing {
    pub actor: Actor,
    pub reason: Reason,
    pub seen: Option<u32>,
    /// What goes out; where empty, what was asked for.
    pub pieces: Vec<Piece>,
}

/// Releases a case as of `at`: orders the exports and writes the register.
pub fn release(house: &House, reference: CaseReference, releasing: Releasing, at: ClockReading) -> Result<(Case, Vec<ExportRow>), Problem> {
    let Releasing { actor, reason, seen, pieces } = releasing;
    let found = super::read::by_reference(house, reference)?;
    let events = house.catalogue.read(|connection| case::events(connection, found.reference))?;
    let row = register_row(house, &found, &events, &actor, &at)?;
    let redacted = redacted(house, &found)?;
    let pieces = match (&redacted, pieces.is_empty()) {
        (Some(redacted), _) => redacted.iter().map(reviewed::piece).collect(),
        (None, true) => up_to(asked_for(&found)?, prepared_at(&events)?)?,
        (None, false) => up_to(pieces, prepared_at(&events)?)?,
    };
    pieces.iter().try_for_each(|piece| is_within(&found, piece))?;
    let by_whom = name_of(&actor)?;
    let mut planned = Vec::new();
    for piece in pieces {
        let purpose = Purpose { kind: PurposeKind::Case, reason: reason.clone() };
        planned.push(disclose::plan(
            house,
            ExportAsked { case_reference: reference.to_string(), cameras: piece.cameras, range: piece.range, purpose },
        )?);
    }
    let step = Step { event: Event::Release, reason, on: None, seen: Some(seen.unwrap_or(found.version)) };
    let outcome = house.catalogue.write(|transaction| {
        // A film being made anew would take the place of the one that goes out.
        if redacted.iter().flatten().any(|film| house.redacting.is_busy(film.id)) {
            return Ok(Err(underway::busy()));
        }
        if reviewed::are_others(transaction, redacted.iter().flatten())? {
            return Ok(Err(reviewed::none()));
        }
        let moved = match advance::enter(transaction, house.office(), &actor, reference, &step, &at)? {
            Ok(moved) => moved,
            Err(problem) => return Ok(Err(problem)),
        };
        let exports = planned
            .into_iter()
            .map(|planned| disclose::enter(transaction, actor.clone(), by_whom.clone(), planned, &at))
            .collect::<Result<Vec<_>, CatalogueError>>()?;
        // One stretch, one export, one film.
        for (export, film) in exports.iter().zip(redacted.iter().flatten()) {
            redaction::add_export(transaction, export.id, film.id)?;
        }
        disclosure::add(transaction, &DisclosureRow { exports: exports.iter().map(|export| export.id).collect(), ..row })?;
        Ok(Ok((moved, exports)))
    })?;
    let released = outcome?;
    log::sign_act(house);
    Ok(released)
}

/// The register's row; refuses anything but an approved release of a checked copy.
fn register_row(house: &House, found: &Case, events: &[EventRow], actor: &Actor, at: &ClockReading) -> Result<DisclosureRow, Problem> {
    let released_by = Person::of(actor).ok_or_else(retain::nobody)?;
    let State::Ready { answer, prepared, checked_by } = &found.state else { return Err(not_ready()) };
    let (Some(approved_by), Outcome::ReleaseWhole | Outcome::ReleasePart) = (answer.approved_by(), answer.outcome()) else {
        return Err(not_ready());
    };
    let requester = found.requester.clone().ok_or_else(unknown)?;
    let (ground, basis) = grounds(house, found, events)?;
    Ok(DisclosureRow {
        case: found.reference,
        at: at.utc,
        recipient: requester.name,
        organisation: requester.organisation,
        ground,
        basis,
        content: content_name(prepared.content()).to_owned(),
        exports: Vec::new(),
        decided_by: answer.decided_by().clone(),
        checked_by: checked_by.clone(),
        approved_by: approved_by.clone(),
        released_by,
    })
}

/// The films of a redacted copy, each whole and as it was approved; None for a copy that isn't redacted.
fn redacted(house: &House, found: &Case) -> Result<Option<Vec<RedactionRow>>, Problem> {
    let State::Ready { prepared, .. } = &found.state else { return Err(not_ready()) };
    if prepared.content() != CopyContent::Redacted {
        return Ok(None);
    }
    let films = house.catalogue.read(|connection| reviewed::of_case(connection, found.reference))?;
    if films.is_empty() {
        return Err(reviewed::none());
    }
    for row in &films {
        redact::released_film(house, row)?;
    }
    Ok(Some(films))
}

const fn content_name(content: CopyContent) -> &'static str {
    match content {
        CopyContent::Original => "original",
        CopyContent::OnlyRequester => "only_requester",
        CopyContent::Redacted => "redacted",
    }
}

/// Ground and basis in words, from the decision that stands: the last one.
fn grounds(house: &House, found: &Case, events: &[EventRow]) -> Result<(String, String), Problem> {
    let decided = events.iter().rev().find(|event| event.event == "decide").and_then(|event| event.record.as_ref());
    let verdict = decided.and_then(verdict).ok_or_else(not_ready)?;
    let Verdict::Release { basis, .. } = verdict else { return Err(not_ready()) };
    let basis = match basis {
        UseBasis::CameraPurpose { purpose } => format!("purpose of the camera: {}", purpose.as_str()),
        UseBasis::PersonInIt => "the person in it".to_owned(),
        UseBasis::LegalCompulsion { instrument } => format!("compelled by {}", instrument.as_str()),
    };
    Ok((format!("{}; {}", found.kind.name(), found.kind.lawful_basis(house.office().organisation)), basis))
}

pub(super) fn verdict(record: &Value) -> Option<Verdict> {
    let mut decision = record.get("decision")?.clone();
    decision.as_object_mut()?.remove("words");
    serde_json::from_value(decision).ok()
}

fn asked_for(found: &Case) -> Result<Vec<Piece>, Problem> {
    if found.asked.iter().any(|range| range.cameras.is_empty()) {
        let next = "Name the cameras and the times that go out.";
        return Err(Problem::new(Kind::BadInput, "pieces_needed", "The request names a place and no camera.", next));
    }
    Ok(found.asked.iter().map(|range| Piece { cameras: range.cameras.clone(), range: range.interval }).collect())
}

/// When the copy was made ready to be checked.
fn prepared_at(events: &[EventRow]) -> Result<UtcInstant, Problem> {
    events.iter().rev().find(|event| event.event == "prepare").map(|event| event.at).ok_or_else(not_ready)
}

/// What was recorded after that was looked at by nobody, and would make the copy another one each time it is fetched.
fn up_to(pieces: Vec<Piece>, prepared: UtcInstant) -> Result<Vec<Piece>, Problem> {
    let ended = |piece: Piece| {
        let range = Interval::new(piece.range.from(), piece.range.to().min(prepared)).map_err(|_| {
            let next = "Send it back, have a copy made ready and checked that has all of it, and release that.";
            Problem::new(Kind::Conflict, "after_the_check", "This footage was recorded after the copy was checked.", next)
        })?;
        Ok(Piece { range, ..piece })
    };
    pieces.into_iter().map(ended).collect()
}

/// Nothing goes out that nobody asked for.
pub(in crate::jobs) fn is_within(found: &Case, piece: &Piece) -> Result<(), Problem> {
    let covers = |camera: &CameraId| {
        found.asked.iter().any(|range| {
            let kept = range.with_margin();
            let in_time = kept.from() <= piece.range.from() && piece.range.to() <= kept.to();
            in_time && (range.cameras.is_empty() || range.cameras.contains(camera))
        })
    };
    if !piece.cameras.is_empty() && piece.cameras.iter().all(covers) {
        return Ok(());
    }
    let next = "Release what was asked for, an hour more on either side at most; for more, ask the requester first.";
    Err(Problem::new(Kind::Conflict, "not_asked_for", "This footage goes beyond what was asked for.", next))
}

fn not_ready() -> Problem {
    Problem::new(
        Kind::Conflict,
        "case_not_ready",
        "The case is not ready: a release needs a checked copy and a decision that another person has approved.",
        "Look at the case: it says what comes next.",
    )
}
