//! Who may import whom: read from the map's own words, held against every path in the tree.
//!
//! The table in `src/lib.rs` names each room and what it may import; the line with the arrows in
//! `src/domain/mod.rs` puts the stages in order. Refuses a room or stage that neither names.

use super::source::{Finding, Source, Token};

/// The arrows, as written.
pub struct Map {
    /// Room, and the rooms it may import; None for everything.
    rooms: Vec<(String, Option<Vec<String>>)>,
    /// `domain`'s stages, from left to right.
    stages: Vec<String>,
    /// What lies beneath all stages; each may import those before it.
    beneath: Vec<String>,
}

impl Map {
    pub fn read(lib: &str, domain: &str) -> Self {
        let mut rooms = Vec::new();
        for (names, _, imports) in table(lib) {
            let imports = (imports != "everything").then(|| in_backticks(imports));
            rooms.extend(in_backticks(names).into_iter().map(|room| (room, imports.clone())));
        }
        let stages = domain.lines().find(|line| line.contains(" → ")).map(in_backticks).unwrap_or_default();
        let beneath = domain.lines().find(|line| line.contains(", plus ")).and_then(|line| line.split_once(", plus "));
        let beneath = beneath.map(|(_, names)| in_backticks(names)).unwrap_or_default();
        assert!(rooms.len() > 5 && stages.len() > 2 && beneath.len() > 1, "the map was not understood");
        Self { rooms, stages, beneath }
    }

    /// The paths of `source` that follow no arrow.
    pub fn against(&self, source: &Source) -> Vec<Finding> {
        let module = source.module();
        // lib.rs declares the rooms and main.rs opens one door: neither is a room.
        let Some(room) = module.first() else { return Vec::new() };
        let Some((_, imports)) = self.rooms.iter().find(|(name, _)| name == room) else {
            return vec![source.finding(1, format!("{room} is not in the table of src/lib.rs"))];
        };
        let mut found = Vec::new();
        for (path, line) in paths(source) {
            let Some(target) = path.first() else { continue };
            let allowed = target == room || imports.as_ref().is_none_or(|imports| imports.contains(target));
            if !allowed && self.rooms.iter().any(|(name, _)| name == target) {
                found.push(source.finding(line, format!("{room} may not import {target}")));
            }
            if let ("domain", "domain", [_, from, ..], [_, to, ..]) = (room.as_str(), target.as_str(), module.as_slice(), path.as_slice()) {
                found.extend(self.backward(from, to).map(|what| source.finding(line, what)));
            }
        }
        if let [first, stage, ..] = module.as_slice()
            && first == "domain"
            && !self.stages.contains(stage)
            && !self.beneath.contains(stage)
        {
            found.push(source.finding(1, format!("{stage} has no place in the order of src/domain/mod.rs")));
        }
        found
    }

    fn backward(&self, from: &str, to: &str) -> Option<String> {
        let place = |list: &[String], name: &str| list.iter().position(|known| known == name);
        let allowed = match (place(&self.stages, from), place(&self.stages, to)) {
            (Some(from), Some(to)) => to <= from,
            (Some(_), None) => true,
            (None, Some(_)) => false,
            (None, None) => place(&self.beneath, to) <= place(&self.beneath, from),
        };
        (!allowed).then(|| format!("domain::{from} may not import domain::{to}, which stands to its right"))
    }
}

/// Rooms that `lib.rs` declares and its table leaves out.
pub fn rooms_not_in_the_table(lib: &str) -> Vec<Finding> {
    let shown: Vec<String> = table(lib).flat_map(|(names, ..)| in_backticks(names)).collect();
    let source = Source::new("lib.rs", lib);
    let declared = source.tokens.windows(2).filter(|pair| pair[0].text == "mod");
    declared
        .filter(|pair| !shown.contains(&pair[1].text))
        .map(|pair| source.finding(pair[1].line, format!("{} is not in the table", pair[1].text)))
        .collect()
}

/// The rows of the map's table: names, what they hold, what they may import.
fn table(lib: &str) -> impl Iterator<Item = (&str, &str, &str)> {
    lib.lines().filter_map(|line| line.strip_prefix("//! | ")?.strip_suffix(" |")).filter_map(|row| {
        let mut cells = row.split(" | ");
        Some((cells.next()?, cells.next()?, cells.next()?))
    })
}

