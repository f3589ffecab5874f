//! A short retention period under a real daemon with four real cameras: what is older goes with its file
//! and key, nothing younger does, a hold in the middle survives, and the log proves it.
//!
//! `HOLDFAST_REAL_SECONDS=600` keeps for 90 seconds and goes on for ten minutes (`make soak`); otherwise
//! it is as short as shows more than one whole period.

use std::{
    collections::BTreeMap,
    fs,
    io::Write,
    time::{Duration, Instant},
};

use holdfast::{
    adapters::{clock, index::gap},
    domain::{camera::Transport, instant::UtcInstant, recording::segment::SegmentState},
    jobs::{audit, check, house::House},
};
use serde_json::Value;

use crate::{
    appliance::{Appliance, id, wait_until},
    cameras::Cameras,
    film::whole,
    keeping_store::{Left, count, left},
    recorded::rows,
};

const SOON: Duration = Duration::from_secs(60);
const CAMERAS: [&str; 4] = ["gate", "yard", "door", "lift"];
/// The period of a long run, and the least seconds that make a run a long one.
const LONG: (u64, u64) = (90, 300);
const SHORT_PERIOD: u64 = 15;
const SHORT_RUN: u64 = 3 * SHORT_PERIOD;

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("no text: {value}"))
}

fn at(value: &Value) -> UtcInstant {
    UtcInstant::parse_rfc3339(text(value)).unwrap()
}

fn now() -> UtcInstant {
    clock::now().utc
}

struct Keeping {
    appliance: Appliance,
    period: i64,
    _cameras: Cameras,
}

impl Keeping {
    fn start(period: u64) -> Self {
        let scenes = CAMERAS.map(|camera| format!("path={camera},scene=320x240@15,codec=h264"));
        let cameras = Cameras::start(&scenes.each_ref().map(String::as_str), &["--numbered"]);
        let accesses = CAMERAS.map(|camera| cameras.access(camera, None, Transport::Tcp));
        let named: Vec<_> = CAMERAS.into_iter().zip(&accesses).collect();
        let mut appliance = Appliance::new(&named, "5s");
        let mut config = fs::OpenOptions::new().append(true).open(appliance.config()).unwrap();
        writeln!(config, "[clock]\ntrust = \"system\"\n[retention]\nfloor = \"{period}s\"\ndefault = \"{period}s\"").unwrap();
        appliance.start();
        Self { appliance, period: i64::try_from(period).unwrap(), _cameras: cameras }
    }

    fn segments(&self) -> Vec<Value> {
        self.appliance.json(&["segment", "list", "--json"]).as_array().unwrap().clone()
    }

    /// Segments whose period was over at `then`, and that nobody holds.
    fn due(&self, then: UtcInstant) -> Vec<Value> {
        let ended_by = then.plus_seconds(-self.period);
        let due = |segment: &Value| segment["end"].is_string() && segment["held"] == false && at(&segment["end"]) <= ended_by;
        self.segments().into_iter().filter(due).collect()
    }

    /// Waits until all that is due now has gone, and looks whether anything else has.
    fn settle(&self) {
        let asked = now();
        wait_until(SOON, "what is due goes", || self.due(asked).iter().all(|segment| segment["state"] == "expired"));
        let plan = self.appliance.json(&["expire", "plan", "--json"]);
        for line in plan.as_array().unwrap() {
            assert!(at(&line["due"]) > asked || line["blocked_by"] != serde_json::json!([]), "overdue: {line}");
        }
        let early = now().plus_seconds(-self.period);
        for segment in self.segments().iter().filter(|segment| segment["state"] == "expired") {
            assert!(at(&segment["end"]) <= early, "gone before its time: {segment}");
        }
    }

    fn verify(&self) -> Value {
        let proof = self.appliance.json(&["audit", "verify", "--expiry", "--json"]);
        for (key, wanted) in [("ok", true.into()), ("held_violations", 0.into()), ("overdue", 0.into()), ("unproven", 0.into())] {
            let wanted: &Value = &wanted;
            assert_eq!(&proof[key], wanted, "{proof}");
        }
        proof
    }

    /// Rotates, after which what went before is proved to be destroyed.
    fn rotate(&self) {
        let rotated = self.appliance.json(&["keys", "rotate", "--json"]);
        assert_eq!(rotated["destroyed"], true, "{rotated}");
    }
}

/// When each segment went, by the log.
fn expired_at(appliance: &Appliance) -> BTreeMap<String, (UtcInstant, Value)> {
    let mut expired = BTreeMap::new();
    let mut next = 0;
    loop {
        let from = next.to_string();
        let leaves = appliance.json(&["audit", "show", "--from", &from, "--limit", "1000", "--json"]);
        let leaves = leaves.as_array().unwrap();
        for leaf in leaves.iter().filter(|leaf| leaf["action"] == "segment.expire") {
            let first = expired.insert(text(&leaf["object"]).to_owned(), (at(&leaf["at"]), leaf["details"].clone()));
            assert!(first.is_none(), "one leaf a segment: {leaf}");
        }
        let Some(last) = leaves.last() else { return expired };
        let last = last["seq"].as_u64().unwrap();
        // Reading is logged as well, so there is always one more.
        if leaves.len() < 1000 {
            return expired;
        }
        next = last + 1;
    }
}

