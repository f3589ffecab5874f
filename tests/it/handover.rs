//! A released copy handed over on a medium: the films for it, the sheet that is signed, and what the log and
//! the case say of it afterwards. And before it: where whoever searches is told to look.

use std::{fs, process::Command, time::Duration};

use holdfast::adapters::clock;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::{
    appliance::wait_until,
    cases_doors::{form, go, order, release},
    keeping_doors::{Session, Site},
    letters::{keep_to_look_at, words},
    portal_delivery::{Link, released},
    portal_follow::Asked,
};

const ON_A_STICK: &str = "USB stick, serial 4711-0815";

fn hand_over() -> Value {
    json!({"event": "hand_over", "reason": "Collected at the office", "handover": {"medium": ON_A_STICK, "to": "PC 99 Quux"}})
}

fn sheet(site: &Site, session: &Session, case: &str) -> String {
    let answer = site.get(session, &format!("/api/v1/cases/{case}/letters/handover.pdf"));
    assert_eq!(answer.status, 200, "{}", answer.text());
    keep_to_look_at(&format!("{case}-handover"), &answer.body);
    words(&answer.body)
}

#[test]
fn a_tenants_film_goes_on_a_stick_with_a_sheet_that_names_its_hash() {
    let asked = Asked::new();
    let (site, case) = (&asked.site, asked.reference.as_str());
    let (reviewer, officer) = (site.sign_in("reviewer"), site.sign_in("data_protection_officer"));
    let refused = |path: &str, status, code: &str| {
        let answer = site.get(&reviewer, &format!("/api/v1/cases/{case}/{path}"));
        assert_eq!((answer.status, answer.json()["code"].as_str()), (status, Some(code)), "{path}: {}", answer.text());
    };
    refused("copies", 404, "nothing_released");
    refused("copies/1", 404, "nothing_released");
    refused("letters/handover.pdf", 409, "letter_not_now");
    assert_eq!(go(site, &reviewer, case, "steps", hand_over()).1["code"], "case_state", "nothing is released yet");

    released(&asked);
    let films = site.get(&reviewer, &format!("/api/v1/cases/{case}/copies")).json();
    assert_eq!(films.as_array().map(Vec::len), Some(1), "{films}");
    let film = site.get(&reviewer, films[0]["film"].as_str().unwrap());
    assert_eq!(
        (film.status, film.header("content-type"), film.body.len() as u64),
        (200, Some("video/mp4"), films[0]["bytes"].as_u64().unwrap())
    );
    refused("copies/2", 404, "film_unknown");
    refused("copies/x", 404, "film_unknown");
    // It is the film that the link gives.
    let link = Link::new(&asked, &reviewer);
    let cookie = link.open(&link.code).cookie().unwrap();
    assert!(link.fetch(&cookie, None).body == film.body, "the link gives another film");
    assert_eq!(asked.leaves(&officer, "delivery.fetch"), 2, "each fetch has its leaf");

    let sha256 = hex::encode(Sha256::digest(&film.body));
    let before = sheet(site, &reviewer, case);
    for fact in
        [&sha256[..8], &sha256[56..], films[0]["name"].as_str().unwrap(), "decided by reviewer", "approved by approver", "Export ordered"]
    {
        assert!(before.contains(fact), "{fact} is missing: {before}");
    }
    assert!(!before.contains(ON_A_STICK) && before.contains("Chain of custody from here on"), "{before}");
    let nobody = json!({"event": "hand_over", "reason": "Collected", "handover": {"medium": ON_A_STICK, "to": ""}});
    assert_eq!(go(site, &reviewer, case, "steps", nobody).0, 400, "nobody took it");
    let (status, told) = go(site, &reviewer, case, "steps", hand_over());
    assert_eq!((status, told["state"].as_str()), (200, Some("released")), "{told}");
    assert!(sheet(site, &reviewer, case).contains(&format!("on: {ON_A_STICK}. Taken by: PC 99 Quux.")));
    let leaves = site.get(&officer, "/api/v1/audit?limit=1000").text();
    assert!(
        leaves.contains("hand_over") && !leaves.contains("4711-0815") && !leaves.contains("Quux"),
        "the log names the medium or a person"
    );
    for role in ["viewer", "administrator", "auditor"] {
        let session = site.sign_in(role);
        assert_eq!(site.get(&session, &format!("/api/v1/cases/{case}/copies/1")).status, 403, "{role}");
    }
    assert!(site.appliance.cli(&["audit", "verify"]).status.success());
}

