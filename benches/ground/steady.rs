//! Cameras being recorded in the background, by the real writer and the real syncing thread: how long
//! what arrives has to wait, and whether all of it is kept.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use bytes::Bytes;
use holdfast::{
    adapters::{clock, index::segment},
    domain::{
        instant::{Interval, MEDIA_TICKS_PER_SECOND, UtcInstant},
        recording::{
            access_unit::{CodecParameters, Dependence, VideoCodec},
            index::Sample,
            segment::SegmentState,
        },
    },
    jobs::{
        house::House,
        record::{
            lane::{LANE_BYTES_MAX, Lane},
            sync::{self, SyncBook},
            writer::{Order, Writer},
        },
    },
};

use super::keys::CAMERAS;

const FRAMES_A_SECOND: u32 = 15;
/// 2 Mb/s.
const BYTES_A_SECOND: usize = 250_000;
/// Of one segment; cameras begin theirs one after the other.
const SEGMENT_FRAGMENTS: u32 = 20;

pub struct Recording {
    thread: JoinHandle<Recorded>,
    over: Arc<AtomicBool>,
    longest_nanos: Arc<AtomicU64>,
}

#[derive(Default)]
struct Recorded {
    fragments: u64,
    frames_lost: u64,
    since: Option<UtcInstant>,
}

impl Recording {
    pub fn start(house: &House) -> Self {
        let (over, longest_nanos) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(0)));
        let book = Arc::new(SyncBook::default());
        let syncing = sync::start(Arc::clone(&book), Arc::clone(&house.catalogue)).unwrap();
        let (vault, catalogue, ballast) = (Arc::clone(&house.vault), Arc::clone(&house.catalogue), Arc::clone(&house.keeping.ballast));
        let writer = Writer::new(vault, catalogue, Arc::clone(&book), ballast, house.open_count);
        let thread = {
            let (over, longest) = (Arc::clone(&over), Arc::clone(&longest_nanos));
            thread::spawn(move || {
                let recorded = record(writer, &over, &longest);
                book.stop();
                syncing.join().unwrap();
                recorded
            })
        };
        Self { thread, over, longest_nanos }
    }

    /// From when a fragment was there until it was written, the longest since the last call.
    pub fn longest_wait(&self) -> Duration {
        Duration::from_nanos(self.longest_nanos.swap(0, Ordering::Relaxed))
    }

    /// Fragments recorded, and frames lost on the way to the disk or missing on it.
    pub fn end(self, house: &House) -> (u64, u64) {
        self.over.store(true, Ordering::Relaxed);
        let recorded = self.thread.join().unwrap();
        let within = Interval::new(recorded.since.unwrap(), UtcInstant::FAR_FUTURE).unwrap();
        let rows = house.catalogue.read(|connection| segment::list(connection, None, &within, u32::MAX)).unwrap();
        let mut kept = 0;
        for row in rows.iter().filter(|row| row.state == SegmentState::Sealed && row.start >= within.from()) {
            let reader = house.vault.open_segment(row).expect("its key is there");
            reader.check(row).expect("it is what was sealed");
            kept += row.frames;
        }
        (recorded.fragments, (recorded.fragments * u64::from(FRAMES_A_SECOND)).saturating_sub(kept) + recorded.frames_lost)
    }
}

/// A fragment of each camera a second, one camera after the other, until told that it is over.
fn record(mut writer: Writer, over: &AtomicBool, longest_nanos: &AtomicU64) -> Recorded {
    let lanes: Vec<Lane> = (0..CAMERAS).map(|number| Lane::new(super::keys::camera(number))).collect();
    let parameters = Arc::new(parameters());
    let frame = Bytes::from(vec![0x5a; BYTES_A_SECOND / FRAMES_A_SECOND as usize]);
    let (began, since) = (Instant::now(), clock::now().utc);
    let mut recorded = Recorded { since: Some(since.plus_seconds(-1)), ..Recorded::default() };
    let mut open = vec![false; lanes.len()];
    for tick in 0u32.. {
        let camera = (tick % CAMERAS) as usize;
        let lane = &lanes[camera];
        let offset = Duration::from_secs(1) * tick / CAMERAS;
        thread::sleep((began + offset).saturating_duration_since(Instant::now()));
        let start_ticks = since.plus_nanos(offset.as_nanos() as i64).media_ticks();
        let second = tick / CAMERAS;
        let cuts_here = (second + camera as u32).is_multiple_of(SEGMENT_FRAGMENTS);
        let ends = over.load(Ordering::Relaxed);
        if (cuts_here || ends) && std::mem::take(&mut open[camera]) {
            writer.carry_out(lane, Order::Close { end_ticks: start_ticks, activity: vec![7], camera_clock_offset_nanos: None });
        }
        if ends {
            if open.iter().all(|open| !open) {
                break;
            }
            continue;
        }
        if !std::mem::replace(&mut open[camera], true) {
            writer.carry_out(lane, Order::Open { parameters: Arc::clone(&parameters), start_ticks, reading: clock::now() });
        }
        let dependence = |number| if number == 0 { Dependence::RandomAccess } else { Dependence::Dependent };
        let access_units: Vec<_> = (0..FRAMES_A_SECOND).map(|number| (sample(&frame, dependence(number)), frame.clone())).collect();
        lane.queue(&access_units);
        writer.carry_out(lane, Order::Fragment { start_ticks, access_units });
        let waited = (began + offset).elapsed();
        longest_nanos.fetch_max(waited.as_nanos() as u64, Ordering::Relaxed);
        recorded.fragments += 1;
        // What came in meanwhile had to fit into the camera's lane.
        let lost = waited.as_secs_f64() * BYTES_A_SECOND as f64 > LANE_BYTES_MAX as f64;
        if lost || lane.take_failure().is_some() {
            recorded.frames_lost += u64::from(FRAMES_A_SECOND);
        }
    }
    writer.finish();
    recorded
}

fn sample(frame: &Bytes, dependence: Dependence) -> Sample {
    Sample {
        size_bytes: frame.len() as u32,
        duration_ticks: MEDIA_TICKS_PER_SECOND as u32 / FRAMES_A_SECOND,
        composition_offset_ticks: 0,
        dependence,
    }
}

fn parameters() -> CodecParameters {
    let avcc = mp4_atom::Avcc {
        configuration_version: 1,
        avc_profile_indication: 0x4d,
        profile_compatibility: 0x40,
        avc_level_indication: 0x28,
        length_size: 4,
        sequence_parameter_sets: vec![vec![0x67, 0x4d, 0x40, 0x28, 1, 2, 3]],
        picture_parameter_sets: vec![vec![0x68, 4, 5]],
        ext: None,
    };
    let visual = mp4_atom::Visual { data_reference_index: 1, width: 1920, height: 1080, ..Default::default() };
    let mut sample_entry = Vec::new();
    let entry = mp4_atom::Codec::Avc1(mp4_atom::Avc1 { visual, avcc, ..Default::default() });
    mp4_atom::Encode::encode(&entry, &mut sample_entry).unwrap();
    CodecParameters {
        codec: VideoCodec::H264,
        rfc6381: "avc1.4d4028".into(),
        width_px: 1920,
        height_px: 1080,
        sample_entry: sample_entry.into(),
    }
}
