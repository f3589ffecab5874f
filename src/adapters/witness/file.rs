//! A file that checkpoints are appended to, best on another disk or a share that this machine can't
//! take back. One note after the other, an empty line after each.
//!
//! What is torn or foreign in it is passed over and counted. Nothing in it is ever changed. Every
//! call may block for as long as a lost share does.

use std::{
    fs::{File, OpenOptions},
    io::{self, BufRead, BufReader, Read, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
};

use ed25519_dalek::VerifyingKey;

use crate::domain::audit::checkpoint::Checkpoint;

/// Lines of a checkpoint note: origin, size, root, nothing, signature.
const LINES_OF_A_NOTE: usize = 5;
/// Holds the last note for certain: a note is some 250 bytes.
const TAIL_BYTES: u64 = 4096;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WitnessFile {
    path: PathBuf,
}

/// The log whose checkpoints are looked for.
#[derive(Clone, Debug)]
pub struct LogKey {
    pub origin: String,
    pub key: VerifyingKey,
}

impl WitnessFile {
    pub fn at(path: &Path) -> Self {
        Self { path: path.to_owned() }
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The longest checkpoint near the end; None in a file without any.
    pub fn last(&self, log: &LogKey) -> io::Result<Option<Checkpoint>> {
        let mut file = File::open(&self.path)?;
        let length = file.metadata()?.len();
        file.seek(SeekFrom::Start(length.saturating_sub(TAIL_BYTES)))?;
        let mut longest: Option<Checkpoint> = None;
        read_notes(&mut file, log, |note| {
            if let Found::Checkpoint { checkpoint, .. } = note
                && longest.as_ref().is_none_or(|longest| longest.size <= checkpoint.size)
            {
                longest = Some(checkpoint);
            }
        })?;
        Ok(longest)
    }

    /// Everything in the file, in order.
    pub fn each(&self, log: &LogKey, visit: impl FnMut(Found)) -> io::Result<()> {
        read_notes(&mut File::open(&self.path)?, log, visit)
    }

    /// Adds a note, on the disk when it returns. Makes the file where there is none.
    pub fn append(&self, note: &str) -> io::Result<()> {
        let is_new = !self.path.try_exists()?;
        let mut file = OpenOptions::new().read(true).append(true).create(true).open(&self.path)?;
        // Behind a line that a lost disk cut off, the note must begin a line of its own.
        let length = file.metadata()?.len();
        let mut last = [b'\n'];
        if length > 0 {
            file.seek(SeekFrom::Start(length - 1))?;
            file.read_exact(&mut last)?;
        }
        let begin = if last == [b'\n'] { "" } else { "\n\n" };
        file.write_all([begin, note, "\n"].concat().as_bytes())?;
        file.sync_all()?;
        if let (true, Some(folder)) = (is_new, self.path.parent()) {
            File::open(folder)?.sync_all()?;
        }
        Ok(())
    }
}

/// What stands in the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// A note that the log's key signed, and its text.
    Checkpoint { checkpoint: Checkpoint, note: String },
    /// It begins like a checkpoint of this log and is none.
    Unreadable,
}

fn read_notes(from: &mut impl Read, log: &LogKey, mut visit: impl FnMut(Found)) -> io::Result<()> {
    let mut reader = BufReader::new(from);
    let (mut line, mut note, mut lines) = (Vec::new(), String::new(), 0);
    while reader.by_ref().take(TAIL_BYTES).read_until(b'\n', &mut line)? > 0 {
        let text = String::from_utf8_lossy(&line);
        if text.trim_end_matches('\n') == log.origin {
            if lines > 0 {
                visit(Found::Unreadable);
            }
            note.clear();
            lines = 0;
            note.push_str(&text);
            lines += 1;
        } else if lines > 0 {
            note.push_str(&text);
            lines += 1;
        }
        if lines == LINES_OF_A_NOTE {
            visit(match Checkpoint::verify(&note, &log.key) {
                Ok(checkpoint) if checkpoint.origin == log.origin => Found::Checkpoint { checkpoint, note: note.clone() },
                _ => Found::Unreadable,
            });
            lines = 0;
        }
        line.clear();
    }
    if lines > 0 {
        visit(Found::Unreadable);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use ed25519_dalek::SigningKey;

    use super::*;

    fn sizes(file: &WitnessFile, log: &LogKey) -> Vec<Option<u64>> {
        let mut sizes = Vec::new();
        let size = |found| match found {
            Found::Checkpoint { checkpoint, .. } => Some(checkpoint.size),
            Found::Unreadable => None,
        };
        file.each(log, |found| sizes.push(size(found))).unwrap();
        sizes
    }

    #[test]
    fn notes_come_back_also_behind_one_that_was_cut_off() {
        let folder = tempfile::tempdir().unwrap();
        let file = WitnessFile::at(&folder.path().join("seen"));
        let signing = SigningKey::from_bytes(&[3; 32]);
        let log = LogKey { origin: "holdfast/x".into(), key: signing.verifying_key() };
        let note = |size| Checkpoint { origin: log.origin.clone(), size, root: [size as u8; 32] }.sign(&signing);
        assert!(file.last(&log).is_err(), "there is none yet");
        for size in 1..40 {
            file.append(&note(size)).unwrap();
        }
        assert_eq!(sizes(&file, &log), (1..40).map(Some).collect::<Vec<_>>());
        assert_eq!(file.last(&log).unwrap().unwrap().size, 39);
        for cut in 1..note(39).len() as u64 {
            let before = std::fs::read(file.path()).unwrap();
            OpenOptions::new().write(true).open(file.path()).unwrap().set_len(before.len() as u64 - 1 - cut).unwrap();
            file.append(&note(40)).unwrap();
            assert_eq!(file.last(&log).unwrap().unwrap().size, 40, "cut by {cut}");
            let found = sizes(&file, &log);
            // Only a line end was lost; a part of the note; or its first line, by which it is known.
            let expected: &[_] = match cut {
                1 => &[Some(38), Some(39), Some(40)],
                cut if note(39).len() as u64 - cut >= log.origin.len() as u64 => &[Some(38), None, Some(40)],
                _ => &[Some(38), Some(40)],
            };
            assert!(found.ends_with(expected), "cut by {cut}: {found:?}");
            std::fs::write(file.path(), before).unwrap();
        }
        file.append("not a note\n").unwrap();
        let stranger = Checkpoint { origin: log.origin.clone(), size: 41, root: [0; 32] }.sign(&SigningKey::from_bytes(&[4; 32]));
        file.append(&stranger).unwrap();
        assert_eq!(file.last(&log).unwrap().unwrap().size, 39, "what others signed counts for nothing");
        assert_eq!(sizes(&file, &log).last(), Some(&None));
    }
}
