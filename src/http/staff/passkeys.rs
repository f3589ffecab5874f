//! Passkeys on the page of one's own account: added and removed once their owner has shown who they are.
//!
//! The browser's half is `web/src/passkey.ts`. Refuses the box's own command line, which has no device
//! at hand. Next: `jobs::passkey`.

use std::sync::Arc;

use axum::{
    Form,
    extract::State as AxumState,
    response::{Html, IntoResponse, Redirect, Response},
};
use serde::Deserialize;

use super::{
    account::{Asking, Own, own, shown},
    accounts::{Typed, answer},
    login, page,
};
use crate::{
    adapters::passkey::Passkeys,
    http::{State, answer::blocking},
    jobs::passkey,
    problem::Problem,
};

fn taken(doors: &State) -> Result<Arc<Passkeys>, Problem> {
    doors.passkeys.clone().ok_or_else(passkey::no_passkeys_here)
}

/// Does `act` for the owner of the page, and shows there what went wrong.
async fn at_own_page(doors: &State, caller: Asking, act: impl AsyncFnOnce(Own) -> Result<Response, Problem>) -> Response {
    answer(
        async {
            let own = own(caller)?;
            let outcome = act(own.clone()).await;
            shown(doors, &own, outcome).await
        }
        .await,
    )
}

#[derive(Deserialize)]
pub struct New {
    #[serde(flatten)]
    typed: Typed,
    name: String,
}

/// Asks the browser for a new passkey, once its owner has shown who they are.
pub async fn begin(AxumState(doors): AxumState<State>, caller: Asking, Form(wanted): Form<New>) -> Response {
    let begin = async |own: Own| {
        wanted.typed.check_own(&doors, &own).await?;
        let (house, passkeys, user, name) = (Arc::clone(&doors.house), taken(&doors)?, own.user().clone(), wanted.name);
        let asked = blocking(move || passkey::begin(&house, &passkeys, &user, &name)).await?;
        Ok(Html(page::making(&asked, own.asker().csrf)).into_response())
    };
    at_own_page(&doors, caller, begin).await
}

#[derive(Deserialize)]
pub struct Made {
    csrf: String,
    /// The browser's answer, as JSON.
    made: String,
}

pub async fn finish(AxumState(doors): AxumState<State>, caller: Asking, Form(sent): Form<Made>) -> Response {
    let finish = async |own: Own| {
        own.check_csrf(&sent.csrf)?;
        let answered = login::answered(&sent.made)?;
        let (house, passkeys) = (Arc::clone(&doors.house), taken(&doors)?);
        blocking(move || passkey::finish(&house, &passkeys, own.caller().actor(), own.user(), &answered)).await?;
        Ok(Redirect::to("/account").into_response())
    };
    at_own_page(&doors, caller, finish).await
}

#[derive(Deserialize)]
pub struct Old {
    #[serde(flatten)]
    typed: Typed,
    /// Its id in hexadecimal.
    passkey: String,
}

/// Takes a passkey off; every session of the account ends, this one too.
pub async fn remove(AxumState(doors): AxumState<State>, caller: Asking, Form(wanted): Form<Old>) -> Response {
    let remove = async |own: Own| {
        wanted.typed.check_own(&doors, &own).await?;
        let credential = hex::decode(&wanted.passkey).unwrap_or_default();
        let house = Arc::clone(&doors.house);
        blocking(move || passkey::remove(&house, own.caller().actor(), own.user().id, &credential)).await?;
        Ok(Redirect::to("/login").into_response())
    };
    at_own_page(&doors, caller, remove).await
}
