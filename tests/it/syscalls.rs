//! One process writes a store, and is killed at every system call that changes the disk; then each
//! of these calls fails instead. Whatever the moment, the store opens, holds all that had been
//! acknowledged, and recording goes on in it.
//!
//! The process is this test binary itself, in one of three [`Act`]s: it makes a store, records a
//! day in it, or opens one that a crash left. `HOLDFAST_SYSCALLS=all` tries every call (`make
//! soak`); otherwise of the many writes only some, drawn by `HOLDFAST_SEED`.

use std::{
    collections::{BTreeMap, BTreeSet},
    io::Write,
    path::Path,
    process::Command,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use holdfast::{
    adapters::{
        clock,
        secret::{HashCost, Passwords},
        vault::{
            custody::{EpochPlace, MasterPlace},
            writer::{NewSegment, SegmentWriter},
        },
    },
    domain::{
        actor::{Actor, Purpose, PurposeKind, Reason},
        camera::CameraId,
        identity::Role,
        instant::Interval,
        recording::gap::GapCause,
    },
    jobs::{
        audit, disclose,
        house::{House, StorePlace},
        reconcile::Healed,
        record::{sync::SyncBook, writer::Writer},
        staff,
    },
    problem::Problem,
};
use rand::{SeedableRng, rngs::StdRng, seq::IndexedRandom};
use tempfile::TempDir;

use crate::{
    examined::{self, Told},
    film::{Film, Kept, taken},
    traced::{self, Blow, Ended, How, MANY, Traced},
};

const ACT: &str = "HOLDFAST_SYSCALLS_ACT";
const STORE: &str = "HOLDFAST_SYSCALLS_STORE";
const HANGS_AFTER: Duration = Duration::from_secs(30);
/// Of each kind of write, in an ordinary run.
const WRITES_TRIED: usize = 24;

/// Where the two films go on in the recorded day, after what [`Act::Record`] finds in the store.
const GATE_FROM: u64 = 100;
const YARD_FROM: u64 = 200;

/// What the process does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Act {
    Create,
    Record,
    Heal,
}

impl Act {
    const ALL: [Self; 3] = [Self::Create, Self::Record, Self::Heal];

    const fn name(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Record => "record",
            Self::Heal => "heal",
        }
    }
}

/// The folders of a store.
struct Place(TempDir);

impl Place {
    /// In memory where there is such a place: SIGKILL leaves the page cache alone, so a real disk
    /// would only be slower.
    fn new() -> Self {
        let memory = Path::new("/dev/shm");
        let folder = if memory.is_dir() { TempDir::new_in(memory) } else { TempDir::new() };
        Self(folder.unwrap())
    }

    fn copy_of(other: &Self) -> Self {
        let copy = Self::new();
        let from = other.0.path();
        for file in crate::vault::walk(from) {
            let to = copy.0.path().join(file.strip_prefix(from).unwrap());
            std::fs::create_dir_all(to.parent().unwrap()).unwrap();
            std::fs::copy(&file, &to).unwrap();
        }
        // An empty folder has no file to come with.
        if from.join("data/quarantine").is_dir() {
            std::fs::create_dir_all(copy.0.path().join("data/quarantine")).unwrap();
        }
        copy
    }

