//! The catalogue: SQLite in WAL mode with synchronous=FULL, one writer, a few readers.
//!
//! Refuses a file that isn't ours, that a newer Holdfast wrote, or that is damaged, and says which.
//! Each noun's rows are in a file of their own; statements are constant text with bound values.
//! Next: `segment`, `gap`, `store`.

pub mod acknowledgement;
pub mod audit;
pub mod case;
pub mod cosignature;
pub mod counts;
pub mod deletion;
pub mod delivery;
pub mod disclosure;
pub mod emergency;
pub mod expiry;
pub mod export;
pub mod footage;
pub mod gap;
pub mod hold;
pub mod identity_paper;
pub mod mail;
pub mod migration;
pub mod passkey;
pub mod provenance;
pub mod redaction;
pub mod retention;
pub mod second_factor;
pub mod segment;
pub mod store;
pub mod user;
pub mod user_limit;
pub mod viewing;

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use parking_lot::Mutex;
use rusqlite::{
    Connection, ErrorCode, OpenFlags, Transaction, TransactionBehavior,
    backup::{Backup, StepResult},
    ffi,
};
use tokio::sync::watch;

/// `HFST`, so that `file` and we can tell our catalogue from another program's database.
const APPLICATION_ID: i32 = 0x4846_5354;
const IDLE_READERS_KEPT: usize = 4;
const BUSY_WAIT: Duration = Duration::from_secs(10);
const CHECKPOINT_WAIT: Duration = Duration::from_millis(100);
/// Ten seconds of waiting.
const COPY_TRIES: u32 = 100;

/// The open catalogue. Shared behind an `Arc`; calls block, so async callers use a blocking thread.
pub struct Catalogue {
    path: PathBuf,
    writer: Mutex<Connection>,
    idle_readers: Mutex<Vec<Connection>>,
    broken: watch::Sender<bool>,
    /// Called before every write: makes room where there is hardly any.
    relief: Option<Box<dyn Fn() + Send + Sync>>,
}

