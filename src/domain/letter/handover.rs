//! The sheet that goes with a released copy on a medium: a receipt to sign, and the chain of custody from
//! the recording up to it, with room for what comes after (Recovery and Acquisition of Video Evidence v3.0).
//!
//! Says what the log says, and leaves to be written by hand what only the two who meet can know. The
//! password of an encrypted medium gets no line here: it goes another way.

use uuid::Uuid;

use super::{
    Known,
    words::{between, long_day},
};
use crate::domain::{
    audit::LeafSeq,
    export::{
        document::Paper,
        report::{CustodyEntry, local_time},
    },
    instant::{Interval, UtcInstant},
    request::handover::Handover,
};

/// What a case let out, with its way there.
#[derive(Clone, Debug)]
pub struct GoneOut {
    pub released: UtcInstant,
    /// Original, redacted, or only the requester in it.
    pub content: String,
    pub pieces: Vec<Piece>,
    /// What the log says of it, in order; read for the sheet alone.
    pub custody: Vec<CustodyEntry>,
    /// Who did what, each as "decided", "A. Name".
    pub by: Vec<(&'static str, String)>,
}

/// One order of footage.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    pub export: Uuid,
    /// Its first leaf.
    pub order: LeafSeq,
    pub cameras: String,
    pub asked: Interval,
}

/// A file as it goes on the medium.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Film {
    pub name: String,
    pub bytes: u64,
    /// Lower-case hexadecimal.
    pub sha256: String,
}

/// All that the sheet needs beside the case.
#[derive(Clone, Default)]
pub struct OnRecord {
    pub gone_out: Vec<GoneOut>,
    /// Films that go to the person in them; empty for a bundle, which lists its own files.
    pub films: Vec<Film>,
    /// Handings over on record, with the day on which each was.
    pub handed_over: Vec<(jiff::civil::Date, Handover)>,
}

/// Room for so many hands that it goes through.
const HANDS: usize = 6;

pub fn sheet(paper: &mut Paper, known: &Known<'_>) {
    let case = known.case;
    paper.paragraph(format!(
        "This sheet stays with the medium. One signed copy of it stays with {}. Times are those of the place of recording.",
        known.facts.who()
    ));
    paper.heading("What is handed over");
    for gone in &known.on_record.gone_out {
        let by = gone.by.iter().map(|(did, name)| format!("{did} by {name}")).collect::<Vec<_>>().join(", ");
        paper.facts(vec![
            ("Request", format!("{}, of {}", case.reference, long_day(case.dates.received))),
            ("Released", local_time(gone.released, zone_name(known))),
            ("By whom", by),
            ("The copy is", shown(&gone.content).to_owned()),
        ]);
        let rows = gone
            .pieces
            .iter()
            .map(|piece| vec![piece.cameras.clone(), between(piece.asked.from(), piece.asked.to(), known.zone), piece.order.0.to_string()]);
        paper.table(&[("Cameras", 5), ("Time asked for", 7), ("Entry in the log", 3)], rows.collect(), "No footage.");
    }
    files(paper, known);
    paper.heading("The medium");
    for line in ["Kind and make:", "Serial number, or number of its seal:", "Encrypted with (its password goes another way):"] {
        paper.line(line);
    }
    custody(paper, known);
    receipt(paper);
}

fn files(paper: &mut Paper, known: &Known<'_>) {
    paper.heading("How to see that nothing was changed");
    if known.on_record.films.is_empty() {
        paper.paragraph(
            "The bundle\u{2019}s file SHA256SUMS names the hash of every other file in it and is signed; README.txt says how to check both. \
             Each making of the bundle is a file of its own. Its hash stands below, in the chain of custody, and can be compared with what \
             \u{201c}sha256sum SHA256SUMS\u{201d} says of the medium.",
        );
        return paper.line("SHA-256 of SHA256SUMS, as read from the medium (the first and last eight characters will do):");
    }
    let films = known.on_record.films.iter();
    let rows = films.map(|film| vec![film.name.clone(), film.bytes.to_string(), spaced(&film.sha256)]);
    paper.table(&[("File", 4), ("Bytes", 2), ("SHA-256", 9)], rows.collect(), "No film.");
}

/// What a copy shows, by its name in the register.
fn shown(content: &str) -> &str {
    match content {
        "original" => "the original, as the cameras recorded it",
        "only_requester" => "as the cameras recorded it; only the person who asked is in it",
        "redacted" => "redacted: everybody but the person who asked is hidden",
        other => other,
    }
}

/// In groups, so that it can be read out and breaks where a line ends.
fn spaced(sha256: &str) -> String {
    let groups: Vec<&str> = (0..sha256.len()).step_by(8).filter_map(|at| sha256.get(at..(at + 8).min(sha256.len()))).collect();
    groups.join(" ")
}

fn custody(paper: &mut Paper, known: &Known<'_>) {
    paper.heading("Chain of custody until now");
    let entry = |entry: &CustodyEntry| {
        vec![local_time(entry.at, zone_name(known)), entry.what.clone(), entry.who.clone(), entry.leaf.0.to_string()]
    };
    let rows: Vec<Vec<String>> = known.on_record.gone_out.iter().flat_map(|gone| &gone.custody).map(entry).collect();
    paper.table(&[("When", 4), ("What", 7), ("By whom", 4), ("Entry", 2)], rows, "Nothing is on record.");
    for (day, handed) in &known.on_record.handed_over {
        paper.paragraph(format!("Handed over on {}, on: {}. Taken by: {}.", long_day(*day), handed.medium.as_str(), handed.to.as_str()));
    }
}

fn receipt(paper: &mut Paper) {
    paper.heading("Receipt");
    paper.paragraph("I have received the medium described above, and its seal was whole.");
    for line in ["Name, rank and number:", "Organisation:", "Date and time:", "Signature:", "Handed over by (name, signature):"] {
        paper.line(line);
    }
    paper.heading("Chain of custody from here on");
    let columns = [("Date and time", 3), ("From (name, signature)", 5), ("To (name, signature)", 5), ("Why, and where it is kept", 5)];
    paper.form(&columns, HANDS);
}

fn zone_name<'a>(known: &Known<'a>) -> &'a str {
    known.zone.iana_name().unwrap_or("UTC")
}
