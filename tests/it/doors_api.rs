//! The API and the pages as the network sees them: all of it described, nothing without signing in,
//! nothing from another site, and nothing after signing out.

use std::{
    collections::{BTreeMap, BTreeSet},
    io::{Read, Write},
    net::TcpStream,
    sync::Arc,
    time::{Duration, Instant},
};

use holdfast::{
    adapters::{clock, secret::HashCost},
    daemon,
    domain::camera::Transport,
    http::{self, api},
};
use serde_json::Value;

use crate::{
    appliance::{Appliance, wait_until},
    browser::{Answer, request, send_form},
    cameras::Cameras,
    doors::nobody,
    export::wait_for_footage,
};

const METHODS: [&str; 5] = ["GET", "POST", "PUT", "PATCH", "DELETE"];
const ADMIN: (&str, &str) = ("Ada Admin", "correct horse battery");
const REVIEWER: (&str, &str) = ("Rita Reviewer", "staple lantern orchard");

/// An appliance with its daemon running and two users, set up as at first boot.
fn set_up(appliance: &mut Appliance) {
    let code = appliance.json(&["init", "--json"])["setup_code"].as_str().unwrap().to_owned();
    appliance.start();
    let done = send_setup(appliance, &code);
    assert_eq!((done.status, done.header("location")), (303, Some("/login")), "{}", done.text());
}

fn send_setup(appliance: &Appliance, code: &str) -> Answer {
    let fields = [
        ("code", code),
        ("admin_name", ADMIN.0),
        ("admin_password", ADMIN.1),
        ("viewer_name", REVIEWER.0),
        ("viewer_password", REVIEWER.1),
    ];
    send_form(&appliance.listen, "/setup", None, &fields)
}

/// Cookie and CSRF token of a new session.
fn sign_in(appliance: &Appliance, (name, password): (&str, &str)) -> (String, String) {
    let answer = send_form(&appliance.listen, "/login", None, &[("name", name), ("password", password)]);
    assert_eq!(answer.status, 303, "{}", answer.text());
    let cookie = answer.cookie().unwrap();
    let session = request(&appliance.listen, "GET", "/api/v1/session", &[("Cookie", &cookie)], "");
    (cookie, session.json()["csrf"].as_str().unwrap().to_owned())
}

/// A described path with something in place of its parameters.
fn filled(path: &str) -> String {
    let uuid = "00000000-0000-4000-8000-000000000000";
    let fillings = [
        ("{seq}", "0"),
        ("{file}", "0.m4s"),
        ("{segment}", uuid),
        ("{export}", uuid),
        ("{user}", uuid),
        ("{hold}", uuid),
        ("{deletion}", uuid),
        ("{paper}", uuid),
        ("{redaction}", uuid),
        ("{emergency}", uuid),
        ("{letter}", "receipt.pdf"),
        ("{number}", "1"),
        ("{frame}", "0"),
        ("{camera}", "gate"),
        ("{case}", "HF-2026-000001"),
    ];
    let path = fillings.iter().fold(path.to_owned(), |path, (name, with)| path.replace(name, with));
    let path = path.replace("/cameras/{id}/", "/cameras/gate/").replace("/holds/{id}/", &format!("/holds/{uuid}/"));
    assert!(!path.contains('{'), "{path}: say what to put in");
    path
}

/// Path to the methods described for it, and whether it is for everybody.
fn described(openapi: &Value) -> BTreeMap<String, (BTreeSet<String>, bool)> {
    let paths = openapi["paths"].as_object().unwrap();
    let methods = |path: &Value| path.as_object().unwrap().keys().map(|method| method.to_uppercase()).collect();
    let is_open = |path: &Value| path.as_object().unwrap().values().all(|operation| operation["security"] == serde_json::json!([{}]));
    paths.iter().map(|(path, value)| (path.clone(), (methods(value), is_open(value)))).collect()
}

