//! `holdfast case due`: the statutory clock for anybody, without a store.

use std::path::PathBuf;

use clap::ValueEnum;
use jiff::{ToSpan, civil::Date, tz::TimeZone};
use serde_json::json;

use crate::{
    adapters::clock,
    cli::{Form, Found, print_json},
    domain::request::{
        calendar::{CARRIED, Calendar, Knowledge, Nation},
        due::{self, Clarification, ClockState, Clockwork, Due, ExtensionNotice, Needed, PauseCounting},
    },
    problem::{Kind, Problem},
};

#[derive(clap::Args)]
pub struct Arguments {
    /// The day it was received, as on the wall where you are: 2026-03-02.
    #[arg(long, value_name = "DAY", value_parser = day)]
    received: Date,
    /// The day proof of identity came in, if it was asked for; "awaited" while it is out.
    #[arg(long, value_name = "DAY|awaited", value_parser = needed)]
    id_received: Option<Needed>,
    /// The day an agent's written authority came in; "awaited" while it is out.
    #[arg(long, value_name = "DAY|awaited", value_parser = needed)]
    authority_received: Option<Needed>,
    /// The day a fee was paid; "awaited" while it is out.
    #[arg(long, value_name = "DAY|awaited", value_parser = needed)]
    fee_paid: Option<Needed>,
    /// The day notice went out that two months more are needed.
    #[arg(long, value_name = "DAY", value_parser = day)]
    extension_notice: Option<Date>,
    /// A question and its answer: 2026-03-05/2026-03-10, or 2026-03-05/ while it is open. Can be repeated.
    #[arg(long, value_name = "ASKED/ANSWERED", value_parser = clarification)]
    clarified: Vec<Clarification>,
    /// Which days of a question stand still.
    #[arg(long, value_name = "COUNTING", default_value = "statutory_inclusive")]
    pause_counting: Counting,
    /// Seen from this day. Default: today in London.
    #[arg(long, value_name = "DAY", value_parser = day)]
    today: Option<Date>,
    /// Whose bank holidays count.
    #[arg(long, default_value = "england")]
    nation: Where,
    /// What was asked.
    #[arg(long, default_value = "subject_access")]
    kind: Asked,
    /// Another table of bank holidays, in gov.uk's format.
    #[arg(long, value_name = "FILE")]
    bank_holidays: Option<PathBuf>,
}

#[derive(Clone, Copy, ValueEnum)]
#[value(rename_all = "snake_case")]
enum Counting {
    StatutoryInclusive,
    CautiousExclusive,
}

