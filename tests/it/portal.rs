//! The public's door as strangers meet it: what can't be reached there, the headers, the cookie, an
//! application from its beginning to its end, and what is left on the disk of it.

use std::{fs, net::TcpListener, path::Path};

use crate::{
    appliance::Appliance,
    browser::{Answer, request, send_form},
    doors::nobody,
};

/// An address for a portal, and what puts it into a configuration.
pub fn portal_at(more: &str) -> (String, impl FnOnce(String) -> String + use<>) {
    let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string();
    let portal = format!("[web.portal]\nlisten = \"{address}\"\n[notice]\nphone = \"01632 960 001\"\n{more}[site]\n");
    (address, move |config: String| config.replace("[site]\n", &portal))
}

/// A running box with a portal, and the portal's address.
fn with_portal(more: &str) -> (Appliance, String) {
    let mut appliance = Appliance::new(&[("gate", &nobody())], "60s");
    let (address, put) = portal_at(more);
    let config = fs::read_to_string(appliance.config()).unwrap();
    fs::write(appliance.config(), put(config)).unwrap();
    appliance.start();
    (appliance, address)
}

pub fn get(address: &str, path: &str, cookie: Option<&str>) -> Answer {
    let headers: Vec<(&str, &str)> = cookie.map(|cookie| ("Cookie", cookie)).into_iter().collect();
    request(address, "GET", path, &headers, "")
}

/// What stands between `before` and `after` in a page.
pub fn between(page: &str, before: &str, after: &str) -> String {
    page.split(before).nth(1).and_then(|rest| rest.split(after).next()).unwrap_or_default().to_owned()
}

/// Begins an application; its cookie and the form's token.
fn begun(address: &str, errand: &str) -> (String, String) {
    let answer = send_form(address, &format!("/apply/{errand}"), None, &[]);
    let cookie = answer.cookie().expect("a cookie");
    let page = get(address, answer.header("location").unwrap(), Some(&cookie)).text();
    (cookie, between(&page, "name=\"csrf\" value=\"", "\""))
}

/// Answers one question; where that leads.
fn answered(address: &str, at: &str, (cookie, csrf): &(String, String), fields: &[(&str, &str)]) -> String {
    let fields: Vec<(&str, &str)> = fields.iter().copied().chain([("csrf", csrf.as_str())]).collect();
    let answer = send_form(address, at, Some(cookie), &fields);
    assert_eq!(answer.status, 303, "{at}: {}", answer.text());
    answer.header("location").unwrap().to_owned()
}

/// Every file below a folder whose bytes hold `words`.
pub fn files_with(folder: &Path, words: &str) -> Vec<String> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files_with(&path, words));
        } else if path.is_file() && fs::read(&path).unwrap().windows(words.len()).any(|window| window == words.as_bytes()) {
            found.push(path.display().to_string());
        }
    }
    found
}

#[test]
fn nothing_of_the_staffs_side_can_be_reached_at_the_portal_nor_the_reverse() {
    let (appliance, portal) = with_portal("");
    for path in [
        "/login",
        "/setup",
        "/users",
        "/api/v1/openapi.json",
        "/api/v1/status",
        "/api/v1/cameras/gate/hls/index.m3u8",
        "/healthz",
        "/readyz",
        "/assets/app.js",
        "/assets/app.css",
        "/assets/%2e%2e%2fCargo.toml",
    ] {
        assert_eq!(get(&portal, path, None).status, 404, "{path}");
    }
    for path in ["/privacy", "/apply/footage-of-me", "/signs", "/return"] {
        assert_eq!(get(&portal, path, None).status, 200, "{path}");
        assert_eq!(get(&appliance.listen, path, None).status, 404, "{path} at the staff's side");
    }
}

