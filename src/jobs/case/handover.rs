//! A released copy on a medium: what went out with its custody, its films with their hashes, and one of
//! them for whoever writes the disc.
//!
//! Each fetch is logged before its first byte. Refuses what has not been released. Next: `letter` prints the
//! sheet that goes with it; `advance` puts on record that it was handed over.

use std::{
    io::{self, Write},
    sync::Arc,
};

use jiff::civil::Date;
use serde_json::json;
use sha2::{Digest, Sha256};

use super::{
    entry,
    released::{self, ReleasedFile},
};
use crate::{
    adapters::index::{audit, disclosure, export},
    domain::{
        actor::Actor,
        audit::{Action, Outcome},
        instant::ClockReading,
        letter::handover::{Film, GoneOut, OnRecord, Piece},
        request::{case::Case, handover::Handover},
        retention::consent::Person,
    },
    jobs::{
        disclose,
        house::House,
        staff::{self, People},
    },
    problem::{Kind, Problem},
};

/// What went out of a case, as the register and the log have it; the films' hashes are not read yet.
pub fn on_record(house: &House, found: &Case, handed_over: &[(Date, Handover)]) -> Result<OnRecord, Problem> {
    let rows = house.catalogue.read(disclosure::list)?;
    let people = staff::people(house)?;
    let mut gone_out = Vec::new();
    for row in rows.into_iter().filter(|row| row.case == found.reference) {
        let (mut pieces, mut custody) = (Vec::new(), Vec::new());
        for id in &row.exports {
            let Some(export) = house.catalogue.read(|connection| export::by_id(connection, *id))? else { continue };
            custody.extend(disclose::custody(house, &export)?);
            let cameras = export.cameras.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
            pieces.push(Piece { order: export.leaf, cameras, asked: export.asked });
        }
        for entry in &mut custody {
            entry.who = named(&entry.who, &people);
        }
        let by =
            [("decided", &row.decided_by), ("checked", &row.checked_by), ("approved", &row.approved_by), ("released", &row.released_by)];
        let by = by.map(|(did, person)| (did, people.name(person))).to_vec();
        gone_out.push(GoneOut { released: row.at, content: row.content, pieces, custody, by });
    }
    Ok(OnRecord { gone_out, films: Vec::new(), handed_over: handed_over.to_vec() })
}

fn named(who: &str, people: &People) -> String {
    Person::from_stored(who).map_or_else(|| who.to_owned(), |person| people.name(&person))
}

/// The films of a case that go to the person in them, with their hashes. A bundle has none: it lists its own files.
pub fn films(house: &Arc<House>, found: &Case) -> Result<Vec<Film>, Problem> {
    if found.kind.is_for_third_party() {
        return Ok(Vec::new());
    }
    let hashed = |file: ReleasedFile| {
        let mut digest = Hashing(Sha256::new());
        file.write(&(0..file.bytes()), &mut digest)?;
        Ok(Film { name: file.name().to_owned(), bytes: file.bytes(), sha256: hex::encode(digest.0.finalize()) })
    };
    released::files(house, found.reference)?.into_iter().map(hashed).collect()
}

struct Hashing(Sha256);

impl Write for Hashing {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The files that staff may put on a medium, in order.
pub fn copies(house: &Arc<House>, found: &Case) -> Result<Vec<ReleasedFile>, Problem> {
    if found.kind.is_for_third_party() {
        let next = "Fetch the bundle from the list of exports.";
        return Err(Problem::new(Kind::Conflict, "bundle", "What goes to a third party goes as a bundle.", next));
    }
    released::files(house, found.reference)
}

/// One of them, counted from 1, once it is on record that it is fetched.
pub fn fetch(house: &Arc<House>, actor: Actor, found: &Case, number: usize, at: ClockReading) -> Result<ReleasedFile, Problem> {
    let file = copies(house, found)?.into_iter().nth(number.wrapping_sub(1)).ok_or_else(|| {
        Problem::new(Kind::NotFound, "film_unknown", "There is no such film.", "The list of the case\u{2019}s films has those there are.")
    })?;
    let mut leaf = entry(actor, Action::DeliveryFetch, found.reference, json!({"file": file.name(), "from": 0, "to": file.bytes()}));
    leaf.outcome = Outcome::Intent;
    house.catalogue.write(|transaction| audit::append(transaction, &at, &leaf))?;
    Ok(file)
}
