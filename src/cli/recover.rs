//! `holdfast recover`: the master key back, by the recovery passphrase.

use std::{
    io::{BufRead, IsTerminal, Write},
    path::{Path, PathBuf},
};

use serde_json::json;

use super::{Form, Found, restore::recovery_copy};
use crate::{
    adapters::vault::RECOVERY_FILE,
    jobs::recovery,
    problem::{Kind, Problem},
};

#[derive(clap::Args)]
pub struct Arguments {
    /// A backup, or a recovery.json; the one of the store's data folder unless told otherwise.
    #[arg(long)]
    from: Option<PathBuf>,
    /// The folder that gets master.key; keys.dir of the configuration unless told otherwise.
    #[arg(long)]
    to: Option<PathBuf>,
}

pub fn recover(arguments: &Arguments, config: &Path, form: Form) -> Result<Found, Problem> {
    let settings = super::settings(config)?;
    let keys = arguments.to.clone().unwrap_or_else(|| settings.keys.dir.clone());
    let from = arguments.from.clone().unwrap_or_else(|| settings.store.data.join(RECOVERY_FILE));
    let copy = recovery_copy(&from)?;
    recovery::recover(&keys, &copy, &typed()?)?;
    match form {
        Form::Json => super::print_json(&json!({"master": keys.join("master.key")})),
        Form::Text => {
            println!("The master key is in {} again.", keys.display());
            println!(
                "It opens backups and goes on signing as this box. Footage opens only where the secret of its key generation survived, too."
            );
        }
    }
    Ok(Found::Good)
}

/// The passphrase: the first line of standard input.
fn typed() -> Result<zeroize::Zeroizing<String>, Problem> {
    if std::io::stdin().is_terminal() {
        eprint!("Recovery passphrase: ");
        let _ = std::io::stderr().flush();
    }
    let mut line = zeroize::Zeroizing::new(String::new());
    std::io::stdin().lock().read_line(&mut line).map_err(|error| {
        Problem::new(Kind::BadInput, "passphrase", "The passphrase on standard input is no text.", "Give it as one line.").because(error)
    })?;
    Ok(line)
}
