//! Simulated cameras as a child process of the test: started, stopped, continued, killed.
//!
//! The child ends with the test, however the test ends. Next: any test that needs footage arriving.

use std::{
    io::{BufRead, BufReader},
    process::{Child, Command, Stdio},
};

use holdfast::{adapters::rtsp::CameraAccess, domain::camera::Transport};
use rustix::process::{Pid, Signal, kill_process};

pub struct Cameras {
    child: Child,
    urls: Vec<(String, url::Url)>,
}

impl Cameras {
    /// Starts `holdfast demo-cameras` and waits until every camera can be reached. `extra` are
    /// further arguments, `--numbered` for example.
    pub fn start(cameras: &[&str], extra: &[&str]) -> Self {
        let cache = std::env::temp_dir().join("holdfast-test-clips");
        let mut command = Command::new(env!("CARGO_BIN_EXE_holdfast"));
        command.arg("demo-cameras").arg("--until-stdin-closes").arg("--cache").arg(cache).args(extra);
        for camera in cameras {
            command.args(["--camera", camera]);
        }
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("the binary runs");
        let lines = BufReader::new(child.stdout.take().expect("piped")).lines();
        let urls: Vec<_> = lines
            .take(cameras.len())
            .map(|line| {
                let ready: serde_json::Value = serde_json::from_str(&line.expect("readable")).expect("one JSON line per camera");
                let text = |key: &str| ready[key].as_str().expect("a string").to_owned();
                (text("path"), text("url").parse().expect("a URL"))
            })
            .collect();
        assert_eq!(urls.len(), cameras.len(), "the cameras did not start");
        Self { child, urls }
    }

    pub fn access(&self, path: &str, login: Option<(&str, &str)>, transport: Transport) -> CameraAccess {
        let (_, url) = self.urls.iter().find(|(known, _)| known == path).expect("a camera of that path");
        CameraAccess {
            url: url.clone(),
            username: login.map(|(user, _)| user.to_owned()),
            password: login.map(|(_, password)| password.to_owned().into()),
            transport,
        }
    }

    /// The cameras fall silent, but keep their connections.
    pub fn freeze(&self) {
        self.signal(Signal::STOP);
    }

    pub fn thaw(&self) {
        self.signal(Signal::CONT);
    }

    /// All at once, without a goodbye.
    pub fn kill(&self) {
        self.signal(Signal::KILL);
    }

    fn signal(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.child), signal).expect("the child is ours");
    }
}

impl Drop for Cameras {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
