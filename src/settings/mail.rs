//! The `[mail]` section: the provider's own mail server, and who among staff is told by it.
//!
//! Refuses a password over a line that others can read, and addresses that are none. Without the
//! section nobody is mailed; letters are printed. Next: `read`.

use std::path::Path;

use secrecy::SecretString;

use super::{
    read::{absolute_path, password},
    section::{Findings, Section},
};
use crate::domain::request::news::is_mail_address;

/// How the line to the mail server is kept private.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MailLine {
    Tls,
    StartTls,
    /// On this machine alone.
    Off,
}

#[derive(Clone, Debug)]
pub struct Mail {
    pub host: String,
    pub port: u16,
    pub line: MailLine,
    /// A certificate authority of the provider's own, PEM.
    pub authority: Option<Vec<u8>>,
    pub login: Option<(String, SecretString)>,
    pub from: String,
    pub staff: Option<String>,
}

pub fn read(mut section: Section<'_, '_>, credentials: Option<&Path>, findings: &mut Findings<'_>) -> Option<Mail> {
    if !section.is_there() {
        section.end(findings);
        return None;
    }
    let at = section.at();
    let server = section.needed("server", "smtp.example.org", findings);
    let line = section.choice("tls", &[("starttls", MailLine::StartTls), ("tls", MailLine::Tls), ("off", MailLine::Off)], findings);
    let line_at = line.as_ref().map_or(at, |line| line.at);
    let line = line.map_or(MailLine::StartTls, |line| line.value);
    let authority = authority(&mut section, findings);
    let username = section.text("username", findings);
    let password = password(&mut section, credentials, findings);
    let from = section.needed("from", "cctv@example.org", findings);
    let staff = section.text("staff", findings);
    section.end(findings);

    let (server, from) = (server?, from?);
    let (host, port) = match server.value.rsplit_once(':') {
        None => (server.value.as_str(), Some(if line == MailLine::Tls { 465 } else { 587 })),
        Some((host, port)) => (host, port.parse().ok()),
    };
    let Some(port) = port.filter(|_| !host.is_empty() && !host.contains(char::is_whitespace)) else {
        findings.add(server.at, "mail.server is no host name with a port.", "Write it as smtp.example.org, or smtp.example.org:587.");
        return None;
    };
    if line == MailLine::Off && !matches!(host, "localhost" | "127.0.0.1") {
        findings.add(
            line_at,
            "mail.tls is off, and the mail server is another machine.",
            "Write \"starttls\" or \"tls\"; off is for a mail server on this machine.",
        );
    }
    for address in [Some(&from), staff.as_ref()].into_iter().flatten().filter(|address| !is_mail_address(&address.value)) {
        findings.add(address.at, "This is no mail address.", "Write it as cctv@example.org, without a name before it.");
    }
    let login = match (username, password) {
        (Some(user), Some(password)) => Some((user.value, password)),
        (None, None) => None,
        _ => {
            findings.add(at, "[mail] has a username without a password, or the reverse.", "Give both, or neither.");
            return None;
        }
    };
    Some(Mail { host: host.to_owned(), port, line, authority, login, from: from.value, staff: staff.map(|staff| staff.value) })
}

fn authority(section: &mut Section<'_, '_>, findings: &mut Findings<'_>) -> Option<Vec<u8>> {
    let (path, at) = absolute_path(section.text("ca_file", findings), "mail.ca_file", findings)?;
    match std::fs::read(&path) {
        Ok(pem) if String::from_utf8_lossy(&pem).contains("BEGIN CERTIFICATE") => Some(pem),
        Ok(_) => {
            findings.add(at, "mail.ca_file holds no certificate.", "Name a file in PEM form, with BEGIN CERTIFICATE in it.");
            None
        }
        Err(error) => {
            findings.add(
                at,
                format!("mail.ca_file {} can't be read: {error}.", path.display()),
                "Correct the path, or let the user Holdfast runs as read it.",
            );
            None
        }
    }
}
