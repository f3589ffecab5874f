//! What the catalogue says of an export, for its report: the authority it goes out by, its entries in
//! the log, and what went out before of the same footage.

use std::collections::BTreeSet;

use uuid::Uuid;

use super::{PlannedClip, write::SUMS_SHA256};
use crate::{
    adapters::index::{audit, disclosure, export::ExportRow, provenance as index},
    domain::{
        audit::{Action, Leaf, LeafSeq, Outcome},
        export::{
            SUMS,
            report::{Authority, CustodyEntry, EarlierExport, Told},
        },
    },
    jobs::house::House,
    problem::Problem,
};

pub(super) fn of(house: &House, row: &ExportRow, clips: &[PlannedClip], sealed: &BTreeSet<u64>) -> Result<Told, Problem> {
    let object = format!("export/{}", row.id);
    let (register, earlier, lines) = house.catalogue.read_at_once(|connection| {
        Ok((disclosure::list(connection)?, index::earlier_exports(connection, row)?, audit::about(connection, row.leaf, &object)?))
    })?;
    let authority = register.into_iter().find(|entry| entry.exports.contains(&row.id)).map(|entry| Authority {
        ground: entry.ground,
        basis: entry.basis,
        recipient: entry.recipient,
        organisation: entry.organisation,
        released: entry.at,
    });
    let mut custody: Vec<CustodyEntry> = lines.iter().map(entry).collect();
    if let (Some(first), Some(last)) = (sealed.first(), sealed.last()) {
        custody.insert(0, recorded(row, clips, sealed.len(), *first, *last));
    }
    let earlier = earlier.into_iter().map(|earlier| EarlierExport {
        at: earlier.created,
        leaf: earlier.leaf,
        cameras: earlier.cameras.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "),
        from: earlier.asked.from(),
        to: earlier.asked.to(),
    });
    Ok(Told { authority, custody, earlier: earlier.collect() })
}

/// The sealing of what is in the clips, as one entry: there is one a minute and camera.
fn recorded(row: &ExportRow, clips: &[PlannedClip], count: usize, first: u64, last: u64) -> CustodyEntry {
    let ends = clips.iter().flat_map(|clip| clip.segments.iter()).filter_map(|opened| opened.row.end);
    CustodyEntry {
        at: ends.min().unwrap_or(row.created),
        leaf: LeafSeq(first),
        what: format!("Recorded and sealed: {count} segments, entries {first} to {last}"),
        who: "job:record".into(),
    }
}

/// What the log says of an export from its order on, for a paper of its case.
pub fn custody(house: &House, export: Uuid, order: LeafSeq) -> Result<Vec<CustodyEntry>, Problem> {
    let object = format!("export/{export}");
    let lines = house.catalogue.read(|connection| audit::about(connection, order, &object))?;
    Ok(lines.iter().map(entry).collect())
}

/// A bundle: asked for, and how that ended. Its signed list of hashes names every file of it.
fn bundle(leaf: &Leaf) -> String {
    match (leaf.outcome, leaf.details.get(SUMS_SHA256).and_then(|sum| sum.as_str())) {
        (Outcome::Done, Some(sum)) => format!("Bundle made; SHA-256 of its {SUMS}: {sum}"),
        (Outcome::Failed, _) => "Bundle not finished".to_owned(),
        _ => "Bundle asked for".to_owned(),
    }
}

fn entry(leaf: &Leaf) -> CustodyEntry {
    let what = match leaf.action.as_str() {
        action if action == Action::ExportCreate.name() => "Export ordered".to_owned(),
        action if action == Action::ExportDownload.name() => bundle(leaf),
        action => action.to_owned(),
    };
    CustodyEntry { at: leaf.utc, leaf: LeafSeq(leaf.seq), what, who: leaf.actor.clone() }
}
