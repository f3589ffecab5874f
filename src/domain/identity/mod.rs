//! Who may do what on the staff side: roles, permissions, passwords, sessions and login delays.
//!
//! Pure rules; hashes and tokens are made in `adapters::secret`. An administrator sees no footage
//! and an auditor nothing but the log, by the table below and nowhere else. Next: `http::caller`.

pub mod emergency;
pub mod policy;
pub mod scope;

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// What a member of staff is there for (design section 7).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    Viewer,
    Reviewer,
    Approver,
    DataProtectionOfficer,
    Administrator,
    Auditor,
}

impl Role {
    pub const ALL: [Self; 6] =
        [Self::Viewer, Self::Reviewer, Self::Approver, Self::DataProtectionOfficer, Self::Administrator, Self::Auditor];

    pub const fn name(self) -> &'static str {
        match self {
            Self::Viewer => "viewer",
            Self::Reviewer => "reviewer",
            Self::Approver => "approver",
            Self::DataProtectionOfficer => "data_protection_officer",
            Self::Administrator => "administrator",
            Self::Auditor => "auditor",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.name() == name)
    }

    /// As a person would say it.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Viewer => "Viewer",
            Self::Reviewer => "Reviewer",
            Self::Approver => "Approver",
            Self::DataProtectionOfficer => "Data protection officer",
            Self::Administrator => "Administrator",
            Self::Auditor => "Auditor",
        }
    }

    pub const fn may(self, permission: Permission) -> bool {
        use Permission::{
            ApproveCase, DecideCase, ErasePersonal, Export, LookAtEmergency, ManageKeys, ManageRetention, ManageUsers, OpenEmergency,
            PlaceHold, ReadAudit, ReceiveRequest, ReleaseHold, SeeCases, SeeFootage, SeeReaders, SeeStatus,
        };
        match self {
            Self::Viewer => matches!(permission, SeeFootage | SeeStatus | PlaceHold | ReceiveRequest),
            Self::Reviewer => {
                matches!(permission, SeeFootage | Export | SeeStatus | PlaceHold | ReceiveRequest | SeeCases | DecideCase)
            }
            Self::Approver => {
                matches!(permission, SeeFootage | Export | SeeStatus | PlaceHold | ReleaseHold | ManageRetention)
                    || matches!(permission, ReceiveRequest | SeeCases | DecideCase | ApproveCase | OpenEmergency)
            }
            Self::DataProtectionOfficer => {
                matches!(permission, SeeFootage | Export | SeeStatus | PlaceHold | ReleaseHold | ManageRetention)
                    || matches!(permission, ReadAudit | ManageKeys | ErasePersonal | SeeReaders | LookAtEmergency)
                    || matches!(permission, ReceiveRequest | SeeCases | DecideCase | ApproveCase)
            }
            Self::Administrator => {
                matches!(permission, ManageUsers | SeeStatus | ManageKeys | ReceiveRequest | SeeReaders | OpenEmergency)
            }
            Self::Auditor => matches!(permission, ReadAudit),
        }
    }
}

/// Something a route asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Permission {
    SeeFootage,
    Export,
    /// Cameras, storage, clock: no footage.
    SeeStatus,
    ManageUsers,
    ReadAudit,
    /// Change the generation of keys, which makes what expired unreadable at once.
    ManageKeys,
    /// Keep footage, and take back a release that has not happened yet: whoever may see footage may,
    /// since nothing is lost by it.
    PlaceHold,
    /// Ask for the release of a hold, or agree to it.
    ReleaseHold,
    /// Shorten periods, delete early, run expiry, and let it go on after it refused. An administrator
    /// may not: whoever runs the machine must not decide what it forgets.
    ManageRetention,
    /// Write down a request that was made by phone, post or in person: any member of staff may be told.
    ReceiveRequest,
    /// See requests, who made them, and the register of what went out.
    SeeCases,
    /// Work on a request, decide it, check a colleague's copy, and release what was approved.
    DecideCase,
    /// Approve what another person decided.
    ApproveCase,
    /// Take personal values out of the log. Nobody else's business than the data protection officer's.
    ErasePersonal,
    /// See who has acknowledged the policy, and who has not.
    SeeReaders,
    /// Open footage for themselves in an emergency, for an hour at most.
    OpenEmergency,
    /// Look at what was opened in an emergency, and say so.
    LookAtEmergency,
}

/// A name to sign in with: 2 to 40 characters, no control characters, no spaces at the ends.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct UserName(String);

