//! Letters of real cases at the doors: each is drafted by the real daemon, read by another program, and the
//! same file again; the register on paper and the year's numbers beside it.

use std::{fs, path::Path, process::Command};

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::{
    cases_doors::{form, go, order, release},
    doors::assert_told,
    keeping_doors::{Session, Site},
};

const NOTICE: &str = "\n[notice]\nrecipients = [\"our insurers\"]\nphone = \"0300 000 0000\"\npost = \"1 High Street\"\n";

/// What `pdftotext` or a program beside it says of a PDF.
fn told_by(program: &str, arguments: &[&str], pdf: &[u8]) -> String {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("letter.pdf");
    fs::write(&file, pdf).unwrap();
    let mut command = Command::new(program);
    command.args(arguments).arg(&file);
    if program == "pdftotext" {
        command.arg("-");
    }
    let output = command.output().expect("poppler is there: make test-deps");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// Its words, runs of white space as one space.
pub fn words(pdf: &[u8]) -> String {
    told_by("pdftotext", &[], pdf).split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Heights of its words, points.
fn heights(pdf: &[u8]) -> Vec<(f64, String)> {
    let page = told_by("pdftotext", &["-bbox"], pdf);
    let word = |line: &str| {
        let side = |name: &str| line.split(&[name, "=\""].concat()).nth(1)?.split('"').next()?.parse::<f64>().ok();
        let text = line.split('>').nth(1)?.split('<').next()?.to_owned();
        Some((side("yMax")? - side("yMin")?, text))
    };
    page.lines().filter(|line| line.trim_start().starts_with("<word")).filter_map(word).collect()
}

/// HOLDFAST_LETTERS names a folder in which the papers stay, for whoever wants to see them.
pub fn keep_to_look_at(name: &str, pdf: &[u8]) {
    if let Some(folder) = std::env::var_os("HOLDFAST_LETTERS") {
        fs::write(Path::new(&folder).join([name, ".pdf"].concat()), pdf).unwrap();
    }
}

struct Office<'s> {
    site: &'s Site,
    session: Session,
}

impl Office<'_> {
    fn receive(&self, kind: &str) -> String {
        let mut order = order(self.site);
        order["kind"] = json!(kind);
        order["requester"] = json!({"name": "Mary Lamb", "contact": "2 Low Road\nLeeds", "needs": "Large print"});
        let received = self.site.post(&self.session, "/api/v1/cases", &order);
        assert_eq!(received.status, 201, "{}", received.text());
        received.json()["reference"].as_str().unwrap().to_owned()
    }

    fn step(&self, case: &str, step: Value) {
        let (status, told) = go(self.site, &self.session, case, "steps", step);
        assert_eq!(status, 200, "{told}");
    }

    fn search(&self, case: &str, event: &str) {
        let asked = &order(self.site)["asked"][0];
        self.step(case, json!({"event": "begin", "identity": {"how": "known_tenant"}, "reason": "Known"}));
        let search = json!({"cameras": ["gate"], "method": "Played through", "windows": [{"from": asked["from"], "to": asked["to"]}]});
        self.step(case, json!({"event": event, "reason": "Seen by Nosy Parker", "search": search}));
    }

    fn decide(&self, case: &str, decision: Value) {
        let (status, told) = go(self.site, &self.session, case, "decision", json!({"decision": decision, "reason": "So says Nosy Parker"}));
        assert_eq!(status, 200, "{told}");
    }

    /// The letter, which says all of `facts`; the same again is the same, in large print everything is large.
    fn letter(&self, case: &str, kind: &str, facts: &[&str]) -> String {
        let get = |print: &str| {
            let answer = self.site.get(&self.session, &format!("/api/v1/cases/{case}/letters/{kind}.pdf?print={print}"));
            assert_eq!((answer.status, answer.header("content-type")), (200, Some("application/pdf")), "{kind}: {}", answer.text());
            answer
        };
        let standard = get("standard");
        let sha256 = hex::encode(Sha256::digest(&standard.body));
        assert_eq!(standard.header("etag"), Some(format!("\"{sha256}\"").as_str()));
        let large = get("large");
        keep_to_look_at(&[case, "-", kind].concat(), &standard.body);
        keep_to_look_at(&[case, "-", kind, "-large"].concat(), &large.body);
        for (answer, print) in [(&standard, "standard"), (&large, "large")] {
            let text = words(&answer.body);
            for fact in facts.iter().chain(&[case, "Mary Lamb", "Test Court", "0300 000 0000"]) {
                assert!(text.contains(fact), "{kind}, {print}: {fact} is missing: {text}");
            }
            assert!(!text.contains("Parker") && !text.contains("reviewer"), "{kind} names a third person: {text}");
            assert!(answer.body == get(print).body, "{kind}: drafted twice, it is another file");
            let fonts = told_by("pdffonts", &[], &answer.body);
            assert!(fonts.lines().skip(2).all(|line| line.contains("DejaVuSans") && line.contains("yes yes")), "{fonts}");
            assert!(told_by("pdfinfo", &[], &answer.body).lines().any(|line| line.starts_with("Tagged:") && line.ends_with("yes")));
        }
        // Both say "Dear", the one at 12 points.
        let of_twelve = heights(&standard.body).into_iter().find(|(_, word)| word == "Dear").unwrap().0;
        let smallest = heights(&large.body).into_iter().min_by(|a, b| a.0.total_cmp(&b.0)).unwrap();
        assert!(smallest.0 >= of_twelve * 1.49, "{kind}: {smallest:?} beside {of_twelve} of 12 points");
        sha256
    }

    fn refused(&self, case: &str, letter: &str, status: u16, code: &str) {
        let answer = self.site.get(&self.session, &format!("/api/v1/cases/{case}/letters/{letter}"));
        assert_eq!((answer.status, answer.json()["code"].as_str()), (status, Some(code)), "{letter}: {}", answer.text());
    }

    fn may(&self, case: &str) -> Vec<String> {
        let list = self.site.get(&self.session, &format!("/api/v1/cases/{case}/letters")).json();
        let list = list.as_array().unwrap().iter();
        for letter in list.clone() {
            assert!(letter["pdf"].is_string() != letter["why_not"]["detail"].is_string(), "{letter}");
        }
        list.filter(|letter| letter["pdf"].is_string()).map(|letter| letter["kind"].as_str().unwrap().to_owned()).collect()
    }
}

