//! How long a camera's footage is kept, now and for what was recorded under an earlier rule.
//!
//! A longer period takes in everything not yet expired. A shorter one counts for footage recorded
//! from then on; what is there already keeps the period it was promised until two people have
//! agreed and a day has passed. Next: `expiry`.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::domain::instant::UtcInstant;

/// How long footage is kept after it was recorded, whole seconds, at least one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RetentionPeriod(i64);

impl RetentionPeriod {
    pub const fn from_seconds(seconds: i64) -> Self {
        Self(if seconds < 1 { 1 } else { seconds })
    }

    pub const fn seconds(self) -> i64 {
        self.0
    }

    /// When footage is due to go that counts from an instant, commonly its end.
    pub const fn due(self, counted_from: UtcInstant) -> UtcInstant {
        counted_from.plus_seconds(self.0)
    }
}

impl fmt::Display for RetentionPeriod {
    /// In the largest unit that divides it: `31 days`, `90 seconds`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (count, unit) = match self.0 {
            seconds if seconds % 86_400 == 0 => (seconds / 86_400, "day"),
            seconds if seconds % 3600 == 0 => (seconds / 3600, "hour"),
            seconds if seconds % 60 == 0 => (seconds / 60, "minute"),
            seconds => (seconds, "second"),
        };
        write!(f, "{count} {unit}{}", if count == 1 { "" } else { "s" })
    }
}

/// Time between the second person's word and a shorter period for footage that is there already.
pub const SHORTENING_COOLING_SECONDS: i64 = 24 * 3600;

/// From when on which period counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rule {
    /// Footage recorded from here on.
    pub applies_from: UtcInstant,
    pub period: RetentionPeriod,
}

/// All rules of one camera, oldest first. The first applies since ever.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleBook {
    rules: Vec<Rule>,
}

/// What a new setting does to a camera's rules.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    Nothing,
    /// In force for everything not yet expired.
    Longer(RuleBook),
    /// In force for what is recorded from now on; older footage waits for two people.
    Shorter(RuleBook),
}

/// Before anything was recorded.
pub const SINCE_EVER: UtcInstant = UtcInstant::from_unix_nanos(i64::MIN);

impl RuleBook {
    pub fn new(period: RetentionPeriod) -> Self {
        Self { rules: vec![Rule { applies_from: SINCE_EVER, period }] }
    }

    /// From stored rules; None without one, or when they are not in order.
    pub fn from_rules(mut rules: Vec<Rule>) -> Option<Self> {
        rules.first_mut()?.applies_from = SINCE_EVER;
        rules.is_sorted_by(|a, b| a.applies_from < b.applies_from).then_some(Self { rules })
    }

    pub fn rules(&self) -> &[Rule] {
        &self.rules
    }

    /// The period for footage recorded from now on.
    pub fn present(&self) -> RetentionPeriod {
        self.rules.last().map_or(RetentionPeriod::from_seconds(i64::MAX), |rule| rule.period)
    }

    /// The period for footage recorded at `at`.
    pub fn period_at(&self, at: UtcInstant) -> RetentionPeriod {
        let rule = self.rules.iter().rev().find(|rule| rule.applies_from <= at).or_else(|| self.rules.first());
        rule.map_or(RetentionPeriod::from_seconds(i64::MAX), |rule| rule.period)
    }

    /// The longest of all, for footage of which nobody knows when it was recorded.
    pub fn longest(&self) -> RetentionPeriod {
        self.rules.iter().map(|rule| rule.period).max().unwrap_or_else(|| self.present())
    }

    /// Whether footage is kept for longer than is now promised, because it was recorded earlier.
    pub fn has_longer_past(&self) -> bool {
        self.rules.iter().any(|rule| rule.period > self.present())
    }

    /// What changes when the setting says `wanted` from `now` on.
    pub fn follow(&self, wanted: RetentionPeriod, now: UtcInstant) -> Change {
        let present = self.present();
        let after_last = self.rules.last().is_none_or(|rule| rule.applies_from < now);
        if wanted == present {
            Change::Nothing
        } else if wanted > present || !after_last {
            let raised = self.rules.iter().map(|rule| Rule { period: rule.period.max(wanted), ..*rule });
            Change::Longer(Self { rules: raised.collect() }.then(wanted, now))
        } else {
            Change::Shorter(self.clone().then(wanted, now))
        }
    }

    /// Two people have agreed, and their day is up: the present period counts for all footage.
    #[must_use]
    pub fn with_present_for_all(&self) -> Self {
        let present = self.present();
        let capped = self.rules.iter().map(|rule| Rule { period: rule.period.min(present), ..*rule });
        Self { rules: capped.collect() }.merged()
    }

    fn then(mut self, period: RetentionPeriod, applies_from: UtcInstant) -> Self {
        if self.rules.last().is_none_or(|last| last.applies_from < applies_from) {
            self.rules.push(Rule { applies_from, period });
        }
        self.merged()
    }

    fn merged(mut self) -> Self {
        self.rules.dedup_by(|later, earlier| later.period == earlier.period);
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn days(days: i64) -> RetentionPeriod {
        RetentionPeriod::from_seconds(days * 86_400)
    }

    fn at(day: i64) -> UtcInstant {
        UtcInstant::from_unix_seconds(day * 86_400)
    }

    #[test]
    fn shorter_waits_for_old_footage_and_longer_takes_it_in() {
        let Change::Shorter(book) = RuleBook::new(days(31)).follow(days(7), at(100)) else { panic!() };
        assert_eq!((book.period_at(at(99)), book.period_at(at(100))), (days(31), days(7)));
        assert!(book.has_longer_past());
        let Change::Longer(longer) = book.follow(days(14), at(110)) else { panic!() };
        assert_eq!((longer.period_at(at(99)), longer.period_at(at(105)), longer.period_at(at(110))), (days(31), days(14), days(14)));
        let agreed = book.with_present_for_all();
        assert_eq!(agreed.period_at(at(5)), days(7));
        assert_eq!(agreed, RuleBook::new(days(7)));
    }

    #[test]
    fn a_period_is_said_in_the_unit_that_fits() {
        assert_eq!(days(31).to_string(), "31 days");
        assert_eq!(RetentionPeriod::from_seconds(90).to_string(), "90 seconds");
        assert_eq!(RetentionPeriod::from_seconds(3600).to_string(), "1 hour");
    }

    proptest! {
        /// Without two people, no change of the setting ever makes footage go earlier.
        #[test]
        fn no_setting_alone_shortens_what_was_promised(
            first in 1i64..100, changes in prop::collection::vec((1i64..100, 0i64..20), 0..8), recorded in 0i64..60,
        ) {
            let mut book = RuleBook::new(days(first));
            let mut now = 10;
            let recorded_at = at(recorded);
            let mut promised: Option<RetentionPeriod> = None;
            for (wanted, later) in changes {
                now += later;
                if recorded_at < at(now) {
                    promised = Some(promised.unwrap_or(book.period_at(recorded_at)));
                }
                if let Change::Longer(next) | Change::Shorter(next) = book.follow(days(wanted), at(now)) {
                    book = next;
                }
                prop_assert!(book.period_at(at(now)) >= days(wanted), "what is recorded now is kept as long as is promised");
                prop_assert!(RuleBook::from_rules(book.rules().to_vec()).as_ref() == Some(&book), "it can be stored");
                if let Some(promised) = promised {
                    prop_assert!(book.period_at(recorded_at) >= promised);
                }
            }
        }
    }
}
