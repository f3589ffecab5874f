//! How far a request has come. One transition function; what it refuses can't happen.
//!
//! ```text
//! received ⇄ identity | authority | fee pending
//!    │ begin
//! searching ⇄ clarification pending ──no reply──► closed
//!    ├─nothing found─► not held ──decided, letter, approved──────────────► closed
//!    └─found─► reviewing ─┬─refusal decided, letter, approved─► refused ─► closed
//!                ⇅        ├─granted, letter, approved────────────────────► closed
//!         clarification   └─release decided─► redacting ─┐
//!            pending            │        ▲  └─prepared─► checking ─passed by another─► ready
//!                               └────────┴──────failed──────┘                           │ approved by another
//!                                              closed ◄─ released | partly released ◄───┘
//!                                                        (handed over: stays as it is)
//! withdrawn ◄─ from everywhere before an answer went out; then ─► closed
//! ```
//!
//! A state carries who did what, since nobody approves their own work: whoever prepared a copy doesn't
//! pass it, whoever decided or prepared doesn't approve. Refuses a release without a passed check and
//! approval, and a refusal without a letter and approval. Next: `jobs::case` writes it down.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{
    decision::{Decision, Outcome},
    handover::Handover,
    identity_check::IdentityCheck,
    kind::RequestKind,
    search_record::SearchRecord,
};
use crate::domain::retention::consent::Person;

/// Who moves it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum By {
    Staff(Person),
    /// Whoever asked, by reference and code.
    Applicant,
}

/// Hex SHA-256 of a letter as it went out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct LetterDigest(String);

impl TryFrom<String> for LetterDigest {
    type Error = NotADigest;

    fn try_from(text: String) -> Result<Self, NotADigest> {
        let is_hex = |letter: u8| matches!(letter, b'0'..=b'9' | b'a'..=b'f');
        if text.len() == 64 && text.bytes().all(is_hex) { Ok(Self(text)) } else { Err(NotADigest) }
    }
}

impl From<LetterDigest> for String {
    fn from(digest: LetterDigest) -> Self {
        digest.0
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a letter is named by its SHA-256: 64 letters and digits of lower-case hexadecimal")]
pub struct NotADigest;

/// A decision, and how far it has come.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    outcome: Outcome,
    decided_by: Person,
    letter: Option<LetterDigest>,
    approved_by: Option<Person>,
}

impl Answer {
    pub const fn outcome(&self) -> Outcome {
        self.outcome
    }

    pub const fn is_approved(&self) -> bool {
        self.approved_by.is_some()
    }

    pub const fn decided_by(&self) -> &Person {
        &self.decided_by
    }

    pub const fn approved_by(&self) -> Option<&Person> {
        self.approved_by.as_ref()
    }

    const fn is_release(&self) -> bool {
        matches!(self.outcome, Outcome::ReleaseWhole | Outcome::ReleasePart)
    }
}

/// What the copy shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CopyContent {
    /// Others are made unrecognisable.
    Redacted,
    /// Whoever prepared it states that only the requester is in it; whoever checks it looks.
    OnlyRequester,
    /// As recorded, for a third party with a ground of its own.
    Original,
}

/// A copy of a kind that may go to such a requester: a key to the check.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Copied(CopyContent);

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotACopy {
    #[error("the person in the picture gets a redacted copy, or one in which nobody else is")]
    OthersInIt,
    #[error("the police and other third parties get the original")]
    NotOriginal,
}

impl Copied {
    pub const fn new(kind: RequestKind, content: CopyContent) -> Result<Self, NotACopy> {
        match (kind.is_for_third_party(), content) {
            (true, CopyContent::OnlyRequester) => Err(NotACopy::NotOriginal),
            (true, CopyContent::Original | CopyContent::Redacted) | (false, CopyContent::OnlyRequester | CopyContent::Redacted) => {
                Ok(Self(content))
            }
            (false, CopyContent::Original) => Err(NotACopy::OthersInIt),
        }
    }

    pub const fn content(self) -> CopyContent {
        self.0
    }
}

