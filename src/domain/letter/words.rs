//! Words that several letters share: days and places, grounds, and where one can complain.

use jiff::{civil::Date, tz::TimeZone};

use super::Known;
use crate::domain::{
    camera::CameraId,
    export::document::Paper,
    instant::UtcInstant,
    notice::{Camera, Facts, Language},
    request::{
        case::{AskedRange, Channel},
        decision::RefusalGround,
        kind::{OrganisationType, RequestKind},
        progress::ground_in_words,
        search_record::Searched,
    },
};

/// `28 November 2026`
pub fn long_day(day: Date) -> String {
    day.strftime("%-d %B %Y").to_string()
}

/// `28 November 2026, 14:05 to 14:10 GMT`, with seconds where there are any, and with both days where they differ.
pub fn between(from: UtcInstant, to: UtcInstant, zone: &TimeZone) -> String {
    let [from, to] = [from, to].map(|at| at.to_timestamp().to_zoned_datetime(zone.clone()));
    let clock = if from.second() == 0 && to.second() == 0 { "%H:%M" } else { "%H:%M:%S" };
    let told = |at: &jiff::ZonedDateTime, form: &[&str]| at.strftime(&form.concat()).to_string();
    let ends = told(&to, &[clock, " %Z"]);
    if from.date() == to.date() && from.offset() == to.offset() {
        return format!("{} to {ends}", told(&from, &["%-d %B %Y, ", clock]));
    }
    format!("{} to {}", told(&from, &["%-d %B %Y, ", clock, " %Z"]), told(&to, &["%-d %B %Y, ", clock, " %Z"]))
}

/// A camera as the public is told of it; one that is in the configuration no more by its id.
fn place(id: &CameraId, facts: &Facts) -> String {
    let known = facts.cameras.iter().find(|camera| camera.id == id.to_string());
    known.map_or_else(|| id.to_string(), |camera| camera.place.clone())
}

pub fn places(cameras: &[CameraId], facts: &Facts) -> String {
    let mut places: Vec<String> = cameras.iter().map(|id| place(id, facts)).collect();
    places.dedup();
    places.join("; ")
}

/// What was asked for, a stretch a point.
pub fn asked(known: &Known<'_>) -> Vec<String> {
    let stretch = |range: &AskedRange| {
        let place = match (range.cameras.as_slice(), range.place.trim()) {
            ([], "") => "all our cameras".to_owned(),
            ([], place) => place.to_owned(),
            (cameras, _) => places(cameras, known.facts),
        };
        format!("{place}: {}", between(range.interval.from(), range.interval.to(), known.zone))
    };
    known.case.asked.iter().map(stretch).collect()
}

/// What was looked through, a point for each time.
pub fn searched(search: &Searched, known: &Known<'_>) -> Vec<String> {
    let places = places(&search.cameras, known.facts);
    search.windows.iter().map(|window| format!("{places}: {}", between(window.from, window.to, known.zone))).collect()
}

/// Cameras that a request is about: those it names, or all.
pub fn cameras<'a>(known: &Known<'a>) -> Vec<&'a Camera> {
    let named = || known.case.asked.iter().flat_map(|range| &range.cameras);
    let all = named().next().is_none();
    known.facts.cameras.iter().filter(|camera| all || named().any(|id| id.to_string() == camera.id)).collect()
}

/// How long footage of these cameras is kept, a point for each.
pub fn kept(known: &Known<'_>) -> Vec<String> {
    let line = |camera: &Camera| format!("{}: {}", camera.place, camera.kept(Language::English));
    let mut lines: Vec<String> = cameras(known).into_iter().map(line).collect();
    lines.dedup();
    lines
}

pub const fn by_channel(channel: Channel) -> &'static str {
    match channel {
        Channel::Portal => "by our web pages",
        Channel::Email => "by email",
        Channel::Phone => "by phone",
        Channel::Post => "by post",
        Channel::InPerson => "in person",
        Channel::SocialMedia => "by social media",
    }
}

/// What somebody has made, from their own side.
pub const fn what(kind: RequestKind) -> &'static str {
    match kind {
        RequestKind::SubjectAccess => "your request for CCTV footage of yourself",
        RequestKind::Objection => "your objection to being recorded",
        RequestKind::Restriction => "your request that we do not use footage of you, or keep it",
        RequestKind::Erasure => "your request that we delete footage of you",
        RequestKind::Complaint => "your complaint",
        RequestKind::Information => "your request for information",
        RequestKind::Police
        | RequestKind::PoliceUrgent
        | RequestKind::CourtOrder
        | RequestKind::OtherStatutory
        | RequestKind::LegalProceedings
        | RequestKind::Media => "your request for CCTV footage",
    }
}

