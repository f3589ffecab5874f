//! `holdfast camera list|register|add|test|remove`

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use serde_json::{Value, json};

use super::{Form, Found, client::Client};
use crate::{
    adapters::{
        config_file::{self, ConfigFileError},
        rtsp::{CameraSource, SourceEvent},
    },
    daemon,
    domain::{
        audit::Outcome,
        camera::{CameraId, Transport},
    },
    jobs::configure::Change,
    problem::{Kind, Problem},
    settings::{
        Settings,
        edit::{self, NewCamera, NotEdited},
    },
};

#[derive(clap::Subcommand)]
pub enum Command {
    /// The cameras and how they stand.
    List,
    /// The register of cameras: what each is for, what it sees, which papers stand behind it.
    Register {
        /// For a spreadsheet.
        #[arg(long)]
        csv: bool,
    },
    /// Add a camera to the configuration file.
    Add(Added),
    /// Connect to a camera and wait for its first picture.
    Test {
        /// The camera's id.
        id: String,
    },
    /// Take a camera out of the configuration file. Its footage stays until its time is over.
    Remove {
        /// The camera's id.
        #[arg(value_parser = CameraId::new)]
        id: CameraId,
    },
}

#[derive(clap::Args)]
pub struct Added {
    /// Short and for ever: footage is filed under it.
    #[arg(long, value_parser = CameraId::new)]
    id: CameraId,
    /// RTSP address, without user name and password.
    #[arg(long)]
    url: String,
    /// Where it is.
    #[arg(long)]
    place: String,
    /// What it is for, as on its sign.
    #[arg(long)]
    purpose: String,
    /// For people; the id where nothing is given.
    #[arg(long)]
    name: Option<String>,
    #[arg(long)]
    username: Option<String>,
    /// File whose first line is the password.
    #[arg(long)]
    password_file: Option<PathBuf>,
    /// tcp or udp.
    #[arg(long, value_parser = transport)]
    transport: Option<Transport>,
    /// How long its footage is kept, like 31d.
    #[arg(long)]
    keep: Option<String>,
}

fn transport(text: &str) -> Result<Transport, &'static str> {
    Transport::from_name(text).ok_or("write tcp or udp")
}

