-- The store itself, its cameras, segments and gaps. Plain text on disk: nothing in here may show
-- a picture, so no parameter sets and no fragment index (those are sealed inside the segments).

CREATE TABLE store_fact (            -- site and store ids, last clock reading, open counter
  name  TEXT PRIMARY KEY NOT NULL,
  value BLOB NOT NULL
) STRICT;

CREATE TABLE camera (
  number            INTEGER PRIMARY KEY,        -- joins; never shown
  id                TEXT NOT NULL UNIQUE,       -- as in the configuration
  first_seen_utc_ns INTEGER NOT NULL
) STRICT;

CREATE TABLE segment (
  id                     BLOB PRIMARY KEY NOT NULL CHECK (length(id) = 16),   -- UUIDv7
  camera                 INTEGER NOT NULL REFERENCES camera (number),
  state                  TEXT NOT NULL CHECK (state IN ('open', 'sealed', 'torn', 'expired')),
  start_utc_ns           INTEGER NOT NULL,
  end_utc_ns             INTEGER,               -- unknown while open
  bytes                  INTEGER NOT NULL DEFAULT 0,    -- file length
  frames                 INTEGER NOT NULL DEFAULT 0,
  fragments              INTEGER NOT NULL DEFAULT 0,
  durable_records        INTEGER NOT NULL DEFAULT 0,    -- records known to be on the disk: fewer found later is tampering
  key_epoch              INTEGER NOT NULL,      -- of creation; the slot may have been rewrapped since
  key_slot               INTEGER NOT NULL,
  key_commitment         BLOB NOT NULL CHECK (length(key_commitment) = 32),
  fragment_root          BLOB CHECK (fragment_root IS NULL OR length(fragment_root) = 32),
  clock_synchronised     INTEGER NOT NULL CHECK (clock_synchronised IN (0, 1)),
  camera_clock_offset_ns INTEGER,               -- camera minus ours, from RTCP
  codec                  TEXT NOT NULL CHECK (codec IN ('h264', 'h265')),
  width_px               INTEGER NOT NULL,
  height_px              INTEGER NOT NULL,
  activity_peak          INTEGER,               -- 0 to 255, the busiest second
  CHECK (end_utc_ns IS NULL OR end_utc_ns >= start_utc_ns),
  CHECK (state = 'open' OR end_utc_ns IS NOT NULL)
) STRICT, WITHOUT ROWID;

CREATE INDEX segment_by_time ON segment (camera, start_utc_ns);
CREATE INDEX segment_open ON segment (state) WHERE state = 'open';

CREATE TABLE gap (
  number      INTEGER PRIMARY KEY,
  camera      INTEGER NOT NULL REFERENCES camera (number),
  from_utc_ns INTEGER NOT NULL,
  to_utc_ns   INTEGER NOT NULL,
  cause       TEXT NOT NULL,
  CHECK (to_utc_ns > from_utc_ns)
) STRICT;

CREATE INDEX gap_by_time ON gap (camera, from_utc_ns);
