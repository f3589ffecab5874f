//! Letters of a case: which can be drafted now, and one as PDF. The template decides (`domain::letter`);
//! here the case, its history, the clock and the configuration are brought together for it.
//!
//! The same case on the same day is the same file, whose SHA-256 is what a step names. Each draft is logged
//! before it is handed out, with its hash among what can be erased: it was made over a name. Refuses a day
//! that hasn't come. Next: `http::api::case_letters`.

use std::sync::Arc;

use jiff::civil::Date;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::{deadline, entry, handover, release};
use crate::{
    adapters::{
        index::{
            audit,
            case::{self, EventRow},
        },
        paper::{
            PaperError,
            document::{self, Look},
        },
    },
    domain::{
        actor::Actor,
        audit::Action,
        instant::ClockReading,
        letter::{self, Clock, Known, LetterKind, NotDraftable, Print, handover::OnRecord},
        notice::Facts,
        request::{
            case::Case,
            decision::Verdict,
            handover::Handover,
            search_record::{SearchRecord, Searched},
        },
    },
    jobs::{audit as log, hold, house::House},
    problem::{Kind, Problem},
};

/// Who writes, as the privacy notice says it, and where the public's pages are.
#[derive(Clone)]
pub struct Letterhead {
    pub facts: Facts,
    pub portal: Option<String>,
}

/// A letter as it would go out.
pub struct Drafted {
    pub pdf: Vec<u8>,
    /// Lower-case hexadecimal, as the step that names the letter takes it.
    pub sha256: String,
    /// Names of files travel: this one names nobody.
    pub file: String,
}

/// A letter that a request of this kind gets, and why it can't be drafted now, if so.
pub struct Offered {
    pub kind: LetterKind,
    pub why_not: Option<Problem>,
}

/// Each letter that a request of this kind ever gets.
pub fn list(house: &House, found: &Case, head: &Letterhead, at: ClockReading) -> Result<Vec<Offered>, Problem> {
    let history = History::read(house, found)?;
    let on_record = handover::on_record(house, found, &history.handed_over)?;
    let known = history.known(house, found, head, &on_record, house.office().day(at.utc));
    let kinds = LetterKind::ALL.into_iter().filter(|kind| kind.is_for(found.kind));
    Ok(kinds.map(|kind| Offered { kind, why_not: kind.why_not(&known).err().map(not_draftable) }).collect())
}

/// Drafts a letter with the date of `day`, or of today.
pub fn draft(
    house: &Arc<House>,
    actor: Actor,
    found: &Case,
    order: &Order,
    head: &Letterhead,
    at: ClockReading,
) -> Result<Drafted, Problem> {
    let today = house.office().day(at.utc);
    let day = order.day.unwrap_or(today);
    if day > today {
        return Err(not_draftable(NotDraftable::Day));
    }
    let history = History::read(house, found)?;
    let mut on_record = handover::on_record(house, found, &history.handed_over)?;
    order.kind.why_not(&history.known(house, found, head, &on_record, day)).map_err(not_draftable)?;
    if order.kind == LetterKind::Handover {
        on_record = handover::read_whole(house, found, on_record)?;
    }
    let paper = letter::draft(order.kind, &history.known(house, found, head, &on_record, day)).map_err(not_draftable)?;
    let look = match order.print {
        Print::Standard => Look::LETTER,
        Print::Large => Look::LARGE_LETTER,
    };
    let pdf = document::pdf(&paper, &look).map_err(not_set)?;
    let sha256 = hex::encode(Sha256::digest(&pdf));
    let details = json!({"letter": order.kind.name(), "print": order.print.name(), "day": day.to_string()});
    let mut leaf = entry(actor, Action::CaseLetter, found.reference, details);
    leaf.personal = vec![("sha256", sha256.clone())];
    house.catalogue.write(|transaction| audit::append(transaction, &at, &leaf))?;
    log::sign_act(house);
    let file = format!("{}-{}.pdf", found.reference, order.kind.name());
    Ok(Drafted { pdf, sha256, file })
}

