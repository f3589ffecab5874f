//! `holdfast user add|list|disable|limit|reset|remove-app|remove-passkeys|emergency`

use std::{io::IsTerminal, path::Path};

use serde_json::{Value, json};

use uuid::Uuid;

use super::{Form, Found, client::Client, person::Person};
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
    /// Limit a viewer or reviewer to some cameras and places; what lies outside is not there for them.
    Limit {
        name: String,
        /// A camera's id; may be given again.
        #[arg(long = "camera", value_name = "ID")]
        cameras: Vec<String>,
        /// A place as in the configuration: every camera there, those added later too.
        #[arg(long = "place", value_name = "PLACE")]
        places: Vec<String>,
        /// No limit.
        #[arg(long, conflicts_with_all = ["cameras", "places"])]
        whole_site: bool,
    },
    /// Give a user a new password, printed once. An authenticator app stays as it is.
    Reset { name: String },
    /// Take the authenticator app off a user's account: their phone was lost.
    RemoveApp { name: String },
    /// Take all passkeys off an account whose devices were lost.
    RemovePasskeys { name: String },
    /// Footage opened in an emergency.
    #[command(subcommand)]
    Emergency(Emergency),
}

#[derive(clap::Subcommand)]
pub enum Emergency {
    /// Open footage to an account for an hour at most. The data protection officer is told.
    Open {
        /// What has happened, in three words at least.
        #[arg(long)]
        reason: String,
        #[command(flatten)]
        person: Person,
    },
    /// Every opening, the last first.
    List,
    /// Say that an opening was looked at.
    Look {
        id: Uuid,
        /// What was found.
        #[arg(long)]
        note: String,
        #[command(flatten)]
        person: Person,
    },
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
                    let app = match (user["has_second_factor"] == true, user["has_passkey"] == true) {
                        (true, true) => "app, passkey",
                        (false, true) => "passkey",
                        (true, false) => "app",
                        (false, false) => "no app",
                    };
                    let policy = user["policy"]["state"].as_str().unwrap_or("-");
                    println!("{:<30} {:<24} {:<10} {app:<7} policy {policy}", text("name"), text("role"), text("standing"));
                }
            }
        }
        Command::Disable { name } => {
            let _: Value = client.post(&format!("/api/v1/users/{}/disable", id_of(&client, name)?), &json!({}))?;
            if form == Form::Text {
                println!("Disabled {name}.");
            }
        }
        Command::Limit { name, cameras, places, whole_site } => {
            let asked = json!({"cameras": cameras, "places": places, "whole_site": whole_site});
            let _: Value = client.post(&format!("/api/v1/users/{}/limit", id_of(&client, name)?), &asked)?;
            if form == Form::Text {
                println!("{name} may know of {} now.", if *whole_site { "the whole site" } else { "these cameras and places alone" });
            }
        }
        Command::RemoveApp { name } => {
            let _: Value = client.post(&format!("/api/v1/users/{}/remove-app", id_of(&client, name)?), &json!({}))?;
            if form == Form::Text {
                println!(
                    "{name} has no app any more: the password, or a passkey where there is one. They can add another app on the page of their account."
                );
            }
        }
        Command::RemovePasskeys { name } => {
            let _: Value = client.post(&format!("/api/v1/users/{}/remove-passkeys", id_of(&client, name)?), &json!({}))?;
            if form == Form::Text {
                println!(
                    "{name} has no passkey any more: password, and a code where there is an app. They can add another on the page of their account."
                );
            }
        }
        Command::Emergency(command) => emergency(&client, command, form)?,
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

fn emergency(client: &Client, command: &Emergency, form: Form) -> Result<(), Problem> {
    match command {
        Emergency::Open { reason, person } => {
            let mut asked = person.confirmation()?;
            asked["reason"] = json!(reason);
            let opened: Value = client.post("/api/v1/emergencies", &asked)?;
            match form {
                Form::Json => super::print_json(&opened),
                Form::Text => println!(
                    "Footage is open to this account in its browser until {}. The data protection officer is told.",
                    opened["until"].as_str().unwrap_or("-")
                ),
            }
        }
        Emergency::List => {
            let all: Vec<Value> = client.get("/api/v1/emergencies")?;
            if form == Form::Json {
                super::print_json(&all);
                return Ok(());
            }
            for one in &all {
                let text = |key: &str| one[key].as_str().unwrap_or("-");
                println!("{} {} to {} by {}: {}", text("id"), text("opened"), text("until"), text("by"), text("reason"));
                match one["note"].as_str() {
                    Some(note) => println!("  looked at {}: {note}", text("looked_at")),
                    None if one["looked_at"].is_null() => println!("  NOT LOOKED AT"),
                    None => println!("  looked at {}", text("looked_at")),
                }
            }
            if all.is_empty() {
                println!("Nobody has opened footage in an emergency.");
            }
        }
        Emergency::Look { id, note, person } => {
            let mut asked = person.confirmation()?;
            asked["note"] = json!(note);
            let _: Value = client.post(&format!("/api/v1/emergencies/{id}/look"), &asked)?;
            if form == Form::Text {
                println!("Noted.");
            }
        }
    }
    Ok(())
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
