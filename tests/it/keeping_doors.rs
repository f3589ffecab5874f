//! The doors of keeping and forgetting, with the real program, real accounts and real footage: the
//! command line's contract, two people for a release, and what a restriction hides.

use std::{
    collections::BTreeMap,
    fs,
    io::{Read, Write},
    net::TcpStream,
    process::{Command, Output, Stdio},
    sync::Arc,
    time::Duration,
};

use holdfast::{
    domain::{
        actor::PurposeKind,
        camera::Transport,
        instant::{Interval, UtcInstant},
        recording::fragment::{Piece, parse_fragment},
    },
    jobs::footage::{self, Detail},
};
use serde_json::{Value, json};

use crate::{
    appliance::{Appliance, id, wait_until},
    browser::{Answer, request, send_form},
    cameras::Cameras,
};

const SOON: Duration = Duration::from_secs(60);
pub const ROLES: [&str; 6] = ["viewer", "reviewer", "approver", "data_protection_officer", "administrator", "auditor"];

/// A box with one camera, an account of each role, and some segments of footage.
pub struct Site {
    pub appliance: Appliance,
    pub passwords: BTreeMap<&'static str, String>,
    _cameras: Cameras,
}

pub struct Session {
    pub cookie: String,
    pub csrf: String,
}

impl Site {
    pub fn new() -> Self {
        Self::configured(|config| config)
    }

    /// With more in its configuration.
    pub fn configured(more: impl FnOnce(String) -> String) -> Self {
        Self::filmed("path=gate,scene=320x240@15,codec=h264", more)
    }

    /// With another film before its camera, described as for `demo-cameras`.
    pub fn filmed(camera: &str, more: impl FnOnce(String) -> String) -> Self {
        let cameras = Cameras::start(&[camera], &["--numbered"]);
        let access = cameras.access("gate", None, Transport::Tcp);
        let appliance = Appliance::new(&[("gate", &access)], "5s");
        let mut config = fs::read_to_string(appliance.config()).unwrap();
        if !config.contains("[clock]") {
            config.push_str("[clock]\ntrust = \"system\"\n");
        }
        fs::write(appliance.config(), more(config)).unwrap();
        let mut site = Self { appliance, passwords: BTreeMap::new(), _cameras: cameras };
        site.appliance.start();
        for role in ROLES {
            let added = site.appliance.json(&["user", "add", role, "--role", role, "--json"]);
            site.passwords.insert(role, added["password"].as_str().unwrap().to_owned());
        }
        wait_until(SOON, "three segments are sealed", || site.sealed().len() >= 3);
        site
    }

    pub fn sealed(&self) -> Vec<Value> {
        let all = self.appliance.json(&["segment", "list", "--json"]);
        all.as_array().unwrap().iter().filter(|segment| segment["state"] == "sealed").cloned().collect()
    }

    /// Runs a command with something on its standard input.
    pub fn told(&self, arguments: &[&str], input: &str) -> Output {
        let mut child = Command::new(env!("CARGO_BIN_EXE_holdfast"))
            .arg("--config")
            .arg(self.appliance.config())
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
        child.wait_with_output().unwrap()
    }

    fn place(&self, from: &str, to: &str, more: &[&str]) -> Value {
        let arguments =
            ["hold", "place", "--camera", "gate", "--from", from, "--to", to, "--reason", "Reported theft", "--case", "C-1", "--json"];
        self.appliance.json(&[&arguments, more].concat())
    }

    pub fn sign_in(&self, role: &str) -> Session {
        let answer = send_form(&self.appliance.listen, "/login", None, &[("name", role), ("password", &self.passwords[role])]);
        assert_eq!(answer.status, 303, "{}", answer.text());
        let cookie = answer.cookie().unwrap();
        let csrf = request(&self.appliance.listen, "GET", "/api/v1/session", &[("Cookie", &cookie)], "").json()["csrf"].clone();
        Session { cookie, csrf: csrf.as_str().unwrap().to_owned() }
    }

    pub fn get(&self, session: &Session, path: &str) -> Answer {
        request(&self.appliance.listen, "GET", path, &[("Cookie", &session.cookie)], "")
    }

    pub fn post(&self, session: &Session, path: &str, body: &Value) -> Answer {
        self.send(session, "POST", path, body)
    }