#[test]
fn every_page_of_the_portal_is_closed_to_scripts_and_frames_and_sets_no_cookie_before_it_must() {
    let (_appliance, portal) = with_portal("");
    for path in ["/", "/privacy", "/privacy/cy/large-print", "/signs/gate/pl", "/apply/police", "/return", "/nowhere"] {
        let answer = get(&portal, path, None);
        let policy = answer.header("content-security-policy").unwrap_or_default();
        assert!(
            policy.starts_with("default-src 'none'") && !policy.contains("script") && policy.contains("frame-ancestors 'none'"),
            "{path}"
        );
        assert_eq!((answer.header("x-content-type-options"), answer.header("referrer-policy")), (Some("nosniff"), Some("no-referrer")));
        assert!(answer.header("set-cookie").is_none(), "{path} sets a cookie");
        assert!(!answer.text().contains("<script"), "{path} has a script");
    }
    let foreign = [("Sec-Fetch-Site", "cross-site"), ("Content-Type", "application/x-www-form-urlencoded")];
    assert_eq!(request(&portal, "POST", "/apply/complaint", &foreign, "").status, 403);
    let cookie = send_form(&portal, "/apply/complaint", None, &[]).header("set-cookie").unwrap().to_owned();
    assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Strict") && !cookie.contains("Max-Age"), "{cookie}");
}

#[test]
fn the_notice_follows_the_configuration_and_keeps_its_history() {
    let (mut appliance, portal) = with_portal("recipients = [\"our insurers\"]\n");
    let first = get(&portal, "/privacy", None).text();
    for fact in ["our insurers", "01632 960 001", "31 days", "Version 1"] {
        assert!(first.contains(fact), "lacks {fact}");
    }
    appliance.stop();
    let config = fs::read_to_string(appliance.config()).unwrap();
    fs::write(appliance.config(), config.replace("our insurers", "our solicitors")).unwrap();
    appliance.start();
    let second = get(&portal, "/privacy", None).text();
    assert!(second.contains("our solicitors") && second.contains("Version 2"), "{second}");
    assert!(get(&portal, "/privacy/version/1", None).text().contains("our insurers"));
    assert!(get(&portal, "/privacy/cy", None).text().contains("lang=\"cy\""));
}

#[test]
fn an_application_is_asked_kept_sealed_and_becomes_a_case_with_its_hold() {
    let (appliance, portal) = with_portal("");
    let me = begun(&portal, "footage-of-me");
    let at = |tag: &str| format!("/apply/footage-of-me/{tag}");
    assert_eq!(answered(&portal, &at("for-whom"), &me, &[("for", "me")]), at("name"));
    let wrong = send_form(&portal, &at("name"), Some(&me.0), &[("name", " "), ("csrf", &me.1)]);
    assert!(wrong.text().contains("There is a problem") && wrong.text().contains("Write your first and last name"), "{}", wrong.text());
    assert_eq!(answered(&portal, &at("name"), &me, &[("name", "Wilhelmina <b>Tenant")]), at("contact"));
    assert_eq!(answered(&portal, &at("contact"), &me, &[("email", "w@tenant.example"), ("phone", ""), ("post", "")]), at("place"));
    assert_eq!(answered(&portal, &at("place"), &me, &[("places", "gate")]), at("day"));
    assert_eq!(answered(&portal, &at("day"), &me, &[("day-day", "25"), ("day-month", "10"), ("day-year", "2026")]), at("times"));
    let which = answered(&portal, &at("times"), &me, &[("from", "1:30"), ("until", "2.30am")]);
    assert_eq!(which, at("which-hour"), "an hour that happened twice is asked about");
    assert_eq!(answered(&portal, &which, &me, &[("which-hour", "second")]), at("looks"));
    assert_eq!(answered(&portal, &at("looks"), &me, &[("looks", "red coat")]), at("vehicle"));
    assert_eq!(answered(&portal, &at("vehicle"), &me, &[("vehicle", "")]), at("help"));
    assert_eq!(answered(&portal, &at("help"), &me, &[("help", "large-print"), ("help", "bsl"), ("help-words", "")]), at("check"));
    let check = get(&portal, &at("check"), Some(&me.0)).text();
    for fact in ["Wilhelmina", "25 10 2026", "red coat", "British Sign Language", "(GMT)"] {
        assert!(check.contains(fact), "lacks {fact}: {check}");
    }
    assert!(!check.contains("<b>Tenant"), "what was written is escaped");
    assert_eq!(files_with(appliance.folder.path(), "Wilhelmina"), Vec::<String>::new(), "answers lie in plain");
    let sent = send_form(&portal, &at("send"), Some(&me.0), &[("csrf", &me.1)]);
    let received = sent.text();
    let reference = format!("HF-{}", received.split("HF-").nth(1).unwrap().split('<').next().unwrap());
    assert!(received.contains("You hear from us by") && received.contains("footage you asked about is kept"), "{received}");
    let case = appliance.json(&["case", "show", &reference, "--json"]).to_string();
    for fact in ["subject_access", "portal", "Large print", "red coat", "2026-10-25T01:30:00.000Z", "2026-10-25T02:30:00.000Z"] {
        assert!(case.contains(fact), "lacks {fact}: {case}");
    }
    assert_eq!(fs::read_dir(appliance.data().join("drafts")).unwrap().count(), 0, "the draft is gone once it is sent");
    assert_eq!(get(&portal, &at("check"), Some(&me.0)).header("location"), Some("/apply/footage-of-me"));
}

