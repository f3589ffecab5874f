//! The integration tests, one binary: real files, real processes, real cameras.

mod rtsp;
mod vault;
