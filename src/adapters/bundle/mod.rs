//! Bundles as files: written as a zip while they are made, unpacked into a folder, read back from
//! either. Refuses paths that lead elsewhere, links, and anything larger than it says.

pub mod read;
pub mod unpack;
pub mod write;
