//! The configuration's text with one camera more or less. Every comment and the order stay.
//!
//! Refuses an id that is taken or unknown; whether the outcome can be used, [`Settings::check`](super::Settings::check)
//! says. Next: `adapters::config_file` puts it in place.

use toml_edit::{ArrayOfTables, DocumentMut, Item, Table, value};

use crate::domain::camera::{CameraId, Transport};

const CAMERAS: &str = "camera";

/// A camera as somebody wants it; what is None is left to the defaults.
#[derive(Clone, Debug)]
pub struct NewCamera {
    pub id: CameraId,
    pub url: String,
    pub place: String,
    pub purpose: String,
    pub name: Option<String>,
    pub username: Option<String>,
    pub password_file: Option<String>,
    pub transport: Option<Transport>,
    /// `31d`
    pub keep: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotEdited {
    #[error("there is a camera with the id {0} already")]
    Taken(CameraId),
    #[error("there is no camera with the id {0}")]
    Unknown(CameraId),
    #[error("the cameras are not written as [[camera]] sections")]
    Form,
}

/// The text with one more `[[camera]]` section, after the others.
pub fn with_camera(text: &str, camera: &NewCamera) -> Result<String, NotEdited> {
    let mut document: DocumentMut = text.parse().map_err(|_| NotEdited::Form)?;
    let cameras = document.entry(CAMERAS).or_insert_with(|| Item::ArrayOfTables(ArrayOfTables::new()));
    let cameras = cameras.as_array_of_tables_mut().ok_or(NotEdited::Form)?;
    if place_of(cameras, &camera.id).is_some() {
        return Err(NotEdited::Taken(camera.id.clone()));
    }
    let mut section = Table::new();
    section.decor_mut().set_prefix("\n");
    let keys = [
        ("id", Some(camera.id.as_str())),
        ("name", camera.name.as_deref()),
        ("place", Some(&camera.place)),
        ("purpose", Some(&camera.purpose)),
        ("url", Some(&camera.url)),
        ("username", camera.username.as_deref()),
        ("password_file", camera.password_file.as_deref()),
        ("transport", camera.transport.map(Transport::name)),
        ("keep", camera.keep.as_deref()),
    ];
    for (key, text) in keys {
        if let Some(text) = text {
            section.insert(key, value(text));
        }
    }
    cameras.push(section);
    Ok(document.to_string())
}

/// The text without this camera's section and the comments in and right above it.
pub fn without_camera(text: &str, id: &CameraId) -> Result<String, NotEdited> {
    let mut document: DocumentMut = text.parse().map_err(|_| NotEdited::Form)?;
    let unknown = || NotEdited::Unknown(id.clone());
    let cameras = document.get_mut(CAMERAS).ok_or_else(unknown)?.as_array_of_tables_mut().ok_or(NotEdited::Form)?;
    let place = place_of(cameras, id).ok_or_else(unknown)?;
    cameras.remove(place);
    if cameras.is_empty() {
        document.remove(CAMERAS);
    }
    Ok(document.to_string())
}

fn place_of(cameras: &ArrayOfTables, id: &CameraId) -> Option<usize> {
    cameras.iter().position(|camera| camera.get("id").and_then(Item::as_str) == Some(id.as_str()))
}
