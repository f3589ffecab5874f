//! From a day and two times as people write them to an interval of UTC.
//!
//! The clock on the wall counts: an hour that happened twice is asked about, one that never happened
//! is refused (law, R18). "Until" at or before "from" is the next day's.

use jiff::{
    ToSpan,
    civil::{Date, DateTime, Time},
    tz::{AmbiguousOffset, TimeZone},
};

use super::Answers;
use crate::domain::instant::{Interval, UtcInstant};

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SpanError {
    /// Day or times are missing or can't be read.
    Incomplete,
    /// A time between the two sides of a clock change in spring.
    Skipped { field: &'static str, sentence: String },
}

/// `27 3 2026`, `27/3/2026`, `27.03.2026`.
pub fn parse_day(text: &str) -> Option<Date> {
    let parts: Vec<&str> = text.split([' ', '/', '.', '-']).filter(|part| !part.is_empty()).collect();
    let [day, month, year] = parts.as_slice() else { return None };
    let year: i16 = year.parse().ok().filter(|year| *year >= 1990)?;
    Date::new(year, month.parse().ok()?, day.parse().ok()?).ok()
}

/// `21:30`, `9.30pm`, `9 am`, `0930`.
pub fn parse_hour(text: &str) -> Option<Time> {
    let text = text.trim().to_lowercase().replace(' ', "");
    let (digits, half) = match (text.strip_suffix("am"), text.strip_suffix("pm")) {
        (Some(digits), _) => (digits.to_owned(), Some(0)),
        (_, Some(digits)) => (digits.to_owned(), Some(12)),
        _ => (text, None),
    };
    let (hour, minute) = match digits.split_once([':', '.']) {
        Some((hour, minute)) if minute.len() == 2 => (hour, minute),
        Some(_) => return None,
        None if digits.len() == 4 => digits.split_at(2),
        None => (digits.as_str(), "0"),
    };
    let (hour, minute): (i8, i8) = (hour.parse().ok()?, minute.parse().ok()?);
    let hour = match half {
        None => hour,
        Some(half) if (1..=12).contains(&hour) => hour % 12 + half,
        Some(_) => return None,
    };
    Time::new(hour, minute, 0, 0).ok()
}

fn local(answers: &Answers) -> Option<(DateTime, DateTime)> {
    let answer = |name: &str| answers.get(name).map(|answer| answer.trim());
    let (day, from, until) = (parse_day(answer("day")?)?, parse_hour(answer("from")?)?, parse_hour(answer("until")?)?);
    let last = if until <= from { day.checked_add(1.day()).ok()? } else { day };
    Some((day.to_datetime(from), last.to_datetime(until)))
}

/// Whether one of the times happened twice that night.
pub fn is_repeated(answers: &Answers, zone: &TimeZone) -> bool {
    let twice = |at: DateTime| matches!(zone.to_ambiguous_timestamp(at).offset(), AmbiguousOffset::Fold { .. });
    local(answers).is_some_and(|(from, until)| twice(from) || twice(until))
}

/// What was asked for. Where a time happened twice and nobody knows which is meant, both are in it.
pub fn span(answers: &Answers, zone: &TimeZone) -> Result<Interval, SpanError> {
    let (from, until) = local(answers).ok_or(SpanError::Incomplete)?;
    let which = answers.get("which-hour").map_or("unsure", String::as_str);
    let end = |field: &'static str, at: DateTime, unsure_is_earlier| {
        let ambiguous = zone.to_ambiguous_timestamp(at);
        let chosen = match ambiguous.offset() {
            AmbiguousOffset::Unambiguous { .. } => ambiguous.compatible(),
            AmbiguousOffset::Gap { .. } => {
                let sentence = "Write another time: that night the clocks went forward, and this one did not happen".to_owned();
                return Err(SpanError::Skipped { field, sentence });
            }
            AmbiguousOffset::Fold { .. } => match (which, unsure_is_earlier) {
                ("first", _) => ambiguous.earlier(),
                ("second", _) => ambiguous.later(),
                (_, Unsure::Earlier) => ambiguous.earlier(),
                (_, Unsure::Later) => ambiguous.later(),
            },
        };
        let at = chosen.map_err(|_| SpanError::Incomplete)?;
        i64::try_from(at.as_nanosecond()).map(UtcInstant::from_unix_nanos).map_err(|_| SpanError::Incomplete)
    };
    let (from, until) = (end("from", from, Unsure::Earlier)?, end("until", until, Unsure::Later)?);
    Interval::new(from, until).map_err(|_| SpanError::Incomplete)
}

/// Which of two hours widens the span.
#[derive(Clone, Copy)]
enum Unsure {
    Earlier,
    Later,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(day: &str, from: &str, until: &str, which: &str) -> Result<Interval, SpanError> {
        let pairs = [("day", day), ("from", from), ("until", until), ("which-hour", which)];
        let answers = pairs.iter().map(|(field, answer)| ((*field).to_owned(), (*answer).to_owned())).collect();
        span(&answers, &TimeZone::get("Europe/London").unwrap())
    }

    fn utc(from: &str, to: &str) -> Result<Interval, SpanError> {
        let at = |text| UtcInstant::parse_rfc3339(text).unwrap();
        Ok(Interval::new(at(from), at(to)).unwrap())
    }

    #[test]
    fn times_are_read_as_people_write_them() {
        for (text, hour, minute) in
            [("21:30", 21, 30), ("9.30pm", 21, 30), ("9 am", 9, 0), ("12am", 0, 0), ("12:05 pm", 12, 5), ("0930", 9, 30)]
        {
            assert_eq!(parse_hour(text), Time::new(hour, minute, 0, 0).ok(), "{text}");
        }
        for text in ["", "25:00", "9:5", "13pm", "0am", "nine", "9:60"] {
            assert_eq!(parse_hour(text), None, "{text}");
        }
        assert_eq!(parse_day("27/03/2026"), Date::new(2026, 3, 27).ok());
        assert!(parse_day("31 2 2026").is_none() && parse_day("27 3 26").is_none());
    }

    #[test]
    fn the_clock_on_the_wall_counts() {
        assert_eq!(asked("1 7 2026", "0:30", "1:00", ""), utc("2026-06-30T23:30:00Z", "2026-07-01T00:00:00Z"));
        assert_eq!(asked("1 7 2026", "23:30", "0:30", ""), utc("2026-07-01T22:30:00Z", "2026-07-01T23:30:00Z"));
    }

    #[test]
    fn the_repeated_hour_is_the_one_that_is_meant_or_both() {
        assert_eq!(asked("25 10 2026", "1:30", "1:45", "first"), utc("2026-10-25T00:30:00Z", "2026-10-25T00:45:00Z"));
        assert_eq!(asked("25 10 2026", "1:30", "1:45", "second"), utc("2026-10-25T01:30:00Z", "2026-10-25T01:45:00Z"));
        assert_eq!(asked("25 10 2026", "1:30", "1:45", "unsure"), utc("2026-10-25T00:30:00Z", "2026-10-25T01:45:00Z"));
    }
}
