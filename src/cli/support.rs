//! `holdfast support-bundle`: one file for whoever helps.

use std::{
    fs::OpenOptions,
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
};

use serde_json::json;

use super::{Form, Found, client::Client};
use crate::problem::{Kind, Problem};

#[derive(clap::Args)]
pub struct Arguments {
    /// The zip to write; it must not exist yet.
    #[arg(long)]
    to: PathBuf,
}

pub fn support_bundle(arguments: &Arguments, config: &Path, form: Form) -> Result<Found, Problem> {
    let client = Client::new(config)?;
    let to = &arguments.to;
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(to).map_err(|error| {
        let sentence = format!("{} can't be made.", to.display());
        Problem::new(Kind::BadInput, "target", sentence, "Name a file that doesn't exist yet, where you may write.").because(error)
    })?;
    let fetched = client.download("/api/v1/support-bundle", &mut file);
    if let Err(problem) = fetched {
        let _ = std::fs::remove_file(to);
        return Err(problem);
    }
    match form {
        Form::Json => super::print_json(&json!({"support_bundle": to})),
        Form::Text => println!(
            "{} holds versions, settings, status, figures and alarms: no footage, no secret, no names. Look through it before you send it.",
            to.display()
        ),
    }
    Ok(Found::Good)
}
