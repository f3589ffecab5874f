//! Writes a prepared bundle while it is sent: clips, records, and at the end what binds them.

use std::{collections::BTreeMap, io::Write, sync::Arc};

use sha2::{Digest, Sha256};

use super::{PlannedClip, Prepared, not_written, provenance, working};
use crate::{
    adapters::{
        bundle::write::BundleWriter,
        clock,
        index::{audit, segment},
        paper::document::{self, Look},
        video::Caption,
    },
    domain::{
        audit::Outcome,
        export::{
            ALLOWED_SIGNERS, AUDIT_PROOF, INDEX, MANIFEST, MASTER_FOLDER, PROVENANCE, README, REPORT_HTML, REPORT_PDF, SIGNER,
            STATEMENT_HTML, STATEMENT_PDF, SUMS, SUMS_P256, SUMS_SSHSIG, VERIFIER, VERIFIER_TEXT, WORKING_FOLDER,
            cut::Chosen,
            manifest::{Asked, Clip, Derived, Manifest, SignerFingerprints, Site, Source},
            page,
            provenance::fingerprint,
            readme,
            report::{self, local_time},
            signature, statement, sums,
        },
        instant::{Synchronised, UtcInstant},
    },
    jobs::{
        audit as log,
        read_ahead::{self, Wanted},
    },
    problem::Problem,
};

/// In the log: SHA-256 of the list of hashes, hexadecimal.
pub(super) const SUMS_SHA256: &str = "sums_sha256";

/// The parts of working copies, by the clip's number.
type Copies = BTreeMap<usize, Vec<Derived>>;

fn wanted(clip: &PlannedClip) -> Vec<Wanted<'_>> {
    let place = |chosen: &Chosen| {
        let opened = &clip.segments[chosen.segment];
        Wanted { row: &opened.row, number: chosen.fragment, entry: &opened.index.fragments[chosen.fragment] }
    };
    clip.plan.fragments.iter().map(place).collect()
}

impl Prepared {
    /// What the download is called: neutral, since names of files travel.
    pub fn file_name(&self) -> String {
        format!("holdfast-export-{}.zip", &self.row.id.to_string()[..8])
    }

    /// Writes the whole bundle, and into the log how that went: with the hash of its list of hashes, so
    /// that any copy of this bundle can be told from another.
    pub fn write(self, to: impl Write) -> Result<(), Problem> {
        let (house, mut leaf) = (Arc::clone(&self.house), self.fetch.clone());
        let written = self.write_files(to);
        match &written {
            Ok(sums) => {
                leaf.outcome = Outcome::Done;
                leaf.details.insert(SUMS_SHA256.to_owned(), hex::encode(Sha256::digest(sums)).into());
            }
            Err(_) => leaf.outcome = Outcome::Failed,
        }
        house.catalogue.write(|transaction| audit::append(transaction, &clock::now(), &leaf))?;
        log::sign_act(&house);
        written.map(|_| ())
    }

