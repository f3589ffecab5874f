//! A requester follows their own request: signs in with reference and code, sees how it stands, answers
//! what was asked of them, takes it back.
//!
//! What they do moves the case by the one transition function, as the applicant; what a step that asks
//! gives as its reason is what they read. A reference that exists is refused in the same words and the
//! same time as one that doesn't. Next: `papers` takes what proves who they are.

use jiff::civil::Date;
use subtle::ConstantTimeEq;

use super::{
    advance::{self, Step},
    deadline, read, release,
};
use crate::{
    adapters::{
        index::{
            case::{self, EventRow},
            delivery, identity_paper,
        },
        secret,
    },
    domain::{
        actor::{Actor, Reason},
        instant::ClockReading,
        request::{
            case::{Case, CaseReference},
            due::ClockState,
            kind::RequestKind,
            progress::{Asks, Progress, outcome_in_words, progress},
            state::Event,
        },
    },
    jobs::{audit as log, house::House, retain},
    problem::{Kind, Problem},
};

/// Who acts for a requester: the public's door.
pub(super) const APPLICANT: Actor = Actor::Job("portal");
/// Longest answer, characters.
pub const ANSWER_MAX: usize = 1_800;

/// Whose request it is, by reference and code as they were typed.
pub fn sign_in(house: &House, reference: &str, code: &str) -> Result<Option<CaseReference>, Problem> {
    let given = secret::digest(&secret::normalise_code(code));
    // One that can't be a reference is looked up as one that doesn't exist.
    let reference = CaseReference::parse(reference).unwrap_or(CaseReference::new(0, 0));
    let kept = house.catalogue.read(|connection| case::code_hash(connection, reference))?;
    let fits = bool::from(kept.unwrap_or_default().ct_eq(&given));
    Ok((fits && kept.is_some()).then_some(reference))
}

/// One thing that was said.
pub struct Said {
    pub on: Date,
    pub by: Speaker,
    pub words: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Speaker {
    Office,
    Requester,
}

/// Until when an answer is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DueBy {
    /// To the end of this day.
    On(Date),
    /// As if what we wait for came today.
    Projected(Date),
    Answered,
}

/// A request as its requester sees it.
pub struct Followed {
    pub reference: CaseReference,
    pub kind: RequestKind,
    pub received: Date,
    pub progress: Progress,
    pub due: DueBy,
    /// What came of it, once that has gone out.
    pub outcome: Option<String>,
    pub said: Vec<Said>,
    /// Papers that are still here.
    pub papers: usize,
    /// The last day on which a copy can be fetched by the link that was sent.
    pub link_until: Option<Date>,
    pub is_over: IsOver,
}

/// Whether an answer has gone out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IsOver {
    Yes,
    No,
}

/// How a request stands.
pub fn look(house: &House, reference: CaseReference, at: ClockReading) -> Result<Followed, Problem> {
    let found = read::by_reference(house, reference)?;
    let (events, papers, link) = house.catalogue.read(|connection| {
        let papers = identity_paper::kept(connection, reference)?.len();
        Ok((case::events(connection, reference)?, papers, delivery::newest(connection, reference)?))
    })?;
    let today = house.office().day(at.utc);
    let deadline = deadline::of(&found, house.office(), today);
    let due = match deadline.stands {
        None => DueBy::Answered,
        Some(ClockState::Paused | ClockState::NotStarted) => DueBy::Projected(deadline.due),
        Some(ClockState::Running | ClockState::Overdue) => DueBy::On(deadline.due),
    };
    let verdict = events.iter().rev().find(|event| event.event == "decide").and_then(|event| release::verdict(event.record.as_ref()?));
    let link_until = link.filter(|row| row.link.may_go_on(at.utc).is_ok()).map(|row| house.office().day(row.link.expires));
    Ok(Followed {
        reference,
        kind: found.kind,
        received: found.dates.received,
        progress: progress(&found.state),
        due,
        outcome: verdict.and_then(|verdict| outcome_in_words(&found.state, &verdict)),
        said: events.iter().filter_map(said).collect(),
        papers,
        link_until,
        is_over: if found.state.is_answered() { IsOver::Yes } else { IsOver::No },
    })
}

/// What a step said to the requester, or they to us. Other reasons are the office's own.
fn said(event: &EventRow) -> Option<Said> {
    let record = event.record.as_ref()?;
    let text = |field: &str| record.get(field).and_then(|value| value.as_str()).map(str::to_owned);
    let (by, words) = match event.event.as_str() {
        "ask_identity" | "ask_authority" | "ask_fee" | "ask_clarification" => (Speaker::Office, text("reason")?),
        "supplied" | "clarified" => (Speaker::Requester, text("said")?),
        _ => return None,
    };
    Some(Said { on: event.on, by, words })
}

/// Answers what was asked; papers that were sent count as an answer.
pub fn answer(house: &House, reference: CaseReference, words: &str, at: ClockReading) -> Result<Case, Problem> {
    let found = read::by_reference(house, reference)?;
    let papers = house.catalogue.read(|connection| identity_paper::kept(connection, reference))?.len();
    let words = words.trim().replace('\r', "");
    let length = words.chars().count();
    let (event, needs_words) = match progress(&found.state).asks {
        Asks::Answer => (Event::Clarified, true),
        Asks::Identity | Asks::Authority => (Event::Supplied, papers == 0),
        // Whether a fee has come, the office sees for itself.
        Asks::Fee | Asks::Nothing => return Err(nothing_asked()),
    };
    if length > ANSWER_MAX || (needs_words && length == 0) {
        let next = format!("Write your answer in 1 to {ANSWER_MAX} characters.");
        return Err(Problem::new(Kind::BadInput, "answer", "The answer is empty or too long.", next));
    }
    let words = if length == 0 { "I have sent you papers.".to_owned() } else { words };
    say(house, reference, event, "Answered at the portal", Some(&words), at)
}

/// Takes a request back.
pub fn withdraw(house: &House, reference: CaseReference, at: ClockReading) -> Result<Case, Problem> {
    say(house, reference, Event::Withdraw, "Withdrawn at the portal", None, at)
}

fn say(
    house: &House,
    reference: CaseReference,
    event: Event,
    reason: &str,
    words: Option<&str>,
    at: ClockReading,
) -> Result<Case, Problem> {
    let reason = Reason::new(reason).map_err(|_| retain::nobody())?;
    let step = Step { event, reason, on: None, seen: None };
    let outcome = house
        .catalogue
        .write(|transaction| advance::enter_saying(transaction, house.office(), &APPLICANT, reference, &step, words, &at))?;
    let moved = outcome?;
    log::sign_act(house);
    super::papers::destroy_settled(house, at);
    Ok(moved)
}

fn nothing_asked() -> Problem {
    Problem::new(Kind::Conflict, "nothing_asked", "Nothing is asked of you at present.", "Look at your request: it says what happens next.")
}
