//! The rules, as plain values: no runtime, no database, no web, no files, no clock reads.
//!
//! Each stage imports only stages to its left, plus `instant`, `actor` and `audit`:
//! `identity` → `camera` → `recording` → `keys` → `retention` → `request` → `notice` → `intake` → (`redaction` →) `export`.

pub mod actor;
pub mod audit;
pub mod camera;
pub mod export;
pub mod identity;
pub mod instant;
pub mod intake;
pub mod keys;
pub mod notice;
pub mod recording;
pub mod request;
pub mod retention;
