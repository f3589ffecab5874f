//! Letters to the police, to courts, insurers and solicitors: with the footage, or that there is none for them.
//!
//! What may be given to them is decided elsewhere; here stands what they must know to use it and to answer
//! for it. Nobody whom the footage shows is named.

use super::{
    Known,
    words::{asked, ground, long_day, organisation, reach},
};
use crate::domain::{
    export::document::Paper,
    request::decision::{Extent, UseBasis, Verdict},
};

pub fn released(paper: &mut Paper, known: &Known<'_>) {
    let Some(Verdict::Release { extent, basis, .. }) = known.decision else { return };
    let case = known.case;
    let much = match extent {
        Extent::Whole => "all that was asked for",
        Extent::Part { .. } => "a part of what was asked for",
    };
    paper.paragraph(format!("You asked us for CCTV footage on {}. This letter goes with it. It is {much}.", long_day(case.dates.received)));
    paper.heading("What was asked for");
    paper.points(asked(known));
    if let Extent::Part { withheld } = extent {
        paper.heading("What we keep back, and why");
        paper.paragraph(ground(*withheld)[0]);
    }
    paper.heading("What the disclosure rests on");
    let rests_on = match basis {
        UseBasis::CameraPurpose { purpose } => format!("The cameras have this purpose: {}.", purpose.as_str().trim_end_matches('.')),
        UseBasis::LegalCompulsion { instrument } => {
            format!("We are obliged to disclose it: {}.", instrument.as_str().trim_end_matches('.'))
        }
        UseBasis::PersonInIt => "It is given to the person it shows.".to_owned(),
    };
    paper.points(vec![format!("Lawful basis: {}.", case.kind.lawful_basis(organisation(known.facts))), rests_on]);
    paper.heading("What we ask of you");
    let mut duties = vec![
        "Use it for the purpose that you named, and nothing else. From its receipt on you are the controller of your copy.".to_owned(),
        "Show it to those alone who need it, keep it safe, and delete it when it is needed no more.".to_owned(),
        "If it is to be shown in public, ask us first.".to_owned(),
        "Tell us when your case is over: until then we keep the recording that it was cut from.".to_owned(),
    ];
    let form_lacks = case.form.as_ref().is_none_or(|form| form.check().is_err());
    if case.kind.needs_police_form() && form_lacks {
        duties.push("We gave it on your word because it was urgent. Please send us the completed disclosure form now.".to_owned());
    }
    paper.points(duties);
    paper.heading("How to open and to check it");
    paper.paragraph("The footage is a bundle with the recording as the camera sent it, a page that plays it in any browser, a report, and a draft of a witness statement. The file README.txt says how its hashes and its signature are checked with common tools. Please check them when you receive it, and again before you produce it as evidence.");
    paper.heading("How to ask about it");
    paper.paragraph(reach(known));
}

pub fn refused(paper: &mut Paper, known: &Known<'_>) {
    let Some(Verdict::Refuse { ground: why }) = known.decision else { return };
    let case = known.case;
    paper.paragraph(format!(
        "You asked us for CCTV footage on {}. We have decided not to disclose it on this request.",
        long_day(case.dates.received)
    ));
    paper.heading("What was asked for");
    paper.points(asked(known));
    paper.heading("Why");
    for sentence in ground(*why) {
        paper.paragraph(sentence);
    }
    paper.heading("What you can do");
    let mut ways = vec!["Ask again with what was missing, or ask us to look at it again: another person does.".to_owned()];
    if !case.kind.is_compelled() {
        ways.push("Bring an order of a court. We follow it.".to_owned());
    }
    paper.points(ways);
    if !case.holds.is_empty() {
        paper.paragraph("What we have of it is kept until this request is closed, so that nothing is lost by asking again soon.");
    }
    paper.heading("How to ask about it");
    paper.paragraph(reach(known));
}
