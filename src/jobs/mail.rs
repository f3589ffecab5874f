//! Tells people by mail that there is news: requesters of theirs, staff of what needs them today and of
//! footage that was opened in an emergency.
//!
//! ```text
//! books (events, openings, concerns) ─► queue, once an occasion ─► send ─► sent, with a leaf
//!                                                        ▲          └─ not now ─► again, ever later
//!                                                        └──────────────┘  no, or three days ─► ended, with a leaf
//! ```
//!
//! The queue is what the books say less what was queued, so nothing has to remember to tell. Each try is
//! written down before it is made, so that a crash or a full disk tells at most twice, later, with one
//! Message-ID. Address and words are made when it is sent: whoever was
//! erased meanwhile gets nothing. No address gets into log or leaf. Next: `adapters::smtp`.

use std::{sync::Arc, time::Duration};

use serde::Serialize;
use serde_json::json;
use tokio::sync::watch;
use utoipa::ToSchema;

use crate::{
    adapters::{
        clock,
        index::{
            CatalogueError, audit, case,
            mail::{self, Ending, MailRow, Topic},
        },
        secret,
        smtp::{self, LineSecurity, MailServer, NotSent},
    },
    domain::{
        actor::Actor,
        audit::{Action, Entry, Outcome},
        instant::{ClockReading, UtcInstant},
        request::{
            case::CaseReference,
            news::{self, NEWS_SECONDS, Needing, News, Sender, Words},
        },
    },
    jobs::{
        case::remind::{self, Concern},
        house::House,
    },
    problem::{Kind, Problem},
    settings::{MailLine, Settings},
};

const LOOK_EVERY: Duration = Duration::from_secs(5);
/// How long after each failed try the next one is, seconds; the last again and again.
const AGAIN_SECONDS: [i64; 5] = [10, 30, 120, 600, 1_800];
const MONTH_SECONDS: i64 = 31 * 86_400;

/// Through whom mail goes, and what it says of us.
#[derive(Clone, Debug)]
pub struct MailDesk {
    pub server: MailServer,
    /// Where staff are told; None: nobody is.
    pub staff: Option<String>,
    pub sender: Sender,
}

impl MailDesk {
    /// As the configuration says. None: nobody is told by mail.
    pub fn configured(settings: &Settings) -> Option<Self> {
        let mail = settings.mail.as_ref()?;
        let server = MailServer {
            host: mail.host.clone(),
            port: mail.port,
            security: match mail.line {
                MailLine::Tls => LineSecurity::Tls,
                MailLine::StartTls => LineSecurity::StartTls,
                MailLine::Off => LineSecurity::Plain,
            },
            authority: mail.authority.clone(),
            login: mail.login.clone(),
            from: (mail.from.clone(), settings.site.name.clone()),
        };
        let portal = settings.web.portal.as_ref().map(|portal| portal.url.clone());
        let sender = Sender { site: settings.site.name.clone(), portal, phone: settings.notice.phone.clone() };
        Some(Self { server, staff: mail.staff.clone(), sender })
    }
}

/// Sends one message to `to`, to see whether mail goes out at all.
pub async fn try_out(desk: &MailDesk, to: &str) -> Result<(), Problem> {
    let words = news::of_trial(&desk.sender.site);
    smtp::send(&desk.server, to, secret::random_uuid()?, &words.subject, &words.body).await.map_err(|error| {
        let next = match &error {
            NotSent::NoAddress(_) => "Write one address like name@example.org.",
            _ if has_answered(&error) => "Check mail.username and its password, and that the server lets mail.from send.",
            NotSent::Never(_) => "Check that the server lets mail.from send to this address.",
            NotSent::Later(_) | NotSent::Silent | NotSent::Setup(_) | NotSent::Unwritten(_) => {
                "Check mail.server and mail.tls, and that this machine may reach it."
            }
        };
        Problem::new(Kind::Unavailable, "mail", format!("No mail went out: {}.", told(&error)), next).because(error)
    })
}

/// Runs until `stop` turns true.
pub async fn keep_sending(house: Arc<House>, desk: MailDesk, mut stop: watch::Receiver<bool>) {
    loop {
        tokio::select! {
            () = round(&house, &desk) => {}
            _ = stop.wait_for(|stop| *stop) => return,
        }
        tokio::select! {
            () = tokio::time::sleep(LOOK_EVERY) => {}
            _ = stop.wait_for(|stop| *stop) => return,
        }
    }
}

