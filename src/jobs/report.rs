//! The retention report of a month: what was recorded, what went, what is kept and why, and whether
//! the log proves it.
//!
//! One pass over the verified log both proves expiry and counts the month. Next: `adapters::paper`
//! sets it on a page.

use std::collections::BTreeMap;

use crate::{
    adapters::{
        clock,
        index::{footage, hold, retention},
        paper::retention_report,
    },
    domain::{
        camera::CameraId,
        keys::claim::claim,
        retention::{
            period::RuleBook,
            report::{CameraMonth, Month, RetentionReport, Tally},
        },
    },
    jobs::{expire, house::House, prove_expiry},
    problem::{Kind, Problem},
};

/// What the report is headed with.
#[derive(Clone, Debug)]
pub struct ReportedSite {
    pub name: String,
    pub controller: String,
    pub time_zone: String,
    /// Ids and names, in the order of the configuration.
    pub cameras: Vec<(CameraId, String)>,
}

/// The report as a PDF of one A4 page.
pub fn month_as_pdf(house: &House, month: Month, site: ReportedSite) -> Result<Vec<u8>, Problem> {
    let report = month_of(house, month, site)?;
    retention_report::pdf(&report).map_err(|error| {
        Problem::new(
            Kind::Fault,
            "report",
            "The report could not be set on its page.",
            "Tell whoever looks after Holdfast; the log says why.",
        )
        .because(error)
    })
}

/// The report's figures, as of now.
pub fn month_of(house: &House, month: Month, site: ReportedSite) -> Result<RetentionReport, Problem> {
    let zone = jiff::tz::TimeZone::get(&site.time_zone).map_err(|error| unusable(month).because(error))?;
    let within = month.interval(&zone).map_err(|error| unusable(month).because(error))?;
    let made = clock::now().utc;
    if within.from() > made {
        return Err(Problem::new(Kind::BadInput, "month", format!("{month} has not begun yet."), "Name this month or an earlier one."));
    }
    let mut tally = Tally::of(within);
    let proof = prove_expiry::prove_telling(house, |leaf| tally.read(leaf))?;
    let plan = expire::plan(house, u32::MAX)?;
    let (books, mut footage, holds) = house.catalogue.read_at_once(|connection| {
        Ok((retention::books(connection)?, footage::of_month(connection, &within)?, hold::keeping(connection)?))
    })?;
    let mut held_past_due: BTreeMap<&CameraId, i64> = BTreeMap::new();
    for line in plan.iter().filter(|line| line.due <= made && !line.blocked_by.is_empty()) {
        *held_past_due.entry(&line.stored.camera).or_default() += line.stored.recorded.nanos();
    }
    let row = |(camera, name): (CameraId, Option<String>)| {
        let book = books.get(&camera)?;
        let promised = book.present();
        Some(CameraMonth {
            name,
            promised,
            promised_before: Some(book.longest()).filter(|longest| *longest > promised),
            footage: footage.remove(&camera).unwrap_or_default(),
            events: tally.camera(&camera),
            holds_in_force: holds.iter().filter(|hold| hold.cameras.contains(&camera)).count() as u64,
            held_past_due_nanos: held_past_due.get(&camera).copied().unwrap_or_default(),
            camera,
        })
    };
    let cameras = cameras(&site, &books).into_iter().filter_map(row).collect();
    Ok(RetentionReport {
        site: site.name,
        controller: site.controller,
        time_zone: site.time_zone,
        month,
        within,
        made,
        cameras,
        holds_in_force: holds.len() as u64,
        events: tally.site(),
        proof,
        claim: claim(house.vault.custody().kind()).sentence,
    })
}

fn unusable(month: Month) -> Problem {
    Problem::new(Kind::BadInput, "month", format!("{month} is no month of the site's calendar."), "Write it like 2026-11.")
}

/// Those of the configuration, in its order, and then those that were once in it.
fn cameras(site: &ReportedSite, books: &BTreeMap<CameraId, RuleBook>) -> Vec<(CameraId, Option<String>)> {
    let configured = site.cameras.iter().map(|(id, name)| (id.clone(), Some(name.clone())));
    let once = books.keys().filter(|id| !site.cameras.iter().any(|(known, _)| known == *id)).map(|id| (id.clone(), None));
    configured.chain(once).collect()
}
