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
    pub const ALL: [Self; 11] = [
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
        }
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
    paper.paragraph(["Dear ", requester.name.trim(), ","].concat());
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
    }
    paper.paragraph("If you need this letter in large print, in another language or read to you, please tell us.");
    paper.paragraph("Yours sincerely,");
    paper.line(&format!("For {}:", known.facts.who()));
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
    }
}

/// A document's date is an instant; a letter has a day alone.
fn midnight(day: Date) -> UtcInstant {
    let days = (day - jiff::civil::date(1970, 1, 1)).get_days();
    UtcInstant::from_unix_seconds(i64::from(days) * 86_400)
}

/// Which letters a state allows, and what each must say and may not.
#[cfg(test)]
mod tests {
    use jiff::{ToSpan, civil::date};

    use super::*;
    use crate::domain::{
        actor::Reason,
        camera::CameraId,
        export::document::Block,
        instant::Interval,
        notice::{Camera, Controller},
        request::{
            balancing::{Balancing, Confidentiality, Consent},
            case::{AskedRange, CaseReference, Channel, ClockDates, Question},
            decision::{Absence, Extent, Others, RefusalGround, UseBasis},
            police_form::PoliceForm,
            search_record::Window,
            state::AskedDuring,
        },
        retention::hold::HoldId,
    };

    const GROUNDS: [RefusalGround; 10] = [
        RefusalGround::Crime,
        RefusalGround::LegalProceedings,
        RefusalGround::ThirdPartyRights,
        RefusalGround::LegalPrivilege,
        RefusalGround::ManifestlyUnfounded,
        RefusalGround::Excessive,
        RefusalGround::NotAPurpose,
        RefusalGround::NotNecessary,
        RefusalGround::IdentityNotShown,
        RefusalGround::NotUpheld,
    ];
    const DAY: Date = date(2026, 11, 28);

    fn reason(text: &str) -> Reason {
        Reason::new(text).unwrap()
    }

    fn facts(kind: Controller) -> Facts {
        let camera = |id: &str, place: &str| Camera {
            id: id.into(),
            place: place.into(),
            purpose: format!("preventing crime at the {id}"),
            keep_seconds: 31 * 86_400,
        };
        Facts {
            site: "Alder Court".into(),
            controller: "Example Homes".into(),
            kind,
            contact: "dpo@example.org".into(),
            phone: "0300 000 0000".into(),
            post: "1 High Street".into(),
            data_protection_officer: "D. Officer".into(),
            registration: "ZA000000".into(),
            recipients: vec!["our insurers".into()],
            regulator: "Information Commissioner".into(),
            regulator_contact: "ico.org.uk".into(),
            cameras: vec![camera("gate", "Main gate"), camera("lift", "Lift")],
        }
    }

    fn case(kind: RequestKind, state: State) -> Case {
        let interval = Interval::new(UtcInstant::from_unix_seconds(1_793_000_000), UtcInstant::from_unix_seconds(1_793_000_600)).unwrap();
        Case {
            reference: CaseReference::new(2026, 7),
            kind,
            channel: Channel::Phone,
            received_at: UtcInstant::from_unix_seconds(1_793_000_000),
            requester: Some(Requester {
                name: "Mary Lamb".into(),
                contact: "2 Low Road\nLeeds".into(),
                organisation: String::new(),
                needs: "Large print".into(),
            }),
            words: Some("Mr Smythe of flat 4 was there too".into()),
            sought: None,
            form: None,
            asked: vec![AskedRange { place: "by the door of Mr Smythe".into(), cameras: vec![CameraId::new("gate").unwrap()], interval }],
            holds: vec![HoldId(uuid::Uuid::nil())],
            state,
            dates: ClockDates { extended: Some(DAY - 1.days()), ..ClockDates::received(date(2026, 11, 10)) },
            version: 3,
        }
    }

    /// A state of each kind, with or without a decision that it carries.
    fn states(decided: Option<&str>) -> Vec<State> {
        let answer =
            decided.map(|outcome| serde_json::json!({"outcome": outcome, "decided_by": "staff:1", "letter": null, "approved_by": null}));
        let state = |name: &str, more: serde_json::Value| -> State {
            let mut value = more;
            value["state"] = name.into();
            serde_json::from_value(value).unwrap()
        };
        let plain = serde_json::json!({});
        let mut states: Vec<State> = ["received", "identity_pending", "authority_pending", "fee_pending", "searching", "released"]
            .into_iter()
            .chain(["partly_released", "refused", "closed", "withdrawn"])
            .map(|name| state(name, plain.clone()))
            .collect();
        states.push(State::ClarificationPending { during: AskedDuring::Searching });
        states.push(state("not_held", serde_json::json!({"answer": answer})));
        states.push(state("reviewing", serde_json::json!({"answer": answer})));
        if let Some(answer) = answer {
            let prepared = serde_json::json!({"content": "only_requester", "by": "staff:2"});
            states.push(state("redacting", serde_json::json!({"answer": answer})));
            states.push(state("checking", serde_json::json!({"answer": answer, "prepared": prepared})));
            states.push(state("ready", serde_json::json!({"answer": answer, "prepared": prepared, "checked_by": "staff:3"})));
        }
        states
    }

