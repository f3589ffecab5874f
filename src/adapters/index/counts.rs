//! How many rows of each kind there are: figures for whoever helps, and nothing that is in them.

use std::collections::BTreeMap;

use rusqlite::Connection;

use super::CatalogueError;

/// Kind, and how many.
pub fn rows(connection: &Connection) -> Result<BTreeMap<String, u64>, CatalogueError> {
    let mut statement = connection.prepare_cached(
        "SELECT 'segment ' || state, count(*) FROM segment GROUP BY state
         UNION ALL SELECT 'gap ' || cause, count(*) FROM gap GROUP BY cause
         UNION ALL SELECT 'user ' || role, count(*) FROM user GROUP BY role
         UNION ALL SELECT 'case ' || state, count(*) FROM request_case GROUP BY state
         UNION ALL SELECT 'hold', count(*) FROM hold
         UNION ALL SELECT 'export', count(*) FROM export
         UNION ALL SELECT 'disclosure', count(*) FROM disclosure
         UNION ALL SELECT 'audit leaf', count(*) FROM audit_leaf
         UNION ALL SELECT 'audit checkpoint', count(*) FROM audit_checkpoint",
    )?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}
