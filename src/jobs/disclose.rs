//! Handing out footage: ordered and logged first, then written as a bundle while it is sent.
//!
//! ```text
//! order ─► row + leaf (one transaction) ─► prepare: leaf of the fetch, checkpoint, proof, plan
//!       ─► write: master/*.mp4 ─► manifest ─► audit proof ─► README ─► sums ─► two signatures
//! ```
//!
//! Refuses a range in which nothing was recorded, and one that is restricted unless it is for a legal
//! claim. Pictures go from the vault to the zip fragment by
//! fragment; nothing is put on a disk in between. Next: `http::api::exports` sends it.

use std::{collections::BTreeMap, io::Write, sync::Arc};

use rusqlite::Transaction;
use uuid::Uuid;

use crate::{
    adapters::{
        bundle::write::BundleWriter,
        clock,
        index::{
            CatalogueError, audit,
            export::{self, ExportRow},
            gap, segment,
            viewing::{purpose_from_name, purpose_name},
        },
        secret,
        vault::VaultError,
    },
    domain::{
        actor::{Actor, Purpose, PurposeKind},
        audit::{Action, Entry, Outcome, proof::AuditProof},
        camera::CameraId,
        export::{
            ALLOWED_SIGNERS, AUDIT_PROOF, MANIFEST, MASTER_FOLDER, README, SIGNER, SUMS, SUMS_P256, SUMS_SSHSIG,
            cut::{self, ClipPlan, Offered},
            manifest::{Asked, Clip, Manifest, MissingStretch, SignerFingerprints, Site, Source},
            progressive::{self, Chunk, Head},
            readme, signature, sums,
        },
        instant::{ClockReading, Interval, Synchronised, UtcInstant},
        recording::{
            access_unit::CodecParameters,
            gap::{Gap, GapCause},
            index::SegmentIndex,
        },
        request::case::CaseReference,
    },
    jobs::{
        audit as log,
        house::House,
        read_ahead::{self, Wanted},
        restriction::{Barred, restricted},
    },
    problem::{Kind, Problem},
};

/// What somebody wants.
pub struct ExportAsked {
    pub case_reference: String,
    pub cameras: Vec<CameraId>,
    pub range: Interval,
    pub purpose: Purpose,
}

/// The site as a bundle names it.
#[derive(Clone, Debug)]
pub struct SiteFacts {
    pub name: String,
    pub controller: String,
    pub time_zone: String,
}

/// The longest range of one export: longer ones are asked for in parts.
const RANGE_SECONDS_MAX: i64 = 7 * 86_400;
const CAMERAS_MAX: usize = 64;

/// Writes down who wants what for which case, and what it will about weigh.
pub fn order(house: &House, actor: Actor, by_whom: String, asked: ExportAsked) -> Result<ExportRow, Problem> {
    if CaseReference::parse(&asked.case_reference).is_ok() {
        return Err(Problem::new(
            Kind::Conflict,
            "case_bound",
            "This reference is a case, and footage of a case goes out by its release only.",
            "Decide the case and have it approved; then release it.",
        ));
    }
    let planned = plan(house, asked)?;
    let row = house.catalogue.write(|transaction| enter(transaction, actor, by_whom, planned, &clock::now()))?;
    log::checkpoint_now(house)?;
    Ok(row)
}

/// An export that can be ordered.
pub(super) struct Planned {
    id: Uuid,
    asked: ExportAsked,
    estimate_bytes: u64,
}

