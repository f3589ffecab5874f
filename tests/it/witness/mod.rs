//! What others have seen of the log: shown to them as it grows, kept for them while they are away, and
//! held against a log that was swapped.

mod server;

use std::{fs, path::PathBuf, sync::Arc, time::Duration};

use holdfast::{
    adapters::{
        clock,
        index::{audit, cosignature},
    },
    domain::{
        actor::Actor,
        audit::{
            Action, Entry, Outcome,
            checkpoint::{self, Checkpoint},
        },
    },
    jobs::{
        audit as log,
        house::House,
        witness::{self, WitnessStanding, WitnessStands},
    },
};
use serde_json::Value;

use self::server::{NAME, Witness};
use crate::{
    appliance::{Appliance, wait_until},
    doors_fault::{logged, put_catalogue, settle},
};

struct Witnessed {
    appliance: Appliance,
    witness: Witness,
}

impl Witnessed {
    /// A box with a witness file and a witness that is down.
    fn new() -> Self {
        let appliance = Appliance::new(&[], "60s");
        let house = appliance.house();
        let witness = Witness::of(house.signers().audit_ed25519.verifying_key(), checkpoint::origin(house.vault.site()));
        drop(house);
        let witnessed = Self { appliance, witness };
        witnessed.configure(&witnessed.witness.key().to_string());
        witnessed
    }

    fn configure(&self, key: &str) {
        self.appliance.configure(&[], "60s");
        let file = self.file();
        let (file, url) = (file.display(), self.witness.url());
        let section = format!("[audit]\nwitness_file = \"{file}\"\nwitness_url = \"{url}\"\nwitness_key = \"{key}\"\n");
        let before = fs::read_to_string(self.appliance.config()).unwrap();
        fs::write(self.appliance.config(), before + &section).unwrap();
    }

    fn file(&self) -> PathBuf {
        self.appliance.folder.path().join("elsewhere").join("checkpoints")
    }

    fn catalogue(&self) -> PathBuf {
        self.appliance.data().join("catalogue.db")
    }

    /// Sizes of the checkpoints in the file.
    fn file_sizes(&self) -> Vec<u64> {
        let text = fs::read_to_string(self.file()).unwrap();
        text.split("\n\n").filter(|part| part.starts_with("holdfast/")).map(|body| body.lines().nth(1).unwrap().parse().unwrap()).collect()
    }

    /// Starts the daemon and waits until it has tried both witnesses. Returns its status.
    fn start(&mut self) -> Value {
        self.appliance.start();
        let mut status = Value::Null;
        wait_until(Duration::from_secs(20), "the witnesses were tried", || {
            status = self.appliance.json(&["status", "--json"]);
            status["witnesses"].as_array().unwrap().iter().all(|witness| witness["standing"] != "not_asked")
        });
        status
    }

    /// `audit verify` by the real program: exit code, what it printed as JSON.
    fn verify(&self) -> (i32, Value) {
        let output = self.appliance.cli(&["audit", "verify", "--json"]);
        (output.status.code().unwrap(), serde_json::from_slice(&output.stdout).unwrap())
    }

    fn verify_in_words(&self) -> String {
        String::from_utf8(self.appliance.cli(&["audit", "verify"]).stdout).unwrap()
    }
}

fn grow(house: &House, leaves: u64) -> Checkpoint {
    for number in 0..leaves {
        let entry = Entry {
            actor: Actor::Job("record"),
            action: Action::AuditRead,
            object: format!("audit/{number}"),
            outcome: Outcome::Done,
            basis: None,
            details: Default::default(),
            personal: vec![],
        };
        house.catalogue.write(|tx| audit::append(tx, &clock::now(), &entry)).unwrap();
    }
    let note = log::checkpoint_now(house).unwrap();
    Checkpoint::verify(&note, &house.signers().audit_ed25519.verifying_key()).unwrap()
}

fn show(house: &Arc<House>) -> Vec<WitnessStands> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(witness::show(house));
    witness::stand(house).unwrap()
}

fn standing(stands: &[WitnessStands], witness: &str) -> WitnessStanding {
    stands.iter().find(|stands| stands.witness == witness).unwrap().standing
}

