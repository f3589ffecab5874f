//! Schemathesis against the API as it describes itself: whatever is sent, by whichever role, the box
//! answers without failing.
//!
//! `make test-deps` installs it; `HOLDFAST_API_EXAMPLES` (2) is how many made-up requests each operation gets
//! beside those that cover its description.

use std::process::Command;

use crate::{browser::request, keeping_doors::Site};

#[test]
fn nothing_that_can_be_asked_makes_the_api_fail() {
    let site = Site::new();
    let folder = tempfile::tempdir().unwrap();
    let description = folder.path().join("openapi.json");
    std::fs::write(&description, request(&site.appliance.listen, "GET", "/api/v1/openapi.json", &[], "").body).unwrap();
    let examples = std::env::var("HOLDFAST_API_EXAMPLES").unwrap_or_else(|_| "2".into());
    // Between them they may do everything (tests/it/matrix.rs has the policy).
    for role in ["data_protection_officer", "administrator"] {
        let session = site.sign_in(role);
        let tested = Command::new("schemathesis")
            .current_dir(folder.path())
            .args(["run", "openapi.json", "--url", &format!("http://{}", site.appliance.listen), "--checks", "not_a_server_error"])
            .args([
                "--max-examples",
                &examples,
                "--seed",
                "20261128",
                "--workers",
                "2",
                "--no-color",
                // A look at all that was recorded takes as long as there is.
                "--request-timeout",
                "60",
                "--phases",
                "examples,coverage,fuzzing",
            ])
            // Live pictures and whole bundles have no end that a test could wait for.
            .args(["--exclude-path-regex", "/live$|bundle[.]zip$", "--suppress-health-check", "all", "--generation-database", "none"])
            .args(["-H", &format!("Cookie: {}", session.cookie), "-H", &format!("X-CSRF-Token: {}", session.csrf)])
            .output()
            .expect("schemathesis is missing: make test-deps installs it");
        let told = String::from_utf8_lossy(&tested.stdout).into_owned() + &String::from_utf8_lossy(&tested.stderr);
        assert!(tested.status.success(), "{role}: {told}");
        println!("{role}: {}", told.lines().rev().find(|line| line.contains("passed") || line.contains("generated")).unwrap_or_default());
    }
    assert!(site.appliance.answers(), "the box is still there");
}
