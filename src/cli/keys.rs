//! `holdfast keys rotate`

use std::path::Path;

use serde_json::{Value, json};

use super::{Form, Found, client::Client};
use crate::problem::Problem;

#[derive(clap::Subcommand)]
pub enum Command {
    /// Make a new generation of keys now and destroy the old one: what expired is gone for good.
    Rotate,
}

pub fn keys(command: &Command, config: &Path, form: Form) -> Result<Found, Problem> {
    match command {
        Command::Rotate => {
            let rotated: Value = Client::new(config)?.post("/api/v1/keys/rotate", &json!({}))?;
            if form == Form::Json {
                super::print_json(&rotated);
                return Ok(Found::Good);
            }
            println!("Generation {} is in force, with {} keys of generation {}.", rotated["to"], rotated["rewrapped"], rotated["from"]);
            if rotated["destroyed"] == true {
                println!("Generation {} is destroyed.", rotated["from"]);
            } else {
                println!("Generation {} is destroyed as soon as nobody reads the catalogue as it was before.", rotated["from"]);
            }
        }
    }
    Ok(Found::Good)
}
