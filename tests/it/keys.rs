//! Key generations on real files, a real ext4 image and a real software TPM: what lives stays
//! readable through every rotation and every crash in one, and what is gone opens with nothing.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{
        Mutex,
        atomic::{AtomicBool, AtomicU8, AtomicU32, Ordering},
    },
    time::Duration,
};

use aes_gcm::{
    Aes256Gcm, KeyInit,
    aead::{Aead, Payload},
};
use hkdf::Hkdf;
use holdfast::{
    adapters::{
        clock,
        index::{
            audit,
            segment::{self, SegmentRow},
            store::{self, Fact},
        },
        vault::{
            VaultError,
            custody::{Custody, EpochPlace, MasterPlace},
            writer::{NewSegment, SegmentWriter},
        },
    },
    domain::{
        actor::Actor,
        audit::LeafSeq,
        camera::{Transport, connection::ConnectionState},
        instant::UtcInstant,
        keys::generation::{Contents, Place},
        recording::segment::{KeyEpoch, KeySlot, SegmentState},
    },
    jobs::{
        house::{House, StorePlace},
        rotate_keys::{Rotated, rotate, rotate_if_due},
    },
    problem::Problem,
};
use sha2::Sha256;
use tempfile::TempDir;

use crate::{
    appliance::{Appliance, id, wait_until},
    cameras::Cameras,
    recorded::pictures,
    vault::{camera, parameters, reads_back, record},
};

/// A software TPM of its own; its state goes with it.
struct SoftwareTpm {
    child: Child,
    tcti: String,
    _state: TempDir,
}

impl SoftwareTpm {
    fn start() -> Self {
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
enum Tier {
    File,
    Tpm,
}

struct Kept {
    folder: TempDir,
    keys: TempDir,
    epochs: EpochPlace,
    _tpm: Option<SoftwareTpm>,
}

impl Kept {
    fn new(tier: Tier) -> Self {
        let tpm = (tier == Tier::Tpm).then(SoftwareTpm::start);
        let epochs = tpm.as_ref().map_or(EpochPlace::KeysFolder, |tpm| EpochPlace::Tpm { tcti: tpm.tcti.clone() });
        let kept = Self { folder: TempDir::new().unwrap(), keys: TempDir::new().unwrap(), epochs, _tpm: tpm };
        House::create(&kept.place(kept.folder.path())).unwrap();
        kept
    }

    fn place<'a>(&'a self, data: &'a Path) -> StorePlace<'a> {
        place(data, self.keys.path(), &self.epochs)
    }

    fn open(&self) -> House {
        open(&self.place(self.folder.path())).unwrap()
    }

    fn custody(&self) -> Custody {
        Custody::open(self.keys.path(), &MasterPlace::File, &self.epochs).unwrap()
    }
}

fn place<'a>(data: &'a Path, keys: &'a Path, epochs: &'a EpochPlace) -> StorePlace<'a> {
    StorePlace { data, keys, master: &MasterPlace::File, epochs }
}

fn open(place: &StorePlace<'_>) -> Result<House, Problem> {
    House::open(place, &[(camera(), ConnectionState::Connecting)])
}

fn rotated(house: &House) -> Rotated {
    rotate(house, Actor::Job("test")).unwrap()
}

/// As expiry does: the row first, then the key.
fn expire(house: &House, row: &SegmentRow) {
    house.catalogue.write(|tx| Ok(tx.execute("UPDATE segment SET state = 'expired' WHERE id = ?1", [row.id.0.as_bytes()])?)).unwrap();
    house.vault.slots().kill([row.slot]).unwrap();
}

fn copy_folder(from: &Path, to: &Path) {
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
fn leaves(house: &House, action: &str, outcome: &str) -> Vec<serde_json::Value> {
    let all = house.catalogue.read(|c| audit::leaves(c, LeafSeq(0), u32::MAX)).unwrap();
    let wanted = all.into_iter().filter(|shown| shown.leaf["action"] == action && shown.leaf["outcome"] == outcome);
    wanted.map(|shown| shown.leaf["details"].clone()).collect()
}

fn slot_files(folder: &Path) -> Vec<String> {
    let names = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned());
    let mut names: Vec<_> = names.filter(|name| name.starts_with("keys.")).collect();
    names.sort();
    names
}

