//! T10 of the security paper: no god mode. An administrator sees no footage; in an emergency they open it to
//! themselves for a short time, logged first, shown to the data protection officer, over by itself.

use std::time::Duration;

use serde_json::json;

use crate::{
    appliance::wait_until,
    keeping_doors::{Session, Site},
};

const SECONDS: u64 = 30;

#[test]
fn t10_an_administrator_sees_footage_in_an_emergency_alone_for_a_while_and_never_unnoticed() {
    let site = Site::configured(|config| format!("[policy]\nemergency = \"{SECONDS}s\"\n{config}"));
    let (administrator, officer) = (site.sign_in("administrator"), site.sign_in("data_protection_officer"));
    let segment = site.sealed()[0].clone();
    let (from, to, id) = (segment["start"].as_str().unwrap(), segment["end"].as_str().unwrap(), segment["id"].as_str().unwrap());
    let routes = |view: &str| {
        [
            format!("/api/v1/cameras/gate/timeline?from={from}&to={to}"),
            format!("/api/v1/cameras/gate/media?from={from}&to={to}&view={view}"),
            format!("/api/v1/cameras/gate/frame?at={to}&view={view}"),
            format!("/api/v1/cameras/gate/hls/index.m3u8?from={from}&to={to}&view={view}"),
            format!("/api/v1/cameras/gate/hls/{id}/init.mp4?view={view}"),
            format!("/api/v1/segments?camera=gate&from={from}&to={to}"),
        ]
    };
    let view = |session: &Session| site.post(session, "/api/v1/views", &json!({"purpose": {"kind": "incident", "reason": "as a test"}}));
    let all = |session: &Session, view: &str| routes(view).map(|path| site.get(session, &path).status);
    assert_eq!((view(&administrator).status, all(&administrator, id)), (403, [403; 6]));

    let open = |session: &Session, role: &str, reason: &str| {
        let answer = site.post(session, "/api/v1/emergencies", &json!({"reason": reason, "password": site.passwords[role]}));
        (answer.status, answer.json()["code"].as_str().unwrap_or_default().to_owned())
    };
    let reason = "Child missing from the play area";
    assert_eq!(open(&site.sign_in("viewer"), "viewer", reason), (403, "role_lacks_permission".into()));
    assert_eq!(open(&administrator, "administrator", "urgent"), (400, "reason".into()));
    let bare = site.post(&administrator, "/api/v1/emergencies", &json!({"reason": reason}));
    assert_eq!(bare.json()["code"], "password_needed");
    let nobody = site.appliance.cli(&["user", "emergency", "open", "--reason", reason]);
    assert_eq!(nobody.status.code(), Some(2), "the shell alone is nobody");
    assert_eq!(view(&administrator).status, 403, "none of these opened anything");

    assert_eq!(open(&administrator, "administrator", reason).0, 201);
    let opened = view(&administrator);
    assert_eq!(opened.status, 201, "{}", opened.text());
    let view_id = opened.json()["id"].as_str().unwrap().to_owned();
    assert_eq!(all(&administrator, &view_id), [200; 6]);
    assert_eq!(site.get(&administrator, "/api/v1/exports").status, 403, "to look is not to hand out");
    assert_eq!(open(&administrator, "administrator", reason), (409, "emergency_open".into()));

    // Logged before the first look, and where the data protection officer can't miss it.
    let log = site.appliance.json(&["audit", "show", "--limit", "200", "--json"]);
    let place = |action: &str, outcome: &str| {
        log.as_array()
            .unwrap()
            .iter()
            .find(|leaf| leaf["action"] == action && leaf["outcome"] == outcome)
            .and_then(|leaf| leaf["seq"].as_u64())
    };
    assert!(place("emergency.open", "done").unwrap() < place("footage.play", "intent").unwrap(), "{log}");
    let alarm = |session: &Session| site.get(session, "/api/v1/session").json()["emergencies_to_look_at"].clone();
    assert_eq!((alarm(&officer), alarm(&administrator)), (json!(1), json!(0)));
    assert_eq!(site.appliance.json(&["status", "--json"])["emergencies"], json!({"not_looked_at": 1, "open_now": 1}));
    let listed = site.get(&officer, "/api/v1/emergencies").json();
    assert_eq!((&listed[0]["by"], &listed[0]["reason"], &listed[0]["note"]), (&json!("administrator"), &json!(reason), &json!(null)));

    // It ends by itself, and a second one waits until the first was looked at.
    let over = || all(&administrator, &view_id) == [403; 6];
    wait_until(Duration::from_secs(2 * SECONDS), "footage is closed again", over);
    assert_eq!(open(&administrator, "administrator", reason), (409, "emergency_not_looked_at".into()));
    let look = format!("/api/v1/emergencies/{}/look", listed[0]["id"].as_str().unwrap());
    let note = json!({"note": "The child was found; one camera was looked at."});
    assert_eq!(site.post(&administrator, &look, &note).status, 403, "nobody looks at their own");
    assert_eq!(site.post(&officer, &look, &note).status, 204);
    assert_eq!(site.post(&officer, &look, &note).status, 409);
    assert_eq!(alarm(&officer), json!(0));
    assert_eq!(open(&administrator, "administrator", reason).0, 201);
}
