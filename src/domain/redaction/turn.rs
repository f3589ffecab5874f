//! Whose turn it is with a film: the second person's, once whoever drew it has asked for review, or the
//! drawer's again, once it was sent back.
//!
//! Says who is to act, and decides nothing: what may go out is `reviewed`'s alone. Bound to one film: another
//! one is nobody's turn yet. Refuses to ask while a doubt is open, and to send back one's own work. Next:
//! `jobs::redact::turns`.

use serde::{Deserialize, Serialize};

use super::reviewed::{NotReviewed, OnRecord, Sum};
use crate::domain::{actor::Reason, instant::UtcInstant, retention::consent::Person};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "turn", rename_all = "snake_case", deny_unknown_fields)]
pub enum Turn {
    /// A second person is to watch the film.
    Asked { by: Person, at: UtcInstant, film: Sum },
    /// It is to be drawn anew, and why.
    SentBack { by: Person, at: UtcInstant, film: Sum, reason: Reason },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotATurn {
    #[error(transparent)]
    NotReviewed(#[from] NotReviewed),
    #[error("nobody has asked for a review of this film")]
    NotAsked,
}

impl Turn {
    /// Asks for somebody to watch the film as it stands.
    pub fn ask(record: &OnRecord, by: Person, at: UtcInstant) -> Result<Self, NotATurn> {
        let film = record.current()?.film;
        if record.plan.open_doubts().next().is_some() {
            return Err(NotReviewed::DoubtsOpen.into());
        }
        Ok(Self::Asked { by, at, film })
    }

    /// Gives a film that was asked about back to whoever drew it.
    pub fn send_back(asked: Option<&Self>, record: &OnRecord, by: Person, at: UtcInstant, reason: Reason) -> Result<Self, NotATurn> {
        let film = record.current()?.film;
        if !matches!(asked, Some(asked @ Self::Asked { .. }) if asked.stands(record)) {
            return Err(NotATurn::NotAsked);
        }
        if record.is_worked_on_by(&by) {
            return Err(NotReviewed::OwnWork.into());
        }
        Ok(Self::SentBack { by, at, film, reason })
    }

    /// Whether it is still about what is there. Asked is over with the plan's next change; sent back lasts until
    /// another film is made.
    pub fn stands(&self, record: &OnRecord) -> bool {
        match self {
            Self::Asked { film, .. } => record.current().is_ok_and(|current| current.film == *film),
            Self::SentBack { film, .. } => record.rendered.as_ref().is_some_and(|rendered| rendered.film == *film),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{
        actor::{Actor, UserId},
        redaction::{
            Plan,
            doubt::{Doubt, DoubtReason},
            pixel::{FrameIndex, FrameSpan},
            plan::{ClipFacts, Mode},
            reviewed::Rendered,
        },
    };

    fn person(number: u128) -> Person {
        Person::of(&Actor::Staff { id: UserId(uuid::Uuid::from_u128(number)), name: String::new() }).unwrap()
    }

    fn at() -> UtcInstant {
        UtcInstant::from_unix_seconds(1)
    }

    fn film_of(plan: &Plan, film: &[u8]) -> Rendered {
        Rendered { plan: Sum::of(plan.to_json().as_bytes()), film: Sum::of(film), film_bytes: 4, at: at(), undecoded: 0 }
    }

    fn record() -> OnRecord {
        let clip = ClipFacts { width_px: 64, height_px: 64, frame_ticks: vec![0, 1], source_sha256: None };
        let plan = Plan::empty(clip, Mode::DefaultDeny).unwrap();
        let rendered = Some(film_of(&plan, b"film"));
        OnRecord { plan, saved_by: vec![person(1)], rendered, reviewed: None }
    }

    fn doubted(record: &OnRecord) -> Plan {
        let mut parts = record.plan.parts().clone();
        let frames = FrameSpan::new(FrameIndex(0), FrameIndex(1)).unwrap();
        parts.doubts = vec![Doubt { frames, why: DoubtReason::Crossing, tracks: Vec::new(), resolved: None }];
        Plan::try_from(parts).unwrap()
    }

    #[test]
    fn a_film_is_sent_back_once_it_was_asked_about_by_somebody_with_no_hand_in_it() {
        let mut record = record();
        let why = || Reason::new("A face at 0:07").unwrap();
        assert_eq!(Turn::send_back(None, &record, person(2), at(), why()), Err(NotATurn::NotAsked));
        let asked = Turn::ask(&record, person(1), at()).unwrap();
        assert!(asked.stands(&record));
        let own = Turn::send_back(Some(&asked), &record, person(1), at(), why());
        assert_eq!(own, Err(NotReviewed::OwnWork.into()));
        let sent_back = Turn::send_back(Some(&asked), &record, person(2), at(), why()).unwrap();
        assert_eq!(Turn::send_back(Some(&sent_back), &record, person(2), at(), why()), Err(NotATurn::NotAsked));
        // A changed plan is asked about anew; why it came back is read until there is another film.
        record.plan = doubted(&record);
        assert!(!asked.stands(&record) && sent_back.stands(&record));
        record.rendered = Some(film_of(&record.plan, b"another"));
        assert!(!sent_back.stands(&record));
    }

    #[test]
    fn nobody_is_asked_about_a_film_with_an_open_doubt_or_without_one() {
        let mut record = record();
        record.plan = doubted(&record);
        assert_eq!(Turn::ask(&record, person(1), at()), Err(NotReviewed::NotRendered.into()));
        record.rendered = Some(film_of(&record.plan, b"film"));
        assert_eq!(Turn::ask(&record, person(1), at()), Err(NotReviewed::DoubtsOpen.into()));
    }
}
