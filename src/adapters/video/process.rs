//! A worker process as the daemon sees it: started with nothing but a task, spoken to over pipes,
//! killed when it is let go.
//!
//! It inherits no environment, no files and no keys. Next: [`super::MediaWorkers`].

use std::{
    fmt, fs, io,
    os::unix::{fs::DirBuilderExt, process::ExitStatusExt},
    path::Path,
    process::Stdio,
    time::Duration,
};

use futures::{SinkExt, StreamExt};
use serde::{Serialize, de::DeserializeOwned};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};
use tokio_util::codec::{FramedRead, FramedWrite, LengthDelimitedCodec};

use super::{VideoError, Workplace, wire};

/// Where a worker is spoken to.
pub struct Sending(FramedWrite<ChildStdin, LengthDelimitedCodec>);

/// Where a worker is heard. The process ends when this is dropped.
pub struct Hearing {
    frames: FramedRead<ChildStdout, LengthDelimitedCodec>,
    child: Child,
}

/// How a worker ended that nobody had told to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// By itself, with this exit code.
    Exit(i32),
    /// By the kernel's hand: a fault of the decoder, or more memory or time than it may have.
    Signal(i32),
    Unknown,
}

impl fmt::Display for Ending {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exit(code) => write!(f, "it gave up with exit code {code}"),
            Self::Signal(signal) => write!(f, "the kernel stopped it with signal {signal}"),
            Self::Unknown => f.write_str("nobody knows how"),
        }
    }
}

/// For a process that has closed its output to be gone.
const GONE_LIMIT: Duration = Duration::from_secs(10);

pub fn start(workplace: &Workplace, task: &str) -> Result<(Sending, Hearing), VideoError> {
    fs::DirBuilder::new().recursive(true).mode(0o700).create(&workplace.scratch)?;
    let mut child = Command::new(&workplace.program)
        .args(["media-worker", task])
        .env_clear()
        .envs(environment(&workplace.scratch))
        // In the closed room no memory is both written and run, and GStreamer's small compiler needs that.
        .envs((task == "redact").then_some(("ORC_CODE", "backup")))
        .current_dir("/")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()?;
    let (Some(stdin), Some(stdout)) = (child.stdin.take(), child.stdout.take()) else {
        return Err(VideoError::Spawn(io::Error::other("no pipe")));
    };
    let codec = || LengthDelimitedCodec::builder().max_frame_length(wire::MESSAGE_BYTES_MAX).new_codec();
    Ok((Sending(FramedWrite::new(stdin, codec())), Hearing { frames: FramedRead::new(stdout, codec()), child }))
}

/// GStreamer keeps a list of its plugins, which must lie where nobody else can write.
fn environment(scratch: &Path) -> [(&'static str, std::ffi::OsString); 3] {
    [
        ("GST_REGISTRY", scratch.join("gstreamer-registry.bin").into_os_string()),
        ("HOME", scratch.as_os_str().to_owned()),
        // Pictures go through main memory; looking for graphics cards only costs time.
        ("GST_GL_PLATFORM", "none".into()),
    ]
}

impl Sending {
    pub async fn send(&mut self, message: &impl Serialize) -> Result<(), VideoError> {
        let bytes = wire::encode(message)?;
        self.0.send(bytes).await.map_err(|_| VideoError::WorkerDied)
    }
}

impl Hearing {
    /// The next message; `None` when the worker has ended.
    pub async fn next<M: DeserializeOwned>(&mut self) -> Option<Result<M, VideoError>> {
        match self.frames.next().await? {
            Ok(bytes) => Some(wire::decode(&bytes).map_err(|_| VideoError::WorkerDied)),
            Err(_) => Some(Err(VideoError::WorkerDied)),
        }
    }

    pub async fn next_within<M: DeserializeOwned>(&mut self, limit: Duration) -> Result<M, VideoError> {
        tokio::time::timeout(limit, self.next()).await.map_err(|_| VideoError::TimedOut)?.ok_or(VideoError::WorkerDied)?
    }

    /// How it ended, once it has stopped talking.
    pub async fn ending(&mut self) -> Ending {
        match tokio::time::timeout(GONE_LIMIT, self.child.wait()).await {
            Ok(Ok(status)) => status.signal().map(Ending::Signal).or(status.code().map(Ending::Exit)).unwrap_or(Ending::Unknown),
            Ok(Err(_)) | Err(_) => Ending::Unknown,
        }
    }
}
