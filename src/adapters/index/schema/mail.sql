-- What is told by mail. No address and no words: those are read and written when it is sent.

CREATE TABLE mail (
  id            BLOB PRIMARY KEY NOT NULL CHECK (length(id) = 16),  -- in its Message-ID, so that twice is seen to be once
  occasion      TEXT NOT NULL UNIQUE,           -- case/<number>/<event>, day/<YYYY-MM-DD> or emergency/<uuid>
  request       INTEGER REFERENCES request_case (number),           -- whose requester it goes to; NULL: staff
  news          TEXT NOT NULL,
  queued_utc_ns INTEGER NOT NULL,
  tries         INTEGER NOT NULL DEFAULT 0,
  next_utc_ns   INTEGER NOT NULL,
  ended_utc_ns  INTEGER,
  ending        TEXT CHECK (ending IN ('sent', 'no_address', 'refused', 'given_up')),
  CHECK ((ended_utc_ns IS NULL) = (ending IS NULL))
) STRICT, WITHOUT ROWID;

CREATE INDEX mail_waiting ON mail (next_utc_ns) WHERE ended_utc_ns IS NULL;
CREATE INDEX mail_of_request ON mail (request, queued_utc_ns) WHERE request IS NOT NULL;

CREATE TRIGGER mail_stays BEFORE DELETE ON mail BEGIN SELECT RAISE(ABORT, 'what was told stays on record'); END;
CREATE TRIGGER mail_ends_once BEFORE UPDATE ON mail WHEN OLD.ended_utc_ns IS NOT NULL
  BEGIN SELECT RAISE(ABORT, 'a mail ends once'); END;
