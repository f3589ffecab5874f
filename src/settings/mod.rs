//! The configuration as checked values: read once, at the door.
//!
//! Refuses unknown and wrong keys with file, line and column, and says what to write instead; all
//! of them at once, not one at a time. Secrets come from the file, a file of their own, or a systemd
//! credential, and are never shown again. Next: `daemon` composes the house from it.

mod audit;
mod duration;
pub mod edit;
mod mail;
mod policy;
mod portal;
mod read;
mod requests;
mod section;

use std::{
    fmt,
    net::SocketAddr,
    path::{Path, PathBuf},
};

use secrecy::SecretString;
use url::Url;

pub use self::{
    duration::Seconds,
    mail::{Mail, MailLine},
    policy::Policy,
};
pub use crate::domain::request::{
    calendar::{Calendar, Nation},
    kind::OrganisationType,
};
use crate::domain::{
    audit::cosignature::WitnessKey,
    camera::{CameraId, Transport, register::OnRecord},
    instant::UtcInstant,
    retention::clock::ClockTrust,
};

/// The whole configuration.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Where they were read from.
    pub file: PathBuf,
    pub store: Store,
    pub keys: Keys,
    pub recording: Recording,
    pub retention: Retention,
    pub audit: Audit,
    /// What counts as a right clock.
    pub clock: ClockTrust,
    pub web: Web,
    pub site: Site,
    pub requests: Requests,
    pub notice: NoticeSettings,
    pub policy: Policy,
    /// None: nobody is told by mail.
    pub mail: Option<Mail>,
    pub redaction: Redaction,
    pub cameras: Vec<CameraSettings>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Store {
    pub data: PathBuf,
    /// Room kept free for everything but recording, bytes; at most a tenth of the disk.
    pub reserve_bytes: u64,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Keys {
    pub custody: Custody,
    pub dir: PathBuf,
    /// How old a generation of keys gets: what expired is unreadable for good this long after, at most.
    pub rotate: Seconds,
}

/// Where the secrets are kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Custody {
    /// `master.key` and the epoch blocks in `keys.dir`.
    File,
    /// MASTER in the systemd credential `holdfast-master`, already a file when we start.
    Credential(PathBuf),
    /// The epoch secrets in a TPM; MASTER in the credential, if systemd hands one over.
    Tpm { tcti: String, master: Option<PathBuf> },
}

impl Custody {
    /// The configuration's word.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::File => "file",
            Self::Credential(_) => "credential",
            Self::Tpm { .. } => "tpm2",
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Recording {
    /// How long a segment is, at least.
    pub segment: Seconds,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Retention {
    pub default: Seconds,
    pub floor: Seconds,
    pub ceiling: Seconds,
    pub reason: String,
    /// When the reason is looked at again; None: a year after it was first read.
    pub review_by: Option<UtcInstant>,
    pub when_full: FullDisk,
}

/// What answering requests goes by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Requests {
    /// Of the site's nation.
    pub bank_holidays: Calendar,
}

/// What redactions are made with.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Redaction {
    /// The folder of the person detector's model; None: people are drawn by hand.
    pub models: Option<PathBuf>,
}

/// Who else keeps checkpoints of the audit log.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Audit {
    /// A file that they are appended to.
    pub witness_file: Option<PathBuf>,
    pub witness: Option<Witness>,
}

/// A server that speaks C2SP tlog-witness, on this machine or the local network.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Witness {
    pub url: Url,
    pub key: WitnessKey,
}

/// What happens when the disk is full and nothing is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FullDisk {
    /// Recording stops.
    Stop,
    /// The oldest footage beyond the floor goes, unless it is held.
    Overwrite,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Web {
    pub staff: Listener,
    /// How staff open it, by name; None: unknown, so it takes no passkeys.
    pub staff_url: Option<Url>,
    /// None: the public has no door.
    pub portal: Option<Portal>,
    /// Where figures are read, on loopback; None: on the socket only.
    pub metrics: Option<SocketAddr>,
}

/// The public's door.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Portal {
    pub listener: Listener,
    /// Where the public reaches it, for links that are sent out; without a slash at its end.
    pub url: String,
    /// How long an application that nobody goes on with is kept.
    pub keep_drafts: Seconds,
}

