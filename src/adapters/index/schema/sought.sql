-- What helps to find somebody in the footage: apart from their request, and gone once that is closed.

CREATE TABLE sought (
  request INTEGER PRIMARY KEY NOT NULL REFERENCES request_case (number),
  words   TEXT NOT NULL CHECK (length(words) > 0)
) STRICT;

CREATE TRIGGER sought_goes_with_its_case AFTER UPDATE OF state ON request_case WHEN NEW.state = 'closed'
  BEGIN DELETE FROM sought WHERE request = NEW.number; END;
