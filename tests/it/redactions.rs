//! A redacted copy all the way, with the real program and a real camera: begun in a case, drawn, rendered, passed
//! by a second person, released, fetched by the tenant; and every way around that.

use std::{collections::BTreeSet, fs, path::Path, process::Command, time::Duration};

use holdfast::domain::{
    instant::UtcInstant,
    redaction::{
        Plan,
        region::{self, Cell},
    },
};
use serde_json::{Value, json};

use crate::{
    appliance::wait_until,
    browser::{Answer, request, send_form},
    keeping_doors::{Session, Site},
    portal::portal_at,
    portal_follow::Asked,
    vision::{installed_model, models_folder},
};

/// A film of a few seconds, on a busy machine, in a program that isn't optimised.
const MADE_WITHIN: Duration = Duration::from_secs(300);

/// A case with somebody who draws and somebody who looks.
struct Case {
    asked: Asked,
    drawer: Session,
    approver: Session,
}

impl Case {
    fn new() -> Self {
        Self::of(Asked::new())
    }

    fn of(asked: Asked) -> Self {
        let (drawer, approver) = (asked.site.sign_in("reviewer"), asked.site.sign_in("approver"));
        Self { asked, drawer, approver }
    }

    fn path(&self, more: &str) -> String {
        format!("/api/v1/cases/{}/redactions{more}", self.asked.reference)
    }

    /// Begins a redaction of the first sealed segment; its id.
    fn begun(&self) -> String {
        let first = &self.asked.site.sealed()[0];
        self.begun_for(&first["start"], &first["end"])
    }

    fn begun_for(&self, from: &Value, to: &Value) -> String {
        let order = json!({"camera": "gate", "from": from, "to": to, "mode": "default_deny"});
        let begun = self.asked.site.post(&self.drawer, &self.path(""), &order);
        assert_eq!(begun.status, 201, "{}", begun.text());
        begun.json()["id"].as_str().unwrap().to_owned()
    }

    fn shown(&self, id: &str) -> Value {
        self.asked.site.get(&self.drawer, &self.path(&format!("/{id}"))).json()
    }

    /// Saves the plan with these rectangles shown, drawn by whoever saves.
    fn save(&self, by: &Session, id: &str, boxes: &[[i32; 4]]) -> Answer {
        let shown = self.asked.site.get(by, &self.path(&format!("/{id}"))).json();
        let mut plan = shown["plan"].clone();
        plan["reveals"] = boxes
            .iter()
            .map(|[left, top, width, height]| {
                let area = json!({"left": left, "top": top, "width": width, "height": height});
                json!({"box": area, "by": shown["me"], "drawn_at": "2026-11-27T12:00:00Z"})
            })
            .collect();
        self.asked.site.send(by, "PUT", &self.path(&format!("/{id}/plan")), &json!({"revision": shown["revision"], "plan": plan}))
    }

    fn render(&self, id: &str) -> Answer {
        let order = json!({"revision": self.shown(id)["revision"]});
        self.asked.site.post(&self.drawer, &self.path(&format!("/{id}/render")), &order)
    }

    /// Waits until nothing is under way any more.
    fn settled(&self, id: &str) -> Value {
        let mut shown = Value::Null;
        wait_until(MADE_WITHIN, "the work on the redaction ends", || {
            shown = self.shown(id);
            shown["making"].is_null()
        });
        shown
    }

    fn rendered(&self, id: &str) -> Value {
        let begun = self.render(id);
        assert_eq!(begun.status, 202, "{}", begun.text());
        let shown = self.settled(id);
        assert_eq!(shown["stands"], "rendered", "{}", shown["failure"]);
        shown
    }

    fn approve(&self, role: &str, session: &Session, id: &str, film: &Value) -> Answer {
        let order = json!({"reason": "Watched to its end", "film": film, "password": self.asked.site.passwords[role]});
        self.asked.site.post(session, &self.path(&format!("/{id}/approval")), &order)
    }

    fn approved(&self, id: &str) {
        let film = self.shown(id)["film"]["sha256"].clone();
        let said = self.approve("approver", &self.approver, id, &film);
        assert_eq!(said.json()["stands"], "reviewed", "{}", said.text());
    }

