//! What is asked for, and which law answers it.
//!
//! The kind decides the clock, the route and the lawful basis, with the organisation's own type.
//! The media is never given footage: no purpose of a camera is news. Next: `decision`.

use serde::{Deserialize, Serialize};

/// Who runs the cameras: decides lawful basis, routing and letters (law paper, trap 1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OrganisationType {
    /// Public task, Surveillance Camera Code, Freedom of Information Act 2000.
    LocalAuthority,
    /// A private registered provider: legitimate interests, and STAIRs instead of freedom of information.
    HousingAssociation,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RequestKind {
    /// UK GDPR Article 15.
    SubjectAccess,
    /// DPA 2018 Schedule 2 paragraph 2: crime; the provider may, and need not.
    Police,
    /// Schedule 2 paragraph 5(2): an order of a court. It must be followed.
    CourtOrder,
    /// Schedule 2 paragraph 5(1): another duty to disclose. It must be followed.
    OtherStatutory,
    /// As `Police`, by word of mouth: the form is chased afterwards.
    PoliceUrgent,
    /// An insurer or solicitor, Schedule 2 paragraph 5(3).
    LegalProceedings,
    /// UK GDPR Article 21.
    Objection,
    /// UK GDPR Article 18.
    Restriction,
    /// UK GDPR Article 17.
    Erasure,
    /// DPA 2018 section 164A.
    Complaint,
    /// Freedom of information of a local authority, STAIRs of a housing association.
    Information,
    Media,
}

/// Which rule says when the answer is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClockRule {
    /// UK GDPR Article 12A: one month, moved and paused as it says.
    ApplicableTimePeriod,
    /// DPA 2018 section 164A: acknowledged within thirty days.
    Acknowledgement,
    /// Freedom of Information Act 2000 section 10: twenty working days.
    TwentyWorkingDays,
    /// No statute sets a time. The provider's own target is the month that everybody else gets.
    OwnTarget,
}

/// Which office's rules it goes by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Route {
    DataProtection,
    Disclosure,
    Complaint,
    FreedomOfInformation,
    /// Social Tenant Access to Information Requirements.
    Stairs,
    Refusal,
}

impl RequestKind {
    pub const ALL: [Self; 12] = [
        Self::SubjectAccess,
        Self::Police,
        Self::CourtOrder,
        Self::OtherStatutory,
        Self::PoliceUrgent,
        Self::LegalProceedings,
        Self::Objection,
        Self::Restriction,
        Self::Erasure,
        Self::Complaint,
        Self::Information,
        Self::Media,
    ];

    /// As stored, and as part of the JSON contract.
    pub const fn name(self) -> &'static str {
        match self {
            Self::SubjectAccess => "subject_access",
            Self::Police => "police",
            Self::CourtOrder => "court_order",
            Self::OtherStatutory => "other_statutory",
            Self::PoliceUrgent => "police_urgent",
            Self::LegalProceedings => "legal_proceedings",
            Self::Objection => "objection",
            Self::Restriction => "restriction",
            Self::Erasure => "erasure",
            Self::Complaint => "complaint",
            Self::Information => "information",
            Self::Media => "media",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    pub const fn route(self, organisation: OrganisationType) -> Route {
        match (self, organisation) {
            (Self::SubjectAccess | Self::Objection | Self::Restriction | Self::Erasure, _) => Route::DataProtection,
            (Self::Police | Self::CourtOrder | Self::OtherStatutory | Self::PoliceUrgent | Self::LegalProceedings, _) => Route::Disclosure,
            (Self::Complaint, _) => Route::Complaint,
            (Self::Information, OrganisationType::LocalAuthority) => Route::FreedomOfInformation,
            (Self::Information, OrganisationType::HousingAssociation) => Route::Stairs,
            (Self::Media, _) => Route::Refusal,
        }
    }

    pub const fn clock(self, organisation: OrganisationType) -> ClockRule {
        match self.route(organisation) {
            Route::DataProtection => ClockRule::ApplicableTimePeriod,
            Route::Complaint => ClockRule::Acknowledgement,
            Route::FreedomOfInformation => ClockRule::TwentyWorkingDays,
            Route::Disclosure | Route::Stairs | Route::Refusal => ClockRule::OwnTarget,
        }
    }

    /// What allows footage to be given out for it, in the words of the register.
    pub const fn lawful_basis(self, organisation: OrganisationType) -> &'static str {
        match (self, organisation) {
            (Self::CourtOrder | Self::OtherStatutory, _) => "legal obligation, UK GDPR Article 6(1)(c)",
            (Self::Police | Self::PoliceUrgent, OrganisationType::LocalAuthority) => "public task, UK GDPR Article 6(1)(e)",
            (Self::Police | Self::PoliceUrgent, OrganisationType::HousingAssociation) => {
                "recognised legitimate interest, UK GDPR Article 6(1)(ea)"
            }
            (Self::LegalProceedings, OrganisationType::LocalAuthority) => "public task, UK GDPR Article 6(1)(e)",
            (Self::LegalProceedings, OrganisationType::HousingAssociation) => "legitimate interests, UK GDPR Article 6(1)(f)",
            _ => "the person's own right, UK GDPR Chapter III",
        }
    }

    /// Whether footage may go out for it at all; everything else is answered by a letter.
    pub const fn is_for_footage(self) -> bool {
        matches!(self, Self::SubjectAccess) || self.is_for_third_party()
    }

    /// Whether somebody other than the person in the picture gets it.
    pub const fn is_for_third_party(self) -> bool {
        matches!(self, Self::Police | Self::CourtOrder | Self::OtherStatutory | Self::PoliceUrgent | Self::LegalProceedings)
    }

    pub const fn is_compelled(self) -> bool {
        matches!(self, Self::CourtOrder | Self::OtherStatutory)
    }

    pub const fn needs_police_form(self) -> bool {
        matches!(self, Self::Police | Self::PoliceUrgent)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_organisation_decides_the_route() {
        use OrganisationType::{HousingAssociation, LocalAuthority};
        assert_eq!(RequestKind::Information.route(LocalAuthority), Route::FreedomOfInformation);
        assert_eq!(RequestKind::Information.route(HousingAssociation), Route::Stairs);
        assert_ne!(RequestKind::Police.lawful_basis(LocalAuthority), RequestKind::Police.lawful_basis(HousingAssociation));
        for organisation in [LocalAuthority, HousingAssociation] {
            let of_article_12a = RequestKind::ALL.into_iter().filter(|kind| kind.clock(organisation) == ClockRule::ApplicableTimePeriod);
            let expected = [RequestKind::SubjectAccess, RequestKind::Objection, RequestKind::Restriction, RequestKind::Erasure];
            assert!(of_article_12a.eq(expected));
        }
    }

    #[test]
    fn names_lead_back_and_the_media_gets_no_footage() {
        for kind in RequestKind::ALL {
            assert_eq!(RequestKind::from_name(kind.name()), Some(kind));
            assert_eq!(serde_json::to_value(kind).unwrap(), kind.name());
        }
        assert!(!RequestKind::Media.is_for_footage());
    }
}
