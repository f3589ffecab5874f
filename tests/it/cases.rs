//! Requests in a real store: what they ask for stays from the first moment, no act of theirs is ever
//! half done, and nobody lets anything out or go on their own word.
//!
//! The process killed is this test binary itself. Next: `cases_doors` goes through the real program.

use std::{path::Path, process::Command, time::Duration};

use holdfast::{
    adapters::index::{audit, case, disclosure, hold as rows},
    domain::{
        actor::{Actor, Reason},
        audit::LeafSeq,
        instant::Interval,
        recording::segment::SegmentState,
        request::{
            case::{Application, AskedRange, Case, CaseReference, Channel, Requester},
            decision::{Extent, Others, RefusalGround, UseBasis, Verdict},
            identity_check::IdentityCheck,
            kind::RequestKind,
            police_form::PoliceForm,
            search_record::{Searched, Window},
            state::{Copied, CopyContent, Event, State},
        },
        retention::hold::HoldState,
    },
    jobs::{
        case::{
            advance::{self, Step},
            read::{self, Which},
            receive::{self, Receipt},
            release::{self, Piece, Releasing},
            remind::{self, Concern},
        },
        expire, hold,
        house::House,
    },
    problem::Problem,
};
use uuid::Uuid;

use crate::{
    keeping_store::{CAMERAS, DAY, KeptStore, START, at, id, left, right, set_periods, staff},
    portal::files_with,
    traced::{self, Blow, Ended, How, MANY},
};

const STORE: &str = "HOLDFAST_CASE_STORE";
const PERIOD: i64 = 30 * DAY;
/// What is asked for, on the gate.
const FILMED: i64 = START;

fn application(submission: u128, kind: RequestKind) -> Application {
    let interval = Interval::new(at(FILMED), at(FILMED + 60)).unwrap();
    let other = Interval::new(at(FILMED + 10 * DAY), at(FILMED + 10 * DAY + 60)).unwrap();
    Application {
        submission: Uuid::from_u128(submission),
        kind,
        channel: Channel::Phone,
        received_at: at(START + PERIOD - DAY),
        requester: Requester {
            name: "Zebedee Quux".into(),
            contact: "zebedee@example.org".into(),
            organisation: String::new(),
            needs: String::new(),
        },
        asked: vec![
            AskedRange { place: "the gate".into(), cameras: vec![id("gate")], interval },
            AskedRange { place: "somewhere".into(), cameras: vec![], interval: other },
        ],
        words: "I wore a red hat".into(),
        sought: "red hat, blue rucksack".into(),
        form: None,
    }
}

fn on_the_gate(submission: u128, kind: RequestKind) -> Application {
    let mut application = application(submission, kind);
    application.asked.truncate(1);
    application
}

fn then() -> holdfast::domain::instant::ClockReading {
    right(START + PERIOD - DAY)
}

fn take(house: &House, application: Application) -> Receipt {
    receive::receive_at(house, application, staff(1), then()).unwrap()
}

fn step(house: &House, who: u128, reference: CaseReference, event: Event) -> Result<Case, Problem> {
    let step = Step { event, reason: Reason::new("As a test").unwrap(), on: None, seen: None };
    advance::advance(house, staff(who), reference, &step, then())
}

fn found() -> Event {
    let window = Window { from: at(FILMED - 3600), to: at(FILMED + 3600) };
    let method = Reason::new("Played through").unwrap();
    Event::Found(Searched { cameras: vec![id("gate")], windows: vec![window], method }.try_into().unwrap())
}

fn decided(house: &House, who: u128, reference: CaseReference, verdict: Verdict) -> Result<Case, Problem> {
    step(house, who, reference, advance::decide(house, reference, verdict, Reason::new("Weighed").unwrap())?)
}

fn to_the_person() -> Verdict {
    Verdict::Release { extent: Extent::Whole, basis: UseBasis::PersonInIt, others: Others::Nobody }
}

