//! Who acts, and why they look at footage.
//!
//! Every act is somebody's: a member of staff, someone with a shell on the box, or a job of the
//! appliance itself. A look at footage also carries a [`Purpose`]; without one nothing is served.
//! Next: `audit` writes both down.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A member of staff, by the id that outlives a change of name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct UserId(pub Uuid);

/// Who did it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Actor {
    /// A job of the appliance, by its name in `jobs`.
    Job(&'static str),
    /// A signed-in member of staff.
    Staff { id: UserId, name: String },
    /// Someone at the machine's own command line, known by the kernel's word (SO_PEERCRED).
    LocalOperator { uid: u32 },
    /// Nobody is known yet: first-boot set-up or a failed login.
    Unknown,
}

/// What footage is looked at for. Stated before the first byte is served, and logged.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Purpose {
    pub kind: PurposeKind,
    /// In the user's words; a case reference or what was reported. Never blank.
    pub reason: Reason,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PurposeKind {
    /// Live monitoring or looking back during a shift.
    PatrolReview,
    /// A report of crime or antisocial behaviour.
    Incident,
    /// A request case: subject access, police, insurer.
    Case,
    /// Checking that a camera works and points where its sign says.
    CameraCheck,
    /// Establishing, exercising or defending a legal claim (UK GDPR Article 18(2)): the only purpose
    /// that restricted footage is shown for.
    LegalClaim,
}

/// A reason somebody gave: 3 to 500 characters once trimmed, no control characters.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Reason(String);

impl Reason {
    pub fn new(text: &str) -> Result<Self, NotAReason> {
        let text = text.trim();
        let length = text.chars().count();
        if (3..=500).contains(&length) && !text.chars().any(char::is_control) {
            Ok(Self(text.to_owned()))
        } else {
            Err(NotAReason { length })
        }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for Reason {
    type Error = NotAReason;
    fn try_from(text: String) -> Result<Self, NotAReason> {
        Self::new(&text)
    }
}

impl From<Reason> for String {
    fn from(reason: Reason) -> Self {
        reason.0
    }
}

/// A blank or unusable reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a reason needs 3 to 500 characters on one line (this one has {length}); say what was reported or name the case")]
pub struct NotAReason {
    pub length: usize,
}
