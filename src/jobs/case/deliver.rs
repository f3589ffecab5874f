//! A released copy reaches its requester: a link by one way, its code by another, the bytes in as many
//! pieces as it takes.
//!
//! ```text
//! offer ─► link + code (shown once) ─► open: code right ─► a download, counted once ─► fetch: leaf ─► bytes
//! ```
//!
//! Refuses what is no copy for the person in it. A token or code stands on the disk as a digest only. Every
//! fetch is logged before its first byte. Next: `released` says what the files are, `http::portal::download`
//! sends them.

use std::sync::Arc;

use serde_json::json;
use subtle::ConstantTimeEq;

use super::{
    entry, name_of, read,
    released::{self, ReleasedFile},
};
use crate::{
    adapters::{
        index::{
            CatalogueError, audit,
            delivery::{self, DeliveryRow},
        },
        secret,
    },
    domain::{
        actor::Actor,
        audit::{Action, Entry, Outcome},
        instant::{ClockReading, UtcInstant},
        request::{
            case::{Case, CaseReference},
            delivery::{Gone, LINK_SECONDS, Link},
            state::State,
        },
    },
    jobs::{audit as log, house::House},
    problem::{Kind, Problem},
};

/// What whoever releases passes on: the link by one way, the code by another. Shown once.
pub struct Offer {
    pub token: String,
    /// Two groups of five: 50 bits, to be told by phone or letter.
    pub code: String,
    pub expires: UtcInstant,
}

/// Why somebody at a link gets nothing.
#[derive(Debug)]
pub enum NoDelivery {
    /// There is no such link, or nothing was begun at it.
    Unknown,
    Gone(Gone),
    WrongCode,
    Problem(Problem),
}

impl<E: Into<Problem>> From<E> for NoDelivery {
    fn from(error: E) -> Self {
        Self::Problem(error.into())
    }
}

/// Makes a link and its code for a released case; an earlier link is taken back.
pub fn offer(house: &House, actor: Actor, reference: CaseReference, at: ClockReading) -> Result<Offer, Problem> {
    let found = read::by_reference(house, reference)?;
    is_for_the_person(&found)?;
    let (token, code) = (secret::token()?, secret::code()?.chars().take(11).collect::<String>());
    let row = DeliveryRow {
        id: secret::random_uuid()?,
        case: reference,
        token_hash: secret::digest(&token),
        code_hash: secret::digest(&code),
        offered: at.utc,
        offered_by: name_of(&actor)?,
        link: Link { expires: at.utc.plus_seconds(LINK_SECONDS), wrong_codes: 0, downloads: 0, revoked: None },
    };
    house.catalogue.write(|transaction| {
        delivery::revoke(transaction, reference, at.utc)?;
        delivery::add(transaction, &row)?;
        let details = json!({"delivery": row.id, "expires": row.link.expires});
        audit::append(transaction, &at, &entry(actor, Action::DeliveryOffer, reference, details)).map(|_| ())
    })?;
    log::sign_act(house);
    Ok(Offer { token, code, expires: row.link.expires })
}

fn is_for_the_person(found: &Case) -> Result<(), Problem> {
    let is_released = matches!(found.state, State::Released | State::PartlyReleased);
    if is_released && found.kind.is_for_footage() && !found.kind.is_for_third_party() {
        return Ok(());
    }
    Err(Problem::new(
        Kind::Conflict,
        "not_deliverable",
        "Only a released copy for the person in it is fetched by a link.",
        "Release the case first; others fetch their bundle as staff hand it over.",
    ))
}

/// Takes back the link of a case.
pub fn revoke(house: &House, actor: Actor, reference: CaseReference, at: ClockReading) -> Result<(), Problem> {
    let revoked = house.catalogue.write(|transaction| {
        let count = delivery::revoke(transaction, reference, at.utc)?;
        if count > 0 {
            audit::append(transaction, &at, &entry(actor, Action::DeliveryRevoke, reference, json!({})))?;
        }
        Ok(count)
    })?;
    if revoked == 0 {
        let next = "Make a link, if the requester needs one.";
        return Err(Problem::new(Kind::NotFound, "no_link", "There is no link to take back.", next));
    }
    log::sign_act(house);
    Ok(())
}

