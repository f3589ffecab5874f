-- Requests: the case, what happened to it, and what went out. Names and words are personal data and
-- stand in columns that can be emptied; everything else stays.

CREATE TABLE request_case (
  number           INTEGER PRIMARY KEY AUTOINCREMENT,   -- the box's own count, never used twice
  year             INTEGER NOT NULL,            -- of receipt, in the site's own time
  submission       BLOB NOT NULL UNIQUE CHECK (length(submission) = 16),   -- the same again is the same request
  kind             TEXT NOT NULL,
  channel          TEXT NOT NULL,
  received_utc_ns  INTEGER NOT NULL,            -- when it truly came
  entered_utc_ns   INTEGER NOT NULL,
  entered_by       TEXT NOT NULL,
  code_hash        BLOB NOT NULL CHECK (length(code_hash) = 32),
  person           TEXT,                        -- JSON: requester, words, police form; NULL once erased
  state            TEXT NOT NULL,               -- its name
  state_facts      TEXT NOT NULL,               -- JSON: with who did what
  dates            TEXT NOT NULL,               -- JSON: what the clock is computed from
  version          INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE INDEX request_case_open ON request_case (state) WHERE state <> 'closed';

CREATE TABLE request_range (                    -- what was asked for
  request     INTEGER NOT NULL REFERENCES request_case (number),
  number      INTEGER NOT NULL,
  place       TEXT NOT NULL,
  cameras     TEXT NOT NULL,                    -- JSON; empty: not known, so all
  from_utc_ns INTEGER NOT NULL,
  to_utc_ns   INTEGER NOT NULL CHECK (to_utc_ns > from_utc_ns),
  PRIMARY KEY (request, number)
) STRICT, WITHOUT ROWID;

CREATE TABLE request_hold (                     -- what is kept for it
  hold    BLOB PRIMARY KEY NOT NULL REFERENCES hold (id),
  request INTEGER NOT NULL REFERENCES request_case (number)
) STRICT, WITHOUT ROWID;

CREATE TABLE request_event (
  request   INTEGER NOT NULL REFERENCES request_case (number),
  number    INTEGER NOT NULL,
  at_utc_ns INTEGER NOT NULL,
  on_day    TEXT NOT NULL,                      -- when it truly was, in the site's own time
  by_whom   TEXT NOT NULL,                      -- staff:<uuid>, local:<uid> or job:<name>
  event     TEXT NOT NULL,
  state     TEXT NOT NULL,                      -- that it led to
  record    TEXT,                               -- JSON: reasons, searches, what was weighed; NULL once erased
  PRIMARY KEY (request, number)
) STRICT, WITHOUT ROWID;

CREATE TABLE disclosure (                       -- the register: what went out, to whom, on which ground
  number       INTEGER PRIMARY KEY AUTOINCREMENT,
  request      INTEGER NOT NULL REFERENCES request_case (number),
  at_utc_ns    INTEGER NOT NULL,
  recipient    TEXT NOT NULL,                   -- kept as long as the register is (R42)
  organisation TEXT NOT NULL,
  ground       TEXT NOT NULL,
  basis        TEXT NOT NULL,
  content      TEXT NOT NULL,
  exports      TEXT NOT NULL,                   -- JSON: ids
  decided_by   TEXT NOT NULL,
  checked_by   TEXT NOT NULL,
  approved_by  TEXT NOT NULL,
  released_by  TEXT NOT NULL,
  CHECK (approved_by <> decided_by)
) STRICT;

CREATE TRIGGER request_case_stays BEFORE DELETE ON request_case BEGIN SELECT RAISE(ABORT, 'cases are closed, not deleted'); END;
CREATE TRIGGER request_case_ends BEFORE UPDATE OF state ON request_case WHEN OLD.state = 'closed' AND NEW.state <> 'closed'
  BEGIN SELECT RAISE(ABORT, 'a closed case stays closed'); END;
CREATE TRIGGER request_case_keeps BEFORE UPDATE OF number, year, kind, channel, received_utc_ns, entered_utc_ns, entered_by ON request_case
  BEGIN SELECT RAISE(ABORT, 'what was received does not change'); END;
CREATE TRIGGER request_range_keeps BEFORE UPDATE ON request_range BEGIN SELECT RAISE(ABORT, 'what was asked for does not change'); END;
CREATE TRIGGER request_range_stays BEFORE DELETE ON request_range BEGIN SELECT RAISE(ABORT, 'what was asked for does not change'); END;
CREATE TRIGGER request_hold_keeps BEFORE UPDATE ON request_hold BEGIN SELECT RAISE(ABORT, 'a hold belongs to its case'); END;
CREATE TRIGGER request_hold_stays BEFORE DELETE ON request_hold BEGIN SELECT RAISE(ABORT, 'a hold belongs to its case'); END;
CREATE TRIGGER request_event_stays BEFORE DELETE ON request_event BEGIN SELECT RAISE(ABORT, 'events are only added'); END;
CREATE TRIGGER request_event_keeps BEFORE UPDATE ON request_event
  WHEN NEW.record IS NOT NULL OR NEW.at_utc_ns <> OLD.at_utc_ns OR NEW.on_day <> OLD.on_day OR NEW.by_whom <> OLD.by_whom
    OR NEW.event <> OLD.event OR NEW.state <> OLD.state OR NEW.request <> OLD.request OR NEW.number <> OLD.number
  BEGIN SELECT RAISE(ABORT, 'events are only added'); END;
CREATE TRIGGER disclosure_stays BEFORE DELETE ON disclosure BEGIN SELECT RAISE(ABORT, 'the register is only added to'); END;
CREATE TRIGGER disclosure_keeps BEFORE UPDATE ON disclosure BEGIN SELECT RAISE(ABORT, 'the register is only added to'); END;

-- The second line behind the job: whatever program writes here, an open case keeps its footage.
CREATE TRIGGER hold_waits_for_case BEFORE UPDATE OF state ON hold
  WHEN NEW.state IN ('awaiting_second', 'releasing', 'released') AND EXISTS (
    SELECT 1 FROM request_hold rh JOIN request_case rc ON rc.number = rh.request WHERE rh.hold = OLD.id AND rc.state <> 'closed')
  BEGIN SELECT RAISE(ABORT, 'the case is open'); END;
