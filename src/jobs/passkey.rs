//! Passkeys of staff accounts: adding one, recognising somebody by one, taking one off.
//!
//! ```text
//! begin (password shown) ─► device makes a key ─► finish: kept ─► from then on the password alone lets nobody in
//! ask ─► device recognises its owner, signs ─► recognise: who it is
//! ```
//!
//! Refuses a passkey that another account has, one of a disabled account, and an answer to what was not
//! asked. A removed one ends the sessions of its account. Next: `jobs::staff` signs in with what is recognised.

use crate::{
    adapters::{
        clock,
        index::{
            CatalogueError, audit,
            passkey::{self, Joined, PasskeyRow, Touched},
            user::{self, Standing, UserRow},
        },
        passkey::{Answered, Asked, PasskeyError, Passkeys},
    },
    domain::{
        actor::{Actor, UserId},
        audit::Action,
    },
    jobs::{house::House, staff},
    problem::{Kind, Problem},
};

/// Longest name that somebody gives a passkey, characters.
const NAME_MAX: usize = 40;
/// Passkeys of one account at most.
const PASSKEYS_MAX: usize = 10;

impl From<PasskeyError> for Problem {
    fn from(error: PasskeyError) -> Self {
        let told = match &error {
            PasskeyError::NoTicket => Self::new(
                Kind::Conflict,
                "passkey_too_late",
                "This took too long, or was done already.",
                "Begin again; each try counts for five minutes.",
            ),
            PasskeyError::Unreadable(_) | PasskeyError::NotShown(_) => Self::new(
                Kind::Forbidden,
                "passkey_wrong",
                "The passkey does not fit, so nothing was done.",
                "Try again with a passkey of this site, on a device that asks for your finger, face or PIN.",
            ),
            PasskeyError::NoName => no_passkeys_here(),
            PasskeyError::Random(_) => Self::new(Kind::Fault, "passkey", "The passkey could not be asked for.", "Try again."),
        };
        told.because(error)
    }
}

/// Told where passkeys are not set up.
pub fn no_passkeys_here() -> Problem {
    Problem::new(
        Kind::Conflict,
        "passkeys_off",
        "This box takes no passkeys.",
        "Sign in with a password; passkeys need web.staff.url in the configuration, with a name and https.",
    )
}

/// An account's passkeys, oldest first.
pub fn list(house: &House, user: UserId) -> Result<Vec<PasskeyRow>, Problem> {
    Ok(house.catalogue.read(|connection| passkey::of_user(connection, user))?)
}

/// Begins to add a passkey that its owner calls `name`.
pub fn begin(house: &House, passkeys: &Passkeys, user: &UserRow, name: &str) -> Result<Asked, Problem> {
    let name: String = name.trim().chars().take(NAME_MAX).collect();
    if name.is_empty() {
        return Err(Problem::new(
            Kind::BadInput,
            "passkey_name",
            "The passkey has no name.",
            "Call it by its device, like “work phone”, so that you know later which it is.",
        ));
    }
    let known = list(house, user.id)?;
    if known.len() >= PASSKEYS_MAX {
        return Err(Problem::new(
            Kind::Conflict,
            "passkeys_enough",
            format!("This account has {PASSKEYS_MAX} passkeys already."),
            "Remove one that you no longer use.",
        ));
    }
    let ids: Vec<Vec<u8>> = known.into_iter().map(|row| row.credential).collect();
    Ok(passkeys.begin(user.id, &user.name, &name, &ids, clock::now().boottime_nanos)?)
}

/// Keeps the passkey that was made.
pub fn finish(house: &House, passkeys: &Passkeys, actor: Actor, user: &UserRow, answered: &Answered) -> Result<(), Problem> {
    let at = clock::now();
    let (name, kept) = passkeys.finish(user.id, answered, at.boottime_nanos)?;
    let row = PasskeyRow { credential: kept.credential, user: user.id, name, stored: kept.stored, added: at.utc, used: None };
    let joined = house.catalogue.write(|transaction| {
        if passkey::of_user(transaction, user.id)?.len() >= PASSKEYS_MAX {
            return Ok(Joined::Known);
        }
        let joined = passkey::add(transaction, &row)?;
        if joined == Joined::Yes {
            audit::append(transaction, &at, &staff::leaf_of(actor, Action::PasskeyAdd, user.id))?;
        }
        Ok(joined)
    })?;
    match joined {
        Joined::Yes => Ok(()),
        Joined::Known => Err(Problem::new(
            Kind::Conflict,
            "passkey_known",
            "This passkey is kept already, or there are ten.",
            "Use it; or remove one that you no longer use, then make another.",
        )),
    }
}

