//! Acts that ask for the password once more: what lets footage go must be the doing of the person whose
//! account it is, not of whoever found their session open (ASVS 5.0, 7.5.3).
//!
//! A browser gives the password of its own account; nothing else it says counts. At the box's own
//! command line a person may name their account and act as themselves, else the shell is one person,
//! whoever uses it. Refuses a wrong password, slower each time. Next: `api` acts as the [`Confirmed`].

use serde::Deserialize;
use utoipa::ToSchema;

use super::{State, caller::Caller, staff::login};
use crate::{
    adapters::{index::user::UserRow, passkey::Answered},
    domain::{
        actor::Actor,
        identity::{Permission, Role},
    },
    jobs::staff::{Credentials, Shows},
    problem::{Kind, Problem},
};

/// Password and code again, with the act that asks for them.
#[derive(Default, Deserialize, ToSchema)]
pub struct Confirmation {
    /// Whose account, at the box's own command line; a browser's is that of its session.
    #[serde(default)]
    user: Option<String>,
    #[serde(default)]
    password: Option<String>,
    /// Of the authenticator app, where the account has one.
    #[serde(default)]
    code: Option<String>,
    /// What a passkey of the account answered, instead of password and code: `ticket` and `credential`.
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    passkey: Option<Answered>,
}

/// Somebody who has just shown who they are and may do what they ask for.
pub struct Confirmed(Actor);

impl Confirmed {
    pub fn actor(self) -> Actor {
        self.0
    }
}

impl Confirmation {
    /// As typed into a form.
    pub fn typed(password: String, code: String) -> Self {
        Self { user: None, password: Some(password), code: Some(code), passkey: None }
    }

    /// As a device answered into a form.
    pub const fn by_passkey(answered: Answered) -> Self {
        Self { user: None, password: None, code: None, passkey: Some(answered) }
    }

    /// Checks that it is the caller's own, whatever their role.
    pub async fn check_own(self, doors: &State, caller: &Caller) -> Result<Confirmed, Problem> {
        self.recognise(doors, caller).await.map(|user| Confirmed(user.map_or_else(|| caller.actor(), acting)))
    }

    /// Checks that it is the caller's own, and that they have `permission`.
    pub async fn check(self, doors: &State, caller: &Caller, permission: Permission) -> Result<Confirmed, Problem> {
        match self.recognise(doors, caller).await? {
            Some(user) if !user.role.may(permission) => Err(role_lacks(user.role)),
            user => Ok(Confirmed(user.map_or_else(|| caller.actor(), acting))),
        }
    }

    /// The account of whoever has shown who they are and has `permission`; the command line as one person has none.
    pub async fn check_account(self, doors: &State, caller: &Caller, permission: Permission) -> Result<UserRow, Problem> {
        match self.recognise(doors, caller).await? {
            Some(user) if !user.role.may(permission) => Err(role_lacks(user.role)),
            Some(user) => Ok(user),
            None => Err(Problem::new(
                Kind::Forbidden,
                "no_account",
                "This is done in somebody\u{2019}s own name, and the command line names nobody.",
                "Name your account with --user, and give its password.",
            )),
        }
    }

    /// Whose account it is; None for the box's own command line as one person.
    async fn recognise(self, doors: &State, caller: &Caller) -> Result<Option<UserRow>, Problem> {
        let code = self.code;
        let typed = |name: &str, password| Shows::Typed(Credentials { name: name.trim().to_owned(), password, code });
        match (caller, self.user, self.password) {
            (Caller::Browser(signed_in), _, password) => {
                let name = &signed_in.user.name;
                let shows = match (self.passkey, password) {
                    (Some(answered), _) => Shows::OwnPasskey(answered, signed_in.user.id),
                    (None, Some(password)) => typed(name, password),
                    (None, None) => return Err(password_needed()),
                };
                login::confirm(doors, caller.actor(), name, shows).await.map(Some)
            }
            (Caller::Local(_), Some(name), Some(password)) => {
                login::confirm(doors, caller.actor(), name.trim(), typed(&name, password)).await.map(Some)
            }
            (Caller::Local(_), None, None) => Ok(None),
            (Caller::Local(_), ..) => Err(half()),
        }
    }
}

fn acting(user: UserRow) -> Actor {
    Actor::Staff { id: user.id, name: user.name }
}

fn password_needed() -> Problem {
    Problem::new(
        Kind::Forbidden,
        "password_needed",
        "This needs your password once more.",
        "Send the password of your own account with the request, or use your passkey.",
    )
}

fn half() -> Problem {
    Problem::new(
        Kind::BadInput,
        "user_and_password",
        "A user without a password, or a password without a user, names nobody.",
        "Give both to act as that account, or neither to act as the box's own command line.",
    )
}

fn role_lacks(role: Role) -> Problem {
    Problem::new(
        Kind::Forbidden,
        "role_lacks_permission",
        format!("The role {} does not include this.", role.title().to_lowercase()),
        "Ask an approver or the data protection officer.",
    )
}
