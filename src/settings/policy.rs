//! The `[policy]` section: the provider's CCTV policy, and how long an emergency opens footage.
//!
//! Refuses a policy that can't be read, says nothing, or is longer than anybody reads. Next: `read`.

use super::{
    Seconds,
    read::{absolute_path, duration},
    section::{Findings, Section},
};
use crate::domain::identity::{emergency::SECONDS_MAX, policy::PolicyText};

/// What staff must know before they look.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    /// None: no policy is configured, and nothing is asked.
    pub text: Option<PolicyText>,
    /// How long footage stays open once it was opened in an emergency.
    pub emergency: Seconds,
}

/// Some forty pages.
const BYTES_MAX: usize = 128 << 10;

pub fn read(mut section: Section<'_, '_>, findings: &mut Findings<'_>) -> Policy {
    let file = absolute_path(section.text("file", findings), "policy.file", findings);
    let text = file.and_then(|(path, at)| match std::fs::read_to_string(&path) {
        Ok(text) if text.trim().is_empty() => {
            findings.add(at, "policy.file says nothing.", "Name the file with the policy's text, or leave the key out.");
            None
        }
        Ok(text) if text.len() > BYTES_MAX => {
            findings.add(at, "policy.file is longer than 128 KiB.", "Shorten it to what somebody reads before they look at footage.");
            None
        }
        Ok(text) => Some(PolicyText::new(text)),
        Err(error) => {
            findings.add(
                at,
                format!("The policy file {} can't be read: {error}.", path.display()),
                "Correct the path, write it as UTF-8 text, and let the user Holdfast runs as read it.",
            );
            None
        }
    });
    let emergency = duration(&mut section, "emergency", Seconds::of(SECONDS_MAX), findings);
    if !(1..=SECONDS_MAX).contains(&emergency.value.get()) {
        findings.add(
            emergency.at,
            format!("policy.emergency is {}; footage is opened in an emergency for an hour at most.", emergency.value),
            "Write \"60m\" or less.",
        );
    }
    section.end(findings);
    Policy { text, emergency: emergency.value }
}
