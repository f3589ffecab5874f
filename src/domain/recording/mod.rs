//! From access units to sealed segments: what is recorded, how it is cut, how it is sealed.
//!
//! Refuses to invent time (a missing stretch is a [`gap`] with a cause, never silence) and to
//! reopen what was closed. Next: `jobs::record` drives it, `adapters::vault` stores what it seals.

pub mod access_unit;
pub mod activity;
pub mod cutter;
pub mod fragment;
pub mod gap;
pub mod index;
mod index_codec;
pub mod nal_unit;
pub mod seal;
pub mod segment;
pub mod time_line;
