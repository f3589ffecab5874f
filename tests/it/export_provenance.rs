//! The claim that a bundle's pictures are those recorded then, in hostile hands: what was done to it, and
//! which of the tools a stranger has noticed. Nothing here believes the code under test: the attacker
//! signs again with keys of their own, as they would.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::Duration,
};

use ed25519_dalek::SigningKey as Ed25519Key;
use holdfast::{
    adapters::clock,
    domain::{
        camera::Transport,
        export::{
            manifest::{Clip, Manifest},
            provenance::{ClipFiles, ClipSegments, Provenance},
            readme, signature, sums,
        },
        instant::UtcInstant,
    },
};
use p256::ecdsa::SigningKey as P256Key;
use sha2::{Digest, Sha256};
use tempfile::TempDir;

use crate::{
    appliance::Appliance,
    cameras::Cameras,
    export::{exported, wait_for_footage},
};

const SOON: Duration = Duration::from_secs(40);
const GATE: &str = "path=gate,scene=320x240@15,seconds=4,kbps=300,codec=h264";
const YARD: &str = "path=yard,scene=320x240@15,seconds=4,kbps=300,codec=h265";

/// Two cameras recorded over four segments of five seconds, and the time of it.
fn recorded(cameras: &Cameras) -> (Appliance, UtcInstant) {
    let access = |path| cameras.access(path, None, Transport::Tcp);
    let mut appliance = Appliance::new(&[("gate", &access("gate")), ("yard", &access("yard"))], "5s");
    appliance.start();
    appliance.wait_for_state("gate", "recording", SOON);
    appliance.wait_for_state("yard", "recording", SOON);
    let from = clock::now().utc;
    for camera in ["gate", "yard"] {
        wait_for_footage(&appliance, camera, from.plus_seconds(21));
    }
    (appliance, from)
}

fn manifest_of(bundle: &Path) -> Manifest {
    Manifest::parse(&fs::read_to_string(bundle.join("manifest.json")).unwrap()).unwrap()
}

fn provenance_of(bundle: &Path) -> Provenance {
    serde_json::from_str(&fs::read_to_string(bundle.join("records/provenance.json")).unwrap()).unwrap()
}

fn files_of(bundle: &Path, clip: &str) -> ClipFiles {
    provenance_of(bundle).clips.into_iter().find(|files| files.clip == clip).unwrap()
}

fn segments_of(bundle: &Path, clip: &str) -> ClipSegments {
    serde_json::from_str(&fs::read_to_string(bundle.join(files_of(bundle, clip).segments)).unwrap()).unwrap()
}

fn holdfast_verify(bundle: &Path, signer: Option<&str>) -> (bool, serde_json::Value) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_holdfast"));
    command.args(["verify", "--json"]).arg(bundle);
    if let Some(signer) = signer {
        command.args(["--signer", signer]);
    }
    let output = command.output().unwrap();
    (output.status.success(), serde_json::from_slice(&output.stdout).unwrap_or_default())
}

/// The bundle's own verifier, without the user's settings of Python. Whether all was well, and its words.
fn verify_py(bundle: &Path, arguments: &[&str]) -> (bool, String) {
    let output = Command::new("python3").arg("-I").arg(bundle.join("records/verify.py")).args(arguments).output().unwrap();
    let told = [output.stdout, output.stderr].concat();
    (output.status.success(), String::from_utf8(told).unwrap())
}

/// The README's recipe: sums, and both signatures.
fn stock(bundle: &Path) -> bool {
    let runs = |command: &mut Command| command.current_dir(bundle).stderr(Stdio::null()).stdout(Stdio::null()).status().unwrap().success();
    runs(Command::new("sha256sum").args(["--strict", "-c", "SHA256SUMS"]))
        && runs(Command::new("openssl").args(["dgst", "-sha256", "-verify", "signer.pem", "-signature", "SHA256SUMS.p256", "SHA256SUMS"]))
        && runs(
            Command::new("ssh-keygen")
                .args(["-Y", "verify", "-f", "allowed_signers", "-I", "test-court", "-n", "holdfast-export@v1", "-s", "SHA256SUMS.sig"])
                .stdin(fs::File::open(bundle.join("SHA256SUMS")).unwrap()),
        )
}

