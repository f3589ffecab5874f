//! What an outsider can check: that footage went as the log says, and that what is held can be read.
//!
//! Next: `expiry` tells every lie to the replay, `hold_check` damages what is held.

mod erase;
mod expiry;
mod hold_check;
mod report;
mod store;