#[test]
fn a_witness_that_was_away_is_shown_the_newest_checkpoint_with_the_proof_from_what_it_saw_last() {
    let Witnessed { appliance, mut witness } = Witnessed::new();
    let house = Arc::new(appliance.house());
    let kept = |house: &House| house.catalogue.read(|c| cosignature::newest(c, NAME)).unwrap();
    for _ in 0..3 {
        grow(&house, 5);
        let stands = show(&house);
        assert_eq!(standing(&stands, NAME), WitnessStanding::Waits, "{stands:?}");
    }
    assert_eq!(kept(&house), None);

    witness.come_up();
    let first = grow(&house, 1);
    let stands = show(&house);
    assert_eq!(standing(&stands, NAME), WitnessStanding::Agrees, "{stands:?}");
    assert_eq!(witness.seen().as_ref(), Some(&first), "the newest, not the first that waited");
    let cosigned = kept(&house).unwrap();
    assert_eq!((cosigned.size, witness.key().find(&cosigned.line, &first).unwrap().at), (first.size, cosigned.at));

    let _ = witness.asked();
    witness.go_down();
    for leaves in [1, 2, 30] {
        grow(&house, leaves);
        let stands = show(&house);
        assert_eq!(standing(&stands, NAME), WitnessStanding::Waits);
        let last_seen = stands.iter().find(|stands| stands.witness == NAME).unwrap();
        assert_eq!((last_seen.leaves, last_seen.last_seen), (Some(first.size), Some(cosigned.at)), "still what it saw last");
    }
    witness.come_up();
    let newest = grow(&house, 7);
    assert_eq!(standing(&show(&house), NAME), WitnessStanding::Agrees);
    let asked = witness.asked();
    assert_eq!(asked.iter().map(|asked| (asked.old, asked.size, asked.answered)).collect::<Vec<_>>(), [(first.size, newest.size, 200)]);
    assert!(asked[0].proof_hashes > 0);

    // The witness lost its memory, or has an older one: it says so, and is shown the proof from there.
    for (memory, known) in [(None, 0), (Some(first.clone()), first.size)] {
        witness.remember(memory);
        assert_eq!(standing(&show(&house), NAME), WitnessStanding::Agrees);
        let asked: Vec<_> = witness.asked().iter().map(|asked| (asked.old, asked.answered)).collect();
        assert_eq!(asked, [(newest.size, 409), (known, 200)]);
    }
    assert_eq!(house.catalogue.read(audit::size).unwrap(), newest.size, "no alarm in all this");
}

#[test]
fn a_word_by_another_key_is_not_believed() {
    let mut witnessed = Witnessed::new();
    let stranger = ed25519_dalek::SigningKey::from_bytes(&[8; 32]).verifying_key();
    witnessed.configure(&holdfast::domain::audit::cosignature::WitnessKey::new(NAME, stranger).unwrap().to_string());
    witnessed.witness.come_up();
    let house = Arc::new(witnessed.appliance.house());
    grow(&house, 3);
    let stands = show(&house);
    assert_eq!(standing(&stands, NAME), WitnessStanding::Waits, "{stands:?}");
    assert_eq!(house.catalogue.read(|c| cosignature::newest(c, NAME)).unwrap(), None);
    assert!(stands.iter().any(|stands| stands.detail.contains("no cosignature by the witness's key")), "{stands:?}");
}