#[test]
fn pictures_are_shown_to_be_those_that_were_logged_minutes_after_they_were_recorded() {
    let cameras = Cameras::start(&[GATE, YARD], &["--numbered"]);
    let (appliance, from) = recorded(&cameras);
    let folder = TempDir::new().unwrap();
    // Sealed by now, wherever the segments begin.
    let out = folder.path().join("whole");
    // Longer than any segment: five seconds, and up to the next key frame.
    let manifest = exported(&appliance, &["gate", "yard"], from, from.plus_seconds(12), &out);
    assert_eq!(manifest.clips.len(), 2, "{:?}", manifest.gaps);
    let (well, told) = verify_py(&out, &[]);
    assert!(well && told.contains(" 0 of them were not logged yet"), "{told}");
    let (well, verdict) = holdfast_verify(&out, None);
    let said = verdict["checks"].as_array().unwrap().iter().find(|check| check["name"] == "provenance").unwrap();
    assert!(well && said["detail"].as_str().unwrap().contains("in the log within"), "{verdict}");
    for clip in &manifest.clips {
        let segments = segments_of(&out, &clip.file).segments;
        assert!(segments.len() >= 2, "over a seam");
        for (number, record) in segments.iter().enumerate() {
            let leaf: serde_json::Value = serde_json::from_str(&record.sealed.as_ref().unwrap().leaf).unwrap();
            assert_eq!(leaf["details"]["fragment_root"].as_str(), clip.segments[number].fragment_root.as_deref());
        }
    }

    // A range within a segment holds its own fragments and needs no other's bytes.
    let inside = folder.path().join("inside");
    let clip = &manifest.clips[0];
    let at = clip.start.plus_millis(2_100);
    let part = exported(&appliance, &["gate"], at, at.plus_millis(300), &inside);
    let records = segments_of(&inside, &part.clips[0].file).segments;
    assert!(records.iter().any(|record| (record.fragments.len() as u64) < record.of && !record.around.is_empty()), "{records:?}");
    let (well, told) = verify_py(&inside, &[]);
    assert!(well, "{told}");
    assert!(holdfast_verify(&inside, None).0);

    // Up to now: the last segment is still being recorded, and nothing more is claimed than is so.
    let fresh = folder.path().join("fresh");
    let now = clock::now().utc;
    let manifest = exported(&appliance, &["gate"], now.plus_seconds(-5), now, &fresh);
    let records = segments_of(&fresh, &manifest.clips.last().unwrap().file).segments;
    assert!(records.last().unwrap().sealed.is_none(), "{records:?}");
    let (well, told) = verify_py(&fresh, &[]);
    assert!(well && !told.contains(" 0 of them were not logged yet"), "{told}");
    assert!(holdfast_verify(&fresh, None).0);
}

/// Somebody with the whole bundle, and keys of their own.
struct Attacker {
    ed25519: Ed25519Key,
    p256: P256Key,
}

impl Attacker {
    /// Makes everything that binds the bundle again, so that it agrees with itself.
    fn sign_again(&self, bundle: &Path, change: impl FnOnce(&mut Manifest)) {
        let mut manifest = manifest_of(bundle);
        change(&mut manifest);
        for clip in &mut manifest.clips {
            let bytes = fs::read(bundle.join(&clip.file)).unwrap();
            clip.bytes = bytes.len() as u64;
            clip.sha256 = hex::encode(Sha256::digest(&bytes));
        }
        manifest.signer.ed25519 = signature::ed25519_fingerprint(&self.ed25519);
        manifest.signer.p256 = signature::p256_fingerprint(&self.p256).unwrap();
        let identity = signature::identity(&manifest.site.name);
        let write = |name: &str, content: &[u8]| fs::write(bundle.join(name), content).unwrap();
        write("manifest.json", manifest.canonical().unwrap().as_bytes());
        write("README.txt", readme::write(&manifest, &identity).as_bytes());
        write("signer.pem", signature::signer_pem(&self.p256).unwrap().as_bytes());
        write("allowed_signers", signature::allowed_signers(&self.ed25519, &identity).unwrap().as_bytes());
        let own = ["SHA256SUMS", "SHA256SUMS.sig", "SHA256SUMS.p256"];
        let listed: sums::Sums = crate::vault::walk(bundle)
            .into_iter()
            .filter(|path| path.is_file())
            .map(|path| (path.strip_prefix(bundle).unwrap().display().to_string(), Sha256::digest(fs::read(&path).unwrap()).into()))
            .filter(|(name, _)| !own.contains(&name.as_str()))
            .collect();
        let listed = sums::write(&listed);
        write("SHA256SUMS", listed.as_bytes());
        write("SHA256SUMS.sig", signature::sign_ssh(&self.ed25519, listed.as_bytes()).unwrap().as_bytes());
        write("SHA256SUMS.p256", &signature::sign_p256(&self.p256, listed.as_bytes()));
    }
}

