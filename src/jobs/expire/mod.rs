//! Forgetting: what is due goes, in an order in which a crash at any moment is put right.
//!
//! ```text
//! clock believed? ─► garbage of the last time ─► holds and shortenings whose time is up ─► plan ─► brake
//!   ─► for each few hundred: one transaction {no hold? expired, leaf} ─► keys zeroed ─► files unlinked
//!   ─► folders synced ─► noted
//! ```
//!
//! Until the transaction nothing is lost, after it the row says so and start-up finishes the rest.
//! Refuses to run under a clock in doubt, and to take unusually much at once. What it has killed can
//! still be read by a copy of the disk until `rotate_keys` destroys the key generation.

mod batch;

use std::{collections::BTreeMap, time::Duration};

use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use crate::{
    adapters::{
        index::{
            CatalogueError, audit,
            deletion::{self, DeletionRow},
            expiry, hold, retention, segment, store,
        },
        vault::{Removed, VaultError},
    },
    domain::{
        actor::Actor,
        audit::Action,
        camera::CameraId,
        instant::{ClockReading, Interval, UtcInstant},
        retention::{
            brake,
            expiry::{Ground, PlannedExpiry, Stored, plan as plan_expiry},
            period::{RetentionPeriod, RuleBook},
        },
    },
    jobs::{
        hold as holds,
        house::House,
        keeping::{self, Hindrance, Refusal},
        record::leaf,
        retain,
    },
    problem::{Kind, Problem},
};

pub(super) use self::batch::finish_garbage;
use self::batch::{BATCH, SegmentDue};

/// Lines of a plan, unless more are asked for.
pub const PLAN_LINES: u32 = 10_000;

/// What a run did.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct Ran {
    /// Segments gone.
    pub expired: u64,
    /// Bytes of their files.
    pub freed_bytes: u64,
    /// Segments due, but kept by a hold or restriction.
    pub held_back: u64,
    /// Why nothing was allowed to go; None when the run was made.
    pub refused: Option<String>,
}

