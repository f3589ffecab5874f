//! Accounts: first set-up, adding, disabling, new passwords, signing in and out. Each act and its
//! leaf are one transaction. Next: `http::staff`, `http::api::users`.

use std::sync::Arc;

use crate::{
    adapters::{
        clock,
        index::{
            self, CatalogueError, audit,
            passkey::Touched,
            second_factor::Counted,
            store,
            user::{self, Added, UserRow},
            user_limit,
        },
        passkey::{Answered, Passkeys},
        secret::{self, Passwords},
    },
    domain::{
        actor::{Actor, UserId},
        audit::{Action, Entry, Outcome},
        identity::{Role, UserName, check_password, scope::Scope},
        retention::consent::Person,
    },
    jobs::{
        house::House,
        passkey::{self, Seen},
        second_factor::{self, Shown},
    },
    problem::{Kind, Problem},
};

fn entry(actor: Actor, action: Action, object: String, outcome: Outcome, personal: Vec<(&'static str, String)>) -> Entry {
    Entry { actor, action, object, outcome, basis: None, details: serde_json::Map::new(), personal }
}

fn refused(code: &'static str, why: impl std::fmt::Display) -> Problem {
    let sentence = why.to_string();
    let mut letters = sentence.chars();
    let sentence = letters.next().map(|first| first.to_uppercase().chain(letters).collect::<String>()).unwrap_or_default();
    Problem::new(Kind::BadInput, code, sentence + ".", "Correct it and send the form again.")
}

/// A new user as asked for.
pub struct NewUser {
    pub name: String,
    pub role: Role,
    pub password: String,
}

/// Checks a new user and hashes the password; nothing is written yet.
async fn prepare(passwords: &Passwords, new: &NewUser) -> Result<(UserName, String), Problem> {
    let name = UserName::new(&new.name).map_err(|why| refused("user_name", why))?;
    check_password(&new.password, &name).map_err(|why| refused("password", why))?;
    let hash = passwords.hash(new.password.clone()).await?;
    Ok((name, hash))
}

/// Adds a user.
pub async fn add(house: &Arc<House>, passwords: &Passwords, actor: Actor, new: NewUser) -> Result<UserId, Problem> {
    let (name, hash) = prepare(passwords, &new).await?;
    let id = UserId(secret::random_uuid()?);
    let house = Arc::clone(house);
    let role = new.role;
    let added = tokio::task::spawn_blocking(move || {
        let at = clock::now();
        house.catalogue.write(|transaction| {
            let added = user::add(transaction, id, &name, role, &hash, at.utc)?;
            if added == Added::New {
                let mut leaf =
                    entry(actor, Action::UserAdd, format!("user/{}", id.0), Outcome::Done, vec![("name", name.as_str().to_owned())]);
                leaf.details.insert("role".into(), role.name().into());
                audit::append(transaction, &at, &leaf)?;
            }
            Ok(added)
        })
    })
    .await??;
    match added {
        Added::New => Ok(id),
        Added::NameTaken => {
            Err(Problem::new(Kind::Conflict, "name_taken", "There is already a user of this name.", "Choose another name."))
        }
    }
}

/// Disables a user; their sessions end at once.
pub fn disable(house: &House, actor: Actor, id: UserId) -> Result<(), Problem> {
    change(house, actor, id, Action::UserDisable, |transaction| user::disable(transaction, id))
}

/// Limits an account to some cameras and places, or to none; its sessions end, and what they watch with them.
pub fn limit(house: &House, actor: Actor, id: UserId, scope: &Scope) -> Result<(), Problem> {
    let row = house.catalogue.read(|connection| user::by_id(connection, id))?.ok_or_else(user_unknown)?;
    if !scope.suits(row.role) {
        return Err(Problem::new(
            Kind::Conflict,
            "role_is_for_the_whole_site",
            format!("The role {} decides for the whole site, so it can't be limited to some cameras.", row.role.title().to_lowercase()),
            "Limit a viewer or a reviewer, or give this person another account.",
        ));
    }
    change(house, actor, id, Action::UserLimit, |transaction| {
        user_limit::set(transaction, id, scope)?;
        user::end_sessions(transaction, id)
    })
}

/// Gives a user a new, generated password and ends their sessions. The password is returned once.
pub async fn reset(house: &Arc<House>, passwords: &Passwords, actor: Actor, id: UserId) -> Result<(UserRow, String), Problem> {
    let password = secret::code()?;
    let hash = passwords.hash(password.clone()).await?;
    let house = Arc::clone(house);
    let row = tokio::task::spawn_blocking(move || {
        change(&house, actor, id, Action::UserReset, |transaction| user::set_password(transaction, id, &hash))?;
        house.catalogue.read(|connection| user::by_id(connection, id)).map_err(Problem::from)
    })
    .await??;
    Ok((row.ok_or_else(user_unknown)?, password))
}

/// A leaf about an account, with nothing personal in it.
pub(super) fn leaf_of(actor: Actor, action: Action, user: UserId) -> Entry {
    entry(actor, action, format!("user/{}", user.0), Outcome::Done, Vec::new())
}

/// Nobody has this id.
pub fn user_unknown() -> Problem {
    Problem::new(Kind::NotFound, "user_unknown", "There is no such user.", "Look the user up in the list.")
}

fn change(
    house: &House,
    actor: Actor,
    id: UserId,
    action: Action,
    act: impl FnOnce(&rusqlite::Transaction<'_>) -> Result<(), CatalogueError>,
) -> Result<(), Problem> {
    let at = clock::now();
    let found = house.catalogue.write(|transaction| {
        if user::by_id(transaction, id)?.is_none() {
            return Ok(false);
        }
        act(transaction)?;
        audit::append(transaction, &at, &leaf_of(actor, action, id))?;
        Ok(true)
    })?;
    if found { Ok(()) } else { Err(user_unknown()) }
}

/// Whether the box has been set up.
pub fn is_set_up(house: &House) -> Result<bool, Problem> {
    Ok(house.catalogue.read(user::count)? > 0)
}

/// Makes a new set-up code while there are no users; the old one stops working. None once set up.
pub fn new_setup_code(house: &House) -> Result<Option<String>, Problem> {
    if is_set_up(house)? {
        return Ok(None);
    }
    let code = secret::code()?;
    house.catalogue.write(|transaction| store::set_fact(transaction, store::Fact::SetupCode, &secret::digest(&code)))?;
    Ok(Some(code))
}

/// First set-up: the administrator, and if given the first person who may watch. The code dies.
pub async fn set_up(
    house: &Arc<House>,
    passwords: &Passwords,
    code: &str,
    administrator: NewUser,
    viewer: Option<NewUser>,
) -> Result<(), Problem> {
    let wrong = || {
        Problem::new(
            Kind::Forbidden,
            "setup_code",
            "The set-up code is wrong or has been used.",
            "Look at what \u{201c}holdfast init\u{201d} printed, or run it again for a new code.",
        )
    };
    let digest = secret::digest(&secret::normalise_code(code));
    let stored = house.catalogue.read(|connection| store::fact(connection, store::Fact::SetupCode))?;
    if !stored.is_some_and(|stored| bool::from(subtle::ConstantTimeEq::ct_eq(stored.as_slice(), &digest[..]))) {
        return Err(wrong());
    }
    let mut users = Vec::new();
    for new in [Some(administrator), viewer].into_iter().flatten() {
        let (name, hash) = prepare(passwords, &new).await?;
        users.push((UserId(secret::random_uuid()?), name, new.role, hash));
    }
    if let [(_, one, ..), (_, other, ..)] = users.as_slice()
        && one.as_str().eq_ignore_ascii_case(other.as_str())
    {
        return Err(refused("user_name", "the two users need different names"));
    }
    let house = Arc::clone(house);
    let done = tokio::task::spawn_blocking(move || {
        let at = clock::now();
        house.catalogue.write(|transaction| {
            // Checked again inside: two set-ups at once must not both win.
            let unused = store::fact(transaction, store::Fact::SetupCode)?.as_deref() == Some(&digest[..]);
            if !unused || user::count(transaction)? > 0 {
                return Ok(false);
            }
            for (id, name, role, hash) in &users {
                user::add(transaction, *id, name, *role, hash, at.utc)?;
                let mut leaf = entry(
                    Actor::Unknown,
                    Action::SetupComplete,
                    format!("user/{}", id.0),
                    Outcome::Done,
                    vec![("name", name.as_str().to_owned())],
                );
                leaf.details.insert("role".into(), role.name().into());
                audit::append(transaction, &at, &leaf)?;
            }
            store::set_fact(transaction, store::Fact::SetupCode, b"used")?;
            Ok(true)
        })
    })
    .await??;
    if done { Ok(()) } else { Err(wrong()) }
}

/// What somebody types to show who they are.
pub struct Credentials {
    pub name: String,
    pub password: String,
    /// Of the authenticator app, where the account has one.
    pub code: Option<String>,
}

/// How somebody shows who they are.
pub enum Shows {
    Typed(Credentials),
    /// A device that has recognised its owner, whoever that is.
    Passkey(Answered),
    /// The same, and it has to be this account's.
    OwnPasskey(Answered, UserId),
}

impl Shows {
    /// The name that was tried, as far as one was.
    fn tried(&self) -> String {
        match self {
            Self::Typed(typed) => typed.name.trim().chars().take(40).collect(),
            Self::Passkey(_) | Self::OwnPasskey(..) => "a passkey".to_owned(),
        }
    }
}

/// Against what it is held.
pub struct Checks<'a> {
    pub passwords: &'a Passwords,
    /// None where the site takes no passkeys.
    pub passkeys: Option<&'a Arc<Passkeys>>,
}

/// What was shown.
enum Proof {
    /// Who it is; the step of the code that is used up with the act.
    Given(UserRow, Shown),
    /// Who it is, by a passkey whose use counts with the act.
    Recognised(Box<passkey::Recognised>),
    CodeMissing,
    Wrong,
    /// A passkey that is none of ours.
    Stranger,
}

async fn show(house: &Arc<House>, checks: &Checks<'_>, shows: &Shows) -> Result<Proof, Problem> {
    match shows {
        Shows::Typed(typed) => prove(house, checks.passwords, typed).await,
        Shows::Passkey(answered) => seen(house, checks, None, answered).await,
        Shows::OwnPasskey(answered, own) => seen(house, checks, Some(*own), answered).await,
    }
}

async fn seen(house: &Arc<House>, checks: &Checks<'_>, own: Option<UserId>, answered: &Answered) -> Result<Proof, Problem> {
    let passkeys = Arc::clone(checks.passkeys.ok_or_else(passkey::no_passkeys_here)?);
    let (house, answered) = (Arc::clone(house), answered.clone());
    Ok(match tokio::task::spawn_blocking(move || passkey::recognise(&house, &passkeys, own, &answered)).await?? {
        Seen::Yes(found) => Proof::Recognised(found),
        Seen::No => Proof::Wrong,
        Seen::Stranger => Proof::Stranger,
    })
}

/// Uses up what was shown; whose it is. None where it was used or removed in the meantime.
fn spend(transaction: &rusqlite::Transaction<'_>, proof: Proof) -> Result<Option<UserRow>, CatalogueError> {
    match proof {
        Proof::Given(row, shown) => Ok((use_up(transaction, &row, shown)? == Counted::Yes).then_some(row)),
        Proof::Recognised(found) => Ok((found.use_up(transaction)? == Touched::Yes).then_some(found.user)),
        Proof::CodeMissing | Proof::Wrong | Proof::Stranger => Ok(None),
    }
}

/// Checks what was typed. An unknown name costs as much as a known one (ASVS 5.0, 6.3.8).
async fn prove(house: &Arc<House>, passwords: &Passwords, typed: &Credentials) -> Result<Proof, Problem> {
    let (wanted, catalogue) = (typed.name.trim().to_owned(), Arc::clone(&house.catalogue));
    let found = tokio::task::spawn_blocking(move || catalogue.read(|connection| user::credentials(connection, &wanted))).await??;
    let (row, stored) = found.map_or((None, None), |(row, hash)| (Some(row), Some(hash)));
    let fits = passwords.fits(typed.password.clone(), stored).await?;
    let Some(row) = row.filter(|_| fits) else { return Ok(Proof::Wrong) };
    let (house, code) = (Arc::clone(house), typed.code.clone());
    tokio::task::spawn_blocking(move || {
        Ok(match second_factor::shown(&house, &row, code.as_deref())? {
            Shown::Missing => Proof::CodeMissing,
            Shown::Wrong => Proof::Wrong,
            shown => Proof::Given(row, shown),
        })
    })
    .await?
}

/// Uses up the code that was shown; No where somebody used it in the meantime.
fn use_up(transaction: &rusqlite::Transaction<'_>, row: &UserRow, shown: Shown) -> Result<Counted, CatalogueError> {
    match shown {
        Shown::Fits { step } => index::second_factor::use_up(transaction, row.id, step),
        // Its app or passkey was taken on in the meantime: then that is needed.
        Shown::NotAsked => {
            let bare =
                index::second_factor::since(transaction, row.id)?.is_none() && index::passkey::of_user(transaction, row.id)?.is_empty();
            Ok(if bare { Counted::Yes } else { Counted::No })
        }
        Shown::Missing | Shown::Wrong => Ok(Counted::No),
    }
}

/// Checks name, password and code, or a passkey, and begins a session; the token is for the browser
/// alone. Which of them was wrong is not told.
pub async fn sign_in(house: &Arc<House>, checks: Checks<'_>, shows: Shows) -> Result<Option<String>, Problem> {
    let proof = show(house, &checks, &shows).await?;
    if matches!(proof, Proof::Stranger) {
        return Ok(None);
    }
    let token = secret::token()?;
    let token_hash = secret::digest(&token);
    let house = Arc::clone(house);
    let name = shows.tried();
    tokio::task::spawn_blocking(move || {
        let at = clock::now();
        house.catalogue.write(|transaction| {
            if let Some(row) = spend(transaction, proof)? {
                user::begin_session(transaction, &token_hash, row.id, at.utc)?;
                let object = format!("user/{}", row.id.0);
                let actor = Actor::Staff { id: row.id, name: row.name };
                audit::append(transaction, &at, &entry(actor, Action::SessionLogin, object, Outcome::Done, Vec::new()))?;
                return Ok(Some(token));
            }
            let leaf = entry(Actor::Unknown, Action::SessionRefused, "session".into(), Outcome::Refused, vec![("tried_name", name)]);
            audit::append(transaction, &at, &leaf)?;
            Ok(None)
        })
    })
    .await?
    .map_err(Problem::from)
}

/// What a second look at somebody shows.
pub enum Recognised {
    Yes(UserRow),
    /// The password fits; the account's app or passkey has to show something too.
    CodeNeeded,
    No,
}

/// The same without a new session, for an act that must be that person's own. A wrong one is logged
/// under whoever asked.
pub async fn confirm(house: &Arc<House>, checks: Checks<'_>, actor: Actor, shows: Shows) -> Result<Recognised, Problem> {
    let proof = show(house, &checks, &shows).await?;
    if matches!(proof, Proof::CodeMissing) {
        return Ok(Recognised::CodeNeeded);
    }
    let (house, tried) = (Arc::clone(house), shows.tried());
    tokio::task::spawn_blocking(move || {
        house.catalogue.write(|transaction| {
            if let Some(row) = spend(transaction, proof)? {
                return Ok(Recognised::Yes(row));
            }
            let leaf = entry(actor, Action::SessionRefused, "confirmation".into(), Outcome::Refused, vec![("tried_name", tried)]);
            audit::append(transaction, &clock::now(), &leaf)?;
            Ok(Recognised::No)
        })
    })
    .await?
    .map_err(Problem::from)
}

/// Names behind persons, for colleagues to read.
pub struct People(Vec<UserRow>);

/// Everybody who has or had an account.
pub fn people(house: &House) -> Result<People, Problem> {
    Ok(People(house.catalogue.read(user::list)?))
}

impl People {
    pub fn name(&self, person: &Person) -> String {
        let account = self.0.iter().find(|user| person.is_account(user.id));
        account.map_or_else(|| "the box's own command line".to_owned(), |user| user.name.clone())
    }

    /// The name of an account.
    pub fn of_account(&self, id: UserId) -> String {
        self.0.iter().find(|user| user.id == id).map_or_else(|| "somebody".to_owned(), |user| user.name.clone())
    }
}

/// Ends a session.
pub fn sign_out(house: &House, actor: Actor, token_hash: &[u8; 32]) -> Result<(), Problem> {
    let at = clock::now();
    house.catalogue.write(|transaction| {
        user::end_session(transaction, token_hash)?;
        audit::append(transaction, &at, &entry(actor, Action::SessionLogout, "session".into(), Outcome::Done, Vec::new()))?;
        Ok(())
    })?;
    Ok(())
}
