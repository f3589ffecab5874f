//! A Holdfast box of its own for a test: configuration, store, keys, and the real daemon process.
//!
//! The daemon ends with the test. Next: tests that kill it, starve it, or look into its store.

use std::{
    fs,
    net::TcpListener,
    path::PathBuf,
    process::{Child, Command, Output, Stdio},
    time::{Duration, Instant},
};

use holdfast::{adapters::rtsp::CameraAccess, daemon, domain::camera::CameraId, jobs::house::House, settings::Settings};
use secrecy::ExposeSecret;
use tempfile::TempDir;

pub struct Appliance {
    pub folder: TempDir,
    pub listen: String,
    daemon: Option<Child>,
}

impl Appliance {
    /// Writes the configuration and makes the store.
    pub fn new(cameras: &[(&str, &CameraAccess)], segment: &str) -> Self {
        let folder = TempDir::new().unwrap();
        let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let appliance = Self { folder, listen: free.to_string(), daemon: None };
        appliance.configure(cameras, segment);
        let made = appliance.cli(&["init", "--json"]);
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        appliance
    }

    pub fn configure(&self, cameras: &[(&str, &CameraAccess)], segment: &str) {
        let at = self.folder.path().display();
        let mut text = format!(
            "[store]\ndata = \"{at}/data\"\n[keys]\ndir = \"{at}/keys\"\n[web.staff]\nlisten = \"{}\"\n[recording]\nsegment = \"{segment}\"\n[site]\nname = \"Test Court\"\n",
            self.listen
        );
        for (id, access) in cameras {
            text.push_str(&format!(
                "[[camera]]\nid = \"{id}\"\nplace = \"bench\"\npurpose = \"testing\"\nurl = \"{}\"\ntransport = \"{}\"\n",
                access.url,
                serde_json::to_value(access.transport).unwrap().as_str().unwrap()
            ));
            if let (Some(user), Some(password)) = (&access.username, &access.password) {
                text.push_str(&format!("username = \"{user}\"\npassword = \"{}\"\n", password.expose_secret()));
            }
        }
        fs::write(self.config(), text).unwrap();
    }

    pub fn config(&self) -> PathBuf {
        self.folder.path().join("holdfast.toml")
    }

    pub fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    pub fn settings(&self) -> Settings {
        Settings::load(&self.config()).unwrap()
    }

    /// Opens the store in this process; no daemon may run.
    pub fn house(&self) -> House {
        daemon::open_house(&self.settings()).unwrap()
    }

    /// Runs a command of the command line to its end.
    pub fn cli(&self, arguments: &[&str]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_holdfast"))
            .arg("--config")
            .arg(self.config())
            .args(arguments)
            .stdin(Stdio::null())
            .output()
            .unwrap()
    }

    pub fn json(&self, arguments: &[&str]) -> serde_json::Value {
        let output = self.cli(arguments);
        serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{arguments:?}: {}", String::from_utf8_lossy(&output.stderr)))
    }

    /// The daemon's command line, for tests that run it under something else.
    pub fn daemon_command(&self) -> Vec<String> {
        vec![env!("CARGO_BIN_EXE_holdfast").into(), "--config".into(), self.config().display().to_string(), "run".into()]
    }

    /// Starts the daemon and waits until it answers.
    pub fn start(&mut self) {
        let command = self.daemon_command();
        self.start_as(&command);
        wait_until(Duration::from_secs(20), "the daemon answers", || self.answers());
    }

    pub fn start_as(&mut self, command: &[String]) {
        let log = fs::OpenOptions::new().create(true).append(true).open(self.folder.path().join("daemon.log")).unwrap();
        let child = Command::new(&command[0]).args(&command[1..]).stdin(Stdio::null()).stdout(Stdio::null()).stderr(log).spawn().unwrap();
        self.daemon = Some(child);
    }

    /// The daemon's process, while one runs.
    pub fn daemon_id(&self) -> Option<i32> {
        self.daemon.as_ref().map(|daemon| daemon.id() as i32)
    }

    /// SIGKILL, and wait until it is gone.
    pub fn kill(&mut self) {
        if let Some(mut daemon) = self.daemon.take() {
            let _ = daemon.kill();
            let _ = daemon.wait();
        }
    }

    /// SIGTERM, and wait; panics when it takes longer than ten seconds.
    pub fn stop(&mut self) {
        let Some(mut daemon) = self.daemon.take() else { return };
        let id = rustix::process::Pid::from_raw(daemon.id() as i32).unwrap();
        rustix::process::kill_process(id, rustix::process::Signal::TERM).unwrap();
        wait_until(Duration::from_secs(12), "the daemon stopped", || daemon.try_wait().unwrap().is_some());
    }

    /// Whether the daemon answers at its socket.
    pub fn answers(&self) -> bool {
        std::os::unix::net::UnixStream::connect(self.data().join("holdfast.sock")).is_ok()
    }

    /// What `status` says of a camera.
    pub fn camera_status(&self, id: &str) -> Option<serde_json::Value> {
        if !self.answers() {
            return None;
        }
        let output = self.cli(&["status", "--json"]);
        let status: serde_json::Value = serde_json::from_slice(&output.stdout).ok()?;
        status["cameras"].as_array()?.iter().find(|camera| camera["id"] == id).cloned()
    }

    pub fn camera_state(&self, id: &str) -> String {
        self.camera_status(id).and_then(|camera| camera["state"].as_str().map(str::to_owned)).unwrap_or_default()
    }

    pub fn wait_for_state(&self, id: &str, state: &str, limit: Duration) {
        wait_until(limit, &format!("{id} is {state}"), || self.camera_state(id) == state);
    }
}

impl Drop for Appliance {
    fn drop(&mut self) {
        if std::thread::panicking()
            && let Ok(log) = fs::read_to_string(self.folder.path().join("daemon.log"))
        {
            let tail: Vec<&str> = log.lines().rev().take(30).collect();
            eprintln!("daemon's last words:\n{}", tail.into_iter().rev().collect::<Vec<_>>().join("\n"));
        }
        self.kill();
    }
}

/// Waits for a condition, asking again and again.
pub fn wait_until(limit: Duration, what: &str, mut holds: impl FnMut() -> bool) {
    let started = Instant::now();
    while !holds() {
        assert!(started.elapsed() < limit, "not within {limit:?}: {what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

pub fn id(text: &str) -> CameraId {
    CameraId::new(text).unwrap()
}