    /// Returns the list of hashes.
    fn write_files(self, to: impl Write) -> Result<Vec<u8>, Problem> {
        let mut bundle = BundleWriter::new(to);
        for clip in &self.clips {
            let heads = self.write_clip(clip, &mut bundle)?;
            let files = provenance::files(clip);
            bundle.add(&files.heads, &heads).map_err(not_written)?;
            bundle.add(&files.segments, self.provenance.segments(clip)?.as_bytes()).map_err(not_written)?;
        }
        let copies = self.write_copies(&mut bundle);
        let manifest = self.manifest(bundle.sums(), &copies)?;
        bundle.add(PROVENANCE, self.provenance.log(&self.clips)?.as_bytes()).map_err(not_written)?;
        bundle.add(VERIFIER, VERIFIER_TEXT.as_bytes()).map_err(not_written)?;
        let canonical = manifest.canonical().map_err(not_written)?;
        let signers = self.house.signers();
        let p256 = signers.export_p256().ok_or_else(|| not_written(signature::SignatureError::NotMade))?;
        let (report, statement) = (report::write(&manifest, &self.told), statement::write(&manifest));
        for (paper, html, pdf) in [(report, REPORT_HTML, REPORT_PDF), (statement, STATEMENT_HTML, STATEMENT_PDF)] {
            bundle.add(html, paper.html().as_bytes()).map_err(not_written)?;
            bundle.add(pdf, &document::pdf(&paper, &Look::BUNDLE).map_err(not_written)?).map_err(not_written)?;
        }
        let identity = signature::identity(&self.site.name);
        let files = [
            (MANIFEST, canonical.into_bytes()),
            (AUDIT_PROOF, self.proof.to_text().into_bytes()),
            (SIGNER, signature::signer_pem(p256).map_err(not_written)?.into_bytes()),
            (ALLOWED_SIGNERS, signature::allowed_signers(&signers.export_ed25519, &identity).map_err(not_written)?.into_bytes()),
            (INDEX, page::write(&manifest).into_bytes()),
            (README, readme::write(&manifest, &identity).into_bytes()),
        ];
        for (name, content) in files {
            bundle.add(name, &content).map_err(not_written)?;
        }
        let listed = sums::write(bundle.sums()).into_bytes();
        bundle.add(SUMS, &listed).map_err(not_written)?;
        let sshsig = signature::sign_ssh(&signers.export_ed25519, &listed).map_err(not_written)?;
        bundle.add(SUMS_SSHSIG, sshsig.as_bytes()).map_err(not_written)?;
        bundle.add(SUMS_P256, &signature::sign_p256(p256, &listed)).map_err(not_written)?;
        bundle.finish().map_err(not_written)?;
        Ok(listed)
    }

    /// Writes a clip, each fragment's pictures after the other's; returns what stood before them.
    fn write_clip(&self, clip: &PlannedClip, bundle: &mut BundleWriter<impl Write>) -> Result<Vec<u8>, Problem> {
        bundle.begin(&clip.file, clip.head.file_bytes).map_err(not_written)?;
        bundle.write_all(&clip.head.bytes).map_err(not_written)?;
        let wanted = wanted(clip);
        let mut heads = Vec::new();
        read_ahead::fragments(&self.house.vault, &wanted, |fragment| {
            heads.extend_from_slice(&fragment.head);
            bundle.write_all(&fragment.pictures).map_err(not_written)
        })?;
        Ok(heads)
    }

    /// Writes the working copies. One that fails is left out: the masters are what was asked for.
    fn write_copies(&self, bundle: &mut BundleWriter<impl Write>) -> Copies {
        let mut copies = Copies::new();
        let Some(workers) = &self.copy.workers else { return copies };
        for (number, clip) in self.clips.iter().enumerate().filter(|(_, clip)| self.copy.working.includes(clip)) {
            let name = clip.file.trim_start_matches(MASTER_FOLDER).trim_start_matches('/').trim_end_matches(".mp4");
            let place = self.places.iter().find(|(id, ..)| *id == clip.camera);
            let shown = place.map_or_else(|| clip.camera.to_string(), |(_, name, _)| name.clone());
            let caption = Caption { name: shown, time_zone: self.site.time_zone.clone() };
            let mut parts = Vec::new();
            let made = working::make(&self.house.vault, workers, clip, caption, &wanted(clip), |part| {
                let file = format!("{WORKING_FOLDER}/{name}-WORKING-{}.mp4", parts.len() + 1);
                bundle.begin(&file, part.head.file_bytes).map_err(not_written)?;
                bundle.write_all(&part.head.bytes).map_err(not_written)?;
                part.pictures.iter().try_for_each(|pictures| bundle.write_all(pictures)).map_err(not_written)?;
                parts.push(Derived {
                    file,
                    sha256: String::new(),
                    bytes: part.head.file_bytes,
                    start: UtcInstant::from_media_ticks(part.start_ticks),
                    end: UtcInstant::from_media_ticks(part.end_ticks),
                    frames: part.head.frames,
                });
                Ok(())
            });
            if let Err(error) = made {
                tracing::error!(clip = clip.file, %error, "a working copy is not whole; what there is of it is in the bundle");
            }
            copies.insert(number, parts);
        }
        copies
    }

