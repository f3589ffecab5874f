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
//! | [`problem`] | what a user is told when something goes wrong | nothing of ours |
//! | [`settings`] | the configuration as checked values | `domain` |
//! | [`adapters`] | the only code that touches clock, disk, network, processes | `domain` |
//! | [`jobs`] | what gets done: record, reconcile, disclose | `adapters`, `domain`, `problem`, `settings` |
//! | [`http`] | the door for browsers, whose router the command line asks as well | `jobs`, `adapters`, `domain`, `problem` |
//! | [`cli`] | the door for the shell: starts `daemon` or `demo`, or asks the router | everything |
//! | [`daemon`] | composition: builds adapters, starts jobs, shuts down in order | everything |
//! | [`demo`] | simulated cameras on loopback, and an estate around them | everything |
//! | [`manual`] | the long documents | nothing of ours |
//!
//! The order of stages inside `domain` stands there. `tests/tidy` reads both and holds every import
//! to them. What is absent on purpose: shells, plaintext frames on disk, footage keys outside
//! `adapters::vault`, clock reads outside `adapters::clock`, a door that decides anything.

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
