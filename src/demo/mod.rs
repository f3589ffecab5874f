//! Simulated cameras on loopback, for trying Holdfast out, for its tests and for its benches.
//!
//! Nothing here runs in the daemon: the hidden subcommand `demo-cameras` is a process of its own,
//! and holds no key and no recording. Next: [`cameras`].

pub mod cameras;
