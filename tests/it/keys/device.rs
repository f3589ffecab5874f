//! The raw bytes of an ext4: what a destroyed generation leaves on the device.

use std::{
    fs,
    io::Write,
    path::{Path, PathBuf},
    process::Command,
};

use aes_gcm::{
    Aes256Gcm, KeyInit,
    aead::{Aead, Payload},
};
use hkdf::Hkdf;
use holdfast::{
    adapters::{index::segment::SegmentRow, vault::custody::EpochPlace},
    domain::{
        actor::Actor,
        recording::{seal::SegmentKey, segment::KeySlot},
    },
    jobs::{house::House, rotate_keys::rotate},
};
use sha2::Sha256;
use tempfile::TempDir;

use super::store::{expire, leaves, one_generation_is_left, open, place, rotated};
use crate::vault::{reads_back, record};

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

#[test]
fn a_full_disk_leaves_the_present_generation_in_force() {
    let Some(image) = Image::new() else { return };
    let (data, keys) = (image.mounted.join("data"), image.mounted.join("keys"));
    let at = place(&data, &keys, &EpochPlace::KeysFolder);
    House::create(&at).unwrap();
    let house = open(&at).unwrap();
    let rows: Vec<_> = (1..=3).map(|film| record(&house, film, Some(()))).collect();
    // A slot file that needs some room.
    let slots: Vec<_> = (0..40_000).map(|_| house.vault.slots().reserve()).collect();
    house.vault.slots().store(slots[39_999], rows[0].id, &SegmentKey::new([9; 32])).unwrap();
    let filling = image.mounted.join("filling");
    let mut file = fs::File::create(&filling).unwrap();
    while file.write_all(&[1; 4096]).is_ok() {}
    file.sync_all().unwrap();
    drop(file);
    // Room for a few leaves, and for part of a slot file.
    let filled = fs::metadata(&filling).unwrap().len();
    fs::OpenOptions::new().write(true).open(&filling).unwrap().set_len(filled - (1 << 20)).unwrap();
    let told = rotate(&house, Actor::Job("test")).unwrap_err();
    assert_eq!(told.code, "disk_full", "{told:?}");
    one_generation_is_left(&house, 1);
    assert_eq!(leaves(&house, "keys.rotate", "failed").len(), 1);
    for (row, film) in rows.iter().zip(1..) {
        assert_eq!(reads_back(&house, row, film).unwrap(), 6);
    }
    fs::remove_file(&filling).unwrap();
    assert!(rotated(&house).destroyed);
    one_generation_is_left(&house, 2);
}
