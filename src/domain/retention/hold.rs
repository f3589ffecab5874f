//! A legal hold: footage of some cameras over some time stays, whatever its retention period says.
//!
//! An interval, past or future or open-ended, checked by overlap whenever something would expire; so
//! it covers what is not yet recorded. A restriction (UK GDPR Article 18) is the same with one more
//! effect: the footage may not be looked at or exported either, but for a legal claim.
//!
//! ```text
//! in force ──one person──► awaiting second ──another──► releasing ──72 h──► released
//!     ▲───────withdrawn──────────┴────────────────────────┘
//! ```
//!
//! A review date that has passed alarms; it never releases. Refuses a hold without cameras, end
//! before start, or a review further off than 90 days. Next: `expiry` asks it, `jobs::hold` keeps it.

use std::fmt;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::consent::{Consent, NotConsent, Person};
use crate::domain::{
    actor::Reason,
    camera::CameraId,
    instant::{BackwardInterval, Interval, UtcInstant},
};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct HoldId(pub Uuid);

impl fmt::Display for HoldId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HoldKind {
    /// Kept.
    Hold,
    /// Kept, and not to be looked at but for a legal claim (UK GDPR Article 18(2)).
    Restriction,
}

impl HoldKind {
    pub const fn name(self) -> &'static str {
        match self {
            Self::Hold => "hold",
            Self::Restriction => "restriction",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Hold, Self::Restriction].into_iter().find(|kind| kind.name() == name)
    }
}

/// From an instant on, up to another or without an end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HeldSpan {
    from: UtcInstant,
    to: Option<UtcInstant>,
}

impl HeldSpan {
    pub fn new(from: UtcInstant, to: Option<UtcInstant>) -> Result<Self, BackwardInterval> {
        Interval::new(from, to.unwrap_or(UtcInstant::FAR_FUTURE)).map(|_| Self { from, to })
    }

    pub const fn from(&self) -> UtcInstant {
        self.from
    }

    /// None when open-ended.
    pub const fn to(&self) -> Option<UtcInstant> {
        self.to
    }

    /// Both ends count as touched: in doubt a segment is kept.
    pub fn touches(&self, recorded: &Interval) -> bool {
        self.from <= recorded.to() && self.to.is_none_or(|to| to >= recorded.from())
    }
}

/// A review may be at most this far off.
pub const REVIEW_WITHIN_DAYS: i64 = 90;
/// Between the second person's word and the release.
pub const RELEASE_COOLING_SECONDS: i64 = 72 * 3600;

/// What is held is read whole this often.
pub const CHECK_EVERY_SECONDS: i64 = 24 * 3600;

/// How a hold stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HoldState {
    InForce,
    AwaitingSecond { first: Person, at: UtcInstant },
    Releasing { first: Person, second: Person, until: UtcInstant },
    Released { at: UtcInstant },
}

/// What somebody, or time, does to a hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HoldEvent {
    /// Asks for the release, or agrees to it.
    Release(Person),
    /// Takes a release back that has not happened yet.
    Withdraw,
    TimePasses,
}

/// Why an event changed nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HoldRefused {
    #[error("the second person must be another than the one who asked for the release")]
    SamePerson,
    #[error("two people have agreed to the release already; it takes effect at {until}")]
    Releasing { until: UtcInstant },
    #[error("the hold was released at {at}")]
    Released { at: UtcInstant },
    #[error("nobody has asked for a release")]
    NothingToWithdraw,
}

impl HoldState {
    /// Whether a check made at `at` tells what is let go: two people had agreed by then.
    pub fn is_checked_for_release(&self, at: UtcInstant) -> bool {
        match self {
            Self::Releasing { until, .. } => at >= until.plus_seconds(-RELEASE_COOLING_SECONDS),
            Self::InForce | Self::AwaitingSecond { .. } | Self::Released { .. } => true,
        }
    }

    /// Where it stands after `event` at `now`. An error leaves it as it was.
    pub fn after(&self, event: HoldEvent, now: UtcInstant) -> Result<Self, HoldRefused> {
        match (self, event) {
            (Self::InForce, HoldEvent::Release(first)) => Ok(Self::AwaitingSecond { first, at: now }),
            (Self::AwaitingSecond { first, at }, HoldEvent::Release(second)) => {
                match (Consent::Asked { first: first.clone(), at: *at }).grant(second, now, RELEASE_COOLING_SECONDS) {
                    Ok(Consent::Granted { first, second, effective }) => Ok(Self::Releasing { first, second, until: effective }),
                    Ok(Consent::Asked { .. }) | Err(NotConsent::AlreadyGranted | NotConsent::SamePerson) => Err(HoldRefused::SamePerson),
                }
            }
            (Self::Releasing { until, .. }, HoldEvent::Release(_)) => Err(HoldRefused::Releasing { until: *until }),
            (Self::AwaitingSecond { .. } | Self::Releasing { .. }, HoldEvent::Withdraw) => Ok(Self::InForce),
            (Self::InForce, HoldEvent::Withdraw) => Err(HoldRefused::NothingToWithdraw),
            (Self::Releasing { until, .. }, HoldEvent::TimePasses) if *until <= now => Ok(Self::Released { at: *until }),
            (Self::InForce | Self::AwaitingSecond { .. } | Self::Releasing { .. }, HoldEvent::TimePasses) => Ok(self.clone()),
            (Self::Released { at }, HoldEvent::Release(_) | HoldEvent::Withdraw) => Err(HoldRefused::Released { at: *at }),
            (Self::Released { .. }, HoldEvent::TimePasses) => Ok(self.clone()),
        }
    }

