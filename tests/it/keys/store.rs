//! A store of its own for a test of keys, in either tier, and what is looked at after each.

use std::{
    fs,
    net::TcpListener,
    path::Path,
    process::{Child, Command, Stdio},
    time::Duration,
};

use holdfast::{
    adapters::{
        index::{audit, segment::SegmentRow},
        vault::{
            VaultError,
            custody::{Custody, EpochPlace, MasterPlace},
        },
    },
    domain::{
        actor::Actor,
        audit::LeafSeq,
        camera::connection::ConnectionState,
        keys::generation::{Contents, Place},
        recording::segment::KeyEpoch,
    },
    jobs::{
        house::{House, StorePlace},
        rotate_keys::{Rotated, rotate},
    },
    problem::Problem,
};
use tempfile::TempDir;

use crate::{
    appliance::wait_until,
    vault::{camera, reads_back},
};

/// A software TPM of its own; its state goes with it.
pub struct SoftwareTpm {
    child: Child,
    pub tcti: String,
    _state: TempDir,
}

impl SoftwareTpm {
    pub fn start() -> Self {
        let state = TempDir::new().unwrap();
        // Its control port is the next one, by the TCTI's rule.
        let port = loop {
            let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
            if free < u16::MAX && TcpListener::bind(("127.0.0.1", free + 1)).is_ok() {
                break free;
            }
        };
        let child = Command::new("swtpm")
            .args(["socket", "--tpm2", "--flags", "not-need-init,startup-clear", "--tpmstate"])
            .arg(format!("dir={}", state.path().display()))
            .args(["--server", &format!("type=tcp,port={port}"), "--ctrl", &format!("type=tcp,port={}", port + 1)])
            .stdin(Stdio::null())
            .spawn()
            .expect("swtpm is installed (make test-deps)");
        let tpm = Self { child, tcti: format!("swtpm:host=127.0.0.1,port={port}"), _state: state };
        wait_until(Duration::from_secs(10), "the software TPM listens", || std::net::TcpStream::connect(("127.0.0.1", port + 1)).is_ok());
        tpm
    }
}

impl Drop for SoftwareTpm {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tier {
    File,
    Tpm,
}

pub struct Kept {
    pub folder: TempDir,
    pub keys: TempDir,
    pub epochs: EpochPlace,
    _tpm: Option<SoftwareTpm>,
}

impl Kept {
    pub fn new(tier: Tier) -> Self {
        let tpm = (tier == Tier::Tpm).then(SoftwareTpm::start);
        let epochs = tpm.as_ref().map_or(EpochPlace::KeysFolder, |tpm| EpochPlace::Tpm { tcti: tpm.tcti.clone() });
        let kept = Self { folder: TempDir::new().unwrap(), keys: TempDir::new().unwrap(), epochs, _tpm: tpm };
        House::create(&kept.place(kept.folder.path())).unwrap();
        kept
    }

    pub fn place<'a>(&'a self, data: &'a Path) -> StorePlace<'a> {
        place(data, self.keys.path(), &self.epochs)
    }

    pub fn open(&self) -> House {
        open(&self.place(self.folder.path())).unwrap()
    }

    pub fn custody(&self) -> Custody {
        Custody::open(self.keys.path(), &MasterPlace::File, &self.epochs).unwrap()
    }
}

pub fn place<'a>(data: &'a Path, keys: &'a Path, epochs: &'a EpochPlace) -> StorePlace<'a> {
    StorePlace { data, keys, master: &MasterPlace::File, epochs }
}

pub fn open(place: &StorePlace<'_>) -> Result<House, Problem> {
    House::open(place, &[(camera(), ConnectionState::Connecting)])
}

pub fn rotated(house: &House) -> Rotated {
    rotate(house, Actor::Job("test")).unwrap()
}

/// As expiry does: the row first, then the key; its slot is free once nothing leads to it any more.
pub fn expire(house: &House, row: &SegmentRow) {
    house
        .catalogue
        .write(|tx| Ok(tx.execute("UPDATE segment SET state = 'expired', file_gone = 1 WHERE id = ?1", [row.id.0.as_bytes()])?))
        .unwrap();
    house.vault.slots().kill([(row.slot, row.id)]).unwrap();
    house.vault.slots().give_back([row.slot]);
}

/// Of films recorded one after the other, the second has expired: its key is gone, and all others open.
pub fn all_but_the_second_live(house: &House, rows: &[SegmentRow], told: &str) {
    for (row, film) in rows.iter().zip(1..) {
        let read = reads_back(house, row, film);
        if film == 2 {
            assert!(matches!(read, Err(VaultError::KeyGone(_))), "{told}");
        } else {
            assert_eq!(read.unwrap(), 6, "{told}, film {film}");
        }
    }
}

pub fn copy_folder(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let from = entry.unwrap().path();
        let to = to.join(from.file_name().unwrap());
        if from.is_dir() {
            copy_folder(&from, &to);
        } else {
            fs::copy(&from, &to).unwrap();
        }
    }
}

/// Details of all leaves of an action with an outcome.
pub fn leaves(house: &House, action: &str, outcome: &str) -> Vec<serde_json::Value> {
    let all = house.catalogue.read(|c| audit::leaves(c, LeafSeq(0), u32::MAX)).unwrap();
    let wanted = all.into_iter().filter(|shown| shown.leaf["action"] == action && shown.leaf["outcome"] == outcome);
    wanted.map(|shown| shown.leaf["details"].clone()).collect()
}

pub fn slot_files(folder: &Path) -> Vec<String> {
    let names = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned());
    let mut names: Vec<_> = names.filter(|name| name.starts_with("keys.")).collect();
    names.sort();
    names
}

pub fn one_generation_is_left(house: &House, epoch: u32) {
    assert_eq!(house.vault.epoch(), KeyEpoch(epoch));
    let held = house.vault.custody().held().unwrap();
    let place = Place::of(KeyEpoch(epoch));
    assert_eq!((held.at(place), held.at(place.other())), (Contents::Secret(KeyEpoch(epoch)), Contents::Blank));
    assert_eq!(slot_files(house.vault.folder()), [format!("keys.{epoch}")]);
    let destroyed: Vec<_> = leaves(house, "keys.destroyed", "done").iter().map(|details| details["epoch"].as_u64().unwrap()).collect();
    assert_eq!(destroyed, (1..u64::from(epoch)).collect::<Vec<_>>(), "one leaf a destroyed generation");
    let key = house.signers().audit_ed25519.verifying_key();
    let verdict = house.catalogue.read(|c| audit::verify(c, house.vault.site(), &key)).unwrap();
    assert!(verdict.ok, "{}", verdict.detail);
}
