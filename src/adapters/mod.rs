//! The only code that touches the world. Each adapter knows the domain and no door; `clock` is the
//! sole clock read. Next: `jobs` puts them to work.

pub mod authenticator;
pub mod backup;
pub mod bundle;
pub mod clock;
pub mod config_file;
pub mod index;
pub mod paper;
pub mod passkey;
pub mod picture;
pub mod rtsp;
pub mod secret;
pub mod smtp;
pub mod vault;
pub mod video;
pub mod vision;
pub mod witness;