    /// Whether footage is kept by it. Only a release that has taken effect lets go.
    pub const fn keeps(&self) -> bool {
        !matches!(self, Self::Released { .. })
    }

    /// As stored, and as part of the JSON contract.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::InForce => "in_force",
            Self::AwaitingSecond { .. } => "awaiting_second",
            Self::Releasing { .. } => "releasing",
            Self::Released { .. } => "released",
        }
    }
}

impl fmt::Display for HoldState {
    /// As the command line's contract says it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::InForce => f.write_str("in force"),
            Self::AwaitingSecond { .. } => f.write_str("awaiting second person"),
            Self::Releasing { until, .. } => write!(f, "releasing at {until}"),
            Self::Released { .. } => f.write_str("released"),
        }
    }
}

/// Who placed a hold: a person, or the box itself when a request came in by its own door. Such a one
/// has no word in a release.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PlacedBy {
    Person(Person),
    Receipt,
}

impl PlacedBy {
    const RECEIPT: &'static str = "job:receive";

    pub fn as_str(&self) -> &str {
        match self {
            Self::Person(person) => person.as_str(),
            Self::Receipt => Self::RECEIPT,
        }
    }

    /// From the form it is stored in.
    pub fn from_stored(text: &str) -> Option<Self> {
        if text == Self::RECEIPT { Some(Self::Receipt) } else { Person::from_stored(text).map(Self::Person) }
    }
}

impl From<Person> for PlacedBy {
    fn from(person: Person) -> Self {
        Self::Person(person)
    }
}

/// A hold as asked for.
#[derive(Clone, Debug)]
pub struct HoldAsked {
    pub kind: HoldKind,
    pub cameras: Vec<CameraId>,
    pub span: HeldSpan,
    pub reason: Reason,
    /// The provider's own numbering; may name a person, so it is personal data.
    pub case_reference: String,
    /// Who wants it kept: an officer, a tenant, a court.
    pub requester: String,
    pub review_by: UtcInstant,
}

/// A hold in the books.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hold {
    pub id: HoldId,
    pub kind: HoldKind,
    /// Sorted, each once, at least one.
    pub cameras: Vec<CameraId>,
    pub span: HeldSpan,
    pub reason: Reason,
    pub case_reference: String,
    pub requester: String,
    pub review_by: UtcInstant,
    pub placed: UtcInstant,
    pub placed_by: PlacedBy,
    pub state: HoldState,
}

/// Why a hold can't be placed like this.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotAHold {
    #[error("a hold needs at least one camera")]
    NoCamera,
    #[error("the case reference needs 1 to 60 characters on one line")]
    CaseReference,
    #[error("the requester needs 1 to 120 characters on one line")]
    Requester,
    #[error("the review date must lie ahead, at most {REVIEW_WITHIN_DAYS} days")]
    ReviewDate,
}

fn is_line(text: &str, characters_max: usize) -> bool {
    (1..=characters_max).contains(&text.chars().count()) && !text.chars().any(char::is_control)
}

impl Hold {
    pub fn place(id: HoldId, asked: HoldAsked, by: impl Into<PlacedBy>, now: UtcInstant) -> Result<Self, NotAHold> {
        let HoldAsked { kind, mut cameras, span, reason, case_reference, requester, review_by } = asked;
        cameras.sort();
        cameras.dedup();
        let (case_reference, requester) = (case_reference.trim().to_owned(), requester.trim().to_owned());
        if cameras.is_empty() {
            return Err(NotAHold::NoCamera);
        }
        if !is_line(&case_reference, 60) {
            return Err(NotAHold::CaseReference);
        }
        if !is_line(&requester, 120) {
            return Err(NotAHold::Requester);
        }
        if review_by <= now || review_by > now.plus_seconds(REVIEW_WITHIN_DAYS * 86_400) {
            return Err(NotAHold::ReviewDate);
        }
        Ok(Self {
            id,
            kind,
            cameras,
            span,
            reason,
            case_reference,
            requester,
            review_by,
            placed: now,
            placed_by: by.into(),
            state: HoldState::InForce,
        })
    }

    /// Whether it keeps this stretch of this camera.
    pub fn keeps(&self, camera: &CameraId, recorded: &Interval) -> bool {
        self.state.keeps() && self.span.touches(recorded) && self.cameras.binary_search(camera).is_ok()
    }

