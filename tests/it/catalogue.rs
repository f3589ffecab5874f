//! A catalogue saved by each schema version opens in this one, with every row it had.
//!
//! The files lie in `tests/data`. A new version's is made once, by the program that wrote it:
//! `HOLDFAST_SAVE_CATALOGUE=1 cargo nextest run --test it -E 'test(catalogue::save)'`.

use std::{collections::BTreeSet, fs, path::PathBuf};

use ed25519_dalek::SigningKey;
use holdfast::{
    adapters::index::{
        Catalogue, CatalogueError, acknowledgement, audit,
        case::{self, Entered, EventRow},
        deletion::{self, DeletionRow},
        delivery::{self, DeliveryRow},
        disclosure::{self, DisclosureRow},
        emergency,
        expiry::{self, Outcome as Went},
        export::{self, ExportRow},
        gap,
        hold::{self, CheckRow},
        identity_paper::{self, PaperRow},
        mail::{self, Ending, MailRow, Topic},
        migration::PRESENT_SCHEMA,
        passkey::{self, Joined, PasskeyRow},
        redaction::{self, RedactionRow},
        retention::{self, Justification},
        second_factor::{self, Counted},
        segment::{self, Closing, SegmentRow},
        store::{self, Fact},
        user::{self, Standing},
        viewing::{self, Holder},
    },
    domain::{
        actor::{Actor, PurposeKind, Reason, UserId},
        audit::{Action, Entry, LeafSeq, Outcome},
        identity::{
            Role, UserName,
            emergency::{EmergencyId, Looked, Opening},
            policy::{Acknowledgement, PolicyVersion},
        },
        instant::{ClockReading, Interval, Synchronised, UtcInstant},
        recording::{
            access_unit::VideoCodec,
            gap::{Gap, GapCause},
            segment::{KeyEpoch, KeySlot, SegmentId, SegmentState},
        },
        redaction::{
            Mode, Plan,
            plan::ClipFacts,
            reviewed::{OnRecord, Sum},
            turn::Turn,
        },
        request::{
            case::{Application, AskedRange, CaseReference, Channel, ClockDates, Requester},
            delivery::Link,
            identity_paper::PaperContent,
            kind::RequestKind,
            news::News,
            police_form::PoliceForm,
            state::State,
        },
        retention::{
            consent::{Consent, Person},
            hold::{HeldSpan, Hold, HoldId, HoldKind, HoldState},
            period::{RetentionPeriod, Rule, RuleBook, SINCE_EVER},
        },
    },
};
use rusqlite::Connection;
use tempfile::TempDir;
use uuid::Uuid;

use crate::appliance::id;

const SITE: Uuid = Uuid::from_bytes([9; 16]);
const ADA: UserId = UserId(Uuid::from_u128(7));
const BOB: UserId = UserId(Uuid::from_u128(8));
const VIEW: Uuid = Uuid::from_u128(9);
const EXPORT: Uuid = Uuid::from_u128(10);
const TOKEN_HASH: [u8; 32] = [4; 32];

fn key() -> SigningKey {
    SigningKey::from_bytes(&[3; 32])
}

fn at(seconds: i64) -> UtcInstant {
    UtcInstant::from_unix_seconds(1_793_000_000 + seconds)
}

fn between(from: i64, to: i64) -> Interval {
    Interval::new(at(from), at(to)).unwrap()
}

fn clock(seconds: i64) -> ClockReading {
    ClockReading { utc: at(seconds), boottime_nanos: seconds * 1_000_000_000, synchronised: Synchronised::Yes }
}

fn data() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/data")
}

fn saved(version: i64) -> PathBuf {
    data().join(format!("catalogue-v{version}.db"))
}

