//! A store filled as the recorder fills it: the clip's own pictures, cut by the cutter, sealed by the
//! vault, with rows in the catalogue; only faster than they were filmed.

use std::{path::Path, sync::Arc};

use gstreamer as gst;
use holdfast::{
    adapters::{
        index::segment::{self, SegmentRow},
        vault::{
            custody::{EpochPlace, MasterPlace},
            writer::{NewSegment, SegmentWriter},
        },
    },
    demo::cameras::clip::Clip,
    domain::{
        camera::{CameraId, connection::ConnectionState},
        instant::{ClockReading, MEDIA_TICKS_PER_SECOND, Synchronised, UtcInstant},
        recording::{
            access_unit::{AccessUnit, CodecParameters, VideoCodec},
            cutter::{Cut, Cutter},
            gap::GapCause,
            nal_unit,
            segment::SegmentState,
        },
    },
    jobs::house::{House, StorePlace},
};
use tempfile::TempDir;

/// A store in a folder of its own, gone with it.
pub struct Store {
    folder: TempDir,
    cameras: Vec<CameraId>,
}

impl Store {
    /// `HOLDFAST_BENCH_DIR` says on which disk.
    pub fn new(cameras: u32) -> Self {
        let folder = match std::env::var_os("HOLDFAST_BENCH_DIR") {
            Some(disk) => TempDir::new_in(disk),
            None => TempDir::new(),
        }
        .expect("a folder for the store");
        std::fs::create_dir(folder.path().join("keys")).expect("a folder for the keys");
        let store = Self { folder, cameras: (0..cameras).map(|number| CameraId::new(&format!("c{number}")).expect("an id")).collect() };
        House::create(&store.place(&store.folder.path().join("data"), &store.folder.path().join("keys"))).expect("a store");
        store
    }

    fn place<'a>(&self, data: &'a Path, keys: &'a Path) -> StorePlace<'a> {
        StorePlace { data, keys, master: &MasterPlace::File, epochs: &EpochPlace::KeysFolder }
    }

    pub fn open(&self) -> Arc<House> {
        let (data, keys) = (self.folder.path().join("data"), self.folder.path().join("keys"));
        let cameras: Vec<_> = self.cameras.iter().map(|id| (id.clone(), ConnectionState::Off)).collect();
        Arc::new(House::open(&self.place(&data, &keys), &cameras).expect("the store opens"))
    }

    pub fn cameras(&self) -> &[CameraId] {
        &self.cameras
    }

    pub fn folder(&self) -> &Path {
        self.folder.path()
    }
}

/// A clip as a camera would send it, over and over.
pub struct Film {
    clip: Clip,
    parameters: Arc<CodecParameters>,
}

impl Film {
    pub fn load(file: &Path) -> Self {
        gst::init().expect("GStreamer");
        let clip = Clip::load(file).expect("the clip can be read").expect("the clip is H.264");
        let structure = clip.caps.structure(0).expect("caps");
        let side = |name: &str| structure.get::<i32>(name).expect("a size") as u16;
        let (width, height) = (side("width"), side("height"));
        let avcc = structure.get::<gst::Buffer>("codec_data").expect("parameter sets");
        let avcc = avcc.map_readable().expect("readable");
        let avcc = <mp4_atom::Avcc as mp4_atom::Atom>::decode_body(&mut avcc.as_slice()).expect("an avcC");
        let rfc6381 =
            format!("avc1.{:02x}{:02x}{:02x}", avcc.avc_profile_indication, avcc.profile_compatibility, avcc.avc_level_indication);
        let visual = mp4_atom::Visual { data_reference_index: 1, width, height, ..Default::default() };
        let mut sample_entry = Vec::new();
        let entry = mp4_atom::Codec::Avc1(mp4_atom::Avc1 { visual, avcc, ..Default::default() });
        mp4_atom::Encode::encode(&entry, &mut sample_entry).expect("a sample entry");
        let parameters = Arc::new(CodecParameters {
            codec: VideoCodec::H264,
            rfc6381,
            width_px: u32::from(width),
            height_px: u32::from(height),
            sample_entry: sample_entry.into(),
        });
        Self { clip, parameters }
    }

    /// The access units from `start` on.
    fn play(&self, start: UtcInstant) -> impl Iterator<Item = AccessUnit> + '_ {
        self.clip.units.iter().cycle().zip(0i64..).map(move |(unit, number)| {
            let elapsed_nanos = self.begins(number, 1_000_000_000);
            let received =
                ClockReading { utc: start.plus_nanos(elapsed_nanos), boottime_nanos: elapsed_nanos, synchronised: Synchronised::Yes };
            AccessUnit {
                data: unit.data.clone(),
                rtp_ticks: self.begins(number, MEDIA_TICKS_PER_SECOND),
                received,
                dependence: nal_unit::dependence_of(VideoCodec::H264, &unit.data),
                lost_packets: 0,
                parameters: Arc::clone(&self.parameters),
            }
        })
    }

    /// When a frame begins, in a unit of which a second has so many.
    fn begins(&self, frame: i64, a_second: i64) -> i64 {
        let (numerator, denominator) = self.clip.frame_rate;
        frame * a_second * i64::from(denominator) / i64::from(numerator)
    }
}

/// Records `minutes` of a camera from `start` on, a segment a minute. Returns the rows as closed.
pub fn record(house: &House, camera: &CameraId, film: &Film, start: UtcInstant, minutes: u32) -> Vec<SegmentRow> {
    let mut cutter = Cutter::new(60, None);
    let mut cuts = Vec::new();
    let mut open: Option<SegmentWriter> = None;
    let mut ids = Vec::new();
    let frames = i64::from(minutes) * 60 * i64::from(film.clip.frame_rate.0) / i64::from(film.clip.frame_rate.1);
    let mut units = film.play(start).take(frames as usize);
    loop {
        let unit = units.next();
        let ended = unit.is_none();
        match unit {
            Some(unit) => drop(cutter.push(unit, &mut cuts)),
            None => cutter.interrupt(GapCause::Restart, &mut cuts),
        }
        for cut in cuts.drain(..) {
            match cut {
                Cut::Open { parameters, start_ticks, reading } => {
                    let start = UtcInstant::from_media_ticks(start_ticks);
                    let new = NewSegment { camera, parameters: &parameters, start, reading, open_count: house.open_count };
                    let (writer, row) = SegmentWriter::create(&house.vault, &new).expect("a segment");
                    house.catalogue.write(|transaction| segment::open(transaction, &row)).expect("a row");
                    ids.push(row.id);
                    open = Some(writer);
                }
                Cut::Fragment { start_ticks, access_units } => {
                    open.as_mut().expect("an open segment").append(start_ticks, &access_units, &mut Vec::new()).expect("written");
                }
                Cut::Close { end_ticks, activity } => {
                    let writer = open.take().expect("an open segment");
                    let id = writer.id();
                    let closing = writer.finish(UtcInstant::from_media_ticks(end_ticks), activity, None).expect("finished");
                    house.catalogue.write(|transaction| segment::close(transaction, id, SegmentState::Sealed, &closing)).expect("a row");
                }
                Cut::Gap(_) => {}
            }
        }
        if ended {
            break;
        }
    }
    let row = |id| house.catalogue.read(|connection| segment::by_id(connection, id)).expect("readable").expect("a row");
    ids.into_iter().map(row).collect()
}
