//! The page of one's own account: an authenticator app joins here.
//!
//! The secret is shown once, after the password was typed again; a reload shows it no more. Refuses the
//! box's own command line, which has no account. Next: `jobs::second_factor`; `passkeys` has the other half of the page.

use std::sync::Arc;

use axum::{
    Form,
    extract::State as AxumState,
    response::{Html, IntoResponse, Redirect, Response},
};
use serde::Deserialize;

use super::{
    accounts::{Typed, answer},
    page,
};
use crate::{
    adapters::index::{passkey::PasskeyRow, user::UserRow},
    domain::instant::UtcInstant,
    http::{
        State,
        answer::{Refusal, blocking},
        caller::{Caller, SignedIn},
        guard::csrf_missing,
    },
    jobs::{passkey, second_factor},
    problem::{Kind, Problem},
};

/// A browser's caller: somebody with an account.
#[derive(Clone)]
pub struct Own(Caller, SignedIn);

impl Own {
    pub(super) fn of(caller: Caller) -> Result<Self, Problem> {
        match &caller {
            Caller::Browser(signed_in) => {
                let signed_in = signed_in.clone();
                Ok(Self(caller, signed_in))
            }
            Caller::Local(_) => Err(Problem::new(
                Kind::Forbidden,
                "no_account",
                "The box\u{2019}s own command line has no account.",
                "Use \u{201c}holdfast user\u{201d} there.",
            )),
        }
    }

    pub(super) const fn caller(&self) -> &Caller {
        &self.0
    }

    pub(super) const fn user(&self) -> &UserRow {
        &self.1.user
    }

    pub(super) fn asker(&self) -> page::Asker<'_> {
        page::Asker {
            csrf: &self.1.csrf,
            name: &self.user().name,
            has_second_factor: self.user().has_second_factor,
            has_passkey: self.user().has_passkey,
        }
    }

    pub(super) fn check_csrf(&self, sent: &str) -> Result<(), Problem> {
        let same = subtle::ConstantTimeEq::ct_eq(self.1.csrf.as_bytes(), sent.as_bytes());
        if bool::from(same) { Ok(()) } else { Err(csrf_missing()) }
    }
}

pub(super) type Asking = Result<Caller, Refusal>;

pub(super) fn own(caller: Asking) -> Result<Own, Problem> {
    Own::of(caller.map_err(|refusal| refusal.0)?)
}

/// The page, with what went wrong last.
async fn page_of(doors: &State, own: &Own, problem: Option<&str>) -> Result<Response, Problem> {
    let (house, user) = (Arc::clone(&doors.house), own.user().id);
    let kept = blocking(move || passkey::list(&house, user)).await?;
    let joined = |row: &PasskeyRow| page::JoinedPasskey {
        id: hex::encode(&row.credential),
        name: row.name.clone(),
        added: day(doors, row.added),
        used: row.used.map(|at| day(doors, at)),
    };
    let passkeys = doors.passkeys.is_some().then(|| kept.iter().map(joined).collect());
    Ok(Html(page::own(own.user(), &own.asker(), passkeys, problem)).into_response())
}

fn day(doors: &State, at: UtcInstant) -> String {
    doors.house.office().day(at).strftime("%-d %B %Y").to_string()
}

/// A problem that the person at the page can mend is shown on the page.
pub(super) async fn shown(doors: &State, own: &Own, outcome: Result<Response, Problem>) -> Result<Response, Problem> {
    match outcome {
        Err(problem) if problem.kind.http_status() < 500 => page_of(doors, own, Some(&problem.to_string())).await,
        outcome => outcome,
    }
}

pub async fn show(AxumState(doors): AxumState<State>, caller: Asking) -> Response {
    answer(async { page_of(&doors, &own(caller)?, None).await }.await)
}

pub async fn begin(AxumState(doors): AxumState<State>, caller: Asking, Form(typed): Form<Typed>) -> Response {
    answer(
        async {
            let own = own(caller)?;
            let again = own.clone();
            let begun = match typed.check_own(&doors, &own).await {
                Ok(_) => {
                    let (house, site) = (Arc::clone(&doors.house), doors.site.name.clone());
                    blocking(move || second_factor::begin(&house, &site, own.user())).await
                }
                Err(problem) => Err(problem),
            };
            match begun {
                Ok(invitation) => Ok(Html(page::joining(Some(&invitation), again.asker().csrf, None)).into_response()),
                Err(problem) => shown(&doors, &again, Err(problem)).await,
            }
        }
        .await,
    )
}

#[derive(Deserialize)]
pub struct FirstCode {
    csrf: String,
    code: String,
}

pub async fn confirm(AxumState(doors): AxumState<State>, caller: Asking, Form(typed): Form<FirstCode>) -> Response {
    answer(
        async {
            let own = own(caller)?;
            own.check_csrf(&typed.csrf)?;
            let again = own.clone();
            let house = Arc::clone(&doors.house);
            let joined = blocking(move || second_factor::confirm(&house, own.caller().actor(), own.user(), &typed.code)).await;
            match joined {
                Ok(()) => Ok(Redirect::to("/account").into_response()),
                Err(problem) if problem.kind.http_status() < 500 => {
                    Ok(Html(page::joining(None, again.asker().csrf, Some(&problem.to_string()))).into_response())
                }
                Err(problem) => Err(problem),
            }
        }
        .await,
    )
}
