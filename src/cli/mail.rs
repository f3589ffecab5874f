//! `holdfast mail test`: whether the mail server of the configuration takes a message.

use std::path::Path;

use serde_json::json;

use super::{Form, Found};
use crate::{
    daemon,
    jobs::mail::{self, MailDesk},
    problem::{Kind, Problem},
};

#[derive(clap::Subcommand)]
pub enum Command {
    /// Send one message that says nothing, to see whether it arrives.
    Test {
        /// The address it goes to.
        to: String,
    },
}

pub fn mail(command: Command, config: &Path, form: Form) -> Result<Found, Problem> {
    let Command::Test { to } = command;
    let settings = super::settings(config)?;
    let desk = MailDesk::configured(&settings).ok_or_else(|| {
        Problem::new(
            Kind::BadInput,
            "mail_none",
            "No mail server is configured.",
            "Write a [mail] section; config/holdfast.toml shows one.",
        )
    })?;
    daemon::runtime()?.block_on(mail::try_out(&desk, &to))?;
    match form {
        Form::Json => super::print_json(&json!({"accepted": true})),
        Form::Text => println!("{} has taken the message. Look whether it arrives, also among unwanted mail.", desk.server.host),
    }
    Ok(Found::Good)
}
