//! A month of keeping and forgetting on one page, for the data protection officer.
//!
//! What was recorded and is still kept, the catalogue's rows tell; what happened, the leaves of the
//! verified log. Pure: leaves go in one after the other. Next: `jobs::report` fills it, `adapters::paper`
//! sets it.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{expiry::Ground, hold::HoldId, period::RetentionPeriod, proof::ExpiryProof};
use crate::domain::{
    audit::{Action, Leaf, Outcome},
    camera::CameraId,
    instant::{Interval, UtcInstant},
};

/// A calendar month, like `2026-11`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Month {
    first: jiff::civil::Date,
}

/// A text that names no month.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a month is written like 2026-11")]
pub struct NotAMonth;

impl Month {
    pub fn parse(text: &str) -> Result<Self, NotAMonth> {
        let (year, month) = text.split_once('-').ok_or(NotAMonth)?;
        if year.len() != 4 || month.len() != 2 || !text.bytes().all(|byte| byte == b'-' || byte.is_ascii_digit()) {
            return Err(NotAMonth);
        }
        let number = |text: &str| text.parse::<i16>().map_err(|_| NotAMonth);
        let month = i8::try_from(number(month)?).map_err(|_| NotAMonth)?;
        Ok(Self { first: jiff::civil::Date::new(number(year)?, month, 1).map_err(|_| NotAMonth)? })
    }

    /// From its first midnight to the next month's, on the clock of a zone.
    pub fn interval(self, zone: &jiff::tz::TimeZone) -> Result<Interval, NotAMonth> {
        let midnight = |day: jiff::civil::Date| {
            let at = day.to_zoned_datetime(zone.clone()).map_err(|_| NotAMonth)?.timestamp();
            i64::try_from(at.as_nanosecond()).map(UtcInstant::from_unix_nanos).map_err(|_| NotAMonth)
        };
        let next = self.first.last_of_month().tomorrow().map_err(|_| NotAMonth)?;
        Interval::new(midnight(self.first)?, midnight(next)?).map_err(|_| NotAMonth)
    }

    /// `November 2026`
    pub fn in_words(self) -> String {
        self.first.strftime("%B %Y").to_string()
    }
}

impl std::fmt::Display for Month {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.first.strftime("%Y-%m"))
    }
}

/// Some footage: how many segments, how long, how large.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Amount {
    pub segments: u64,
    pub nanos: i64,
    pub bytes: u64,
}

impl std::ops::AddAssign for Amount {
    fn add_assign(&mut self, other: Self) {
        self.segments += other.segments;
        self.nanos = self.nanos.saturating_add(other.nanos);
        self.bytes = self.bytes.saturating_add(other.bytes);
    }
}

/// A camera's footage, as the rows tell it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Footage {
    /// Closed segments that began in the month, whatever became of them.
    pub recorded: Amount,
    /// What expired in the month.
    pub expired: Amount,
    /// What is there as the report is made, closed.
    pub kept: Amount,
    /// The start of the oldest of it.
    pub oldest: Option<UtcInstant>,
}

/// A camera's row of the report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CameraMonth {
    pub camera: CameraId,
    /// Its name for people; None once it is not configured any more.
    pub name: Option<String>,
    pub promised: RetentionPeriod,
    /// The longest that older footage was promised, where that is longer.
    pub promised_before: Option<RetentionPeriod>,
    pub footage: Footage,
    pub events: CameraEvents,
    /// Holds and restrictions that keep something of it as the report is made.
    pub holds_in_force: u64,
    /// How much of what is kept is due, and stays for a hold or restriction alone; nanoseconds.
    pub held_past_due_nanos: i64,
}

/// What the month's leaves tell of one camera.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CameraEvents {
    pub holds_placed: u64,
    pub holds_released: u64,
    /// Segments that went on the word of two people.
    pub deleted_early: u64,
    /// Segments that went because the disk was full.
    pub overwritten: u64,
}

/// What the month's leaves tell of the site.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SiteEvents {
    pub holds_placed: u64,
    pub holds_released: u64,
    /// Early deletions that two people agreed on.
    pub deletions_granted: u64,
    /// Times expiry did not run: the clock in doubt, or too much at once.
    pub expiry_refused: u64,
    /// Generations of keys whose secret was destroyed.
    pub generations_destroyed: u64,
}

