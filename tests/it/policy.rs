//! The provider's policy at the doors: nobody is shown footage before they have read it and were trained;
//! and the register of cameras, which says what nobody has written down.

use std::fs;

use holdfast::adapters::clock;
use serde_json::{Value, json};

use crate::keeping_doors::{Session, Site};

const TEXT: &str = "Look only for a reason.\n\nNever share <what> you see.\n";

/// A site with a policy beside its configuration.
pub fn site() -> Site {
    Site::configured(|config| {
        let data = config.split("data = \"").nth(1).and_then(|rest| rest.split('"').next()).unwrap();
        let file = format!("{data}-policy.txt");
        fs::write(&file, TEXT).unwrap();
        let on_record = "purpose = \"testing\"\nsign = \"S1 at the gate\"\ndpia = \"=DPIA\"\n";
        format!("[policy]\nfile = \"{file}\"\n{}", config.replace("purpose = \"testing\"\n", on_record))
    })
}

fn today() -> String {
    clock::now().utc.to_string()[..10].to_owned()
}

/// Acknowledges the policy, with a training of `trained`.
fn say(site: &Site, session: &Session, version: &Value, trained: &str) -> (u16, String) {
    let answer = site.post(session, "/api/v1/policy/acknowledgement", &json!({"version": version, "trained": trained}));
    (answer.status, answer.json()["code"].as_str().unwrap_or_default().to_owned())
}

pub fn acknowledge(site: &Site, session: &Session) {
    let version = site.get(session, "/api/v1/policy").json()["version"].clone();
    assert_eq!(say(site, session, &version, &today()).0, 204);
}

#[test]
fn footage_is_shown_once_the_policy_was_read_and_again_once_its_new_text_was() {
    let mut site = site();
    let viewer = site.sign_in("viewer");
    let at = site.sealed()[0]["end"].as_str().unwrap().to_owned();
    let open = |site: &Site| site.post(&viewer, "/api/v1/views", &json!({"purpose": {"kind": "incident", "reason": "as a test"}}));
    let frame = |site: &Site, view: &str| site.get(&viewer, &format!("/api/v1/cameras/gate/frame?at={at}&view={view}"));
    let refused = open(&site);
    assert_eq!((refused.status, refused.json()["code"].as_str()), (403, Some("policy_unread")));
    assert!(refused.json()["detail"].as_str().unwrap().contains("Policy"), "it says what to do: {}", refused.text());
    for other in ["/api/v1/cameras", "/api/v1/status", "/api/v1/holds", "/api/v1/policy"] {
        assert_eq!(site.get(&viewer, other).status, 200, "{other}");
    }

    let policy = site.get(&viewer, "/api/v1/policy").json();
    assert_eq!((policy["text"].as_str(), &policy["standing"]["state"]), (Some(TEXT), &json!("never")));
    let version = &policy["version"];
    assert_eq!(say(&site, &viewer, version, "2025-01-01"), (400, "training_too_old".into()));
    assert_eq!(say(&site, &viewer, version, "2099-01-01"), (400, "training_later".into()));
    assert_eq!(say(&site, &viewer, &json!("00".repeat(32)), &today()), (409, "policy_changed".into()));
    assert_eq!(open(&site).status, 403, "none of these counted");
    assert_eq!(say(&site, &viewer, version, &today()), (204, String::new()));
    let view = open(&site).json()["id"].as_str().unwrap().to_owned();
    assert_eq!(frame(&site, &view).status, 200);

    // Whoever answers for it sees who has and who has not.
    let officer = site.sign_in("data_protection_officer");
    let readers = site.get(&officer, "/api/v1/policy/readers").json();
    let state =
        |name: &str| readers.as_array().unwrap().iter().find(|reader| reader["name"] == name).map(|it| it["standing"]["state"].clone());
    assert_eq!((state("viewer"), state("reviewer"), state("administrator")), (Some(json!("fresh")), Some(json!("never")), None));
    let listed = String::from_utf8(site.appliance.cli(&["user", "list"]).stdout).unwrap();
    assert!(listed.lines().any(|line| line.starts_with("viewer") && line.ends_with("policy fresh")), "{listed}");
    assert!(site.get(&site.sign_in("administrator"), "/users").text().contains("acknowledged"));
    let log = site.appliance.json(&["audit", "show", "--limit", "60", "--json"]).to_string();
    assert!(log.contains("policy.acknowledge") && log.contains(version.as_str().unwrap()));

    // Another text: what was open is open no more.
    site.appliance.stop();
    fs::write(format!("{}-policy.txt", site.appliance.data().display()), "Look only for a reason, and say which.\n").unwrap();
    site.appliance.start();
    let barred = frame(&site, &view);
    assert_eq!((barred.status, barred.json()["code"].as_str()), (403, Some("policy_new_text")));
    acknowledge(&site, &viewer);
    assert_eq!(frame(&site, &view).status, 200);
}

#[test]
fn the_register_of_cameras_says_what_is_on_record_and_what_is_missing() {
    let site = site();
    let register = site.appliance.json(&["camera", "register", "--json"]);
    let gate = &register[0];
    assert_eq!((&gate["camera"], &gate["sign"], &gate["dpia"]), (&json!("gate"), &json!("S1 at the gate"), &json!("=DPIA")));
    assert_eq!(gate["missing"], json!(["No field of view on record", "No privacy mask on record", "No contact on record"]));
    let told = String::from_utf8(site.appliance.cli(&["camera", "register"]).stdout).unwrap();
    assert!(told.contains("sign: S1 at the gate") && told.contains("No privacy mask on record"), "{told}");
    let csv = String::from_utf8(site.appliance.cli(&["camera", "register", "--csv"]).stdout).unwrap();
    assert!(csv.contains("\"'=DPIA\"") && csv.lines().count() == 2, "no cell is a formula: {csv}");
    let viewer = site.sign_in("viewer");
    assert_eq!(site.get(&viewer, "/api/v1/cameras/register?format=xml").status, 400);
}
