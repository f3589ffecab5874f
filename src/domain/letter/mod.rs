//! Letters to whoever asked, drafted from templates out of the case, the configuration and the words of
//! the privacy notice (UK GDPR Articles 12 and 15; DPA 2018 section 164A).
//!
//! `LetterKind::why_not` says which letters a case's state allows, `draft` writes one. The same case on the
//! same day is the same letter, since a case names its letters by hash. Refuses a letter that says what
//! hasn't been decided, an extension after month one, and every letter about a person whose details were
//! erased. What staff wrote for themselves gets into no letter: neither the reasons of a decision nor
//! what was weighed about other people. Next: `adapters::paper` sets it, `jobs::case::letter` hands it out.

mod answer;
mod disclosure;
pub mod handover;
mod underway;
mod words;

use jiff::{civil::Date, tz::TimeZone};
use serde::{Deserialize, Serialize};

use self::words::long_day;
use super::{
    export::document::{Block, Paper},
    instant::UtcInstant,
    notice::Facts,
    request::{
        case::{Case, Requester},
        decision::Verdict,
        due::ClockState,
        kind::{ClockRule, RequestKind},
        search_record::Searched,
        state::State,
    },
};

/// A template.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LetterKind {
    /// We have your request; by when it is answered.
    Acknowledgement,
    /// DPA 2018 section 164A(4).
    ComplaintAcknowledgement,
    /// UK GDPR Article 12(6).
    IdentityRequest,
    AuthorityRequest,
    /// UK GDPR Article 12A(5).
    Question,
    /// UK GDPR Article 12A(3)-(4).
    Extension,
    /// With a copy for the person in it, and all that Article 15(1) adds to one.
    Covering,
    /// UK GDPR Article 12(4).
    Refusal,
    NothingHeld,
    /// With footage for the police or another third party.
    Disclosure,
    DisclosureRefusal,
    /// With a copy on a medium: no letter, a sheet to be signed.
    Handover,
}

/// Which print is wanted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Print {
    #[default]
    Standard,
    /// 18 points at least (Equality Act 2010: reasonable adjustments).
    Large,
}

impl Print {
    pub const fn name(self) -> &'static str {
        match self {
            Self::Standard => "standard",
            Self::Large => "large",
        }
    }
}

/// What a letter is written from.
pub struct Known<'a> {
    pub case: &'a Case,
    /// The decision that stands; None where it was sent back.
    pub decision: Option<&'a Verdict>,
    /// The search on record.
    pub search: Option<&'a Searched>,
    /// What the last step that asks something gave as its reason: the requester reads it.
    pub asked: Option<&'a str>,
    /// Why more time is needed, as the step that extends says it.
    pub extension: Option<&'a str>,
    pub clock: Clock,
    /// What went out.
    pub on_record: &'a handover::OnRecord,
    pub facts: &'a Facts,
    pub zone: &'a TimeZone,
    /// Where the public's pages are.
    pub portal: Option<&'a str>,
    /// The letter's date.
    pub day: Date,
}

/// The statutory clock as of the letter's day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Clock {
    pub rule: ClockRule,
    pub due: Date,
    /// None once answered.
    pub stands: Option<ClockState>,
    /// None where nothing can be extended.
    pub extension_notice_last_day: Option<Date>,
}

/// Why a letter can't be drafted now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotDraftable {
    #[error("a request of this kind gets another letter")]
    OtherKind,
    #[error("the step that this letter tells of has not been taken")]
    NotAsked,
    #[error("the search is over, so this letter would come too late")]
    PastIt,
    #[error("the decision that this letter tells of has not been taken")]
    NotDecided,
    #[error("nothing has been released yet")]
    NotReleased,
    #[error("the time for a request of this kind is not extended")]
    NeverExtended,
    #[error("the time has not been extended")]
    NotExtended,
    #[error("the last day for a notice of extension was {last_day}")]
    ExtensionLate { last_day: Date },
    #[error("the letter's day lies before the request came, or in the future")]
    Day,
    #[error("the request was taken back")]
    Withdrawn,
    #[error("the details of whoever asked were erased")]
    Erased,
}

impl LetterKind {
    pub const ALL: [Self; 12] = [
        Self::Acknowledgement,
        Self::ComplaintAcknowledgement,
        Self::IdentityRequest,
        Self::AuthorityRequest,
        Self::Question,
        Self::Extension,
        Self::Covering,
        Self::Refusal,
        Self::NothingHeld,
        Self::Disclosure,
        Self::DisclosureRefusal,
        Self::Handover,
    ];