impl UserName {
    pub fn new(text: &str) -> Result<Self, NotAUserName> {
        let text = text.trim();
        let fits = (2..=40).contains(&text.chars().count()) && !text.chars().any(char::is_control);
        if fits { Ok(Self(text.to_owned())) } else { Err(NotAUserName) }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a user name needs 2 to 40 characters on one line")]
pub struct NotAUserName;

pub const PASSWORD_LENGTH_MIN: usize = 12;
const PASSWORD_LENGTH_MAX: usize = 128;
/// The most common passwords that are long enough to pass otherwise (ASVS 5.0, 6.2.4).
const COMMON: [&str; 16] = [
    "123456789012",
    "1234567890123",
    "password1234",
    "passwordpassword",
    "qwertyuiop12",
    "qwertyuiop123",
    "administrator",
    "administrator1",
    "letmeinletmein",
    "welcome12345",
    "changeme1234",
    "iloveyou1234",
    "holdfast1234",
    "holdfastholdfast",
    "abcdefghijkl",
    "1q2w3e4r5t6y",
];

/// Why a password won't do. Length and commonness only: no rules on kinds of characters (ASVS 5.0,
/// 6.2.5), no change by the calendar (6.2.10).
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WeakPassword {
    #[error("the password needs at least {PASSWORD_LENGTH_MIN} characters; three or four unrelated words do well")]
    Short,
    #[error("the password may have at most {PASSWORD_LENGTH_MAX} characters")]
    Long,
    #[error("this password is among the first anybody would try; three or four unrelated words do well")]
    Common,
    #[error("the password must not contain the user name")]
    ContainsName,
}

pub fn check_password(password: &str, name: &UserName) -> Result<(), WeakPassword> {
    let lower = password.to_lowercase();
    let length = password.chars().count();
    let same_character = lower.chars().next().is_some_and(|first| lower.chars().all(|other| other == first));
    if length < PASSWORD_LENGTH_MIN {
        Err(WeakPassword::Short)
    } else if length > PASSWORD_LENGTH_MAX {
        Err(WeakPassword::Long)
    } else if same_character || COMMON.contains(&lower.as_str()) {
        Err(WeakPassword::Common)
    } else if name.as_str().chars().count() > 3 && lower.contains(&name.as_str().to_lowercase()) {
        Err(WeakPassword::ContainsName)
    } else {
        Ok(())
    }
}

/// A session nobody uses ends after this; live pictures count as use (security paper, section 5).
pub const SESSION_IDLE_SECONDS: i64 = 15 * 60;
/// Every session ends after this.
pub const SESSION_LIFE_SECONDS: i64 = 12 * 3600;

/// How long the next login has to wait after `failures` wrong ones in a row: nothing for the first
/// four, then 1, 2, 4 … seconds, never more than 15 minutes, so that nobody can be locked out for
/// good by a stranger (ASVS 5.0, 6.1.1).
pub fn login_delay(failures: u32) -> Duration {
    let over = failures.saturating_sub(4);
    if over == 0 { Duration::ZERO } else { Duration::from_secs(1 << (over - 1).min(10)).min(Duration::from_secs(900)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn administrators_see_no_footage_and_auditors_only_the_log() {
        assert!(!Role::Administrator.may(Permission::SeeFootage) && !Role::Administrator.may(Permission::Export));
        use Permission::{Export, ManageKeys, ManageRetention, ManageUsers, PlaceHold, ReleaseHold, SeeFootage, SeeStatus};
        for permission in [SeeFootage, Export, SeeStatus, ManageUsers, PlaceHold, ReleaseHold, ManageRetention, ManageKeys] {
            assert!(!Role::Auditor.may(permission));
        }
        assert!(Role::ALL.into_iter().filter(|role| role.may(Permission::ManageUsers)).eq([Role::Administrator]));
        let of_keys = Role::ALL.into_iter().filter(|role| role.may(Permission::ManageKeys));
        assert!(of_keys.eq([Role::DataProtectionOfficer, Role::Administrator]));
    }

    #[test]
    fn whoever_sees_footage_may_keep_it_and_two_roles_may_let_it_go() {
        let with = |permission| Role::ALL.into_iter().filter(move |role: &Role| role.may(permission));
        assert!(with(Permission::PlaceHold).eq(with(Permission::SeeFootage)));
        for permission in [Permission::ReleaseHold, Permission::ManageRetention] {
            assert!(with(permission).eq([Role::Approver, Role::DataProtectionOfficer]));
        }
    }

    #[test]
    fn the_data_protection_officer_alone_erases_from_the_log() {
        assert!(Role::ALL.into_iter().filter(|role| role.may(Permission::ErasePersonal)).eq([Role::DataProtectionOfficer]));
    }

    #[test]
    fn a_password_is_judged_by_length_and_commonness() {
        let name = UserName::new("gatehouse").unwrap();
        for (password, expected) in [
            ("short", Err(WeakPassword::Short)),
            ("aaaaaaaaaaaaaaa", Err(WeakPassword::Common)),
            ("Password1234", Err(WeakPassword::Common)),
            ("my-Gatehouse-9", Err(WeakPassword::ContainsName)),
            ("correct horse battery", Ok(())),
        ] {
            assert_eq!(check_password(password, &name), expected, "{password}");
        }
    }

    #[test]
    fn guessing_gets_slow_but_nobody_is_locked_out_for_good() {
        assert_eq!(login_delay(4), Duration::ZERO);
        assert_eq!(login_delay(5), Duration::from_secs(1));
        assert_eq!(login_delay(9), Duration::from_secs(16));
        assert_eq!(login_delay(u32::MAX), Duration::from_secs(900));
    }
}
