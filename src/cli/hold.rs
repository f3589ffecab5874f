//! `holdfast hold place|list|show|check|release|withdraw`

use std::path::Path;

use serde_json::{Value, json};
use uuid::Uuid;

use super::{Form, Found, client::Client, instant, person::Person};
use crate::{adapters::clock, domain::instant::UtcInstant, problem::Problem, settings::Seconds};

#[derive(clap::Subcommand)]
pub enum Command {
    /// Keep footage, past or future, whatever its retention period says.
    Place(Placing),
    /// Holds and restrictions, those in force first.
    List,
    /// One hold: what it covers, and whether that was found readable.
    Show { id: Uuid },
    /// Open, hash and decode everything a hold keeps, now. Done by itself when it is placed, daily, and before a release.
    Check { id: Uuid },
    /// Ask for a release, or agree to it as the second person; 72 hours later it lets go.
    Release {
        id: Uuid,
        #[command(flatten)]
        person: Person,
    },
    /// Take a release back that has not happened yet.
    Withdraw {
        id: Uuid,
        #[command(flatten)]
        person: Person,
    },
}

#[derive(clap::Args)]
pub struct Placing {
    /// A camera's id; can be given several times.
    #[arg(long = "camera", required = true)]
    cameras: Vec<String>,
    /// RFC 3339 with zone.
    #[arg(long, value_parser = instant)]
    from: UtcInstant,
    /// RFC 3339 with zone, or "open".
    #[arg(long, value_parser = end)]
    to: End,
    /// Why it must stay.
    #[arg(long)]
    reason: String,
    /// The case it is for.
    #[arg(long)]
    case: String,
    /// Who wants it kept.
    #[arg(long, default_value = "not stated")]
    requester: String,
    /// When it is looked at again, at most 90 days ahead: 30d, 2026-12-24 or RFC 3339. 30d unless told.
    #[arg(long, value_parser = review)]
    review: Option<UtcInstant>,
    /// A restriction (UK GDPR Article 18): not shown or exported either, but for a legal claim.
    #[arg(long)]
    restrict: bool,
}

#[derive(Clone, Copy, Debug)]
enum End {
    At(UtcInstant),
    Open,
}

fn end(text: &str) -> Result<End, String> {
    if text == "open" { Ok(End::Open) } else { instant(text).map(End::At).map_err(|error| format!("{error}, or \u{201c}open\u{201d}")) }
}

/// A duration from now, an instant, or a day, which begins at midnight UTC.
fn review(text: &str) -> Result<UtcInstant, String> {
    match Seconds::parse(text) {
        Some(seconds) => Ok(clock::now().utc.plus_seconds(seconds.get())),
        None if text.len() == 10 => instant(&format!("{text}T00:00:00Z")),
        None => instant(text),
    }
}

pub fn hold(command: &Command, config: &Path, form: Form) -> Result<Found, Problem> {
    match command {
        Command::Place(placing) => place(placing, config, form),
        Command::List => list(config, form),
        Command::Show { id } => {
            let shown: Value = Client::new(config)?.get(&format!("/api/v1/holds/{id}"))?;
            match form {
                Form::Json => super::print_json(&shown),
                Form::Text => tell(&shown),
            }
            Ok(Found::Good)
        }
        Command::Check { id } => check(*id, config, form),
        Command::Release { id, person } => change(*id, "release", person, config, form),
        Command::Withdraw { id, person } => change(*id, "withdraw", person, config, form),
    }
}

fn place(placing: &Placing, config: &Path, form: Form) -> Result<Found, Problem> {
    let to = match placing.to {
        End::At(at) => json!(at),
        End::Open => json!("open"),
    };
    let order = json!({
        "kind": if placing.restrict { "restriction" } else { "hold" },
        "cameras": placing.cameras, "from": placing.from, "to": to, "reason": placing.reason, "case": placing.case,
        "requester": placing.requester, "review_by": placing.review,
    });
    let receipt: Value = Client::new(config)?.post("/api/v1/holds", &order)?;
    if form == Form::Json {
        super::print_json(&receipt);
        return Ok(Found::Good);
    }
    println!("Hold {} is in force.", text(&receipt["id"]));
    stretches("Kept:", &receipt["covered"]);
    stretches("Had already gone:", &receipt["already_gone"]);
    if receipt["future"] == true {
        println!("It also keeps what is recorded from now on.");
    }
    Ok(Found::Good)
}