    fn with<T>(&self, act: impl FnOnce(&StorePlace<'_>) -> T) -> T {
        with_store(self.0.path(), act)
    }

    fn create(&self) -> Result<(), Problem> {
        when_free(|| self.with(House::create))
    }

    /// Waits for the lock: the kernel takes a moment to let go of it after a kill, and a process
    /// being started by the other thread holds it until it has become another program.
    fn open(&self) -> Result<House, Problem> {
        when_free(|| self.with(|place| House::open(place, &[])))
    }

    /// The process, not yet started.
    fn process(&self, act: Act) -> Command {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.args(["--exact", "syscalls::one_process", "--ignored", "--nocapture", "--test-threads=1"]);
        command.env(ACT, act.name()).env(STORE, self.0.path());
        command
    }
}

fn when_free<T>(act: impl Fn() -> Result<T, Problem>) -> Result<T, Problem> {
    let since = Instant::now();
    loop {
        match act() {
            Err(problem) if problem.code == "store_in_use" && since.elapsed() < Duration::from_secs(5) => {
                std::thread::sleep(Duration::from_millis(5));
            }
            outcome => return outcome,
        }
    }
}

fn with_store<T>(folder: &Path, act: impl FnOnce(&StorePlace<'_>) -> T) -> T {
    act(&StorePlace { data: &folder.join("data"), keys: &folder.join("keys"), master: &MasterPlace::File, epochs: &EpochPlace::KeysFolder })
}

#[test]
#[ignore = "a process of the other tests, started by them"]
fn one_process() {
    let (Ok(act), Some(folder)) = (std::env::var(ACT), std::env::var_os(STORE)) else { return };
    let act = Act::ALL.into_iter().find(|known| known.name() == act).unwrap();
    let folder = Path::new(&folder);
    // The harness's own thread writes a few lines, and a call's number is hit by whoever comes first:
    // with these, the numbers of our writes are all beyond its.
    (0..32).for_each(|_| tell("ready"));
    let done = match act {
        Act::Create => with_store(folder, House::create),
        Act::Heal => with_store(folder, |place| House::open(place, &[]).map(drop)),
        Act::Record => record_a_day(folder),
    };
    if let Err(problem) = done {
        eprintln!("{problem:?}");
        std::process::exit(i32::from(problem.kind.exit_code()));
    }
    tell("done");
}

/// Says what may be relied on from now on. Not `println!`, which the test harness may hold back.
fn tell(told: &str) {
    let _ = std::io::stdout().write_all(format!("\ntold {told}\n").as_bytes());
}

fn tell_kept(kept: Kept) {
    match kept {
        Kept::Pictures { camera, from, to } => tell(&format!("pictures {camera} {from} {to}")),
        Kept::Sealed { camera, first, pictures } => tell(&format!("sealed {camera} {first} {pictures}")),
    }
}

/// A day: two cameras, one of which stalls, a new user, an export, a user disabled, everything
/// closed. One thread does it all, since calls are counted by thread.
fn record_a_day(folder: &Path) -> Result<(), Problem> {
    let runtime = tokio::runtime::Builder::new_current_thread().max_blocking_threads(1).build().unwrap();
    runtime.block_on(async {
        let passwords = Passwords::new(HashCost::Light)?;
        let data = folder.to_owned();
        let (house, mut writer, book, mut gate, mut yard) = tokio::task::spawn_blocking(move || {
            let house = Arc::new(with_store(&data, |place| House::open(place, &[]))?);
            let book = Arc::new(SyncBook::default());
            let mut writer = Writer::new(
                Arc::clone(&house.vault),
                Arc::clone(&house.catalogue),
                Arc::clone(&book),
                Arc::clone(&house.keeping.ballast),
                house.open_count,
            );
            let (mut gate, mut yard) = (Film::new(&house, "gate", GATE_FROM), Film::new(&house, "yard", YARD_FROM));
            gate.shoot(&mut writer, 13, &mut tell_kept);
            yard.shoot(&mut writer, 8, &mut tell_kept);
            book.round();
            book.note(&house.catalogue);
            gate.shoot(&mut writer, 24, &mut tell_kept);
            Ok::<_, Problem>((house, writer, book, gate, yard))
        })
        .await??;
        let new = staff::NewUser { name: "ada".into(), role: Role::Viewer, password: "a long enough pass phrase".into() };
        let ada = staff::add(&house, &passwords, Actor::LocalOperator { uid: 0 }, new).await?;
        tell(&format!("user {}", ada.0));
        tokio::task::spawn_blocking(move || {
            gate.stall(&mut writer, 30, &mut tell_kept);
            let asked = disclose::ExportAsked {
                case_reference: "CCTV-2026-014".into(),
                cameras: vec![CameraId::new("gate").unwrap()],
                range: Interval::new(taken(GATE_FROM), taken(GATE_FROM + 20)).unwrap(),
                purpose: Purpose { kind: PurposeKind::Case, reason: Reason::new("a request by the police").unwrap() },
            };
            let export = disclose::order(&house, Actor::LocalOperator { uid: 0 }, "local:0".into(), asked)?;
            tell(&format!("export {}", export.id));
            yard.shoot(&mut writer, 9, &mut tell_kept);
            gate.shoot(&mut writer, 6, &mut tell_kept);
            book.round();
            staff::disable(&house, Actor::LocalOperator { uid: 0 }, ada)?;
            tell(&format!("disabled {}", ada.0));
            for film in [&mut gate, &mut yard] {
                film.interrupt(&mut writer, GapCause::Restart, &mut tell_kept);
            }
            writer.finish();
            audit::checkpoint_now(&house)?;
            Ok::<_, Problem>(())
        })
        .await?
    })
}

/// A store in which a film had been recorded, whole, before.
fn store_in_use() -> (Place, Told) {
    let place = Place::new();
    place.create().unwrap();
    let mut told = Told::default();
    let house = place.open().unwrap();
    let mut writer = writer(&house);
    let mut film = Film::new(&house, "gate", 0);
    film.shoot(&mut writer, 30, &mut |kept| told.keep(kept));
    film.interrupt(&mut writer, GapCause::Restart, &mut |kept| told.keep(kept));
    writer.finish();
    (place, told)
}

/// A store as a bad crash leaves it: segments open with and without pictures, a file and a key that
/// no row accounts for, and two files of somebody else's that have the same name.
fn store_after_a_crash() -> (Place, Told) {
    let (place, mut told) = store_in_use();
    let house = place.open().unwrap();
    let mut writer = writer(&house);
    for (camera, pictures) in [("gate", 38), ("yard", 7), ("door", 1)] {
        Film::new(&house, camera, 100).shoot(&mut writer, pictures, &mut |kept| told.keep(kept));
    }
    let camera = CameraId::new("gate").unwrap();
    let parameters = crate::vault::parameters();
    let new =
        NewSegment { camera: &camera, parameters: &parameters, start: taken(900), reading: clock::now(), open_count: house.open_count };
    SegmentWriter::create(&house.vault, &new).unwrap();
    for camera in ["gate", "yard"] {
        let folder = std::fs::read_dir(place.0.path().join("data/segments").join(camera)).unwrap().next().unwrap().unwrap().path();
        std::fs::write(folder.join("notes.txt"), camera).unwrap();
    }
    (place, told)
}

fn writer(house: &House) -> Writer {
    Writer::new(
        Arc::clone(&house.vault),
        Arc::clone(&house.catalogue),
        Arc::default(),
        Arc::clone(&house.keeping.ballast),
        house.open_count,
    )
}

/// The points at which a process of this kind is hit.
fn points(calls: &BTreeMap<&'static str, BTreeSet<usize>>, hows: impl Fn(&'static str) -> Vec<How>, random: &mut StdRng) -> Vec<Blow> {
    let all = std::env::var("HOLDFAST_SYSCALLS").is_ok_and(|wanted| wanted == "all");
    let mut blows = Vec::new();
    for (call, numbers) in calls {
        let every: Vec<usize> = numbers.iter().copied().collect();
        let tried = if MANY.contains(call) && !all { every.sample(random, WRITES_TRIED).copied().collect() } else { every };
        for nth in tried {
            blows.extend(hows(call).into_iter().map(|how| Blow { call, nth, how }));
        }
    }
    blows
}

/// Strikes a copy of `store` at each point and looks at what is left.
fn sweep(
    act: Act,
    store: &Place,
    hows: impl Fn(&'static str) -> Vec<How>,
    look: impl Fn(&Place, &Traced, &Blow) -> Result<(), String> + Sync,
) {
    if !traced::permitted() {
        return;
    }
    let seed = std::env::var("HOLDFAST_SEED").ok().and_then(|text| text.parse().ok()).unwrap_or_else(|| clock::now().boottime_nanos as u64);
    let started = Instant::now();
    let copy = Place::copy_of(store);
    let untouched = traced::run(&mut copy.process(act), None, HANGS_AFTER);
    assert!(untouched.stdout.contains("told done"), "{}{}", untouched.stdout, untouched.stderr);
    let calls = traced::changes(&untouched.calls, copy.0.path());
    let counts: BTreeMap<_, _> = calls.iter().map(|(call, numbers)| (*call, numbers.len())).collect();
    let blows = points(&calls, hows, &mut StdRng::seed_from_u64(seed));
    let (next, missed, failures) = (AtomicUsize::new(0), AtomicUsize::new(0), Mutex::new(Vec::new()));
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                while let Some(blow) = blows.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let place = Place::copy_of(store);
                    let traced = traced::run(&mut place.process(act), Some(blow), HANGS_AFTER);
                    let hit = match blow.how {
                        How::Kill => matches!(traced.ended, Ended::Killed),
                        How::Fail(_) => traced.calls.contains("(INJECTED)"),
                    };
                    missed.fetch_add(usize::from(!hit), Ordering::Relaxed);
                    if let Err(what) = look(&place, &traced, blow) {
                        failures.lock().unwrap().push(format!("{} {} {:?}: {what}", blow.call, blow.nth, blow.how));
                    }
                }
            });
        }
    });
    let (failures, missed) = (failures.into_inner().unwrap(), missed.into_inner());
    println!("{act:?}: {} points of {counts:?} in {:?}, HOLDFAST_SEED={seed}", blows.len(), started.elapsed());
    assert!(failures.is_empty(), "{} of {} points:\n{}", failures.len(), blows.len(), failures.join("\n"));
    assert!(blows.len() > 10 && missed * 50 < blows.len(), "{missed} of {} points were never reached", blows.len());
}

