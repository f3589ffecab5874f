//! Integration tests with real processes, sockets and files, linked once.

mod audit;
mod cameras;
mod rtsp;
mod rtsp_refusals;
mod settings;
mod vault;