fn one_generation_is_left(house: &House, epoch: u32) {
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

fn keeps_what_lives_and_nothing_else(tier: Tier) {
    let kept = Kept::new(tier);
    let house = kept.open();
    let rows: Vec<_> = (1..=6).map(|film| record(&house, film, Some(()))).collect();
    drop(house);
    let (before, keys_before) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    copy_folder(kept.folder.path(), before.path());
    copy_folder(kept.keys.path(), keys_before.path());
    // The copy is good as long as its generation lives: else the rest would prove nothing.
    let copied = open(&kept.place(before.path())).unwrap();
    assert_eq!(reads_back(&copied, &rows[0], 1).unwrap(), 6);
    drop(copied);

    let house = kept.open();
    expire(&house, &rows[0]);
    expire(&house, &rows[3]);
    let outcome = rotated(&house);
    let custody = if tier == Tier::Tpm { "tpm2" } else { "file" };
    assert_eq!(outcome, Rotated { from: 1, to: 2, rewrapped: 4, destroyed: true, custody });
    let survives = |house: &House| {
        for (row, film) in rows.iter().zip(1..) {
            match reads_back(house, row, film) {
                Ok(fragments) => assert!(fragments == 6 && ![1, 4].contains(&film), "film {film}"),
                Err(VaultError::KeyGone(_)) => assert!([1, 4].contains(&film), "film {film}"),
                Err(error) => panic!("film {film}: {error}"),
            }
        }
    };
    survives(&house);
    // New footage goes under the new key, into a freed slot.
    let newer = record(&house, 7, Some(()));
    assert_eq!((newer.epoch, newer.slot), (KeyEpoch(2), rows[0].slot));
    drop(house);
    let house = kept.open();
    survives(&house);
    assert_eq!(reads_back(&house, &newer, 7).unwrap(), 6);
    one_generation_is_left(&house, 2);
    let done = serde_json::json!({"from": 1, "to": 2, "rewrapped": 4, "custody": custody});
    assert_eq!(leaves(&house, "keys.rotate", "done"), [done]);
    assert_eq!(leaves(&house, "keys.rotate", "intent").len(), 1);
    drop(house);

    // The old slot file under every key there is today.
    let old = fs::read(before.path().join("keys.1")).unwrap();
    let site = Custody::open(kept.keys.path(), &MasterPlace::File, &kept.epochs).unwrap();
    let site_id = kept.open().vault.site();
    assert!(site.wrapping_key(site_id, KeyEpoch(1)).is_err());
    let today = site.wrapping_key(site_id, KeyEpoch(2)).unwrap();
    for row in &rows {
        let at = (row.slot.0 as usize + 1) * 64;
        assert!(today.unwrap(old[at..at + 60].try_into().unwrap(), row.id, row.slot).is_none());
    }
    // The whole folder from before, as it was, and made to look like today's.
    let told = open(&kept.place(before.path())).err().unwrap();
    assert_eq!(told.code, "catalogue_rolled_back", "{told:?}");
    let connection = rusqlite::Connection::open(before.path().join("catalogue.db")).unwrap();
    connection.execute("INSERT INTO store_fact (name, value) VALUES ('key_epoch', x'00000002')", []).unwrap();
    drop(connection);
    fs::rename(before.path().join("keys.1"), before.path().join("keys.2")).unwrap();
    assert_eq!(open(&kept.place(before.path())).err().unwrap().code, "store_of_another_box");
    if tier == Tier::File {
        // Older keys with today's store.
        assert_eq!(open(&place(kept.folder.path(), keys_before.path(), &kept.epochs)).err().unwrap().code, "keys_rolled_back");
    }
    assert_eq!(kept.custody().held().unwrap().even, Contents::Secret(KeyEpoch(2)), "nothing refused has changed the keys");
}

#[test]
fn rotation_keeps_what_lives_and_makes_old_slot_files_useless() {
    keeps_what_lives_and_nothing_else(Tier::File);
}

#[test]
fn a_tpm_keeps_what_lives_and_makes_old_slot_files_useless() {
    keeps_what_lives_and_nothing_else(Tier::Tpm);
}

#[test]
fn generations_follow_one_another_in_both_tiers() {
    for tier in [Tier::File, Tier::Tpm] {
        let kept = Kept::new(tier);
        let mut rows = Vec::new();
        for generation in 1..=5 {
            let house = kept.open();
            rows.push(record(&house, generation, Some(())));
            let outcome = rotated(&house);
            assert_eq!((outcome.from, outcome.rewrapped, outcome.destroyed), (u32::from(generation), u64::from(generation), true));
        }
        let house = kept.open();
        one_generation_is_left(&house, 6);
        for (row, film) in rows.iter().zip(1..) {
            assert_eq!(reads_back(&house, row, film).unwrap(), 6, "{tier:?}");
        }
        // Making the store again changes nothing.
        drop(house);
        House::create(&kept.place(kept.folder.path())).unwrap();
        one_generation_is_left(&kept.open(), 6);
    }
}

#[test]
fn a_tpm_gives_its_secrets_to_nobody_without_the_master_key() {
    let kept = Kept::new(Tier::Tpm);
    drop(kept.open());
    fs::write(kept.keys.path().join("master.key"), [7; 32]).unwrap();
    assert_eq!(open(&kept.place(kept.folder.path())).err().unwrap().code, "tpm_of_another_store");
    let other = Kept::new(Tier::Tpm);
    let empty = SoftwareTpm::start();
    let epochs = EpochPlace::Tpm { tcti: empty.tcti.clone() };
    assert_eq!(open(&place(other.folder.path(), other.keys.path(), &epochs)).err().unwrap().code, "tpm_empty");
    // A second store can't take over the first one's TPM.
    let (folder, keys) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    let taken = House::create(&place(folder.path(), keys.path(), &other.epochs)).unwrap_err();
    assert_eq!(taken.code, "tpm_of_another_store");
    drop(other.open());
}

#[test]
fn a_key_stored_before_its_row_is_committed_survives_the_rotation_between() {
    let kept = Kept::new(Tier::File);
    let house = kept.open();
    record(&house, 1, Some(()));
    let parameters = parameters();
    let start = UtcInstant::from_unix_seconds(1_790_000_600);
    let new = NewSegment { camera: &camera(), parameters: &parameters, start, reading: clock::now(), open_count: house.open_count };
    let (writer, row) = SegmentWriter::create(&house.vault, &new).unwrap();
    let (given_up, gone) = SegmentWriter::create(&house.vault, &NewSegment { start: start.plus_seconds(60), ..new }).unwrap();
    house.vault.slots().kill([gone.slot]).unwrap();
    assert_eq!(rotated(&house).rewrapped, 2);
    assert_eq!(rotated(&house).rewrapped, 2, "it may take longer than one generation");
    house.catalogue.write(|tx| segment::open(tx, &row)).unwrap();
    drop((writer, given_up));
    assert!(house.vault.open_segment(&row).is_ok());
    assert!(matches!(house.vault.open_segment(&gone), Err(VaultError::KeyGone(_))));
    assert_eq!(rotated(&house).rewrapped, 2);
    assert!(house.vault.open_segment(&row).is_ok());
}

#[test]
fn recording_and_expiry_go_on_while_keys_rotate() {
    let kept = Kept::new(Tier::File);
    let house = kept.open();
    let (films, rotations, over) = (AtomicU8::new(1), AtomicU32::new(0), AtomicBool::new(false));
    let (live, gone) = (Mutex::new(Vec::new()), Mutex::new(Vec::new()));
    std::thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| {
                let mut mine: Vec<(SegmentRow, u8)> = Vec::new();
                while !over.load(Ordering::Relaxed) {
                    let film = films.fetch_add(1, Ordering::Relaxed);
                    if film >= 250 {
                        break;
                    }
                    mine.push((record(&house, film, Some(())), film));
                    // What lives is read all the while.
                    let (row, film) = &mine[mine.len() / 2];
                    assert_eq!(reads_back(&house, row, *film).unwrap(), 6);
                    if mine.len().is_multiple_of(3) {
                        let (row, film) = mine.remove(0);
                        expire(&house, &row);
                        gone.lock().unwrap().push((row, film));
                    }
                }
                live.lock().unwrap().extend(mine);
            });
        }
        let (done, rotations) = (|| films.load(Ordering::Relaxed) > 60, &rotations);
        while !done() || rotations.load(Ordering::Relaxed) < 8 {
            assert!(rotated(&house).destroyed);
            rotations.fetch_add(1, Ordering::Relaxed);
        }
        over.store(true, Ordering::Relaxed);
    });
    let (live, gone) = (live.into_inner().unwrap(), gone.into_inner().unwrap());
    assert!(live.len() > 10 && gone.len() > 5, "{} live, {} gone", live.len(), gone.len());
    drop(house);
    let house = kept.open();
    assert_eq!((house.healed.keys_killed, house.healed.alarms), (0, 0));
    one_generation_is_left(&house, 1 + rotations.into_inner());
    for (row, film) in &live {
        assert_eq!(reads_back(&house, row, *film).unwrap(), 6);
    }
    for (row, _) in &gone {
        let again = SegmentRow { state: SegmentState::Sealed, ..row.clone() };
        assert!(matches!(house.vault.open_segment(&again), Err(VaultError::KeyGone(_) | VaultError::Seal { .. })));
    }
}

