//! `holdfast redact propose|report`: plans for clips in files, without a running box.

use std::path::PathBuf;

use super::{Form, Found};
use crate::{
    domain::redaction::Mode,
    jobs::{
        propose::{self, Click},
        redaction_report,
    },
    problem::{Kind, Problem},
};

#[derive(clap::Subcommand)]
pub enum Command {
    /// Find and follow everybody in a clip, and write a plan.
    Propose(Propose),
    /// Measure proposals against boxes that people drew (MOTChallenge form).
    Report(Report),
}

#[derive(clap::Args)]
pub struct Propose {
    /// A film, or a folder of JPEG or PNG stills.
    #[arg(long)]
    input: PathBuf,
    /// The folder of the detector's model (see `make models`).
    #[arg(long)]
    models: Option<PathBuf>,
    /// Where the plan goes, as JSON.
    #[arg(long)]
    plan_out: PathBuf,
    /// Whose copy it is: somebody at this frame (from 0) and place.
    #[arg(long, value_name = "FRAME,X,Y", value_parser = click)]
    subject_at: Option<Click>,
    #[arg(long, value_enum, default_value = "default-deny")]
    mode: Shown,
}

#[derive(Clone, Copy, clap::ValueEnum)]
enum Shown {
    /// Nothing but the subject.
    DefaultDeny,
    /// Everything but people and vehicles.
    MaskOthers,
}

#[derive(clap::Args)]
pub struct Report {
    #[arg(long)]
    input: PathBuf,
    /// `frame,id,left,top,width,height,…`, frames from 1.
    #[arg(long)]
    truth: PathBuf,
    #[arg(long)]
    models: Option<PathBuf>,
    /// The folder that gets frames.csv, report.svg and summary.txt.
    #[arg(long)]
    out: PathBuf,
}

fn click(text: &str) -> Result<Click, String> {
    let fields: Vec<&str> = text.split(',').map(str::trim).collect();
    let &[frame, x, y] = fields.as_slice() else { return Err("write FRAME,X,Y".into()) };
    let place = |text: &str| text.parse::<f32>().ok().filter(|at| at.is_finite()).ok_or("X and Y are pixels");
    Ok(Click { frame: frame.parse().map_err(|_| "FRAME is a whole number from 0")?, x_px: place(x)?, y_px: place(y)? })
}

pub fn proposal(command: &Command, form: Form) -> Result<Found, Problem> {
    match command {
        Command::Propose(arguments) => propose_plan(arguments, form),
        Command::Report(Report { input, truth, models, out }) => {
            let summary = redaction_report::write(input, truth, models.as_deref(), out)?;
            print!("{summary}");
            Ok(Found::Good)
        }
    }
}

fn propose_plan(arguments: &Propose, form: Form) -> Result<Found, Problem> {
    let mode = match arguments.mode {
        Shown::DefaultDeny => Mode::DefaultDeny,
        Shown::MaskOthers => Mode::MaskOthers,
    };
    let looked = propose::look(&arguments.input, arguments.models.as_deref(), &mut |_| ())?;
    let proposed = propose::plan(&looked, mode, arguments.subject_at)?;
    std::fs::write(&arguments.plan_out, proposed.plan.to_json()).map_err(|error| {
        Problem::new(Kind::BadInput, "plan_out", "The plan can't be written there.", "Name a file in a folder you may write to.")
            .because(error)
    })?;
    let (tracks, doubts) = (proposed.plan.tracks().len(), proposed.plan.open_doubts().count());
    match form {
        Form::Json => super::print_json(
            &serde_json::json!({"frames": proposed.plan.frame_count(), "tracks": tracks, "doubts": doubts, "notice": proposed.notice}),
        ),
        Form::Text => {
            println!("{} frames, {tracks} tracks, {doubts} doubts.", proposed.plan.frame_count());
            if let Some(notice) = &proposed.notice {
                println!("{notice}");
            }
        }
    }
    Ok(Found::Good)
}