/// A copy, and by whom it was made ready.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Prepared {
    content: CopyContent,
    by: Person,
}

impl Prepared {
    pub const fn content(&self) -> CopyContent {
        self.content
    }

    pub const fn by(&self) -> &Person {
        &self.by
    }
}

/// Where a clarification leads back to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AskedDuring {
    Searching,
    Reviewing,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum State {
    Received,
    IdentityPending,
    AuthorityPending,
    FeePending,
    Searching,
    ClarificationPending { during: AskedDuring },
    NotHeld { answer: Option<Answer> },
    Reviewing { answer: Option<Answer> },
    Redacting { answer: Answer },
    Checking { answer: Answer, prepared: Prepared },
    Ready { answer: Answer, prepared: Prepared, checked_by: Person },
    Released,
    PartlyReleased,
    Refused,
    Closed,
    Withdrawn,
}

/// What somebody does to a request.
#[derive(Clone)]
pub enum Event {
    AskIdentity,
    AskAuthority,
    AskFee,
    /// Identity, authority or fee: what was pending has come.
    Supplied,
    Begin(IdentityCheck),
    AskClarification,
    Clarified,
    /// Nobody answered the question in time.
    NoReply,
    Found(SearchRecord),
    NothingFound(SearchRecord),
    Decide(Decision),
    WriteLetter(LetterDigest),
    /// Another person agrees to what was decided.
    Approve,
    /// It goes back, to be decided anew.
    SendBack,
    /// Others have to be made unrecognisable first.
    BeginRedaction,
    Prepare(Copied),
    /// Another person has looked at the copy, all of it.
    Pass,
    Fail,
    /// What was released goes out on a medium; more than one may be needed.
    HandOver(Handover),
    /// Two months more, with a notice that says why (UK GDPR Article 12A(3)).
    Extend,
    Release,
    Close,
    Withdraw,
}

impl fmt::Debug for Event {
    /// Its name: what it carries can name a person.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl Event {
    /// As stored, and as part of the JSON contract.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::AskIdentity => "ask_identity",
            Self::AskAuthority => "ask_authority",
            Self::AskFee => "ask_fee",
            Self::Supplied => "supplied",
            Self::Begin(_) => "begin",
            Self::AskClarification => "ask_clarification",
            Self::Clarified => "clarified",
            Self::NoReply => "no_reply",
            Self::Found(_) => "found",
            Self::NothingFound(_) => "nothing_found",
            Self::Decide(_) => "decide",
            Self::WriteLetter(_) => "write_letter",
            Self::Approve => "approve",
            Self::SendBack => "send_back",
            Self::BeginRedaction => "begin_redaction",
            Self::Prepare(_) => "prepare",
            Self::Pass => "pass",
            Self::Fail => "fail",
            Self::HandOver(_) => "hand_over",
            Self::Extend => "extend",
            Self::Release => "release",
            Self::Close => "close",
            Self::Withdraw => "withdraw",
        }
    }
}

/// Why an event changed nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Illegal {
    #[error("this can't be done while the request is {state}")]
    NotNow { state: &'static str },
    #[error("nobody approves their own work: another person must do this")]
    OwnWork,
    #[error("the letter has not been written")]
    NoLetter,
    #[error("another person has not approved it yet")]
    NotApproved,
    #[error("nothing has been decided yet")]
    NothingDecided,
    #[error("what was decided is no release")]
    NotARelease,
    #[error("only a member of staff can do this")]
    StaffOnly,
}