/// Asks whoever is there for a passkey.
pub fn ask(passkeys: &Passkeys) -> Result<Asked, Problem> {
    Ok(passkeys.ask(clock::now().boottime_nanos)?)
}

/// Somebody recognised by a passkey. Its use counts with the act it is for.
pub struct Recognised {
    pub user: UserRow,
    credential: Vec<u8>,
    stored: String,
}

impl Recognised {
    /// Notes the use; Gone where the passkey was removed meanwhile.
    pub fn use_up(&self, transaction: &rusqlite::Transaction<'_>) -> Result<Touched, CatalogueError> {
        passkey::touch(transaction, &self.credential, &self.stored, clock::now().utc)
    }
}

/// What came of a passkey that was shown.
pub enum Seen {
    Yes(Box<Recognised>),
    /// One of ours that doesn't fit, or whose account may not sign in.
    No,
    /// None of ours: anybody can send that, so it isn't worth a line in the log.
    Stranger,
}

/// Who has shown a passkey; with `own` nobody but that account counts.
pub fn recognise(house: &House, passkeys: &Passkeys, own: Option<UserId>, answered: &Answered) -> Result<Seen, Problem> {
    let now = clock::now().boottime_nanos;
    let Ok((claimed, credential)) = passkeys.claimed(answered) else { return Ok(Seen::Stranger) };
    let found = house.catalogue.read(|connection| {
        let row = passkey::by_credential(connection, &credential)?.filter(|row| row.user == claimed);
        row.map(|row| Ok(user::by_id(connection, row.user)?.map(|user| (user, row)))).transpose().map(Option::flatten)
    })?;
    let Some((user, row)) = found else { return Ok(Seen::Stranger) };
    if user.standing != Standing::Active || own.is_some_and(|own| own != user.id) {
        return Ok(Seen::No);
    }
    match passkeys.check(answered, &row.stored, now) {
        Ok(kept) => Ok(Seen::Yes(Box::new(Recognised { user, credential: kept.credential, stored: kept.stored }))),
        Err(late @ PasskeyError::NoTicket) => Err(late.into()),
        Err(error) => {
            tracing::info!(%error, "a passkey was not accepted");
            Ok(Seen::No)
        }
    }
}

/// Takes one passkey off its owner's account.
pub fn remove(house: &House, actor: Actor, user: UserId, credential: &[u8]) -> Result<(), Problem> {
    match gone(house, actor, user, |transaction| passkey::remove(transaction, user, credential))? {
        0 => Err(Problem::new(Kind::NotFound, "passkey_unknown", "There is no such passkey.", "Choose one from the list.")),
        _ => Ok(()),
    }
}

/// Takes all passkeys off an account whose devices are lost.
pub fn remove_all(house: &House, actor: Actor, user: UserId) -> Result<(), Problem> {
    gone(house, actor, user, |transaction| passkey::remove_all(transaction, user)).map(|_| ())
}

fn gone(
    house: &House,
    actor: Actor,
    user: UserId,
    remove: impl FnOnce(&rusqlite::Transaction<'_>) -> Result<usize, CatalogueError>,
) -> Result<usize, Problem> {
    let at = clock::now();
    let gone = house.catalogue.write(|transaction| {
        if user::by_id(transaction, user)?.is_none() {
            return Ok(None);
        }
        let gone = remove(transaction)?;
        if gone > 0 {
            audit::append(transaction, &at, &staff::leaf_of(actor, Action::PasskeyRemove, user))?;
            user::end_sessions(transaction, user)?;
        }
        Ok(Some(gone))
    })?;
    gone.ok_or_else(staff::user_unknown)
}
