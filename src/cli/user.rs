//! `holdfast user add|list|disable|reset`

use std::{io::IsTerminal, path::Path};

use serde_json::{Value, json};

use super::{Form, Found, client::Client};
use crate::{
    domain::identity::Role,
    problem::{Kind, Problem},
};

#[derive(clap::Subcommand)]
pub enum Command {
    /// Add a user. The password is the first line of standard input; from a terminal, one is made.
    Add {
        name: String,
        /// viewer, reviewer, approver, data_protection_officer, administrator or auditor.
        #[arg(long, value_parser = role)]
        role: Role,
    },
    /// All users.
    List,
    /// Disable a user; their sessions end at once.
    Disable { name: String },
    /// Give a user a new password, printed once.
    Reset { name: String },
}

fn role(text: &str) -> Result<Role, String> {
    Role::from_name(text).ok_or_else(|| format!("write one of {}", Role::ALL.map(Role::name).join(", ")))
}

pub fn user(command: &Command, config: &Path, form: Form) -> Result<Found, Problem> {
    let client = Client::new(config)?;
    match command {
        Command::Add { name, role } => {
            let typed = typed_password()?;
            let password = match &typed {
                Some(password) => password.clone(),
                None => crate::adapters::secret::code()?,
            };
            let added: Value = client.post("/api/v1/users", &json!({"name": name, "role": role, "password": password}))?;
            match (form, typed) {
                (Form::Json, None) => super::print_json(&json!({"id": added["id"], "password": password})),
                (Form::Json, Some(_)) => super::print_json(&added),
                (Form::Text, None) => println!("Added {name}. Password, shown this once: {password}"),
                (Form::Text, Some(_)) => println!("Added {name}."),
            }
        }
        Command::List => {
            let users: Vec<Value> = client.get("/api/v1/users")?;
            if form == Form::Json {
                super::print_json(&users);
            } else {
                for user in &users {
                    let text = |key: &str| user[key].as_str().unwrap_or("-");
                    println!("{:<30} {:<24} {}", text("name"), text("role"), text("standing"));
                }
            }
        }
        Command::Disable { name } => {
            let _: Value = client.post(&format!("/api/v1/users/{}/disable", id_of(&client, name)?), &json!({}))?;
            if form == Form::Text {
                println!("Disabled {name}.");
            }
        }
        Command::Reset { name } => {
            let issued: Value = client.post(&format!("/api/v1/users/{}/reset", id_of(&client, name)?), &json!({}))?;
            match form {
                Form::Json => super::print_json(&issued),
                Form::Text => println!("New password of {name}, shown this once: {}", issued["password"].as_str().unwrap_or("-")),
            }
        }
    }
    Ok(Found::Good)
}

fn id_of(client: &Client, name: &str) -> Result<String, Problem> {
    let users: Vec<Value> = client.get("/api/v1/users")?;
    let found = users.iter().find(|user| user["name"].as_str().is_some_and(|known| known.eq_ignore_ascii_case(name)));
    found.and_then(|user| user["id"].as_str()).map(str::to_owned).ok_or_else(|| {
        Problem::new(Kind::NotFound, "user_unknown", "There is no such user.", "\u{201c}holdfast user list\u{201d} shows those there are.")
    })
}

fn typed_password() -> Result<Option<String>, Problem> {
    if std::io::stdin().is_terminal() {
        return Ok(None);
    }
    let mut line = String::new();
    std::io::stdin().read_line(&mut line).map_err(|error| {
        Problem::new(Kind::BadInput, "password", "The password on standard input is no text.", "Give it as one line.").because(error)
    })?;
    let line = line.trim_end_matches(['\r', '\n']).to_owned();
    Ok((!line.is_empty()).then_some(line))
}
