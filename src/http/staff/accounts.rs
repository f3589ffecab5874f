//! The users page, for administrators: who has an account, and what becomes of it.
//!
//! Every change takes the administrator's own password again, and a code where they have an app.
//! Refuses whoever may not manage users. Next: `jobs::staff`, `jobs::second_factor`.

use std::sync::Arc;

use axum::{
    Form,
    extract::{Path, State as AxumState},
    response::{Html, IntoResponse, Redirect, Response},
};
use axum_extra::extract::Form as ManyForm;
use serde::Deserialize;
use uuid::Uuid;

use super::{
    account::Own,
    login,
    page::{self, Estate, Ticked},
};
use crate::{
    adapters::index::{
        user::{self, UserRow},
        user_limit,
    },
    domain::{
        actor::UserId,
        identity::{
            Permission, Role,
            scope::{Limits, Scope},
        },
    },
    http::{
        State,
        answer::{Refusal, blocking, page as problem_page},
        api::users::{TakeOff, limits, refuse_own_app},
        caller::{ManageUsers, Permit},
        confirm::{Confirmation, Confirmed},
    },
    jobs::{
        passkey, policy, second_factor,
        staff::{self, NewUser},
    },
    problem::{Kind, Problem},
};

type Permitted = Result<Permit<ManageUsers>, Refusal>;

/// The administrator, at a browser.
fn administrator(permit: Permitted) -> Result<Own, Problem> {
    Own::of(permit.map_err(|refusal| refusal.0)?.caller)
}

