//! `holdfast camera list|test`

use std::{path::Path, time::Duration};

use serde_json::{Value, json};

use super::{Form, Found, client::Client};
use crate::{
    adapters::rtsp::{CameraSource, SourceEvent},
    daemon,
    problem::{Kind, Problem},
};

#[derive(clap::Subcommand)]
pub enum Command {
    /// The cameras and how they stand.
    List,
    /// Connect to a camera and wait for its first picture.
    Test {
        /// The camera's id.
        id: String,
    },
}

pub fn camera(command: &Command, config: &Path, form: Form) -> Result<Found, Problem> {
    match command {
        Command::List => list(config, form),
        Command::Test { id } => test(id, config, form),
    }
}

fn list(config: &Path, form: Form) -> Result<Found, Problem> {
    let cameras: Vec<Value> = Client::new(config)?.get("/api/v1/cameras")?;
    if form == Form::Json {
        super::print_json(&cameras);
        return Ok(Found::Good);
    }
    for camera in &cameras {
        let text = |key: &str| camera[key].as_str().unwrap_or("-");
        println!("{:<20} {:<10} {} ({})", text("id"), text("state"), text("name"), text("place"));
    }
    if cameras.is_empty() {
        println!("No cameras are configured. Add a [[camera]] section to {}.", config.display());
    }
    Ok(Found::Good)
}

fn test(id: &str, config: &Path, form: Form) -> Result<Found, Problem> {
    let settings = super::settings(config)?;
    let camera = settings.cameras.iter().find(|camera| camera.id.as_str() == id).ok_or_else(crate::http::caller::camera_unknown)?;
    let outcome = daemon::runtime()?.block_on(async {
        let mut source = CameraSource::connect_by_any(&daemon::access(camera), &daemon::workplace(&settings))
            .await
            .map_err(|error| error.to_string())?;
        loop {
            match source.next_within(Duration::from_secs(10)).await {
                Ok(SourceEvent::AccessUnit(unit)) => return Ok(unit.parameters),
                Ok(_) => {}
                Err(error) => return Err(error.to_string()),
            }
        }
    });
    match (outcome, form) {
        (Ok(parameters), Form::Json) => {
            super::print_json(
                &json!({"ok": true, "codec": parameters.codec, "width": parameters.width_px, "height": parameters.height_px}),
            );
            Ok(Found::Good)
        }
        (Ok(parameters), Form::Text) => {
            println!("{id} sends {} at {}x{}.", parameters.rfc6381, parameters.width_px, parameters.height_px);
            Ok(Found::Good)
        }
        (Err(why), _) => Err(Problem::new(
            Kind::Finding,
            "camera_test",
            format!("The camera {id} can't be recorded: {why}."),
            "Put that right, then test again.",
        )),
    }
}
