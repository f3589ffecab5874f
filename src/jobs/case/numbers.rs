//! The year's numbers out of the cases and the register, as of today. Nobody is named in them, so reading
//! them is no look at a case.
//!
//! A request is answered on the day that its event gives, not on the day it was typed in. Next:
//! `http::api::register`.

use super::{deadline, release};
use crate::{
    adapters::index::{
        CatalogueError,
        case::{self, EventRow},
        disclosure,
    },
    domain::{
        instant::UtcInstant,
        request::{
            case::Case,
            decision::{RefusalGround, Verdict},
            kind::RequestKind,
            numbers::{Counted, End, Extended, YearNumbers, numbers},
            state::State,
        },
    },
    jobs::house::House,
    problem::{Kind, Problem},
};

/// The numbers of a year, as of `now`. Refuses a year that has not begun.
pub fn of_year(house: &House, year: i16, now: UtcInstant) -> Result<YearNumbers, Problem> {
    let office = house.office();
    let today = office.day(now);
    if !(1970..=today.year()).contains(&year) {
        return Err(Problem::new(
            Kind::BadInput,
            "year",
            "That year has not begun, or lies too far back.",
            "Name this year or an earlier one.",
        ));
    }
    let (cases, disclosed) = house.catalogue.read_at_once(|connection| {
        let cases = case::of_year(connection, year)?
            .into_iter()
            .map(|case| Ok((case::events(connection, case.reference)?, case)))
            .collect::<Result<Vec<_>, CatalogueError>>()?;
        let mut disclosed = Vec::new();
        for row in disclosure::list(connection)? {
            let kind = case::by_reference(connection, row.case)?.map(|case| case.kind);
            disclosed.push((office.day(row.at), kind.unwrap_or(RequestKind::SubjectAccess)));
        }
        Ok((cases, disclosed))
    })?;
    let counted: Vec<Counted> = cases
        .iter()
        .map(|(events, case)| {
            let end = end(case, events);
            let seen = match end {
                End::Answered { on, .. } => on,
                End::Open | End::Without => today,
            };
            let due = deadline::of(case, office, seen).due;
            let extended = if case.dates.extended.is_some() { Extended::Yes } else { Extended::No };
            Counted { kind: case.kind, received: case.dates.received, due, end, extended }
        })
        .collect();
    Ok(numbers(year, today, &counted, &disclosed))
}

/// The event with which an answer went out: none that came later moves that day.
fn end(case: &Case, events: &[EventRow]) -> End {
    if !case.state.is_answered() {
        return End::Open;
    }
    let ended = [State::Released, State::PartlyReleased, State::Refused, State::Closed, State::Withdrawn].map(|state| state.name());
    let Some(last) = events.iter().find(|event| ended.contains(&event.state.as_str())) else { return End::Without };
    if matches!(last.event.as_str(), "withdraw" | "no_reply") {
        return End::Without;
    }
    let refused = (last.state == State::Refused.name()).then(|| ground(events)).flatten();
    End::Answered { on: last.on, refused }
}

/// The ground of the decision that went out; None once it was erased.
fn ground(events: &[EventRow]) -> Option<RefusalGround> {
    let decided = events.iter().rev().find(|event| event.event == "decide")?;
    match release::verdict(decided.record.as_ref()?)? {
        Verdict::Refuse { ground } => Some(ground),
        _ => None,
    }
}
