//! Which letters a state allows, and what each must say and may not.

use jiff::{ToSpan, civil::date};

use super::{
    handover::{Film, GoneOut, OnRecord, Piece},
    *,
};
use crate::domain::{
    actor::Reason,
    audit::LeafSeq,
    camera::CameraId,
    export::{document::Block, report::CustodyEntry},
    instant::Interval,
    notice::{Camera, Controller},
    request::{
        balancing::{Balancing, Confidentiality, Consent},
        case::{AskedRange, CaseReference, Channel, ClockDates, Question},
        decision::{Absence, Extent, Others, RefusalGround, UseBasis},
        handover::Handover,
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
        on_record: &OnRecord::default(),
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
        Block::Table(table) | Block::Form(table, _) => table.rows.concat().join("\n"),
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
    assert!(never.contains("Main gate; Lift: ") && never.contains("Main gate: 31 days") && !never.contains("It was deleted on"), "{never}");
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

#[test]
fn the_sheet_of_a_medium_has_the_way_up_to_it_and_room_for_the_way_on() {
    let at = |second: i64| UtcInstant::from_unix_seconds(1_793_000_000 + second);
    let released = |name: &str| states(None).into_iter().find(|state| state.name() == name).unwrap();
    let sum = "ab12cd34".repeat(8);
    let entry = |second, leaf, what: &str| CustodyEntry { at: at(second), leaf: LeafSeq(leaf), what: what.into(), who: "Rachel".into() };
    let gone = GoneOut {
        released: at(3_600),
        content: "only_requester".into(),
        pieces: vec![Piece {
            export: uuid::Uuid::nil(),
            order: LeafSeq(41),
            cameras: "gate".into(),
            asked: Interval::new(at(0), at(60)).unwrap(),
        }],
        custody: vec![entry(3_600, 41, "Export ordered"), entry(3_700, 42, "Bundle asked for")],
        by: vec![("decided", "Rachel".into()), ("approved", "Amina".into())],
    };
    let handed = Handover { medium: reason("USB stick, serial 4711"), to: reason("PC 99 Quux") };
    let sheet = |of, films: Vec<Film>| {
        let on_record = OnRecord { gone_out: vec![gone.clone()], films, handed_over: vec![(DAY, handed.clone())] };
        let facts = facts(Controller::HousingAssociation);
        with(&case(of, released("released")), &facts, None, |known| {
            text(&draft(LetterKind::Handover, &Known { on_record: &on_record, ..*known }).unwrap_or_else(|why| panic!("{why}")))
        })
    };
    let film = Film { name: "HF-2026-000007-1.mp4".into(), bytes: 4_711, sha256: sum.clone() };
    for (paper, told) in [
        (sheet(RequestKind::SubjectAccess, vec![film]), "ab12cd34 ab12cd34"),
        (sheet(RequestKind::Police, Vec::new()), "sha256sum SHA256SUMS"),
    ] {
        let facts =
            ["decided by Rachel, approved by Amina", "Export ordered", "41", "USB stick, serial 4711", "PC 99 Quux", "Signature:", told];
        for fact in facts {
            assert!(paper.contains(fact), "{fact}: {paper}");
        }
        assert!(!paper.contains("Dear") && !paper.contains("sincerely") && !paper.contains("Smythe"), "{paper}");
    }
    // Before anything went out there is no sheet.
    let nothing = facts(Controller::HousingAssociation);
    let why = with(&case(RequestKind::Police, released("searching")), &nothing, None, |known| LetterKind::Handover.why_not(known));
    assert_eq!(why, Err(NotDraftable::NotReleased));
}