    /// As part of an address, and of the JSON contract.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Acknowledgement => "acknowledgement",
            Self::ComplaintAcknowledgement => "complaint_acknowledgement",
            Self::IdentityRequest => "identity_request",
            Self::AuthorityRequest => "authority_request",
            Self::Question => "question",
            Self::Extension => "extension",
            Self::Covering => "covering",
            Self::Refusal => "refusal",
            Self::NothingHeld => "nothing_held",
            Self::Disclosure => "disclosure",
            Self::DisclosureRefusal => "disclosure_refusal",
            Self::Handover => "handover",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// As staff speak of it.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Acknowledgement => "Acknowledgement of receipt",
            Self::ComplaintAcknowledgement => "Acknowledgement of a complaint",
            Self::IdentityRequest => "Request for proof of identity",
            Self::AuthorityRequest => "Request for written authority",
            Self::Question => "Question about the request",
            Self::Extension => "Notice of an extension",
            Self::Covering => "Letter with the copy",
            Self::Refusal => "Refusal",
            Self::NothingHeld => "Nothing is held",
            Self::Disclosure => "Letter with the disclosure",
            Self::DisclosureRefusal => "Refusal of a disclosure",
            Self::Handover => "Receipt and chain of custody",
        }
    }

    /// Whether somebody is written to; the other is a sheet to be signed.
    const fn is_letter(self) -> bool {
        !matches!(self, Self::Handover)
    }

    /// Whether it is the letter that a decision is approved with.
    pub const fn is_answer(self) -> bool {
        matches!(self, Self::Covering | Self::Refusal | Self::NothingHeld | Self::Disclosure | Self::DisclosureRefusal)
    }

    /// Whether a request of this kind ever gets it.
    pub const fn is_for(self, kind: RequestKind) -> bool {
        let is_complaint = matches!(kind, RequestKind::Complaint);
        match self {
            Self::Acknowledgement => !is_complaint,
            Self::ComplaintAcknowledgement => is_complaint,
            Self::Covering => matches!(kind, RequestKind::SubjectAccess),
            Self::Refusal => !kind.is_for_third_party(),
            Self::Disclosure | Self::DisclosureRefusal => kind.is_for_third_party(),
            Self::NothingHeld => !matches!(kind, RequestKind::Media),
            Self::Handover => kind.is_for_footage(),
            Self::IdentityRequest | Self::AuthorityRequest | Self::Question | Self::Extension => true,
        }
    }

    /// Whether it can be drafted of what is known.
    pub fn why_not(self, known: &Known<'_>) -> Result<(), NotDraftable> {
        let case = known.case;
        if case.requester.is_none() {
            return Err(NotDraftable::Erased);
        }
        if !self.is_for(case.kind) {
            return Err(NotDraftable::OtherKind);
        }
        if case.state == State::Withdrawn {
            return Err(NotDraftable::Withdrawn);
        }
        if known.day < case.dates.received {
            return Err(NotDraftable::Day);
        }
        match self {
            Self::Acknowledgement | Self::ComplaintAcknowledgement => match case.state {
                State::Received
                | State::IdentityPending
                | State::AuthorityPending
                | State::FeePending
                | State::Searching
                | State::ClarificationPending { .. } => Ok(()),
                _ => Err(NotDraftable::PastIt),
            },
            Self::IdentityRequest => asked(known, |state| *state == State::IdentityPending),
            Self::AuthorityRequest => asked(known, |state| *state == State::AuthorityPending),
            Self::Question => asked(known, |state| matches!(state, State::ClarificationPending { .. })),
            Self::Extension => extended(known),
            Self::Covering | Self::Disclosure => decided(known, |verdict| matches!(verdict, Verdict::Release { .. })),
            Self::Refusal | Self::DisclosureRefusal => decided(known, |verdict| matches!(verdict, Verdict::Refuse { .. })),
            Self::NothingHeld => decided(known, |verdict| matches!(verdict, Verdict::NothingHeld { .. }))
                .and_then(|()| known.search.map(|_| ()).ok_or(NotDraftable::Erased)),
            Self::Handover if known.on_record.gone_out.is_empty() => Err(NotDraftable::NotReleased),
            Self::Handover => Ok(()),
        }
    }
}

fn asked(known: &Known<'_>, is_waiting: impl Fn(&State) -> bool) -> Result<(), NotDraftable> {
    match (is_waiting(&known.case.state), known.asked) {
        (true, Some(_)) => Ok(()),
        (true, None) => Err(NotDraftable::Erased),
        (false, _) => Err(NotDraftable::NotAsked),
    }
}

fn extended(known: &Known<'_>) -> Result<(), NotDraftable> {
    let case = known.case;
    let last_day = known.clock.extension_notice_last_day.ok_or(NotDraftable::NeverExtended)?;
    match (case.state.is_answered(), case.dates.extended, known.extension) {
        (true, ..) => Err(NotDraftable::PastIt),
        (false, None, _) => Err(NotDraftable::NotExtended),
        (false, Some(_), None) => Err(NotDraftable::Erased),
        (false, Some(_), Some(_)) if known.day > last_day => Err(NotDraftable::ExtensionLate { last_day }),
        (false, Some(_), Some(_)) => Ok(()),
    }
}

