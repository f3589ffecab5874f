//! The register of cameras, for the record of processing and for whoever asks what watches them.
//!
//! Next: `domain::camera::register` says what is missing.

use axum::{
    Json,
    extract::{Query, State as AxumState},
    http::header,
    response::{IntoResponse, Response},
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::{
    domain::camera::CameraId,
    http::{
        CameraFacts, State,
        answer::{ProblemBody, Refusal},
        caller::{Permit, SeeStatus},
    },
    jobs::case::register::quoted,
    problem::{Kind, Problem},
};

#[derive(Deserialize, IntoParams)]
pub struct RegisterAsked {
    /// json (the default) or csv.
    format: Option<String>,
}

#[derive(Serialize, ToSchema)]
pub struct RegisterEntry {
    #[schema(value_type = String)]
    camera: CameraId,
    name: String,
    place: String,
    purpose: String,
    /// Retention period, seconds.
    keep_s: i64,
    field_of_view: Option<String>,
    sign: Option<String>,
    privacy_mask: Option<String>,
    dpia: Option<String>,
    contact: Option<String>,
    /// What nobody has written down, each in a sentence.
    missing: Vec<&'static str>,
}

impl From<&CameraFacts> for RegisterEntry {
    fn from(camera: &CameraFacts) -> Self {
        let on_record = camera.on_record.clone();
        Self {
            camera: camera.id.clone(),
            name: camera.name.clone(),
            place: camera.place.clone(),
            purpose: camera.purpose.clone(),
            keep_s: camera.keep_seconds,
            missing: on_record.missing(),
            field_of_view: on_record.field_of_view,
            sign: on_record.sign,
            privacy_mask: on_record.privacy_mask,
            dpia: on_record.dpia,
            contact: on_record.contact,
        }
    }
}

const HEAD: &str = "camera,name,place,purpose,keep_days,field_of_view,sign,privacy_mask,dpia,contact,missing";

/// The cameras of the configuration with everything on record about them.
#[utoipa::path(get, path = "/api/v1/cameras/register", params(RegisterAsked),
    responses((status = 200, body = [RegisterEntry]), (status = 400, body = ProblemBody), (status = 401, body = ProblemBody)))]
pub async fn register(
    AxumState(doors): AxumState<State>,
    permit: Permit<SeeStatus>,
    Query(asked): Query<RegisterAsked>,
) -> Result<Response, Refusal> {
    let seen = doors.cameras.iter().filter(|camera| permit.caller.sees(&doors, &camera.id));
    let entries: Vec<RegisterEntry> = seen.map(RegisterEntry::from).collect();
    match asked.format.as_deref() {
        None | Some("json") => Ok(Json(entries).into_response()),
        Some("csv") => {
            let headers =
                [(header::CONTENT_TYPE, "text/csv; charset=utf-8"), (header::CONTENT_DISPOSITION, "attachment; filename=\"cameras.csv\"")];
            Ok((headers, csv(&entries)).into_response())
        }
        Some(_) => Err(Problem::new(Kind::BadInput, "format", "The register has no such form.", "Ask for json or csv.").into()),
    }
}

/// RFC 4180.
fn csv(entries: &[RegisterEntry]) -> String {
    let mut text = format!("{HEAD}\r\n");
    for entry in entries {
        let (days, missing) = ((entry.keep_s / 86_400).to_string(), entry.missing.join("; "));
        let on_record = |value: &Option<String>| value.clone().unwrap_or_default();
        let cells = [
            entry.camera.to_string(),
            entry.name.clone(),
            entry.place.clone(),
            entry.purpose.clone(),
            days,
            on_record(&entry.field_of_view),
            on_record(&entry.sign),
            on_record(&entry.privacy_mask),
            on_record(&entry.dpia),
            on_record(&entry.contact),
            missing,
        ];
        text.push_str(&cells.map(|cell| quoted(&cell)).join(","));
        text.push_str("\r\n");
    }
    text
}
