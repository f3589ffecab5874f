//! What other recorders were broken by (T) and what this one must survive (R): each with its test.
//!
//! The numbers are those of the project's security paper. Every test named here exists; `tests/tidy`
//! sees to it, and that no number is missing. `make proven` runs them all and nothing else. "In part" and
//! "not yet" say what is missing. Who attacks, and what is not defended, is in [`threats`](super::threats).
//!
//! # Lessons
//!
//! | lesson | stands | test |
//! |---|---|---|
//! | T1 credentials in an address, routes without a check | shown | `doors_api::t1_without_a_session_nothing_is_answered_whatever_a_request_claims`, `matrix::t5_every_role_gets_what_the_policy_says_and_learns_nothing_else` |
//! | T2 a client that says who it is | shown | `second_factor::t2_nothing_a_client_says_of_itself_changes_who_it_is` |
//! | T3 a shell behind a field | in part: no shell is in the code; no watch over what processes start | `tidy::no_shell_is_started` |
//! | T4 arguments for other programs | shown by T3: no other program is started with anything a user wrote | `tidy::no_shell_is_started` |
//! | T5 other people's cameras, segments, cases | shown | `scope::t5_what_lies_outside_ones_cameras_is_not_there`, `matrix::t5_every_role_gets_what_the_policy_says_and_learns_nothing_else`, `matrix::what_somebody_else_opened_is_as_if_it_were_not_there` |
//! | T6 a port that nobody meant | in part: figures on loopback alone | `support::figures_are_read_on_loopback_and_nowhere_else_and_agree_with_the_box`, `portal::nothing_of_the_staffs_side_can_be_reached_at_the_portal_nor_the_reverse` |
//! | T7 SQL from a field | shown: all SQL is constant | `tidy::sql_is_constant_text`, `described_api::nothing_that_can_be_asked_makes_the_api_fail` |
//! | T8 a path from a client | shown | `attacks::t8_no_path_of_a_client_leads_to_a_file` |
//! | T9 another site's page, markup in a name | shown | `doors_api::t9_from_another_site_nothing_is_done`, `attacks::t9_markup_in_a_name_is_text_wherever_it_is_shown` |
//! | T10 whoever administers watches too | shown | `emergency::t10_an_administrator_sees_footage_in_an_emergency_alone_for_a_while_and_never_unnoticed` |
//! | T11 a password that comes with the box | shown | `doors_api::the_set_up_code_works_once_and_only_as_it_was_shown` |
//! | T12 a reset that goes round the second factor | shown | `second_factor::t12_an_app_is_asked_for_wherever_the_password_is_and_outlives_a_new_password` |
//! | T13 a camera's bytes that crash the reader | in part: faults and damaged pictures; no fuzzing yet | `faults::a_failing_camera_is_named_and_the_others_lose_nothing`, `video::damaged_pictures_are_refused_and_the_next_is_made_all_the_same` |
//! | T14 camera passwords where they can be read | in part: the support bundle and backups | `support::a_support_bundle_helps_and_tells_nothing_about_anybody`, `backup::a_changed_byte_in_any_file_of_a_backup_is_refused_by_its_name_and_no_secret_is_readable_in_it` |
//! | T15 a link that outlives its purpose | shown | `portal_delivery::t15_a_copy_is_fetched_by_link_and_code_in_pieces_and_counted_once`, `portal_delivery::t15_a_link_ends_by_guessing_by_word_and_by_a_newer_one` |
//! | T16 bombs and held connections | shown with 800 connections | `portal_follow::t16_a_paper_is_known_by_its_bytes_and_a_bomb_is_refused_before_it_is_opened`, `attacks::t16_connections_that_are_held_open_cost_no_frame_and_end_by_themselves` |
//! | T17 a session fixed or used after its end | shown | `second_factor::t17_a_session_is_never_one_that_a_client_chose_and_is_over_when_it_is_said_to_be` |
//! | T18 names learnt by trying | shown: answers, delays and cost are alike within a tenth | `second_factor::t18_who_has_an_account_is_not_to_be_learnt_by_trying` |
//! | T19 an old database put back | shown | `put_back::an_older_catalogue_beside_newer_footage_is_refused_and_the_footage_can_be_entered_again` |
//! | T20 a log that was changed | shown | `audit::every_kind_of_tampering_is_found_where_it_is`, `witness::a_log_cut_back_to_an_old_copy_is_refused_by_its_witnesses_and_told` |
//!
//! # Figures
//!
//! | figure | stands | test |
//! |---|---|---|
//! | R1 a kill loses at most a second of a camera | 200 kills by `make soak`, fewer by `make test` | `kill::a_kill_loses_at_most_a_second_and_leaves_no_hole` |
//! | R2 a kill at every system call | shown for recording, healing, expiry, rotation | `syscalls::recording_survives_a_kill_at_every_call`, `syscalls::healing_survives_a_kill_and_a_failure_at_every_call`, `keeping_kill::expiry_survives_a_kill_and_a_failure_at_every_call`, `keys::a_kill_at_any_step_of_a_rotation_leaves_one_generation` |
//! | R3 power cut with writes dropped, reordered, torn | not yet: torn files alone | `vault::a_cut_anywhere_leaves_what_was_whole_before_it` |
//! | R4 a model of keeping; holds that race expiry | a million steps and 100,000 races by `make soak` | `keeping_model::whatever_happens_the_store_is_as_the_rules_say`, `keeping_race::a_hold_that_races_expiry_keeps_its_footage_or_says_that_it_came_too_late` |
//! | R5 nothing of a destroyed generation on the device | shown | `keys::no_byte_of_a_destroyed_generation_is_left_on_the_device`, `keys::a_tpm_keeps_what_lives_and_makes_old_slot_files_useless` |
//! | R6 every change of a segment is noticed | shown | `vault::every_flipped_header_bit_is_refused_before_anything_is_decrypted`, `vault::tampering_with_a_segment_is_always_noticed` |
//! | R7 a full disk | shown on 64 MiB | `full_disk::a_full_disk_stops_recording_and_nothing_else_and_recording_goes_on_by_itself`, `keeping_full::under_stop_recording_waits_with_an_alarm_and_people_hold_look_and_forget_meanwhile` |
//! | R8 a disk that fails | shown | `full_disk::a_segment_that_cannot_be_synced_is_given_up_and_never_synced_again`, `full_disk::a_disk_that_fails_under_the_catalogue_ends_the_daemon_and_a_restart_heals`, `unreadable::a_segment_is_kept_as_far_as_the_disk_can_read_it` |
//! | R9 any clock | shown | `keeping_clock::a_clock_a_year_ahead_takes_nothing_not_even_after_a_restart`, `keeping_clock::an_unsynchronised_start_in_1970_takes_nothing_and_loses_nothing`, `keeping_clock::an_hour_ahead_like_summer_time_takes_nothing_early` |
//! | R10 cameras that fail | in part: no lossy network, no fuzzing | `faults::a_failing_camera_is_named_and_the_others_lose_nothing`, `faults::a_camera_that_comes_back_with_another_picture_size_gets_another_segment` |
//! | R11 a disk that is slow | shown with eight cameras; no run of 72 hours | `slow_disk::a_disk_that_takes_half_a_second_a_write_costs_whole_groups_of_pictures_and_no_memory` |
//! | R12 a daemon that hangs | not yet: no watchdog | – |
//! | R13 a million leaves in ten seconds | `cargo bench --bench audit`; the independent verifier | `export_provenance::pictures_are_shown_to_be_those_that_were_logged_minutes_after_they_were_recorded` |
//! | R14 a bundle checked by stock tools | shown | `export_bundle::a_bundle_passes_every_check_and_one_changed_byte_anywhere_is_noticed`, `redactions::what_a_tenant_fetches_is_the_plan_and_nothing_else` |
