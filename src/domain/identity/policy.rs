//! Whether somebody has read the provider's CCTV policy and was trained, lately enough to look at footage.
//!
//! Pure (Surveillance Camera Code, principles 4, 5 and 7). Where no policy is configured nothing is asked.
//! Refuses a training of the future and one of more than a year ago. Next: `http::caller` asks it before
//! any footage.

use std::fmt;

use jiff::{ToSpan, civil::Date};
use sha2::{Digest, Sha256};

/// Which text somebody read: the SHA-256 of the policy's file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PolicyVersion(pub [u8; 32]);

impl PolicyVersion {
    pub fn of(text: &str) -> Self {
        Self(Sha256::digest(text).into())
    }
}

impl fmt::Display for PolicyVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

/// The provider's policy as it is in force.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyText {
    pub version: PolicyVersion,
    pub text: String,
}

impl PolicyText {
    pub fn new(text: String) -> Self {
        Self { version: PolicyVersion::of(&text), text }
    }
}

/// Somebody's word that they have read it, and when they were trained.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Acknowledgement {
    pub version: PolicyVersion,
    /// Days on the site's wall.
    pub given: Date,
    pub trained: Date,
}

/// How somebody stands to the policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// No policy is configured.
    NotAsked,
    Fresh {
        until: Date,
    },
    /// Still good, but within [`WARNED_DAYS`] of its end.
    DueAt {
        until: Date,
    },
    /// A year has passed since it was read.
    Due {
        since: Date,
    },
    /// The text has changed since.
    NewText,
    Never,
    /// The training is more than a year old.
    TrainingTooOld {
        since: Date,
    },
}

/// How long before its end somebody is reminded.
pub const WARNED_DAYS: i32 = 30;

/// The day on which something of `day` is a year old.
fn a_year_from(day: Date) -> Date {
    day.saturating_add(1.year())
}

/// How somebody stands who last gave `last`, where `version` is in force.
pub fn standing(version: Option<PolicyVersion>, last: Option<&Acknowledgement>, today: Date) -> Standing {
    let Some(version) = version else { return Standing::NotAsked };
    let Some(last) = last else { return Standing::Never };
    let (read_until, trained_until) = (a_year_from(last.given), a_year_from(last.trained));
    let until = read_until.min(trained_until);
    if last.version != version {
        Standing::NewText
    } else if trained_until <= today {
        Standing::TrainingTooOld { since: trained_until }
    } else if read_until <= today {
        Standing::Due { since: read_until }
    } else if until <= today.saturating_add(WARNED_DAYS.days()) {
        Standing::DueAt { until }
    } else {
        Standing::Fresh { until }
    }
}

impl Standing {
    /// Whether footage may be shown.
    pub const fn is_clear(self) -> bool {
        matches!(self, Self::NotAsked | Self::Fresh { .. } | Self::DueAt { .. })
    }

    pub const fn name(self) -> &'static str {
        match self {
            Self::NotAsked => "not_asked",
            Self::Fresh { .. } => "fresh",
            Self::DueAt { .. } => "due_at",
            Self::Due { .. } => "due",
            Self::NewText => "new_text",
            Self::Never => "never",
            Self::TrainingTooOld { .. } => "training_too_old",
        }
    }

    /// The day it ends or ended on.
    pub const fn day(self) -> Option<Date> {
        match self {
            Self::Fresh { until } | Self::DueAt { until } => Some(until),
            Self::Due { since } | Self::TrainingTooOld { since } => Some(since),
            Self::NotAsked | Self::NewText | Self::Never => None,
        }
    }
}

/// Why a stated training date won't do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotTrained {
    #[error("the training date lies in the future")]
    Later,
    #[error("the training was more than a year ago")]
    TooOld,
}

/// Checks a stated training date.
pub fn check_training(trained: Date, today: Date) -> Result<(), NotTrained> {
    if trained > today {
        Err(NotTrained::Later)
    } else if a_year_from(trained) <= today {
        Err(NotTrained::TooOld)
    } else {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn footage_is_open_to_those_who_read_the_present_text_and_were_trained_within_a_year() {
        let version = PolicyVersion::of("Look only for a reason.");
        let of = |given, trained| Acknowledgement { version, given, trained };
        let today = date(2026, 11, 28);
        let (recent, old) = (date(2026, 6, 1), date(2025, 11, 28));
        for (last, expected) in [
            (None, Standing::Never),
            (Some(of(recent, recent)), Standing::Fresh { until: date(2027, 6, 1) }),
            (Some(of(recent, date(2025, 12, 1))), Standing::DueAt { until: date(2026, 12, 1) }),
            (Some(of(old, recent)), Standing::Due { since: today }),
            (Some(of(recent, old)), Standing::TrainingTooOld { since: today }),
            (Some(Acknowledgement { version: PolicyVersion::of("Another."), ..of(recent, recent) }), Standing::NewText),
        ] {
            let found = standing(Some(version), last.as_ref(), today);
            assert_eq!(found, expected);
            assert_eq!(found.is_clear(), matches!(expected, Standing::Fresh { .. } | Standing::DueAt { .. }), "{expected:?}");
        }
        assert!(standing(None, None, today).is_clear(), "without a policy nothing is asked");
    }

    #[test]
    fn a_training_is_of_the_last_year_and_not_of_the_future() {
        let today = date(2026, 11, 28);
        assert_eq!(check_training(date(2026, 11, 29), today), Err(NotTrained::Later));
        assert_eq!(check_training(date(2025, 11, 28), today), Err(NotTrained::TooOld));
        assert_eq!([check_training(today, today), check_training(date(2025, 11, 29), today)], [Ok(()), Ok(())]);
    }
}
