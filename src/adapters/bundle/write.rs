//! A zip made while it is sent: stored, no temporary file, each entry hashed as it passes.

use std::io::Write;

use sha2::{Digest, Sha256};
use zip::{
    CompressionMethod, ZipWriter,
    write::{SimpleFileOptions, StreamWriter},
};

use crate::domain::export::sums::Sums;

/// A bundle being written.
pub struct BundleWriter<W: Write> {
    zip: ZipWriter<StreamWriter<W>>,
    sums: Sums,
    current: Option<(String, Sha256)>,
}

impl<W: Write> BundleWriter<W> {
    pub fn new(to: W) -> Self {
        Self { zip: ZipWriter::new_stream(to), sums: Sums::new(), current: None }
    }

    /// Begins a file of at most `bytes_max` bytes; what is written next goes into it.
    pub fn begin(&mut self, path: &str, bytes_max: u64) -> std::io::Result<()> {
        self.end();
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Stored)
            .unix_permissions(0o644)
            .large_file(bytes_max >= u64::from(u32::MAX));
        self.zip.start_file(path, options).map_err(std::io::Error::other)?;
        self.current = Some((path.to_owned(), Sha256::new()));
        Ok(())
    }

    /// A whole small file.
    pub fn add(&mut self, path: &str, content: &[u8]) -> std::io::Result<()> {
        self.begin(path, content.len() as u64)?;
        self.write_all(content)?;
        self.end();
        Ok(())
    }

    /// Hashes of the files finished so far.
    pub fn sums(&mut self) -> &Sums {
        self.end();
        &self.sums
    }

    pub fn finish(mut self) -> std::io::Result<()> {
        self.end();
        self.zip.finish().map_err(std::io::Error::other)?.into_inner().flush()
    }

    fn end(&mut self) {
        if let Some((path, hash)) = self.current.take() {
            self.sums.insert(path, hash.finalize().into());
        }
    }
}

impl<W: Write> Write for BundleWriter<W> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let written = self.zip.write(bytes)?;
        if let Some((_, hash)) = &mut self.current {
            hash.update(&bytes[..written]);
        }
        Ok(written)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.zip.flush()
    }
}
