//! `holdfast case …`: what people asked for, when it is due, and what is done about it.

mod due;
mod letter;
mod numbers;
mod receive;
mod show;
mod step;

use std::path::{Path, PathBuf};

use super::{Form, Found};
use crate::problem::Problem;

#[derive(clap::Subcommand)]
pub enum Command {
    /// By when a request must be answered; needs no store and no configuration.
    Due(due::Arguments),
    /// Requests, what is due first at the top; exit code 1 when one is overdue.
    List {
        /// Closed ones too.
        #[arg(long)]
        all: bool,
    },
    /// One request with its history.
    Show { reference: String },
    /// Take in a request that was made by phone, post or in person. What it asks for is kept at once.
    Receive(receive::Arguments),
    /// Take a step: begin, found, prepare …
    Move(step::Moving),
    /// Decide a request; another person approves.
    Decide(step::Deciding),
    /// Pass a copy or approve a decision, as another person than whose work it is.
    Approve(step::Approving),
    /// Release what was approved.
    Release(step::Acting),
    /// Close an answered request; the release of what it held begins.
    Close(step::Acting),
    /// What went out, to whom, on which ground.
    Register {
        /// For a spreadsheet.
        #[arg(long)]
        csv: bool,
        /// On paper: the PDF to make.
        #[arg(long, conflicts_with = "csv")]
        pdf: Option<PathBuf>,
    },
    /// Draft a letter to whoever asked, as PDF; with the reference alone, tell which can be drafted.
    Letter(letter::Arguments),
    /// What the requests of a year came to: in time, late, open; refusals, disclosures.
    Numbers {
        /// Like 2026; this year unless told.
        #[arg(long)]
        year: Option<i16>,
    },
}

pub fn case(command: &Command, config: &Path, form: Form) -> Result<Found, Problem> {
    match command {
        Command::Due(arguments) => due::due(arguments, form),
        Command::List { all } => show::list(if *all { "?all=yes" } else { "" }, config, form),
        Command::Show { reference } => show::show(reference, config, form),
        Command::Receive(arguments) => receive::receive(arguments, config, form),
        Command::Move(moving) => step::take(moving, config, form),
        Command::Decide(deciding) => step::decide(deciding, config, form),
        Command::Approve(approving) => step::approve(approving, config, form),
        Command::Release(acting) => step::act(acting, "release", config, form),
        Command::Close(acting) => step::act(acting, "close", config, form),
        Command::Register { pdf: Some(out), .. } => letter::save("/api/v1/disclosures.pdf", out, config, form),
        Command::Register { csv: true, .. } => show::csv(config),
        Command::Register { csv: false, .. } => show::register(config, form),
        Command::Letter(arguments) => letter::letter(arguments, config, form),
        Command::Numbers { year } => numbers::numbers(*year, config, form),
    }
}

/// The path of a case. What isn't a reference would be another path.
fn path(reference: &str) -> Result<String, Problem> {
    use crate::{domain::request::case::CaseReference, problem::Kind};
    let reference = CaseReference::parse(reference).map_err(|why| {
        Problem::new(Kind::BadInput, "case_reference", "That is no case reference.", "Write it like HF-2026-000123.").because(why)
    })?;
    Ok(format!("/api/v1/cases/{reference}"))
}
