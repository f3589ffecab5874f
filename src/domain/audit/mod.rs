//! Placeholder to be replaced in the same session.