#[test]
fn every_letter_of_a_real_case_is_drafted_read_and_named_by_its_hash() {
    let site = Site::configured(|config| config + NOTICE);
    let office = Office { site: &site, session: site.sign_in("reviewer") };
    let approver = site.sign_in("approver");
    let remedies = ["section 164A", "Information Commissioner", "court"];

    let case = office.receive("subject_access");
    assert_eq!(office.may(&case), ["acknowledgement"]);
    office.letter(&case, "acknowledgement", &["What you asked for", "bench: ", "at the latest", "by email", "Large print"]);
    office.refused(&case, "covering.pdf", 409, "letter_not_now");
    office.refused(&case, "love.pdf", 404, "letter_unknown");
    office.refused(&case, "acknowledgement.pdf?print=huge", 400, "print");
    office.refused(&case, "acknowledgement.pdf?day=2020-01-01", 400, "letter_not_now");
    office.refused(&case, "acknowledgement.pdf?day=2999-01-01", 400, "letter_not_now");
    office.step(&case, json!({"event": "ask_identity", "reason": "Please answer two questions about your tenancy"}));
    office.letter(&case, "identity_request", &["Please answer two questions about your tenancy", "Your time starts"]);
    office.step(&case, json!({"event": "supplied", "reason": "Came"}));
    office.step(&case, json!({"event": "ask_authority", "reason": "Please send what your sister signed"}));
    office.letter(&case, "authority_request", &["Please send what your sister signed"]);
    office.step(&case, json!({"event": "supplied", "reason": "Came"}));
    office.step(&case, json!({"event": "begin", "identity": {"how": "known_tenant"}, "reason": "Known"}));
    office.step(&case, json!({"event": "ask_clarification", "reason": "Which door do you mean?"}));
    office.letter(&case, "question", &["Which door do you mean?", "stands still"]);
    office.step(&case, json!({"event": "clarified", "reason": "Answered"}));
    office.refused(&case, "extension.pdf", 409, "letter_not_now");
    office.step(&case, json!({"event": "extend", "reason": "Six cameras over two days"}));
    office.letter(&case, "extension", &["Six cameras over two days", "two months more", remedies[1]]);
    let asked = &order(&site)["asked"][0];
    let search = json!({"cameras": ["gate"], "method": "Played through", "windows": [{"from": asked["from"], "to": asked["to"]}]});
    office.step(&case, json!({"event": "found", "reason": "Seen by Nosy Parker", "search": search}));
    let balanced = json!({"weighed": "balanced", "information": "Nosy Parker with a bag", "confidentiality": "not_owed",
        "consent": {"answer": "refused"}, "conclusion": "Hide Nosy Parker"});
    office.decide(
        &case,
        json!({"verdict": "release", "extent": {"given": "part", "withheld": "third_party_rights"}, "basis": {"rests_on": "person_in_it"}, "others": balanced}),
    );
    let article_15 =
        ["(a) ", "(b) ", "(c) ", "(d) ", "(e) ", "(f) ", "(g) ", "(h) ", "testing", "our insurers", "bench: 31 days", "paragraph 16"];
    let sha256 = office.letter(&case, "covering", &[&article_15[..], &remedies].concat());
    office.step(&case, json!({"event": "write_letter", "sha256": sha256, "reason": "As drafted"}));
    let shown = site.get(&office.session, &format!("/api/v1/cases/{case}")).json();
    assert_eq!(shown["facts"]["answer"]["letter"].as_str(), Some(sha256.as_str()));

    // At the command line it is the same file.
    let out = site.appliance.folder.path().join("covering.pdf");
    let saved = site.appliance.json(&["case", "letter", &case, "--kind", "covering", "--out", out.to_str().unwrap(), "--json"]);
    assert_eq!(saved["sha256"].as_str(), Some(sha256.as_str()));
    assert_eq!(hex::encode(Sha256::digest(fs::read(&out).unwrap())), sha256);
    let again = ["case", "letter", &case, "--kind", "covering", "--large-print", "--out", out.to_str().unwrap()];
    assert_told(&site.appliance.cli(&again), 2, &["can\u{2019}t be made"]);
    assert_told(
        &site.appliance.cli(&["case", "letter", &case, "--kind", "refusal", "--out", "/dev/null"]),
        2,
        &["has not been taken", "Decide first"],
    );
    let list = site.appliance.cli(&["case", "letter", &case]);
    assert!(String::from_utf8_lossy(&list.stdout).contains("covering                   can be drafted"), "{list:?}");

    let case = office.receive("subject_access");
    office.search(&case, "found");
    office.decide(&case, json!({"verdict": "refuse", "ground": "manifestly_unfounded"}));
    let sha256 = office.letter(&case, "refusal", &[&["Article 12(5)", "not to give you this footage"][..], &remedies].concat());
    office.step(&case, json!({"event": "write_letter", "sha256": sha256, "reason": "As drafted"}));
    let approval = json!({"what": "decision", "reason": "Agreed", "password": site.passwords["approver"]});
    assert_eq!(go(&site, &approver, &case, "approval", approval).1["state"], "refused");
    assert_eq!(office.letter(&case, "refusal", &["Article 12(5)"]), sha256, "what was approved can be drafted again");

    let case = office.receive("subject_access");
    office.search(&case, "nothing_found");
    office.decide(&case, json!({"verdict": "nothing_held", "why": {"absence": "expired", "on": "2026-01-02"}}));
    office.letter(
        &case,
        "nothing_held",
        &["deleted on 2 January 2026", "What we looked through \u{2022} bench: ", "bench: 31 days", remedies[1]],
    );

    let case = office.receive("police");
    office.search(&case, "found");
    office.decide(&case, json!({"verdict": "refuse", "ground": "not_necessary"}));
    office.letter(&case, "disclosure_refusal", &["not necessary or proportionate", "order of a court"]);

    let case = office.receive("complaint");
    office.letter(&case, "complaint_acknowledgement", &["We have your complaint", "within 30 days", remedies[1]]);
    let case = office.receive("media");
    office.search(&case, "found");
    office.decide(&case, json!({"verdict": "refuse", "ground": "not_a_purpose"}));
    office.letter(&case, "refusal", &["never give footage to newspapers"]);

    // What was drafted is in the log, with the hash among what can be erased; nobody is named.
    let leaves = site.get(&site.sign_in("data_protection_officer"), "/api/v1/audit?limit=1000").text();
    assert!(leaves.contains("case.letter") && leaves.contains("disclosure_refusal") && !leaves.contains("Mary Lamb"), "{leaves}");
    let log = fs::read_to_string(site.appliance.folder.path().join("daemon.log")).unwrap();
    assert!(!log.contains("Lamb") && !log.contains("Parker"), "the log names a person");
    assert!(site.appliance.cli(&["audit", "verify"]).status.success());
}