    pub fn send(&self, session: &Session, method: &str, path: &str, body: &Value) -> Answer {
        let headers = [("Cookie", session.cookie.as_str()), ("X-CSRF-Token", &session.csrf), ("Content-Type", "application/json")];
        request(&self.appliance.listen, method, path, &headers, &body.to_string())
    }

    pub fn delete(&self, session: &Session, path: &str) -> Answer {
        let headers = [("Cookie", session.cookie.as_str()), ("X-CSRF-Token", &session.csrf)];
        request(&self.appliance.listen, "DELETE", path, &headers, "")
    }

    /// States a purpose; the id is the key to footage.
    pub fn view(&self, session: &Session, kind: &str) -> String {
        let opened = self.post(session, "/api/v1/views", &json!({"purpose": {"kind": kind, "reason": "as a test"}}));
        assert_eq!(opened.status, 201, "{}", opened.text());
        opened.json()["id"].as_str().unwrap().to_owned()
    }
}

fn json_of(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&output.stderr)))
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("no text: {value}"))
}

pub fn at(value: &Value) -> UtcInstant {
    UtcInstant::parse_rfc3339(text(value)).unwrap()
}

#[test]
fn the_command_line_keeps_its_contract() {
    let mut site = Site::new();
    let sealed = site.sealed();
    let (first, second) = (&sealed[0], &sealed[1]);
    let middle = at(&first["start"]).plus_millis(500).to_string();
    let receipt = site.place(&middle, &at(&first["start"]).plus_millis(900).to_string(), &[]);
    let hold = text(&receipt["id"]).to_owned();
    assert_eq!((&receipt["already_gone"], &receipt["future"]), (&json!([]), &json!(false)));
    let covered = receipt["covered"].as_array().unwrap();
    assert_eq!((covered.len(), text(&covered[0]["camera"])), (1, "gate"));
    assert!(at(&covered[0]["start"]) == at(&first["start"]) && at(&covered[0]["end"]) == at(&first["end"]), "whole segments: {receipt}");

    let held = |id: &Value| {
        let all = site.appliance.json(&["segment", "list", "--json"]);
        all.as_array().unwrap().iter().find(|segment| segment["id"] == *id).unwrap()["held"].clone()
    };
    assert_eq!((held(&first["id"]), held(&second["id"])), (json!(true), json!(false)));

    let plan = site.appliance.json(&["expire", "plan", "--json"]);
    let line = |id: &Value| plan.as_array().unwrap().iter().find(|line| line["segment"] == *id).unwrap().clone();
    assert_eq!((&line(&first["id"])["blocked_by"], &line(&second["id"])["blocked_by"]), (&json!([hold]), &json!([])));
    assert_eq!(at(&line(&first["id"])["due"]), at(&first["end"]).plus_seconds(31 * 86_400));
    assert_eq!(text(&line(&first["id"])["reason"]), "kept for 31 days");
    let ran = site.appliance.json(&["expire", "run", "--json"]);
    assert_eq!(ran, json!({"expired": 0, "freed_bytes": 0, "held_back": 0, "refused": null}));

    let listed = site.appliance.json(&["hold", "list", "--json"]);
    assert_eq!((listed.as_array().unwrap().len(), text(&listed[0]["id"]), text(&listed[0]["requester"])), (1, hold.as_str(), "not stated"));
    assert!(at(&listed[0]["review_by"]).nanos_since(at(&listed[0]["placed"])) / 1_000_000_000 - 30 * 86_400 < 5, "{listed}");
    let status = site.appliance.json(&["status", "--json"]);
    assert_eq!(status["holds"], json!({"in_force": 1, "review_overdue": 0}));
    assert_eq!((&status["expiry"]["refused"], &status["expiry"]["overdue"]), (&json!(null), &json!(0)));
    assert!(at(&status["expiry"]["last_run"]) >= at(&first["end"]));
    assert_eq!(status["retention"]["reviews_overdue"], 0);

    // The shell is one person, whoever uses it; an account with its password is another.
    let asked = site.appliance.json(&["hold", "release", &hold, "--json"]);
    assert_eq!(asked, json!({"id": hold, "state": "awaiting second person"}));
    let again = site.appliance.cli(&["hold", "release", &hold, "--json"]);
    assert_eq!(again.status.code(), Some(2));
    let wrong = site.told(&["hold", "release", &hold, "--user", "approver", "--json"], "not the password\n");
    assert!(wrong.status.code() == Some(2) && String::from_utf8_lossy(&wrong.stderr).contains("does not fit"), "{wrong:?}");
    let lacks = site.told(&["hold", "release", &hold, "--user", "reviewer", "--json"], &site.passwords["reviewer"]);
    assert!(lacks.status.code() == Some(2) && String::from_utf8_lossy(&lacks.stderr).contains("reviewer does not include"), "{lacks:?}");
    let agreed = json_of(&site.told(&["hold", "release", &hold, "--user", "approver", "--json"], &site.passwords["approver"]));
    let until = UtcInstant::parse_rfc3339(text(&agreed["state"]).strip_prefix("releasing at ").unwrap()).unwrap();
    let hours = until.nanos_since(at(&status["expiry"]["last_run"])) / 3_600_000_000_000;
    assert_eq!(hours, 72);
    assert_eq!(held(&first["id"]), true, "it keeps until then");
    assert_eq!(site.appliance.json(&["hold", "withdraw", &hold, "--json"])["state"], "in force");

    for (bad, told) in [
        (
            vec!["hold", "place", "--camera", "nowhere", "--from", &middle, "--to", "open", "--reason", "Why not", "--case", "C"],
            "no such camera",
        ),
        (
            vec![
                "hold", "place", "--camera", "gate", "--from", &middle, "--to", "open", "--reason", "Why not", "--case", "C", "--review",
                "91d",
            ],
            "90 days",
        ),
        (vec!["hold", "release", "00000000-0000-4000-8000-000000000000"], "no such hold"),
        (
            vec!["hold", "place", "--camera", "gate", "--from", "now", "--to", "open", "--reason", "Why not", "--case", "C"],
            "not a time with a zone",
        ),
    ] {
        let output = site.appliance.cli(&bad);
        assert!(output.status.code() == Some(2) && String::from_utf8_lossy(&output.stderr).contains(told), "{bad:?}: {output:?}");
    }

    // Without a daemon the same commands open the store themselves.
    site.appliance.stop();
    let open = site.place(&middle, "open", &["--restrict", "--requester", "PC 1234"]);
    assert_eq!(open["future"], true);
    let shown = site.appliance.json(&["hold", "show", text(&open["id"]), "--json"]);
    assert_eq!((text(&shown["kind"]), &shown["to"], text(&shown["requester"])), ("restriction", &json!(null), "PC 1234"));
    assert_eq!(shown["receipt"]["covered"], open["covered"]);
}

