//! Requests through the real program: any member of staff takes one in, the police get what was approved,
//! whoever may not see cases learns nothing of them, and an overdue one shouts.

use std::{fs, time::Duration};

use serde_json::{Value, json};

use crate::{
    appliance::wait_until,
    browser::request,
    doors::assert_told,
    keeping_doors::{Session, Site},
};

pub fn order(site: &Site) -> Value {
    let sealed = site.sealed();
    json!({
        "kind": "police", "channel": "email", "words": "A bicycle was taken",
        "requester": {"name": "PC Mallory Quux", "contact": "mallory.quux@example.police.uk", "organisation": "Test Constabulary"},
        "asked": [{"place": "the gate", "cameras": ["gate"], "from": sealed[0]["start"], "to": sealed[0]["end"]}],
    })
}

pub fn form() -> Value {
    let fields = [
        "force",
        "officer_name",
        "officer_rank",
        "officer_number",
        "email",
        "crime_reference",
        "offence",
        "description",
        "purpose",
        "necessity",
        "public_task",
        "delivery",
        "declaration",
        "authoriser_name",
        "authoriser_rank",
    ];
    fields.into_iter().map(|field| (field.to_owned(), json!("as told"))).collect::<serde_json::Map<_, _>>().into()
}

pub fn release() -> Value {
    json!({
        "decision": {
            "verdict": "release", "extent": {"given": "whole"}, "basis": {"rests_on": "camera_purpose", "purpose": "testing"},
            "others": {"weighed": "not_subject_access"},
        },
        "reason": "Necessary and proportionate",
    })
}

/// Posts, and answers with the state that it led to.
pub fn go(site: &Site, session: &Session, reference: &str, what: &str, body: Value) -> (u16, Value) {
    let answer = site.post(session, &format!("/api/v1/cases/{reference}/{what}"), &body);
    (answer.status, answer.json())
}

