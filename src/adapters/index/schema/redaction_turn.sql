-- Whose turn it is with a redaction's film; the log has every earlier one.

ALTER TABLE redaction ADD COLUMN turn TEXT;      -- JSON: asked or sent back, by whom, about which film, why
