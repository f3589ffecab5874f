//! The provider's policy: acknowledged before footage is seen, again each year and with each new text.
//!
//! Refuses another text than the one in force, and a training that is no training of the last year. Next:
//! `http::caller` reads the last word of whoever asks.

use jiff::civil::Date;
use serde_json::json;

use crate::{
    adapters::{
        clock,
        index::{acknowledgement, audit, user},
    },
    domain::{
        actor::{Actor, UserId},
        audit::{Action, Entry, Outcome},
        identity::{
            Permission, Role,
            policy::{self, Acknowledgement, NotTrained, PolicyVersion, Standing},
        },
    },
    jobs::house::House,
    problem::{Kind, Problem},
};

/// What somebody who acknowledges says.
pub struct Said {
    /// The text they were shown.
    pub read: PolicyVersion,
    pub trained: Date,
}

/// Takes somebody's word down, with its leaf.
pub fn acknowledge(house: &House, actor: Actor, user: UserId, in_force: PolicyVersion, said: &Said) -> Result<(), Problem> {
    if said.read != in_force {
        return Err(Problem::new(
            Kind::Conflict,
            "policy_changed",
            "The policy\u{2019}s text has changed since you opened it.",
            "Read the new text, then acknowledge that.",
        ));
    }
    let at = clock::now();
    let given = house.office().day(at.utc);
    policy::check_training(said.trained, given).map_err(not_trained)?;
    let leaf = Entry {
        actor,
        action: Action::PolicyAcknowledge,
        object: format!("user/{}", user.0),
        outcome: Outcome::Done,
        basis: None,
        details: serde_json::Map::from_iter([
            ("policy_sha256".to_owned(), json!(in_force.to_string())),
            ("trained".to_owned(), json!(said.trained.to_string())),
        ]),
        personal: Vec::new(),
    };
    house.catalogue.write(|transaction| {
        audit::append(transaction, &at, &leaf)?;
        acknowledgement::add(transaction, user, &Acknowledgement { version: in_force, given, trained: said.trained }, at.utc)
    })?;
    Ok(())
}

fn not_trained(why: NotTrained) -> Problem {
    let (code, sentence, next) = match why {
        NotTrained::Later => ("training_later", "The training date lies in the future.", "Give the day on which you were last trained."),
        NotTrained::TooOld => (
            "training_too_old",
            "That training was more than a year ago, so it does not count any more.",
            "Ask for CCTV training; then come back with its date.",
        ),
    };
    Problem::new(Kind::BadInput, code, sentence, next)
}

/// What whoever may not see footage yet is told; None for whoever may.
pub fn refusal(standing: Standing) -> Option<Problem> {
    let (code, sentence) = match standing {
        Standing::NotAsked | Standing::Fresh { .. } | Standing::DueAt { .. } => return None,
        Standing::Never => ("policy_unread", "You have not acknowledged the CCTV policy yet.".to_owned()),
        Standing::NewText => ("policy_new_text", "The CCTV policy has changed since you acknowledged it.".to_owned()),
        Standing::Due { since } => ("policy_due", format!("Your acknowledgement of the CCTV policy ran out on {since}.")),
        Standing::TrainingTooOld { since } => ("training_too_old", format!("Your CCTV training has been out of date since {since}.")),
    };
    let next = "Open the page \u{201c}Policy\u{201d}, read the text, and give the date of your training; then footage is shown.";
    Some(Problem::new(Kind::Forbidden, code, sentence, next))
}

/// Somebody with an account in use, and how they stand to the policy.
pub struct Reader {
    pub id: UserId,
    pub name: String,
    pub role: Role,
    pub standing: Standing,
}

/// Everybody with an account in use whose role sees footage, by name.
pub fn readers(house: &House, in_force: Option<PolicyVersion>) -> Result<Vec<Reader>, Problem> {
    let today = house.office().day(clock::now().utc);
    let readers = house.catalogue.read_at_once(|connection| {
        let mut readers = Vec::new();
        for row in user::list(connection)? {
            if row.standing == user::Standing::Active && row.role.may(Permission::SeeFootage) {
                let last = acknowledgement::last(connection, row.id)?;
                let standing = policy::standing(in_force, last.as_ref(), today);
                readers.push(Reader { id: row.id, name: row.name, role: row.role, standing });
            }
        }
        Ok(readers)
    })?;
    Ok(readers)
}
