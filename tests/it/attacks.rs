//! What has been tried on other recorders, tried on this one: paths, markup in names, connections that
//! are held open. The names are those of the security paper's lessons.

use std::{io::Write, net::TcpStream, time::Duration};

use serde_json::{Value, json};

use crate::{
    appliance::wait_until,
    browser::request,
    keeping_doors::Site,
    portal::{get, portal_at},
};

/// Ways out of a folder, and what leads to no name of ours.
const PATHS: [&str; 14] = [
    "..",
    "../../../../etc/passwd",
    "%2e%2e%2f%2e%2e%2f%2e%2e%2fetc%2fpasswd",
    "..%2f..%2f..%2f..%2fetc%2fpasswd",
    "..%5c..%5cetc%5cpasswd",
    "....%2f%2f....%2f%2fetc%2fpasswd",
    "%252e%252e%252fetc%252fpasswd",
    "%c0%ae%c0%ae%c0%afetc%c0%afpasswd",
    "%ef%bc%8e%ef%bc%8e%ef%bc%8fetc%ef%bc%8fpasswd",
    "/etc/passwd",
    "%2fetc%2fpasswd",
    "gate%00.mp4",
    "catalogue.db",
    "%2fproc%2fself%2fenviron",
];

const MARKUP: &str = "<img src=x onerror=alert(1)>\"'><script>alert(2)</script>";

#[test]
fn t8_no_path_of_a_client_leads_to_a_file() {
    let (portal, put) = portal_at("");
    let site = Site::configured(put);
    let reviewer = site.sign_in("approver");
    let view = site.view(&reviewer, "incident");
    let openapi = site.get(&reviewer, "/api/v1/openapi.json").json();
    let in_a_path = openapi["paths"].as_object().unwrap().keys().filter(|path| path.contains('{')).cloned();
    let staff = in_a_path.chain(["/assets/{name}".to_owned()]);
    let public = ["/assets/{name}", "/privacy/version/{n}", "/signs/{camera}", "/signs/gate/{language}", "/privacy/{language}"];
    let mut tried = 0;
    for (address, path) in staff.map(|path| (&site.appliance.listen, path)).chain(public.map(|path| (&portal, path.to_owned()))) {
        for way in PATHS {
            // Every part in turn, the others as they may be.
            let parts: Vec<usize> = path.match_indices('{').map(|(at, _)| at).collect();
            for part in parts {
                let end = part + path[part..].find('}').unwrap();
                let asked = [&path[..part], way, &path[end + 1..]].concat();
                let asked = asked.replace("{case}", "HF-2020-000001").replace("{id}", "gate").replace(['{', '}'], "");
                let headers = [("Cookie", reviewer.cookie.as_str())];
                let answer = request(address, "GET", &format!("{asked}?view={view}"), &headers, "");
                assert!((400..500).contains(&answer.status), "{asked}: {} {}", answer.status, answer.text());
                let text = answer.text();
                assert!(!text.contains("root:") && !text.contains("SQLite format") && !text.contains("PATH="), "{asked}: {text}");
                tried += 1;
            }
        }
    }
    assert!(tried > 300, "{tried}");
}

#[test]
fn t9_markup_in_a_name_is_text_wherever_it_is_shown() {
    let (portal, put) = portal_at(&format!("recipients = [{}]\n", Value::from(MARKUP)));
    let site = Site::configured(|config| put(config).replace("place = \"bench\"", &format!("place = {}", Value::from(MARKUP))));
    for path in ["/", "/privacy", "/privacy/large-print", "/signs/gate", "/apply/footage-of-me"] {
        let page = get(&portal, path, None).text();
        assert!(!page.contains("<img src=x") && !page.contains("<script"), "{path}");
    }
    let notice = get(&portal, "/privacy", None).text();
    assert!(notice.contains("&#60;img src=x"), "it is shown, as text: {notice}");
    let login =
        crate::browser::send_form(&site.appliance.listen, "/login", None, &[("name", MARKUP), ("password", "correct horse battery")]);
    assert!(login.status == 401 && !login.text().contains("<img src=x") && login.text().contains("img src=x onerror"), "{}", login.text());
    // In a case's words and in a head, and what the API answers of it is never taken for a page.
    let approver = site.sign_in("approver");
    let sealed = &site.sealed()[0];
    let made = site.post(
        &approver,
        "/api/v1/cases",
        &json!({"kind": "subject_access", "channel": "phone", "words": MARKUP, "requester": {"name": MARKUP, "contact": "07700 900123"}, "asked": [{"place": MARKUP, "cameras": ["gate"], "from": sealed["start"], "to": sealed["end"]}]}),
    );
    assert!((200..300).contains(&made.status), "{}", made.text());
    let case = site.get(&approver, &format!("/api/v1/cases/{}", made.json()["reference"].as_str().unwrap()));
    assert!(case.text().contains(&Value::from(MARKUP).to_string()), "kept as it was said: {}", case.text());
    assert!(case.header("content-type").unwrap().starts_with("application/json"));
    let strange = request(&site.appliance.listen, "GET", "/login", &[("X-Forwarded-Host", MARKUP), ("Referer", MARKUP)], "");
    assert!(!strange.text().contains("<img src=x"));
}

#[test]
fn t16_connections_that_are_held_open_cost_no_frame_and_end_by_themselves() {
    let (portal, put) = portal_at("");
    let site = Site::configured(put);
    let before = site.sealed().len();
    let doors = [portal.clone(), site.appliance.listen.clone()];
    // Nothing at all, half a head, and a head whose body never comes.
    let words = ["", "GET / HTTP/1.1\r\nHost: a\r\nX-Slow: ", "POST /login HTTP/1.1\r\nHost: a\r\nContent-Length: 900000\r\n\r\nname="];
    let mut held: Vec<TcpStream> = (0..400)
        .flat_map(|nth| doors.iter().map(move |door| (nth, door)))
        .map(|(nth, door)| {
            let mut stream = TcpStream::connect(door).unwrap();
            stream.write_all(words[nth % 2].as_bytes()).unwrap();
            stream
        })
        .collect();
    for door in &doors {
        let mut stream = TcpStream::connect(door).unwrap();
        stream.write_all(words[2].as_bytes()).unwrap();
        held.push(stream);
    }
    wait_until(Duration::from_secs(60), "it records on", || site.sealed().len() >= before + 2);
    for door in &doors {
        // Whoever waited in the queue is served when those before have been sent away.
        let mut late = TcpStream::connect(door).unwrap();
        late.set_read_timeout(Some(Duration::from_secs(90))).unwrap();
        late.write_all(b"GET /healthz HTTP/1.0\r\nHost: a\r\n\r\n").unwrap();
        let mut answer = String::new();
        std::io::Read::read_to_string(&mut late, &mut answer).unwrap();
        assert!(answer.starts_with("HTTP/1."), "{answer}");
    }
    drop(held);
    let sealed = site.sealed();
    for pair in sealed.windows(2) {
        let (end, start) = (crate::keeping_doors::at(&pair[0]["end"]), crate::keeping_doors::at(&pair[1]["start"]));
        assert!(start.nanos_since(end) < 200_000_000, "a hole between {} and {}", pair[0], pair[1]);
    }
}
