//! `holdfast run`

use std::{path::Path, time::Duration};

use super::Found;
use crate::{adapters::secret::HashCost, daemon, jobs::house::House, problem::Problem, settings::Settings};

pub fn run(config: &Path) -> Result<Found, Problem> {
    super::start_logging("info");
    let settings = super::settings(config)?;
    let house = open_when_free(&settings)?;
    let listeners = daemon::bind(&settings)?;
    if !crate::jobs::staff::is_set_up(&house)? {
        tracing::warn!("nobody can sign in yet: run \u{201c}holdfast init\u{201d} for the one-time set-up code, then open the workspace");
    }
    daemon::run(&settings, house, listeners, HashCost::Full)?;
    Ok(Found::Good)
}

/// A command that looks into the store holds it for a moment; the daemon tries again for five seconds.
const LOCK_TRIES: u32 = 100;
const LOCK_TRY_AGAIN: Duration = Duration::from_millis(50);

fn open_when_free(settings: &Settings) -> Result<House, Problem> {
    for _ in 1..LOCK_TRIES {
        match daemon::open_house(settings) {
            Err(problem) if problem.code == "store_in_use" => std::thread::sleep(LOCK_TRY_AGAIN),
            outcome => return outcome,
        }
    }
    daemon::open_house(settings)
}