fn prepared(kind: RequestKind, content: CopyContent) -> Event {
    Event::Prepare(Copied::new(kind, content).unwrap())
}

fn let_out(house: &House, who: u128, reference: CaseReference, pieces: Vec<Piece>) -> Result<Case, Problem> {
    let releasing = Releasing { actor: staff(who), reason: Reason::new("Handed over").unwrap(), seen: None, pieces };
    release::release(house, reference, releasing, then()).map(|(case, _)| case)
}

#[track_caller]
fn refused<T>(outcome: Result<T, Problem>, code: &str) {
    match outcome {
        Ok(_) => panic!("{code} was expected"),
        Err(problem) => assert_eq!(problem.code, code, "{problem}"),
    }
}

fn film() -> (KeptStore, House) {
    let store = KeptStore::new();
    let house = store.open();
    set_periods(&house, &CAMERAS, PERIOD, right(START - DAY));
    for camera in CAMERAS {
        store.record(&house, camera, at(FILMED), 60, right(FILMED + 60));
    }
    (store, house)
}

#[test]
fn footage_that_is_asked_for_on_its_last_day_outlives_its_period() {
    let (_store, house) = film();
    let receipt = take(&house, on_the_gate(1, RequestKind::SubjectAccess));
    assert_eq!(receipt.holds.len(), 1);
    let ran = expire::run(&house, right(START + PERIOD + 2 * DAY)).unwrap();
    assert_eq!((ran.expired, ran.refused), (2, None), "the other cameras forget");
    let ever = Interval::new(at(0), at(START + 2 * PERIOD)).unwrap();
    let kept = house.catalogue.read(|c| holdfast::adapters::index::segment::list(c, Some(&id("gate")), &ever, 9)).unwrap();
    assert_eq!((kept.len(), left(&house, &kept[0]).state), (1, SegmentState::Sealed));
}

#[test]
fn a_place_without_a_camera_keeps_them_all_an_hour_around() {
    let (_store, house) = film();
    let receipt = take(&house, application(1, RequestKind::SubjectAccess));
    let holds = house.catalogue.read(rows::keeping).unwrap();
    assert_eq!(receipt.holds.len(), 2);
    let of_all = holds.iter().find(|held| held.cameras.len() == 3).unwrap();
    assert_eq!(of_all.span.from(), at(FILMED + 10 * DAY - 3600));
    assert_eq!(of_all.span.to(), Some(at(FILMED + 10 * DAY + 60 + 3600)));
    assert!(holds.iter().all(|held| held.case_reference == receipt.reference.to_string()));
    let by_the_portal = receive::receive_at(&house, application(2, RequestKind::Complaint), Actor::Job("portal"), then()).unwrap();
    assert_eq!(by_the_portal.holds.len(), 2, "the box keeps what its own door was asked for");
    let later = hold::list(&house).unwrap();
    assert_eq!(later.len(), 4, "and can read it back");
}

#[test]
fn the_same_submission_is_the_same_case() {
    let (_store, house) = film();
    let first = take(&house, on_the_gate(1, RequestKind::SubjectAccess));
    let again = take(&house, on_the_gate(1, RequestKind::SubjectAccess));
    assert_eq!((first.reference, &first.holds), (again.reference, &again.holds));
    let (before, now) = (first.code.unwrap(), again.code.unwrap());
    let stored = house.catalogue.read(|c| case::code_hash(c, first.reference)).unwrap().unwrap();
    assert_eq!(stored, holdfast::adapters::secret::digest(now.reveal()));
    assert_ne!(before.reveal(), now.reveal());
    step(&house, 1, first.reference, Event::Begin(IdentityCheck::KnownTenant)).unwrap();
    assert!(take(&house, on_the_gate(1, RequestKind::SubjectAccess)).code.is_none(), "a case that is worked on keeps its code");
    assert_eq!(read::list(&house, Which::All, then().utc).unwrap().len(), 1);
    let other = take(&house, on_the_gate(2, RequestKind::SubjectAccess));
    assert_eq!((first.reference.to_string(), other.reference.to_string()), ("HF-2027-000001".into(), "HF-2027-000002".into()));
}

