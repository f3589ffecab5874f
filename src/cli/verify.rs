//! `holdfast verify`: exit 0 when all is well, 1 when a check fails, 2 when it is no bundle.

use std::path::PathBuf;

use super::{Form, Found};
use crate::{jobs::verify, problem::Problem};

#[derive(clap::Args)]
pub struct Arguments {
    /// The bundle's folder or zip.
    bundle: PathBuf,
    /// Fingerprint of the signer, as the controller publishes it.
    #[arg(long)]
    signer: Option<String>,
}

pub fn verify(arguments: &Arguments, form: Form) -> Result<Found, Problem> {
    let verdict = verify::verify(&arguments.bundle, arguments.signer.as_deref())?;
    if form == Form::Json {
        super::print_json(&verdict);
    } else {
        for check in &verdict.checks {
            println!("{} {:<18} {}", if check.ok { "ok   " } else { "WRONG" }, check.name, check.detail);
        }
        println!("{}", if verdict.ok { "The bundle is as it was made." } else { "The bundle is NOT as it was made." });
        if verdict.ok && arguments.signer.is_none() {
            println!("Compare the fingerprints with those the controller publishes, or give one with --signer.");
        }
    }
    Ok(if verdict.ok { Found::Good } else { Found::Wrong })
}
