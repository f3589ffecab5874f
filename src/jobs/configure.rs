//! Changes to the configuration file, in the audit log: what is about to be done, and how it went.
//!
//! The file itself is the command line's to write. Next: `cli::camera`.

use serde::{Deserialize, Serialize};

use crate::{
    adapters::{clock, index::audit},
    domain::{
        actor::Actor,
        audit::{Action, Entry, LeafSeq, Outcome},
        camera::CameraId,
    },
    jobs::house::House,
    problem::Problem,
};

/// What is changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    CameraAdd,
    CameraRemove,
}

impl Change {
    const fn action(self) -> Action {
        match self {
            Self::CameraAdd => Action::CameraAdd,
            Self::CameraRemove => Action::CameraRemove,
        }
    }
}

/// Writes one leaf. A camera's id names no person; its address and sign-in stay out of the log.
pub fn note(house: &House, actor: Actor, change: Change, camera: &CameraId, outcome: Outcome) -> Result<LeafSeq, Problem> {
    let entry = Entry {
        actor,
        action: change.action(),
        object: format!("camera/{camera}"),
        outcome,
        basis: None,
        details: serde_json::Map::new(),
        personal: Vec::new(),
    };
    Ok(house.catalogue.write(|transaction| audit::append(transaction, &clock::now(), &entry))?)
}