    fn post(&self, session: &Session, what: &str, body: &Value) -> Answer {
        self.asked.site.post(session, &format!("/api/v1/cases/{}/{what}", self.asked.reference), body)
    }

    /// Decides that the tenant gets a copy.
    fn decided(&self) {
        let sealed = self.asked.site.sealed();
        let windows = json!([{"from": sealed[0]["start"], "to": sealed[0]["end"]}]);
        let verdict = json!({"verdict": "release", "extent": {"given": "whole"}, "basis": {"rests_on": "person_in_it"},
            "others": {"weighed": "nobody"}});
        for (what, body) in [
            ("steps", json!({"event": "begin", "identity": {"how": "known_tenant"}, "reason": "On the books"})),
            ("steps", json!({"event": "found", "reason": "Seen", "search": {"cameras": ["gate"], "method": "Played", "windows": windows}})),
            ("decision", json!({"decision": verdict, "reason": "Others are hidden"})),
            ("steps", json!({"event": "begin_redaction", "reason": "Others are in it"})),
        ] {
            self.asked.step(&self.drawer, what, &body);
        }
    }

    fn prepare(&self) -> Answer {
        self.post(&self.drawer, "steps", &json!({"event": "prepare", "content": "redacted", "reason": "As drawn"}))
    }

    fn checked(&self) {
        for what in ["check", "decision"] {
            let body = json!({"what": what, "reason": "Looked at", "password": self.asked.site.passwords["approver"]});
            self.asked.step(&self.approver, "approval", &body);
        }
    }

    fn release(&self) -> Answer {
        self.post(&self.drawer, "release", &json!({"reason": "By link", "password": self.asked.site.passwords["reviewer"]}))
    }

    /// What the tenant fetches by link and code.
    fn fetched(&self) -> Answer {
        let made = self.asked.step(&self.drawer, "delivery", &json!({"password": self.asked.site.passwords["reviewer"]}));
        let link = made["link"].as_str().unwrap();
        let path = link.strip_prefix(&format!("http://{}", self.asked.portal)).unwrap();
        let opened = send_form(&self.asked.portal, path, None, &[("code", made["code"].as_str().unwrap())]);
        let cookie = opened.cookie().unwrap();
        request(&self.asked.portal, "GET", &format!("{path}/files/1"), &[("Cookie", cookie.as_str())], "")
    }

    /// Luma of every picture of a film, row by row, as FFmpeg decodes it.
    fn luma(&self, film: &[u8]) -> Vec<Vec<u8>> {
        let path = self.asked.site.appliance.folder.path().join("looked-at.mp4");
        fs::write(&path, film).unwrap();
        let decoded = Command::new("ffmpeg")
            .args(["-v", "error", "-i"])
            .arg(&path)
            .args(["-fps_mode", "passthrough", "-vf", "extractplanes=y", "-f", "rawvideo", "-pix_fmt", "gray", "-"])
            .output()
            .unwrap();
        assert!(decoded.status.success(), "{}", String::from_utf8_lossy(&decoded.stderr));
        decoded.stdout.chunks(320 * 240).map(<[u8]>::to_vec).collect()
    }
}

#[track_caller]
fn refused(answer: &Answer, code: &str) {
    assert_eq!((answer.json()["code"].as_str(), answer.status >= 400), (Some(code), true), "{}", answer.text());
}

/// Codec error of what is hidden, in steps of luma.
const OFF_MAX: u8 = 40;

