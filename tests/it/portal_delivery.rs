//! A released copy fetched at the portal: link and code by two ways, in pieces, three times, and by
//! nobody else (T15).

use std::fs;

use serde_json::{Value, json};

use crate::{
    browser::{Answer, request, send_form},
    keeping_doors::Session,
    portal::get,
    portal_follow::Asked,
};

/// Decides, checks, approves and releases a copy in which only the tenant is.
pub fn released(asked: &Asked) -> Value {
    let (reviewer, approver) = (asked.site.sign_in("reviewer"), asked.site.sign_in("approver"));
    let password = |role: &str| asked.site.passwords[role].clone();
    let sealed = asked.site.sealed();
    let windows = json!([{"from": sealed[0]["start"], "to": sealed[0]["end"]}]);
    let verdict =
        json!({"verdict": "release", "extent": {"given": "whole"}, "basis": {"rests_on": "person_in_it"}, "others": {"weighed": "nobody"}});
    let approval = |what| json!({"what": what, "reason": "Looked at", "password": password("approver")});
    let steps: [(&Session, &str, Value); 7] = [
        (&reviewer, "steps", json!({"event": "begin", "identity": {"how": "known_tenant"}, "reason": "On the books"})),
        (
            &reviewer,
            "steps",
            json!({"event": "found", "reason": "Seen", "search": {"cameras": ["gate"], "method": "Played", "windows": windows}}),
        ),
        (&reviewer, "decision", json!({"decision": verdict, "reason": "Only the tenant is in it"})),
        (&reviewer, "steps", json!({"event": "prepare", "content": "only_requester", "reason": "Whole"})),
        (&approver, "approval", approval("check")),
        (&approver, "approval", approval("decision")),
        (&reviewer, "release", json!({"reason": "By link", "password": password("reviewer")})),
    ];
    let mut last = Value::Null;
    for (session, what, body) in steps {
        last = asked.step(session, what, &body);
    }
    last
}

pub struct Link {
    portal: String,
    path: String,
    token: String,
    pub code: String,
}

impl Link {
    pub fn new(asked: &Asked, session: &Session) -> Self {
        let made = asked.step(session, "delivery", &json!({"password": asked.site.passwords["reviewer"]}));
        let link = made["link"].as_str().unwrap();
        let path = link.strip_prefix(&format!("http://{}", asked.portal)).expect("a link to the portal").to_owned();
        let token = path.rsplit('/').next().unwrap().to_owned();
        assert!(token.len() * 6 >= 128, "{token}");
        Self { portal: asked.portal.clone(), path, token, code: made["code"].as_str().unwrap().to_owned() }
    }

    pub fn open(&self, code: &str) -> Answer {
        send_form(&self.portal, &self.path, None, &[("code", code)])
    }

    fn status(&self) -> u16 {
        get(&self.portal, &self.path, None).status
    }

    pub fn fetch(&self, cookie: &str, range: Option<&str>) -> Answer {
        let mut headers = vec![("Cookie", cookie)];
        headers.extend(range.map(|range| ("Range", range)));
        request(&self.portal, "GET", &format!("{}/files/1", self.path), &headers, "")
    }
}

