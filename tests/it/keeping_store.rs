//! A store to keep and forget in: tiny films at chosen times, and what is really left of them.
//!
//! In memory where there is such a place: these tests ask what is kept, not whether a disk keeps it.
//! Next: the tests called `keeping_…`.

use std::path::{Path, PathBuf};

use bytes::Bytes;
use holdfast::{
    adapters::{
        index::{
            audit, hold as rows,
            segment::{self, SegmentRow},
        },
        vault::{
            custody::{EpochPlace, MasterPlace},
            writer::{NewSegment, SegmentWriter},
        },
    },
    domain::{
        actor::{Actor, Reason, UserId},
        camera::CameraId,
        instant::{ClockReading, Synchronised, UtcInstant},
        recording::{
            access_unit::{CodecParameters, Dependence},
            index::Sample,
            segment::SegmentState,
        },
        retention::{
            hold::{HeldSpan, HoldAsked, HoldId, HoldKind, HoldState},
            period::RetentionPeriod,
        },
    },
    jobs::{
        house::{House, StorePlace},
        record::leaf,
        retain::{self, Wanted},
    },
};
use tempfile::TempDir;
use uuid::Uuid;

use crate::keys::copy_folder;

pub const CAMERAS: [&str; 3] = ["gate", "yard", "door"];
/// A Friday in January 2027.
pub const START: i64 = 1_800_000_000;
pub const DAY: i64 = 86_400;
pub const YEAR: i64 = 365 * DAY;

pub fn memory_folder() -> TempDir {
    let memory = Path::new("/dev/shm");
    if memory.is_dir() { TempDir::new_in(memory).unwrap() } else { TempDir::new().unwrap() }
}

pub struct KeptStore {
    pub folder: PathBuf,
    parameters: CodecParameters,
    _own: Option<TempDir>,
}

impl KeptStore {
    pub fn new() -> Self {
        let own = memory_folder();
        let store = Self { _own: None, ..Self::at(own.path()) };
        store.create();
        Self { _own: Some(own), ..store }
    }

    /// In a folder of somebody else's.
    pub fn at(folder: &Path) -> Self {
        Self { folder: folder.to_owned(), parameters: crate::vault::parameters(), _own: None }
    }

    fn with<T>(&self, act: impl FnOnce(&StorePlace<'_>) -> T) -> T {
        let (data, keys) = (self.folder.join("data"), self.folder.join("keys"));
        act(&StorePlace { data: &data, keys: &keys, master: &MasterPlace::File, epochs: &EpochPlace::KeysFolder })
    }

    /// The store as a process killed at this moment leaves it, in a folder of its own: nothing is closed,
    /// so what the write-ahead log holds must be found in it.
    pub fn as_left_by_a_kill(&self) -> Self {
        let own = memory_folder();
        copy_folder(&self.folder, own.path());
        Self { folder: own.path().to_owned(), parameters: self.parameters.clone(), _own: Some(own) }
    }

    pub fn create(&self) {
        self.with(House::create).unwrap();
    }

    pub fn open(&self) -> House {
        self.with(|place| House::open(place, &[])).unwrap()
    }

    /// Records a film of one fragment and seals it, with its leaf.
    pub fn record(&self, house: &House, camera: &str, start: UtcInstant, seconds: u32, reading: ClockReading) -> SegmentRow {
        self.record_sized(house, camera, start, seconds, 40, reading)
    }

    pub fn record_sized(
        &self,
        house: &House,
        camera: &str,
        start: UtcInstant,
        seconds: u32,
        bytes: usize,
        reading: ClockReading,
    ) -> SegmentRow {
        let (writer, row) = self.begin(house, camera, start, seconds, bytes, reading);
        let closing = writer.finish(start.plus_seconds(i64::from(seconds)), vec![7], None).unwrap();
        house
            .catalogue
            .write(|transaction| {
                segment::close(transaction, row.id, SegmentState::Sealed, &closing)?;
                audit::append(transaction, &reading, &leaf::sealed(&row, &closing))
            })
            .unwrap();
        SegmentRow { state: SegmentState::Sealed, end: Some(closing.end), fragment_root: Some(closing.fragment_root), ..row }
    }

    /// Records and leaves it open, as at a crash.
    pub fn record_open(&self, house: &House, camera: &str, start: UtcInstant, seconds: u32, reading: ClockReading) -> SegmentRow {
        self.begin(house, camera, start, seconds, 40, reading).1
    }

    fn begin(
        &self,
        house: &House,
        camera: &str,
        start: UtcInstant,
        seconds: u32,
        bytes: usize,
        reading: ClockReading,
    ) -> (SegmentWriter, SegmentRow) {
        let camera = id(camera);
        let new = NewSegment { camera: &camera, parameters: &self.parameters, start, reading, open_count: house.open_count };
        let (mut writer, row) = SegmentWriter::create(&house.vault, &new).unwrap();
        house.catalogue.write(|transaction| segment::open(transaction, &row)).unwrap();
        let sample = Sample {
            size_bytes: bytes as u32,
            duration_ticks: seconds * 90_000,
            composition_offset_ticks: 0,
            dependence: Dependence::RandomAccess,
        };
        let film = Bytes::from(vec![row.slot.0 as u8; bytes]);
        writer.append(start.media_ticks(), &[(sample, film)], &mut Vec::new()).unwrap();
        (writer, row)
    }
}

/// What is really there of a segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Left {
    pub state: SegmentState,
    pub key_opens: bool,
    pub file: bool,
}