fn edit(bundle: &Path, name: &str, change: impl FnOnce(&mut Vec<u8>)) {
    let mut bytes = fs::read(bundle.join(name)).unwrap();
    change(&mut bytes);
    fs::write(bundle.join(name), bytes).unwrap();
}

fn swap(bundle: &Path, one: &str, other: &str) {
    let (first, second) = (fs::read(bundle.join(one)).unwrap(), fs::read(bundle.join(other)).unwrap());
    fs::write(bundle.join(one), second).unwrap();
    fs::write(bundle.join(other), first).unwrap();
}

/// Takes `count` fragments from `from` on out of a clip, its heads and its records.
fn remove_fragments(bundle: &Path, clip: &Clip, from: usize, count: usize) {
    let files = files_of(bundle, &clip.file);
    let heads = fs::read(bundle.join(&files.heads)).unwrap();
    let (mut ends, mut pictures, mut at) = (vec![0], Vec::new(), 0);
    let number = |at: usize| u32::from_be_bytes(heads[at..at + 4].try_into().unwrap()) as usize;
    while at < heads.len() {
        at += number(at) + 8;
        pictures.push(number(at - 8) - 8);
        ends.push(at);
    }
    edit(bundle, &files.heads, |bytes| drop(bytes.drain(ends[from]..ends[from + count])));
    let lost: usize = pictures[from..from + count].iter().sum();
    edit(bundle, &clip.file, |bytes| {
        let payload = bytes.len() - pictures.iter().sum::<usize>();
        let start = payload + pictures[..from].iter().sum::<usize>();
        bytes.drain(start..start + lost);
        let box_length = (bytes.len() - payload + 8) as u32;
        bytes[payload - 8..payload - 4].copy_from_slice(&box_length.to_be_bytes());
    });
    let mut segments = segments_of(bundle, &clip.file);
    let mut place = 0;
    for record in &mut segments.segments {
        let first = place;
        place += record.fragments.len();
        let mut number = first..;
        record.fragments.retain(|_| number.next().is_none_or(|number| !(from..from + count).contains(&number)));
    }
    segments.segments.retain(|record| !record.fragments.is_empty());
    fs::write(bundle.join(&files.segments), serde_json::to_string(&segments).unwrap()).unwrap();
}

fn copy(from: &Path, to: &Path) {
    for path in crate::vault::walk(from).into_iter().filter(|path| path.is_file()) {
        let target = to.join(path.strip_prefix(from).unwrap());
        fs::create_dir_all(target.parent().unwrap()).unwrap();
        fs::copy(path, target).unwrap();
    }
}

/// What somebody did to a bundle.
type Attack<'a> = (&'static str, Box<dyn Fn(&Path) + 'a>, fn(&mut Manifest));

