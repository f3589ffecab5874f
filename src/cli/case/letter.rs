//! `holdfast case letter`: which letters can be drafted, and one of them into a file.

use std::{
    fs::OpenOptions,
    io::Write,
    path::{Path, PathBuf},
};

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::{
    cli::{
        Form, Found,
        client::{Client, not_written},
    },
    problem::{Kind, Problem},
};

#[derive(clap::Args)]
pub struct Arguments {
    reference: String,
    /// acknowledgement, identity_request, question, covering, refusal …; without it, those there are are told.
    #[arg(long, requires = "out")]
    kind: Option<String>,
    /// 18 points at least.
    #[arg(long)]
    large_print: bool,
    /// The letter's date, like 2026-11-28; today unless told.
    #[arg(long)]
    day: Option<jiff::civil::Date>,
    /// The file to make; must not exist.
    #[arg(long, requires = "kind")]
    out: Option<PathBuf>,
}

pub fn letter(arguments: &Arguments, config: &Path, form: Form) -> Result<Found, Problem> {
    let letters = format!("{}/letters", super::path(&arguments.reference)?);
    match (&arguments.kind, &arguments.out) {
        (Some(kind), Some(out)) => {
            // A name of another form would be another path.
            if !kind.bytes().all(|letter| letter.is_ascii_lowercase() || letter == b'_') {
                let next = "\u{201c}holdfast case letter\u{201d} with the reference alone tells those there are.";
                return Err(Problem::new(Kind::BadInput, "letter_kind", "There is no such letter.", next));
            }
            let print = if arguments.large_print { "large" } else { "standard" };
            let day = arguments.day.map(|day| format!("&day={day}")).unwrap_or_default();
            save(&format!("{letters}/{kind}.pdf?print={print}{day}"), out, config, form)
        }
        _ => list(&letters, config, form),
    }
}

fn list(path: &str, config: &Path, form: Form) -> Result<Found, Problem> {
    let letters: Vec<Value> = Client::new(config)?.get(path)?;
    if form == Form::Json {
        super::super::print_json(&letters);
        return Ok(Found::Good);
    }
    for letter in &letters {
        let text = |value: &Value| value.as_str().unwrap_or("-").to_owned();
        let stands = if letter["pdf"].is_string() { "can be drafted".to_owned() } else { text(&letter["why_not"]["title"]) };
        println!("{:<26} {stands}", text(&letter["kind"]));
    }
    Ok(Found::Good)
}

/// Writes a PDF of the box into a new file, and tells its hash.
pub fn save(path: &str, out: &Path, config: &Path, form: Form) -> Result<Found, Problem> {
    let client = Client::new(config)?;
    let mut pdf = Vec::new();
    client.download(path, &mut pdf)?;
    let mut file = OpenOptions::new().write(true).create_new(true).open(out).map_err(|error| {
        let sentence = format!("The file {} can\u{2019}t be made.", out.display());
        Problem::new(Kind::BadInput, "out", sentence, "Name a file that doesn\u{2019}t exist yet, where you may write.").because(error)
    })?;
    file.write_all(&pdf).and_then(|()| file.sync_all()).map_err(not_written)?;
    let sha256 = hex::encode(Sha256::digest(&pdf));
    match form {
        Form::Json => super::super::print_json(&json!({"file": out.display().to_string(), "bytes": pdf.len(), "sha256": sha256})),
        Form::Text => println!("{}\nSHA-256 {sha256}", out.display()),
    }
    Ok(Found::Good)
}