async fn round(house: &Arc<House>, desk: &MailDesk) {
    let (queueing, reach) = (Arc::clone(house), desk.staff.clone());
    let due = match tokio::task::spawn_blocking(move || queue(&queueing, reach.is_some().then_some(Staff), clock::now().utc)).await {
        Ok(Ok(due)) => due,
        Ok(Err(problem)) => return tracing::error!(?problem, "what is to be told by mail could not be read"),
        Err(error) => return tracing::error!(%error, "looking for what is to be told was interrupted"),
    };
    for row in due {
        match deliver(house, desk, row).await {
            Ok(Server::Answers) => {}
            // The others would wait for it as long, each.
            Ok(Server::Away) => return,
            Err(problem) => return tracing::error!(?problem, "a mail could not be noted"),
        }
    }
}

/// Whether the mail server said anything.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Server {
    Answers,
    Away,
}

/// Staff have an address.
struct Staff;

/// Queues what the books say and nobody was told; what is to be sent now.
fn queue(house: &House, staff: Option<Staff>, now: UtcInstant) -> Result<Vec<MailRow>, Problem> {
    let since = now.plus_seconds(-NEWS_SECONDS);
    let untold = house.catalogue.read(|connection| mail::untold(connection, since))?;
    let mut queued: Vec<(String, Topic)> = untold
        .into_iter()
        .filter_map(|event| {
            let news = News::of(&event.event, event.before.as_deref(), &event.after)?;
            Some((format!("case/{}/{}", event.case.number(), event.number), Topic::Case(event.case, news)))
        })
        .collect();
    if staff.is_some() {
        let opened = house.catalogue.read(|connection| mail::emergencies(connection, since))?;
        queued.extend(opened.into_iter().map(|id| (mail::emergency_occasion(id), Topic::Emergency)));
        let day = format!("day/{}", house.office().day(now));
        if !house.catalogue.read(|connection| mail::is_queued(connection, &day))? && !needing(&remind::concerns(house, now)?.1).is_nothing()
        {
            queued.push((day, Topic::Day));
        }
    }
    let queued = queued.into_iter().map(|(occasion, topic)| Ok((secret::random_uuid()?, occasion, topic)));
    let queued = queued.collect::<Result<Vec<_>, Problem>>()?;
    if !queued.is_empty() {
        house.catalogue.write(|transaction| {
            queued.iter().try_for_each(|(id, occasion, topic)| mail::queue(transaction, *id, occasion, *topic, now))
        })?;
    }
    Ok(house.catalogue.read(|connection| mail::due(connection, now))?)
}

fn needing(concerns: &[remind::Concerning]) -> Needing {
    let count = |is: fn(Concern) -> bool| concerns.iter().filter(|(case, concern)| case.is_some() && is(*concern)).count();
    Needing {
        overdue: count(|concern| matches!(concern, Concern::Overdue { .. })),
        due_soon: count(|concern| matches!(concern, Concern::DueSoon { .. })),
        form_owed: count(|concern| matches!(concern, Concern::FormOwed)),
    }
}

/// To whom, and what. None: to nobody any more.
async fn written(house: &Arc<House>, desk: &MailDesk, row: &MailRow) -> Result<Option<(String, Words)>, Problem> {
    let (house, desk, topic, queued) = (Arc::clone(house), desk.clone(), row.topic, row.queued);
    let writing = tokio::task::spawn_blocking(move || {
        let site = &desk.sender.site;
        Ok(match topic {
            Topic::Case(reference, news) => address_of(&house, reference)?.map(|to| (to, news::to_requester(news, &desk.sender))),
            Topic::Emergency => desk.staff.map(|to| (to, news::of_emergency(site))),
            Topic::Day => {
                let (today, concerns) = remind::concerns(&house, clock::now().utc)?;
                let needing = needing(&concerns);
                // Yesterday's has been said by today's.
                let is_news = house.office().day(queued) == today && !needing.is_nothing();
                desk.staff.filter(|_| is_news).map(|to| (to, news::to_staff(needing, site)))
            }
        })
    });
    writing.await.map_err(|error| Problem::new(Kind::Fault, "mail", "A mail could not be written.", "It is tried again.").because(error))?
}

fn address_of(house: &House, reference: CaseReference) -> Result<Option<String>, Problem> {
    let found = house.catalogue.read(|connection| case::by_reference(connection, reference))?;
    Ok(found.and_then(|case| {
        let contact = case.requester.as_ref().and_then(|requester| news::address_in(&requester.contact));
        contact.or_else(|| case.form.as_ref().and_then(|form| news::address_in(&form.email))).map(str::to_owned)
    }))
}