#[test]
fn a_generation_waits_for_readers_of_the_old_catalogue_before_it_is_destroyed() {
    let kept = Kept::new(Tier::File);
    let house = kept.open();
    let row = record(&house, 1, Some(()));
    // Somebody's long report: a snapshot from before the rotation.
    let reader = rusqlite::Connection::open(kept.folder.path().join("catalogue.db")).unwrap();
    reader.execute_batch("BEGIN; SELECT count(*) FROM segment;").unwrap();
    let outcome = rotated(&house);
    assert_eq!((outcome.to, outcome.destroyed), (2, false));
    assert_eq!(house.vault.custody().held().unwrap().odd, Contents::Secret(KeyEpoch(1)));
    assert!(leaves(&house, "keys.destroyed", "done").is_empty());
    assert_eq!(rotate(&house, Actor::Job("test")).unwrap_err().code, "keys_in_use");
    assert_eq!(reads_back(&house, &row, 1).unwrap(), 6);
    reader.execute_batch("COMMIT").unwrap();
    assert_eq!(rotate_if_due(&house, 86_400).unwrap(), None);
    one_generation_is_left(&house, 2);
}

#[test]
fn keys_are_due_by_their_age_whatever_restarts_lie_between() {
    let kept = Kept::new(Tier::File);
    assert_eq!(rotate_if_due(&kept.open(), 3600).unwrap(), None, "a new store has new keys");
    let house = kept.open();
    let at = |seconds: i64| {
        let at = clock::now().utc.plus_seconds(seconds).unix_nanos().to_be_bytes();
        house.catalogue.write(|tx| store::set_fact(tx, Fact::KeysRotatedUtc, &at)).unwrap();
    };
    at(-3590);
    assert_eq!(rotate_if_due(&house, 3600).unwrap(), None);
    at(-3601);
    assert_eq!(rotate_if_due(&house, 3600).unwrap().map(|rotated| rotated.to), Some(2));
    at(600);
    assert_eq!(rotate_if_due(&house, 3600).unwrap().map(|rotated| rotated.to), Some(3), "the clock went back");
}

