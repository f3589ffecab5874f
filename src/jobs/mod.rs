//! What gets done, each job a file: the doors call these, and only these.
//!
//! Next: `house` is what a job works in; `record` fills the store, `reconcile` heals it, `footage`
//! plays from it.

pub mod adopt;
pub mod audit;
pub mod backup;
pub mod case;
pub mod check;
pub mod configure;
pub mod deletion;
pub mod disclose;
pub mod emergency;
pub mod erase;
pub mod expire;
pub mod footage;
pub mod forget;
mod hashing;
pub mod hold;
pub mod hold_check;
pub mod house;
pub mod intake;
pub mod keeping;
pub mod mail;
pub mod metrics;
pub mod notice;
pub mod passkey;
pub mod policy;
pub mod pressure;
pub mod propose;
pub mod prove_expiry;
mod read_ahead;
pub mod reconcile;
pub mod record;
pub mod recovery;
pub mod redact;
pub mod redaction_report;
pub mod report;
pub mod restore;
pub mod restriction;
pub mod retain;
pub mod rotate_keys;
pub mod second_factor;
pub mod settle_keys;
pub mod staff;
pub mod storage;
pub mod support;
mod telling;
pub mod verify;
pub mod viewing;
pub mod witness;
