//! The vault on real files: what is written comes back, and whatever is changed, cut, swapped or
//! spliced is refused or reported as torn.

use std::{
    fs,
    path::{Path, PathBuf},
};

use bytes::Bytes;
use holdfast::{
    adapters::{
        clock,
        index::segment::{self, Closed, SegmentRow},
        vault::{
            VaultError,
            custody::{EpochPlace, MasterPlace},
            reader::Ending,
            writer::{NewSegment, SegmentWriter},
        },
    },
    domain::{
        camera::{CameraId, connection::ConnectionState},
        instant::{Interval, UtcInstant},
        recording::{
            access_unit::{CodecParameters, Dependence, VideoCodec},
            index::Sample,
            seal::{RECORD_HEADER_LEN, RecordHeader},
            segment::{HEADER_LEN, SegmentState},
        },
    },
    jobs::{
        house::{House, StorePlace},
        reconcile,
    },
};
use proptest::{prelude::*, test_runner::Config};
use tempfile::TempDir;

/// A store of its own, with one camera.
pub struct Store {
    pub folder: TempDir,
    pub keys: TempDir,
}

impl Store {
    pub fn new() -> Self {
        let store = Self { folder: TempDir::new().unwrap(), keys: TempDir::new().unwrap() };
        House::create(&store.place()).unwrap();
        store
    }

    pub fn place(&self) -> StorePlace<'_> {
        StorePlace { data: self.folder.path(), keys: self.keys.path(), master: &MasterPlace::File, epochs: &EpochPlace::KeysFolder }
    }

    pub fn open(&self) -> House {
        House::open(&self.place(), &[(camera(), ConnectionState::Connecting)]).unwrap()
    }
}

pub fn camera() -> CameraId {
    CameraId::new("gate").unwrap()
}

pub fn parameters() -> CodecParameters {
    let avcc = mp4_atom::Avcc {
        configuration_version: 1,
        avc_profile_indication: 0x4d,
        profile_compatibility: 0x40,
        avc_level_indication: 0x1f,
        length_size: 4,
        sequence_parameter_sets: vec![vec![0x67, 0x4d, 0x40, 0x1f, 1, 2, 3]],
        picture_parameter_sets: vec![vec![0x68, 4, 5]],
        ext: None,
    };
    let entry = mp4_atom::Codec::Avc1(mp4_atom::Avc1 {
        visual: mp4_atom::Visual { data_reference_index: 1, width: 768, height: 576, ..Default::default() },
        avcc,
        ..Default::default()
    });
    let mut sample_entry = Vec::new();
    mp4_atom::Encode::encode(&entry, &mut sample_entry).unwrap();
    CodecParameters {
        codec: VideoCodec::H264,
        rfc6381: "avc1.4d401f".into(),
        width_px: 768,
        height_px: 576,
        sample_entry: sample_entry.into(),
    }
}

/// Fragment `number` of a film whose pictures can't be mistaken for each other.
fn access_units(film: u8, number: usize) -> Vec<(Sample, Bytes)> {
    (0..5)
        .map(|picture| {
            let size = if number == 2 && picture == 0 { 70_000 } else { 300 + picture * 40 };
            let data: Vec<u8> = (0..size).map(|at| film ^ (number * 31 + picture * 7 + at) as u8).collect();
            let dependence = if number.is_multiple_of(2) && picture == 0 { Dependence::RandomAccess } else { Dependence::Dependent };
            let sample = Sample { size_bytes: data.len() as u32, duration_ticks: 9000, composition_offset_ticks: 0, dependence };
            (sample, Bytes::from(data))
        })
        .collect()
}

pub const FRAGMENTS: usize = 6;
const START: i64 = 1_790_000_000;

