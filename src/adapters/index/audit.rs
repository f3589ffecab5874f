//! The audit log's rows: appended in the transaction of the act itself, or the act doesn't happen.
//!
//! Appending costs two rows and a few hashes whatever the log's length; proofs read a few nodes.
//! [`verify`] believes nothing but the leaves' bytes and the log's public key. Next: `jobs::audit`.

use ed25519_dalek::{SigningKey, VerifyingKey};
use rusqlite::{Connection, OptionalExtension, Transaction, params};
use serde::Serialize;
use uuid::Uuid;

use super::CatalogueError;
use crate::domain::{
    audit::{
        Entry, Leaf, LeafSeq, Salted,
        checkpoint::{Checkpoint, origin},
        proof::AuditProof,
        tree::{self, Frontier, Hash, Subtrees},
    },
    instant::ClockReading,
};

/// As the column holds it. No log is longer than that: beyond, nothing is there.
fn place(seq: LeafSeq) -> i64 {
    i64::try_from(seq.0).unwrap_or(i64::MAX)
}

/// Appends one leaf within the caller's transaction.
pub fn append(transaction: &Transaction<'_>, at: &ClockReading, entry: &Entry) -> Result<LeafSeq, CatalogueError> {
    append_all(transaction, at, std::slice::from_ref(entry))
}

/// Appends leaves in order within the caller's transaction; returns the last one's place.
pub fn append_all(transaction: &Transaction<'_>, at: &ClockReading, entries: &[Entry]) -> Result<LeafSeq, CatalogueError> {
    let mut frontier = frontier(transaction, size(transaction)?)?;
    let mut keep_leaf = transaction.prepare_cached("INSERT INTO audit_leaf (seq, leaf) VALUES (?1, ?2)")?;
    let mut keep_personal = transaction.prepare_cached("INSERT INTO audit_personal (seq, field, salt, value) VALUES (?1, ?2, ?3, ?4)")?;
    let mut keep_node = transaction.prepare_cached("INSERT INTO audit_node (level, place, hash) VALUES (?1, ?2, ?3)")?;
    let mut finished = Vec::new();
    for entry in entries {
        let seq = frontier.size();
        let personal = entry.personal.iter().map(|(field, value)| salted(field, value)).collect::<Result<Vec<_>, _>>()?;
        let leaf = Leaf::new(LeafSeq(seq), at, entry, &personal).canonical().map_err(|error| CatalogueError::Refused(error.into()))?;
        keep_leaf.execute(params![seq, leaf])?;
        for salted in &personal {
            keep_personal.execute(params![seq, salted.field, salted.salt, salted.value])?;
        }
        frontier.push(tree::leaf_hash(leaf.as_bytes()), |node| finished.push(node));
        for node in finished.drain(..) {
            keep_node.execute(params![node.level, node.index, node.hash])?;
        }
    }
    Ok(LeafSeq(frontier.size().saturating_sub(1)))
}

fn salted(field: &str, value: &str) -> Result<Salted, CatalogueError> {
    let mut salt = [0; 16];
    getrandom::fill(&mut salt).map_err(|error| CatalogueError::Refused(Box::new(std::io::Error::other(error.to_string()))))?;
    Ok(Salted { field: field.to_owned(), salt, value: Some(value.to_owned()) })
}

/// Leaves in the log.
pub fn size(connection: &Connection) -> Result<u64, CatalogueError> {
    Ok(connection.prepare_cached("SELECT coalesce(max(seq) + 1, 0) FROM audit_leaf")?.query_row([], |row| row.get(0))?)
}

struct Rows<'c>(&'c Connection);

impl Subtrees for Rows<'_> {
    type Error = CatalogueError;
    fn hash(&mut self, level: u32, index: u64) -> Result<Hash, CatalogueError> {
        self.0
            .prepare_cached("SELECT hash FROM audit_node WHERE level = ?1 AND place = ?2")?
            .query_row(params![level, index], |row| row.get(0))
            .optional()?
            .ok_or(CatalogueError::Impossible { what: "audit tree" })
    }
}

fn frontier(connection: &Connection, size: u64) -> Result<Frontier, CatalogueError> {
    let mut rows = Rows(connection);
    let peaks = Frontier::peak_places(size).map(|(level, index)| rows.hash(level, index)).collect::<Result<_, _>>()?;
    Frontier::from_peaks(size, peaks).ok_or(CatalogueError::Impossible { what: "audit tree" })
}

