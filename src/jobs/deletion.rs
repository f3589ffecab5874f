//! Footage that goes before its time: asked for by one person, granted by another (UK GDPR Articles 17
//! and 18), then destroyed the same way as what has expired.
//!
//! Refuses what a hold keeps: it goes when the hold ends. Next: `expire` carries it out.

use serde_json::json;
use uuid::Uuid;

use crate::{
    adapters::{
        index::{
            audit,
            deletion::{self, DeletionRow},
        },
        secret,
    },
    domain::{
        actor::{Actor, Reason},
        audit::{Action, Entry, Outcome},
        camera::CameraId,
        instant::{ClockReading, Interval},
        retention::consent::{Consent, Person},
    },
    jobs::{audit as log, house::House, keeping, retain},
    problem::{Kind, Problem},
};

/// What is to go, and why.
pub struct DeletionAsked {
    pub cameras: Vec<CameraId>,
    pub range: Interval,
    pub reason: Reason,
    pub case_reference: String,
}

/// Asks for it, as of `at`. Nothing goes yet.
pub fn ask(house: &House, actor: Actor, asked: DeletionAsked, at: ClockReading) -> Result<DeletionRow, Problem> {
    let first = Person::of(&actor).ok_or_else(retain::nobody)?;
    let case_reference = asked.case_reference.trim().to_owned();
    if asked.cameras.is_empty() || !(1..=60).contains(&case_reference.chars().count()) || case_reference.chars().any(char::is_control) {
        return Err(Problem::new(
            Kind::BadInput,
            "deletion",
            "An early deletion needs cameras and a case reference of 1 to 60 characters.",
            "Name both, then ask again.",
        ));
    }
    if asked.range.to() > at.utc {
        return Err(Problem::new(
            Kind::BadInput,
            "deletion_future",
            "Only what has been recorded can be deleted.",
            "Let the range end in the past; to stop recording, switch the camera off.",
        ));
    }
    let mut cameras = asked.cameras;
    cameras.sort();
    cameras.dedup();
    let row = DeletionRow {
        id: secret::random_uuid()?,
        cameras,
        range: asked.range,
        reason: asked.reason.as_str().to_owned(),
        case_reference,
        consent: Consent::Asked { first: first.clone(), at: at.utc },
        done: None,
    };
    house.catalogue.write(|transaction| {
        deletion::add(transaction, &row, &first, at.utc)?;
        let personal = vec![("reason", row.reason.clone()), ("case", row.case_reference.clone())];
        audit::append(transaction, &at, &entry(actor, Action::DeletionAsk, &row, personal))?;
        Ok(())
    })?;
    Ok(row)
}

/// The second person agrees: it goes with the next run of expiry.
pub fn grant(house: &House, actor: Actor, id: Uuid, at: ClockReading) -> Result<DeletionRow, Problem> {
    let second = Person::of(&actor).ok_or_else(retain::nobody)?;
    let outcome = house.catalogue.write(|transaction| {
        let now = keeping::not_before_seen(transaction, &at)?;
        let Some(mut row) = deletion::by_id(transaction, id)? else {
            return Ok(Err(Problem::new(Kind::NotFound, "deletion_unknown", "There is no such deletion.", "Look it up in the list.")));
        };
        row.consent = match row.consent.grant(second.clone(), now, 0) {
            Ok(consent) => consent,
            Err(error) => return Ok(Err(retain::not_consent(error))),
        };
        deletion::grant(transaction, id, &second, now)?;
        audit::append(transaction, &at, &entry(actor, Action::DeletionGrant, &row, Vec::new()))?;
        Ok(Ok(row))
    })?;
    let row = outcome?;
    log::sign_act(house);
    Ok(row)
}

/// All, newest first.
pub fn list(house: &House) -> Result<Vec<DeletionRow>, Problem> {
    Ok(house.catalogue.read(deletion::list)?)
}

fn entry(actor: Actor, action: Action, row: &DeletionRow, personal: Vec<(&'static str, String)>) -> Entry {
    let details = json!({"cameras": row.cameras, "from": row.range.from(), "to": row.range.to()});
    let details = if let serde_json::Value::Object(map) = details { map } else { serde_json::Map::new() };
    Entry { actor, action, object: format!("deletion/{}", row.id), outcome: Outcome::Done, basis: None, details, personal }
}
