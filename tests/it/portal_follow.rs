//! A request followed at the portal by whoever made it: how it stands, questions and answers, papers,
//! withdrawal; what strangers learn, and what is left of a paper once identity is settled.

use std::{fs, path::Path};

use serde_json::{Value, json};

use crate::{
    browser::{Answer, request, send_file, send_form},
    keeping_doors::{Session, Site},
    portal::{between, files_with, get, portal_at},
};

/// A box with a portal, its address, and a request of a tenant's: reference and code.
pub struct Asked {
    pub site: Site,
    pub portal: String,
    pub reference: String,
    pub code: String,
}

/// A tenant's browser, signed in to their request.
pub struct Tenant {
    portal: String,
    cookie: String,
}

impl Asked {
    pub fn new() -> Self {
        let (portal, put) = portal_at("");
        Self::of(portal, Site::configured(put))
    }

    /// Of a tenant of this site's, whose portal is there.
    pub fn of(portal: String, site: Site) -> Self {
        let sealed = site.sealed();
        let order = json!({
            "kind": "subject_access", "channel": "phone", "words": "I wore a red hat",
            "requester": {"name": "Zebedee Quux", "contact": "01632 960 002"},
            "asked": [{"place": "the gate", "cameras": ["gate"], "from": sealed[0]["start"], "to": sealed[0]["end"]}],
        });
        let received = site.post(&site.sign_in("viewer"), "/api/v1/cases", &order).json();
        let text = |field: &str| received[field].as_str().unwrap().to_owned();
        let (reference, code) = (text("reference"), text("code"));
        Self { site, portal, reference, code }
    }

    pub fn tenant(&self) -> Tenant {
        let entered = send_form(&self.portal, "/status", None, &[("reference", &self.reference), ("code", &self.code)]);
        assert_eq!(entered.status, 303, "{}", entered.text());
        Tenant { portal: self.portal.clone(), cookie: entered.cookie().unwrap() }
    }

    /// Posts to the case as a colleague.
    pub fn step(&self, session: &Session, what: &str, body: &Value) -> Value {
        let answer = self.site.post(session, &format!("/api/v1/cases/{}/{what}", self.reference), body);
        assert!(answer.status < 300, "{what}: {}", answer.text());
        answer.json()
    }

    /// How often something stands in the log.
    pub fn leaves(&self, officer: &Session, action: &str) -> usize {
        let read = self.site.get(officer, "/api/v1/audit?limit=500").json();
        let leaves = read.as_array().expect("leaves");
        leaves.iter().filter(|leaf| leaf["action"] == action).count()
    }

    fn state(&self, session: &Session) -> String {
        self.site.get(session, &format!("/api/v1/cases/{}", self.reference)).json()["state"].as_str().unwrap().to_owned()
    }
}

impl Tenant {
    pub fn page(&self) -> String {
        let answer = get(&self.portal, "/status/request", Some(&self.cookie));
        assert_eq!(answer.status, 200, "{}", answer.text());
        answer.text()
    }

    fn csrf(&self) -> String {
        between(&get(&self.portal, "/status/withdraw", Some(&self.cookie)).text(), "name=\"csrf\" value=\"", "\"")
    }

    fn send(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let csrf = self.csrf();
        let fields: Vec<(&str, &str)> = fields.iter().copied().chain([("csrf", csrf.as_str())]).collect();
        send_form(&self.portal, path, Some(&self.cookie), &fields)
    }

    fn paper(&self, name: &str, content: &[u8]) -> Answer {
        send_file(&self.portal, "/status/papers", &self.cookie, &self.csrf(), ("paper", name), content)
    }
}

/// The head of a picture that claims a size, with words behind it.
fn png(width: u32, height: u32, words: &str) -> Vec<u8> {
    let mut bytes = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec();
    bytes.extend(width.to_be_bytes());
    bytes.extend(height.to_be_bytes());
    bytes.extend(b"\x08\x02\0\0\0\0\0\0\0");
    bytes.extend(words.as_bytes());
    bytes
}

