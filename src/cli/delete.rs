//! `holdfast delete ask|grant|list`: footage that goes before its time.

use std::path::Path;

use serde_json::{Value, json};
use uuid::Uuid;

use super::{Form, Found, client::Client, instant, person::Person};
use crate::{domain::instant::UtcInstant, problem::Problem};

#[derive(clap::Subcommand)]
pub enum Command {
    /// Ask that a range goes before its time. Nothing goes until another person agrees.
    Ask(Asking),
    /// Agree as the second person: what no hold keeps goes.
    Grant {
        id: Uuid,
        #[command(flatten)]
        person: Person,
    },
    /// Early deletions, newest first.
    List,
}

#[derive(clap::Args)]
pub struct Asking {
    /// A camera's id; can be given several times.
    #[arg(long = "camera", required = true)]
    cameras: Vec<String>,
    /// RFC 3339 with zone.
    #[arg(long, value_parser = instant)]
    from: UtcInstant,
    #[arg(long, value_parser = instant)]
    to: UtcInstant,
    /// Why it must go.
    #[arg(long)]
    reason: String,
    /// The case it is for.
    #[arg(long)]
    case: String,
}

pub fn delete(command: &Command, config: &Path, form: Form) -> Result<Found, Problem> {
    match command {
        Command::Ask(asking) => {
            let order = json!({
                "cameras": asking.cameras, "from": asking.from, "to": asking.to, "reason": asking.reason, "case": asking.case,
            });
            tell_one(&Client::new(config)?.post("/api/v1/deletions", &order)?, form);
        }
        Command::Grant { id, person } => {
            let confirmation = person.confirmation()?;
            tell_one(&Client::new(config)?.post(&format!("/api/v1/deletions/{id}/grant"), &confirmation)?, form);
        }
        Command::List => {
            let deletions: Vec<Value> = Client::new(config)?.get("/api/v1/deletions")?;
            if form == Form::Json {
                super::print_json(&deletions);
                return Ok(Found::Good);
            }
            deletions.iter().for_each(tell);
            if deletions.is_empty() {
                println!("Nothing was deleted before its time.");
            }
        }
    }
    Ok(Found::Good)
}

fn tell_one(deletion: &Value, form: Form) {
    match form {
        Form::Json => super::print_json(deletion),
        Form::Text => tell(deletion),
    }
}

fn tell(deletion: &Value) {
    let text = |key: &str| deletion[key].as_str().unwrap_or("-");
    let cameras: Vec<&str> = deletion["cameras"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    println!("{} {:<22} {} from {} to {}", text("id"), text("state"), cameras.join(", "), text("from"), text("to"));
    println!("  case {}: {}", text("case"), text("reason"));
}
