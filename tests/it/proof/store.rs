//! A store whose footage is recorded, held and expired within the test's process, as the jobs do it.

use std::path::PathBuf;

use bytes::Bytes;
use holdfast::{
    adapters::{
        clock,
        index::{
            audit, hold,
            segment::{self, Closed, SegmentRow},
        },
        vault::{
            custody::{EpochPlace, MasterPlace},
            writer::{NewSegment, SegmentWriter},
        },
    },
    domain::{
        actor::{Actor, Reason},
        audit::{Action, Entry},
        camera::{CameraId, connection::ConnectionState},
        instant::{ClockReading, UtcInstant},
        recording::{
            access_unit::Dependence,
            index::Sample,
            segment::{KeyEpoch, SegmentState},
        },
        retention::{
            clock::ClockTrust,
            hold::{HeldSpan, Hold, HoldAsked, HoldId, HoldKind},
            period::RetentionPeriod,
        },
    },
    jobs::{
        expire::{self, Ran},
        hold as holds,
        house::{House, StorePlace},
        keeping::Policy,
        prove_expiry,
        record::leaf,
        retain::{self, Wanted},
    },
};
use rusqlite::Connection;
use serde_json::json;
use tempfile::TempDir;
use uuid::Uuid;

use crate::vault::parameters;

pub const PERIOD_SECONDS: i64 = 3600;

pub struct Store {
    pub folder: TempDir,
    pub keys: TempDir,
    pub house: House,
}

pub fn camera() -> CameraId {
    CameraId::new("gate").unwrap()
}

impl Store {
    /// A store that keeps its one camera's footage for an hour.
    pub fn new() -> Self {
        let (folder, keys) = (TempDir::new().unwrap(), TempDir::new().unwrap());
        let place = StorePlace { data: folder.path(), keys: keys.path(), master: &MasterPlace::File, epochs: &EpochPlace::KeysFolder };
        House::create(&place).unwrap();
        let policy = Policy { trust: ClockTrust::System, ..Policy::default() };
        let house = House::open(&place, &[(camera(), ConnectionState::Off)]).unwrap().under(policy).unwrap();
        let wanted = Wanted {
            camera: camera(),
            period: RetentionPeriod::from_seconds(PERIOD_SECONDS),
            reason: "Notice on the wall".into(),
            review_by: None,
        };
        retain::adopt(&house, &[wanted], RetentionPeriod::from_seconds(PERIOD_SECONDS), clock::now()).unwrap();
        Self { folder, keys, house }
    }

    /// Three seconds of the camera, recorded so many seconds ago and sealed with their leaf.
    pub fn record(&self, seconds_ago: i64) -> SegmentRow {
        self.record_telling(seconds_ago, |_| {})
    }

    /// The same, with a leaf that tells something else.
    pub fn record_telling(&self, seconds_ago: i64, change: impl FnOnce(&mut Entry)) -> SegmentRow {
        let start = clock::now().utc.plus_seconds(-seconds_ago);
        let parameters = parameters();
        let house = &self.house;
        let new = NewSegment { camera: &camera(), parameters: &parameters, start, reading: clock::now(), open_count: house.open_count };
        let (mut writer, row) = SegmentWriter::create(&house.vault, &new).unwrap();
        house.catalogue.write(|tx| segment::open(tx, &row)).unwrap();
        let mut at = start.media_ticks();
        for number in 0..6u8 {
            at = writer.append(at, &pictures(number), &mut Vec::new()).unwrap();
        }
        let closing = writer.finish(UtcInstant::from_media_ticks(at), vec![0], None).unwrap();
        let mut entry = leaf::sealed(&row, &closing);
        change(&mut entry);
        let closed = house.catalogue.write(|tx| {
            audit::append(tx, &clock::now(), &entry)?;
            segment::close(tx, row.id, SegmentState::Sealed, &closing)
        });
        assert_eq!(closed.unwrap(), Closed::Now);
        house.catalogue.read(|c| segment::by_id(c, row.id)).unwrap().unwrap()
    }