impl Left {
    pub const KEPT: Self = Self { state: SegmentState::Sealed, key_opens: true, file: true };
    pub const GONE: Self = Self { state: SegmentState::Expired, key_opens: false, file: false };
}

pub fn left(house: &House, row: &SegmentRow) -> Left {
    let state = house.catalogue.read(|connection| segment::by_id(connection, row.id)).unwrap().expect("rows stay").state;
    let key_opens = house.vault.slots().key(row.slot, row.id).unwrap().is_some();
    Left { state, key_opens, file: house.vault.segment_path(&row.camera, row.start, row.id).is_file() }
}

/// Whether all of it can be read and is what was sealed.
pub fn reads(house: &House, row: &SegmentRow) -> bool {
    let now = house.catalogue.read(|connection| segment::by_id(connection, row.id)).unwrap().expect("rows stay");
    house.vault.open_segment(&now).and_then(|reader| reader.check(&now).and_then(|()| reader.fragment(0).map(drop))).is_ok()
}

pub fn id(text: &str) -> CameraId {
    CameraId::new(text).unwrap()
}

pub fn staff(number: u128) -> Actor {
    Actor::Staff { id: UserId(Uuid::from_u128(number)), name: format!("person {number}") }
}

pub fn at(unix_seconds: i64) -> UtcInstant {
    UtcInstant::from_unix_seconds(unix_seconds)
}

/// A clock held by a time source since the machine was started, `START` seconds after 1970.
pub fn right(unix_seconds: i64) -> ClockReading {
    reading(unix_seconds, unix_seconds - START + 1000, Synchronised::Yes)
}

pub fn reading(unix_seconds: i64, boottime_seconds: i64, synchronised: Synchronised) -> ClockReading {
    ClockReading { utc: at(unix_seconds), boottime_nanos: boottime_seconds * 1_000_000_000, synchronised }
}

/// The settings say how long each of `cameras` keeps.
pub fn set_periods(house: &House, cameras: &[&str], seconds: i64, now: ClockReading) {
    let wanted: Vec<Wanted> = cameras
        .iter()
        .map(|camera| Wanted {
            camera: id(camera),
            period: RetentionPeriod::from_seconds(seconds),
            reason: "As the notice says".into(),
            review_by: Some(at(START + 10 * YEAR)),
        })
        .collect();
    retain::adopt(house, &wanted, RetentionPeriod::from_seconds(seconds), now).unwrap();
}

/// As if what a hold keeps had been looked at since two people agreed to its release: the check itself,
/// with its decoder, is another test's.
pub fn checked(house: &House, id: HoldId) {
    let HoldState::Releasing { until, .. } = house.catalogue.read(|c| rows::by_id(c, id)).unwrap().unwrap().state else {
        panic!("not on its way out")
    };
    let check = rows::CheckRow { hold: id, at: until, ok: true, report: "{}".into() };
    house.catalogue.write(|tx| rows::add_check(tx, &check)).unwrap();
}

pub fn asked(cameras: &[&str], from: UtcInstant, to: Option<UtcInstant>, now: UtcInstant) -> HoldAsked {
    HoldAsked {
        kind: HoldKind::Hold,
        cameras: cameras.iter().map(|camera| id(camera)).collect(),
        span: HeldSpan::new(from, to).unwrap(),
        reason: Reason::new("Burglary reported").unwrap(),
        case_reference: "CR-1".into(),
        requester: "PC 123".into(),
        review_by: now.plus_seconds(80 * DAY),
    }
}

/// The seed of a random test: `HOLDFAST_SEED`, or another every time.
pub fn seed() -> u64 {
    let told = std::env::var("HOLDFAST_SEED").ok().and_then(|text| text.parse().ok());
    told.unwrap_or_else(|| holdfast::adapters::clock::now().boottime_nanos as u64)
}

/// A count from the environment, for `make soak`.
pub fn count(name: &str, otherwise: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(otherwise)
}