#[test]
fn what_a_tenant_fetches_is_the_plan_and_nothing_else() {
    let case = Case::new();
    case.decided();
    let id = case.begun();
    refused(&case.prepare(), "no_redaction");
    let boxes = [[48, 32, 128, 96]];
    assert_eq!(case.save(&case.drawer, &id, &boxes).status, 200);
    let rendered = case.rendered(&id);
    assert_eq!(rendered["film"]["undecoded"], 0, "{rendered}");
    let watched = case.asked.site.get(&case.approver, &case.path(&format!("/{id}/film.mp4"))).body;
    case.approved(&id);
    assert_eq!(case.prepare().status, 200);
    case.checked();
    let released = case.release();
    assert!(released.status < 300, "{}", released.text());
    let fetched = case.fetched();
    assert_eq!((fetched.status, fetched.header("content-type")), (200, Some("video/mp4")));
    assert!(fetched.body == watched, "the tenant gets another film than the one that was watched");

    // Decoded, each picture is the plan's: fill where hidden, the camera's own pixels where shown.
    let plan = Plan::from_json(&case.shown(&id)["plan"].to_string()).unwrap();
    let pictures = case.luma(&fetched.body);
    assert_eq!(pictures.len(), plan.frame_count() as usize);
    let first = &case.asked.site.sealed()[0];
    let view = case.asked.site.view(&case.drawer, "incident");
    let path = |name: &str| {
        format!(
            "/api/v1/cameras/gate/media?from={}&to={}&view={view}{name}",
            first["start"].as_str().unwrap(),
            first["end"].as_str().unwrap()
        )
    };
    let original = case.luma(&case.asked.site.get(&case.drawer, &path("")).body);
    let (mut hidden_off, mut shown_off, mut shown) = (0, 0_u64, 0_u64);
    for (frame, picture) in plan.frames().zip(&pictures) {
        let reveal = region::revealed(&plan, frame);
        for (at, luma) in picture.iter().enumerate() {
            let (x, y) = (at as u32 % 320, at as u32 / 320);
            if reveal.at(x, y) == Cell::Source {
                shown_off += u64::from(luma.abs_diff(original[frame.0 as usize][at]));
                shown += 1;
            } else {
                hidden_off = hidden_off.max(luma.abs_diff(16));
            }
        }
    }
    assert!(hidden_off <= OFF_MAX, "a hidden pixel is off by {hidden_off}");
    assert!(
        shown == u64::from(plan.frame_count()) * 128 * 96 && shown_off / shown < 6,
        "what is shown isn't the camera's: {shown_off} of {shown}"
    );

    // One stream, no tags, no word of the encoder; and of the original nothing is in what goes out.
    let film = case.asked.site.appliance.folder.path().join("looked-at.mp4");
    fs::write(&film, &fetched.body).unwrap();
    let probed = Command::new("ffprobe").args(["-v", "error", "-show_streams", "-show_format", "-of", "json"]).arg(&film).output().unwrap();
    let probed: Value = serde_json::from_slice(&probed.stdout).unwrap();
    assert_eq!((&probed["format"]["nb_streams"], &probed["streams"][0]["codec_name"]), (&json!(1), &json!("h264")));
    let tags: BTreeSet<&str> = probed["format"]["tags"].as_object().unwrap().keys().map(String::as_str).collect();
    assert!(tags.is_subset(&BTreeSet::from(["major_brand", "minor_version", "compatible_brands", "creation_time"])), "{tags:?}");
    assert_eq!(case.asked.leaves(&case.asked.site.sign_in("data_protection_officer"), "redaction.approve"), 1);
    assert!(case.asked.site.appliance.cli(&["audit", "verify"]).status.success());

    // What has gone out can't be drawn in, made anew or passed again.
    for answer in [case.save(&case.drawer, &id, &[]), case.render(&id), case.approve("approver", &case.approver, &id, &Value::Null)] {
        refused(&answer, "released");
    }
    assert!(case.fetched().body == watched, "it can still be fetched");
}

