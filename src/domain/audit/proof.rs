//! A leaf with the proof that it is in the log, as text to travel in a bundle.
//!
//! ```text
//! holdfast-audit-proof@v1
//! leaf <canonical JSON>
//! index 17
//! key <base64 Ed25519 public key of the log>
//! <base64 hash>                 the inclusion path, leaf end first; none for a log of one
//!
//! <checkpoint note>
//! ```
//!
//! The shape of C2SP tlog-proof, with the leaf itself in it: SHA-256 over 0x00 and the JSON is the
//! leaf's hash, and RFC 9162 section 2.1.3.2 leads from there to the root. Refuses any other form.

use base64::{Engine, engine::general_purpose::STANDARD};
use ed25519_dalek::VerifyingKey;

use super::{
    Leaf, LeafSeq,
    checkpoint::{BadCheckpoint, Checkpoint},
    tree::{self, Hash},
};

const FIRST_LINE: &str = "holdfast-audit-proof@v1";

/// A leaf and everything needed to check that it was logged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditProof {
    /// The leaf's line, canonical JSON.
    pub leaf: String,
    pub index: LeafSeq,
    pub key: VerifyingKey,
    pub path: Vec<Hash>,
    /// The signed checkpoint, verbatim.
    pub checkpoint: String,
}

impl AuditProof {
    pub fn to_text(&self) -> String {
        let mut text = format!("{FIRST_LINE}\nleaf {}\nindex {}\nkey {}\n", self.leaf, self.index.0, STANDARD.encode(self.key.as_bytes()));
        for hash in &self.path {
            text.push_str(&STANDARD.encode(hash));
            text.push('\n');
        }
        text.push('\n');
        text.push_str(&self.checkpoint);
        text
    }

    pub fn parse(text: &str) -> Result<Self, BadProof> {
        let (head, checkpoint) = text.split_once("\n\n").ok_or(BadProof::Form)?;
        let mut lines = head.split('\n');
        if lines.next() != Some(FIRST_LINE) {
            return Err(BadProof::Form);
        }
        let mut field = |name: &str| lines.next().and_then(|line| line.strip_prefix(name)).ok_or(BadProof::Form);
        let leaf = field("leaf ")?.to_owned();
        let index = LeafSeq(field("index ")?.parse().map_err(|_| BadProof::Form)?);
        let key = STANDARD.decode(field("key ")?).ok().and_then(|key| <[u8; 32]>::try_from(key).ok()).ok_or(BadProof::Form)?;
        let key = VerifyingKey::from_bytes(&key).map_err(|_| BadProof::Form)?;
        let path = lines
            .map(|line| STANDARD.decode(line).ok().and_then(|hash| Hash::try_from(hash).ok()).ok_or(BadProof::Form))
            .collect::<Result<_, _>>()?;
        let proof = Self { leaf, index, key, path, checkpoint: checkpoint.to_owned() };
        if proof.to_text() == text { Ok(proof) } else { Err(BadProof::Form) }
    }

    /// Checks everything that can be checked without the log; returns leaf and checkpoint.
    pub fn verify(&self) -> Result<(Leaf, Checkpoint), BadProof> {
        let leaf = Leaf::parse(&self.leaf).map_err(|_| BadProof::Form)?;
        let checkpoint = Checkpoint::verify(&self.checkpoint, &self.key)?;
        let hash = tree::leaf_hash(self.leaf.as_bytes());
        if leaf.seq != self.index.0 || !tree::verify_inclusion(&hash, self.index.0, checkpoint.size, &self.path, &checkpoint.root) {
            return Err(BadProof::NotIncluded);
        }
        Ok((leaf, checkpoint))
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadProof {
    #[error("it is not an audit proof of the expected form")]
    Form,
    #[error("its checkpoint: {0}")]
    Checkpoint(#[from] BadCheckpoint),
    #[error("the leaf is not in the log that the checkpoint speaks of")]
    NotIncluded,
}
