//! Footage opened in an emergency: logged first, told to the data protection officer, looked at once.
//!
//! The rule is `domain::identity::emergency`. Refuses whoever is refused there, with what to do instead.
//! Next: `http::caller` lets in whoever has one in force.

use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;

use crate::{
    adapters::{
        clock,
        index::{
            CatalogueError, audit,
            emergency::{self, EmergencyRow},
            user::UserRow,
        },
        secret,
    },
    domain::{
        actor::{Actor, Reason},
        audit::{Action, Entry, Outcome},
        identity::{
            Role,
            emergency::{self as rule, EmergencyId, Looked, NotOpened, Opening, WORDS_MIN},
        },
    },
    jobs::{
        house::House,
        staff::{self, People},
    },
    problem::{Kind, Problem},
};

fn entry(actor: Actor, action: Action, id: EmergencyId, said: (&'static str, &Reason)) -> Entry {
    Entry {
        actor,
        action,
        object: format!("emergency/{}", id.0),
        outcome: Outcome::Done,
        basis: None,
        details: serde_json::Map::new(),
        personal: vec![(said.0, said.1.as_str().to_owned())],
    }
}

/// Opens footage for whoever has just shown who they are, for `seconds`. The leaf stands before the row.
pub fn open(house: &House, by: &UserRow, reason: &Reason, seconds: i64) -> Result<(EmergencyId, Opening), Problem> {
    let (id, at) = (EmergencyId(secret::random_uuid()?), clock::now());
    let actor = Actor::Staff { id: by.id, name: by.name.clone() };
    let mut leaf = entry(actor, Action::EmergencyOpen, id, ("reason", reason));
    let opened = house.catalogue.write(|transaction| {
        let last = emergency::last(transaction, by.id)?;
        let opened = rule::open(by.role, reason, last.as_ref(), at.utc, seconds);
        match &opened {
            Ok(opening) => {
                leaf.details.insert("until".into(), json!(opening.until));
                let seq = audit::append(transaction, &at, &leaf)?;
                emergency::add(transaction, id, by.id, opening, seq)?;
            }
            Err(_) => {
                leaf.outcome = Outcome::Refused;
                audit::append(transaction, &at, &leaf)?;
            }
        }
        Ok::<_, CatalogueError>(opened)
    })?;
    opened.map(|opening| (id, opening)).map_err(|why| not_opened(by.role, why))
}

fn not_opened(role: Role, why: NotOpened) -> Problem {
    let (kind, code, sentence, next) = match why {
        NotOpened::Role => (
            Kind::Forbidden,
            "role_lacks_permission",
            format!("The role {} does not open footage in an emergency.", role.title().to_lowercase()),
            "Ask an approver or an administrator.",
        ),
        NotOpened::Words => (
            Kind::BadInput,
            "reason",
            format!("The reason has fewer than {WORDS_MIN} words."),
            "Say what has happened, and who asks for footage.",
        ),
        NotOpened::Open { until } => {
            (Kind::Conflict, "emergency_open", format!("Footage is open to you already, until {until}."), "Go to the cameras.")
        }
        NotOpened::NotLookedAt => (
            Kind::Conflict,
            "emergency_not_looked_at",
            "The data protection officer has not looked at the last time you opened footage.".to_owned(),
            "Ask them to look at it, or ask somebody whose role sees footage.",
        ),
    };
    Problem::new(kind, code, sentence, next)
}

/// All openings, the last first, and the names of who opened.
pub fn list(house: &House) -> Result<(Vec<EmergencyRow>, People), Problem> {
    Ok((house.catalogue.read(emergency::list)?, staff::people(house)?))
}

/// Marks an opening as looked at, once, with a note.
pub fn look(house: &House, by: &UserRow, id: EmergencyId, note: &Reason) -> Result<(), Problem> {
    let at = clock::now();
    let actor = Actor::Staff { id: by.id, name: by.name.clone() };
    let leaf = entry(actor, Action::EmergencyLook, id, ("note", note));
    let found = house.catalogue.write(|transaction| {
        let found = emergency::looked(transaction, id)?;
        if found == Some(Looked::NotYet) {
            let seq = audit::append(transaction, &at, &leaf)?;
            emergency::look(transaction, id, by.id, seq, at.utc)?;
        }
        Ok(found)
    })?;
    match found {
        Some(Looked::NotYet) => Ok(()),
        Some(Looked::Yes) => Err(Problem::new(
            Kind::Conflict,
            "emergency_looked_at",
            "This opening has been looked at already.",
            "Look at the list for the note on it.",
        )),
        None => Err(Problem::new(Kind::NotFound, "emergency_unknown", "There is no such opening.", "Look it up in the list.")),
    }
}

/// Openings that somebody has to know of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct EmergencyTally {
    /// Nobody has looked at them: there must be none.
    pub not_looked_at: u64,
    pub open_now: u64,
}

pub fn tally(house: &House) -> Result<EmergencyTally, Problem> {
    let (not_looked_at, open_now) = house.catalogue.read(|connection| emergency::count(connection, clock::now().utc))?;
    Ok(EmergencyTally { not_looked_at, open_now })
}
