//! Where checkpoints of the audit log go so that others remember them: a file elsewhere, or a server.
//!
//! Next: `jobs::witness` decides what to show and what the answers mean.

pub mod file;
pub mod remote;
