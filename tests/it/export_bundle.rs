//! A bundle in a stranger's hands: checked with stock tools and with `holdfast verify`, and every
//! change to it is noticed; and a bundle that was never finished isn't there.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
    time::{Duration, Instant},
};

use holdfast::{adapters::clock, domain::camera::Transport, jobs::verify};
use rand::{RngExt, SeedableRng, rngs::StdRng};
use tempfile::TempDir;

use crate::{
    appliance::Appliance,
    cameras::Cameras,
    export::{export, exported, wait_for_footage},
    small_disk::SmallDisk,
};

const SOON: Duration = Duration::from_secs(30);

/// An appliance with a few seconds of one camera, and that camera.
fn recorded() -> (Appliance, Cameras) {
    let cameras = Cameras::start(&["path=gate,scene=320x240@15,seconds=4,kbps=300,codec=h264"], &["--numbered"]);
    let mut appliance = Appliance::new(&[("gate", &cameras.access("gate", None, Transport::Tcp))], "5s");
    appliance.start();
    appliance.wait_for_state("gate", "recording", SOON);
    wait_for_footage(&appliance, "gate", clock::now().utc.plus_seconds(3));
    (appliance, cameras)
}

fn export_all(appliance: &Appliance, out: &Path) -> Output {
    export(appliance, &["gate"], clock::now().utc.plus_seconds(-60), clock::now().utc, out)
}

/// A finished bundle, in a folder of its own.
fn bundle() -> (TempDir, PathBuf) {
    let folder = TempDir::new().unwrap();
    let out = folder.path().join("bundle");
    let (mut appliance, _cameras) = recorded();
    let now = clock::now().utc;
    let manifest = exported(&appliance, &["gate"], now.plus_seconds(-60), now, &out);
    assert_eq!(manifest.clips.len(), 1);
    appliance.stop();
    (folder, out)
}

/// Every file of a bundle, by its path inside.
fn files(bundle: &Path) -> Vec<String> {
    let within = |path: PathBuf| path.strip_prefix(bundle).unwrap().display().to_string();
    crate::vault::walk(bundle).into_iter().filter(|path| path.is_file()).map(within).collect()
}

fn holdfast_verify(bundle: &Path) -> (i32, serde_json::Value) {
    let output = Command::new(env!("CARGO_BIN_EXE_holdfast")).args(["verify", "--json"]).arg(bundle).output().unwrap();
    (output.status.code().unwrap(), serde_json::from_slice(&output.stdout).unwrap_or_default())
}

/// The three checks of the README, by the tools it names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Stock {
    sums: bool,
    openssl: bool,
    ssh: bool,
}

const ALL_WELL: Stock = Stock { sums: true, openssl: true, ssh: true };

fn stock(bundle: &Path) -> Stock {
    let runs = |command: &mut Command| command.current_dir(bundle).output().unwrap().status.success();
    let openssl = ["dgst", "-sha256", "-verify", "signer.pem", "-signature", "SHA256SUMS.p256", "SHA256SUMS"];
    let ssh = ["-Y", "verify", "-f", "allowed_signers", "-I", "test-court", "-n", "holdfast-export@v1", "-s", "SHA256SUMS.sig"];
    Stock {
        sums: runs(Command::new("sha256sum").args(["--strict", "-c", "SHA256SUMS"])),
        openssl: runs(Command::new("openssl").args(openssl)),
        ssh: runs(Command::new("ssh-keygen").args(ssh).stdin(fs::File::open(bundle.join("SHA256SUMS")).unwrap())),
    }
}

fn flip(file: &Path, at: usize, mask: u8) {
    let mut bytes = fs::read(file).unwrap();
    bytes[at] ^= mask;
    fs::write(file, bytes).unwrap();
}