    fn search() -> Searched {
        let window = Window { from: UtcInstant::from_unix_seconds(1_792_996_400), to: UtcInstant::from_unix_seconds(1_793_004_200) };
        Searched {
            cameras: vec![CameraId::new("gate").unwrap(), CameraId::new("lift").unwrap()],
            windows: vec![window],
            method: reason("Looked for Mr Smythe"),
        }
    }

    fn balanced() -> Others {
        Others::Balanced(Balancing {
            information: reason("Mr Smythe with a bag"),
            confidentiality: Confidentiality::Owed,
            consent: Consent::NotObtained { steps: reason("Mr Smythe was away") },
            conclusion: reason("Mr Smythe is hidden"),
        })
    }

    fn verdicts() -> Vec<Verdict> {
        let release = |extent, basis, others| Verdict::Release { extent, basis, others };
        let order = UseBasis::LegalCompulsion { instrument: reason("production order 12") };
        let mut verdicts = vec![
            release(Extent::Whole, UseBasis::PersonInIt, Others::Nobody),
            release(Extent::Part { withheld: RefusalGround::ThirdPartyRights }, UseBasis::PersonInIt, balanced()),
            release(Extent::Whole, order, Others::NotSubjectAccess),
            Verdict::NothingHeld { why: Absence::NeverRecorded },
            Verdict::NothingHeld { why: Absence::Expired { on: date(2026, 10, 3) } },
        ];
        verdicts.extend(GROUNDS.map(|ground| Verdict::Refuse { ground }));
        verdicts
    }

