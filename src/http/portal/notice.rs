//! The start page, the privacy notice in its versions, languages and sizes, and the signs.

use axum::{
    extract::{Path, State as AxumState},
    response::Response,
};
use jiff::tz::TimeZone;

use super::{PortalDoors, State, page};
use crate::{domain::notice::Language, jobs::notice::Version};

pub async fn start(AxumState(doors): AxumState<State>) -> Response {
    page::start(&doors.facts)
}

/// The day on the wall when a version was first shown.
pub(super) fn day_of(doors: &PortalDoors, version: &Version) -> String {
    let zone = TimeZone::get(&doors.time_zone).unwrap_or(TimeZone::UTC);
    zone.to_datetime(version.since().to_timestamp()).strftime("%-d %B %Y").to_string()
}

fn show(doors: &PortalDoors, version: Option<&Version>, language: Option<Language>, size: page::Size) -> Response {
    let found = version.zip(language).and_then(|(version, language)| Some((version, language, version.texts.get(language.tag())?)));
    let Some((version, language, text)) = found else { return page::not_found(&doors.facts) };
    page::notice(&doors.facts, text, language, size, version.number, &day_of(doors, version))
}

pub async fn plain(AxumState(doors): AxumState<State>) -> Response {
    show(&doors, doors.versions.last(), Some(Language::English), page::Size::Plain)
}

pub async fn in_language(AxumState(doors): AxumState<State>, Path(language): Path<String>) -> Response {
    show(&doors, doors.versions.last(), Language::from_tag(&language), page::Size::Plain)
}

pub async fn large_print(AxumState(doors): AxumState<State>, Path(language): Path<String>) -> Response {
    show(&doors, doors.versions.last(), Language::from_tag(&language), page::Size::Large)
}

pub async fn history(AxumState(doors): AxumState<State>) -> Response {
    let versions: Vec<(u32, String)> = doors.versions.iter().rev().map(|version| (version.number, day_of(&doors, version))).collect();
    page::history(&doors.facts, &versions)
}

pub async fn version(AxumState(doors): AxumState<State>, Path(number): Path<String>) -> Response {
    let number: Option<u32> = number.parse().ok();
    let version = doors.versions.iter().find(|version| Some(version.number) == number);
    show(&doors, version, Some(Language::English), page::Size::Plain)
}

pub async fn signs(AxumState(doors): AxumState<State>) -> Response {
    page::signs(&doors.facts)
}

pub async fn sign(AxumState(doors): AxumState<State>, Path((camera, language)): Path<(String, String)>) -> Response {
    let camera = doors.facts.cameras.iter().find(|known| known.id == camera);
    match camera.zip(Language::from_tag(&language)) {
        Some((camera, language)) => page::sign(&doors.facts, &doors.facts.sign(camera, language), language),
        None => page::not_found(&doors.facts),
    }
}
