//! Integration tests with real processes, sockets and files, linked once.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on has failed")]

mod appliance;
mod audit;
mod cameras;
mod faults;
mod kill;
mod proof;
mod recorded;
mod rtsp;
mod rtsp_refusals;
mod settings;
mod vault;
mod video;
