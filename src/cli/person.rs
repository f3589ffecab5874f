//! Whoever gives their password at the command line, to act as themselves rather than as its shell.
//!
//! The password is typed without echo, or is the first line of standard input; never an argument,
//! which every process of the machine could read.

use std::io::{IsTerminal, Read, Write};

use rustix::termios::{LocalModes, OptionalActions, tcgetattr, tcsetattr};
use serde_json::{Value, json};
use zeroize::Zeroizing;

use crate::problem::{Kind, Problem};

#[derive(clap::Args)]
pub struct Person {
    /// Act as this account; its password is asked for, or read from standard input.
    #[arg(long)]
    user: Option<String>,
}

impl Person {
    /// What a request says about who acts: nothing, where the shell itself does.
    pub fn confirmation(&self) -> Result<Value, Problem> {
        match &self.user {
            None => Ok(json!({})),
            Some(user) => Ok(json!({"user": user, "password": password(user)?.as_str()})),
        }
    }
}

fn password(user: &str) -> Result<Zeroizing<String>, Problem> {
    let typed = if std::io::stdin().is_terminal() { typed(user) } else { first_line(&mut std::io::stdin().lock()) };
    typed
        .map_err(|error| Problem::new(Kind::BadInput, "password", "The password could not be read.", "Give it as one line.").because(error))
}

/// Asks at the terminal, which shows nothing of it.
fn typed(user: &str) -> std::io::Result<Zeroizing<String>> {
    let stdin = std::io::stdin();
    eprint!("Password of {user}: ");
    std::io::stderr().flush()?;
    let before = tcgetattr(&stdin)?;
    let mut silent = before.clone();
    silent.local_modes.remove(LocalModes::ECHO);
    tcsetattr(&stdin, OptionalActions::Flush, &silent)?;
    let line = first_line(&mut stdin.lock());
    tcsetattr(&stdin, OptionalActions::Flush, &before)?;
    eprintln!();
    line
}

/// Byte by byte, so that nothing after the line is taken and no buffer keeps it.
fn first_line(from: &mut impl Read) -> std::io::Result<Zeroizing<String>> {
    let mut bytes = Zeroizing::new(Vec::with_capacity(256));
    let mut byte = [0];
    while bytes.len() < 1024 && from.read(&mut byte)? == 1 && byte[0] != b'\n' {
        bytes.push(byte[0]);
    }
    let text = std::str::from_utf8(&bytes).map_err(|_| std::io::ErrorKind::InvalidData)?;
    Ok(Zeroizing::new(text.trim_end_matches('\r').to_owned()))
}