fn in_backticks(text: &str) -> Vec<String> {
    text.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

/// Every path into the crate, spelled out from its root, with its line.
fn paths(source: &Source) -> Vec<(Vec<String>, usize)> {
    let module = source.module();
    let mut found = Vec::new();
    for at in 0..source.tokens.len() {
        let starts = at == 0 || source.tokens[at - 1].text != "::";
        let leads_on = source.tokens.get(at + 1).is_some_and(|next| next.text == "::");
        if !starts || !leads_on {
            continue;
        }
        let mut from = match source.tokens[at].text.as_str() {
            "crate" | "holdfast" => Vec::new(),
            "super" => module.clone(),
            _ => continue,
        };
        let mut at = at;
        while source.tokens.get(at).is_some_and(|token| matches!(token.text.as_str(), "crate" | "holdfast" | "super")) {
            if source.tokens[at].text == "super" {
                from.pop();
            }
            at += 2;
        }
        spell_out(&source.tokens, &mut at, from, &mut found);
    }
    found
}

/// Follows one `use` tree or path from `at`, groups included.
fn spell_out(tokens: &[Token], at: &mut usize, mut path: Vec<String>, found: &mut Vec<(Vec<String>, usize)>) {
    while let Some(token) = tokens.get(*at) {
        match token.text.as_str() {
            "{" => {
                *at += 1;
                while tokens.get(*at).is_some_and(|token| token.text != "}") {
                    spell_out(tokens, at, path.clone(), found);
                    while tokens.get(*at).is_some_and(|token| token.text != "," && token.text != "}") {
                        *at += 1;
                    }
                    *at += usize::from(tokens.get(*at).is_some_and(|token| token.text == ","));
                }
                *at += 1;
                return;
            }
            name => {
                let line = token.line;
                if name.starts_with(|letter: char| letter.is_alphabetic() || letter == '_') && name != "self" {
                    path.push(name.to_owned());
                }
                *at += 1;
                if tokens.get(*at).is_some_and(|next| next.text == "::") {
                    *at += 1;
                    continue;
                }
                found.push((path, line));
                return;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIB: &str = "\
//! | room | holds | may import |
//! |---|---|---|
//! | [`domain`] | rules | nothing of ours |
//! | [`adapters`] | the world | `domain` |
//! | [`jobs`] | acts | `adapters`, `domain`, `problem` |
//! | [`http`], [`cli`] | doors | `jobs`, `adapters`, `domain`, `problem` |
//! | [`daemon`] | composition | everything |
//! | [`problem`] | words | nothing of ours |
pub mod adapters;
pub mod domain;
";
    const DOMAIN: &str = "\
//! Each stage imports only stages to its left, plus `instant`, `actor` and `audit`:
//! `camera` → `recording` → `export`.
";

    fn told(file: &str, text: &str) -> Vec<String> {
        Map::read(LIB, DOMAIN).against(&Source::new(file, text)).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn an_arrow_backwards_is_found_however_it_is_written() {
        for (file, text) in [
            ("domain/camera/mod.rs", "use crate::adapters::clock;"),
            ("adapters/clock.rs", "use crate::{domain::instant::{self, UtcInstant}, jobs::{record as r}};"),
            ("adapters/vault/mod.rs", "fn a() -> crate::problem::Problem { todo!() }"),
            ("jobs/record/mod.rs", "use super::super::http::answer;"),
            ("jobs/record/mod.rs", "fn a() { tokio::select! { _ = crate::cli::ask() => {} } }"),
            ("http/mod.rs", "use crate::daemon;"),
        ] {
            assert_eq!(told(file, text).len(), 1, "{file}: {text}");
        }
    }

    #[test]
    fn arrows_that_lead_on_are_left_alone() {
        for (file, text) in [
            ("domain/export/mod.rs", "use crate::domain::{instant::Interval, recording::{segment::SegmentId, gap}, audit};"),
            ("jobs/house.rs", "use super::record; use crate::{adapters::clock as c, problem::*};"),
            ("daemon.rs", "use crate::{http, cli, jobs::house::House};"),
            ("http/mod.rs", "pub(super) fn a() { let x = std::problem::y(); let z = x.crate_::daemon(); }"),
            ("domain/camera/mod.rs", "#[cfg(test)] mod tests { use crate::adapters::clock; }"),
        ] {
            assert_eq!(told(file, text), Vec::<String>::new(), "{file}: {text}");
        }
    }

    #[test]
    fn a_stage_that_looks_to_its_right_is_found() {
        for (file, text) in [
            ("domain/camera/mod.rs", "use crate::domain::recording::gap::Gap;"),
            ("domain/camera/connection.rs", "use super::super::export;"),
            ("domain/actor.rs", "use super::audit::Leaf;"),
            ("domain/audit/mod.rs", "use super::super::domain::camera::CameraId;"),
            ("domain/whatever.rs", "fn a() {}"),
        ] {
            assert_eq!(told(file, text).len(), 1, "{file}: {text}");
        }
        assert_eq!(told("domain/audit/mod.rs", "use super::{actor::Actor, instant::UtcInstant};"), Vec::<String>::new());
    }

    #[test]
    fn a_room_off_the_map_is_found() {
        assert_eq!(told("cellar/mod.rs", "fn a() {}"), ["cellar/mod.rs:1: cellar is not in the table of src/lib.rs"]);
        let found = rooms_not_in_the_table(&[LIB, "pub mod cellar;\n"].concat());
        assert_eq!(found.iter().map(ToString::to_string).collect::<Vec<_>>(), ["lib.rs:11: cellar is not in the table"]);
    }
}