#[test]
fn a_bundle_for_the_police_is_known_by_the_hash_that_the_log_has_of_it() {
    let site = Site::new();
    let (reviewer, approver, officer) = (site.sign_in("reviewer"), site.sign_in("approver"), site.sign_in("data_protection_officer"));
    let asked = order(&site);
    let received = site.post(&reviewer, "/api/v1/cases", &asked).json();
    let case = received["reference"].as_str().unwrap();
    let stretch = &asked["asked"][0];

    // Where to look: the camera that was named, an hour more at either end, and what is there of it.
    let help = site.get(&reviewer, &format!("/api/v1/cases/{case}/search-help")).json();
    let seconds = |text: &Value| text.as_str().unwrap().parse::<jiff::Timestamp>().unwrap().as_second();
    assert_eq!(seconds(&help[0]["asked_from"]) - seconds(&help[0]["from"]), 3_600, "{help}");
    assert_eq!(seconds(&help[0]["to"]) - seconds(&help[0]["asked_to"]), 3_600, "{help}");
    let camera = &help[0]["cameras"][0];
    assert_eq!((&camera["camera"], &camera["why"]), (&json!("gate"), &json!("named")));
    let recorded = camera["recorded_s"].as_i64().unwrap();
    let length = seconds(&stretch["to"]) - seconds(&stretch["from"]);
    assert!(recorded >= length - 1 && recorded < 600, "{recorded} s of a camera that has run for a minute");

    let say = |what: &str, role: &str| json!({"what": what, "reason": "Looked at", "password": site.passwords[role]});
    let search = json!({"cameras": ["gate"], "method": "Played through", "windows": [{"from": stretch["from"], "to": stretch["to"]}]});
    for (session, what, body) in [
        (&reviewer, "steps", json!({"event": "begin", "identity": {"how": "called_back"}, "reason": "Switchboard confirmed"})),
        (&reviewer, "steps", json!({"event": "found", "reason": "Seen", "search": search})),
        (&reviewer, "form", form()),
        (&reviewer, "decision", release()),
        (&reviewer, "steps", json!({"event": "prepare", "content": "original", "reason": "Whole"})),
        (&approver, "approval", say("check", "approver")),
        (&officer, "approval", say("decision", "data_protection_officer")),
    ] {
        let (status, told) = go(&site, session, case, what, body);
        assert_eq!(status, 200, "{what}: {told}");
    }
    let (_, gone) = go(&site, &reviewer, case, "release", json!({"reason": "Handed over", "password": site.passwords["reviewer"]}));
    let bundle_of = || site.get(&reviewer, gone["exports"][0]["bundle"].as_str().unwrap());
    assert_eq!(site.get(&reviewer, &format!("/api/v1/cases/{case}/copies")).json()["code"], "bundle");

    let folder = tempfile::tempdir().unwrap();
    let sums_of = |name: &str| {
        let zip = folder.path().join(name);
        fs::write(&zip, bundle_of().body).unwrap();
        let listed = Command::new("unzip").args(["-p", zip.to_str().unwrap(), "*/SHA256SUMS", "SHA256SUMS"]).output().unwrap();
        assert!(!listed.stdout.is_empty(), "{}", String::from_utf8_lossy(&listed.stderr));
        hex::encode(Sha256::digest(&listed.stdout))
    };
    let (first, second) = (sums_of("first.zip"), sums_of("second.zip"));
    assert_ne!(first, second, "each making is a bundle of its own");
    assert_eq!(go(&site, &reviewer, case, "steps", hand_over()).0, 200);
    // On paper a hash breaks where its line ends.
    let paper = sheet(&site, &reviewer, case).replace(' ', "");
    for sum in [&first, &second] {
        assert!(paper.contains(sum.as_str()), "{sum} is missing: {paper}");
    }
    assert!(paper.contains(&ON_A_STICK.replace(' ', "")) && paper.contains("Bundlemade"), "{paper}");
    assert!(site.appliance.cli(&["audit", "verify"]).status.success());
}

#[test]
fn what_was_recorded_after_the_copy_was_checked_does_not_go_out() {
    let mut asked = Asked::new();
    let reviewer = asked.site.sign_in("reviewer");
    let sealed = || asked.site.sealed();
    let (first, before) = (sealed()[0].clone(), clock::now().utc.to_timestamp());
    let order = json!({
        "kind": "subject_access", "channel": "phone", "requester": {"name": "Zebedee Quux", "contact": "01632 960 002"},
        "asked": [{"cameras": ["gate"], "from": first["start"], "to": (before + jiff::Span::new().minutes(30)).to_string()}],
    });
    let received = asked.site.post(&reviewer, "/api/v1/cases", &order).json();
    asked.reference = received["reference"].as_str().unwrap().to_owned();
    let export = released(&asked)["exports"][0].clone();
    let (to, after) = (export["to"].as_str().unwrap().parse::<jiff::Timestamp>().unwrap(), clock::now().utc.to_timestamp());
    assert!(before <= to && to <= after, "{export}");
    let film = || asked.site.get(&reviewer, &format!("/api/v1/cases/{}/copies/1", asked.reference)).body;
    let count = asked.site.sealed().len();
    wait_until(Duration::from_secs(60), "the segment of the release is sealed, and another", || asked.site.sealed().len() > count + 1);
    let one = film();
    wait_until(Duration::from_secs(60), "two more segments", || asked.site.sealed().len() > count + 3);
    assert!(film() == one, "the released film has grown");
}
