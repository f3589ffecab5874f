//! Signing in and out, slowly for those who guess.

use std::{collections::HashMap, sync::Arc, time::Duration};

use axum::{
    Form,
    extract::State as AxumState,
    http::{HeaderValue, header},
    response::{Html, IntoResponse, Redirect, Response},
};
use parking_lot::Mutex;
use serde::Deserialize;

use super::page;
use crate::{
    adapters::{clock, index::user::UserRow},
    domain::{
        actor::Actor,
        identity::{SESSION_LIFE_SECONDS, login_delay},
    },
    http::{
        Carriage, State,
        answer::{blocking, page as problem_page},
        caller::{Caller, cookie_name},
        guard::csrf_missing,
    },
    jobs::staff::{self, Credentials, Recognised},
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

/// Checks password and code once more, for an act that asks for it: guesses count and slow down here
/// as they do at the sign-in.
pub async fn confirm(doors: &State, actor: Actor, typed: Credentials) -> Result<UserRow, Problem> {
    let name = typed.name.clone();
    let wait = doors.login_gate.wait(&name, clock::now().boottime_nanos);
    if !wait.is_zero() {
        return Err(Problem::new(
            Kind::TooMany,
            "password_wait",
            "Too many wrong passwords for this name.",
            format!("Wait {} s, then try again.", wait.as_secs() + 1),
        ));
    }
    match staff::confirm(&doors.house, &doors.passwords, actor, typed).await? {
        Recognised::Yes(user) => {
            doors.login_gate.succeeded(&name);
            Ok(user)
        }
        Recognised::CodeNeeded => Err(Problem::new(
            Kind::Forbidden,
            "code_needed",
            "This needs a code of your authenticator app as well.",
            "Type the code it shows now with your password.",
        )),
        Recognised::No => {
            doors.login_gate.failed(&name, clock::now().boottime_nanos);
            Err(Problem::new(
                Kind::Forbidden,
                "password_wrong",
                "The password or the code does not fit, so nothing was done.",
                "Type the password of your own account again, and a code that was not used yet; a forgotten password is reset by an administrator.",
            ))
        }
    }
}

fn between(earlier_nanos: i64, later_nanos: i64) -> Duration {
    Duration::from_nanos(u64::try_from(later_nanos.saturating_sub(earlier_nanos)).unwrap_or(0))
}

pub async fn form(AxumState(doors): AxumState<State>) -> Html<String> {
    Html(page::login(&doors.site.name, "", None))
}

#[derive(Deserialize)]
pub struct SignIn {
    name: String,
    password: String,
    #[serde(default)]
    code: Option<String>,
}

pub async fn sign_in(AxumState(doors): AxumState<State>, Form(asked): Form<SignIn>) -> Response {
    let name = asked.name.trim().chars().take(40).collect::<String>();
    let again = |problem: &str| Html(page::login(&doors.site.name, &name, Some(problem)));
    let wait = doors.login_gate.wait(&name, clock::now().boottime_nanos);
    if !wait.is_zero() {
        let problem = format!("Too many wrong passwords for this name. Wait {} s, then try again.", wait.as_secs() + 1);
        return (axum::http::StatusCode::TOO_MANY_REQUESTS, again(&problem)).into_response();
    }
    let typed = Credentials { name: name.clone(), password: asked.password, code: asked.code };
    match staff::sign_in(&doors.house, &doors.passwords, typed).await {
        Ok(Some(token)) => {
            doors.login_gate.succeeded(&name);
            let mut response = Redirect::to("/").into_response();
            set_cookie(&mut response, doors.carriage, &token, SESSION_LIFE_SECONDS);
            response
        }
        Ok(None) => {
            doors.login_gate.failed(&name, clock::now().boottime_nanos);
            let problem = "User name, password or code is wrong, or the account is disabled. Try again, or ask an administrator.";
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
