//! Taking a request in: the case is written down and what it asks for is kept, in one transaction and
//! before anything else (DPA 2018 section 173).
//!
//! Expiry comes wholly before it or not at all. The same submission again is the same case; it gets a new
//! code while nobody has moved it, since the first answer may have been lost. Where no camera is named,
//! every camera is kept. Refuses a request that its domain refuses. Next: `advance`.

use rusqlite::Transaction;
use serde_json::json;
use zeroize::Zeroizing;

use super::{
    Office,
    deadline::{self, Deadline},
    entry, name_of,
};
use crate::{
    adapters::{
        clock,
        index::{
            CatalogueError, audit,
            case::{self, Entered, EventRow},
            store,
        },
        secret,
    },
    domain::{
        actor::{Actor, Reason},
        audit::Action,
        camera::CameraId,
        instant::{ClockReading, UtcInstant},
        request::{
            case::{Application, AskedRange, Case, CaseReference, ClockDates, NotAnApplication},
            state::State,
        },
        retention::{
            consent::Person,
            hold::{HeldSpan, Hold, HoldAsked, HoldId, HoldKind, PlacedBy, REVIEW_WITHIN_DAYS},
        },
    },
    jobs::{audit as log, hold, house::House, keeping},
    problem::{Kind, Problem},
};

/// What the requester is told.
pub struct Receipt {
    pub reference: CaseReference,
    /// Shown once; only its digest is kept. None when the same request had been taken in before and
    /// has been worked on since.
    pub code: Option<FollowCode>,
    pub due: Deadline,
    /// One for each stretch asked for.
    pub holds: Vec<HoldId>,
}

/// The code that a case is followed with: 128 bits, in groups of letters and digits without look-alikes.
pub struct FollowCode(Zeroizing<String>);

impl FollowCode {
    fn new() -> Result<Self, Problem> {
        Ok(Self(Zeroizing::new(secret::code()?)))
    }

    pub fn reveal(&self) -> &str {
        &self.0
    }

    fn digest(&self) -> [u8; 32] {
        secret::digest(&self.0)
    }
}

/// Takes a request in, now.
pub fn receive(house: &House, application: Application, by: Actor) -> Result<Receipt, Problem> {
    receive_at(house, application, by, clock::now())
}

/// Takes a request in as of `at`. When this returns, case and holds are on the disk.
pub fn receive_at(house: &House, application: Application, by: Actor, at: ClockReading) -> Result<Receipt, Problem> {
    let office = house.office();
    let by_whom = name_of(&by)?;
    let code = FollowCode::new()?;
    let now = house.catalogue.read(|connection| keeping::not_before_seen(connection, &at))?;
    application.check(now).map_err(refused)?;
    let dates = ClockDates::received(office.day(application.received_at));
    let ids = application.asked.iter().map(|_| secret::random_uuid().map(HoldId)).collect::<Result<Vec<_>, _>>()?;
    let entered = Entered { at: at.utc, by_whom: &by_whom, code_hash: code.digest(), dates: &dates };
    let outcome = house.catalogue.write(|transaction| {
        if let Some(before) = case::by_submission(transaction, application.submission)? {
            return again(transaction, office, before, code, now).map(Ok);
        }
        let placed = match holds(transaction, &application, &ids, PlacedBy::from(&by), now)? {
            Ok(placed) => placed,
            Err(problem) => return Ok(Err(problem)),
        };
        let reference = case::add(transaction, &application, &entered)?;
        for mut placed in placed.iter().cloned() {
            placed.case_reference = reference.to_string();
            hold::enter(transaction, by.clone(), &placed, &at)?;
            case::add_hold(transaction, reference, placed.id)?;
        }
        let event = EventRow {
            at: at.utc,
            on: dates.received,
            by_whom: by_whom.clone(),
            event: "receive".into(),
            state: State::Received.name().into(),
            record: None,
        };
        case::add_event(transaction, reference, &event)?;
        let details = json!({
            "kind": application.kind.name(), "channel": application.channel.name(), "received": application.received_at,
            "holds": placed.iter().map(|placed| placed.id).collect::<Vec<_>>(),
        });
        audit::append(transaction, &at, &entry(by.clone(), Action::CaseReceive, reference, details))?;
        let due = deadline::of_dates(application.kind.clock(office.organisation), &State::Received, &dates, office, office.day(now));
        Ok(Ok(Receipt { reference, code: Some(code), due, holds: placed.iter().map(|placed| placed.id).collect() }))
    })?;
    let receipt = outcome?;
    log::sign_act(house);
    Ok(receipt)
}

