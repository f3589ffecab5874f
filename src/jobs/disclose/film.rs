//! A film of an export by itself, without the bundle around it: the same bytes each time, so that a
//! stretch of it can be fetched where an earlier one broke off.
//!
//! Reads and decrypts only the fragments that the stretch touches. Refuses what has been restricted since
//! the export was ordered. Next: `jobs::case::released`.

use std::{io::Write, ops::Range};

use sha2::{Digest, Sha256};

use super::{PlannedClip, not_written, plan_camera, refuse_restricted};
use crate::{
    adapters::{
        index::{export::ExportRow, viewing::purpose_from_name},
        vault::Vault,
    },
    domain::actor::PurposeKind,
    jobs::{
        house::House,
        read_ahead::{self, Wanted},
    },
    problem::Problem,
};

/// One film, planned; its pictures are still to be read.
pub struct Film {
    clip: PlannedClip,
}

impl Film {
    /// The films of an export, by camera and time.
    pub fn of(house: &House, row: &ExportRow) -> Result<Vec<Self>, Problem> {
        let purpose = purpose_from_name(&row.purpose).unwrap_or(PurposeKind::Case);
        refuse_restricted(house, &row.cameras, &row.asked, purpose)?;
        let mut films = Vec::new();
        for camera in &row.cameras {
            films.extend(plan_camera(house, camera, &row.asked)?.into_iter().map(|clip| Self { clip }));
        }
        Ok(films)
    }

    /// Length of the whole file.
    pub const fn bytes(&self) -> u64 {
        self.clip.head.file_bytes
    }

    /// Names these very bytes: the head tells the length and time of every picture.
    pub fn tag(&self) -> String {
        hex::encode(Sha256::digest(&self.clip.head.bytes))
    }

    /// Writes a stretch of the file.
    pub fn write(&self, vault: &Vault, stretch: &Range<u64>, mut to: impl Write) -> Result<(), Problem> {
        let clip = &self.clip;
        write_within(&mut to, stretch, 0, &clip.head.bytes)?;
        let mut at = clip.head.bytes.len() as u64;
        let (mut wanted, mut starts) = (Vec::new(), Vec::new());
        for chosen in &clip.plan.fragments {
            let opened = &clip.segments[chosen.segment];
            let entry = &opened.index.fragments[chosen.fragment];
            let end = at + entry.samples.iter().map(|sample| u64::from(sample.size_bytes)).sum::<u64>();
            if at < stretch.end && stretch.start < end {
                wanted.push(Wanted { row: &opened.row, number: chosen.fragment, entry });
                starts.push(at);
            }
            at = end;
        }
        let mut starts = starts.into_iter();
        read_ahead::fragments(vault, &wanted, |fragment| write_within(&mut to, stretch, starts.next().unwrap_or(at), &fragment.pictures))
    }
}

/// Writes what of `bytes`, which stand at `start` in the file, lies within the stretch.
fn write_within(to: &mut impl Write, stretch: &Range<u64>, start: u64, bytes: &[u8]) -> Result<(), Problem> {
    let within = |at: u64| usize::try_from(at.saturating_sub(start)).unwrap_or(usize::MAX).min(bytes.len());
    let (from, until) = (within(stretch.start), within(stretch.end));
    to.write_all(bytes.get(from..until).unwrap_or_default()).map_err(not_written)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stretch_takes_its_own_bytes_of_each_piece() {
        for (stretch, expected) in [(0..10, "abcdefghij"), (2..5, "cde"), (4..4, ""), (3..100, "defghij"), (9..10, "j"), (0..1, "a")] {
            let mut out = Vec::new();
            for (start, piece) in [(0u64, "abcd"), (4, "ef"), (6, "ghij")] {
                write_within(&mut out, &stretch, start, piece.as_bytes()).unwrap();
            }
            assert_eq!(String::from_utf8(out).unwrap(), expected, "{stretch:?}");
        }
    }
}
