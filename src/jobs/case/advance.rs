//! Moving a case on: what the state machine allows, by whom it allows it, with the reason on record.
//!
//! Row, event and leaf are one transaction. Whoever moves a case may say which version they saw; an older
//! one is refused, so that two colleagues can't overtake each other unseen. Closing asks for the
//! release of what was held; another person and 72 hours are still needed. Refuses a late extension, a
//! purpose that the cameras don't have, a redacted copy that no second person stands behind, and to close an
//! urgent release whose form never came. Next: `release`.

use jiff::civil::Date;
use rusqlite::Transaction;
use serde_json::{Value, json};

use super::{Office, deadline, entry, name_of, papers, read, reviewed, unknown};
use crate::{
    adapters::index::{
        CatalogueError, audit,
        case::{self, EventRow, Moved},
    },
    domain::{
        actor::{Actor, Reason},
        audit::Action,
        instant::ClockReading,
        request::{
            case::{Case, CaseReference},
            decision::{Decision, FormOnRecord, NotDecidable, UseBasis, Verdict},
            kind::RequestKind,
            police_form::PoliceForm,
            state::{By, CopyContent, Event, Illegal},
        },
        retention::consent::Person,
    },
    jobs::{audit as log, hold, house::House, keeping},
    problem::{Kind, Problem},
};

/// A move as somebody makes it.
pub struct Step {
    pub event: Event,
    pub reason: Reason,
    /// When it truly was, in the office's own time; today unless told.
    pub on: Option<Date>,
    /// Which version of the case was seen.
    pub seen: Option<u32>,
}

/// Moves a case on as of `at`.
pub fn advance(house: &House, actor: Actor, reference: CaseReference, step: &Step, at: ClockReading) -> Result<Case, Problem> {
    let outcome = house.catalogue.write(|transaction| enter(transaction, house.office(), &actor, reference, step, &at))?;
    let moved = outcome?;
    log::sign_act(house);
    papers::destroy_settled(house, at);
    Ok(moved)
}

/// What is decided, checked against what the case is and what the cameras are for.
pub fn decide(house: &House, reference: CaseReference, verdict: Verdict, words: Reason) -> Result<Event, Problem> {
    let found = read::by_reference(house, reference)?;
    let complete = found.form.as_ref().is_some_and(|form| form.check().is_ok());
    let form = if complete { FormOnRecord::Complete } else { FormOnRecord::Lacking };
    if let Verdict::Release { basis: UseBasis::CameraPurpose { purpose }, .. } = &verdict {
        is_purpose(house.office(), &found, purpose)?;
    }
    Decision::new(found.kind, form, verdict, words).map(Event::Decide).map_err(not_decidable)
}

/// Whether every camera that is asked for is there for this, or any camera where none is named.
fn is_purpose(office: &Office, case: &Case, purpose: &Reason) -> Result<(), Problem> {
    let is_for = |stated: &String| stated.trim().eq_ignore_ascii_case(purpose.as_str());
    let mut named = case.asked.iter().flat_map(|range| &range.cameras).peekable();
    let fits = if named.peek().is_none() {
        office.purposes.values().any(is_for)
    } else {
        named.all(|camera| office.purposes.get(camera).is_some_and(is_for))
    };
    if fits {
        return Ok(());
    }
    Err(Problem::new(
        Kind::Conflict,
        "not_a_purpose",
        "The cameras that are asked for are not there for this purpose.",
        "Name a purpose that all of them have, as the configuration says it, or what compels the release.",
    ))
}

/// Puts the police form on record, or a better one.
pub fn add_form(house: &House, actor: Actor, reference: CaseReference, form: &PoliceForm, at: ClockReading) -> Result<Case, Problem> {
    if let Err(why) = form.check() {
        return Err(Problem::new(Kind::BadInput, "police_form", hold::sentence(&why), "Have the force complete it."));
    }
    let by_whom = name_of(&actor)?;
    let outcome = house.catalogue.write(|transaction| {
        let Some(found) = case::by_reference(transaction, reference)? else { return Ok(Err(unknown())) };
        if !found.kind.needs_police_form() || found.state.is_closed() || found.requester.is_none() {
            return Ok(Err(illegal(Illegal::NotNow { state: found.state.title() })));
        }
        case::set_form(transaction, &found, form)?;
        let on = house.office().day(at.utc);
        let state = found.state.name().to_owned();
        case::add_event(
            transaction,
            reference,
            &EventRow { at: at.utc, on, by_whom: by_whom.clone(), event: "form".into(), state, record: None },
        )?;
        audit::append(transaction, &at, &entry(actor.clone(), Action::CaseMove, reference, json!({"event": "form"})))?;
        Ok(Ok(Case { form: Some(form.clone()), ..found }))
    })?;
    let changed = outcome?;
    log::sign_act(house);
    Ok(changed)
}

/// One step within a transaction. The inner refusal has written nothing.
pub(super) fn enter(
    transaction: &Transaction<'_>,
    office: &Office,
    actor: &Actor,
    reference: CaseReference,
    step: &Step,
    at: &ClockReading,
) -> Result<Result<Case, Problem>, CatalogueError> {
    enter_saying(transaction, office, actor, reference, step, None, at)
}

