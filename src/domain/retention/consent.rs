//! Two people, and then time: what may not happen on one person's word.
//!
//! ```text
//! asked by the first ──another person──► granted ──cooling time──► effective
//! ```
//!
//! Refuses the same person twice, under whatever name the box's own shell goes. Next: `hold`,
//! `period`, and early deletion use it.

use serde::{Deserialize, Serialize};

use crate::domain::{
    actor::{Actor, UserId},
    instant::UtcInstant,
};

/// Someone who can be told apart from another: an account, or whoever has the machine's shell.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Person(String);

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this names no person")]
pub struct NotAPerson;

impl TryFrom<String> for Person {
    type Error = NotAPerson;
    fn try_from(text: String) -> Result<Self, NotAPerson> {
        Self::from_stored(&text).ok_or(NotAPerson)
    }
}

impl From<Person> for String {
    fn from(person: Person) -> Self {
        person.0
    }
}

impl Person {
    /// None for a job or for somebody unknown: neither can consent to anything.
    pub fn of(actor: &Actor) -> Option<Self> {
        match actor {
            Actor::Staff { id, .. } => Some(Self(format!("staff:{}", id.0))),
            Actor::LocalOperator { uid } => Some(Self(format!("local:{uid}"))),
            Actor::Job(_) | Actor::Unknown => None,
        }
    }

    /// From the form it is stored in.
    pub fn from_stored(text: &str) -> Option<Self> {
        let (kind, name) = text.split_once(':')?;
        (matches!(kind, "staff" | "local") && !name.is_empty()).then(|| Self(text.to_owned()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it is the holder of this account.
    pub fn is_account(&self, id: UserId) -> bool {
        self.0.strip_prefix("staff:") == Some(id.0.to_string().as_str())
    }

    /// Whether these could be one human being: the same account, or two names of the shell, which
    /// whoever is root can take at will.
    pub fn may_be(&self, other: &Self) -> bool {
        self == other || (self.0.starts_with("local:") && other.0.starts_with("local:"))
    }
}

/// How far an act has come that needs two people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Consent {
    Asked {
        first: Person,
        at: UtcInstant,
    },
    Granted {
        first: Person,
        second: Person,
        /// Before this nothing happens, so that a mistake can be withdrawn.
        effective: UtcInstant,
    },
}

/// Why a second word didn't count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotConsent {
    #[error("the second person must be another than the first")]
    SamePerson,
    #[error("two people have agreed already")]
    AlreadyGranted,
}

impl Consent {
    /// A second person agrees; it takes effect `cooling_seconds` later.
    pub fn grant(self, second: Person, at: UtcInstant, cooling_seconds: i64) -> Result<Self, NotConsent> {
        match self {
            Self::Asked { first, .. } if first.may_be(&second) => Err(NotConsent::SamePerson),
            Self::Asked { first, .. } => Ok(Self::Granted { first, second, effective: at.plus_seconds(cooling_seconds.max(0)) }),
            Self::Granted { .. } => Err(NotConsent::AlreadyGranted),
        }
    }

    pub fn is_effective(&self, now: UtcInstant) -> bool {
        matches!(self, Self::Granted { effective, .. } if *effective <= now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn staff(number: u128) -> Person {
        Person::of(&Actor::Staff { id: UserId(uuid::Uuid::from_u128(number)), name: String::new() }).unwrap()
    }

    fn shell(uid: u32) -> Person {
        Person::of(&Actor::LocalOperator { uid }).unwrap()
    }

    #[test]
    fn one_person_is_never_two_whatever_the_shell_calls_itself() {
        let at = UtcInstant::from_unix_seconds(0);
        for (first, second) in [(staff(1), staff(1)), (shell(0), shell(0)), (shell(0), shell(1000))] {
            assert_eq!(Consent::Asked { first, at }.grant(second, at, 0), Err(NotConsent::SamePerson));
        }
        assert!(Consent::Asked { first: shell(0), at }.grant(staff(1), at, 0).is_ok());
        assert_eq!(Person::of(&Actor::Job("expire")), None);
    }

    #[test]
    fn nothing_takes_effect_before_its_time() {
        let at = UtcInstant::from_unix_seconds(1000);
        let granted = Consent::Asked { first: staff(1), at }.grant(staff(2), at, 72 * 3600).unwrap();
        assert!(!granted.is_effective(at.plus_seconds(72 * 3600 - 1)));
        assert!(granted.is_effective(at.plus_seconds(72 * 3600)));
    }
}
