//! Reads the configuration's text section by section. Defaults are here and nowhere else.

use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
};

use secrecy::SecretString;
use toml::de::DeTable;
use url::Url;

use super::{
    Audio, CameraSettings, Custody, Finding, FullDisk, Keys, Listener, Nation, OrganisationType, Power, Recording, Redaction, Retention,
    Seconds, Settings, Site, Store, Tls, Web, audit, mail, policy, portal, requests,
    section::{Findings, Placed, Section},
};
use crate::domain::{
    camera::{CameraId, Transport, register::OnRecord},
    instant::UtcInstant,
    retention::clock::ClockTrust,
};

/// Name of the systemd credential with MASTER.
const MASTER_CREDENTIAL: &str = "holdfast-master";
/// The TPM behind the kernel's resource manager.
const DEFAULT_TPM: &str = "device:/dev/tpmrm0";

pub fn read(text: &str, credentials: Option<&Path>) -> Result<Settings, Vec<Finding>> {
    let mut findings = Findings::new(text);
    let (root, errors) = DeTable::parse_recoverable(text);
    for error in &errors {
        let message = error.message().trim_end_matches('.').replace('\n', ", ");
        findings.add(
            error.span().map_or(0, |span| span.start),
            format!("This is not TOML: {message}."),
            "Compare with config/holdfast.toml.",
        );
    }
    if !findings.is_empty() {
        return Err(findings.into_sorted());
    }
    let mut root = Section::new("", Some(root.get_ref()), 0);
    let store = store(root.section("store", "store", &mut findings), &mut findings);
    let keys = keys(root.section("keys", "keys", &mut findings), credentials, &mut findings);
    if let (Some(store), Some((keys, at))) = (&store, &keys)
        && (keys.dir.starts_with(&store.data) || store.data.starts_with(&keys.dir))
    {
        findings.add(
            *at,
            "keys.dir and store.data lie inside one another, so a copy of the footage would carry its keys.",
            "Use two separate folders.",
        );
    }
    let recording = recording(root.section("recording", "recording", &mut findings), &mut findings);
    let retention = retention(root.section("retention", "retention", &mut findings), &mut findings);
    let keeps = (store.as_ref(), keys.as_ref().map(|(keys, _)| keys));
    let audit = audit::read(root.section("audit", "audit", &mut findings), keeps, &mut findings);
    let clock = clock(root.section("clock", "clock", &mut findings), &mut findings);
    let mut web_section = root.section("web", "web", &mut findings);
    let (staff, staff_url) = staff(web_section.section("staff", "web.staff", &mut findings), &mut findings);
    let portal = portal::read(web_section.section("portal", "web.portal", &mut findings), &mut findings);
    let metrics = web_section.section("metrics", "web.metrics", &mut findings);
    let has_metrics = metrics.is_there();
    let metrics = listener(metrics, 9463, &mut findings).listen;
    web_section.end(&mut findings);
    let site = site(root.section("site", "site", &mut findings), &mut findings);
    let requests = requests::read(root.section("requests", "requests", &mut findings), site.nation, &mut findings);
    let notice = portal::notice(root.section("notice", "notice", &mut findings), &mut findings);
    let policy = policy::read(root.section("policy", "policy", &mut findings), &mut findings);
    let mail = mail::read(root.section("mail", "mail", &mut findings), credentials, &mut findings);
    let redaction = redaction(root.section("redaction", "redaction", &mut findings), &mut findings);
    let mut cameras: Vec<(CameraSettings, usize)> = Vec::new();
    for section in root.sections("camera", &mut findings) {
        let at = section.at();
        let Some((camera, id_at)) = camera(section, &retention, credentials, &mut findings) else { continue };
        if cameras.iter().any(|(other, _)| other.id == camera.id) {
            findings.add(id_at, format!("Two cameras have the id \u{201c}{}\u{201d}.", camera.id), "Give each camera an id of its own.");
        }
        cameras.push((camera, at));
    }
    root.end(&mut findings);
    match (store, keys, requests) {
        (Some(store), Some((keys, _)), Some(requests)) if findings.is_empty() => Ok(Settings {
            file: PathBuf::new(),
            store,
            keys,
            recording,
            retention,
            audit,
            clock,
            web: Web { staff, staff_url, portal, metrics: has_metrics.then_some(metrics) },
            site,
            requests,
            notice,
            policy,
            mail,
            redaction,
            cameras: cameras.into_iter().map(|(camera, _)| camera).collect(),
        }),
        _ => Err(findings.into_sorted()),
    }
}

