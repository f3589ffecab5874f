//! Where to look for what a case asks for: the cameras in the order to try them, each with how much of the
//! time it has recorded.
//!
//! The order is `domain::request::search_help`'s. Refuses nothing: a case that asks for no footage has no
//! stretch. Next: `http::api::case_search_help`.

use crate::{
    adapters::index::segment,
    domain::{
        camera::CameraId,
        instant::{Interval, UtcInstant},
        request::{
            case::{AskedRange, Case},
            search_help::{self, Placed, Why},
        },
    },
    jobs::house::House,
    problem::Problem,
};

/// A stretch that was asked for, and where to look for it.
pub struct Stretch {
    pub asked: AskedRange,
    /// The time to look through.
    pub window: Interval,
    pub cameras: Vec<Suggested>,
}

pub struct Suggested {
    pub camera: Placed,
    pub why: Why,
    /// How much of the window is there, whole seconds.
    pub recorded_s: i64,
}

/// For each stretch of a case, the cameras of these to try.
pub fn help(house: &House, found: &Case, cameras: &[Placed], now: UtcInstant) -> Result<Vec<Stretch>, Problem> {
    let stretch = |asked: &AskedRange| {
        let window = asked.with_margin();
        let suggested = search_help::order(asked, cameras).into_iter().map(|(camera, why)| {
            let recorded_s = recorded_seconds(house, &camera.id, &window, now)?;
            Ok(Suggested { camera: camera.clone(), why, recorded_s })
        });
        Ok(Stretch { asked: asked.clone(), window, cameras: suggested.collect::<Result<_, Problem>>()? })
    };
    found.asked.iter().map(stretch).collect()
}

/// A segment that is still being written counts up to now.
fn recorded_seconds(house: &House, camera: &CameraId, window: &Interval, now: UtcInstant) -> Result<i64, Problem> {
    let rows = house.catalogue.read(|connection| segment::overlapping(connection, camera, window))?;
    let (mut nanos, mut until) = (0, window.from());
    for row in rows {
        let (from, to) = (row.start.max(until), row.end.unwrap_or(now).min(window.to()));
        nanos += to.nanos_since(from).max(0);
        until = until.max(to);
    }
    Ok(nanos / 1_000_000_000)
}