#[test]
fn a_release_takes_two_people_with_their_passwords() {
    let site = Site::new();
    let start = text(&site.sealed()[0]["start"]).to_owned();
    let reviewer = site.sign_in("reviewer");
    let order = json!({"cameras": ["gate"], "from": start, "to": "open", "reason": "Reported theft", "case": "C-2", "requester": "Police"});
    let placed = site.post(&reviewer, "/api/v1/holds", &order);
    assert_eq!(placed.status, 201, "{}", placed.text());
    let path = |what: &str| format!("/api/v1/holds/{}/{what}", text(&placed.json()["id"]));
    let password = |role: &str| json!({"password": site.passwords[role]});
    let code = |answer: &Answer| (answer.status, answer.json()["code"].as_str().unwrap_or_default().to_owned());

    let approver = site.sign_in("approver");
    assert_eq!(code(&site.post(&approver, &path("release"), &json!({}))), (403, "password_needed".into()));
    assert_eq!(code(&site.post(&approver, &path("release"), &json!({"password": "a guess or so"}))), (403, "password_wrong".into()));
    // Naming another account changes nothing: the session says whose password it must be.
    let other = json!({"user": "data_protection_officer", "password": site.passwords["data_protection_officer"]});
    assert_eq!(code(&site.post(&approver, &path("release"), &other)), (403, "password_wrong".into()));
    assert_eq!(site.post(&approver, &path("release"), &password("approver")).json()["state"], "awaiting second person");
    assert_eq!(code(&site.post(&approver, &path("release"), &password("approver"))), (409, "hold_state".into()));

    let officer = site.sign_in("data_protection_officer");
    let agreed = site.post(&officer, &path("release"), &password("data_protection_officer"));
    assert!(text(&agreed.json()["state"]).starts_with("releasing at "), "{}", agreed.text());
    let shown = site.get(&officer, &format!("/api/v1/holds/{}", text(&placed.json()["id"]))).json();
    assert_eq!((text(&shown["first"]["name"]), text(&shown["second"]["name"])), ("approver", "data_protection_officer"));
    assert_eq!((text(&shown["placed_by"]), text(&shown["stage"])), ("reviewer", "releasing"));

    // Whoever may place a hold may take a release back, with their own password.
    assert_eq!(code(&site.post(&reviewer, &path("withdraw"), &password("approver"))), (403, "password_wrong".into()));
    assert_eq!(site.post(&reviewer, &path("withdraw"), &password("reviewer")).json()["state"], "in force");

    // Guesses slow down, at this door as at the sign-in.
    for _ in 0..6 {
        site.post(&approver, &path("release"), &json!({"password": "a guess or so"}));
    }
    assert_eq!(code(&site.post(&approver, &path("release"), &password("approver"))), (429, "password_wait".into()));
    let log = site.appliance.json(&["audit", "show", "--limit", "200", "--json"]);
    let refused = log.as_array().unwrap().iter().filter(|leaf| leaf["action"] == "session.refused" && leaf["object"] == "confirmation");
    assert!(refused.count() >= 4, "wrong passwords are in the log");
}

