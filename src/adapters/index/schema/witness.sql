-- What others have seen of the log, and personal values that go together with their salts.

CREATE TABLE audit_cosignature (                -- a witness saw this checkpoint, and that it extends the one before
  size       INTEGER NOT NULL REFERENCES audit_checkpoint (size),
  witness    TEXT NOT NULL,                     -- name of the witness's key
  line       TEXT NOT NULL,                     -- C2SP tlog-cosignature, as it came
  at_utc_ns  INTEGER NOT NULL,
  PRIMARY KEY (size, witness)
) STRICT, WITHOUT ROWID;

-- With the salt kept, whoever guesses a name could confirm it against the leaf.
DROP TRIGGER audit_personal_erases;
CREATE TRIGGER audit_personal_erases BEFORE UPDATE ON audit_personal
  WHEN NEW.value IS NOT NULL OR NEW.seq <> OLD.seq OR NEW.field <> OLD.field OR NEW.salt <> zeroblob(16)
  BEGIN SELECT RAISE(ABORT, 'personal values can only be erased, with their salts'); END;
CREATE TRIGGER audit_cosignature_keeps BEFORE UPDATE ON audit_cosignature BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
CREATE TRIGGER audit_cosignature_stays BEFORE DELETE ON audit_cosignature BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