/// Records one segment; leaves it open in the catalogue when `finish` is None.
pub fn record(house: &House, film: u8, finish: Option<()>) -> SegmentRow {
    let start = UtcInstant::from_unix_seconds(START + i64::from(film) * 60);
    let parameters = parameters();
    let new = NewSegment { camera: &camera(), parameters: &parameters, start, reading: clock::now(), open_count: house.open_count };
    let (mut writer, row) = SegmentWriter::create(&house.vault, &new).unwrap();
    house.catalogue.write(|tx| segment::open(tx, &row)).unwrap();
    let mut at = start.media_ticks();
    for number in 0..FRAGMENTS {
        at = writer.append(at, &access_units(film, number), &mut Vec::new()).unwrap();
    }
    if finish.is_some() {
        let closing = writer.finish(UtcInstant::from_media_ticks(at), vec![1, 2, 200], Some(-40_000_000)).unwrap();
        let closed = house.catalogue.write(|tx| segment::close(tx, row.id, SegmentState::Sealed, &closing)).unwrap();
        assert_eq!(closed, Closed::Now);
    } else {
        let records = writer.records();
        house.catalogue.write(|tx| segment::note_durable(tx, &[(row.id, records)])).unwrap();
    }
    house.catalogue.read(|c| segment::by_id(c, row.id)).unwrap().unwrap()
}

fn path_of(house: &House, row: &SegmentRow) -> PathBuf {
    house.vault.segment_path(&row.camera, row.start, row.id)
}

fn payload(fragment: &[u8], entry: &holdfast::domain::recording::index::FragmentEntry) -> Vec<u8> {
    fragment[entry.payload_offset as usize..].to_vec()
}

fn expected(film: u8, number: usize) -> Vec<u8> {
    access_units(film, number).iter().flat_map(|(_, data)| data.to_vec()).collect()
}

/// Everything a reader hands out equals what went in, as far as it goes; true when it is all of it.
pub fn reads_back(house: &House, row: &SegmentRow, film: u8) -> Result<usize, VaultError> {
    let reader = house.vault.open_segment(row)?;
    reader.check(row)?;
    let count = reader.index().fragments.len();
    for number in 0..count {
        let bytes = reader.fragment(number)?;
        assert_eq!(payload(&bytes, &reader.index().fragments[number]), expected(film, number), "a changed fragment got through");
    }
    Ok(count)
}

#[test]
fn a_sealed_segment_comes_back_as_it_was() {
    let store = Store::new();
    let house = store.open();
    let row = record(&house, 1, Some(()));
    assert_eq!(reads_back(&house, &row, 1).unwrap(), FRAGMENTS);
    let reader = house.vault.open_segment(&row).unwrap();
    assert_eq!(reader.ending(), Ending::Whole);
    assert_eq!(reader.parameters().unwrap(), parameters());
    assert_eq!(reader.index().activity, [1, 2, 200]);
    assert_eq!(row.activity_peak, Some(200));
}

#[test]
fn no_picture_and_no_parameter_set_is_on_the_disk() {
    let store = Store::new();
    let house = store.open();
    record(&house, 1, Some(()));
    record(&house, 2, None);
    let needles = [expected(1, 0)[..64].to_vec(), expected(2, 3)[..64].to_vec(), vec![0x67, 0x4d, 0x40, 0x1f, 1, 2, 3]];
    for file in walk(store.folder.path()) {
        let content = fs::read(&file).unwrap();
        for needle in &needles {
            assert!(!content.windows(needle.len()).any(|window| window == &needle[..]), "plaintext in {}", file.display());
        }
    }
}

pub fn walk(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { found.extend(walk(&path)) } else { found.push(path) }
    }
    found
}

#[test]
fn every_flipped_header_bit_is_refused_before_anything_is_decrypted() {
    let store = Store::new();
    let house = store.open();
    let row = record(&house, 1, Some(()));
    let path = path_of(&house, &row);
    let whole = fs::read(&path).unwrap();
    for at in (0..300).chain((300..HEADER_LEN).step_by(97)) {
        for bit in 0..8 {
            let mut changed = whole.clone();
            changed[at] ^= 1 << bit;
            fs::write(&path, &changed).unwrap();
            match house.vault.open_segment(&row) {
                Err(VaultError::NotASegment { .. } | VaultError::Seal { .. }) => {}
                other => panic!("byte {at} bit {bit}: {:?}", other.map(|_| ())),
            }
        }
    }
}

