//! Authenticator apps at the doors: joining, signing in, stepping up, a lost phone; and T2, T12, T17
//! and T18 of the security paper.
//!
//! The app of these tests makes its codes from what the page shows, as a phone's would.

use std::{cell::Cell, fs, time::Duration};

use holdfast::adapters::clock;
use serde_json::json;
use totp_rs::{Algorithm, Builder, Secret, Totp};

use crate::{
    appliance::wait_until,
    browser::{Answer, request, send_form},
    keeping_doors::{ROLES, Session, Site},
};

const STEP_SECONDS: u64 = 30;

/// A phone's app: the secret as it was typed off the page, and the step of the code shown last.
struct App {
    totp: Totp,
    shown: Cell<u64>,
}

impl App {
    fn typed_off(page: &str) -> (Self, String) {
        let secret = page.split("<code>").nth(1).and_then(|rest| rest.split("</code>").next()).expect("a secret to type").to_owned();
        let bytes = Secret::try_from_base32(secret.replace(' ', "")).unwrap();
        let builder = Builder::new().with_algorithm(Algorithm::SHA1).with_digits(6).with_step_duration(STEP_SECONDS).with_secret(bytes);
        (Self { totp: builder.with_account_name("phone").build().unwrap(), shown: Cell::new(0) }, secret)
    }

    /// A code nobody has typed yet: of the step before this one, this one or the next, which all count.
    fn fresh(&self) -> String {
        let now = || clock::now().utc.unix_nanos() as u64 / 1_000_000_000 / STEP_SECONDS;
        let step = (self.shown.get() + 1).max(now() - 1);
        wait_until(Duration::from_secs(2 * STEP_SECONDS), "the next code counts", || step <= now() + 1);
        self.shown.set(step);
        self.totp.generate(step * STEP_SECONDS).to_string()
    }
}

fn sign_in(site: &Site, role: &str, code: &str) -> Answer {
    send_form(&site.appliance.listen, "/login", None, &[("name", role), ("password", &site.passwords[role]), ("code", code)])
}

/// Adds an app to the account of `role` and gives the code it was confirmed with.
fn join(site: &Site, session: &Session, role: &str) -> (App, String, String) {
    let post = |path: &str, fields: &[(&str, &str)]| send_form(&site.appliance.listen, path, Some(&session.cookie), fields);
    let csrf = session.csrf.as_str();
    let refused = post("/account/app", &[("csrf", csrf), ("own_password", "not it at all")]);
    assert!(refused.text().contains("does not fit") && !refused.text().contains("<svg"), "{}", refused.text());
    let page = post("/account/app", &[("csrf", csrf), ("own_password", &site.passwords[role])]).text();
    assert!(page.contains("<svg"), "a picture for the app's camera: {page}");
    let (app, secret) = App::typed_off(&page);
    let wrong = post("/account/app/confirm", &[("csrf", csrf), ("code", "000000")]);
    assert!(wrong.text().contains("not the code") && !wrong.text().contains(&secret), "shown once: {}", wrong.text());
    let code = app.fresh();
    assert_eq!(post("/account/app/confirm", &[("csrf", csrf), ("code", &code)]).status, 303);
    let again = post("/account/app", &[("csrf", csrf), ("own_password", &site.passwords[role])]);
    assert!(!again.text().contains("<svg"), "a second app would put the first out: {}", again.text());
    (app, code, secret)
}

