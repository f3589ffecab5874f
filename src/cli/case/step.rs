//! `holdfast case move|decide|approve|release|close`: doing something about a request.

use std::path::Path;

use serde_json::{Value, json};

use crate::{
    cli::{Form, Found, client::Client, person::Person},
    problem::{Kind, Problem},
};

#[derive(clap::Args)]
pub struct Moving {
    reference: String,
    /// What is done: ask_identity, supplied, begin, ask_clarification, clarified, found, nothing_found,
    /// write_letter, begin_redaction, prepare, fail, send_back, extend, no_reply, withdraw.
    event: String,
    #[arg(long)]
    reason: String,
    /// The day on which it truly was, like 2026-11-25; today unless told.
    #[arg(long)]
    on: Option<jiff::civil::Date>,
    /// What belongs to the event, as a JSON object: {"identity": {"how": "known_tenant"}}.
    #[arg(long, default_value = "{}")]
    with: String,
}

#[derive(clap::Args)]
pub struct Deciding {
    reference: String,
    /// As a JSON object: {"verdict": "refuse", "ground": "third_party_rights"}.
    decision: String,
    #[arg(long)]
    reason: String,
}

#[derive(clap::Args)]
pub struct Approving {
    reference: String,
    /// check: the copy. decision: what was decided.
    #[arg(value_parser = ["check", "decision"])]
    what: String,
    #[arg(long)]
    reason: String,
    #[command(flatten)]
    person: Person,
}

#[derive(clap::Args)]
pub struct Acting {
    reference: String,
    #[arg(long)]
    reason: String,
    #[command(flatten)]
    person: Person,
}

pub fn take(moving: &Moving, config: &Path, form: Form) -> Result<Found, Problem> {
    let mut order = object(&moving.with)?;
    order["event"] = json!(moving.event);
    order["reason"] = json!(moving.reason);
    order["on"] = json!(moving.on);
    send(&moving.reference, "steps", &order, config, form)
}

pub fn decide(deciding: &Deciding, config: &Path, form: Form) -> Result<Found, Problem> {
    let order = json!({"decision": object(&deciding.decision)?, "reason": deciding.reason});
    send(&deciding.reference, "decision", &order, config, form)
}

pub fn approve(approving: &Approving, config: &Path, form: Form) -> Result<Found, Problem> {
    let mut order = approving.person.confirmation()?;
    order["what"] = json!(approving.what);
    order["reason"] = json!(approving.reason);
    send(&approving.reference, "approval", &order, config, form)
}

pub fn act(acting: &Acting, what: &str, config: &Path, form: Form) -> Result<Found, Problem> {
    let mut order = acting.person.confirmation()?;
    order["reason"] = json!(acting.reason);
    send(&acting.reference, what, &order, config, form)
}

fn object(text: &str) -> Result<Value, Problem> {
    match serde_json::from_str(text) {
        Ok(object @ Value::Object(_)) => Ok(object),
        _ => Err(Problem::new(Kind::BadInput, "json", "What was given is no JSON object.", "Write it like {\"name\": \"value\"}.")),
    }
}

fn send(reference: &str, what: &str, order: &Value, config: &Path, form: Form) -> Result<Found, Problem> {
    let answer: Value = Client::new(config)?.post(&format!("{}/{what}", super::path(reference)?), order)?;
    match form {
        Form::Json => super::super::print_json(&answer),
        Form::Text => {
            super::show::tell(if answer["case"].is_object() { &answer["case"] } else { &answer });
            for export in answer["exports"].as_array().into_iter().flatten() {
                println!("  bundle: {}", export["bundle"].as_str().unwrap_or("-"));
            }
        }
    }
    Ok(Found::Good)
}