fn papers(data: &Path) -> usize {
    fs::read_dir(data.join("papers")).map_or(0, Iterator::count)
}

#[test]
fn a_request_is_followed_with_reference_and_code_and_nobody_learns_which_exist() {
    let asked = Asked::new();
    let enter = |reference: &str, code: &str| send_form(&asked.portal, "/status", None, &[("reference", reference), ("code", code)]);
    let wrong = enter(&asked.reference, "AAAAA-AAAAA");
    let unknown = enter("HF-1999-000099", "AAAAA-AAAAA");
    assert_eq!(wrong.text().replace(&asked.reference, "HF-1999-000099"), unknown.text(), "a reference that exists is told from none");
    assert_eq!((wrong.status, wrong.cookie()), (unknown.status, None));
    let wrong_year = format!("HF-1999-{}", asked.reference.rsplit('-').next().unwrap());
    assert!(enter(&wrong_year, &asked.code).cookie().is_none(), "the year belongs to the reference");
    for path in ["/status/request", "/status/withdraw"] {
        assert_eq!(get(&asked.portal, path, None).header("location"), Some("/status"), "{path}");
        assert_eq!(get(&asked.portal, path, Some("holdfast-request=v.guessed")).header("location"), Some("/status"), "{path}");
    }
    let tenant = asked.tenant();
    let page = tenant.page();
    for fact in ["We have your request", &asked.reference, "We answer by", "Withdraw this request"] {
        assert!(page.contains(fact), "lacks {fact}: {page}");
    }
    assert!(!page.contains("Quux") && !page.contains("red hat"), "it shows no more than it must");
    assert!(!tenant.cookie.contains(&asked.code) && !page.contains(&asked.code));
    // Neither a reference that exists nor one that doesn't can be tried for ever, and neither is locked for long.
    for reference in [asked.reference.as_str(), "HF-1999-000099"] {
        let tries: Vec<Answer> = (0..6).map(|_| enter(reference, "AAAAA-AAAAA")).collect();
        let stopped = tries.iter().find(|answer| answer.status == 429).expect("tries go on for ever");
        let seconds: u64 = between(&stopped.text(), "Write them again in ", " seconds").parse().unwrap();
        assert!((1..=900).contains(&seconds), "{seconds}");
    }
    let left = send_form(&asked.portal, "/status/leave", Some(&tenant.cookie), &[]);
    assert_eq!(left.header("location"), Some("/status"));
    assert_eq!(get(&asked.portal, "/status/request", Some(&tenant.cookie)).header("location"), Some("/status"), "left is left");
}

