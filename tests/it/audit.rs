//! The audit log on a real database file: whatever is changed behind its back is found and named.

use ed25519_dalek::SigningKey;
use holdfast::{
    adapters::{
        clock,
        index::{
            Catalogue,
            audit::{self, AuditVerdict},
        },
    },
    domain::{
        actor::{Actor, UserId},
        audit::{Action, Entry, LeafSeq, Outcome},
    },
};
use proptest::{prelude::*, test_runner::Config};
use rusqlite::Connection;
use tempfile::TempDir;
use uuid::Uuid;

struct Log {
    folder: TempDir,
    key: SigningKey,
}

const SITE: Uuid = Uuid::from_bytes([9; 16]);

/// With a space, which no base64 has: three letters alone do turn up in seventeen proofs by chance.
const NAME: &str = "Ada Lovelace";

impl Log {
    fn new() -> Self {
        Self { folder: TempDir::new().unwrap(), key: SigningKey::from_bytes(&[3; 32]) }
    }

    fn catalogue(&self) -> Catalogue {
        Catalogue::open(&self.folder.path().join("catalogue.db")).unwrap()
    }

    fn append(&self, catalogue: &Catalogue, count: u64) {
        for number in 0..count {
            let entry = Entry {
                actor: Actor::Staff { id: UserId(Uuid::from_u128(7)), name: NAME.into() },
                action: Action::ViewOpen,
                object: format!("camera/gate/{number}"),
                outcome: Outcome::Done,
                basis: Some("patrol_review".into()),
                details: serde_json::Map::from_iter([("number".to_owned(), number.into())]),
                personal: vec![("name", NAME.into()), ("reason", format!("noise {number}"))],
            };
            catalogue.write(|tx| audit::append(tx, &clock::now(), &entry)).unwrap();
        }
    }

    fn checkpoint(&self, catalogue: &Catalogue) -> String {
        catalogue.write(|tx| audit::checkpoint(tx, SITE, &self.key, &clock::now())).unwrap()
    }

    fn verify(&self) -> AuditVerdict {
        self.catalogue().read(|c| audit::verify(c, SITE, &self.key.verifying_key())).unwrap()
    }

    /// As somebody with the file and a mind to it would: no triggers, no foreign keys.
    fn behind_its_back(&self, sql: &str) {
        let connection = Connection::open(self.folder.path().join("catalogue.db")).unwrap();
        let triggers: Vec<String> = connection
            .prepare("SELECT name FROM sqlite_schema WHERE type = 'trigger'")
            .unwrap()
            .query_map([], |row| row.get(0))
            .unwrap()
            .collect::<Result<_, _>>()
            .unwrap();
        for trigger in triggers {
            connection.execute_batch(&["DROP TRIGGER ", &trigger].concat()).unwrap();
        }
        connection.pragma_update(None, "foreign_keys", false).unwrap();
        connection.execute_batch(sql).unwrap();
    }
}

fn filled() -> Log {
    let log = Log::new();
    let catalogue = log.catalogue();
    log.append(&catalogue, 9);
    log.checkpoint(&catalogue);
    log.append(&catalogue, 8);
    log.checkpoint(&catalogue);
    log
}

#[test]
fn an_untouched_log_verifies_and_every_leaf_can_be_proved() {
    let log = filled();
    let verdict = log.verify();
    assert!(verdict.ok, "{}", verdict.detail);
    assert_eq!((verdict.leaves, verdict.checkpoints), (17, 2));
    let catalogue = log.catalogue();
    for seq in 0..17 {
        let proof = catalogue.read(|c| audit::prove(c, LeafSeq(seq), &log.key.verifying_key())).unwrap().unwrap();
        let text = proof.to_text();
        let (leaf, checkpoint) = holdfast::domain::audit::proof::AuditProof::parse(&text).unwrap().verify().unwrap();
        assert_eq!((leaf.seq, checkpoint.size), (seq, 17));
        assert!(!text.contains(NAME) && !text.contains("noise "), "a proof names nobody");
    }
}

#[test]
fn every_kind_of_tampering_is_found_where_it_is() {
    let cases = [
        ("UPDATE audit_leaf SET leaf = replace(leaf, '/gate/3', '/gate/4') WHERE seq = 3", "leaf 3"),
        ("DELETE FROM audit_leaf WHERE seq = 5", "leaf 5"),
        ("DELETE FROM audit_leaf WHERE seq = 16", "its end was cut off"),
        (
            "UPDATE audit_leaf SET seq = -1 WHERE seq = 2; UPDATE audit_leaf SET seq = 2 WHERE seq = 3; UPDATE audit_leaf SET seq = 3 WHERE seq = -1",
            "leaf 2",
        ),
        ("INSERT INTO audit_leaf SELECT 17, replace(leaf, '\"seq\":16', '\"seq\":17') FROM audit_leaf WHERE seq = 16", "leaf 17"),
        ("UPDATE audit_personal SET value = 'Eve' WHERE seq = 4 AND field = 'name'", "leaf 4"),
        ("DELETE FROM audit_personal WHERE seq = 4 AND field = 'reason'", "leaf 4"),
        ("INSERT INTO audit_personal VALUES (6, 'witness', zeroblob(16), 'Eve')", "leaf 6"),
        ("UPDATE audit_checkpoint SET note = (SELECT note FROM audit_checkpoint WHERE size = 17) WHERE size = 9", "checkpoint 9"),
        ("UPDATE audit_node SET hash = zeroblob(32) WHERE level = 2 AND place = 1", "leaf 7"),
        ("INSERT INTO audit_node VALUES (9, 9, zeroblob(32))", "no leaf accounts for"),
        ("UPDATE audit_leaf SET leaf = leaf || ' ' WHERE seq = 8", "leaf 8"),
    ];
    for (sql, place) in cases {
        let log = filled();
        // The schema forbids seq = -1; a determined hand doesn't ask it.
        log.behind_its_back(&format!("PRAGMA ignore_check_constraints = ON; {sql}"));
        let verdict = log.verify();
        assert!(!verdict.ok && verdict.detail.contains(place), "{sql}: {}", verdict.detail);
    }
}

