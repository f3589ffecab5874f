//! `holdfast restore`: a store out of a backup, or the drill that tells what it would be.

use std::{
    fs::OpenOptions,
    io::Write,
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
};

use serde_json::json;

use super::{Form, Found};
use crate::{
    adapters::backup::Backup,
    daemon,
    domain::actor::{Actor, Reason},
    jobs::restore::{
        self, Drilled,
        drill::{MasterStands, WhyNot},
    },
    problem::{Kind, Problem},
    settings::Settings,
};

#[derive(clap::Args)]
pub struct Arguments {
    /// The backup.
    #[arg(long)]
    from: PathBuf,
    /// Only tell what it can and can't bring back; nothing is written.
    #[arg(long)]
    drill: bool,
    /// Why; it goes into the audit log. Whatever was entered after the backup was made is lost.
    #[arg(long, value_parser = Reason::new, required_unless_present = "drill")]
    reason: Option<Reason>,
    /// Where to write the configuration of the backup; the file must not exist yet.
    #[arg(long, conflicts_with = "drill")]
    config_out: Option<PathBuf>,
}

pub fn restore(arguments: &Arguments, config: &Path, form: Form) -> Result<Found, Problem> {
    let settings = super::settings(config)?;
    let mut backup = restore::open(&arguments.from)?;
    match &arguments.reason {
        Some(reason) if !arguments.drill => put_back(&settings, &mut backup, arguments, reason, form),
        _ => drill(&settings, &mut backup, form),
    }
}

fn put_back(settings: &Settings, backup: &mut Backup, arguments: &Arguments, reason: &Reason, form: Form) -> Result<Found, Problem> {
    let operator = Actor::LocalOperator { uid: rustix::process::getuid().as_raw() };
    let restored = daemon::at_place(settings, |place| restore::restore(backup, place, &operator, reason))?;
    if let Some(out) = &arguments.config_out {
        let text = daemon::at_place(settings, |place| restore::configuration(backup, place))?;
        let written = OpenOptions::new().write(true).create_new(true).mode(0o640).open(out).and_then(|mut file| file.write_all(&text));
        written.map_err(|error| {
            let sentence = format!("The store is restored, but its configuration could not be written to {}.", out.display());
            Problem::new(Kind::Fault, "config_out", sentence, "Name a file that doesn't exist yet, where you may write.").because(error)
        })?;
    }
    let (data, made) = (settings.store.data.display(), backup.head().made);
    match form {
        Form::Json => super::print_json(&json!({"store": settings.store.data, "made": made, "restored": restored})),
        Form::Text => {
            println!("The store of {made} goes on in {data}, with key generation {}.", restored.key_epoch);
            println!("Holds, accounts, exports and log entries made since are lost: place the holds again, and look through the accounts.");
            if restored.keys_open {
                println!(
                    "Footage of that time opens if its files are put back into {data}/segments; then run \u{201c}holdfast segment adopt\u{201d}."
                );
            } else {
                println!("Footage of that time does not open: the secret of its key generation is not held here.");
            }
        }
    }
    Ok(Found::Good)
}

fn drill(settings: &Settings, backup: &mut Backup, form: Form) -> Result<Found, Problem> {
    let drilled = daemon::at_place(settings, |place| restore::rehearse(backup, place))?;
    match form {
        Form::Json => super::print_json(&drilled),
        Form::Text => tell(&drilled, settings),
    }
    Ok(if drilled.is_restorable() { Found::Good } else { Found::Wrong })
}

fn tell(drilled: &Drilled, settings: &Settings) {
    println!(
        "Backup of {}, by Holdfast {}: whole, {} log entries, keys of generation {}.",
        drilled.made, drilled.program, drilled.leaves, drilled.key_epoch
    );
    let keys = settings.keys.dir.display();
    let Some(segments) = drilled.segments else {
        let why = match drilled.master {
            MasterStands::OtherStore => format!("The master key in {keys} is another store's, so nothing in it opens."),
            _ => format!("The master key is not in {keys}, so nothing in it opens."),
        };
        println!("{why}");
        if drilled.recovery_copy {
            println!("It holds a copy of the master key under the recovery passphrase: holdfast recover --from FILE");
        }
        return;
    };
    println!("Would come back: the catalogue with holds, cases, accounts and the audit log; the configuration.");
    println!(
        "Footage: of {segments} segments {} open with the keys held here; the files of {} are in {}.",
        drilled.openable,
        drilled.files_here,
        settings.store.data.display()
    );
    for not in &drilled.not_openable {
        let why = match not.why {
            WhyNot::GenerationGone => "the secret of their key generation is not held here",
            WhyNot::KeyGone => "their keys had been destroyed",
        };
        println!("  {}: {} segments from {} to {} do not open, {why}", not.camera, not.segments, not.from, not.to);
    }
    println!("Never in a backup: footage itself, secrets of key generations, unfinished applications, papers that show who asks.");
}

/// Refuses early what is no copy: `recover` reads one out of a backup, or as a file of its own.
pub fn recovery_copy(from: &Path) -> Result<Vec<u8>, Problem> {
    let none = || {
        let next = "A copy is made by \u{201c}holdfast init --recovery\u{201d}, and is in backups made after that.";
        Problem::new(Kind::NotFound, "no_recovery_copy", format!("There is no recovery copy of a master key in {}.", from.display()), next)
    };
    if from.extension().is_some_and(|kind| kind == "json") {
        return std::fs::read(from).map_err(|error| none().because(error));
    }
    let mut backup = restore::open(from)?;
    backup.plain(crate::domain::backup::RECOVERY).ok().flatten().ok_or_else(none)
}