fn redaction(mut section: Section<'_, '_>, findings: &mut Findings<'_>) -> Redaction {
    let models = absolute_path(section.text("models", findings), "redaction.models", findings);
    section.end(findings);
    Redaction { models: models.map(|(folder, _)| folder) }
}

fn store(mut section: Section<'_, '_>, findings: &mut Findings<'_>) -> Option<Store> {
    let data = absolute_path(section.needed("data", "/var/lib/holdfast", findings), "store.data", findings);
    let reserve = section.text("reserve", findings);
    let reserve_bytes = reserve.map_or(Some(RESERVE_BYTES), |text| {
        let bytes = bytes(&text.value);
        if bytes.is_none() {
            let sentence = format!("\u{201c}{}\u{201d} is not a size.", text.value);
            findings.add(text.at, sentence, "Write a whole number with KiB, MiB or GiB: 64MiB.");
        }
        bytes
    });
    section.end(findings);
    data.zip(reserve_bytes).map(|((data, _), reserve_bytes)| Store { data, reserve_bytes })
}

/// Enough for the catalogue's and the audit log's writes of weeks.
const RESERVE_BYTES: u64 = 64 << 20;

/// `64MiB`, `1GiB`, `512KiB`, `0`.
fn bytes(text: &str) -> Option<u64> {
    let digits = text.trim().trim_end_matches(|letter: char| !letter.is_ascii_digit());
    let shift = match text.trim()[digits.len()..].trim() {
        "KiB" => 10,
        "MiB" => 20,
        "GiB" => 30,
        "" if digits == "0" => 0,
        _ => return None,
    };
    digits.parse::<u64>().ok()?.checked_mul(1 << shift)
}

/// A path with its place.
pub(super) fn absolute_path(text: Option<Placed<String>>, name: &str, findings: &mut Findings<'_>) -> Option<(PathBuf, usize)> {
    let text = text?;
    let path = PathBuf::from(&text.value);
    if !path.is_absolute() {
        findings.add(
            text.at,
            format!("{name} is not an absolute path."),
            "Begin it with /, so that it is the same wherever Holdfast is started.",
        );
        return None;
    }
    Some((path, text.at))
}

fn keys(mut section: Section<'_, '_>, credentials: Option<&Path>, findings: &mut Findings<'_>) -> Option<(Keys, usize)> {
    let at = section.at();
    let word = section.text("custody", findings);
    let tcti = section.text("tpm", findings);
    if let Some(tcti) = tcti.as_ref().filter(|tcti| !tcti.value.contains(':')) {
        findings.add(
            tcti.at,
            format!("keys.tpm is \u{201c}{}\u{201d}, which names no TPM.", tcti.value),
            format!("Write tpm = \"{DEFAULT_TPM}\"."),
        );
    }
    let custody = match word.as_ref().map(|word| (word.value.as_str(), word.at)) {
        None | Some(("file", _)) => Some(Custody::File),
        Some(("credential", word_at)) => {
            if credentials.is_none() {
                let sentence = "keys.custody is \u{201c}credential\u{201d}, but systemd has handed over no credentials.";
                findings.add(
                    word_at,
                    sentence,
                    "Start Holdfast by its systemd unit with LoadCredentialEncrypted=holdfast-master (commands find it while the unit runs), or use \"file\".",
                );
            }
            credentials.map(|folder| Custody::Credential(folder.join(MASTER_CREDENTIAL)))
        }
        Some(("tpm2", _)) => {
            let master = credentials.map(|folder| folder.join(MASTER_CREDENTIAL)).filter(|file| file.exists());
            Some(Custody::Tpm { tcti: tcti.as_ref().map_or_else(|| DEFAULT_TPM.to_owned(), |tcti| tcti.value.clone()), master })
        }
        Some((other, word_at)) => {
            let words = "Write one of \"file\", \"credential\", \"tpm2\".";
            findings.add(word_at, format!("keys.custody can't be \u{201c}{other}\u{201d}."), words);
            None
        }
    };
    let rotate = duration(&mut section, "rotate", Seconds::days(1), findings);
    if !(3600..=7 * 86_400).contains(&rotate.value.get()) {
        findings.add(
            rotate.at,
            format!("keys.rotate is {}; keys are rotated every 1h to 7d.", rotate.value),
            "Write \"24h\": then what expired is gone for good within a day.",
        );
    }
    let dir = match section.text("dir", findings) {
        None => Some((PathBuf::from("/var/lib/holdfast-keys"), at)),
        some => absolute_path(some, "keys.dir", findings),
    };
    section.end(findings);
    let (dir, dir_at) = dir?;
    Some((Keys { custody: custody?, dir, rotate: rotate.value }, dir_at))
}