#[test]
fn a_rewritten_history_needs_the_key_and_an_older_copy_shows_against_a_newer_checkpoint() {
    let log = filled();
    // The whole log written again by someone without the key.
    let forger = Log { folder: TempDir::new().unwrap(), key: SigningKey::from_bytes(&[4; 32]) };
    let catalogue = forger.catalogue();
    forger.append(&catalogue, 17);
    forger.checkpoint(&catalogue);
    let verdict = catalogue.read(|c| audit::verify(c, SITE, &log.key.verifying_key())).unwrap();
    assert!(!verdict.ok && verdict.detail.contains("checkpoint 17"), "{}", verdict.detail);
}

#[test]
fn the_log_itself_refuses_changes_but_lets_personal_values_be_erased() {
    let log = filled();
    let catalogue = log.catalogue();
    for sql in [
        "UPDATE audit_leaf SET leaf = 'x' WHERE seq = 1",
        "DELETE FROM audit_leaf WHERE seq = 1",
        "DELETE FROM audit_checkpoint",
        "UPDATE audit_personal SET value = 'Eve'",
        "UPDATE audit_personal SET value = NULL",
    ] {
        assert!(catalogue.write(|tx| Ok(tx.execute_batch(sql)?)).is_err(), "{sql}");
    }
    catalogue.write(|tx| Ok(tx.execute_batch("UPDATE audit_personal SET value = NULL, salt = zeroblob(16) WHERE seq = 4")?)).unwrap();
    assert!(log.verify().ok);
}

#[test]
fn a_leaf_lives_and_dies_with_its_act() {
    let log = Log::new();
    let catalogue = log.catalogue();
    let entry = Entry {
        actor: Actor::Job("record"),
        action: Action::SegmentSeal,
        object: "x".into(),
        outcome: Outcome::Done,
        basis: None,
        details: Default::default(),
        personal: vec![],
    };
    let failed: Result<(), _> = catalogue.write(|tx| {
        audit::append(tx, &clock::now(), &entry)?;
        Err(holdfast::adapters::index::CatalogueError::Impossible { what: "act" })
    });
    assert!(failed.is_err());
    assert_eq!(log.verify().leaves, 0);
}

proptest! {
    #![proptest_config(Config { cases: 64, failure_persistence: None, ..Config::default() })]
    /// One bit anywhere in any stored value of the log is noticed.
    #[test]
    fn one_flipped_bit_is_noticed(table in 0usize..4, row: prop::sample::Index, byte: prop::sample::Index, bit in 0u8..8) {
        let log = filled();
        let (table, column) = [("audit_leaf", "leaf"), ("audit_node", "hash"), ("audit_personal", "salt"), ("audit_checkpoint", "note")][table];
        log.behind_its_back("SELECT 1");
        let connection = Connection::open(log.folder.path().join("catalogue.db")).unwrap();
        connection.execute_batch("PRAGMA ignore_check_constraints = ON").unwrap();
        let count: usize = connection.query_row(&["SELECT count(*) FROM ", table].concat(), [], |r| r.get(0)).unwrap();
        let row = row.index(count);
        let as_text = column == "leaf" || column == "note";
        let read = ["SELECT CAST(", column, " AS BLOB) FROM ", table, " LIMIT 1 OFFSET ?1"].concat();
        let mut value: Vec<u8> = connection.query_row(&read, [row], |r| r.get(0)).unwrap();
        let before = value.clone();
        let at = byte.index(value.len());
        value[at] ^= 1 << bit;
        let keys = match table { "audit_node" => "(level, place)", "audit_personal" => "(seq, field)", "audit_checkpoint" => "size", _ => "seq" };
        let cast = if as_text { "CAST(?1 AS TEXT)" } else { "?1" };
        let update = ["UPDATE ", table, " SET ", column, " = ", cast, " WHERE ", keys, " IN (SELECT ", keys.trim_matches(['(', ')']), " FROM ", table, " LIMIT 1 OFFSET ?2)"].concat();
        connection.execute(&update, rusqlite::params![value, row]).unwrap();
        drop(connection);
        prop_assume!(value != before);
        let catalogue = log.catalogue();
        // Bytes that are no UTF-8 make the read itself fail: noticed, too.
        let noticed = catalogue.read(|c| audit::verify(c, SITE, &log.key.verifying_key())).map_or(true, |verdict| !verdict.ok);
        prop_assert!(noticed, "{table}.{column} row {row} byte {at}");
    }
}
