//! Mail that is to be sent, as rows: what it is about, whose it is, and how it ended.
//!
//! No address and no words are stored; both are made when it is sent. A mail ends once. Next:
//! `jobs::mail` queues and sends.

use rusqlite::{Connection, Row, Transaction, params};
use uuid::Uuid;

use super::CatalogueError;
use crate::domain::{
    instant::UtcInstant,
    request::{case::CaseReference, news::News},
};

/// What a mail is about, and so whose it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Topic {
    /// News for whoever made this request.
    Case(CaseReference, News),
    /// What needs staff today.
    Day,
    /// Footage was opened in an emergency.
    Emergency,
}

/// How a mail ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    Sent,
    /// Whoever asked has given no mail address, or it is erased.
    NoAddress,
    /// The server said no for good.
    Refused,
    /// The server could not be reached for days.
    GivenUp,
}

impl Ending {
    const ALL: [Self; 4] = [Self::Sent, Self::NoAddress, Self::Refused, Self::GivenUp];

    /// As stored, and as part of the JSON contract.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Sent => "sent",
            Self::NoAddress => "no_address",
            Self::Refused => "refused",
            Self::GivenUp => "given_up",
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MailRow {
    pub id: Uuid,
    pub topic: Topic,
    pub queued: UtcInstant,
    pub tries: u32,
    pub ended: Option<(Ending, UtcInstant)>,
}

/// The occasion of an opening's mail.
pub fn emergency_occasion(id: Uuid) -> String {
    format!("emergency/{id}")
}

/// An event of a case that nothing has been queued for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Untold {
    pub case: CaseReference,
    /// Its place among the case's events.
    pub number: u32,
    pub event: String,
    pub before: Option<String>,
    pub after: String,
}

