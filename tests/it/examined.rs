//! What a store must hold, whatever happened to the process that wrote it.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

use holdfast::{
    adapters::index::{
        audit::leaves,
        export, gap,
        segment::{self, SegmentRow},
        user::{self, Standing},
    },
    domain::{
        actor::UserId,
        audit::{Action, LeafSeq},
        camera::CameraId,
        instant::UtcInstant,
        recording::{
            gap::GapCause,
            segment::{HEADER_LEN, SegmentState},
        },
    },
    jobs::{audit, check, house::House, reconcile::Healed, record::writer::Writer},
};
use uuid::Uuid;

use crate::{
    film::{Film, Kept, numbers, taken, whole},
    vault::walk,
};

/// Where the films go on once the store has been opened again.
pub const GOES_ON_FROM: u64 = 1000;

/// What was acknowledged, and has to be there.
#[derive(Clone, Debug, Default)]
pub struct Told {
    pictures: BTreeMap<String, BTreeSet<u64>>,
    /// Camera, first picture, how many.
    sealed: Vec<(String, u64, u64)>,
    users: BTreeMap<Uuid, Standing>,
    exports: BTreeSet<Uuid>,
}

impl Told {
    pub fn keep(&mut self, kept: Kept) {
        match kept {
            Kept::Pictures { camera, from, to } => self.pictures.entry(camera).or_default().extend(from..to),
            Kept::Sealed { camera, first, pictures } => self.sealed.push((camera, first, pictures)),
        }
    }

    /// Takes down what a process said.
    pub fn listen(&mut self, stdout: &str) -> Result<(), String> {
        for line in stdout.lines().filter_map(|line| line.strip_prefix("told ")) {
            let words: Vec<&str> = line.split(' ').collect();
            let number = |text: &str| text.parse::<u64>().map_err(|_| format!("not understood: {line}"));
            let id = |text: &str| text.parse::<Uuid>().map_err(|_| format!("not understood: {line}"));
            match words.as_slice() {
                ["pictures", camera, from, to] => {
                    self.keep(Kept::Pictures { camera: (*camera).into(), from: number(from)?, to: number(to)? });
                }
                ["sealed", camera, first, pictures] => {
                    self.keep(Kept::Sealed { camera: (*camera).into(), first: number(first)?, pictures: number(pictures)? });
                }
                ["user", user] => drop(self.users.insert(id(user)?, Standing::Active)),
                ["disabled", user] => drop(self.users.insert(id(user)?, Standing::Disabled)),
                ["export", export] => drop(self.exports.insert(id(export)?)),
                ["ready" | "done"] => {}
                _ => return Err(format!("not understood: {line}")),
            }
        }
        Ok(())
    }
}

/// Whether two things that have to be the same are.
pub fn same<T: PartialEq + std::fmt::Debug>(what: &str, found: &T, expected: &T) -> Result<(), String> {
    if found == expected { Ok(()) } else { Err(format!("{what}: {found:?}, not {expected:?}")) }
}

fn holds(what: &str, holds: bool) -> Result<(), String> {
    if holds { Ok(()) } else { Err(what.to_owned()) }
}

/// Opens the store, checks everything in it, opens it once more, and records on.
pub fn store(data: &Path, told: &Told, open: impl Fn() -> Result<House, String>) -> Result<(), String> {
    let before = segment_files(data);
    let house = open()?;
    same("alarms", &house.healed.alarms, &0)?;
    is_consistent(&house)?;
    everything_told_is_there(&house, told)?;
    nothing_with_pictures_is_gone(data, &before)?;
    let found = outcome(&house);
    drop(house);
    let house = open()?;
    same("healing once more", &house.healed, &Healed::default())?;
    same("the store opened twice", &outcome(&house), &found)?;
    let mut went_on = told.clone();
    records_on(&house, &mut went_on)?;
    drop(house);
    let house = open()?;
    is_consistent(&house)?;
    everything_told_is_there(&house, &went_on)?;
    every_missing_picture_is_in_a_gap(&house)
}

