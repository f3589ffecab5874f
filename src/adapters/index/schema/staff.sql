-- Authenticator apps, and accounts that are limited to some cameras. An app's secret lies sealed beside
-- the footage, never here.

CREATE TABLE second_factor (
  user            BLOB PRIMARY KEY NOT NULL REFERENCES user (id),
  since_utc_ns    INTEGER NOT NULL,
  last_step       INTEGER NOT NULL              -- of 30 s: a code of it or an earlier one has been used up (RFC 6238, 5.2)
) STRICT, WITHOUT ROWID;

CREATE TABLE user_limit (                       -- an account with any of these sees nothing else
  user  BLOB NOT NULL REFERENCES user (id),
  kind  TEXT NOT NULL CHECK (kind IN ('camera', 'place', 'nothing')),
  value TEXT NOT NULL,                          -- a camera's id, or a place as in the configuration
  PRIMARY KEY (user, kind, value)
) STRICT, WITHOUT ROWID;
