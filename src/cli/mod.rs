//! The command line: arguments to jobs and answers to text. Decides nothing.
//!
//! A command that needs the store asks the running daemon over its socket, or, when none runs, opens
//! the store itself and asks the very same router. Exit codes: 0 good, 1 a finding, 2 bad input, 3 a
//! fault (design section 10). Next: `client`.

mod audit;
mod backup;
mod camera;
mod case;
mod check;
mod client;
mod delete;
mod demo;
mod expire;
mod export;
mod hold;
mod init;
mod keys;
mod mail;
mod papers;
mod person;
mod proposal;
mod recover;
mod redact;
mod restore;
mod retention;
mod run;
mod segment;
mod status;
mod support;
mod user;
mod verify;

use std::{path::PathBuf, process::ExitCode};

use clap::{Parser, Subcommand};

use crate::{
    adapters::video::worker,
    demo::cameras,
    domain::instant::UtcInstant,
    problem::{Kind, Problem},
    settings::Settings,
};

#[derive(Parser)]
#[command(
    name = "holdfast",
    version,
    about = "CCTV that keeps what it must, forgets on time, and answers for it",
    arg_required_else_help = true
)]
struct Arguments {
    /// The configuration file.
    #[arg(long, global = true, env = "HOLDFAST_CONFIG", default_value = "/etc/holdfast/holdfast.toml")]
    config: PathBuf,
    /// Print facts as JSON.
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Record, and serve the staff workspace, until stopped.
    Run,
    /// Try Holdfast: simulated cameras, users of each role, everything on this machine.
    Demo(demo::Arguments),
    /// Make the store, the keys and the one-time set-up code. Can be repeated.
    Init(init::Arguments),
    /// Check the configuration.
    Check,
    /// How the box stands: cameras, storage, clock, keys.
    Status,
    /// The cameras of the configuration.
    #[command(subcommand)]
    Camera(camera::Command),
    /// Staff accounts.
    #[command(subcommand)]
    User(user::Command),
    /// Recorded segments.
    #[command(subcommand)]
    Segment(segment::Command),
    /// Legal holds and restrictions: what must stay.
    #[command(subcommand)]
    Hold(hold::Command),
    /// What goes when.
    #[command(subcommand)]
    Expire(expire::Command),
    /// How long footage is kept, and why.
    #[command(subcommand)]
    Retention(retention::Command),
    /// Footage that must go before its time.
    #[command(subcommand)]
    Delete(delete::Command),
    /// Hand out footage as a signed bundle.
    Export(export::Arguments),
    /// Check a bundle somebody handed you.
    Verify(verify::Arguments),
    /// A clip and its plan into a redacted film.
    Redact(redact::Command),
    /// Requests, and when they are due.
    #[command(subcommand)]
    Case(case::Command),
    /// Save catalogue, key slots and configuration, sealed, while the box goes on.
    Backup(backup::Arguments),
    /// Make a store out of a backup, in a new folder; or only try it.
    Restore(restore::Arguments),
    /// Bring the master key back by the recovery passphrase.
    Recover(recover::Arguments),
    /// The mail server through which people are told of news.
    #[command(subcommand)]
    Mail(mail::Command),
    /// One file for whoever helps from far away: no footage, no secret, no names.
    SupportBundle(support::Arguments),
    /// The keys of the footage.
    #[command(subcommand)]
    Keys(keys::Command),
    /// The audit log.
    #[command(subcommand)]
    Audit(audit::Command),
    #[command(hide = true)]
    Papers(papers::Arguments),
    #[command(hide = true)]
    DemoCameras(cameras::Arguments),
    #[command(hide = true)]
    MediaWorker { task: worker::Task },
}

/// How answers are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    Text,
    Json,
}

/// What a command that ran has to say about what it found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Found {
    Good,
    /// A check ran and found something: exit code 1.
    Wrong,
}

/// Runs the command line of this process.
pub fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let form = if arguments.json { Form::Json } else { Form::Text };
    match dispatch(arguments.command, &arguments.config, form) {
        Ok(Found::Good) => ExitCode::SUCCESS,
        Ok(Found::Wrong) => ExitCode::from(1),
        Err(problem) => {
            tell(&problem, form);
            ExitCode::from(problem.kind.exit_code())
        }
    }
}

