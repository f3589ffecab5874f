//! `holdfast expire plan|run|acknowledge`

use std::path::Path;

use serde_json::{Value, json};

use super::{Form, Found, client::Client, person::Person};
use crate::problem::Problem;

#[derive(clap::Subcommand)]
pub enum Command {
    /// What goes when and why, before anything goes.
    Plan {
        /// Lines at most.
        #[arg(long)]
        limit: Option<u32>,
    },
    /// Let what is due go now.
    Run,
    /// Let expiry go on after you have looked at what held it up.
    Acknowledge {
        what: What,
        #[command(flatten)]
        person: Person,
    },
}

#[derive(Clone, Copy, Debug, clap::ValueEnum)]
pub enum What {
    /// The clock jumped, and is right.
    Clock,
    /// Unusually much is due, and should go.
    Volume,
}

pub fn expire(command: &Command, config: &Path, form: Form) -> Result<Found, Problem> {
    match command {
        Command::Plan { limit } => plan(*limit, config, form),
        Command::Run => run(config, form),
        Command::Acknowledge { what, person } => {
            let mut body = person.confirmation()?;
            body["what"] = match what {
                What::Clock => json!("clock"),
                What::Volume => json!("volume"),
            };
            let _: Value = Client::new(config)?.post("/api/v1/expiry/acknowledge", &body)?;
            if form == Form::Text {
                println!("Expiry goes on.");
            }
            Ok(Found::Good)
        }
    }
}

fn plan(limit: Option<u32>, config: &Path, form: Form) -> Result<Found, Problem> {
    let query = limit.map(|limit| format!("?limit={limit}")).unwrap_or_default();
    let lines: Vec<Value> = Client::new(config)?.get(&format!("/api/v1/expiry/plan{query}"))?;
    if form == Form::Json {
        super::print_json(&lines);
        return Ok(Found::Good);
    }
    for line in &lines {
        let text = |key: &str| line[key].as_str().unwrap_or("-");
        let held = line["blocked_by"].as_array().is_some_and(|holds| !holds.is_empty());
        println!(
            "{} {:<20} {} to {}, {}{}",
            text("due"),
            text("camera"),
            text("start"),
            text("end"),
            text("reason"),
            if held { ", HELD" } else { "" }
        );
    }
    if lines.is_empty() {
        println!("Nothing is recorded that could go.");
    }
    Ok(Found::Good)
}

fn run(config: &Path, form: Form) -> Result<Found, Problem> {
    let ran: Value = Client::new(config)?.post("/api/v1/expiry/run", &json!({}))?;
    let refused = ran["refused"].as_str();
    match (form, refused) {
        (Form::Json, _) => super::print_json(&ran),
        (Form::Text, Some(why)) => {
            println!("Nothing went: {why}.");
            println!("Once you have looked at it: \u{201c}holdfast expire acknowledge clock\u{201d} or \u{201c}… volume\u{201d}.");
        }
        (Form::Text, None) => {
            println!("{} segments gone, {} bytes freed; {} are due, but held.", ran["expired"], ran["freed_bytes"], ran["held_back"])
        }
    }
    Ok(if refused.is_none() { Found::Good } else { Found::Wrong })
}