#[test]
fn a_saved_application_opens_with_reference_and_code_and_not_by_guessing() {
    let (_appliance, portal) = with_portal("");
    let me = begun(&portal, "complaint");
    answered(&portal, "/apply/complaint/name", &me, &[("name", "Ann Tenant")]);
    // Nothing typed is lost, though nobody pressed "Continue".
    let saved = send_form(&portal, "/apply/complaint/save", Some(&me.0), &[("email", "ann@tenant.example"), ("csrf", &me.1)]).text();
    let mut shown = saved.split("portal-code\">").skip(1).map(|rest| rest.split('<').next().unwrap().to_owned());
    let (reference, code) = (shown.next().unwrap(), shown.next().unwrap());
    let back = send_form(&portal, "/return", None, &[("reference", &reference.to_lowercase()), ("code", &code.replace('-', " "))]);
    let cookie = back.cookie().expect("a new cookie");
    assert_ne!(cookie, me.0);
    assert!(get(&portal, "/apply/complaint/contact", Some(&cookie)).text().contains("ann@tenant.example"));
    assert_eq!(get(&portal, "/apply/complaint/contact", Some(&me.0)).status, 303, "the first browser's token is void");
    let unknown = send_form(&portal, "/return", None, &[("reference", "AAAAA-AAAAA"), ("code", "x")]);
    let wrong = send_form(&portal, "/return", None, &[("reference", &reference), ("code", "x")]);
    assert_eq!(wrong.text().replace(&reference, "AAAAA-AAAAA"), unknown.text(), "a reference that exists is told from none");
    let tries: Vec<u16> = (0..6).map(|_| send_form(&portal, "/return", None, &[("reference", &reference), ("code", "x")]).status).collect();
    assert!(tries.contains(&429), "{tries:?}");
}

#[test]
fn a_form_without_its_token_changes_nothing() {
    let (_appliance, portal) = with_portal("");
    let me = begun(&portal, "complaint");
    send_form(&portal, "/apply/complaint/name", Some(&me.0), &[("name", "Mallory"), ("csrf", "no")]);
    assert!(!get(&portal, "/apply/complaint/name", Some(&me.0)).text().contains("Mallory"));
    // Another's draft can't be opened by its reference with one's own token.
    let other = begun(&portal, "complaint");
    let (mine, theirs) = (me.0.split_once('.').unwrap(), other.0.split_once('.').unwrap());
    assert_eq!(get(&portal, "/apply/complaint/name", Some(&format!("{}.{}", theirs.0, mine.1))).status, 303);
}

#[test]
fn the_log_says_which_page_and_nothing_of_who() {
    let (appliance, portal) = with_portal("");
    let me = begun(&portal, "complaint");
    answered(&portal, "/apply/complaint/name", &me, &[("name", "Wilhelmina")]);
    let log = fs::read_to_string(appliance.folder.path().join("daemon.log")).unwrap();
    assert!(log.contains("/apply/{errand}/{question}"), "{log}");
    let reference = me.0.split_once('=').unwrap().1.split('.').next().unwrap();
    for secret in ["Wilhelmina", reference, &me.1] {
        assert!(!log.contains(secret), "the log holds {secret}");
    }
}