    fn outcome(verdict: &Verdict) -> &'static str {
        match verdict {
            Verdict::Release { extent: Extent::Whole, .. } => "release_whole",
            Verdict::Release { .. } => "release_part",
            Verdict::Refuse { .. } => "refuse",
            Verdict::NothingHeld { .. } => "nothing_held",
            Verdict::Grant => "grant",
        }
    }

    fn with<R>(case: &Case, facts: &Facts, decision: Option<&Verdict>, then: impl FnOnce(&Known<'_>) -> R) -> R {
        let search = search();
        then(&Known {
            case,
            decision,
            search: Some(&search),
            asked: Some("Which of the two gates do you mean?"),
            extension: Some("Six cameras over two days"),
            clock: Clock {
                rule: ClockRule::ApplicableTimePeriod,
                due: date(2027, 2, 10),
                stands: (!case.state.is_answered()).then_some(ClockState::Running),
                extension_notice_last_day: Some(date(2026, 12, 10)),
            },
            facts,
            zone: &TimeZone::get("Europe/London").unwrap(),
            portal: Some("https://cctv.example.org"),
            day: DAY,
        })
    }

    fn text(paper: &Paper) -> String {
        let block = |block: &Block| match block {
            Block::Heading(text) | Block::Paragraph(text) | Block::Line(text) => text.clone(),
            Block::Lines(lines) | Block::Points(lines) => lines.join("\n"),
            Block::Facts(facts) => facts.iter().map(|(name, value)| [name.as_str(), value].join(": ")).collect::<Vec<_>>().join("\n"),
            Block::Table(_) => String::new(),
        };
        paper.head.iter().map(block).chain([paper.title.clone()]).chain(paper.blocks.iter().map(block)).collect::<Vec<_>>().join("\n")
    }

    fn written(kind: LetterKind, of: RequestKind, verdict: &Verdict) -> String {
        let state = states(Some(outcome(verdict))).into_iter().find(|state| state.name() == "reviewing").unwrap();
        with(&case(of, state), &facts(Controller::HousingAssociation), Some(verdict), |known| {
            text(&draft(kind, known).unwrap_or_else(|why| panic!("{why}")))
        })
    }

    #[test]
    fn each_state_allows_the_letters_that_are_true_of_it_and_no_others() {
        use LetterKind::*;
        let waits = ["received", "identity_pending", "authority_pending", "fee_pending", "searching", "clarification_pending"];
        let decided_in = ["not_held", "reviewing", "redacting", "checking", "ready", "released", "partly_released", "refused", "closed"];
        let answered = ["released", "partly_released", "refused", "closed", "withdrawn"];
        let facts = facts(Controller::HousingAssociation);
        for of in RequestKind::ALL {
            for verdict in verdicts().iter().map(Some).chain([None]) {
                for state in states(verdict.map(outcome)) {
                    let name = state.name();
                    let case = case(of, state);
                    for kind in LetterKind::ALL {
                        let told = matches!(
                            (kind, verdict),
                            (Covering | Disclosure, Some(Verdict::Release { .. }))
                                | (Refusal | DisclosureRefusal, Some(Verdict::Refuse { .. }))
                                | (NothingHeld, Some(Verdict::NothingHeld { .. }))
                        );
                        let expected = kind.is_for(of)
                            && match kind {
                                Acknowledgement | ComplaintAcknowledgement => waits.contains(&name),
                                IdentityRequest => name == "identity_pending",
                                AuthorityRequest => name == "authority_pending",
                                Question => name == "clarification_pending",
                                Extension => !answered.contains(&name),
                                _ => told && decided_in.contains(&name),
                            };
                        let drafted = with(&case, &facts, verdict, |known| draft(kind, known));
                        assert_eq!(drafted.is_ok(), expected, "{} of {} while {name}: {:?}", kind.name(), of.name(), drafted.err());
                    }
                }
            }
        }
    }

    #[test]
    fn what_was_not_done_in_time_or_was_erased_is_refused_with_its_reason() {
        let facts = facts(Controller::LocalAuthority);
        let why = |case: &Case, kind: LetterKind, day: Date| {
            with(case, &facts, None, |known| kind.why_not(&Known { day, clock: known.clock, ..*known }).err())
        };
        let mut open = case(RequestKind::SubjectAccess, State::Searching);
        let last_day = date(2026, 12, 10);
        assert_eq!(why(&open, LetterKind::Extension, last_day), None);
        assert_eq!(why(&open, LetterKind::Extension, last_day + 1.days()), Some(NotDraftable::ExtensionLate { last_day }));
        assert_eq!(why(&open, LetterKind::Acknowledgement, date(2026, 11, 9)), Some(NotDraftable::Day));
        assert_eq!(why(&open, LetterKind::Covering, DAY), Some(NotDraftable::NotDecided));
        assert_eq!(why(&open, LetterKind::Disclosure, DAY), Some(NotDraftable::OtherKind));
        open.dates.extended = None;
        assert_eq!(why(&open, LetterKind::Extension, DAY), Some(NotDraftable::NotExtended));
        // What was sent back is decided no more, though the event is still there.
        let sent_back = case(RequestKind::SubjectAccess, State::Reviewing { answer: None });
        let refuse = Verdict::Refuse { ground: RefusalGround::Excessive };
        assert_eq!(with(&sent_back, &facts, Some(&refuse), |known| LetterKind::Refusal.why_not(known)), Err(NotDraftable::NotDecided));
        open.requester = None;
        for kind in LetterKind::ALL {
            assert_eq!(why(&open, kind, DAY), Some(NotDraftable::Erased));
        }
    }

    #[test]
    fn the_letter_with_a_copy_says_all_that_article_15_asks_for() {
        for verdict in verdicts().iter().filter(|verdict| matches!(verdict, Verdict::Release { .. })) {
            let letter = written(LetterKind::Covering, RequestKind::SubjectAccess, verdict);
            for part in ["(a) ", "(b) ", "(c) ", "(d) ", "(e) ", "(f) ", "(g) ", "(h) "] {
                assert!(letter.contains(&["\n", part].concat()), "{part} is missing: {letter}");
            }
            for fact in [
                "preventing crime at the gate",
                "6(1)(f)",
                "our insurers",
                "31 days",
                "our own cameras",
                "object",
                "restrict",
                "section 164A",
                "Information Commissioner: ico.org.uk",
                "court",
                "HF-2026-000007",
                "28 November 2026",
                "Mary Lamb",
                "Main gate: ",
            ] {
                assert!(letter.contains(fact), "{fact} is missing: {letter}");
            }
            assert_eq!(letter.contains("What we keep back, and why"), outcome(verdict) == "release_part");
            assert!(!letter.contains("preventing crime at the lift"), "that camera was not asked for");
        }
    }

    #[test]
    fn every_ground_has_its_words_and_every_refusal_its_remedies() {
        for ground in GROUNDS {
            let verdict = Verdict::Refuse { ground };
            let letter = written(LetterKind::Refusal, RequestKind::SubjectAccess, &verdict);
            for sentence in words::ground(ground) {
                assert!(sentence.len() > 40 && letter.contains(sentence), "{ground:?}: {letter}");
            }
            for remedy in ["section 164A", "Information Commissioner", "court"] {
                assert!(letter.contains(remedy), "{ground:?} lacks {remedy}: {letter}");
            }
            let third = written(LetterKind::DisclosureRefusal, RequestKind::Police, &verdict);
            assert!(third.contains(words::ground(ground)[0]) && third.contains("order of a court"), "{third}");
        }
        let media = written(LetterKind::Refusal, RequestKind::Media, &Verdict::Refuse { ground: RefusalGround::NotAPurpose });
        assert!(media.contains("never give footage to newspapers"), "{media}");
        let refused = Verdict::Refuse { ground: RefusalGround::NotNecessary };
        assert!(written(LetterKind::Refusal, RequestKind::Information, &refused).contains("Housing Ombudsman"));
    }

    #[test]
    fn nothing_held_tells_what_was_searched_and_how_long_footage_is_kept() {
        let never = written(LetterKind::NothingHeld, RequestKind::SubjectAccess, &Verdict::NothingHeld { why: Absence::NeverRecorded });
        assert!(
            never.contains("Main gate; Lift: ") && never.contains("Main gate: 31 days") && !never.contains("It was deleted on"),
            "{never}"
        );
        let verdict = Verdict::NothingHeld { why: Absence::Expired { on: date(2026, 10, 3) } };
        assert!(written(LetterKind::NothingHeld, RequestKind::SubjectAccess, &verdict).contains("It was deleted on 3 October 2026"));
    }

    /// What staff wrote, and what the requester wrote of others, stays in the case.
    #[test]
    fn no_letter_names_anybody_but_its_reader() {
        let form = PoliceForm {
            crime_reference: "CR/1".into(),
            subject: "Smythe, of flat 4".into(),
            authoriser_name: "Insp Smythe".into(),
            ..PoliceForm::default()
        };
        let facts = facts(Controller::LocalAuthority);
        let mut drafted = 0;
        for of in RequestKind::ALL {
            for verdict in verdicts().iter().map(Some).chain([None]) {
                for state in states(verdict.map(outcome)) {
                    let case = Case { form: Some(form.clone()), ..case(of, state) };
                    for kind in LetterKind::ALL {
                        let Ok(paper) = with(&case, &facts, verdict, |known| draft(kind, known)) else { continue };
                        let letter = text(&paper);
                        assert!(!letter.contains("Smythe"), "{}: {letter}", kind.name());
                        assert!(letter.contains("Your reference: CR/1") && letter.contains("Dear Mary Lamb,"), "{letter}");
                        assert!(!letter.contains("{}") && !letter.contains(" ,") && !letter.contains(".."), "{letter}");
                        drafted += 1;
                    }
                }
            }
        }
        assert!(drafted > 300, "{drafted}");
    }

    #[test]
    fn whoever_waits_is_told_what_for_and_until_when() {
        let facts = facts(Controller::HousingAssociation);
        let letter = |state: State, stands, kind| {
            let mut case = case(RequestKind::SubjectAccess, state);
            case.dates.questions = vec![Question { asked: date(2026, 11, 20), answered: None }];
            with(&case, &facts, None, |known| {
                let clock = Clock { stands: Some(stands), ..known.clock };
                text(&draft(kind, &Known { clock, ..*known }).unwrap_or_else(|why| panic!("{why}")))
            })
        };
        let question = letter(State::ClarificationPending { during: AskedDuring::Searching }, ClockState::Paused, LetterKind::Question);
        for fact in ["\u{201c}Which of the two gates do you mean?\u{201d}", "stands still from 20 November 2026", "10 February 2027"] {
            assert!(question.contains(fact), "{fact}: {question}");
        }
        let identity = letter(State::IdentityPending, ClockState::NotStarted, LetterKind::IdentityRequest);
        assert!(identity.contains("Your time starts on the day") && identity.contains("delete it"), "{identity}");
        let extension = letter(State::Searching, ClockState::Running, LetterKind::Extension);
        assert!(extension.contains("Six cameras over two days") && extension.contains("by 10 February 2027 at the latest"), "{extension}");
        let receipt = letter(State::Received, ClockState::Running, LetterKind::Acknowledgement);
        for fact in
            ["HF-2026-000007", "10 November 2026, by phone", "is kept until", "Large print", "https://cctv.example.org", "0300 000 0000"]
        {
            assert!(receipt.contains(fact), "{fact}: {receipt}");
        }
    }
}
