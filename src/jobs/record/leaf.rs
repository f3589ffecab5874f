//! What recording writes into the audit log: a segment sealed, torn, or found out of place.

use serde_json::{Map, Value, json};

use crate::{
    adapters::index::segment::Closing,
    domain::{
        actor::Actor,
        audit::{Action, Entry, Outcome},
        camera::CameraId,
        recording::segment::SegmentId,
    },
};

/// The leaf that ties a segment's content to this moment: its fragment root.
pub fn sealed(camera: &CameraId, id: SegmentId, closing: &Closing) -> Entry {
    closed(Action::SegmentSeal, "record", camera, id, closing)
}

/// The same for a segment that a crash cut off.
pub fn torn(camera: &CameraId, id: SegmentId, closing: &Closing) -> Entry {
    closed(Action::SegmentTorn, "reconcile", camera, id, closing)
}

fn closed(action: Action, job: &'static str, camera: &CameraId, id: SegmentId, closing: &Closing) -> Entry {
    let details = json!({
        "camera": camera.as_str(),
        "end": closing.end,
        "frames": closing.frames,
        "fragments": closing.fragments,
        "fragment_root": hex::encode(closing.fragment_root),
        "records": closing.records,
    });
    by_job(action, job, id.to_string(), details)
}

/// A leaf written by one of the appliance's own jobs.
pub fn by_job(action: Action, job: &'static str, object: String, details: Value) -> Entry {
    let details = if let Value::Object(map) = details { map } else { Map::new() };
    Entry { actor: Actor::Job(job), action, object, outcome: Outcome::Done, basis: None, details, personal: Vec::new() }
}