/// Counts a month's events as the log is read, leaf by leaf.
pub struct Tally {
    month: Interval,
    site: SiteEvents,
    cameras: BTreeMap<CameraId, CameraEvents>,
    /// A release names no camera: it is its placing that does.
    of_hold: BTreeMap<HoldId, Vec<CameraId>>,
}

impl Tally {
    pub fn of(month: Interval) -> Self {
        Self { month, site: SiteEvents::default(), cameras: BTreeMap::new(), of_hold: BTreeMap::new() }
    }

    pub fn read(&mut self, leaf: &Leaf) {
        let is = |action: Action| leaf.action == action.name();
        if is(Action::HoldPlace) && leaf.outcome == Outcome::Done {
            self.of_hold.extend(hold(leaf).map(|hold| (hold, cameras(leaf))));
        }
        if !self.month.contains(leaf.utc) {
            return;
        }
        if is(Action::ExpiryRefused) {
            self.site.expiry_refused += 1;
        }
        if leaf.outcome != Outcome::Done {
            return;
        }
        if is(Action::HoldPlace) {
            self.site.holds_placed += 1;
            self.each_of_hold(leaf, |events| events.holds_placed += 1);
        } else if is(Action::HoldReleased) {
            self.site.holds_released += 1;
            self.each_of_hold(leaf, |events| events.holds_released += 1);
        } else if is(Action::DeletionGrant) {
            self.site.deletions_granted += 1;
        } else if is(Action::KeysDestroyed) {
            self.site.generations_destroyed += 1;
        } else if is(Action::SegmentExpire)
            && let Some(camera) = leaf.details.get("camera").and_then(Value::as_str).and_then(|id| CameraId::new(id).ok())
        {
            let events = self.cameras.entry(camera).or_default();
            match leaf.details.get("ground").and_then(Value::as_str) {
                Some(ground) if ground == Ground::EarlyDeletion.name() => events.deleted_early += 1,
                Some(ground) if ground == Ground::DiskFull.name() => events.overwritten += 1,
                _ => {}
            }
        }
    }

    fn each_of_hold(&mut self, leaf: &Leaf, mut count: impl FnMut(&mut CameraEvents)) {
        for camera in hold(leaf).and_then(|hold| self.of_hold.get(&hold)).into_iter().flatten() {
            count(self.cameras.entry(camera.clone()).or_default());
        }
    }

    pub const fn site(&self) -> SiteEvents {
        self.site
    }

    pub fn camera(&self, camera: &CameraId) -> CameraEvents {
        self.cameras.get(camera).copied().unwrap_or_default()
    }
}

fn hold(leaf: &Leaf) -> Option<HoldId> {
    leaf.object.strip_prefix("hold/").and_then(|id| uuid::Uuid::parse_str(id).ok()).map(HoldId)
}

fn cameras(leaf: &Leaf) -> Vec<CameraId> {
    let listed = leaf.details.get("cameras").and_then(Value::as_array).into_iter().flatten();
    listed.filter_map(|id| id.as_str().and_then(|id| CameraId::new(id).ok())).collect()
}

/// The whole page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RetentionReport {
    pub site: String,
    pub controller: String,
    pub time_zone: String,
    pub month: Month,
    pub within: Interval,
    pub made: UtcInstant,
    /// In the order of the configuration, then those that are not in it any more.
    pub cameras: Vec<CameraMonth>,
    pub holds_in_force: u64,
    pub events: SiteEvents,
    pub proof: ExpiryProof,
    /// What may be said of footage that expired, by where the keys are.
    pub claim: &'static str,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_month_is_the_sites_own_also_when_the_clocks_change() {
        let london = jiff::tz::TimeZone::get("Europe/London").unwrap();
        let span = |month: &str| {
            let within = Month::parse(month).unwrap().interval(&london).unwrap();
            (within.from().to_string(), within.to().to_string())
        };
        assert_eq!(span("2026-10"), ("2026-09-30T23:00:00.000Z".into(), "2026-11-01T00:00:00.000Z".into()));
        assert_eq!(span("2026-12"), ("2026-12-01T00:00:00.000Z".into(), "2027-01-01T00:00:00.000Z".into()));
        assert_eq!(Month::parse("2026-11").unwrap().in_words(), "November 2026");
        for text in ["2026", "2026-13", "2026-1", "26-11", "2026-11-01", "+026-11", ""] {
            assert_eq!(Month::parse(text), Err(NotAMonth), "{text}");
        }
    }
}
