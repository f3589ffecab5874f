//! `holdfast case list|show|register`: looking.

use std::path::Path;

use serde_json::Value;

use crate::{
    cli::{Form, Found, client::Client},
    problem::Problem,
};

/// A finding where something is overdue: a script that looks daily must notice.
pub fn list(query: &str, config: &Path, form: Form) -> Result<Found, Problem> {
    let cases: Vec<Value> = Client::new(config)?.get(&format!("/api/v1/cases{query}"))?;
    match form {
        Form::Json => super::super::print_json(&cases),
        Form::Text if cases.is_empty() => println!("No request is open."),
        Form::Text => cases.iter().for_each(tell),
    }
    Ok(if cases.iter().any(|case| case["overdue"] == true) { Found::Wrong } else { Found::Good })
}

pub fn tell(case: &Value) {
    let days = case["days_left"].as_i64().unwrap_or_default();
    let due = match (case["clock"].as_str(), days) {
        (None, _) => "answered".to_owned(),
        (Some(_), ..0) => format!("due {}, OVERDUE by {} days", text(&case["due"]), -days),
        (Some("paused" | "not_started"), _) => format!("due {} if it came today, {days} days left", text(&case["due"])),
        (Some(_), _) => format!("due {}, {days} days left", text(&case["due"])),
    };
    println!("{} {:<18} {:<30} {due}", text(&case["reference"]), text(&case["kind"]), text(&case["stands"]));
    if case["form_owed"] == true {
        println!("  the police form has not come");
    }
}

pub fn show(reference: &str, config: &Path, form: Form) -> Result<Found, Problem> {
    let case: Value = Client::new(config)?.get(&super::path(reference)?)?;
    if form == Form::Json {
        super::super::print_json(&case);
        return Ok(Found::Good);
    }
    tell(&case);
    println!("  {}, {}", text(&case["person"]["name"]), text(&case["person"]["contact"]));
    for range in case["asked"].as_array().into_iter().flatten() {
        println!("  {} from {} to {}", text(&range["place"]), text(&range["from"]), text(&range["to"]));
    }
    for event in case["events"].as_array().into_iter().flatten() {
        let reason = event["record"]["reason"].as_str().unwrap_or_default();
        println!("  {} {:<18} {} {reason}", text(&event["on"]), text(&event["event"]), text(&event["by"]));
    }
    Ok(Found::Good)
}

pub fn register(config: &Path, form: Form) -> Result<Found, Problem> {
    let rows: Vec<Value> = Client::new(config)?.get("/api/v1/disclosures")?;
    if form == Form::Json {
        super::super::print_json(&rows);
        return Ok(Found::Good);
    }
    for row in &rows {
        println!(
            "{} {} {}, {}: {}",
            text(&row["released"]),
            text(&row["case"]),
            text(&row["recipient"]),
            text(&row["organisation"]),
            text(&row["basis"])
        );
    }
    if rows.is_empty() {
        println!("Nothing has gone out.");
    }
    Ok(Found::Good)
}

pub fn csv(config: &Path) -> Result<Found, Problem> {
    print!("{}", Client::new(config)?.get_text("/api/v1/disclosures.csv")?);
    Ok(Found::Good)
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or("-")
}