    fn manifest(&self, sums: &sums::Sums, copies: &Copies) -> Result<Manifest, Problem> {
        let signers = self.house.signers();
        let p256 = signers.export_p256().ok_or_else(|| not_written(signature::SignatureError::NotMade))?;
        let local = |at: UtcInstant| local_time(at, &self.site.time_zone);
        Ok(Manifest {
            kind: "holdfast-export".into(),
            version: 2,
            made_by: concat!("Holdfast ", env!("CARGO_PKG_VERSION")).into(),
            export: self.row.id.to_string(),
            case: self.row.case_reference.clone(),
            purpose: self.row.purpose.clone(),
            created: clock::now().utc,
            operator: self.row.by_whom.clone(),
            audit_leaf: self.row.leaf.0,
            site: Site {
                name: self.site.name.clone(),
                controller: self.site.controller.clone(),
                id: self.house.vault.site().to_string(),
                time_zone: self.site.time_zone.clone(),
            },
            asked: Asked {
                cameras: self.row.cameras.clone(),
                from: self.row.asked.from(),
                to: self.row.asked.to(),
                from_local: local(self.row.asked.from()),
                to_local: local(self.row.asked.to()),
            },
            clips: self.clips.iter().enumerate().map(|(number, clip)| self.clip(clip, number, sums, copies)).collect(),
            gaps: self.gaps.clone(),
            signer: SignerFingerprints {
                ed25519: signature::ed25519_fingerprint(&signers.export_ed25519),
                p256: signature::p256_fingerprint(p256).map_err(not_written)?,
                log: Some(fingerprint(&self.proof.key)),
            },
        })
    }

    fn clip(&self, clip: &PlannedClip, number: usize, sums: &sums::Sums, copies: &Copies) -> Clip {
        let mut used: BTreeMap<usize, u64> = BTreeMap::new();
        for chosen in &clip.plan.fragments {
            *used.entry(chosen.segment).or_default() += 1;
        }
        let rows: Vec<&segment::SegmentRow> = used.keys().map(|segment| &clip.segments[*segment].row).collect();
        let place = self.places.iter().find(|(id, ..)| *id == clip.camera);
        let start = UtcInstant::from_media_ticks(clip.plan.start_ticks);
        Clip {
            file: clip.file.clone(),
            sha256: sums.get(&clip.file).map(hex::encode).unwrap_or_default(),
            bytes: clip.head.file_bytes,
            camera: clip.camera.clone(),
            camera_name: place.map_or_else(|| clip.camera.to_string(), |(_, name, _)| name.clone()),
            camera_place: place.map(|(.., place)| place.clone()).unwrap_or_default(),
            codec: clip.parameters.codec,
            width_px: clip.parameters.width_px,
            height_px: clip.parameters.height_px,
            start,
            end: UtcInstant::from_media_ticks(clip.plan.end_ticks),
            start_local: local_time(start, &self.site.time_zone),
            frames: clip.head.frames,
            original: true,
            clock_synchronised: rows.iter().all(|row| row.clock == Synchronised::Yes),
            camera_clock_offset_ms: rows.iter().rev().find_map(|row| row.camera_clock_offset_nanos).map(|nanos| nanos / 1_000_000),
            segments: used
                .iter()
                .map(|(segment, fragments)| {
                    let row = &clip.segments[*segment].row;
                    Source {
                        id: row.id,
                        key_commitment: hex::encode(row.key_commitment),
                        fragment_root: row.fragment_root.map(hex::encode),
                        fragments: *fragments,
                    }
                })
                .collect(),
            exhibit: self.copy.exhibits.as_ref().map(|series| series.at(number)),
            working: copies
                .get(&number)
                .into_iter()
                .flatten()
                .map(|part| Derived { sha256: sums.get(&part.file).map(hex::encode).unwrap_or_default(), ..part.clone() })
                .collect(),
        }
    }
}