#[test]
fn every_door_of_keeping_asks_who_you_are() {
    use axum::http::Method;
    let site = Site::new();
    let nobody = Session { cookie: String::new(), csrf: String::new() };
    let some = "00000000-0000-4000-8000-000000000000";
    let see = ["viewer", "reviewer", "approver", "data_protection_officer", "administrator"];
    let (keep, forget) = (&see[..4], &see[2..4]);
    let doors: [(Method, String, &[&str]); 12] = [
        (Method::GET, "/api/v1/holds".into(), &see),
        (Method::POST, "/api/v1/holds".into(), keep),
        (Method::GET, format!("/api/v1/holds/{some}"), &see),
        (Method::POST, format!("/api/v1/holds/{some}/release"), forget),
        (Method::POST, format!("/api/v1/holds/{some}/withdraw"), keep),
        (Method::GET, "/api/v1/expiry/plan".into(), &see),
        (Method::POST, "/api/v1/expiry/run".into(), forget),
        (Method::POST, "/api/v1/expiry/acknowledge".into(), forget),
        (Method::GET, "/api/v1/retention".into(), &see),
        (Method::POST, "/api/v1/retention/gate/shorten".into(), forget),
        (Method::GET, "/api/v1/deletions".into(), &see),
        (Method::POST, "/api/v1/deletions".into(), forget),
    ];
    let sessions: Vec<_> = ROLES.iter().map(|role| (*role, site.sign_in(role))).collect();
    let grant = (Method::POST, format!("/api/v1/deletions/{some}/grant"), forget);
    for (method, path, may) in doors.iter().chain([&grant]) {
        let ask = |session: &Session| {
            if *method == Method::GET { site.get(session, path) } else { site.post(session, path, &json!({"what": "clock"})) }
        };
        assert_eq!(ask(&nobody).status, 401, "{method} {path}");
        for (role, session) in &sessions {
            let lacks = ask(session).json()["code"] == "role_lacks_permission";
            assert_eq!(!lacks, may.contains(role), "{method} {path} as {role}");
        }
    }
}

