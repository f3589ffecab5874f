//! The demo's estate: a folder with cameras, store, keys and users of each role, then the daemon.
//!
//! Can be started again on the same folder: what was recorded stays, and the logins are the same.

use std::{
    fs,
    io::{BufRead, BufReader, Write},
    net::{SocketAddr, TcpListener},
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::Arc,
};

use serde::{Deserialize, Serialize};

use crate::{
    adapters::secret::{self, HashCost, Passwords},
    daemon::{self, Listeners},
    domain::{actor::Actor, identity::Role},
    jobs::{
        house::House,
        staff::{self, NewUser},
    },
    problem::{Kind, Problem},
    settings::Settings,
};

#[derive(clap::Args)]
pub struct Arguments {
    /// Folder for everything the demo makes. Kept, so that it can be started again.
    #[arg(long)]
    dir: Option<PathBuf>,
    /// How many cameras.
    #[arg(long, default_value_t = 4, value_parser = clap::value_parser!(u8).range(1..=16))]
    cameras: u8,
    /// Films the cameras play, in turn; drawn scenes without any.
    #[arg(long)]
    footage: Vec<PathBuf>,
    /// Address of the workspace; another port is taken when this one is in use.
    #[arg(long, default_value = "127.0.0.1:8443")]
    listen: SocketAddr,
    /// Address of the public portal; likewise.
    #[arg(long, default_value = "127.0.0.1:8444")]
    portal: SocketAddr,
}

/// What is printed once everything runs.
#[derive(Serialize)]
pub struct Ready {
    pub staff: String,
    pub portal: Option<String>,
    pub dir: String,
    pub users: Vec<Login>,
    pub cameras: Vec<String>,
}

#[derive(Clone, Serialize, Deserialize)]
pub struct Login {
    pub name: String,
    pub password: String,
    pub role: String,
}

/// Where Debian's opencv-doc puts real footage of pedestrians.
const DEBIAN_FOOTAGE: &str = "/usr/share/doc/opencv-doc/examples/data/vtest.avi";

struct DemoCamera {
    id: &'static str,
    name: &'static str,
    place: &'static str,
    shape: &'static str,
    codec: &'static str,
    transport: &'static str,
}

const ESTATE: [DemoCamera; 4] = [
    DemoCamera { id: "gate", name: "Main gate", place: "Alder Court, main gate", shape: "1280x720@15", codec: "h264", transport: "tcp" },
    DemoCamera {
        id: "car-park",
        name: "Car park",
        place: "Alder Court, car park behind block B",
        shape: "960x540@12",
        codec: "h264",
        transport: "tcp",
    },
    DemoCamera { id: "lobby", name: "Block A lobby", place: "Block A, ground floor", shape: "768x576@10", codec: "h265", transport: "tcp" },
    DemoCamera {
        id: "play-area",
        name: "Play area path",
        place: "Path between block C and the play area",
        shape: "960x540@15",
        codec: "h264",
        transport: "tcp",
    },
];

