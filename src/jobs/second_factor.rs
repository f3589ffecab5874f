//! Authenticator apps: joining one, asking for its code, and taking it off a lost phone's account.
//!
//! ```text
//! begin: secret sealed, shown once ─► confirm: its first code ─► counts ─► asked for at every sign-in and step-up
//! ```
//!
//! A code works once. A new password leaves the app as it is: whoever resets passwords must not get
//! past it by that (ASVS 5.0, 6.4.3); another administrator, or the box's own command line, takes it
//! off. Refuses while the secret can't be read. Next: `jobs::staff`, `http::staff::account`.

use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use crate::{
    adapters::{
        authenticator::{self, Authenticator, AuthenticatorError, Invitation},
        clock,
        index::{
            audit,
            second_factor::{self, Counted},
            user::{self, UserRow},
        },
        vault::locker::{Locker, LockerError, LockerName},
    },
    domain::{
        actor::{Actor, UserId},
        audit::Action,
    },
    jobs::{house::House, staff},
    problem::{Kind, Problem},
};

const FOLDER: &str = "second_factors";

/// What a code, or its absence, shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shown {
    /// The account has neither app nor passkey: nothing more was to be shown.
    NotAsked,
    /// A fresh code of the account's app, of this step; it is used up with the act itself.
    Fits {
        step: u64,
    },
    /// The account has an app or a passkey, and nothing of them came.
    Missing,
    Wrong,
}

fn locker(house: &House) -> Result<Locker, Problem> {
    house.vault.locker(FOLDER).map_err(LockerError::from).map_err(unreadable)
}

fn unreadable(error: LockerError) -> Problem {
    Problem::new(
        Kind::Fault,
        "second_factor",
        "The secret of the authenticator app could not be kept or read.",
        "Try again; if it stays so, an administrator takes the app off the account, and it joins anew.",
    )
    .because(error)
}

impl From<AuthenticatorError> for Problem {
    fn from(error: AuthenticatorError) -> Self {
        Self::new(Kind::Fault, "second_factor", "The authenticator app could not be prepared.", "Try again.").because(error)
    }
}

fn name(user: UserId) -> LockerName {
    LockerName(Sha256::new().chain_update(b"holdfast/second-factor").chain_update(user.0.as_bytes()).finalize().into())
}

fn joined_already() -> Problem {
    Problem::new(
        Kind::Conflict,
        "second_factor_there",
        "This account has an authenticator app already.",
        "Use its codes. An administrator takes off the app of a phone that was lost.",
    )
}

/// Makes a secret for an app that is to join, in the place of one that never did.
pub fn begin(house: &House, site: &str, user: &UserRow) -> Result<Invitation, Problem> {
    if house.catalogue.read(|connection| second_factor::since(connection, user.id))?.is_some() {
        return Err(joined_already());
    }
    let secret = authenticator::new_secret()?;
    let invitation = Authenticator::new(secret.as_ref(), site, &user.name)?.invitation(secret.as_ref())?;
    locker(house)?.put(name(user.id), secret.as_ref()).map_err(unreadable)?;
    Ok(invitation)
}

fn app(house: &House, user: &UserRow) -> Result<Option<Authenticator>, Problem> {
    let secret: Option<Zeroizing<Vec<u8>>> = locker(house)?.get(name(user.id)).map_err(unreadable)?;
    // What the app shows beside its code doesn't change the code.
    secret.map(|secret| Authenticator::new(&secret, "", &user.name).map_err(Problem::from)).transpose()
}

/// From the first right code on, the app counts.
pub fn confirm(house: &House, actor: Actor, user: &UserRow, code: &str) -> Result<(), Problem> {
    let at = clock::now();
    let not_begun = || {
        Problem::new(
            Kind::Conflict,
            "second_factor_not_begun",
            "No authenticator app is being added to this account.",
            "Begin again on the page of your account.",
        )
    };
    let step = app(house, user)?.ok_or_else(not_begun)?.step(code, at.utc).ok_or_else(|| {
        Problem::new(
            Kind::BadInput,
            "code_wrong",
            "This is not the code the app shows now.",
            "Wait for its next code and type that. If none fits, the clock of the phone or of the box is wrong.",
        )
    })?;
    let added = house.catalogue.write(|transaction| {
        let added = second_factor::add(transaction, user.id, step, at.utc)?;
        if added == Counted::Yes {
            audit::append(transaction, &at, &staff::leaf_of(actor, Action::SecondFactorAdd, user.id))?;
        }
        Ok(added)
    })?;
    if added == Counted::Yes { Ok(()) } else { Err(joined_already()) }
}

/// What `code` shows for an account; nothing is used up yet.
pub fn shown(house: &House, user: &UserRow, code: Option<&str>) -> Result<Shown, Problem> {
    if !user.has_second_factor {
        return Ok(if user.has_passkey { Shown::Missing } else { Shown::NotAsked });
    }
    let Some(code) = code.map(str::trim).filter(|code| !code.is_empty()) else { return Ok(Shown::Missing) };
    let app = app(house, user)?.ok_or_else(|| unreadable(LockerError::Tampered))?;
    Ok(app.step(code, clock::now().utc).map_or(Shown::Wrong, |step| Shown::Fits { step }))
}

/// Takes the app off an account: its phone was lost, or its owner has a new one.
pub fn remove(house: &House, actor: Actor, id: UserId) -> Result<(), Problem> {
    let at = clock::now();
    let found = house.catalogue.write(|transaction| {
        if user::by_id(transaction, id)?.is_none() {
            return Ok(false);
        }
        if second_factor::remove(transaction, id)? == Counted::Yes {
            audit::append(transaction, &at, &staff::leaf_of(actor, Action::SecondFactorRemove, id))?;
            user::end_sessions(transaction, id)?;
        }
        Ok(true)
    })?;
    if !found {
        return Err(staff::user_unknown());
    }
    locker(house)?.destroy(name(id)).map_err(unreadable)
}
