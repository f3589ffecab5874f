//! A released copy on a medium: what went out with its custody, its films with their hashes, and one of
//! them for whoever writes the disc.
//!
//! Each fetch is logged before its first byte. Refuses what has not been released. Next: `letter` prints the
//! sheet that goes with it; `advance` puts on record that it was handed over.

use std::sync::Arc;

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
        hashing::Hashing,
        house::House,
        staff::{self, People},
    },
    problem::{Kind, Problem},
};

/// What went out of a case, as the register has it. What takes longer is `read_whole`'s.
pub fn on_record(house: &House, found: &Case, handed_over: &[(Date, Handover)]) -> Result<OnRecord, Problem> {
    let rows = house.catalogue.read(disclosure::list)?;
    let people = staff::people(house)?;
    let mut gone_out = Vec::new();
    for row in rows.into_iter().filter(|row| row.case == found.reference) {
        let mut pieces = Vec::new();
        for id in &row.exports {
            let Some(export) = house.catalogue.read(|connection| export::by_id(connection, *id))? else { continue };
            let cameras = export.cameras.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
            pieces.push(Piece { export: export.id, order: export.leaf, cameras, asked: export.asked });
        }
        let by =
            [("decided", &row.decided_by), ("checked", &row.checked_by), ("approved", &row.approved_by), ("released", &row.released_by)];
        let by = by.map(|(did, person)| (did, people.name(person))).to_vec();
        gone_out.push(GoneOut { released: row.at, content: row.content, pieces, custody: Vec::new(), by });
    }
    Ok(OnRecord { gone_out, films: Vec::new(), handed_over: handed_over.to_vec() })
}

/// Reads what the log says of it, and hashes its films: for the sheet alone, since it takes its time.
pub fn read_whole(house: &Arc<House>, found: &Case, mut on_record: OnRecord) -> Result<OnRecord, Problem> {
    let people = staff::people(house)?;
    for gone in &mut on_record.gone_out {
        for piece in &gone.pieces {
            gone.custody.extend(disclose::custody(house, piece.export, piece.order)?);
        }
        for entry in &mut gone.custody {
            entry.who = named(&entry.who, &people);
        }
    }
    on_record.films = films(house, found)?;
    Ok(on_record)
}

fn named(who: &str, people: &People) -> String {
    Person::from_stored(who).map_or_else(|| who.to_owned(), |person| people.name(&person))
}

/// The films of a case that go to the person in them, with their hashes. A bundle has none: it lists its own files.
fn films(house: &Arc<House>, found: &Case) -> Result<Vec<Film>, Problem> {
    if found.kind.is_for_third_party() {
        return Ok(Vec::new());
    }
    let hashed = |file: ReleasedFile| {
        let mut hash = Sha256::new();
        file.write(&(0..file.bytes()), Hashing(&mut hash))?;
        Ok(Film { name: file.name().to_owned(), bytes: file.bytes(), sha256: hex::encode(hash.finalize()) })
    };
    released::files(house, found.reference)?.into_iter().map(hashed).collect()
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
