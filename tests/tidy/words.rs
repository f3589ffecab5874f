//! Words that must not get into the repository: folders of a developer's machine and names of the
//! tools there. A reader elsewhere could follow neither.

use std::{collections::BTreeSet, fs, path::Path};

use sha2::{Digest, Sha256};

use super::source::{Finding, collect};

/// First folders of paths that exist on somebody's own machine only.
const OWN_FOLDERS: [&str; 4] = [concat!("/", "home/"), concat!("/", "root/"), concat!("/", "work/"), concat!("/", "Users/")];
/// SHA-256 of names of tools, which therefore aren't in here either.
const TOOLS: [&str; 3] = [
    "fbb8037df8cc90503026c4dfd1faae09d040aeb3ecceab2df6411ae608e5e394",
    "fcea2252477fefa3301da81c3aeda315444e2ca5210408834c71b7b9c29df0b0",
    "4ea91362a144349937a5d55aa0a9fa470e69a3f5ccedd7961867fdb35c8ae563",
];
/// What is written by people, at the top of the repository.
const WRITTEN: [&str; 8] = ["src", "tests", "benches", "config", "systemd", "web/src", "web/test", ".ci"];

/// Judges every text of the repository.
pub fn in_tree(root: &Path) -> Vec<Finding> {
    let mut files = Vec::new();
    for folder in WRITTEN.map(|folder| root.join(folder)) {
        if folder.is_dir() {
            collect(&folder, &mut files);
        }
    }
    files.extend(fs::read_dir(root).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_file()));
    files.sort();
    let mut found = Vec::new();
    for file in files {
        // Pictures are no text, and .git says where a worktree's repository is.
        if let Ok(text) = fs::read_to_string(&file)
            && file.file_name().is_some_and(|name| name != ".git")
        {
            found.extend(in_text(&file.strip_prefix(root).unwrap().display().to_string(), &text, &TOOLS));
        }
    }
    found
}

fn in_text(file: &str, text: &str, tools: &[&str]) -> Vec<Finding> {
    let mut clean = BTreeSet::new();
    let mut found = Vec::new();
    for (number, line) in text.lines().enumerate() {
        let mut tell = |what: &str| found.push(Finding { file: file.to_owned(), line: number + 1, what: what.to_owned() });
        if OWN_FOLDERS.iter().any(|folder| line.contains(folder)) {
            tell("names a folder of somebody's own machine");
        }
        let letter = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_' | '.');
        for word in line.split(|other| !letter(other)).map(|word| word.trim_end_matches('.').to_ascii_lowercase()) {
            if clean.contains(&word) {
                continue;
            }
            if tools.contains(&hex::encode(Sha256::digest(&word)).as_str()) {
                tell("names a tool of somebody's own machine");
            } else {
                clean.insert(word);
            }
        }
    }
    found
}

#[test]
fn folders_and_tools_of_one_machine_are_found() {
    // "anvil"
    let tools = ["50bc66d8aae5ae9020e15d53a103ddf91de202b3af5aeb3fd124b6861cdd2405"];
    for text in [OWN_FOLDERS[0].to_owned() + "ann/x", "cd ".to_owned() + OWN_FOLDERS[2] + "target"] {
        assert_eq!(in_text("a", &text, &tools).len(), 1, "{text}");
    }
    let found = in_text("a", "one\ntwo .Anvil-x, three\nthe Anvil.", &tools);
    assert_eq!(found.iter().map(|finding| finding.line).collect::<Vec<_>>(), [3]);
    assert!(in_text("a", "/var/lib/holdfast, /homes/x", &tools).is_empty());
}
