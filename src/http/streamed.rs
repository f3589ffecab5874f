//! A body that is written on a thread of its own while it is sent, with bounded memory between the two.
//!
//! Whoever gives up a download ends the writing at its next block. Next: exports and released copies.

use axum::body::{Body, Bytes};
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;

use crate::problem::Problem;

/// Blocks waiting to be sent, at most.
const WAITING: usize = 8;
const BLOCK_BYTES: usize = 256 << 10;

/// What `write` writes, as it is written.
pub fn body(write: impl FnOnce(ChannelWriter) -> Result<(), Problem> + Send + 'static) -> Body {
    let (sender, receiver) = mpsc::channel::<Result<Bytes, std::io::Error>>(WAITING);
    tokio::task::spawn_blocking(move || {
        if let Err(problem) = write(ChannelWriter { sender: sender.clone(), block: Vec::new() }) {
            tracing::error!(?problem, "a download was not finished");
            // The browser sees a broken download, not a whole one.
            let _ = sender.blocking_send(Err(std::io::Error::other("the download could not be finished")));
        }
    });
    Body::from_stream(ReceiverStream::new(receiver))
}

/// Hands written blocks to the response; a download that was given up is a write error. What was not
/// flushed goes with it.
pub struct ChannelWriter {
    sender: mpsc::Sender<Result<Bytes, std::io::Error>>,
    block: Vec<u8>,
}

impl ChannelWriter {
    fn send(&mut self) -> std::io::Result<()> {
        if self.block.is_empty() {
            return Ok(());
        }
        let block = std::mem::replace(&mut self.block, Vec::with_capacity(BLOCK_BYTES));
        self.sender.blocking_send(Ok(block.into())).map_err(|_| std::io::ErrorKind::BrokenPipe.into())
    }
}

impl std::io::Write for ChannelWriter {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.block.extend_from_slice(bytes);
        if self.block.len() >= BLOCK_BYTES {
            self.send()?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.send()
    }
}