impl State {
    /// Where it stands after `event` by somebody. An error leaves it as it was.
    pub fn after(&self, event: &Event, by: &By) -> Result<Self, Illegal> {
        let by = match (by, event) {
            (By::Staff(person), _) => person,
            (By::Applicant, Event::Supplied | Event::Clarified | Event::Withdraw) => return self.after_plain(event),
            (By::Applicant, _) => return Err(Illegal::StaffOnly),
        };
        match (self, event) {
            (Self::Reviewing { .. }, Event::Decide(decision)) => Ok(Self::Reviewing { answer: Some(decided(decision, by)) }),
            (Self::NotHeld { .. }, Event::Decide(decision)) if decision.outcome() == Outcome::NothingHeld => {
                Ok(Self::NotHeld { answer: Some(decided(decision, by)) })
            }
            (Self::Reviewing { answer }, Event::WriteLetter(letter)) => {
                Ok(Self::Reviewing { answer: Some(written(answer.as_ref(), letter)?) })
            }
            (Self::NotHeld { answer }, Event::WriteLetter(letter)) => Ok(Self::NotHeld { answer: Some(written(answer.as_ref(), letter)?) }),
            (Self::NotHeld { answer }, Event::Approve) => Ok(Self::NotHeld { answer: Some(approved(answer.as_ref(), by)?) }),
            (Self::Reviewing { answer }, Event::Approve) => {
                let answer = approved(answer.as_ref(), by)?;
                Ok(if answer.outcome == Outcome::Refuse { Self::Refused } else { Self::Reviewing { answer: Some(answer) } })
            }
            (Self::Reviewing { answer }, Event::BeginRedaction) => Ok(Self::Redacting { answer: releasing(answer.as_ref())? }),
            (Self::Reviewing { answer }, Event::Prepare(copied)) => {
                Ok(Self::Checking { answer: releasing(answer.as_ref())?, prepared: Prepared { content: copied.0, by: by.clone() } })
            }
            (Self::Redacting { answer }, Event::Prepare(copied)) => {
                Ok(Self::Checking { answer: answer.clone(), prepared: Prepared { content: copied.0, by: by.clone() } })
            }
            (Self::Checking { answer, prepared }, Event::Pass) => {
                if prepared.by.may_be(by) {
                    return Err(Illegal::OwnWork);
                }
                Ok(Self::Ready { answer: answer.clone(), prepared: prepared.clone(), checked_by: by.clone() })
            }
            (Self::Checking { answer, .. }, Event::Fail) => Ok(Self::Redacting { answer: answer.clone() }),
            (Self::Ready { answer, prepared, checked_by }, Event::Approve) => {
                if answer.decided_by.may_be(by) || prepared.by.may_be(by) {
                    return Err(Illegal::OwnWork);
                }
                let answer = Answer { approved_by: Some(by.clone()), ..answer.clone() };
                Ok(Self::Ready { answer, prepared: prepared.clone(), checked_by: checked_by.clone() })
            }
            (Self::Ready { .. } | Self::NotHeld { .. } | Self::Reviewing { .. }, Event::SendBack) => Ok(Self::Reviewing { answer: None }),
            (Self::Ready { answer, .. }, Event::Release) => match (answer.is_approved(), answer.outcome) {
                (false, _) => Err(Illegal::NotApproved),
                (true, Outcome::ReleaseWhole) => Ok(Self::Released),
                (true, Outcome::ReleasePart) => Ok(Self::PartlyReleased),
                (true, Outcome::Refuse | Outcome::NothingHeld | Outcome::Grant) => Err(Illegal::NotARelease),
            },
            (Self::Reviewing { answer } | Self::NotHeld { answer }, Event::Close) => match answer {
                None => Err(Illegal::NothingDecided),
                Some(answer) if matches!(answer.outcome, Outcome::Grant | Outcome::NothingHeld) => {
                    if answer.is_approved() {
                        Ok(Self::Closed)
                    } else {
                        Err(Illegal::NotApproved)
                    }
                }
                Some(_) => Err(self.not_now()),
            },
            _ => self.after_plain(event),
        }
    }

