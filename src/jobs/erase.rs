//! Takes personal values out of the audit log (UK GDPR Article 17): the leaf and the tree stay.
//!
//! The leaf holds only a salted hash, so value and salt can go and every proof still holds. They are
//! overwritten in the file and in the write-ahead log as far as SQLite reaches; copies made before are
//! out of its reach. Refuses a leaf that has nothing left to erase. That it was done, and why, is
//! logged in turn.

use serde::Serialize;
use serde_json::json;

use crate::{
    adapters::{
        clock,
        index::{LogEmptied, audit},
    },
    domain::{
        actor::{Actor, Reason},
        audit::{Action, Entry, LeafSeq, Outcome},
    },
    jobs::house::House,
    problem::{Kind, Problem},
};

/// What has gone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Erased {
    pub seq: u64,
    pub fields: Vec<String>,
}

/// Erases one personal field of a leaf, or all of them.
pub fn erase(house: &House, actor: Actor, seq: LeafSeq, field: Option<&str>, reason: &Reason) -> Result<Erased, Problem> {
    let fields = house.catalogue.write(|transaction| {
        let fields = audit::erase(transaction, seq, field)?;
        if !fields.is_empty() {
            audit::append(transaction, &clock::now(), &erasing(actor, seq, &fields, reason))?;
        }
        Ok(fields)
    })?;
    if fields.is_empty() {
        return Err(nothing_there());
    }
    if house.catalogue.empty_log()? == LogEmptied::NotYet {
        tracing::warn!(seq = seq.0, "what was erased leaves the write-ahead log once its readers are done");
    }
    Ok(Erased { seq: seq.0, fields })
}

fn erasing(actor: Actor, seq: LeafSeq, fields: &[String], reason: &Reason) -> Entry {
    Entry {
        actor,
        action: Action::AuditErase,
        object: format!("leaf/{}", seq.0),
        outcome: Outcome::Done,
        basis: None,
        details: serde_json::Map::from_iter([("seq".to_owned(), seq.0.into()), ("fields".to_owned(), json!(fields))]),
        personal: vec![("reason", reason.as_str().to_owned())],
    }
}

fn nothing_there() -> Problem {
    Problem::new(
        Kind::NotFound,
        "nothing_to_erase",
        "That leaf holds no such personal value, or it has been erased already.",
        "\u{201c}holdfast audit show\u{201d} lists what is still kept.",
    )
}