fn dispatch(command: Command, config: &std::path::Path, form: Form) -> Result<Found, Problem> {
    match command {
        Command::Run => run::run(config),
        Command::Demo(arguments) => demo::demo(&arguments, form),
        Command::Init(arguments) => init::init(&arguments, config, form),
        Command::Check => check::check(config, form),
        Command::Status => status::status(config, form),
        Command::Camera(command) => camera::camera(&command, config, form),
        Command::User(command) => user::user(&command, config, form),
        Command::Segment(command) => segment::segment(&command, config, form),
        Command::Hold(command) => hold::hold(&command, config, form),
        Command::Expire(command) => expire::expire(&command, config, form),
        Command::Retention(command) => retention::retention(&command, config, form),
        Command::Delete(command) => delete::delete(&command, config, form),
        Command::Export(arguments) => export::export(&arguments, config, form),
        Command::Verify(arguments) => verify::verify(&arguments, form),
        Command::Case(command) => case::case(&command, config, form),
        Command::Backup(arguments) => backup::backup(&arguments, config, form),
        Command::Restore(arguments) => restore::restore(&arguments, config, form),
        Command::Recover(arguments) => recover::recover(&arguments, config, form),
        Command::Mail(command) => mail::mail(command, config, form),
        Command::SupportBundle(arguments) => support::support_bundle(&arguments, config, form),
        Command::Keys(command) => keys::keys(&command, config, form),
        Command::Audit(command) => audit::audit(&command, config, form),
        Command::Redact(command) => redact::redact(&command, form),
        Command::Papers(arguments) => papers::papers(&arguments),
        Command::DemoCameras(arguments) => cameras::run(&arguments).map(|()| Found::Good),
        Command::MediaWorker { task } => worker::run(task).map(|()| Found::Good).map_err(|cause| {
            Problem::new(Kind::Fault, "worker_ended", "A media worker ended early.", "Holdfast starts another by itself.").because(cause)
        }),
    }
}

/// The configuration, or everything that is wrong with it.
fn settings(config: &std::path::Path) -> Result<Settings, Problem> {
    Settings::load(config).map_err(|refused| {
        Problem::new(
            Kind::BadInput,
            "settings",
            format!("The configuration can't be used:\n{refused}"),
            "Correct it; \u{201c}holdfast check\u{201d} tries it without starting anything.",
        )
    })
}

fn tell(problem: &Problem, form: Form) {
    match form {
        Form::Text => eprintln!("holdfast: {}\n{}", problem.sentence, problem.next_step),
        Form::Json => eprintln!(
            "{}",
            serde_json::json!({"code": problem.code, "title": problem.sentence, "detail": problem.next_step, "status": problem.kind.http_status()})
        ),
    }
    if std::env::var_os("HOLDFAST_LOG").is_some() {
        eprintln!("{problem:?}");
    }
}

/// A time on the command line: RFC 3339 with its zone.
fn instant(text: &str) -> Result<UtcInstant, String> {
    UtcInstant::parse_rfc3339(text).map_err(|error| error.to_string())
}

/// Prints JSON facts.
fn print_json(value: &impl serde::Serialize) {
    match serde_json::to_string_pretty(value) {
        Ok(text) => println!("{text}"),
        Err(error) => eprintln!("holdfast: the answer could not be written: {error}"),
    }
}

/// Logging: to the journal under systemd, else to standard error. `HOLDFAST_LOG` sets the filter.
fn start_logging(default: &str) {
    use tracing_subscriber::{EnvFilter, layer::SubscriberExt, util::SubscriberInitExt};
    let filter = EnvFilter::try_from_env("HOLDFAST_LOG").unwrap_or_else(|_| EnvFilter::new(default));
    let journal = std::env::var_os("JOURNAL_STREAM").and_then(|_| tracing_journald::layer().ok());
    let registry = tracing_subscriber::registry().with(filter);
    let started = match journal {
        Some(journal) => registry.with(journal).try_init(),
        None => registry.with(tracing_subscriber::fmt::layer().with_writer(std::io::stderr).with_target(false)).try_init(),
    };
    if started.is_err() {
        eprintln!("holdfast: logging was started twice");
    }
}
