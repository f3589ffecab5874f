//! The box in figures, for Prometheus: gathered when asked, in OpenMetrics text.
//!
//! Holds camera ids and numbers; no address, no name of a person, no place. Counters of a camera begin
//! with the process; gaps are counted from the catalogue. Next: `http::metrics` serves it.

use std::sync::atomic::AtomicU64;

use prometheus_client::{
    encoding::{EncodeLabelSet, text::encode},
    metrics::{counter::Counter, family::Family, gauge::Gauge, info::Info},
    registry::{Registry, Unit},
};

use super::{case::read, expire, hold, house::House, storage};
use crate::{
    adapters::{
        clock,
        index::{audit, gap},
    },
    domain::{
        camera::connection::ConnectionState,
        instant::{Synchronised, UtcInstant},
    },
    problem::{Kind, Problem},
};

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OfCamera {
    camera: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OfGap {
    camera: String,
    cause: String,
}

type Gauges<L> = Family<L, Gauge<i64>>;
type Figures<L> = Family<L, Gauge<f64, AtomicU64>>;

const NANOS: f64 = 1e9;

/// All figures, as text.
pub fn text(house: &House) -> Result<String, Problem> {
    let now = clock::now();
    let mut registry = Registry::with_prefix("holdfast");
    registry.register("build", "The program", Info::new([("version", env!("CARGO_PKG_VERSION"))]));
    let mut figure = |name: &str, help: &str, value: f64| {
        let gauge = Gauge::<f64, AtomicU64>::default();
        gauge.set(value);
        registry.register(name, help, gauge);
    };
    let (_, disk) = storage::measure(house)?;
    let holds = hold::tally(house, now.utc)?;
    let cases = read::tally(house, now.utc)?;
    figure("uptime_seconds", "Since the store was opened", (now.boottime_nanos - house.started.boottime_nanos) as f64 / NANOS);
    figure("clock_synchronised", "Whether the kernel calls the clock synchronised", f64::from(now.synchronised == Synchronised::Yes));
    figure("disk_free_bytes", "Room left for recording", disk.free_bytes as f64);
    figure("disk_used_bytes", "Footage on the disk", disk.used_bytes as f64);
    if let Some(days) = disk.days_to_full {
        figure("disk_days_to_full", "At the cameras' present rates", days);
    }
    if let Some(oldest) = disk.oldest {
        figure("footage_oldest_timestamp_seconds", "Start of the oldest segment", oldest.unix_nanos() as f64 / NANOS);
    }
    figure("expiry_overdue_segments", "Segments that should have gone more than a day ago", expire::overdue(house, now.utc)? as f64);
    figure("expiry_refused", "Whether something keeps expiry from running", f64::from(house.keeping.refusal().is_some()));
    figure("expiry_last_run_timestamp_seconds", "When expiry last ran to its end, 0 for never", seconds(expire::last_run(house)?));
    figure("holds_in_force", "Holds that keep footage", holds.in_force as f64);
    figure("holds_review_overdue", "Holds that should have been looked at again", holds.review_overdue as f64);
    figure("requests_open", "Requests that are open", cases.open as f64);
    figure("requests_due_soon", "Requests due within a week", cases.due_soon as f64);
    figure("requests_overdue", "Requests past their last day", cases.overdue as f64);
    figure("police_forms_owed", "Urgent releases whose form has not come", cases.forms_owed as f64);
    figure("key_epoch", "The generation of keys in force", f64::from(house.vault.epoch().0));
    figure("audit_leaves", "Entries in the audit log", house.catalogue.read(audit::size)? as f64);
    cameras(house, &mut registry);
    gaps(house, &mut registry)?;
    let mut text = String::new();
    encode(&mut text, &registry)
        .map_err(|error| Problem::new(Kind::Fault, "metrics", "The figures could not be written.", "The log says why.").because(error))?;
    Ok(text)
}

fn seconds(at: Option<UtcInstant>) -> f64 {
    at.map_or(0.0, |at| at.unix_nanos() as f64 / NANOS)
}

fn cameras(house: &House, registry: &mut Registry) {
    let (recording, since, last) = (Gauges::<OfCamera>::default(), Figures::<OfCamera>::default(), Figures::<OfCamera>::default());
    let (frames, bytes) = (Family::<OfCamera, Counter>::default(), Family::<OfCamera, Counter>::default());
    for (id, status) in house.status.all() {
        let of = OfCamera { camera: id.to_string() };
        recording.get_or_create(&of).set(i64::from(status.state == ConnectionState::Recording));
        since.get_or_create(&of).set(seconds(Some(status.since)));
        last.get_or_create(&of).set(seconds(status.last_frame));
        frames.get_or_create(&of).inc_by(status.frames_total);
        bytes.get_or_create(&of).inc_by(status.bytes_total);
    }
    registry.register("camera_recording", "Whether the camera is recorded just now", recording);
    registry.register("camera_state_since_timestamp_seconds", "When the camera's state last changed", since);
    registry.register("camera_last_frame_timestamp_seconds", "When its last picture came, 0 for never", last);
    registry.register("camera_frames", "Pictures that came", frames);
    registry.register_with_unit("camera_received", "Bytes of pictures that came", Unit::Bytes, bytes);
}

fn gaps(house: &House, registry: &mut Registry) -> Result<(), Problem> {
    let (count, length) = (Family::<OfGap, Counter>::default(), Family::<OfGap, Counter<f64, AtomicU64>>::default());
    for total in house.catalogue.read(gap::totals)? {
        let of = OfGap { camera: total.camera.to_string(), cause: total.cause.name().to_owned() };
        count.get_or_create(&of).inc_by(total.gaps);
        length.get_or_create(&of).inc_by(total.nanos as f64 / NANOS);
    }
    registry.register("gaps", "Stretches that were not recorded", count);
    registry.register_with_unit("gap", "How long they were together", Unit::Seconds, length);
    Ok(())
}