#[test]
fn what_other_keys_left_is_not_touched() {
    let kept = Kept::new(Tier::File);
    let row = record(&kept.open(), 1, Some(()));
    // Another box's keys, in the middle of a rotation of their own.
    let other = Kept::new(Tier::File);
    drop(other.open());
    let second = Kept::new(Tier::File);
    rotated(&second.open());
    fs::copy(second.keys.path().join("epoch-b.block"), other.keys.path().join("epoch-b.block")).unwrap();
    let blocks = || ["epoch.block", "epoch-b.block"].map(|name| fs::read(other.keys.path().join(name)).unwrap());
    let before = blocks();
    let told = open(&place(kept.folder.path(), other.keys.path(), &EpochPlace::KeysFolder)).err().unwrap();
    assert_eq!(told.code, "store_of_another_box");
    // At another generation: told by the log's signature, not by the number.
    let house = kept.open();
    holdfast::jobs::audit::checkpoint_now(&house).unwrap();
    drop(house);
    let told = open(&place(kept.folder.path(), second.keys.path(), &EpochPlace::KeysFolder)).err().unwrap();
    assert_eq!(told.code, "store_of_another_box");
    assert_eq!(blocks(), before);
    assert_eq!(reads_back(&kept.open(), &row, 1).unwrap(), 6);
}

