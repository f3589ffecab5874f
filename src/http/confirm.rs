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
    adapters::index::user::UserRow,
    domain::{
        actor::Actor,
        identity::{Permission, Role},
    },
    problem::{Kind, Problem},
};

/// The password again, with the act that asks for it.
#[derive(Default, Deserialize, ToSchema)]
pub struct Confirmation {
    /// Whose account, at the box's own command line; a browser's is that of its session.
    #[serde(default)]
    user: Option<String>,
    #[serde(default)]
    password: Option<String>,
}

/// Somebody who has just shown who they are and may do what they ask for.
pub struct Confirmed(Actor);

impl Confirmed {
    pub fn actor(self) -> Actor {
        self.0
    }
}

impl Confirmation {
    /// Checks the password, and that its holder has `permission`.
    pub async fn check(self, doors: &State, caller: &Caller, permission: Permission) -> Result<Confirmed, Problem> {
        let user = match (caller, self.user, self.password) {
            (Caller::Browser(signed_in), _, Some(password)) => {
                login::confirm(doors, caller.actor(), &signed_in.user.name, password).await?
            }
            (Caller::Browser(_), _, None) => return Err(password_needed()),
            (Caller::Local(_), Some(name), Some(password)) => login::confirm(doors, caller.actor(), name.trim(), password).await?,
            (Caller::Local(_), None, None) => return Ok(Confirmed(caller.actor())),
            (Caller::Local(_), ..) => return Err(half()),
        };
        if user.role.may(permission) { Ok(Confirmed(acting(user))) } else { Err(role_lacks(user.role)) }
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
        "Type the password of your own account with the request.",
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
