//! Trying Holdfast on one machine: simulated cameras, and an estate made around them.
//!
//! For demonstrations, tests and benchmarks only: nothing here is used by a box that records real
//! cameras. Next: `estate` starts everything, `cameras` serves the pictures.

pub mod cameras;
pub mod estate;
