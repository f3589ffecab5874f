//! `holdfast run`

use std::path::Path;

use super::Found;
use crate::{adapters::secret::HashCost, daemon, problem::Problem};

pub fn run(config: &Path) -> Result<Found, Problem> {
    super::start_logging("info");
    let settings = super::settings(config)?;
    let house = daemon::open_house(&settings)?;
    let listener = daemon::bind(&settings)?;
    if !crate::jobs::staff::is_set_up(&house)? {
        tracing::warn!("nobody can sign in yet: run \u{201c}holdfast init\u{201d} for the one-time set-up code, then open the workspace");
    }
    daemon::run(&settings, house, listener, HashCost::Full)?;
    Ok(Found::Good)
}
