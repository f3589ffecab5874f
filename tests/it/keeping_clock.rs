//! Clocks that are wrong, each by its name: nothing goes that shouldn't, and recording goes on.

use holdfast::{
    adapters::index::{
        audit, gap,
        store::{Fact, set_fact},
    },
    domain::{
        audit::LeafSeq,
        instant::{ClockReading, Interval, Synchronised, UtcInstant},
        recording::segment::SegmentState,
    },
    jobs::{
        expire::{self, Acknowledged, Ran},
        hold,
        house::House,
    },
};

use crate::keeping_store::{DAY, KeptStore, Left, START, YEAR, asked, at, checked, left, reading, reads, right, set_periods, staff};

const PERIOD: i64 = 31 * DAY;

/// A store that has seen the right time, with five minutes of footage that is due in a month.
fn store_in_use() -> (KeptStore, House, Vec<holdfast::adapters::index::segment::SegmentRow>) {
    let store = KeptStore::new();
    let house = store.open();
    set_periods(&house, &["gate"], PERIOD, right(START - 40 * DAY));
    let film = |minute: i64| store.record(&house, "gate", at(START - minute * 60), 60, right(START - minute * 60 + 60));
    let rows: Vec<_> = (1..=5).map(film).collect();
    assert_eq!(run(&house, right(START)), Ran::default());
    (store, house, rows)
}

fn run(house: &House, reading: ClockReading) -> Ran {
    expire::run(house, reading).unwrap()
}

/// Expiry was refused for a reason that has `word` in it, and nothing went.
fn refused(house: &House, reading: ClockReading, word: &str) {
    let ran = run(house, reading);
    assert!(ran.refused.as_deref().is_some_and(|why| why.contains(word)), "at {reading:?}: {ran:?}");
    assert_eq!((ran.expired, ran.freed_bytes), (0, 0));
}

fn all_kept(house: &House, rows: &[holdfast::adapters::index::segment::SegmentRow]) {
    for row in rows {
        assert_eq!(left(house, row), Left::KEPT);
        assert!(reads(house, row));
    }
}

fn refusals(house: &House) -> usize {
    let leaves = house.catalogue.read(|connection| audit::leaves(connection, LeafSeq(0), u32::MAX)).unwrap();
    leaves.iter().filter(|leaf| leaf.leaf["action"] == "expiry.refused").count()
}

#[test]
fn a_clock_a_year_ahead_takes_nothing_not_even_after_a_restart() {
    let (store, house, rows) = store_in_use();
    let ahead = |later: i64, held| reading(START + YEAR + later, 1000 + later, held);
    refused(&house, ahead(10, Synchronised::Yes), "jumped");
    refused(&house, ahead(20, Synchronised::Yes), "jumped");
    assert_eq!(refusals(&house), 1, "said once");
    drop(house);
    let house = store.open();
    refused(&house, ahead(300, Synchronised::Yes), "jumped");
    all_kept(&house, &rows);
    // The time source puts it right again.
    assert_eq!(run(&house, right(START + 400)).refused, None);
    assert_eq!(run(&house, right(START + PERIOD + 1)).expired, 5);
}

#[test]
fn a_year_ahead_that_a_time_source_swears_to_still_meets_the_brake() {
    let store = KeptStore::new();
    let house = store.open();
    set_periods(&house, &["gate"], PERIOD, right(START - 40 * DAY));
    // Three days' recording: more than goes at once unasked.
    let film = |hour: i64| store.record(&house, "gate", at(START - hour * 3600), 3590, right(START - hour * 3600 + 3590));
    let rows: Vec<_> = (1..=72).rev().map(film).collect();
    assert_eq!(run(&house, right(START)), Ran::default());
    let ahead = |later: i64| reading(START + YEAR + later, 1000 + later, Synchronised::Yes);
    refused(&house, ahead(10), "jumped");
    refused(&house, ahead(620), "due at once");
    all_kept(&house, &rows);
}

