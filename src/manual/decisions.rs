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
//! ## 41. What goes to a tenant? (2026-11-25)
//!
//! **Decision.** Only a copy of which whoever prepared it states, and another person passes, that the requester
//! alone is in it; a copy marked as redacted is refused. **Why.** In doubt a person stays hidden. **Since**
//! redaction is there (decision 54) a copy marked as redacted goes out as the films that a second person stands
//! behind, each under an export of its own that gives no bundle: a bundle would hold the original.
//!
//! ## 42. Which day does a complaint count from? (2026-11-25)
//!
//! **Decision.** The ICO's reading, thirty days from the day after receipt, is the last day; the statute read
//! literally is a day shorter and is what we work to. Pauses of a request count as the statute says, both
//! days of a question; `work_to` takes the shorter of both readings. **Why.** Two readings that disagree by a
//! day must not be hidden in one figure.
//!
//! ## 43. What are the public's pages made of? (2026-11-27)
//!
//! **Decision.** HTML written by `askama` with govuk-frontend's forms, one question a page, no script, one
//! cookie; its typeface and the royal arms are taken out when it is bundled. **Why.** Those forms were tried
//! with the people who find forms hard; a page without a script has nothing to break on an old phone.
//! **Rejected.** The workspace's own client: it needs a script and a signed-in user. **Consequence.** A
//! listener and a router of its own: the staff's side can't be reached from there.
//!
//! ## 44. Where is what somebody began to write? (2026-11-27)
//!
//! **Decision.** In a locker: one sealed file each, under a key of its own that is overwritten when the file
//! goes. **Why.** It is personal data that may never be sent. **Rejected.** Rows in the catalogue: they stay
//! in its pages and its backups; hidden fields in the page: they are lost with the browser.
//!
//! ## 45. How does a requester follow a request? (2026-11-27)
//!
//! **Decision.** With reference and code, kept as a visit in memory for half an hour; what they do moves the
//! case by the one transition function, as the applicant. What a step that asks gives as its reason is what
//! they read. **Why.** No account, no password to forget, nothing left in a shared browser. **Rejected.**
//! The code in the cookie; a table of messages beside the case's own history. **Consequence.** A restart asks
//! for the code again.
//!
//! ## 46. What becomes of a paper that shows who asks? (2026-11-27)
//!
//! **Decision.** JPEG, PNG or PDF by its first bytes, up to 10 MiB and 25 megapixels by its head; kept as it
//! came, sealed, shown to whoever checks in a sandbox, and destroyed with its key once the search begins or
//! the case ends. `imagesize` reads the head. **Why.** Nothing is decoded on this box, so there is nothing to
//! blow up. **Rejected.** Decoding and encoding anew: a decoder for strangers' files, beside the recorder.
//!
//! ## 47. How does a copy reach a tenant? (2026-11-27)
//!
//! **Decision.** By a link of 256 bits and a code of 50 that goes another way, both shown once to whoever
//! makes them and kept as digests; seven days, three downloads, five wrong codes. A download is begun by the
//! code and counted then; what it fetches, in however many pieces, is the film itself, read from the vault as
//! it is sent. **Why.** A film plays on a phone; a bundle of signatures doesn't. **Rejected.** A code that
//! lives ten minutes and is sent on demand: the box sends nothing yet. **Consequence.** Staff send the link.
//!
//! ## 50. What is shown of a redacted frame, and in which steps? (2026-11-27)
//!
//! **Decision.** A grid of 16 by 16 pixels ([`region`](crate::domain::redaction::region)): a cell is shown only
//! where it lies wholly in the subject's grown box, or in what a person revealed, and touches nobody else's box
//! grown by 15 % on each side. A frame in an open doubt is hidden whole. **Why.** A cell is a macroblock: no
//! block mixes what is hidden with what is shown, and an edge on the grid traces no silhouette. Measured on
//! PETS09-S2L1: without the 15 % taken off, 4.3 % of other people's heads show; with it, none of 4,724.
//! **Rejected.** Blur and pixelation, which have been undone; masks along outlines.
//!
//! ## 51. How is a picture matched to its frame of the plan? (2026-11-27)
//!
//! **Decision.** By its time alone, never by counting. **Why.** A decoder leaves out what it can't decode; counted,
//! every later mask would sit a frame too early. What has no picture is hidden whole, a picture at a time that
//! the plan doesn't know ends the work. The plan also names the SHA-256 of its clip.
//! **Known gap.** FFmpeg patches a slice with a bit or two wrong from the picture before and doesn't say so: such a
//! picture counts as decoded. What is hidden stays hidden; what is shown may be a moment old there.
//!
//! ## 52. What shuts the worker in? (2026-11-27)
//!
//! **Decision.** A process of our own program on two pipes; a list of system calls by seccomp (crate
//! `seccompiler`), paths and ports by Landlock (crate `landlock`) where the kernel has it; limits on memory, time
//! and files. Plugins are loaded first, since no library can be opened from inside; then every door is tried, and
//! the worker gives up if one opens. **Why.** A decoder that a bitstream takes over finds nothing to take.
//! **Rejected.** Landlock as a condition: kernels without it are in use, and seccomp alone opens no file and no
//! socket. **Consequence.** Memory is never both written and run, so GStreamer's small compiler (ORC) falls back
//! to plain C.
//!
//! ## 53. When does a film count as rendered? (2026-11-27)
//!
//! **Decision.** Once a second worker has decoded it and found every hidden cell to be fill or plate within what
//! an encoder changes, and a walk over its bytes has found nothing but one track's tables and slices
//! ([`film`](crate::domain::redaction::film)). The film is in memory until then. **Why.** A list of what may be in
//! it leaves no room for what nobody thought of: edit lists, thumbnails, SEI. **Rejected.** GStreamer's muxer, which
//! writes edit lists and tags.
//!
//! ## 54. Who is the second person of a redaction? (2026-11-27)
//!
//! **Decision.** Anybody who may decide cases and neither drew in the plan nor ever saved it
//! ([`ReviewedRedaction`](crate::domain::redaction::reviewed::ReviewedRedaction)). Their word is bound to the
//! SHA-256 of the plan and of the film. **Why.** Whoever drew a mask sees what they meant to draw. **Rejected.** The
//! last one to save alone: two people could draw half each and pass each other's half.
//!
//! ## 55. Which engine and which network find people? (2026-11-27)
//!
//! **Decision.** `tract`, pure Rust, and the SSD that comes inside an npm package; its TFLite file is read as it
//! is and built for any size of picture ([`network`](crate::adapters::vision)). **Why.** Nothing has to be
//! installed or converted. **Rejected.** Converting to ONNX at set-up (Python on every box); `tract-tflite`'s
//! own loader, which doesn't know weights kept as halves and builds 300x300 alone.
//!
//! ## 56. What may a tracker be sure of? (2026-11-27)
//!
//! **Decision.** Nothing across a meeting in which one of two was hidden, unless looks and motion on both sides
//! fit the one reading clearly better than the other. Otherwise both trails are broken there: before, the
//! subject is shown; after, nobody until a person says who it is. **Why.** A wrong person shown can't be taken
//! back. **Rejected.** Hiding only while two are near: it shows the wrong one afterwards. **Measured** on
//! PETS09-S2L1 (frames 1-69, 221-269, 556-610, all of which were looked at while thresholds were set, so that
//! no figure is held out; the detector, at 640x480, ran on them and some frames around): untouched, 0 wrong persons, 0 of 4,724 third-party heads, the subject shown in
//! 60.7 % of 973 frames (the goal is 65 %) and 58.8 % of their pixels. With a simulated reviewer, 3.1 answers a
//! subject-minute, hardly more (61 %; the goal is 95 %). Everybody else's margin of 15 % let one head in 4,724
//! out by a hair; it is 20 %. Mask-others without a human: 4 of 973 heads (0.41 %) at 17.9 % of the area.
//!
//! ## 57. What is done without the detector's model? (2026-11-27)
//!
//! **Decision.** One sentence, an empty plan, the whole clip in doubt: hidden until a reviewer draws. A file
//! with one bit changed counts as none. **Why.** A proposal is a help; hiding must not depend on it.
//!
//! ## 58. What is remembered of whom a worker saw in a clip? (2026-11-28)
//!
//! **Decision.** Who was where, in memory, for the last two clips ([`underway`](crate::jobs::redact::underway)); a restart
//! forgets it. A plan made of it is saved like any other. New proposals replace what was found, never what a person
//! drew or settled ([`edit`](crate::domain::redaction::edit)). **Why.** What tells two passers-by apart is nothing to store.
//! **Rejected.** Sealing it beside the film: up to a gigabyte an hour, of looks. **Consequence.** After a restart the clip is
//! looked through again. Clips of more than 15,000 pictures are refused: they are drawn by hand, or in parts.
//!
//! ## 59. What may still change once a redaction has gone out? (2026-11-28)
//!
//! **Decision.** Nothing: neither plan nor film nor the word on it. A release is refused while something is under way on one
//! of its redactions, and what is begun asks in the same order, so that neither overtakes the other. **Why.** The tenant's
//! link reads the film from its seal; another in its place would fail closed, and the tenant would get nothing.
//!
//! ## 60. What ties exported pictures to the minute of their recording? (2026-11-27)
//!
//! **Decision.** The leaf that seals a segment has held the Merkle root over its fragments' SHA-256 from the
//! first version on. A bundle now carries what leads there: each fragment's head (`moof` and the header of
//! `mdat`; the pictures are in the clip), the subtrees around the exported stretch, the leaf, its path to the
//! checkpoint signed next, and that one's consistency with the newest
//! ([`provenance`](crate::domain::export::provenance)). **Why.** Old footage is provable without a change of
//! format, and the head holds the time, so a changed time shows as well. **Rejected.** A path for every
//! fragment (the stretch around them is a few hashes); the hash of the whole clip in the log (it is known only
//! on the day of the export). **Consequences.** A minute still being recorded is signed by the export alone,
//! and the bundle says so. The MP4's own tables and parameter sets are bound by the sums, not by the log.
//!
//! ## 61. How does a stranger check the Merkle part? (2026-11-27)
//!
//! **Decision.** With `records/verify.py`: 150 lines of standard Python, Ed25519 included, in every bundle.
//! **Why.** An expert reads it in half an hour, and needs neither our program nor OpenSSL 3. **Rejected.**
//! Calling `openssl` (absent on Windows); a browser page that checks (it can't be believed more than what it
//! checks). **Consequences.** It checks the OpenSSH signature, not the P-256 one, and no witness's word:
//! `holdfast verify` does both. A bundle signed again by somebody else passes until a fingerprint is named.
//!
//! ## 62. Where do exhibit references come from? (2026-11-27)
//!
//! **Decision.** Whoever fetches the bundle names the first one in their own style, ending in a number; the
//! rest are counted on ([`exhibit`](crate::domain::export::exhibit)). They stand in the manifest, the report,
//! the statement and the page, never in a file's name. **Why.** They belong to the person who produces the
//! copy, not to the order; two officers may fetch it. **Rejected.** A pattern in the configuration.
//!
//! ## 63. What is where in a bundle? (2026-11-27)
//!
//! **Decision.** `master/`, `working/`, `stills/`, `records/`; the manifest, the README, the page, the sums and
//! their signatures stay at the top, as in version 1. **Why.** The recipe in use still holds word for word, and
//! what an officer opens first is seen first. Version 1 is read as it was written. A working copy is made in the
//! media worker while the bundle is sent, in parts of about 32 MiB: so nothing decoded touches a disk, and each
//! part is a plain MP4 that can be sought in, which a fragmented one without an index can't. One that fails is
//! left out and the report says so: the master is what was asked for.
//!
//! ## 64. Who sets a report of many pages? (2026-11-27)
//!
//! **Decision.** `krilla` still, with the few lines of layout in
//! [`document`](crate::adapters::paper::document); the same blocks make the HTML for those who have it read to
//! them. **Why.** Headings, facts and tables with heads that come again need no typesetter, and one source
//! cannot say two things. **Rejected.** `typst`, for the reasons of decision 38.
//!
//! ## 65. How does a plan get from the screen to the box? (2026-11-28)
//!
//! **Decision.** Whole, on top of the revision that was seen, a moment after each change and one at a time. A save
//! by somebody else stops it until a person has chosen whose stays. **Why.** A plan is small, and two half plans
//! joined by a program could show somebody whom neither drew. **Rejected.** Merging; a button to save.
//!
//! ## 66. How far does a box by hand reach? (2026-11-28)
//!
//! **Decision.** Over its own frame alone; with the next box the way between is a straight line, if they are at most
//! ten seconds apart. Farther apart nobody is shown in between until somebody says that they were here all along.
//! **Why.** What nobody has looked at stays hidden. **Rejected.** A box that stays until it is ended: the person
//! walks on and the box shows whoever comes next.
//!
//! ## 67. What does *keep hidden* answer a doubt with? (2026-11-28)
//!
//! **Decision.** Somebody else's track over the whole picture for those frames, drawn by whoever said so; the doubt
//! is settled. **Why.** An open doubt hides, but stands in the way of approval: to hide for good is a person's word
//! too, and the plan holds it in a form that it had. **Rejected.** A third state of a doubt, for which every reader
//! of plans would need a rule.
//!
//! ## 68. How is a second factor asked for? (2026-11-28)
//!
//! **Decision.** A code of an authenticator app (RFC 6238, by `totp-rs`), typed into the same form as the
//! password, at the sign-in and wherever the password is asked for again. Its secret lies in a locker, the
//! code's step in the catalogue, so that none counts twice. **Why.** One form tells nobody which of the three
//! was wrong, and needs no half-open session between two pages. Whoever resets a password leaves the app; it
//! is taken off by another administrator or at the box itself, never by its own session (ASVS 5.0, 6.4.3).
//! **Rejected.** Codes for a lost phone, printed once: with an administrator in the house they are one more
//! secret in a drawer. **Consequence.** Passkeys are not there yet; they would join at the same two places.
//!
//! ## 70. What is in a backup, and who can read it? (2026-11-28)
//!
//! **Decision.** The catalogue by SQLite's online backup, the slots of the generation in force, the configuration, the
//! recovery copy; each sealed under a key of its own from MASTER (STREAM over AES-256-GCM, `aead-stream`), in a zip with
//! a manifest of hashes that needs no key to be checked. **Why.** Names of tenants and passwords of cameras lie in it,
//! and backups travel on sticks. **Rejected.** Plain files; an archive under a passphrase of its own (one secret more to
//! lose). **Consequences.** Neither footage nor epoch secrets, so a backup opens footage on the day it was made and not
//! after the next rotation; nor what lockers hold, whose keys are there to be destroyed.
//!
//! ## 71. Where does a restore go? (2026-11-28)
//!
//! **Decision.** Into a folder without a store, with a reason that is the acknowledgement of decision 34; MASTER must be
//! the one that signed the log. Sessions end, segments that were being recorded are forgotten, and where the secret of
//! the saved generation isn't held any more the next one begins. `--drill` opens every key that would open, and writes
//! nothing. **Rejected.** Writing over a store: the one mistake that can't be taken back. **Consequence.** Footage that
//! survived is moved into the new folder with its newest `keys.<n>`, and `segment adopt` enters it.
//!
//! ## 72. How does MASTER survive the machine? (2026-11-28)
//!
//! **Decision.** `init --recovery` wraps it under a passphrase of 130 random bits (argon2id, AES-256-GCM), printed once;
//! the copy lies in the data folder and in backups. **Why.** A passphrase that can't be guessed needs no hiding place for
//! its copy. **Rejected.** A passphrase that people choose; printing MASTER itself (a sheet that opens everything alone).
//! **Consequence.** It brings back the signer and the backups. Footage comes back only with the epoch secret: from a lost
//! TPM or keys folder it doesn't, and that is the promise.
//!
//! ## 73. What tells an unmounted disk from a new box? (2026-11-28)
//!
//! **Decision.** The log's mark beside the keys, from `init` on: keys that belong to a store refuse an empty data folder,
//! for `run` and `init` alike. **Rejected.** A marker file in the mount point (somebody has to put it there, and the
//! first `init` would have made it in the wrong place). **Consequence.** A new store beside old keys needs them moved aside.
//!
//! ## 74. How is it packaged? (2026-11-28)
//!
//! **Decision.** `cargo-deb`, with man pages and completion that a hidden command writes out of the command line's own
//! definition. Not started before `init`; restarted by an upgrade; an older version is refused before a file is changed;
//! a purge leaves footage, keys and the user, and says where. **Rejected.** A build script (every build would pay);
//! `init` by the package (the set-up code and the passphrase belong on the operator's screen). **Consequence.**
//! `make test-package` needs root, a network and minutes, so it runs before a release and not for every change.
//!
//! ## 75. Who sees the figures? (2026-11-28)
//!
//! **Decision.** `/metrics` in OpenMetrics text by `prometheus-client`, on the command line's socket and, if configured, on
//! a loopback listener of its own; never on the staff's, which a proxy shows to the network. **Rejected.** A login for a
//! monitor; the `metrics` crate (a global recorder for figures that are looked up when asked).
//!
//! ## 76. What may a support bundle tell? (2026-11-28)
//!
//! **Decision.** Settings by a list of names that may be shown; anything else, also what is added later, and every
//! comment is left out. Status without other people's words, counts of rows, alarms without what stands beside their
//! leaves. **Rejected.** A list of what to hide: it forgets the next secret.
//!
//! ## 77. Whose word is asked for, and how does a film come back? (2026-11-28)
//!
//! **Decision.** Whoever drew asks for review of one film, by its SHA-256; the second person approves that very
//! film or sends it back with a reason ([`turn`](crate::domain::redaction::turn)). What was asked ends with the
//! plan's next change; why it came back is read until another film is made. **Why.** Without a turn the second
//! person finds half-drawn films and nobody knows who waits for whom. It says only who is to act: what may go out
//! is decided by `ReviewedRedaction` alone. **Rejected.** A state of the case: one case has several films.
//!
//! ## 78. How are frames shown to whoever draws? (2026-11-28)
//!
//! **Decision.** As JPEG stills, up to 32 in one answer, decoded by one worker; the picture *after* is painted by
//! the same code as the film. **Why.** Frames are exact, H.265 included, and the browser holds no second rule of
//! what is hidden. A clock that waits for late pictures passes no frame over. **Rejected.** A video element: it
//! can't step exactly in every browser, and plays no H.265 in most; masks drawn by the browser.
//!
//! ## 79. How is expiry quick on a disk that is told of every file that goes? (2026-11-28)
//!
//! **Decision.** Files are unlinked by eight threads at once, their folders synced once a run, after all. **Why.**
//! On ext4 without a journal, mounted with `discard`, an unlink waits for the disk to hear of it, about 0.2 ms;
//! the waits overlap. The order of what must be durable stays: keys first, then files, then folders, then rows.
//! **Rejected.** More threads for the keys: a killed slot is one write in one file, and none waits.
//!
//! ## 84. How many may come in at a door? (2026-11-28)
//!
//! **Decision.** 256 connections at each door; the head of a request within 15 seconds; HTTP/1 alone. **Why.**
//! Whoever holds connections open must not take the files that the recorder opens; visitors in the queue are served
//! when those before them have been sent away. Without TLS of our own no browser speaks HTTP/2, and telling the two
//! apart waits without a limit. **Rejected.** A limit by address: behind a proxy all have one.
//!
//! ## 82. Who may look, and what if nobody may? (2026-11-28)
//!
//! **Decision.** The provider's policy, by the SHA-256 of its text, is acknowledged before any footage; the question
//! is asked in `Caller::require` for `SeeFootage` and `Export`, so no route can forget it. An approver or administrator
//! opens footage to their own account for an hour at most, to look and not to hand out. The data protection officer
//! looks at each opening, and whoever opened it opens no other before. **Why.** Barring everybody is a failure as well
//! as letting everybody in (R16). The rule is for each person: one open emergency must not bar a colleague's.
//! **Rejected.** A temporary role (it would carry holds and cases along); a gate in each route.
//!
//! ## 80. Who writes the letters? (2026-11-28)
//!
//! **Decision.** Templates in the program ([`letter`](crate::domain::letter)), filled from the case, the configuration and
//! the notice's words, set as tagged PDF in 12 or 18 points. A letter has a day and no other date, so that the same case
//! on the same day is the same file: its SHA-256 is what goes on record, and whoever approves can draft it again. **Why.**
//! Article 15(1) asks for eight things that nobody remembers; a refusal without its remedies is itself a breach. What
//! staff wrote for themselves (reasons, what was weighed) gets into no letter, only what the steps that ask say they
//! show. **Rejected.** Templates in the configuration: a mistake in one goes out a hundred times and no test reads it.
//! **Consequences.** English alone. A grant, a fee and a withdrawal are written by hand and named by their file. A change
//! of the configuration or of a template makes another file, and the old one is what was sent, kept by whoever sent it.
//!
//! ## 81. What counts as late in the year's numbers? (2026-11-28)
//!
//! **Decision.** A request belongs to the year in which it was received and is measured against its own day, pauses and
//! extension included, by the day that its answer's event gives. What was taken back, or closed since nobody answered a
//! question, counts as received and as neither in time nor late ([`numbers`](crate::domain::request::numbers)).
//! **Why.** Otherwise a year looks better the more people give up. Nobody is named, so reading them is not logged.
//!
//! ## 85. What if the machine under a test was away for a second? (2026-11-30)
//!
//! **Decision.** Tests with a real machine under them (cameras, daemons, a browser) get a second go, and one that needed
//! it is named FLAKY at the end of the run; tests of plain values get none. What measures losses has the machine to
//! itself. **Why.** On two shared cores a run of 460 such tests failed by chance one time in three, and each time another
//! one, so red meant nothing. A fault of ours fails twice. **Consequences.** FLAKY lines are read and mended like failures.
//!
//! ## 86. What may be said by mail? (2026-11-30)
//!
//! **Decision.** That there is news, and where to read it; no name, no reference, no answer. The queue is what the books
//! say less what was queued for it, so no step has to remember to tell; address and words are made when it is sent, so
//! neither is stored twice, and whoever was erased gets nothing. Three days of trying, then the page says to write by
//! post. **Why.** Mail is read on shared telephones and kept by providers; a code or link in it would be the copy's key.
//! **Rejected.** A mail by each step (a crash between the two loses it); links to a released copy (staff send the link,
//! and the code another way); letters as attachments.
//!
//! ## 87. What is a passkey worth? (2026-11-30)
//!
//! **Decision.** A passkey with its owner recognised stands for password and code, at the sign-in and wherever the
//! password is asked for again; an account that has one is not opened by the password alone. It is found by the device,
//! not by a user name, so nobody learns who has one. webauthn-rs checks what is signed; its licence (MPL 2.0) is
//! allowed for it by name. What is outstanding lives in memory for five minutes under a ticket that works once. **Why.**
//! It is two factors at once and can't be typed into a false page; a passkey beside a password that opens alone would
//! protect nobody. **Rejected.** Passkeys by address (browsers make none); attestation (it names the owner's device).
//!
//! ## 88. How is a copy on a medium known for what it is? (2026-11-30)
//!
//! **Decision.** Each making of a bundle ends with a leaf that has the SHA-256 of its SHA256SUMS; a tenant's films are
//! hashed when the sheet is printed, and are the bytes that the link gives. The sheet (receipt and chain of custody) says
//! what the log says and leaves lines for what only the two who meet know; that it was handed over, on what and to whom,
//! is a step of the case that moves nothing. **Why.** A bundle carries the time of its making, so two of one export
//! differ; a court must be able to tell which of them it holds. **Rejected.** Writing the medium ourselves (the box has no
//! drive that staff reach); the medium's password on the sheet (it would travel with it).
//!
//! ## 89. When does a released copy end? (2026-11-30)
//!
//! **Decision.** At the latest when the copy was made ready to be checked, even if more was asked for. **Why.** People ask
//! for "today until now" or name a time to come; what was recorded after the check was looked at by nobody, and the same
//! link gave a longer film each time. Found by comparing the film of the disc with that of the link.
//!
//! ## 90. Which camera is near? (2026-11-30)
//!
//! **Decision.** The one whose name and place share rare words with the place that was asked for, or with the cameras that
//! were named; a word of every camera counts nothing. Every camera stays in the list, with what it recorded in the time
//! asked for and an hour more at either end. **Why.** Places in the configuration are sentences for people, and there is no
//! plan of the estate. **Rejected.** Coordinates (nobody would keep them right, and they tell nothing of walls).