pub(super) fn duration(section: &mut Section<'_, '_>, key: &'static str, default: Seconds, findings: &mut Findings<'_>) -> Placed<Seconds> {
    let at = section.at();
    let Some(text) = section.text(key, findings) else { return Placed { value: default, at } };
    match Seconds::parse(&text.value) {
        Some(value) => Placed { value, at: text.at },
        None => {
            findings.add(
                text.at,
                format!("\u{201c}{}\u{201d} is not a duration.", text.value),
                "Write a number with s, m, h or d: 90s, 5m, 24h, 31d.",
            );
            Placed { value: default, at: text.at }
        }
    }
}

fn recording(mut section: Section<'_, '_>, findings: &mut Findings<'_>) -> Recording {
    let segment = duration(&mut section, "segment", Seconds::of(60), findings);
    if !(5..=600).contains(&segment.value.get()) {
        findings.add(
            segment.at,
            format!("recording.segment is {}; a segment lasts 5s to 10m.", segment.value),
            "60s suits nearly every site.",
        );
    }
    section.end(findings);
    Recording { segment: segment.value }
}

fn retention(mut section: Section<'_, '_>, findings: &mut Findings<'_>) -> Retention {
    let default = duration(&mut section, "default", Seconds::days(31), findings);
    let floor = duration(&mut section, "floor", Seconds::days(1), findings);
    let ceiling = duration(&mut section, "ceiling", Seconds::days(90), findings);
    let reason = section.text("reason", findings);
    if let Some(reason) = reason.as_ref().filter(|reason| reason.value.trim().is_empty()) {
        findings.add(
            reason.at,
            "retention.reason is blank.",
            "Say why footage is kept this long; the notice and the data protection officer need it.",
        );
    }
    if floor.value > ceiling.value {
        findings.add(
            floor.at,
            format!("retention.floor ({}) is longer than retention.ceiling ({}).", floor.value, ceiling.value),
            "Swap or correct them.",
        );
    } else if !(floor.value..=ceiling.value).contains(&default.value) {
        let sentence = format!(
            "retention.default ({}) is not between the floor ({}) and the ceiling ({}).",
            default.value, floor.value, ceiling.value
        );
        findings.add(default.at, sentence, "Correct it, or move the bound with a reason.");
    }
    let review_by = date(&mut section, "review", findings);
    let full = [("stop", FullDisk::Stop), ("overwrite", FullDisk::Overwrite)];
    let when_full = section.choice("when_full", &full, findings).map_or(FullDisk::Stop, |chosen| chosen.value);
    section.end(findings);
    Retention {
        default: default.value,
        floor: floor.value,
        ceiling: ceiling.value,
        reason: reason.map(|reason| reason.value).unwrap_or_else(|| "The usual period for CCTV of housing estates.".into()),
        review_by,
        when_full,
    }
}

/// A day, like `2027-03-01`: its beginning, UTC.
fn date(section: &mut Section<'_, '_>, key: &'static str, findings: &mut Findings<'_>) -> Option<UtcInstant> {
    let text = section.text(key, findings)?;
    let day = text.value.parse::<jiff::civil::Date>().and_then(|day| day.in_tz("UTC"));
    match day {
        Ok(day) => Some(UtcInstant::from_unix_seconds(day.timestamp().as_second())),
        Err(_) => {
            findings.add(
                text.at,
                format!("\u{201c}{}\u{201d} is not a day.", text.value),
                format!("Write it like {key} = \"2027-03-01\"."),
            );
            None
        }
    }
}

fn clock(mut section: Section<'_, '_>, findings: &mut Findings<'_>) -> ClockTrust {
    let kinds = [("synchronised", ClockTrust::Synchronised), ("system", ClockTrust::System)];
    let trust = section.choice("trust", &kinds, findings).map_or(ClockTrust::Synchronised, |chosen| chosen.value);
    section.end(findings);
    trust
}

fn staff(mut section: Section<'_, '_>, findings: &mut Findings<'_>) -> (Listener, Option<Url>) {
    let listener = listener_keys(&mut section, 8443, findings);
    let url = section.text("url", findings).and_then(|text| {
        let url = Url::parse(&text.value).ok().filter(|url| url.path() == "/" && url.query().is_none() && url.fragment().is_none());
        let by_name =
            url.filter(|url| url.domain().is_some_and(|name| url.scheme() == "https" || (url.scheme() == "http" && name == "localhost")));
        if by_name.is_none() {
            findings.add(
                text.at,
                "web.staff.url is no address by which browsers make passkeys.",
                "Write how staff open it, by name and with https: https://cctv.example.org (or http://localhost:8443 to try it).",
            );
        }
        by_name
    });
    section.end(findings);
    (listener, url)
}

