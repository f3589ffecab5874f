//! Who attacks, what stops them, where that is written and tested, and what is not stopped.
//!
//! A claim here names the code that carries it and the test that has seen it fail; a claim without a
//! test says so. What is not defended stands in a section of its own, with the reason. Formats are in
//! [`storage_format`](super::storage_format), reasons in [`decisions`](super::decisions).
//!
//! # What is worth protecting
//!
//! | asset | why somebody wants it | harm |
//! |---|---|---|
//! | footage | shows who lives where, with whom, when they are out | to every resident, for as long as it exists |
//! | what is *not* there any more | a copy that should have been forgotten | the promise on the sign is broken |
//! | evidence | to lose it, to change it, to doubt it | a case fails, or an innocent person is accused |
//! | the audit log | to hide who looked | nobody answers for anything |
//! | MASTER and signing keys | all of the above at once | total |
//! | camera passwords, staff passwords | a way in | as far as they reach |
//! | the names in cases and reasons | who complained about whom | to people who asked for help |
//!
//! # The thief of the disk, or of a copy of the data folder
//!
//! Has `<data>`, not `<keys>`.
//!
//! | tries | is stopped by | code | test |
//! |---|---|---|---|
//! | to watch | every record is AES-256-GCM under a key that is wrapped under MASTER and the epoch secret, and neither lies in the data folder | [`seal`](crate::domain::recording::seal), [`slots`](crate::adapters::vault::slots); [`settings`](crate::settings) refuses folders inside one another | `vault::no_picture_and_no_parameter_set_is_on_the_disk`, `faults::nothing_a_camera_sent_can_be_found_in_the_data_folder`, `settings::every_mistake_is_named_with_its_place_and_its_mend` |
//! | to find frames a decoder left | decoding is in memory of workers; no core dumps, no swap by the unit; the only folder they write to holds GStreamer's plugin list | [`worker`](crate::adapters::video::worker), `systemd/holdfast.service` | the unit's figure in `tidy::unit`; the rest has none |
//! | a key that was killed | a killed slot is zeros, overwritten in place | [`slots`](crate::adapters::vault::slots) | `vault::a_saved_key_does_not_open_a_killed_slot` |
//! | an older copy of the disk with today's keys | the generation it was wrapped under is destroyed | [`rotate_keys`](crate::jobs::rotate_keys) | `tests/it/keys` |
//! | a backup | every file of it opens with MASTER alone; no epoch secret is in it | [`backup`](crate::adapters::backup) | `backup::a_changed_byte_in_any_file_of_a_backup_is_refused_by_its_name_and_no_secret_is_readable_in_it` |
//!
//! Learns all the same: when each camera recorded, how much moved at most in a segment, gaps, user names,
//! password hashes (argon2id), case references, reasons, and the whole audit log. The catalogue is not
//! encrypted; put it on an encrypted disk.
//!
//! # The thief of the whole box
//!
//! Has `<data>` and `<keys>`. With `keys.custody = "file"` that is everything: the footage opens. With
//! `"credential"` MASTER is in systemd's hands, which can bind it to the TPM; then the disk alone opens
//! nothing, but the box, switched on, starts by itself and serves whoever can sign in.
//! ([`Custody`](crate::adapters::vault::custody::Custody); `holdfast status` says which custody it is.)
//! Keys of another box are refused: `vault::two_cannot_use_one_store_and_keys_of_another_box_open_nothing`.
//!
//! # The insider with a login
//!
//! | tries | is stopped by | code | test |
//! |---|---|---|---|
//! | to watch out of curiosity | no byte without a stated purpose, logged first with name and time | [`OpenViewing`](crate::http::caller::OpenViewing), [`log_look`](crate::jobs::viewing::log_look) | `journey.spec.ts`: no footage is asked for before the purpose is stated |
//! | more than the role allows | [`Permit`](crate::http::caller::Permit): a handler gets the proof or isn't called; the table is one function | [`Role::may`](crate::domain::identity::Role::may) | `identity::administrators_see_no_footage_and_auditors_only_the_log` |
//! | another person's viewing, by its id | a viewing belongs to one session | [`viewing`](crate::adapters::index::viewing) | `matrix::what_somebody_else_opened_is_as_if_it_were_not_there` |
//! | to make somebody else's look their own | who acts comes from session or kernel, never from a field | [`caller`](crate::http::caller) | `second_factor::t2_nothing_a_client_says_of_itself_changes_who_it_is` |
//! | to go on after being disabled | disabling ends the sessions in the same transaction | [`staff::disable`](crate::jobs::staff::disable) | `second_factor::t17_a_session_is_never_one_that_a_client_chose_and_is_over_when_it_is_said_to_be`, `doors_api::a_session_and_what_it_watches_end_with_signing_out_and_with_being_disabled` |
//! | to guess passwords | delay doubles from the fifth failure to 15 minutes, by name; unknown names cost the same hash | [`login_delay`](crate::domain::identity::login_delay), [`Passwords::fits`](crate::adapters::secret::Passwords::fits) | `identity::guessing_gets_slow_but_nobody_is_locked_out_for_good` |
//!
//! A reviewer who states a plausible purpose sees the footage. The log is what they answer to.
//!
//! # The operator himself
//!
//! Whoever has root on the box has MASTER in memory and can do anything; the question is what shows.
//!
//! | tries | shows by | code | test |
//! |---|---|---|---|
//! | to change, drop, insert or reorder leaves | tree and signed checkpoints no longer agree | [`audit::verify`](crate::adapters::index::audit::verify) | `audit::every_kind_of_tampering_is_found_where_it_is` |
//! | to rewrite the log with the box's own key | every bundle given out carries a checkpoint that the new log can't extend | [`AuditProof`](crate::domain::audit::proof::AuditProof) | `audit::a_rewritten_history_needs_the_key_and_an_older_copy_shows_against_a_newer_checkpoint` |
//! | to put an older catalogue back, so that holds and log entries are forgotten | the log's newest checkpoint lies beside the keys; the start is refused until somebody says why | [`mark`](crate::adapters::vault::mark), [`adopt`](crate::jobs::adopt) | `put_back::an_older_catalogue_is_noticed_by_the_log_alone_and_kills_no_other_segments_key` |
//! | to put a backup back, so that holds are forgotten | into an empty folder only, with a reason in the log, as an older catalogue | [`restore`](crate::jobs::restore) | `backup::a_running_box_is_backed_up_and_goes_on_from_the_backup_in_another_folder` |
//! | to put an older log back, or one written anew, whole | a witness has seen more, or something else, and is not talked round: status, `audit verify`, a leaf | [`witness`](crate::jobs::witness), [`Contradiction`](crate::domain::audit::witness::Contradiction) | `witness::a_log_cut_back_to_an_old_copy_is_refused_by_its_witnesses_and_told` |
//! | to speak for the witness | only lines by the configured key count, on this very checkpoint | [`WitnessKey::find`](crate::domain::audit::cosignature::WitnessKey::find) | `witness::a_word_by_another_key_is_not_believed` |
//! | to change a picture | fragment hash, segment root, leaf: all three | [`SegmentReader::check`](crate::adapters::vault::reader::SegmentReader::check), `holdfast segment check` | `vault::tampering_with_a_segment_is_always_noticed` |
//! | to swap one segment for another | key commitment in the header and in the catalogue | [`Vault::open_segment`](crate::adapters::vault::Vault::open_segment) | `vault::a_segment_put_in_another_place_is_refused` |
//! | to cut the end off and call it a crash | the number of records once durable is in the catalogue | [`reconcile`](crate::jobs::reconcile) | `vault::a_file_cut_behind_the_durable_mark_raises_an_alarm` |
//! | to act from the shell, unseen | the command line goes through the same router and log, as `local:<uid>` | [`cli`](crate::cli), [`serve`](crate::http::serve) | none yet |
//!
//! # The hostile camera
//!
//! Or whoever took its place on the cable.
//!
//! | tries | is stopped by | code | test |
//! |---|---|---|---|
//! | malformed RTSP, RTP, parameter sets | retina and our parsers are safe Rust; a panic ends one camera's task | [`rtsp`](crate::adapters::rtsp), [`record`](crate::jobs::record) | `rtsp_refusals::*`, `faults::a_failing_camera_is_named_and_the_others_lose_nothing` |
//! | a picture that exploits a decoder | decoded in a worker only: no environment, no keys handed over, no new privileges, 4 GiB at most, ends with the daemon | [`worker`](crate::adapters::video::worker) | `video::damaged_pictures_are_refused_and_the_next_is_made_all_the_same` |
//! | to flood | 8 MiB a camera wait for the disk, then whole groups of pictures are dropped, with a gap | [`lane`](crate::jobs::record::lane) | `slow_disk::a_disk_that_takes_half_a_second_a_write_costs_whole_groups_of_pictures_and_no_memory` |
//! | to fall silent | ten seconds, then a new connection and a gap that says `stall` | [`connection`](crate::domain::camera::connection) | `rtsp::a_killed_camera_is_closed_and_a_frozen_one_silent` |
//! | to lie about the time | its wall clock places nothing and is noted as an offset; its RTP clock spaces pictures, and a jump of it is a gap | [`time_line`](crate::domain::recording::time_line) | `rtsp::the_cameras_clock_is_measured_from_sender_reports` |
//! | to collect the password | digest where the camera offers it; over `rtsps://` the certificate is checked | [`rtsp`](crate::adapters::rtsp) | `rtsp::h264_arrives_byte_for_byte_over_tcp_and_udp_with_digest_and_basic` |
//!
//! # The hostile page in a member of staff's browser
//!
//! | tries | is stopped by | code | test |
//! |---|---|---|---|
//! | to act in their name | every change and every WebSocket must be same-origin by Sec-Fetch-Site and Origin; a change also carries the session's CSRF token | [`guard`](crate::http::guard) | `doors_api::t9_from_another_site_nothing_is_done` |
//! | to run script in our pages | askama escapes; policy allows our own script files only, no inline | [`page`](crate::http::staff::page), [`guard`](crate::http::guard) | `attacks::t9_markup_in_a_name_is_text_wherever_it_is_shown`, `doors_api::every_answer_carries_the_security_headers` |
//! | to frame us, to read our answers | `frame-ancestors 'none'`, CORP and COOP same-origin, no CORS | [`guard`](crate::http::guard) | `doors_api::every_answer_carries_the_security_headers` |
//! | to take the session | cookie HttpOnly, SameSite=Strict; only its hash is stored | [`login`](crate::http::staff::login) | `doors_api::every_answer_carries_the_security_headers` |
//!
//! # The network
//!
//! | tries | is stopped by | code | test |
//! |---|---|---|---|
//! | to read or change what staff see | the listener is on loopback or the configuration is refused; TLS is the proxy's | [`settings`](crate::settings) | `settings::every_mistake_is_named_with_its_place_and_its_mend` |
//! | to reach the store without signing in | one router; what needs a caller takes one as an argument | [`router`](crate::http::router) | `doors_api::t1_without_a_session_nothing_is_answered_whatever_a_request_claims` |
//! | to find a default password | there is none; first set-up needs a one-time code from the shell | [`staff::set_up`](crate::jobs::staff::set_up) | `doors_api::the_set_up_code_works_once_and_only_as_it_was_shown` |
//! | to hold connections open until nothing can be opened any more | a door serves 256 at once and waits 15 s for a head; the recorder's files are not in that count | [`serve`](crate::http::serve) | `attacks::t16_connections_that_are_held_open_cost_no_frame_and_end_by_themselves` |
//! | a file, by a path | every part of a path is an id that is looked up | [`api`](crate::http::api) | `attacks::t8_no_path_of_a_client_leads_to_a_file` |
//! | a shell, by any text field | no shell is ever started; SQL is constant | `tests/tidy` | `tidy::no_shell_is_started`, `tidy::sql_is_constant_text` |
//!
//! # Somebody who changes a bundle
//!
//! | tries | is stopped by | code | test |
//! |---|---|---|---|
//! | to change, add or leave out a file | sums over every file, two signatures over the sums | [`signature`](crate::domain::export::signature), [`verify`](crate::jobs::verify) | `export_bundle::a_bundle_passes_every_check_and_one_changed_byte_anywhere_is_noticed`, `export_bundle::a_file_removed_added_or_renamed_is_noticed_and_what_is_no_bundle_is_told_apart` |
//! | to make the whole bundle again with a key of their own | the fingerprint, compared by another way (`--signer`) | [`verify`](crate::jobs::verify) | `export_provenance::whatever_is_done_to_a_bundle_a_stranger_notices_and_signing_it_again_does_not_help` |
//! | to harm whoever checks it | paths that lead elsewhere, links and over-large entries are refused before anything is read | [`bundle`](crate::adapters::bundle) | none in the tree yet |
//!
//! # What is not defended, and why
//!
//! - **A taken-over media worker.** It runs as the daemon's user and could read `<keys>` and the daemon's
//!   memory. The unit confines both alike. A sandbox of the worker's own (no files, no network but for the
//!   camera task) is to come; until then the decoder's own safety is what stands there.
//! - **A taken-over recorder.** It holds the KEK, since it makes the segments' keys. Key holder and
//!   recorder as two processes is a design not yet built.
//! - **Root.** See the operator: shows, isn't stopped.
//! - **Flash that remaps.** An overwritten block may survive below the file system, readable in a
//!   laboratory. What may be claimed for each custody is one function,
//!   [`claim`](crate::domain::keys::claim::claim), and `holdfast status` shows it.
//! - **A copy of disk and keys together, made before the generation ended.** Nobody can prove that none was
//!   made.
//! - **A log swapped for an older copy of itself before anybody outside saw a newer checkpoint.** A witness
//!   sees one a minute and one as the daemon stops; without a witness configured, the bundles given out are
//!   the only outside memory. A witness file that the box itself can shorten remembers as much as root lets it.
//! - **Metadata on a stolen disk.** The catalogue is plain; see the first thief.
//! - **The wire to cameras that speak plain RTSP.** Pictures can be read and replaced there; what is proved
//!   begins where they reach the box. Give cameras a network of their own.
//! - **A wrong clock that calls itself synchronised.** It is recorded as the kernel says. Each segment and
//!   each export says which it was.
//! - **Passwords known elsewhere.** A second factor is there for whoever sets it up; nobody is made to, and no list
//!   of leaked passwords is asked.
//! - **Somebody filming the screen.** The log names who looked.
//! - **Floods from the signed-in.** Transcodes and stills are limited; the API as a whole is not.