/// One run of the driver on a copy of a store, under strace.
struct Driven {
    folder: TempDir,
    keys: TempDir,
}

const BEGINS: &str = "/rotation-begins-now";

impl Driven {
    fn run(from: &Kept, expression: &[&str], log: &Path) -> Self {
        let driven = Self { folder: TempDir::new().unwrap(), keys: TempDir::new().unwrap() };
        copy_folder(from.folder.path(), driven.folder.path());
        copy_folder(from.keys.path(), driven.keys.path());
        Command::new("strace")
            .args(["-f", "-qq", "-o"])
            .arg(log)
            .args(expression)
            .arg(std::env::current_exe().unwrap())
            .args(["keys::rotation_driver", "--exact", "--ignored", "--nocapture", "--test-threads=1"])
            .env("HOLDFAST_DRIVEN_DATA", driven.folder.path())
            .env("HOLDFAST_DRIVEN_KEYS", driven.keys.path())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()
            .expect("strace is installed (make test-deps)");
        driven
    }
}

/// Not a test: the process that the kill test kills.
#[test]
#[ignore = "run by keys::a_kill_at_any_step_of_a_rotation_leaves_one_generation"]
fn rotation_driver() {
    let (Some(data), Some(keys)) = (std::env::var_os("HOLDFAST_DRIVEN_DATA"), std::env::var_os("HOLDFAST_DRIVEN_KEYS")) else { return };
    let house = open(&place(Path::new(&data), Path::new(&keys), &EpochPlace::KeysFolder)).unwrap();
    let _ = fs::File::open(BEGINS);
    rotated(&house);
}

#[test]
fn a_kill_at_any_step_of_a_rotation_leaves_one_generation() {
    const CALLS: [&str; 6] = ["pwrite64", "fsync", "fdatasync", "rename", "unlink", "ftruncate"];
    let kept = Kept::new(Tier::File);
    let house = kept.open();
    let rows: Vec<_> = (1..=4).map(|film| record(&house, film, Some(()))).collect();
    rotated(&house);
    expire(&house, &rows[1]);
    drop(house);
    // Once undisturbed: how many calls of each kind a start takes, and how many a rotation.
    let log = kept.keys.path().join("strace");
    Driven::run(&kept, &["-e", &format!("trace={},openat", CALLS.join(","))], &log);
    let log_text = fs::read_to_string(&log).unwrap();
    fs::remove_file(&log).unwrap();
    let begins = log_text.lines().find(|line| line.contains(BEGINS)).expect("the driver began");
    let thread = begins.split_whitespace().next().unwrap();
    let (mut started, mut begun): (BTreeMap<&str, u32>, _) = (BTreeMap::new(), false);
    let mut steps = Vec::new();
    for line in log_text.lines().filter(|line| line.split_whitespace().next() == Some(thread)) {
        begun |= line.contains(BEGINS);
        let Some(call) = CALLS.iter().find(|call| line.contains(&format!("{call}("))) else { continue };
        let count = started.entry(call).or_default();
        *count += 1;
        if begun {
            steps.push((*call, *count));
        }
    }
    let kinds: BTreeSet<_> = steps.iter().map(|(call, _)| *call).collect();
    assert!(kinds.len() == CALLS.len() && steps.len() > 30, "{steps:?}");
    let (mut undone, mut finished) = (0, 0);
    for (call, nth) in &steps {
        let inject = format!("inject={call}:signal=KILL:when={nth}");
        let driven = Driven::run(&kept, &["-e", &format!("trace={call}"), "-e", &inject], &log);
        assert!(fs::read_to_string(&log).unwrap().contains("killed by SIGKILL"), "{call} {nth} was never reached");
        let at = place(driven.folder.path(), driven.keys.path(), &EpochPlace::KeysFolder);
        let house = open(&at).unwrap_or_else(|problem| panic!("{call} {nth}: {problem:?}"));
        let epoch = house.vault.epoch().0;
        if epoch == 2 {
            undone += 1
        } else {
            finished += 1
        }
        one_generation_is_left(&house, epoch);
        for (row, film) in rows.iter().zip(1..) {
            let read = reads_back(&house, row, film);
            if film == 2 {
                assert!(matches!(read, Err(VaultError::KeyGone(_))), "{call} {nth}");
            } else {
                assert_eq!(read.unwrap(), 6, "{call} {nth}, film {film}");
            }
        }
        // And it goes on as if nothing had been.
        let outcome = rotated(&house);
        assert_eq!((outcome.from, outcome.rewrapped, outcome.destroyed), (epoch, 3, true), "{call} {nth}");
    }
    println!("{} kills: {undone} rotations undone, {finished} finished", steps.len());
    assert!(undone > 5 && finished > 5, "{undone} undone, {finished} finished");
}