/// Where each record begins.
fn record_offsets(bytes: &[u8]) -> Vec<usize> {
    let mut offsets = vec![HEADER_LEN];
    let mut at = HEADER_LEN;
    while let Some(header) = RecordHeader::parse(&bytes[at..]) {
        at += RECORD_HEADER_LEN + header.body_len();
        offsets.push(at);
        if at >= bytes.len() {
            break;
        }
    }
    offsets
}

#[test]
fn a_cut_anywhere_leaves_what_was_whole_before_it() {
    let store = Store::new();
    let house = store.open();
    let sealed = record(&house, 1, Some(()));
    let open = SegmentRow { state: SegmentState::Open, durable_records: 0, fragment_root: None, ..sealed.clone() };
    let path = path_of(&house, &sealed);
    let whole = fs::read(&path).unwrap();
    let boundaries = record_offsets(&whole);
    let cuts = boundaries.iter().flat_map(|at| [at.saturating_sub(1), *at, at + 1, at + 13]).chain((HEADER_LEN..whole.len()).step_by(1013));
    let mut seen = std::collections::BTreeSet::new();
    for cut in cuts.filter(|cut| *cut < whole.len()) {
        fs::write(&path, &whole[..cut]).unwrap();
        assert!(
            matches!(house.vault.open_segment(&sealed), Err(VaultError::EndMissing(_) | VaultError::NotASegment { .. })),
            "cut at {cut}"
        );
        if cut >= HEADER_LEN {
            let reader = house.vault.open_segment(&open).unwrap();
            let Ending::Torn { valid_bytes, .. } = reader.ending() else { panic!("cut at {cut} reads as whole") };
            assert!(valid_bytes as usize <= cut);
            let complete = reads_back(&house, &open, 1).unwrap();
            seen.insert(complete);
        }
    }
    assert_eq!(seen, (0..=FRAGMENTS).collect(), "every length of readable beginning was met");
}

#[derive(Debug, Clone)]
enum Tampering {
    Flip { at: prop::sample::Index, bit: u8 },
    SwapRecords { one: prop::sample::Index, other: prop::sample::Index },
    RepeatRecord { which: prop::sample::Index },
    DropRecord { which: prop::sample::Index },
    SpliceFromOther { which: prop::sample::Index },
    Truncate { at: prop::sample::Index },
    Append { bytes: Vec<u8> },
    SwapFiles,
}

fn tampering() -> impl Strategy<Value = Tampering> {
    let index = any::<prop::sample::Index>;
    prop_oneof![
        8 => (index(), 0u8..8).prop_map(|(at, bit)| Tampering::Flip { at, bit }),
        2 => (index(), index()).prop_map(|(one, other)| Tampering::SwapRecords { one, other }),
        1 => index().prop_map(|which| Tampering::RepeatRecord { which }),
        1 => index().prop_map(|which| Tampering::DropRecord { which }),
        2 => index().prop_map(|which| Tampering::SpliceFromOther { which }),
        2 => index().prop_map(|at| Tampering::Truncate { at }),
        1 => prop::collection::vec(any::<u8>(), 1..200).prop_map(|bytes| Tampering::Append { bytes }),
        1 => Just(Tampering::SwapFiles),
    ]
}

fn records_of(bytes: &[u8]) -> Vec<Vec<u8>> {
    record_offsets(bytes).windows(2).map(|pair| bytes[pair[0]..pair[1]].to_vec()).collect()
}