#[test]
fn a_bundle_passes_every_check_and_one_changed_byte_anywhere_is_noticed() {
    let (_folder, bundle) = bundle();
    assert_eq!(stock(&bundle), ALL_WELL);
    let (code, verdict) = holdfast_verify(&bundle);
    assert_eq!((code, &verdict["ok"]), (0, &true.into()), "{verdict}");
    let checks = verdict["checks"].as_array().unwrap();
    assert!(checks.len() >= 6);
    for check in checks {
        assert!(check["name"].is_string() && check["ok"] == true && check["detail"].is_string(), "{check}");
    }
    let readme = fs::read_to_string(bundle.join("README.txt")).unwrap();
    for words in
        ["sha256sum -c SHA256SUMS", "openssl dgst -sha256 -verify signer.pem", "ssh-keygen -Y verify -f allowed_signers -I test-court"]
    {
        assert!(readme.contains(words), "the recipe lacks {words}");
    }

    let seed = std::env::var("HOLDFAST_SEED").ok().and_then(|text| text.parse().ok()).unwrap_or_else(|| clock::now().boottime_nanos as u64);
    println!("HOLDFAST_SEED={seed}");
    let mut random = StdRng::seed_from_u64(seed);
    let files = files(&bundle);
    assert_eq!(files.len(), 18, "{files:?}");
    for name in &files {
        let file = bundle.join(name);
        let sound = fs::read(&file).unwrap();
        let last = sound.len() - 1;
        let mut places = vec![0, last];
        places.extend((0..30).map(|_| random.random_range(0..=last)));
        for (number, at) in places.into_iter().enumerate() {
            let mask = 1 << random.random_range(0..8);
            flip(&file, at, mask);
            // The whole way for some, the same check in this process for the rest.
            if number < 4 {
                let (code, verdict) = holdfast_verify(&bundle);
                assert_eq!((code, &verdict["ok"]), (1, &false.into()), "{name} byte {at} mask {mask}: {verdict}");
            } else {
                assert!(!verify::verify(&bundle, None).unwrap().ok, "{name} byte {at} mask {mask}");
            }
            fs::write(&file, &sound).unwrap();
        }
        // Well inside the file, which tools catch it: the list covers everything but itself and its
        // signatures, each signature covers the list.
        flip(&file, sound.len() / 2, 1);
        let found = stock(&bundle);
        match name.as_str() {
            "SHA256SUMS" => assert!(!found.openssl && !found.ssh, "{found:?}"),
            "SHA256SUMS.p256" => assert_eq!(found, Stock { openssl: false, ..ALL_WELL }),
            "SHA256SUMS.sig" => assert_eq!(found, Stock { ssh: false, ..ALL_WELL }),
            "signer.pem" => assert!(!found.sums && !found.openssl && found.ssh, "{found:?}"),
            "allowed_signers" => assert!(!found.sums && found.openssl && !found.ssh, "{found:?}"),
            _ => assert_eq!(found, Stock { sums: false, ..ALL_WELL }, "{name}"),
        }
        fs::write(&file, &sound).unwrap();
    }
    assert!(verify::verify(&bundle, None).unwrap().ok, "restored");
}

#[test]
fn a_file_removed_added_or_renamed_is_noticed_and_what_is_no_bundle_is_told_apart() {
    let (folder, bundle) = bundle();
    for name in files(&bundle) {
        let (file, aside) = (bundle.join(&name), folder.path().join("aside"));
        fs::rename(&file, &aside).unwrap();
        assert_eq!(holdfast_verify(&bundle).0, 1, "without {name}");
        let renamed = file.with_file_name("other");
        fs::copy(&aside, &renamed).unwrap();
        assert_eq!(holdfast_verify(&bundle).0, 1, "{name} as other");
        fs::remove_file(&renamed).unwrap();
        fs::rename(&aside, &file).unwrap();
    }
    for (added, content) in [("extra.txt", b"x".as_slice()), ("master/extra.mp4", b""), (".hidden", b"x"), ("Thumbs.db", b"")] {
        fs::write(bundle.join(added), content).unwrap();
        assert_eq!(holdfast_verify(&bundle).0, 1, "with {added}");
        fs::remove_file(bundle.join(added)).unwrap();
    }
    let clip = bundle.join(files(&bundle).into_iter().find(|name| name.ends_with(".mp4")).unwrap());
    let elsewhere = folder.path().join("elsewhere.mp4");
    fs::rename(&clip, &elsewhere).unwrap();
    std::os::unix::fs::symlink(&elsewhere, &clip).unwrap();
    assert_eq!(holdfast_verify(&bundle).0, 1, "a link in a clip's place");
    fs::remove_file(&clip).unwrap();
    fs::rename(&elsewhere, &clip).unwrap();
    assert_eq!(holdfast_verify(&bundle).0, 0, "as it was");

    let empty = folder.path().join("empty");
    fs::create_dir(&empty).unwrap();
    for no_bundle in [empty.as_path(), Path::new("/etc/hostname"), Path::new("/nowhere")] {
        assert_eq!(holdfast_verify(no_bundle).0, 2, "{}", no_bundle.display());
    }
}

/// What an export that did not end well left: nothing under its name, nor under any that doesn't say
/// what it is.
fn assert_nothing_like_a_bundle(out: &Path) {
    assert!(!out.exists(), "{} is there", out.display());
    for beside in fs::read_dir(out.parent().unwrap()).unwrap() {
        assert_eq!(beside.unwrap().file_name(), "bundle.part");
    }
}

