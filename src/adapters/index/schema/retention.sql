-- How long footage is kept, what keeps it longer, and what has gone.

ALTER TABLE segment ADD COLUMN expired_utc_ns INTEGER;             -- when its key was given up
ALTER TABLE segment ADD COLUMN file_gone INTEGER NOT NULL DEFAULT 0 CHECK (file_gone IN (0, 1));

ALTER TABLE segment ADD COLUMN counted_from_ns INTEGER;            -- recorded under a clock in doubt: its period counts from here (the largest number: not known yet)

CREATE INDEX segment_kept ON segment (camera, start_utc_ns) WHERE state IN ('sealed', 'torn');
CREATE INDEX segment_garbage ON segment (id) WHERE state = 'expired' AND file_gone = 0;

CREATE INDEX segment_undated ON segment (id) WHERE counted_from_ns = 9223372036854775807;

CREATE TABLE retention_rule (                   -- which period counts for footage recorded from when on
  camera          INTEGER NOT NULL REFERENCES camera (number),
  applies_from_ns INTEGER NOT NULL,
  period_s        INTEGER NOT NULL CHECK (period_s > 0),
  PRIMARY KEY (camera, applies_from_ns)
) STRICT, WITHOUT ROWID;

CREATE TABLE retention_reason (                 -- why the present period, and when that is looked at again
  camera           INTEGER PRIMARY KEY NOT NULL REFERENCES camera (number),
  reason           TEXT NOT NULL CHECK (length(trim(reason)) > 0),
  review_by_utc_ns INTEGER NOT NULL
) STRICT;

CREATE TABLE shortening (                       -- a shorter period for footage that is there already
  camera           INTEGER PRIMARY KEY NOT NULL REFERENCES camera (number),
  first_by         TEXT NOT NULL,
  asked_utc_ns     INTEGER NOT NULL,
  second_by        TEXT,
  effective_utc_ns INTEGER,
  CHECK ((second_by IS NULL) = (effective_utc_ns IS NULL))
) STRICT;

CREATE TABLE hold (                             -- legal holds, and restrictions of processing
  id               BLOB PRIMARY KEY NOT NULL CHECK (length(id) = 16),
  kind             TEXT NOT NULL CHECK (kind IN ('hold', 'restriction')),
  from_utc_ns      INTEGER NOT NULL,
  to_utc_ns        INTEGER,                     -- NULL: open-ended
  reason           TEXT NOT NULL,
  case_reference   TEXT NOT NULL,
  requester        TEXT NOT NULL,
  review_by_utc_ns INTEGER NOT NULL,
  placed_utc_ns    INTEGER NOT NULL,
  placed_by        TEXT NOT NULL,
  state            TEXT NOT NULL CHECK (state IN ('in_force', 'awaiting_second', 'releasing', 'released')),
  first_by         TEXT,
  second_by        TEXT,
  state_utc_ns     INTEGER,                     -- asked at, releasing until, or released at
  CHECK (to_utc_ns IS NULL OR to_utc_ns > from_utc_ns)
) STRICT;

CREATE INDEX hold_keeping ON hold (state) WHERE state <> 'released';

CREATE TABLE hold_camera (
  camera INTEGER NOT NULL REFERENCES camera (number),
  hold   BLOB NOT NULL REFERENCES hold (id),
  PRIMARY KEY (camera, hold)
) STRICT, WITHOUT ROWID;

CREATE TABLE hold_check (                       -- what was found when held footage was opened, decoded and hashed
  hold      BLOB NOT NULL REFERENCES hold (id),
  at_utc_ns INTEGER NOT NULL,
  ok        INTEGER NOT NULL CHECK (ok IN (0, 1)),
  report    TEXT NOT NULL,                      -- JSON
  PRIMARY KEY (hold, at_utc_ns)
) STRICT, WITHOUT ROWID;

CREATE TABLE early_deletion (                   -- a range that goes before its time (UK GDPR Article 17)
  id               BLOB PRIMARY KEY NOT NULL CHECK (length(id) = 16),
  from_utc_ns      INTEGER NOT NULL,
  to_utc_ns        INTEGER NOT NULL,
  reason           TEXT NOT NULL,
  case_reference   TEXT NOT NULL,
  first_by         TEXT NOT NULL,
  asked_utc_ns     INTEGER NOT NULL,
  second_by        TEXT,
  granted_utc_ns   INTEGER,
  done_utc_ns      INTEGER,
  CHECK (to_utc_ns > from_utc_ns),
  CHECK ((second_by IS NULL) = (granted_utc_ns IS NULL))
) STRICT;

CREATE TABLE early_deletion_camera (
  deletion BLOB NOT NULL REFERENCES early_deletion (id),
  camera   INTEGER NOT NULL REFERENCES camera (number),
  PRIMARY KEY (deletion, camera)
) STRICT, WITHOUT ROWID;

-- The second line behind the job that expires: whatever program writes here, held footage stays.
CREATE TRIGGER segment_held BEFORE UPDATE OF state ON segment
  WHEN NEW.state = 'expired' AND EXISTS (
    SELECT 1 FROM hold_camera hc JOIN hold h ON h.id = hc.hold
    WHERE hc.camera = OLD.camera AND h.state <> 'released' AND h.from_utc_ns <= OLD.end_utc_ns AND (h.to_utc_ns IS NULL OR h.to_utc_ns >= OLD.start_utc_ns))
  BEGIN SELECT RAISE(ABORT, 'held'); END;
CREATE TRIGGER segment_stays BEFORE DELETE ON segment WHEN OLD.state <> 'open'
  BEGIN SELECT RAISE(ABORT, 'closed segments expire, they are not deleted'); END;
CREATE TRIGGER segment_never_returns BEFORE UPDATE OF state ON segment WHEN OLD.state = 'expired' AND NEW.state <> 'expired'
  BEGIN SELECT RAISE(ABORT, 'what has expired does not come back'); END;
CREATE TRIGGER hold_stays BEFORE DELETE ON hold BEGIN SELECT RAISE(ABORT, 'holds are released, not deleted'); END;
CREATE TRIGGER hold_camera_stays BEFORE DELETE ON hold_camera BEGIN SELECT RAISE(ABORT, 'holds are released, not narrowed'); END;
CREATE TRIGGER hold_camera_keeps BEFORE UPDATE ON hold_camera BEGIN SELECT RAISE(ABORT, 'holds are released, not narrowed'); END;
CREATE TRIGGER hold_releases_once BEFORE UPDATE ON hold WHEN OLD.state = 'released'
  BEGIN SELECT RAISE(ABORT, 'a released hold does not change'); END;
CREATE TRIGGER hold_keeps_its_reach BEFORE UPDATE ON hold
  WHEN NEW.from_utc_ns <> OLD.from_utc_ns OR NEW.to_utc_ns IS NOT OLD.to_utc_ns OR NEW.kind <> OLD.kind
  BEGIN SELECT RAISE(ABORT, 'holds are released, not narrowed'); END;
CREATE TRIGGER hold_is_released_in_order BEFORE UPDATE OF state ON hold
  WHEN NEW.state = 'released' AND (OLD.state <> 'releasing' OR OLD.first_by IS NULL OR OLD.second_by IS NULL OR OLD.first_by = OLD.second_by
    OR NEW.state_utc_ns < OLD.state_utc_ns)
  BEGIN SELECT RAISE(ABORT, 'a release needs two people'); END;