#[test]
fn t15_a_copy_is_fetched_by_link_and_code_in_pieces_and_counted_once() {
    let asked = Asked::new();
    let (reviewer, officer) = (asked.site.sign_in("reviewer"), asked.site.sign_in("data_protection_officer"));
    let early = asked.site.post(
        &reviewer,
        &format!("/api/v1/cases/{}/delivery", asked.reference),
        &json!({"password": asked.site.passwords["reviewer"]}),
    );
    assert_eq!((early.status, early.json()["code"].as_str()), (409, Some("not_deliverable")), "before its release");
    let release = released(&asked);
    let link = Link::new(&asked, &reviewer);
    assert!(link.code.replace('-', "").len() * 5 >= 40, "{}", link.code);
    assert!(asked.tenant().page().contains("Your link works until"));
    assert_eq!(link.fetch("holdfast-request=d.guessed", None).status, 404, "without a code there is nothing");
    assert_eq!(link.open("AAAAA-AAAAA").status, 403);

    let opened = link.open(&link.code.to_lowercase().replace('-', " "));
    assert_eq!(opened.status, 303, "{}", opened.text());
    let cookie = opened.cookie().unwrap();
    let files = get(&asked.portal, &format!("{}/files", link.path), Some(&cookie)).text();
    assert!(files.contains(&format!("{}-1.mp4", asked.reference)), "{files}");
    let whole = link.fetch(&cookie, None);
    assert_eq!((whole.status, whole.header("accept-ranges"), &whole.body[4..8]), (200, Some("bytes"), &b"ftyp"[..]));
    assert_eq!(whole.header("content-length").unwrap(), whole.body.len().to_string());
    // Broken off and gone on with: the same film, and the same one download.
    let cut = whole.body.len() / 3;
    let (first, rest) = (link.fetch(&cookie, Some(&format!("bytes=0-{}", cut - 1))), link.fetch(&cookie, Some(&format!("bytes={cut}-"))));
    assert_eq!((first.status, rest.status), (206, 206));
    assert_eq!(rest.header("content-range").unwrap(), format!("bytes {cut}-{}/{}", whole.body.len() - 1, whole.body.len()));
    assert!([first.body, rest.body].concat() == whole.body, "the pieces are not the whole");
    assert_eq!(link.fetch(&cookie, Some(&format!("bytes={}-", whole.body.len()))).status, 416);
    let film = asked.site.appliance.folder.path().join("film.mp4");
    fs::write(&film, &whole.body).unwrap();
    // It is what the release ordered: the bundle holds the same film.
    let bundle = asked.site.get(&reviewer, release["exports"][0]["bundle"].as_str().unwrap()).body;
    let head = &whole.body[..whole.body.len().min(4096)];
    let at = bundle.windows(head.len()).position(|window| window == head).expect("the film is in the bundle");
    assert!(bundle[at..].starts_with(&whole.body), "the film differs from the one released");

    let standing = || asked.site.get(&reviewer, &format!("/api/v1/cases/{}/delivery", asked.reference)).json();
    assert_eq!((&standing()["downloads"], &standing()["wrong_codes"]), (&json!(1), &json!(1)));
    assert_eq!(asked.leaves(&officer, "delivery.fetch"), 3, "each fetch has its leaf");
    assert_eq!(asked.leaves(&officer, "delivery.open"), 2, "each code has its leaf");
    for role in ["viewer", "administrator", "auditor"] {
        let session = asked.site.sign_in(role);
        assert_eq!(asked.site.get(&session, &format!("/api/v1/cases/{}/delivery", asked.reference)).status, 403, "{role}");
    }
    // Three downloads, and no more; what was begun may still be finished.
    for _ in 0..2 {
        assert_eq!(link.open(&link.code).status, 303);
    }
    assert_eq!((link.open(&link.code).status, link.status()), (410, 410), "a fourth download");
    assert_eq!(link.fetch(&cookie, Some("bytes=0-9")).status, 206);
    let log = fs::read_to_string(asked.site.appliance.folder.path().join("daemon.log")).unwrap();
    for secret in [&link.token, &link.code, &asked.code] {
        assert!(!log.contains(secret.as_str()), "the log holds {secret}");
    }
    assert!(log.contains("/download/{token}"), "{log}");
    assert!(asked.site.appliance.cli(&["audit", "verify"]).status.success());
}

#[test]
fn t15_a_link_ends_by_guessing_by_word_and_by_a_newer_one() {
    let asked = Asked::new();
    let reviewer = asked.site.sign_in("reviewer");
    released(&asked);
    let guessed = Link::new(&asked, &reviewer);
    let tries: Vec<u16> = (0..6).map(|_| guessed.open("AAAAA-AAAAA").status).collect();
    assert_eq!(tries, [403, 403, 403, 403, 403, 410]);
    assert_eq!(guessed.open(&guessed.code).status, 410, "the right code comes too late");

    let first = Link::new(&asked, &reviewer);
    let cookie = first.open(&first.code).cookie().unwrap();
    let second = Link::new(&asked, &reviewer);
    assert_eq!((first.status(), second.status()), (410, 200), "a newer link ends an older one");
    assert_eq!(second.open(&first.code).status, 403, "a code belongs to its link");
    assert_eq!(first.fetch(&cookie, None).status, 410, "and ends what was begun there");
    // A download of one link opens nothing at another.
    assert_eq!(second.fetch(&cookie, None).status, 404);
    let path = format!("/api/v1/cases/{}/delivery", asked.reference);
    let cookie = second.open(&second.code).cookie().unwrap();
    assert_eq!(asked.site.delete(&reviewer, &path).status, 204);
    assert_eq!((second.status(), second.fetch(&cookie, None).status), (410, 410), "taken back is taken back");
    assert_eq!(asked.site.delete(&reviewer, &path).status, 404);
    for strange in [
        "/download/guessed",
        "/download/..%2f..%2fetc%2fpasswd",
        "/download/%00",
        "/download/guessed/files/1",
        "/download/guessed/files/-1",
    ] {
        let status = get(&asked.portal, strange, Some(&cookie)).status;
        assert!(matches!(status, 404 | 400), "{strange}: {status}");
    }
    let password = json!({"password": "not this one at all"});
    assert_eq!(asked.site.post(&reviewer, &path, &password).status, 403, "a link needs the password");
    assert_eq!(asked.site.post(&asked.site.sign_in("viewer"), &path, &json!({"password": asked.site.passwords["viewer"]})).status, 403);
}
