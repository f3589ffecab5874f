//! `holdfast init`: store, keys, set-up code, recovery passphrase; asks nothing, and can be repeated.

use std::path::Path;

use super::{Form, Found, client::Client};
use crate::{
    daemon,
    domain::actor::Actor,
    jobs::{audit, recovery, staff},
    problem::{Kind, Problem},
};

#[derive(clap::Args)]
pub struct Arguments {
    /// Print a new passphrase that brings the master key back, this once. An earlier one stops working.
    #[arg(long)]
    recovery: bool,
}

pub fn init(arguments: &Arguments, config: &Path, form: Form) -> Result<Found, Problem> {
    let settings = super::settings(config)?;
    let running = crate::adapters::vault::SOCKET_FILE;
    let is_running = std::os::unix::net::UnixStream::connect(settings.store.data.join(running)).is_ok();
    let (code, passphrase) = if is_running {
        if arguments.recovery {
            return Err(Problem::new(
                Kind::Conflict,
                "store_in_use",
                "A recovery passphrase is made while Holdfast is stopped.",
                "Stop it (systemctl stop holdfast), run this again, and start it.",
            ));
        }
        let made = Client::of(&settings)?.post::<serde_json::Value>("/api/v1/setup-code", &serde_json::json!({}))?;
        (made["code"].as_str().map(str::to_owned), None)
    } else {
        daemon::create_house(&settings)?;
        let house = daemon::open_house(&settings)?;
        // From now on the keys know that there is a store.
        audit::checkpoint_now(&house)?;
        let operator = Actor::LocalOperator { uid: rustix::process::getuid().as_raw() };
        let make = || daemon::at_place(&settings, |place| recovery::make(&house, place, &operator));
        (staff::new_setup_code(&house)?, arguments.recovery.then(make).transpose()?)
    };
    let url = format!("http://{}/", settings.web.staff.listen);
    if form == Form::Json {
        super::print_json(&serde_json::json!({
            "store": settings.store.data, "keys": settings.keys.dir, "setup_code": code, "staff": url, "recovery_passphrase": passphrase,
        }));
        return Ok(Found::Good);
    }
    match &code {
        Some(code) => {
            println!("Store: {}\nKeys:  {}", settings.store.data.display(), settings.keys.dir.display());
            println!("\nSet-up code, good once: {code}\n");
            println!("Start Holdfast, open {url} and type the code there. Keep a copy of the keys folder in a safe place:");
            println!("without it nobody can open the footage, and with it anybody can who has the disk.");
        }
        None => println!("The store in {} is ready, and has been set up already.", settings.store.data.display()),
    }
    if let Some(passphrase) = &passphrase {
        println!("\nRecovery passphrase, shown this once: {passphrase}\n");
        println!("Write it down and lock it away, not beside the box. With a backup it brings the master key back");
        println!("(\u{201c}holdfast recover\u{201d}) when the keys folder or the machine is lost.");
    }
    Ok(Found::Good)
}
