//! The bank holidays of a nation: which day is a working day, and how far that is known.
//!
//! Reads the table that gov.uk publishes (`bank-holidays.json`); a copy is carried for a box without
//! a network. Refuses a table that lacks a division or goes nowhere. Beyond the table it doesn't
//! pretend: a day there is [`Knowledge::Unknown`]. Next: `due` rolls its days over this.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{ToSpan, civil::Date};
use serde::{Deserialize, Serialize};

/// The table carried in the program: 2018 to 2028, in gov.uk's format.
pub const CARRIED: &str = include_str!("../../../config/bank-holidays.json");

/// Months before its end at which a table is to be renewed.
const RENEW_MONTHS: i32 = 6;

/// Where the controller is: decides which bank holidays count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Nation {
    England,
    Wales,
    Scotland,
    NorthernIreland,
}

impl Nation {
    pub const ALL: [Self; 4] = [Self::England, Self::Wales, Self::Scotland, Self::NorthernIreland];

    /// Its key in gov.uk's table.
    pub const fn division(self) -> &'static str {
        match self {
            Self::England | Self::Wales => "england-and-wales",
            Self::Scotland => "scotland",
            Self::NorthernIreland => "northern-ireland",
        }
    }
}

/// The bank holidays of one nation, and the days between which they are all known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Calendar {
    holidays: BTreeSet<Date>,
    first: Date,
    last: Date,
}

/// Whether every day that was looked at lies inside the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Knowledge {
    Known,
    /// Weekends were counted, bank holidays couldn't be: the true day may be later, never earlier.
    Unknown,
}

/// A table that can't be used.
#[derive(Debug, thiserror::Error)]
pub enum CalendarRefused {
    #[error("it is not JSON in the format of gov.uk's bank-holidays.json: {0}")]
    NotTheFormat(#[from] serde_json::Error),
    #[error("it has no division \u{201c}{0}\u{201d}")]
    NoDivision(&'static str),
    #[error("its division \u{201c}{0}\u{201d} has no events")]
    NoEvents(&'static str),
}

#[derive(Deserialize)]
struct Division {
    events: Vec<Event>,
}

#[derive(Deserialize)]
struct Event {
    date: Date,
}

impl Calendar {
    /// Reads one nation's holidays out of gov.uk's table; keys it doesn't know are passed over.
    pub fn read(table: &str, nation: Nation) -> Result<Self, CalendarRefused> {
        let mut divisions: BTreeMap<String, serde_json::Value> = serde_json::from_str(table)?;
        let name = nation.division();
        let division = divisions.remove(name).ok_or(CalendarRefused::NoDivision(name))?;
        let division: Division = serde_json::from_value(division)?;
        let holidays: BTreeSet<Date> = division.events.into_iter().map(|event| event.date).collect();
        let (Some(first), Some(last)) = (holidays.first().copied(), holidays.last().copied()) else {
            return Err(CalendarRefused::NoEvents(name));
        };
        // A table that reaches from New Year to Christmas tells of whole years; one that was cut off, only of its days.
        let first = if first.month() == 1 && first.day() <= 4 { first.first_of_year() } else { first };
        let last = if last.month() == 12 && last.day() >= 25 { last.last_of_year() } else { last };
        Ok(Self { holidays, first, last })
    }

    /// The last day whose holidays are known.
    pub const fn last_known(&self) -> Date {
        self.last
    }

    /// Whether this day's holidays are known.
    pub fn knows(&self, day: Date) -> Knowledge {
        if (self.first..=self.last).contains(&day) { Knowledge::Known } else { Knowledge::Unknown }
    }

    /// Whether the table ends within six months of `today` and should be replaced.
    pub fn ends_soon(&self, today: Date) -> bool {
        self.last < today.saturating_add(RENEW_MONTHS.months())
    }

    /// Whether nobody need answer on that day. Beyond the table, weekends only.
    pub fn is_rest(&self, day: Date) -> bool {
        matches!(day.weekday(), jiff::civil::Weekday::Saturday | jiff::civil::Weekday::Sunday) || self.holidays.contains(&day)
    }

    /// The same day if it is a working day, else the next one (ICO right of access guidance; Regulation
    /// 1182/71 Article 3(4)). The end of the calendar itself stays where it is.
    pub fn working_day_from(&self, day: Date) -> Date {
        let mut day = day;
        while self.is_rest(day) {
            match day.tomorrow() {
                Ok(next) => day = next,
                Err(_) => return day,
            }
        }
        day
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn carried(nation: Nation) -> Calendar {
        Calendar::read(CARRIED, nation).unwrap()
    }

    #[test]
    fn each_nation_rests_on_its_own_days() {
        let [england, wales, scotland, northern_ireland] = Nation::ALL.map(carried);
        assert_eq!(england, wales);
        for (day, rests) in [
            (date(2026, 1, 2), [false, true, false]),
            (date(2027, 1, 4), [false, true, false]),
            (date(2026, 3, 17), [false, false, true]),
            (date(2026, 4, 6), [true, false, true]),
            (date(2026, 6, 15), [false, true, false]),
            (date(2026, 7, 13), [false, false, true]),
            (date(2027, 7, 12), [false, false, true]),
            (date(2026, 8, 3), [false, true, false]),
            (date(2026, 8, 31), [true, false, true]),
            (date(2026, 11, 30), [false, true, false]),
            (date(2024, 12, 2), [false, true, false]),
        ] {
            assert_eq!([&england, &scotland, &northern_ireland].map(|calendar| calendar.is_rest(day)), rests, "{day}");
        }
    }

    #[test]
    fn days_that_were_moved_or_given_once_are_there() {
        for calendar in Nation::ALL.map(carried) {
            for rest in [
                date(2020, 5, 8),
                date(2022, 6, 2),
                date(2022, 6, 3),
                date(2022, 9, 19),
                date(2023, 5, 8),
                date(2021, 12, 27),
                date(2021, 12, 28),
                date(2022, 12, 27),
                date(2026, 12, 28),
                date(2028, 1, 3),
            ] {
                assert!(calendar.is_rest(rest), "{rest}");
            }
            for working in [date(2020, 5, 4), date(2022, 5, 30), date(2026, 12, 29)] {
                assert!(!calendar.is_rest(working), "{working}");
            }
        }
    }

    #[test]
    fn beyond_its_end_a_table_knows_nothing_and_says_so_six_months_before() {
        let calendar = carried(Nation::England);
        assert_eq!(calendar.last_known(), date(2028, 12, 31));
        assert_eq!(calendar.knows(date(2028, 12, 31)), Knowledge::Known);
        assert_eq!(calendar.knows(date(2029, 1, 1)), Knowledge::Unknown);
        assert_eq!(calendar.knows(date(2017, 12, 31)), Knowledge::Unknown);
        assert!(!calendar.ends_soon(date(2028, 6, 30)));
        assert!(calendar.ends_soon(date(2028, 7, 1)));
    }

    #[test]
    fn a_table_cut_off_in_summer_ends_there() {
        let table =
            r#"{"scotland":{"division":"scotland","events":[{"title":"x","date":"2026-01-01"},{"title":"y","date":"2026-08-03"}]}}"#;
        assert_eq!(Calendar::read(table, Nation::Scotland).unwrap().last_known(), date(2026, 8, 3));
        assert!(matches!(Calendar::read(table, Nation::England), Err(CalendarRefused::NoDivision("england-and-wales"))));
        assert!(matches!(Calendar::read("{", Nation::England), Err(CalendarRefused::NotTheFormat(_))));
    }
}
