//! Full and failing disks in the midst of an act: what was not done has left no trace, and what was done
//! in spite of an error stands in the log.

use std::collections::BTreeMap;

use holdfast::{
    adapters::index::audit,
    domain::audit::LeafSeq,
    jobs::house::House,
    problem::{Kind, Problem},
};
use rand::RngExt;
use uuid::Uuid;

use super::Bench;
use crate::bad_disk::{Fails, under_a_bad_disk};

/// What became of an act.
pub(super) enum Went<T> {
    Told(T),
    /// The error came too late: it is on the disk all the same, as this object.
    Logged(Uuid),
    Not,
}

impl<T> Went<T> {
    pub(super) const fn is_done(&self) -> bool {
        !matches!(self, Self::Not)
    }
}

impl Bench {
    /// Runs `act`, one time in six on a disk that fails or is full.
    pub(super) fn troubled<T>(&mut self, act: impl FnOnce(&House) -> T) -> T {
        self.in_trouble(18, 24, act)
    }

    /// Runs `act`, three times in `odds` on a disk of which one of the first `calls` calls fails.
    pub(super) fn in_trouble<T>(&mut self, odds: u32, calls: u32, act: impl FnOnce(&House) -> T) -> T {
        let spared = self.random.random_range(0..calls);
        let (outcome, failed) = match self.random.random_range(0..odds) {
            0 => (self.without_a_page(act), false),
            1 => (under_a_bad_disk(Fails::Full, spared, || act(self.house())).0, false),
            2 => under_a_bad_disk(Fails::Once, spared, || act(self.house())),
            _ => (act(self.house()), false),
        };
        self.failed |= failed;
        outcome
    }

    /// The catalogue can't grow by a page while `act` runs.
    fn without_a_page<T>(&self, act: impl FnOnce(&House) -> T) -> T {
        let limit = |sql: &str| {
            let limited = self.house().catalogue.write(|transaction| Ok(transaction.query_row(sql, [], |row| row.get::<_, i64>(0))?));
            limited.unwrap();
        };
        limit("PRAGMA max_page_count = 1");
        let outcome = act(self.house());
        limit("PRAGMA max_page_count = 4294967294");
        outcome
    }

    /// What became of an act whose one transaction writes a leaf of `action`. Panics at any answer but
    /// success and trouble with the disk.
    pub(super) fn went<T>(&mut self, outcome: Result<T, Problem>, action: &str) -> Went<T> {
        match outcome {
            Ok(value) => Went::Told(value),
            Err(problem) if matches!(problem.kind, Kind::Fault | Kind::Unavailable) => {
                let failed = self.failed;
                if failed {
                    self.restart();
                }
                match self.happened(action) {
                    Some(object) => {
                        assert!(failed, "{action} was refused, and done");
                        Went::Logged(object.split('/').next_back().and_then(|id| id.parse().ok()).unwrap_or_default())
                    }
                    None => Went::Not,
                }
            }
            Err(problem) => panic!("{problem:?}"),
        }
    }

    /// The object of a leaf of `action` written in this step.
    pub(super) fn happened(&self, action: &str) -> Option<String> {
        let leaves = self.house().catalogue.read(|connection| audit::leaves(connection, LeafSeq(self.leaves), u32::MAX)).unwrap();
        let found = leaves.into_iter().find(|leaf| leaf.leaf["action"] == action)?;
        Some(found.leaf["object"].as_str().unwrap().to_owned())
    }

    /// How many leaves of `action` this step wrote, by outcome.
    pub(super) fn outcomes(&self, action: &str) -> BTreeMap<String, u64> {
        let leaves = self.house().catalogue.read(|connection| audit::leaves(connection, LeafSeq(self.leaves), u32::MAX)).unwrap();
        let mut found = BTreeMap::new();
        for leaf in leaves.into_iter().filter(|leaf| leaf.leaf["action"] == action) {
            *found.entry(leaf.leaf["outcome"].as_str().unwrap().to_owned()).or_default() += 1;
        }
        found
    }
}
