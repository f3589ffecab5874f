-- Who has read the provider's policy, and who opened footage in an emergency.

CREATE TABLE acknowledgement (
  user      BLOB NOT NULL REFERENCES user (id),
  at_utc_ns INTEGER NOT NULL,
  policy    BLOB NOT NULL CHECK (length(policy) = 32),  -- SHA-256 of the text that was read
  given     TEXT NOT NULL CHECK (length(given) = 10),   -- days on the site's wall, YYYY-MM-DD
  trained   TEXT NOT NULL CHECK (length(trained) = 10),
  PRIMARY KEY (user, at_utc_ns)
) STRICT, WITHOUT ROWID;

CREATE TABLE emergency (                        -- why, and the note on it, stand beside their leaves
  id            BLOB PRIMARY KEY NOT NULL CHECK (length(id) = 16),
  user          BLOB NOT NULL REFERENCES user (id),
  opened_utc_ns INTEGER NOT NULL,
  until_utc_ns  INTEGER NOT NULL CHECK (until_utc_ns > opened_utc_ns),
  leaf_seq      INTEGER NOT NULL REFERENCES audit_leaf (seq),
  looked_utc_ns INTEGER,
  looked_by     BLOB REFERENCES user (id),
  looked_seq    INTEGER REFERENCES audit_leaf (seq),
  CHECK ((looked_utc_ns IS NULL) = (looked_by IS NULL) AND (looked_utc_ns IS NULL) = (looked_seq IS NULL))
) STRICT, WITHOUT ROWID;

CREATE INDEX emergency_of ON emergency (user, opened_utc_ns);

CREATE TRIGGER acknowledgement_stays BEFORE DELETE ON acknowledgement BEGIN SELECT RAISE(ABORT, 'acknowledgements are only added'); END;
CREATE TRIGGER acknowledgement_keeps BEFORE UPDATE ON acknowledgement BEGIN SELECT RAISE(ABORT, 'acknowledgements are only added'); END;
CREATE TRIGGER emergency_stays BEFORE DELETE ON emergency BEGIN SELECT RAISE(ABORT, 'that footage was opened stays on record'); END;
CREATE TRIGGER emergency_is_only_looked_at BEFORE UPDATE ON emergency
  WHEN OLD.looked_utc_ns IS NOT NULL OR NEW.user <> OLD.user OR NEW.opened_utc_ns <> OLD.opened_utc_ns
    OR NEW.until_utc_ns <> OLD.until_utc_ns OR NEW.leaf_seq <> OLD.leaf_seq
  BEGIN SELECT RAISE(ABORT, 'an opening is looked at once, and nothing else of it changes'); END;
