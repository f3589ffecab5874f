//! How a request stands, as its requester reads it: what is happening, what comes next, what is asked
//! of them.
//!
//! Says nothing of what was decided before it is approved and has gone out. Next: `jobs::case::follow`.

use super::{
    decision::{Absence, Extent, RefusalGround, Verdict},
    state::State,
};

/// What the requester can do about it now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asks {
    Nothing,
    /// Show who they are, by papers or in words.
    Identity,
    /// Show that they may act for somebody else.
    Authority,
    Fee,
    /// Answer a question.
    Answer,
}

/// Where it stands, in plain words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    pub title: &'static str,
    pub now: &'static str,
    pub next: &'static str,
    pub asks: Asks,
}

const fn waiting(title: &'static str, now: &'static str, next: &'static str) -> Progress {
    Progress { title, now, next, asks: Asks::Nothing }
}

/// What a requester is told of a state.
pub const fn progress(state: &State) -> Progress {
    match state {
        State::Received => waiting(
            "We have your request",
            "We check that it is complete and whom it is from.",
            "Then we look for the footage. If we need to know more, we ask you here.",
        ),
        State::IdentityPending => Progress {
            title: "We need to know who you are",
            now: "We don’t give footage of you to anybody else, so we have asked for proof.",
            next: "Your time starts when it has reached us. Papers are deleted once they were looked at.",
            asks: Asks::Identity,
        },
        State::AuthorityPending => Progress {
            title: "We need to know that you may act for them",
            now: "You ask for somebody else, so we have asked for their written permission or other proof.",
            next: "Your time starts when it has reached us. Papers are deleted once they were looked at.",
            asks: Asks::Authority,
        },
        State::FeePending => Progress {
            title: "A fee is due",
            now: "We have told you how much, why, and how to pay.",
            next: "Your time starts when it has reached us.",
            asks: Asks::Fee,
        },
        State::Searching => waiting(
            "We are looking for the footage",
            "Somebody looks through the cameras and times you named.",
            "If we find you, we decide what you can have. If not, we tell you what we looked through.",
        ),
        State::ClarificationPending { .. } => Progress {
            title: "We have a question for you",
            now: "We can’t go on without your answer.",
            next: "Your time stands still until you answer, and goes on then.",
            asks: Asks::Answer,
        },
        State::NotHeld { .. } | State::Reviewing { .. } => waiting(
            "We are deciding",
            "We have looked, and decide what you can have.",
            "A second person checks the decision before it goes out.",
        ),
        State::Redacting { .. } | State::Checking { .. } | State::Ready { .. } => waiting(
            "We are making your copy ready",
            "Other people are hidden in your copy, and a second person looks at all of it.",
            "When it is ready we tell you how to get it.",
        ),
        State::Released => waiting(
            "Your copy is ready",
            "You can have all that you asked for.",
            "We send you a link, and tell you a code for it in another way: by phone or by letter.",
        ),
        State::PartlyReleased => waiting(
            "A part of your copy is ready",
            "You can have a part of what you asked for.",
            "We send you a link, and tell you a code for it in another way: by phone or by letter.",
        ),
        State::Refused => waiting("We could not give you this", "We have decided not to give you the footage.", "Our letter says why."),
        State::Closed => {
            waiting("Your request is closed", "We have answered it, or had no answer from you.", "You can ask again at any time.")
        }
        State::Withdrawn => waiting("You have withdrawn your request", "Nothing more happens.", "You can ask again at any time."),
    }
}

/// Why something was refused, as the requester reads it.
pub const fn ground_in_words(ground: RefusalGround) -> &'static str {
    match ground {
        RefusalGround::Crime => {
            "Giving it to you now would get in the way of preventing or investigating a crime (Data Protection Act 2018, Schedule 2, paragraph 2)."
        }
        RefusalGround::LegalProceedings => {
            "It is needed for legal proceedings or advice (Data Protection Act 2018, Schedule 2, paragraph 5)."
        }
        RefusalGround::ThirdPartyRights => {
            "It shows other people, whose rights weigh more here, and they can’t be hidden (Data Protection Act 2018, Schedule 2, paragraph 16)."
        }
        RefusalGround::LegalPrivilege => "It is protected by legal privilege (Data Protection Act 2018, Schedule 2, paragraph 19).",
        RefusalGround::ManifestlyUnfounded => "We find the request manifestly unfounded (UK GDPR, Article 12(5)).",
        RefusalGround::Excessive => "We find the request excessive (UK GDPR, Article 12(5)).",
        RefusalGround::NotAPurpose => "It would not be used for a purpose that the cameras are there for.",
        RefusalGround::NotNecessary => "What was asked for is not necessary or proportionate, or names no incident.",
        RefusalGround::IdentityNotShown => "We could not be sure who you are, or that you may act for somebody else.",
        RefusalGround::NotUpheld => "We have looked into it and don’t agree.",
    }
}

/// What came of a request, in words, once it has gone out: None before.
pub fn outcome_in_words(state: &State, verdict: &Verdict) -> Option<String> {
    match (state, verdict) {
        (State::Refused | State::Closed, Verdict::Refuse { ground }) => Some(ground_in_words(*ground).to_owned()),
        (State::PartlyReleased | State::Closed, Verdict::Release { extent: Extent::Part { withheld }, .. }) => {
            Some(["We keep a part of it back. ", ground_in_words(*withheld)].concat())
        }
        (State::Closed, Verdict::NothingHeld { why: Absence::NeverRecorded }) => Some("There was no recording of it.".to_owned()),
        (State::Closed, Verdict::NothingHeld { why: Absence::Expired { on } }) => {
            let day = on.strftime("%-d %B %Y");
            Some(format!("It was deleted on {day}, at the end of the time we keep footage, before you asked."))
        }
        (State::Closed, Verdict::Grant) => Some("We have done what you asked; our letter says how.".to_owned()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::request::state::AskedDuring;

    #[test]
    fn what_was_decided_is_told_only_once_it_has_gone_out() {
        let refusal = Verdict::Refuse { ground: RefusalGround::ThirdPartyRights };
        for state in [
            State::Received,
            State::Searching,
            State::Reviewing { answer: None },
            State::NotHeld { answer: None },
            State::ClarificationPending { during: AskedDuring::Searching },
            State::Withdrawn,
        ] {
            assert_eq!(outcome_in_words(&state, &refusal), None, "{}", state.name());
            assert_eq!(outcome_in_words(&state, &Verdict::NothingHeld { why: Absence::NeverRecorded }), None);
        }
        assert!(outcome_in_words(&State::Refused, &refusal).is_some_and(|words| words.contains("paragraph 16")));
    }

    #[test]
    fn who_is_asked_for_something_is_told_what_and_nobody_else_is() {
        assert_eq!(progress(&State::IdentityPending).asks, Asks::Identity);
        assert_eq!(progress(&State::ClarificationPending { during: AskedDuring::Reviewing }).asks, Asks::Answer);
        for state in [State::Received, State::Searching, State::Released, State::Refused, State::Closed, State::Withdrawn] {
            assert_eq!(progress(&state).asks, Asks::Nothing, "{}", state.name());
        }
    }
}
