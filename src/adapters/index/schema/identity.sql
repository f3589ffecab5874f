-- Staff, their sessions, what they said they were looking for, and what left the box.

CREATE TABLE user (
  id             BLOB PRIMARY KEY NOT NULL CHECK (length(id) = 16),
  name           TEXT NOT NULL UNIQUE COLLATE NOCASE,
  role           TEXT NOT NULL,
  password_hash  TEXT NOT NULL,                 -- argon2id, PHC string
  disabled       INTEGER NOT NULL DEFAULT 0 CHECK (disabled IN (0, 1)),
  created_utc_ns INTEGER NOT NULL
) STRICT;

CREATE TABLE session (
  token_hash       BLOB PRIMARY KEY NOT NULL CHECK (length(token_hash) = 32),
  user             BLOB NOT NULL REFERENCES user (id),
  created_utc_ns   INTEGER NOT NULL,
  last_used_utc_ns INTEGER NOT NULL
) STRICT;

CREATE TABLE viewing (                          -- a stated purpose; footage is served only under one
  id            BLOB PRIMARY KEY NOT NULL CHECK (length(id) = 16),
  holder        TEXT NOT NULL,                  -- staff:<uuid> or local:<uid>
  session       BLOB,                           -- whose session; NULL at the local socket
  purpose       TEXT NOT NULL,
  opened_utc_ns INTEGER NOT NULL
) STRICT;

CREATE TABLE export (
  id             BLOB PRIMARY KEY NOT NULL CHECK (length(id) = 16),
  case_reference TEXT NOT NULL,
  cameras        TEXT NOT NULL,                 -- JSON array of camera ids
  from_utc_ns    INTEGER NOT NULL,
  to_utc_ns      INTEGER NOT NULL,
  purpose        TEXT NOT NULL,
  by_whom        TEXT NOT NULL,                 -- staff:<uuid> or local:<uid>
  leaf_seq       INTEGER NOT NULL REFERENCES audit_leaf (seq),
  estimate_bytes INTEGER NOT NULL,
  created_utc_ns INTEGER NOT NULL,
  CHECK (to_utc_ns > from_utc_ns)
) STRICT;
