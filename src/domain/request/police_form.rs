//! What a police request says (DPA 2018 Schedule 2 paragraph 2), field by field of the form that forces
//! use.
//!
//! Refuses a form that leaves out a field which the decision rests on; all that are missing are named
//! at once. No incident or person that can be told: no disclosure. Next: `decision`.

use serde::{Deserialize, Serialize};

/// Personal data of the officer and of those concerned.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[derive(Default)]
pub struct PoliceForm {
    pub force: String,
    pub officer_name: String,
    pub officer_rank: String,
    /// Collar or warrant number.
    pub officer_number: String,
    pub email: String,
    pub phone: String,
    /// Crime, occurrence or log reference.
    pub crime_reference: String,
    /// The offence, or that naming it would prejudice the purpose.
    pub offence: String,
    pub description: String,
    pub subject: String,
    /// Prevention or detection, apprehension or prosecution, tax.
    pub purpose: String,
    /// Why it is necessary and proportionate, and not to be had otherwise.
    pub necessity: String,
    /// That it is needed for the force's public task.
    pub public_task: String,
    /// Why the person must not be told; empty if they may.
    pub prejudice: String,
    pub needed_by: String,
    pub delivery: String,
    pub declaration: String,
    pub authoriser_name: String,
    /// Inspector or above, or as the force's policy says.
    pub authoriser_rank: String,
}

const TEXT_CHARACTERS_MAX: usize = 1000;

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotAForm {
    #[error("the form lacks {}", .0.join(", "))]
    Missing(Vec<&'static str>),
    #[error("a field of the form is longer than {TEXT_CHARACTERS_MAX} characters")]
    Long,
}

impl PoliceForm {
    /// Whether it says all that a decision needs.
    pub fn check(&self) -> Result<(), NotAForm> {
        if self.fields().iter().any(|(_, text, _)| text.chars().count() > TEXT_CHARACTERS_MAX) {
            return Err(NotAForm::Long);
        }
        let missing: Vec<_> = self
            .fields()
            .into_iter()
            .filter(|(_, text, needed)| *needed == Needed::Always && text.trim().is_empty())
            .map(|(name, ..)| name)
            .collect();
        if missing.is_empty() { Ok(()) } else { Err(NotAForm::Missing(missing)) }
    }

    fn fields(&self) -> [(&'static str, &str, Needed); 19] {
        use Needed::{Always, IfKnown};
        [
            ("force", &self.force, Always),
            ("officer_name", &self.officer_name, Always),
            ("officer_rank", &self.officer_rank, Always),
            ("officer_number", &self.officer_number, Always),
            ("email", &self.email, Always),
            ("phone", &self.phone, IfKnown),
            ("crime_reference", &self.crime_reference, Always),
            ("offence", &self.offence, Always),
            ("description", &self.description, Always),
            ("subject", &self.subject, IfKnown),
            ("purpose", &self.purpose, Always),
            ("necessity", &self.necessity, Always),
            ("public_task", &self.public_task, Always),
            ("prejudice", &self.prejudice, IfKnown),
            ("needed_by", &self.needed_by, IfKnown),
            ("delivery", &self.delivery, Always),
            ("declaration", &self.declaration, Always),
            ("authoriser_name", &self.authoriser_name, Always),
            ("authoriser_rank", &self.authoriser_rank, Always),
        ]
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Needed {
    Always,
    IfKnown,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_that_a_form_lacks_is_named_at_once() {
        let Err(NotAForm::Missing(missing)) = PoliceForm::default().check() else { panic!("an empty form passed") };
        assert_eq!((missing.len(), missing.contains(&"authoriser_rank"), missing.contains(&"prejudice")), (15, true, false));
        let long = PoliceForm { offence: "x".repeat(1001), ..PoliceForm::default() };
        assert_eq!(long.check(), Err(NotAForm::Long));
    }
}
