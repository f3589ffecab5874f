-- Redactions: for each the plan as it stands, the film made from it, and who stands behind them. Plans name
-- staff and show where people walked; films lie sealed beside the footage, never here.

CREATE TABLE redaction (
  id             BLOB PRIMARY KEY NOT NULL CHECK (length(id) = 16),
  request        INTEGER NOT NULL REFERENCES request_case (number),
  camera         TEXT NOT NULL,
  from_utc_ns    INTEGER NOT NULL,
  to_utc_ns      INTEGER NOT NULL CHECK (to_utc_ns > from_utc_ns),
  origin_ticks   INTEGER NOT NULL,              -- when the plan's first frame is shown, 90 kHz since the epoch
  created_utc_ns INTEGER NOT NULL,
  plan           TEXT NOT NULL,                 -- JSON, version 1
  revision       INTEGER NOT NULL DEFAULT 0,    -- one more with every save
  saved_by       TEXT NOT NULL,                 -- JSON: everybody who ever saved it
  rendered       TEXT,                          -- JSON: which plan, which film, when
  reviewed       TEXT                           -- JSON: whose word, on which plan and film
) STRICT;

CREATE INDEX redaction_of_request ON redaction (request);

CREATE TABLE redaction_export (                 -- films that went out, and under which export
  export    BLOB NOT NULL REFERENCES export (id),
  redaction BLOB NOT NULL REFERENCES redaction (id),
  PRIMARY KEY (export, redaction)
) STRICT, WITHOUT ROWID;