#[test]
fn an_export_that_is_interrupted_leaves_nothing_like_a_bundle_and_can_be_repeated() {
    let (mut appliance, _cameras) = recorded();
    let folder = TempDir::new().unwrap();
    let out = folder.path().join("bundle");
    let part = folder.path().join("bundle.part");
    let spawn = || {
        let (from, to) = (clock::now().utc.plus_seconds(-60).to_string(), clock::now().utc.to_string());
        let mut command = Command::new(env!("CARGO_BIN_EXE_holdfast"));
        command.arg("--config").arg(appliance.config()).args(["export", "--case", "C 1", "--camera", "gate", "--from", &from, "--to", &to]);
        command.arg("--out").arg(&out).stderr(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap()
    };
    let begun = |child: &mut Child| {
        let since = Instant::now();
        while !part.exists() && child.try_wait().unwrap().is_none() {
            assert!(since.elapsed() < SOON, "the export does not begin");
        }
    };
    let mut whole = spawn();
    begun(&mut whole);
    let since = Instant::now();
    assert!(whole.wait().unwrap().success());
    let duration = since.elapsed();
    fs::remove_dir_all(&out).unwrap();
    let (mut interrupted, kills) = (0, 24u32);
    for number in 0..kills {
        let mut child = spawn();
        begun(&mut child);
        // The moment of the kill is the very thing that is varied: over the whole of it, and over the
        // short while in which files get their names.
        if number % 2 == 0 {
            std::thread::sleep(duration * number / kills);
        } else {
            while !part.join("master").exists() && !out.exists() && child.try_wait().unwrap().is_none() {}
            std::thread::sleep(Duration::from_millis(u64::from(number)));
        }
        child.kill().unwrap();
        child.wait().unwrap();
        if out.exists() {
            assert_eq!(holdfast_verify(&out).0, 0, "under its name, a bundle is whole");
            fs::remove_dir_all(&out).unwrap();
        } else {
            interrupted += 1;
            assert_nothing_like_a_bundle(&out);
            fs::remove_dir_all(&part).unwrap();
        }
    }
    println!("{interrupted} of {kills} kills came in time, over {duration:?}");
    assert!(interrupted > 0, "no kill came in time");

    // The daemon goes away half-way.
    let mut child = spawn();
    begun(&mut child);
    appliance.kill();
    let output = child.wait_with_output().unwrap();
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(3), "{told}");
    assert!(told.contains("stopped answering"), "{told}");
    assert_nothing_like_a_bundle(&out);
    assert!(!part.exists(), "what was begun is cleared away");

    // What an earlier try left is in nobody's way.
    fs::create_dir(&part).unwrap();
    fs::write(part.join("SHA256SUMS"), "left by an export that was killed").unwrap();
    appliance.start();
    let again = export_all(&appliance, &out);
    assert!(again.status.success(), "{}", String::from_utf8_lossy(&again.stderr));
    assert_eq!(holdfast_verify(&out).0, 0);
    let refused = export_all(&appliance, &out);
    assert_eq!(refused.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&refused.stderr).contains("is not empty"));
    assert_eq!(holdfast_verify(&out).0, 0, "and the bundle that was there is untouched");
}

#[test]
fn a_full_target_disk_is_told_and_nothing_is_left_on_it() {
    let (appliance, _cameras) = recorded();
    let scratch = TempDir::new().unwrap();
    let whole = scratch.path().join("whole");
    assert!(export_all(&appliance, &whole).status.success());
    let kibibytes: u64 =
        crate::vault::walk(&whole).iter().filter_map(|path| fs::metadata(path).ok()).map(|data| data.len()).sum::<u64>() / 1024;
    // Full while the bundle arrives, and full while it is unpacked.
    for room in [kibibytes / 2, kibibytes * 3 / 2] {
        let Some(disk) = SmallDisk::new(room as u32) else { return };
        let out = disk.path().join("bundle");
        let refused = export_all(&appliance, &out);
        let told = String::from_utf8_lossy(&refused.stderr).into_owned();
        assert_eq!(refused.status.code(), Some(3), "{room} KiB of {kibibytes}: {told}");
        assert!(told.contains("is full") && told.contains("Make room"), "{room} KiB of {kibibytes}: {told}");
        assert_eq!(fs::read_dir(disk.path()).unwrap().count(), 0, "{:?}", crate::vault::walk(disk.path()));
    }
}
