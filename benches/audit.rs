//! How long a million leaves take to verify, and to verify and replay: `cargo bench --bench audit`.
//!
//! A log like that of a box with eight cameras after two months: segments sealed and expired, key
//! generations destroyed daily, people looking. Another number of leaves can be given as argument.

#![allow(clippy::unwrap_used, reason = "a bench that cannot go on has failed")]

use std::time::Instant;

use holdfast::{
    adapters::{
        clock,
        index::{audit, store},
        vault::custody::{EpochPlace, MasterPlace},
    },
    domain::{
        actor::{Actor, UserId},
        audit::{Action, Entry, Outcome},
        camera::CameraId,
        instant::{ClockReading, UtcInstant},
    },
    jobs::{
        audit as log,
        house::{House, StorePlace},
        prove_expiry,
        record::leaf,
    },
};
use rusqlite::params;
use serde_json::json;
use tempfile::TempDir;
use uuid::Uuid;

// As in the program itself.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const LEAVES: u64 = 1_000_000;
const CAMERAS: u64 = 8;
const LIMIT_SECONDS: f64 = 10.0;
const SITE_KEPT_DAYS: i64 = 31;

fn main() {
    let leaves = std::env::args().filter_map(|argument| argument.parse().ok()).next().unwrap_or(LEAVES);
    let (folder, keys) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    let place = StorePlace { data: folder.path(), keys: keys.path(), master: &MasterPlace::File, epochs: &EpochPlace::KeysFolder };
    House::create(&place).unwrap();
    let house = House::open(&place, &[]).unwrap();
    let started = Instant::now();
    fill(&house, leaves);
    println!("audit: {leaves} leaves written in {:.1} s", started.elapsed().as_secs_f64());
    log::checkpoint_now(&house).unwrap();

    let started = Instant::now();
    let verdict = log::verify(&house).unwrap();
    let plain = started.elapsed().as_secs_f64();
    assert!(verdict.ok, "{}", verdict.detail);
    println!("audit: {} leaves verified in {plain:.2} s (limit {LIMIT_SECONDS} s)", verdict.leaves);

    let started = Instant::now();
    let proof = prove_expiry::prove(&house).unwrap();
    let replayed = started.elapsed().as_secs_f64();
    assert!(proof.ok, "{}", proof.detail);
    println!(
        "audit: {} recorded, {} expired: verified and replayed in {replayed:.2} s (limit {LIMIT_SECONDS} s)",
        proof.recorded, proof.expired
    );
}

/// A minute of each camera is sealed, and a minute of each expires a period later; people look. Every
/// live segment would need a key synced to the disk, so in the end all have expired.
fn fill(house: &House, leaves: u64) {
    let cameras: Vec<CameraId> = (0..CAMERAS).map(|number| CameraId::new(&format!("camera-{number}")).unwrap()).collect();
    let start = clock::now().utc.plus_seconds(-400 * 86_400);
    let segments = leaves * 9 / 20;
    let (mut sealed, mut expired, mut written, mut day) = (0, 0, house_leaves(house), 0);
    let behind = (segments / 2).min(SITE_KEPT_DAYS as u64 * 1440 * CAMERAS);
    while written < leaves || expired < segments {
        house
            .catalogue
            .write(|tx| {
                let mut batch = Vec::new();
                let now = start.plus_seconds((sealed.max(expired + behind) / CAMERAS) as i64 * 60);
                let reading = ClockReading { utc: now, ..clock::now() };
                for _ in 0..CAMERAS {
                    if sealed < segments {
                        let camera = &cameras[(sealed % CAMERAS) as usize];
                        let number = store::camera_number(tx, camera, start)?;
                        let at = moment(start, sealed);
                        tx.prepare_cached(
                            "INSERT INTO segment (id, camera, state, start_utc_ns, end_utc_ns, key_epoch, key_slot, key_commitment, clock_synchronised,
                             codec, width_px, height_px, expired_utc_ns, file_gone) VALUES (?1, ?2, 'expired', ?3, ?4, 1, ?5, ?6, 1, 'h264', 2560, 1440, 1, 1)",
                        )?
                        .execute(params![
                            Uuid::from_u128(sealed.into()).as_bytes(),
                            number,
                            at.unix_nanos(),
                            at.plus_seconds(60).unix_nanos(),
                            sealed as u32,
                            [7u8; 32]
                        ])?;
                        batch.push(seal(camera, sealed, at));
                        sealed += 1;
                    }
                    if expired < sealed && (sealed - expired > behind || sealed == segments) {
                        batch.push(expire(&cameras[(expired % CAMERAS) as usize], expired, moment(start, expired)));
                        expired += 1;
                    }
                }
                if now.nanos_since(start) / 86_400_000_000_000 > day || expired == segments {
                    day += 1;
                    batch.push(leaf::by_job(Action::KeysDestroyed, "rotate", format!("epoch/{day}"), json!({"epoch": day, "custody": "tpm2"})));
                }
                let looks = if expired == segments { leaves.saturating_sub(written).clamp(1, 1000) } else { 1 };
                batch.extend((0..looks).map(|_| look()));
                written += batch.len() as u64;
                audit::append_all(tx, &reading, &batch)
            })
            .unwrap();
    }
}

fn house_leaves(house: &House) -> u64 {
    house.catalogue.read(audit::size).unwrap()
}

fn moment(start: UtcInstant, segment: u64) -> UtcInstant {
    start.plus_seconds((segment / CAMERAS) as i64 * 60)
}

fn seal(camera: &CameraId, segment: u64, at: UtcInstant) -> Entry {
    let details = json!({
        "camera": camera, "start": at, "key_commitment": hex::encode([7; 32]), "end": at.plus_seconds(60), "frames": 1500, "fragments": 120,
        "fragment_root": hex::encode([9; 32]), "records": 1200,
    });
    leaf::by_job(Action::SegmentSeal, "record", Uuid::from_u128(segment.into()).to_string(), details)
}

fn expire(camera: &CameraId, segment: u64, at: UtcInstant) -> Entry {
    let period = SITE_KEPT_DAYS * 86_400;
    let details = json!({
        "camera": camera, "start": at, "end": at.plus_seconds(60), "key_commitment": hex::encode([7; 32]), "epoch": 1, "ground": "retention",
        "period_s": period, "due": at.plus_seconds(60 + period),
    });
    leaf::by_job(Action::SegmentExpire, "expire", Uuid::from_u128(segment.into()).to_string(), details)
}

fn look() -> Entry {
    Entry {
        actor: Actor::Staff { id: UserId(Uuid::from_u128(7)), name: "Ada".into() },
        action: Action::ViewOpen,
        object: "view/7".into(),
        outcome: Outcome::Done,
        basis: Some("patrol_review".into()),
        details: serde_json::Map::new(),
        personal: vec![("name", "Ada".into()), ("reason", "A noise at night".into())],
    }
}