fn tamper(whole: &[u8], other: &[u8], how: &Tampering) -> Vec<u8> {
    let rebuilt = |records: Vec<Vec<u8>>| [whole[..HEADER_LEN].to_vec(), records.concat()].concat();
    let mut records = records_of(whole);
    match how {
        Tampering::Flip { at, bit } => {
            let mut changed = whole.to_vec();
            changed[at.index(whole.len())] ^= 1 << bit;
            changed
        }
        Tampering::SwapRecords { one, other } => {
            let (one, other) = (one.index(records.len()), other.index(records.len()));
            records.swap(one, other);
            rebuilt(records)
        }
        Tampering::RepeatRecord { which } => {
            let which = which.index(records.len());
            records.insert(which, records[which].clone());
            rebuilt(records)
        }
        Tampering::DropRecord { which } => {
            records.remove(which.index(records.len()));
            rebuilt(records)
        }
        Tampering::SpliceFromOther { which } => {
            let which = which.index(records.len());
            records[which] = records_of(other)[which].clone();
            rebuilt(records)
        }
        Tampering::Truncate { at } => whole[..at.index(whole.len())].to_vec(),
        Tampering::Append { bytes } => [whole, bytes].concat(),
        Tampering::SwapFiles => other.to_vec(),
    }
}

#[test]
fn tampering_with_a_segment_is_always_noticed() {
    let store = Store::new();
    let house = store.open();
    let (row, other) = (record(&house, 1, Some(())), record(&house, 2, Some(())));
    let torn = record(&house, 3, None);
    let whole = fs::read(path_of(&house, &row)).unwrap();
    let torn_whole = fs::read(path_of(&house, &torn)).unwrap();
    let other = fs::read(path_of(&house, &other)).unwrap();
    let cases = 10_000;
    proptest!(Config { cases, failure_persistence: None, ..Config::default() }, |(how in tampering())| {
        let changed = tamper(&whole, &other, &how);
        if changed != whole {
            fs::write(path_of(&house, &row), &changed).unwrap();
            prop_assert!(reads_back(&house, &row, 1).is_err(), "sealed: {how:?} went unnoticed");
        }
        // The torn segment's row says how many records were durable: all of them.
        let changed = tamper(&torn_whole, &other, &how);
        // Bytes behind the last valid record are what any crash leaves: not tampering, and never read.
        if !changed.starts_with(&torn_whole) {
            fs::write(path_of(&house, &torn), &changed).unwrap();
            prop_assert!(reads_back(&house, &torn, 3).is_err(), "torn: {how:?} went unnoticed");
        }
    });
}

#[test]
fn a_segment_put_in_another_place_is_refused() {
    let store = Store::new();
    let house = store.open();
    let (one, two) = (record(&house, 1, Some(())), record(&house, 2, Some(())));
    fs::copy(path_of(&house, &two), path_of(&house, &one)).unwrap();
    assert!(matches!(house.vault.open_segment(&one), Err(VaultError::Seal { .. } | VaultError::NotWhatWasLogged(_))));
}

#[test]
fn start_up_heals_what_a_crash_left_and_can_be_repeated() {
    let store = Store::new();
    let (finished, torn, empty);
    {
        let house = store.open();
        finished = record(&house, 1, Some(()));
        torn = record(&house, 2, None);
        // Opened, but nothing in it yet.
        let parameters = parameters();
        let new = NewSegment {
            camera: &camera(),
            parameters: &parameters,
            start: UtcInstant::from_unix_seconds(START + 600),
            reading: clock::now(),
            open_count: 1,
        };
        let (_, row) = SegmentWriter::create(&house.vault, &new).unwrap();
        house.catalogue.write(|tx| segment::open(tx, &row)).unwrap();
        empty = row;
        // A key and a file that no row accounts for.
        SegmentWriter::create(&house.vault, &NewSegment { start: UtcInstant::from_unix_seconds(START + 900), ..new }).unwrap();
    }
    let house = store.open();
    assert_eq!(
        house.healed,
        reconcile::Healed { sealed: 0, torn: 1, forgotten: 1, keys_killed: 1, files_set_aside: 1, alarms: 0, garbage: 0 }
    );
    let row = |id| house.catalogue.read(|c| segment::by_id(c, id)).unwrap();
    assert_eq!(row(torn.id).unwrap().state, SegmentState::Torn);
    assert_eq!(reads_back(&house, &row(torn.id).unwrap(), 2).unwrap(), FRAGMENTS);
    assert_eq!(row(finished.id).unwrap(), finished);
    assert_eq!(row(empty.id), None);
    drop(house);
    assert_eq!(store.open().healed, reconcile::Healed::default(), "nothing is left to heal");
}

