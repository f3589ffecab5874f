//! How it was made sure that the asker is who they say (UK GDPR Article 12(6)).
//!
//! None for a known tenant whose details match. Evidence is asked for only in recorded doubt, is no
//! more than the doubt needs, and is deleted once seen: a check with evidence that is still kept
//! can't be written down. Next: `state` begins the search with one.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "how", rename_all = "snake_case", deny_unknown_fields)]
pub enum IdentityCheck {
    /// A tenant on the books; contact details match. Nothing more may be asked.
    KnownTenant,
    /// Doubt was recorded when the evidence was asked for; it was seen, then deleted.
    Evidence { seen: Evidence, deleted: Date },
    /// An organisation, called back over its published number or known by its own domain.
    CalledBack,
    /// Anybody may ask this: a complaint, information, the media.
    NotNeeded,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Evidence {
    /// Answers to questions only the tenant knows.
    TenancyDetails,
    /// A letter or bill to the address.
    ProofOfAddress,
    /// A document with a picture.
    PhotoIdentity,
}
