//! The page of one's own account: an authenticator app joins here.
//!
//! The secret is shown once, after the password was typed again; a reload shows it no more. Refuses the
//! box's own command line, which has no account. Next: `jobs::second_factor`.

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
    adapters::index::user::UserRow,
    http::{
        State,
        answer::{Refusal, blocking},
        caller::{Caller, SignedIn},
        guard::csrf_missing,
    },
    jobs::second_factor,
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

    const fn user(&self) -> &UserRow {
        &self.1.user
    }

    pub(super) fn asker(&self) -> page::Asker<'_> {
        page::Asker { csrf: &self.1.csrf, name: &self.user().name, has_second_factor: self.user().has_second_factor }
    }

    pub(super) fn check_csrf(&self, sent: &str) -> Result<(), Problem> {
        let same = subtle::ConstantTimeEq::ct_eq(self.1.csrf.as_bytes(), sent.as_bytes());
        if bool::from(same) { Ok(()) } else { Err(csrf_missing()) }
    }
}

type Asking = Result<Caller, Refusal>;

fn own(caller: Asking) -> Result<Own, Problem> {
    Own::of(caller.map_err(|refusal| refusal.0)?)
}

pub async fn show(caller: Asking) -> Response {
    answer(own(caller).map(|own| Html(page::own(own.user(), &own.asker(), None)).into_response()))
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
                Err(problem) if problem.kind.http_status() < 500 => {
                    Ok(Html(page::own(again.user(), &again.asker(), Some(&problem.to_string()))).into_response())
                }
                Err(problem) => Err(problem),
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
