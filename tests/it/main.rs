//! Integration tests with real processes, sockets and files, linked once.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on has failed")]

mod appliance;
mod audit;
mod bad_disk;
mod browser;
mod cameras;
mod catalogue;
mod doors;
mod doors_api;
mod doors_camera;
mod doors_fault;
mod due;
mod examined;
mod export;
mod export_bundle;
mod faults;
mod film;
mod full_disk;
mod keeping_clock;
mod keeping_doors;
mod keeping_full;
mod keeping_kill;
mod keeping_model;
mod keeping_race;
mod keeping_real;
mod keeping_store;
mod keys;
mod kill;
mod portal;
mod proof;
mod put_back;
mod recorded;
mod rtsp;
mod rtsp_refusals;
mod settings;
mod small_disk;
mod syscalls;
mod traced;
mod unreadable;
mod vault;
mod video;
mod witness;