/// The segments of every saved catalogue: sealed, torn, and one still open.
fn segments() -> [SegmentRow; 3] {
    let open = SegmentRow {
        id: SegmentId(Uuid::from_u128(3)),
        camera: id("gate"),
        state: SegmentState::Open,
        start: at(200),
        end: None,
        bytes: 0,
        frames: 0,
        fragments: 0,
        durable_records: 5,
        epoch: KeyEpoch(1),
        slot: KeySlot(2),
        key_commitment: [3; 32],
        fragment_root: None,
        clock: Synchronised::No,
        camera_clock_offset_nanos: None,
        codec: VideoCodec::H265,
        width_px: 1280,
        height_px: 720,
        activity_peak: None,
    };
    let sealed = SegmentRow {
        id: SegmentId(Uuid::from_u128(1)),
        state: SegmentState::Sealed,
        start: at(0),
        end: Some(at(60)),
        bytes: 4_321_000,
        frames: 900,
        fragments: 60,
        durable_records: 61,
        slot: KeySlot(0),
        key_commitment: [1; 32],
        fragment_root: Some([11; 32]),
        clock: Synchronised::Yes,
        camera_clock_offset_nanos: Some(-1_500_000),
        codec: VideoCodec::H264,
        activity_peak: Some(200),
        ..open.clone()
    };
    let torn = SegmentRow {
        id: SegmentId(Uuid::from_u128(2)),
        camera: id("lobby"),
        state: SegmentState::Torn,
        start: at(60),
        end: Some(at(95)),
        frames: 500,
        slot: KeySlot(1),
        key_commitment: [2; 32],
        fragment_root: Some([12; 32]),
        ..sealed.clone()
    };
    [sealed, torn, open]
}

fn gaps() -> [Gap; 2] {
    [Gap { interval: between(60, 120), cause: GapCause::Restart }, Gap { interval: between(140, 200), cause: GapCause::CameraLost }]
}

fn export_row() -> ExportRow {
    ExportRow {
        id: EXPORT,
        case_reference: "CCTV-2026-014".into(),
        cameras: vec![id("gate"), id("lobby")],
        asked: between(10, 90),
        purpose: "case".into(),
        by_whom: format!("staff:{}", ADA.0),
        leaf: LeafSeq(3),
        estimate_bytes: 2_000_000,
        created: at(300),
    }
}

fn holder() -> Holder {
    Holder { name: format!("staff:{}", ADA.0), session: Some(TOKEN_HASH) }
}

fn leaf(action: Action, object: &str, reason: Option<&str>) -> Entry {
    Entry {
        actor: Actor::Staff { id: ADA, name: "Ada".into() },
        action,
        object: object.into(),
        outcome: Outcome::Done,
        basis: Some("case".into()),
        details: serde_json::Map::from_iter([("number".to_owned(), 1.into())]),
        personal: reason.map(|reason| ("reason", reason.to_owned())).into_iter().collect(),
    }
}

/// A segment that has expired, since step 2.
fn expired() -> SegmentRow {
    let [sealed, ..] = segments();
    SegmentRow {
        id: SegmentId(Uuid::from_u128(4)),
        camera: id("yard"),
        state: SegmentState::Expired,
        slot: KeySlot(3),
        key_commitment: [4; 32],
        fragment_root: Some([14; 32]),
        ..sealed
    }
}

fn ada() -> Person {
    Person::of(&Actor::Staff { id: ADA, name: "Ada".into() }).unwrap()
}

fn bob() -> Person {
    Person::of(&Actor::Staff { id: BOB, name: "Bob".into() }).unwrap()
}

fn rules() -> RuleBook {
    let days = |days: i64| RetentionPeriod::from_seconds(days * 86_400);
    let rules = vec![Rule { applies_from: SINCE_EVER, period: days(31) }, Rule { applies_from: at(50), period: days(14) }];
    RuleBook::from_rules(rules).unwrap()
}

fn why() -> Justification {
    Justification { reason: "thefts from the bin store".into(), review_by: at(9_000_000) }
}

fn shortening() -> Consent {
    Consent::Granted { first: ada(), second: bob(), effective: at(90_000) }
}

/// One in force and open-ended, one on its way out, one released restriction.
fn holds() -> [Hold; 3] {
    let in_force = Hold {
        id: HoldId(Uuid::from_u128(20)),
        kind: HoldKind::Hold,
        cameras: vec![id("gate"), id("lobby")],
        span: HeldSpan::new(at(10), None).unwrap(),
        reason: Reason::new("police are looking into a burglary").unwrap(),
        case_reference: "CCTV-2026-014".into(),
        requester: "PC 1234".into(),
        review_by: at(7_000_000),
        placed: at(350),
        placed_by: ada().into(),
        state: HoldState::InForce,
    };
    let releasing = Hold {
        id: HoldId(Uuid::from_u128(21)),
        cameras: vec![id("gate")],
        span: HeldSpan::new(at(10), Some(at(70))).unwrap(),
        placed: at(351),
        state: HoldState::Releasing { first: ada(), second: bob(), until: at(260_000) },
        ..in_force.clone()
    };
    let released = Hold {
        id: HoldId(Uuid::from_u128(22)),
        kind: HoldKind::Restriction,
        placed: at(352),
        state: HoldState::Released { at: at(260_001) },
        ..releasing.clone()
    };
    [in_force, releasing, released]
}

