//! What somebody far away needs to help: versions, settings, figures, alarms. No footage, no secret, no
//! name of a person.
//!
//! Settings are let through by name; whatever isn't on the list is left out, comments included, so that
//! a key added later is not given away by forgetting it. Leaves come without what stands beside them.
//! Next: `http::api::support` sends it.

use std::{
    io::{self, Write},
    path::Path,
};

use serde_json::{Value, json};

use super::{house::House, metrics};
use crate::{
    adapters::{
        bundle::write::BundleWriter,
        clock,
        index::{audit, counts, migration},
    },
    domain::audit::Action,
    problem::{Kind, Problem},
};

/// Settings that tell nothing about anybody: section and key, `*` for any.
const SHOWN: [(&str, &str); 23] = [
    ("store", "data"),
    ("store", "reserve"),
    ("keys", "custody"),
    ("keys", "dir"),
    ("keys", "rotate"),
    ("keys", "tpm"),
    ("recording", "segment"),
    ("retention", "default"),
    ("retention", "floor"),
    ("retention", "ceiling"),
    ("retention", "when_full"),
    ("retention", "review"),
    ("clock", "trust"),
    ("policy", "emergency"),
    ("web", "listen"),
    ("web", "tls"),
    ("site", "organisation_type"),
    ("site", "time_zone"),
    ("site", "nation"),
    ("camera", "id"),
    ("camera", "transport"),
    ("camera", "keep"),
    ("camera", "enabled"),
];
const LEFT_OUT: &str = "(left out)";

/// What happened lately that somebody might have to act on.
const ALARMS: [Action; 11] = [
    Action::HouseStart,
    Action::HouseStop,
    Action::SegmentTorn,
    Action::SegmentQuarantine,
    Action::SegmentUnreadable,
    Action::SegmentAdopt,
    Action::ExpiryRefused,
    Action::StoreRestore,
    Action::EmergencyOpen,
    Action::ClockStep,
    Action::TamperAlarm,
];
const ALARMS_MAX: usize = 200;

/// Gathers everything; `status` is what the box says of itself.
pub fn gather(house: &House, config: &Path, status: &Value) -> Result<Vec<(&'static str, String)>, Problem> {
    let text = std::fs::read_to_string(config).unwrap_or_default();
    let kernel = rustix::system::uname();
    let about = json!({
        "program": env!("CARGO_PKG_VERSION"), "schema": migration::PRESENT_SCHEMA, "made": clock::now().utc, "opened": house.open_count,
        "system": std::fs::read_to_string("/etc/os-release").ok().as_deref().and_then(pretty_name),
        "kernel": kernel.release().to_string_lossy(), "machine": kernel.machine().to_string_lossy(),
        "cores": std::thread::available_parallelism().map_or(0, usize::from),
        "healed_at_start": house.healed,
    });
    let catalogue = json!({"integrity": house.catalogue.integrity()?, "rows": house.catalogue.read(counts::rows)?});
    Ok(vec![
        ("about.json", pretty(&about)),
        ("status.json", pretty(&without_words(status))),
        ("settings.toml", shown_settings(&text)),
        ("catalogue.json", pretty(&catalogue)),
        ("alarms.json", pretty(&alarms(house)?)),
        ("metrics.txt", metrics::text(house)?),
    ])
}

/// Writes what was gathered as a zip.
pub fn write(files: &[(&'static str, String)], to: impl Write) -> io::Result<()> {
    let mut zip = BundleWriter::new(to);
    for (name, text) in files {
        zip.add(name, text.as_bytes())?;
    }
    zip.finish()
}

fn pretty(value: &Value) -> String {
    serde_json::to_string_pretty(value).unwrap_or_default() + "\n"
}

fn pretty_name(os_release: &str) -> Option<String> {
    os_release.lines().find_map(|line| line.strip_prefix("PRETTY_NAME=")).map(|name| name.trim_matches('"').to_owned())
}

/// A witness's name and what a camera answered are somebody else's words.
fn without_words(status: &Value) -> Value {
    let mut status = status.clone();
    for camera in status["cameras"].as_array_mut().into_iter().flatten() {
        camera["error"] = json!(if camera["error"].is_null() { Value::Null } else { LEFT_OUT.into() });
    }
    for witness in status["witnesses"].as_array_mut().into_iter().flatten() {
        witness["witness"] = LEFT_OUT.into();
        witness["detail"] = LEFT_OUT.into();
    }
    status
}

/// The configuration, with only what is on the list.
fn shown_settings(text: &str) -> String {
    let Ok(parsed) = text.parse::<toml::Table>() else { return "# it can't be read\n".to_owned() };
    let is_section = |value: &toml::Value| value.is_table() || value.as_array().is_some_and(|list| list.iter().all(toml::Value::is_table));
    let one = |(section, value): (&String, &toml::Value)| {
        (section.clone(), if is_section(value) { shown(section, value) } else { LEFT_OUT.into() })
    };
    let shown = parsed.iter().map(one).collect::<toml::Table>();
    toml::to_string(&shown).unwrap_or_default()
}

fn shown(section: &str, value: &toml::Value) -> toml::Value {
    match value {
        toml::Value::Table(table) => {
            let one = |(key, value): (&String, &toml::Value)| {
                let is_nested = value.is_table();
                let is_shown = SHOWN.contains(&(section, key.as_str()));
                let value = if is_nested || is_shown { shown(section, value) } else { LEFT_OUT.into() };
                (key.clone(), value)
            };
            toml::Value::Table(table.iter().map(one).collect())
        }
        toml::Value::Array(list) if list.iter().all(toml::Value::is_table) => {
            toml::Value::Array(list.iter().map(|one| shown(section, one)).collect())
        }
        other => other.clone(),
    }
}

fn alarms(house: &House) -> Result<Value, Problem> {
    let size = house.catalogue.read(audit::size)?;
    // The newest of the log; older alarms are in it for whoever may read it.
    let from = crate::domain::audit::LeafSeq(size.saturating_sub(20_000));
    let leaves = house.catalogue.read(|connection| audit::leaves(connection, from, u32::MAX))?;
    let is_alarm = |leaf: &Value| ALARMS.iter().any(|action| leaf["action"] == action.name());
    let mut alarms: Vec<Value> = leaves.into_iter().map(|shown| json!(shown.leaf)).filter(is_alarm).collect();
    for leaf in &mut alarms {
        if let Some(leaf) = leaf.as_object_mut() {
            leaf.retain(|name, _| matches!(name.as_str(), "seq" | "utc" | "action" | "outcome" | "object" | "details"));
        }
    }
    Ok(Value::Array(alarms.split_off(alarms.len().saturating_sub(ALARMS_MAX))))
}

/// A bundle that couldn't be sent.
pub fn not_sent(error: io::Error) -> Problem {
    Problem::new(Kind::Fault, "not_sent", "The support bundle could not be sent.", "Try again.").because(error)
}
