//! A redaction that two people and a check stand behind: the only one that goes to whoever it shows.
//!
//! ```text
//! plan ──rendered and checked──► Rendered ──another person's word──► ReviewedRedaction
//! ```
//!
//! Bound to the very plan and the very film by their SHA-256: after a change of either, the word no longer
//! counts. Refuses the word of anybody whose hand is in the plan, and a plan with an open doubt. Next:
//! `jobs::case::release` asks for it.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{mask::Approval, plan::Plan};
use crate::domain::{instant::UtcInstant, retention::consent::Person};

/// SHA-256 of something's bytes; written in hexadecimal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Sum(pub [u8; 32]);

impl From<Sum> for String {
    fn from(sum: Sum) -> Self {
        sum.to_hex()
    }
}

impl TryFrom<String> for Sum {
    type Error = hex::FromHexError;
    fn try_from(text: String) -> Result<Self, hex::FromHexError> {
        let mut sum = [0; 32];
        hex::decode_to_slice(text, &mut sum)?;
        Ok(Self(sum))
    }
}

impl Sum {
    pub fn of(bytes: &[u8]) -> Self {
        Self(Sha256::digest(bytes).into())
    }

    pub fn to_hex(self) -> String {
        hex::encode(self.0)
    }
}

/// A film that was rendered, decoded again, and found to keep its plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rendered {
    pub plan: Sum,
    pub film: Sum,
    pub film_bytes: u64,
    pub at: UtcInstant,
    /// Frames of which nothing could be decoded: hidden whole.
    pub undecoded: u32,
}

/// A redaction as it is on record.
#[derive(Clone, Debug)]
pub struct OnRecord {
    pub plan: Plan,
    /// Everybody who ever saved the plan, besides those whose drawing is in it.
    pub saved_by: Vec<Person>,
    pub rendered: Option<Rendered>,
    pub reviewed: Option<Review>,
}

/// Another person's word on one film of one plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Review {
    pub approval: Approval,
    pub plan: Sum,
    pub film: Sum,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotReviewed {
    #[error("the redaction has not been rendered since its plan was last changed")]
    NotRendered,
    #[error("the plan has doubts that nobody has settled")]
    DoubtsOpen,
    #[error("whoever worked on a redaction cannot be its second person")]
    OwnWork,
    #[error("nobody else has looked at this film yet")]
    NoSecondPerson,
}

impl OnRecord {
    /// The film, if it is of the plan as it stands.
    pub fn current(&self) -> Result<&Rendered, NotReviewed> {
        let plan = Sum::of(self.plan.to_json().as_bytes());
        self.rendered.as_ref().filter(|rendered| rendered.plan == plan).ok_or(NotReviewed::NotRendered)
    }

    /// A second person's word, bound to the film that they saw.
    pub fn review(&self, by: Person, at: UtcInstant) -> Result<Review, NotReviewed> {
        let rendered = self.current()?;
        if self.plan.open_doubts().next().is_some() {
            return Err(NotReviewed::DoubtsOpen);
        }
        if self.is_worked_on_by(&by) {
            return Err(NotReviewed::OwnWork);
        }
        Ok(Review { approval: Approval { by, at }, plan: rendered.plan, film: rendered.film })
    }

    /// Whether `person` had a hand in the plan, and so can't be its second person.
    pub fn is_worked_on_by(&self, person: &Person) -> bool {
        self.plan.people().into_iter().chain(&self.saved_by).any(|worked| worked.may_be(person))
    }
}

/// What may be exported to a data subject. Made nowhere but here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReviewedRedaction {
    rendered: Rendered,
    reviewed_by: Person,
}

impl ReviewedRedaction {
    pub fn of(record: &OnRecord) -> Result<Self, NotReviewed> {
        let rendered = record.current()?;
        if record.plan.open_doubts().next().is_some() {
            return Err(NotReviewed::DoubtsOpen);
        }
        let review = record.reviewed.as_ref().ok_or(NotReviewed::NoSecondPerson)?;
        if (review.plan, review.film) != (rendered.plan, rendered.film) {
            return Err(NotReviewed::NoSecondPerson);
        }
        if record.is_worked_on_by(&review.approval.by) {
            return Err(NotReviewed::OwnWork);
        }
        Ok(Self { rendered: rendered.clone(), reviewed_by: review.approval.by.clone() })
    }