/// What the privacy notice says beside site and cameras.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoticeSettings {
    /// Who may be given footage.
    pub recipients: Vec<String>,
    pub data_protection_officer: String,
    pub phone: String,
    pub post: String,
    /// The supervisory authority's name and where it takes complaints.
    pub regulator: String,
    pub regulator_contact: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listener {
    pub listen: SocketAddr,
    pub tls: Tls,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tls {
    /// Plain HTTP: on loopback only.
    Off,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Site {
    pub name: String,
    pub controller: String,
    pub organisation_type: OrganisationType,
    pub contact: String,
    pub ico_registration: String,
    /// An IANA zone that the zone database knows.
    pub time_zone: String,
    pub nation: Nation,
}

#[derive(Clone)]
pub struct CameraSettings {
    pub id: CameraId,
    pub name: String,
    pub place: String,
    pub purpose: String,
    pub url: Url,
    pub username: Option<String>,
    pub password: Option<SecretString>,
    pub transport: Transport,
    pub keep: Seconds,
    pub keep_reason: String,
    pub keep_review_by: Option<UtcInstant>,
    pub audio: Audio,
    pub power: Power,
    pub on_record: OnRecord,
}

impl fmt::Debug for CameraSettings {
    /// Without the address's path and query, where some cameras carry credentials.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CameraSettings").field("id", &self.id).field("host", &self.url.host_str()).finish_non_exhaustive()
    }
}

/// Whether sound is recorded. It needs its own justification.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Audio {
    Off,
}

/// Whether the camera is recorded at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Power {
    On,
    Off,
}

/// One thing wrong with the configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    pub line: usize,
    pub column: usize,
    pub sentence: String,
    /// What to write instead.
    pub instead: String,
}

/// A configuration that can't be used, with everything that is wrong with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SettingsRefused {
    pub file: String,
    pub findings: Vec<Finding>,
}

impl fmt::Display for SettingsRefused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, finding) in self.findings.iter().enumerate() {
            let newline = if number == 0 { "" } else { "\n" };
            write!(f, "{newline}{}:{}:{}: {} {}", self.file, finding.line, finding.column, finding.sentence, finding.instead)?;
        }
        Ok(())
    }
}

impl std::error::Error for SettingsRefused {}

/// Where systemd keeps the credentials of our unit while it runs.
const UNIT_CREDENTIALS: &str = "/run/credentials/holdfast.service";

/// The credentials handed to this process; those of the running unit for a command from a terminal.
fn credentials_folder(handed: Option<PathBuf>, of_unit: &Path) -> Option<PathBuf> {
    handed.or_else(|| of_unit.is_dir().then(|| of_unit.to_owned()))
}

impl Settings {
    /// Reads and checks the file.
    pub fn load(path: &Path) -> Result<Self, SettingsRefused> {
        let file = path.display().to_string();
        let text = std::fs::read_to_string(path).map_err(|error| SettingsRefused {
            file: file.clone(),
            findings: vec![Finding {
                line: 1,
                column: 1,
                sentence: match error.kind() {
                    std::io::ErrorKind::NotFound => "The configuration file doesn't exist.".into(),
                    std::io::ErrorKind::InvalidData => "The configuration file is not UTF-8 text.".into(),
                    _ => format!("The configuration file can't be read: {error}."),
                },
                instead: "Name the file with --config, or copy config/holdfast.toml and change it.".into(),
            }],
        })?;
        Self::check(&text, path)
    }

    /// Checks a text that is, or is to be, the file's.
    pub fn check(text: &str, path: &Path) -> Result<Self, SettingsRefused> {
        let credentials = credentials_folder(std::env::var_os("CREDENTIALS_DIRECTORY").map(PathBuf::from), Path::new(UNIT_CREDENTIALS));
        Self::from_text(text, &path.display().to_string(), credentials.as_deref())
    }

    /// Checks a text; `credentials` is where systemd put credentials.
    pub fn from_text(text: &str, file: &str, credentials: Option<&Path>) -> Result<Self, SettingsRefused> {
        let read = read::read(text, credentials).map(|settings| Self { file: file.into(), ..settings });
        read.map_err(|findings| SettingsRefused { file: file.to_owned(), findings })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_from_a_terminal_finds_the_running_units_credentials() {
        let unit = tempfile::tempdir().unwrap();
        let own = PathBuf::from("/run/credentials/own");
        assert_eq!(credentials_folder(Some(own.clone()), unit.path()), Some(own));
        assert_eq!(credentials_folder(None, unit.path()), Some(unit.path().to_owned()));
        assert_eq!(credentials_folder(None, &unit.path().join("not running")), None);
    }
}