#[test]
fn the_police_get_what_another_person_approved_and_it_verifies() {
    let site = Site::new();
    let (reviewer, approver, officer) = (site.sign_in("reviewer"), site.sign_in("approver"), site.sign_in("data_protection_officer"));
    let received = site.post(&site.sign_in("viewer"), "/api/v1/cases", &order(&site));
    assert_eq!(received.status, 201, "{}", received.text());
    let reference = received.json()["reference"].as_str().unwrap().to_owned();
    let code = received.json()["code"].as_str().unwrap().replace('-', "");
    assert!(code.len() * 5 >= 60, "{code}");
    let hold = received.json()["holds"][0].as_str().unwrap().to_owned();
    assert_eq!(site.get(&reviewer, &format!("/api/v1/holds/{hold}")).json()["stage"], "in_force");
    assert_eq!(site.get(&reviewer, &format!("/api/v1/holds/{hold}")).json()["case"], reference);

    let listed = site.get(&reviewer, "/api/v1/cases").json();
    assert_eq!((listed[0]["reference"].as_str(), listed[0]["overdue"].as_bool()), (Some(reference.as_str()), Some(false)));
    assert!(listed[0]["days_left"].as_i64().unwrap() >= 28, "{listed}");
    let steps = [
        json!({"event": "begin", "identity": {"how": "called_back"}, "reason": "Switchboard confirmed"}),
        json!({"event": "found", "reason": "Seen", "search": {"cameras": ["gate"], "method": "Played through",
            "windows": [{"from": order(&site)["asked"][0]["from"], "to": order(&site)["asked"][0]["to"]}]}}),
    ];
    for step in steps {
        let (status, told) = go(&site, &reviewer, &reference, "steps", step);
        assert_eq!(status, 200, "{told}");
    }
    assert_eq!(go(&site, &reviewer, &reference, "decision", release()).0, 409, "no form yet");
    assert_eq!(go(&site, &reviewer, &reference, "form", json!({"force": "Test"})).0, 400);
    assert_eq!(go(&site, &reviewer, &reference, "form", form()).0, 200);
    let (status, told) = go(&site, &reviewer, &reference, "decision", release());
    assert_eq!(status, 200, "{told}");
    let prepare = json!({"event": "prepare", "content": "original", "reason": "Whole"});
    assert_eq!(go(&site, &reviewer, &reference, "steps", prepare).1["state"], "checking");

    let password = |role: &str| site.passwords[role].clone();
    let say = |what, role: &str| json!({"what": what, "reason": "Looked at", "password": password(role)});
    assert_eq!(go(&site, &reviewer, &reference, "approval", say("check", "reviewer")).1["code"], "case_state", "one's own work");
    assert_eq!(go(&site, &approver, &reference, "approval", json!({"what": "check", "reason": "Looked at"})).1["code"], "password_needed");
    assert_eq!(go(&site, &approver, &reference, "approval", say("check", "approver")).1["state"], "ready");
    assert_eq!(go(&site, &reviewer, &reference, "approval", say("decision", "reviewer")).1["code"], "role_lacks_permission");
    let let_out = |role: &str| json!({"reason": "Handed over", "password": password(role)});
    assert_eq!(go(&site, &reviewer, &reference, "release", let_out("reviewer")).1["code"], "case_not_ready");
    assert_eq!(go(&site, &officer, &reference, "approval", say("decision", "data_protection_officer")).0, 200);
    let (status, released) = go(&site, &reviewer, &reference, "release", let_out("reviewer"));
    assert_eq!((status, released["case"]["state"].as_str()), (201, Some("released")), "{released}");

    let bundle = site.get(&reviewer, released["exports"][0]["bundle"].as_str().unwrap());
    let zip = site.appliance.folder.path().join("bundle.zip");
    fs::write(&zip, &bundle.body).unwrap();
    let verified = site.appliance.cli(&["verify", zip.to_str().unwrap()]);
    assert!(verified.status.success(), "{}", String::from_utf8_lossy(&verified.stdout));

    let register = site.get(&approver, "/api/v1/disclosures").json();
    assert_eq!((register[0]["case"].as_str(), register[0]["organisation"].as_str()), (Some(reference.as_str()), Some("Test Constabulary")));
    assert_eq!(
        (&register[0]["decided_by"]["name"], &register[0]["approved_by"]["name"]),
        (&json!("reviewer"), &json!("data_protection_officer"))
    );
    let csv = site.get(&approver, "/api/v1/disclosures.csv");
    assert!(csv.header("content-type").unwrap().starts_with("text/csv") && csv.text().contains("\"PC Mallory Quux\""), "{}", csv.text());

    let early = site.post(&approver, &format!("/api/v1/holds/{hold}/release"), &json!({"password": password("approver")}));
    assert_eq!(early.json()["code"], "case_open", "{}", early.text());
    assert_eq!(go(&site, &approver, &reference, "close", let_out("approver")).1["state"], "closed");
    assert_eq!(site.get(&reviewer, &format!("/api/v1/holds/{hold}")).json()["stage"], "awaiting_second");
    assert_eq!(site.get(&reviewer, "/api/v1/cases").json(), json!([]));
    assert_eq!(site.get(&reviewer, "/api/v1/cases?all=yes").json()[0]["state"], "closed");
    let shown = site.get(&reviewer, &format!("/api/v1/cases/{reference}")).json();
    assert_eq!(
        (shown["person"]["name"].as_str(), shown["events"].as_array().map(Vec::len)),
        (Some("PC Mallory Quux"), Some(10)),
        "{shown}"
    );
    assert!(site.appliance.cli(&["audit", "verify"]).status.success());
    let log = fs::read_to_string(site.appliance.folder.path().join("daemon.log")).unwrap();
    assert!(!log.contains("Quux") && !log.contains("bicycle"), "the log names a person");
}

