//! `holdfast demo`

use super::{Form, Found};
pub use crate::demo::estate::Arguments;
use crate::{demo::estate, problem::Problem};

pub fn demo(arguments: &Arguments, form: Form) -> Result<Found, Problem> {
    super::start_logging("warn");
    let ready = |estate: &estate::Ready| match form {
        Form::Json => println!("{}", serde_json::json!(estate)),
        Form::Text => {
            println!("\nHoldfast is recording {} simulated cameras. Open {}\n", estate.cameras.len(), estate.staff);
            for user in &estate.users {
                println!("  {:<24} {:<26} password {}", user.role, user.name, user.password);
            }
            println!("\nEverything is in {}. Stop with Ctrl-C.", estate.dir);
        }
    };
    estate::run(arguments, ready)?;
    Ok(Found::Good)
}