#[test]
fn restricted_footage_is_shown_for_a_legal_claim_alone() {
    let site = Site::new();
    let sealed = site.sealed();
    let (from, to) = (text(&sealed[0]["start"]).to_owned(), text(&sealed[1]["end"]).to_owned());
    let middle = at(&sealed[0]["start"]).plus_millis(700).to_string();
    let reviewer = site.sign_in("reviewer");
    let patrol = site.view(&reviewer, "patrol_review");
    let claim = site.view(&reviewer, "legal_claim");
    let media = |view: &str| site.get(&reviewer, &format!("/api/v1/cameras/gate/media?from={from}&to={to}&view={view}"));
    let frame = |view: &str| site.get(&reviewer, &format!("/api/v1/cameras/gate/frame?at={middle}&view={view}"));
    let playlist = |view: &str| site.get(&reviewer, &format!("/api/v1/cameras/gate/hls/index.m3u8?from={from}&to={to}&view={view}"));
    let fragment = |view: &str| site.get(&reviewer, &format!("/api/v1/cameras/gate/hls/{}/0.m4s?view={view}", text(&sealed[0]["id"])));
    let order = |kind: &str| {
        let order = json!({"case": "C-3", "cameras": ["gate"], "from": from, "to": to, "purpose": {"kind": kind, "reason": "as a test"}});
        site.post(&reviewer, "/api/v1/exports", &order)
    };
    let timeline = || site.get(&reviewer, &format!("/api/v1/cameras/gate/timeline?from={from}&to={to}")).json();
    for look in [&media, &frame as &dyn Fn(&str) -> Answer, &playlist, &fragment] {
        assert_eq!(look(&patrol).status, 200, "before");
    }
    let ordered = order("case");
    assert_eq!(ordered.status, 201, "{}", ordered.text());
    let mut live = watch_live(&site, &reviewer, &patrol);
    assert_eq!(live.0, 101);

    let placed = site.place(&from, "open", &["--restrict"]);
    let restricted = |answer: &Answer| (answer.status, answer.json()["code"].as_str() == Some("restricted"), answer.text());
    for look in [&media, &frame as &dyn Fn(&str) -> Answer, &playlist, &fragment] {
        let told = restricted(&look(&patrol));
        assert!(told.0 == 403 && told.1 && told.2.contains("legal claim"), "{told:?}");
        assert_eq!(look(&claim).status, 200, "a legal claim is served");
    }
    assert_eq!(restricted(&order("case")).0, 403);
    assert_eq!(order("legal_claim").status, 201);
    let late = restricted(&site.get(&reviewer, text(&ordered.json()["bundle"])));
    assert!(late.0 == 403 && late.1, "ordered before, fetched after: {late:?}");
    assert_eq!(watch_live(&site, &reviewer, &patrol).0, 403);
    assert_eq!(watch_live(&site, &reviewer, &claim).0, 101);
    let mut rest = Vec::new();
    live.1.read_to_end(&mut rest).expect("what was running ends by itself");

    let line = timeline();
    assert_eq!((&line["recorded"], line["restricted"].as_array().unwrap().len()), (&json!([]), 1), "{line}");
    assert_eq!((&line["held"][0]["hold"], text(&line["held"][0]["kind"])), (&placed["id"], "restriction"));
    assert!(line["activity"]["values"].as_array().unwrap().iter().all(Value::is_null), "no trace of movement either");
    let cameras = site.get(&reviewer, "/api/v1/cameras").json();
    assert_eq!(cameras[0]["restricted"], true);
}

#[test]
fn a_stream_leaves_out_what_is_restricted_and_nothing_else() {
    let mut site = Site::new();
    let sealed = site.sealed();
    site.appliance.stop();
    let whole = Interval::new(at(&sealed[0]["start"]), at(&sealed[2]["end"])).unwrap();
    let hidden = Interval::new(at(&sealed[1]["start"]).plus_millis(800), at(&sealed[1]["start"]).plus_millis(900)).unwrap();
    site.place(&hidden.from().to_string(), &hidden.to().to_string(), &["--restrict"]);
    let house = Arc::new(site.appliance.house());
    let played = |purpose| {
        let pieces = footage::media(&house, &id("gate"), &whole, Detail::EveryFrame, purpose).unwrap();
        let fragments = pieces.filter_map(|piece| match piece.unwrap() {
            Piece::Fragment(bytes) => Some(parse_fragment(&bytes).unwrap()),
            Piece::Init { .. } => None,
        });
        let span = |fragment: &holdfast::domain::recording::fragment::ParsedFragment| {
            let ticks: i64 = fragment.samples.iter().map(|sample| i64::from(sample.duration_ticks)).sum();
            let (start, end) =
                (UtcInstant::from_media_ticks(fragment.start_ticks), UtcInstant::from_media_ticks(fragment.start_ticks + ticks));
            Interval::new(start, end).unwrap()
        };
        fragments.map(|fragment| span(&fragment)).collect::<Vec<_>>()
    };
    let (all, shown) = (played(PurposeKind::LegalClaim), played(PurposeKind::Incident));
    assert!(shown.iter().all(|piece| !piece.overlaps(&hidden)), "{shown:?} against {hidden:?}");
    assert!(shown.len() < all.len() && shown.first() == all.first() && shown.last() == all.last());
    let line = footage::time_line(&house, &id("gate"), &whole).unwrap();
    assert_eq!((line.recorded.len(), line.restricted.len()), (2, 1), "{line:?}");
    assert_eq!(line.restricted[0], hidden);
}

