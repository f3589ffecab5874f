//! Who gets what: every role at every route, with things that are there and things that are not.
//!
//! The table is the policy. A route that isn't in it fails the suite, and so does a line of it that
//! no route answers. Whoever may not have something can't learn either whether it is there.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use crate::{
    browser::{Answer, request},
    keeping_doors::{ROLES, Session, Site},
    policy,
};

/// Whom a route answers.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Who {
    /// Without signing in.
    Everybody,
    /// Everybody who has signed in.
    SignedIn,
    /// Viewer, reviewer, approver, data protection officer, administrator and auditor, by a letter each.
    These(&'static str),
}
use Who::{Everybody, SignedIn, These};

const FOOTAGE: Who = These("VRAD");
const STATUS: Who = These("VRADI");
const CASES: Who = These("RAD");

/// The policy (design section 7). An administrator sees no footage, an auditor nothing but the log.
const POLICY: &[(&str, Who)] = &[
    ("GET /healthz", Everybody),
    ("GET /readyz", Everybody),
    ("GET /api/v1/openapi.json", Everybody),
    ("GET /api/v1/session", SignedIn),
    ("POST /api/v1/views", FOOTAGE),
    ("GET /api/v1/policy", SignedIn),
    ("POST /api/v1/policy/acknowledgement", SignedIn),
    ("GET /api/v1/policy/readers", These("DI")),
    ("GET /api/v1/emergencies", These("D")),
    ("POST /api/v1/emergencies", These("AI")),
    ("POST /api/v1/emergencies/{emergency}/look", These("D")),
    ("GET /api/v1/status", STATUS),
    ("GET /api/v1/cameras", STATUS),
    ("GET /api/v1/cameras/register", STATUS),
    ("GET /api/v1/cameras/{id}/timeline", FOOTAGE),
    ("GET /api/v1/cameras/{id}/media", FOOTAGE),
    ("GET /api/v1/cameras/{id}/frame", FOOTAGE),
    ("GET /api/v1/cameras/{id}/live", FOOTAGE),
    ("GET /api/v1/cameras/{id}/hls/index.m3u8", FOOTAGE),
    ("GET /api/v1/cameras/{id}/hls/{segment}/init.mp4", FOOTAGE),
    ("GET /api/v1/cameras/{id}/hls/{segment}/{file}", FOOTAGE),
    ("GET /api/v1/segments", FOOTAGE),
    ("GET /api/v1/segments/check", FOOTAGE),
    ("GET /api/v1/exports", CASES),
    ("POST /api/v1/exports", CASES),
    ("GET /api/v1/exports/{export}/bundle.zip", CASES),
    ("GET /api/v1/holds", STATUS),
    ("POST /api/v1/holds", FOOTAGE),
    ("GET /api/v1/holds/{hold}", STATUS),
    ("POST /api/v1/holds/{hold}/release", These("AD")),
    ("POST /api/v1/holds/{hold}/withdraw", FOOTAGE),
    ("POST /api/v1/holds/{id}/check", FOOTAGE),
    ("GET /api/v1/cases", CASES),
    ("POST /api/v1/cases", STATUS),
    ("GET /api/v1/cases/{case}", CASES),
    ("POST /api/v1/cases/{case}/steps", CASES),
    ("POST /api/v1/cases/{case}/form", CASES),
    ("POST /api/v1/cases/{case}/decision", CASES),
    ("POST /api/v1/cases/{case}/approval", CASES),
    ("POST /api/v1/cases/{case}/release", CASES),
    ("POST /api/v1/cases/{case}/close", CASES),
    ("GET /api/v1/cases/{case}/letters", CASES),
    ("GET /api/v1/cases/{case}/letters/{letter}", CASES),
    ("GET /api/v1/cases/{case}/papers", CASES),
    ("GET /api/v1/cases/{case}/papers/{paper}", CASES),
    ("GET /api/v1/cases/{case}/search-help", CASES),
    ("GET /api/v1/cases/{case}/copies", CASES),
    ("GET /api/v1/cases/{case}/copies/{number}", CASES),
    ("GET /api/v1/cases/{case}/delivery", CASES),
    ("POST /api/v1/cases/{case}/delivery", CASES),
    ("DELETE /api/v1/cases/{case}/delivery", CASES),
    ("GET /api/v1/cases/{case}/redactions", CASES),
    ("POST /api/v1/cases/{case}/redactions", CASES),
    ("GET /api/v1/cases/{case}/redactions/{redaction}", CASES),
    ("PUT /api/v1/cases/{case}/redactions/{redaction}/plan", CASES),
    ("POST /api/v1/cases/{case}/redactions/{redaction}/proposals", CASES),
    ("GET /api/v1/cases/{case}/redactions/{redaction}/frames/{frame}", CASES),
    ("GET /api/v1/cases/{case}/redactions/{redaction}/plate", CASES),
    ("POST /api/v1/cases/{case}/redactions/{redaction}/render", CASES),
    ("DELETE /api/v1/cases/{case}/redactions/{redaction}/render", CASES),
    ("GET /api/v1/cases/{case}/redactions/{redaction}/film.mp4", CASES),
    ("POST /api/v1/cases/{case}/redactions/{redaction}/approval", CASES),
    ("GET /api/v1/cases/{case}/redactions/{redaction}/frames", CASES),
    ("POST /api/v1/cases/{case}/redactions/{redaction}/review", CASES),
    ("POST /api/v1/cases/{case}/redactions/{redaction}/return", CASES),
    ("GET /api/v1/disclosures", CASES),
    ("GET /api/v1/disclosures.csv", CASES),
    ("GET /api/v1/disclosures.pdf", CASES),
    ("GET /api/v1/register/numbers", CASES),
    ("GET /api/v1/expiry/plan", STATUS),
    ("POST /api/v1/expiry/run", These("AD")),
    ("POST /api/v1/expiry/acknowledge", These("AD")),
    ("GET /api/v1/retention", STATUS),
    ("POST /api/v1/retention/{camera}/shorten", These("AD")),
    ("GET /api/v1/deletions", STATUS),
    ("POST /api/v1/deletions", These("AD")),
    ("POST /api/v1/deletions/{deletion}/grant", These("AD")),
    ("GET /api/v1/audit", These("DU")),
    ("GET /api/v1/audit/verify", These("DU")),
    ("GET /api/v1/audit/verify-expiry", These("DU")),
    ("GET /api/v1/audit/report", These("DU")),
    ("GET /api/v1/audit/{seq}/proof", These("DU")),
    ("POST /api/v1/audit/{seq}/erase", These("D")),
    ("POST /api/v1/keys/rotate", These("DI")),
    ("GET /api/v1/backup", These("DI")),
    ("GET /api/v1/support-bundle", These("DI")),
    ("GET /api/v1/users", These("I")),
    ("POST /api/v1/users", These("I")),
    ("POST /api/v1/users/{user}/disable", These("I")),
    ("POST /api/v1/users/{user}/reset", These("I")),
    ("POST /api/v1/users/{user}/remove-app", These("I")),
    ("POST /api/v1/users/{user}/remove-passkeys", These("I")),
    ("POST /api/v1/users/{user}/limit", These("I")),
    ("POST /api/v1/setup-code", These("I")),
    ("POST /api/v1/configuration-changes", These("I")),
];

