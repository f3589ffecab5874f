//! Looking at footage: the purpose stated first, then each look, in the log before the first byte.
//!
//! Thumbnails come by the dozen while somebody scrubs: the first of a camera in ten minutes of
//! footage is logged, the rest belong to it. Next: `http::api`.

use std::collections::HashSet;

use parking_lot::Mutex;
use serde_json::json;
use uuid::Uuid;

use crate::{
    adapters::{
        clock,
        index::{
            audit,
            viewing::{self, Holder},
        },
        secret,
    },
    domain::{
        actor::{Actor, Purpose, PurposeKind},
        audit::{Action, Entry, LeafSeq, Outcome},
        camera::CameraId,
        instant::{Interval, UtcInstant},
    },
    jobs::house::House,
    problem::Problem,
};

/// Which stretches of footage a viewing has had thumbnails of. Forgotten at restart: then logged anew.
#[derive(Default)]
pub struct SeenStills(Mutex<HashSet<(Uuid, CameraId, i64)>>);

const STRETCH_SECONDS: i64 = 600;
const STRETCHES_MAX: usize = 100_000;

/// States a purpose; the id returned is the key to footage.
pub fn open(house: &House, actor: Actor, holder: &Holder, purpose: &Purpose) -> Result<Uuid, Problem> {
    let id = secret::random_uuid()?;
    let at = clock::now();
    house.catalogue.write(|transaction| {
        viewing::open(transaction, id, holder, purpose.kind, at.utc)?;
        audit::append(
            transaction,
            &at,
            &Entry {
                actor,
                action: Action::ViewOpen,
                object: format!("view/{id}"),
                outcome: Outcome::Done,
                basis: Some(viewing::purpose_name(purpose.kind).to_owned()),
                details: serde_json::Map::new(),
                personal: vec![("reason", purpose.reason.as_str().to_owned())],
            },
        )?;
        Ok(())
    })?;
    Ok(id)
}

/// What is being looked at.
#[derive(Clone, Copy, Debug)]
pub enum Look {
    Live,
    Play(Interval),
    Still(UtcInstant),
}

/// Writes a look down. Only after this may the first byte go out.
pub fn log_look(
    house: &House,
    seen: &SeenStills,
    actor: Actor,
    view: Uuid,
    purpose: PurposeKind,
    camera: &CameraId,
    look: Look,
) -> Result<Option<LeafSeq>, Problem> {
    let (action, details) = match look {
        Look::Live => (Action::FootageLive, json!({})),
        Look::Play(range) => (Action::FootagePlay, json!({"from": range.from(), "to": range.to()})),
        Look::Still(at) => {
            let stretch = at.unix_nanos().div_euclid(STRETCH_SECONDS * 1_000_000_000);
            let mut seen = seen.0.lock();
            if seen.len() > STRETCHES_MAX {
                seen.clear();
            }
            if !seen.insert((view, camera.clone(), stretch)) {
                return Ok(None);
            }
            (Action::FootageFrame, json!({"from": UtcInstant::from_unix_seconds(stretch * STRETCH_SECONDS), "seconds": STRETCH_SECONDS}))
        }
    };
    let serde_json::Value::Object(mut details) = details else { return Ok(None) };
    details.insert("view".into(), view.to_string().into());
    let entry = Entry {
        actor,
        action,
        object: format!("camera/{camera}"),
        outcome: Outcome::Intent,
        basis: Some(viewing::purpose_name(purpose).to_owned()),
        details,
        personal: Vec::new(),
    };
    let leaf = house.catalogue.write(|transaction| audit::append(transaction, &clock::now(), &entry));
    leaf.map(Some).map_err(Problem::from)
}
