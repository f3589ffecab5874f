//! Integration tests with real processes, sockets and files, linked once.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on has failed")]

mod appliance;
mod audit;
mod cameras;
mod faults;
mod keeping_clock;
mod keeping_kill;
mod keeping_model;
mod keeping_race;
mod keeping_store;
mod kill;
mod recorded;
mod rtsp;
mod rtsp_refusals;
mod settings;
mod traced;
mod vault;
mod video;
