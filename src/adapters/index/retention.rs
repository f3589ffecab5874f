//! Rules of keeping, as rows: which period counts from when on, why, and a shortening under way.

use std::collections::BTreeMap;

use rusqlite::{Connection, OptionalExtension, Transaction, params};

use super::{CatalogueError, store};
use crate::domain::{
    camera::CameraId,
    instant::UtcInstant,
    retention::{
        consent::{Consent, Person},
        period::{RetentionPeriod, Rule, RuleBook},
    },
};

/// The rules of every camera that has any.
pub fn books(connection: &Connection) -> Result<BTreeMap<CameraId, RuleBook>, CatalogueError> {
    let mut statement = connection.prepare_cached(
        "SELECT c.id, r.applies_from_ns, r.period_s FROM retention_rule r JOIN camera c ON c.number = r.camera ORDER BY c.id, r.applies_from_ns",
    )?;
    let mut rows = statement.query([])?;
    let mut rules: BTreeMap<CameraId, Vec<Rule>> = BTreeMap::new();
    while let Some(row) = rows.next()? {
        let camera = camera_id(&row.get::<_, String>(0)?)?;
        let rule = Rule { applies_from: UtcInstant::from_unix_nanos(row.get(1)?), period: RetentionPeriod::from_seconds(row.get(2)?) };
        rules.entry(camera).or_default().push(rule);
    }
    let impossible = CatalogueError::Impossible { what: "retention rule" };
    rules.into_iter().map(|(camera, rules)| Some((camera, RuleBook::from_rules(rules)?))).collect::<Option<_>>().ok_or(impossible)
}

pub(super) fn camera_id(text: &str) -> Result<CameraId, CatalogueError> {
    CameraId::new(text).map_err(|_| CatalogueError::Impossible { what: "camera" })
}

/// Replaces a camera's rules.
pub fn set_book(transaction: &Transaction<'_>, camera: &CameraId, book: &RuleBook, now: UtcInstant) -> Result<(), CatalogueError> {
    let number = store::camera_number(transaction, camera, now)?;
    transaction.prepare_cached("DELETE FROM retention_rule WHERE camera = ?1")?.execute([number])?;
    let mut insert = transaction.prepare_cached("INSERT INTO retention_rule (camera, applies_from_ns, period_s) VALUES (?1, ?2, ?3)")?;
    for rule in book.rules() {
        insert.execute(params![number, rule.applies_from.unix_nanos(), rule.period.seconds()])?;
    }
    Ok(())
}

/// Why a camera's present period, and when that is looked at again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Justification {
    pub reason: String,
    pub review_by: UtcInstant,
}

pub fn justification(connection: &Connection, camera: &CameraId) -> Result<Option<Justification>, CatalogueError> {
    Ok(connection
        .prepare_cached("SELECT reason, review_by_utc_ns FROM retention_reason WHERE camera = (SELECT number FROM camera WHERE id = ?1)")?
        .query_row([camera.as_str()], |row| Ok(Justification { reason: row.get(0)?, review_by: UtcInstant::from_unix_nanos(row.get(1)?) }))
        .optional()?)
}

pub fn justify(transaction: &Transaction<'_>, camera: &CameraId, why: &Justification, now: UtcInstant) -> Result<(), CatalogueError> {
    let number = store::camera_number(transaction, camera, now)?;
    transaction
        .prepare_cached(
            "INSERT INTO retention_reason (camera, reason, review_by_utc_ns) VALUES (?1, ?2, ?3)
             ON CONFLICT (camera) DO UPDATE SET reason = excluded.reason, review_by_utc_ns = excluded.review_by_utc_ns",
        )?
        .execute(params![number, why.reason, why.review_by.unix_nanos()])?;
    Ok(())
}

/// Shortenings of old footage that somebody has asked for.
pub fn shortenings(connection: &Connection) -> Result<BTreeMap<CameraId, Consent>, CatalogueError> {
    let mut statement = connection.prepare_cached(
        "SELECT c.id, s.first_by, s.asked_utc_ns, s.second_by, s.effective_utc_ns FROM shortening s JOIN camera c ON c.number = s.camera",
    )?;
    let mut rows = statement.query([])?;
    let mut found = BTreeMap::new();
    while let Some(row) = rows.next()? {
        let person = |text: String| Person::from_stored(&text).ok_or(CatalogueError::Impossible { what: "person" });
        let first = person(row.get(1)?)?;
        let consent = match (row.get::<_, Option<String>>(3)?, row.get::<_, Option<i64>>(4)?) {
            (Some(second), Some(effective)) => {
                Consent::Granted { first, second: person(second)?, effective: UtcInstant::from_unix_nanos(effective) }
            }
            _ => Consent::Asked { first, at: UtcInstant::from_unix_nanos(row.get(2)?) },
        };
        found.insert(camera_id(&row.get::<_, String>(0)?)?, consent);
    }
    Ok(found)
}

pub fn set_shortening(transaction: &Transaction<'_>, camera: &CameraId, consent: &Consent) -> Result<(), CatalogueError> {
    match consent {
        Consent::Asked { first, at } => transaction
            .prepare_cached(
                "INSERT INTO shortening (camera, first_by, asked_utc_ns) SELECT number, ?2, ?3 FROM camera WHERE id = ?1
                 ON CONFLICT (camera) DO NOTHING",
            )?
            .execute(params![camera.as_str(), first.as_str(), at.unix_nanos()])?,
        Consent::Granted { second, effective, .. } => transaction
            .prepare_cached(
                "UPDATE shortening SET second_by = ?2, effective_utc_ns = ?3 WHERE camera = (SELECT number FROM camera WHERE id = ?1)",
            )?
            .execute(params![camera.as_str(), second.as_str(), effective.unix_nanos()])?,
    };
    Ok(())
}

pub fn end_shortening(transaction: &Transaction<'_>, camera: &CameraId) -> Result<(), CatalogueError> {
    transaction
        .prepare_cached("DELETE FROM shortening WHERE camera = (SELECT number FROM camera WHERE id = ?1)")?
        .execute([camera.as_str()])?;
    Ok(())
}
