//! Letters while a request is under way: it is here, something is needed, it takes longer.

use super::{
    Known,
    words::{asked, by_channel, complain, long_day, reach, what},
};
use crate::domain::{
    export::document::Paper,
    request::{case::Requester, due::ClockState, kind::ClockRule},
};

pub fn acknowledgement(paper: &mut Paper, known: &Known<'_>, requester: &Requester) {
    let case = known.case;
    paper.paragraph(format!(
        "We have {}. It reached us on {}, {}. Its reference is {}.",
        what(case.kind),
        long_day(case.dates.received),
        by_channel(case.channel),
        case.reference
    ));
    let points = asked(known);
    if !points.is_empty() {
        paper.heading("What you asked for");
        paper.points(points);
        if !case.holds.is_empty() {
            paper.paragraph("What we have of it is kept until you have your answer, also where it would have been deleted before.");
        }
    }
    paper.heading("When you will hear from us");
    paper.paragraph(answered_by(known));
    paper.paragraph(match known.clock.rule {
        ClockRule::ApplicableTimePeriod => {
            "The law gives us one month (UK GDPR Article 12A). If a request is complex we may take two months more, and must then tell you why within the first month."
        }
        ClockRule::TwentyWorkingDays => "The law gives us twenty working days (Freedom of Information Act 2000, section 10).",
        ClockRule::Acknowledgement | ClockRule::OwnTarget => "No law sets a time for such a request; this is our own aim.",
    });
    needs(paper, requester);
    if !case.kind.is_for_third_party() {
        paper.paragraph("It costs you nothing.");
    }
    paper.heading("How to ask about it");
    paper.paragraph(reach(known));
}

/// The day, and what moves it.
fn answered_by(known: &Known<'_>) -> String {
    let due = long_day(known.clock.due);
    match known.clock.stands {
        Some(ClockState::NotStarted) => format!(
            "Your time starts on the day on which we have what we asked you for. If that came on the date of this letter, we would answer by {due} at the latest."
        ),
        Some(ClockState::Paused) => {
            format!(
                "Your time stands still until you answer our question. If you answered on the date of this letter, we would answer by {due} at the latest."
            )
        }
        Some(ClockState::Running) | None => format!("We answer by {due} at the latest."),
        Some(ClockState::Overdue) => {
            format!("We should have answered by {due}, and are sorry that we have not. We answer as soon as we can.")
        }
    }
}

fn needs(paper: &mut Paper, requester: &Requester) {
    if !requester.needs.trim().is_empty() {
        paper.paragraph(format!("You told us what would help you: \u{201c}{}\u{201d}. We bear it in mind.", requester.needs.trim()));
    }
}

pub fn complaint(paper: &mut Paper, known: &Known<'_>, requester: &Requester) {
    let case = known.case;
    paper.paragraph(format!(
        "We have your complaint. It reached us on {}, {}. Its reference is {}. This letter acknowledges it, as the law asks us to within 30 days (Data Protection Act 2018, section 164A).",
        long_day(case.dates.received),
        by_channel(case.channel),
        case.reference
    ));
    paper.heading("What happens next");
    paper.points(vec![
        "Somebody looks into it who did not take the decision that you complain about.".to_owned(),
        "We ask you if we need to know more, and tell you how it stands.".to_owned(),
        "We tell you what comes of it, and why, without undue delay.".to_owned(),
    ]);
    needs(paper, requester);
    paper.paragraph("It costs you nothing, and nobody treats you worse for it.");
    paper.heading("How to ask about it");
    paper.paragraph(reach(known));
    complain(paper, known);
}

pub fn identity(paper: &mut Paper, known: &Known<'_>) {
    paper.paragraph(format!(
        "We have {}, which reached us on {}. Before we go on we must be sure that it comes from the person whom it is about: footage of you must not reach anybody else.",
        what(known.case.kind),
        long_day(known.case.dates.received)
    ));
    wanted(paper, known, "What we ask you for");
    paper.paragraph("Please send no more than that. You may cover what we do not need, such as a number or other people\u{2019}s names. We look at it and delete it as soon as the check is over.");
    starts(paper, known);
}

pub fn authority(paper: &mut Paper, known: &Known<'_>) {
    paper.paragraph(format!(
        "We have {}, which reached us on {}. You ask for somebody else. Before we go on we must be sure that you may.",
        what(known.case.kind),
        long_day(known.case.dates.received)
    ));
    wanted(paper, known, "What we ask you for");
    paper.paragraph("A letter that they have signed is enough, or a copy of an order or power of attorney. For a child, tell us how you are responsible for them; a child who is old enough to understand it can ask for themselves. We delete what you send as soon as the check is over.");
    starts(paper, known);
}

fn wanted(paper: &mut Paper, known: &Known<'_>, heading: &str) {
    paper.heading(heading);
    paper.paragraph(["\u{201c}", known.asked.unwrap_or_default().trim(), "\u{201d}"].concat());
}

fn starts(paper: &mut Paper, known: &Known<'_>) {
    paper.heading("Your time");
    paper.paragraph(answered_by(known));
    if !known.case.holds.is_empty() {
        paper.paragraph("The footage that you asked for is kept meanwhile.");
    }
    paper.heading("How to send it, and how to ask about it");
    paper.paragraph(reach(known));
    complain(paper, known);
}

pub fn question(paper: &mut Paper, known: &Known<'_>) {
    paper.paragraph(format!(
        "We have {}, which reached us on {}. We can\u{2019}t find what you mean without your answer to a question.",
        what(known.case.kind),
        long_day(known.case.dates.received)
    ));
    wanted(paper, known, "Our question");
    paper.heading("Your time");
    let asked_on = known.case.dates.questions.last().map_or(known.day, |question| question.asked);
    paper
        .paragraph(format!("It stands still from {}, when we asked, until we have your answer (UK GDPR Article 12A).", long_day(asked_on)));
    paper.paragraph(answered_by(known));
    paper.paragraph(
        "If we hear nothing within a month we may close your request. You can answer later all the same, and we take it up again.",
    );
    if !known.case.holds.is_empty() {
        paper.paragraph("The footage that you asked for is kept meanwhile.");
    }
    paper.heading("How to answer");
    paper.paragraph(reach(known));
    complain(paper, known);
}

pub fn extension(paper: &mut Paper, known: &Known<'_>) {
    let case = known.case;
    paper.paragraph(format!(
        "We have {}, which reached us on {}. We can\u{2019}t answer it within one month, and take two months more, as the law allows for a request that is complex or one of many (UK GDPR Article 12A(3)).",
        what(case.kind),
        long_day(case.dates.received)
    ));
    paper.heading("Why it takes longer");
    paper.paragraph(["\u{201c}", known.extension.unwrap_or_default().trim(), "\u{201d}"].concat());
    paper.heading("When you will hear from us");
    paper.paragraph(answered_by(known));
    if !case.holds.is_empty() {
        paper.paragraph("The footage that you asked for is kept meanwhile.");
    }
    paper.heading("How to ask about it");
    paper.paragraph(reach(known));
    complain(paper, known);
}
