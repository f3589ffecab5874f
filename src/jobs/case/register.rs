//! The disclosure register for those who answer for it: what went out, to whom, on which ground, and by
//! whose approval (R42).
//!
//! Reading it is logged, since it is full of names. As CSV it opens in a spreadsheet: a cell that would be
//! taken for a formula is made text. As PDF its text can be searched. Next: `http::api::disclosures`.

use serde_json::json;

use super::letter::{Letterhead, not_set};
use crate::{
    adapters::{
        index::{
            audit,
            disclosure::{self, DisclosureRow},
        },
        paper::document::{self, Look},
    },
    domain::{
        actor::Actor,
        audit::{Action, Entry, Outcome},
        export::document::Paper,
        instant::{ClockReading, UtcInstant},
    },
    jobs::{
        house::House,
        staff::{self, People},
    },
    problem::Problem,
};

/// The whole register, newest first, and the names of colleagues in it. That it was read is logged first.
pub fn read(house: &House, actor: Actor, at: ClockReading) -> Result<(Vec<DisclosureRow>, People), Problem> {
    let leaf = Entry {
        actor,
        action: Action::RegisterRead,
        object: "register/disclosures".into(),
        outcome: Outcome::Done,
        basis: None,
        details: serde_json::Map::from_iter([("form".to_owned(), json!("whole"))]),
        personal: Vec::new(),
    };
    house.catalogue.write(|transaction| audit::append(transaction, &at, &leaf))?;
    Ok((house.catalogue.read(disclosure::list)?, staff::people(house)?))
}

const HEAD: &str = "case,released,recipient,organisation,ground,basis,content,exports,decided_by,checked_by,approved_by,released_by";

/// The register as CSV (RFC 4180).
pub fn csv(rows: &[DisclosureRow], people: &People) -> String {
    let mut text = format!("{HEAD}\r\n");
    for row in rows {
        let exports: Vec<String> = row.exports.iter().map(ToString::to_string).collect();
        let cells = [
            row.case.to_string(),
            row.at.to_string(),
            row.recipient.clone(),
            row.organisation.clone(),
            row.ground.clone(),
            row.basis.clone(),
            row.content.clone(),
            exports.join(" "),
            people.name(&row.decided_by),
            people.name(&row.checked_by),
            people.name(&row.approved_by),
            people.name(&row.released_by),
        ];
        text.push_str(&cells.map(|cell| quoted(&cell)).join(","));
        text.push_str("\r\n");
    }
    text
}

/// The register on A4 pages, newest first. That it was read is logged first.
pub fn pdf(house: &House, actor: Actor, head: &Letterhead, at: ClockReading) -> Result<Vec<u8>, Problem> {
    let (rows, people) = read(house, actor, at)?;
    let zone = &house.office().time_zone;
    let local = |at: UtcInstant| at.to_timestamp().to_zoned_datetime(zone.clone()).strftime("%Y-%m-%d %H:%M %Z").to_string();
    let mut paper = Paper::new(format!("Register of disclosures, {}", head.facts.site), head.facts.who(), at.utc);
    paper.paragraph(format!("What went out, newest first, as of {}. It names people: keep it as you keep the cases.", local(at.utc)));
    let cells = |row: &DisclosureRow| {
        let recipient: Vec<&str> = [row.recipient.trim(), row.organisation.trim()].into_iter().filter(|text| !text.is_empty()).collect();
        let persons =
            [("decided", &row.decided_by), ("checked", &row.checked_by), ("approved", &row.approved_by), ("released", &row.released_by)];
        vec![
            row.case.to_string(),
            local(row.at),
            recipient.join(", "),
            format!("{}; {}", row.ground.replace('_', " "), row.basis),
            row.content.replace('_', " "),
            persons.map(|(did, person)| format!("{did}: {}", people.name(person))).join("; "),
            row.exports.iter().map(ToString::to_string).collect::<Vec<_>>().join(" "),
        ]
    };
    let columns =
        [("Case", 11), ("Released", 11), ("To whom", 16), ("Ground and basis", 26), ("Copy", 8), ("By whom", 20), ("Exports", 14)];
    paper.table(&columns, rows.iter().map(cells).collect(), "Nothing has gone out.");
    document::pdf(&paper, &Look::REGISTER).map_err(not_set)
}

/// In quotes, and never a formula: a spreadsheet calculates what begins like one.
pub fn quoted(cell: &str) -> String {
    let guard = if cell.trim_start().starts_with(['=', '+', '-', '@', '\t', '\r']) { "'" } else { "" };
    format!("\"{guard}{}\"", cell.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_is_text_whatever_somebody_called_themselves() {
        for (cell, expected) in [
            ("Ann \"Bo\" Lee", "\"Ann \"\"Bo\"\" Lee\""),
            ("=cmd|'/c calc'!A1", "\"'=cmd|'/c calc'!A1\""),
            ("  +44", "\"'  +44\""),
            ("a,b\nc", "\"a,b\nc\""),
        ] {
            assert_eq!(quoted(cell), expected);
        }
    }
}