/// Writes within a transaction, away from the threads that serve.
async fn noted(
    house: &Arc<House>,
    act: impl FnOnce(&rusqlite::Transaction<'_>) -> Result<(), CatalogueError> + Send + 'static,
) -> Result<(), Problem> {
    let house = Arc::clone(house);
    let noting = tokio::task::spawn_blocking(move || Ok(house.catalogue.write(act)?));
    noting.await.map_err(|error| {
        Problem::new(Kind::Fault, "mail", "What became of a mail could not be noted.", "It is tried again.").because(error)
    })?
}

async fn deliver(house: &Arc<House>, desk: &MailDesk, row: MailRow) -> Result<Server, Problem> {
    let now = clock::now().utc;
    let (id, wait) = (row.id, AGAIN_SECONDS.get(row.tries as usize).or(AGAIN_SECONDS.last()).copied().unwrap_or(60));
    noted(house, move |transaction| mail::put_off(transaction, id, now.plus_seconds(wait))).await?;
    let Some((to, words)) = written(house, desk, &row).await? else { return end(house, row, Ending::NoAddress).await };
    match smtp::send(&desk.server, &to, row.id, &words.subject, &words.body).await {
        Ok(()) => end(house, row, Ending::Sent).await,
        Err(error @ (NotSent::Never(_) | NotSent::NoAddress(_) | NotSent::Unwritten(_))) => {
            tracing::error!(mail = %row.id, error = told(&error), "a mail is refused; write by post");
            end(house, row, Ending::Refused).await
        }
        Err(error @ (NotSent::Later(_) | NotSent::Silent | NotSent::Setup(_))) => {
            tracing::warn!(mail = %row.id, tries = row.tries + 1, error = told(&error), "a mail could not be sent, and is tried again");
            if now.nanos_since(row.queued) / 1_000_000_000 > NEWS_SECONDS {
                return end(house, row, Ending::GivenUp).await;
            }
            Ok(if has_answered(&error) { Server::Answers } else { Server::Away })
        }
    }
}

/// What went wrong, in our words: a server's own may repeat the address it refused.
fn told(error: &NotSent) -> String {
    match error {
        NotSent::Later(source) | NotSent::Never(source) | NotSent::Setup(source) => match source.status() {
            Some(code) => format!("{error} ({code})"),
            None if source.is_tls() => format!("{error} (TLS)"),
            None if source.is_timeout() => format!("{error} (no answer in time)"),
            None => format!("{error} (no connection)"),
        },
        NotSent::NoAddress(_) | NotSent::Silent | NotSent::Unwritten(_) => error.to_string(),
    }
}

fn has_answered(error: &NotSent) -> bool {
    matches!(error, NotSent::Later(source) if source.status().is_some())
}

async fn end(house: &Arc<House>, row: MailRow, ending: Ending) -> Result<Server, Problem> {
    let at = clock::now();
    noted(house, move |transaction| {
        mail::end(transaction, row.id, ending, at.utc)?;
        note(transaction, &row, ending, &at)
    })
    .await?;
    Ok(Server::Answers)
}

/// Having no address is nothing that was done: no leaf.
fn note(transaction: &rusqlite::Transaction<'_>, row: &MailRow, ending: Ending, at: &ClockReading) -> Result<(), CatalogueError> {
    let outcome = match ending {
        Ending::NoAddress => return Ok(()),
        Ending::Sent => Outcome::Done,
        Ending::Refused | Ending::GivenUp => Outcome::Failed,
    };
    let (object, news) = match row.topic {
        Topic::Case(reference, news) => (format!("case/{reference}"), news.name()),
        Topic::Day => ("staff".to_owned(), "day"),
        Topic::Emergency => ("staff".to_owned(), "emergency"),
    };
    let serde_json::Value::Object(details) = json!({"mail": row.id, "news": news, "ending": ending.name()}) else { return Ok(()) };
    let entry = Entry { actor: Actor::Job("mail"), action: Action::MailSend, object, outcome, basis: None, details, personal: Vec::new() };
    audit::append(transaction, at, &entry)?;
    Ok(())
}

/// How the telling goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct MailTally {
    /// Failed at least once, and tried again.
    pub waiting: u64,
    /// Refused or given up in the last month, to requesters: those are told by post.
    pub undelivered: u64,
    /// The same of staff's own: the address for them is wrong.
    pub staff_undelivered: u64,
}

pub fn tally(house: &House) -> Result<MailTally, Problem> {
    let since = clock::now().utc.plus_seconds(-MONTH_SECONDS);
    let (waiting, undelivered, staff_undelivered) = house.catalogue.read(|connection| mail::count(connection, since))?;
    Ok(MailTally { waiting, undelivered, staff_undelivered })
}

/// What a requester was told by mail, in order.
pub fn of_case(house: &House, reference: CaseReference) -> Result<Vec<MailRow>, Problem> {
    Ok(house.catalogue.read(|connection| mail::of_case(connection, reference))?)
}