/// Which letter is wanted.
#[derive(Clone, Copy, Debug)]
pub struct Order {
    pub kind: LetterKind,
    pub print: Print,
    /// Its date; today where none is given.
    pub day: Option<Date>,
}

/// What the events of a case still say.
struct History {
    decision: Option<Verdict>,
    search: Option<Searched>,
    asked: Option<String>,
    extension: Option<String>,
    handed_over: Vec<(Date, Handover)>,
}

impl History {
    fn read(house: &House, found: &Case) -> Result<Self, Problem> {
        let events = house.catalogue.read(|connection| case::events(connection, found.reference))?;
        let mut history = Self { decision: None, search: None, asked: None, extension: None, handed_over: Vec::new() };
        for event in &events {
            history.follow(event);
        }
        Ok(history)
    }

    fn follow(&mut self, event: &EventRow) {
        let record = event.record.as_ref();
        let reason = || Some(record?.get("reason")?.as_str()?.to_owned());
        match event.event.as_str() {
            "decide" => self.decision = record.and_then(release::verdict),
            // What was sent back or given up stands no more.
            "send_back" | "withdraw" => self.decision = None,
            "found" | "nothing_found" => self.search = record.and_then(search),
            "ask_identity" | "ask_authority" | "ask_clarification" => self.asked = reason(),
            "extend" => self.extension = reason(),
            "hand_over" => self.handed_over.extend(record.and_then(handed_over).map(|handover| (event.on, handover))),
            _ => {}
        }
    }

    fn known<'a>(&'a self, house: &'a House, found: &'a Case, head: &'a Letterhead, on_record: &'a OnRecord, day: Date) -> Known<'a> {
        let office = house.office();
        let deadline = deadline::of(found, office, day);
        Known {
            case: found,
            decision: self.decision.as_ref(),
            search: self.search.as_ref(),
            asked: self.asked.as_deref(),
            extension: self.extension.as_deref(),
            clock: Clock {
                rule: deadline.rule,
                due: deadline.due,
                stands: deadline.stands,
                extension_notice_last_day: deadline.extension_notice_last_day,
            },
            on_record,
            facts: &head.facts,
            zone: &office.time_zone,
            portal: head.portal.as_deref(),
            day,
        }
    }
}

fn handed_over(record: &Value) -> Option<Handover> {
    serde_json::from_value(record.get("handover")?.clone()).ok()
}

fn search(record: &Value) -> Option<Searched> {
    serde_json::from_value::<SearchRecord>(record.get("search")?.clone()).ok().map(Into::into)
}

fn not_draftable(why: NotDraftable) -> Problem {
    let next = match why {
        NotDraftable::OtherKind => "The list of the case\u{2019}s letters has those there are for it.",
        NotDraftable::NotAsked => "Take the step that asks, with words for whoever reads them; then draft the letter.",
        NotDraftable::PastIt => "Draft the answer once it is decided.",
        NotDraftable::NotReleased => "Release the request; then print the sheet.",
        NotDraftable::NotDecided => "Decide first; the letter follows the decision.",
        NotDraftable::NeverExtended => "Answer by the day that stands.",
        NotDraftable::NotExtended => "Take the step that extends, with the reasons; then draft the notice on the same day.",
        NotDraftable::ExtensionLate { .. } => "Answer by the day that stands; the requester may complain.",
        NotDraftable::Day => "Give a day between the receipt of the request and today.",
        NotDraftable::Withdrawn => "No letter of this kind is needed any more.",
        NotDraftable::Erased => "Nobody can be written to in this case any more.",
    };
    let kind = if why == NotDraftable::Day { Kind::BadInput } else { Kind::Conflict };
    Problem::new(kind, "letter_not_now", hold::sentence(&why), next)
}

/// The page could not be made, whatever it says.
pub(super) fn not_set(error: PaperError) -> Problem {
    let next = "Tell whoever looks after Holdfast; the log says why.";
    Problem::new(Kind::Fault, "paper", "The paper could not be set on its pages.", next).because(error)
}
