//! The retention report, read back from its PDF: its figures are those of the other commands.

use std::{fs, path::Path, process::Command};

use holdfast::{
    adapters::clock,
    domain::{
        actor::{Actor, Reason, UserId},
        audit::Action,
        instant::{Interval, UtcInstant},
        recording::segment::KeyEpoch,
        retention::report::Month,
    },
    jobs::deletion::{self, DeletionAsked},
};
use serde_json::{Value, json};
use uuid::Uuid;

use super::store::{Store, camera};

fn read_pdf(pdf: &Path) -> String {
    let output = Command::new("pdftotext").arg("-layout").arg(pdf).arg("-").output().expect("poppler-utils is there");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// What `pdfinfo` says of a document, by key.
fn info(pdf: &Path, key: &str) -> String {
    let output = Command::new("pdfinfo").arg(pdf).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let line = text.lines().find_map(|line| line.strip_prefix(key)).unwrap_or_else(|| panic!("{key} in {text}"));
    line.trim_start_matches(':').trim().to_owned()
}

/// Without spaces: where columns are narrow, the reader takes one for no space at all.
fn closed_up(cell: &str) -> String {
    cell.split_whitespace().collect()
}

/// The row that begins with `first`, closed up.
fn row_of(text: &str, first: &str) -> String {
    let line = text.lines().find(|line| line.trim_start().starts_with(first)).unwrap_or_else(|| panic!("no row {first} in\n{text}"));
    closed_up(line)
}

fn cli(config: &Path, arguments: &[&str]) -> (i32, String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_holdfast")).arg("--config").arg(config).args(arguments).output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

fn json_of(config: &Path, arguments: &[&str]) -> Value {
    let (code, out, error) = cli(config, arguments);
    assert!(code <= 1, "{arguments:?}: {error}");
    serde_json::from_str(&out).unwrap()
}

fn at(value: &Value) -> UtcInstant {
    UtcInstant::parse_rfc3339(value.as_str().unwrap()).unwrap()
}

/// Time and size of segments, as the report writes them.
fn amount<'s>(segments: impl Iterator<Item = &'s Value>) -> [String; 2] {
    let (mut seconds, mut bytes) = (0.0, 0);
    for segment in segments {
        seconds += at(&segment["end"]).nanos_since(at(&segment["start"])) as f64 / 1e9;
        bytes += segment["bytes"].as_u64().unwrap();
    }
    assert!(seconds < 60.0 && bytes < 1_000_000, "a small store");
    [format!("{seconds:.0} s"), if bytes < 1000 { format!("{bytes} B") } else { format!("{:.1} kB", bytes as f64 / 1e3) }]
}

fn staff(number: u128) -> Actor {
    Actor::Staff { id: UserId(Uuid::from_u128(number)), name: "Ada Lovelace".into() }
}

/// Footage within the month and what a month brings: expiry, a hold past its due time, a deletion, a
/// refusal, two generations destroyed.
fn eventful() -> Store {
    let store = Store::new();
    for seconds_ago in [600, 1200, 1800] {
        store.record(seconds_ago);
    }
    let held = store.record(7200);
    store.record(7800);
    store.record(8400);
    store.hold(&held);
    let unwanted = store.record(2400);
    let asked = DeletionAsked {
        cameras: vec![camera()],
        range: Interval::new(unwanted.start, unwanted.end.unwrap()).unwrap(),
        reason: Reason::new("Erasure request").unwrap(),
        case_reference: "SAR-12".into(),
    };
    let deletion = deletion::ask(&store.house, staff(1), asked, clock::now()).unwrap();
    deletion::grant(&store.house, staff(2), deletion.id, clock::now()).unwrap();
    assert_eq!(store.expire().expired, 3);
    store.append(clock::now(), Action::ExpiryRefused, "expiry", json!({"why": "the clock is not synchronised"}));
    store.destroyed(clock::now(), KeyEpoch(1));
    store.destroyed(clock::now(), KeyEpoch(2));
    store
}

fn configure(folder: &Path, data: &Path, keys: &Path) -> std::path::PathBuf {
    let config = folder.join("holdfast.toml");
    let text = format!(
        "[store]\ndata = \"{}\"\n[keys]\ndir = \"{}\"\n[retention]\ndefault = \"1h\"\nfloor = \"1h\"\n[clock]\ntrust = \"system\"\n\
         [site]\nname = \"Alder Court\"\ncontroller = \"Example Homes Ltd\"\ntime_zone = \"Europe/London\"\n\
         [[camera]]\nid = \"gate\"\nname = \"Main entrance\"\nplace = \"bench\"\npurpose = \"testing\"\nurl = \"rtsp://127.0.0.1:9/s\"\n",
        data.display(),
        keys.display()
    );
    fs::write(&config, text).unwrap();
    config
}

#[test]
fn the_report_of_a_month_is_one_page_whose_figures_the_other_commands_tell_as_well() {
    let Store { folder, keys, house } = eventful();
    drop(house);
    let outside = tempfile::TempDir::new().unwrap();
    let config = configure(outside.path(), folder.path(), keys.path());
    let london = jiff::tz::TimeZone::get("Europe/London").unwrap();
    let month = clock::now().utc.to_timestamp().to_zoned_datetime(london.clone()).strftime("%Y-%m").to_string();
    let within = Month::parse(&month).unwrap().interval(&london).unwrap();

    let pdf = outside.path().join("report.pdf");
    let (code, out, error) = cli(&config, &["audit", "report", "--month", &month, "--out", &pdf.display().to_string()]);
    assert_eq!((code, error.as_str()), (0, ""), "{out}");
    assert_eq!((info(&pdf, "Pages"), info(&pdf, "Tagged")), ("1".into(), "yes".into()));
    assert!(info(&pdf, "Page size").contains("A4"), "{}", info(&pdf, "Page size"));
    let text = read_pdf(&pdf);

    let segments = json_of(&config, &["segment", "list", "--json"]);
    let segments = segments.as_array().unwrap();
    assert_eq!(segments.len(), 7);
    let expired = |segment: &&Value| segment["state"] == "expired";
    let recorded = amount(segments.iter().filter(|segment| within.contains(at(&segment["start"]))));
    let gone = amount(segments.iter().filter(expired));
    let kept = amount(segments.iter().filter(|segment| !expired(segment)));
    let plan = json_of(&config, &["expire", "plan", "--json"]);
    let plan = plan.as_array().unwrap();
    assert_eq!(plan.len(), segments.iter().filter(|segment| !expired(segment)).count());
    let now = clock::now().utc;
    let past_due: f64 = plan
        .iter()
        .filter(|line| at(&line["due"]) <= now && !line["blocked_by"].as_array().unwrap().is_empty())
        .map(|line| at(&line["end"]).nanos_since(at(&line["start"])) as f64 / 1e9)
        .sum();
    assert!(past_due > 0.0);
    let oldest = plan.iter().map(|line| at(&line["start"])).min().unwrap();
    let oldest = oldest.to_timestamp().to_zoned_datetime(london).strftime("%-d %b %Y %H:%M").to_string();

    let row = row_of(&text, "gate");
    let expected =
        [&["gate (Main entrance)".to_owned(), "1 hour".to_owned()], &recorded, &gone, &kept].map(|cells| cells.to_vec()).concat();
    let counts = ["1", "1", "0", "1", "0"].map(str::to_owned);
    let expected: Vec<String> = [expected, vec![oldest, format!("{past_due:.0} s")], counts.to_vec()].concat();
    assert_eq!(row, closed_up(&expected.concat()), "{text}");

    let proof = json_of(&config, &["audit", "verify", "--expiry", "--json"]);
    let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
    for said in [
        "Site: Alder Court. Controller: Example Homes Ltd. Times are the site\u{2019}s: Europe/London.".to_owned(),
        "the month is not over, so its figures are to date.".to_owned(),
        format!("{} segments recorded, {} there, {} expired.", proof["recorded"], proof["live"], proof["expired"]),
        format!("Expired though held: {}. Overdue: {}. Unproven: {}.", proof["held_violations"], proof["overdue"], proof["unproven"]),
        format!("Forgetting: {}", if proof["ok"] == true { "Proved" } else { "NOT PROVED" }),
        "Holds and restrictions in force: 1. Placed in the month: 1. Released: 0. Early deletions agreed by two people: 1.".to_owned(),
        "too much at once): 1. Key generations destroyed: 2.".to_owned(),
    ] {
        assert!(words.contains(&said), "lacks \u{201c}{said}\u{201d}:\n{text}");
    }
    assert!(!words.contains("Burglary") && !words.contains("PC 123") && !words.contains("Ada Lovelace"), "it names nobody");

    for (month, said) in [("2026-13", "This is no month."), ("2200-01", "2200-01 has not begun yet."), ("2026-11&x=1", "This is no month.")]
    {
        let (code, out, error) = cli(&config, &["audit", "report", "--month", month, "--out", &pdf.display().to_string()]);
        assert_eq!((code, out.as_str()), (2, ""), "{error}");
        assert!(error.contains(said), "{error}");
    }
    assert_eq!(read_pdf(&pdf), text, "what was there is kept when there is nothing to put in its place");
}

#[test]
fn what_happened_in_another_month_is_not_in_the_report() {
    let Store { folder, keys, house } = eventful();
    let before = clock::now().utc.plus_seconds(-86_400 * 40);
    drop(house);
    let outside = tempfile::TempDir::new().unwrap();
    let config = configure(outside.path(), folder.path(), keys.path());
    let month = before.to_timestamp().to_zoned_datetime(jiff::tz::TimeZone::get("Europe/London").unwrap()).strftime("%Y-%m").to_string();
    let pdf = outside.path().join("report.pdf");
    let (code, _, error) = cli(&config, &["audit", "report", "--month", &month, "--out", &pdf.display().to_string()]);
    assert_eq!(code, 0, "{error}");
    let text = read_pdf(&pdf);
    let row = row_of(&text, "gate");
    let kept = row.strip_prefix("gate(Mainentrance)1hour0s0B0s0B").unwrap_or_else(|| panic!("{text}"));
    assert!(!kept.starts_with("0s"), "what is kept is told as of now:\n{text}");
    let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(words.contains("Placed in the month: 0. Released: 0. Early deletions agreed by two people: 0."), "{text}");
    assert!(words.contains("Key generations destroyed: 0.") && !words.contains("not over"), "{text}");
}