fn list(config: &Path, form: Form) -> Result<Found, Problem> {
    let holds: Vec<Value> = Client::new(config)?.get("/api/v1/holds")?;
    if form == Form::Json {
        super::print_json(&holds);
        return Ok(Found::Good);
    }
    holds.iter().for_each(tell);
    if holds.is_empty() {
        println!("Nothing is held.");
    }
    Ok(Found::Good)
}

fn tell(hold: &Value) {
    let cameras: Vec<&str> = hold["cameras"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    println!("{} {:<11} {}", text(&hold["id"]), text(&hold["kind"]), text(&hold["state"]));
    println!("  {} from {} to {}", cameras.join(", "), text(&hold["from"]), hold["to"].as_str().unwrap_or("open"));
    println!("  case {}, for {}: {}", text(&hold["case"]), text(&hold["requester"]), text(&hold["reason"]));
    let overdue = if hold["review_overdue"] == true { " - OVERDUE" } else { "" };
    println!("  review by {}{overdue}", text(&hold["review_by"]));
    match (&hold["last_check"]["at"], &hold["last_check"]["ok"]) {
        (Value::Null, _) => println!("  not checked yet"),
        (at, Value::Bool(true)) => println!("  found readable {}", text(at)),
        (at, _) => println!("  NOT found readable {}", text(at)),
    }
    stretches("  Kept:", &hold["receipt"]["covered"]);
    stretches("  Had already gone:", &hold["receipt"]["already_gone"]);
}

fn check(id: Uuid, config: &Path, form: Form) -> Result<Found, Problem> {
    let report: Value = Client::new(config)?.post(&format!("/api/v1/holds/{id}/check"), &json!({}))?;
    let ok = report["ok"] == true;
    if form == Form::Json {
        super::print_json(&report);
        return Ok(if ok { Found::Good } else { Found::Wrong });
    }
    let verdict = if ok { "everything is there and can be read" } else { "NOT everything is there or can be read" };
    println!("Hold {id}: {verdict}.");
    println!(
        "  {} of {} seconds, {} segments, {} pictures decoded",
        report["seconds_covered"], report["seconds_expected"], report["segments"], report["frames"]
    );
    for damage in report["damaged"].as_array().into_iter().flatten() {
        println!("  damaged: {} ({}): {}", text(&damage["segment"]), text(&damage["camera"]), text(&damage["what"]));
    }
    stretches("  Missing, and nothing says why:", &report["missing"]);
    for gap in report["gaps"].as_array().into_iter().flatten() {
        println!("  not recorded: {} {} to {}: {}", text(&gap["camera"]), text(&gap["start"]), text(&gap["end"]), text(&gap["cause"]));
    }
    Ok(if ok { Found::Good } else { Found::Wrong })
}

fn change(id: Uuid, what: &str, person: &Person, config: &Path, form: Form) -> Result<Found, Problem> {
    let confirmation = person.confirmation()?;
    let stands: Value = Client::new(config)?.post(&format!("/api/v1/holds/{id}/{what}"), &confirmation)?;
    match form {
        Form::Json => super::print_json(&stands),
        Form::Text => println!("Hold {id}: {}.", text(&stands["state"])),
    }
    Ok(Found::Good)
}

fn stretches(title: &str, list: &Value) {
    let Some(list) = list.as_array().filter(|list| !list.is_empty()) else { return };
    println!("{title}");
    for stretch in list {
        println!("    {:<20} {} to {}", text(&stretch["camera"]), text(&stretch["start"]), text(&stretch["end"]));
    }
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or("-")
}