#[test]
fn a_clock_a_day_behind_waits_and_what_it_recorded_keeps_its_whole_time() {
    let (store, house, rows) = store_in_use();
    let behind = |later: i64| reading(START - DAY + later, 1000 + later, Synchronised::Yes);
    refused(&house, behind(10), "already seen");
    refused(&house, behind(20), "already seen");
    assert_eq!(refusals(&house), 1, "the time in the words is no news");
    let late = store.record(&house, "gate", at(START - DAY + 30), 60, behind(90));
    drop(house);
    let house = store.open();
    refused(&house, behind(100), "already seen");
    // Right again: what was recorded meanwhile carries a date a day too early.
    assert_eq!(run(&house, right(START + 200)).refused, None);
    assert_eq!(run(&house, right(START - DAY + 90 + PERIOD + 100)).expired, 0, "a day early");
    all_kept(&house, &rows);
    assert_eq!(left(&house, &late), Left::KEPT);
    assert_eq!(run(&house, right(START + 150 + PERIOD)).expired, 5, "the others on their day");
    assert_eq!(run(&house, right(START + 300 + PERIOD)).expired, 1);
    assert_eq!(left(&house, &late), Left::GONE);
}

#[test]
fn an_unsynchronised_start_in_1970_takes_nothing_and_loses_nothing() {
    let (store, house, rows) = store_in_use();
    drop(house);
    let house = store.open();
    let in_1970 = |seconds: i64, held| reading(seconds, seconds, held);
    refused(&house, in_1970(5, Synchronised::No), "not synchronised");
    refused(&house, in_1970(8, Synchronised::Yes), "already seen");
    let early = store.record(&house, "gate", at(10), 60, in_1970(70, Synchronised::No));
    // A hold can be placed all the same, for a review that is weeks away by the calendar.
    let review = asked(&["gate"], rows[0].start, Some(rows[0].start.plus_seconds(60)), at(START));
    let receipt = hold::place(&house, staff(1), review, in_1970(80, Synchronised::No)).unwrap();
    hold::release(&house, staff(1), receipt.id, in_1970(81, Synchronised::No)).unwrap();
    let early_word = hold::release(&house, staff(2), receipt.id, in_1970(82, Synchronised::No)).unwrap_err();
    assert_eq!(early_word.code, "clock_in_doubt", "72 hours from 1970 would be over at once");
    // NTP finds the time; ten minutes later it is believed.
    let found = |later: i64| reading(START + 300 + later, 100 + later, Synchronised::Yes);
    refused(&house, found(0), "jumped");
    assert_eq!(run(&house, found(601)).refused, None);
    all_kept(&house, &rows);
    assert_eq!(left(&house, &early), Left::KEPT, "what was recorded in 1970 is minutes old");
    assert!(reads(&house, &early));
    hold::release(&house, staff(2), receipt.id, found(602)).unwrap();
    checked(&house, receipt.id);
    assert_eq!(run(&house, found(602 + 3 * DAY - 1)).refused, None);
    assert!(hold::list(&house).unwrap()[0].state.keeps(), "72 hours are not over");
    assert_eq!(run(&house, found(600 + PERIOD)).expired, 5, "the release took effect meanwhile, the month is over");
    assert_eq!(run(&house, found(602 + PERIOD)).expired, 1, "and what was recorded in 1970 counts from then");
}

/// The machine is started again, not the program alone.
fn machine_started_again(store: &KeptStore, house: House) -> House {
    house.catalogue.write(|transaction| set_fact(transaction, Fact::LastSeenBoot, &[0; 24])).unwrap();
    drop(house);
    store.open()
}