fn hold_check() -> CheckRow {
    CheckRow { hold: HoldId(Uuid::from_u128(20)), at: at(360), ok: true, report: r#"{"segments":2}"#.into() }
}

fn deletion() -> DeletionRow {
    DeletionRow {
        id: Uuid::from_u128(30),
        cameras: vec![id("yard")],
        range: between(0, 60),
        reason: "an erasure request was granted".into(),
        case_reference: "CCTV-2026-015".into(),
        consent: Consent::Granted { first: ada(), second: bob(), effective: at(380) },
        done: Some(at(390)),
    }
}

/// What step 2 added.
fn fill_keeping(catalogue: &Catalogue) {
    let write = |act: &dyn Fn(&rusqlite::Transaction<'_>) -> Result<(), CatalogueError>| catalogue.write(act).unwrap();
    write(&|tx| {
        let row = expired();
        segment::open(tx, &row)?;
        let closing = Closing {
            end: row.end.unwrap(),
            bytes: row.bytes,
            frames: row.frames,
            fragments: row.fragments,
            records: row.durable_records,
            fragment_root: row.fragment_root.unwrap(),
            camera_clock_offset_nanos: row.camera_clock_offset_nanos,
            activity_peak: row.activity_peak,
        };
        segment::close(tx, row.id, SegmentState::Sealed, &closing)?;
        assert!(matches!(expiry::expire(tx, row.id, at(395))?, Went::Expired(_)));
        expiry::file_gone(tx, &[row.id])
    });
    write(&|tx| {
        retention::set_book(tx, &id("gate"), &rules(), at(340))?;
        retention::justify(tx, &id("gate"), &why(), at(340))?;
        retention::set_shortening(tx, &id("gate"), &Consent::Asked { first: ada(), at: at(341) })?;
        retention::set_shortening(tx, &id("gate"), &shortening())?;
        for row in holds() {
            hold::add(tx, &row)?;
            if row.state != HoldState::InForce {
                hold::set_state(tx, row.id, &HoldState::Releasing { first: ada(), second: bob(), until: at(260_000) })?;
            }
            if let HoldState::Released { .. } = row.state {
                hold::set_state(tx, row.id, &row.state)?;
            }
        }
        hold::add_check(tx, &hold_check())?;
        deletion::add(tx, &deletion(), &ada(), at(370))?;
        deletion::grant(tx, deletion().id, &bob(), at(380))?;
        deletion::done(tx, deletion().id, at(390))
    });
}

fn check_keeping(catalogue: &Catalogue) {
    catalogue
        .read(|c| {
            let ever = Interval::new(UtcInstant::from_unix_seconds(0), UtcInstant::FAR_FUTURE).unwrap();
            assert_eq!(expiry::gone_within(c, &id("yard"), &ever)?, [between(0, 60)]);
            assert_eq!(expiry::garbage(c, None, 9)?, [], "its file is known to be gone");
            assert_eq!(retention::books(c)?.get(&id("gate")), Some(&rules()));
            assert_eq!(retention::justification(c, &id("gate"))?, Some(why()));
            assert_eq!(retention::shortenings(c)?.get(&id("gate")), Some(&shortening()));
            for row in holds() {
                assert_eq!(hold::by_id(c, row.id)?, Some(row));
            }
            assert_eq!(hold::last_check(c, hold_check().hold)?, Some(hold_check()));
            assert_eq!(deletion::by_id(c, deletion().id)?, Some(deletion()));
            Ok(())
        })
        .unwrap();
}

const CASE: CaseReference = CaseReference::new(2026, 1);

fn application() -> Application {
    Application {
        submission: Uuid::from_u128(40),
        kind: RequestKind::Police,
        channel: Channel::Email,
        received_at: at(400),
        requester: Requester {
            name: "PC 1234".into(),
            contact: "pc1234@example.police.uk".into(),
            organisation: "Test Constabulary".into(),
            needs: String::new(),
        },
        asked: vec![AskedRange { place: "the gate".into(), cameras: vec![id("gate")], interval: between(10, 70) }],
        words: "a bicycle was taken".into(),
        sought: String::new(),
        form: Some(PoliceForm { force: "Test Constabulary".into(), ..PoliceForm::default() }),
    }
}

fn dates() -> ClockDates {
    ClockDates::received(jiff::civil::date(2026, 10, 26))
}

fn event() -> EventRow {
    EventRow {
        at: at(401),
        on: jiff::civil::date(2026, 10, 26),
        by_whom: format!("staff:{}", ADA.0),
        event: "withdraw".into(),
        state: "withdrawn".into(),
        record: Some(serde_json::json!({"reason": "found elsewhere"})),
    }
}

fn disclosure_row() -> DisclosureRow {
    DisclosureRow {
        case: CASE,
        at: at(402),
        recipient: "PC 1234".into(),
        organisation: "Test Constabulary".into(),
        ground: "police".into(),
        basis: "purpose of the camera: preventing crime".into(),
        content: "original".into(),
        exports: vec![EXPORT],
        decided_by: ada(),
        checked_by: bob(),
        approved_by: bob(),
        released_by: ada(),
    }
}

/// What step 3 added.
fn fill_requests(catalogue: &Catalogue) {
    let entered = Entered { at: at(400), by_whom: "job:portal", code_hash: [5; 32], dates: &dates() };
    catalogue
        .write(|tx| {
            assert_eq!(case::add(tx, &application(), &entered)?, CASE);
            case::add_hold(tx, CASE, holds()[0].id)?;
            let found = case::by_reference(tx, CASE)?.unwrap();
            case::set_state(tx, &found, &State::Withdrawn, &dates())?;
            case::add_event(tx, CASE, &event())?;
            disclosure::add(tx, &disclosure_row())
        })
        .unwrap();
}

fn check_requests(catalogue: &Catalogue) {
    catalogue
        .read(|c| {
            let found = case::by_reference(c, CASE)?.unwrap();
            let asked = application();
            assert!(found.requester == Some(asked.requester) && found.words == Some(asked.words) && found.form == asked.form);
            assert!(found.asked == asked.asked && found.holds == [holds()[0].id] && found.dates == dates());
            assert_eq!((found.kind, found.channel, found.state, found.version), (asked.kind, asked.channel, State::Withdrawn, 1));
            assert_eq!(found.received_at, asked.received_at);
            assert_eq!(case::code_hash(c, CASE)?, Some([5; 32]));
            assert_eq!(case::open_case_of(c, holds()[0].id)?, Some(CASE));
            assert!(case::events(c, CASE)? == [event()] && disclosure::list(c)? == [disclosure_row()]);
            Ok(())
        })
        .unwrap();
}

fn papers() -> [PaperRow; 2] {
    let kept = PaperRow { id: Uuid::from_u128(50), case: CASE, content: PaperContent::Png, bytes: 1_234, came: at(410) };
    [kept.clone(), PaperRow { id: Uuid::from_u128(51), content: PaperContent::Pdf, came: at(411), ..kept }]
}

fn delivery_row() -> DeliveryRow {
    let link = Link { expires: at(900_000), wrong_codes: 1, downloads: 1, revoked: Some(at(430)) };
    let offered_by = format!("staff:{}", ADA.0);
    DeliveryRow { id: Uuid::from_u128(52), case: CASE, token_hash: [6; 32], code_hash: [7; 32], offered: at(420), offered_by, link }
}

const DOWNLOAD_HASH: [u8; 32] = [8; 32];

/// What step 4 added.
fn fill_portal(catalogue: &Catalogue) {
    catalogue
        .write(|tx| {
            papers().iter().try_for_each(|row| identity_paper::add(tx, row))?;
            identity_paper::set_deleted(tx, papers()[1].id, at(412))?;
            delivery::add(tx, &delivery_row())?;
            delivery::count_wrong_code(tx, delivery_row().id)?;
            delivery::begin_download(tx, delivery_row().id, &DOWNLOAD_HASH, at(421))?;
            delivery::revoke(tx, CASE, at(430)).map(|_| ())
        })
        .unwrap();
}

fn check_portal(catalogue: &Catalogue) {
    catalogue
        .read(|c| {
            assert_eq!(identity_paper::kept(c, CASE)?, papers()[..1]);
            assert_eq!(identity_paper::settled(c)?, papers()[..1], "the case was withdrawn");
            assert_eq!(delivery::by_token(c, &[6; 32])?, Some(delivery_row()));
            assert_eq!(delivery::newest(c, CASE)?, Some(delivery_row()));
            assert!(delivery::is_begun(c, delivery_row().id, &DOWNLOAD_HASH)? && !delivery::is_begun(c, delivery_row().id, &[9; 32])?);
            Ok(())
        })
        .unwrap();
}

fn redaction_row() -> RedactionRow {
    let clip = ClipFacts { width_px: 640, height_px: 480, frame_ticks: vec![0, 6000], source_sha256: None };
    let ada = Person::of(&Actor::Staff { id: ADA, name: String::new() }).unwrap();
    RedactionRow {
        id: Uuid::from_u128(53),
        case: CASE,
        camera: id("gate"),
        range: between(10, 20),
        origin_ticks: 90_000,
        created: at(440),
        revision: 0,
        record: OnRecord { plan: Plan::empty(clip, Mode::DefaultDeny).unwrap(), saved_by: vec![ada], rendered: None, reviewed: None },
        turn: None,
    }
}

fn turn() -> Turn {
    let ada = Person::of(&Actor::Staff { id: ADA, name: String::new() }).unwrap();
    Turn::Asked { by: ada, at: at(441), film: Sum::of(b"film") }
}

/// What step 6 added to redactions.
fn fill_turn(catalogue: &Catalogue) {
    catalogue.write(|tx| redaction::set_turn(tx, redaction_row().id, &turn())).unwrap();
}

fn check_turn(catalogue: &Catalogue) {
    let rows = catalogue.read_at_once(|c| redaction::of_case(c, CASE)).unwrap();
    assert_eq!(rows[0].turn, Some(turn()));
}

/// What step 5 added.
fn fill_redactions(catalogue: &Catalogue) {
    catalogue
        .write(|tx| {
            redaction::add(tx, &redaction_row())?;
            redaction::add_export(tx, EXPORT, redaction_row().id)
        })
        .unwrap();
}

fn check_redactions(catalogue: &Catalogue) {
    let (of_case, of_export) = catalogue.read_at_once(|c| Ok((redaction::of_case(c, CASE)?, redaction::of_export(c, EXPORT)?))).unwrap();
    for rows in [of_case, of_export] {
        let [row] = rows.as_slice() else { panic!("{rows:?}") };
        let without_turn = RedactionRow { turn: None, ..row.clone() };
        assert_eq!(format!("{without_turn:?}"), format!("{:?}", redaction_row()));
    }
}

/// What step 6 added to accounts.
fn fill_second_factors(catalogue: &Catalogue) {
    assert_eq!(catalogue.write(|tx| second_factor::add(tx, ADA, 59_000_000, at(500))).unwrap(), Counted::Yes);
}

fn check_second_factors(catalogue: &Catalogue) {
    let found = catalogue.read(|c| Ok([second_factor::since(c, ADA)?, second_factor::since(c, BOB)?])).unwrap();
    assert_eq!(found, [Some(at(500)), None]);
    assert!(catalogue.read(|c| user::by_id(c, ADA)).unwrap().unwrap().has_second_factor);
    assert_eq!(catalogue.write(|tx| second_factor::use_up(tx, ADA, 59_000_000)).unwrap(), Counted::No);
}

const OPENED: EmergencyId = EmergencyId(Uuid::from_u128(70));

fn acknowledged() -> Acknowledgement {
    let day = |day| jiff::civil::date(2026, 10, day);
    Acknowledgement { version: PolicyVersion::of("Look only for a reason."), given: day(26), trained: day(1) }
}

/// What step 7 added: the policy, and footage opened in an emergency.
fn fill_policy(catalogue: &Catalogue) {
    let opening = Opening { opened: at(600), until: at(4200), looked: Looked::NotYet };
    catalogue
        .write(|tx| {
            acknowledgement::add(tx, ADA, &acknowledged(), at(600))?;
            emergency::add(tx, OPENED, BOB, &opening, LeafSeq(2))?;
            emergency::look(tx, OPENED, ADA, LeafSeq(2), at(5000))
        })
        .unwrap();
}

fn check_policy(catalogue: &Catalogue) {
    catalogue
        .read(|c| {
            assert_eq!([acknowledgement::last(c, ADA)?, acknowledgement::last(c, BOB)?], [Some(acknowledged()), None]);
            let rows = emergency::list(c)?;
            let [row] = rows.as_slice() else { panic!("{rows:?}") };
            let opening = Opening { opened: at(600), until: at(4200), looked: Looked::Yes };
            assert_eq!((row.id, row.user, row.opening, row.looked_at), (OPENED, BOB, opening, Some(at(5000))));
            assert_eq!(row.reason.as_deref(), Some("a bicycle was stolen"));
            assert_eq!((emergency::count(c, at(700))?, emergency::count(c, at(4200))?), ((0, 1), (0, 0)));
            Ok(())
        })
        .unwrap();
    let again = catalogue.write(|tx| emergency::look(tx, OPENED, ADA, LeafSeq(2), at(6000)));
    assert!(again.is_err(), "it is looked at once");
}

const MAIL: Uuid = Uuid::from_u128(70);

/// What step 8 added: what is told by mail, and passkeys.
fn fill_mail(catalogue: &Catalogue) {
    catalogue
        .write(|tx| {
            mail::queue(tx, MAIL, "case/1/0", Topic::Case(CASE, News::Received), at(700))?;
            mail::queue(tx, Uuid::from_u128(71), "case/1/0", Topic::Case(CASE, News::Answered), at(701))?;
            mail::queue(tx, Uuid::from_u128(72), "day/2026-11-30", Topic::Day, at(702))?;
            mail::put_off(tx, Uuid::from_u128(72), at(9_000))?;
            mail::put_off(tx, MAIL, at(703))?;
            mail::end(tx, MAIL, Ending::Sent, at(703))?;
            assert_eq!(passkey::add(tx, &passkey_row())?, Joined::Yes);
            assert_eq!(passkey::add(tx, &PasskeyRow { user: BOB, ..passkey_row() })?, Joined::Known);
            passkey::touch(tx, b"credential", "{\"counter\":2}", at(800)).map(|_| ())
        })
        .unwrap();
}

fn passkey_row() -> PasskeyRow {
    let stored = "{\"counter\":1}".to_owned();
    PasskeyRow { credential: b"credential".to_vec(), user: ADA, name: "work phone".into(), stored, added: at(799), used: None }
}

fn check_mail(catalogue: &Catalogue) {
    catalogue
        .read(|c| {
            let told = MailRow {
                id: MAIL,
                topic: Topic::Case(CASE, News::Received),
                queued: at(700),
                tries: 1,
                ended: Some((Ending::Sent, at(703))),
            };
            assert_eq!(mail::of_case(c, CASE)?, [told], "once an occasion");
            assert_eq!(mail::due(c, at(8_999))?, []);
            let due = mail::due(c, at(9_000))?;
            assert_eq!(due.iter().map(|row| (row.topic, row.tries)).collect::<Vec<_>>(), [(Topic::Day, 1)]);
            assert_eq!(mail::count(c, at(0))?, (1, 0, 0));
            let used = PasskeyRow { stored: "{\"counter\":2}".into(), used: Some(at(800)), ..passkey_row() };
            assert_eq!((passkey::of_user(c, ADA)?, passkey::of_user(c, BOB)?), (vec![used], vec![]));
            Ok(())
        })
        .unwrap();
    let again =
        catalogue.write(|tx| tx.execute("UPDATE mail SET ending = 'refused' WHERE ending = 'sent'", []).map_err(CatalogueError::from));
    assert!(again.is_err(), "a mail ends once");
}

/// Some rows of every table. What later versions add is written beside it from then on.
fn fill(catalogue: &Catalogue) {
    let write = |act: &dyn Fn(&rusqlite::Transaction<'_>) -> Result<(), CatalogueError>| catalogue.write(act).unwrap();
    write(&|tx| {
        store::set_fact(tx, Fact::SiteUuid, SITE.as_bytes())?;
        store::set_fact(tx, Fact::SetupCode, b"used")?;
        store::count_opening(tx)?;
        store::count_opening(tx)?;
        for row in segments() {
            segment::open(tx, &row)?;
            segment::note_durable(tx, &[(row.id, row.durable_records)])?;
            let (Some(end), Some(fragment_root)) = (row.end, row.fragment_root) else { continue };
            let closing = Closing {
                end,
                bytes: row.bytes,
                frames: row.frames,
                fragments: row.fragments,
                records: row.durable_records,
                fragment_root,
                camera_clock_offset_nanos: row.camera_clock_offset_nanos,
                activity_peak: row.activity_peak,
            };
            segment::close(tx, row.id, row.state, &closing)?;
        }
        gaps().iter().try_for_each(|gap| gap::add(tx, &id("gate"), gap))
    });
    write(&|tx| {
        user::add(tx, ADA, &UserName::new("Ada").unwrap(), Role::Reviewer, "$argon2id$saved", at(0))?;
        user::add(tx, BOB, &UserName::new("Bob").unwrap(), Role::Administrator, "$argon2id$saved", at(1))?;
        user::disable(tx, BOB)?;
        user::begin_session(tx, &TOKEN_HASH, ADA, at(100))?;
        viewing::open(tx, VIEW, &holder(), PurposeKind::Incident, at(100))
    });
    write(&|tx| {
        audit::append(tx, &clock(0), &leaf(Action::HouseStart, "site", None))?;
        audit::append(tx, &clock(60), &leaf(Action::SegmentSeal, "segment", None))?;
        audit::append(tx, &clock(100), &leaf(Action::ViewOpen, "view", Some("a bicycle was stolen")))?;
        audit::checkpoint(tx, SITE, &key(), &clock(120))?;
        audit::append(tx, &clock(300), &leaf(Action::ExportCreate, "export", None))?;
        audit::checkpoint(tx, SITE, &key(), &clock(301))?;
        export::add(tx, &export_row())
    });
}

/// Every row of [`fill`], read back through the modules that own them.
fn check(catalogue: &Catalogue) {
    catalogue
        .read(|c| {
            assert_eq!(store::site_uuid(c)?, Some(SITE));
            assert_eq!(store::fact(c, Fact::OpenCount)?.as_deref(), Some(&2u64.to_be_bytes()[..]));
            assert_eq!(store::fact(c, Fact::SetupCode)?.as_deref(), Some(&b"used"[..]));
            let ever = Interval::new(UtcInstant::from_unix_seconds(0), UtcInstant::FAR_FUTURE).unwrap();
            let of_step_1 = segment::list(c, None, &ever, 100)?.into_iter().filter(|row| row.id != expired().id);
            assert!(of_step_1.eq(segments()));
            assert_eq!(gap::overlapping(c, &id("gate"), &ever)?, gaps());
            let users: Vec<_> = user::list(c)?.into_iter().map(|row| (row.id, row.name, row.role, row.standing)).collect();
            assert_eq!(
                users,
                [(ADA, "Ada".into(), Role::Reviewer, Standing::Active), (BOB, "Bob".into(), Role::Administrator, Standing::Disabled)]
            );
            assert_eq!(user::session(c, &TOKEN_HASH, at(120))?.map(|(row, used)| (row.id, used)), Some((ADA, at(100))));
            assert_eq!(viewing::purpose(c, VIEW, &holder(), at(120))?, Some(PurposeKind::Incident));
            assert_eq!(export::list(c)?, [export_row()]);
            let verdict = audit::verify(c, SITE, &key().verifying_key())?;
            assert!(verdict.ok, "{}", verdict.detail);
            assert_eq!((verdict.leaves, verdict.checkpoints), (4, 2));
            assert_eq!(audit::leaves(c, LeafSeq(2), 1)?[0].personal["reason"].as_deref(), Some("a bicycle was stolen"));
            assert!(audit::prove(c, LeafSeq(0), &key().verifying_key())?.unwrap().verify().is_ok());
            Ok(())
        })
        .unwrap();
}

/// Tables, indexes and triggers with the text that made them.
fn schema(file: &std::path::Path) -> BTreeSet<(String, String, Option<String>)> {
    let connection = Connection::open(file).unwrap();
    let mut statement = connection.prepare("SELECT type, name, sql FROM sqlite_schema").unwrap();
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?))).unwrap();
    rows.collect::<Result<_, _>>().unwrap()
}

