//! `SHA256SUMS`: one line a file, in the form that `sha256sum -c` reads. Parsing is strict: what
//! isn't byte for byte what [`write()`] makes is refused.

use std::collections::BTreeMap;

/// Path inside the bundle to SHA-256.
pub type Sums = BTreeMap<String, [u8; 32]>;

pub fn write(sums: &Sums) -> String {
    sums.iter().map(|(path, hash)| format!("{}  {path}\n", hex::encode(hash))).collect()
}

pub fn parse(text: &str) -> Result<Sums, NotSums> {
    let mut sums = Sums::new();
    for line in text.lines() {
        let (hash, path) = line.split_once("  ").ok_or(NotSums)?;
        let hash = hex::decode(hash).ok().and_then(|hash| <[u8; 32]>::try_from(hash).ok()).ok_or(NotSums)?;
        if !is_plain_path(path) || sums.insert(path.to_owned(), hash).is_some() {
            return Err(NotSums);
        }
    }
    if write(&sums) == text { Ok(sums) } else { Err(NotSums) }
}

/// A relative path of ordinary names, at most two deep: nothing that could lead out of a folder.
pub fn is_plain_path(path: &str) -> bool {
    let plain_name = |name: &str| {
        !name.is_empty() && !name.starts_with('.') && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte))
    };
    path.len() <= 200 && path.split('/').count() <= 2 && path.split('/').all(plain_name)
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("SHA256SUMS is not in the form it was written in")]
pub struct NotSums;