pub fn camera(command: &Command, config: &Path, form: Form) -> Result<Found, Problem> {
    match command {
        Command::List => list(config, form),
        Command::Register { csv: true } => {
            print!("{}", Client::new(config)?.get_text("/api/v1/cameras/register?format=csv")?);
            Ok(Found::Good)
        }
        Command::Register { csv: false } => register(config, form),
        Command::Add(added) => add(added, config, form),
        Command::Test { id } => test(id, config, form),
        Command::Remove { id } => remove(id, config, form),
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

fn register(config: &Path, form: Form) -> Result<Found, Problem> {
    let entries: Vec<Value> = Client::new(config)?.get("/api/v1/cameras/register")?;
    if form == Form::Json {
        super::print_json(&entries);
        return Ok(Found::Good);
    }
    for entry in &entries {
        let text = |key: &str| entry[key].as_str().unwrap_or("-");
        println!("{} ({}), {}", text("name"), text("camera"), text("place"));
        println!("  for: {}", text("purpose"));
        println!("  kept for {} days", entry["keep_s"].as_i64().unwrap_or(0) / 86_400);
        for (key, title) in REGISTER {
            if let Some(value) = entry[key].as_str() {
                println!("  {title}: {value}");
            }
        }
        for missing in entry["missing"].as_array().into_iter().flatten() {
            println!("  {}", missing.as_str().unwrap_or("-"));
        }
    }
    Ok(Found::Good)
}

const REGISTER: [(&str, &str); 5] = [
    ("field_of_view", "field of view"),
    ("sign", "sign"),
    ("privacy_mask", "privacy mask"),
    ("dpia", "impact assessment"),
    ("contact", "contact"),
];

fn add(added: &Added, config: &Path, form: Form) -> Result<Found, Problem> {
    let password_file = added.password_file.as_ref().map(|file| match std::path::absolute(file) {
        Ok(absolute) => absolute.display().to_string(),
        Err(_) => file.display().to_string(),
    });
    let camera = NewCamera {
        id: added.id.clone(),
        url: added.url.clone(),
        place: added.place.clone(),
        purpose: added.purpose.clone(),
        name: added.name.clone(),
        username: added.username.clone(),
        password_file,
        transport: added.transport,
        keep: added.keep.clone(),
    };
    change(Change::CameraAdd, &camera.id, config, |text| edit::with_camera(text, &camera))?;
    match form {
        Form::Json => super::print_json(&json!({"id": camera.id, "config": config, "takes_effect": "next_start"})),
        Form::Text => println!(
            "Added {} to {}. A running Holdfast takes it up at its next start: systemctl restart holdfast.",
            camera.id,
            config.display()
        ),
    }
    Ok(Found::Good)
}

fn remove(id: &CameraId, config: &Path, form: Form) -> Result<Found, Problem> {
    change(Change::CameraRemove, id, config, |text| edit::without_camera(text, id))?;
    match form {
        Form::Json => super::print_json(&json!({"id": id, "config": config, "takes_effect": "next_start"})),
        Form::Text => println!(
            "Removed {id} from {}. Its footage stays until its retention period ends. A running Holdfast records it until its next start: \
             systemctl restart holdfast.",
            config.display()
        ),
    }
    Ok(Found::Good)
}

/// Edits the file: planned and checked whole, the intent logged, done, the outcome logged.
fn change(change: Change, id: &CameraId, config: &Path, edited: impl FnOnce(&str) -> Result<String, NotEdited>) -> Result<(), Problem> {
    let settings = super::settings(config)?;
    let before = std::fs::read_to_string(config).map_err(|error| not_replaced(config, error.into()))?;
    let after = edited(&before).map_err(|why| not_edited(config, why))?;
    Settings::check(&after, config).map_err(|refused| {
        let sentence = format!("The configuration couldn't be used any more:\n{refused}");
        Problem::new(Kind::BadInput, "settings", sentence, "Correct that and try again. Nothing was changed.")
    })?;
    let client = Client::of(&settings)?;
    let note = |outcome: Outcome| {
        let noted = json!({"change": change, "camera": id, "outcome": outcome});
        client.post::<Value>("/api/v1/configuration-changes", &noted)
    };
    note(Outcome::Intent)?;
    if let Err(error) = config_file::replace(config, &before, &after) {
        note(Outcome::Failed)?;
        return Err(not_replaced(config, error));
    }
    note(Outcome::Done)?;
    Ok(())
}

fn not_edited(config: &Path, why: NotEdited) -> Problem {
    let (kind, code, sentence, next) = match &why {
        NotEdited::Taken(id) => (
            Kind::Conflict,
            "camera_taken",
            format!("There is a camera \u{201c}{id}\u{201d} in {} already.", config.display()),
            "Choose another id. Nothing was changed.",
        ),
        NotEdited::Unknown(id) => (
            Kind::NotFound,
            "camera_unknown",
            format!("There is no camera \u{201c}{id}\u{201d} in {}.", config.display()),
            "\u{201c}holdfast camera list\u{201d} shows those there are.",
        ),
        NotEdited::Form => (
            Kind::BadInput,
            "cameras_form",
            format!("The cameras in {} are not written as [[camera]] sections.", config.display()),
            "Write each as a section of its own, or change the file by hand.",
        ),
    };
    Problem::new(kind, code, sentence, next).because(why)
}

fn not_replaced(config: &Path, error: ConfigFileError) -> Problem {
    let (kind, sentence) = match &error {
        ConfigFileError::Changed => (Kind::Conflict, format!("{} was changed by somebody else in the meantime.", config.display())),
        ConfigFileError::Io(_) => (Kind::Fault, format!("{} could not be written.", config.display())),
    };
    let next = "Nothing was changed. Check that you may write in its folder and that the disk has room, then try again.";
    Problem::new(kind, "config_not_written", sentence, next).because(error)
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