/// Signs the log as it stands and keeps the note. Refuses when the log doesn't extend the last one.
pub fn checkpoint(transaction: &Transaction<'_>, site: Uuid, key: &SigningKey, at: &ClockReading) -> Result<String, CatalogueError> {
    let frontier = frontier(transaction, size(transaction)?)?;
    if let Some((size, note)) = latest_checkpoint(transaction)? {
        if size == frontier.size() {
            return Ok(note);
        }
        let before = Checkpoint::verify(&note, &key.verifying_key()).map_err(|error| CatalogueError::Refused(error.into()))?;
        let path = tree::consistency(&mut Rows(transaction), before.size, frontier.size())?;
        if !tree::verify_consistency(before.size, frontier.size(), &path, &before.root, &frontier.root()) {
            return Err(CatalogueError::Impossible { what: "audit log: it doesn't extend its last checkpoint" });
        }
    }
    let note = Checkpoint { origin: origin(site), size: frontier.size(), root: frontier.root() }.sign(key);
    transaction.prepare_cached("INSERT INTO audit_checkpoint (size, note, at_utc_ns) VALUES (?1, ?2, ?3)")?.execute(params![
        frontier.size(),
        note,
        at.utc.unix_nanos()
    ])?;
    Ok(note)
}

/// The root over the first `size` leaves, which the log must have.
pub fn root_at(connection: &Connection, size: u64) -> Result<Hash, CatalogueError> {
    Ok(frontier(connection, size)?.root())
}

/// PROOF of RFC 9162 section 2.1.4.1 between two sizes that the log has had.
pub fn consistency(connection: &Connection, old: u64, new: u64) -> Result<Vec<Hash>, CatalogueError> {
    tree::consistency(&mut Rows(connection), old, new)
}

/// PATH of RFC 9162 section 2.1.3.1 of a leaf under a size that the log has had.
pub fn inclusion(connection: &Connection, seq: LeafSeq, size: u64) -> Result<Vec<Hash>, CatalogueError> {
    tree::inclusion(&mut Rows(connection), seq.0, size)
}

/// Size and note of the newest checkpoint.
pub fn latest_checkpoint(connection: &Connection) -> Result<Option<(u64, String)>, CatalogueError> {
    Ok(connection
        .prepare_cached("SELECT size, note FROM audit_checkpoint ORDER BY size DESC LIMIT 1")?
        .query_row([], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?)
}

/// A leaf with its proof under the newest checkpoint that covers it; None when none does yet.
pub fn prove(connection: &Connection, seq: LeafSeq, key: &VerifyingKey) -> Result<Option<AuditProof>, CatalogueError> {
    let Some(leaf) =
        connection.prepare_cached("SELECT leaf FROM audit_leaf WHERE seq = ?1")?.query_row([place(seq)], |row| row.get(0)).optional()?
    else {
        return Ok(None);
    };
    let Some((size, checkpoint)) = latest_checkpoint(connection)?.filter(|(size, _)| seq.0 < *size) else { return Ok(None) };
    let path = inclusion(connection, seq, size)?;
    Ok(Some(AuditProof { leaf, index: seq, key: *key, path, checkpoint }))
}

/// A leaf as shown: its line, and the personal values that have not been erased.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct ShownLeaf {
    pub seq: u64,
    pub leaf: serde_json::Value,
    pub personal: std::collections::BTreeMap<String, Option<String>>,
}

/// Leaves from `from` on, at most `limit`.
pub fn leaves(connection: &Connection, from: LeafSeq, limit: u32) -> Result<Vec<ShownLeaf>, CatalogueError> {
    let mut statement = connection.prepare_cached("SELECT seq, leaf FROM audit_leaf WHERE seq >= ?1 ORDER BY seq LIMIT ?2")?;
    let mut personal = connection.prepare_cached("SELECT field, value FROM audit_personal WHERE seq = ?1")?;
    let mut rows = statement.query(params![place(from), limit])?;
    let mut shown = Vec::new();
    while let Some(row) = rows.next()? {
        let (seq, line): (u64, String) = (row.get(0)?, row.get(1)?);
        let leaf = serde_json::from_str(&line).map_err(|_| CatalogueError::Impossible { what: "audit leaf" })?;
        let personal = personal.query_map([seq], |row| Ok((row.get(0)?, row.get(1)?)))?.collect::<Result<_, _>>()?;
        shown.push(ShownLeaf { seq, leaf, personal });
    }
    Ok(shown)
}

