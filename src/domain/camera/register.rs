//! The register of cameras: what each is for, what it sees, and which papers stand behind it.
//!
//! Pure. What nobody has written down is said to be missing rather than left blank (UK GDPR Articles 30 and
//! 35; Surveillance Camera Code, principles 1, 2 and 5). Next: `http::api::camera_register`.

/// What the configuration says of a camera beside place and purpose; None where it says nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OnRecord {
    /// What the picture shows, and what it must not.
    pub field_of_view: Option<String>,
    /// Which sign tells people, and where it hangs.
    pub sign: Option<String>,
    /// What the camera itself blackens.
    pub privacy_mask: Option<String>,
    /// Reference of the data protection impact assessment.
    pub dpia: Option<String>,
    /// Who answers for the camera.
    pub contact: Option<String>,
}

impl OnRecord {
    /// What is missing, in the register's order; empty when all is there.
    pub fn missing(&self) -> Vec<&'static str> {
        let entries = [
            (&self.field_of_view, "No field of view on record"),
            (&self.sign, "No sign on record"),
            (&self.privacy_mask, "No privacy mask on record"),
            (&self.dpia, "No impact assessment on record"),
            (&self.contact, "No contact on record"),
        ];
        entries.into_iter().filter(|(entry, _)| entry.is_none()).map(|(_, sentence)| sentence).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_nobody_wrote_down_is_named() {
        let half = OnRecord { sign: Some("S1 at the gate".into()), dpia: Some("DPIA-4".into()), ..OnRecord::default() };
        assert_eq!(half.missing(), ["No field of view on record", "No privacy mask on record", "No contact on record"]);
        assert_eq!(OnRecord::default().missing().len(), 5);
    }
}
