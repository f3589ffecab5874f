//! Durations as people write them in the configuration: `90s`, `5m`, `24h`, `31d`.

use std::fmt;

/// A whole number of seconds, at least one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Seconds(i64);

impl Seconds {
    /// From a number with its unit.
    pub fn parse(text: &str) -> Option<Self> {
        let digits = text.trim_end_matches(|letter: char| letter.is_ascii_alphabetic());
        let factor = match &text[digits.len()..] {
            "s" => 1,
            "m" => 60,
            "h" => 3600,
            "d" => 86_400,
            _ => return None,
        };
        let number: i64 = digits.parse().ok()?;
        number.checked_mul(factor).filter(|seconds| (1..=100 * 366 * 86_400).contains(seconds)).map(Self)
    }

    pub const fn get(self) -> i64 {
        self.0
    }

    pub(super) const fn days(days: i64) -> Self {
        Self(days * 86_400)
    }

    pub(super) const fn of(seconds: i64) -> Self {
        Self(seconds)
    }
}

impl fmt::Display for Seconds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            seconds if seconds % 86_400 == 0 => write!(f, "{}d", seconds / 86_400),
            seconds if seconds % 3600 == 0 => write!(f, "{}h", seconds / 3600),
            seconds if seconds % 60 == 0 => write!(f, "{}m", seconds / 60),
            seconds => write!(f, "{seconds}s"),
        }
    }
}
