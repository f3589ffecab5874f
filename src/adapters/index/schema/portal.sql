-- The public's side of a request: papers that show who asks, and what is fetched once released.

CREATE TABLE identity_paper (                   -- the paper itself lies sealed in a file
  id             BLOB PRIMARY KEY NOT NULL CHECK (length(id) = 16),
  request        INTEGER NOT NULL REFERENCES request_case (number),
  content        TEXT NOT NULL,                 -- jpeg, png or pdf, by its bytes
  bytes          INTEGER NOT NULL CHECK (bytes > 0),
  came_utc_ns    INTEGER NOT NULL,
  deleted_utc_ns INTEGER                        -- when its key and file were destroyed
) STRICT, WITHOUT ROWID;

CREATE INDEX identity_paper_kept ON identity_paper (request) WHERE deleted_utc_ns IS NULL;

CREATE TABLE delivery (                         -- a link by which a released copy is fetched
  id             BLOB PRIMARY KEY NOT NULL CHECK (length(id) = 16),
  request        INTEGER NOT NULL REFERENCES request_case (number),
  token_hash     BLOB NOT NULL UNIQUE CHECK (length(token_hash) = 32),
  code_hash      BLOB NOT NULL CHECK (length(code_hash) = 32),
  offered_utc_ns INTEGER NOT NULL,
  offered_by     TEXT NOT NULL,
  expires_utc_ns INTEGER NOT NULL CHECK (expires_utc_ns > offered_utc_ns),
  wrong_codes    INTEGER NOT NULL DEFAULT 0,
  downloads      INTEGER NOT NULL DEFAULT 0,
  revoked_utc_ns INTEGER
) STRICT, WITHOUT ROWID;

CREATE INDEX delivery_of ON delivery (request);

CREATE TABLE delivery_download (                -- one that was begun: in as many pieces as it takes
  token_hash   BLOB PRIMARY KEY NOT NULL CHECK (length(token_hash) = 32),
  delivery     BLOB NOT NULL REFERENCES delivery (id),
  begun_utc_ns INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TRIGGER identity_paper_stays BEFORE DELETE ON identity_paper BEGIN SELECT RAISE(ABORT, 'that a paper was here stays on record'); END;
CREATE TRIGGER identity_paper_is_gone BEFORE UPDATE ON identity_paper WHEN OLD.deleted_utc_ns IS NOT NULL
  BEGIN SELECT RAISE(ABORT, 'a deleted paper stays deleted'); END;
CREATE TRIGGER delivery_stays BEFORE DELETE ON delivery BEGIN SELECT RAISE(ABORT, 'deliveries are revoked, not deleted'); END;
CREATE TRIGGER delivery_only_runs_out BEFORE UPDATE ON delivery
  WHEN NEW.wrong_codes < OLD.wrong_codes OR NEW.downloads < OLD.downloads OR NEW.expires_utc_ns > OLD.expires_utc_ns
    OR (OLD.revoked_utc_ns IS NOT NULL AND NEW.revoked_utc_ns IS NULL)
    OR NEW.token_hash <> OLD.token_hash OR NEW.code_hash <> OLD.code_hash OR NEW.request <> OLD.request
  BEGIN SELECT RAISE(ABORT, 'a delivery only runs out'); END;
CREATE TRIGGER delivery_download_stays BEFORE DELETE ON delivery_download BEGIN SELECT RAISE(ABORT, 'downloads are only added'); END;
CREATE TRIGGER delivery_download_keeps BEFORE UPDATE ON delivery_download BEGIN SELECT RAISE(ABORT, 'downloads are only added'); END;