#[test]
fn nothing_goes_out_that_a_second_person_has_not_passed_as_it_is() {
    let case = Case::new();
    case.decided();
    let id = case.begun();
    refused(&case.approve("approver", &case.approver, &id, &Value::Null), "not_rendered");
    assert_eq!(case.save(&case.drawer, &id, &[[0, 0, 64, 64]]).status, 200);
    let film = case.rendered(&id)["film"]["sha256"].clone();
    refused(&case.prepare(), "no_redaction");
    refused(&case.approve("reviewer", &case.drawer, &id, &film), "own_work");
    let wrong = json!({"reason": "Watched", "film": film, "password": "not this one at all"});
    assert_eq!(case.asked.site.post(&case.approver, &case.path(&format!("/{id}/approval")), &wrong).status, 403);
    refused(&case.approve("approver", &case.approver, &id, &json!("0".repeat(64))), "changed_since");
    case.approved(&id);
    // A change after the word takes the word away, until it is rendered and watched anew.
    assert_eq!(case.save(&case.drawer, &id, &[[0, 0, 320, 240]]).status, 200);
    assert_eq!(case.shown(&id)["stands"], "draft");
    refused(&case.prepare(), "no_redaction");
    refused(&case.approve("approver", &case.approver, &id, &film), "not_rendered");
    case.rendered(&id);
    refused(&case.prepare(), "no_redaction");
    // Whoever has drawn in it is no second person for it any more.
    assert_eq!(case.save(&case.approver, &id, &[[0, 0, 96, 64]]).status, 200);
    let film = case.rendered(&id)["film"]["sha256"].clone();
    refused(&case.approve("approver", &case.approver, &id, &film), "own_work");
    let officer = case.asked.site.sign_in("data_protection_officer");
    assert_eq!(case.approve("data_protection_officer", &officer, &id, &film).status, 200);
    assert_eq!(case.prepare().status, 200);
    case.checked();
    // Passed by two people, then drawn in: what was checked is not what would go.
    assert_eq!(case.save(&case.drawer, &id, &[[0, 0, 320, 240]]).status, 200);
    refused(&case.release(), "no_redaction");
    assert_eq!(case.asked.site.get(&case.drawer, "/api/v1/exports").json(), json!([]));

    // A film that isn't the one that was passed: the seal of another redaction's film put in its place.
    let locker = case.asked.site.appliance.data().join("redactions");
    let films = || fs::read_dir(&locker).unwrap().map(|entry| entry.unwrap().path()).collect::<BTreeSet<_>>();
    let before = films();
    let other = case.begun();
    assert_eq!(case.save(&case.drawer, &other, &[[0, 0, 320, 240]]).status, 200);
    case.rendered(&other);
    case.rendered(&id);
    case.approved_by_officer(&officer, &id);
    let (mine, others) = (before.iter().next().unwrap(), films().difference(&before).next().unwrap().clone());
    fs::copy(others, mine).unwrap();
    assert_eq!(case.asked.site.get(&case.drawer, &case.path(&format!("/{id}/film.mp4"))).status, 500, "a film under another's name opens");
    assert!(case.release().status >= 400);
}

impl Case {
    fn approved_by_officer(&self, officer: &Session, id: &str) {
        let film = self.shown(id)["film"]["sha256"].clone();
        assert_eq!(self.approve("data_protection_officer", officer, id, &film).status, 200);
    }
}

#[test]
fn a_film_is_given_up_begun_again_and_survives_the_daemons_end() {
    let mut case = Case::new();
    let id = case.begun();
    assert_eq!(case.save(&case.drawer, &id, &[[0, 0, 64, 64]]).status, 200);
    let render = case.path(&format!("/{id}/render"));
    assert_eq!(case.render(&id).status, 202);
    refused(&case.render(&id), "rendering");
    assert_eq!(case.asked.site.delete(&case.drawer, &render).json()["stands"], "draft");
    let stale = json!({"revision": 0});
    refused(&case.asked.site.post(&case.drawer, &render, &stale), "changed_since");
    assert_eq!(case.render(&id).status, 202);
    case.asked.site.appliance.kill();
    case.asked.site.appliance.start();
    (case.drawer, case.approver) = (case.asked.site.sign_in("reviewer"), case.asked.site.sign_in("approver"));
    assert_eq!(case.shown(&id)["stands"], "draft", "a film that wasn't finished is none");
    let film = case.rendered(&id)["film"].clone();
    case.asked.site.appliance.stop();
    case.asked.site.appliance.start();
    case.drawer = case.asked.site.sign_in("reviewer");
    assert_eq!(case.shown(&id)["film"], film);
    assert_eq!(case.asked.site.delete(&case.drawer, &render).json()["stands"], "rendered", "what is finished can't be given up");
    assert!(case.asked.site.appliance.cli(&["audit", "verify"]).status.success());
}

