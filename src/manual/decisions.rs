//! Why it is so and not otherwise: the questions that had more than one good answer.
//!
//! Newest last; a number is never given twice. A decision that was overturned stays, and says by
//! which. *Measured* means on Debian 12, on the two-core machine this was built on.
//!
//! ## 1. One package or several? (2026-11-24)
//!
//! **Decision.** One package: a library with rooms, and a binary of ten lines.
//! **Why.** The arrows between rooms are what matters, and a test holds them finer than packages could
//! (inside `domain`, stage by stage). **Rejected.** A workspace with a crate a room: slower to change,
//! and every shared type becomes public for all. **Consequence.** `tests/tidy` is load-bearing.
//!
//! ## 2. How does the command line reach the store? (2026-11-24)
//!
//! **Decision.** One router ([`http::router`](crate::http::router)). The command line asks the daemon
//! over a unix socket; when none runs, it opens the store itself and asks the very same router
//! in-process. **Why.** One set of rules and one audit trail for both doors; a command can't do what
//! the API doesn't log. **Rejected.** Commands that call jobs directly: two doors to keep alike.
//! **Consequences.** The command line's caller is the kernel's word about the socket's other end: root
//! or the daemon's own user. [`cli`](crate::cli) may import everything, since it composes.
//!
//! ## 3. How long is a fragment? (2026-11-24)
//!
//! **Decision.** Half a second at most ([`FRAGMENT_TICKS`](crate::domain::recording::cutter::FRAGMENT_TICKS));
//! the design said one. **Why.** What is not yet a fragment dies with the process, and the promise is
//! to lose at most a second; the rest is for the write and for the kill falling badly
//! (`tests/it/kill.rs`). **Rejected.** One picture a fragment: 33 bytes of record and 100 of boxes for
//! each. **Consequence.** Live pictures can't wait for fragments: the live hub builds its own, one a
//! picture, and only while somebody watches.
//!
//! ## 4. What is recorded: a container for watching or a format of our own? (2026-11-24)
//!
//! **Decision.** CMAF fragments inside sealed records. **Why.** Playing, live view and HLS hand out what
//! lies on the disk; nothing is muxed to be watched. Access units stay untouched from camera to
//! export. **Rejected.** Raw NAL units with our own framing: every look would need a muxer; whole MP4
//! files: unreadable when torn. **Consequence.** An export is laid out anew as a plain MP4, from the
//! indexes alone, in one pass ([`progressive`](crate::domain::export::progressive)).
//!
//! ## 5. What does a player's time line count? (2026-11-24)
//!
//! **Decision.** 90 kHz ticks since 1970, UTC, in `tfdt`. Spacing is the camera's RTP clock; where it
//! lies in UTC is fixed by the least delayed arrivals and corrected only where a segment starts, by at
//! most 10 ms ([`time_line`](crate::domain::recording::time_line)). **Why.** Start plus elapsed is the
//! true time, inside a segment as the camera measured it. **Rejected.** Arrival times (the network's
//! jitter becomes evidence); the camera's own UTC (often wrong by minutes; it is kept beside, as an
//! offset). **Consequence.** A jump of either clock ends the segment and is a gap with a cause.
//!
//! ## 6. Counter nonces or random ones? (2026-11-24)
//!
//! **Decision.** The record's index, and a flag on the last. **Why.** A key belongs to one file and one
//! writer; order, loss and truncation show by themselves. **Rejected.** Random nonces: twelve more
//! bytes, and order needs a second mechanism. **Consequence.** A file is never appended to after a
//! crash. Torn stays torn.
//!
//! ## 7. What ties a segment to its camera and time? (2026-11-24)
//!
//! **Decision.** Encryption key and key commitment are both derived over a hash of the whole header; the
//! commitment is compared before anything is decrypted, and the catalogue holds it too. **Why.**
//! AES-GCM alone is not key-committing, and a moved or edited header must fail whole, not in part.
//! **Rejected.** The header as additional data of the first record only. **Consequence.** No field of
//! the header can ever be corrected in place.
//!
//! ## 8. A library for the index's bytes? (2026-11-24)
//!
//! **Decision.** Fixed-width fields, written by hand
//! (`domain/recording/index_codec.rs`). **Why.** It is a format strangers must be able to read from a
//! table, and a hostile length must not become memory. **Rejected.** postcard and CBOR: their bytes are
//! a library's business. postcard is used where both ends are the same program, between daemon and
//! media worker. **Consequence.** A new field is a new version byte.
//!
//! ## 9. Which AES? (2026-11-24)
//!
//! **Decision.** The `aes-gcm` crate. **Why.** Measured 2.2 GB/s a core; sixteen cameras need 8 MB/s. Pure
//! Rust, wipes its keys. **Rejected.** ring (6.7 to 8.8 GB/s) and aws-lc-rs (9.8 to 10.4): C and assembly
//! for speed nobody would notice. **Consequence.** To be asked again if a bench of the whole path says so.
//!
//! ## 10. Where do the wrapped keys live? (2026-11-24)
//!
//! **Decision.** In fixed slots of a file of their own, overwritten in place; the epoch secret in a block
//! of its own. **Why.** Measured: of 1,500 keys deleted from SQLite with `secure_delete`, WAL and a
//! truncating checkpoint, 1,500 were still on the raw ext4 image; after rename-and-replace of a file
//! also. Overwritten in place: none with `data=ordered`. **Rejected.** A column in the catalogue.
//! **Consequences.** Slot, row and file are three places: start-up makes them agree. Flash may keep old
//! blocks below the file system; that is what a later TPM custody is for.
//!
//! ## 11. Where do signing keys come from? (2026-11-24)
//!
//! **Decision.** Derived from MASTER and the site, one for each use. **Why.** One secret to keep, and a
//! restored MASTER restores the signer that earlier bundles name. Not from the epoch secret: it is
//! there to be destroyed. **Rejected.** Random keys in files (more to lose), an HSM (not on this box).
//! **Consequence.** Whoever has MASTER can sign as the box.
//!
//! ## 12. Which signature on a bundle? (2026-11-24)
//!
//! **Decision.** Two over the same `SHA256SUMS`: OpenSSH's with Ed25519, and ECDSA P-256 in DER. **Why.** A
//! police officer's Windows has `ssh-keygen` and no `openssl`; other places have the reverse. Neither
//! needs anything installed. **Rejected.** minisign and cosign (to install), CMS (needs certificates the
//! provider doesn't have), PGP. **Consequence.** Trust is a fingerprint, compared by another way; a
//! verifier that skips that checks only that the bundle is whole.
//!
//! ## 13. Who writes? (2026-11-24)
//!
//! **Decision.** One thread writes all segments, one syncs them all every 0.9 s
//! (`jobs/record/writer.rs`, `sync.rs`); a camera's task only hands over, through a lane of 8 MiB.
//! **Why.** Order without locks; a slow disk is met at one place; sync costs are shared. **Rejected.** A
//! thread a camera: sixteen syncs that queue at the same disk. **Consequence.** Past 8 MiB whole groups
//! of pictures are dropped, with a gap that says `overload`.
//!
//! ## 14. What after a failed write or sync? (2026-11-24)
//!
//! **Decision.** The segment is given up as torn, the next key frame opens another. Never a retry on the
//! same file. **Why.** Linux reports a failed writeback once and may drop the pages: a second fsync that
//! succeeds says nothing. **Rejected.** Retrying. **Consequence.** A bad second costs a gap, not a
//! segment that lies.
//!
//! ## 15. How careful is the catalogue? (2026-11-24)
//!
//! **Decision.** WAL with `synchronous=FULL`, one writer, STRICT tables, constant statements. **Why.** With
//! NORMAL a power cut can take back what was answered for. **Rejected.** NORMAL; an ORM. **Consequence.**
//! A commit is a disk sync; nothing on the path of a picture commits.
//!
//! ## 16. A hash chain or a tree for the audit log? (2026-11-24)
//!
//! **Decision.** The Merkle tree of RFC 9162 with signed checkpoints; names and reasons beside their leaf,
//! salted. **Why.** A chain proves one leaf only by showing all, and all are other people's. Salted values
//! can be erased (UK GDPR Article 17) and the tree still holds. **Rejected.** A hash chain; journald's
//! seals. **Consequence.** Two hundred lines of tree of our own, cross-checked against `ct-merkle`.
//!
//! ## 17. What opens footage? (2026-11-24)
//!
//! **Decision.** A *viewing*: purpose and reason, stated by this person in this session, good for twelve
//! hours. Handlers receive it as [`OpenViewing`](crate::http::caller::OpenViewing) or are never called.
//! **Why.** A permission says who may; the law asks what for. As a type it can't be forgotten in a new
//! route. **Rejected.** A comment field; asking once at sign-in. **Consequence.** The workspace asks
//! again after a reload. An export states its own purpose.
//!
//! ## 18. Is every thumbnail a leaf? (2026-11-24)
//!
//! **Decision.** The first of a camera in ten minutes of footage, for each viewing; the rest belong to it
//! ([`log_look`](crate::jobs::viewing::log_look)). Live and playing are a leaf each time, before the first
//! byte. **Why.** Scrubbing asks for dozens a second; a log nobody can read protects nobody. **Rejected.**
//! Each one; none. **Consequence.** The log says which ten minutes were looked into, not which pictures.
//!
//! ## 19. Where is video decoded? (2026-11-24)
//!
//! **Decision.** In child processes of our own program, over pipes, with no environment, no keys and a
//! memory limit; the daemon itself never initialises GStreamer
//! ([`worker`](crate::adapters::video::worker)). **Why.** Codecs are where hostile bytes win; a worker that
//! dies or hangs is an error value to the recorder. **Rejected.** GStreamer in the recorder; ffmpeg's
//! command line (arguments become an attack). **Consequences.** Stills wait for a worker to start the
//! first time. The worker still runs as the daemon's user: see [`threats`](super::threats).
//!
//! ## 20. Who speaks RTSP? (2026-11-24)
//!
//! **Decision.** retina, in the recorder; a worker with GStreamer for what it can't: `rtsps://` and MJPEG.
//! **Why.** Memory-safe, gives access units untouched, 0.28 % of a core a camera (measured). **Rejected.**
//! GStreamer for all. **Consequences.** Key frames are found by NAL type, since retina marks only IDR in
//! H.265; silence is our watchdog's business. MJPEG is recorded as H.264: there, and only there, the
//! recording is not the camera's own bitstream.
//!
//! ## 21. H.265 in browsers that can't? (2026-11-24)
//!
//! **Decision.** Turned into H.264 on the fly by a worker, at most four at once. **Why.** The recording and
//! every master copy stay the camera's own. **Rejected.** Recording a second stream; refusing.
//! **Consequence.** The fifth viewer of such a camera is told to wait.
//!
//! ## 22. How does a bundle leave? (2026-11-24)
//!
//! **Decision.** As a zip made while it is sent, entries stored, each hashed as it passes
//! ([`BundleWriter`](crate::adapters::bundle::write::BundleWriter)). **Why.** Plaintext footage never lies
//! on the box's disk, and a week of it needs no room. **Rejected.** A folder first, then an archive.
//! **Consequences.** The size is an estimate. A fetch that breaks is no bundle and is fetched again; each
//! fetch is logged.
//!
//! ## 23. How forgiving is the verifier? (2026-11-24)
//!
//! **Decision.** Not at all: every signed or proven text must be byte for byte what we would have written.
//! **Why.** Any leniency is a byte that can change unnoticed. **Rejected.** Parsing what can be parsed.
//! **Consequence.** A bundle that went through a tool which rewrites line ends fails, and should.
//!
//! ## 24. Pages or an application? (2026-11-24)
//!
//! **Decision.** Forms as server-made pages (askama) that work without JavaScript; live view, time line and
//! player as one Preact island, bundled by esbuild and carried in the program. **Why.** Signing in must
//! never depend on a bundle; a player can't do without one. esbuild runs on Debian 12's Node 18.
//! **Rejected.** All in the browser; Vite 7 and later (need Node 20). **Consequence.** A strict content
//! security policy, without inline script.
//!
//! ## 25. Who ends TLS? (2026-11-24)
//!
//! **Decision.** For now a proxy: the listener is plain HTTP and refuses any address but loopback.
//! **Why.** Better none than half of one. **Rejected.** Plain HTTP on the network, also as an option.
//! **Consequence.** To be overturned by a decision on certificates.
//!
//! ## 26. serde for the configuration? (2026-11-24)
//!
//! **Decision.** Sections read by hand over TOML with places ([`settings`](crate::settings)). **Why.** All
//! mistakes at once, each with line, column and what to write instead, in the order of the file.
//! **Rejected.** `deny_unknown_fields`: stops at the first, in its own words. **Consequence.** Each new key
//! is a line in `settings/read.rs`; a test holds that `config/holdfast.toml` names them all.
//!
//! ## 27. Which allocator? (2026-11-24)
//!
//! **Decision.** mimalloc, in the binary only. **Why.** Many threads allocate and free pictures of changing
//! size; glibc's arenas keep what was freed. **Rejected.** glibc with `MALLOC_ARENA_MAX` (an environment
//! variable is a setting nobody knows). **Consequence.** One C file in the build.
//!
//! ## 28. What may delete on suspicion? (2026-11-24)
//!
//! **Decision.** No file is. One without a row goes to quarantine, with a leaf. **Why.** A mistake in the
//! catalogue must not become a day of lost evidence. **Rejected.** Removing orphans. **Consequences.** Somebody
//! has to look into quarantine. A slot without a row *is* killed, since a crash between slot and row
//! leaves one; but not when there is footage without a row (decision 34).
//!
//! ## 29. What counts as reading a clock? (2026-11-25)
//!
//! **Decision.** Everything whose answer depends on the time: also `Instant::now` and UUIDv7 made by the
//! library. `adapters::clock` alone asks; timers that only wait are no reading. **Why.** A rule with one
//! exception is a discussion. **Rejected.** Wall clocks only. **Consequence.** The login gate counts on
//! the boot-time clock, the daemon's wait for the lock counts tries, user ids are random.
//!
//! ## 30. Where are the arrows written down? (2026-11-25)
//!
//! **Decision.** In the table of `src/lib.rs` and the order in `src/domain/mod.rs`; the test reads both.
//! **Why.** A rule kept twice is two rules. Tokens rather than a parsed tree, since imports and panics
//! inside macros count. **Rejected.** The same table again in the test. **Consequence.** Words in those two
//! comments are code.
//!
//! ## 31. How closed is the service? (2026-11-25)
//!
//! **Decision.** Closed as far as `systemd-analyze security` goes, less two things that would make the box
//! lie: `ProtectClock=` refuses the question whether the clock is synchronised, `ProcSubset=pid` hides the
//! boot id. **Why.** Both failures are silent. **Rejected.** The better figure. **Consequence.** A test
//! holds the unit at 1.4.
//!
//! ## 32. How is an old generation left behind? (2026-11-25)
//!
//! **Decision.** Two places for epoch secrets, odd and even; the new one is stored and read back before the
//! old one is overwritten ([`generation`](crate::domain::keys::generation)). **Why.** With one place there is
//! a moment at which a crash loses everything, or nothing is destroyed. **Rejected.** A file renamed over the
//! old one: measured, all of the old one stays on the device. **Consequences.** A crash leaves at most two
//! generations, and parity tells which is which. An older catalogue or older keys put back are noticed.
//!
//! ## 33. What is destroyed first, key or row? (2026-11-25)
//!
//! **Decision.** The row, with its leaf and the check of holds in one transaction; then the key; then the
//! file ([`expire`](crate::jobs::expire)). **Why.** Until the row says so, nothing is lost; once it does,
//! start-up finishes the rest. A hold that is committed first wins, one that comes later is told what was gone.
//! **Rejected.** Key first: a crash between would leave a row that promises footage. **Consequence.** For a
//! moment a row says *expired* of a key that still opens.
//!
//! ## 34. What if an older catalogue is put back? (2026-11-25)
//!
//! **Decision.** Nothing starts, nothing is touched; `segment adopt` goes on with it, by name and reason, and
//! enters newer footage again. Three things tell: the log's newest checkpoint, kept beside the keys
//! ([`mark`](crate::adapters::vault::mark)); the generation of the keys; and files with pictures that one of our
//! keys opens and no row names, which no crash leaves, since the row is committed before the first record.
//! **Why.** Healing by an older catalogue would kill the keys of all that was recorded since, and holds placed
//! since would be forgotten. **Rejected.** Adopting unasked: holds, accounts and log entries are gone, too, and
//! somebody must know. **Consequences.** A key is killed only in a slot that holds that segment's, and a slot
//! used again only when it is empty: an older row may name what is another's by now.
//!
//! ## 35. What if the disk can't read a segment that a crash cut off? (2026-11-25)
//!
//! **Decision.** It is torn where the reading ends, with a leaf; with nothing read, it keeps its row, key and
//! file. **Why.** One bad sector is no reason for all cameras to stand still, and "unreadable today" is not
//! "nothing was in it". **Rejected.** Leaving the row open: it would never expire. **Consequence.** What
//! the disk gives back later is not played: it was never logged.
//!
//! ## 36. How is a witness reached? (2026-11-25)
//!
//! **Decision.** C2SP tlog-witness over plain HTTP/1.1, to this machine or the local network only, with the
//! client that hyper brings ([`remote`](crate::adapters::witness::remote)); beside it, or instead, a file.
//! **Why.** The tree has no TLS yet, a checkpoint is no secret, and what comes back is signed by a key that
//! the configuration names. Whoever is on the wire can keep the witness from being asked, which shows, and
//! nothing more. **Rejected.** A second HTTP client with a TLS library of its own for one request a minute.
//! **Consequences.** A witness on the internet needs a proxy in between. Once the box has TLS, `https://`
//! can be let in.
//!
//! ## 37. What does a witness that contradicts do? (2026-11-25)
//!
//! **Decision.** It is left as it is: nothing more is shown to it, status and `audit verify` say so until
//! somebody acts, the log gets an alarm. The box goes on recording. **Why.** A log that talks its witness
//! round has none, and a wrong log is no reason to lose tonight's pictures. **Rejected.** An
//! acknowledgement: what was put back is what the witness is for. **Consequence.** After an honest restore
//! of an older catalogue, whoever keeps the witness begins a new file or a new key, knowing why.
//!
//! ## 38. What sets the retention report? (2026-11-25)
//!
//! **Decision.** `krilla`, with a page laid out by hand
//! ([`retention_report`](crate::adapters::paper::retention_report)) and DejaVu Sans Condensed cut to 110 kB.
//! **Why.** One page with one table. Measured on two cores: `typst` brings 299 packages, of which the lighter
//! half alone took 291 s of one core, with the compiler, the layout and the standard library still to come;
//! one of its licences (CC0 or 0BSD) isn't on our list. `krilla`, which typst writes its PDF with, brings 26
//! that weren't in the tree. It also checks PDF/UA: the table can be read aloud. **Rejected.** `typst`;
//! an HTML page printed by the browser (nobody could attest what it printed). **Consequence.** A letter of many
//! pages would be laid out by hand as well; then typst is to be weighed again.
//!
//! ## 39. When is a request's footage kept, and by what? (2026-11-25)
//!
//! **Decision.** Taking a request in writes the case and an ordinary hold for each range in one transaction,
//! an hour wider on either side, before anybody looks at who asks; a trigger keeps the hold until the case
//! is closed, and closing only asks for its release, which a second person agrees to. **Why.** A period of
//! thirty days outruns a month of answering; destroying what was asked for is an offence (DPA 2018 section
//! 173). **Rejected.** A hold of its own kind: two things that keep footage are two things to get wrong.
//!
//! ## 40. Who may approve, and how is that known? (2026-11-25)
//!
//! **Decision.** The state carries who decided, who prepared and who checked; the one transition function
//! refuses the same person, whatever role they have by then. **Why.** A rule at the doors is forgotten by
//! the next door. **Rejected.** Roles alone: one person can hold two.
//!
//! ## 41. What goes to a tenant while nothing here can redact? (2026-11-25)
//!
//! **Decision.** Only a copy of which whoever prepared it states, and another person passes, that the requester
//! alone is in it; a copy marked as redacted is refused. **Why.** In doubt a person stays hidden. **Until**
//! redaction is built.
//!
//! ## 42. Which day does a complaint count from? (2026-11-25)
//!
//! **Decision.** The ICO's reading, thirty days from the day after receipt, is the last day; the statute read
//! literally is a day shorter and is what we work to. Pauses of a request count as the statute says, both
//! days of a question; `work_to` takes the shorter of both readings. **Why.** Two readings that disagree by a
//! day must not be hidden in one figure.
