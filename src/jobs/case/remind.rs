//! The loop that reminds: a case that is due soon, overdue or owed a form shouts in the log once a day,
//! by its reference alone. `status` shows the tally at any time.

use std::{collections::HashSet, sync::Arc, time::Duration};

use jiff::civil::Date;
use tokio::sync::watch;

use super::read::{self, Which};
use crate::{
    adapters::clock,
    domain::{instant::UtcInstant, request::case::CaseReference},
    jobs::house::House,
    problem::Problem,
};

const LOOK_EVERY: Duration = Duration::from_secs(60);

/// What a case is spoken of for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Concern {
    DueSoon {
        days_left: i32,
    },
    Overdue {
        days: i32,
    },
    FormOwed,
    /// The table of bank holidays ends within half a year.
    HolidaysRunOut,
}

/// A concern, and the case that gives it; None where it is nobody's.
pub type Concerning = (Option<CaseReference>, Concern);

/// Runs until `stop` turns true.
pub async fn keep_reminding(house: Arc<House>, mut stop: watch::Receiver<bool>) {
    let mut told = Told::default();
    loop {
        let looking = Arc::clone(&house);
        match tokio::task::spawn_blocking(move || concerns(&looking, clock::now().utc)).await {
            Ok(Ok((today, concerns))) => {
                for (reference, concern) in told.new_of(today, concerns) {
                    tell(reference, concern);
                }
            }
            Ok(Err(problem)) => tracing::error!(?problem, "the cases could not be looked through"),
            Err(error) => tracing::error!(%error, "looking through the cases was interrupted"),
        }
        tokio::select! {
            () = tokio::time::sleep(LOOK_EVERY) => {}
            _ = stop.wait_for(|stop| *stop) => return,
        }
    }
}

/// What gives concern now, and the day that it is.
pub fn concerns(house: &House, now: UtcInstant) -> Result<(Date, Vec<Concerning>), Problem> {
    let today = house.office().day(now);
    let mut found = Vec::new();
    for (case, deadline) in read::list(house, Which::Open, now)? {
        if deadline.is_overdue() {
            found.push((Some(case.reference), Concern::Overdue { days: -deadline.days_left }));
        } else if deadline.is_soon() {
            found.push((Some(case.reference), Concern::DueSoon { days_left: deadline.days_left }));
        }
        if read::owes_form(&case) {
            found.push((Some(case.reference), Concern::FormOwed));
        }
    }
    if house.office().calendar.ends_soon(today) {
        found.push((None, Concern::HolidaysRunOut));
    }
    Ok((today, found))
}

/// What has been said today.
#[derive(Default)]
struct Told {
    day: Option<Date>,
    said: HashSet<Concerning>,
}

impl Told {
    fn new_of(&mut self, today: Date, concerns: Vec<Concerning>) -> Vec<Concerning> {
        if self.day != Some(today) {
            *self = Self { day: Some(today), said: HashSet::new() };
        }
        concerns.into_iter().filter(|concern| self.said.insert(*concern)).collect()
    }
}

fn tell(reference: Option<CaseReference>, concern: Concern) {
    let case = reference.map(|reference| reference.to_string()).unwrap_or_default();
    match concern {
        Concern::DueSoon { days_left } => tracing::warn!(case, days_left, "a request is due soon"),
        Concern::Overdue { days } => tracing::error!(case, days, "a request is OVERDUE"),
        Concern::FormOwed => tracing::warn!(case, "the police form for an urgent release has not come"),
        Concern::HolidaysRunOut => tracing::warn!("the table of bank holidays ends within half a year; name a newer one in [requests]"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_concern_is_told_once_a_day() {
        let (mut told, today) = (Told::default(), Date::constant(2026, 11, 25));
        let concern = vec![(Some(CaseReference::new(2026, 1)), Concern::Overdue { days: 1 })];
        assert_eq!(told.new_of(today, concern.clone()), concern);
        assert_eq!(told.new_of(today, concern.clone()), []);
        assert_eq!(told.new_of(Date::constant(2026, 11, 26), concern.clone()), concern);
    }
}
