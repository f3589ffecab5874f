//! Requests: a tenant, an officer or somebody else asks, and is answered in time by people of whom
//! none approves their own work.
//!
//! Pure values and decisions. `kind` says what is asked for and under which law, `state` how far it has
//! come, `case` what is known of it; `identity_check`, `search_record`, `balancing`, `police_form` and
//! `decision` are what must be on record before it comes further. Refuses a release that nobody else
//! has checked, and a refusal without a letter. Next: `jobs::case` acts.

pub mod balancing;
pub mod case;
pub mod decision;
pub mod identity_check;
pub mod kind;
pub mod police_form;
pub mod search_record;
pub mod state;
