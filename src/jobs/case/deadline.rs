//! When a case must be answered, by the rule of its kind.
//!
//! The one place where dates of a case become a day. A complaint is acknowledged first, then has the
//! month that everybody has; freedom of information counts working days. Next: `read` sorts by it.

use jiff::{ToSpan, civil::Date};

use super::Office;
use crate::domain::request::{
    case::{Case, ClockDates, Question},
    due::{Clarification, ClockState, Clockwork, Due, ExtensionNotice, LateExtension, Needed, acknowledgement_due, due},
    kind::ClockRule,
    state::State,
};

/// What is due when. While something is out, a projection as if it came today.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Deadline {
    pub rule: ClockRule,
    /// To the end of this day.
    pub due: Date,
    /// Our own aim.
    pub work_to: Date,
    /// None where nothing can be extended.
    pub extension_notice_last_day: Option<Date>,
    /// None once an answer has gone out.
    pub stands: Option<ClockState>,
    /// Days from today to `due`; negative once it has passed.
    pub days_left: i32,
}

/// A case is spoken of as soon due from here on.
pub const SOON_DAYS: i32 = 7;
/// Freedom of Information Act 2000 section 10(1).
const INFORMATION_WORKING_DAYS: u32 = 20;

impl Deadline {
    pub fn is_overdue(&self) -> bool {
        self.stands.is_some() && self.days_left < 0
    }

    pub fn is_soon(&self) -> bool {
        self.stands.is_some() && (0..=SOON_DAYS).contains(&self.days_left)
    }
}

/// Of a case, as things are `today`.
pub fn of(case: &Case, office: &Office, today: Date) -> Deadline {
    of_dates(case.kind.clock(office.organisation), &case.state, &case.dates, office, today)
}

/// Of a case that would have these dates.
pub fn of_dates(rule: ClockRule, state: &State, dates: &ClockDates, office: &Office, today: Date) -> Deadline {
    // A notice that came too late extends nothing: `advance` refuses one, and here it doesn't count.
    let month = month(state, dates, office, today)
        .or_else(|_| self::month(state, &ClockDates { extended: None, ..dates.clone() }, office, today))
        .ok();
    let (due, work_to, last_day, stands) = match (rule, month) {
        (ClockRule::Acknowledgement, _) if *state == State::Received => {
            (acknowledgement_due(dates.received, &office.calendar), dates.received, None, None)
        }
        (ClockRule::TwentyWorkingDays, _) => {
            let due = working_days_after(dates.received, INFORMATION_WORKING_DAYS, office);
            (due, due, None, None)
        }
        (ClockRule::ApplicableTimePeriod | ClockRule::OwnTarget | ClockRule::Acknowledgement, Some(month)) => {
            let last_day = (rule == ClockRule::ApplicableTimePeriod).then_some(month.extension_notice_last_day);
            (month.due, month.work_to, last_day, Some(month.state))
        }
        (ClockRule::ApplicableTimePeriod | ClockRule::OwnTarget | ClockRule::Acknowledgement, None) => {
            (dates.received, dates.received, None, None)
        }
    };
    let days_left = (due - today).get_days();
    let stands = stands.unwrap_or(if days_left < 0 { ClockState::Overdue } else { ClockState::Running });
    Deadline {
        rule,
        due,
        work_to: work_to.max(dates.received).min(due),
        extension_notice_last_day: last_day,
        stands: (!state.is_answered()).then_some(stands),
        days_left,
    }
}

/// The clock of Article 12A over these dates; refuses a late extension.
pub fn month(state: &State, dates: &ClockDates, office: &Office, today: Date) -> Result<Due, LateExtension> {
    let needed = |day: Option<Date>, is_pending: Pending| match (day, is_pending) {
        (_, Pending::Yes) => Needed::Awaited,
        (day, Pending::No) => day.into(),
    };
    let pending = |wanted: &State| if state == wanted { Pending::Yes } else { Pending::No };
    let clarification = |question: &Question| Clarification::new(question.asked, question.answered).ok();
    let clockwork = Clockwork {
        received: dates.received,
        identity: needed(dates.identity, pending(&State::IdentityPending)),
        authority: needed(dates.authority, pending(&State::AuthorityPending)),
        fee: needed(dates.fee, pending(&State::FeePending)),
        clarifications: dates.questions.iter().filter_map(clarification).collect(),
        extension: dates.extended.map(|sent| ExtensionNotice { sent }),
        counting: office.counting,
    };
    due(&clockwork, &office.calendar, today)
}

enum Pending {
    Yes,
    No,
}

fn working_days_after(received: Date, count: u32, office: &Office) -> Date {
    let mut day = received;
    for _ in 0..count {
        day = office.calendar.working_day_from(day.saturating_add(1.day()));
    }
    day
}