#[test]
fn a_tenants_copy_goes_out_by_three_people_and_into_the_register() {
    let (_store, house) = film();
    let reference = take(&house, on_the_gate(1, RequestKind::SubjectAccess)).reference;
    step(&house, 1, reference, Event::Begin(IdentityCheck::KnownTenant)).unwrap();
    step(&house, 1, reference, found()).unwrap();
    refused(let_out(&house, 1, reference, vec![]), "case_not_ready");
    decided(&house, 1, reference, to_the_person()).unwrap();
    refused(step(&house, 1, reference, prepared(RequestKind::SubjectAccess, CopyContent::Redacted)), "no_redaction");
    step(&house, 2, reference, prepared(RequestKind::SubjectAccess, CopyContent::OnlyRequester)).unwrap();
    refused(step(&house, 2, reference, Event::Pass), "case_state");
    step(&house, 3, reference, Event::Pass).unwrap();
    refused(let_out(&house, 1, reference, vec![]), "case_not_ready");
    for own in [1, 2] {
        refused(step(&house, own, reference, Event::Approve), "case_state");
    }
    step(&house, 3, reference, Event::Approve).unwrap();
    let too_much = Piece { cameras: vec![id("yard")], range: Interval::new(at(FILMED), at(FILMED + 60)).unwrap() };
    refused(let_out(&house, 1, reference, vec![too_much]), "not_asked_for");
    let too_long = Piece { cameras: vec![id("gate")], range: Interval::new(at(FILMED), at(FILMED + 3700)).unwrap() };
    refused(let_out(&house, 1, reference, vec![too_long]), "not_asked_for");
    assert_eq!(house.catalogue.read(disclosure::list).unwrap().len(), 0);

    assert_eq!(let_out(&house, 1, reference, vec![]).unwrap().state, State::Released);
    refused(let_out(&house, 1, reference, vec![]), "case_not_ready");
    let register = house.catalogue.read(disclosure::list).unwrap();
    let [row] = &register[..] else { panic!("{} rows", register.len()) };
    assert_eq!((row.case, row.recipient.as_str(), row.basis.as_str()), (reference, "Zebedee Quux", "the person in it"));
    let exports = holdfast::jobs::disclose::list(&house).unwrap();
    assert_eq!((exports.len(), exports[0].case_reference.clone(), &row.exports[..]), (1, reference.to_string(), &[exports[0].id][..]));
}

#[test]
fn an_export_can_not_go_round_the_case() {
    let (_store, house) = film();
    let reference = take(&house, on_the_gate(1, RequestKind::Police)).reference;
    let purpose =
        holdfast::domain::actor::Purpose { kind: holdfast::domain::actor::PurposeKind::Case, reason: Reason::new("In a hurry").unwrap() };
    for case_reference in [reference.to_string(), format!(" {} ", reference.to_string().to_lowercase())] {
        let range = Interval::new(at(FILMED), at(FILMED + 60)).unwrap();
        let asked = holdfast::jobs::disclose::ExportAsked { case_reference, cameras: vec![id("gate")], range, purpose: purpose.clone() };
        refused(holdfast::jobs::disclose::order(&house, staff(1), "staff:1".into(), asked), "case_bound");
    }
}