async fn show(doors: &State, own: &Own, problem: Option<&str>, issued: Option<(&str, &str)>) -> Result<Response, Problem> {
    let (house, in_force) = (Arc::clone(&doors.house), doors.policy.as_ref().map(|policy| policy.version));
    let (users, readers) =
        blocking(move || Ok::<_, Problem>((house.catalogue.read(user::list)?, policy::readers(&house, in_force)?))).await?;
    let standing =
        |user: &UserRow| readers.iter().find(|reader| reader.id == user.id).map_or("", |reader| page::policy_words(reader.standing));
    let users: Vec<(UserRow, &'static str)> = users.into_iter().map(|user| (user.clone(), standing(&user))).collect();
    Ok(Html(page::accounts(&users, &own.asker(), problem, issued)).into_response())
}

pub(super) fn answer(outcome: Result<Response, Problem>) -> Response {
    match outcome {
        Ok(response) => response,
        Err(problem) if problem.kind == Kind::Unauthenticated => Redirect::to("/login").into_response(),
        Err(problem) => problem_page(problem),
    }
}

pub async fn list(AxumState(doors): AxumState<State>, permit: Permitted) -> Response {
    answer(async { show(&doors, &administrator(permit)?, None, None).await }.await)
}

/// The fields of [`page::Asker`].
#[derive(Deserialize)]
pub struct Typed {
    csrf: String,
    #[serde(default)]
    own_password: String,
    #[serde(default)]
    own_code: String,
    /// A passkey's answer as JSON, instead of both.
    #[serde(default)]
    own_passkey: String,
}

impl Typed {
    fn confirmation(self) -> Result<Confirmation, Problem> {
        match self.own_passkey.as_str() {
            "" => Ok(Confirmation::typed(self.own_password, self.own_code)),
            text => login::answered(text).map(Confirmation::by_passkey),
        }
    }

    /// Checks that the form is this session's, then who typed.
    pub(super) async fn check_own(self, doors: &State, own: &Own) -> Result<Confirmed, Problem> {
        own.check_csrf(&self.csrf)?;
        self.confirmation()?.check_own(doors, own.caller()).await
    }

    /// The same, and that they still manage users.
    async fn check(self, doors: &State, own: &Own) -> Result<Confirmed, Problem> {
        own.check_csrf(&self.csrf)?;
        self.confirmation()?.check(doors, own.caller(), Permission::ManageUsers).await
    }
}

#[derive(Deserialize)]
pub struct Asked {
    name: String,
    role: String,
    password: String,
    #[serde(flatten)]
    typed: Typed,
}

pub async fn add(AxumState(doors): AxumState<State>, permit: Permitted, Form(asked): Form<Asked>) -> Response {
    answer(
        async {
            let own = administrator(permit)?;
            let role = Role::from_name(&asked.role).unwrap_or(Role::Viewer);
            let new = NewUser { name: asked.name, role, password: asked.password };
            let added = match asked.typed.check(&doors, &own).await {
                Ok(confirmed) => staff::add(&doors.house, &doors.passwords, confirmed.actor(), new).await,
                Err(problem) => Err(problem),
            };
            match added {
                Ok(_) => Ok(Redirect::to("/users").into_response()),
                Err(problem) if problem.kind.http_status() < 500 => show(&doors, &own, Some(&problem.to_string()), None).await,
                Err(problem) => Err(problem),
            }
        }
        .await,
    )
}

/// An account with the cameras there are, ticked where it may know of them.
async fn account(doors: &State, id: UserId) -> Result<(UserRow, Vec<Estate>), Problem> {
    let catalogue = Arc::clone(&doors.house.catalogue);
    let found =
        blocking(move || catalogue.read_at_once(|connection| Ok((user::by_id(connection, id)?, user_limit::scope(connection, id)?))));
    let (row, scope) = found.await?;
    let limits = match scope {
        Scope::WholeSite => Limits::default(),
        Scope::Limited(limits) => limits,
    };
    let mut estates: Vec<Estate> = Vec::new();
    for camera in &doors.cameras {
        let ticked = Ticked { id: camera.id.to_string(), name: camera.name.clone(), is_ticked: limits.cameras.contains(&camera.id) };
        match estates.iter_mut().find(|estate| estate.place == camera.place) {
            Some(estate) => estate.cameras.push(ticked),
            None => {
                let (place, is_whole) = (camera.place.clone(), limits.places.contains(&camera.place));
                estates.push(Estate { place, is_whole, cameras: vec![ticked] });
            }
        }
    }
    Ok((row.ok_or_else(staff::user_unknown)?, estates))
}

pub async fn one(AxumState(doors): AxumState<State>, permit: Permitted, Path(user): Path<Uuid>) -> Response {
    answer(
        async {
            let own = administrator(permit)?;
            let (row, estates) = account(&doors, UserId(user)).await?;
            Ok(Html(page::account(&row, &estates, &own.asker(), None)).into_response())
        }
        .await,
    )
}

/// Does `act` once the administrator has shown who they are; what is refused is said on the account's page.
async fn change<F>(doors: &State, permit: Permitted, id: UserId, typed: Typed, act: impl FnOnce(Own, Confirmed) -> F) -> Response
where
    F: Future<Output = Result<Response, Problem>>,
{
    answer(
        async {
            let own = administrator(permit)?;
            let (row, estates) = account(doors, id).await?;
            let done = match typed.check(doors, &own).await {
                Ok(confirmed) => act(own.clone(), confirmed).await,
                Err(problem) => Err(problem),
            };
            match done {
                Err(problem) if problem.kind.http_status() < 500 => {
                    Ok(Html(page::account(&row, &estates, &own.asker(), Some(&problem.to_string()))).into_response())
                }
                done => done,
            }
        }
        .await,
    )
}

pub async fn disable(AxumState(doors): AxumState<State>, permit: Permitted, Path(user): Path<Uuid>, Form(typed): Form<Typed>) -> Response {
    let (id, house) = (UserId(user), Arc::clone(&doors.house));
    let act = async move |_: Own, confirmed: Confirmed| {
        blocking(move || staff::disable(&house, confirmed.actor(), id)).await?;
        Ok(Redirect::to("/users").into_response())
    };
    change(&doors, permit, id, typed, act).await
}

/// What is ticked on an account's page.
#[derive(Deserialize)]
pub struct TickedForm {
    csrf: String,
    #[serde(default)]
    own_password: String,
    #[serde(default)]
    own_code: String,
    #[serde(default)]
    own_passkey: String,
    #[serde(default)]
    camera: Vec<String>,
    #[serde(default)]
    place: Vec<String>,
}

pub async fn limit(
    AxumState(doors): AxumState<State>,
    permit: Permitted,
    Path(user): Path<Uuid>,
    ManyForm(ticked): ManyForm<TickedForm>,
) -> Response {
    let (id, at) = (UserId(user), Arc::clone(&doors));
    let TickedForm { csrf, own_password, own_code, own_passkey, camera, place } = ticked;
    let act = async move |own: Own, confirmed: Confirmed| {
        let scope = match (camera.as_slice(), place.as_slice()) {
            ([], []) => Scope::WholeSite,
            _ => limits(&at, own.caller(), &camera, place).await?,
        };
        let house = Arc::clone(&at.house);
        blocking(move || staff::limit(&house, confirmed.actor(), id, &scope)).await?;
        Ok(Redirect::to("/users").into_response())
    };
    change(&doors, permit, id, Typed { csrf, own_password, own_code, own_passkey }, act).await
}

pub async fn remove_app(
    AxumState(doors): AxumState<State>,
    permit: Permitted,
    Path(user): Path<Uuid>,
    Form(typed): Form<Typed>,
) -> Response {
    take_off(&doors, permit, UserId(user), typed, second_factor::remove).await
}

pub async fn remove_passkeys(
    AxumState(doors): AxumState<State>,
    permit: Permitted,
    Path(user): Path<Uuid>,
    Form(typed): Form<Typed>,
) -> Response {
    take_off(&doors, permit, UserId(user), typed, passkey::remove_all).await
}

async fn take_off(doors: &State, permit: Permitted, id: UserId, typed: Typed, remove: TakeOff) -> Response {
    let house = Arc::clone(&doors.house);
    let act = async move |own: Own, confirmed: Confirmed| {
        refuse_own_app(own.caller(), id)?;
        blocking(move || remove(&house, confirmed.actor(), id)).await?;
        Ok(Redirect::to("/users").into_response())
    };
    change(doors, permit, id, typed, act).await
}

pub async fn reset(AxumState(doors): AxumState<State>, permit: Permitted, Path(user): Path<Uuid>, Form(typed): Form<Typed>) -> Response {
    let (id, at) = (UserId(user), Arc::clone(&doors));
    let act = async move |own: Own, confirmed: Confirmed| {
        let (row, password) = staff::reset(&at.house, &at.passwords, confirmed.actor(), id).await?;
        show(&at, &own, None, Some((&row.name, &password))).await
    };
    change(&doors, permit, id, typed, act).await
}
