//! `holdfast case receive`: a request that somebody was told of.

use std::path::Path;

use serde_json::{Value, json};

use crate::{
    cli::{Form, Found, client::Client, instant},
    domain::{instant::UtcInstant, request::kind::RequestKind},
    problem::Problem,
};

#[derive(clap::Args)]
pub struct Arguments {
    /// subject_access, police, court_order, other_statutory, police_urgent, legal_proceedings,
    /// objection, restriction, erasure, complaint, information or media.
    #[arg(long, value_parser = kind)]
    kind: RequestKind,
    /// email, phone, post, in_person or social_media.
    #[arg(long, value_parser = ["email", "phone", "post", "in_person", "social_media"])]
    channel: String,
    /// When it truly came, RFC 3339 with zone; now unless told.
    #[arg(long, value_parser = instant)]
    received: Option<UtcInstant>,
    /// Whom the answer is for.
    #[arg(long)]
    name: String,
    /// Where it reaches them.
    #[arg(long)]
    contact: String,
    /// The force, insurer or firm.
    #[arg(long, default_value = "")]
    organisation: String,
    /// A camera's id; can be given several times. All cameras where none is.
    #[arg(long = "camera")]
    cameras: Vec<String>,
    /// Where it was, in words.
    #[arg(long, default_value = "")]
    place: String,
    /// RFC 3339 with zone.
    #[arg(long, value_parser = instant, requires = "to")]
    from: Option<UtcInstant>,
    /// RFC 3339 with zone.
    #[arg(long, value_parser = instant, requires = "from")]
    to: Option<UtcInstant>,
    /// What they said, in their words.
    #[arg(long, default_value = "")]
    words: String,
    /// What helps to find them: looks, clothing, vehicle. Deleted when the case is closed.
    #[arg(long, default_value = "")]
    sought: String,
}

fn kind(text: &str) -> Result<RequestKind, String> {
    let names = RequestKind::ALL.map(RequestKind::name).join(", ");
    RequestKind::from_name(text).ok_or_else(|| format!("not one of {names}"))
}

pub fn receive(arguments: &Arguments, config: &Path, form: Form) -> Result<Found, Problem> {
    let asked: Vec<Value> = match (arguments.from, arguments.to) {
        (Some(from), Some(to)) => vec![json!({"place": arguments.place, "cameras": arguments.cameras, "from": from, "to": to})],
        _ => Vec::new(),
    };
    let order = json!({
        "kind": arguments.kind, "channel": arguments.channel, "received": arguments.received, "asked": asked, "words": arguments.words,
        "sought": arguments.sought,
        "requester": {"name": arguments.name, "contact": arguments.contact, "organisation": arguments.organisation},
    });
    let receipt: Value = Client::new(config)?.post("/api/v1/cases", &order)?;
    if form == Form::Json {
        super::super::print_json(&receipt);
        return Ok(Found::Good);
    }
    let text = |value: &Value| value.as_str().unwrap_or("-").to_owned();
    println!("Case {}, due {}.", text(&receipt["reference"]), text(&receipt["due"]));
    println!("Code for the requester, shown once: {}", text(&receipt["code"]));
    println!("{} stretches are kept from now on.", receipt["holds"].as_array().map_or(0, Vec::len));
    Ok(Found::Good)
}