fn segment_files(data: &Path) -> BTreeMap<String, u64> {
    let root = data.join("segments");
    let files = if root.is_dir() { walk(&root) } else { Vec::new() };
    files.iter().map(|path| (name_of(path), fs::metadata(path).map_or(0, |metadata| metadata.len()))).collect()
}

fn name_of(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

fn all_rows(house: &House) -> Result<Vec<SegmentRow>, String> {
    house.catalogue.read(|connection| segment::list(connection, None, &whole(), u32::MAX)).map_err(|error| error.to_string())
}

/// Catalogue, files, keys and log agree, and everything can be read.
fn is_consistent(house: &House) -> Result<(), String> {
    let text = |error: &dyn std::error::Error| error.to_string();
    same("integrity_check", &house.catalogue.integrity().map_err(|e| text(&e))?, &"ok".to_owned())?;
    let rows = all_rows(house)?;
    holds("a segment is still open", rows.iter().all(|row| row.state != SegmentState::Open))?;
    let checked = check::segments(house, None, &whole()).map_err(|e| text(&e))?;
    holds(&format!("damaged: {:?}", checked.damaged), checked.ok)?;
    let live: BTreeSet<u32> = house.vault.slots().live().iter().map(|slot| slot.0).collect();
    let used: BTreeSet<u32> = rows.iter().map(|row| row.slot.0).collect();
    same("key slots in use", &live, &used)?;
    let files: BTreeSet<String> = segment_files(house.vault.folder()).into_keys().collect();
    let named: BTreeSet<String> = rows.iter().map(|row| format!("{}.seg", row.id)).collect();
    same("segment files", &files, &named)?;
    let verdict = audit::verify(house).map_err(|e| text(&e))?;
    holds(&format!("the audit log: {}", verdict.detail), verdict.ok)?;
    let leaves = house.catalogue.read(|connection| leaves(connection, LeafSeq(0), u32::MAX)).map_err(|e| text(&e))?;
    for path in walk(&house.vault.folder().join("quarantine")) {
        let logged = leaves.iter().any(|shown| {
            shown.leaf["action"] == Action::SegmentQuarantine.name() && shown.leaf["object"].as_str() == Some(name_of(&path).as_str())
        });
        holds(&format!("{} was set aside without a word in the log", path.display()), logged)?;
    }
    for row in rows {
        let action = if row.state == SegmentState::Sealed { Action::SegmentSeal } else { Action::SegmentTorn };
        let logged = leaves
            .iter()
            .filter(|shown| shown.leaf["action"] == action.name() && shown.leaf["object"].as_str() == Some(row.id.to_string().as_str()));
        same(&format!("leaves of segment {}", row.id), &logged.count(), &1)?;
    }
    Ok(())
}

fn everything_told_is_there(house: &House, told: &Told) -> Result<(), String> {
    for (camera, pictures) in &told.pictures {
        let segments = numbers(house, camera);
        let kept: Vec<u64> = segments.iter().flat_map(|(_, numbers)| numbers.clone()).collect();
        holds(&format!("{camera}: pictures out of order or twice: {kept:?}"), kept.windows(2).all(|pair| pair[0] < pair[1]))?;
        let lost: Vec<&u64> = pictures.iter().filter(|number| !kept.contains(number)).collect();
        holds(&format!("{camera}: pictures {lost:?} are lost"), lost.is_empty())?;
        for (_, first, pictures) in told.sealed.iter().filter(|(sealed, ..)| sealed == camera) {
            let (row, numbers) = segments
                .iter()
                .find(|(row, _)| row.start == taken(*first))
                .ok_or_else(|| format!("{camera}: the sealed segment from picture {first} is gone"))?;
            let expected: Vec<u64> = (*first..first + pictures).collect();
            same(&format!("{camera}: sealed segment"), &(row.state, numbers), &(SegmentState::Sealed, &expected))?;
        }
    }
    for (id, standing) in &told.users {
        let user = house.catalogue.read(|connection| user::by_id(connection, UserId(*id))).map_err(|error| error.to_string())?;
        let found = user.ok_or_else(|| format!("user {id} is gone"))?.standing;
        // Disabling may have been done and not yet been said.
        holds(&format!("user {id} is {found:?}"), found == *standing || *standing == Standing::Active)?;
    }
    for id in &told.exports {
        let found = house.catalogue.read(|connection| export::by_id(connection, *id)).map_err(|error| error.to_string())?;
        holds(&format!("export {id} is gone"), found.is_some())?;
    }
    Ok(())
}

/// A file is forgotten only when nothing was in it; every other is still there or set aside.
fn nothing_with_pictures_is_gone(data: &Path, before: &BTreeMap<String, u64>) -> Result<(), String> {
    let aside = walk(&data.join("quarantine"));
    let now: BTreeSet<String> = segment_files(data).into_keys().chain(aside.iter().map(|path| name_of(path))).collect();
    let gone = before.iter().filter(|(name, bytes)| **bytes > HEADER_LEN as u64 && !now.contains(*name));
    same("files that are gone", &gone.collect::<Vec<_>>(), &Vec::new())
}

fn records_on(house: &House, told: &mut Told) -> Result<(), String> {
    let mut writer =
        Writer::new(house.vault.clone(), house.catalogue.clone(), Default::default(), house.keeping.ballast.clone(), house.open_count);
    let mut kept = 0;
    for camera in ["gate", "yard"] {
        let mut film = Film::new(house, camera, GOES_ON_FROM);
        let mut keep = |what: Kept| {
            kept += u64::from(matches!(what, Kept::Sealed { .. }));
            told.keep(what);
        };
        film.shoot(&mut writer, 30, &mut keep);
        film.interrupt(&mut writer, GapCause::Restart, &mut keep);
    }
    writer.finish();
    same("segments sealed afterwards", &kept, &4)
}

fn every_missing_picture_is_in_a_gap(house: &House) -> Result<(), String> {
    for camera in ["gate", "yard"] {
        let kept: Vec<u64> = numbers(house, camera).into_iter().flat_map(|(_, numbers)| numbers).collect();
        let id = CameraId::new(camera).map_err(|error| error.to_string())?;
        let gaps = house.catalogue.read(|connection| gap::overlapping(connection, &id, &whole())).map_err(|error| error.to_string())?;
        for pair in kept.windows(2).filter(|pair| pair[1] != pair[0] + 1) {
            let (mut from, to): (UtcInstant, UtcInstant) = (taken(pair[0] + 1), taken(pair[1]));
            for gap in &gaps {
                if gap.interval.from() <= from {
                    from = from.max(gap.interval.to());
                }
            }
            holds(&format!("{camera}: after picture {} nothing until {}, and no gap says so: {gaps:?}", pair[0], pair[1]), from >= to)?;
        }
        for gap in &gaps {
            let within: Vec<&u64> =
                kept.iter().filter(|number| taken(**number) >= gap.interval.from() && taken(**number) < gap.interval.to()).collect();
            holds(&format!("{camera}: pictures {within:?} lie in a gap {gap:?}"), within.is_empty())?;
        }
    }
    Ok(())
}

/// What a store holds, to compare one with another. Times of opening are left out.
#[derive(Debug, PartialEq, Eq)]
pub struct Outcome {
    segments: Vec<SegmentRow>,
    set_aside: BTreeSet<Vec<u8>>,
}

pub fn outcome(house: &House) -> Outcome {
    let aside = walk(&house.vault.folder().join("quarantine"));
    Outcome { segments: all_rows(house).unwrap(), set_aside: aside.iter().map(|path| fs::read(path).unwrap()).collect() }
}

impl Outcome {
    /// How many files of different content are in quarantine.
    pub fn set_aside(&self) -> usize {
        self.set_aside.len()
    }

    /// As it was before recording went on.
    pub fn before_going_on(mut self) -> Self {
        self.segments.retain(|row| row.start < taken(GOES_ON_FROM));
        self
    }
}