#[test]
fn a_short_period_is_kept_to_and_a_hold_in_the_middle_survives() {
    let run_seconds = count("HOLDFAST_REAL_SECONDS", SHORT_RUN);
    let period = if run_seconds >= LONG.1 { LONG.0 } else { SHORT_PERIOD };
    let mut site = Keeping::start(period);
    let began = Instant::now();
    let run = Duration::from_secs(run_seconds);

    // In the middle: a hold over what is there of one camera now, and what comes in the next seconds.
    wait_until(SOON + run, "the first footage has gone", || site.segments().iter().any(|segment| segment["state"] == "expired"));
    let there: Vec<Value> =
        site.segments().into_iter().filter(|segment| segment["camera"] == "yard" && segment["state"] == "sealed").collect();
    // The next round of expiry may be under way; the newest of them surely stays until it is held.
    let from = text(&there.last().unwrap()["start"]).to_owned();
    let held_to = now().plus_seconds(6);
    let receipt = site.appliance.json(&[
        "hold",
        "place",
        "--camera",
        "yard",
        "--from",
        &from,
        "--to",
        &held_to.to_string(),
        "--reason",
        "Burglary reported",
        "--case",
        "CR-90",
        "--json",
    ]);
    assert_eq!((&receipt["already_gone"], &receipt["future"]), (&serde_json::json!([]), &true.into()), "{receipt}");
    assert!(!receipt["covered"].as_array().unwrap().is_empty(), "{receipt}");

    // The steady state, for the length of the run, and until what is held would have gone.
    let held_for = held_to.plus_seconds(site.period);
    let (mut rounds, mut rotations) = (0, 0);
    wait_until(SOON + 2 * run, "the run is over and what is held would have gone", || {
        site.settle();
        site.verify();
        rounds += 1;
        if rounds % 5 == 0 {
            site.rotate();
            rotations += 1;
        }
        began.elapsed() >= run && now() >= held_for
    });
    wait_until(SOON, "all that went is proved to be destroyed", || {
        site.rotate();
        rotations += 1;
        site.verify()["pending"] == 0
    });

    let log = expired_at(&site.appliance);
    site.appliance.stop();
    let house = site.appliance.house();
    assert_eq!(house.catalogue.integrity().unwrap(), "ok");
    assert!(audit::verify(&house).unwrap().ok);
    let checked = check::segments(&house, None, &whole()).unwrap();
    assert!(checked.ok, "{:?}", checked.damaged);
    let (kept, held, gone) = what_is_left(&house, &log, site.period, (&from, held_to));
    assert!(held >= 2 && gone >= 4 && kept >= 4, "{kept} kept, {held} held, {gone} gone");
    println!("{kept} segments kept, {held} of them held, {gone} gone in {:?}; {rounds} rounds, {rotations} rotations", began.elapsed());
}

/// Compares every row with disk, keys and log; how many are kept, how many of these are held and past
/// their time, and how many have gone.
fn what_is_left(
    house: &House,
    log: &BTreeMap<String, (UtcInstant, Value)>,
    period: i64,
    (held_from, held_to): (&str, UtcInstant),
) -> (usize, usize, usize) {
    let held_from = UtcInstant::parse_rfc3339(held_from).unwrap();
    let (mut kept, mut held, mut gone) = (0, 0, 0);
    for camera in CAMERAS {
        assert_eq!(house.catalogue.read(|c| gap::overlapping(c, &id(camera), &whole())).unwrap(), [], "{camera} misses nothing");
        for row in rows(house, &id(camera)) {
            let end = row.end.expect("closed");
            match row.state {
                SegmentState::Expired => {
                    assert_eq!(left(house, &row), Left::GONE, "{row:?}");
                    if let Some((at, details)) = log.get(&row.id.to_string()) {
                        assert!(*at >= end.plus_seconds(period), "gone at {at} before its time: {row:?}");
                        assert_eq!(details["ground"], "retention");
                    }
                    assert!(camera != "yard" || end < held_from || row.start > held_to, "held, but gone: {row:?}");
                    gone += 1;
                }
                SegmentState::Sealed => {
                    assert_eq!(left(house, &row), Left::KEPT, "{row:?}");
                    kept += 1;
                    held += usize::from(camera == "yard" && end >= held_from && row.start <= held_to);
                }
                state => panic!("{state:?}: {row:?}"),
            }
        }
    }
    assert!(log.len() <= gone, "each went that the log says has gone");
    (kept, held, gone)
}