    /// Whether what it keeps is to be read again: never yet, a day ago, or not since two people agreed
    /// to let it go.
    pub fn is_check_due(&self, last: Option<UtcInstant>, now: UtcInstant) -> bool {
        let Some(last) = last else { return self.state.keeps() };
        self.state.keeps() && (last.plus_seconds(CHECK_EVERY_SECONDS) <= now || !self.state.is_checked_for_release(last))
    }

    /// Whether somebody should have looked at it again by now.
    pub fn is_review_overdue(&self, now: UtcInstant) -> bool {
        self.state.keeps() && self.review_by <= now
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn person(number: u8) -> Person {
        Person::from_stored(&format!("staff:{number}")).unwrap()
    }

    fn at(hour: i64) -> UtcInstant {
        UtcInstant::from_unix_seconds(hour * 3600)
    }

    fn asked(review_days: i64) -> HoldAsked {
        HoldAsked {
            kind: HoldKind::Hold,
            cameras: vec![CameraId::new("gate").unwrap(), CameraId::new("car-park").unwrap(), CameraId::new("gate").unwrap()],
            span: HeldSpan::new(at(10), Some(at(11))).unwrap(),
            reason: Reason::new("Burglary reported").unwrap(),
            case_reference: " CR-1 ".into(),
            requester: "PC 123".into(),
            review_by: at(0).plus_seconds(review_days * 86_400),
        }
    }

    #[test]
    fn a_hold_says_who_why_and_until_when_it_is_looked_at_again() {
        let place = |asked| Hold::place(HoldId(Uuid::nil()), asked, person(1), at(0));
        let hold = place(asked(90)).unwrap();
        assert_eq!(hold.cameras.iter().map(CameraId::as_str).collect::<Vec<_>>(), ["car-park", "gate"]);
        assert_eq!(hold.case_reference, "CR-1");
        assert_eq!(place(asked(91)), Err(NotAHold::ReviewDate));
        assert_eq!(place(asked(0)), Err(NotAHold::ReviewDate));
        assert_eq!(place(HoldAsked { requester: "  ".into(), ..asked(9) }), Err(NotAHold::Requester));
        assert_eq!(place(HoldAsked { cameras: vec![], ..asked(9) }), Err(NotAHold::NoCamera));
        assert!(hold.is_review_overdue(at(24 * 90)) && hold.state.keeps(), "a review date alarms and never releases");
    }

    #[test]
    fn what_is_held_is_read_when_placed_daily_and_once_two_people_let_it_go() {
        let mut hold = Hold::place(HoldId(Uuid::nil()), asked(90), person(1), at(0)).unwrap();
        assert!(hold.is_check_due(None, at(0)));
        assert!(!hold.is_check_due(Some(at(1)), at(24)) && hold.is_check_due(Some(at(1)), at(25)));
        hold.state = HoldState::Releasing { first: person(1), second: person(2), until: at(100) };
        assert!(hold.is_check_due(Some(at(27)), at(28)) && !hold.is_check_due(Some(at(28)), at(28)), "agreed at hour 28");
        hold.state = HoldState::Released { at: at(100) };
        assert!(!hold.is_check_due(None, at(200)));
    }

    fn any_event() -> impl Strategy<Value = HoldEvent> {
        prop_oneof![4 => (0u8..3).prop_map(|who| HoldEvent::Release(person(who))), 1 => Just(HoldEvent::Withdraw), 2 => Just(HoldEvent::TimePasses)]
    }

    proptest! {
        /// Whatever is done in whatever order: a hold lets go only 72 hours after two different
        /// people agreed, with no withdrawal in between.
        #[test]
        fn nothing_is_released_by_one_person_or_early(events in prop::collection::vec((any_event(), 0i64..50), 0..40)) {
            let (mut state, mut now) = (HoldState::InForce, at(0));
            let mut agreed: Vec<(Person, UtcInstant)> = Vec::new();
            for (event, hours) in events {
                now = now.plus_seconds(hours * 3600);
                let before = state.clone();
                match state.after(event.clone(), now) {
                    Ok(next) => state = next,
                    Err(_) => { prop_assert_eq!(&state, &before); continue; }
                }
                match event {
                    HoldEvent::Release(person) => agreed.push((person, now)),
                    HoldEvent::Withdraw => agreed.clear(),
                    HoldEvent::TimePasses => {}
                }
                if !state.keeps() {
                    prop_assert_eq!(agreed.len(), 2);
                    prop_assert_ne!(&agreed[0].0, &agreed[1].0);
                    prop_assert!(now >= agreed[1].1.plus_seconds(RELEASE_COOLING_SECONDS));
                    break;
                }
            }
        }

        #[test]
        fn what_touches_a_held_span_is_kept_and_what_is_apart_is_not(from in 0i64..100, length in 1i64..50, open: bool, start in 0i64..200, seconds in 1i64..50) {
            let span = HeldSpan::new(at(from), (!open).then(|| at(from + length))).unwrap();
            let recorded = Interval::new(at(start), at(start + seconds)).unwrap();
            let apart = start + seconds < from || (!open && start > from + length);
            prop_assert_eq!(span.touches(&recorded), !apart);
        }
    }
}
