//! Answers to the person themselves: the letter with their copy, a refusal, and that nothing is held.
//!
//! The first says all that Article 15(1)(a) to (h) asks for; none says what other people were weighed.

use super::{
    Known,
    words::{asked, cameras, complain, ground, kept, long_day, organisation, reach, searched, what},
};
use crate::domain::{
    export::document::Paper,
    notice::Language,
    request::{
        decision::{Absence, Extent, Others, RefusalGround, Verdict},
        kind::{OrganisationType, RequestKind},
    },
};

pub fn covering(paper: &mut Paper, known: &Known<'_>) {
    let Some(Verdict::Release { extent, others, .. }) = known.decision else { return };
    let much = match extent {
        Extent::Whole => "all that you asked for",
        Extent::Part { .. } => "a part of what you asked for",
    };
    paper.paragraph(format!(
        "On {} you asked us for CCTV footage of yourself. This letter goes with your copy. It is {much}.",
        long_day(known.case.dates.received)
    ));
    paper.heading("What you asked for");
    paper.points(asked(known));
    paper.paragraph(match others {
        Others::Nobody | Others::NotSubjectAccess => "Nobody but you can be recognised in your copy.",
        Others::Balanced(_) => {
            "Other people were near you. We have weighed their rights against yours; where theirs weigh more, they are made unrecognisable in your copy, or that part is left out."
        }
    });
    if let Extent::Part { withheld } = extent {
        paper.heading("What we keep back, and why");
        withheld_because(paper, *withheld);
    }
    paper.heading("How to see it");
    paper.paragraph("It is a film in a common form (MP4). It plays on a phone, a tablet or a computer, without anything to be installed. We send you a link to it, and a code for that link by another way. The link works for a week and for you alone: please do not pass it on. If it has run out, or you would rather see the film at our office or have it in another form, tell us.");
    paper.heading("What the law asks us to tell you as well");
    paper.paragraph("UK GDPR Article 15(1) gives you the right to know this about our use of footage of you.");
    article_15(paper, known);
    paper.heading("How to ask about it");
    paper.paragraph(reach(known));
    complain(paper, known);
}

/// Article 15(1)(a) to (h), each under its letter.
fn article_15(paper: &mut Paper, known: &Known<'_>) {
    let facts = known.facts;
    paper.heading("(a) What we use it for");
    let mut purposes: Vec<String> = cameras(known).into_iter().map(|camera| format!("{}: {}", camera.place, camera.purpose)).collect();
    purposes.dedup();
    paper.points(purposes);
    paper.paragraph(facts.basis(Language::English));
    paper.heading("(b) What kind of data it is");
    paper.paragraph("Moving pictures of people, and of what they do, at the place and time of each recording. We do not record sound, and we do not use face recognition.");
    paper.heading("(c) Who has had it or may have it");
    paper.paragraph("Our own trained staff, with a reason that is written down. We may also give footage to:");
    paper.points(facts.told_recipients(Language::English));
    paper.heading("(d) How long we keep it");
    paper.points(kept(known));
    paper.paragraph("Then it is deleted by itself. What you asked for is kept until your request is closed, and longer where the law or a legal claim needs it.");
    paper.heading("(e) Your other rights");
    paper.paragraph("You can ask us to correct what is wrong, to delete footage of you, or to restrict how we use it. You can object to being recorded.");
    paper.heading("(f) Your right to complain");
    paper.paragraph(format!("You can complain to the {}. The end of this letter says how, and what else you can do.", facts.regulator));
    paper.heading("(g) Where it comes from");
    paper.paragraph("From our own cameras. Nobody else has given it to us.");
    paper.heading("(h) Decisions by machines");
    paper.paragraph("There are none: no decision about you is taken by a machine alone, and nobody makes a profile of you.");
}

/// A ground as a reader needs it.
fn withheld_because(paper: &mut Paper, why: RefusalGround) {
    for sentence in ground(why) {
        paper.paragraph(sentence);
    }
}

pub fn refusal(paper: &mut Paper, known: &Known<'_>) {
    let Some(Verdict::Refuse { ground }) = known.decision else { return };
    let kind = known.case.kind;
    paper.paragraph(format!(
        "We have looked at {}, which reached us on {}. {}",
        what(kind),
        long_day(known.case.dates.received),
        match kind {
            RequestKind::SubjectAccess => "We have decided not to give you this footage.",
            RequestKind::Complaint => "We have decided that we do not uphold it.",
            RequestKind::Media => "We never give footage to newspapers, broadcasters or anybody else for publication.",
            _ => "We have decided that we can\u{2019}t do what you ask.",
        }
    ));
    let points = asked(known);
    if !points.is_empty() {
        paper.heading("What you asked for");
        paper.points(points);
    }
    paper.heading("Why");
    if kind == RequestKind::Media {
        paper.paragraph("Our cameras record people where they live. They are there for the purposes that our signs and our privacy notice name, and news is none of them. So this is our answer to every such request, whatever it is about.");
    }
    withheld_because(paper, *ground);
    if kind == RequestKind::Information && organisation(known.facts) == OrganisationType::LocalAuthority {
        paper.paragraph("Footage in which somebody can be recognised is personal data, which the Freedom of Information Act 2000 does not open to everybody (section 40).");
    }
    paper.paragraph("Another person than the one who decided this has checked it before it was sent.");
    paper.heading("How to ask about it");
    paper.paragraph(reach(known));
    complain(paper, known);
}

pub fn nothing_held(paper: &mut Paper, known: &Known<'_>) {
    let (Some(Verdict::NothingHeld { why }), Some(search)) = (known.decision, known.search) else { return };
    paper.paragraph(format!(
        "We have looked for what you asked for in {}, which reached us on {}. We do not hold it.",
        what(known.case.kind),
        long_day(known.case.dates.received)
    ));
    let points = asked(known);
    if !points.is_empty() {
        paper.heading("What you asked for");
        paper.points(points);
    }
    paper.heading("What we looked through");
    paper.points(searched(search, known));
    paper.heading("Why there is nothing");
    paper.paragraph(match why {
        Absence::NeverRecorded => "What you asked for was not recorded by our cameras, or what they recorded does not show it.".to_owned(),
        Absence::Expired { on } => {
            format!("It was deleted on {}, at the end of the time for which we keep footage, before your request reached us. Nobody can bring it back.", long_day(*on))
        }
    });
    paper.heading("How long we keep footage");
    paper.points(kept(known));
    paper.paragraph("Then it is deleted by itself, unless somebody asks for it in time or the law needs it. If it happens again, ask us soon: we keep what you ask for from that day on.");
    paper.heading("How to ask about it");
    paper.paragraph(reach(known));
    complain(paper, known);
}