#[test]
fn every_version_has_its_saved_file() {
    for version in 1..=PRESENT_SCHEMA {
        let file = saved(version);
        assert!(file.exists(), "{} is missing: see the head of this file", file.display());
        let found: i64 = Connection::open(&file).unwrap().pragma_query_value(None, "user_version", |row| row.get(0)).unwrap();
        assert_eq!(found, version, "{}", file.display());
    }
}

#[test]
fn a_saved_catalogue_of_any_version_opens_with_all_its_rows() {
    let folder = TempDir::new().unwrap();
    let fresh = folder.path().join("fresh.db");
    drop(Catalogue::open(&fresh).unwrap());
    for version in 1..=PRESENT_SCHEMA {
        let copy = folder.path().join(format!("catalogue-v{version}.db"));
        fs::copy(saved(version), &copy).unwrap();
        let catalogue = Catalogue::open(&copy).unwrap();
        check(&catalogue);
        if version >= 2 {
            check_keeping(&catalogue);
        }
        if version >= 3 {
            check_requests(&catalogue);
        }
        if version >= 4 {
            check_portal(&catalogue);
        }
        if version >= 5 {
            check_redactions(&catalogue);
        }
        if version >= 6 {
            check_second_factors(&catalogue);
            check_turn(&catalogue);
        }
        if version >= 7 {
            check_policy(&catalogue);
        }
        if version >= 8 {
            check_mail(&catalogue);
        }
        assert_eq!(catalogue.integrity().unwrap(), "ok");
        // It is written to like any other.
        catalogue.write(|tx| audit::append(tx, &clock(400), &leaf(Action::AuditRead, "audit", None))).unwrap();
        drop(catalogue);
        assert_eq!(schema(&copy), schema(&fresh), "version {version}: a released step was changed, or leads elsewhere");
        check_once_more(&copy);
    }
}