/// How to reach the office, in a sentence.
pub fn reach(known: &Known<'_>) -> String {
    let ways = known.facts.ways();
    let mut said = if ways.is_empty() {
        "You can ask any member of our staff about it.".to_owned()
    } else {
        format!("You can reach us here: {}.", ways.join("; "))
    };
    if !known.facts.data_protection_officer.trim().is_empty() {
        said.push_str(&format!(" Ask for: {}.", known.facts.data_protection_officer.trim()));
    }
    said.push_str(&format!(" Please give the reference {}.", known.case.reference));
    if let Some(portal) = known.portal {
        said.push_str(&format!(" With this reference and the code that you were given you can also see how it stands at {portal}."));
    }
    said
}

pub const fn organisation(facts: &Facts) -> OrganisationType {
    match facts.kind {
        crate::domain::notice::Controller::LocalAuthority => OrganisationType::LocalAuthority,
        crate::domain::notice::Controller::HousingAssociation => OrganisationType::HousingAssociation,
    }
}

/// A ground as its reader needs it: what it is, and what can be done about it.
pub fn ground(ground: RefusalGround) -> [&'static str; 2] {
    let and_then = match ground {
        RefusalGround::Crime => {
            "When that reason is gone you can ask again. We can\u{2019}t say more about it without causing the very harm that we must avoid."
        }
        RefusalGround::LegalProceedings => "The court or your lawyer can ask for it as part of those proceedings.",
        RefusalGround::ThirdPartyRights => {
            "We thought about asking them and about hiding them, and weighed what you need against what they may expect. If you can show that they agree, or can tell us a shorter time at which you were alone, we look again."
        }
        RefusalGround::LegalPrivilege => "Such papers and recordings stay between us and our lawyers.",
        RefusalGround::ManifestlyUnfounded => {
            "That means that, looking at all we know, the request was not made in order to use a right, but for something else. We have written down why. If we have misunderstood it, tell us what you need the footage for."
        }
        RefusalGround::Excessive => {
            "That means that it asks again for what we have answered, or for so much that it is out of proportion. We have written down why. A shorter time or fewer cameras can be asked for at any time."
        }
        RefusalGround::NotAPurpose => {
            "We give footage only to people who are in it, and to others who use it for a purpose that the cameras have, or whom the law obliges us to give it to."
        }
        RefusalGround::NotNecessary => {
            "If you can name the incident, the place and a shorter time, or say why nothing else would do, ask again."
        }
        RefusalGround::IdentityNotShown => "Once you have shown it you can ask again, and we go on from there.",
        RefusalGround::NotUpheld => "We have weighed your reasons against ours, and ours weigh more in this case.",
    };
    [ground_in_words(ground), and_then]
}

/// Where one can complain, by the law that the request goes by.
pub fn complain(paper: &mut Paper, known: &Known<'_>) {
    let facts = known.facts;
    paper.heading("If you are not content");
    let commissioner = format!("Then, or instead, complain to the {}: {}.", facts.regulator, facts.regulator_contact);
    let court =
        "You can also go to court to have your rights enforced (UK GDPR Article 79; Data Protection Act 2018, section 167).".to_owned();
    match (known.case.kind, organisation(facts)) {
        (RequestKind::Information, OrganisationType::LocalAuthority) => paper.points(vec![
            "Ask us to review our answer within 40 working days, in any way you like: another person looks at it.".to_owned(),
            format!(
                "If you are still not content, ask the {} to decide (Freedom of Information Act 2000, section 50): {}.",
                facts.regulator, facts.regulator_contact
            ),
        ]),
        (RequestKind::Information, OrganisationType::HousingAssociation) => paper.points(vec![
            "Ask us to review our answer, in any way you like: another person looks at it.".to_owned(),
            "If you are still not content, you can complain to the Housing Ombudsman.".to_owned(),
        ]),
        (RequestKind::Complaint, _) => paper.points(vec![
            format!("You can complain to the {} at any time: {}.", facts.regulator, facts.regulator_contact),
            court,
        ]),
        (RequestKind::Media, _) => paper.points(vec!["You can ask us to look at this again: another person does.".to_owned()]),
        _ => paper.points(vec![
            format!(
                "Complain to {} first, in any way you like. We acknowledge it within 30 days, look into it, and tell you what comes of it (Data Protection Act 2018, section 164A).",
                facts.who()
            ),
            commissioner,
            court,
        ]),
    }
}