#[derive(Clone, Copy, ValueEnum)]
#[value(rename_all = "snake_case")]
enum Where {
    England,
    Wales,
    Scotland,
    NorthernIreland,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
#[value(rename_all = "snake_case")]
enum Asked {
    SubjectAccess,
    Objection,
    Restriction,
    Erasure,
    Complaint,
}

fn day(text: &str) -> Result<Date, String> {
    text.trim().parse().map_err(|_| format!("\u{201c}{text}\u{201d} is no day; write it like 2026-03-02"))
}

fn needed(text: &str) -> Result<Needed, String> {
    if text == "awaited" { Ok(Needed::Awaited) } else { day(text).map(Needed::In) }
}

fn clarification(text: &str) -> Result<Clarification, String> {
    let Some((asked, answered)) = text.split_once('/') else {
        return Err(
            "write the day of the question, a stroke, and the day of the answer: 2026-03-05/2026-03-10 (2026-03-05/ while it is open)"
                .into(),
        );
    };
    let answered = if answered.is_empty() { None } else { Some(day(answered)?) };
    Clarification::new(day(asked)?, answered).map_err(|error| error.to_string())
}

pub fn due(arguments: &Arguments, form: Form) -> Result<Found, Problem> {
    let calendar = calendar(arguments)?;
    let today = arguments.today.unwrap_or_else(today_in_london);
    let due = match arguments.kind {
        Asked::Complaint => complaint(arguments, &calendar, today)?,
        _ => {
            let clockwork = clockwork(arguments)?;
            due::due(&clockwork, &calendar, today).map_err(late)?
        }
    };
    match form {
        Form::Json => tell_json(&due, arguments.kind),
        Form::Text => tell(&due, arguments.kind, &calendar),
    }
    Ok(Found::Good)
}

fn clockwork(arguments: &Arguments) -> Result<Clockwork, Problem> {
    if arguments.extension_notice.is_some_and(|sent| sent < arguments.received) {
        return Err(bad("--extension-notice lies before --received, so it can't be about this request.", "Correct one of the two days."));
    }
    Ok(Clockwork {
        received: arguments.received,
        identity: arguments.id_received.unwrap_or_default(),
        authority: arguments.authority_received.unwrap_or_default(),
        fee: arguments.fee_paid.unwrap_or_default(),
        clarifications: arguments.clarified.clone(),
        extension: arguments.extension_notice.map(|sent| ExtensionNotice { sent }),
        counting: match arguments.pause_counting {
            Counting::StatutoryInclusive => PauseCounting::StatutoryInclusive,
            Counting::CautiousExclusive => PauseCounting::CautiousExclusive,
        },
    })
}

/// Thirty days that nothing moves; the literal reading of the statute is a day shorter, and our aim.
fn complaint(arguments: &Arguments, calendar: &Calendar, today: Date) -> Result<Due, Problem> {
    let given = [
        ("--id-received", arguments.id_received.is_some()),
        ("--authority-received", arguments.authority_received.is_some()),
        ("--fee-paid", arguments.fee_paid.is_some()),
        ("--extension-notice", arguments.extension_notice.is_some()),
        ("--clarified", !arguments.clarified.is_empty()),
    ];
    if let Some((option, _)) = given.into_iter().find(|(_, given)| *given) {
        return Err(bad(format!("{option} moves nothing: a complaint is acknowledged within 30 days of receipt."), "Leave it out."));
    }
    let raw = due::acknowledgement_end(arguments.received);
    let due = due::acknowledgement_due(arguments.received, calendar);
    Ok(Due {
        relevant: arguments.received,
        raw,
        due,
        work_to: raw.saturating_sub(1.day()),
        extension_notice_last_day: raw,
        state: match () {
            () if today < arguments.received => ClockState::NotStarted,
            () if due < today => ClockState::Overdue,
            () => ClockState::Running,
        },
        holidays: calendar.knows(due),
    })
}

fn late(late: due::LateExtension) -> Problem {
    Problem::new(
        Kind::Finding,
        "extension_late",
        format!("The extension does not count: its notice went out on {}, and {} was the last day for it.", late.sent, late.last_day),
        "Leave --extension-notice out to see when the request was due without it.",
    )
}

fn calendar(arguments: &Arguments) -> Result<Calendar, Problem> {
    let nation = match arguments.nation {
        Where::England => Nation::England,
        Where::Wales => Nation::Wales,
        Where::Scotland => Nation::Scotland,
        Where::NorthernIreland => Nation::NorthernIreland,
    };
    let Some(file) = &arguments.bank_holidays else {
        return Calendar::read(CARRIED, nation).map_err(|error| {
            Problem::new(Kind::Fault, "bank_holidays", "The table of bank holidays in the program can't be read.", "Report this.")
                .because(error)
        });
    };
    let refused = |what: &dyn std::fmt::Display| {
        bad(format!("The file of --bank-holidays can't be used: {what}."), "Save https://www.gov.uk/bank-holidays.json and name that file.")
    };
    let table = std::fs::read_to_string(file).map_err(|error| refused(&error))?;
    Calendar::read(&table, nation).map_err(|error| refused(&error))
}

fn today_in_london() -> Date {
    let zone = TimeZone::get("Europe/London").unwrap_or(TimeZone::UTC);
    due::local_date(clock::now().utc, &zone)
}

fn bad(sentence: impl Into<String>, next_step: &str) -> Problem {
    Problem::new(Kind::BadInput, "case_due", sentence, next_step)
}

fn tell_json(due: &Due, kind: Asked) {
    let extension = (kind != Asked::Complaint).then_some(due.extension_notice_last_day);
    print_json(&json!({
        "relevant": due.relevant,
        "raw": due.raw,
        "due": due.due,
        "work_to": due.work_to,
        "extension_notice_last_day": extension,
        "state": due.state,
        "holidays": due.holidays,
    }));
}

fn tell(due: &Due, kind: Asked, calendar: &Calendar) {
    let state = match due.state {
        ClockState::NotStarted => "not started; the days below are as if what is awaited came in today",
        ClockState::Running => "running",
        ClockState::Paused => "paused; the days below are as if the question were answered today",
        ClockState::Overdue => "OVERDUE",
    };
    let what = if kind == Asked::Complaint { "Acknowledge by" } else { "Answer by" };
    println!("{what} {}, to the end of the day; aim for {}.", due.due.strftime("%A %-d %B %Y"), due.work_to.strftime("%-d %B %Y"));
    println!("The clock started on {} and is {state}.", due.relevant.strftime("%-d %B %Y"));
    if due.raw != due.due {
        println!("The period ends on {}, which is no working day.", due.raw.strftime("%A %-d %B %Y"));
    }
    if kind != Asked::Complaint {
        println!("Notice of an extension may go out up to {}.", due.extension_notice_last_day.strftime("%-d %B %Y"));
    }
    if due.holidays == Knowledge::Unknown {
        println!("Bank holidays there are unknown: the table ends on {}. Only weekends were counted.", calendar.last_known());
    }
}