#[test]
fn a_file_cut_behind_the_durable_mark_raises_an_alarm() {
    let store = Store::new();
    let house = store.open();
    let row = record(&house, 1, None);
    let path = path_of(&house, &row);
    let boundaries = record_offsets(&fs::read(&path).unwrap());
    drop(house);
    fs::OpenOptions::new().write(true).open(&path).unwrap().set_len(boundaries[3] as u64).unwrap();
    let house = store.open();
    assert_eq!((house.healed.torn, house.healed.alarms), (1, 1));
}

#[test]
fn two_cannot_use_one_store_and_keys_of_another_box_open_nothing() {
    let store = Store::new();
    let house = store.open();
    let refused = House::open(&store.place(), &[]).err().unwrap();
    assert_eq!(refused.code, "store_in_use");
    drop(house);
    let other = Store::new();
    let mixed =
        StorePlace { data: store.folder.path(), keys: other.keys.path(), master: &MasterPlace::File, epochs: &EpochPlace::KeysFolder };
    assert_eq!(House::open(&mixed, &[]).err().unwrap().code, "store_of_another_box");
    fs::write(store.keys.path().join("master.key"), b"short").unwrap();
    assert_eq!(House::open(&store.place(), &[]).err().unwrap().code, "key_damaged");
}

#[test]
fn a_catalogue_that_is_damaged_foreign_or_newer_is_refused_with_the_next_step() {
    let store = Store::new();
    let catalogue = store.folder.path().join("catalogue.db");
    let sound = fs::read(&catalogue).unwrap();
    fs::write(&catalogue, b"SQLite format 3\0 but then nonsense follows, as after a bad disk").unwrap();
    assert_eq!(House::open(&store.place(), &[]).err().unwrap().code, "catalogue_not_ours");
    fs::write(&catalogue, &sound).unwrap();
    let _ = fs::remove_file(store.folder.path().join("catalogue.db-wal"));
    rusqlite::Connection::open(&catalogue).unwrap().pragma_update(None, "user_version", 999).unwrap();
    assert_eq!(House::open(&store.place(), &[]).err().unwrap().code, "catalogue_newer");
}

#[test]
fn a_saved_key_does_not_open_a_killed_slot() {
    let store = Store::new();
    let house = store.open();
    let row = record(&house, 1, Some(()));
    house.vault.slots().kill([(row.slot, row.id)]).unwrap();
    assert!(matches!(house.vault.open_segment(&row), Err(VaultError::KeyGone(_))));
}

#[test]
fn the_catalogue_lists_what_overlaps_and_nothing_else() {
    let store = Store::new();
    let house = store.open();
    let (one, two) = (record(&house, 1, Some(())), record(&house, 2, Some(())));
    let found = |from: i64, to: i64| {
        let within = Interval::new(one.start.plus_millis(from), one.start.plus_millis(to)).unwrap();
        house.catalogue.read(|c| segment::overlapping(c, &camera(), &within)).unwrap().iter().map(|row| row.id).collect::<Vec<_>>()
    };
    assert_eq!(found(0, 1), [one.id]);
    assert_eq!(found(3000, 60_000), [], "its three seconds are over");
    assert_eq!(found(-5000, 60_001), [one.id, two.id]);
}