#[test]
fn t12_an_app_is_asked_for_wherever_the_password_is_and_outlives_a_new_password() {
    let mut site = Site::new();
    let reviewer = site.sign_in("reviewer");
    let (app, used, secret) = join(&site, &reviewer, "reviewer");

    // Signing in: nothing tells which of the three was wrong, and no code counts twice.
    let without = sign_in(&site, "reviewer", "");
    let wrong = sign_in(&site, "reviewer", "123456");
    let twice = sign_in(&site, "reviewer", &used);
    let nobody =
        send_form(&site.appliance.listen, "/login", None, &[("name", "reviewer"), ("password", "wrong wrong wrong"), ("code", "123456")]);
    for answer in [&without, &wrong, &twice, &nobody] {
        assert_eq!((answer.status, answer.cookie()), (401, None));
        assert_eq!(answer.text(), nobody.text());
    }
    let code = app.fresh();
    let first = sign_in(&site, "reviewer", &code);
    assert_eq!(first.status, 303, "{}", first.text());
    assert_eq!(sign_in(&site, "reviewer", &code).status, 401, "a code works once");

    // An act that asks for the password asks for the code too.
    let hold = json!({"cameras": ["gate"], "from": "2020-01-01T00:00:00Z", "to": "2020-01-02T00:00:00Z", "reason": "Reported theft", "case": "C-1", "requester": "as a test"});
    let placed = site.post(&reviewer, "/api/v1/holds", &hold);
    assert_eq!(placed.status, 201, "{}", placed.text());
    let path = format!("/api/v1/holds/{}/withdraw", placed.json()["id"].as_str().unwrap());
    let withdraw = |body| site.post(&reviewer, &path, &body);
    assert_eq!(withdraw(json!({"password": site.passwords["reviewer"]})).json()["code"], "code_needed");
    assert_eq!(withdraw(json!({"password": site.passwords["reviewer"], "code": code})).json()["code"], "password_wrong", "used up");
    let fresh = app.fresh();
    let done = withdraw(json!({"password": site.passwords["reviewer"], "code": fresh}));
    assert_ne!(done.json()["code"], "password_wrong");
    assert_ne!(done.json()["code"], "code_needed");

    // A new password ends the sessions and leaves the app.
    let id = user_id(&site, "reviewer");
    let administrator = site.sign_in("administrator");
    let confirmed = json!({"password": site.passwords["administrator"]});
    assert_eq!(site.post(&administrator, &format!("/api/v1/users/{id}/reset"), &json!({})).json()["code"], "password_needed");
    let reset = site.post(&administrator, &format!("/api/v1/users/{id}/reset"), &confirmed);
    assert_eq!(reset.status, 200, "{}", reset.text());
    site.passwords.insert("reviewer", reset.json()["password"].as_str().unwrap().to_owned());
    assert_eq!(site.get(&reviewer, "/api/v1/session").status, 401);
    assert_eq!(sign_in(&site, "reviewer", "").status, 401, "a new password alone lets nobody in");

    // A lost phone: another administrator, or the box itself; never one's own open session.
    let own = site.post(&administrator, &format!("/api/v1/users/{}/remove-app", user_id(&site, "administrator")), &confirmed);
    assert_eq!(own.json()["code"], "own_app");
    assert_eq!(site.post(&administrator, &format!("/api/v1/users/{id}/remove-app"), &confirmed).status, 204);
    assert_eq!(sign_in(&site, "reviewer", "").status, 303);
    let log = site.appliance.json(&["audit", "show", "--limit", "60", "--json"]).to_string();
    for action in ["second_factor.add", "second_factor.remove", "user.reset"] {
        assert!(log.contains(action), "{action}");
    }

    // The secret lies nowhere as it is.
    let raw = Secret::try_from_base32(secret.replace(' ', "")).unwrap();
    let plain: [&[u8]; 3] = [raw.as_bytes(), secret.as_bytes(), &secret.replace(' ', "").into_bytes()];
    for file in files(&site.appliance.data()) {
        let bytes = fs::read(&file).unwrap_or_default();
        assert!(plain.iter().all(|plain| !bytes.windows(plain.len()).any(|window| window == *plain)), "{}", file.display());
    }
}

fn files(folder: &std::path::Path) -> Vec<std::path::PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}

fn user_id(site: &Site, name: &str) -> String {
    let users = site.appliance.json(&["user", "list", "--json"]);
    let found = users.as_array().unwrap().iter().find(|user| user["name"] == name).unwrap();
    found["id"].as_str().unwrap().to_owned()
}

#[test]
fn t2_nothing_a_client_says_of_itself_changes_who_it_is() {
    let site = Site::new();
    let viewer = site.sign_in("viewer");
    let claims: [&[(&str, &str)]; 5] = [
        &[("X-Forwarded-User", "administrator"), ("X-Remote-User", "administrator")],
        &[("X-Role", "administrator"), ("X-Holdfast-Role", "administrator")],
        &[("X-Original-URL", "/api/v1/session"), ("X-Rewrite-URL", "/api/v1/session")],
        &[("X-HTTP-Method-Override", "GET")],
        &[("Forwarded", "for=127.0.0.1;by=unix"), ("X-Real-IP", "127.0.0.1")],
    ];
    for headers in claims {
        let with = [&[("Cookie", viewer.cookie.as_str())], headers].concat();
        let session = request(&site.appliance.listen, "GET", "/api/v1/session", &with, "").json();
        assert_eq!((session["user"]["name"].as_str(), session["user"]["role"].as_str()), (Some("viewer"), Some("viewer")), "{headers:?}");
        let users = request(&site.appliance.listen, "GET", "/api/v1/users?role=administrator&loginType=Direct", &with, "");
        assert_eq!((users.status, users.json()["code"].as_str()), (403, Some("role_lacks_permission")), "{headers:?}");
        let stranger = request(&site.appliance.listen, "GET", "/api/v1/users", headers, "");
        assert_eq!(stranger.status, 401, "{headers:?}");
    }
    let asked = |more: serde_json::Value| {
        let mut body = json!({"purpose": {"kind": "incident", "reason": "a bicycle was stolen", "role": "administrator"}});
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        site.post(&viewer, "/api/v1/views", &body)
    };
    for more in [
        json!({"role": "administrator"}),
        json!({"user": "administrator"}),
        json!({"loginType": "NetKeyboard", "authorityType": "Default"}),
    ] {
        let opened = asked(more.clone());
        assert!(matches!(opened.status, 201 | 400), "{more}: {}", opened.text());
        assert_eq!(site.get(&viewer, "/api/v1/users").status, 403);
    }
    // Fields beside the ones of the form change nothing about who signs in.
    let fields = [
        ("name", "viewer"),
        ("password", site.passwords["viewer"].as_str()),
        ("role", "administrator"),
        ("user", "administrator"),
        ("loginType", "NetKeyboard"),
    ];
    let signed_in = send_form(&site.appliance.listen, "/login", None, &fields);
    let cookie = signed_in.cookie().unwrap();
    let session = request(&site.appliance.listen, "GET", "/api/v1/session", &[("Cookie", &cookie)], "").json();
    assert_eq!(session["user"]["role"], "viewer");
}

