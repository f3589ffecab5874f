//! The users page, for administrators.

use std::sync::Arc;

use axum::{
    Form,
    extract::{Path, State as AxumState},
    response::{Html, IntoResponse, Redirect, Response},
};
use serde::Deserialize;
use uuid::Uuid;

use super::page;
use crate::{
    adapters::index::user,
    domain::{actor::UserId, identity::Role},
    http::{
        State,
        answer::{Refusal, blocking, page as problem_page},
        caller::{Caller, ManageUsers, Permit},
        guard::csrf_missing,
    },
    jobs::staff::{self, NewUser},
    problem::Problem,
};

type Permitted = Result<Permit<ManageUsers>, Refusal>;

/// The caller's CSRF token, checked against the form's where there is one.
fn checked(permit: Permitted, sent: Option<&str>) -> Result<(Caller, String), Problem> {
    let caller = permit.map_err(|refusal| refusal.0)?.caller;
    let csrf = match &caller {
        Caller::Browser(signed_in) => signed_in.csrf.clone(),
        Caller::Local(_) => String::new(),
    };
    match sent {
        Some(sent) if !bool::from(subtle::ConstantTimeEq::ct_eq(csrf.as_bytes(), sent.as_bytes())) => Err(csrf_missing()),
        _ => Ok((caller, csrf)),
    }
}

async fn show(doors: &State, csrf: &str, problem: Option<&str>, issued: Option<(&str, &str)>) -> Result<Html<String>, Problem> {
    let catalogue = Arc::clone(&doors.house.catalogue);
    let users = blocking(move || catalogue.read(user::list)).await?;
    Ok(Html(page::accounts(&users, csrf, problem, issued)))
}

fn answer(outcome: Result<Response, Problem>) -> Response {
    match outcome {
        Ok(response) => response,
        Err(problem) if problem.kind == crate::problem::Kind::Unauthenticated => Redirect::to("/login").into_response(),
        Err(problem) => problem_page(problem),
    }
}

pub async fn list(AxumState(doors): AxumState<State>, permit: Permitted) -> Response {
    answer(
        async {
            let (_, csrf) = checked(permit, None)?;
            Ok(show(&doors, &csrf, None, None).await?.into_response())
        }
        .await,
    )
}

#[derive(Deserialize)]
pub struct Asked {
    csrf: String,
    name: String,
    role: String,
    password: String,
}

pub async fn add(AxumState(doors): AxumState<State>, permit: Permitted, Form(asked): Form<Asked>) -> Response {
    answer(
        async {
            let (caller, csrf) = checked(permit, Some(&asked.csrf))?;
            let role = Role::from_name(&asked.role).unwrap_or(Role::Viewer);
            let new = NewUser { name: asked.name, role, password: asked.password };
            match staff::add(&doors.house, &doors.passwords, caller.actor(), new).await {
                Ok(_) => Ok(Redirect::to("/users").into_response()),
                Err(problem) if problem.kind.http_status() < 500 => {
                    Ok(show(&doors, &csrf, Some(&problem.to_string()), None).await?.into_response())
                }
                Err(problem) => Err(problem),
            }
        }
        .await,
    )
}

#[derive(Deserialize)]
pub struct Confirmed {
    csrf: String,
}

pub async fn disable(
    AxumState(doors): AxumState<State>,
    permit: Permitted,
    Path(user): Path<Uuid>,
    Form(form): Form<Confirmed>,
) -> Response {
    answer(
        async {
            let (caller, _) = checked(permit, Some(&form.csrf))?;
            let house = Arc::clone(&doors.house);
            blocking(move || staff::disable(&house, caller.actor(), UserId(user))).await?;
            Ok(Redirect::to("/users").into_response())
        }
        .await,
    )
}

pub async fn reset(AxumState(doors): AxumState<State>, permit: Permitted, Path(user): Path<Uuid>, Form(form): Form<Confirmed>) -> Response {
    answer(
        async {
            let (caller, csrf) = checked(permit, Some(&form.csrf))?;
            let (row, password) = staff::reset(&doors.house, &doors.passwords, caller.actor(), UserId(user)).await?;
            Ok(show(&doors, &csrf, None, Some((&row.name, &password))).await?.into_response())
        }
        .await,
    )
}
