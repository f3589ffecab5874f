//! Reads `[requests]`: the bank holidays that a deadline rolls over.
//!
//! Refuses a table that can't be read or lacks the site's nation: a deadline reckoned without it could
//! be a day early for staff, and nobody would know why. Next: `daemon` hands it to the office.

use std::fs;

use super::{
    Requests,
    read::absolute_path,
    section::{Findings, Section},
};
use crate::domain::request::calendar::{CARRIED, Calendar, Nation};

pub fn read(mut section: Section<'_, '_>, nation: Nation, findings: &mut Findings<'_>) -> Option<Requests> {
    let file = absolute_path(section.text("bank_holidays", findings), "requests.bank_holidays", findings);
    let at = file.as_ref().map_or(section.at(), |(_, at)| *at);
    section.end(findings);
    let table = match &file {
        None => Ok(CARRIED.to_owned()),
        Some((path, _)) => fs::read_to_string(path).map_err(|error| format!("requests.bank_holidays can't be read: {error}.")),
    };
    let bank_holidays = table
        .and_then(|table| Calendar::read(&table, nation).map_err(|refused| format!("requests.bank_holidays can't be used: {refused}.")));
    match bank_holidays {
        Ok(bank_holidays) => Some(Requests { bank_holidays }),
        Err(sentence) => {
            findings.add(at, sentence, "Save https://www.gov.uk/bank-holidays.json and name that file, or leave the key out.");
            None
        }
    }
}
