//! What the log knows of segments: the leaves that sealed them, and the checkpoints that followed.
//!
//! Everything is proved towards one checkpoint, the newest of the bundle. Next: `jobs::disclose`.

use std::collections::{BTreeMap, BTreeSet};

use rusqlite::{Connection, OptionalExtension, params};

use super::{
    CatalogueError, audit,
    export::{self, ExportRow},
};
use crate::domain::{
    audit::{Leaf, LeafSeq, tree::Hash},
    export::provenance::{Sealed, Signed, hex_all},
    instant::UtcInstant,
    recording::segment::SegmentId,
};

/// Leaves of these segments, with proofs, and the checkpoints that the proofs lead to.
#[derive(Debug, Default)]
pub struct Found {
    pub sealed: BTreeMap<SegmentId, Sealed>,
    pub checkpoints: Vec<Signed>,
}

/// Looks for the leaf that sealed each segment with the root it has; `since` is about when the first of
/// them was sealed. A segment whose leaf isn't there, or not covered by `newest` leaves, is left out.
pub fn of_segments(
    connection: &Connection,
    wanted: &BTreeMap<SegmentId, Hash>,
    since: UtcInstant,
    newest: u64,
    witnesses: &[String],
) -> Result<Found, CatalogueError> {
    let mut found = Found::default();
    if wanted.is_empty() {
        return Ok(found);
    }
    let begin = first_since(connection, since, newest)?;
    let mut leaves = BTreeMap::new();
    scan(connection, wanted, begin..newest, &mut leaves)?;
    if leaves.len() < wanted.len() {
        // The clock may have stepped since: then the log is not in the order of its times.
        scan(connection, wanted, 0..begin, &mut leaves)?;
    }
    let mut sizes = BTreeSet::new();
    for (segment, (seq, leaf)) in leaves {
        let Some(checkpoint) = following(connection, seq)?.filter(|size| *size <= newest) else { continue };
        sizes.insert(checkpoint);
        for witness in witnesses {
            sizes.extend(first_seen(connection, witness, checkpoint)?.filter(|size| *size <= newest));
        }
        let path = hex_all(audit::inclusion(connection, LeafSeq(seq), checkpoint)?);
        found.sealed.insert(segment, Sealed { leaf, seq, checkpoint, path });
    }
    found.checkpoints = sizes.into_iter().map(|size| signed(connection, size, newest, witnesses)).collect::<Result<_, _>>()?;
    Ok(found)
}

/// The first leaf that was written at `since` or later, if times only ever went forward.
fn first_since(connection: &Connection, since: UtcInstant, size: u64) -> Result<u64, CatalogueError> {
    let mut statement = connection.prepare_cached("SELECT json_extract(leaf, '$.utc') FROM audit_leaf WHERE seq = ?1")?;
    let (mut low, mut high) = (0, size);
    while low < high {
        let middle = low + (high - low) / 2;
        let at: Option<String> = statement.query_row([middle], |row| row.get(0)).optional()?;
        let earlier = at.and_then(|at| UtcInstant::parse_rfc3339(&at).ok()).is_some_and(|at| at < since);
        (low, high) = if earlier { (middle + 1, high) } else { (low, middle) };
    }
    Ok(low)
}

fn scan(
    connection: &Connection,
    wanted: &BTreeMap<SegmentId, Hash>,
    places: std::ops::Range<u64>,
    leaves: &mut BTreeMap<SegmentId, (u64, String)>,
) -> Result<(), CatalogueError> {
    // Canonical JSON begins with the action.
    let mut statement = connection.prepare_cached(
        "SELECT seq, leaf FROM audit_leaf WHERE seq >= ?1 AND seq < ?2
           AND (leaf GLOB '{\"action\":\"segment.seal\"*' OR leaf GLOB '{\"action\":\"segment.torn\"*') ORDER BY seq",
    )?;
    let mut rows = statement.query(params![places.start, places.end])?;
    while let Some(row) = rows.next()? {
        if leaves.len() == wanted.len() {
            break;
        }
        let (seq, line): (u64, String) = (row.get(0)?, row.get(1)?);
        let Ok(leaf) = Leaf::parse(&line) else { return Err(CatalogueError::Impossible { what: "audit leaf" }) };
        let Some((segment, root)) = leaf.object.parse().ok().and_then(|id| wanted.get_key_value(&SegmentId(id))) else { continue };
        if leaf.details.get("fragment_root").and_then(|value| value.as_str()) == Some(hex::encode(root).as_str()) {
            leaves.entry(*segment).or_insert((seq, line));
        }
    }
    Ok(())
}

/// Size of the first checkpoint that covers a leaf.
fn following(connection: &Connection, seq: u64) -> Result<Option<u64>, CatalogueError> {
    let mut statement = connection.prepare_cached("SELECT min(size) FROM audit_checkpoint WHERE size > ?1")?;
    Ok(statement.query_row([seq], |row| row.get(0))?)
}

/// Size of the first checkpoint at or after `size` that a witness cosigned.
fn first_seen(connection: &Connection, witness: &str, size: u64) -> Result<Option<u64>, CatalogueError> {
    let mut statement = connection.prepare_cached("SELECT min(size) FROM audit_cosignature WHERE witness = ?1 AND size >= ?2")?;
    Ok(statement.query_row(params![witness, size], |row| row.get(0))?)
}

fn signed(connection: &Connection, size: u64, newest: u64, witnesses: &[String]) -> Result<Signed, CatalogueError> {
    let mut statement = connection.prepare_cached("SELECT note, at_utc_ns FROM audit_checkpoint WHERE size = ?1")?;
    let (note, at): (String, i64) = statement.query_row([size], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let mut words = connection.prepare_cached("SELECT line FROM audit_cosignature WHERE size = ?1 AND witness = ?2")?;
    let mut cosignatures = Vec::new();
    for witness in witnesses {
        cosignatures.extend(words.query_row(params![size, witness], |row| row.get::<_, String>(0)).optional()?);
    }
    let consistency = hex_all(audit::consistency(connection, size, newest)?);
    Ok(Signed { size, at: UtcInstant::from_unix_nanos(at), note, consistency, cosignatures })
}

/// Exports ordered before this one of the same cameras and times, oldest first.
pub fn earlier_exports(connection: &Connection, of: &ExportRow) -> Result<Vec<ExportRow>, CatalogueError> {
    let mut earlier: Vec<ExportRow> = export::list(connection)?
        .into_iter()
        .filter(|row| row.leaf < of.leaf && row.asked.overlaps(&of.asked) && row.cameras.iter().any(|camera| of.cameras.contains(camera)))
        .collect();
    earlier.reverse();
    Ok(earlier)
}
