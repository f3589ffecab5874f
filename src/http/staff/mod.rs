//! Pages that work without JavaScript: first set-up, signing in and out, accounts; and the shell
//! that loads the workspace.

pub mod account;
pub mod accounts;
pub mod login;
pub mod page;
pub mod passkeys;
pub mod setup;

use axum::{
    Router,
    extract::State as AxumState,
    response::{Html, IntoResponse, Redirect, Response},
    routing::get,
};

use super::{
    State,
    answer::{blocking, page as problem_page},
    caller::Caller,
};
use crate::adapters::index::user;

pub fn router() -> Router<State> {
    Router::new()
        .route("/", get(shell))
        .route("/setup", get(setup::form).post(setup::complete))
        .route("/login", get(login::form).post(login::sign_in))
        .route("/logout", axum::routing::post(login::sign_out))
        .route("/users", get(accounts::list).post(accounts::add))
        .route("/account", get(account::show))
        .route("/login/passkey", axum::routing::post(login::ask_passkey))
        .route("/account/passkeys", axum::routing::post(passkeys::begin))
        .route("/account/passkeys/made", axum::routing::post(passkeys::finish))
        .route("/account/passkeys/remove", axum::routing::post(passkeys::remove))
        .route("/account/app", axum::routing::post(account::begin))
        .route("/account/app/confirm", axum::routing::post(account::confirm))
        .route("/users/{user}", get(accounts::one))
        .route("/users/{user}/limit", axum::routing::post(accounts::limit))
        .route("/users/{user}/remove-app", axum::routing::post(accounts::remove_app))
        .route("/users/{user}/remove-passkeys", axum::routing::post(accounts::remove_passkeys))
        .route("/users/{user}/disable", axum::routing::post(accounts::disable))
        .route("/users/{user}/reset", axum::routing::post(accounts::reset))
        .fallback(nothing_here)
}

/// The workspace, or the way to it: set-up first, then signing in.
async fn shell(AxumState(doors): AxumState<State>, caller: Result<Caller, super::answer::Refusal>) -> Response {
    if caller.is_ok() {
        return Html(page::shell(&doors.site.name)).into_response();
    }
    let catalogue = std::sync::Arc::clone(&doors.house.catalogue);
    match blocking(move || catalogue.read(user::count)).await {
        Ok(0) => Redirect::to("/setup").into_response(),
        Ok(_) => Redirect::to("/login").into_response(),
        Err(problem) => problem_page(problem),
    }
}

async fn nothing_here(uri: axum::http::Uri) -> Response {
    let problem = crate::problem::Problem::new(
        crate::problem::Kind::NotFound,
        "not_found",
        "There is nothing at this address.",
        "Go back to the workspace.",
    );
    if uri.path().starts_with("/api/") { super::answer::Refusal(problem).into_response() } else { problem_page(problem) }
}
