//! The statutory clock, by its published vectors, at the command line, and against a slow reading.

use std::process::{Command, Output};

use holdfast::domain::{
    instant::UtcInstant,
    request::{
        calendar::{CARRIED, Calendar, Knowledge, Nation},
        due::{self, Clarification, ClockState, Clockwork, Due, ExtensionNotice, LateExtension, Needed, PauseCounting},
    },
};
use jiff::{
    civil::{Date, date},
    tz::TimeZone,
};
use proptest::prelude::*;

fn day(text: &str) -> Date {
    text.parse().unwrap()
}

fn calendar(nation: Nation) -> Calendar {
    Calendar::read(CARRIED, nation).unwrap()
}

fn request(received: &str) -> Clockwork {
    Clockwork {
        received: day(received),
        identity: Needed::No,
        authority: Needed::No,
        fee: Needed::No,
        clarifications: Vec::new(),
        extension: None,
        counting: PauseCounting::StatutoryInclusive,
    }
}

fn asked(asked: &str, answered: &str) -> Clarification {
    Clarification::new(day(asked), (!answered.is_empty()).then(|| day(answered))).unwrap()
}

fn seen(clockwork: &Clockwork, today: &str) -> Due {
    due::due(clockwork, &calendar(Nation::England), day(today)).unwrap()
}

fn holdfast(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_holdfast")).args(["case", "due"]).args(arguments).output().unwrap()
}

