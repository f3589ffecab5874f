//! Whether a bundle's pictures are those that were logged as they were recorded.

use std::io::{self, Read};

use sha2::{Digest, Sha256};

use crate::{
    adapters::bundle::read::Bundle,
    domain::{
        audit::tree::Hash,
        export::{
            PROVENANCE,
            manifest::{Clip, Manifest},
            provenance::{self, CheckedLog, ClipSegments, Head, Proven, Provenance, Unproven},
        },
    },
    jobs::hashing::Hashing,
};

/// A clip's records are at most this large, bytes: a week has about half of it.
const RECORDS_MAX: u64 = 1 << 30;

/// Checks every clip of a manifest that names its log.
pub(super) fn check(bundle: &mut Bundle, manifest: &Manifest, log_fingerprint: &str) -> Result<String, String> {
    let told = |error: Unproven| error.to_string();
    let records: Provenance = provenance::parse(&text(bundle, PROVENANCE)?, "provenance.json").map_err(told)?;
    let log = records.check(&format!("holdfast/{}", manifest.site.id), log_fingerprint).map_err(told)?;
    let mut all = Proven::default();
    for clip in &manifest.clips {
        let proven = check_clip(bundle, &records, clip, &log).map_err(|error| format!("{}: {error}", clip.file))?;
        all.fragments += proven.fragments;
        all.not_logged_yet += proven.not_logged_yet;
        all.witnessed += proven.witnessed;
        all.logged_within_nanos = all.logged_within_nanos.max(proven.logged_within_nanos);
    }
    Ok(sentence(&all))
}

fn sentence(all: &Proven) -> String {
    let mut said = format!("{} fragments are those that were recorded", all.fragments);
    if all.not_logged_yet < all.fragments {
        let seconds = (all.logged_within_nanos + 999_999_999) / 1_000_000_000;
        said.push_str(&format!(", in the log within {seconds} s of their segment's end"));
    }
    if all.not_logged_yet > 0 {
        said.push_str(&format!("; {} of them were not logged yet when this was made", all.not_logged_yet));
    }
    if all.witnessed > 0 {
        said.push_str(&format!("; a witness had seen the log with {} of them", all.witnessed));
    }
    said
}

fn text(bundle: &mut Bundle, name: &str) -> Result<String, String> {
    let bytes = bundle.read(name, RECORDS_MAX).map_err(|error| error.to_string())?;
    String::from_utf8(bytes).map_err(|_| format!("{name} is not text"))
}

fn check_clip(bundle: &mut Bundle, records: &Provenance, clip: &Clip, log: &CheckedLog) -> Result<Proven, String> {
    let told = |error: Unproven| error.to_string();
    let files = records.clips.iter().find(|files| files.clip == clip.file).ok_or("there are no records of it")?;
    let bytes = bundle.read(&files.heads, RECORDS_MAX).map_err(|error| error.to_string())?;
    let heads = provenance::heads(&bytes).map_err(told)?;
    let segments: ClipSegments = provenance::parse(&text(bundle, &files.segments)?, "the file of its segments").map_err(told)?;
    let hashes = bundle.with(&clip.file, |reader| hashes(reader, clip.bytes, &heads)).map_err(|error| error.to_string())?;
    let hashes = hashes.filter(|_| segments.clip == clip.file).ok_or_else(|| told(Unproven::Length))?;
    segments.check(clip, &heads, &hashes, log).map_err(told)
}

/// Hash of each fragment; None when the file hasn't exactly their pictures in its last box.
fn hashes(reader: &mut dyn Read, bytes: u64, heads: &[Head<'_>]) -> io::Result<Option<Vec<Hash>>> {
    let pictures: u64 = heads.iter().map(|head| head.pictures).sum();
    let Some(before) = bytes.checked_sub(pictures).filter(|before| *before <= RECORDS_MAX) else { return Ok(None) };
    let mut front = Vec::new();
    reader.take(before).read_to_end(&mut front)?;
    // The last box begins with a length of four or of sixteen bytes in all.
    let short = front.last_chunk::<8>().is_some_and(|header| header[4..] == *b"mdat");
    let long = front.last_chunk::<16>().is_some_and(|header| header[4..8] == *b"mdat");
    if !short && !long {
        return Ok(None);
    }
    let mut hashes = Vec::with_capacity(heads.len());
    for head in heads {
        let mut hash = Sha256::new_with_prefix(head.bytes);
        let copied = io::copy(&mut reader.take(head.pictures), &mut Hashing(&mut hash))?;
        if copied != head.pictures {
            return Ok(None);
        }
        hashes.push(hash.finalize().into());
    }
    Ok((reader.read(&mut [0])? == 0).then_some(hashes))
}