#[test]
fn a_hold_waits_for_its_case_and_closing_begins_its_release() {
    let (_store, house) = film();
    let receipt = take(&house, on_the_gate(1, RequestKind::SubjectAccess));
    refused(hold::release(&house, staff(2), receipt.holds[0], then()), "case_open");
    let around = house.catalogue.write(|tx| {
        let asked =
            HoldState::AwaitingSecond { first: holdfast::domain::retention::consent::Person::of(&staff(1)).unwrap(), at: at(START) };
        rows::set_state(tx, receipt.holds[0], &asked)
    });
    assert!(around.is_err_and(|error| error.to_string().contains("the case is open")), "not even by the rows");
    step(&house, 1, receipt.reference, Event::Withdraw).unwrap();
    refused(hold::release(&house, staff(2), receipt.holds[0], then()), "case_open");
    assert!(step(&house, 1, receipt.reference, Event::Close).unwrap().state.is_closed());
    refused(hold::release(&house, staff(1), receipt.holds[0], then()), "hold_state");
    let agreed = hold::release(&house, staff(2), receipt.holds[0], then()).unwrap();
    assert!(matches!(agreed.state, HoldState::Releasing { .. }), "{:?}", agreed.state);
}

#[test]
fn what_helps_to_find_somebody_goes_when_their_case_is_closed() {
    let (store, house) = film();
    let reference = take(&house, on_the_gate(1, RequestKind::SubjectAccess)).reference;
    let of_the_case = |house: &House| read::find(house, reference).unwrap().unwrap();
    let is_on_disk = || !files_with(&store.folder, "blue rucksack").is_empty();
    assert_eq!(of_the_case(&house).sought.as_deref(), Some("red hat, blue rucksack"));
    assert!(is_on_disk());
    step(&house, 1, reference, Event::Withdraw).unwrap();
    assert!(of_the_case(&house).sought.is_some(), "a mistake can still be mended");
    step(&house, 1, reference, Event::Close).unwrap();
    let closed = of_the_case(&house);
    assert_eq!((closed.sought, closed.words.as_deref()), (None, Some("I wore a red hat")));
    // The log of WAL mode goes when the house is closed.
    drop(house);
    assert!(!is_on_disk());
}

#[test]
fn a_question_that_nobody_answers_lets_nothing_go() {
    let (_store, house) = film();
    let receipt = take(&house, on_the_gate(1, RequestKind::SubjectAccess));
    step(&house, 1, receipt.reference, Event::Begin(IdentityCheck::KnownTenant)).unwrap();
    step(&house, 1, receipt.reference, Event::AskClarification).unwrap();
    assert!(step(&house, 1, receipt.reference, Event::NoReply).unwrap().state.is_closed());
    let held = house.catalogue.read(|c| rows::by_id(c, receipt.holds[0])).unwrap().unwrap();
    assert_eq!(held.state, HoldState::InForce);
    assert!(hold::release(&house, staff(1), receipt.holds[0], then()).is_ok(), "two people may");
}

#[test]
fn the_police_get_nothing_without_a_form_and_an_urgent_form_is_chased() {
    let (_store, house) = film();
    let order = || Verdict::Release {
        extent: Extent::Whole,
        basis: UseBasis::LegalCompulsion { instrument: Reason::new("section 19 PACE").unwrap() },
        others: Others::NotSubjectAccess,
    };
    let reviewed = |submission, kind| {
        let reference = take(&house, on_the_gate(submission, kind)).reference;
        step(&house, 1, reference, Event::Begin(IdentityCheck::CalledBack)).unwrap();
        step(&house, 1, reference, found()).unwrap();
        reference
    };
    let police = reviewed(1, RequestKind::Police);
    refused(decided(&house, 1, police, order()), "decision");
    refused(advance::add_form(&house, staff(1), police, &PoliceForm::default(), then()), "police_form");
    advance::add_form(&house, staff(1), police, &form(), then()).unwrap();
    decided(&house, 1, police, order()).unwrap();
    let purpose = UseBasis::CameraPurpose { purpose: Reason::new("making films").unwrap() };
    let no_purpose = Verdict::Release { extent: Extent::Whole, basis: purpose, others: Others::NotSubjectAccess };
    refused(decided(&house, 1, police, no_purpose), "not_a_purpose");

    let urgent = reviewed(2, RequestKind::PoliceUrgent);
    decided(&house, 1, urgent, order()).unwrap();
    step(&house, 1, urgent, prepared(RequestKind::PoliceUrgent, CopyContent::Original)).unwrap();
    step(&house, 2, urgent, Event::Pass).unwrap();
    step(&house, 2, urgent, Event::Approve).unwrap();
    let_out(&house, 1, urgent, vec![]).unwrap();
    refused(step(&house, 1, urgent, Event::Close), "form_owed");
    assert_eq!(read::tally(&house, then().utc).unwrap().forms_owed, 1);
    advance::add_form(&house, staff(1), urgent, &form(), then()).unwrap();
    assert!(step(&house, 1, urgent, Event::Close).unwrap().state.is_closed());
}