#[test]
fn without_a_detector_it_says_so_and_a_copy_can_be_made_all_the_same() {
    let case = Case::new();
    let id = case.begun();
    let answer = case.asked.site.post(&case.drawer, &case.path(&format!("/{id}/proposals")), &json!({"revision": 0}));
    refused(&answer, "no_detector");
    assert!(answer.json()["title"].as_str().unwrap().contains("no person detector is configured"), "{}", answer.text());
    assert!(answer.json()["detail"].as_str().unwrap().contains("everything stays hidden"), "{}", answer.text());
    let film = case.rendered(&id);
    let body = case.asked.site.get(&case.drawer, &case.path(&format!("/{id}/film.mp4"))).body;
    assert_eq!((film["revision"].clone(), case.luma(&body).iter().flatten().filter(|luma| luma.abs_diff(16) > 2).count()), (json!(0), 0));
    // Where all is shown but what is drawn, nothing is before somebody has gone through it.
    let first = &case.asked.site.sealed()[0];
    let order = json!({"camera": "gate", "from": first["start"], "to": first["end"], "mode": "mask_others"});
    let others = case.asked.site.post(&case.drawer, &case.path(""), &order).json();
    let id = others["id"].as_str().unwrap();
    assert_eq!(others["doubts_open"], 1);
    let mut plan = case.shown(id)["plan"].clone();
    plan["doubts"] = json!([]);
    let path = case.path(&format!("/{id}/plan"));
    refused(&case.asked.site.send(&case.drawer, "PUT", &path, &json!({"revision": 0, "plan": plan})), "plan_refused");
    let film = case.rendered(id)["film"]["sha256"].clone();
    refused(&case.approve("approver", &case.approver, id, &film), "doubts_open");
}

#[test]
fn people_are_found_behind_closed_doors_and_whoever_is_pointed_at_is_shown() {
    let film = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/footage/vtest.avi");
    if installed_model().is_none() || !film.exists() {
        println!("Skipped: the detector's model (make models) or the footage in ../shared/footage is not there.");
        return;
    }
    let models = format!("[redaction]\nmodels = \"{}\"\n", models_folder().display());
    let (portal, put) = portal_at(&models);
    let camera = format!("path=gate,file={},codec=h264", film.display());
    let case = Case::of(Asked::of(portal, Site::filmed(&camera, put)));
    // Two seconds: without optimisation a picture takes the detector long.
    let from = case.asked.site.sealed()[0]["start"].clone();
    let to = UtcInstant::parse_rfc3339(from.as_str().unwrap()).unwrap().plus_seconds(2).to_string();
    let id = case.begun_for(&from, &json!(to));
    let proposals = case.path(&format!("/{id}/proposals"));
    let asked = case.asked.site.post(&case.drawer, &proposals, &json!({"revision": 0}));
    assert_eq!((asked.status, &asked.json()["making"]["stage"]), (202, &json!("looking")), "{}", asked.text());
    let found = case.settled(&id);
    assert_eq!((&found["failure"], &found["revision"], &found["analysed"]), (&Value::Null, &json!(1), &json!(true)));
    let plan = Plan::from_json(&found["plan"].to_string()).unwrap();
    assert!(plan.tracks().len() >= 3, "{} tracks", plan.tracks().len());
    assert!(plan.frames().all(|frame| !region::revealed(&plan, frame).shows_anything()), "nobody has been pointed at yet");
    assert!(plan.clip().source_sha256.is_some(), "the plan is bound to its clip");
    // Pointed at one after the other. Whoever is beside others stays hidden with them; not everybody is.
    let mut revision = 1;
    let mut someone_is_shown = false;
    for track in plan.tracks() {
        let key = &track.presences()[0].keyframes()[0];
        let middle = |from: i32, length: u32| f64::from(from) + f64::from(length) / 2.0;
        let (x, y) = (middle(key.area.left(), key.area.width()), middle(key.area.top(), key.area.height()));
        let order = json!({"revision": revision, "click": {"frame": key.frame, "x": x, "y": y}});
        assert_eq!(case.asked.site.post(&case.drawer, &proposals, &order).status, 202);
        let pointed = case.settled(&id);
        revision += 1;
        assert_eq!((&pointed["failure"], &pointed["revision"]), (&Value::Null, &json!(revision)));
        let plan = Plan::from_json(&pointed["plan"].to_string()).unwrap();
        // A thing that only moves is nobody's copy.
        assert_eq!(plan.has_subject(), pointed["notice"].is_null(), "{}", pointed["notice"]);
        someone_is_shown |= plan.frames().any(|frame| region::revealed(&plan, frame).shows_anything());
    }
    assert!(someone_is_shown, "of {} found, nobody is shown when pointed at", plan.tracks().len());
    let nobody = json!({"revision": revision, "click": {"frame": 0, "x": 1, "y": 1}});
    assert_eq!(case.asked.site.post(&case.drawer, &proposals, &nobody).status, 202);
    assert!(case.settled(&id)["notice"].as_str().unwrap().contains("Nobody was found at 1, 1 in frame 0"));
}

