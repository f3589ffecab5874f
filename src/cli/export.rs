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
    /// First exhibit reference in the force's style, as JS/1; the rest are counted on from it.
    #[arg(long)]
    exhibit: Option<String>,
    /// Of which clips an H.264 copy with name and time in the picture is made: h265 or all.
    #[arg(long, default_value = "h265", value_parser = ["h265", "all"])]
    working: String,
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
        .and_then(|ordered| client.download(&address(&ordered, arguments), &mut arriving).map(|()| ordered));
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

/// Where the ordered bundle is fetched.
fn address(ordered: &Value, arguments: &Arguments) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    if let Some(exhibit) = &arguments.exhibit {
        query.append_pair("exhibit", exhibit);
    }
    if arguments.working == "all" {
        query.append_pair("working", "all");
    }
    let (bundle, query) = (ordered["bundle"].as_str().unwrap_or_default(), query.finish());
    if query.is_empty() { bundle.to_owned() } else { [bundle, "?", &query].concat() }
}
