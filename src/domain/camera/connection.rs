//! How a camera's connection stands, and when to call it again.
//!
//! Pure: the caller brings the jitter and the clock. Next: `jobs::record` acts on it.

use serde::Serialize;

/// What `status` says of a camera.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ConnectionState {
    /// Access units arrive and are being written.
    Recording,
    /// A connection is being made, or the wait before the next attempt runs.
    Connecting,
    /// Connected, but nothing has come for longer than the stall limit.
    Stalled,
    /// The camera answers, but won't serve us: wrong password, unknown stream or codec.
    Refused,
    /// Switched off in the configuration.
    Off,
}
