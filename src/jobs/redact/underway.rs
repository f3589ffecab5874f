//! What is being done to redactions at this moment, how far it has come, and who has looked at which pictures.
//!
//! One work on a redaction at a time. Giving it up ends its workers; from the moment on that its outcome is
//! being sealed it can't be given up any more. Forgotten at restart: whoever wants it begins it again. Next:
//! `render` and `look` work.

use std::{
    collections::{HashMap, HashSet, VecDeque},
    sync::Arc,
};

use parking_lot::Mutex;
use tokio::task::AbortHandle;
use uuid::Uuid;

use crate::{
    domain::{instant::UtcInstant, redaction::tracking::follow::Followed, retention::consent::Person},
    problem::{Kind, Problem},
};

/// What a work is at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Looking for people.
    Looking,
    Rendering,
    Checking,
    /// Writing down what came of it.
    Sealing,
}

/// How a work stands, or why it ended without an outcome.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Making {
    Underway {
        stage: Stage,
        frames: u32,
    },
    Failed {
        sentence: String,
        next_step: String,
    },
    /// Done, and something has to be said about it.
    Told {
        sentence: String,
    },
}

/// The right to say how one work stands: a later one on the same redaction has another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ticket {
    id: Uuid,
    number: u64,
}

struct Work {
    number: u64,
    making: Making,
    handle: Option<AbortHandle>,
}

/// All of them.
#[derive(Default)]
pub struct Underway {
    works: Mutex<Works>,
    looks: Mutex<HashSet<(Person, Uuid, &'static str, i64)>>,
    followed: Mutex<VecDeque<(Uuid, Arc<Followed>)>>,
}

#[derive(Default)]
struct Works {
    next: u64,
    of: HashMap<Uuid, Work>,
}

/// Looks within one stretch of this length are one look.
const LOOK_SECONDS: i64 = 600;
const LOOKS_MAX: usize = 10_000;
/// Clips of which it is remembered who was seen where.
const FOLLOWED_MAX: usize = 2;

impl Underway {
    pub fn of(&self, id: Uuid) -> Option<Making> {
        self.works.lock().of.get(&id).map(|work| work.making.clone())
    }

    /// Whether nobody wrote down yet that this person looks at this. Forgotten at restart: then logged anew.
    pub fn is_first_look(&self, person: &Person, id: Uuid, what: &'static str, at: UtcInstant) -> bool {
        let mut looks = self.looks.lock();
        if looks.len() > LOOKS_MAX {
            looks.clear();
        }
        looks.insert((person.clone(), id, what, at.unix_nanos().div_euclid(LOOK_SECONDS * 1_000_000_000)))
    }

    /// Who was seen where in a redaction's clip.
    pub fn followed(&self, id: Uuid) -> Option<Arc<Followed>> {
        self.followed.lock().iter().find(|(of, _)| *of == id).map(|(_, followed)| Arc::clone(followed))
    }

    pub(super) fn keep_followed(&self, id: Uuid, followed: Arc<Followed>) {
        let mut kept = self.followed.lock();
        kept.retain(|(of, _)| *of != id);
        kept.push_front((id, followed));
        kept.truncate(FOLLOWED_MAX);
    }

    pub fn is_busy(&self, id: Uuid) -> bool {
        matches!(self.of(id), Some(Making::Underway { .. }))
    }

    /// Begins a work, unless one is under way.
    pub(super) fn enter(&self, id: Uuid, stage: Stage) -> Result<Ticket, Problem> {
        let mut works = self.works.lock();
        if works.of.get(&id).is_some_and(|work| matches!(work.making, Making::Underway { .. })) {
            return Err(busy());
        }
        works.next += 1;
        let number = works.next;
        works.of.insert(id, Work { number, making: Making::Underway { stage, frames: 0 }, handle: None });
        Ok(Ticket { id, number })
    }

    /// Names the task that giving up ends.
    pub(super) fn is_done_by(&self, ticket: Ticket, handle: AbortHandle) {
        self.with(ticket, |work| {
            if !matches!(work.making, Making::Underway { stage: Stage::Sealing, .. }) {
                work.handle = Some(handle);
            }
        });
    }

    pub(super) fn note(&self, ticket: Ticket, making: Making) {
        self.with(ticket, |work| work.making = making);
    }

    /// Whether the outcome may be sealed: not if the work was given up. Afterwards it can't be.
    pub(super) fn may_seal(&self, ticket: Ticket) -> bool {
        let seal = |work: &mut Work| {
            work.handle = None;
            if let Making::Underway { stage, .. } = &mut work.making {
                *stage = Stage::Sealing;
            }
        };
        self.with(ticket, seal).is_some()
    }

    pub(super) fn forget(&self, ticket: Ticket) {
        let mut works = self.works.lock();
        if works.of.get(&ticket.id).is_some_and(|work| work.number == ticket.number) {
            works.of.remove(&ticket.id);
        }
    }

    /// Ends the work on a redaction; whether there was one that could be ended.
    pub(super) fn cancel(&self, id: Uuid) -> bool {
        let mut works = self.works.lock();
        let Some(Work { making: Making::Underway { .. }, handle: Some(handle), .. }) = works.of.get(&id) else { return false };
        handle.abort();
        works.of.remove(&id).is_some()
    }

    fn with<T>(&self, ticket: Ticket, change: impl FnOnce(&mut Work) -> T) -> Option<T> {
        self.works.lock().of.get_mut(&ticket.id).filter(|work| work.number == ticket.number).map(change)
    }
}

/// Told to whoever wants what a work under way stands in the way of.
pub fn busy() -> Problem {
    let next = "Wait until it is done, or give it up first.";
    Problem::new(Kind::Conflict, "rendering", "This redaction is being worked on already.", next)
}