    /// The transitions that depend on nobody's name.
    fn after_plain(&self, event: &Event) -> Result<Self, Illegal> {
        use AskedDuring::{Reviewing, Searching};
        match (self, event) {
            (Self::Received, Event::AskIdentity) => Ok(Self::IdentityPending),
            (Self::Received, Event::AskAuthority) => Ok(Self::AuthorityPending),
            (Self::Received, Event::AskFee) => Ok(Self::FeePending),
            (Self::IdentityPending | Self::AuthorityPending | Self::FeePending, Event::Supplied) => Ok(Self::Received),
            (Self::Received, Event::Begin(_)) => Ok(Self::Searching),
            (Self::Searching, Event::AskClarification) => Ok(Self::ClarificationPending { during: Searching }),
            (Self::Reviewing { answer: None }, Event::AskClarification) => Ok(Self::ClarificationPending { during: Reviewing }),
            (Self::ClarificationPending { during: Searching }, Event::Clarified) => Ok(Self::Searching),
            (Self::ClarificationPending { during: Reviewing }, Event::Clarified) => Ok(Self::Reviewing { answer: None }),
            (Self::ClarificationPending { .. }, Event::NoReply) => Ok(Self::Closed),
            (Self::Searching, Event::Found(_)) => Ok(Self::Reviewing { answer: None }),
            (Self::Searching, Event::NothingFound(_)) => Ok(Self::NotHeld { answer: None }),
            (Self::Released | Self::PartlyReleased | Self::Refused | Self::Withdrawn, Event::Close) => Ok(Self::Closed),
            (Self::Released | Self::PartlyReleased, Event::HandOver(_)) => Ok(self.clone()),
            (state, Event::Withdraw | Event::Extend) if state.is_answered() => Err(self.not_now()),
            (_, Event::Withdraw) => Ok(Self::Withdrawn),
            (_, Event::Extend) => Ok(self.clone()),
            _ => Err(self.not_now()),
        }
    }

    const fn not_now(&self) -> Illegal {
        Illegal::NotNow { state: self.title() }
    }

    /// Whether an answer has gone out, or none is wanted any more: no clock runs.
    pub const fn is_answered(&self) -> bool {
        matches!(self, Self::Released | Self::PartlyReleased | Self::Refused | Self::Closed | Self::Withdrawn)
    }

    /// Only then may what it holds be let go.
    pub const fn is_closed(&self) -> bool {
        matches!(self, Self::Closed)
    }

    /// What was decided, where that is still open to change.
    pub const fn answer(&self) -> Option<&Answer> {
        match self {
            Self::NotHeld { answer } | Self::Reviewing { answer } => answer.as_ref(),
            Self::Redacting { answer } | Self::Checking { answer, .. } | Self::Ready { answer, .. } => Some(answer),
            _ => None,
        }
    }

    /// As stored, and as part of the JSON contract.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Received => "received",
            Self::IdentityPending => "identity_pending",
            Self::AuthorityPending => "authority_pending",
            Self::FeePending => "fee_pending",
            Self::Searching => "searching",
            Self::ClarificationPending { .. } => "clarification_pending",
            Self::NotHeld { .. } => "not_held",
            Self::Reviewing { .. } => "reviewing",
            Self::Redacting { .. } => "redacting",
            Self::Checking { .. } => "checking",
            Self::Ready { .. } => "ready",
            Self::Released => "released",
            Self::PartlyReleased => "partly_released",
            Self::Refused => "refused",
            Self::Closed => "closed",
            Self::Withdrawn => "withdrawn",
        }
    }

    /// As a person would say it.
    pub const fn title(&self) -> &'static str {
        match self {
            Self::Received => "received",
            Self::IdentityPending => "waiting for proof of identity",
            Self::AuthorityPending => "waiting for written authority",
            Self::FeePending => "waiting for the fee",
            Self::Searching => "being searched for",
            Self::ClarificationPending { .. } => "waiting for an answer from the requester",
            Self::NotHeld { .. } => "found not to be held",
            Self::Reviewing { .. } => "under review",
            Self::Redacting { .. } => "being redacted",
            Self::Checking { .. } => "being checked by a second person",
            Self::Ready { .. } => "ready",
            Self::Released => "released",
            Self::PartlyReleased => "released in part",
            Self::Refused => "refused",
            Self::Closed => "closed",
            Self::Withdrawn => "withdrawn",
        }
    }
}