/// Found by the model: 72 hours that were 69, agreed on under a clock that had lost a day in the dark.
#[test]
fn a_clock_that_nobody_has_confirmed_since_the_machine_started_shortens_nothing() {
    let (store, house, rows) = store_in_use();
    let elsewhere = asked(&["gate"], at(START - 90 * DAY), Some(at(START - 80 * DAY)), at(START));
    let receipt = hold::place(&house, staff(1), elsewhere, right(START + 10)).unwrap();
    hold::release(&house, staff(1), receipt.id, right(START + 20)).unwrap();
    let house = machine_started_again(&store, house);
    // Three days on, but the clock has lost one; it is ahead of everything seen, so nothing shows it.
    let slow = |later: i64| reading(START + 2 * DAY + later, 50 + later, Synchronised::No);
    refused(&house, slow(0), "not synchronised");
    let late = store.record(&house, "gate", at(START + 2 * DAY + 60), 60, slow(120));
    drop(house);
    let house = store.open();
    assert_eq!(hold::release(&house, staff(2), receipt.id, slow(130)).unwrap_err().code, "clock_in_doubt");
    let house = machine_started_again(&store, house);
    let now = START + 3 * DAY + 200;
    assert_eq!(run(&house, right(now)).refused, None, "no jump since this start");
    hold::release(&house, staff(2), receipt.id, right(now)).unwrap();
    checked(&house, receipt.id);
    // A source that is lost again leaves a clock that was right.
    let lost = hold::place(&house, staff(1), asked(&["gate"], at(START), Some(at(START + 1)), at(now)), right(now)).unwrap();
    hold::release(&house, staff(1), lost.id, right(now)).unwrap();
    hold::release(&house, staff(2), lost.id, reading(now + 60, now - START + 1060, Synchronised::No)).unwrap();
    checked(&house, lost.id);
    run(&house, right(now + 3 * DAY - 1));
    assert_eq!(hold::list(&house).unwrap().iter().filter(|held| held.state.keeps()).count(), 2, "72 hours are not over");
    assert_eq!(run(&house, right(now + PERIOD - 1)).expired, 5);
    assert_eq!(left(&house, &late), Left::KEPT, "its date is a day too early");
    assert!(rows.iter().all(|row| left(&house, row) == Left::GONE));
    assert_eq!(run(&house, right(now + PERIOD)).expired, 1);
}

#[test]
fn an_hour_ahead_like_summer_time_takes_nothing_early() {
    let (_store, house, rows) = store_in_use();
    let first_due = rows[4].end.unwrap().unix_nanos() / 1_000_000_000 + PERIOD;
    let just_before = first_due - 1800;
    assert_eq!(run(&house, right(just_before)).expired, 0);
    let local = reading(just_before + 3600, just_before - START + 1001, Synchronised::No);
    refused(&house, local, "not synchronised");
    let local = reading(just_before + 3601, just_before - START + 1002, Synchronised::Yes);
    refused(&house, local, "jumped by 3");
    all_kept(&house, &rows);
    // Summer time itself changes nothing: instants are UTC.
    let before = UtcInstant::parse_rfc3339("2027-03-28T00:59:59+00:00").unwrap();
    let after = UtcInstant::parse_rfc3339("2027-03-28T02:00:00+01:00").unwrap();
    assert_eq!(after.nanos_since(before), 1_000_000_000);
    assert_eq!(run(&house, right(first_due)).expired, 1);
}

#[test]
fn somebody_who_says_the_clock_is_right_is_believed_also_after_a_restart() {
    let (store, house, rows) = store_in_use();
    let later = |seconds: i64| reading(START + 20 * DAY + seconds, 1000 + seconds, Synchronised::Yes);
    refused(&house, later(10), "jumped");
    // Two hours pass before somebody looks, and the time source is lost meanwhile.
    refused(&house, reading(START + 20 * DAY + 7200, 8200, Synchronised::No), "not synchronised");
    expire::acknowledge(&house, staff(1), Acknowledged::Clock, later(7210)).unwrap();
    drop(house);
    let house = store.open();
    assert_eq!(run(&house, later(7215)).refused, None, "a restart has not forgotten the word given");
    all_kept(&house, &rows);
    assert_eq!(run(&house, later(11 * DAY + 7300)).expired, 5);
    // The other way: a store that has seen a time far ahead is brought back.
    refused(&house, right(START + 32 * DAY), "jumped");
}

#[test]
fn recording_and_its_gaps_go_on_under_any_clock() {
    let (store, house, _rows) = store_in_use();
    for (utc, boot) in [(START + YEAR, 2000), (START - DAY, 3000), (50, 4000), (START + 3600, 5000)] {
        let now = reading(utc + 60, boot + 60, Synchronised::No);
        let row = store.record(&house, "gate", at(utc), 60, now);
        assert!(reads(&house, &row));
        run(&house, now);
        assert_eq!(left(&house, &row).state, SegmentState::Sealed);
    }
    let ever = Interval::new(at(0), UtcInstant::FAR_FUTURE).unwrap();
    let gaps = house.catalogue.read(|connection| gap::overlapping(connection, &crate::keeping_store::id("gate"), &ever)).unwrap();
    assert!(gaps.is_empty());
}