fn facts(arguments: &[&str]) -> serde_json::Value {
    let output = holdfast(&[arguments, &["--json"]].concat());
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn every_published_vector_comes_out_at_the_command_line() {
    let rows = include_str!("../data/due_vectors.csv").lines().skip(1);
    let mut checked = 0;
    for row in rows {
        let [id, received, id_received, extended, clarifications, due] = row.split(',').collect::<Vec<_>>().try_into().unwrap();
        let mut arguments = vec!["--received", received];
        if !id_received.is_empty() {
            arguments.extend(["--id-received", id_received]);
        }
        if extended == "1" {
            // Any day of month one will do: the vectors don't say which. 16 does.
            arguments.extend(["--extension-notice", if id == "16" { "2025-09-30" } else { received }]);
        }
        for clarification in clarifications.split(';').filter(|text| !text.is_empty()) {
            arguments.extend(["--clarified", clarification]);
        }
        assert_eq!(facts(&arguments)["due"], due, "vector {id}");
        checked += 1;
    }
    assert_eq!(checked, 22);
}

#[test]
fn a_late_extension_is_refused_with_the_last_day_for_it() {
    let output = holdfast(&["--received", "2025-09-03", "--extension-notice", "2025-10-06"]);
    assert_eq!(output.status.code(), Some(1));
    let told = String::from_utf8(output.stderr).unwrap();
    assert!(told.contains("2025-10-03"), "{told}");
    let on_the_last = Clockwork { extension: Some(ExtensionNotice { sent: day("2025-10-03") }), ..request("2025-09-03") };
    assert_eq!(seen(&on_the_last, "2025-10-03").due, day("2025-12-03"));
}

#[test]
fn a_pause_moves_the_last_day_for_an_extension_too_and_no_weekend_does() {
    let paused = Clockwork { clarifications: vec![asked("2026-06-03", "2026-06-07")], ..request("2026-06-01") };
    assert_eq!(seen(&paused, "2026-06-10").extension_notice_last_day, day("2026-07-06"));
    let sent = |sent| Clockwork { extension: Some(ExtensionNotice { sent: day(sent) }), ..paused.clone() };
    assert_eq!(seen(&sent("2026-07-06"), "2026-07-06").due, day("2026-09-07"));
    let late = due::due(&sent("2026-07-07"), &calendar(Nation::England), day("2026-07-07")).unwrap_err();
    assert_eq!(late, LateExtension { sent: day("2026-07-07"), last_day: day("2026-07-06") });
    // 3 October 2026 is a Saturday: the answer may wait for Monday, the notice may not.
    assert_eq!(seen(&request("2026-09-03"), "2026-09-03").extension_notice_last_day, day("2026-10-03"));
}

#[test]
fn a_complaint_is_acknowledged_in_thirty_days_from_the_day_after() {
    for (received, by) in
        [("2026-11-24", "2026-12-24"), ("2026-11-25", "2026-12-29"), ("2026-12-02", "2027-01-04"), ("2026-07-04", "2026-08-03")]
    {
        assert_eq!(facts(&["--kind", "complaint", "--received", received])["due"], by, "{received}");
    }
    let output = holdfast(&["--kind", "complaint", "--received", "2026-11-24", "--clarified", "2026-11-25/2026-11-26"]);
    assert_eq!(output.status.code(), Some(2));
}

#[test]
fn received_is_the_date_on_the_wall() {
    let at = UtcInstant::parse_rfc3339("2026-06-30T23:30:00Z").unwrap();
    assert_eq!(due::local_date(at, &TimeZone::get("Europe/London").unwrap()), day("2026-07-01"));
}

#[test]
fn only_pauses_after_the_start_count() {
    // Identity comes in inside the question: two of its days remain.
    let inside = Clockwork {
        identity: Needed::In(day("2026-03-09")),
        clarifications: vec![asked("2026-03-05", "2026-03-10")],
        ..request("2026-03-02")
    };
    assert_eq!(seen(&inside, "2026-03-12").raw, day("2026-04-11"));
    // The question was answered before identity came in: nothing remains.
    let before = Clockwork { clarifications: vec![asked("2026-03-05", "2026-03-08")], ..inside };
    assert_eq!(seen(&before, "2026-03-12").raw, day("2026-04-09"));
}

#[test]
fn an_open_question_and_a_missing_proof_give_projections() {
    let open = Clockwork { clarifications: vec![asked("2026-03-05", "")], ..request("2026-03-02") };
    let today = seen(&open, "2026-03-10");
    assert_eq!((today.state, today.due), (ClockState::Paused, day("2026-04-08")));
    let awaited = Clockwork { identity: Needed::Awaited, ..request("2026-03-02") };
    let today = seen(&awaited, "2026-03-09");
    assert_eq!((today.state, today.relevant, today.due), (ClockState::NotStarted, day("2026-03-09"), day("2026-04-09")));
    assert_eq!(seen(&request("2026-03-02"), "2026-04-02").state, ClockState::Running);
    assert_eq!(seen(&request("2026-03-02"), "2026-04-03").state, ClockState::Overdue);
}

#[test]
fn a_question_asked_when_the_answer_was_due_revives_nothing() {
    // 24 December was the last day; a pause over Christmas alone would roll it past today.
    let late = Clockwork { clarifications: vec![asked("2026-12-25", "")], ..request("2026-11-24") };
    assert_eq!(seen(&late, "2026-12-25").state, ClockState::Overdue);
}

#[test]
fn we_work_to_the_earlier_of_two_ways_of_counting() {
    let paused = Clockwork { clarifications: vec![asked("2026-03-05", "2026-03-10")], ..request("2026-03-02") };
    assert_eq!(seen(&paused, "2026-03-12").work_to, day("2026-04-04"));
    let exclusive = Clockwork { counting: PauseCounting::CautiousExclusive, ..paused };
    assert_eq!(seen(&exclusive, "2026-03-12").due, day("2026-04-07"));
}

#[test]
fn wrong_words_are_refused_with_the_option_they_were_given_to() {
    for (arguments, names) in [
        (&["--received", "2026-02-30"][..], "--received"),
        (&["--received", "2026-03-02", "--clarified", "2026-03-05"], "--clarified"),
        (&["--received", "2026-03-02", "--clarified", "2026-03-05/2026-03-04"], "--clarified"),
        (&["--received", "2026-03-02", "--id-received", "soon"], "--id-received"),
        (&["--received", "2026-03-02", "--extension-notice", "2026-03-01"], "--extension-notice"),
    ] {
        let output = holdfast(arguments);
        let told = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{told}");
        assert!(told.contains(names), "{told}");
    }
}

#[test]
fn beyond_the_table_nothing_is_pretended() {
    let output = holdfast(&["--received", "2028-12-04"]);
    assert!(String::from_utf8(output.stdout).unwrap().contains("Bank holidays there are unknown"));
    assert_eq!(facts(&["--received", "2028-11-28"])["holidays"], "known");
}

/// The rule again, day by day: walks the calendar and counts, without month arithmetic of a library.
fn slowly(clockwork: &Clockwork, calendar: &Calendar) -> Date {
    let start =
        [clockwork.identity, clockwork.authority, clockwork.fee].into_iter().fold(clockwork.received, |latest, needed| match needed {
            Needed::In(day) if day > latest => day,
            _ => latest,
        });
    let months = if clockwork.extension.is_some() { 3 } else { 1 };
    let (mut year, mut month) = (start.year(), start.month());
    for _ in 0..months {
        (year, month) = if month == 12 { (year + 1, 1) } else { (year, month + 1) };
    }
    let mut number = start.day();
    let end = loop {
        match Date::new(year, month, number) {
            Ok(end) => break end,
            Err(_) => number -= 1,
        }
    };
    let mut still = 0;
    let mut walked = start;
    while walked < start.saturating_add(jiff::Span::new().days(400)) {
        still += i32::from(clockwork.clarifications.iter().any(|one| stands_still(one, walked)));
        walked = walked.tomorrow().unwrap();
    }
    let mut day = end;
    for _ in 0..still {
        day = day.tomorrow().unwrap();
    }
    while calendar.is_rest(day) {
        day = day.tomorrow().unwrap();
    }
    day
}

/// Whether a day lies inside a question, read from how it prints.
fn stands_still(clarification: &Clarification, day: Date) -> bool {
    let text = format!("{clarification:?}");
    let days: Vec<Date> =
        text.split(|letter: char| !letter.is_ascii_digit() && letter != '-').filter_map(|word| word.parse().ok()).collect();
    days[0] <= day && day <= days[1]
}

prop_compose! {
    /// Ten years of days, proofs that may come, questions that overlap or lie before the start.
    fn any_request()(
        received in 0i32..3650,
        identity in prop::option::of(-10i32..60),
        fee in prop::option::of(-10i32..60),
        questions in prop::collection::vec((-20i32..60, 0i32..20), 0..4),
        extended in any::<bool>(),
    ) -> Clockwork {
        let received = date(2018, 2, 1).saturating_add(jiff::Span::new().days(received));
        let later = |days: i32| received.saturating_add(jiff::Span::new().days(days));
        Clockwork {
            received,
            identity: identity.map(later).into(),
            authority: Needed::No,
            fee: fee.map(later).into(),
            clarifications: questions.into_iter().map(|(from, length)| Clarification::new(later(from), Some(later(from + length))).unwrap()).collect(),
            extension: extended.then_some(ExtensionNotice { sent: received }),
            counting: PauseCounting::StatutoryInclusive,
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn ten_years_agree_with_a_slow_reading(clockwork in any_request(), nation in prop::sample::select(Nation::ALL.to_vec())) {
        let calendar = calendar(nation);
        let quick = due::due(&clockwork, &calendar, clockwork.received).unwrap();
        prop_assert_eq!(quick.due, slowly(&clockwork, &calendar));
        prop_assert!(quick.work_to <= quick.due && quick.raw <= quick.due);
        prop_assert!(!calendar.is_rest(quick.due));
        prop_assert!(quick.holidays == Knowledge::Known || quick.due > calendar.last_known());
    }

    #[test]
    fn asking_more_never_makes_it_due_earlier(clockwork in any_request(), from in -20i32..60, length in 0i32..20) {
        let calendar = calendar(Nation::England);
        let before = due::due(&clockwork, &calendar, clockwork.received).unwrap();
        let mut more = clockwork.clone();
        let later = |days: i32| clockwork.received.saturating_add(jiff::Span::new().days(days));
        more.clarifications.push(Clarification::new(later(from), Some(later(from + length))).unwrap());
        let after = due::due(&more, &calendar, clockwork.received).unwrap();
        prop_assert!(after.due >= before.due && after.extension_notice_last_day >= before.extension_notice_last_day);
        prop_assert!(after.work_to >= before.work_to);
    }
}
