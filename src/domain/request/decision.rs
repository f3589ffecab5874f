//! What is decided on a request, on which ground, and what a release rests on.
//!
//! Footage goes only to the person in it, to somebody who uses it for a purpose the camera has, or
//! under legal compulsion, and the decision names which. The constructor is the only way to one:
//! refuses a release of what isn't footage, a release to the media, a release to a person without a
//! word on the others in the picture, and one to the police without a form. Next: `state` takes it.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::{balancing::Balancing, kind::RequestKind};
use crate::domain::actor::Reason;

/// What to do, with all that such a doing must say.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "verdict", rename_all = "snake_case", deny_unknown_fields)]
pub enum Verdict {
    Release {
        extent: Extent,
        basis: UseBasis,
        others: Others,
    },
    Refuse {
        ground: RefusalGround,
    },
    NothingHeld {
        why: Absence,
    },
    /// Asked for something else than footage, and given: the letter is the answer.
    Grant,
}

#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "given", rename_all = "snake_case", deny_unknown_fields)]
pub enum Extent {
    Whole,
    Part { withheld: RefusalGround },
}

/// What a release rests on.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "rests_on", rename_all = "snake_case", deny_unknown_fields)]
pub enum UseBasis {
    /// One of the purposes that the camera has, in the configuration's words.
    CameraPurpose { purpose: Reason },
    /// It goes to the person it shows.
    PersonInIt,
    /// The order or enactment.
    LegalCompulsion { instrument: Reason },
}

/// Other people in the picture.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "weighed", rename_all = "snake_case", deny_unknown_fields)]
pub enum Others {
    /// Nobody but the requester is in it.
    Nobody,
    Balanced(Balancing),
    /// Paragraph 16 is about subject access: a third party is given what the ground covers.
    NotSubjectAccess,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RefusalGround {
    /// Schedule 2 paragraph 2, as far as it would likely prejudice.
    Crime,
    /// Schedule 2 paragraph 5.
    LegalProceedings,
    /// Schedule 2 paragraph 16.
    ThirdPartyRights,
    /// Schedule 2 paragraph 19.
    LegalPrivilege,
    /// UK GDPR Article 12(5).
    ManifestlyUnfounded,
    Excessive,
    /// Nobody who asked would use it for a purpose the camera has.
    NotAPurpose,
    /// What is asked isn't necessary or proportionate, or names no incident or person.
    NotNecessary,
    /// Who asks, or their authority, was not shown.
    IdentityNotShown,
    /// The right asked for doesn't apply (UK GDPR Articles 17(3), 18, 21(1)), or the complaint isn't upheld.
    NotUpheld,
}

#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "absence", rename_all = "snake_case", deny_unknown_fields)]
pub enum Absence {
    NeverRecorded,
    /// Its retention period was over before the request came.
    Expired {
        on: Date,
    },
}

/// The same without its words: what the state keeps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    ReleaseWhole,
    ReleasePart,
    Refuse,
    NothingHeld,
    Grant,
}

/// Whether a police form is on record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FormOnRecord {
    Complete,
    Lacking,
}

/// A decision that may stand: a key to the answer.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct Decision {
    #[serde(flatten)]
    verdict: Verdict,
    words: Reason,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotDecidable {
    #[error("the media is always refused")]
    Media,
    #[error("no footage goes out on a request of this kind")]
    NotForFootage,
    #[error("this kind of request is answered with footage, or refused")]
    NotGranted,
    #[error("a copy for the person in it rests on nothing else")]
    PersonInIt,
    #[error("a release to somebody else names a purpose of the camera, or what compels it")]
    BasisMissing,
    #[error("an order or enactment must be followed: name it")]
    Compelled,
    #[error("what was weighed about the other people in the picture is not on record")]
    BalancingMissing,
    #[error("the police form is not complete")]
    FormMissing,
}

