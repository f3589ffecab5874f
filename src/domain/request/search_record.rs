//! What was looked through for a request, and how: mandatory before anything is found or not found.
//!
//! A reasonable and proportionate search (UK GDPR Article 15(1A)) is one that can be shown. Refuses a
//! record without cameras or without words on the method. Next: `state`.

use serde::{Deserialize, Serialize};

use crate::domain::{
    actor::Reason,
    camera::CameraId,
    instant::{Interval, UtcInstant},
};

/// A stretch that was looked through.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Window {
    pub from: UtcInstant,
    pub to: UtcInstant,
}

#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Searched", into = "Searched")]
pub struct SearchRecord(Searched);

/// The same, unchecked.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Searched {
    pub cameras: Vec<CameraId>,
    pub windows: Vec<Window>,
    /// By whom is the event's; this says how: played through, by time given, by clothing.
    pub method: Reason,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotASearch {
    #[error("a search names the cameras that were looked through")]
    NoCamera,
    #[error("a search names the times that were looked through")]
    NoWindow,
    #[error("a time that was looked through ends before it starts")]
    Backward,
}

impl TryFrom<Searched> for SearchRecord {
    type Error = NotASearch;

    fn try_from(searched: Searched) -> Result<Self, NotASearch> {
        if searched.cameras.is_empty() {
            return Err(NotASearch::NoCamera);
        }
        if searched.windows.is_empty() {
            return Err(NotASearch::NoWindow);
        }
        let forward = |window: &Window| Interval::new(window.from, window.to).is_ok();
        if searched.windows.iter().all(forward) { Ok(Self(searched)) } else { Err(NotASearch::Backward) }
    }
}

impl From<SearchRecord> for Searched {
    fn from(record: SearchRecord) -> Self {
        record.0
    }
}
