//! SHA-256 of what is written, for whatever writes and must not be held in memory whole.
//!
//! Refuses nothing. Next: `verify` hashes fragments of a bundle, `case::handover` the films of a case.

use std::io::{self, Write};

use sha2::{Digest, Sha256};

/// Takes what is written into a hash.
pub(super) struct Hashing<'h>(pub(super) &'h mut Sha256);

impl Write for Hashing<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
