//! Looking at cases: the work list by what is due, one case with its history, and the tally for `status`.

use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;

use super::{
    deadline::{self, Deadline},
    entry, unknown,
};
use crate::{
    adapters::index::{
        CatalogueError, audit,
        case::{self, EventRow},
    },
    domain::{
        actor::Actor,
        audit::Action,
        instant::{ClockReading, UtcInstant},
        request::{
            case::{Case, CaseReference},
            state::State,
        },
    },
    jobs::house::House,
    problem::Problem,
};

/// Which cases are wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which {
    Open,
    All,
}

/// Cases with their deadline, what is due first at the top, answered ones last.
pub fn list(house: &House, which: Which, now: UtcInstant) -> Result<Vec<(Case, Deadline)>, Problem> {
    let found = house.catalogue.read_at_once(match which {
        Which::Open => case::open,
        Which::All => case::list,
    })?;
    let today = house.office().day(now);
    let mut cases: Vec<_> = found
        .into_iter()
        .map(|case| {
            let deadline = deadline::of(&case, house.office(), today);
            (case, deadline)
        })
        .collect();
    cases.sort_by_key(|(case, deadline)| (deadline.stands.is_none(), deadline.due, case.reference));
    Ok(cases)
}

pub(super) fn by_reference(house: &House, reference: CaseReference) -> Result<Case, Problem> {
    house.catalogue.read_at_once(|connection| case::by_reference(connection, reference))?.ok_or_else(unknown)
}

/// One case, if there is such a one. Who may see it is the door's to know.
pub fn find(house: &House, reference: CaseReference) -> Result<Option<Case>, CatalogueError> {
    house.catalogue.read_at_once(|connection| case::by_reference(connection, reference))
}

/// A case as it stands, with its history. That somebody looked is logged first.
pub fn show(house: &House, actor: Actor, case: &Case, at: ClockReading) -> Result<(Deadline, Vec<EventRow>), Problem> {
    let leaf = entry(actor, Action::CaseRead, case.reference, json!({}));
    house.catalogue.write(|transaction| audit::append(transaction, &at, &leaf))?;
    let events = house.catalogue.read(|connection| case::events(connection, case.reference))?;
    Ok((deadline::of(case, house.office(), house.office().day(at.utc)), events))
}

/// How the open cases stand, without saying whose they are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct CaseTally {
    pub open: usize,
    /// Due within a week.
    pub due_soon: usize,
    pub overdue: usize,
    /// Urgent releases whose police form has not come.
    pub forms_owed: usize,
}

pub fn tally(house: &House, now: UtcInstant) -> Result<CaseTally, Problem> {
    let cases = list(house, Which::Open, now)?;
    let count = |is: fn(&Case, &Deadline) -> bool| cases.iter().filter(|(case, deadline)| is(case, deadline)).count();
    Ok(CaseTally {
        open: cases.len(),
        due_soon: count(|_, deadline| deadline.is_soon()),
        overdue: count(|_, deadline| deadline.is_overdue()),
        forms_owed: count(|case, _| owes_form(case)),
    })
}

/// Whether footage went out on word of mouth and the form is still to come.
pub fn owes_form(case: &Case) -> bool {
    let went_out = matches!(case.state, State::Released | State::PartlyReleased);
    let complete = case.form.as_ref().is_some_and(|form| form.check().is_ok());
    went_out && case.kind.needs_police_form() && !complete
}
