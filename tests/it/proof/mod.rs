//! What an outsider can check: that footage went as the log says, and that what is held can be read.
//!
//! Next: `expiry` tells every lie to the replay.

mod expiry;
mod store;