fn killed(_: &'static str) -> Vec<How> {
    vec![How::Kill]
}

/// What a disk answers: full when asked to write or make something, broken when asked to sync.
fn failing(call: &'static str) -> Vec<How> {
    let all = std::env::var("HOLDFAST_SYSCALLS").is_ok_and(|wanted| wanted == "all");
    match call {
        _ if all => vec![How::Fail("EIO"), How::Fail("ENOSPC")],
        "fsync" | "fdatasync" | "rename" | "unlink" => vec![How::Fail("EIO")],
        _ => vec![How::Fail("ENOSPC")],
    }
}

/// The process ended as it should: by the blow, done, or with an error said.
fn ended_well(traced: &Traced) -> Result<(), String> {
    let words = || format!("{}{}", traced.stdout, traced.stderr);
    match traced.ended {
        Ended::Killed => Ok(()),
        Ended::Exit(0 | 2 | 3) if !traced.stderr.contains("panicked") => Ok(()),
        Ended::Exit(code) => Err(format!("ended with {code}: {}", words())),
        Ended::Hung => Err(format!("did not end within {HANGS_AFTER:?}: {}", words())),
    }?;
    match traced::syncs_retried(&traced.calls) {
        retried if retried.is_empty() => Ok(()),
        retried => Err(format!("synced again after a failure: {retried:?}")),
    }
}

