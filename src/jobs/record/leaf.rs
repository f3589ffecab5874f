//! What recording writes into the audit log: a segment sealed, torn, or found out of place.

use serde_json::{Map, Value, json};

use crate::{
    adapters::index::segment::{Closing, SegmentRow},
    domain::{
        actor::Actor,
        audit::{Action, Entry, Outcome},
    },
};

/// The leaf that ties a segment's content to this moment: its fragment root.
pub fn sealed(row: &SegmentRow, closing: &Closing) -> Entry {
    closed(Action::SegmentSeal, "record", row, closing)
}

/// The same for a segment that a crash cut off.
pub fn torn(row: &SegmentRow, closing: &Closing) -> Entry {
    closed(Action::SegmentTorn, "reconcile", row, closing)
}

fn closed(action: Action, job: &'static str, row: &SegmentRow, closing: &Closing) -> Entry {
    let details = json!({
        "camera": row.camera,
        "start": row.start,
        "key_commitment": hex::encode(row.key_commitment),
        "end": closing.end,
        "frames": closing.frames,
        "fragments": closing.fragments,
        "fragment_root": hex::encode(closing.fragment_root),
        "records": closing.records,
    });
    by_job(action, job, row.id.to_string(), details)
}

/// A leaf written by one of the appliance's own jobs.
pub fn by_job(action: Action, job: &'static str, object: String, details: Value) -> Entry {
    let details = if let Value::Object(map) = details { map } else { Map::new() };
    Entry { actor: Actor::Job(job), action, object, outcome: Outcome::Done, basis: None, details, personal: Vec::new() }
}