fn listener(mut section: Section<'_, '_>, default_port: u16, findings: &mut Findings<'_>) -> Listener {
    let listener = listener_keys(&mut section, default_port, findings);
    section.end(findings);
    listener
}

/// `listen` and `tls` of a section that may have more keys.
pub(super) fn listener_keys(section: &mut Section<'_, '_>, default_port: u16, findings: &mut Findings<'_>) -> Listener {
    let default = SocketAddr::from(([127, 0, 0, 1], default_port));
    let mut at = section.at();
    let listen = match section.text("listen", findings) {
        None => default,
        Some(text) => {
            at = text.at;
            text.value.parse().unwrap_or_else(|_| {
                findings.add(
                    text.at,
                    format!("\u{201c}{}\u{201d} is not an address with a port.", text.value),
                    format!("Write it like \"127.0.0.1:{default_port}\" or \"[::1]:{default_port}\"."),
                );
                default
            })
        }
    };
    if let Some(tls) = section.text("tls", findings).filter(|tls| tls.value != "off") {
        findings.add(
            tls.at,
            format!("This version has no TLS of the kind \u{201c}{}\u{201d}.", tls.value),
            "Write tls = \"off\" and put a TLS proxy in front; own certificates, a local CA and ACME come later.",
        );
    }
    if !listen.ip().is_loopback() {
        findings.add(
            at,
            format!("{listen} can be reached from the network, but tls is \u{201c}off\u{201d}."),
            format!("Listen on 127.0.0.1:{} and put a TLS proxy in front.", listen.port()),
        );
    }
    Listener { listen, tls: Tls::Off }
}

fn site(mut section: Section<'_, '_>, findings: &mut Findings<'_>) -> Site {
    let mut text = |key: &'static str, default: &str| section.text(key, findings).map_or_else(|| default.to_owned(), |text| text.value);
    let (name, controller) = (text("name", "Holdfast"), text("controller", ""));
    let (contact, ico_registration) = (text("contact", ""), text("ico_registration", ""));
    let types = [("local_authority", OrganisationType::LocalAuthority), ("housing_association", OrganisationType::HousingAssociation)];
    let organisation_type =
        section.choice("organisation_type", &types, findings).map_or(OrganisationType::HousingAssociation, |chosen| chosen.value);
    let nations = [
        ("england", Nation::England),
        ("wales", Nation::Wales),
        ("scotland", Nation::Scotland),
        ("northern_ireland", Nation::NorthernIreland),
    ];
    let nation = section.choice("nation", &nations, findings).map_or(Nation::England, |chosen| chosen.value);
    let zone = section.text("time_zone", findings);
    if let Some(zone) = zone.as_ref().filter(|zone| jiff::tz::TimeZone::get(&zone.value).is_err()) {
        findings.add(zone.at, format!("There is no time zone \u{201c}{}\u{201d}.", zone.value), "Write it like \"Europe/London\".");
    }
    section.end(findings);
    let time_zone = zone.map_or_else(|| "Europe/London".to_owned(), |zone| zone.value);
    Site { name, controller, organisation_type, contact, ico_registration, time_zone, nation }
}