    /// Whether `film` is the file that was looked at.
    pub fn is_of(&self, film: &[u8]) -> bool {
        Sum::of(film) == self.rendered.film
    }

    pub const fn rendered(&self) -> &Rendered {
        &self.rendered
    }

    pub const fn reviewed_by(&self) -> &Person {
        &self.reviewed_by
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{
        actor::{Actor, UserId},
        redaction::{
            doubt::{Doubt, DoubtReason},
            mask::StaticReveal,
            pixel::{FrameIndex, FrameSpan, PixelBox},
            plan::{ClipFacts, Mode},
        },
    };

    fn person(number: u128) -> Person {
        Person::of(&Actor::Staff { id: UserId(uuid::Uuid::from_u128(number)), name: String::new() }).unwrap()
    }

    fn at() -> UtcInstant {
        UtcInstant::from_unix_seconds(1)
    }

    /// Drawn by 1, saved by 2, rendered.
    fn record() -> OnRecord {
        let clip = ClipFacts { width_px: 64, height_px: 64, frame_ticks: vec![0, 1], source_sha256: None };
        let mut parts = Plan::empty(clip, Mode::DefaultDeny).unwrap().parts().clone();
        parts.reveals = vec![StaticReveal { area: PixelBox::new(0, 0, 32, 32).unwrap(), by: person(1), drawn_at: at() }];
        let plan = Plan::try_from(parts).unwrap();
        let rendered = Rendered { plan: Sum::of(plan.to_json().as_bytes()), film: Sum::of(b"film"), film_bytes: 4, at: at(), undecoded: 0 };
        OnRecord { plan, saved_by: vec![person(2)], rendered: Some(rendered), reviewed: None }
    }

    #[test]
    fn nothing_is_reviewed_without_another_persons_word_on_this_very_film() {
        let mut record = record();
        assert_eq!(ReviewedRedaction::of(&record), Err(NotReviewed::NoSecondPerson));
        for own in [1, 2] {
            assert_eq!(record.review(person(own), at()), Err(NotReviewed::OwnWork));
        }
        record.reviewed = Some(record.review(person(3), at()).unwrap());
        let reviewed = ReviewedRedaction::of(&record).unwrap();
        assert!(reviewed.is_of(b"film") && !reviewed.is_of(b"another film"));
        assert_eq!(reviewed.reviewed_by(), &person(3));
        // A film made anew is another film.
        let mut anew = record.clone();
        anew.rendered.as_mut().unwrap().film = Sum::of(b"another film");
        assert_eq!(ReviewedRedaction::of(&anew), Err(NotReviewed::NoSecondPerson));
        // Whoever takes a hand in it afterwards is no second person any more.
        let mut joined = record.clone();
        joined.saved_by.push(person(3));
        assert_eq!(ReviewedRedaction::of(&joined), Err(NotReviewed::OwnWork));
        // A changed plan has no film yet.
        let mut parts = record.plan.parts().clone();
        parts.reveals.clear();
        record.plan = Plan::try_from(parts).unwrap();
        assert_eq!(ReviewedRedaction::of(&record), Err(NotReviewed::NotRendered));
    }

    #[test]
    fn an_open_doubt_stands_in_the_way() {
        let mut record = record();
        let mut parts = record.plan.parts().clone();
        let frames = FrameSpan::new(FrameIndex(0), FrameIndex(1)).unwrap();
        parts.doubts = vec![Doubt { frames, why: DoubtReason::Crossing, tracks: Vec::new(), resolved: None }];
        record.plan = Plan::try_from(parts).unwrap();
        record.rendered.as_mut().unwrap().plan = Sum::of(record.plan.to_json().as_bytes());
        assert_eq!(record.review(person(3), at()), Err(NotReviewed::DoubtsOpen));
        assert_eq!(ReviewedRedaction::of(&record), Err(NotReviewed::DoubtsOpen));
    }
}