impl Decision {
    pub fn new(kind: RequestKind, form: FormOnRecord, verdict: Verdict, words: Reason) -> Result<Self, NotDecidable> {
        match &verdict {
            Verdict::Release { basis, others, .. } => {
                if kind == RequestKind::Media {
                    return Err(NotDecidable::Media);
                }
                if !kind.is_for_footage() {
                    return Err(NotDecidable::NotForFootage);
                }
                if kind == RequestKind::Police && form == FormOnRecord::Lacking {
                    return Err(NotDecidable::FormMissing);
                }
                match (kind.is_for_third_party(), kind.is_compelled(), basis) {
                    (false, _, UseBasis::PersonInIt) | (true, true, UseBasis::LegalCompulsion { .. }) => {}
                    (false, ..) => return Err(NotDecidable::PersonInIt),
                    (true, true, _) => return Err(NotDecidable::Compelled),
                    (true, false, UseBasis::CameraPurpose { .. } | UseBasis::LegalCompulsion { .. }) => {}
                    (true, false, UseBasis::PersonInIt) => return Err(NotDecidable::BasisMissing),
                }
                match (kind.is_for_third_party(), others) {
                    (true, _) | (false, Others::Nobody | Others::Balanced(_)) => {}
                    (false, Others::NotSubjectAccess) => return Err(NotDecidable::BalancingMissing),
                }
            }
            Verdict::Grant if kind == RequestKind::Media => return Err(NotDecidable::Media),
            Verdict::Grant if kind.is_for_footage() => return Err(NotDecidable::NotGranted),
            Verdict::NothingHeld { .. } if kind == RequestKind::Media => return Err(NotDecidable::Media),
            Verdict::Grant | Verdict::Refuse { .. } | Verdict::NothingHeld { .. } => {}
        }
        Ok(Self { verdict, words })
    }

    pub const fn verdict(&self) -> &Verdict {
        &self.verdict
    }

    pub const fn words(&self) -> &Reason {
        &self.words
    }

    pub const fn outcome(&self) -> Outcome {
        match &self.verdict {
            Verdict::Release { extent: Extent::Whole, .. } => Outcome::ReleaseWhole,
            Verdict::Release { extent: Extent::Part { .. }, .. } => Outcome::ReleasePart,
            Verdict::Refuse { .. } => Outcome::Refuse,
            Verdict::NothingHeld { .. } => Outcome::NothingHeld,
            Verdict::Grant => Outcome::Grant,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words() -> Reason {
        Reason::new("Looked at it").unwrap()
    }

    fn release(basis: UseBasis, others: Others) -> Verdict {
        Verdict::Release { extent: Extent::Whole, basis, others }
    }

    fn decide(kind: RequestKind, form: FormOnRecord, verdict: Verdict) -> Result<Outcome, NotDecidable> {
        Decision::new(kind, form, verdict, words()).map(|decision| decision.outcome())
    }

    #[test]
    fn footage_goes_out_only_on_a_basis_that_fits_the_asker() {
        let purpose = || UseBasis::CameraPurpose { purpose: Reason::new("preventing crime").unwrap() };
        let order = || UseBasis::LegalCompulsion { instrument: Reason::new("production order 12").unwrap() };
        use FormOnRecord::{Complete, Lacking};
        use RequestKind::{Complaint, CourtOrder, Police, PoliceUrgent, SubjectAccess};
        for (kind, form, basis, others, expected) in [
            (SubjectAccess, Lacking, UseBasis::PersonInIt, Others::Nobody, Ok(Outcome::ReleaseWhole)),
            (SubjectAccess, Lacking, UseBasis::PersonInIt, Others::NotSubjectAccess, Err(NotDecidable::BalancingMissing)),
            (SubjectAccess, Lacking, purpose(), Others::Nobody, Err(NotDecidable::PersonInIt)),
            (Police, Lacking, purpose(), Others::NotSubjectAccess, Err(NotDecidable::FormMissing)),
            (Police, Complete, purpose(), Others::NotSubjectAccess, Ok(Outcome::ReleaseWhole)),
            (Police, Complete, UseBasis::PersonInIt, Others::NotSubjectAccess, Err(NotDecidable::BasisMissing)),
            (PoliceUrgent, Lacking, purpose(), Others::NotSubjectAccess, Ok(Outcome::ReleaseWhole)),
            (CourtOrder, Lacking, purpose(), Others::NotSubjectAccess, Err(NotDecidable::Compelled)),
            (CourtOrder, Lacking, order(), Others::NotSubjectAccess, Ok(Outcome::ReleaseWhole)),
            (Complaint, Lacking, purpose(), Others::Nobody, Err(NotDecidable::NotForFootage)),
        ] {
            assert_eq!(decide(kind, form, release(basis, others)), expected, "{kind:?} {form:?}");
        }
    }

    #[test]
    fn the_media_is_refused_whatever_else_is_tried() {
        let refuse = Verdict::Refuse { ground: RefusalGround::NotAPurpose };
        assert_eq!(decide(RequestKind::Media, FormOnRecord::Complete, refuse), Ok(Outcome::Refuse));
        for verdict in [
            release(UseBasis::PersonInIt, Others::Nobody),
            release(UseBasis::LegalCompulsion { instrument: words() }, Others::NotSubjectAccess),
            Verdict::Grant,
            Verdict::NothingHeld { why: Absence::NeverRecorded },
        ] {
            assert_eq!(decide(RequestKind::Media, FormOnRecord::Complete, verdict), Err(NotDecidable::Media));
        }
    }
}
