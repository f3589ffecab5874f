//! Keeps every version of the privacy notice that was ever shown: a change of configuration that
//! changes the text makes the next one, with its date.
//!
//! Kept as one file a version in the data folder, in the open: it is public. Can be repeated; a crash
//! leaves the version whole or not at all.

use std::{
    collections::BTreeMap,
    fs::{self, File},
    io::Write,
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};

use crate::{
    domain::{
        instant::UtcInstant,
        notice::{Document, Facts, Language},
    },
    problem::{Kind, Problem},
};

const FOLDER: &str = "notices";

/// A version of the notice, in each language.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Version {
    pub number: u32,
    /// When it was first shown, unix nanoseconds UTC.
    pub since_nanos: i64,
    /// By language tag.
    pub texts: BTreeMap<String, Document>,
}

impl Version {
    pub const fn since(&self) -> UtcInstant {
        UtcInstant::from_unix_nanos(self.since_nanos)
    }
}

#[derive(Debug, thiserror::Error)]
pub enum NoticeError {
    #[error("{0} could not be read or written: {1}")]
    Io(PathBuf, std::io::Error),
    #[error("{0} is not a version of the notice: {1}")]
    Form(PathBuf, serde_json::Error),
}

impl From<NoticeError> for Problem {
    fn from(error: NoticeError) -> Self {
        let next = "Check the disk and the folder notices in store.data.";
        Self::new(Kind::Fault, "notice", "The versions of the privacy notice can't be kept.", next).because(error)
    }
}

/// All versions, the present one last; it is added when its text is new.
pub fn publish(data: &Path, facts: &Facts, now: UtcInstant) -> Result<Vec<Version>, NoticeError> {
    let folder = data.join(FOLDER);
    fs::create_dir_all(&folder).map_err(io(&folder))?;
    let mut versions = read(&folder)?;
    let texts: BTreeMap<String, Document> =
        Language::ALL.into_iter().map(|language| (language.tag().to_owned(), facts.notice(language))).collect();
    if versions.last().is_none_or(|last| last.texts != texts) {
        let number = versions.last().map_or(0, |last| last.number) + 1;
        let version = Version { number, since_nanos: now.unix_nanos(), texts };
        write(&folder, &version)?;
        versions.push(version);
    }
    Ok(versions)
}

fn read(folder: &Path) -> Result<Vec<Version>, NoticeError> {
    let mut versions: Vec<Version> = Vec::new();
    for entry in fs::read_dir(folder).map_err(io(folder))? {
        let path = entry.map_err(io(folder))?.path();
        if path.extension().is_some_and(|extension| extension == "json") {
            let text = fs::read(&path).map_err(io(&path))?;
            versions.push(serde_json::from_slice(&text).map_err(|error| NoticeError::Form(path, error))?);
        }
    }
    versions.sort_by_key(|version| version.number);
    Ok(versions)
}

fn write(folder: &Path, version: &Version) -> Result<(), NoticeError> {
    let path = folder.join([version.number.to_string().as_str(), ".json"].concat());
    let text = serde_json::to_vec_pretty(version).map_err(|error| NoticeError::Form(path.clone(), error))?;
    let part = path.with_extension("new");
    let mut file = File::create(&part).map_err(io(&part))?;
    file.write_all(&text).and_then(|()| file.sync_all()).map_err(io(&part))?;
    fs::rename(&part, &path).map_err(io(&path))?;
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(io(folder))
}

fn io(path: &Path) -> impl FnOnce(std::io::Error) -> NoticeError {
    let path = path.to_owned();
    move |error| NoticeError::Io(path, error)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::notice::Controller;

    fn facts(purpose: &str) -> Facts {
        let text = String::new;
        let camera =
            crate::domain::notice::Camera { id: "gate".into(), place: "Gate".into(), purpose: purpose.into(), keep_seconds: 86_400 };
        Facts {
            site: "Alder Court".into(),
            controller: text(),
            kind: Controller::LocalAuthority,
            contact: text(),
            phone: text(),
            post: text(),
            data_protection_officer: text(),
            registration: text(),
            recipients: Vec::new(),
            regulator: text(),
            regulator_contact: text(),
            cameras: vec![camera],
        }
    }

    #[test]
    fn a_new_text_is_a_new_version_and_the_same_text_is_not() {
        let data = tempfile::tempdir().unwrap();
        let at = UtcInstant::from_unix_seconds;
        let first = publish(data.path(), &facts("crime"), at(10)).unwrap();
        assert_eq!(first.iter().map(|version| (version.number, version.since())).collect::<Vec<_>>(), [(1, at(10))]);
        assert_eq!(publish(data.path(), &facts("crime"), at(20)).unwrap(), first);
        let third = publish(data.path(), &facts("parking"), at(30)).unwrap();
        assert_eq!(third.iter().map(|version| (version.number, version.since())).collect::<Vec<_>>(), [(1, at(10)), (2, at(30))]);
        assert!(third[0].texts["en-GB"] == first[0].texts["en-GB"] && third[1].texts["cy"] != third[0].texts["cy"]);
    }
}