impl Who {
    fn includes(self, role: &str) -> bool {
        let letter = |role| match role {
            "viewer" => 'V',
            "reviewer" => 'R',
            "approver" => 'A',
            "data_protection_officer" => 'D',
            "administrator" => 'I',
            "auditor" => 'U',
            other => panic!("{other}"),
        };
        match self {
            Everybody | SignedIn => true,
            These(letters) => letters.contains(letter(role)),
        }
    }
}

const NOBODYS: &str = "0190a000-0000-7000-8000-000000000000";

/// What goes into a path: things of this site, or things that no site has.
struct Things(BTreeMap<&'static str, String>);

impl Things {
    fn nowhere() -> Self {
        let names = ["{segment}", "{export}", "{user}", "{hold}", "{deletion}", "{hold id}", "{paper}", "{redaction}", "{emergency}"];
        let nobodys = names.map(|name| (name, NOBODYS.to_owned()));
        Self(
            nobodys
                .into_iter()
                .chain([("{camera}", "cellar".into()), ("{case}", "HF-2020-999999".into()), ("{seq}", "99999999".into())])
                .collect(),
        )
    }

    /// Of what the site really has: each is made here, by whom it takes.
    fn of(site: &Site, sessions: &BTreeMap<&'static str, Session>) -> Self {
        let made = |role: &str, path: &str, body: Value, id: &str| {
            let answer = site.post(&sessions[role], path, &body);
            assert!((200..300).contains(&answer.status), "{path}: {}", answer.text());
            answer.json()[id].as_str().unwrap_or_else(|| panic!("{path}: {}", answer.text())).to_owned()
        };
        let segment = site.sealed()[0].clone();
        let (from, to) = (&segment["start"], &segment["end"]);
        let hold = made(
            "reviewer",
            "/api/v1/holds",
            json!({"cameras": ["gate"], "from": "2020-01-01T00:00:00Z", "to": "2020-01-02T00:00:00Z", "reason": "Reported theft", "case": "C-1",
                "requester": "as a test"}),
            "id",
        );
        let case = made(
            "reviewer",
            "/api/v1/cases",
            json!({"kind": "subject_access", "channel": "phone", "requester": {"name": "Mary Lamb", "contact": "07700 900123"},
                "asked": [{"cameras": ["gate"], "from": from, "to": to}]}),
            "reference",
        );
        let export = made(
            "reviewer",
            "/api/v1/exports",
            json!({"case": "C-1", "cameras": ["gate"], "from": from, "to": to, "purpose": {"kind": "incident", "reason": "as a test"}}),
            "id",
        );
        let deletion = made(
            "approver",
            "/api/v1/deletions",
            json!({"cameras": ["gate"], "from": "2020-01-01T00:00:00Z", "to": "2020-01-02T00:00:00Z", "reason": "Filmed a home", "case": "C-1"}),
            "id",
        );
        let user = made(
            "administrator",
            "/api/v1/users",
            json!({"name": "Spare", "role": "viewer", "password": "correct horse battery", "confirmation": {"password": site.passwords["administrator"]}}),
            "id",
        );
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        Self(BTreeMap::from([
            ("{segment}", text(&segment["id"])),
            ("{export}", export),
            ("{user}", user),
            ("{hold}", hold.clone()),
            ("{hold id}", hold),
            ("{deletion}", deletion),
            ("{camera}", "gate".into()),
            ("{case}", case),
            ("{seq}", "0".into()),
            ("{paper}", NOBODYS.into()),
            ("{redaction}", NOBODYS.into()),
            ("{emergency}", NOBODYS.into()),
        ]))
    }

    fn put_into(&self, path: &str) -> String {
        let path = path
            .replace("/cameras/{id}", "/cameras/{camera}")
            .replace("/holds/{id}", "/holds/{hold id}")
            .replace("{file}", "0.m4s")
            .replace("{letter}", "acknowledgement.pdf")
            .replace("{frame}", "0")
            .replace("{number}", "1");
        let path = self.0.iter().fold(path, |path, (name, thing)| path.replace(name, thing));
        assert!(!path.contains('{'), "{path}: say what to put in");
        // Reading everything would take as long as there is footage.
        if path.ends_with("/check") { path + "?from=2020-01-01T00:00:00Z&to=2020-01-02T00:00:00Z" } else { path }
    }
}

fn ask(site: &Site, session: Option<&Session>, method: &str, path: &str) -> Answer {
    eprintln!("{method} {path}"); // shown where it fails
    match (session, method) {
        (None, method) => request(&site.appliance.listen, method, path, &[], ""),
        (Some(session), "GET") => site.get(session, path),
        (Some(session), _) => site.send(session, method, path, &json!({})),
    }
}

#[test]
fn t5_every_role_gets_what_the_policy_says_and_learns_nothing_else() {
    let site = Site::new();
    let sessions: BTreeMap<&str, Session> = ROLES.into_iter().map(|role| (role, site.sign_in(role))).collect();
    let (there, nowhere) = (Things::of(&site, &sessions), Things::nowhere());
    let openapi = request(&site.appliance.listen, "GET", "/api/v1/openapi.json", &[], "").json();
    let routes: BTreeSet<String> = openapi["paths"]
        .as_object()
        .unwrap()
        .iter()
        .flat_map(|(path, methods)| methods.as_object().unwrap().keys().map(move |method| format!("{} {path}", method.to_uppercase())))
        .collect();
    let planned: BTreeSet<String> = POLICY.iter().map(|(route, _)| (*route).to_owned()).collect();
    assert_eq!(routes, planned, "each route needs a line of policy, and each line a route");

    for (route, who) in POLICY {
        let (method, path) = route.split_once(' ').unwrap();
        let (real, foreign) = (there.put_into(path), nowhere.put_into(path));
        let stranger = [&real, &foreign].map(|path| ask(&site, None, method, path));
        for answer in &stranger {
            assert_eq!(answer.status, if *who == Everybody { 200 } else { 401 }, "nobody, {route}: {}", answer.text());
        }
        assert!(*who == Everybody || stranger[0].body == stranger[1].body, "{route} tells a stranger what is there");
        for role in ROLES {
            let answers = [&real, &foreign].map(|path| ask(&site, Some(&sessions[role]), method, path));
            for answer in &answers {
                let code = answer.json()["code"].as_str().unwrap_or_default().to_owned();
                let told = format!("{role}, {route}: {} {}", answer.status, answer.text());
                assert!(answer.status < 500, "{told}");
                if who.includes(role) {
                    assert!(answer.status != 401 && code != "role_lacks_permission", "{told}");
                } else {
                    assert_eq!((answer.status, code.as_str()), (403, "role_lacks_permission"), "{told}");
                }
            }
            if !who.includes(role) {
                assert_eq!(answers[0].body, answers[1].body, "{route} tells a {role} what is there");
            }
        }
    }
}

/// Whether a route shows footage, or what leads to it: then the policy has to be read first. Placing a hold,
/// taking its release back, and a case's list of redactions show nothing; beginning one is refused as well, after
/// its body was read.
fn shows_footage(route: &str, who: Who) -> bool {
    let keeps = ["POST /api/v1/holds", "POST /api/v1/holds/{hold}/withdraw"].contains(&route);
    !keeps
        && !route.ends_with("/{case}/redactions")
        && (who == FOOTAGE || ["/exports", "/redactions", "/copies"].iter().any(|part| route.contains(part)))
}

#[test]
fn whoever_has_not_read_the_policy_is_shown_footage_by_no_route() {
    let site = policy::site();
    let sessions: BTreeMap<&str, Session> = ROLES.into_iter().map(|role| (role, site.sign_in(role))).collect();
    policy::acknowledge(&site, &sessions["reviewer"]);
    let there = Things::of(&site, &sessions);
    for (route, who) in POLICY.iter().filter(|(_, who)| who.includes("approver")) {
        let (method, path) = route.split_once(' ').unwrap();
        let answer = ask(&site, Some(&sessions["approver"]), method, &there.put_into(path));
        let barred = (answer.status, answer.json()["code"].as_str()) == (403, Some("policy_unread"));
        assert_eq!(barred, shows_footage(route, *who), "{route}: {} {}", answer.status, answer.text());
    }
}

#[test]
fn what_somebody_else_opened_is_as_if_it_were_not_there() {
    let site = Site::new();
    let (viewer, reviewer) = (site.sign_in("viewer"), site.sign_in("reviewer"));
    let viewing = site.view(&reviewer, "patrol_review");
    let segment = site.sealed()[0].clone();
    let at = segment["end"].as_str().unwrap();
    let frame = |session: &Session, view: &str| site.get(session, &format!("/api/v1/cameras/gate/frame?at={at}&view={view}"));
    let own = frame(&reviewer, &viewing);
    assert_eq!(own.status, 200, "{}", own.text());
    let (others, nobodys) = (frame(&viewer, &viewing), frame(&viewer, NOBODYS));
    assert_eq!((others.status, others.text()), (403, nobodys.text()));
    // The same person in another session states a purpose again.
    let elsewhere = frame(&site.sign_in("reviewer"), &viewing);
    assert_eq!((elsewhere.status, elsewhere.json()["code"].as_str()), (403, Some("purpose_required")));
}
