//! The shape of a file: its first line, its length, its name.

use super::source::{Finding, Source};

/// Past this a file is due to be split; it is said, and the test goes on.
const LINES_WARNED: usize = 400;
/// Past this nobody reads it any more.
const LINES_MAX: usize = 700;
/// Names that say nothing about what is inside.
const NAMES_OF_NOTHING: [&str; 8] = ["utils", "util", "helpers", "helper", "common", "manager", "misc", "types"];

/// A file begins with what it holds.
pub fn opens_with_words(source: &Source) -> Vec<Finding> {
    let first = source.text.lines().next().unwrap_or_default();
    let says = first.strip_prefix("//! ").is_some_and(|words| words.len() > 10);
    if says { Vec::new() } else { vec![source.finding(1, "does not open with //! and a sentence")] }
}

/// Lines of product; tests don't count.
pub fn length(source: &Source) -> Vec<Finding> {
    let lines = source.text.lines().count() - source.test_lines;
    if lines > LINES_WARNED {
        eprintln!("warning: {} has {lines} lines; past {LINES_WARNED} it is due to be split", source.file);
    }
    if lines > LINES_MAX { vec![source.finding(1, format!("has {lines} lines, more than {LINES_MAX}"))] } else { Vec::new() }
}

/// Neither a file nor a module inside it is called after nothing.
pub fn names(source: &Source) -> Vec<Finding> {
    let module = source.module();
    let declared = source.tokens.windows(2).filter(|pair| pair[0].text == "mod").map(|pair| (pair[1].text.as_str(), pair[1].line));
    let own = module.iter().map(|part| (part.as_str(), 1));
    own.chain(declared)
        .filter(|(name, _)| NAMES_OF_NOTHING.iter().any(|nothing| name.split('_').any(|part| part == *nothing)))
        .map(|(name, line)| source.finding(line, format!("the name {name} doesn't say what is inside")))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_without_a_first_sentence_is_found() {
        for text in ["use std::fmt;\n", "// About times.\n", "//!\n//! Later.\n", ""] {
            assert_eq!(opens_with_words(&Source::new("a.rs", text)).len(), 1, "{text:?}");
        }
        assert!(opens_with_words(&Source::new("a.rs", "//! Times, as plain values.\n")).is_empty());
    }

    #[test]
    fn a_long_file_is_found_and_its_tests_are_not_counted() {
        let line = "fn a() {}\n";
        let tests = format!("#[cfg(test)]\nmod tests {{\n{}}}\n", line.repeat(LINES_MAX));
        assert!(length(&Source::new("a.rs", &(line.repeat(LINES_MAX) + &tests))).is_empty());
        assert_eq!(length(&Source::new("a.rs", &(line.repeat(LINES_MAX + 1) + &tests))).len(), 1);
    }

    #[test]
    fn names_of_nothing_are_found() {
        for (file, text) in [
            ("utils.rs", ""),
            ("jobs/common/mod.rs", ""),
            ("jobs/key_manager.rs", ""),
            ("jobs/mod.rs", "mod helpers;"),
            ("jobs/mod.rs", "pub mod a { pub(crate) mod time_utils { } }"),
        ] {
            assert_eq!(names(&Source::new(file, text)).len(), 1, "{file} {text}");
        }
        assert!(names(&Source::new("jobs/house.rs", "mod command; fn manager() {}")).is_empty());
    }
}
