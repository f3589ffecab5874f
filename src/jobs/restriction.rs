//! Restricted footage (UK GDPR Article 18): kept, and shown for a legal claim alone.
//!
//! Asked before every look, and again for each piece that would leave. In doubt a piece is hidden: one
//! that touches a restricted stretch counts as inside. Refuses with one sentence wherever it is met.
//! Next: `footage`, `disclose` and the live pictures ask here.

use crate::{
    adapters::{
        clock,
        index::{CatalogueError, hold},
    },
    domain::{
        actor::PurposeKind,
        camera::CameraId,
        instant::{Interval, UtcInstant},
        retention::hold::HeldSpan,
    },
    jobs::house::House,
    problem::{Kind, Problem},
};

/// Stretches of one camera that may not be shown for a purpose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Barred(Vec<HeldSpan>);

impl Barred {
    /// What is barred of `camera` in or beside `within`, for somebody who looks for `purpose`.
    pub fn of(house: &House, camera: &CameraId, within: &Interval, purpose: PurposeKind) -> Result<Self, CatalogueError> {
        if purpose == PurposeKind::LegalClaim {
            return Ok(Self(Vec::new()));
        }
        house.catalogue.read(|connection| hold::restricted(connection, camera, within)).map(Self)
    }

    /// Whether a piece of footage must not be shown.
    pub fn hides(&self, piece: &Interval) -> bool {
        self.0.iter().any(|span| span.touches(piece))
    }

    /// The same for a piece on the media time line, in ticks; one that can't be placed is hidden.
    pub fn hides_ticks(&self, start: i64, end: i64) -> bool {
        let piece = Interval::new(UtcInstant::from_media_ticks(start), UtcInstant::from_media_ticks(end.max(start + 1)));
        !self.0.is_empty() && piece.map_or(true, |piece| self.hides(&piece))
    }

    /// Whether nothing is barred.
    pub const fn is_clear(&self) -> bool {
        self.0.is_empty()
    }
}

/// Whether a camera's live picture is restricted now.
pub fn is_live_barred(house: &House, camera: &CameraId, purpose: PurposeKind) -> Result<bool, CatalogueError> {
    let now = clock::now().utc;
    // Live pictures begin with the last key frame: a few seconds ago.
    let Ok(live) = Interval::new(now.plus_seconds(-LIVE_SECONDS), now.plus_nanos(1)) else { return Ok(true) };
    Ok(!Barred::of(house, camera, &live, purpose)?.is_clear())
}

/// How old the oldest picture is that a live view begins with.
const LIVE_SECONDS: i64 = 15;

/// What a person is told.
pub fn restricted() -> Problem {
    Problem::new(
        Kind::Forbidden,
        "restricted",
        "This footage is restricted (UK GDPR Article 18): it is kept, but not shown or handed out.",
        "If it is needed for a legal claim, state that as the purpose; else ask the data protection officer.",
    )
}
