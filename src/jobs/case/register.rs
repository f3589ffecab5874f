//! The disclosure register for those who answer for it: what went out, to whom, on which ground, and by
//! whose approval (R42).
//!
//! Reading it is logged, since it is full of names. As CSV it opens in a spreadsheet: a cell that would be
//! taken for a formula is made text. Next: `http::api::disclosures`.

use serde_json::json;

use crate::{
    adapters::index::{
        audit,
        disclosure::{self, DisclosureRow},
    },
    domain::{
        actor::Actor,
        audit::{Action, Entry, Outcome},
        instant::ClockReading,
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

/// In quotes, and never a formula: a spreadsheet calculates what begins like one.
fn quoted(cell: &str) -> String {
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
