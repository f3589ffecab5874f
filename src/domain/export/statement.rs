//! A draft of a witness statement producing the footage, with the facts filled in and lines for what only
//! the witness can say. In the manner of the standard video witness statement; the force's own form
//! comes first.

use super::{document::Paper, manifest::Manifest, report::local_time};

pub fn write(manifest: &Manifest) -> Paper {
    let zone = &manifest.site.time_zone;
    let mut paper =
        Paper::new(format!("Witness statement (draft), case {}", manifest.case), manifest.site.controller.clone(), manifest.created);
    paper.paragraph(
        "Criminal Procedure Rules, r. 16.2; Criminal Justice Act 1967, s. 9. This is a draft: strike out what is not so, and say nothing \
         that you do not know yourself.",
    );
    for line in ["Statement of:", "Age if under 18 (if over, write \u{201c}over 18\u{201d}):", "Occupation:"] {
        paper.line(line);
    }
    paper.paragraph(
        "This statement (consisting of ____ pages each signed by me) is true to the best of my knowledge and belief and I make it knowing \
         that, if it is tendered in evidence, I shall be liable to prosecution if I have wilfully stated in it anything which I know to be \
         false, or do not believe to be true.",
    );
    paper.line("Signature:");
    paper.line("Date:");
    paper.heading("The system");
    let controller = if manifest.site.controller.is_empty() { "the controller" } else { &manifest.site.controller };
    paper.paragraph(format!(
        "I am employed by {controller} and am authorised to operate the CCTV system at {}. It records continuously and \
         digitally, with the program {}.",
        manifest.site.name, manifest.made_by
    ));
    paper.line("What I know of its working order at the time:");
    paper.heading("What I produce");
    paper.paragraph(format!(
        "On {} I was asked for footage for case {}, from {} to {}. The system made a copy of it on {}.",
        "____________",
        manifest.case,
        manifest.asked.from_local,
        manifest.asked.to_local,
        local_time(manifest.created, zone)
    ));
    for clip in &manifest.clips {
        let exhibit = clip.exhibit.as_deref().map_or_else(|| "exhibit ________".to_owned(), |exhibit| format!("exhibit {exhibit}"));
        paper.paragraph(format!(
            "I produce as {exhibit} the file {}, recorded by the camera {} ({}) from {} to {}. Its SHA-256 is {}.",
            clip.file,
            clip.camera_name,
            clip.camera_place,
            local_time(clip.start, zone),
            local_time(clip.end, zone),
            clip.sha256
        ));
    }
    paper.heading("Times");
    let synchronised = !manifest.clips.is_empty() && manifest.clips.iter().all(|clip| clip.clock_synchronised);
    paper.paragraph(if synchronised {
        "The system reports that its clock was synchronised while it recorded all of this footage."
    } else {
        "The system reports that its clock was not synchronised for all of this footage."
    });
    paper.line("I compared its clock with (reference, date, difference), or did not:");
    if !manifest.gaps.is_empty() {
        paper.paragraph(format!(
            "{} stretches of the time asked for were not recorded; the report that comes with the copy lists them.",
            manifest.gaps.len()
        ));
    }
    paper.heading("Handing over");
    paper.line("I gave the copy to (name, number, date, time):");
    paper.line("Signature:");
    paper.line("Signature witnessed by:");
    paper
}