#[derive(Debug, thiserror::Error)]
pub enum ExpireError {
    #[error(transparent)]
    Catalogue(#[from] CatalogueError),
    #[error(transparent)]
    Vault(#[from] VaultError),
}

impl From<ExpireError> for Problem {
    fn from(error: ExpireError) -> Self {
        match error {
            ExpireError::Catalogue(error) => error.into(),
            ExpireError::Vault(error) => Self::new(
                Kind::Fault,
                "expiry",
                "What has expired could not be destroyed.",
                "It is tried again by itself; if it stays so, check the disk.",
            )
            .because(error),
        }
    }
}

/// Runs expiry as of `reading`.
pub fn run(house: &House, reading: ClockReading) -> Result<Ran, ExpireError> {
    let _alone = house.keeping.expiring.lock();
    let now = match keeping::trusted_now(house, reading)? {
        Ok(now) => now.instant(),
        Err(doubt) => return refuse(house, &reading, (&doubt).into(), doubt.to_string()),
    };
    batch::finish_garbage(&house.vault, &house.catalogue, now)?;
    holds::end_releasing(house, &reading, now)?;
    retain::apply_shortenings(house, &reading, now)?;
    let books = house.catalogue.read(retention::books)?;
    let mut ran = Ran::default();
    let due = due(house, &books, now)?;
    ran.held_back = due.iter().filter(|line| !line.blocked_by.is_empty()).count() as u64;
    let mut going: Vec<&PlannedExpiry> = due.iter().filter(|line| line.blocked_by.is_empty()).collect();
    // In the order of their ids, so of their rows: a batch then changes few pages of the catalogue, not one a row.
    going.sort_by_key(|line| line.stored.segment);
    if let Err(too_much) = brake(house, &going, books.len(), now)? {
        return refuse(house, &reading, Hindrance::TooMuchAtOnce, too_much.to_string());
    }
    house.keeping.note_refusal(None);
    // Files lie in a folder a camera and day, rows in the order of time: a folder is synced once, after all.
    let mut removed = Removed::default();
    for batch in going.chunks(BATCH) {
        let batch: Vec<(SegmentDue, Ground)> = batch.iter().map(|line| (SegmentDue::of(line), Ground::Retention)).collect();
        batch::expire(house, &reading, &batch, &mut ran, &mut removed)?;
    }
    for row in house.catalogue.read(deletion::pending)?.into_iter().filter(|row| row.consent.is_effective(now)) {
        delete_early(house, &reading, &row, &books, &mut ran, &mut removed)?;
    }
    batch::settle(&house.vault, &house.catalogue, removed, now)?;
    house.catalogue.write(|transaction| {
        store::set_fact(transaction, store::Fact::LastExpiry, &now.unix_nanos().to_be_bytes())?;
        store::set_fact(transaction, store::Fact::BrakeLifted, &[0])
    })?;
    Ok(ran)
}

fn refuse(house: &House, reading: &ClockReading, hindrance: Hindrance, why: String) -> Result<Ran, ExpireError> {
    let refusal = Refusal { hindrance, why: why.clone() };
    if house.keeping.is_news(&refusal) {
        tracing::error!(why, "expiry is waiting");
        let entry = leaf::by_job(Action::ExpiryRefused, "expire", "expiry".into(), json!({"why": why}));
        house.catalogue.write(|transaction| audit::append(transaction, reading, &entry))?;
    }
    house.keeping.note_refusal(Some(refusal));
    Ok(Ran { refused: Some(why), ..Ran::default() })
}

/// Closed segments whose period is over, camera by camera, rule by rule: only what is due is read.
fn due(house: &House, books: &BTreeMap<CameraId, RuleBook>, now: UtcInstant) -> Result<Vec<PlannedExpiry>, CatalogueError> {
    house.catalogue.read(|connection| {
        let mut stored = Vec::new();
        for (camera, book) in books {
            for (recorded, period) in rule_spans(book) {
                let ended_by = now.plus_seconds(-period.seconds());
                stored.extend(expiry::ended_by(connection, camera, &recorded, ended_by, u32::MAX)?);
            }
        }
        let mut lines = plan_expiry(stored, books, &hold::keeping(connection)?);
        // By its start a segment may come under a rule that doesn't decide.
        lines.retain(|line| line.due <= now);
        Ok(lines)
    })
}

/// Each rule with the stretch of recording times it applies to.
fn rule_spans(book: &RuleBook) -> impl Iterator<Item = (Interval, RetentionPeriod)> + '_ {
    let ends = book.rules().iter().skip(1).map(|rule| rule.applies_from).chain([UtcInstant::FAR_FUTURE]);
    book.rules().iter().zip(ends).filter_map(|(rule, end)| Some((Interval::new(rule.applies_from, end).ok()?, rule.period)))
}

/// The plan: the next `limit` segments to go, with what keeps them.
pub fn plan(house: &House, limit: u32) -> Result<Vec<PlannedExpiry>, CatalogueError> {
    house.catalogue.read(|connection| {
        let books = retention::books(connection)?;
        let mut stored = Vec::new();
        for (camera, book) in &books {
            for (recorded, _) in rule_spans(book) {
                stored.extend(expiry::ended_by(connection, camera, &recorded, UtcInstant::FAR_FUTURE, limit)?);
            }
        }
        let mut lines = plan_expiry(stored, &books, &hold::keeping(connection)?);
        lines.truncate(limit as usize);
        Ok(lines)
    })
}

fn brake(
    house: &House,
    going: &[&PlannedExpiry],
    cameras: usize,
    now: UtcInstant,
) -> Result<Result<(), brake::TooMuchAtOnce>, CatalogueError> {
    let (lifted, last_run) = house
        .catalogue
        .read(|connection| Ok((store::fact(connection, store::Fact::BrakeLifted)?.as_deref() == Some(&[1]), last_run_of(connection)?)))?;
    if lifted {
        return Ok(Ok(()));
    }
    let planned: i64 = going.iter().map(|line| line.stored.recorded.nanos()).sum();
    let since_last = last_run.map_or(0, |last| now.nanos_since(last).max(0));
    Ok(brake::check(nanos(planned), cameras, nanos(since_last)))
}

fn last_run_of(connection: &rusqlite::Connection) -> Result<Option<UtcInstant>, CatalogueError> {
    let last = store::fact(connection, store::Fact::LastExpiry)?.and_then(|bytes| bytes.try_into().ok()).map(i64::from_be_bytes);
    Ok(last.map(UtcInstant::from_unix_nanos))
}

/// When expiry last ran to its end.
pub fn last_run(house: &House) -> Result<Option<UtcInstant>, CatalogueError> {
    house.catalogue.read(last_run_of)
}

const fn nanos(nanos: i64) -> Duration {
    Duration::from_nanos(if nanos < 0 { 0 } else { nanos as u64 })
}

/// Two people decided it: what no hold keeps goes, however much it is.
fn delete_early(
    house: &House,
    reading: &ClockReading,
    row: &DeletionRow,
    books: &BTreeMap<CameraId, RuleBook>,
    ran: &mut Ran,
    removed: &mut Removed,
) -> Result<(), ExpireError> {
    let rows = house.catalogue.read(|connection| {
        let mut rows = Vec::new();
        for camera in &row.cameras {
            rows.extend(segment::overlapping(connection, camera, &row.range)?);
        }
        Ok(rows)
    })?;
    let open = rows.iter().any(|row| !row.state.is_kept());
    let closed: Vec<(SegmentDue, Ground)> = rows
        .into_iter()
        .filter(|row| row.state.is_kept())
        .filter_map(|row| {
            let end = row.end.unwrap_or(row.start).max(row.start.plus_nanos(1));
            let stored = Stored { segment: row.id, camera: row.camera, recorded: Interval::new(row.start, end).ok()?, counted_from: None };
            Some((SegmentDue::early(stored, books), Ground::EarlyDeletion))
        })
        .collect();
    let held_before = ran.held_back;
    for batch in closed.chunks(BATCH) {
        batch::expire(house, reading, batch, ran, removed)?;
    }
    if !open && ran.held_back == held_before {
        house.catalogue.write(|transaction| deletion::done(transaction, row.id, reading.utc))?;
    }
    Ok(())
}

/// Oldest segments looked up at a time while room is made.
const LOOKED_UP: u32 = 8;

/// The disk is full and the site's policy is to overwrite: the oldest footage that no hold keeps and
/// that has had its shortest time goes, one segment after the other until there `is_enough` room.
pub(super) fn make_room(
    house: &House,
    reading: ClockReading,
    floor_seconds: i64,
    mut is_enough: impl FnMut() -> Result<bool, ExpireError>,
) -> Result<Ran, ExpireError> {
    let _alone = house.keeping.expiring.lock();
    let now = match keeping::trusted_now(house, reading)? {
        Ok(now) => now.instant(),
        Err(doubt) => return refuse(house, &reading, (&doubt).into(), doubt.to_string()),
    };
    let books = house.catalogue.read(retention::books)?;
    let mut ran = Ran::default();
    'room: loop {
        let oldest = house.catalogue.read(|connection| expiry::oldest_unheld(connection, now.plus_seconds(-floor_seconds), LOOKED_UP))?;
        let expired_before = ran.expired;
        for stored in oldest {
            if is_enough()? {
                break 'room;
            }
            let mut removed = Removed::default();
            batch::expire(house, &reading, &[(SegmentDue::early(stored, &books), Ground::DiskFull)], &mut ran, &mut removed)?;
            batch::settle(&house.vault, &house.catalogue, removed, now)?;
        }
        if ran.expired == expired_before {
            break;
        }
    }
    if ran.expired > 0 {
        tracing::error!(segments = ran.expired, bytes = ran.freed_bytes, "the disk is full: the oldest footage went before its time");
    }
    Ok(ran)
}

