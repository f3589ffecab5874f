//! Handing a film over: asked to be reviewed by whoever drew it, sent back by whoever watched it.
//!
//! Each is a leaf in the log, with its row in one transaction. Refuses a film that isn't the one that was seen.
//! Next: `http::api::redaction_turns`.

use serde_json::json;

use super::{changed_since, entry, told};
use crate::{
    adapters::{
        clock,
        index::{
            audit,
            redaction::{self, RedactionRow},
        },
    },
    domain::{
        actor::{Actor, Reason},
        audit::{Action, Outcome},
        redaction::{
            reviewed::Sum,
            turn::{NotATurn, Turn},
        },
        retention::consent::Person,
    },
    jobs::{house::House, retain},
    problem::{Kind, Problem},
};

/// Asks for a second person to watch `film`, which is the one as it stands.
pub fn ask(house: &House, actor: Actor, row: RedactionRow, film: Sum) -> Result<RedactionRow, Problem> {
    let person = Person::of(&actor).ok_or_else(retain::nobody)?;
    let turn = Turn::ask(&row.record, person, clock::now().utc).map_err(no_turn)?;
    enter(house, actor, row, film, turn)
}

/// Gives `film` back to whoever drew it.
pub fn send_back(house: &House, actor: Actor, row: RedactionRow, film: Sum, reason: Reason) -> Result<RedactionRow, Problem> {
    let person = Person::of(&actor).ok_or_else(retain::nobody)?;
    let turn = Turn::send_back(row.turn.as_ref(), &row.record, person, clock::now().utc, reason).map_err(no_turn)?;
    enter(house, actor, row, film, turn)
}

fn enter(house: &House, actor: Actor, row: RedactionRow, seen: Sum, turn: Turn) -> Result<RedactionRow, Problem> {
    let (action, film, personal) = match &turn {
        Turn::Asked { film, .. } => (Action::RedactionAsk, *film, Vec::new()),
        Turn::SentBack { film, reason, .. } => (Action::RedactionReturn, *film, vec![("reason", reason.as_str().to_owned())]),
    };
    if film != seen {
        return Err(changed_since());
    }
    let mut leaf = entry(actor, action, row.id, Outcome::Done, json!({"film": film}));
    leaf.personal = personal;
    house.catalogue.write(|transaction| {
        redaction::set_turn(transaction, row.id, &turn)?;
        audit::append(transaction, &clock::now(), &leaf)
    })?;
    Ok(RedactionRow { turn: Some(turn), ..row })
}

fn no_turn(why: NotATurn) -> Problem {
    match why {
        NotATurn::NotReviewed(why) => told(why),
        NotATurn::NotAsked => {
            let next = "Wait until whoever drew it asks; the request lists how each redaction stands.";
            Problem::new(Kind::Conflict, "not_asked", "Nobody has asked for a review of this film.", next)
        }
    }
}