#[test]
fn questions_go_back_and_forth_and_a_request_can_be_taken_back() {
    let asked = Asked::new();
    let reviewer = asked.site.sign_in("reviewer");
    let tenant = asked.tenant();
    asked.step(&reviewer, "steps", &json!({"event": "begin", "identity": {"how": "known_tenant"}, "reason": "Secret misgivings"}));
    asked.step(&reviewer, "steps", &json!({"event": "ask_clarification", "reason": "Did you come on foot or by <b>bicycle</b>?"}));
    let page = tenant.page();
    for fact in ["We have a question for you", "on foot or by &#60;b&#62;bicycle", "if we hear from you today"] {
        assert!(page.contains(fact), "lacks {fact}: {page}");
    }
    assert!(!page.contains("Secret misgivings"), "the office's own reasons stay there");
    // Another site, and a page without the token, change nothing (T9).
    let foreign = [("Sec-Fetch-Site", "cross-site"), ("Content-Type", "application/x-www-form-urlencoded"), ("Cookie", &tenant.cookie)];
    for path in ["/status/answer", "/status/withdraw", "/status/papers", "/status/leave", "/status", "/download/x"] {
        assert_eq!(request(&asked.portal, "POST", path, &foreign, "words=forged").status, 403, "{path}");
    }
    send_form(&asked.portal, "/status/answer", Some(&tenant.cookie), &[("words", "forged"), ("csrf", "no")]);
    assert_eq!(asked.state(&reviewer), "clarification_pending");
    let empty = tenant.send("/status/answer", &[("words", " ")]);
    assert!(empty.text().contains("There is a problem") && empty.text().contains("Error: We have a question"), "{}", empty.text());
    assert_eq!(tenant.send("/status/answer", &[("words", "By bicycle,\r\na <script>alert(1)</script> red one")]).status, 303);
    assert_eq!(asked.state(&reviewer), "searching");
    let shown = asked.site.get(&reviewer, &format!("/api/v1/cases/{}", asked.reference)).json();
    let last = shown["events"].as_array().unwrap().last().unwrap();
    assert_eq!(
        (&last["event"], &last["record"]["said"]),
        (&json!("clarified"), &json!("By bicycle,\na <script>alert(1)</script> red one"))
    );
    let page = tenant.page();
    assert!(page.contains("You answered") && page.contains("&#60;script&#62;") && !page.contains("<script"), "{page}");
    assert_eq!(tenant.send("/status/answer", &[("words", "Once more")]).status, 409, "nothing is asked any more");

    assert_eq!(tenant.send("/status/withdraw", &[]).status, 303);
    assert_eq!(asked.state(&reviewer), "withdrawn");
    assert!(tenant.page().contains("You have withdrawn your request"));
    assert_eq!(tenant.send("/status/withdraw", &[]).status, 409);
    // A complaint about it begins with its reference.
    let begun = send_form(&asked.portal, "/apply/complaint", Some(&tenant.cookie), &[("about", "request")]);
    let both = begun.cookie().unwrap();
    assert!(get(&asked.portal, "/apply/complaint/about", Some(&both)).text().contains(&format!("My request {}: ", asked.reference)));
    assert_eq!(get(&asked.portal, "/status/request", Some(&both)).status, 200, "one cookie remembers both");
    let log = fs::read_to_string(asked.site.appliance.folder.path().join("daemon.log")).unwrap();
    for secret in ["bicycle", "Quux", &asked.code] {
        assert!(!log.contains(secret), "the log holds {secret}");
    }
    assert!(asked.site.appliance.cli(&["audit", "verify"]).status.success());
}

#[test]
fn t16_a_paper_is_known_by_its_bytes_and_a_bomb_is_refused_before_it_is_opened() {
    let asked = Asked::new();
    let reviewer = asked.site.sign_in("reviewer");
    let tenant = asked.tenant();
    assert_eq!(tenant.paper("card.png", &png(10, 10, "unasked")).status, 409, "nothing was asked for");
    asked.step(
        &reviewer,
        "steps",
        &json!({"event": "ask_identity", "reason": "We don't know this number: a letter to your address is enough"}),
    );
    let page = tenant.page();
    assert!(page.contains("a letter to your address is enough") && page.contains("type=\"file\""), "{page}");
    let zip = b"PK\x03\x04 a bomb called card.jpg";
    for (name, content, why) in [
        ("card.jpg", zip.to_vec(), "must be a JPEG, a PNG or a PDF"),
        ("card.png", b"<svg onload=alert(1)>".to_vec(), "must be a JPEG, a PNG or a PDF"),
        ("card.png", png(60_000, 60_000, ""), "fewer than 25 megapixels"),
        ("card.png", b"\x89PNG\r\n\x1a\nbroken".to_vec(), "be read"),
        ("card.pdf", Vec::new(), "Choose a file"),
        ("card.png", [png(10, 10, ""), vec![0; 10 << 20]].concat(), "smaller than 10 MB"),
    ] {
        let refused = tenant.paper(name, &content);
        assert!(refused.status == 200 && refused.text().contains(why), "{name} {why}: {}", refused.text());
        assert!(!refused.text().contains("They are kept sealed"));
    }
    assert_eq!(papers(&asked.site.appliance.data()), 0, "nothing that was refused lies anywhere");
    // Names lead nowhere (T8).
    for name in ["../../../../etc/passwd", "..%2f..%2fevil", "/etc/cron.d/evil", "a\\..\\b", "\u{202e}gpj.exe"] {
        assert_eq!(tenant.paper(name, &png(10, 10, "wilhelmina")).status, 303, "{name}");
    }
    assert_eq!(tenant.paper("sixth.png", &png(10, 10, "")).status, 409, "five are enough");
    let data = asked.site.appliance.data();
    assert_eq!(papers(&data), 5);
    assert!(fs::read_dir(data.join("papers")).unwrap().all(|entry| entry.unwrap().file_name().len() == 64), "names are ours");
}