/// Opening is repeated at every start: nothing may happen twice.
fn check_once_more(file: &std::path::Path) {
    let catalogue = Catalogue::open(file).unwrap();
    let leaves = catalogue.read(|c| audit::verify(c, SITE, &key().verifying_key())).unwrap();
    assert!(leaves.ok && leaves.leaves == 5, "{leaves:?}");
}

#[test]
fn save() {
    if std::env::var_os("HOLDFAST_SAVE_CATALOGUE").is_none() {
        // What would be saved is checked all the same.
        let folder = TempDir::new().unwrap();
        let catalogue = Catalogue::open(&folder.path().join("catalogue.db")).unwrap();
        fill(&catalogue);
        fill_keeping(&catalogue);
        fill_requests(&catalogue);
        fill_portal(&catalogue);
        fill_redactions(&catalogue);
        fill_second_factors(&catalogue);
        fill_turn(&catalogue);
        fill_policy(&catalogue);
        fill_mail(&catalogue);
        check(&catalogue);
        check_mail(&catalogue);
        check_policy(&catalogue);
        check_turn(&catalogue);
        check_second_factors(&catalogue);
        check_redactions(&catalogue);
        check_portal(&catalogue);
        check_requests(&catalogue);
        return check_keeping(&catalogue);
    }
    let file = saved(PRESENT_SCHEMA);
    fs::create_dir_all(data()).unwrap();
    let _ = fs::remove_file(&file);
    let catalogue = Catalogue::open(&file).unwrap();
    fill(&catalogue);
    fill_keeping(&catalogue);
    fill_requests(&catalogue);
    fill_portal(&catalogue);
    fill_redactions(&catalogue);
    fill_second_factors(&catalogue);
    fill_turn(&catalogue);
    fill_policy(&catalogue);
    fill_mail(&catalogue);
    drop(catalogue);
    // One file, without the log of WAL mode beside it.
    let connection = Connection::open(&file).unwrap();
    connection.execute_batch("VACUUM").unwrap();
    connection.close().unwrap();
    println!("saved {}", file.display());
}
