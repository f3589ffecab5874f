//! Integration tests with real processes, sockets and files, linked once.

mod cameras;
mod rtsp;