#[test]
fn a_paper_lies_sealed_is_seen_by_those_who_check_and_is_destroyed_with_its_key() {
    let asked = Asked::new();
    let reviewer = asked.site.sign_in("reviewer");
    let tenant = asked.tenant();
    asked.step(&reviewer, "steps", &json!({"event": "ask_identity", "reason": "A letter to your address is enough"}));
    assert_eq!(tenant.paper("card.png", &png(10, 10, "wilhelmina")).status, 303);
    assert!(tenant.page().contains("1 paper has reached us"));
    assert_eq!(files_with(asked.site.appliance.folder.path(), "wilhelmina"), Vec::<String>::new(), "it lies in plain");
    assert_eq!(tenant.send("/status/answer", &[("words", "")]).status, 303, "papers are an answer");
    assert_eq!(asked.state(&reviewer), "received");

    let list = format!("/api/v1/cases/{}/papers", asked.reference);
    let listed = asked.site.get(&reviewer, &list).json();
    let paper = listed[0]["paper"].as_str().unwrap().to_owned();
    let seen = asked.site.get(&reviewer, &paper);
    assert!(seen.body.ends_with(b"wilhelmina") && seen.header("content-type") == Some("image/png"), "{}", seen.status);
    assert!(seen.header("content-security-policy").unwrap().contains("sandbox"));
    assert!(seen.header("content-disposition").unwrap().starts_with("attachment"));
    let id = paper.rsplit('/').next().unwrap();
    for role in ["viewer", "administrator", "auditor"] {
        let session = asked.site.sign_in(role);
        for path in [list.as_str(), paper.as_str(), &format!("{list}/00000000-0000-4000-8000-000000000000")] {
            assert_eq!(asked.site.get(&session, path).status, 403, "{role} {path}");
        }
    }
    assert_eq!(asked.site.get(&reviewer, &format!("/api/v1/cases/HF-2026-000099/papers/{id}")).status, 404, "by way of another case");
    assert_eq!(request(&asked.site.appliance.listen, "GET", &paper, &[], "").status, 401);
    let officer = asked.site.sign_in("data_protection_officer");
    let leaves = |action: &str| asked.leaves(&officer, action);
    assert_eq!((leaves("identity_paper.read"), leaves("identity_paper.receive")), (1, 1));

    // A second name for the same blocks shows what became of them.
    let data = asked.site.appliance.data();
    let file = fs::read_dir(data.join("papers")).unwrap().next().unwrap().unwrap().path();
    let blocks = data.join("blocks");
    fs::hard_link(&file, &blocks).unwrap();
    assert!(fs::read(&blocks).unwrap()[..60].iter().any(|byte| *byte != 0));
    let settled =
        json!({"event": "begin", "identity": {"how": "evidence", "seen": "proof_of_address", "deleted": "2026-01-01"}, "reason": "Seen"});
    asked.step(&reviewer, "steps", &settled);
    assert_eq!(papers(&data), 0, "the file is gone");
    assert!(fs::read(&blocks).unwrap()[..60].iter().all(|byte| *byte == 0), "its key is overwritten");
    assert_eq!(asked.site.get(&reviewer, &paper).status, 404);
    assert_eq!(asked.site.get(&reviewer, &list).json(), json!([]));
    assert_eq!(leaves("identity_paper.delete"), 1);
}
