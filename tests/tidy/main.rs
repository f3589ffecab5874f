//! The house's structural rules, held over the tree as text: arrows, shape, habits, words,
//! papers, the unit.
//!
//! Each rule is a function from a source to findings, and each has a test that shows it finding
//! something. The rules hold no opinion of their own about who may import whom: that is written in
//! `src/lib.rs` and `src/domain/mod.rs`, and read from there. Next: `source` makes tokens of a
//! file, the others judge.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on has failed")]

mod arrows;
mod habits;
mod papers;
mod shape;
mod source;
mod unit;
mod words;

use std::path::Path;

use self::{
    arrows::Map,
    source::{Finding, Source},
};

/// The repository.
fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn text_of(file: &str) -> String {
    std::fs::read_to_string(root().join(file)).unwrap()
}

/// Holds a rule over every file of the product.
#[track_caller]
fn hold(rule: impl Fn(&Source) -> Vec<Finding>) {
    let sources = source::under(&root().join("src"));
    assert!(sources.len() > 50, "only {} files under src: any rule would hold", sources.len());
    none(sources.iter().flat_map(rule));
}

#[track_caller]
fn none(findings: impl IntoIterator<Item = Finding>) {
    let told: Vec<String> = findings.into_iter().map(|finding| finding.to_string()).collect();
    assert!(told.is_empty(), "{} found:\n{}", told.len(), told.join("\n"));
}

#[test]
fn every_import_follows_an_arrow() {
    let map = Map::read(&text_of("src/lib.rs"), &text_of("src/domain/mod.rs"));
    hold(|source| map.against(source));
}

#[test]
fn the_map_shows_every_room() {
    none(arrows::rooms_not_in_the_table(&text_of("src/lib.rs")));
}

#[test]
fn every_file_says_what_it_holds() {
    hold(shape::opens_with_words);
}

#[test]
fn no_file_is_long() {
    hold(shape::length);
}

#[test]
fn no_name_means_everything() {
    hold(shape::names);
}

#[test]
fn no_shell_is_started() {
    hold(habits::shells);
}

#[test]
fn sql_is_constant_text() {
    hold(habits::formatted_sql);
}

#[test]
fn nothing_panics_for_convenience() {
    hold(habits::unwraps);
}

#[test]
fn one_file_reads_the_clock() {
    hold(habits::clock_reads);
}

#[test]
fn no_word_of_the_workshop_got_in() {
    none(words::in_tree(root()));
}
