//! Other people in the picture: what was weighed before their data goes out with somebody else's
//! (DPA 2018 Schedule 2 paragraph 16).
//!
//! Each factor of sub-paragraph (3) has an answer of its own, so that none can be left out. Next:
//! `decision` asks for it.

use serde::{Deserialize, Serialize};

use crate::domain::actor::Reason;

#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Balancing {
    /// What of them would be shown.
    pub information: Reason,
    pub confidentiality: Confidentiality,
    pub consent: Consent,
    /// What it came to, and why.
    pub conclusion: Reason,
}

/// Whether a duty of confidentiality is owed to them.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Confidentiality {
    Owed,
    NotOwed,
}

#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "answer", rename_all = "snake_case", deny_unknown_fields)]
pub enum Consent {
    Given,
    /// Expressly refused.
    Refused,
    /// Not capable of giving it.
    Incapable,
    /// What was done to seek it, or why nothing was.
    NotObtained {
        steps: Reason,
    },
}