    /// Holds what the row recorded.
    pub fn hold(&self, row: &SegmentRow) -> HoldId {
        let asked = HoldAsked {
            kind: HoldKind::Hold,
            cameras: vec![camera()],
            span: HeldSpan::new(row.start, row.end).unwrap(),
            reason: Reason::new("Burglary reported").unwrap(),
            case_reference: "CR-1".into(),
            requester: "PC 123".into(),
            review_by: clock::now().utc.plus_seconds(86_400),
        };
        holds::place(&self.house, Actor::LocalOperator { uid: 0 }, asked, clock::now()).unwrap().id
    }

    /// Two people and 72 hours, as the log and the catalogue tell it afterwards.
    pub fn released(&self, id: HoldId) {
        let other = Actor::Staff { id: holdfast::domain::actor::UserId(Uuid::from_u128(2)), name: "Bea".into() };
        holds::release(&self.house, Actor::LocalOperator { uid: 0 }, id, clock::now()).unwrap();
        holds::release(&self.house, other, id, clock::now()).unwrap();
        let later = clock::now().utc.plus_seconds(73 * 3600);
        let mut held: Hold = self.house.catalogue.read(|c| hold::by_id(c, id)).unwrap().unwrap();
        held.state = held.state.after(holdfast::domain::retention::hold::HoldEvent::TimePasses, later).unwrap();
        self.house.catalogue.write(|tx| hold::set_state(tx, id, &held.state)).unwrap();
        self.append(clock::now(), Action::HoldReleased, &format!("hold/{id}"), json!({"at": later}));
    }

    pub fn expire(&self) -> Ran {
        let ran = expire::run(&self.house, clock::now()).unwrap();
        assert_eq!(ran.refused, None);
        ran
    }

    /// The leaf that `rotate_keys` leaves.
    pub fn destroyed(&self, at: ClockReading, epoch: KeyEpoch) {
        self.append(at, Action::KeysDestroyed, &format!("epoch/{}", epoch.0), json!({"epoch": epoch.0, "custody": "file"}));
    }

    pub fn append(&self, at: ClockReading, action: Action, object: &str, details: serde_json::Value) {
        let entry: Entry = leaf::by_job(action, "expire", object.into(), details);
        self.house.catalogue.write(|tx| audit::append(tx, &at, &entry)).unwrap();
    }

    pub fn prove(&self) -> holdfast::domain::retention::proof::ExpiryProof {
        prove_expiry::prove(&self.house).unwrap()
    }

    pub fn file(&self, row: &SegmentRow) -> PathBuf {
        self.house.vault.segment_path(&row.camera, row.start, row.id)
    }

    /// As somebody with the file and a mind to it would: no triggers, no foreign keys.
    pub fn behind_its_back(&self, sql: &str, bound: impl rusqlite::Params) -> usize {
        let connection = Connection::open(self.house.catalogue.path()).unwrap();
        let names = "SELECT name FROM sqlite_schema WHERE type = 'trigger'";
        let triggers: Vec<String> =
            connection.prepare(names).unwrap().query_map([], |row| row.get(0)).unwrap().collect::<Result<_, _>>().unwrap();
        for trigger in triggers {
            connection.execute_batch(&["DROP TRIGGER ", &trigger].concat()).unwrap();
        }
        connection.pragma_update(None, "foreign_keys", false).unwrap();
        connection.execute(sql, bound).unwrap()
    }
}

pub fn later(hours: i64) -> ClockReading {
    let now = clock::now();
    ClockReading { utc: now.utc.plus_seconds(hours * 3600), boottime_nanos: now.boottime_nanos + hours * 3_600_000_000_000, ..now }
}

fn pictures(number: u8) -> Vec<(Sample, Bytes)> {
    let picture = |nth: u8| {
        let data = Bytes::from(vec![number ^ nth; 300]);
        let dependence = if nth == 0 { Dependence::RandomAccess } else { Dependence::Dependent };
        (Sample { size_bytes: 300, duration_ticks: 9000, composition_offset_ticks: 0, dependence }, data)
    };
    (0..5).map(picture).collect()
}