#[test]
fn whatever_is_done_to_a_bundle_a_stranger_notices_and_signing_it_again_does_not_help() {
    let cameras = Cameras::start(&[GATE, YARD], &["--numbered"]);
    let (appliance, from) = recorded(&cameras);
    let folder = TempDir::new().unwrap();
    let genuine = folder.path().join("genuine");
    let manifest = exported(&appliance, &["gate", "yard"], from, from.plus_seconds(13), &genuine);
    let (elsewhere, since) = recorded(&cameras);
    let foreign = folder.path().join("foreign");
    exported(&elsewhere, &["gate", "yard"], since, since.plus_seconds(13), &foreign);
    let [gate, yard] = manifest.clips.as_slice() else { panic!("{:?}", manifest.gaps) };
    let records = segments_of(&genuine, &gate.file).segments;
    assert!(records.len() >= 3, "a segment in the middle: {records:?}");
    let middle = (records[0].fragments.len(), records[1].fragments.len());

    let attacks: Vec<Attack<'_>> = vec![
        ("nothing", Box::new(|_| {}), |_| {}),
        ("a flipped byte in a clip", Box::new(|at| edit(at, &gate.file, |bytes| *bytes.last_mut().unwrap() ^= 1)), |_| {}),
        ("two clips swapped", Box::new(|at| swap(at, &gate.file, &yard.file)), |_| {}),
        (
            "two clips swapped, records too",
            Box::new(|at| {
                let (one, other) = (files_of(at, &gate.file), files_of(at, &yard.file));
                swap(at, &gate.file, &yard.file);
                swap(at, &one.heads, &other.heads);
                swap(at, &one.segments, &other.segments);
            }),
            |manifest| {
                let (start, other) = (manifest.clips[0].start, manifest.clips[1].start);
                (manifest.clips[0].start, manifest.clips[1].start) = (other, start);
            },
        ),
        ("a fragment removed", Box::new(|at| remove_fragments(at, gate, middle.0 + 2, 1)), |_| {}),
        ("a whole segment removed", Box::new(|at| remove_fragments(at, gate, middle.0, middle.1)), |_| {}),
        (
            "an edited time in the manifest",
            Box::new(|at| {
                edit(at, "manifest.json", |bytes| {
                    let text = String::from_utf8(bytes.clone()).unwrap();
                    let start = format!("\"start\":\"{}\"", gate.start);
                    assert!(text.contains(&start));
                    *bytes = text.replace(&start, &format!("\"start\":\"{}\"", gate.start.plus_seconds(3600))).into_bytes();
                })
            }),
            |_| {},
        ),
        (
            "the proof from another log",
            Box::new(|at| {
                fs::copy(foreign.join("records/provenance.json"), at.join("records/provenance.json")).unwrap();
                let mut records = provenance_of(at);
                records.clips = provenance_of(&genuine).clips;
                fs::write(at.join("records/provenance.json"), serde_json::to_string(&records).unwrap()).unwrap();
            }),
            |_| {},
        ),
    ];
    let attacker = Attacker { ed25519: Ed25519Key::from_bytes(&[7; 32]), p256: P256Key::from_slice(&[7; 32]).unwrap() };
    let log = manifest.signer.log.clone().unwrap();
    let named = ["--signer", manifest.signer.ed25519.as_str(), "--log", log.as_str()];
    println!(
        "{:34} {:8} {:10} {:10} {:22} {:17}",
        "done to it", "resigned", "stock tools", "verify.py", "verify.py, keys named", "holdfast verify"
    );
    let mut table = BTreeMap::new();
    for (number, (what, change, in_manifest)) in attacks.iter().enumerate() {
        for resigned in [false, true] {
            let at: PathBuf = folder.path().join(format!("attack-{number}-{resigned}"));
            copy(&genuine, &at);
            change(&at);
            if resigned {
                attacker.sign_again(&at, in_manifest);
            }
            let (own, told) = verify_py(&at, &[]);
            let found = [stock(&at), own, verify_py(&at, &named).0, holdfast_verify(&at, None).0, holdfast_verify(&at, Some(named[1])).0];
            let word = |well: &bool| if *well { "passes" } else { "CAUGHT" };
            let [stock, own, own_named, ours, ours_named] = found.each_ref().map(word);
            println!("{what:34} {resigned:<8} {stock:10} {own:10} {own_named:22} {ours} / {ours_named}");
            for line in told.lines().filter(|line| line.starts_with("WRONG")) {
                println!("    {line}");
            }
            table.insert((*what, resigned), found);
        }
    }
    assert_eq!(table[&("nothing", false)], [true; 5], "as it was made");
    assert_eq!(table[&("nothing", true)], [true, true, false, true, false], "who signed is known by the fingerprint alone");
    for ((what, resigned), found) in table.into_iter().filter(|((what, _), _)| *what != "nothing") {
        // The sums and signatures bind what was handed out; signed again they are no use, and the log is.
        assert_eq!(found, [resigned, false, false, false, false], "{what}, signed again: {resigned}");
    }
}

#[test]
fn a_bundle_made_before_there_was_provenance_still_verifies() {
    let saved = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/bundle-version-1.zip");
    let (well, verdict) = holdfast_verify(&saved, None);
    assert!(well, "{verdict}");
    assert!(verdict["checks"].as_array().unwrap().iter().all(|check| check["name"] != "provenance"));
}