fn camera(
    mut section: Section<'_, '_>,
    retention: &Retention,
    credentials: Option<&Path>,
    findings: &mut Findings<'_>,
) -> Option<(CameraSettings, usize)> {
    let id = section.needed("id", "gate", findings).and_then(|text| match CameraId::new(&text.value) {
        Ok(id) => Some((id, text.at)),
        Err(_) => {
            findings.add(
                text.at,
                format!("\u{201c}{}\u{201d} can't be a camera's id.", text.value),
                "Use 1 to 32 lower-case letters, digits and hyphens, like \"gate-2\".",
            );
            None
        }
    });
    let url = section.needed("url", "rtsp://192.0.2.10/stream1", findings).and_then(|text| camera_url(&text, findings));
    let place = section.needed("place", "Block A, main entrance", findings);
    let purpose = section.needed("purpose", "Preventing and investigating crime at the entrance", findings);
    let name = section.text("name", findings);
    let username = section.text("username", findings).map(|text| text.value);
    let password = password(&mut section, credentials, findings);
    let transports = Transport::ALL.map(|transport| (transport.name(), transport));
    let transport = section.choice("transport", &transports, findings).map_or(Transport::Tcp, |chosen| chosen.value);
    let keep = duration(&mut section, "keep", retention.default, findings);
    if !(retention.floor..=retention.ceiling).contains(&keep.value) {
        let sentence = format!(
            "camera.keep ({}) is not between the site's floor ({}) and ceiling ({}).",
            keep.value, retention.floor, retention.ceiling
        );
        findings.add(keep.at, sentence, "Correct it, or move the bound in [retention] with a reason.");
    }
    let keep_reason = section.text("keep_reason", findings);
    if let Some(reason) = keep_reason.as_ref().filter(|reason| reason.value.trim().is_empty()) {
        findings.add(
            reason.at,
            "camera.keep_reason is blank.",
            "Say why this camera's footage is kept this long, or leave the key out: then retention.reason counts.",
        );
    }
    let keep_review_by = date(&mut section, "keep_review", findings);
    if let Some(audio) = section.flag("audio", findings).filter(|audio| audio.value) {
        findings.add(
            audio.at,
            "This version doesn't record sound.",
            "Write audio = false; recording sound needs a justification of its own.",
        );
    }
    let power = match section.flag("enabled", findings) {
        Some(Placed { value: false, .. }) => Power::Off,
        _ => Power::On,
    };
    let on_record = on_record(&mut section, findings);
    section.end(findings);
    let (id, at) = id?;
    let settings = CameraSettings {
        name: name.map_or_else(|| id.to_string(), |name| name.value),
        id,
        place: place?.value,
        purpose: purpose?.value,
        url: url?,
        username,
        password,
        transport,
        keep: keep.value,
        keep_reason: keep_reason.map_or_else(|| retention.reason.clone(), |reason| reason.value),
        keep_review_by: keep_review_by.or(retention.review_by),
        audio: Audio::Off,
        power,
        on_record,
    };
    Some((settings, at))
}

fn on_record(section: &mut Section<'_, '_>, findings: &mut Findings<'_>) -> OnRecord {
    let mut entry = |key: &'static str| section.text(key, findings).map(|text| text.value).filter(|text| !text.trim().is_empty());
    OnRecord {
        field_of_view: entry("field_of_view"),
        sign: entry("sign"),
        privacy_mask: entry("privacy_mask"),
        dpia: entry("dpia"),
        contact: entry("contact"),
    }
}

fn camera_url(text: &Placed<String>, findings: &mut Findings<'_>) -> Option<Url> {
    // The address itself stays out of the message: it may carry a password.
    let Ok(url) = Url::parse(&text.value) else {
        findings.add(text.at, "camera.url is not an address.", "Write it like \"rtsp://192.0.2.10:554/stream1\".");
        return None;
    };
    if !matches!(url.scheme(), "rtsp" | "rtsps") || url.host_str().is_none_or(str::is_empty) {
        findings.add(
            text.at,
            format!("camera.url begins with {}://, which isn't a camera's address.", url.scheme()),
            "Begin it with rtsp:// or rtsps:// and a host.",
        );
        return None;
    }
    if !url.username().is_empty() || url.password().is_some() {
        findings.add(
            text.at,
            "camera.url holds a user name or password.",
            "Write them as username = \"…\" and password = \"…\" (or password_file), without them in the address.",
        );
        return None;
    }
    Some(url)
}

pub(super) fn password(section: &mut Section<'_, '_>, credentials: Option<&Path>, findings: &mut Findings<'_>) -> Option<SecretString> {
    let plain = section.text("password", findings);
    let file = section.text("password_file", findings);
    let credential = section.text("password_credential", findings);
    let given: Vec<usize> = [&plain, &file, &credential].into_iter().flatten().map(|text| text.at).collect();
    if let [_, second, ..] = given.as_slice() {
        findings.add(*second, "The password is given more than once.", "Keep one of password, password_file, password_credential.");
        return None;
    }
    let path = match (&file, &credential) {
        (Some(file), _) => Some((PathBuf::from(&file.value), file.at)),
        (None, Some(name)) => match credentials {
            Some(folder) if !name.value.contains('/') => Some((folder.join(&name.value), name.at)),
            _ => {
                findings.add(
                    name.at,
                    "systemd has handed over no such credential.",
                    "Add LoadCredential= to the unit, or use password_file.",
                );
                None
            }
        },
        (None, None) => None,
    };
    if let Some((path, at)) = path {
        return match std::fs::read_to_string(&path) {
            Ok(content) => Some(content.trim_end_matches(['\r', '\n']).to_owned().into()),
            Err(error) => {
                findings.add(
                    at,
                    format!("The password file {} can't be read: {error}.", path.display()),
                    "Correct the path, or let the user Holdfast runs as read it.",
                );
                None
            }
        };
    }
    plain.map(|text| text.value.into())
}
