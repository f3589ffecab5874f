//! The rules, as plain values: no runtime, no database, no web, no files, no clock reads.
//!
//! Each stage imports only stages to its left, plus `instant`, `actor` and `audit`:
//! `camera` → `identity` → `recording` → `keys` → `retention` → `request` → `notice` → `intake` → `redaction` → `export` → `letter` → `backup`.

pub mod actor;
pub mod audit;
pub mod backup;
pub mod camera;
pub mod export;
pub mod identity;
pub mod instant;
pub mod intake;
pub mod keys;
pub mod letter;
pub mod notice;
pub mod recording;
pub mod redaction;
pub mod request;
pub mod retention;
