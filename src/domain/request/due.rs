//! The statutory clock: by which day a request must be answered (UK GDPR Article 12A; ICO right of
//! access guidance, 8 December 2025).
//!
//! The clock starts when everything needed to begin is in, runs one month (three if extended), stands
//! still while a question is open, and ends on a working day. It refuses an extension whose notice
//! went out after month one. Asking never makes a due day earlier. Complaints are counted another
//! way (DPA 2018 section 164A). Next: `cli::case`, and the cases of this room.

use jiff::{ToSpan, civil::Date, tz::TimeZone};
use serde::Serialize;

use super::calendar::{Calendar, Knowledge};
use crate::domain::instant::UtcInstant;

const MONTHS: i32 = 1;
const MONTHS_EXTENDED: i32 = 3;
/// Our own aim, so that there is always room for a second look.
const AIM_DAYS: i32 = 28;
const ACKNOWLEDGE_DAYS: i32 = 30;

/// Something the clock waits for before it starts: proof of identity, an agent's authority, a fee.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Needed {
    /// Nobody asked for it.
    #[default]
    No,
    Awaited,
    /// In, on this day.
    In(Date),
}

impl From<Option<Date>> for Needed {
    /// The day it came in; nothing means that it isn't needed.
    fn from(day: Option<Date>) -> Self {
        day.map_or(Self::No, Self::In)
    }
}

/// A question without which the information can't be found (Article 12A(5)). Days are local.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Clarification {
    asked: Date,
    answered: Option<Date>,
}

/// An answer that comes before its question.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("answered on {answered}, before it was asked on {asked}")]
pub struct AnswerBeforeQuestion {
    pub asked: Date,
    pub answered: Date,
}

impl Clarification {
    pub fn new(asked: Date, answered: Option<Date>) -> Result<Self, AnswerBeforeQuestion> {
        match answered {
            Some(answered) if answered < asked => Err(AnswerBeforeQuestion { asked, answered }),
            _ => Ok(Self { asked, answered }),
        }
    }

    /// Whether its answer is still out on this day.
    fn is_open(&self, today: Date) -> bool {
        self.asked <= today && self.answered.is_none_or(|answered| today < answered)
    }
}

/// The notice to the requester that two months more are needed, with reasons (Article 12A(3)-(4)).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ExtensionNotice {
    pub sent: Date,
}

/// Which days of a clarification stand still.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PauseCounting {
    /// The day of the question and the day of the answer both; the statute's words.
    #[default]
    StatutoryInclusive,
    /// The day of the answer already runs again.
    CautiousExclusive,
}

/// What happened to a request, as far as its clock minds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Clockwork {
    /// The local date of receipt; see [`local_date`].
    pub received: Date,
    pub identity: Needed,
    pub authority: Needed,
    pub fee: Needed,
    pub clarifications: Vec<Clarification>,
    pub extension: Option<ExtensionNotice>,
    pub counting: PauseCounting,
}

/// When a request must be answered. While something is out, as if it came in today.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Due {
    /// The day the clock started: the latest of what it waited for.
    pub relevant: Date,
    /// The end of the period with its pauses, before it is moved to a working day.
    pub raw: Date,
    /// To the end of this day.
    pub due: Date,
    /// Our own aim: never later than `due`, under either way of counting a pause.
    pub work_to: Date,
    /// The last day on which notice of an extension may go out. Not moved to a working day.
    pub extension_notice_last_day: Date,
    pub state: ClockState,
    /// Whether the bank holidays around `due` are known.
    pub holidays: Knowledge,
}

/// How the clock stands today.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ClockState {
    /// Something is awaited; the days are a projection, as if it came today.
    NotStarted,
    Running,
    /// A question is open; the days are a projection, as if it were answered today.
    Paused,
    /// The due day has passed. A question asked since mends nothing.
    Overdue,
}

/// Notice of an extension that went out after month one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("notice of the extension went out on {sent}; the last day for it was {last_day}")]
pub struct LateExtension {
    pub sent: Date,
    pub last_day: Date,
}