/// Checks what is wanted, and weighs it.
pub(super) fn plan(house: &House, asked: ExportAsked) -> Result<Planned, Problem> {
    let bad = |code, sentence: &str, next: &str| Problem::new(Kind::BadInput, code, sentence, next);
    let case_reference = asked.case_reference.trim().to_owned();
    if case_reference.is_empty() || case_reference.chars().count() > 60 || case_reference.chars().any(char::is_control) {
        return Err(bad(
            "case",
            "The case reference needs 1 to 60 characters on one line.",
            "Use the provider's own numbering, like CCTV-2026-014.",
        ));
    }
    if asked.cameras.is_empty() || asked.cameras.len() > CAMERAS_MAX {
        return Err(bad("cameras", "An export needs one to 64 cameras.", "Name the cameras whose footage is wanted."));
    }
    if asked.range.nanos() > RANGE_SECONDS_MAX * 1_000_000_000 {
        return Err(bad("range_long", "The range is longer than a week.", "Ask for it in parts of a week at most."));
    }
    refuse_restricted(house, &asked.cameras, &asked.range, asked.purpose.kind)?;
    let mut estimate_bytes = 0;
    for camera in &asked.cameras {
        for row in house.catalogue.read(|connection| segment::overlapping(connection, camera, &asked.range))? {
            let reader = house.vault.open_segment(&row).map_err(unreadable)?;
            let within = reader.index().fragments.iter().filter(|fragment| {
                fragment.start_ticks < asked.range.to().media_ticks() && fragment.end_ticks() > asked.range.from().media_ticks()
            });
            estimate_bytes += within.map(|fragment| u64::from(fragment.bytes)).sum::<u64>();
        }
    }
    if estimate_bytes == 0 {
        return Err(Problem::new(
            Kind::NotFound,
            "nothing_recorded",
            "None of these cameras recorded anything in this range.",
            "Look at the time line for what there is, and why something is missing.",
        ));
    }
    Ok(Planned { id: secret::random_uuid()?, asked: ExportAsked { case_reference, ..asked }, estimate_bytes })
}

/// Writes an order down with its leaf.
pub(super) fn enter(
    transaction: &Transaction<'_>,
    actor: Actor,
    by_whom: String,
    planned: Planned,
    at: &ClockReading,
) -> Result<ExportRow, CatalogueError> {
    let Planned { id, asked, estimate_bytes } = planned;
    let entry = Entry {
        actor,
        action: Action::ExportCreate,
        object: format!("export/{id}"),
        outcome: Outcome::Intent,
        basis: Some(purpose_name(asked.purpose.kind).to_owned()),
        details: details([
            ("cameras", serde_json::json!(asked.cameras)),
            ("from", serde_json::json!(asked.range.from())),
            ("to", serde_json::json!(asked.range.to())),
        ]),
        // A case reference can name a person.
        personal: vec![("case", asked.case_reference.clone()), ("reason", asked.purpose.reason.as_str().to_owned())],
    };
    let leaf = audit::append(transaction, at, &entry)?;
    let row = ExportRow {
        id,
        case_reference: asked.case_reference,
        cameras: asked.cameras,
        asked: asked.range,
        purpose: purpose_name(asked.purpose.kind).to_owned(),
        by_whom,
        leaf,
        estimate_bytes,
        created: at.utc,
    };
    export::add(transaction, &row)?;
    Ok(row)
}

