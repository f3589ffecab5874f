//! Requests as jobs: taken in, moved on by people, released, and never silently overdue.
//!
//! ```text
//! receive ─► case + holds + leaves (one transaction) ─► advance … ─► release ─► register + exports
//!                                                            │            └─► released ─► deliver
//!                                                            └─► close ─► release of the holds begins
//! ```
//!
//! Each act is one transaction with its leaf, so that a crash leaves either all of it or nothing. Names
//! and words are never logged. The requester's own acts are `follow` and `papers`; `letter` writes to them,
//! `numbers` counts a year. Next: `http::api::cases`.

pub mod advance;
pub mod deadline;
pub mod deliver;
pub mod follow;
pub mod handover;
pub mod letter;
pub mod numbers;
pub mod papers;
pub mod read;
pub mod receive;
pub mod register;
pub mod release;
pub mod released;
pub mod remind;
mod reviewed;
pub mod search_help;

use std::collections::BTreeMap;

use jiff::{civil::Date, tz::TimeZone};

use crate::{
    domain::{
        actor::Actor,
        audit::{Action, Entry, Outcome},
        camera::CameraId,
        instant::UtcInstant,
        request::{
            calendar::{CARRIED, Calendar, CalendarRefused, Nation},
            case::CaseReference,
            due::{PauseCounting, local_date},
            kind::OrganisationType,
        },
    },
    problem::{Kind, Problem},
};

/// The office that answers: whose time, whose bank holidays, which law, and what its cameras are for.
pub struct Office {
    pub time_zone: TimeZone,
    pub calendar: Calendar,
    pub organisation: OrganisationType,
    pub counting: PauseCounting,
    /// What each camera is there for, in the configuration's words.
    pub purposes: BTreeMap<CameraId, String>,
}

impl Office {
    pub fn new(time_zone: TimeZone, calendar: Calendar, organisation: OrganisationType, purposes: BTreeMap<CameraId, String>) -> Self {
        Self { time_zone, calendar, organisation, counting: PauseCounting::default(), purposes }
    }

    /// Before a configuration says whose: England's days in universal time.
    pub fn of_nowhere() -> Result<Self, CalendarRefused> {
        let calendar = Calendar::read(CARRIED, Nation::England)?;
        Ok(Self::new(TimeZone::UTC, calendar, OrganisationType::HousingAssociation, BTreeMap::new()))
    }

    /// The day on the office's wall.
    pub fn day(&self, at: UtcInstant) -> Date {
        local_date(at, &self.time_zone)
    }
}

/// An actor as rows name them; nobody else enters a case.
fn name_of(actor: &Actor) -> Result<String, Problem> {
    match actor {
        Actor::Staff { id, .. } => Ok(format!("staff:{}", id.0)),
        Actor::LocalOperator { uid } => Ok(format!("local:{uid}")),
        Actor::Job(name) => Ok(format!("job:{name}")),
        Actor::Unknown => Err(crate::jobs::retain::nobody()),
    }
}

/// A leaf about a case. The reference names nobody; reasons are personal and can be erased.
fn entry(actor: Actor, action: Action, reference: CaseReference, details: serde_json::Value) -> Entry {
    let details = if let serde_json::Value::Object(map) = details { map } else { serde_json::Map::new() };
    Entry { actor, action, object: format!("case/{reference}"), outcome: Outcome::Done, basis: None, details, personal: Vec::new() }
}

/// Told alike of a case that isn't there and of one that the caller may not see.
pub fn unknown() -> Problem {
    Problem::new(Kind::NotFound, "case_unknown", "There is no such case.", "The list of cases has those there are.")
}
