//! How much footage there was and is, by camera, in one look at the rows.

use std::collections::BTreeMap;

use rusqlite::{Connection, params};

use super::{CatalogueError, retention::camera_id};
use crate::domain::{
    camera::CameraId,
    instant::{Interval, UtcInstant},
    retention::report::{Amount, Footage},
};

/// What each camera recorded in the month, what expired in it, and what is kept now.
pub fn of_month(connection: &Connection, month: &Interval) -> Result<BTreeMap<CameraId, Footage>, CatalogueError> {
    let mut statement = connection.prepare_cached(
        "SELECT c.id,
           count(*) FILTER (WHERE recorded), coalesce(sum(nanos) FILTER (WHERE recorded), 0), coalesce(sum(bytes) FILTER (WHERE recorded), 0),
           count(*) FILTER (WHERE gone), coalesce(sum(nanos) FILTER (WHERE gone), 0), coalesce(sum(bytes) FILTER (WHERE gone), 0),
           count(*) FILTER (WHERE kept), coalesce(sum(nanos) FILTER (WHERE kept), 0), coalesce(sum(bytes) FILTER (WHERE kept), 0),
           min(start_utc_ns) FILTER (WHERE kept)
         FROM (
           SELECT camera, bytes, start_utc_ns, end_utc_ns - start_utc_ns AS nanos, start_utc_ns >= ?1 AND start_utc_ns < ?2 AS recorded,
             state = 'expired' AND expired_utc_ns >= ?1 AND expired_utc_ns < ?2 AS gone, state IN ('sealed', 'torn') AS kept
           FROM segment WHERE state <> 'open'
         ) s JOIN camera c ON c.number = s.camera GROUP BY c.id",
    )?;
    let mut rows = statement.query(params![month.from().unix_nanos(), month.to().unix_nanos()])?;
    let mut found = BTreeMap::new();
    while let Some(row) = rows.next()? {
        let amount = |first: usize| {
            Ok::<_, rusqlite::Error>(Amount { segments: row.get(first)?, nanos: row.get(first + 1)?, bytes: row.get(first + 2)? })
        };
        let oldest = row.get::<_, Option<i64>>(10)?.map(UtcInstant::from_unix_nanos);
        let footage = Footage { recorded: amount(1)?, expired: amount(4)?, kept: amount(7)?, oldest };
        found.insert(camera_id(&row.get::<_, String>(0)?)?, footage);
    }
    Ok(found)
}
