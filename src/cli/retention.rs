//! `holdfast retention show|shorten`

use std::path::Path;

use serde_json::Value;

use super::{Form, Found, client::Client, person::Person};
use crate::problem::Problem;

#[derive(clap::Subcommand)]
pub enum Command {
    /// Every camera's period with its reason, and whether the disk can keep what is promised.
    Show,
    /// Let a camera's shorter period count for older footage too: asked by one person, granted by another.
    Shorten {
        camera: String,
        #[command(flatten)]
        person: Person,
    },
}

pub fn retention(command: &Command, config: &Path, form: Form) -> Result<Found, Problem> {
    match command {
        Command::Show => show(config, form),
        Command::Shorten { camera, person } => {
            let confirmation = person.confirmation()?;
            let stands: Value = Client::new(config)?.post(&format!("/api/v1/retention/{camera}/shorten"), &confirmation)?;
            match form {
                Form::Json => super::print_json(&stands),
                Form::Text => println!("Shortening for {camera}: {}.", stands["state"].as_str().unwrap_or("-")),
            }
            Ok(Found::Good)
        }
    }
}

fn show(config: &Path, form: Form) -> Result<Found, Problem> {
    let shown: Value = Client::new(config)?.get("/api/v1/retention")?;
    if form == Form::Json {
        super::print_json(&shown);
        return Ok(Found::Good);
    }
    for camera in shown["cameras"].as_array().into_iter().flatten() {
        let text = |key: &str| camera[key].as_str().unwrap_or("-");
        let overdue = if camera["review_overdue"] == true { " - OVERDUE" } else { "" };
        println!("{:<20} {:<12} review by {}{overdue}", text("camera"), text("period"), text("review_by"));
        println!("  {}", text("reason"));
        for rule in camera["older_rules"].as_array().into_iter().flatten() {
            let text = |key: &str| rule[key].as_str().unwrap_or("-");
            println!("  recorded before {}: {}", text("recorded_until"), text("period"));
        }
        let shortening = &camera["shortening"];
        if let Some(state) = shortening["state"].as_str() {
            let going = &shortening["would_go"];
            println!("  shortening {state}: {} segments would go at once, {} are held", going["segments"], going["held"]);
        }
    }
    println!("{}", shown["disk"]["sentence"].as_str().unwrap_or("-"));
    Ok(Found::Good)
}
