//! Integration tests with real processes, sockets and files, linked once.

mod appliance;
mod audit;
mod cameras;
mod faults;
mod kill;
mod recorded;
mod rtsp;
mod rtsp_refusals;
mod settings;
mod vault;
