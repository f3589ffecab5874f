//! `holdfast case …`: what people asked for, and when it is due.

mod due;

use super::{Form, Found};
use crate::problem::Problem;

#[derive(clap::Subcommand)]
pub enum Command {
    /// By when a request must be answered; needs no store and no configuration.
    Due(due::Arguments),
}

pub fn case(command: &Command, form: Form) -> Result<Found, Problem> {
    match command {
        Command::Due(arguments) => due::due(arguments, form),
    }
}
