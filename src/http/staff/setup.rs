//! First set-up: the one-time code turns into the first accounts.

use axum::{
    Form,
    extract::State as AxumState,
    response::{Html, IntoResponse, Redirect, Response},
};
use serde::Deserialize;

use super::page;
use crate::{
    domain::identity::Role,
    http::{
        State,
        answer::{blocking, page as problem_page},
    },
    jobs::staff::{self, NewUser},
};

pub async fn form(AxumState(doors): AxumState<State>) -> Response {
    let house = std::sync::Arc::clone(&doors.house);
    match blocking(move || staff::is_set_up(&house)).await {
        Ok(false) => Html(page::setup("", "", None)).into_response(),
        Ok(true) => Redirect::to("/login").into_response(),
        Err(problem) => problem_page(problem),
    }
}

#[derive(Deserialize)]
pub struct Asked {
    code: String,
    admin_name: String,
    admin_password: String,
    #[serde(default)]
    viewer_name: String,
    #[serde(default)]
    viewer_password: String,
}

pub async fn complete(AxumState(doors): AxumState<State>, Form(asked): Form<Asked>) -> Response {
    let administrator = NewUser { name: asked.admin_name.clone(), role: Role::Administrator, password: asked.admin_password };
    let viewer = (!asked.viewer_name.trim().is_empty()).then(|| NewUser {
        name: asked.viewer_name.clone(),
        role: Role::Reviewer,
        password: asked.viewer_password,
    });
    match staff::set_up(&doors.house, &doors.passwords, &asked.code, administrator, viewer).await {
        Ok(()) => Redirect::to("/login").into_response(),
        Err(problem) if problem.kind.http_status() < 500 => {
            let status = axum::http::StatusCode::from_u16(problem.kind.http_status()).unwrap_or(axum::http::StatusCode::BAD_REQUEST);
            (status, Html(page::setup(&asked.admin_name, &asked.viewer_name, Some(&problem.to_string())))).into_response()
        }
        Err(problem) => problem_page(problem),
    }
}
