//! `holdfast init`: store, keys, set-up code; asks nothing, and can be repeated.

use std::path::Path;

use super::{Form, Found, client::Client};
use crate::{daemon, problem::Problem};

pub fn init(config: &Path, form: Form) -> Result<Found, Problem> {
    let settings = super::settings(config)?;
    let running = crate::adapters::vault::SOCKET_FILE;
    let code: Option<String> = if std::os::unix::net::UnixStream::connect(settings.store.data.join(running)).is_ok() {
        Client::of(&settings)?.post::<serde_json::Value>("/api/v1/setup-code", &serde_json::json!({}))?["code"].as_str().map(str::to_owned)
    } else {
        daemon::create_house(&settings)?;
        crate::jobs::staff::new_setup_code(&daemon::open_house(&settings)?)?
    };
    let url = format!("http://{}/", settings.web.staff.listen);
    match (form, &code) {
        (Form::Json, _) => super::print_json(
            &serde_json::json!({"store": settings.store.data, "keys": settings.keys.dir, "setup_code": code, "staff": url}),
        ),
        (Form::Text, Some(code)) => {
            println!("Store: {}\nKeys:  {}", settings.store.data.display(), settings.keys.dir.display());
            println!("\nSet-up code, good once: {code}\n");
            println!("Start Holdfast, open {url} and type the code there. Keep a copy of the keys folder in a safe place:");
            println!("without it nobody can open the footage, and with it anybody can who has the disk.");
        }
        (Form::Text, None) => println!("The store in {} is ready, and has been set up already.", settings.store.data.display()),
    }
    Ok(Found::Good)
}
