//! `holdfast check`

use std::path::Path;

use super::{Form, Found};
use crate::{problem::Problem, settings::Settings};

pub fn check(config: &Path, form: Form) -> Result<Found, Problem> {
    match (Settings::load(config), form) {
        (Ok(settings), Form::Text) => {
            println!("{} is right: {} cameras, footage in {}.", config.display(), settings.cameras.len(), settings.store.data.display());
            println!("Bank holidays are known until {}.", settings.requests.bank_holidays.last_known());
            Ok(Found::Good)
        }
        (Ok(_), Form::Json) => {
            super::print_json(&serde_json::json!({"ok": true, "findings": []}));
            Ok(Found::Good)
        }
        (Err(refused), Form::Json) => {
            let findings = refused.findings.iter().map(|finding| {
                serde_json::json!({"file": refused.file, "line": finding.line, "column": finding.column, "sentence": finding.sentence, "instead": finding.instead})
            });
            super::print_json(&serde_json::json!({"ok": false, "findings": findings.collect::<Vec<_>>()}));
            Err(super::settings(config).err().unwrap_or_else(|| {
                Problem::new(crate::problem::Kind::BadInput, "settings", "The configuration changed while it was read.", "Check again.")
            }))
        }
        (Err(_), Form::Text) => super::settings(config).map(|_| Found::Good),
    }
}