fn failed(what: &str, error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Problem {
    Problem::new(
        Kind::Fault,
        "demo",
        format!("The demo could not {what}."),
        "Try another folder with --dir; the error is in the log with HOLDFAST_LOG=debug.",
    )
    .because(error)
}

/// Runs until stopped; `ready` is told once everything runs.
pub fn run(arguments: &Arguments, ready: impl FnOnce(&Ready)) -> Result<(), Problem> {
    let dir = arguments.dir.clone().unwrap_or_else(|| std::env::temp_dir().join("holdfast-demo"));
    fs::create_dir_all(&dir).map_err(|error| failed("make its folder", error))?;
    let dir = dir.canonicalize().map_err(|error| failed("find its folder", error))?;
    let footage: Vec<PathBuf> = match arguments.footage.as_slice() {
        [] if Path::new(DEBIAN_FOOTAGE).exists() => vec![DEBIAN_FOOTAGE.into()],
        given => given.to_vec(),
    };
    let cameras = cameras(arguments.cameras);
    let password = secret::code()?;
    let (mut child, urls) = start_cameras(&dir, &cameras, &footage, &password)?;
    let (staff, address) = listen(arguments.listen)?;
    let (portal, public) = listen(arguments.portal)?;
    let config = dir.join("holdfast.toml");
    write_private(&config, &configuration(&dir, &cameras, &urls, &password, [address, public]))
        .map_err(|error| failed("write its configuration", error))?;
    let settings = Settings::load(&config).map_err(|refused| failed("read its own configuration", refused))?;
    daemon::create_house(&settings)?;
    let house = daemon::open_house(&settings)?;
    let (house, users) = make_users(&dir, house)?;
    ready(&Ready {
        staff: format!("http://{address}"),
        portal: Some(format!("http://{public}")),
        dir: dir.display().to_string(),
        users,
        cameras: cameras.iter().map(|(id, _)| id.clone()).collect(),
    });
    let _ = std::io::stdout().flush();
    let outcome = daemon::run(&settings, house, Listeners { staff, portal: Some(portal), metrics: None }, HashCost::Light);
    let _ = child.kill();
    let _ = child.wait();
    outcome
}

/// This address, or another port of it.
fn listen(address: SocketAddr) -> Result<(TcpListener, SocketAddr), Problem> {
    let bound = TcpListener::bind(address).or_else(|_| TcpListener::bind((address.ip(), 0)));
    bound.and_then(|listener| listener.local_addr().map(|address| (listener, address))).map_err(|error| failed("listen", error))
}

fn cameras(count: u8) -> Vec<(String, &'static DemoCamera)> {
    (0..usize::from(count))
        .map(|number| {
            let camera = &ESTATE[number % ESTATE.len()];
            let round = number / ESTATE.len();
            let id = if round == 0 { camera.id.to_owned() } else { format!("{}-{}", camera.id, round + 1) };
            (id, camera)
        })
        .collect()
}

/// Starts the cameras in a process of their own, which ends with us.
fn start_cameras(
    dir: &Path,
    cameras: &[(String, &DemoCamera)],
    footage: &[PathBuf],
    password: &str,
) -> Result<(Child, Vec<String>), Problem> {
    let mut command = Command::new(daemon::own_program());
    command.args(["demo-cameras", "--until-stdin-closes", "--cache"]).arg(dir.join("clips"));
    for (number, (id, camera)) in cameras.iter().enumerate() {
        let source = match footage.get(number % footage.len().max(1)) {
            Some(film) => format!("file={}", film.display()),
            None => format!("scene={}", camera.shape),
        };
        command.args(["--camera", &format!("path={id},{source},codec={},user=holdfast,password={password},auth=digest", camera.codec)]);
    }
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().map_err(|error| failed("start its cameras", error))?;
    let stdout = child.stdout.take().ok_or_else(|| failed("hear its cameras", "no output"))?;
    let mut urls = Vec::new();
    for line in BufReader::new(stdout).lines().take(cameras.len()) {
        let line = line.map_err(|error| failed("hear its cameras", error))?;
        let told: serde_json::Value = serde_json::from_str(&line).map_err(|error| failed("understand its cameras", error))?;
        urls.push(told["url"].as_str().unwrap_or_default().to_owned());
    }
    if urls.len() < cameras.len() {
        return Err(failed("start its cameras", "they ended at once"));
    }
    Ok((child, urls))
}

fn configuration(
    dir: &Path,
    cameras: &[(String, &DemoCamera)],
    urls: &[String],
    password: &str,
    [staff, portal]: [SocketAddr; 2],
) -> String {
    let mut text = format!(
        "[store]\ndata = \"{dir}/data\"\n[keys]\ndir = \"{dir}/keys\"\n[clock]\ntrust = \"system\"\n[web.staff]\nlisten = \"{staff}\"\nurl = \"http://localhost:{port}\"\n[web.portal]\nlisten = \"{portal}\"\n[site]\nname = \"Alder Court\"\ncontroller = \"Example Homes Ltd\"\ncontact = \"dpo@example.org\"\n[notice]\nphone = \"01632 960 001\"\n",
        dir = dir.display(),
        port = staff.port()
    );
    for ((id, camera), url) in cameras.iter().zip(urls) {
        text.push_str(&format!(
            "[[camera]]\nid = \"{id}\"\nname = \"{}\"\nplace = \"{}\"\npurpose = \"Preventing and investigating crime and antisocial behaviour\"\nurl = \"{url}\"\nusername = \"holdfast\"\npassword = \"{password}\"\ntransport = \"{}\"\n",
            camera.name, camera.place, camera.transport
        ));
    }
    text
}

fn write_private(path: &Path, text: &str) -> std::io::Result<()> {
    let mut file = fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(path)?;
    file.write_all(text.as_bytes())
}

/// One user a role, with the logins kept beside the demo so that it can be started again.
fn make_users(dir: &Path, house: House) -> Result<(House, Vec<Login>), Problem> {
    let kept = dir.join("logins.json");
    if let Ok(text) = fs::read_to_string(&kept)
        && staff::is_set_up(&house)?
        && let Ok(logins) = serde_json::from_str(&text)
    {
        return Ok((house, logins));
    }
    let passwords = Passwords::new(HashCost::Light)?;
    let house = Arc::new(house);
    let logins = daemon::runtime()?.block_on(async {
        let mut logins = Vec::new();
        for (role, name) in [
            (Role::Reviewer, "rachel"),
            (Role::Viewer, "victor"),
            (Role::Approver, "amina"),
            (Role::DataProtectionOfficer, "dylan"),
            (Role::Administrator, "adam"),
            (Role::Auditor, "olga"),
        ] {
            let password = secret::code()?[..17].to_owned();
            let new = NewUser { name: name.into(), role, password: password.clone() };
            staff::add(&house, &passwords, Actor::Job("demo"), new).await?;
            logins.push(Login { name: name.into(), password, role: role.name().into() });
        }
        Ok::<_, Problem>(logins)
    })?;
    let text = serde_json::to_string(&logins).map_err(|error| failed("keep its logins", error))?;
    write_private(&kept, &text).map_err(|error| failed("keep its logins", error))?;
    let house = Arc::try_unwrap(house).map_err(|_| failed("hand over its house", "still in use"))?;
    Ok((house, logins))
}
