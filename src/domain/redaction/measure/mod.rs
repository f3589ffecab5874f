//! How much of whom a plan shows, against boxes that people have drawn.
//!
//! `truth` reads the boxes, `exposure` measures one frame, `trial` makes each person in turn the subject,
//! with and without a reviewer. Refuses truth that it can't read rather than measure less. Next:
//! `jobs::redaction_report` writes it down.

pub mod exposure;
pub mod trial;
pub mod truth;

pub use self::truth::Truth;