#[test]
fn whoever_may_not_see_cases_learns_nothing_of_them() {
    let site = Site::new();
    let received = site.post(&site.sign_in("reviewer"), "/api/v1/cases", &order(&site)).json();
    let (there, nowhere) = (received["reference"].as_str().unwrap().to_owned(), "HF-2020-000099");
    for role in ["viewer", "reviewer", "approver", "data_protection_officer", "administrator", "auditor"] {
        let session = site.sign_in(role);
        let sees = matches!(role, "reviewer" | "approver" | "data_protection_officer");
        let mut complaint = order(&site);
        complaint["kind"] = json!("complaint");
        let taken = site.post(&session, "/api/v1/cases", &complaint).status;
        assert_eq!(taken, if role == "auditor" { 403 } else { 201 }, "{role}");
        for list in ["/api/v1/cases", "/api/v1/disclosures", "/api/v1/disclosures.csv"] {
            assert_eq!(site.get(&session, list).status, if sees { 200 } else { 403 }, "{role} {list}");
        }
        let shown = |reference: &str| site.get(&session, &format!("/api/v1/cases/{reference}"));
        assert_eq!(shown(&there).status, if sees { 200 } else { 403 }, "{role}");
        assert_eq!(shown(nowhere).status, if sees { 404 } else { 403 }, "{role}");
        for strange in ["..%2f..%2fusers", "1", "HF-2026-000001%00", "%e2%80%a6"] {
            assert_eq!(shown(strange).status, if sees { 404 } else { 403 }, "{role} {strange}");
        }
        for what in ["steps", "form", "decision", "approval", "release", "close"] {
            let told = |reference: &str| {
                let body = json!({"event": "withdraw", "reason": "As a test", "decision": {"verdict": "grant"}, "what": "check"});
                let answer = site.post(&session, &format!("/api/v1/cases/{reference}/{what}"), &body);
                (answer.status, answer.text())
            };
            if sees {
                assert_eq!(told(nowhere).0, 404, "{role} {what}");
            } else {
                assert_eq!((told(&there), told(&there).0), (told(nowhere), 403), "{role} {what}: tells whether a case exists");
            }
        }
    }
    // The year belongs to the reference: a count alone finds nothing.
    let count = there.rsplit('-').next().unwrap();
    assert_eq!(site.get(&site.sign_in("reviewer"), &format!("/api/v1/cases/HF-1999-{count}")).status, 404);
    assert_eq!(request(&site.appliance.listen, "GET", &format!("/api/v1/cases/{there}"), &[], "").status, 401);
}

#[test]
fn an_overdue_request_shouts_at_every_door() {
    let mut site = Site::new();
    let quiet = site.appliance.cli(&["case", "list"]);
    assert_eq!((quiet.status.code(), String::from_utf8_lossy(&quiet.stdout).trim()), (Some(0), "No request is open."));
    let receive = |kind: &str, received: &str| {
        site.appliance.json(&[
            "case",
            "receive",
            "--kind",
            kind,
            "--channel",
            "phone",
            "--name",
            "Zebedee Quux",
            "--contact",
            "by phone",
            "--received",
            received,
            "--json",
        ])
    };
    let late = receive("objection", "2026-01-31T10:00:00Z");
    assert_eq!(late["due"], "2026-03-02");
    let reference = late["reference"].as_str().unwrap().to_owned();
    assert_eq!(receive("complaint", "2026-06-30T23:30:00Z")["due"], "2026-07-31", "received on 1 July in London");
    let listed = site.appliance.cli(&["case", "list", "--json"]);
    let cases: Value = serde_json::from_slice(&listed.stdout).unwrap();
    assert_eq!((listed.status.code(), cases[0]["reference"].as_str()), (Some(1), Some(reference.as_str())), "what is due first is first");
    assert!(String::from_utf8_lossy(&site.appliance.cli(&["case", "list"]).stdout).contains("OVERDUE"));
    assert_eq!(site.appliance.json(&["status", "--json"])["cases"], json!({"open": 2, "due_soon": 0, "overdue": 2, "forms_owed": 0}));
    assert!(String::from_utf8_lossy(&site.appliance.cli(&["status"]).stdout).contains("2 OVERDUE"));
    site.appliance.stop();
    site.appliance.start();
    let log = || fs::read_to_string(site.appliance.folder.path().join("daemon.log")).unwrap();
    wait_until(Duration::from_secs(20), "the log shouts", || {
        log().lines().any(|line| line.contains("ERROR") && line.contains("OVERDUE") && line.contains(&reference))
    });
    assert!(!log().contains("Quux"));

    assert_told(&site.appliance.cli(&["case", "show", "17"]), 2, &["no case reference", "HF-2026-000123"]);
    assert_told(&site.appliance.cli(&["case", "show", "HF-2026-999999"]), 2, &["There is no such case."]);
    let early = ["case", "release", &reference, "--reason", "In a hurry"];
    assert_told(&site.appliance.cli(&early), 2, &["not ready", "another person has approved"]);
    let moved = site.appliance.json(&[
        "case",
        "move",
        &reference,
        "begin",
        "--reason",
        "Anybody may object",
        "--with",
        r#"{"identity": {"how": "known_tenant"}}"#,
        "--json",
    ]);
    assert_eq!(moved["state"], "searching");
    assert_told(&site.appliance.cli(&["case", "move", &reference, "begin", "--reason", "Again", "--with", "{"]), 2, &["no JSON object"]);
}
