//! The privacy notice (UK GDPR Articles 12 to 14) and the sign beside a camera: written from what the
//! site is configured to do, so that what people read is what the box does.
//!
//! Texts are Fluent messages, one file a language; a message that a language lacks is refused by a
//! test. Facts stay in the language they were configured in. Next: `jobs::notice` keeps the versions.

mod language;

use serde::{Deserialize, Serialize};

pub use self::language::Language;
use self::language::Words;

const DAY_SECONDS: i64 = 86_400;

/// What decides the lawful basis, routing and letters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Controller {
    /// Public task, UK GDPR Article 6(1)(e); bound to the Surveillance Camera Code.
    LocalAuthority,
    /// Legitimate interests, Article 6(1)(f).
    HousingAssociation,
}

/// Everything the notice is written from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Facts {
    pub site: String,
    pub controller: String,
    pub kind: Controller,
    pub contact: String,
    pub phone: String,
    pub post: String,
    pub data_protection_officer: String,
    pub registration: String,
    pub recipients: Vec<String>,
    pub regulator: String,
    pub regulator_contact: String,
    pub cameras: Vec<Camera>,
}

/// A camera as the public is told of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Camera {
    pub id: String,
    pub place: String,
    pub purpose: String,
    pub keep_seconds: i64,
}

impl Camera {
    /// How long its footage is kept, as `31 days`; never shorter than it is.
    pub fn kept(&self, language: Language) -> String {
        let (count, unit) = whole_units(self.keep_seconds);
        Words::of(language).count(unit, count)
    }
}

/// The notice in one language.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Document {
    pub title: String,
    pub sections: Vec<Section>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Section {
    pub heading: String,
    pub paragraphs: Vec<String>,
    pub points: Vec<String>,
}

/// The text of a camera's sign (law, R21): who, why, how to reach them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sign {
    pub heading: String,
    /// Label and text; neither is empty.
    pub lines: Vec<(String, String)>,
}

impl Facts {
    /// The controller's name, or the site's where none is configured.
    pub fn who(&self) -> &str {
        if self.controller.trim().is_empty() { &self.site } else { &self.controller }
    }

    /// How to reach the controller, each way that is configured.
    pub fn ways(&self) -> Vec<&str> {
        [&self.contact, &self.phone, &self.post].into_iter().map(|way| way.trim()).filter(|way| !way.is_empty()).collect()
    }

    /// The law that recording rests on, in a sentence or two.
    pub fn basis(&self, language: Language) -> String {
        let message = match self.kind {
            Controller::LocalAuthority => "basis-public-task",
            Controller::HousingAssociation => "basis-legitimate-interests",
        };
        Words::of(language).say(message, &[("who", self.who())])
    }

    /// Who may be given footage: those that are configured, or the police and the courts.
    pub fn told_recipients(&self, language: Language) -> Vec<String> {
        match self.recipients.as_slice() {
            [] => vec![Words::of(language).say("recipients-default", &[])],
            some => some.to_vec(),
        }
    }

    /// The notice.
    pub fn notice(&self, language: Language) -> Document {
        let words = Words::of(language);
        let say = |message: &str| words.say(message, &[]);
        let section = |key: &str, paragraphs: Vec<String>, points: Vec<String>| Section {
            heading: say(&[key, "-heading"].concat()),
            paragraphs: paragraphs.into_iter().filter(|text| !text.is_empty()).collect(),
            points,
        };
        let (who, ways) = (self.who(), self.ways().join("; "));
        let named = |key: &str, value: &str| if value.trim().is_empty() { String::new() } else { words.say(key, &[("value", value)]) };
        let cameras = self
            .cameras
            .iter()
            .map(|camera| words.say("camera", &[("place", &camera.place), ("purpose", &camera.purpose), ("kept", &camera.kept(language))]));
        let rights = ["right-access", "right-object", "right-restrict", "right-erase"];
        Document {
            title: words.say("title", &[("site", &self.site)]),
            sections: vec![
                section(
                    "who",
                    vec![
                        words.say("who", &[("who", who), ("site", &self.site)]),
                        named("who-officer", &self.data_protection_officer),
                        named("who-ways", &ways),
                        named("who-registration", &self.registration),
                    ],
                    Vec::new(),
                ),
                section("why", vec![say("why"), self.basis(language)], Vec::new()),
                section("cameras", vec![say("cameras")], cameras.collect()),
                section("kept", vec![say("kept"), say("kept-hold")], Vec::new()),
                section("recipients", vec![say("recipients")], self.told_recipients(language)),
                section("rights", vec![say("rights")], rights.into_iter().map(say).collect()),
                section(
                    "complain",
                    vec![
                        words.say("complain", &[("who", who)]),
                        words.say("complain-regulator", &[("regulator", &self.regulator), ("contact", &self.regulator_contact)]),
                    ],
                    Vec::new(),
                ),
                section("portal", vec![say("portal")], Vec::new()),
            ],
        }
    }

