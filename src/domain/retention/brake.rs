//! The brake: when far more footage than usual would go at once, nothing goes until somebody has looked.
//!
//! An hour's recording goes every hour. More than twice what has come due since the last run, or than
//! two days' recording however long that is ago, means that a setting, a clock or a person has made a
//! mistake: a clock that is a year ahead makes the last run look a year old. Next: `jobs::expire` asks before it acts.

use std::time::Duration;

/// More footage than usual was about to go.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{} hours of footage are due at once, but only about {} hours are usual since the last time",
    planned.as_secs().div_ceil(3600),
    allowed.as_secs().div_ceil(3600)
)]
pub struct TooMuchAtOnce {
    pub planned: Duration,
    pub allowed: Duration,
}

/// A longer time without a run counts as this much.
const LONGEST: Duration = Duration::from_secs(24 * 3600);

/// Whether `planned` footage (all cameras together) may go. `cameras` record at most their number of
/// hours an hour; `since_last` is the time since the last complete run.
pub fn check(planned: Duration, cameras: usize, since_last: Duration) -> Result<(), TooMuchAtOnce> {
    let hours = since_last.clamp(Duration::from_secs(3600), LONGEST);
    let allowed = hours.saturating_mul(2 * u32::try_from(cameras.max(1)).unwrap_or(u32::MAX));
    if planned <= allowed { Ok(()) } else { Err(TooMuchAtOnce { planned, allowed }) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: Duration = Duration::from_secs(3600);

    #[test]
    fn the_usual_goes_and_a_year_at_once_does_not() {
        assert!(check(16 * HOUR, 16, HOUR).is_ok());
        assert!(check(16 * 25 * HOUR, 16, 24 * HOUR).is_ok(), "a day later, a day's footage is usual");
        assert!(check(16 * 24 * HOUR, 16, HOUR).is_err());
        assert!(check(16 * 24 * 31 * HOUR, 16, 365 * 24 * HOUR).is_err(), "the clock is a year ahead");
        let refused = check(16 * 24 * 31 * HOUR, 16, HOUR).unwrap_err();
        assert!(refused.to_string().starts_with("11904 hours of footage are due at once"), "{refused}");
    }
}
