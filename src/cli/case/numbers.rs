//! `holdfast case numbers`: what the requests of a year came to.

use std::path::Path;

use serde_json::Value;

use crate::{
    cli::{Form, Found, client::Client},
    problem::Problem,
};

pub fn numbers(year: Option<i16>, config: &Path, form: Form) -> Result<Found, Problem> {
    let query = year.map(|year| format!("?year={year}")).unwrap_or_default();
    let numbers: Value = Client::new(config)?.get(&format!("/api/v1/register/numbers{query}"))?;
    if form == Form::Json {
        super::super::print_json(&numbers);
        return Ok(Found::Good);
    }
    println!("Requests received in {}, as of {}", numbers["year"], text(&numbers["as_of"]));
    println!(
        "{:<20} {:>8} {:>8} {:>6} {:>6} {:>8} {:>8} {:>7}",
        "kind", "received", "in time", "late", "open", "overdue", "extended", "days"
    );
    for kind in numbers["kinds"].as_array().into_iter().flatten() {
        line(text(&kind["kind"]), kind);
    }
    line("all", &numbers["all"]);
    for (title, list, name) in [("Refused", "refusals", "ground"), ("Disclosed", "disclosures", "recipient")] {
        for row in numbers[list].as_array().into_iter().flatten() {
            println!("{title}, {}: {}", text(&row[name]).replace('_', " "), row["count"]);
        }
    }
    Ok(Found::Good)
}

fn line(name: &str, tally: &Value) {
    let count = |column: &str| tally[column].as_u64().unwrap_or_default();
    let days = tally["median_days"].as_f64().map_or_else(|| "-".to_owned(), |days| days.to_string());
    println!(
        "{:<20} {:>8} {:>8} {:>6} {:>6} {:>8} {:>8} {days:>7}",
        name.replace('_', " "),
        count("received"),
        count("answered_in_time"),
        count("answered_late"),
        count("open"),
        count("overdue"),
        count("extended")
    );
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or("-")
}