/// What somebody has looked at and lets pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Acknowledged {
    /// The clock jumped, and is right.
    Clock,
    /// Unusually much is due, and should go.
    Volume,
}

/// Lets expiry go on after a person has looked at what held it up.
pub fn acknowledge(house: &House, actor: Actor, what: Acknowledged, at: ClockReading) -> Result<(), Problem> {
    let name = match what {
        Acknowledged::Clock => "clock",
        Acknowledged::Volume => "volume",
    };
    let mut entry = leaf::by_job(Action::ExpiryAcknowledge, "expire", "expiry".into(), json!({"what": name, "clock": at.utc}));
    entry.actor = actor;
    house.catalogue.write(|transaction| {
        match what {
            // The newest instant seen may be one of a clock that was wrong.
            Acknowledged::Clock => keeping::note_seen(transaction, &house.vault, &at)?,
            Acknowledged::Volume => store::set_fact(transaction, store::Fact::BrakeLifted, &[1])?,
        }
        audit::append(transaction, &at, &entry)
    })?;
    if what == Acknowledged::Clock {
        house.keeping.acknowledge_clock();
    }
    Ok(())
}

/// Segments that should have gone more than a day ago: there must be none.
pub fn overdue(house: &House, now: UtcInstant) -> Result<usize, CatalogueError> {
    let books = house.catalogue.read(retention::books)?;
    Ok(due(house, &books, now)?.iter().filter(|line| line.is_overdue(now)).count())
}
