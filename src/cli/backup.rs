//! `holdfast backup`: fetches a backup, reads it back, and only then gives it its name.

use std::{
    fs::{self, File, OpenOptions},
    io::Write,
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
};

use serde_json::json;

use super::{Form, Found, client::Client};
use crate::{
    adapters::clock,
    domain::backup::Head,
    jobs::restore,
    problem::{Kind, Problem},
};

#[derive(clap::Args)]
pub struct Arguments {
    /// A folder, where it is called by date and time; or the file itself, which must not exist yet.
    #[arg(long)]
    to: PathBuf,
}

pub fn backup(arguments: &Arguments, config: &Path, form: Form) -> Result<Found, Problem> {
    let target = target(&arguments.to)?;
    let client = Client::new(config)?;
    let part = part_of(&target);
    let fetched = fetch(&client, &part).and_then(|()| verified(&part));
    let head = match fetched {
        Ok(head) => head,
        Err(problem) => {
            let _ = fs::remove_file(&part);
            return Err(problem);
        }
    };
    put_in_place(&part, &target).map_err(|error| not_written(&target, error))?;
    match form {
        Form::Json => super::print_json(&json!({"backup": target, "head": head})),
        Form::Text => {
            println!("Backup in {}, read back and whole.", target.display());
            println!(
                "In it: the catalogue with {} log entries, the keys of generation {}, the configuration.",
                head.leaves, head.key_epoch
            );
            println!("Not in it: footage, the master key, secrets of key generations, files that the configuration names.");
            println!("It opens with this box's master key alone. Try what it would bring back: holdfast restore --drill --from FILE");
        }
    }
    Ok(Found::Good)
}

/// The file to make; refuses one that is there.
fn target(to: &Path) -> Result<PathBuf, Problem> {
    let file = if to.is_dir() {
        let stamp = clock::now().utc.to_timestamp().strftime("%Y%m%dT%H%M%SZ").to_string();
        to.join(["holdfast-", &stamp, ".backup"].concat())
    } else {
        to.to_owned()
    };
    if file.exists() || file.file_name().is_none() {
        let sentence = format!("{} is there already; a backup never takes another's place.", file.display());
        return Err(Problem::new(Kind::Conflict, "target_exists", sentence, "Name another file, or a folder."));
    }
    Ok(file)
}

/// What it is called until it is whole.
fn part_of(target: &Path) -> PathBuf {
    let name = target.file_name().unwrap_or_default().to_string_lossy();
    target.with_file_name([".", &name, ".part"].concat())
}

fn fetch(client: &Client, part: &Path) -> Result<(), Problem> {
    let fault = |error| not_written(part, error);
    let _ = fs::remove_file(part);
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(part).map_err(fault)?;
    client.download("/api/v1/backup", &mut file).map_err(|problem| match problem.code {
        "target" | "target_full" => Problem { sentence: format!("The backup could not be written to {}.", part.display()), ..problem },
        _ => problem,
    })?;
    file.flush().and_then(|()| file.sync_all()).map_err(fault)
}

/// Reads it back from the disk, every file against the manifest.
fn verified(part: &Path) -> Result<Head, Problem> {
    restore::open(part).map(|backup| backup.head().clone()).map_err(|problem| {
        let next = "Nothing was left behind. Check the disk it was written to, then try again.";
        Problem::new(Kind::Fault, "backup_not_whole", "The backup didn't read back as it was written.", next).because(problem)
    })
}

fn put_in_place(part: &Path, target: &Path) -> std::io::Result<()> {
    fs::rename(part, target)?;
    let folder = target.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    File::open(folder)?.sync_all()
}

fn not_written(target: &Path, error: std::io::Error) -> Problem {
    let sentence = format!("The backup could not be written to {}.", target.display());
    Problem::new(Kind::Fault, "target", sentence, "Make room, or name a folder where you may write.").because(error)
}
