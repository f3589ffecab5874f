-- The audit log: leaves of a Merkle tree, its finished subtrees, signed checkpoints. Append-only:
-- the triggers stop mistakes, the tree and its signatures show intent.

CREATE TABLE audit_leaf (
  seq  INTEGER PRIMARY KEY NOT NULL CHECK (seq >= 0),
  leaf TEXT NOT NULL                            -- canonical JSON (RFC 8785): what is hashed
) STRICT;

CREATE TABLE audit_node (                       -- complete subtrees, leaves included at level 0
  level INTEGER NOT NULL,
  place INTEGER NOT NULL,
  hash  BLOB NOT NULL CHECK (length(hash) = 32),
  PRIMARY KEY (level, place)
) STRICT, WITHOUT ROWID;

CREATE TABLE audit_personal (                   -- beside the leaf, so that it can be erased
  seq   INTEGER NOT NULL REFERENCES audit_leaf (seq),
  field TEXT NOT NULL,
  salt  BLOB NOT NULL CHECK (length(salt) = 16),
  value TEXT,                                   -- NULL once erased
  PRIMARY KEY (seq, field)
) STRICT, WITHOUT ROWID;

CREATE TABLE audit_checkpoint (
  size       INTEGER PRIMARY KEY NOT NULL,
  note       TEXT NOT NULL,                     -- C2SP signed note
  at_utc_ns  INTEGER NOT NULL
) STRICT;

CREATE TRIGGER audit_leaf_keeps BEFORE UPDATE ON audit_leaf BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
CREATE TRIGGER audit_leaf_stays BEFORE DELETE ON audit_leaf BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
CREATE TRIGGER audit_node_keeps BEFORE UPDATE ON audit_node BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
CREATE TRIGGER audit_node_stays BEFORE DELETE ON audit_node BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
CREATE TRIGGER audit_checkpoint_keeps BEFORE UPDATE ON audit_checkpoint BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
CREATE TRIGGER audit_checkpoint_stays BEFORE DELETE ON audit_checkpoint BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
CREATE TRIGGER audit_personal_stays BEFORE DELETE ON audit_personal BEGIN SELECT RAISE(ABORT, 'personal values are erased, not deleted'); END;
CREATE TRIGGER audit_personal_erases BEFORE UPDATE ON audit_personal
  WHEN NEW.value IS NOT NULL OR NEW.seq <> OLD.seq OR NEW.field <> OLD.field OR NEW.salt <> OLD.salt
  BEGIN SELECT RAISE(ABORT, 'personal values can only be erased'); END;
