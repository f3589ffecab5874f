//! What a user is told when something goes wrong.
//!
//! A [`Problem`] has a stable code, a public sentence (what happened, to what), a next step, and a
//! private cause that goes to the log only. The kind decides the exit code of the command line
//! (design section 10) and the HTTP status (RFC 9457); neither door invents its own. Inner errors
//! stay typed in their rooms and become a `Problem` at the last step before a door.

use std::{error::Error, fmt};

/// What kind of failure it is: decides exit code and HTTP status.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The caller's words don't fit: exit 2, 400.
    BadInput,
    /// Nobody is signed in: exit 2, 401.
    Unauthenticated,
    /// Known, but may not: exit 2, 403.
    Forbidden,
    /// No such thing (or none that the caller may know of): exit 2, 404.
    NotFound,
    /// It clashes with how things stand: exit 2, 409.
    Conflict,
    /// Too many tries: exit 2, 429.
    TooMany,
    /// A check ran and found something: exit 1, 422.
    Finding,
    /// Can't be done just now: exit 3, 503.
    Unavailable,
    /// Our fault or the machine's: exit 3, 500.
    Fault,
}

impl Kind {
    /// Exit codes of the command line: 1 a finding, 2 bad input, 3 a fault.
    pub const fn exit_code(self) -> u8 {
        match self {
            Self::Finding => 1,
            Self::Unavailable | Self::Fault => 3,
            Self::BadInput | Self::Unauthenticated | Self::Forbidden | Self::NotFound | Self::Conflict | Self::TooMany => 2,
        }
    }

    pub const fn http_status(self) -> u16 {
        match self {
            Self::BadInput => 400,
            Self::Unauthenticated => 401,
            Self::Forbidden => 403,
            Self::NotFound => 404,
            Self::Conflict => 409,
            Self::Finding => 422,
            Self::TooMany => 429,
            Self::Fault => 500,
            Self::Unavailable => 503,
        }
    }
}

/// A failure as its reader sees it.
pub struct Problem {
    pub kind: Kind,
    /// Stable, snake case: `camera_unknown`.
    pub code: &'static str,
    /// What happened, to what. Ends with a full stop. Holds no secret and no personal data.
    pub sentence: String,
    /// What to do next. Ends with a full stop.
    pub next_step: String,
    /// For the log only.
    pub cause: Option<Box<dyn Error + Send + Sync>>,
}

impl Problem {
    pub fn new(kind: Kind, code: &'static str, sentence: impl Into<String>, next_step: impl Into<String>) -> Self {
        Self { kind, code, sentence: sentence.into(), next_step: next_step.into(), cause: None }
    }

    pub fn because(mut self, cause: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        self.cause = Some(cause.into());
        self
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.sentence, self.next_step)
    }
}

impl fmt::Debug for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} {}: {}", self.kind, self.code, self)?;
        let mut cause = self.source();
        while let Some(inner) = cause {
            write!(f, ": {inner}")?;
            cause = inner.source();
        }
        Ok(())
    }
}

impl Error for Problem {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.cause.as_deref().map(|cause| cause as &(dyn Error + 'static))
    }
}
