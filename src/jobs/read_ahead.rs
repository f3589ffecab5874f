//! The pictures of fragments in order, read and decrypted ahead of whoever takes them.
//!
//! Decrypting and checking a fragment costs as much as hashing and writing it, so the two go on side
//! by side, on a thread a core. Each thread has every n-th fragment and a short queue to the taker:
//! memory stays bounded and the order needs no sorting. The first error ends it. Next: `disclose`
//! writes what it is handed.

use std::{num::NonZero, sync::mpsc, thread};

use bytes::Bytes;

use super::footage::FootageError;
use crate::{
    adapters::{
        index::segment::SegmentRow,
        vault::{Vault, VaultError, reader::SegmentReader},
    },
    domain::recording::index::FragmentEntry,
};

/// More threads than this only wait for the one that takes.
const THREADS_MAX: usize = 4;
/// Fragments that wait a thread, each up to about 4 MiB.
const WAITING: usize = 2;

/// A fragment by its place.
#[derive(Clone, Copy, Debug)]
pub struct Wanted<'a> {
    pub row: &'a SegmentRow,
    /// Its number in the segment, and what the segment's index says of it.
    pub number: usize,
    pub entry: &'a FragmentEntry,
}

/// A fragment taken apart.
pub struct Fragment {
    /// `moof` and the header of `mdat`.
    pub head: Bytes,
    /// The access units, one after the other.
    pub pictures: Bytes,
}

type Lane = Result<Fragment, VaultError>;

/// Hands each fragment to `take`, in the order of `wanted`, once it has matched its logged hash.
pub fn fragments<E: From<FootageError>>(
    vault: &Vault,
    wanted: &[Wanted<'_>],
    mut take: impl FnMut(Fragment) -> Result<(), E>,
) -> Result<(), E> {
    let threads = thread::available_parallelism().map_or(1, NonZero::get).min(THREADS_MAX);
    let fault = |error: VaultError| E::from(FootageError::from(error));
    thread::scope(|scope| {
        let mut lanes: Vec<mpsc::Receiver<Lane>> = Vec::new();
        for first in 0..threads {
            let (sender, lane) = mpsc::sync_channel(WAITING);
            let own = wanted.iter().skip(first).step_by(threads);
            let reading = move || read(vault, own, &sender);
            let started = thread::Builder::new().name("read-ahead".into()).spawn_scoped(scope, reading);
            started.map_err(VaultError::io(vault.folder())).map_err(fault)?;
            lanes.push(lane);
        }
        // Leaving early drops the lanes, and each thread ends at its next send.
        for (place, wanted) in wanted.iter().enumerate() {
            let broken_off = || Err(VaultError::NoFragment { segment: wanted.row.id, fragment: wanted.number });
            let fragment = lanes[place % threads].recv().unwrap_or_else(|_| broken_off());
            take(fragment.map_err(fault)?)?;
        }
        Ok(())
    })
}

fn read<'a>(vault: &Vault, wanted: impl Iterator<Item = &'a Wanted<'a>>, lane: &mpsc::SyncSender<Lane>) {
    let mut reading: Option<(&SegmentRow, SegmentReader)> = None;
    for wanted in wanted {
        let reader = match reading.take() {
            Some((of, reader)) if of.id == wanted.row.id => Ok(reader),
            _ => vault.open_segment(wanted.row),
        };
        let fragment = reader.and_then(|reader| {
            let (_, reader) = reading.insert((wanted.row, reader));
            let mut head = reader.fragment(wanted.number)?;
            let offset = wanted.entry.payload_offset as usize;
            if offset > head.len() {
                return Err(VaultError::NotWhatWasLogged(wanted.row.id));
            }
            let pictures = head.split_off(offset);
            Ok(Fragment { head, pictures })
        });
        if lane.send(fragment).is_err() {
            return;
        }
    }
}
