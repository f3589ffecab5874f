//! Seeing: people found in a clip's pictures, for the proposals of a redaction.
//!
//! `models` keeps the networks' files and their checksums, `network` builds one, `detector` runs it,
//! `background` tells what moves, `plate` is the empty scene, `clip` reads pictures, `analysis` puts them together. Refuses a model
//! that isn't byte for byte the known one. Without models everything here says so, and nothing is shown.
//! Next: `domain::redaction::tracking`.

pub mod analysis;
mod background;
pub mod clip;
pub mod detector;
pub mod models;
mod network;
mod plate;
