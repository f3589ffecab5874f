//! What a bundle says of where its pictures come from: gathered before anything is sent, written clip by
//! clip.

use std::collections::{BTreeMap, BTreeSet};

use base64::{Engine, engine::general_purpose::STANDARD};

use super::{PlannedClip, not_written};
use crate::{
    adapters::index::provenance as index,
    domain::{
        audit::{proof::AuditProof, range, tree},
        export::{
            RECORDS_FOLDER,
            provenance::{ClipFiles, ClipSegments, HexHash, KIND, Provenance, Sealed, SegmentRecord, Signed, hex_all},
        },
        recording::{index::SegmentIndex, segment::SegmentId},
    },
    jobs::house::House,
    problem::Problem,
};

/// The log's part, complete before the first clip is written.
pub(super) struct Gathered {
    log_key: String,
    newest: String,
    witnesses: Vec<String>,
    checkpoints: Vec<Signed>,
    sealed: BTreeMap<SegmentId, Sealed>,
}

/// Looks up what the log says of the segments of these clips, under the checkpoint of `proof`.
pub(super) fn gather(house: &House, clips: &[PlannedClip], proof: &AuditProof) -> Result<Gathered, Problem> {
    let (_, newest) = proof.verify().map_err(not_written)?;
    let mut wanted = BTreeMap::new();
    let mut since = None;
    for clip in clips {
        for chosen in &clip.plan.fragments {
            let opened = &clip.segments[chosen.segment];
            if opened.row.fragment_root.is_none() || wanted.contains_key(&opened.row.id) {
                continue;
            }
            wanted.insert(opened.row.id, root_of(&opened.index));
            since = [since, Some(opened.row.start)].into_iter().flatten().min();
        }
    }
    let keys = house.witnesses.keys();
    let names: Vec<String> = keys.iter().map(|key| key.name().to_owned()).collect();
    let found = match since {
        Some(since) => house.catalogue.read_at_once(|connection| index::of_segments(connection, &wanted, since, newest.size, &names))?,
        None => index::Found::default(),
    };
    for segment in wanted.keys().filter(|segment| !found.sealed.contains_key(segment)) {
        tracing::error!(%segment, "the log has no leaf for what this segment holds; its export says so");
    }
    Ok(Gathered {
        log_key: STANDARD.encode(proof.key.as_bytes()),
        newest: proof.checkpoint.clone(),
        witnesses: keys.iter().map(ToString::to_string).collect(),
        checkpoints: found.checkpoints,
        sealed: found.sealed,
    })
}

fn leaf_hashes(index: &SegmentIndex) -> Vec<tree::Hash> {
    index.fragments.iter().map(|fragment| tree::leaf_hash(&fragment.hash.0)).collect()
}

fn root_of(index: &SegmentIndex) -> tree::Hash {
    tree::root(index.fragments.iter().map(|fragment| fragment.hash.0))
}

impl Gathered {
    /// Places in the log of the leaves that sealed what goes out.
    pub(super) fn leaves(&self) -> BTreeSet<u64> {
        self.sealed.values().map(|sealed| sealed.seq).collect()
    }

    /// The segments of a clip, as the text of its file.
    pub(super) fn segments(&self, clip: &PlannedClip) -> Result<String, Problem> {
        let mut segments = Vec::new();
        for run in clip.plan.fragments.chunk_by(|one, next| one.segment == next.segment) {
            let opened = &clip.segments[run[0].segment];
            let entries = &opened.index.fragments;
            let inside = run[0].fragment..run[0].fragment + run.len();
            segments.push(SegmentRecord {
                segment: opened.row.id,
                of: entries.len() as u64,
                first: inside.start as u64,
                fragments: entries[inside.clone()].iter().map(|entry| HexHash(entry.hash.0)).collect(),
                around: hex_all(range::prove(&leaf_hashes(&opened.index), inside)),
                sealed: self.sealed.get(&opened.row.id).cloned(),
            });
        }
        let text = serde_json::to_string(&ClipSegments { clip: clip.file.clone(), segments }).map_err(not_written)?;
        Ok(text + "\n")
    }

    /// `provenance.json`.
    pub(super) fn log(&self, clips: &[PlannedClip]) -> Result<String, Problem> {
        let whole = Provenance {
            kind: KIND.into(),
            version: 1,
            log_key: self.log_key.clone(),
            newest: self.newest.clone(),
            witnesses: self.witnesses.clone(),
            checkpoints: self.checkpoints.clone(),
            clips: clips.iter().map(files).collect(),
        };
        serde_json::to_string_pretty(&whole).map(|text| text + "\n").map_err(not_written)
    }
}

/// Where a clip's records are.
pub(super) fn files(clip: &PlannedClip) -> ClipFiles {
    let (_, name) = clip.file.rsplit_once('/').unwrap_or(("", &clip.file));
    let name = name.trim_end_matches(".mp4");
    ClipFiles {
        clip: clip.file.clone(),
        heads: format!("{RECORDS_FOLDER}/{name}.heads"),
        segments: format!("{RECORDS_FOLDER}/{name}.segments.json"),
    }
}