fn form() -> PoliceForm {
    let said = || "said".to_owned();
    PoliceForm {
        force: said(),
        officer_name: said(),
        officer_rank: said(),
        officer_number: said(),
        email: said(),
        crime_reference: said(),
        offence: said(),
        description: said(),
        purpose: said(),
        necessity: said(),
        public_task: said(),
        delivery: said(),
        declaration: said(),
        authoriser_name: said(),
        authoriser_rank: said(),
        ..PoliceForm::default()
    }
}

#[test]
fn nothing_is_silently_overdue_and_an_extension_comes_in_time_or_not_at_all() {
    let (_store, house) = film();
    let receipt = take(&house, on_the_gate(1, RequestKind::SubjectAccess));
    // Received on Friday 12 February 2027 or thereabouts: due a month later, on a working day.
    let due = receipt.due.due;
    let day = |day: jiff::civil::Date| at(jiff::tz::TimeZone::UTC.to_timestamp(day.at(12, 0, 0, 0)).unwrap().as_second());
    let concerns = |now| remind::concerns(&house, now).unwrap().1;
    use jiff::ToSpan;
    let about = |now| concerns(now).into_iter().find(|(reference, _)| *reference == Some(receipt.reference)).map(|(_, concern)| concern);
    assert_eq!(about(day(due - 8.days())), None);
    assert_eq!(about(day(due - 7.days())), Some(Concern::DueSoon { days_left: 7 }));
    assert_eq!(about(day(due)), Some(Concern::DueSoon { days_left: 0 }));
    assert_eq!(about(day(due + 1.days())), Some(Concern::Overdue { days: 1 }));
    assert_eq!(read::tally(&house, day(due + 1.days())).unwrap().overdue, 1);
    let extend = |on| {
        let step = Step { event: Event::Extend, reason: Reason::new("Many cameras").unwrap(), on: Some(on), seen: None };
        let noon = day(due + 1.days()).unix_nanos() / 1_000_000_000;
        advance::advance(&house, staff(1), receipt.reference, &step, right(noon))
    };
    refused(extend(due + 1.days()), "extension_late");
    let extended = extend(due - 9.days()).unwrap();
    assert!(extended.dates.extended.is_some() && about(day(due + 1.days())).is_none());
}

#[test]
fn who_asked_stands_in_no_leaf_and_what_was_written_stays() {
    let (_store, house) = film();
    let reference = take(&house, on_the_gate(1, RequestKind::SubjectAccess)).reference;
    step(&house, 1, reference, Event::Begin(IdentityCheck::KnownTenant)).unwrap();
    step(&house, 1, reference, found()).unwrap();
    let verdict = Verdict::Refuse { ground: RefusalGround::ThirdPartyRights };
    decided(&house, 1, reference, verdict).unwrap();
    let leaves = house.catalogue.read(|c| audit::leaves(c, LeafSeq(0), u32::MAX)).unwrap();
    let of_the_case: Vec<_> = leaves.iter().filter(|leaf| leaf.leaf["object"] == format!("case/{reference}")).collect();
    assert_eq!(of_the_case.len(), 4);
    for leaf in &leaves {
        let told = format!("{} {:?}", leaf.leaf, leaf.personal.values().collect::<Vec<_>>());
        assert!(!told.contains("Zebedee") && !told.contains("red hat"), "{told}");
    }
    for change in ["DELETE FROM request_event", "UPDATE request_event SET record = '{}'", "DELETE FROM request_case"] {
        assert!(house.catalogue.write(|tx| Ok(tx.execute(change, [])?)).is_err(), "{change}");
    }
    assert_eq!(
        house.catalogue.write(|tx| Ok(tx.execute("UPDATE request_event SET record = NULL", [])?)).unwrap(),
        4,
        "what is personal can go"
    );
}