#[test]
fn the_file_waits_for_its_disk_and_is_never_begun_anew_in_its_place() {
    let witnessed = Witnessed::new();
    let (file, elsewhere) = (witnessed.file(), witnessed.file().parent().unwrap().to_owned());
    let name = file.display().to_string();
    let house = Arc::new(witnessed.appliance.house());
    grow(&house, 3);
    assert_eq!(standing(&show(&house), &name), WitnessStanding::Waits, "its folder is not there");
    fs::create_dir(&elsewhere).unwrap();
    let first = grow(&house, 3);
    assert_eq!(standing(&show(&house), &name), WitnessStanding::Agrees);
    let second = grow(&house, 3);
    show(&house);
    show(&house);
    assert_eq!(witnessed.file_sizes(), [first.size, second.size], "each once");

    let unmounted = witnessed.appliance.folder.path().join("unmounted");
    fs::rename(&elsewhere, &unmounted).unwrap();
    fs::create_dir(&elsewhere).unwrap();
    grow(&house, 3);
    let stands = show(&house);
    assert_eq!(standing(&stands, &name), WitnessStanding::Waits);
    assert!(stands[0].detail.contains("mount its disk"), "{stands:?}");
    assert_eq!(stands[0].leaves, Some(second.size));
    assert!(!file.exists());
    fs::remove_dir(&elsewhere).unwrap();
    fs::rename(&unmounted, &elsewhere).unwrap();
    let last = grow(&house, 3);
    assert_eq!(standing(&show(&house), &name), WitnessStanding::Agrees);
    assert_eq!(witnessed.file_sizes(), [first.size, second.size, last.size]);
}

#[test]
fn a_log_cut_back_to_an_old_copy_is_refused_by_its_witnesses_and_told() {
    let mut witnessed = Witnessed::new();
    fs::create_dir(witnessed.file().parent().unwrap()).unwrap();
    witnessed.witness.come_up();
    // A whole life of the daemon: what it wrote last is seen by both as it stops.
    witnessed.start();
    witnessed.appliance.stop();
    settle(&witnessed.catalogue());
    // With the mark beside the keys, which would tell an older catalogue put back alone.
    let mark = witnessed.appliance.folder.path().join("keys").join("log.checkpoint");
    let (older, older_mark) = (fs::read(witnessed.catalogue()).unwrap(), fs::read(&mark).unwrap());
    let stopped = witnessed.witness.seen().unwrap();
    assert_eq!(witnessed.file_sizes().last(), Some(&stopped.size));
    let (code, verdict) = witnessed.verify();
    assert_eq!((code, &verdict["ok"]), (0, &true.into()), "{verdict}");
    assert_eq!(verdict["witnesses"].as_array().unwrap().iter().map(|w| w["standing"].clone()).collect::<Vec<_>>(), ["agrees", "agrees"]);

    for _ in 0..3 {
        witnessed.verify();
    }
    let seen = witnessed.witness.seen().unwrap();
    let held = fs::read(witnessed.file()).unwrap();
    put_catalogue(&witnessed.catalogue(), &older);
    fs::write(&mark, older_mark).unwrap();
    let (code, verdict) = witnessed.verify();
    assert_eq!((code, &verdict["ok"]), (1, &false.into()), "{verdict}");
    // The witness remembers the longest log; the file holds what was in between, and that is another already.
    let told = |witness: usize| verdict["witnesses"][witness]["detail"].as_str().unwrap();
    assert!(told(1).contains(&format!("has seen {}: an older copy was put back", seen.size)), "{verdict}");
    assert!(told(0).contains("not an extension"), "{verdict}");
    assert!(verdict["detail"].as_str().unwrap().contains(told(0)), "{verdict}");
    let standings: Vec<_> = verdict["witnesses"].as_array().unwrap().iter().map(|w| w["standing"].clone()).collect();
    assert_eq!(standings, ["contradicts", "contradicts"], "{verdict}");
    assert_eq!(witnessed.witness.seen().as_ref(), Some(&seen), "it was not talked round");
    assert_eq!(fs::read(witnessed.file()).unwrap(), held, "nor was the file");

    // Grown beyond what was seen, the swapped log is no longer shorter, but another one.
    while witnessed.verify().1["leaves"].as_u64().unwrap() <= seen.size {}
    let words = witnessed.verify_in_words();
    assert_eq!(words.matches("CONTRADICTS").count(), 2, "{words}");
    assert!(words.contains(&format!("not an extension of the {} leaves", seen.size)), "{words}");
    assert_eq!(witnessed.witness.seen().as_ref(), Some(&seen));
    assert_eq!(fs::read(witnessed.file()).unwrap(), held);
    assert!(logged(&witnessed.appliance, "tamper.alarm") >= 2);
    let status = witnessed.start();
    witnessed.appliance.stop();
    assert!(status["witnesses"].as_array().unwrap().iter().all(|witness| witness["leaves"] == stopped.size), "{status}");
}