#[test]
fn the_register_is_on_paper_and_the_year_is_counted() {
    let site = Site::configured(|config| config + NOTICE);
    let office = Office { site: &site, session: site.sign_in("reviewer") };
    let (approver, officer) = (site.sign_in("approver"), site.sign_in("data_protection_officer"));
    let empty = site.get(&approver, "/api/v1/disclosures.pdf");
    assert!(words(&empty.body).contains("Nothing has gone out."), "{}", empty.status);
    let received = site.post(&office.session, "/api/v1/cases", &order(&site)).json();
    let case = received["reference"].as_str().unwrap().to_owned();
    office.search(&case, "found");
    let mut complete = form();
    complete["crime_reference"] = json!("CR/4711");
    assert_eq!(go(&site, &office.session, &case, "form", complete).0, 200);
    let (status, told) = go(&site, &office.session, &case, "decision", release());
    assert_eq!(status, 200, "{told}");
    let letter = site.get(&office.session, &format!("/api/v1/cases/{case}/letters/disclosure.pdf"));
    let text = words(&letter.body);
    for fact in [
        "PC Mallory Quux",
        "Your reference: CR/4711",
        "recognised legitimate interest",
        "purpose: testing",
        "README.txt",
        "Test Constabulary",
    ] {
        assert!(text.contains(fact), "{fact} is missing: {text}");
    }
    office.step(&case, json!({"event": "prepare", "content": "original", "reason": "Whole"}));
    let say = |what: &str, role: &str| json!({"what": what, "reason": "Looked at", "password": site.passwords[role]});
    assert_eq!(go(&site, &approver, &case, "approval", say("check", "approver")).0, 200);
    assert_eq!(go(&site, &officer, &case, "approval", say("decision", "data_protection_officer")).0, 200);
    let let_out = json!({"reason": "Handed over", "password": site.passwords["reviewer"]});
    assert_eq!(go(&site, &office.session, &case, "release", let_out).0, 201);
    let refused = office.receive("subject_access");
    office.search(&refused, "found");
    office.decide(&refused, json!({"verdict": "refuse", "ground": "excessive"}));
    office.step(&refused, json!({"event": "write_letter", "sha256": "a".repeat(64), "reason": "By hand"}));
    assert_eq!(go(&site, &approver, &refused, "approval", say("decision", "approver")).1["state"], "refused");
    let back = office.receive("complaint");
    office.step(&back, json!({"event": "withdraw", "reason": "By phone"}));
    site.appliance.json(&[
        "case",
        "receive",
        "--kind",
        "objection",
        "--channel",
        "phone",
        "--name",
        "Zebedee Quux",
        "--contact",
        "by phone",
        "--json",
    ]);

    let paper = site.get(&approver, "/api/v1/disclosures.pdf");
    assert_eq!((paper.status, paper.header("content-type")), (200, Some("application/pdf")));
    keep_to_look_at("register", &paper.body);
    keep_to_look_at("disclosure", &letter.body);
    let text = told_by("pdftotext", &["-layout"], &paper.body);
    for fact in [case.as_str(), "Test", "Constabulary", "approved:", "testing", "page 1 of 1"] {
        assert!(text.contains(fact), "{fact} is missing: {text}");
    }
    let out = site.appliance.folder.path().join("register.pdf");
    let saved = site.appliance.json(&["case", "register", "--pdf", out.to_str().unwrap(), "--json"]);
    assert!(saved["bytes"].as_u64().unwrap() > 1_000 && is_pdf(&out));

    let numbers = site.get(&approver, "/api/v1/register/numbers").json();
    let all = |column: &str| numbers["all"][column].as_u64().unwrap();
    assert_eq!(["received", "answered_in_time", "answered_late", "open", "without_answer"].map(all), [4, 2, 0, 1, 1], "{numbers}");
    assert_eq!(numbers["refusals"], json!([{"ground": "excessive", "count": 1}]));
    assert_eq!(numbers["disclosures"], json!([{"recipient": "police", "count": 1}]));
    assert_eq!(numbers["all"]["median_days"], json!(0.0));
    assert!(!numbers.to_string().contains("Quux"));
    let year = numbers["year"].to_string();
    let told = site.appliance.cli(&["case", "numbers", "--year", &year]);
    let told = String::from_utf8_lossy(&told.stdout).into_owned();
    for fact in ["police ", "subject access", "Refused, excessive: 1", "Disclosed, police: 1"] {
        assert!(told.contains(fact), "{fact} is missing: {told}");
    }
    assert_eq!(site.appliance.json(&["case", "numbers", "--year", &year, "--json"])["kinds"], numbers["kinds"]);
    assert_eq!(site.appliance.json(&["case", "numbers", "--year", "2020", "--json"])["all"]["received"], json!(0));
    let future = site.get(&approver, "/api/v1/register/numbers?year=2999");
    assert_eq!((future.status, future.json()["code"].as_str()), (400, Some("year")));
}

fn is_pdf(file: &Path) -> bool {
    fs::read(file).unwrap().starts_with(b"%PDF-")
}