    /// The sign for one camera.
    pub fn sign(&self, camera: &Camera, language: Language) -> Sign {
        let words = Words::of(language);
        let say = |message: &str| words.say(message, &[]);
        let ways = self.ways().join("; ");
        let lines = [
            (say("sign-who"), self.who().to_owned()),
            (say("sign-purpose"), camera.purpose.clone()),
            (say("sign-place"), camera.place.clone()),
            (say("sign-kept"), camera.kept(language)),
            (say("sign-contact"), if ways.is_empty() { say("sign-contact-portal") } else { ways }),
        ];
        Sign { heading: say("sign-heading"), lines: lines.into() }
    }
}

/// Whole days where it is that, hours or minutes otherwise; never shorter than it is.
fn whole_units(seconds: i64) -> (i64, &'static str) {
    match seconds {
        seconds if seconds >= DAY_SECONDS => (up(seconds, DAY_SECONDS), "days"),
        seconds if seconds >= 3_600 => (up(seconds, 3_600), "hours"),
        seconds => (up(seconds, 60), "minutes"),
    }
}

fn up(seconds: i64, unit: i64) -> i64 {
    seconds.div_euclid(unit) + i64::from(seconds.rem_euclid(unit) != 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts(kind: Controller) -> Facts {
        let camera = |place: &str, purpose: &str, days| Camera {
            id: place.to_lowercase(),
            place: place.into(),
            purpose: purpose.into(),
            keep_seconds: days * DAY_SECONDS,
        };
        Facts {
            site: "Alder Court".into(),
            controller: "Example Homes".into(),
            kind,
            contact: "dpo@example.org".into(),
            phone: "0300 000 0000".into(),
            post: String::new(),
            data_protection_officer: "D. Officer".into(),
            registration: "ZA000000".into(),
            recipients: vec!["our insurers".into()],
            regulator: "Information Commissioner".into(),
            regulator_contact: "ico.org.uk".into(),
            cameras: vec![camera("Gate", "crime at the gate", 31), camera("Lift", "safety in the lift", 1)],
        }
    }

    fn text(document: &Document) -> String {
        let sections = document.sections.iter();
        sections
            .flat_map(|section| [&section.heading].into_iter().chain(&section.paragraphs).chain(&section.points))
            .cloned()
            .collect::<Vec<_>>()
            .join("\n")
    }

    #[test]
    fn the_notice_says_what_is_configured_in_every_language() {
        for language in Language::ALL {
            let told = text(&facts(Controller::HousingAssociation).notice(language));
            for fact in [
                "Example Homes",
                "dpo@example.org",
                "0300 000 0000",
                "D. Officer",
                "ZA000000",
                "our insurers",
                "ico.org.uk",
                "crime at the gate",
                "31 ",
            ] {
                assert!(told.contains(fact), "{language:?} lacks {fact}:\n{told}");
            }
            assert!(!told.contains('{') && !told.contains("??"), "{language:?}: {told}");
        }
    }

    #[test]
    fn the_lawful_basis_follows_the_kind_of_controller() {
        let council = text(&facts(Controller::LocalAuthority).notice(Language::English));
        assert!(council.contains("6(1)(e)") && council.contains("Surveillance Camera Code") && !council.contains("6(1)(f)"));
        let housing = text(&facts(Controller::HousingAssociation).notice(Language::English));
        assert!(housing.contains("6(1)(f)") && !housing.contains("6(1)(e)"));
    }

    #[test]
    fn a_sign_has_no_empty_line_even_where_little_is_configured() {
        let mut facts = facts(Controller::LocalAuthority);
        (facts.controller, facts.contact, facts.phone) = (" ".into(), String::new(), String::new());
        for language in Language::ALL {
            let sign = facts.sign(&facts.cameras[0], language);
            assert!(sign.lines.iter().all(|(label, text)| !label.trim().is_empty() && !text.trim().is_empty()), "{sign:?}");
            assert!(sign.lines.iter().any(|(_, text)| text == "Alder Court"), "{sign:?}");
        }
    }

    #[test]
    fn a_period_is_never_told_shorter_than_it_is() {
        assert_eq!(whole_units(31 * DAY_SECONDS), (31, "days"));
        assert_eq!(whole_units(DAY_SECONDS + 1), (2, "days"));
        assert_eq!(whole_units(90), (2, "minutes"));
        assert_eq!(whole_units(3_601), (2, "hours"));
    }
}