/// The same request once more.
fn again(
    transaction: &Transaction<'_>,
    office: &Office,
    before: Case,
    code: FollowCode,
    now: UtcInstant,
) -> Result<Receipt, CatalogueError> {
    let code = (before.state == State::Received && before.version == 0).then_some(code);
    if let Some(code) = &code {
        case::set_code(transaction, before.reference, code.digest())?;
    }
    let due = deadline::of(&before, office, office.day(now));
    Ok(Receipt { reference: before.reference, code, due, holds: before.holds })
}

impl From<&Actor> for PlacedBy {
    /// A request that comes in by the box's own door is kept by the box.
    fn from(actor: &Actor) -> Self {
        Person::of(actor).map_or(Self::Receipt, Self::Person)
    }
}

/// What is kept: each stretch asked for, with its margin.
fn holds(
    transaction: &Transaction<'_>,
    application: &Application,
    ids: &[HoldId],
    by: PlacedBy,
    now: UtcInstant,
) -> Result<Result<Vec<Hold>, Problem>, CatalogueError> {
    let every_camera = store::cameras(transaction)?;
    let mut placed = Vec::new();
    for (range, id) in application.asked.iter().zip(ids) {
        let cameras = cameras_of(range, &every_camera);
        if cameras.is_empty() {
            continue;
        }
        match Hold::place(*id, asked(application, range, cameras, now)?, by.clone(), now) {
            Ok(hold) => placed.push(hold),
            Err(why) => return Ok(Err(hold::not_a_hold(why))),
        }
    }
    Ok(Ok(placed))
}

fn cameras_of(range: &AskedRange, every: &[CameraId]) -> Vec<CameraId> {
    if range.cameras.is_empty() { every.to_vec() } else { range.cameras.clone() }
}

fn asked(application: &Application, range: &AskedRange, cameras: Vec<CameraId>, now: UtcInstant) -> Result<HoldAsked, CatalogueError> {
    let kept = range.with_margin();
    let impossible = || CatalogueError::Impossible { what: "provisional hold" };
    let span = HeldSpan::new(kept.from(), Some(kept.to())).map_err(|_| impossible())?;
    let reason = Reason::new("Kept when the request came in, until it is answered").map_err(|_| impossible())?;
    Ok(HoldAsked {
        kind: HoldKind::Hold,
        cameras,
        span,
        reason,
        // The reference is known once the case is written.
        case_reference: "pending".into(),
        requester: format!("{} request", application.kind.name().replace('_', " ")),
        review_by: now.plus_seconds(REVIEW_WITHIN_DAYS * 86_400),
    })
}

fn refused(why: NotAnApplication) -> Problem {
    let next = match why {
        NotAnApplication::Name => "Say whom the answer is for.",
        NotAnApplication::Contact => "Say where an answer reaches them: an address, a number, a mailbox.",
        NotAnApplication::Long | NotAnApplication::Words | NotAnApplication::Sought | NotAnApplication::Form => {
            "Say it more briefly; more can be added later."
        }
        NotAnApplication::Ranges => "Ask for it in parts.",
        NotAnApplication::NoRange => "Say when it was, as nearly as is known, and where.",
        NotAnApplication::Future => "Correct the day and time of receipt.",
    };
    Problem::new(Kind::BadInput, "application", hold::sentence(&why), next)
}
