//! Signed statements of the log's size and root: C2SP tlog-checkpoint in a C2SP signed note.
//!
//! ```text
//! holdfast/<site uuid>          origin
//! 1234                          leaves
//! <base64 root>
//!
//! — holdfast/<site uuid> <base64 (key id ‖ Ed25519 signature)>
//! ```
//!
//! Refuses any text that isn't byte for byte what would be written. Next: `proof`, and
//! `cosignature` for those who have seen it.

use base64::{Engine, engine::general_purpose::STANDARD};
use ed25519_dalek::{Signature, Signer, SigningKey, Verifier, VerifyingKey};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::tree::Hash;

/// Type byte of Ed25519 in signed notes.
pub(super) const ED25519: u8 = 1;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    pub origin: String,
    pub size: u64,
    pub root: Hash,
}

/// The log's name: also the name of its key.
pub fn origin(site: Uuid) -> String {
    format!("holdfast/{site}")
}

fn key_id(origin: &str, key: &VerifyingKey) -> [u8; 4] {
    let digest = Sha256::new().chain_update(origin).chain_update(b"\n").chain_update([ED25519]).chain_update(key.as_bytes()).finalize();
    [digest[0], digest[1], digest[2], digest[3]]
}

impl Checkpoint {
    /// What is signed.
    pub(super) fn body(&self) -> String {
        format!("{}\n{}\n{}\n", self.origin, self.size, STANDARD.encode(self.root))
    }

    /// The signed note.
    pub fn sign(&self, key: &SigningKey) -> String {
        let body = self.body();
        let mut signature = key_id(&self.origin, &key.verifying_key()).to_vec();
        signature.extend_from_slice(&key.sign(body.as_bytes()).to_bytes());
        format!("{body}\n\u{2014} {} {}\n", self.origin, STANDARD.encode(signature))
    }

    /// Reads a note and checks its signature.
    pub fn verify(note: &str, key: &VerifyingKey) -> Result<Self, BadCheckpoint> {
        let (body, signatures) = note.split_once("\n\n").ok_or(BadCheckpoint::Form)?;
        let mut lines = body.split('\n');
        let (Some(origin), Some(size), Some(root), None) = (lines.next(), lines.next(), lines.next(), lines.next()) else {
            return Err(BadCheckpoint::Form);
        };
        let root = STANDARD.decode(root).ok().and_then(|root| Hash::try_from(root).ok()).ok_or(BadCheckpoint::Form)?;
        let read = Self { origin: origin.to_owned(), size: size.parse().map_err(|_| BadCheckpoint::Form)?, root };
        if read.body().strip_suffix('\n') != Some(body) {
            return Err(BadCheckpoint::Form);
        }
        let prefix = format!("\u{2014} {origin} ");
        let encoded = signatures.strip_prefix(prefix.as_str()).and_then(|rest| rest.strip_suffix('\n')).ok_or(BadCheckpoint::Form)?;
        let raw = STANDARD.decode(encoded).map_err(|_| BadCheckpoint::Form)?;
        let (id, signature) = raw.split_at_checked(4).ok_or(BadCheckpoint::Form)?;
        let signature = Signature::from_slice(signature).map_err(|_| BadCheckpoint::Form)?;
        if id != key_id(origin, key) || key.verify(read.body().as_bytes(), &signature).is_err() {
            return Err(BadCheckpoint::Signature);
        }
        Ok(read)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadCheckpoint {
    #[error("it is not a signed checkpoint of the expected form")]
    Form,
    #[error("its signature is not by this log's key")]
    Signature,
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_note_verifies_and_no_flipped_byte_does(size: u64, root: [u8; 32], at: prop::sample::Index, bit in 0u8..8) {
            let key = SigningKey::from_bytes(&[7; 32]);
            let checkpoint = Checkpoint { origin: origin(Uuid::nil()), size, root };
            let note = checkpoint.sign(&key);
            prop_assert_eq!(Checkpoint::verify(&note, &key.verifying_key()).unwrap(), checkpoint);
            let mut bytes = note.into_bytes();
            let at = at.index(bytes.len());
            bytes[at] ^= 1 << bit;
            if let Ok(changed) = String::from_utf8(bytes) {
                prop_assert!(Checkpoint::verify(&changed, &key.verifying_key()).is_err());
            }
        }
    }
}
