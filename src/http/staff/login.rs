//! Signing in and out, slowly for those who guess.

use std::{collections::HashMap, sync::Arc, time::Duration};

use axum::{
    Form, Json,
    extract::State as AxumState,
    http::{HeaderValue, header},
    response::{Html, IntoResponse, Redirect, Response},
};
use parking_lot::Mutex;
use serde::Deserialize;

use super::page;
use crate::{
    adapters::{
        clock,
        index::user::UserRow,
        passkey::{Answered, Asked},
    },
    domain::{
        actor::Actor,
        identity::{SESSION_LIFE_SECONDS, login_delay},
    },
    http::{
        Carriage, State,
        answer::{Refusal, blocking, page as problem_page},
        caller::{Caller, cookie_name},
        guard::csrf_missing,
    },
    jobs::{
        passkey,
        staff::{self, Checks, Credentials, Recognised, Shows},
    },
    problem::{Kind, Problem},
};

/// Counts wrong passwords by account name. In memory: a restart forgives.
#[derive(Default)]
pub struct LoginGate {
    /// Failures in a row, and when the last was, on the boot-time clock.
    failures: Mutex<HashMap<String, (u32, i64)>>,
}

/// Names remembered at most; then the oldest are forgotten.
const NAMES_MAX: usize = 10_000;

impl LoginGate {
    /// How long this name still has to wait.
    pub(in crate::http) fn wait(&self, name: &str, now_nanos: i64) -> Duration {
        let failures = self.failures.lock();
        failures
            .get(&name.to_lowercase())
            .map_or(Duration::ZERO, |(count, last)| login_delay(*count).saturating_sub(between(*last, now_nanos)))
    }

    pub(in crate::http) fn failed(&self, name: &str, now_nanos: i64) {
        let mut failures = self.failures.lock();
        if failures.len() >= NAMES_MAX {
            failures.retain(|_, (_, last)| between(*last, now_nanos) < Duration::from_secs(900));
        }
        let entry = failures.entry(name.to_lowercase()).or_insert((0, now_nanos));
        *entry = (entry.0.saturating_add(1), now_nanos);
    }

    pub(in crate::http) fn succeeded(&self, name: &str) {
        self.failures.lock().remove(&name.to_lowercase());
    }
}

fn checks(doors: &State) -> Checks<'_> {
    Checks { passwords: &doors.passwords, passkeys: doors.passkeys.as_ref() }
}

/// Checks password and code, or a passkey, once more, for an act that asks for it: guesses count and
/// slow down here as they do at the sign-in.
pub async fn confirm(doors: &State, actor: Actor, name: &str, shows: Shows) -> Result<UserRow, Problem> {
    // A passkey can't be guessed: it neither waits nor makes anybody wait.
    let guessed = matches!(shows, Shows::Typed(_)).then_some(name);
    let wait = guessed.map_or(Duration::ZERO, |name| doors.login_gate.wait(name, clock::now().boottime_nanos));
    if !wait.is_zero() {
        return Err(Problem::new(
            Kind::TooMany,
            "password_wait",
            "Too many wrong passwords for this name.",
            format!("Wait {} s, then try again.", wait.as_secs() + 1),
        ));
    }
    match staff::confirm(&doors.house, checks(doors), actor, shows).await? {
        Recognised::Yes(user) => {
            guessed.inspect(|name| doors.login_gate.succeeded(name));
            Ok(user)
        }
        Recognised::CodeNeeded => Err(Problem::new(
            Kind::Forbidden,
            "code_needed",
            "This needs a code of your authenticator app, or your passkey.",
            "Type the code it shows now with your password, or use the passkey instead.",
        )),
        Recognised::No => {
            guessed.inspect(|name| doors.login_gate.failed(name, clock::now().boottime_nanos));
            Err(Problem::new(
                Kind::Forbidden,
                "password_wrong",
                "The password, the code or the passkey does not fit, so nothing was done.",
                "Show that of your own account again, with a code that was not used yet; a forgotten password is reset by an administrator.",
            ))
        }
    }
}

fn between(earlier_nanos: i64, later_nanos: i64) -> Duration {
    Duration::from_nanos(u64::try_from(later_nanos.saturating_sub(earlier_nanos)).unwrap_or(0))
}

pub async fn form(AxumState(doors): AxumState<State>) -> Html<String> {
    Html(page::login(&doors.site.name, "", doors.passkeys.is_some().then_some(page::TakesPasskeys), None))
}