/// When the request must be answered, seen from `today`.
pub fn due(clockwork: &Clockwork, calendar: &Calendar, today: Date) -> Result<Due, LateExtension> {
    let relevant = clockwork.relevant(today);
    let paused = |counting| clockwork.paused_days(&clockwork.clarifications, relevant, counting, today);
    let statutory = paused(PauseCounting::StatutoryInclusive);
    let cautious = paused(PauseCounting::CautiousExclusive);
    let chosen = match clockwork.counting {
        PauseCounting::StatutoryInclusive => statutory,
        PauseCounting::CautiousExclusive => cautious,
    };
    let extension_notice_last_day = plus_days(plus_months(relevant, MONTHS), chosen);
    if let Some(ExtensionNotice { sent }) = clockwork.extension
        && sent > extension_notice_last_day
    {
        return Err(LateExtension { sent, last_day: extension_notice_last_day });
    }
    let end = plus_months(relevant, clockwork.months());
    let raw = plus_days(end, chosen);
    let due = calendar.working_day_from(raw);
    let earliest = calendar.working_day_from(plus_days(end, cautious.min(statutory))).min(due);
    let work_to = match clockwork.extension {
        None => earliest.min(plus_days(relevant, AIM_DAYS + cautious.min(statutory))),
        Some(_) => earliest,
    };
    let holidays = match (calendar.knows(raw), calendar.knows(due)) {
        (Knowledge::Known, Knowledge::Known) => Knowledge::Known,
        _ => Knowledge::Unknown,
    };
    let state = clockwork.state(relevant, due, calendar, today);
    Ok(Due { relevant, raw, due, work_to, extension_notice_last_day, state, holidays })
}

impl Clockwork {
    const fn needed(&self) -> [Needed; 3] {
        [self.identity, self.authority, self.fee]
    }

    fn months(&self) -> i32 {
        if self.extension.is_some() { MONTHS_EXTENDED } else { MONTHS }
    }

    /// The latest of everything the clock waited for (Article 12A, "relevant time").
    fn relevant(&self, today: Date) -> Date {
        self.needed().into_iter().fold(self.received, |latest, needed| match needed {
            Needed::No => latest,
            Needed::Awaited => latest.max(today),
            Needed::In(day) => latest.max(day),
        })
    }

    /// Days that don't count: each once, however many questions were open, and none before the start.
    fn paused_days(&self, clarifications: &[Clarification], relevant: Date, counting: PauseCounting, today: Date) -> i32 {
        let mut pauses: Vec<(Date, Date)> = clarifications
            .iter()
            .map(|clarification| {
                let answered = clarification.answered.unwrap_or(today).max(clarification.asked);
                let runs_again = match counting {
                    PauseCounting::StatutoryInclusive => plus_days(answered, 1),
                    PauseCounting::CautiousExclusive => answered,
                };
                (clarification.asked.max(relevant), runs_again)
            })
            .collect();
        pauses.sort_unstable();
        let mut counted_to = relevant;
        let mut days = 0;
        for (from, runs_again) in pauses {
            let from = from.max(counted_to);
            if from < runs_again {
                days += (runs_again - from).get_days();
                counted_to = runs_again;
            }
        }
        days
    }

    fn state(&self, relevant: Date, due: Date, calendar: &Calendar, today: Date) -> ClockState {
        if self.needed().contains(&Needed::Awaited) || today < relevant {
            return ClockState::NotStarted;
        }
        if due < today || self.asked_too_late(relevant, calendar, today) {
            return ClockState::Overdue;
        }
        if self.clarifications.iter().any(|clarification| clarification.is_open(today)) { ClockState::Paused } else { ClockState::Running }
    }

    /// Whether the due day passed before some question was asked: a pause can't revive a period that is over.
    fn asked_too_late(&self, relevant: Date, calendar: &Calendar, today: Date) -> bool {
        let mut asked: Vec<Clarification> = self.clarifications.iter().filter(|one| one.asked <= today).copied().collect();
        asked.sort_unstable_by_key(|clarification| clarification.asked);
        asked.iter().enumerate().any(|(earlier, clarification)| {
            let days = self.paused_days(asked.get(..earlier).unwrap_or_default(), relevant, self.counting, today);
            clarification.asked > calendar.working_day_from(plus_days(plus_months(relevant, self.months()), days))
        })
    }
}

/// The last day to acknowledge a complaint: 30 days counted from the day after receipt (DPA 2018
/// section 164A; ICO, 12 February 2026), moved to a working day.
pub fn acknowledgement_due(received: Date, calendar: &Calendar) -> Date {
    calendar.working_day_from(acknowledgement_end(received))
}

/// The same before it is moved to a working day.
pub fn acknowledgement_end(received: Date) -> Date {
    plus_days(received, ACKNOWLEDGE_DAYS)
}

/// The date on the wall at an instant: what "received on" means.
pub fn local_date(at: UtcInstant, zone: &TimeZone) -> Date {
    zone.to_datetime(at.to_timestamp()).date()
}

/// The same day of a later month, or its last day where it has none such.
fn plus_months(day: Date, months: i32) -> Date {
    day.saturating_add(months.months())
}

fn plus_days(day: Date, days: i32) -> Date {
    day.saturating_add(days.days())
}
