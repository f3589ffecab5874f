//! Mail as people get it, through a real server (aiosmtpd, with TLS and a password): what it says and
//! what it doesn't, a server that is away, and one that says no.

use std::{
    fs,
    io::{BufRead, BufReader},
    net::TcpListener,
    path::Path,
    process::{Child, Command, Stdio},
    sync::{Arc, Mutex},
    time::Duration,
};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::{
    appliance::wait_until,
    keeping_doors::{Session, Site},
    portal::portal_at,
};

const SOON: Duration = Duration::from_secs(60);
const USER: &str = "cctv@holdfast.example";
const PASSWORD: &str = "a password that is seen nowhere";

/// Prints each message it takes as a line of JSON; knows nobody called `nobody`.
const SERVER: &str = r#"
import json, ssl, sys, time
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult
port, cert, key, user, password = sys.argv[1:]
class Box:
    async def handle_RCPT(self, server, session, envelope, address, options):
        if address.startswith("nobody@"):
            return "550 there is no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"
    async def handle_DATA(self, server, session, envelope):
        print(json.dumps({"to": envelope.rcpt_tos, "tls": session.ssl is not None, "text": envelope.content.decode()}), flush=True)
        return "250 OK"
def known(server, session, envelope, mechanism, data):
    return AuthResult(success=(data.login.decode(), data.password.decode()) == (user, password), handled=False)
context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
context.load_cert_chain(cert, key)
Controller(Box(), hostname="localhost", port=int(port), tls_context=context, require_starttls=True, auth_required=True, authenticator=known).start()
print("{}", flush=True)
while True:
    time.sleep(3600)
"#;

struct MailServer {
    server: Child,
    arrived: Arc<Mutex<Vec<Value>>>,
}

impl MailServer {
    fn start(port: u16, folder: &Path) -> Self {
        Self::knowing(PASSWORD, port, folder)
    }

    /// One that takes this password alone.
    fn knowing(password: &str, port: u16, folder: &Path) -> Self {
        let server = Command::new("/usr/bin/python3")
            .args(["-c", SERVER, &port.to_string()])
            .args([folder.join("cert.pem"), folder.join("key.pem")])
            .args([USER, password])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn();
        let mut server = server.unwrap();
        let mut lines = BufReader::new(server.stdout.take().unwrap()).lines();
        assert_eq!(lines.next().expect("it starts").unwrap(), "{}");
        let arrived = Arc::new(Mutex::new(Vec::new()));
        let taking = Arc::clone(&arrived);
        std::thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                taking.lock().unwrap().push(serde_json::from_str(&line).unwrap());
            }
        });
        Self { server, arrived }
    }

    fn of(&self, to: &str) -> Vec<Value> {
        self.arrived.lock().unwrap().iter().filter(|mail| mail["to"][0] == to).cloned().collect()
    }

    /// Waits until somebody has this many.
    fn wait_for(&self, to: &str, count: usize) -> Vec<Value> {
        wait_until(SOON, &format!("{count} mails for {to}"), || self.of(to).len() >= count);
        let all = self.of(to);
        assert_eq!(all.len(), count, "{all:?}");
        all
    }
}