/// The newest link of a case.
pub fn newest(house: &House, reference: CaseReference) -> Result<Option<DeliveryRow>, CatalogueError> {
    house.catalogue.read(|connection| delivery::newest(connection, reference))
}

/// Whether a link leads somewhere.
pub fn look(house: &House, token: &str, at: ClockReading) -> Result<(), NoDelivery> {
    let row = house.catalogue.read(|connection| delivery::by_token(connection, &secret::digest(token)))?.ok_or(NoDelivery::Unknown)?;
    row.link.may_begin(at.utc).map_err(NoDelivery::Gone)
}

/// Tries a code at a link. The right one begins a download; the answer is its token.
pub fn open(house: &House, token: &str, code: &str, at: ClockReading) -> Result<String, NoDelivery> {
    let (token_hash, given) = (secret::digest(token), secret::digest(&secret::normalise_code(code)));
    let download = secret::token().map_err(Problem::from)?;
    let outcome = house.catalogue.write(|transaction| {
        let Some(row) = delivery::by_token(transaction, &token_hash)? else { return Ok(Err(NoDelivery::Unknown)) };
        if let Err(gone) = row.link.may_begin(at.utc) {
            return Ok(Err(NoDelivery::Gone(gone)));
        }
        let fits = bool::from(row.code_hash.ct_eq(&given));
        if fits {
            delivery::begin_download(transaction, row.id, &secret::digest(&download), at.utc)?;
        } else {
            delivery::count_wrong_code(transaction, row.id)?;
        }
        let outcome = if fits { Outcome::Done } else { Outcome::Refused };
        audit::append(transaction, &at, &of_link(&row, Action::DeliveryOpen, outcome, json!({"delivery": row.id})))?;
        Ok(if fits { Ok(()) } else { Err(NoDelivery::WrongCode) })
    })?;
    outcome?;
    log::sign_act(house);
    Ok(download)
}

fn of_link(row: &DeliveryRow, action: Action, outcome: Outcome, details: serde_json::Value) -> Entry {
    Entry { outcome, ..entry(super::follow::APPLICANT, action, row.case, details) }
}

/// A link at which a download was begun.
pub struct Begun {
    row: DeliveryRow,
    /// The files, in their order.
    pub files: Vec<ReleasedFile>,
}

/// What can be fetched in a download that was begun at this link.
pub fn begun(house: &Arc<House>, token: &str, download: &str, at: ClockReading) -> Result<Begun, NoDelivery> {
    let row = house.catalogue.read(|connection| {
        let Some(row) = delivery::by_token(connection, &secret::digest(token))? else { return Ok(None) };
        Ok(delivery::is_begun(connection, row.id, &secret::digest(download))?.then_some(row))
    })?;
    let row = row.ok_or(NoDelivery::Unknown)?;
    row.link.may_go_on(at.utc).map_err(NoDelivery::Gone)?;
    let files = released::files(house, row.case)?;
    Ok(Begun { row, files })
}

/// The bytes of a file that are wanted: from the first up to, not with, the last.
pub type Stretch = std::ops::Range<u64>;

impl Begun {
    /// One of the files, once it is on record that these bytes of it are fetched.
    pub fn fetch(self, house: &House, number: usize, stretch: &Stretch, at: ClockReading) -> Result<ReleasedFile, NoDelivery> {
        let file = self.files.into_iter().nth(number).ok_or(NoDelivery::Unknown)?;
        let details = json!({"delivery": self.row.id, "file": file.name(), "from": stretch.start, "to": stretch.end});
        let leaf = of_link(&self.row, Action::DeliveryFetch, Outcome::Intent, details);
        house.catalogue.write(|transaction| audit::append(transaction, &at, &leaf))?;
        Ok(file)
    }
}