/// Events since `since` that nothing is queued for, in their order.
pub fn untold(connection: &Connection, since: UtcInstant) -> Result<Vec<Untold>, CatalogueError> {
    let mut statement = connection.prepare_cached(
        "SELECT rc.year, rc.number, e.number, e.event, (SELECT b.state FROM request_event b WHERE b.request = e.request AND b.number = e.number - 1), e.state
         FROM request_event e JOIN request_case rc ON rc.number = e.request
         WHERE e.at_utc_ns >= ?1 AND NOT EXISTS (SELECT 1 FROM mail m WHERE m.occasion = 'case/' || e.request || '/' || e.number)
         ORDER BY e.at_utc_ns, e.request, e.number",
    )?;
    let rows = statement.query_map([since.unix_nanos()], |row| {
        Ok(Untold {
            case: CaseReference::new(row.get(0)?, row.get(1)?),
            number: row.get(2)?,
            event: row.get(3)?,
            before: row.get(4)?,
            after: row.get(5)?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Openings since `since` that nobody has looked at and nothing is queued for.
pub fn emergencies(connection: &Connection, since: UtcInstant) -> Result<Vec<Uuid>, CatalogueError> {
    let mut statement = connection.prepare_cached("SELECT id FROM emergency WHERE opened_utc_ns >= ?1 AND looked_utc_ns IS NULL")?;
    let rows = statement.query_map([since.unix_nanos()], |row| Ok(Uuid::from_bytes(row.get(0)?)))?;
    let all = rows.collect::<Result<Vec<_>, _>>()?;
    let queued = all.into_iter().map(|id| Ok((is_queued(connection, &emergency_occasion(id))?, id)));
    let queued = queued.collect::<Result<Vec<_>, CatalogueError>>()?;
    Ok(queued.into_iter().filter(|(is_queued, _)| !is_queued).map(|(_, id)| id).collect())
}

/// Whether something is queued for an occasion, or was.
pub fn is_queued(connection: &Connection, occasion: &str) -> Result<bool, CatalogueError> {
    Ok(connection.prepare_cached("SELECT EXISTS (SELECT 1 FROM mail WHERE occasion = ?1)")?.query_row([occasion], |row| row.get(0))?)
}

/// Queues a mail; the same occasion again changes nothing.
pub fn queue(transaction: &Transaction<'_>, id: Uuid, occasion: &str, topic: Topic, now: UtcInstant) -> Result<(), CatalogueError> {
    let (request, news) = match topic {
        Topic::Case(case, news) => (Some(case.number()), news.name()),
        Topic::Day => (None, "day"),
        Topic::Emergency => (None, "emergency"),
    };
    transaction
        .prepare_cached(
            "INSERT INTO mail (id, occasion, request, news, queued_utc_ns, next_utc_ns) VALUES (?1, ?2, ?3, ?4, ?5, ?5) ON CONFLICT (occasion) DO NOTHING",
        )?
        .execute(params![id.as_bytes(), occasion, request, news, now.unix_nanos()])?;
    Ok(())
}

const SELECT: &str = "SELECT m.id, rc.year, m.request, m.news, m.queued_utc_ns, m.tries, m.ending, m.ended_utc_ns
    FROM mail m LEFT JOIN request_case rc ON rc.number = m.request ";

/// What is to be tried now, oldest first.
pub fn due(connection: &Connection, now: UtcInstant) -> Result<Vec<MailRow>, CatalogueError> {
    let sql =
        const_format::concatcp!(SELECT, "WHERE m.ended_utc_ns IS NULL AND m.next_utc_ns <= ?1 ORDER BY m.queued_utc_ns, m.id LIMIT 100");
    collect(connection.prepare_cached(sql)?.query_map([now.unix_nanos()], parse)?)
}

/// What a requester was told by mail, in order.
pub fn of_case(connection: &Connection, case: CaseReference) -> Result<Vec<MailRow>, CatalogueError> {
    let sql = const_format::concatcp!(SELECT, "WHERE m.request = ?1 AND rc.year = ?2 ORDER BY m.queued_utc_ns, m.id");
    collect(connection.prepare_cached(sql)?.query_map(params![case.number(), case.year()], parse)?)
}

fn collect(rows: impl Iterator<Item = rusqlite::Result<Result<MailRow, CatalogueError>>>) -> Result<Vec<MailRow>, CatalogueError> {
    rows.map(|row| row?).collect()
}

fn parse(row: &Row<'_>) -> rusqlite::Result<Result<MailRow, CatalogueError>> {
    let case: Option<CaseReference> = match (row.get(1)?, row.get(2)?) {
        (Some(year), Some(number)) => Some(CaseReference::new(year, number)),
        _ => None,
    };
    let (news, ending): (String, Option<String>) = (row.get(3)?, row.get(6)?);
    let topic = match (case, news.as_str()) {
        (Some(case), news) => News::from_name(news).map(|news| Topic::Case(case, news)),
        (None, "day") => Some(Topic::Day),
        (None, "emergency") => Some(Topic::Emergency),
        (None, _) => None,
    };
    let ended = match (ending, row.get::<_, Option<i64>>(7)?) {
        (Some(name), Some(at)) => Ending::ALL.into_iter().find(|ending| ending.name() == name).map(|ending| Some((ending, at))),
        _ => Some(None),
    };
    let (Some(topic), Some(ended)) = (topic, ended) else { return Ok(Err(CatalogueError::Impossible { what: "mail" })) };
    Ok(Ok(MailRow {
        id: Uuid::from_bytes(row.get(0)?),
        topic,
        queued: UtcInstant::from_unix_nanos(row.get(4)?),
        tries: row.get(5)?,
        ended: ended.map(|(ending, at)| (ending, UtcInstant::from_unix_nanos(at))),
    }))
}

/// A try begins; unless it ends the mail, the next is at `next`.
pub fn put_off(transaction: &Transaction<'_>, id: Uuid, next: UtcInstant) -> Result<(), CatalogueError> {
    transaction
        .prepare_cached("UPDATE mail SET tries = tries + 1, next_utc_ns = ?2 WHERE id = ?1 AND ended_utc_ns IS NULL")?
        .execute(params![id.as_bytes(), next.unix_nanos()])?;
    Ok(())
}

/// Ends a mail, if it has not ended.
pub fn end(transaction: &Transaction<'_>, id: Uuid, ending: Ending, now: UtcInstant) -> Result<(), CatalogueError> {
    transaction
        .prepare_cached("UPDATE mail SET ending = ?2, ended_utc_ns = ?3 WHERE id = ?1 AND ended_utc_ns IS NULL")?
        .execute(params![id.as_bytes(), ending.name(), now.unix_nanos()])?;
    Ok(())
}

/// How many wait after a failed try; and how many never arrived since then, at requesters and at staff.
pub fn count(connection: &Connection, since: UtcInstant) -> Result<(u64, u64, u64), CatalogueError> {
    Ok(connection
        .prepare_cached(
            "SELECT count(*) FILTER (WHERE ended_utc_ns IS NULL AND tries > 0),
                    count(*) FILTER (WHERE ending IN ('refused', 'given_up') AND ended_utc_ns >= ?1 AND request IS NOT NULL),
                    count(*) FILTER (WHERE ending IN ('refused', 'given_up') AND ended_utc_ns >= ?1 AND request IS NULL) FROM mail",
        )?
        .query_row([since.unix_nanos()], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?)
}