fn decided(known: &Known<'_>, is_it: impl Fn(&Verdict) -> bool) -> Result<(), NotDraftable> {
    let state = &known.case.state;
    let stands = state.answer().is_some() || matches!(state, State::Released | State::PartlyReleased | State::Refused | State::Closed);
    if stands && known.decision.is_some_and(is_it) { Ok(()) } else { Err(NotDraftable::NotDecided) }
}

/// Writes the letter.
pub fn draft(kind: LetterKind, known: &Known<'_>) -> Result<Paper, NotDraftable> {
    kind.why_not(known)?;
    let requester = known.case.requester.as_ref().ok_or(NotDraftable::Erased)?;
    let mut paper = headed(kind, known, requester);
    if kind.is_letter() {
        paper.paragraph(["Dear ", requester.name.trim(), ","].concat());
    }
    match kind {
        LetterKind::Acknowledgement => underway::acknowledgement(&mut paper, known, requester),
        LetterKind::ComplaintAcknowledgement => underway::complaint(&mut paper, known, requester),
        LetterKind::IdentityRequest => underway::identity(&mut paper, known),
        LetterKind::AuthorityRequest => underway::authority(&mut paper, known),
        LetterKind::Question => underway::question(&mut paper, known),
        LetterKind::Extension => underway::extension(&mut paper, known),
        LetterKind::Covering => answer::covering(&mut paper, known),
        LetterKind::Refusal => answer::refusal(&mut paper, known),
        LetterKind::NothingHeld => answer::nothing_held(&mut paper, known),
        LetterKind::Disclosure => disclosure::released(&mut paper, known),
        LetterKind::DisclosureRefusal => disclosure::refused(&mut paper, known),
        LetterKind::Handover => handover::sheet(&mut paper, known),
    }
    if kind.is_letter() {
        paper.paragraph("If you need this letter in large print, in another language or read to you, please tell us.");
        paper.paragraph("Yours sincerely,");
        paper.line(&format!("For {}:", known.facts.who()));
    }
    Ok(paper)
}

/// The letter's head: who writes, to whom, when, about which reference.
fn headed(kind: LetterKind, known: &Known<'_>, requester: &Requester) -> Paper {
    let (facts, case) = (known.facts, known.case);
    let title = format!("{} \u{2013} {}", heading(kind, case.kind), case.reference);
    let mut paper = Paper::new(title, facts.who(), midnight(known.day));
    let lines = |texts: &[&str]| -> Vec<String> {
        texts.iter().flat_map(|text| text.lines()).map(|line| line.trim().to_owned()).filter(|line| !line.is_empty()).collect()
    };
    let ways = facts.ways();
    paper.head.push(Block::Lines(lines(&[&[facts.who()], &ways[..]].concat())));
    paper.head.push(Block::Lines(lines(&[&requester.name, &requester.organisation, &requester.contact])));
    let theirs = case.form.as_ref().map_or("", |form| form.crime_reference.trim());
    let mut about = vec![long_day(known.day), format!("Our reference: {}", case.reference)];
    about.extend((!theirs.is_empty()).then(|| format!("Your reference: {theirs}")));
    paper.head.push(Block::Lines(about));
    paper
}

const fn heading(kind: LetterKind, of: RequestKind) -> &'static str {
    match (kind, of) {
        (LetterKind::Acknowledgement, _) => "We have your request",
        (LetterKind::ComplaintAcknowledgement, _) => "We have your complaint",
        (LetterKind::IdentityRequest, _) => "Please show us who you are",
        (LetterKind::AuthorityRequest, _) => "Please show us that you may act for them",
        (LetterKind::Question, _) => "We have a question about your request",
        (LetterKind::Extension, _) => "We need more time for your request",
        (LetterKind::Covering, _) => "Your copy of CCTV footage",
        (LetterKind::Refusal, RequestKind::Complaint) => "Our answer to your complaint",
        (LetterKind::Refusal, _) => "Our answer to your request",
        (LetterKind::NothingHeld, _) => "We do not hold what you asked for",
        (LetterKind::Disclosure, _) => "CCTV footage for you",
        (LetterKind::DisclosureRefusal, _) => "Our answer to your request for CCTV footage",
        (LetterKind::Handover, _) => "Receipt and chain of custody",
    }
}

/// A document's date is an instant; a letter has a day alone.
fn midnight(day: Date) -> UtcInstant {
    let days = (day - jiff::civil::date(1970, 1, 1)).get_days();
    UtcInstant::from_unix_seconds(i64::from(days) * 86_400)
}

#[cfg(test)]
mod tests;