#[test]
fn t17_a_session_is_never_one_that_a_client_chose_and_is_over_when_it_is_said_to_be() {
    let site = Site::new();
    let chosen = "holdfast=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    let fields = [("name", "reviewer"), ("password", site.passwords["reviewer"].as_str())];
    let signed_in = send_form(&site.appliance.listen, "/login", Some(chosen), &fields);
    let cookie = signed_in.cookie().unwrap();
    assert_ne!(cookie, chosen, "a session fixed by somebody else");
    let alive = |cookie: &str| request(&site.appliance.listen, "GET", "/api/v1/session", &[("Cookie", cookie)], "").status;
    assert_eq!((alive(chosen), alive(&cookie)), (401, 200));
    let other = site.sign_in("reviewer");
    let csrf =
        request(&site.appliance.listen, "GET", "/api/v1/session", &[("Cookie", &cookie)], "").json()["csrf"].as_str().unwrap().to_owned();
    assert_eq!(send_form(&site.appliance.listen, "/logout", Some(&cookie), &[("csrf", &csrf)]).status, 303);
    assert_eq!((alive(&cookie), alive(&other.cookie)), (401, 200), "signing out ends this session, not the person's others");
    assert!(site.appliance.cli(&["user", "reset", "reviewer"]).status.success());
    wait_until(Duration::from_secs(1), "a new password ends every session", || alive(&other.cookie) == 401);
    let viewer = site.sign_in("viewer");
    assert!(site.appliance.cli(&["user", "disable", "viewer"]).status.success());
    wait_until(Duration::from_secs(1), "disabling ends every session", || alive(&viewer.cookie) == 401);
}

/// Processor time of a process so far, hundredths of a second (proc(5), `stat` fields 14 and 15).
fn cpu_ticks(process: i32) -> u64 {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).unwrap();
    let after_name = stat.rsplit(')').next().unwrap();
    after_name.split_whitespace().skip(11).take(2).map(|field| field.parse::<u64>().unwrap()).sum()
}

#[test]
fn t18_who_has_an_account_is_not_to_be_learnt_by_trying() {
    let site = Site::new();
    assert!(site.appliance.cli(&["user", "disable", "viewer"]).status.success());
    let refused = |name: &str, password: &str| {
        let answer = send_form(&site.appliance.listen, "/login", None, &[("name", name), ("password", password)]);
        (answer.status, answer.cookie(), answer.text().replace(&format!("value=\"{name}\""), "value=NAME"))
    };
    let unknown = refused("nobody here", "correct horse battery");
    assert_eq!((unknown.0, &unknown.1), (401, &None));
    for role in ROLES {
        assert_eq!(refused(role, "correct horse battery"), unknown, "{role}");
    }
    assert_eq!(refused("viewer", &site.passwords["viewer"]), unknown, "disabled, with the right password");
    // Alike in what they cost as well: in processor time, which other work on the machine doesn't change.
    let daemon = site.appliance.daemon_id().unwrap();
    let spent = |name: &str| {
        let before = cpu_ticks(daemon);
        assert_eq!(refused(name, "correct horse battery").0, 401);
        cpu_ticks(daemon) - before
    };
    let (mut known, mut strange) = (0, 0);
    for round in 0..3 {
        for role in ROLES {
            known += spent(role);
            strange += spent(&format!("{role} {round}"));
        }
    }
    assert!(known.min(strange) > 0 && known.abs_diff(strange) * 10 <= known.max(strange), "{known} for known names, {strange} for others");
    // Guessing slows down alike, whether there is such a name or not.
    let slowed = |name: &str| (0..8).map(|_| refused(name, "correct horse battery").0).find(|status| *status == 429);
    assert_eq!((slowed("auditor"), slowed("nobody else")), (Some(429), Some(429)));
}
