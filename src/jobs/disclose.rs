//! Handing out footage: ordered and logged first, then written as a bundle while it is sent.
//!
//! ```text
//! order ─► row + leaf (one transaction) ─► prepare: leaf of the fetch, plan, checkpoint, proofs
//!       ─► write: master/*.mp4 ─► records/ ─► manifest ─► README ─► sums ─► two signatures
//! ```
//!
//! Refuses a range in which nothing was recorded, and one that is restricted unless it is for a legal
//! claim. Pictures go from the vault to the zip fragment by
//! fragment; nothing is put on a disk in between. Next: `http::api::exports` sends it; `film` is a film of
//! it without the bundle.

mod film;

mod provenance;
mod told;
mod working;
mod write;

use std::sync::Arc;

use rusqlite::Transaction;
use uuid::Uuid;

use crate::{
    adapters::{
        clock,
        index::{
            CatalogueError, audit,
            export::{self, ExportRow},
            gap, redaction, segment,
            viewing::{purpose_from_name, purpose_name},
        },
        secret,
        vault::VaultError,
        video::MediaWorkers,
    },
    domain::{
        actor::{Actor, Purpose, PurposeKind},
        audit::{Action, Entry, Outcome, proof::AuditProof},
        camera::CameraId,
        export::{
            MASTER_FOLDER,
            cut::{self, ClipPlan, Offered},
            exhibit::ExhibitSeries,
            manifest::MissingStretch,
            progressive::{self, Chunk, Head},
            report::Told,
        },
        instant::{ClockReading, Interval, UtcInstant},
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
        restriction::{Barred, restricted},
    },
    problem::{Kind, Problem},
};

pub use self::{film::Film, told::custody};

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

/// The answer for an export that nobody ordered, or that the caller may not know of.
pub fn unknown() -> Problem {
    Problem::new(Kind::NotFound, "export_unknown", "There is no such export.", "The list of exports has those there are.")
}

pub fn find(house: &House, id: Uuid) -> Result<ExportRow, Problem> {
    house.catalogue.read(|connection| export::by_id(connection, id))?.ok_or_else(unknown)
}

/// What somebody who fetches a bundle says about this copy of it.
#[derive(Clone, Default)]
pub struct CopyAsked {
    /// Where its exhibit references begin; without it, it has none.
    pub exhibits: Option<ExhibitSeries>,
    pub working: WorkingCopies,
    /// Who makes working copies; without them there are none.
    pub workers: Option<MediaWorkers>,
}

impl CopyAsked {
    /// `first_exhibit` as it was typed.
    pub fn checked(first_exhibit: Option<&str>) -> Result<Self, Problem> {
        let series = first_exhibit.filter(|text| !text.trim().is_empty()).map(ExhibitSeries::parse).transpose();
        let exhibits = series.map_err(|error| {
            let next = "Write the first one as your force does, ending in its number: JS/1.";
            Problem::new(Kind::BadInput, "exhibit", "That is no exhibit reference that could be counted on from.", next).because(error)
        })?;
        Ok(Self { exhibits, ..Self::default() })
    }
}

pub use working::WorkingCopies;

/// A camera's id, name and place.
pub type CameraPlace = (CameraId, String, String);

/// Everything decided; only the pictures are still to be read.
pub struct Prepared {
    house: Arc<House>,
    row: ExportRow,
    /// The leaf that says it is fetched.
    fetch: Entry,
    site: SiteFacts,
    proof: AuditProof,
    copy: CopyAsked,
    provenance: provenance::Gathered,
    told: Told,
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
pub fn prepare(
    house: Arc<House>,
    actor: Actor,
    id: Uuid,
    copy: CopyAsked,
    site: SiteFacts,
    places: Vec<CameraPlace>,
) -> Result<Prepared, Problem> {
    let row = find(&house, id)?;
    if !house.catalogue.read(|connection| redaction::of_export(connection, id))?.is_empty() {
        let next = "Offer the film to the requester by a link on the case's page.";
        return Err(Problem::new(Kind::Conflict, "redacted_only", "This went out redacted; a bundle would hold the original.", next));
    }
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
        // Exhibit references hold initials.
        personal: copy.exhibits.iter().map(|series| ("exhibit", series.at(0))).collect(),
    };
    house.catalogue.write(|transaction| audit::append(transaction, &clock::now(), &entry))?;
    let fetch = Entry { personal: Vec::new(), ..entry };
    let (mut clips, mut gaps) = (Vec::new(), Vec::new());
    for camera in &row.cameras {
        let planned = plan_camera(&house, camera, &row.asked)?;
        gaps.extend(missing(&house, camera, &row.asked, &planned)?);
        clips.extend(planned);
    }
    // Signed now, so that it covers the sealing of everything that was planned.
    log::checkpoint_now(&house)?;
    let proof = log::prove(&house, row.leaf)?;
    let provenance = provenance::gather(&house, &clips, &proof)?;
    let told = told::of(&house, &row, &clips, &provenance.leaves())?;
    Ok(Prepared { house, row, fetch, site, proof, copy, provenance, told, clips, gaps, places })
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

pub(in crate::jobs) fn not_written(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Problem {
    Problem::new(
        Kind::Fault,
        "export_not_written",
        "The export could not be finished.",
        "Fetch it again; what arrived so far is not a bundle. If it stays so, the log says why.",
    )
    .because(error)
}