/// The same, with what the requester says to it.
pub(super) fn enter_saying(
    transaction: &Transaction<'_>,
    office: &Office,
    actor: &Actor,
    reference: CaseReference,
    step: &Step,
    said: Option<&str>,
    at: &ClockReading,
) -> Result<Result<Case, Problem>, CatalogueError> {
    let Some(found) = case::by_reference(transaction, reference)? else { return Ok(Err(unknown())) };
    let today = office.day(keeping::not_before_seen(transaction, at)?);
    if is_redacted(&step.event) && reviewed::of_case(transaction, reference)?.is_empty() {
        return Ok(Err(reviewed::none()));
    }
    let moved = match moved(office, actor, &found, step, today) {
        Ok(moved) => moved,
        Err(problem) => return Ok(Err(problem)),
    };
    if case::set_state(transaction, &found, &moved.state, &moved.dates)? == Moved::SinceSeen {
        return Ok(Err(overtaken()));
    }
    let row = EventRow {
        at: at.utc,
        on: step.on.unwrap_or(today),
        by_whom: match name_of(actor) {
            Ok(name) => name,
            Err(problem) => return Ok(Err(problem)),
        },
        event: step.event.name().into(),
        state: moved.state.name().into(),
        record: Some(record(step, said)),
    };
    case::add_event(transaction, reference, &row)?;
    let details = json!({"event": step.event.name(), "from": found.state.name(), "to": moved.state.name(), "on": row.on.to_string()});
    let mut leaf = entry(actor.clone(), action(&step.event), reference, details);
    leaf.personal = vec![("reason", step.reason.as_str().to_owned())];
    audit::append(transaction, at, &leaf)?;
    // Where nobody answered, the holds stay until two people let them go.
    if let (Event::Close, Some(person)) = (&step.event, Person::of(actor)) {
        for id in &moved.holds {
            hold::begin_release(transaction, actor.clone(), person.clone(), *id, at)?;
        }
    }
    Ok(Ok(moved))
}

fn moved(office: &Office, actor: &Actor, found: &Case, step: &Step, today: Date) -> Result<Case, Problem> {
    if step.seen.is_some_and(|seen| seen != found.version) {
        return Err(overtaken());
    }
    let on = step.on.unwrap_or(today);
    if on > today || on < found.dates.received {
        return Err(Problem::new(
            Kind::BadInput,
            "day",
            "The day lies before the request came, or in the future.",
            "Give the day on which it truly was.",
        ));
    }
    let by = Person::of(actor).map_or(By::Applicant, By::Staff);
    let state = found.state.after(&step.event, &by).map_err(illegal)?;
    let dates = found.dates.after(&found.state, &step.event, on);
    match &step.event {
        Event::Extend => {
            deadline::month(&found.state, &dates, office, today).map_err(|late| {
                let sentence = format!("The last day for a notice of extension was {}.", late.last_day);
                Problem::new(Kind::Conflict, "extension_late", sentence, "Answer by the day that stands; the requester may complain.")
            })?;
        }
        Event::Close if found.kind == RequestKind::PoliceUrgent && read::owes_form(found) => {
            let next = "Have the force send it, put it on record, then close the case.";
            return Err(Problem::new(Kind::Conflict, "form_owed", "The police form for this urgent release has not come.", next));
        }
        _ => {}
    }
    Ok(Case { state, dates, version: found.version + 1, ..found.clone() })
}

fn is_redacted(event: &Event) -> bool {
    matches!(event, Event::Prepare(copied) if copied.content() == CopyContent::Redacted)
}

/// What is kept of a step beside its name: words, so personal, and erasable.
fn record(step: &Step, said: Option<&str>) -> Value {
    let mut record = json!({"reason": step.reason});
    if let Some(words) = said {
        record["said"] = json!(words);
    }
    let (name, value) = match &step.event {
        Event::Begin(check) => ("identity", json!(check)),
        Event::Found(search) | Event::NothingFound(search) => ("search", json!(search)),
        Event::Decide(decision) => ("decision", json!(decision)),
        Event::WriteLetter(letter) => ("letter", json!(letter)),
        Event::Prepare(copied) => ("content", json!(copied.content())),
        Event::HandOver(handover) => ("handover", json!(handover)),
        _ => return record,
    };
    record[name] = value;
    record
}

const fn action(event: &Event) -> Action {
    match event {
        Event::Decide(_) => Action::CaseDecide,
        Event::Approve | Event::Pass => Action::CaseApprove,
        Event::Release => Action::CaseRelease,
        Event::Close => Action::CaseClose,
        _ => Action::CaseMove,
    }
}

fn overtaken() -> Problem {
    Problem::new(Kind::Conflict, "case_changed", "Somebody has changed this case since you saw it.", "Look at it again, then decide.")
}

fn illegal(why: Illegal) -> Problem {
    let next = match why {
        Illegal::NotNow { .. } => "Look at the case: it says what comes next.",
        Illegal::OwnWork => "Ask a colleague with an account of their own.",
        Illegal::NoLetter => "Write the letter, then have it approved with the decision.",
        Illegal::NotApproved => "Ask an approver or the data protection officer.",
        Illegal::NothingDecided | Illegal::NotARelease => "Decide first.",
        Illegal::StaffOnly => "A member of staff does this.",
    };
    Problem::new(Kind::Conflict, "case_state", hold::sentence(&why), next)
}

fn not_decidable(why: NotDecidable) -> Problem {
    let next = match why {
        NotDecidable::Media => "Refuse it, with a letter.",
        NotDecidable::NotForFootage => "Grant or refuse it by letter.",
        NotDecidable::NotGranted => "Decide a release, a refusal, or that nothing is held.",
        NotDecidable::PersonInIt => "Say that it goes to the person in it.",
        NotDecidable::BasisMissing => "Name one of the two.",
        NotDecidable::Compelled => "Give its reference.",
        NotDecidable::BalancingMissing => "Weigh it, or state that nobody else is in it.",
        NotDecidable::FormMissing => "Have the force complete it, or take the request as urgent if lives are at risk.",
    };
    Problem::new(Kind::Conflict, "decision", hold::sentence(&why), next)
}