/// Leaves about one object from `from` on, in order.
pub fn about(connection: &Connection, from: LeafSeq, object: &str) -> Result<Vec<Leaf>, CatalogueError> {
    let mut statement =
        connection.prepare_cached("SELECT leaf FROM audit_leaf WHERE seq >= ?1 AND json_extract(leaf, '$.object') = ?2 ORDER BY seq")?;
    let lines = statement.query_map(params![place(from), object], |row| row.get::<_, String>(0))?;
    let parsed = |line: String| Leaf::parse(&line).map_err(|_| CatalogueError::Impossible { what: "audit leaf" });
    lines.map(|line| parsed(line?)).collect()
}

/// Erases the personal values of a leaf, or one of them, with their salts. Returns which there were.
pub fn erase(transaction: &Transaction<'_>, seq: LeafSeq, field: Option<&str>) -> Result<Vec<String>, CatalogueError> {
    let mut statement = transaction.prepare_cached(
        "UPDATE audit_personal SET value = NULL, salt = zeroblob(16) WHERE seq = ?1 AND (?2 IS NULL OR field = ?2) AND value IS NOT NULL
         RETURNING field",
    )?;
    let mut fields: Vec<String> = statement.query_map(params![place(seq), field], |row| row.get(0))?.collect::<Result<_, _>>()?;
    fields.sort();
    Ok(fields)
}

/// What checking the whole log found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AuditVerdict {
    pub ok: bool,
    pub leaves: u64,
    pub checkpoints: u64,
    /// Hex root over all leaves.
    pub root: String,
    /// What is wrong and where, or that nothing is.
    pub detail: String,
}

/// Recomputes everything from the leaves' bytes: order, form, tree, personal values, checkpoints.
pub fn verify(connection: &Connection, site: Uuid, key: &VerifyingKey) -> Result<AuditVerdict, CatalogueError> {
    verify_each(connection, site, key, |_| {})
}

/// The same; `each` is shown every leaf on the way, in order. What it is shown after a leaf that
/// turns out wrong counts for nothing: the verdict says so.
pub fn verify_each(
    connection: &Connection,
    site: Uuid,
    key: &VerifyingKey,
    each: impl FnMut(&Leaf),
) -> Result<AuditVerdict, CatalogueError> {
    let mut checking = Checking { connection, frontier: Frontier::default(), checkpoints: 0 };
    let outcome = checking.run(site, key, each)?;
    let detail = outcome.as_ref().err().cloned().unwrap_or_else(|| "every leaf, node and checkpoint is as it was written".into());
    Ok(AuditVerdict {
        ok: outcome.is_ok(),
        leaves: checking.frontier.size(),
        checkpoints: checking.checkpoints,
        root: hex::encode(checking.frontier.root()),
        detail,
    })
}

struct Checking<'c> {
    connection: &'c Connection,
    frontier: Frontier,
    checkpoints: u64,
}

