//! The generations of keys, as plain values: which one is in force, what must become of the other,
//! and what may be claimed of the destroyed ones.
//!
//! Next: `adapters::vault` holds the keys, `jobs::rotate_keys` makes a generation, and
//! `jobs::settle_keys` puts right what a crash left.

pub mod claim;
pub mod generation;