#[test]
fn early_deletion_and_shortening_take_two_people() {
    let mut site = Site::new();
    let sealed = site.sealed();
    let (from, to) = (text(&sealed[0]["start"]).to_owned(), text(&sealed[1]["end"]).to_owned());
    site.place(&from, &at(&sealed[0]["start"]).plus_millis(100).to_string(), &[]);
    let asked = site.appliance.json(&[
        "delete",
        "ask",
        "--camera",
        "gate",
        "--from",
        &from,
        "--to",
        &to,
        "--reason",
        "Erasure request upheld",
        "--case",
        "DSR-1",
        "--json",
    ]);
    assert_eq!(text(&asked["state"]), "awaiting second person");
    let deletion = text(&asked["id"]).to_owned();
    assert_eq!(site.appliance.cli(&["delete", "grant", &deletion]).status.code(), Some(2), "the same person");
    let approver = &site.passwords["approver"];
    let granted = json_of(&site.told(&["delete", "grant", &deletion, "--user", "approver", "--json"], approver));
    assert_eq!((text(&granted["state"]), text(&granted["second"]["name"])), ("granted", "approver"));
    let state = |number: usize| {
        let all = site.appliance.json(&["segment", "list", "--json"]);
        text(&all.as_array().unwrap().iter().find(|segment| segment["id"] == sealed[number]["id"]).unwrap()["state"]).to_owned()
    };
    wait_until(SOON, "what nobody holds goes", || {
        site.appliance.json(&["expire", "run", "--json"]);
        state(1) == "expired"
    });
    assert_eq!(state(0), "sealed", "the held segment stays");

    // A shorter period for new footage only, until two people agree.
    site.appliance.stop();
    assert_eq!(site.appliance.cli(&["retention", "shorten", "gate"]).status.code(), Some(2), "nothing to shorten");
    let config = fs::read_to_string(site.appliance.config()).unwrap();
    fs::write(site.appliance.config(), config.replace("id = \"gate\"\n", "id = \"gate\"\nkeep = \"7d\"\n")).unwrap();
    let shown = site.appliance.json(&["retention", "show", "--json"]);
    let camera = &shown["cameras"][0];
    assert_eq!((text(&camera["period"]), text(&camera["older_rules"][0]["period"])), ("7 days", "31 days"));
    assert_eq!((text(&camera["shortening"]["state"]), &camera["shortening"]["would_go"]["segments"]), ("not asked for", &json!(0)));
    assert!(shown["disk"]["bytes_a_day"].as_u64().unwrap() > 0, "{shown}");
    assert_eq!(site.appliance.json(&["retention", "shorten", "gate", "--json"])["state"], "awaiting second person");
    assert_eq!(site.appliance.cli(&["retention", "shorten", "gate"]).status.code(), Some(2), "the same person");
    let agreed = json_of(&site.told(&["retention", "shorten", "gate", "--user", "approver", "--json"], approver));
    assert!(text(&agreed["state"]).starts_with("effective at "), "{agreed}");
}

/// Asks for the live picture as a browser does; status of the answer and the open connection.
fn watch_live(site: &Site, session: &Session, view: &str) -> (u16, TcpStream) {
    let address = &site.appliance.listen;
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    let head = format!(
        "GET /api/v1/cameras/gate/live?view={view} HTTP/1.1\r\nHost: {address}\r\nCookie: {}\r\nSec-Fetch-Site: same-origin\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
        session.cookie
    );
    stream.write_all(head.as_bytes()).unwrap();
    let mut status = [0; 12];
    stream.read_exact(&mut status).unwrap();
    (std::str::from_utf8(&status[9..]).unwrap().parse().unwrap(), stream)
}