#[test]
fn the_command_line_rotates_while_a_camera_is_recorded_and_no_picture_is_lost() {
    let cameras = Cameras::start(&["path=cam,scene=320x240@15,codec=h264"], &["--numbered"]);
    let mut appliance = Appliance::new(&[("cam", &cameras.access("cam", None, Transport::Tcp))], "5s");
    appliance.start();
    let sealed = |at_least: usize| {
        wait_until(Duration::from_secs(60), "segments are sealed", || {
            let list = appliance.json(&["segment", "list", "--json"]);
            list.as_array().is_some_and(|list| list.iter().filter(|segment| segment["state"] == "sealed").count() >= at_least)
        });
    };
    sealed(1);
    let status = appliance.json(&["status", "--json"]);
    assert_eq!((&status["keys"]["epoch"], &status["keys"]["claim"]["tier"]), (&1.into(), &"B".into()));
    for to in 2..=4u64 {
        let outcome = appliance.json(&["keys", "rotate", "--json"]);
        assert_eq!(
            (&outcome["from"], &outcome["to"], &outcome["destroyed"], &outcome["custody"]),
            (&(to - 1).into(), &to.into(), &true.into(), &"file".into())
        );
        assert!(outcome["rewrapped"].as_u64().unwrap() >= 1);
        assert_eq!(outcome.as_object().unwrap().len(), 5, "{outcome}");
        sealed(to as usize);
    }
    assert_eq!(appliance.json(&["status", "--json"])["keys"]["epoch"], 4);
    appliance.stop();
    let house = appliance.house();
    one_generation_is_left(&house, 4);
    let numbers: Vec<u64> = pictures(&house, &id("cam")).concat().iter().map(|picture| picture.number).collect();
    assert!(numbers.len() > 100 && numbers.windows(2).all(|pair| pair[1] == pair[0] + 1), "pictures are missing among {}", numbers.len());
}

/// An ext4 of its own in a file, mounted; None where this user may not mount.
struct Image {
    file: PathBuf,
    mounted: PathBuf,
    _folder: TempDir,
}

impl Image {
    fn new() -> Option<Self> {
        let folder = TempDir::new().unwrap();
        let (file, mounted) = (folder.path().join("image"), folder.path().join("mounted"));
        fs::create_dir(&mounted).unwrap();
        fs::File::create(&file).unwrap().set_len(24 << 20).unwrap();
        assert!(Command::new("mkfs.ext4").args(["-q", "-F"]).arg(&file).status().expect("e2fsprogs are installed").success());
        let mounting = Command::new("mount").args(["-o", "loop,data=ordered"]).arg(&file).arg(&mounted).output().unwrap();
        if !mounting.status.success() {
            eprintln!("skipped: this user may not mount an image ({})", String::from_utf8_lossy(&mounting.stderr).trim());
            return None;
        }
        Some(Self { file, mounted, _folder: folder })
    }

    /// How often each needle is found in the raw bytes; the file system is unmounted and mounted again.
    fn hits(&self, needles: &[Vec<u8>]) -> Vec<usize> {
        assert!(Command::new("umount").arg(&self.mounted).status().unwrap().success());
        let bytes = fs::read(&self.file).unwrap();
        assert!(Command::new("mount").args(["-o", "loop,data=ordered"]).arg(&self.file).arg(&self.mounted).status().unwrap().success());
        let mut begins = vec![false; 1 << 16];
        for needle in needles {
            begins[usize::from(u16::from_be_bytes([needle[0], needle[1]]))] = true;
        }
        let mut hits = vec![0; needles.len()];
        for at in 0..bytes.len() - 1 {
            if begins[usize::from(bytes[at]) << 8 | usize::from(bytes[at + 1])] {
                for (needle, hits) in needles.iter().zip(&mut hits) {
                    *hits += usize::from(bytes[at..].starts_with(needle));
                }
            }
        }
        hits
    }
}

