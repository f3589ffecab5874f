//! What the papers promise is there: the README's configuration and commands, the tests and files
//! that the manual names.

use std::{collections::BTreeSet, path::Path, process::Command};

use holdfast::settings::Settings;

use super::{
    root,
    source::{Finding, collect},
    text_of,
};

/// Texts between backticks, with their lines.
fn spans(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.lines().enumerate().flat_map(|(number, line)| line.split('`').skip(1).step_by(2).map(move |span| (number + 1, span)))
}

/// Blocks fenced as `kind`, joined.
fn blocks(text: &str, kind: &str) -> String {
    let fence = format!("```{kind}\n");
    text.split(&fence).skip(1).filter_map(|rest| rest.split("```").next()).collect()
}

/// The words of a command before its first value or option; None when it is not one of ours.
fn command(line: &str) -> Option<Vec<&str>> {
    let ours = line.strip_prefix("sudo -u holdfast ").unwrap_or(line).strip_prefix("holdfast ")?;
    Some(
        ours.split_whitespace()
            .take_while(|word| word.chars().all(|letter| letter.is_ascii_lowercase() || letter == '-') && !word.starts_with('-'))
            .collect(),
    )
}

/// Whether the program has this command; one word more is a value, as in `camera test gate`.
fn knows(words: &[&str]) -> bool {
    let asked = Command::new(env!("CARGO_BIN_EXE_holdfast")).args(&words[..words.len().min(2)]).arg("--help").output().unwrap();
    asked.status.success()
}

/// Commands in the README that the program doesn't know.
fn unknown_commands(readme: &str) -> Vec<Finding> {
    let shell = blocks(readme, "sh");
    let lines = shell.lines().map(|line| (0, line)).chain(spans(readme));
    let commands: BTreeSet<(usize, Vec<&str>)> = lines.filter_map(|(line, text)| Some((line, command(text)?))).collect();
    assert!(commands.len() > 5, "the README was not understood");
    let unknown = commands.into_iter().filter(|(_, words)| words.is_empty() || !knows(words));
    unknown
        .map(|(line, words)| Finding {
            file: "README.md".into(),
            line,
            what: format!("there is no \u{201c}holdfast {}\u{201d}", words.join(" ")),
        })
        .collect()
}

/// Links of the README into the repository that lead nowhere. Pictures are made by the screenshots.
fn dead_links(readme: &str) -> Vec<Finding> {
    let links = readme.lines().enumerate().flat_map(|(number, line)| {
        let targets = line
            .match_indices("](")
            .filter(|(at, _)| !line[..*at].contains("!["))
            .map(|(at, _)| line[at + 2..].split(')').next().unwrap_or_default());
        targets.map(move |target| (number + 1, target)).collect::<Vec<_>>()
    });
    let dead = links.filter(|(_, target)| !target.starts_with("https://") && !root().join(target).exists());
    dead.map(|(line, target)| Finding { file: "README.md".into(), line, what: format!("{target} is not there") }).collect()
}

/// `room::a_test_that_says_what_holds` in a paper, where no such test is.
fn unknown_tests(file: &str, paper: &str, tests: &BTreeSet<String>) -> Vec<Finding> {
    // In a link it is a type or function, which rustdoc looks after.
    let unlinked = paper.replace("[`", "[").replace("`]", "]");
    let named = spans(&unlinked).filter_map(|(line, span)| {
        let (_, test) = span.rsplit_once("::")?;
        let is_test = test.contains('_') && !span.contains([' ', '(', '.', '<']);
        is_test.then_some((line, test))
    });
    let unknown = named.filter(|(_, test)| !tests.contains(*test));
    unknown.map(|(line, test)| Finding { file: file.to_owned(), line, what: format!("there is no test {test}") }).collect()
}

/// Every function marked as a test, in the library and beside it.
fn all_tests(root: &Path) -> BTreeSet<String> {
    let mut files = Vec::new();
    for folder in ["src", "tests/it", "tests/tidy"] {
        collect(&root.join(folder), &mut files);
    }
    let mut names = BTreeSet::new();
    for file in files.iter().filter(|file| file.extension().is_some_and(|kind| kind == "rs")) {
        let text = std::fs::read_to_string(file).unwrap();
        let tests = text
            .split("#[test]")
            .skip(1)
            .chain(text.split("#[tokio::test").skip(1))
            .filter_map(|rest| rest.split_once("fn ")?.1.split('(').next());
        names.extend(tests.map(str::to_owned));
    }
    names
}

#[test]
fn the_readme_shows_a_configuration_that_is_right() {
    let text = blocks(&text_of("README.md"), "toml");
    let refused = Settings::from_text(&text, "README.md", None).expect_err("its password file is on no test's machine");
    let told: Vec<&str> = refused.findings.iter().map(|finding| finding.sentence.as_str()).collect();
    assert!(told.len() == 1 && told[0].contains("password"), "{told:?}");
}

#[test]
fn the_readme_names_commands_and_files_that_exist() {
    let readme = text_of("README.md");
    super::none(unknown_commands(&readme).into_iter().chain(dead_links(&readme)));
    let wrong = unknown_commands(
        &readme.replacen("`holdfast check`", "`holdfast chekc`", 1).replace("`holdfast segment list`", "`holdfast segment lost`"),
    );
    assert_eq!(wrong.len(), 2, "{wrong:?}");
    assert_eq!(dead_links("[a](src/lib.rs) [b](src/library.rs) ![c](d.png)").len(), 1);
}

#[test]
fn the_threats_name_tests_that_exist() {
    let tests = all_tests(root());
    assert!(tests.len() > 60, "only {} tests were found", tests.len());
    super::none(unknown_tests("src/manual/threats.rs", &text_of("src/manual/threats.rs"), &tests));
    let found = unknown_tests("a", "`vault::nothing_was_ever_here`, [`a::b_c`], `tests/tidy` and `a_b`", &tests);
    assert_eq!(found.len(), 1, "{found:?}");
}

#[test]
fn the_law_is_answered_whole_and_names_tests_that_exist() {
    let text = text_of("src/manual/law.rs");
    super::none(unknown_tests("src/manual/law.rs", &text, &all_tests(root())));
    let answered: Vec<&str> = text.lines().filter_map(|line| line.strip_prefix("//! | R")?.split(' ').next()).collect();
    let asked: Vec<String> = (1..=52).map(|number| number.to_string()).collect();
    assert_eq!(answered, asked);
    for line in text.lines().filter(|line| line.starts_with("//! | R") && line.contains("| carried")) {
        assert!(line.contains("](crate::") || line.contains(".ts`"), "nothing carries {line}");
        assert!(!line.ends_with("| – |"), "no test shows {line}");
    }
}

#[test]
fn every_lesson_and_figure_stands_in_the_table_with_tests_that_exist() {
    let text = text_of("src/manual/proven.rs");
    super::none(unknown_tests("src/manual/proven.rs", &text, &all_tests(root())));
    let numbered = |letter: char| -> Vec<u32> {
        let lines = text.lines().filter_map(|line| line.strip_prefix("//! | ")?.strip_prefix(letter)?.split(' ').next()?.parse().ok());
        lines.collect()
    };
    assert_eq!((numbered('T'), numbered('R')), ((1..=20).collect(), (1..=14).collect()));
    for line in text.lines().filter(|line| line.contains("| shown")) {
        assert!(line.contains("::"), "no test shows {line}");
    }
}
