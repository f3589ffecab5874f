//! `holdfast audit verify|show|prove|report|erase`

use std::{
    io::Write,
    path::{Path, PathBuf},
};

use serde_json::Value;

use super::{Form, Found, client::Client};
use crate::problem::{Kind, Problem};

#[derive(clap::Subcommand)]
pub enum Command {
    /// Check the whole log: every leaf, every signature.
    Verify {
        /// Replay it as well: what was recorded is there, or has gone as it should.
        #[arg(long)]
        expiry: bool,
    },
    /// Show leaves, the newest unless told otherwise.
    Show {
        /// First leaf.
        #[arg(long)]
        from: Option<u64>,
        #[arg(long, default_value_t = 50)]
        limit: u32,
    },
    /// Print a leaf with the proof that it is in the log.
    Prove { seq: u64 },
    /// The retention report of a month for the data protection officer: one page of PDF.
    Report {
        /// Like 2026-11, on the site's calendar.
        #[arg(long)]
        month: String,
        /// The file to write; one that is there is replaced.
        #[arg(long)]
        out: PathBuf,
    },
    /// Erase personal values of a leaf. The log still verifies; the values can't be had back.
    Erase {
        seq: u64,
        /// One field; all of the leaf's without it.
        #[arg(long)]
        field: Option<String>,
        /// Who asked for it, by case reference; logged.
        #[arg(long)]
        reason: String,
    },
}

pub fn audit(command: &Command, config: &Path, form: Form) -> Result<Found, Problem> {
    let client = Client::new(config)?;
    match command {
        Command::Verify { expiry: true } => verify_expiry(&client, form),
        Command::Verify { expiry: false } => {
            let verdict: Value = client.get("/api/v1/audit/verify")?;
            let ok = verdict["ok"] == true;
            match form {
                Form::Json => super::print_json(&verdict),
                Form::Text => {
                    let detail = verdict["detail"].as_str().unwrap_or("-");
                    println!("{} leaves, {} checkpoints: {detail}", verdict["leaves"], verdict["checkpoints"]);
                    tell_witnesses(&verdict["witnesses"]);
                }
            }
            Ok(if ok { Found::Good } else { Found::Wrong })
        }
        Command::Show { from, limit } => {
            let from = from.map(|from| format!("from_seq={from}&")).unwrap_or_default();
            let leaves: Vec<Value> = client.get(&format!("/api/v1/audit?{from}limit={limit}"))?;
            if form == Form::Json {
                super::print_json(&leaves);
                return Ok(Found::Good);
            }
            for leaf in &leaves {
                let text = |key: &str| leaf[key].as_str().unwrap_or("-");
                println!(
                    "{:>7} {} {:<20} {:<8} {} by {}",
                    leaf["seq"],
                    text("at"),
                    text("action"),
                    text("outcome"),
                    text("object"),
                    text("actor")
                );
            }
            Ok(Found::Good)
        }
        Command::Erase { seq, field, reason } => {
            let asked = serde_json::json!({"field": field, "reason": reason});
            let erased: Value = client.post(&format!("/api/v1/audit/{seq}/erase"), &asked)?;
            match form {
                Form::Json => super::print_json(&erased),
                Form::Text => {
                    let fields: Vec<&str> = erased["fields"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
                    println!("Erased from leaf {seq}: {}.", fields.join(", "));
                }
            }
            Ok(Found::Good)
        }
        Command::Report { month, out } => report(&client, month, out, form),
        Command::Prove { seq } => {
            print!("{}", client.get_text(&format!("/api/v1/audit/{seq}/proof"))?);
            Ok(Found::Good)
        }
    }
}

fn report(client: &Client, month: &str, out: &Path, form: Form) -> Result<Found, Problem> {
    // Anything but digits and hyphens is no month, and must not become another query.
    let month: String = month.chars().map(|letter| if letter.is_ascii_alphanumeric() || letter == '-' { letter } else { '_' }).collect();
    let mut pdf = Vec::new();
    client.download(&format!("/api/v1/audit/report?month={month}"), &mut pdf)?;
    let folder = out.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let written = tempfile::NamedTempFile::new_in(folder).and_then(|mut file| {
        file.write_all(&pdf)?;
        file.persist(out).map_err(|error| error.error)
    });
    written.map_err(|error| {
        let sentence = format!("The report could not be written to {}.", out.display());
        Problem::new(Kind::Fault, "target", sentence, "Make room, or name a file in a folder where you may write.").because(error)
    })?;
    match form {
        Form::Json => super::print_json(&serde_json::json!({"month": month, "out": out, "bytes": pdf.len()})),
        Form::Text => println!("The report of {month} is in {}.", out.display()),
    }
    Ok(Found::Good)
}

/// One line a witness; none where there is none.
pub fn tell_witnesses(witnesses: &Value) {
    for witness in witnesses.as_array().into_iter().flatten() {
        let text = |key: &str| witness[key].as_str();
        let seen = match (text("last_seen"), witness["leaves"].as_u64()) {
            (Some(at), Some(leaves)) => format!("last saw {leaves} leaves at {at}"),
            _ => "has not seen the log yet".to_owned(),
        };
        let stands = match text("standing") {
            Some("agrees") => String::new(),
            Some("contradicts") => format!(", and CONTRADICTS it: {}", text("detail").unwrap_or("-")),
            _ => format!(", {}", text("detail").unwrap_or("-")),
        };
        println!("Witness {}: {seen}{stands}", text("witness").unwrap_or("-"));
    }
}

fn verify_expiry(client: &Client, form: Form) -> Result<Found, Problem> {
    let proof: Value = client.get("/api/v1/audit/verify-expiry")?;
    match form {
        Form::Json => super::print_json(&proof),
        Form::Text => {
            println!("{} segments recorded: {} there, {} expired.", proof["recorded"], proof["live"], proof["expired"]);
            println!(
                "Expired though held: {}. Overdue: {}. Unproven: {}. Keys still to be destroyed: {}.",
                proof["held_violations"], proof["overdue"], proof["unproven"], proof["pending"]
            );
            println!("{}", proof["detail"].as_str().unwrap_or("-"));
        }
    }
    Ok(if proof["ok"] == true { Found::Good } else { Found::Wrong })
}