#[derive(Deserialize)]
pub struct SignIn {
    name: String,
    password: String,
    #[serde(default)]
    code: Option<String>,
    /// A passkey's answer as JSON, instead of all these.
    #[serde(default)]
    passkey: String,
}

/// What a passkey is asked for, for whoever is there: it names nobody.
pub async fn ask_passkey(AxumState(doors): AxumState<State>) -> Result<Json<Asked>, Refusal> {
    let passkeys = doors.passkeys.as_ref().ok_or_else(passkey::no_passkeys_here)?;
    Ok(Json(passkey::ask(passkeys)?))
}

/// A passkey's answer, as a form carries it.
pub fn answered(text: &str) -> Result<Answered, Problem> {
    serde_json::from_str(text)
        .map_err(|error| Problem::new(Kind::BadInput, "passkey", "The passkey's answer can't be read.", "Try again.").because(error))
}

pub async fn sign_in(AxumState(doors): AxumState<State>, Form(asked): Form<SignIn>) -> Response {
    let name = asked.name.trim().chars().take(40).collect::<String>();
    let takes = doors.passkeys.is_some().then_some(page::TakesPasskeys);
    let again = |problem: &str| Html(page::login(&doors.site.name, &name, takes, Some(problem)));
    // A passkey can't be guessed, and neither slows down nor clears the name that is typed beside it.
    let guessed = asked.passkey.is_empty().then_some(name.as_str());
    let wait = guessed.map_or(Duration::ZERO, |name| doors.login_gate.wait(name, clock::now().boottime_nanos));
    if !wait.is_zero() {
        let problem = format!("Too many wrong passwords for this name. Wait {} s, then try again.", wait.as_secs() + 1);
        return (axum::http::StatusCode::TOO_MANY_REQUESTS, again(&problem)).into_response();
    }
    let shows = match asked.passkey.as_str() {
        "" => Shows::Typed(Credentials { name: name.clone(), password: asked.password, code: asked.code }),
        text => match answered(text) {
            Ok(answered) => Shows::Passkey(answered),
            Err(problem) => return problem_page(problem),
        },
    };
    match staff::sign_in(&doors.house, checks(&doors), shows).await {
        Ok(Some(token)) => {
            guessed.inspect(|name| doors.login_gate.succeeded(name));
            let mut response = Redirect::to("/").into_response();
            set_cookie(&mut response, doors.carriage, &token, SESSION_LIFE_SECONDS);
            response
        }
        Ok(None) => {
            guessed.inspect(|name| doors.login_gate.failed(name, clock::now().boottime_nanos));
            let problem = "User name, password, code or passkey is wrong, or the account is disabled. An account with a passkey signs in with it, or with a code as well. Try again, or ask an administrator.";
            (axum::http::StatusCode::UNAUTHORIZED, again(problem)).into_response()
        }
        Err(problem) => problem_page(problem),
    }
}

#[derive(Deserialize)]
pub struct SignOut {
    #[serde(default)]
    csrf: String,
}

pub async fn sign_out(AxumState(doors): AxumState<State>, caller: Caller, Form(form): Form<SignOut>) -> Response {
    if let Caller::Browser(signed_in) = &caller {
        if !bool::from(subtle::ConstantTimeEq::ct_eq(signed_in.csrf.as_bytes(), form.csrf.as_bytes())) {
            return problem_page(csrf_missing());
        }
        let (house, actor, token_hash) = (Arc::clone(&doors.house), caller.actor(), signed_in.token_hash);
        if let Err(problem) = blocking(move || staff::sign_out(&house, actor, &token_hash)).await {
            return problem_page(problem);
        }
    }
    let mut response = Redirect::to("/login").into_response();
    set_cookie(&mut response, doors.carriage, "", 0);
    response
}

fn set_cookie(response: &mut Response, carriage: Carriage, value: &str, max_age_seconds: i64) {
    let secure = if carriage == Carriage::Tls { "; Secure" } else { "" };
    let cookie = format!("{}={value}; Path=/; Max-Age={max_age_seconds}; HttpOnly; SameSite=Strict{secure}", cookie_name(carriage));
    if let Ok(cookie) = HeaderValue::from_str(&cookie) {
        response.headers_mut().insert(header::SET_COOKIE, cookie);
    }
}
