//! The papers of a bundle: they say what the manifest and the log say, in a PDF and in HTML alike.

use std::{path::Path, process::Command, time::Duration};

use holdfast::{adapters::clock, domain::camera::Transport};
use tempfile::TempDir;

use crate::{
    appliance::{Appliance, wait_until},
    cameras::Cameras,
    export::{exported, wait_for_footage},
};

const SOON: Duration = Duration::from_secs(40);

/// The words of a PDF, as another program reads them: runs of white space are one space.
fn words_of(pdf: &Path) -> String {
    let output = Command::new("pdftotext").arg("-layout").arg(pdf).arg("-").output().expect("pdftotext is there: make test-deps");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The words of an HTML page without its elements.
fn words_of_page(page: &Path) -> String {
    let page = std::fs::read_to_string(page).unwrap();
    let mut words = String::new();
    for part in page.split('<').skip(1) {
        words.push_str(part.split_once('>').map_or("", |(_, text)| text));
        words.push(' ');
    }
    words.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&").split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn the_report_and_the_statement_say_what_the_manifest_and_the_log_say() {
    let cameras = Cameras::start(&["path=gate,scene=320x240@15,seconds=4,kbps=300,codec=h264"], &["--numbered"]);
    let mut appliance = Appliance::new(&[("gate", &cameras.access("gate", None, Transport::Tcp))], "5s");
    let before = clock::now().utc;
    appliance.start();
    appliance.wait_for_state("gate", "recording", SOON);
    wait_for_footage(&appliance, "gate", clock::now().utc.plus_seconds(5));
    wait_until(SOON, "a segment is sealed, which the report tells", || {
        let all = appliance.json(&["segment", "list", "--json"]);
        all.as_array().is_some_and(|all| all.iter().any(|one| one["state"] == "sealed"))
    });
    let folder = TempDir::new().unwrap();
    let now = clock::now().utc;
    exported(&appliance, &["gate"], now.plus_seconds(-4), now, &folder.path().join("first"));
    let out = folder.path().join("second");
    // From before anything was recorded: the report tells of the gap.
    let (from, to) = (before.to_string(), now.to_string());
    let arguments = ["export", "--case", "CCTV <14>", "--camera", "gate", "--from", &from, "--to", &to, "--exhibit", "JS/7", "--out"];
    let done = appliance.cli(&[&arguments[..], &[&out.display().to_string()]].concat());
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    let manifest: serde_json::Value = serde_json::from_slice(&std::fs::read(out.join("manifest.json")).unwrap()).unwrap();
    let clip = &manifest["clips"][0];
    let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
    let order = manifest["audit_leaf"].as_u64().unwrap();

    let page = words_of_page(&out.join("records/report.html"));
    let pdf = words_of(&out.join("records/report.pdf"));
    let facts = [
        "CCTV <14>".to_owned(),
        text(&manifest["asked"]["from_local"]),
        text(&clip["start_local"]),
        text(&clip["sha256"]),
        text(&clip["file"]),
        "JS/7".to_owned(),
        text(&manifest["signer"]["log"]),
        format!("{order}"),
        "no cause was recorded".to_owned(),
    ];
    let close = |text: &str| text.replace(char::is_whitespace, "");
    for fact in &facts {
        assert!(page.contains(fact), "the page lacks {fact}: {page}");
    }
    // In the PDF a long word or a cell may be broken over lines, mixed with its neighbours.
    for fact in ["CCTV <14>", "JS/7", "Recorded and sealed", "Export ordered", "Bundle asked for", "Observed by"] {
        assert!(pdf.contains(fact) || page.contains(fact) && close(&pdf).contains(&close(fact)), "the PDF lacks {fact}: {pdf}");
    }
    let clock = if clip["clock_synchronised"] == true { "synchronised for all of it" } else { "NOT synchronised" };
    assert!(page.contains(clock), "{page}");
    let earlier = page.split("Earlier exports").nth(1).unwrap();
    assert!(!earlier.contains("None: this is the first") && earlier.contains("gate"), "{earlier}");

    let statement = words_of_page(&out.join("records/statement-draft.html"));
    assert!(statement.contains(&format!("I produce as exhibit JS/7 the file {}", text(&clip["file"]))), "{statement}");
    assert!(statement.contains(&text(&clip["sha256"])) && statement.contains("Signature:"));
    assert!(words_of(&out.join("records/statement-draft.pdf")).contains("exhibit JS/7"));

    // A reference that can't be counted on from is refused before anything is made.
    let refused =
        appliance.cli(&[&arguments[..9], &["--exhibit", "JS", "--out", &folder.path().join("third").display().to_string()]].concat());
    assert_eq!(refused.status.code(), Some(2), "{}", String::from_utf8_lossy(&refused.stderr));
    assert!(!folder.path().join("third").exists());
}
