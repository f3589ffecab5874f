//! The files that a released case gives its requester. The one place that says where they come from.
//!
//! Each is a redacted film that a second person stands behind, or a film as recorded, cut to what was
//! released, of a case in which somebody states and another passes that only the requester is in it. Read
//! from the vault while it is sent; nothing is put on a disk. Refuses footage that has been restricted
//! since, and a film that isn't the one that was approved. Next: `jobs::disclose` cuts.

use std::{io::Write, sync::Arc};

use zeroize::Zeroizing;

use super::{deliver::Stretch, read};
use crate::{
    adapters::index::{disclosure, export, redaction},
    domain::{
        redaction::reviewed::Sum,
        request::{case::CaseReference, state::State},
    },
    jobs::{
        disclose::{self, Film},
        house::House,
        redact,
    },
    problem::{Kind, Problem},
};

/// A file that can be fetched, whole or in pieces; the same bytes each time.
pub struct ReleasedFile {
    house: Arc<House>,
    name: String,
    source: Source,
}

enum Source {
    Recorded(Film),
    Redacted(Zeroizing<Vec<u8>>),
}

/// What a case gives its requester, in order.
pub fn files(house: &Arc<House>, reference: CaseReference) -> Result<Vec<ReleasedFile>, Problem> {
    let found = read::by_reference(house, reference)?;
    if !matches!(found.state, State::Released | State::PartlyReleased | State::Closed) {
        return Err(not_released());
    }
    let exports = house.catalogue.read(|connection| {
        let released = disclosure::list(connection)?.into_iter().filter(|row| row.case == reference);
        released.flat_map(|row| row.exports).filter_map(|id| export::by_id(connection, id).transpose()).collect::<Result<Vec<_>, _>>()
    })?;
    let mut files: Vec<ReleasedFile> = Vec::new();
    for row in exports {
        let redactions = house.catalogue.read(|connection| redaction::of_export(connection, row.id))?;
        let sources: Vec<Source> = if redactions.is_empty() {
            Film::of(house, &row)?.into_iter().map(Source::Recorded).collect()
        } else {
            redactions.iter().map(|row| Ok(Source::Redacted(redact::released_film(house, row)?.1))).collect::<Result<_, Problem>>()?
        };
        for source in sources {
            let name = format!("{reference}-{}.mp4", files.len() + 1);
            files.push(ReleasedFile { house: Arc::clone(house), name, source });
        }
    }
    if files.is_empty() { Err(not_released()) } else { Ok(files) }
}

impl ReleasedFile {
    /// Neutral, since names of files travel.
    pub fn name(&self) -> &str {
        &self.name
    }

    pub const fn media_type(&self) -> &'static str {
        "video/mp4"
    }

    pub fn bytes(&self) -> u64 {
        match &self.source {
            Source::Recorded(film) => film.bytes(),
            Source::Redacted(film) => film.len() as u64,
        }
    }

    /// Which bytes these are: another film has another one.
    pub fn tag(&self) -> String {
        match &self.source {
            Source::Recorded(film) => film.tag(),
            Source::Redacted(film) => Sum::of(film).to_hex(),
        }
    }

    /// Writes a stretch of it.
    pub fn write(&self, stretch: &Stretch, mut to: impl Write) -> Result<(), Problem> {
        match &self.source {
            Source::Recorded(film) => film.write(&self.house.vault, stretch, to),
            Source::Redacted(film) => {
                let place = |at: u64| usize::try_from(at).unwrap_or(usize::MAX).min(film.len());
                to.write_all(&film[place(stretch.start)..place(stretch.end)]).map_err(disclose::not_written)
            }
        }
    }
}

fn not_released() -> Problem {
    Problem::new(Kind::NotFound, "nothing_released", "There is no copy to fetch.", "Ask us how your request stands.")
}
