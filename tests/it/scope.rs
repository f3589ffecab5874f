//! T5 of the security paper: for somebody who is limited to some cameras the others are not there, at
//! any route, in any list, and nothing tells that they are.

use serde_json::{Value, json};

use crate::keeping_doors::{Session, Site};

const NOBODYS: &str = "0190a000-0000-7000-8000-000000000000";

/// A site with a second camera that never records, at another place.
fn site() -> Site {
    Site::configured(|config| {
        config
            + "\n[[camera]]\nid = \"lift\"\nname = \"Lift\"\nplace = \"Birch House\"\npurpose = \"Safety of residents\"\nurl = \"rtsp://127.0.0.1:9/none\"\n"
    })
}

fn made(site: &Site, session: &Session, path: &str, body: &Value, field: &str) -> String {
    let answer = site.post(session, path, body);
    assert!((200..300).contains(&answer.status), "{path}: {}", answer.text());
    answer.json()[field].as_str().unwrap().to_owned()
}

#[test]
fn t5_what_lies_outside_ones_cameras_is_not_there() {
    let site = site();
    let (approver, before) = (site.sign_in("approver"), site.sign_in("reviewer"));
    let segment = site.sealed()[0].clone();
    let (from, to) = (&segment["start"], &segment["end"]);
    let hold = json!({"cameras": ["gate"], "from": from, "to": to, "reason": "Reported theft", "case": "C-1", "requester": "as a test"});
    let hold = made(&site, &approver, "/api/v1/holds", &hold, "id");
    let case = json!({"kind": "police", "channel": "email", "requester": {"name": "PC Blake", "contact": "blake@example.police.uk", "organisation": "Avon and Somerset"},
        "asked": [{"cameras": ["gate"], "from": from, "to": to}], "words": "A theft"});
    let case = made(&site, &approver, "/api/v1/cases", &case, "reference");
    let unnamed = json!({"kind": "subject_access", "channel": "phone", "requester": {"name": "Ann Tenant", "contact": "07700 900123"}, "asked": [{"from": from, "to": to}]});
    let unnamed = made(&site, &approver, "/api/v1/cases", &unnamed, "reference");
    for reference in [&case, &unnamed] {
        assert_eq!(site.get(&approver, &format!("/api/v1/cases/{reference}")).status, 200, "whoever sees the whole site sees it");
        assert!(site.get(&approver, "/api/v1/cases").text().contains(reference));
    }
    let export =
        json!({"case": "C-1", "cameras": ["gate"], "from": from, "to": to, "purpose": {"kind": "incident", "reason": "Reported theft"}});
    let export = made(&site, &approver, "/api/v1/exports", &export, "id");

    let limited = site.appliance.cli(&["user", "limit", "reviewer", "--place", "Birch House"]);
    assert!(limited.status.success(), "{}", String::from_utf8_lossy(&limited.stderr));
    assert_eq!(site.get(&before, "/api/v1/session").status, 401, "a limit ends the sessions from before it");
    let reviewer = site.sign_in("reviewer");
    let view = site.view(&reviewer, "incident");

    // Whatever names the camera answers as for one that no site has, to the letter.
    let alike = |method: &str, path: &str, body: &Value, real: &str, nobodys: &str| {
        let ask = |name: &str| {
            let (path, body) = (path.replace("{it}", name), body.to_string().replace("{it}", name).parse().unwrap());
            let answer = if method == "GET" { site.get(&reviewer, &path) } else { site.send(&reviewer, method, &path, &body) };
            (answer.status, answer.text().replace(name, "IT"))
        };
        let (foreign, nowhere) = (ask(real), ask(nobodys));
        assert_eq!(foreign, nowhere, "{method} {path}");
        assert!(matches!(foreign.0, 400 | 403 | 404) && !foreign.1.contains("\"form\""), "{method} {path}: {foreign:?}");
    };
    let at = to.as_str().unwrap();
    let range = format!("from={}&to={at}&view={view}", from.as_str().unwrap());
    let id = segment["id"].as_str().unwrap();
    for path in [
        format!("/api/v1/cameras/{{it}}/timeline?{range}"),
        format!("/api/v1/cameras/{{it}}/media?{range}"),
        format!("/api/v1/cameras/{{it}}/frame?at={at}&view={view}"),
        format!("/api/v1/cameras/{{it}}/live?view={view}"),
        format!("/api/v1/cameras/{{it}}/hls/index.m3u8?{range}"),
        format!("/api/v1/cameras/{{it}}/hls/{id}/init.mp4?view={view}"),
        format!("/api/v1/cameras/{{it}}/hls/{id}/0.m4s?view={view}"),
        format!("/api/v1/segments?camera={{it}}&{range}"),
        format!("/api/v1/segments/check?camera={{it}}&{range}"),
    ] {
        alike("GET", &path, &Value::Null, "gate", "cellar");
    }
    let order = |more: Value| {
        let mut order = json!({"cameras": ["{it}"], "from": from, "to": to, "reason": "Reported theft", "case": "C-2"});
        order.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        order
    };
    alike("POST", "/api/v1/holds", &order(json!({"requester": "as a test"})), "gate", "cellar");
    alike("POST", "/api/v1/exports", &order(json!({"purpose": {"kind": "incident", "reason": "Reported theft"}})), "gate", "cellar");
    let asked = json!({"kind": "police", "channel": "email", "requester": {"name": "PC Blake", "contact": "blake@example.police.uk"}, "asked": [{"cameras": ["{it}"], "from": from, "to": to}]});
    alike("POST", "/api/v1/cases", &asked, "gate", "cellar");
    alike("GET", "/api/v1/holds/{it}", &Value::Null, &hold, NOBODYS);
    alike("POST", "/api/v1/holds/{it}/withdraw", &json!({"password": "not asked for"}), &hold, NOBODYS);
    alike("POST", "/api/v1/holds/{it}/check", &json!({}), &hold, NOBODYS);
    alike("GET", "/api/v1/exports/{it}/bundle.zip", &Value::Null, &export, NOBODYS);
    for case in [&case, &unnamed] {
        for path in [
            "/api/v1/cases/{it}",
            "/api/v1/cases/{it}/papers",
            "/api/v1/cases/{it}/delivery",
            "/api/v1/cases/{it}/redactions",
            "/api/v1/cases/{it}/search-help",
            "/api/v1/cases/{it}/copies",
        ] {
            alike("GET", path, &Value::Null, case, "HF-2020-999999");
        }
    }

    // Where to look for a case of their own: among their own cameras alone.
    let own = json!({"kind": "subject_access", "channel": "phone", "requester": {"name": "Bo Tenant", "contact": "07700 900124"},
        "asked": [{"cameras": ["lift"], "from": from, "to": to}]});
    let own = made(&site, &reviewer, "/api/v1/cases", &own, "reference");
    let help = site.get(&reviewer, &format!("/api/v1/cases/{own}/search-help")).json();
    assert_eq!((&help[0]["cameras"][0]["camera"], &help[0]["cameras"][1]), (&json!("lift"), &Value::Null), "{help}");

    // No list and no count shows anything of it.
    for path in ["cameras", "segments", "holds", "exports", "cases", "retention", "deletions", "expiry/plan", "status"] {
        let answer = site.get(&reviewer, &format!("/api/v1/{path}?all=yes"));
        let answer = if answer.status == 400 { site.get(&reviewer, &format!("/api/v1/{path}")) } else { answer };
        assert_eq!(answer.status, 200, "{path}: {}", answer.text());
        for foreign in ["\"gate\"", id, &hold, &case, &unnamed, &export] {
            assert!(!answer.text().contains(foreign), "{path} tells of {foreign}: {}", answer.text());
        }
    }
    for path in ["/api/v1/disclosures", "/api/v1/disclosures.csv", "/api/v1/segments/check"] {
        assert_eq!(site.get(&reviewer, path).json()["code"], "limited_to_some_cameras", "{path}");
    }
    let cameras = site.get(&reviewer, "/api/v1/cameras").json();
    assert_eq!(cameras.as_array().unwrap().iter().map(|camera| camera["id"].as_str().unwrap()).collect::<Vec<_>>(), ["lift"]);

    // The roles that decide for the whole site can't be limited; and a limit is to something.
    for (name, arguments, words) in [
        ("approver", ["--camera", "gate"], "whole site"),
        ("reviewer", ["--camera", "cellar"], "no such camera"),
        ("reviewer", ["--place", "Nowhere"], "no camera at"),
    ] {
        let refused = site.appliance.cli(&[&["user", "limit", name], &arguments[..]].concat());
        assert!(!refused.status.success());
        let told = String::from_utf8_lossy(&refused.stderr).into_owned();
        assert!(told.contains(words), "{name} {arguments:?}: {told}");
    }
    assert!(site.appliance.cli(&["user", "limit", "reviewer", "--whole-site"]).status.success());
    assert_eq!(site.get(&site.sign_in("reviewer"), &format!("/api/v1/cases/{case}")).status, 200);
}
