//! What every byte on the disk is: store layout, segment format 1, key slots, custody, and what a
//! crash may leave behind.
//!
//! Enough to write a reader without our code. All integers are big-endian. `‖` joins bytes.
//! Fragments, gaps and key generations are in [`glossary`](super::glossary); why the format is as it
//! is, in [`decisions`](super::decisions).
//!
//! # Folders
//!
//! | path | what | mode |
//! |---|---|---|
//! | `<data>/segments/<camera>/<UTC day, YYYYMMDD>/<segment id>.seg` | sealed footage | 0600 |
//! | `<data>/keys.<epoch>` | one wrapped key a segment, see [slots](#key-slots) | 0600 |
//! | `<data>/catalogue.db` (`-wal`, `-shm`) | SQLite: segments, gaps, staff, exports, audit log | umask |
//! | `<data>/quarantine/` | files that no row accounts for, moved aside | umask |
//! | `<data>/media-workers/` | GStreamer's list of plugins; never footage | 0700 |
//! | `<data>/recovery.json` | MASTER under the recovery passphrase, if one was made: argon2id's cost and salt, nonce ‖ AES-256-GCM ‖ tag | 0600 |
//! | `<data>/backup-*.part` | copies on their way into a backup; removed with it, or at the next start | 0600 |
//! | `<data>/reserve.ballast` | zeros: the room that a full disk leaves for log, holds and signing in | 0600 |
//! | `<data>/holdfast.lock` | held with flock(2) by the one process that uses the store | 0600 |
//! | `<data>/holdfast.sock` | the command line's way to the daemon | 0600 |
//! | `<keys>/master.key` | MASTER, 32 bytes; absent where a systemd credential holds it | 0600 |
//! | `audit.witness_file` of the configuration | signed checkpoints of the log, one C2SP note after the other, an empty line after each | umask |
//! | `<keys>/epoch.block`, `epoch-b.block` | secrets of odd and even epochs, see [custody](#custody); unused where a TPM keeps them | 0600 |
//! | `<keys>/log.checkpoint` | the audit log's newest signed checkpoint: an older catalogue put back shows against it | 0600 |
//!
//! The camera's folder is its id as configured, the day that of the segment's start. `<data>` and
//! `<keys>` never lie inside one another: a copy of one is not a copy of the other. What the
//! catalogue holds is readable by whoever has the disk; it holds no picture, no parameter set and no
//! fragment index.
//!
//! # Segment file
//!
//! ```text
//! header block (4096) ‖ record 0 ‖ record 1 ‖ …
//! ```
//!
//! ## Header block
//!
//! Written by [`SegmentHeader::to_block`](crate::domain::recording::segment::SegmentHeader::to_block).
//!
//! | offset | bytes | field |
//! |---|---|---|
//! | 0 | 8 | magic, `HOLDFST1` |
//! | 8 | 2 | version, 1 |
//! | 10 | 2 | cipher suite, 1: AES-256-GCM with HKDF-SHA-256 |
//! | 12 | 4 | largest plaintext of a record, 65536 |
//! | 16 | 16 | site, the store's UUID |
//! | 32 | 16 | camera: first 16 bytes of SHA-256(`holdfst1/camera` ‖ site ‖ camera id) |
//! | 48 | 1 | stream, 0: only the main stream so far |
//! | 49 | 16 | segment id, UUIDv7; its time is the segment's start |
//! | 65 | 16 | the kernel's boot id, a UUID |
//! | 81 | 8 | how many times the store had been opened for recording |
//! | 89 | 8 | start, UTC, signed nanoseconds since 1970 |
//! | 97 | 8 | CLOCK_BOOTTIME when its first picture arrived, signed nanoseconds |
//! | 105 | 1 | 1 when the kernel called the clock synchronised then, else 0 |
//! | 106 | 4 | key generation in force when it was made; the slot has been wrapped anew since |
//! | 110 | 4 | key slot |
//! | 114 | 32 | SHA-256 of the init segment |
//! | 146 | 32 | salt, random |
//! | 178 | 32 | key commitment |
//! | 210 | 3886 | zeros |
//!
//! A reader refuses any other magic, version, suite, record size or stream, a clock byte above 1, and
//! a padding byte that isn't zero.
//!
//! ## Keys
//!
//! Each segment has a random 32-byte key of its own, used for this one file, by one writer.
//!
//! ```text
//! H          = SHA-256(header bytes 0..178)
//! PRK        = HKDF-Extract(salt = header's salt, input = segment key)
//! encryption = HKDF-Expand(PRK, "holdfst1/enc"    ‖ H, 32)
//! commitment = HKDF-Expand(PRK, "holdfst1/commit" ‖ H, 32)
//! ```
//!
//! The commitment is compared, in constant time, before anything is decrypted. It covers every field
//! of the header, so a file opens only as the camera, time and key generation it was written as. The
//! catalogue holds the commitment as well: a file that was swapped for another of its own kind is
//! told by that. ([`Opener`](crate::domain::recording::seal::Opener))
//!
//! ## Records
//!
//! | offset | bytes | field |
//! |---|---|---|
//! | 0 | 4 | n, length of the plaintext, at most 65536 |
//! | 4 | 8 | index: 0, 1, 2 … without a hole |
//! | 12 | 1 | flags: what it carries |
//! | 13 | 4 | CRC-32C over bytes 0..13, ciphertext and tag |
//! | 17 | n | ciphertext |
//! | 17+n | 16 | tag |
//!
//! ```text
//! nonce (12) = 00 00 00 ‖ index (8) ‖ 01 for a final record, else 00
//! aad   (29) = segment id (16) ‖ index (8) ‖ flags (1) ‖ n (4)
//! ```
//!
//! | flags | carries | [`RecordKind`](crate::domain::recording::seal::RecordKind) |
//! |---|---|---|
//! | `0x08` | the init segment, from record 0 on | `Init` |
//! | `0x06` | the start of a fragment that begins with a key frame | `FragmentStart(RandomAccess)` |
//! | `0x02` | the start of any other fragment | `FragmentStart(Dependent)` |
//! | `0x00` | more of the same fragment | `FragmentRest` |
//! | `0x10` | the index, or more of it | `Index` |
//! | `0x01` | the final record | `Final` |
//!
//! No other flags exist. The order is: init, fragments, index, final record. Init, fragment and index
//! are each split at 65,536 bytes; a fragment always starts a record. Overhead is 33 bytes a record.
//! The CRC tells damage from forgery: a record whose CRC is wrong is *damaged*, one whose CRC is right
//! and whose tag is wrong was *changed* by somebody.
//!
//! ## Init segment and fragments
//!
//! `ftyp` + `moov` for one video track (`avc1` or `hvc1`, parameter sets in the sample entry) and
//! `moof` + `mdat` fragments (CMAF, ISO/IEC 23000-19). Played back, they leave as they lie here.
//!
//! - Time scale 90,000. `tfdt` counts ticks since 1970-01-01 UTC: the player's time line *is* UTC.
//! - `mfhd` numbers the fragments of a segment from 1. One `traf`, one `trun`, with size, duration,
//!   flags and composition offset for each sample; `tfhd` says default-base-is-moof.
//! - Sample flags are `0x02000000` for a key frame, `0x01010000` for any other.
//! - `mdat` holds the access units as the camera sent them, each NAL unit behind a 4-byte length.
//!
//! A fragment ends before a key frame, at half a second, before it passes 4 MiB, or at 4096 samples. A
//! segment begins with a key frame and ends before the first key frame after its configured length, at a key
//! frame with other parameters, where the time line breaks, or after an hour without a key frame; what
//! follows such an hour begins with a dependent picture.
//! ([`Cutter`](crate::domain::recording::cutter::Cutter))
//!
//! ## Index
//!
//! The plaintexts of the index records, joined
//! ([`SegmentIndex::to_bytes`](crate::domain::recording::index::SegmentIndex::to_bytes)):
//!
//! | bytes | field |
//! |---|---|
//! | 1 | version, 1 |
//! | 4 | fragments that follow |
//! | … | the fragments |
//! | 4 | a: seconds of activity |
//! | a | movement in each second, 0 (as usual) to 255 |
//! | 1 | 1 when the camera's clock offset follows, else 0 |
//! | 0 or 8 | camera clock minus ours, signed nanoseconds |
//!
//! | bytes | field of a fragment |
//! |---|---|
//! | 8 | index of its first record |
//! | 4 | its records |
//! | 8 | where its first record begins in the file |
//! | 4 | its length, decrypted |
//! | 4 | where the first sample begins inside it |
//! | 8 | decode time of the first sample, signed ticks since 1970 |
//! | 32 | SHA-256 of its bytes: its *leaf* in the segment's Merkle tree |
//! | 4 | samples that follow |
//!
//! | bytes | field of a sample |
//! |---|---|
//! | 4 | size |
//! | 4 | duration, ticks |
//! | 4 | composition offset, signed ticks |
//! | 1 | 1 for a key frame, 0 for any other |
//!
//! Bytes left over are refused. The segment's **fragment root** is the RFC 9162 Merkle root whose
//! leaves are the 32-byte hashes, in order; it goes into the catalogue and the audit log.
//!
//! ## Final record
//!
//! Always the last 89 bytes of a whole file (17 + 56 + 16), so a reader finds it from the end.
//!
//! | offset | bytes | field of its plaintext |
//! |---|---|---|
//! | 0 | 8 | records in the file, this one included |
//! | 8 | 8 | index of the first index record |
//! | 16 | 8 | where that record begins in the file |
//! | 24 | 32 | SHA-256 over the tags of all earlier records, in order |
//!
//! # Key slots
//!
//! `keys.<epoch>`: a header, then one slot a segment; slot k lies at 64·(k+1).
//!
//! | offset | bytes | field of the header |
//! |---|---|---|
//! | 0 | 8 | magic, `HFSLOTS1` |
//! | 8 | 16 | site |
//! | 24 | 4 | epoch |
//! | 28 | 4 | zeros |
//! | 32 | 32 | check: tells whether the KEK at hand is the one the file was made under |
//!
//! | offset | bytes | field of a slot |
//! |---|---|---|
//! | 0 | 12 | nonce, random |
//! | 12 | 32 | the segment's key, encrypted |
//! | 44 | 16 | tag |
//! | 60 | 4 | 1 |
//!
//! A free or killed slot is all zeros. Slots are overwritten where they lie and synced
//! ([`slots`](crate::adapters::vault::slots)); they are never in SQLite. A slot keeps its number through every
//! generation.
//!
//! ```text
//! KEK   = HKDF(salt "holdfast", input = MASTER ‖ epoch secret, info = "kek"       ‖ site ‖ epoch (4))
//! check = HKDF(salt "holdfast", input = MASTER ‖ epoch secret, info = "kek-check" ‖ site ‖ epoch (4))
//! slot  = AES-256-GCM(KEK, nonce, segment key, aad = segment id (16) ‖ slot (4) ‖ epoch (4))
//! ```
//!
//! # Custody
//!
//! An epoch secret is in one of two places that take turns: odd epochs in `epoch.block`, even ones in
//! `epoch-b.block`. A block is one page that is overwritten in place:
//!
//! | offset | bytes | field |
//! |---|---|---|
//! | 0 | 8 | magic, `HFEPOCH1` |
//! | 8 | 4 | epoch |
//! | 12 | 32 | epoch secret |
//! | 44 | 4 | CRC-32C over bytes 0..44 |
//! | 48 | 4048 | zeros |
//!
//! A wiped place is all zeros; a record in the wrong place counts as unreadable. With a TPM the places are
//! the NV indices `0x01804846` (odd) and `0x01804847` (even), which hold the first 48 bytes, under the
//! authorisation HMAC(MASTER, "nv").
//!
//! Signing keys come from MASTER alone, so that a restored MASTER restores the signer: HKDF (salt
//! `holdfast`, input MASTER, info label ‖ site ‖ one byte, 0) with the labels `sign/export-ed25519`,
//! `sign/export-p256`, `sign/audit-ed25519`. Should the P-256 candidate be no valid scalar, the byte
//! counts up. A secret's file that others than its owner can read, or of another length, is refused.
//! ([`Custody`](crate::adapters::vault::custody::Custody))
//!
//! # Order of writing
//!
//! Every crash leaves one of the states that [start-up](#healing) knows.
//!
//! 1. The camera's and the day's folder, if new; their parents synced.
//! 2. The file, created exclusively, with its header block; file synced, folder synced.
//! 3. The wrapped key into its slot; slot file synced.
//! 4. The row, `open`, with slot and commitment; committed with `synchronous=FULL`.
//! 5. Records, one write a fragment; the init segment goes out with the first. Every 0.9 s one thread
//!    syncs every file that grew. Every fifth round it notes in the catalogue how many records of
//!    each are durable.
//! 6. Index and final record; file synced.
//! 7. Row to `sealed` and the leaf `segment.seal` with the fragment root: one transaction.
//!
//! If 2 or 3 fails, file and slot are taken back; if 4 fails, too. After a failed write or sync the
//! file is never written again: Linux forgets both error and pages. It stays as it is, and the
//! camera's next key frame opens another segment.
//!
//! # Expiry
//!
//! 1. One transaction: no hold overlaps, row to `expired`, leaf `segment.expire` with the commitment.
//! 2. Slots to zeros, synced.
//! 3. Files unlinked; folders of past days that are empty now, too; their folders synced.
//! 4. Noted in the row that the file is gone.
//!
//! From 1 on nobody is shown it; from 2 on this store can't open it; when the generation ends, no copy of
//! the store can.
//!
//! # Change of generation
//!
//! From n to n+1, while recording goes on ([`rotate_keys`](crate::jobs::rotate_keys)):
//!
//! 1. `keys.<n+1>.new`: header, and each live key wrapped anew in its own slot; synced, renamed to
//!    `keys.<n+1>`, folder synced.
//! 2. Secret n+1 stored in the other place and read back.
//! 3. With the slots held still: what was stored or killed meanwhile done again; one transaction: epoch
//!    n+1, leaf `keys.rotate`.
//! 4. The write-ahead log emptied, secret n overwritten with zeros and read back, leaf `keys.destroyed`,
//!    `keys.<n>` removed.
//!
//! At start-up and before each change, whatever a crash left is settled
//! ([`settle_keys`](crate::jobs::settle_keys)): before 3 the new generation is undone, after it the old one is
//! destroyed. Keys and catalogue of different moments are refused.
//!
//! # Backup
//!
//! A zip, entries stored ([`backup`](crate::adapters::backup)):
//!
//! | entry | what |
//! |---|---|
//! | `catalogue.sealed` | `catalogue.db` as of one moment |
//! | `slots.sealed` | `keys.<epoch>` as it was a moment later |
//! | `configuration.sealed` | the configuration file |
//! | `recovery.json` | as above, if there is one |
//! | `manifest.json` | canonical JSON: `head` (form, version, schema, site, time, epoch, leaves, audit key, salt) and of each file its length and SHA-256 |
//!
//! ```text
//! key of an entry = HKDF(MASTER, "backup" ‖ SHA-256(head) ‖ name)
//! sealed          = STREAM (BE32) over AES-256-GCM, nonce prefix 0, pieces of 65536 ‖ tag (16)
//! ```
//!
//! # Torn segments
//!
//! A file without a valid final record is **torn**. It is read from the start to the last record
//! whose length, index, CRC and tag are right; its index is built again from the fragments that are
//! whole. It is never appended to: nonces are counters, and a second writer would repeat them.
//! A file that the catalogue calls `sealed` and that has lost its end is not torn but damaged, and
//! is refused. Fewer records than were once noted as durable are no crash either: that raises
//! `tamper.alarm` in the audit log.
//!
//! # Healing
//!
//! At each start, by whoever holds the lock, before the first camera is called
//! ([`reconcile`](crate::jobs::reconcile)). Every step can be repeated.
//!
//! | found | becomes |
//! |---|---|
//! | `open` row, file with a valid end | `sealed`, with its leaf |
//! | `open` row, file with whole fragments | `torn`, with its leaf |
//! | `open` row, no whole fragment, and nothing missing that was durable | forgotten: row, slot, file |
//! | `open` row, fewer records than were durable | alarm, and `torn` with what is left |
//! | `expired` row that still has key or file | both removed |
//! | slot in use by no row | killed |
//! | a generation begun or not ended | undone or ended, as above |
//! | file that no row accounts for | moved to `quarantine/`, with a leaf; never deleted |

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use crate::domain::{
        camera::CameraId,
        instant::{Synchronised, UtcInstant},
        recording::segment::{CameraKey, HEADER_LEN, KeyEpoch, KeySlot, SegmentHeader, SegmentId},
    };

    /// The rows `| offset | bytes | field |` below a heading of this very file.
    fn table(heading: &str) -> Vec<(usize, usize, &'static str)> {
        let text = include_str!("storage_format.rs");
        let below = text.split_once(&format!("//! {heading}\n")).expect("the heading is there").1;
        let rows = below.lines().skip_while(|line| !line.starts_with("//! | 0 |")).take_while(|line| line.starts_with("//! |"));
        rows.map(|row| {
            let cells: Vec<&str> = row.trim_start_matches("//! | ").trim_end_matches(" |").split(" | ").collect();
            (cells[0].parse().expect("an offset"), cells[1].parse().expect("a length"), cells[2])
        })
        .collect()
    }

    fn at(rows: &[(usize, usize, &str)], begins: &str) -> std::ops::Range<usize> {
        let (offset, bytes, _) = rows.iter().find(|(_, _, field)| field.starts_with(begins)).expect("the field is there");
        *offset..offset + bytes
    }

    #[test]
    fn the_tables_leave_no_hole() {
        for (heading, length) in [("## Header block", HEADER_LEN), ("## Final record", 56), ("# Key slots", 64), ("# Custody", 4096)] {
            let end = table(heading).iter().fold(0, |end, (offset, bytes, field)| {
                assert_eq!(end, *offset, "{heading}: {field}");
                offset + bytes
            });
            assert_eq!(end, length, "{heading}");
        }
    }

    #[test]
    fn the_header_is_written_as_the_table_says() {
        let header = SegmentHeader {
            site: Uuid::from_bytes([1; 16]),
            camera: CameraKey::of(Uuid::from_bytes([1; 16]), &CameraId::new("gate").unwrap()),
            segment: SegmentId(Uuid::from_bytes([2; 16])),
            boot_id: Uuid::from_bytes([3; 16]),
            open_count: 4,
            start: UtcInstant::from_unix_nanos(5),
            start_boottime_nanos: 6,
            clock: Synchronised::Yes,
            epoch: KeyEpoch(7),
            slot: KeySlot(8),
            codec_hash: [9; 32],
            salt: [10; 32],
        };
        let (block, rows) = (header.to_block(&[11; 32]), table("## Header block"));
        let expected: [(&str, &[u8]); 16] = [
            ("magic", b"HOLDFST1"),
            ("version", &1u16.to_be_bytes()),
            ("cipher suite", &1u16.to_be_bytes()),
            ("largest plaintext", &65_536u32.to_be_bytes()),
            ("site", &[1; 16]),
            ("camera", &header.camera.0),
            ("segment id", &[2; 16]),
            ("the kernel's boot id", &[3; 16]),
            ("how many times", &4u64.to_be_bytes()),
            ("start", &5i64.to_be_bytes()),
            ("CLOCK_BOOTTIME", &6i64.to_be_bytes()),
            ("1 when the kernel", &[1]),
            ("key generation", &7u32.to_be_bytes()),
            ("key slot", &8u32.to_be_bytes()),
            ("SHA-256 of the init", &[9; 32]),
            ("key commitment", &[11; 32]),
        ];
        for (field, bytes) in expected {
            assert_eq!(&block[at(&rows, field)], bytes, "{field}");
        }
        assert_eq!(&block[at(&rows, "salt")], [10; 32]);
    }
}
