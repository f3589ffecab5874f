//! Reads `[web.portal]` and `[notice]`: the public's door, and what the privacy notice adds to site
//! and cameras.
//!
//! Refuses to keep abandoned applications for longer than a month. Without `[web.portal]` there is no
//! portal: a public door is opened on purpose only.

use url::Url;

use super::{
    NoticeSettings, Portal, Seconds,
    read::{duration, listener_keys},
    section::{Findings, Section},
};

const DRAFTS_LEAST: Seconds = Seconds::of(3_600);
const DRAFTS_MOST: Seconds = Seconds::days(31);

pub fn read(mut section: Section<'_, '_>, findings: &mut Findings<'_>) -> Option<Portal> {
    let is_there = section.is_there();
    let listener = listener_keys(&mut section, 8444, findings);
    let at_listener = format!("http://{}", listener.listen);
    let url = match section.text("url", findings) {
        Some(text) if !is_web_address(&text.value) => {
            let sentence = "web.portal.url is no web address.".to_owned();
            findings.add(text.at, sentence, "Write it as people open it: https://cctv.example.org");
            at_listener
        }
        Some(text) => text.value.trim_end_matches('/').to_owned(),
        None => at_listener,
    };
    let keep_drafts = duration(&mut section, "keep_drafts", Seconds::days(7), findings);
    if !(DRAFTS_LEAST..=DRAFTS_MOST).contains(&keep_drafts.value) {
        let sentence = format!("web.portal.keep_drafts ({}) is not between 1h and 31d.", keep_drafts.value);
        findings.add(keep_drafts.at, sentence, "Write how long people may take to come back to an application: 7d.");
    }
    section.end(findings);
    is_there.then_some(Portal { listener, url, keep_drafts: keep_drafts.value })
}

fn is_web_address(text: &str) -> bool {
    Url::parse(text).is_ok_and(|url| matches!(url.scheme(), "https" | "http") && url.query().is_none() && url.fragment().is_none())
}

pub fn notice(mut section: Section<'_, '_>, findings: &mut Findings<'_>) -> NoticeSettings {
    let recipients = section.texts("recipients", findings).unwrap_or_default();
    let mut text = |key: &'static str, default: &str| section.text(key, findings).map_or_else(|| default.to_owned(), |text| text.value);
    let (data_protection_officer, phone, post) = (text("data_protection_officer", ""), text("phone", ""), text("post", ""));
    let regulator = text("regulator", "Information Commissioner");
    let regulator_contact = text("regulator_contact", "ico.org.uk/make-a-complaint, telephone 0303 123 1113");
    section.end(findings);
    NoticeSettings { recipients, data_protection_officer, phone, post, regulator, regulator_contact }
}
