//! `holdfast redact`: a clip and its plan into a redacted film, without a store.
//!
//! Takes an AVI or MP4 file, or a folder of PNG and JPEG stills in the order of their names. The film is
//! written only once another worker has decoded it and found that it keeps its plan; a failed check leaves
//! nothing behind. Next: [`crate::adapters::video::redaction`].

use std::{
    fs::{self, File},
    io::{Read, Write},
    path::{Path, PathBuf},
};

use bytes::Bytes;
use serde_json::json;
use tokio::sync::mpsc;

use super::{Form, Found, proposal};
use crate::{
    adapters::video::{
        MediaWorkers, Workplace,
        redaction::{ClipPiece, FILE_PIECE_BYTES, PIECES_AHEAD},
    },
    domain::redaction::Plan,
    jobs::redact::render,
    problem::{Kind, Problem},
};

#[derive(clap::Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub struct Command {
    #[command(subcommand)]
    about_a_plan: Option<proposal::Command>,
    #[command(flatten)]
    film: Option<Arguments>,
}

/// A film from a plan, or a plan for one.
pub fn redact(command: &Command, form: Form) -> Result<Found, Problem> {
    match (&command.about_a_plan, &command.film) {
        (Some(command), _) => proposal::proposal(command, form),
        (None, Some(arguments)) => film(arguments, form),
        (None, None) => {
            let next = "Give --plan, --input and --out, or one of propose and report.";
            Err(Problem::new(Kind::BadInput, "arguments", "Nothing says what to make.", next))
        }
    }
}

#[derive(clap::Args)]
struct Arguments {
    /// The plan, as JSON.
    #[arg(long)]
    plan: PathBuf,
    /// The clip: a file, or a folder of stills.
    #[arg(long)]
    input: PathBuf,
    /// Where the film goes. What is there already stays.
    #[arg(long)]
    out: PathBuf,
    /// The background plate that the plan approves: a PNG.
    #[arg(long)]
    plate: Option<PathBuf>,
}

fn film(arguments: &Arguments, form: Form) -> Result<Found, Problem> {
    let plan = fs::read_to_string(&arguments.plan).map_err(|error| unreadable(&arguments.plan, error))?;
    let plan = Plan::from_json(&plan).map_err(|why| {
        let sentence = format!("{} can't be used: {why}.", arguments.plan.display());
        Problem::new(Kind::BadInput, "plan", sentence, "Correct the plan, or make it anew for this clip.")
    })?;
    let plate = arguments.plate.as_deref().map(plate).transpose()?;
    let clip = Clip::find(&arguments.input)?;
    let scratch = tempfile::tempdir().map_err(|error| unreadable(Path::new("the folder for temporary files"), error))?;
    let program = std::env::current_exe().map_err(|error| unreadable(Path::new("this program"), error))?;
    let runtime = tokio::runtime::Runtime::new().map_err(|error| unreadable(Path::new("this machine"), error))?;
    let film = runtime.block_on(async {
        let media = MediaWorkers::new(Workplace { program, scratch: scratch.path().to_owned() });
        let (sender, pieces) = mpsc::channel(PIECES_AHEAD);
        tokio::task::spawn_blocking(move || {
            if let Err(error) = clip.send(&sender) {
                tracing::error!(%error, "the clip could not be read on");
            }
        });
        media.render(&plan, plate, pieces, |_, _| {}).await.map_err(render::told)
    })?;
    let mut out = File::create_new(&arguments.out).map_err(|error| not_written(&arguments.out, error))?;
    let written = out.write_all(film.bytes()).and_then(|()| out.sync_all());
    if let Err(error) = written {
        let _ = fs::remove_file(&arguments.out);
        return Err(not_written(&arguments.out, error));
    }
    match form {
        Form::Json => super::print_json(&json!({
            "out": arguments.out, "bytes": film.bytes().len(), "frames": plan.frame_count(), "undecoded": film.undecoded(),
            "doubts_open": plan.open_doubts().count(),
        })),
        Form::Text => {
            println!("{}: {} frames, checked against the plan.", arguments.out.display(), plan.frame_count());
            if film.undecoded() > 0 {
                println!("{} frames could not be decoded and are hidden whole.", film.undecoded());
            }
        }
    }
    Ok(Found::Good)
}

enum Clip {
    File(PathBuf),
    Stills(Vec<PathBuf>),
}

impl Clip {
    fn find(input: &Path) -> Result<Self, Problem> {
        if !input.is_dir() {
            return if input.is_file() { Ok(Self::File(input.to_owned())) } else { Err(no_clip(input)) };
        }
        let entries = fs::read_dir(input).map_err(|error| unreadable(input, error))?;
        let is_still = |path: &PathBuf| {
            let kind = path.extension().map(|kind| kind.to_ascii_lowercase());
            kind.is_some_and(|kind| ["png", "jpg", "jpeg"].iter().any(|known| kind == *known))
        };
        let mut stills: Vec<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).filter(is_still).collect();
        stills.sort();
        if stills.is_empty() { Err(no_clip(input)) } else { Ok(Self::Stills(stills)) }
    }

    fn send(&self, sender: &mpsc::Sender<ClipPiece>) -> std::io::Result<()> {
        match self {
            Self::File(path) => {
                let mut file = File::open(path)?;
                loop {
                    let mut piece = Vec::new();
                    (&mut file).take(FILE_PIECE_BYTES as u64).read_to_end(&mut piece)?;
                    if piece.is_empty() || sender.blocking_send(ClipPiece::File(Bytes::from(piece))).is_err() {
                        return Ok(());
                    }
                }
            }
            Self::Stills(paths) => {
                for path in paths {
                    if sender.blocking_send(ClipPiece::Picture(fs::read(path)?.into())).is_err() {
                        return Ok(());
                    }
                }
                Ok(())
            }
        }
    }
}

/// The pixels of a plate, as RGB. It was made by this program's user, not by whoever sent the clip.
fn plate(path: &Path) -> Result<Bytes, Problem> {
    let bytes = fs::read(path).map_err(|error| unreadable(path, error))?;
    let picture = image::load_from_memory(&bytes).map_err(|error| {
        let sentence = format!("{} is no picture.", path.display());
        Problem::new(Kind::BadInput, "plate", sentence, "Give the plate as PNG.").because(error)
    })?;
    Ok(picture.to_rgb8().into_raw().into())
}

fn no_clip(path: &Path) -> Problem {
    let sentence = format!("{} is neither a file nor a folder of stills.", path.display());
    Problem::new(Kind::BadInput, "clip", sentence, "Name an AVI or MP4 file, or a folder with PNG or JPEG files.")
}

fn unreadable(path: &Path, error: std::io::Error) -> Problem {
    let sentence = format!("{} can't be read.", path.display());
    Problem::new(Kind::BadInput, "unreadable", sentence, "Check the path and its permissions.").because(error)
}

fn not_written(path: &Path, error: std::io::Error) -> Problem {
    let sentence = format!("{} can't be written.", path.display());
    Problem::new(Kind::BadInput, "not_written", sentence, "Name a file that isn't there yet, in a folder you may write to.").because(error)
}
