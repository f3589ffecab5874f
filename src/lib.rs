//! # Holdfast: the map
//!
//! A CCTV retention and access appliance. One way leads through the house:
//!
//! ```text
//! camera ─► recording ─► retention ─► request ─► redaction ─► export
//!              │             ▲           │                       │
//!              └── catalogue ┘   hold ◄──┘            audit ◄────┘   (every step writes audit, none reads it)
//! ```
//!
//! | room | holds | may import |
//! |---|---|---|
//! | [`domain`] | the rules, as plain values | nothing of ours |
//! | [`adapters`] | the only code that touches clock, disk, network, processes | `domain` |
//! | [`jobs`] | what gets done: record, reconcile, disclose | `adapters`, `domain` |
//! | [`http`], [`cli`] | the doors | `jobs`, `adapters`, `domain` |
//! | [`daemon`] | composition: builds adapters, starts jobs, shuts down in order | everything |
//! | [`demo`] | simulated cameras on loopback | everything |
//! | [`settings`], [`problem`] | configuration as checked values; what a user is told | `domain` |
//! | [`manual`] | the long documents | - |
//!
//! `tests/tidy.rs` holds these arrows. What is absent on purpose: shells, plaintext frames on disk,
//! footage keys outside `adapters::vault`, clock reads outside `adapters::clock`, a door that
//! decides anything.

pub mod adapters;
pub mod cli;
pub mod daemon;
pub mod demo;
pub mod domain;
pub mod http;
pub mod jobs;
pub mod manual;
pub mod problem;
pub mod settings;
