//! A released copy handed over on a disc, a stick or on paper: on which one, and to whom.
//!
//! Refuses a blank for either, as `Reason` does. Next: `letter::handover` writes the sheet that goes with it.

use serde::{Deserialize, Serialize};

use crate::domain::actor::Reason;

/// One handing over, as whoever did it says.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Handover {
    /// What it is and how it is told from others: make and serial number, seal, tracking number.
    pub medium: Reason,
    /// Who took it: name, rank and number, or the carrier.
    pub to: Reason,
}