impl Drop for MailServer {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

/// A certificate for localhost, signed by itself.
fn certified(folder: &Path) {
    let made = Command::new("openssl")
        .args(["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"])
        .args(["-addext", "subjectAltName=DNS:localhost", "-addext", "basicConstraints=critical,CA:FALSE"])
        .args(["-keyout", "key.pem", "-out", "cert.pem"])
        .current_dir(folder)
        .stderr(Stdio::null())
        .status();
    assert!(made.unwrap().success());
}

/// A box with a portal that is told of a mail server at this port.
fn site(port: u16, folder: &Path) -> Site {
    certified(folder);
    fs::write(folder.join("password"), format!("{PASSWORD}\n")).unwrap();
    let (_, portal) = portal_at("");
    let at = folder.display();
    let mail = format!(
        "[mail]\nserver = \"localhost:{port}\"\nca_file = \"{at}/cert.pem\"\nusername = \"{USER}\"\npassword_file = \"{at}/password\"\nfrom = \"{USER}\"\nstaff = \"officer@holdfast.example\"\n"
    );
    Site::configured(|config| portal(mail + &config))
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// A request that came by phone, with an address to write to.
fn received(site: &Site, session: &Session, contact: &str, received: &str) -> String {
    let segment = site.sealed()[0].clone();
    let order = json!({
        "kind": "subject_access", "channel": "phone", "words": "I wore a red hat", "received": received,
        "requester": {"name": "Zebedee Quux", "contact": contact},
        "asked": [{"place": "the gate", "cameras": ["gate"], "from": segment["start"], "to": segment["end"]}],
    });
    let answer = site.post(session, "/api/v1/cases", &order);
    assert_eq!(answer.status, 201, "{}", answer.text());
    answer.json()["reference"].as_str().unwrap().to_owned()
}

fn told(site: &Site, session: &Session, reference: &str) -> Vec<(String, String)> {
    let shown = site.get(session, &format!("/api/v1/cases/{reference}")).json();
    let text = |mail: &Value, field: &str| mail[field].as_str().unwrap_or("waits").to_owned();
    shown["told"].as_array().unwrap().iter().map(|mail| (text(mail, "news"), text(mail, "ending"))).collect()
}

#[test]
fn people_are_told_by_mail_that_there_is_news_and_never_what() {
    let folder = TempDir::new().unwrap();
    let port = free_port();
    let site = site(port, folder.path());
    let server = MailServer::start(port, folder.path());
    let reviewer = site.sign_in("reviewer");
    let now = holdfast::adapters::clock::now().utc;
    let reference = received(&site, &reviewer, "01632 960 002; z@tenant.example; 1 Alder Court", &now.to_string());

    let first = server.wait_for("z@tenant.example", 1).remove(0);
    assert_eq!(first["tls"], true);
    let step = json!({"event": "ask_identity", "reason": "The name is common here"});
    let asked = site.post(&reviewer, &format!("/api/v1/cases/{reference}/steps"), &step);
    assert!(asked.status < 300, "{}", asked.text());
    let both = server.wait_for("z@tenant.example", 2);
    for (mail, says) in both.iter().zip(["We have received", "We need something from you"]) {
        let text = mail["text"].as_str().unwrap();
        assert!(text.contains(says) && text.contains("/status") && text.contains("From: \"Test Court\" <cctv@holdfast.example>"), "{text}");
        for secret in ["Zebedee", "Quux", &reference, "gate", "red hat", "common here", PASSWORD] {
            assert!(!text.contains(secret), "{secret} is in {text}");
        }
    }
    wait_until(SOON, "both are noted", || {
        told(&site, &reviewer, &reference) == [("received".into(), "sent".into()), ("asked".into(), "sent".into())]
    });

    // Staff: what is overdue, once a day, and what was opened in an emergency.
    let late = received(&site, &reviewer, "z2@tenant.example", &now.plus_seconds(-70 * 86_400).to_string());
    let day = server.wait_for("officer@holdfast.example", 1).remove(0);
    assert!(day["text"].as_str().unwrap().contains("1 request is OVERDUE"), "{day}");
    let administrator = site.sign_in("administrator");
    let opening = json!({"reason": "Child missing from the play area", "password": site.passwords["administrator"]});
    assert_eq!(site.post(&administrator, "/api/v1/emergencies", &opening).status, 201);
    let opened = server.wait_for("officer@holdfast.example", 2).remove(1);
    assert!(opened["text"].as_str().unwrap().contains("opened in an emergency"), "{opened}");

    // Logged with what it was about, and without an address; the program's own log names nobody either.
    let log = site.appliance.json(&["audit", "show", "--limit", "500", "--json"]).to_string();
    assert!(log.contains("mail.send"), "{log}");
    let words = fs::read_to_string(site.appliance.folder.path().join("daemon.log")).unwrap();
    for secret in ["tenant.example", "officer@", PASSWORD] {
        assert!(!log.contains(secret) && !words.contains(secret), "{secret}");
    }
    server.wait_for("z2@tenant.example", 1);
    wait_until(SOON, "the late one is noted", || told(&site, &reviewer, &late) == [("received".into(), "sent".into())]);
}

#[test]
fn a_mail_server_that_is_away_or_says_no_holds_nothing_up_and_is_told_of() {
    let folder = TempDir::new().unwrap();
    let port = free_port();
    let site = site(port, folder.path());
    let reviewer = site.sign_in("reviewer");
    let try_out = || {
        let tried = site.appliance.cli(&["mail", "test", "installer@holdfast.example"]);
        (tried.status.success(), String::from_utf8_lossy(&tried.stderr).into_owned())
    };
    let (well, words) = try_out();
    assert!(!well && words.contains("Check mail.server"), "{words}");
    let now = holdfast::adapters::clock::now().utc.to_string();
    let reference = received(&site, &reviewer, "z@tenant.example", &now);
    let mail = || site.appliance.json(&["status", "--json"])["mail"].clone();
    let log = || fs::read_to_string(site.appliance.folder.path().join("daemon.log")).unwrap();
    wait_until(SOON, "the first try has failed", || log().contains("is tried again"));

    // A password that was changed at the server alone loses nothing either.
    let strange = MailServer::knowing("another password", port, folder.path());
    assert_eq!((mail()["waiting"].as_u64(), told(&site, &reviewer, &reference)), (Some(1), vec![("received".into(), "waits".into())]));
    let (well, words) = try_out();
    assert!(!well && words.contains("mail.username"), "{words}");
    wait_until(SOON, "it was tried with the old password", || log().contains("(535"));
    assert_eq!((mail()["waiting"].as_u64(), mail()["undelivered"].as_u64()), (Some(1), Some(0)));
    drop(strange);

    let server = MailServer::start(port, folder.path());
    server.wait_for("z@tenant.example", 1);
    let refused = received(&site, &reviewer, "nobody@tenant.example", &now);
    wait_until(SOON, "the refusal is told of", || mail()["undelivered"] == 1 && mail()["waiting"] == 0);
    assert_eq!(told(&site, &reviewer, &refused), [("received".into(), "refused".into())]);
    let unreached = received(&site, &reviewer, "01632 960 003", &now);
    wait_until(SOON, "that there is no address is told", || {
        told(&site, &reviewer, &unreached) == [("received".into(), "no_address".into())]
    });
    let text = site.appliance.cli(&["status"]);
    assert!(String::from_utf8_lossy(&text.stdout).contains("1 NOT DELIVERED: write by post"), "{}", String::from_utf8_lossy(&text.stdout));

    assert!(site.appliance.cli(&["mail", "test", "installer@holdfast.example"]).status.success());
    server.wait_for("installer@holdfast.example", 1);
}
