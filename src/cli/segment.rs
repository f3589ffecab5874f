//! `holdfast segment list|check|adopt`

use std::path::Path;

use serde_json::Value;

use super::{Form, Found, client::Client, instant};
use crate::{
    daemon,
    domain::{
        actor::{Actor, Reason},
        instant::UtcInstant,
    },
    problem::Problem,
};

#[derive(clap::Subcommand)]
pub enum Command {
    /// Segments, oldest first.
    List(Which),
    /// Read segments whole and compare them with what was logged.
    Check(Which),
    /// Go on with an older catalogue that was put back, and enter the footage again that it doesn't know.
    Adopt(Why),
}

#[derive(clap::Args)]
pub struct Which {
    /// Only this camera's.
    #[arg(long)]
    camera: Option<String>,
    /// RFC 3339 with zone.
    #[arg(long, value_parser = instant)]
    from: Option<UtcInstant>,
    #[arg(long, value_parser = instant)]
    to: Option<UtcInstant>,
}

#[derive(clap::Args)]
pub struct Why {
    /// What happened to the newer catalogue; it goes into the audit log.
    #[arg(long, value_parser = Reason::new)]
    reason: Reason,
}

impl Which {
    fn query(&self) -> String {
        let pairs =
            [("camera", self.camera.clone()), ("from", self.from.map(|at| at.to_string())), ("to", self.to.map(|at| at.to_string()))];
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        for (name, value) in pairs {
            if let Some(value) = value {
                query.append_pair(name, &value);
            }
        }
        query.finish()
    }
}

pub fn segment(command: &Command, config: &Path, form: Form) -> Result<Found, Problem> {
    match command {
        // Nothing can run over such a store, so there is no box to ask.
        Command::Adopt(Why { reason }) => adopt(config, reason, form),
        Command::List(which) => {
            let client = Client::new(config)?;
            let segments: Vec<Value> = client.get(&format!("/api/v1/segments?{}", which.query()))?;
            if form == Form::Json {
                super::print_json(&segments);
                return Ok(Found::Good);
            }
            for segment in &segments {
                let text = |key: &str| segment[key].as_str().unwrap_or("-");
                println!(
                    "{} {:<12} {} {:<24} {:<7} {:>10} bytes {:>6} pictures{}",
                    text("id"),
                    text("camera"),
                    text("start"),
                    text("end"),
                    text("state"),
                    segment["bytes"],
                    segment["frames"],
                    if segment["held"] == true { ", held" } else { "" }
                );
            }
            if segments.is_empty() {
                println!("Nothing was recorded there.");
            }
            Ok(Found::Good)
        }
        Command::Check(which) => {
            let client = Client::new(config)?;
            let checked: Value = client.get(&format!("/api/v1/segments/check?{}", which.query()))?;
            let ok = checked["ok"] == true;
            if form == Form::Json {
                super::print_json(&checked);
            } else {
                println!("{} segments read, {}", checked["checked"], if ok { "all as they were logged." } else { "damaged:" });
                for damage in checked["damaged"].as_array().into_iter().flatten() {
                    println!(
                        "  {} ({}): {}",
                        damage["segment"].as_str().unwrap_or("-"),
                        damage["camera"].as_str().unwrap_or("-"),
                        damage["what"].as_str().unwrap_or("-")
                    );
                }
            }
            Ok(if ok { Found::Good } else { Found::Wrong })
        }
    }
}

fn adopt(config: &Path, reason: &Reason, form: Form) -> Result<Found, Problem> {
    let settings = super::settings(config)?;
    let operator = Actor::LocalOperator { uid: rustix::process::getuid().as_raw() };
    let adopted = daemon::adopt_footage(&settings, &operator, reason)?;
    match form {
        Form::Json => super::print_json(&serde_json::json!({"adopted": adopted.segments, "older": adopted.older})),
        Form::Text if !adopted.older => println!("The catalogue is the newest there is; nothing was changed."),
        Form::Text => {
            println!("{} segments were entered again. Whatever else was entered after this catalogue was saved is lost:", adopted.segments);
            println!(
                "holds, accounts, exports, log entries. Place the holds again, and look through the accounts before you let anybody in."
            );
        }
    }
    Ok(Found::Good)
}