fn decided(decision: &Decision, by: &Person) -> Answer {
    Answer { outcome: decision.outcome(), decided_by: by.clone(), letter: None, approved_by: None }
}

/// A letter that is written anew has to be approved anew.
fn written(answer: Option<&Answer>, letter: &LetterDigest) -> Result<Answer, Illegal> {
    let answer = answer.ok_or(Illegal::NothingDecided)?;
    Ok(Answer { letter: Some(letter.clone()), approved_by: None, ..answer.clone() })
}

/// An answer by letter, agreed to by somebody other than who decided.
fn approved(answer: Option<&Answer>, by: &Person) -> Result<Answer, Illegal> {
    let answer = answer.ok_or(Illegal::NothingDecided)?;
    match (answer.is_release(), &answer.letter) {
        // A release is approved once the copy is there and has been checked.
        (true, _) => Err(Illegal::NotNow { state: "under review" }),
        (false, None) => Err(Illegal::NoLetter),
        (false, Some(_)) if answer.decided_by.may_be(by) => Err(Illegal::OwnWork),
        (false, Some(_)) => Ok(Answer { approved_by: Some(by.clone()), ..answer.clone() }),
    }
}

fn releasing(answer: Option<&Answer>) -> Result<Answer, Illegal> {
    let answer = answer.ok_or(Illegal::NothingDecided)?;
    if answer.is_release() { Ok(answer.clone()) } else { Err(Illegal::NotARelease) }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;
    use crate::domain::{
        actor::Reason,
        camera::CameraId,
        instant::UtcInstant,
        request::{
            decision::{Absence, Extent, FormOnRecord, Others, RefusalGround, UseBasis, Verdict},
            search_record::{Searched, Window},
        },
    };

    fn person(number: u8) -> Person {
        Person::from_stored(&format!("staff:{number}")).unwrap()
    }

    fn staff(number: u8) -> By {
        By::Staff(person(number))
    }

    fn words() -> Reason {
        Reason::new("As a test").unwrap()
    }

    fn search() -> SearchRecord {
        let window = Window { from: UtcInstant::from_unix_seconds(0), to: UtcInstant::from_unix_seconds(60) };
        Searched { cameras: vec![CameraId::new("gate").unwrap()], windows: vec![window], method: words() }.try_into().unwrap()
    }

    fn letter() -> LetterDigest {
        LetterDigest::try_from("0f".repeat(32)).unwrap()
    }

    fn decision(verdict: Verdict) -> Event {
        let kind = if matches!(verdict, Verdict::Grant) { RequestKind::Objection } else { RequestKind::SubjectAccess };
        Event::Decide(Decision::new(kind, FormOnRecord::Lacking, verdict, words()).unwrap())
    }

    fn release() -> Event {
        decision(Verdict::Release { extent: Extent::Whole, basis: UseBasis::PersonInIt, others: Others::Nobody })
    }

    fn refusal() -> Event {
        decision(Verdict::Refuse { ground: RefusalGround::ThirdPartyRights })
    }

    fn handed_over() -> Event {
        Event::HandOver(Handover { medium: words(), to: words() })
    }

    fn only_requester() -> Event {
        Event::Prepare(Copied::new(RequestKind::SubjectAccess, CopyContent::OnlyRequester).unwrap())
    }

    fn walk(steps: &[(Event, u8)]) -> Result<State, (usize, Illegal)> {
        let mut state = State::Received;
        for (at, (event, who)) in steps.iter().enumerate() {
            state = state.after(event, &staff(*who)).map_err(|illegal| (at, illegal))?;
        }
        Ok(state)
    }

    fn to_review() -> Vec<(Event, u8)> {
        vec![(Event::Begin(IdentityCheck::KnownTenant), 1), (Event::Found(search()), 1)]
    }

    #[test]
    fn a_copy_goes_out_after_a_check_and_an_approval_by_others() {
        let mut steps = to_review();
        steps.extend([(release(), 1), (only_requester(), 1), (Event::Pass, 2), (Event::Approve, 3), (Event::Release, 1)]);
        assert_eq!(walk(&steps), Ok(State::Released));
        for (at, who, why) in [(4, 1, Illegal::OwnWork), (5, 1, Illegal::OwnWork)] {
            let mut own = steps.clone();
            own[at].1 = who;
            assert_eq!(walk(&own), Err((at, why)));
        }
        // Nor does whoever decided approve what another prepared.
        let mut decided_and_approved = steps.clone();
        (decided_and_approved[3].1, decided_and_approved[5].1) = (4, 1);
        assert_eq!(walk(&decided_and_approved), Err((5, Illegal::OwnWork)));
        steps.remove(5);
        assert_eq!(walk(&steps), Err((5, Illegal::NotApproved)));
        steps.remove(4);
        assert!(matches!(walk(&steps), Err((4, Illegal::NotNow { .. }))));
    }

    #[test]
    fn a_refusal_goes_out_with_a_letter_and_an_approval_by_another() {
        let refused = |more: &[(Event, u8)]| walk(&[to_review(), more.to_vec()].concat());
        let written = (Event::WriteLetter(letter()), 1);
        assert_eq!(refused(&[(refusal(), 1), written.clone(), (Event::Approve, 2)]), Ok(State::Refused));
        assert_eq!(refused(&[(refusal(), 1), (Event::Approve, 2)]), Err((3, Illegal::NoLetter)));
        assert_eq!(refused(&[(refusal(), 1), written.clone(), (Event::Approve, 1)]), Err((4, Illegal::OwnWork)));
        assert_eq!(refused(std::slice::from_ref(&written)), Err((2, Illegal::NothingDecided)));
        assert_eq!(refused(&[(refusal(), 1), (only_requester(), 1)]), Err((3, Illegal::NotARelease)));
        let grant = decision(Verdict::Grant);
        assert_eq!(refused(&[(grant, 1), written, (Event::Approve, 2), (Event::Close, 1)]), Ok(State::Closed));
    }

    #[test]
    fn a_question_leads_back_to_where_it_was_asked() {
        for (ask_after, back) in [(1, State::Searching), (2, State::Reviewing { answer: None })] {
            let mut steps: Vec<_> = to_review().into_iter().take(ask_after).collect();
            steps.push((Event::AskClarification, 1));
            let asked = walk(&steps).unwrap();
            assert_eq!(asked.after(&Event::Clarified, &By::Applicant), Ok(back));
            assert_eq!(asked.after(&Event::NoReply, &By::Applicant), Err(Illegal::StaffOnly));
        }
    }

    #[test]
    fn others_in_the_picture_bar_the_original_from_a_tenant() {
        assert_eq!(Copied::new(RequestKind::SubjectAccess, CopyContent::Original), Err(NotACopy::OthersInIt));
        assert!(Copied::new(RequestKind::Police, CopyContent::Original).is_ok());
    }

    /// Every event; what leads on more often than what ends.
    fn events() -> Vec<Event> {
        vec![
            Event::AskIdentity,
            Event::Supplied,
            Event::Begin(IdentityCheck::KnownTenant),
            Event::AskClarification,
            Event::Clarified,
            Event::Found(search()),
            Event::NothingFound(search()),
            release(),
            refusal(),
            decision(Verdict::Grant),
            decision(Verdict::NothingHeld { why: Absence::NeverRecorded }),
            Event::WriteLetter(letter()),
            Event::BeginRedaction,
            only_requester(),
            Event::Pass,
            Event::Fail,
            Event::Approve,
            Event::SendBack,
            Event::Extend,
            Event::Release,
            handed_over(),
            Event::Close,
        ]
    }

    /// An independent reading of the rules: what has been done since the last decision, by name only.
    #[derive(Default)]
    struct Seen {
        decided: Option<(u8, &'static str)>,
        letter: bool,
        prepared: Option<u8>,
        passed: bool,
        approved: bool,
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]

        /// Whatever is done by whom in whatever order: no release without a check and an approval by
        /// others, no refusal without letter and approval, and what is closed stays so.
        #[test]
        fn nothing_goes_out_on_one_persons_word(choices in prop::collection::vec(any::<prop::sample::Index>(), 0..60)) {
            let (mut state, mut seen) = (State::Received, Seen::default());
            for choice in choices {
                let before = state.clone();
                // Only what is allowed is drawn from, or hardly any walk would come to its end.
                let every = events().into_iter().flat_map(|event| (0u8..3).map(move |who| (event.clone(), who)));
                let allowed: Vec<_> = every.filter(|(event, who)| state.after(event, &staff(*who)).is_ok()).collect();
                let Some((event, who)) = allowed.get(choice.index(allowed.len().max(1))).cloned() else { break };
                state = state.after(&event, &staff(who)).unwrap();
                match &event {
                    Event::Decide(decision) => seen = Seen { decided: Some((who, match decision.outcome() {
                        Outcome::ReleaseWhole | Outcome::ReleasePart => "release",
                        Outcome::Refuse => "refuse",
                        Outcome::NothingHeld | Outcome::Grant => "letter",
                    })), ..Seen::default() },
                    Event::WriteLetter(_) => (seen.letter, seen.approved) = (true, false),
                    Event::Prepare(_) => (seen.prepared, seen.passed, seen.approved) = (Some(who), false, false),
                    Event::Pass => {
                        prop_assert!(seen.prepared.is_some_and(|other| other != who), "passed one's own copy");
                        seen.passed = true;
                    }
                    Event::Approve => {
                        prop_assert!(seen.decided.is_some_and(|(other, _)| other != who), "approved one's own decision");
                        prop_assert!(seen.prepared != Some(who), "approved one's own copy");
                        seen.approved = true;
                    }
                    Event::SendBack => seen = Seen::default(),
                    _ => {}
                }
                match &state {
                    State::Released | State::PartlyReleased if !before.is_answered() => {
                        prop_assert!(seen.passed && seen.approved && seen.decided.is_some_and(|(_, what)| what == "release"));
                    }
                    _ if matches!(event, Event::HandOver(_)) => {
                        prop_assert!(before == state && matches!(state, State::Released | State::PartlyReleased), "handed over unreleased");
                    }
                    State::Refused if !before.is_answered() => {
                        prop_assert!(seen.letter && seen.approved && seen.decided.is_some_and(|(_, what)| what == "refuse"));
                    }
                    _ => {}
                }
                prop_assert!(!before.is_closed(), "something happened to a closed request");
            }
        }
    }

    #[test]
    fn every_state_can_be_reached_and_reads_back() {
        let mut reached = BTreeSet::new();
        let mut open = vec![State::Received];
        while let Some(state) = open.pop() {
            if !reached.insert(serde_json::to_string(&state).unwrap()) {
                continue;
            }
            assert_eq!(serde_json::from_str::<State>(&serde_json::to_string(&state).unwrap()).unwrap(), state);
            let part = decision(Verdict::Release {
                extent: Extent::Part { withheld: RefusalGround::ThirdPartyRights },
                basis: UseBasis::PersonInIt,
                others: Others::Nobody,
            });
            for event in [
                Event::AskIdentity,
                Event::AskAuthority,
                Event::AskFee,
                Event::Supplied,
                Event::Begin(IdentityCheck::KnownTenant),
                Event::AskClarification,
                Event::Clarified,
                Event::Found(search()),
                Event::NothingFound(search()),
                release(),
                part,
                refusal(),
                Event::WriteLetter(letter()),
                Event::BeginRedaction,
                only_requester(),
                Event::Pass,
                Event::Approve,
                Event::Release,
                Event::Close,
                Event::Withdraw,
            ] {
                open.extend((1..4).filter_map(|who| state.after(&event, &staff(who)).ok()));
            }
        }
        let names: BTreeSet<String> = reached
            .iter()
            .map(|text| serde_json::from_str::<serde_json::Value>(text).unwrap()["state"].as_str().unwrap().to_owned())
            .collect();
        assert_eq!(names.len(), 16, "{names:?}");
    }
}