fn nothing_acknowledged_is_lost(earlier: &Told, place: &Place, traced: &Traced) -> Result<(), String> {
    ended_well(traced)?;
    let mut told = earlier.clone();
    told.listen(&traced.stdout)?;
    let open = || place.open().map_err(|problem| format!("not opened: {problem:?}"));
    examined::store(&place.0.path().join("data"), &told, open)
}

#[test]
fn recording_survives_a_kill_at_every_call() {
    let (store, earlier) = store_in_use();
    sweep(Act::Record, &store, killed, |place, traced, _| nothing_acknowledged_is_lost(&earlier, place, traced));
}

#[test]
fn recording_survives_every_call_failing() {
    let (store, earlier) = store_in_use();
    sweep(Act::Record, &store, failing, |place, traced, _| nothing_acknowledged_is_lost(&earlier, place, traced));
}

#[test]
fn healing_survives_a_kill_and_a_failure_at_every_call() {
    let (store, earlier) = store_after_a_crash();
    let once = Place::copy_of(&store);
    let expected = examined::outcome(&once.open().unwrap());
    assert_eq!(expected.set_aside(), 3, "the file without a row, and both of one name");
    let both = |call| [killed(call), failing(call)].concat();
    sweep(Act::Heal, &store, both, |place, traced, _| {
        nothing_acknowledged_is_lost(&earlier, place, traced)?;
        let healed = examined::outcome(&place.open().map_err(|problem| format!("{problem:?}"))?);
        examined::same("the store healed in one go and in two", &healed.before_going_on(), &expected)
    });
}

#[test]
fn making_a_store_can_be_repeated_after_a_kill_or_failure_at_every_call() {
    let both = |call| [killed(call), failing(call)].concat();
    sweep(Act::Create, &Place::new(), both, |place, traced, _| {
        ended_well(traced)?;
        place.create().map_err(|problem| format!("not made at the second attempt: {problem:?}"))?;
        let house = place.open().map_err(|problem| format!("not opened: {problem:?}"))?;
        examined::same("nothing to heal in a new store", &house.healed, &Healed::default())
    });
}