impl Drop for Image {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg(&self.mounted).status();
    }
}

/// KEKₙ as the documents describe it, made again from what the keys folder holds.
fn wrapping_key_by_hand(keys: &Path, site: uuid::Uuid, epoch: u32) -> (Vec<u8>, Vec<u8>) {
    let master = fs::read(keys.join("master.key")).unwrap();
    let block = fs::read(keys.join(if epoch % 2 == 1 { "epoch.block" } else { "epoch-b.block" })).unwrap();
    let secret = block[12..44].to_vec();
    let mut key = vec![0; 32];
    let info = [b"kek".as_slice(), site.as_bytes(), &epoch.to_be_bytes()].concat();
    Hkdf::<Sha256>::new(Some(b"holdfast"), &[master, secret.clone()].concat()).expand(&info, &mut key).unwrap();
    (secret, key)
}

/// The segment's key, unwrapped by hand from its slot's bytes.
fn segment_key_by_hand(wrapping_key: &[u8], slot: &[u8], row: &SegmentRow, epoch: u32) -> Vec<u8> {
    let KeySlot(number) = row.slot;
    let aad = [row.id.0.as_bytes().as_slice(), &number.to_be_bytes(), &epoch.to_be_bytes()].concat();
    let cipher = Aes256Gcm::new_from_slice(wrapping_key).unwrap();
    let nonce: [u8; 12] = slot[..12].try_into().unwrap();
    cipher.decrypt(&nonce.into(), Payload { msg: &slot[12..60], aad: &aad }).expect("the slot opens")
}

#[test]
fn no_byte_of_a_destroyed_generation_is_left_on_the_device() {
    let Some(image) = Image::new() else { return };
    let (data, keys) = (image.mounted.join("data"), image.mounted.join("keys"));
    let at = place(&data, &keys, &EpochPlace::KeysFolder);
    House::create(&at).unwrap();
    let house = open(&at).unwrap();
    let site = house.vault.site();
    // Two generations on, so that both places have been overwritten before.
    let rows: Vec<_> = (1..=8).map(|film| record(&house, film, Some(()))).collect();
    rotated(&house);
    rotated(&house);
    let (secret, wrapping_key) = wrapping_key_by_hand(&keys, site, 3);
    let slots = fs::read(data.join("keys.3")).unwrap();
    let slot_of = |row: &SegmentRow| slots[(row.slot.0 as usize + 1) * 64..][..64].to_vec();
    let killed = &rows[2..6];
    let segment_keys: Vec<_> = killed.iter().map(|row| segment_key_by_hand(&wrapping_key, &slot_of(row), row, 3)).collect();
    drop(house);

    // Before: what is stored is found (the epoch secret, the wrapped keys); what never is stored in
    // the plain is not.
    let stored: Vec<_> = [vec![secret.clone()], killed.iter().map(|row| slot_of(row)[..60].to_vec()).collect()].concat();
    let plain: Vec<_> = [vec![wrapping_key], segment_keys].concat();
    assert!(image.hits(&stored).iter().all(|hits| *hits >= 1), "the scan can't find what is there");
    assert!(image.hits(&plain).iter().all(|hits| *hits == 0), "a key is on the disk in the plain");

    let house = open(&at).unwrap();
    for row in killed {
        expire(&house, row);
    }
    assert!(rotated(&house).destroyed);
    drop(house);
    let needles = [stored, plain].concat();
    assert_eq!(image.hits(&needles), vec![0; needles.len()], "epoch secret, wrapped keys, KEK, segment keys");
    let house = open(&at).unwrap();
    for (row, film) in rows.iter().zip(1..) {
        assert_eq!(reads_back(&house, row, film).is_ok(), !(3..=6).contains(&film), "film {film}");
    }
    drop(house);
    // The scan finds these very needles when they are there.
    fs::write(image.mounted.join("control"), needles.concat()).unwrap();
    assert!(image.hits(&needles).iter().all(|hits| *hits == 1));
}