#[test]
fn two_colleagues_do_not_overtake_each_other() {
    let (_store, house) = film();
    let reference = take(&house, on_the_gate(1, RequestKind::SubjectAccess)).reference;
    let seen = |version| Step {
        event: Event::Begin(IdentityCheck::KnownTenant),
        reason: Reason::new("Known").unwrap(),
        on: None,
        seen: Some(version),
    };
    refused(advance::advance(&house, staff(1), reference, &seen(7), then()), "case_changed");
    assert_eq!(advance::advance(&house, staff(1), reference, &seen(0), then()).unwrap().version, 1);
}

#[test]
#[ignore = "a process of the other tests, started by them"]
fn one_process() {
    let Some(folder) = std::env::var_os(STORE) else { return };
    let house = KeptStore::at(Path::new(&folder)).open();
    let receipt = take(&house, application(1, RequestKind::SubjectAccess));
    println!("\ntold done {}", receipt.reference);
}

/// Whether case and holds are all there or none is; says which.
fn is_whole(house: &House) -> Result<bool, String> {
    let (cases, holds) = house.catalogue.read(|c| Ok((case::list(c)?, rows::keeping(c)?))).unwrap();
    let leaves = house.catalogue.read(|c| audit::leaves(c, LeafSeq(0), u32::MAX)).unwrap();
    let leaves = leaves.iter().filter(|leaf| ["case.receive", "hold.place"].contains(&leaf.leaf["action"].as_str().unwrap())).count();
    match (&cases[..], holds.len(), leaves) {
        ([], 0, 0) => Ok(false),
        ([case], 2, 3) if case.holds.len() == 2 && case.holds.iter().all(|id| holds.iter().any(|held| held.id == *id)) => Ok(true),
        (cases, holds, leaves) => Err(format!("{} cases, {holds} holds, {leaves} leaves", cases.len())),
    }
}

#[test]
fn receiving_survives_a_kill_at_every_call() {
    if !traced::permitted() {
        return;
    }
    let (store, house) = film();
    drop(house);
    let copy = || store.as_left_by_a_kill();
    let process = |store: &KeptStore| {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.args(["--exact", "cases::one_process", "--ignored", "--nocapture", "--test-threads=1"]).env(STORE, &store.folder);
        command
    };
    let limit = Duration::from_secs(60);
    let first = copy();
    let untouched = traced::run(&mut process(&first), None, limit);
    assert!(untouched.stdout.contains("told done HF-2027-000001"), "{}{}", untouched.stdout, untouched.stderr);
    let (mut points, mut after) = (0, 0);
    for (call, numbers) in traced::changes(&untouched.calls, &first.folder) {
        let every = if MANY.contains(&call) { 2 } else { 1 };
        for nth in numbers.into_iter().step_by(every) {
            let copy = copy();
            let blow = Blow { call, nth, how: How::Kill };
            let traced = traced::run(&mut process(&copy), Some(&blow), limit);
            if !matches!(traced.ended, Ended::Killed) {
                continue;
            }
            let house = copy.open();
            points += 1;
            after += usize::from(is_whole(&house).unwrap_or_else(|what| panic!("{call} {nth}: {what}")));
            take(&house, application(1, RequestKind::SubjectAccess));
            assert_eq!(is_whole(&house), Ok(true), "{call} {nth}: asked again");
        }
    }
    println!("{points} points, {after} of them after the case was there");
    assert!(points > 20 && after > 0 && after < points, "{points} points, {after} after");
}