#[test]
fn everything_the_api_answers_is_described_and_everything_described_answers() {
    let mut appliance = Appliance::new(&[("gate", &nobody())], "60s");
    set_up(&mut appliance);
    let (cookie, csrf) = sign_in(&appliance, ADMIN);
    let served = request(&appliance.listen, "GET", "/api/v1/openapi.json", &[], "").json();
    assert_eq!(served["openapi"].as_str().map(|version| version.starts_with("3.")), Some(true));
    let described = described(&served);
    assert!(described.len() > 20, "{}", described.len());
    let headers = [("Cookie", cookie.as_str()), ("X-CSRF-Token", &csrf), ("Content-Type", "application/json")];
    for (path, (methods, _)) in &described {
        for method in METHODS {
            let answer = request(&appliance.listen, method, &filled(path), &headers, "{}");
            let told = format!("{method} {path}: {} {}", answer.status, answer.text());
            if methods.contains(method) {
                assert!(answer.status != 405 && answer.json()["code"] != "not_found", "described but not answered: {told}");
                assert!(answer.status < 500 || answer.json()["code"] == "picture_unreadable", "{told}");
            } else {
                assert_eq!(answer.status, 405, "answered but not described: {told}");
            }
            if answer.status >= 400 && path.starts_with("/api/") {
                assert_eq!(answer.header("content-type"), Some("application/problem+json"), "{told}");
                let problem = answer.json();
                assert_eq!(problem["status"], answer.status, "{told}");
                for field in ["type", "title", "detail", "code"] {
                    assert!(problem[field].as_str().is_some_and(|text| !text.is_empty()), "{field}: {told}");
                }
            }
        }
        for operation in served["paths"][path].as_object().unwrap().values() {
            assert!(operation["summary"].is_string() && operation["responses"].is_object(), "{path}: {operation}");
        }
    }
    // Whatever is sent for an order: an answer in the same form, and nothing of what was sent in it.
    let (reviewer, reviewer_csrf) = sign_in(&appliance, REVIEWER);
    let (json, plain) = (("Content-Type", "application/json"), ("Content-Type", "text/plain"));
    for (kind, body, status) in
        [(json, r#"{"case": "hunter2"}"#, 400), (json, "hunter2", 400), (json, "", 400), (plain, "{}", 415), (plain, "hunter2", 415)]
    {
        let headers = [("Cookie", reviewer.as_str()), ("X-CSRF-Token", &reviewer_csrf), kind];
        let answer = request(&appliance.listen, "POST", "/api/v1/exports", &headers, body);
        assert_eq!((answer.status, answer.header("content-type")), (status, Some("application/problem+json")), "{body}: {}", answer.text());
        assert!(answer.json()["code"] == "form" && !answer.text().contains("hunter2"), "{}", answer.text());
    }
    for nowhere in ["/api/v1/nothing", "/api/v2/status", "/api/v1/cameras/gate/nothing", "/api/"] {
        let answer = request(&appliance.listen, "GET", nowhere, &headers[..1], "");
        assert_eq!((answer.status, answer.json()["code"].as_str()), (404, Some("not_found")), "{nowhere}");
    }

    // The other way round: axum itself says which paths the whole router has.
    appliance.stop();
    let doors = daemon::doors(&appliance.settings(), Arc::new(appliance.house()), HashCost::Light).unwrap();
    let routed = format!("{:?}", http::router(doors));
    let routed: BTreeSet<&str> = routed.split('"').filter(|word| word.starts_with("/api") || word.ends_with('z')).collect();
    assert_eq!(routed, described.keys().map(String::as_str).collect());
    assert_eq!(serde_json::to_value(api::router().1).unwrap(), served, "what is served is what is built");
}

#[test]
fn t1_without_a_session_nothing_is_answered_whatever_a_request_claims() {
    let mut appliance = Appliance::new(&[("gate", &nobody())], "60s");
    set_up(&mut appliance);
    let (cookie, _) = sign_in(&appliance, ADMIN);
    let served = request(&appliance.listen, "GET", "/api/v1/openapi.json", &[], "").json();
    let described = described(&served);
    let open: Vec<&str> = described.iter().filter(|(_, (_, is_open))| *is_open).map(|(path, _)| path.as_str()).collect();
    assert_eq!(open, ["/api/v1/openapi.json", "/healthz", "/readyz"], "for everybody: liveness and the description, nothing else");
    let token = cookie.split_once('=').unwrap().1.to_owned();
    let foreign_cookie = format!("session={token}");
    let impostors: [(&str, Vec<(&str, &str)>); 5] = [
        ("", vec![]),
        ("", vec![("Cookie", "holdfast=0000000000000000000000000000000000000000000")]),
        ("", vec![("Cookie", "holdfast=%00%ff"), ("X-Forwarded-For", "127.0.0.1"), ("Forwarded", "for=127.0.0.1")]),
        ("", vec![("Cookie", &foreign_cookie), ("Authorization", "Basic YWRtaW46YWRtaW4=")]),
        ("?auth=", vec![("X-Session", &token)]),
    ];
    for (path, (methods, is_open)) in &described {
        for method in methods {
            for (query, headers) in &impostors {
                let path =
                    if query.is_empty() { filled(path) } else { format!("{}?auth={token}&token={token}&view={token}", filled(path)) };
                let answer = request(&appliance.listen, method, &path, headers, "");
                if *is_open {
                    assert_eq!(answer.status, 200, "{method} {path}");
                    continue;
                }
                assert_eq!(answer.status, 401, "{method} {path} {headers:?}: {}", answer.text());
                assert_eq!(answer.json()["code"], "not_signed_in", "{method} {path}");
                assert!(
                    answer.body.len() < 400 && !answer.text().contains("gate") && !answer.text().contains("Test Court"),
                    "{}",
                    answer.text()
                );
            }
        }
    }
}

/// With a session, but from elsewhere: refused whatever else is right.
#[test]
fn t9_from_another_site_nothing_is_done() {
    let mut appliance = Appliance::new(&[("gate", &nobody())], "60s");
    set_up(&mut appliance);
    let (cookie, csrf) = sign_in(&appliance, ADMIN);
    let served = request(&appliance.listen, "GET", "/api/v1/openapi.json", &[], "").json();
    let described = described(&served);
    let elsewhere: [&[(&str, &str)]; 4] = [
        &[("Origin", "http://evil.example")],
        &[("Origin", "null")],
        &[("Sec-Fetch-Site", "cross-site")],
        &[("Sec-Fetch-Site", "same-site"), ("Origin", "http://evil.example")],
    ];
    for (path, (methods, _)) in described.iter().filter(|(_, (methods, _))| methods.contains("POST")) {
        assert!(methods.contains("POST"));
        for from in elsewhere {
            let mut headers = vec![("Cookie", cookie.as_str()), ("X-CSRF-Token", &csrf), ("Content-Type", "application/json")];
            headers.extend(from);
            let answer = request(&appliance.listen, "POST", &filled(path), &headers, "{}");
            assert_eq!((answer.status, answer.json()["code"].as_str()), (403, Some("cross_origin")), "{path} {from:?}");
        }
        let without_token = request(&appliance.listen, "POST", &filled(path), &[("Cookie", &cookie)], "{}");
        assert_eq!((without_token.status, without_token.json()["code"].as_str()), (403, Some("csrf")), "{path}");
    }
    for page in ["/login", "/logout", "/setup", "/users"] {
        let answer = request(&appliance.listen, "POST", page, &[("Cookie", &cookie), ("Origin", "http://evil.example")], "");
        assert_eq!(answer.status, 403, "{page}");
    }
    let live = [("Cookie", cookie.as_str()), ("Origin", "http://evil.example"), ("Upgrade", "websocket"), ("Connection", "upgrade")];
    assert_eq!(request(&appliance.listen, "GET", "/api/v1/cameras/gate/live", &live, "").status, 403, "a WebSocket from elsewhere");
}

#[test]
fn every_answer_carries_the_security_headers() {
    let mut appliance = Appliance::new(&[], "60s");
    set_up(&mut appliance);
    let cookie = sign_in(&appliance, ADMIN).0;
    type Headers<'a> = &'a [(&'a str, &'a str)];
    let asked: [(&str, &str, Headers<'_>); 7] = [
        ("GET", "/login", &[]),
        ("GET", "/", &[("Cookie", &cookie)]),
        ("GET", "/users", &[("Cookie", &cookie)]),
        ("GET", "/api/v1/status", &[("Cookie", &cookie)]),
        ("GET", "/api/v1/status", &[]),
        ("GET", "/nothing/here", &[]),
        ("POST", "/login", &[("Origin", "http://evil.example")]),
    ];
    for (method, path, headers) in asked {
        let answer = request(&appliance.listen, method, path, headers, "");
        let header = |name: &str| answer.header(name).unwrap_or_else(|| panic!("{method} {path} lacks {name}"));
        let policy = header("content-security-policy");
        assert!(
            policy.starts_with("default-src 'none'") && policy.contains("frame-ancestors 'none'") && !policy.contains("unsafe"),
            "{policy}"
        );
        assert_eq!(header("x-content-type-options"), "nosniff");
        assert_eq!(header("referrer-policy"), "no-referrer");
        assert_eq!(header("cross-origin-opener-policy"), "same-origin");
        assert_eq!(header("cross-origin-resource-policy"), "same-origin");
        assert_eq!(header("cache-control"), "no-store", "{method} {path}");
        assert!(header("permissions-policy").contains("camera=()"));
    }
    let signed_in = send_form(&appliance.listen, "/login", None, &[("name", ADMIN.0), ("password", ADMIN.1)]);
    let set = signed_in.header("set-cookie").unwrap();
    assert!(set.contains("HttpOnly") && set.contains("SameSite=Strict") && set.contains("Path=/"), "{set}");
}

#[test]
fn the_set_up_code_works_once_and_only_as_it_was_shown() {
    let mut appliance = Appliance::new(&[], "60s");
    let stale = appliance.json(&["init", "--json"])["setup_code"].as_str().unwrap().to_owned();
    let code = appliance.json(&["init", "--json"])["setup_code"].as_str().unwrap().to_owned();
    assert_ne!(stale, code);
    appliance.start();
    for wrong in [stale.as_str(), "", "AAAA-AAAA-AAAA-AAAA"] {
        assert_eq!(send_setup(&appliance, wrong).status, 403, "{wrong}");
    }
    assert_eq!(send_setup(&appliance, &code).status, 303);
    let again = send_setup(&appliance, &code);
    assert_eq!(again.status, 403);
    assert!(again.text().contains("wrong or has been used"), "{}", again.text());
    assert_eq!(appliance.json(&["user", "list", "--json"]).as_array().unwrap().len(), 2);
    assert!(appliance.json(&["init", "--json"])["setup_code"].is_null(), "no new code once it is set up");
    assert_eq!(request(&appliance.listen, "GET", "/setup", &[], "").status, 303, "and no page for one");
}

/// Opens a WebSocket (RFC 6455) and returns it once the box has agreed.
fn watch(appliance: &Appliance, camera: &str, view: &str, cookie: &str) -> TcpStream {
    let mut stream = TcpStream::connect(&appliance.listen).unwrap();
    let host = &appliance.listen;
    write!(
        stream,
        "GET /api/v1/cameras/{camera}/live?view={view} HTTP/1.1\r\nHost: {host}\r\nCookie: {cookie}\r\nOrigin: http://{host}\r\n\
         Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
    )
    .unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    let mut head = [0; 12];
    stream.read_exact(&mut head).unwrap();
    assert_eq!(&head, b"HTTP/1.1 101");
    stream
}

/// Reads until the other end closes; how long that took. Panics after five seconds.
fn until_closed(stream: &mut TcpStream) -> Duration {
    let since = Instant::now();
    let mut bytes = [0; 65_536];
    while !matches!(stream.read(&mut bytes), Ok(0) | Err(_)) {
        assert!(since.elapsed() < Duration::from_secs(5), "live pictures go on and on");
    }
    since.elapsed()
}

#[test]
fn a_session_and_what_it_watches_end_with_signing_out_and_with_being_disabled() {
    let cameras = Cameras::start(&["path=gate,scene=320x240@15,seconds=4,kbps=300,codec=h264"], &["--numbered"]);
    let mut appliance = Appliance::new(&[("gate", &cameras.access("gate", None, Transport::Tcp))], "60s");
    set_up(&mut appliance);
    appliance.wait_for_state("gate", "recording", Duration::from_secs(30));
    wait_for_footage(&appliance, "gate", clock::now().utc.plus_seconds(1));
    let alive = |cookie: &str| request(&appliance.listen, "GET", "/api/v1/session", &[("Cookie", cookie)], "").status == 200;
    let (first, first_csrf) = sign_in(&appliance, REVIEWER);
    let (second, second_csrf) = sign_in(&appliance, REVIEWER);
    assert_ne!(first, second, "every sign-in has a token of its own");
    assert!(alive(&first) && alive(&second));
    let view = |cookie: &str, csrf: &str| {
        let headers = [("Cookie", cookie), ("X-CSRF-Token", csrf), ("Content-Type", "application/json")];
        let asked = r#"{"purpose":{"kind":"incident","reason":"a bicycle was stolen"}}"#;
        let opened = request(&appliance.listen, "POST", "/api/v1/views", &headers, asked);
        assert_eq!(opened.status, 201, "{}", opened.text());
        opened.json()["id"].as_str().unwrap().to_owned()
    };
    let view_of_first = view(&first, &first_csrf);
    let mut watching_first = watch(&appliance, "gate", &view_of_first, &first);
    let mut watching_second = watch(&appliance, "gate", &view(&second, &second_csrf), &second);
    // A purpose is its session's own.
    let borrowed = format!("/api/v1/cameras/gate/frame?at={}&view={view_of_first}", clock::now().utc);
    assert_eq!(request(&appliance.listen, "GET", &borrowed, &[("Cookie", &second)], "").json()["code"], "purpose_required");

    let out = send_form(&appliance.listen, "/logout", Some(&first), &[("csrf", &first_csrf)]);
    assert_eq!((out.status, out.cookie().as_deref()), (303, Some("holdfast=")));
    assert!(!alive(&first), "signed out, at once");
    assert!(until_closed(&mut watching_first) < Duration::from_secs(3));
    assert!(alive(&second), "the other session goes on");

    assert!(appliance.cli(&["user", "disable", REVIEWER.0]).status.success());
    wait_until(Duration::from_secs(1), "the disabled user's session is over", || !alive(&second));
    assert!(until_closed(&mut watching_second) < Duration::from_secs(3));
    let refused = send_form(&appliance.listen, "/login", None, &[("name", REVIEWER.0), ("password", REVIEWER.1)]);
    assert_eq!((refused.status, refused.cookie()), (401, None));
    let leaves = appliance.json(&["audit", "show", "--limit", "20", "--json"]).to_string();
    for action in ["session.login", "session.logout", "user.disable", "session.refused", "footage.live"] {
        assert!(leaves.contains(action), "{action} is not in the log");
    }
}
