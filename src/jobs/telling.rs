//! What users are told when an adapter fails: from each room's error to a `Problem`.

use crate::{
    adapters::{index::CatalogueError, secret::SecretError},
    jobs::footage::FootageError,
    problem::{Kind, Problem},
};

impl From<CatalogueError> for Problem {
    fn from(error: CatalogueError) -> Self {
        if error.is_no_space() {
            Self::new(
                Kind::Unavailable,
                "disk_full",
                "The disk is full, so nothing can be written down.",
                "Free some space, then try again.",
            )
        } else if error.is_damage() {
            Self::new(
                Kind::Fault,
                "catalogue_damaged",
                "The catalogue is damaged.",
                "Stop Holdfast, keep a copy of the folder, check the disk, then restore the catalogue from a backup.",
            )
        } else {
            Self::new(Kind::Fault, "catalogue", "The catalogue could not be used.", "Try again; if it stays so, the log says why.")
        }
        .because(error)
    }
}

impl From<FootageError> for Problem {
    fn from(error: FootageError) -> Self {
        Self::new(
            Kind::Fault,
            "footage_unreadable",
            "The footage could not be read.",
            "Try another time; \u{201c}holdfast segment check\u{201d} tells which recording is damaged.",
        )
        .because(error)
    }
}

impl From<SecretError> for Problem {
    fn from(error: SecretError) -> Self {
        Self::new(Kind::Fault, "secret", "The password could not be handled.", "Try again; if it stays so, the log says why.")
            .because(error)
    }
}

impl From<tokio::task::JoinError> for Problem {
    fn from(error: tokio::task::JoinError) -> Self {
        Self::new(Kind::Fault, "interrupted", "The request was interrupted.", "Try again.").because(error)
    }
}