fn details<const N: usize>(pairs: [(&str, serde_json::Value); N]) -> serde_json::Map<String, serde_json::Value> {
    pairs.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

/// Refuses if anything of these cameras that an export would hold is restricted for this purpose: the
/// range itself, or what the cut takes with it to reach a key frame.
fn refuse_restricted(house: &House, cameras: &[CameraId], asked: &Interval, purpose: PurposeKind) -> Result<(), Problem> {
    let reach = reach(asked);
    for camera in cameras {
        let barred = Barred::of(house, camera, &reach, purpose)?;
        if barred.is_clear() {
            continue;
        }
        let clips = if barred.hides(asked) { return Err(restricted()) } else { plan_camera(house, camera, asked)? };
        for clip in clips {
            let chosen = clip.plan.fragments.iter().map(|chosen| &clip.segments[chosen.segment].index.fragments[chosen.fragment]);
            if chosen.into_iter().any(|entry| barred.hides_ticks(entry.start_ticks, entry.end_ticks())) {
                return Err(restricted());
            }
        }
    }
    Ok(())
}

/// A minute more on either side: the cut goes outward to key frames.
fn reach(asked: &Interval) -> Interval {
    Interval::new(asked.from().plus_seconds(-60), asked.to().plus_seconds(60)).unwrap_or(*asked)
}

/// All exports, newest first.
pub fn list(house: &House) -> Result<Vec<ExportRow>, Problem> {
    Ok(house.catalogue.read(export::list)?)
}

/// A camera's id, name and place.
pub type CameraPlace = (CameraId, String, String);

/// Everything decided; only the pictures are still to be read.
pub struct Prepared {
    house: Arc<House>,
    row: ExportRow,
    site: SiteFacts,
    proof: AuditProof,
    clips: Vec<PlannedClip>,
    gaps: Vec<MissingStretch>,
    places: Vec<CameraPlace>,
}

struct PlannedClip {
    file: String,
    camera: CameraId,
    parameters: CodecParameters,
    plan: ClipPlan,
    head: Head,
    /// By the segment numbers of the plan.
    segments: Arc<Vec<Opened>>,
}

struct Opened {
    row: segment::SegmentRow,
    index: SegmentIndex,
}

/// Logs the fetch and plans the bundle of an export.
pub fn prepare(house: Arc<House>, actor: Actor, id: Uuid, site: SiteFacts, places: Vec<CameraPlace>) -> Result<Prepared, Problem> {
    let unknown = || Problem::new(Kind::NotFound, "export_unknown", "There is no such export.", "The list of exports has those there are.");
    let row = house.catalogue.read(|connection| export::by_id(connection, id))?.ok_or_else(unknown)?;
    // A restriction may have come since the order. A purpose that isn't known any more is none.
    let purpose = purpose_from_name(&row.purpose).unwrap_or(PurposeKind::Case);
    refuse_restricted(&house, &row.cameras, &row.asked, purpose)?;
    let entry = Entry {
        actor,
        action: Action::ExportDownload,
        object: format!("export/{id}"),
        outcome: Outcome::Intent,
        basis: Some(row.purpose.clone()),
        details: details([("order", serde_json::json!(row.leaf))]),
        personal: Vec::new(),
    };
    house.catalogue.write(|transaction| audit::append(transaction, &clock::now(), &entry))?;
    let proof = log::prove(&house, row.leaf)?;
    let (mut clips, mut gaps) = (Vec::new(), Vec::new());
    for camera in &row.cameras {
        let planned = plan_camera(&house, camera, &row.asked)?;
        gaps.extend(missing(&house, camera, &row.asked, &planned)?);
        clips.extend(planned);
    }
    Ok(Prepared { house, row, site, proof, clips, gaps, places })
}

fn plan_camera(house: &House, camera: &CameraId, asked: &Interval) -> Result<Vec<PlannedClip>, Problem> {
    let rows = house.catalogue.read(|connection| segment::overlapping(connection, camera, &reach(asked)))?;
    let mut opened = Vec::new();
    let mut known: Vec<CodecParameters> = Vec::new();
    let mut numbers = Vec::new();
    for row in rows {
        let reader = match house.vault.open_segment(&row) {
            Ok(reader) if !reader.index().fragments.is_empty() => reader,
            Ok(_) => continue,
            Err(error) => {
                tracing::error!(segment = %row.id, %error, "a segment is left out of an export");
                continue;
            }
        };
        let parameters = reader.parameters().map_err(unreadable)?;
        let number = known.iter().position(|other| *other == parameters).unwrap_or_else(|| {
            known.push(parameters);
            known.len() - 1
        });
        numbers.push(number);
        opened.push(Opened { index: reader.index().clone(), row });
    }
    let offered: Vec<Offered<'_>> =
        opened.iter().zip(&numbers).map(|(opened, parameters)| Offered { index: &opened.index, parameters: *parameters }).collect();
    let plans = cut::plan(&offered, asked);
    let segments = Arc::new(opened);
    plans
        .into_iter()
        .enumerate()
        .map(|(number, plan)| {
            let parameters = known[numbers[plan.fragments[0].segment]].clone();
            let chunks: Vec<Chunk<'_>> = plan
                .fragments
                .iter()
                .map(|chosen| &segments[chosen.segment].index.fragments[chosen.fragment])
                .map(|entry| Chunk { start_ticks: entry.start_ticks, samples: &entry.samples })
                .collect();
            let head = progressive::head(&parameters, &chunks).map_err(|error| unreadable(error.into()))?;
            let start = UtcInstant::from_media_ticks(plan.start_ticks).to_timestamp().strftime("%Y%m%dT%H%M%SZ").to_string();
            let file = format!("{MASTER_FOLDER}/{camera}-{start}-{}.mp4", number + 1);
            Ok(PlannedClip { file, camera: camera.clone(), parameters, plan, head, segments: Arc::clone(&segments) })
        })
        .collect()
}

/// Stretches asked for but in no clip, with the cause where one was recorded; and lost packets.
fn missing(house: &House, camera: &CameraId, asked: &Interval, clips: &[PlannedClip]) -> Result<Vec<MissingStretch>, Problem> {
    const SHORT_NANOS: i64 = 250_000_000;
    let recorded: Vec<Gap> = house.catalogue.read(|connection| gap::overlapping(connection, camera, asked))?;
    let mut stretches = Vec::new();
    let mut at = asked.from();
    let ends = clips
        .iter()
        .map(|clip| (UtcInstant::from_media_ticks(clip.plan.start_ticks), UtcInstant::from_media_ticks(clip.plan.end_ticks)))
        .chain([(asked.to(), asked.to())]);
    for (start, end) in ends {
        if start.nanos_since(at) > SHORT_NANOS
            && let Ok(hole) = Interval::new(at, start.min(asked.to()))
        {
            let cause = recorded.iter().find(|gap| gap.interval.overlaps(&hole)).map(|gap| gap.cause);
            stretches.push(MissingStretch { camera: camera.clone(), from: hole.from(), to: hole.to(), cause });
        }
        at = at.max(end);
    }
    let lost = recorded.iter().filter(|gap| gap.cause == GapCause::PacketLoss).map(|gap| MissingStretch {
        camera: camera.clone(),
        from: gap.interval.from(),
        to: gap.interval.to(),
        cause: Some(gap.cause),
    });
    stretches.extend(lost);
    Ok(stretches)
}

fn unreadable(error: VaultError) -> Problem {
    crate::jobs::footage::FootageError::from(error).into()
}

impl Prepared {
    /// What the download is called: neutral, since names of files travel.
    pub fn file_name(&self) -> String {
        format!("holdfast-export-{}.zip", &self.row.id.to_string()[..8])
    }

    /// Writes the whole bundle.
    pub fn write(self, to: impl Write) -> Result<(), Problem> {
        let mut bundle = BundleWriter::new(to);
        for clip in &self.clips {
            self.write_clip(clip, &mut bundle)?;
        }
        let manifest = self.manifest(bundle.sums())?;
        let canonical = manifest.canonical().map_err(not_written)?;
        let signers = self.house.signers();
        let p256 = signers.export_p256().ok_or_else(|| not_written(signature::SignatureError::NotMade))?;
        let identity = signature::identity(&self.site.name);
        let files = [
            (MANIFEST, canonical.into_bytes()),
            (AUDIT_PROOF, self.proof.to_text().into_bytes()),
            (SIGNER, signature::signer_pem(p256).map_err(not_written)?.into_bytes()),
            (ALLOWED_SIGNERS, signature::allowed_signers(&signers.export_ed25519, &identity).map_err(not_written)?.into_bytes()),
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
        bundle.finish().map_err(not_written)
    }

    fn write_clip(&self, clip: &PlannedClip, bundle: &mut BundleWriter<impl Write>) -> Result<(), Problem> {
        bundle.begin(&clip.file, clip.head.file_bytes).map_err(not_written)?;
        bundle.write_all(&clip.head.bytes).map_err(not_written)?;
        let wanted: Vec<Wanted<'_>> = clip
            .plan
            .fragments
            .iter()
            .map(|chosen| {
                let opened = &clip.segments[chosen.segment];
                Wanted { row: &opened.row, number: chosen.fragment, entry: &opened.index.fragments[chosen.fragment] }
            })
            .collect();
        read_ahead::pictures(&self.house.vault, &wanted, |pictures| bundle.write_all(&pictures).map_err(not_written))
    }

    fn manifest(&self, sums: &sums::Sums) -> Result<Manifest, Problem> {
        let signers = self.house.signers();
        let p256 = signers.export_p256().ok_or_else(|| not_written(signature::SignatureError::NotMade))?;
        let local = |at: UtcInstant| local_time(at, &self.site.time_zone);
        Ok(Manifest {
            kind: "holdfast-export".into(),
            version: 1,
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
            clips: self.clips.iter().map(|clip| self.clip(clip, sums)).collect(),
            gaps: self.gaps.clone(),
            signer: SignerFingerprints {
                ed25519: signature::ed25519_fingerprint(&signers.export_ed25519),
                p256: signature::p256_fingerprint(p256).map_err(not_written)?,
            },
        })
    }

    fn clip(&self, clip: &PlannedClip, sums: &sums::Sums) -> Clip {
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
        }
    }
}

/// `2026-10-25 01:30:00 BST`: the zone's abbreviation tells the repeated hour apart.
fn local_time(at: UtcInstant, zone: &str) -> String {
    match at.to_timestamp().in_tz(zone) {
        Ok(local) => local.strftime("%Y-%m-%d %H:%M:%S %Z").to_string(),
        Err(_) => at.to_string(),
    }
}

fn not_written(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Problem {
    Problem::new(
        Kind::Fault,
        "export_not_written",
        "The export could not be finished.",
        "Fetch it again; what arrived so far is not a bundle. If it stays so, the log says why.",
    )
    .because(error)
}
