//! Requests: a tenant, an officer or somebody else asks, and is answered in time by people of whom
//! none approves their own work.
//!
//! Pure values and decisions. `kind` says what is asked for and under which law, `state` how far it has
//! come, `case` what is known of it; `identity_check`, `search_record`, `balancing`, `police_form` and
//! `decision` are what must be on record before it comes further. `calendar` knows the days of rest of a
//! nation, `due` is the statutory clock over them. `progress` says to the requester how it stands,
//! `identity_paper` what may be sent as proof, `delivery` how long a copy can be fetched, `news` what is
//! told by mail, `numbers` what a year came to. Refuses a release that nobody else has checked, a refusal without a letter, an extension
//! that comes too late, and to call a day a working day where nobody knows its bank holidays. Next:
//! `jobs::case` acts, `domain::letter` writes to the requester, `cli::case` asks the clock for anybody.

pub mod balancing;
pub mod calendar;
pub mod case;
pub mod decision;
pub mod delivery;
pub mod due;
pub mod handover;
pub mod identity_check;
pub mod identity_paper;
pub mod kind;
pub mod news;
pub mod numbers;
pub mod police_form;
pub mod progress;
pub mod search_help;
pub mod search_record;
pub mod state;