impl Checking<'_> {
    /// `Err` inside is the first thing found wrong.
    fn run(&mut self, site: Uuid, key: &VerifyingKey, mut each: impl FnMut(&Leaf)) -> Result<Result<(), String>, CatalogueError> {
        let mut notes = self.connection.prepare("SELECT size, note FROM audit_checkpoint ORDER BY size")?;
        let mut notes = notes.query([])?;
        let mut next_note: Option<(u64, String)> = next_pair(&mut notes)?;
        let mut leaves = self.connection.prepare("SELECT seq, leaf FROM audit_leaf ORDER BY seq")?;
        let mut leaves = leaves.query([])?;
        let mut personal = self.connection.prepare("SELECT seq, field, salt, value FROM audit_personal ORDER BY seq")?;
        let mut personal = Personal::new(personal.query([])?)?;
        let mut levels: Vec<_> = (0..u64::BITS)
            .map(|_| self.connection.prepare("SELECT place, hash FROM audit_node WHERE level = ?1 ORDER BY place"))
            .collect::<Result<_, _>>()?;
        let mut nodes: Vec<_> = (0..).zip(&mut levels).map(|(level, nodes): (u32, _)| nodes.query([level])).collect::<Result<_, _>>()?;
        let mut finished = Vec::new();
        loop {
            while let Some((size, note)) = next_note.take_if(|(size, _)| *size == self.frontier.size()) {
                match Checkpoint::verify(&note, key) {
                    Ok(found) if found.origin == origin(site) && found.size == size && found.root == self.frontier.root() => {}
                    Ok(_) => return Ok(Err(format!("checkpoint {size} is of another log: leaves before it were changed"))),
                    Err(error) => return Ok(Err(format!("checkpoint {size}: {error}"))),
                }
                self.checkpoints += 1;
                next_note = next_pair(&mut notes)?;
            }
            let Some(row) = leaves.next()? else { break };
            let (seq, line) = (row.get::<_, u64>(0)?, row.get_ref(1)?.as_str().map_err(rusqlite::Error::from)?);
            if seq != self.frontier.size() {
                return Ok(Err(format!("leaf {} is missing", self.frontier.size())));
            }
            let Some(leaf) = Leaf::parse(line).ok().filter(|leaf| leaf.seq == seq) else {
                return Ok(Err(format!("leaf {seq} was changed: it is not in the form the log writes")));
            };
            if let Some(wrong) = personal.mismatch(&leaf)? {
                return Ok(Err(wrong));
            }
            self.frontier.push(tree::leaf_hash(line.as_bytes()), |node| finished.push(node));
            for node in finished.drain(..) {
                let stored = match nodes[node.level as usize].next()? {
                    Some(row) => Some((row.get::<_, u64>(0)?, row.get::<_, Hash>(1)?)),
                    None => None,
                };
                if stored != Some((node.index, node.hash)) {
                    return Ok(Err(format!("leaf {seq} is not the leaf that was logged: it doesn't fit the tree")));
                }
            }
            each(&leaf);
        }
        if let Some((size, _)) = next_note {
            return Ok(Err(format!("the log ends at leaf {}, but a checkpoint covers {size}: its end was cut off", self.frontier.size())));
        }
        let nodes: u64 = self.connection.query_row("SELECT count(*) FROM audit_node", [], |row| row.get(0))?;
        let expected = 2 * self.frontier.size() - u64::from(self.frontier.size().count_ones());
        if nodes != expected || personal.next.is_some() {
            return Ok(Err("the log holds rows that no leaf accounts for".into()));
        }
        Ok(Ok(()))
    }
}

/// Personal values in the order of their leaves, one ahead.
struct Personal<'s> {
    rows: rusqlite::Rows<'s>,
    next: Option<(u64, Salted)>,
}

impl<'s> Personal<'s> {
    fn new(rows: rusqlite::Rows<'s>) -> Result<Self, CatalogueError> {
        let mut personal = Self { rows, next: None };
        personal.advance()?;
        Ok(personal)
    }

    fn advance(&mut self) -> Result<(), CatalogueError> {
        self.next = match self.rows.next()? {
            Some(row) => Some((row.get(0)?, Salted { field: row.get(1)?, salt: row.get(2)?, value: row.get(3)? })),
            None => None,
        };
        Ok(())
    }

    /// What is wrong with the values of this leaf, the next in order.
    fn mismatch(&mut self, leaf: &Leaf) -> Result<Option<String>, CatalogueError> {
        let mut found = 0;
        while let Some((_, salted)) = self.next.take_if(|(seq, _)| *seq == leaf.seq) {
            let committed = leaf.personal.get(&salted.field);
            let fits = match &salted.value {
                // Erased: only the commitment is left, and nothing to compare it with.
                None => committed.is_some(),
                Some(value) => committed == Some(&Salted::commitment(&salted.salt, value)),
            };
            if !fits {
                return Ok(Some(format!("leaf {}: its personal field \u{201c}{}\u{201d} was changed", leaf.seq, salted.field)));
            }
            found += 1;
            self.advance()?;
        }
        Ok((found != leaf.personal.len()).then(|| format!("leaf {}: a personal field is missing", leaf.seq)))
    }
}

fn next_pair(rows: &mut rusqlite::Rows<'_>) -> Result<Option<(u64, String)>, CatalogueError> {
    Ok(match rows.next()? {
        Some(row) => Some((row.get(0)?, row.get(1)?)),
        None => None,
    })
}
