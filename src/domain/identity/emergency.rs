//! Footage opened in an emergency, by somebody whose role or standing would keep them from it.
//!
//! Pure. It ends by itself, and whoever opened once opens again only after the data protection officer has
//! looked at it: protection must not keep out who is authorised, nor be a way round it (R16 of the law
//! paper). Refuses every role but two. Next: `jobs::emergency`.

use uuid::Uuid;

use super::{Permission, Role};
use crate::domain::{actor::Reason, instant::UtcInstant};

/// One opening.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct EmergencyId(pub Uuid);

/// The longest that footage stays open, seconds.
pub const SECONDS_MAX: i64 = 3600;
/// The fewest words that say what the emergency is.
pub const WORDS_MIN: usize = 3;

/// What somebody opened last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Opening {
    pub opened: UtcInstant,
    pub until: UtcInstant,
    /// Whether the data protection officer has looked at it.
    pub looked: Looked,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Looked {
    Yes,
    NotYet,
}

impl Opening {
    /// Whether it opens footage now. One that begins after now is not believed: the clock was set back.
    pub fn is_in_force(&self, now: UtcInstant) -> bool {
        self.opened <= now && now < self.until
    }
}

/// Why nothing is opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotOpened {
    #[error("the role does not open footage in an emergency")]
    Role,
    #[error("the reason has fewer than {WORDS_MIN} words")]
    Words,
    #[error("it is open already")]
    Open { until: UtcInstant },
    #[error("the last opening has not been looked at yet")]
    NotLookedAt,
}

/// Opens footage for `seconds`, an hour at most, for somebody of `role` whose last opening was `last`.
pub fn open(role: Role, reason: &Reason, last: Option<&Opening>, now: UtcInstant, seconds: i64) -> Result<Opening, NotOpened> {
    if !role.may(Permission::OpenEmergency) {
        return Err(NotOpened::Role);
    }
    if reason.as_str().split_whitespace().count() < WORDS_MIN {
        return Err(NotOpened::Words);
    }
    match last {
        Some(last) if last.is_in_force(now) => Err(NotOpened::Open { until: last.until }),
        Some(Opening { looked: Looked::NotYet, .. }) => Err(NotOpened::NotLookedAt),
        _ => Ok(Opening { opened: now, until: now.plus_seconds(seconds.clamp(1, SECONDS_MAX)), looked: Looked::NotYet }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> UtcInstant {
        UtcInstant::from_unix_seconds(1_793_000_000 + seconds)
    }

    fn reason() -> Reason {
        Reason::new("Child missing from the play area").unwrap()
    }

    #[test]
    fn two_roles_open_footage_in_an_emergency_for_an_hour_at_most() {
        let opened = |role, seconds| open(role, &reason(), None, at(0), seconds);
        let may = Role::ALL.into_iter().filter(|role| opened(*role, 3600).is_ok());
        assert!(may.eq([Role::Approver, Role::Administrator]));
        assert_eq!(opened(Role::Viewer, 3600), Err(NotOpened::Role));
        assert_eq!(opened(Role::Administrator, 86_400).map(|opening| opening.until), Ok(at(3600)));
        let short = Reason::new("urgent").unwrap();
        assert_eq!(open(Role::Administrator, &short, None, at(0), 3600), Err(NotOpened::Words));
    }

    #[test]
    fn it_ends_by_itself_and_a_second_one_waits_for_whoever_looks_at_the_first() {
        let first = open(Role::Administrator, &reason(), None, at(0), 60).unwrap();
        let in_force = [-1, 0, 59, 60].map(|seconds| first.is_in_force(at(seconds)));
        assert_eq!(in_force, [false, true, true, false]);
        let again = |last: &Opening, now| open(Role::Administrator, &reason(), Some(last), now, 60);
        assert_eq!(again(&first, at(30)), Err(NotOpened::Open { until: at(60) }));
        assert_eq!(again(&first, at(61)), Err(NotOpened::NotLookedAt));
        assert!(again(&Opening { looked: Looked::Yes, ..first }, at(61)).is_ok());
    }
}
