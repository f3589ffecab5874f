//! `holdfast export`: orders an export and unpacks its bundle into a folder.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::{
    Form, Found,
    client::{Client, not_written},
    instant,
};
use crate::{
    adapters::bundle::{read::BundleError, unpack::Arriving},
    domain::instant::UtcInstant,
    problem::{Kind, Problem},
};

#[derive(clap::Args)]
pub struct Arguments {
    /// The case it is for.
    #[arg(long)]
    case: String,
    /// A camera's id; can be given several times.
    #[arg(long = "camera", required = true)]
    cameras: Vec<String>,
    /// RFC 3339 with zone.
    #[arg(long, value_parser = instant)]
    from: UtcInstant,
    #[arg(long, value_parser = instant)]
    to: UtcInstant,
    /// Folder to make; must not exist, or be empty.
    #[arg(long)]
    out: PathBuf,
    /// What it is for: patrol_review, incident, case, camera_check or legal_claim.
    #[arg(long, default_value = "case", value_parser = ["patrol_review", "incident", "case", "camera_check", "legal_claim"])]
    purpose: String,
    /// In your words; the case reference where nothing is given.
    #[arg(long)]
    reason: Option<String>,
}

pub fn export(arguments: &Arguments, config: &Path, form: Form) -> Result<Found, Problem> {
    let client = Client::new(config)?;
    let mut arriving = Arriving::new(&arguments.out).map_err(|error| {
        let sentence = match error.kind() {
            std::io::ErrorKind::AlreadyExists => format!("The folder {} is not empty.", arguments.out.display()),
            _ => format!("The folder {} can't be made.", arguments.out.display()),
        };
        Problem::new(Kind::BadInput, "out", sentence, "Name a folder that doesn't exist yet, where you may write.").because(error)
    })?;
    let reason = arguments.reason.clone().unwrap_or_else(|| ["Case ", &arguments.case].concat());
    let order = json!({
        "case": arguments.case, "cameras": arguments.cameras, "from": arguments.from, "to": arguments.to,
        "purpose": {"kind": arguments.purpose, "reason": reason},
    });
    let fetched = client
        .post::<Value>("/api/v1/exports", &order)
        .and_then(|ordered| client.download(ordered["bundle"].as_str().unwrap_or_default(), &mut arriving).map(|()| ordered));
    let ordered = match fetched {
        Ok(ordered) => ordered,
        Err(problem) => {
            arriving.give_up();
            return Err(problem);
        }
    };
    arriving.finish().map_err(|error| match error {
        BundleError::Io(error) if error.kind() != std::io::ErrorKind::InvalidData => not_written(error),
        other => Problem::new(Kind::Fault, "unpack", "The bundle arrived damaged.", "Run the export again.").because(other),
    })?;
    match form {
        Form::Json => super::print_json(&json!({"id": ordered["id"], "out": arguments.out})),
        Form::Text => println!(
            "Export {} is in {}. README.txt there says how to check it.",
            ordered["id"].as_str().unwrap_or("-"),
            arguments.out.display()
        ),
    }
    Ok(Found::Good)
}