/// A film whose slices are bent, one bit in each, and every tenth one is noise.
fn bent_film(to: &Path) {
    let made = Command::new("ffmpeg")
        .args([
            "-v",
            "error",
            "-f",
            "lavfi",
            "-i",
            "testsrc2=size=320x240:rate=15",
            "-t",
            "6",
            "-c:v",
            "libx264",
            "-bf",
            "0",
            "-g",
            "15",
            "-y",
        ])
        .arg(to)
        .status()
        .unwrap();
    assert!(made.success());
    let mut film = fs::read(to).unwrap();
    let mut at = film.windows(4).position(|name| name == b"mdat").unwrap() + 4;
    let mut slices = 0_u32;
    while let Some(length) = film.get(at..at + 4).map(|bytes| u32::from_be_bytes(bytes.try_into().unwrap()) as usize) {
        let Some(unit) =
            film.get_mut(at + 4..at + 4 + length).filter(|unit| matches!(unit.first().map(|head| head & 0x1f), Some(1 | 5 | 6)))
        else {
            break;
        };
        if unit[0] & 0x1f != 6 {
            slices += 1;
            let middle = unit.len() / 2;
            unit[middle] ^= 8;
            if slices.is_multiple_of(10) {
                unit.iter_mut().enumerate().skip(8).for_each(|(at, byte)| *byte = ((at as u32).wrapping_mul(2_654_435_761) >> 13) as u8);
            }
        }
        at += 4 + length;
    }
    assert!(slices > 50, "{slices}");
    fs::write(to, film).unwrap();
}

#[test]
fn a_camera_that_sends_broken_pictures_breaks_nothing_but_its_own_frames() {
    let folder = tempfile::tempdir().unwrap();
    let film = folder.path().join("bent.mp4");
    bent_film(&film);
    let (portal, put) = portal_at("");
    let case = Case::of(Asked::of(portal, Site::filmed(&format!("path=gate,file={}", film.display()), put)));
    let id = case.begun();
    assert_eq!(case.save(&case.drawer, &id, &[[48, 32, 128, 96]]).status, 200);
    assert_eq!(case.render(&id).status, 202);
    let shown = case.settled(&id);
    if shown["stands"] == "rendered" {
        let plan = Plan::from_json(&shown["plan"].to_string()).unwrap();
        let pictures = case.luma(&case.asked.site.get(&case.drawer, &case.path(&format!("/{id}/film.mp4"))).body);
        assert_eq!(pictures.len(), plan.frame_count() as usize, "a picture for each frame, decoded or not");
        for (frame, picture) in plan.frames().zip(&pictures) {
            let reveal = region::revealed(&plan, frame);
            let hidden = (0..320 * 240_u32).filter(|at| reveal.at(at % 320, at / 320) != Cell::Source);
            let off = hidden.map(|at| picture[at as usize].abs_diff(16)).max();
            assert!(off.unwrap() <= OFF_MAX, "frame {}: {off:?}", frame.0);
        }
    } else {
        let told = |field: &str| shown["failure"][field].as_str().is_some_and(|text| !text.is_empty());
        assert!(told("title") && told("detail"), "{shown}");
    }
    let sealed = case.asked.site.sealed().len();
    wait_until(Duration::from_secs(60), "the daemon records on", || case.asked.site.sealed().len() > sealed);
    assert_eq!(case.asked.site.appliance.camera_state("gate"), "recording");
}
