//! What the law asks of the box, requirement by requirement: what carries it and which test shows it.
//!
//! The numbers are those of the project's law paper, which has the sources (UK GDPR, DPA 2018, ICO
//! guidance, Surveillance Camera Code). "Carried" names a type and a test; "in part" says what is
//! missing; "not yet" is honest work to come; "not ours" says whose it is. Nothing here is advice.
//!
//! # Keeping and forgetting
//!
//! | requirement | stands | carried by | test |
//! |---|---|---|---|
//! | R1 gone by itself at the end of its period, for good | carried | [`expire`](crate::jobs::expire), [`rotate_keys`](crate::jobs::rotate_keys) | `keeping_real::a_short_period_is_kept_to_and_a_hold_in_the_middle_survives`, `device::no_byte_of_a_destroyed_generation_is_left_on_the_device` |
//! | R2 a period for each camera, with a reason and a review date | carried | [`period`](crate::domain::retention::period) | `settings::every_mistake_is_named_with_its_place_and_its_mend` |
//! | R3 31 days at full quality, and a warning when the disk can't | carried | [`fill`](crate::domain::retention::fill) | `fill::a_disk_lasts_until_what_all_cameras_wrote_fills_it` |
//! | R4 nothing held goes for want of room; early loss is an alarm | carried | [`pressure`](crate::jobs::pressure) | `keeping_full::under_overwrite_the_oldest_that_nobody_holds_goes_before_recording_has_to_stop` |
//! | R5 a legal hold stops every deletion | carried | [`hold`](crate::domain::retention::hold), a trigger in the catalogue | `keeping_race::a_hold_that_races_expiry_keeps_its_footage_or_says_that_it_came_too_late` |
//! | R6 every hold is reviewed; release takes a reason and two people | carried | [`consent`](crate::domain::retention::consent) | `keeping_doors::a_release_takes_two_people_with_their_passwords` |
//! | R7 held the moment a request is taken in | carried | [`receive`](crate::jobs::case::receive) | `cases::footage_that_is_asked_for_on_its_last_day_outlives_its_period`, `cases::receiving_survives_a_kill_at_every_call` |
//! | R8 a hold is checked: covered, decoded, hashed, again before release | carried | [`hold_check`](crate::jobs::hold_check) | `hold_check::no_hold_is_let_go_before_the_look_that_follows_the_agreement` |
//! | R9 restriction, apart from hold | carried | [`restriction`](crate::jobs::restriction) | `keeping_doors::restricted_footage_is_shown_for_a_legal_claim_alone` |
//! | R10 erasure and objection by the same clock | in part: those told before are not told of it | [`RequestKind`](crate::domain::request::kind::RequestKind), [`deadline`](crate::jobs::case::deadline) | `kind::the_organisation_decides_the_route` |
//! | R11 a ledger of what was deleted, without images | carried | [`expire`](crate::jobs::expire), [`prove_expiry`](crate::jobs::prove_expiry) | `expiry::what_was_recorded_held_and_expired_as_it_should_is_proved` |
//! | R12 no sound unless justified | carried: sound is not recorded at all | [`retina_session`](crate::adapters::rtsp) | `export::exported_access_units_are_the_cameras_own_over_tcp_and_udp_with_digest` |
//!
//! # Who sees what, and who answers for it
//!
//! | requirement | stands | carried by | test |
//! |---|---|---|---|
//! | R13 encrypted at rest, keys apart | carried; in transit on loopback only so far | [`seal`](crate::domain::recording::seal), [`custody`](crate::adapters::vault::custody) | `faults::nothing_a_camera_sent_can_be_found_in_the_data_folder` |
//! | R14 roles apart, by camera and estate, and only for those who know the policy | carried | [`Role::may`](crate::domain::identity::Role::may), [`Scope`](crate::domain::identity::scope::Scope), [`standing`](crate::domain::identity::policy::standing) | `matrix::t5_every_role_gets_what_the_policy_says_and_learns_nothing_else`, `scope::t5_what_lies_outside_ones_cameras_is_not_there`, `matrix::whoever_has_not_read_the_policy_is_shown_footage_by_no_route` |
//! | R15 every look logged, with why, and nobody edits the log | carried | [`audit`](crate::adapters::index::audit) | `audit::every_kind_of_tampering_is_found_where_it_is` |
//! | R16 protection doesn't keep out who is authorised | carried: an hour at most, logged first, looked at by the data protection officer | [`emergency`](crate::domain::identity::emergency) | `emergency::t10_an_administrator_sees_footage_in_an_emergency_alone_for_a_while_and_never_unnoticed` |
//! | R17 the clock is watched, offsets are kept | carried | [`clock`](crate::domain::retention::clock) | `keeping_clock::recording_and_its_gaps_go_on_under_any_clock` |
//! | R18 the repeated and the missing hour | carried, in the workspace | `web/src/site_time.ts` | `site_time.test.ts` |
//! | R19 a report at intervals | in part: a month's keeping, a year's requests, disclosures as CSV and PDF; uptime is not in it | [`report`](crate::jobs::report), [`numbers`](crate::domain::request::numbers), [`register`](crate::jobs::case::register) | `report::the_report_of_a_month_is_one_page_whose_figures_the_other_commands_tell_as_well`, `letters::the_register_is_on_paper_and_the_year_is_counted` |
//! | R20 a register of cameras | carried: what nobody wrote down is named as missing | [`OnRecord`](crate::domain::camera::register::OnRecord) | `policy::the_register_of_cameras_says_what_is_on_record_and_what_is_missing` |
//! | R21 the sign and the notice | carried: versions, large print, Welsh and Polish | [`notice`](crate::domain::notice), [`publish`](crate::jobs::notice::publish) | `portal::the_notice_follows_the_configuration_and_keeps_its_history` |
//!
//! # Subject access
//!
//! | requirement | stands | carried by | test |
//! |---|---|---|---|
//! | R22 by any way, by any member of staff, with its true date | carried | [`Channel`](crate::domain::request::case::Channel), [`local_date`](crate::domain::request::due::local_date) | `due::received_is_the_date_on_the_wall` |
//! | R23 when it is due | carried | [`due`](crate::domain::request::due) | `due::every_published_vector_comes_out_at_the_command_line`, `due::ten_years_agree_with_a_slow_reading` |
//! | R24 when the clock starts | carried | [`Needed`](crate::domain::request::due::Needed) | `due::only_pauses_after_the_start_count` |
//! | R25 identity only in doubt, evidence deleted | carried: what came by the portal is destroyed with its key; what was shown otherwise staff state | [`IdentityCheck`](crate::domain::request::identity_check::IdentityCheck), [`papers`](crate::jobs::case::papers) | `cases::a_tenants_copy_goes_out_by_three_people_and_into_the_register`, `portal_follow::a_paper_lies_sealed_is_seen_by_those_who_check_and_is_destroyed_with_its_key` |
//! | R26 a question pauses the clock | carried | [`Clarification`](crate::domain::request::due::Clarification) | `due::an_open_question_and_a_missing_proof_give_projections` |
//! | R27 extension inside month one only | carried | [`LateExtension`](crate::domain::request::due::LateExtension) | `cases::nothing_is_silently_overdue_and_an_extension_comes_in_time_or_not_at_all` |
//! | R28 the search is on record | carried: an hour more at either end, and cameras near the place, are suggested | [`SearchRecord`](crate::domain::request::search_record::SearchRecord), [`search_help`](crate::domain::request::search_help) | `cases::a_tenants_copy_goes_out_by_three_people_and_into_the_register`, `handover::a_bundle_for_the_police_is_known_by_the_hash_that_the_log_has_of_it` |
//! | R29 what helps to find them, apart and deleted after | carried: asked at the portal and by staff, gone when the case is closed; a photo is not asked for | [`Application`](crate::domain::request::case::Application) | `cases::what_helps_to_find_somebody_goes_when_their_case_is_closed` |
//! | R30 the rights of others are weighed on record | carried | [`Balancing`](crate::domain::request::balancing::Balancing) | `decision::footage_goes_out_only_on_a_basis_that_fits_the_asker` |
//! | R31 others made unrecognisable | carried by solid fill over everybody who isn’t shown on purpose; blur and mosaic, which can be undone, are not offered; sound is not recorded | [`plan`](crate::domain::redaction::plan) | `redactions::what_a_tenant_fetches_is_the_plan_and_nothing_else`, `state::others_in_the_picture_bar_the_original_from_a_tenant` |
//! | R32 for good | carried: pictures are drawn and encoded anew by a worker that has nothing else | [`redact`](crate::jobs::redact) | `redactions::what_a_tenant_fetches_is_the_plan_and_nothing_else` |
//! | R33 a second person checks the copy | carried | [`State::after`](crate::domain::request::state::State::after) | `state::a_copy_goes_out_after_a_check_and_an_approval_by_others` |
//! | R34 a film, not stills | carried: a film is all that goes out | [`disclose`](crate::jobs::disclose) | `cases::a_tenants_copy_goes_out_by_three_people_and_into_the_register` |
//! | R35 what the answer must say beside the film | carried | [`letter`](crate::domain::letter) | `letter::the_letter_with_a_copy_says_all_that_article_15_asks_for`, `letters::every_letter_of_a_real_case_is_drafted_read_and_named_by_its_hash` |
//! | R36 a refusal has a ground and a letter | carried, with the letter's words for each ground | [`RefusalGround`](crate::domain::request::decision::RefusalGround), [`letter`](crate::domain::letter) | `state::a_refusal_goes_out_with_a_letter_and_an_approval_by_another`, `letter::every_ground_has_its_words_and_every_refusal_its_remedies` |
//! | R37 in a form that suits them | in part: MP4; letters in large print and tagged to be read aloud, in English alone; needs are on record | [`Print`](crate::domain::letter::Print), [`Requester`](crate::domain::request::case::Requester) | `letters::every_letter_of_a_real_case_is_drafted_read_and_named_by_its_hash` |
//! | R38 children, agents, withdrawal | in part: an agent's authority and withdrawal, by staff or at the portal; letters that ask for it | [`State`](crate::domain::request::state::State), [`follow`](crate::jobs::case::follow) | `portal_follow::questions_go_back_and_forth_and_a_request_can_be_taken_back` |
//! | R39 delivered to them alone | carried: a link and a code by two ways, both handed over by staff; mail says only that there is news; or on a medium, with a sheet that is signed | [`deliver`](crate::jobs::case::deliver), [`Link`](crate::domain::request::delivery::Link), [`handover`](crate::jobs::case::handover) | `portal_delivery::t15_a_copy_is_fetched_by_link_and_code_in_pieces_and_counted_once`, `handover::a_tenants_film_goes_on_a_stick_with_a_sheet_that_names_its_hash` |
//! | R40 complaints acknowledged in 30 days | carried, with the letter | [`acknowledgement`](crate::domain::request::due::acknowledgement), [`letter`](crate::domain::letter) | `due::a_complaint_is_acknowledged_in_thirty_days_from_the_day_after`, `letters::every_letter_of_a_real_case_is_drafted_read_and_named_by_its_hash` |
//!
//! # Police and others
//!
//! | requirement | stands | carried by | test |
//! |---|---|---|---|
//! | R41 discretionary unless compelled, with its basis | carried | [`UseBasis`](crate::domain::request::decision::UseBasis) | `decision::footage_goes_out_only_on_a_basis_that_fits_the_asker` |
//! | R42 the register | carried, on paper too | [`register`](crate::jobs::case::register) | `cases::a_tenants_copy_goes_out_by_three_people_and_into_the_register`, `letters::the_register_is_on_paper_and_the_year_is_counted` |
//! | R43 urgent, with the form chased | carried | [`remind`](crate::jobs::case::remind) | `cases::the_police_get_nothing_without_a_form_and_an_urgent_form_is_chased` |
//! | R44 the camera's own bitstream | carried | [`progressive`](crate::domain::export::progressive) | `export::exported_access_units_are_the_cameras_own_over_tcp_and_udp_with_digest` |
//! | R45 a master apart | carried: `master/`, `working/` | [`working`](crate::jobs::disclose::WorkingCopies) | `export_working::a_working_copy_shows_every_picture_of_its_master_with_the_time_in_it` |
//! | R46 plays anywhere, with its time | carried: side by side in any browser, the time in the picture of working copies | [`page`](crate::domain::export::page) | `export_working::a_working_copy_shows_every_picture_of_its_master_with_the_time_in_it` |
//! | R47 hashes, signature, stock tools | in part: no trusted time stamp | [`provenance`](crate::domain::export::provenance) | `export_provenance::whatever_is_done_to_a_bundle_a_stranger_notices_and_signing_it_again_does_not_help` |
//! | R48 asked and given, gaps, offsets | carried | [`manifest`](crate::domain::export::manifest) | `export::clips_are_cut_outward_at_key_frames_tell_true_times_and_end_at_a_gap` |
//! | R49 a draft of the witness statement | carried | [`statement`](crate::domain::export::statement) | `export_report::the_report_and_the_statement_say_what_the_manifest_and_the_log_say` |
//! | R50 size beforehand; upload to the force | in part: size is told; fetching and carrying is staff's | [`disclose`](crate::jobs::disclose) | `cases_doors::the_police_get_what_another_person_approved_and_it_verifies` |
//! | R51 a camera's own signatures survive | not yet: the bitstream is untouched, the cut doesn't look for them | – | – |
//! | R52 insurers, solicitors, freedom of information, STAIRs, media | carried | [`Route`](crate::domain::request::kind::Route) | `kind::the_organisation_decides_the_route`, `kind::names_lead_back_and_the_media_gets_no_footage` |
