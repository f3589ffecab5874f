-- Passkeys of staff accounts: public keys alone. The private ones never leave their owners' devices.

CREATE TABLE passkey (
  credential    BLOB PRIMARY KEY NOT NULL,
  user          BLOB NOT NULL REFERENCES user (id),
  name          TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 40),  -- what its owner calls it
  stored        TEXT NOT NULL,                  -- JSON: public key, counter, flags
  added_utc_ns  INTEGER NOT NULL,
  used_utc_ns   INTEGER
) STRICT, WITHOUT ROWID;

CREATE INDEX passkey_of ON passkey (user);