#[derive(Debug, thiserror::Error)]
pub enum CatalogueError {
    #[error("the catalogue refused: {0}")]
    Sqlite(#[from] rusqlite::Error),
    #[error("{0} is not a Holdfast catalogue")]
    NotOurs(PathBuf),
    #[error("{path} was written by a newer Holdfast (schema {found}, this one knows {known})")]
    Newer { path: PathBuf, found: i64, known: i64 },
    #[error("{path} is damaged: {detail}")]
    Damaged { path: PathBuf, detail: String },
    #[error("the catalogue could not be brought to the present schema: {0}")]
    Migration(#[from] rusqlite_migration::Error),
    /// A row holds what its constructor refuses.
    #[error("the catalogue holds an impossible {what}")]
    Impossible { what: &'static str },
    /// The disk failed under an earlier write: what is on it is known again only after a restart.
    #[error("the disk failed under the catalogue; nothing more is written to it")]
    Broken,
    /// A rule of the room above said no inside a transaction; nothing was written.
    #[error("{0}")]
    Refused(Box<dyn std::error::Error + Send + Sync>),
}

/// Whether the write-ahead log could be emptied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogEmptied {
    Wholly,
    /// Somebody is still reading what it holds.
    NotYet,
}

impl CatalogueError {
    fn sqlite(&self) -> Option<&ffi::Error> {
        match self {
            Self::Sqlite(error) | Self::Migration(rusqlite_migration::Error::RusqliteError { err: error, .. }) => error.sqlite_error(),
            _ => None,
        }
    }

    /// Whether the disk has no room left, as opposed to failing. Where the file that readers share
    /// can't grow, SQLite calls it an input or output error.
    pub fn is_no_space(&self) -> bool {
        self.sqlite().is_some_and(|error| error.code == ErrorCode::DiskFull || error.extended_code == ffi::SQLITE_IOERR_SHMSIZE)
    }

    /// Whether the file holds what SQLite never wrote.
    pub fn is_damage(&self) -> bool {
        matches!(self, Self::Damaged { .. })
            || self.sqlite().is_some_and(|error| matches!(error.code, ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase))
    }

    /// Whether the disk failed to read, write or sync, as opposed to having no room left.
    fn is_disk_failure(&self) -> bool {
        let Self::Sqlite(rusqlite::Error::SqliteFailure(failure, _)) = self else { return false };
        matches!(
            failure.extended_code,
            ffi::SQLITE_IOERR_FSYNC | ffi::SQLITE_IOERR_DIR_FSYNC | ffi::SQLITE_IOERR_WRITE | ffi::SQLITE_IOERR_READ
        )
    }
}

impl Catalogue {
    /// Opens or creates the catalogue at `path` and migrates it.
    pub fn open(path: &Path) -> Result<Self, CatalogueError> {
        let mut writer = connect(path)?;
        let found_id: i32 = writer.pragma_query_value(None, "application_id", |row| row.get(0)).map_err(|error| damage(path, error))?;
        let tables: i64 =
            writer.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0)).map_err(|error| damage(path, error))?;
        if found_id != APPLICATION_ID && (found_id != 0 || tables > 0) {
            return Err(CatalogueError::NotOurs(path.to_owned()));
        }
        writer.pragma_update(None, "journal_mode", "WAL")?;
        // Before the first table: a process that dies in between must leave a file that is ours.
        writer.pragma_update(None, "application_id", APPLICATION_ID)?;
        migration::bring_up(&mut writer, path)?;
        Ok(Self {
            path: path.to_owned(),
            writer: Mutex::new(writer),
            idle_readers: Mutex::new(Vec::new()),
            broken: watch::Sender::new(false),
            relief: None,
        })
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Calls `relief` before every write from now on, so that none fails for want of room that there is.
    #[must_use]
    pub fn with_relief(mut self, relief: impl Fn() + Send + Sync + 'static) -> Self {
        self.relief = Some(Box::new(relief));
        self
    }

    /// Runs `act` between BEGIN IMMEDIATE and COMMIT; any error rolls the whole of it back. When it
    /// returns, the rows are on the disk. After a failure of the disk it refuses: a sync that failed
    /// must not seem to succeed the next time.
    pub fn write<T>(&self, act: impl FnOnce(&Transaction<'_>) -> Result<T, CatalogueError>) -> Result<T, CatalogueError> {
        if let Some(relief) = &self.relief {
            relief();
        }
        let mut writer = self.writer.lock();
        if *self.broken.borrow() {
            return Err(CatalogueError::Broken);
        }
        let outcome = write(&mut writer, act);
        if outcome.as_ref().is_err_and(CatalogueError::is_disk_failure) {
            self.broken.send_replace(true);
        }
        outcome
    }

    /// Turns true when the disk has failed; the process had better end, to be started anew.
    pub fn broken(&self) -> watch::Receiver<bool> {
        self.broken.subscribe()
    }

    /// Like [`read`](Self::read), but all statements see the same snapshot: for what must add up
    /// while recording goes on.
    pub fn read_at_once<T>(&self, look: impl FnOnce(&Connection) -> Result<T, CatalogueError>) -> Result<T, CatalogueError> {
        self.read(|connection| look(&*connection.unchecked_transaction()?))
    }

    /// Runs `look` on a connection that can't write and sees one consistent snapshot a statement.
    pub fn read<T>(&self, look: impl FnOnce(&Connection) -> Result<T, CatalogueError>) -> Result<T, CatalogueError> {
        let idle = self.idle_readers.lock().pop();
        let reader = match idle {
            Some(reader) => reader,
            None => {
                let reader = connect(&self.path)?;
                reader.pragma_update(None, "query_only", true)?;
                reader
            }
        };
        let outcome = look(&reader);
        let mut idle = self.idle_readers.lock();
        if idle.len() < IDLE_READERS_KEPT {
            idle.push(reader);
        }
        outcome
    }

    /// Moves the write-ahead log into the main file and empties it, so that what was committed no
    /// longer hangs on it. Waits for readers a moment only: the writer stands still meanwhile.
    pub fn empty_log(&self) -> Result<LogEmptied, CatalogueError> {
        let writer = self.writer.lock();
        writer.busy_timeout(CHECKPOINT_WAIT)?;
        let busy = writer.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get::<_, i64>(0));
        writer.busy_timeout(BUSY_WAIT)?;
        Ok(if busy? == 0 { LogEmptied::Wholly } else { LogEmptied::NotYet })
    }

    /// Copies the whole catalogue as of one moment into the empty file `to`, while it is written to, and
    /// checks the copy. It stands for itself, without a log beside it.
    pub fn copy_to(&self, to: &Path) -> Result<(), CatalogueError> {
        self.read(|connection| {
            let mut copy = Connection::open_with_flags(to, OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
            // All in one step: a writer would begin a slower copy anew each time.
            let backup = Backup::new(connection, &mut copy)?;
            let mut tries = 0;
            loop {
                match backup.step(-1)? {
                    StepResult::Done => break,
                    _ if tries < COPY_TRIES => std::thread::sleep(CHECKPOINT_WAIT),
                    _ => return Err(CatalogueError::Sqlite(rusqlite::Error::SqliteFailure(ffi::Error::new(ffi::SQLITE_BUSY), None))),
                }
                tries += 1;
            }
            drop(backup);
            copy.pragma_update(None, "journal_mode", "DELETE")?;
            let verdict: String = copy.query_row("PRAGMA integrity_check(1)", [], |row| row.get(0))?;
            if verdict != "ok" {
                return Err(CatalogueError::Damaged { path: self.path.clone(), detail: verdict });
            }
            Ok(())
        })
    }

    /// Whether the whole file is sound, in SQLite's own words (`ok`, or what is wrong).
    pub fn integrity(&self) -> Result<String, CatalogueError> {
        self.read(|connection| Ok(connection.query_row("PRAGMA integrity_check(1)", [], |row| row.get(0))?))
    }
}

fn write<T>(writer: &mut Connection, act: impl FnOnce(&Transaction<'_>) -> Result<T, CatalogueError>) -> Result<T, CatalogueError> {
    let transaction = writer.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let outcome = act(&transaction)?;
    transaction.commit()?;
    Ok(outcome)
}

fn connect(path: &Path) -> Result<Connection, CatalogueError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(BUSY_WAIT)?;
    connection.pragma_update(None, "synchronous", "FULL").map_err(|error| damage(path, error))?;
    connection.pragma_update(None, "foreign_keys", true)?;
    connection.pragma_update(None, "secure_delete", true)?;
    connection.set_prepared_statement_cache_capacity(64);
    Ok(connection)
}

/// Tells a damaged file from every other trouble.
fn damage(path: &Path, error: rusqlite::Error) -> CatalogueError {
    match error.sqlite_error_code() {
        Some(ErrorCode::NotADatabase) => CatalogueError::NotOurs(path.to_owned()),
        Some(ErrorCode::DatabaseCorrupt) => CatalogueError::Damaged { path: path.to_owned(), detail: error.to_string() },
        _ => CatalogueError::Sqlite(error),
    }
}
