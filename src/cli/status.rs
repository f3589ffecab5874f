//! `holdfast status`

use std::path::Path;

use serde_json::Value;

use super::{Form, Found, client::Client};
use crate::problem::Problem;

pub fn status(config: &Path, form: Form) -> Result<Found, Problem> {
    let status: Value = Client::new(config)?.get("/api/v1/status")?;
    if form == Form::Json {
        super::print_json(&status);
        return Ok(Found::Good);
    }
    let text = |value: &Value| value.as_str().unwrap_or("-").to_owned();
    println!(
        "Holdfast {}, up {} s, clock {}",
        text(&status["version"]),
        status["uptime_s"],
        if status["clock"]["synchronised"] == true { "synchronised" } else { "NOT synchronised" }
    );
    for camera in status["cameras"].as_array().into_iter().flatten() {
        println!(
            "  {:<20} {:<10} {:>5} pictures/s {:>8} kb/s  {}",
            text(&camera["id"]),
            text(&camera["state"]),
            camera["fps"].as_f64().unwrap_or(0.0),
            camera["bitrate"].as_u64().unwrap_or(0) / 1000,
            camera["error"].as_str().unwrap_or("")
        );
    }
    let storage = &status["storage"];
    let gigabytes = |value: &Value| value.as_f64().unwrap_or(0.0) / 1e9;
    println!(
        "Storage: {:.1} GB used, {:.1} GB free, oldest {}, full in {} days",
        gigabytes(&storage["used_bytes"]),
        gigabytes(&storage["free_bytes"]),
        text(&storage["oldest"]),
        storage["days_to_full"].as_f64().map_or("-".into(), |days| days.to_string())
    );
    let expiry = &status["expiry"];
    let overdue = expiry["overdue"].as_u64().unwrap_or(0);
    println!(
        "Expiry: last run {}, {}",
        text(&expiry["last_run"]),
        if overdue == 0 { "nothing overdue".to_owned() } else { format!("{overdue} segments OVERDUE") }
    );
    if let Some(why) = expiry["refused"].as_str() {
        println!("  WAITING: {why}");
    }
    let alarm =
        |count: &Value| count.as_u64().filter(|count| *count > 0).map_or(String::new(), |count| format!(", {count} reviews OVERDUE"));
    println!("Holds: {} in force{}", status["holds"]["in_force"], alarm(&status["holds"]["review_overdue"]));
    let cases = &status["cases"];
    let told =
        |count: &Value, what: &str| count.as_u64().filter(|count| *count > 0).map_or(String::new(), |count| format!(", {count} {what}"));
    let (overdue, owed) = (told(&cases["overdue"], "OVERDUE"), told(&cases["forms_owed"], "police forms owed"));
    println!("Requests: {} open{}{overdue}{owed}", cases["open"], told(&cases["due_soon"], "due within a week"));
    if status["bank_holidays"]["renew"] == true {
        println!(
            "  Bank holidays are known until {} only: name a newer table in [requests]",
            text(&status["bank_holidays"]["known_until"])
        );
    }
    let emergencies = &status["emergencies"];
    let waiting = told(&emergencies["not_looked_at"], "NOT LOOKED AT by the data protection officer");
    println!("Footage opened in an emergency: {} open now{waiting}", emergencies["open_now"]);
    let policy = &status["policy"];
    match policy["configured"] == true {
        true => println!("CCTV policy: in force{}", told(&policy["not_clear"], "accounts have yet to acknowledge it")),
        false => println!("CCTV policy: none is configured"),
    }
    let mail = &status["mail"];
    match mail["configured"] == true {
        true => {
            let (waiting, lost) =
                (told(&mail["waiting"], "waiting for the server"), told(&mail["undelivered"], "NOT DELIVERED: write by post"));
            let staff = told(&mail["staff_undelivered"], "to staff not delivered: check mail.staff");
            println!("Mail: goes out{waiting}{lost}{staff}");
        }
        false => println!("Mail: no server is configured, so people are written to by post"),
    }
    println!("Retention: reasons on record{}", alarm(&status["retention"]["reviews_overdue"]));
    for short in status["retention"]["disk_too_small"].as_array().into_iter().flatten() {
        println!("  {}: the disk lasts {} days, promised are {}", text(&short["camera"]), short["lasts_days"], short["promised_days"]);
    }
    println!("Keys: epoch {}, custody {}", status["keys"]["epoch"], text(&status["keys"]["custody"]));
    println!("      {}", text(&status["keys"]["claim"]["sentence"]));
    super::audit::tell_witnesses(&status["witnesses"]);
    Ok(Found::Good)
}
