//! A witness's word that it has seen a checkpoint, and that it extends the one it saw before: C2SP
//! tlog-cosignature v1 (Ed25519).
//!
//! ```text
//! — witness.example/w1 <base64 (key id ‖ seconds since 1970, u64 big-endian ‖ Ed25519 signature)>
//! ```
//!
//! Refuses a line by any key but the one expected. Next: `witness` asks for it.

use std::fmt;

use base64::{Engine, engine::general_purpose::STANDARD};
use ed25519_dalek::{Signature, Signer, SigningKey, Verifier, VerifyingKey};
use sha2::{Digest, Sha256};

use super::checkpoint::Checkpoint;
use crate::domain::instant::UtcInstant;

/// Type byte of Ed25519 cosignatures in signed notes.
const COSIGNATURE_V1: u8 = 4;

/// A witness's name and public key, written as a C2SP verifier key:
/// `<name>+<hex key id>+<base64 (0x04 ‖ Ed25519 public key)>`.
#[derive(Clone, PartialEq, Eq)]
pub struct WitnessKey {
    name: String,
    key: VerifyingKey,
}

impl fmt::Debug for WitnessKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("WitnessKey").field(&self.to_string()).finish()
    }
}

impl fmt::Display for WitnessKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let material = [&[COSIGNATURE_V1][..], self.key.as_bytes()].concat();
        write!(f, "{}+{}+{}", self.name, hex::encode(self.id()), STANDARD.encode(material))
    }
}

/// A text that is no verifier key of a witness.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotAWitnessKey {
    #[error("it has not the form name+id+key")]
    Form,
    #[error("it is the key of a log, not of a witness")]
    OfALog,
    #[error("it is not a key of Ed25519 cosignatures")]
    Kind,
    #[error("its id belongs to another name or key")]
    Id,
}

impl WitnessKey {
    /// `name` must be a key name of signed notes: not empty, without spaces and plus signs.
    pub fn new(name: &str, key: VerifyingKey) -> Result<Self, NotAWitnessKey> {
        if name.is_empty() || name.contains(|letter: char| letter.is_whitespace() || letter == '+') {
            return Err(NotAWitnessKey::Form);
        }
        Ok(Self { name: name.to_owned(), key })
    }

    pub fn parse(text: &str) -> Result<Self, NotAWitnessKey> {
        // Base64 may hold a plus as well: what is cut off first is the name, then the id.
        let mut parts = text.splitn(3, '+');
        let (Some(name), Some(id), Some(material)) = (parts.next(), parts.next(), parts.next()) else { return Err(NotAWitnessKey::Form) };
        let material = STANDARD.decode(material).map_err(|_| NotAWitnessKey::Form)?;
        let key = match material.split_first() {
            Some((&COSIGNATURE_V1, key)) => <&[u8; 32]>::try_from(key).map_err(|_| NotAWitnessKey::Form)?,
            Some((&super::checkpoint::ED25519, _)) => return Err(NotAWitnessKey::OfALog),
            _ => return Err(NotAWitnessKey::Kind),
        };
        let key = Self::new(name, VerifyingKey::from_bytes(key).map_err(|_| NotAWitnessKey::Form)?)?;
        if hex::decode(id).ok().as_deref() == Some(&key.id()) { Ok(key) } else { Err(NotAWitnessKey::Id) }
    }

    pub fn name(&self) -> &str {
        &self.name
    }

    fn id(&self) -> [u8; 4] {
        let digest =
            Sha256::new().chain_update(&self.name).chain_update([b'\n', COSIGNATURE_V1]).chain_update(self.key.as_bytes()).finalize();
        [digest[0], digest[1], digest[2], digest[3]]
    }

    /// The first line by this key among those that a witness answered with.
    pub fn find(&self, lines: &str, checkpoint: &Checkpoint) -> Result<Cosignature, NoCosignature> {
        lines.split_inclusive('\n').find_map(|line| self.read(line, checkpoint)).unwrap_or(Err(NoCosignature::NotByThisKey))
    }

    /// None for a line by another key: a witness may have several.
    fn read(&self, line: &str, checkpoint: &Checkpoint) -> Option<Result<Cosignature, NoCosignature>> {
        let encoded = line.strip_prefix("\u{2014} ")?.strip_prefix(self.name.as_str())?.strip_prefix(' ')?.strip_suffix('\n')?;
        let raw = STANDARD.decode(encoded).ok()?;
        let (id, rest) = raw.split_at_checked(4)?;
        if id != self.id() {
            return None;
        }
        let signed = || {
            let (seconds, signature) = rest.split_first_chunk::<8>()?;
            let seconds = i64::try_from(u64::from_be_bytes(*seconds)).ok()?;
            let signature = Signature::from_slice(signature).ok()?;
            self.key.verify(message(seconds, checkpoint).as_bytes(), &signature).ok()?;
            Some(Cosignature { line: line.to_owned(), at: UtcInstant::from_unix_seconds(seconds) })
        };
        Some(signed().ok_or(NoCosignature::Signature))
    }
}

/// A line that verified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cosignature {
    /// As it came, with its line end.
    pub line: String,
    /// When the witness says it saw the checkpoint.
    pub at: UtcInstant,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoCosignature {
    #[error("the answer holds no cosignature by the witness's key")]
    NotByThisKey,
    #[error("the witness's cosignature is not of this checkpoint")]
    Signature,
}

fn message(seconds: i64, checkpoint: &Checkpoint) -> String {
    format!("cosignature/v1\ntime {seconds}\n{}", checkpoint.body())
}

/// What a witness does: the line with its word. Here for those who keep one, our tests among them.
pub fn cosign(name: &str, key: &SigningKey, checkpoint: &Checkpoint, at: UtcInstant) -> Result<String, NotAWitnessKey> {
    let seconds = at.unix_millis().div_euclid(1000).max(0);
    let signature = key.sign(message(seconds, checkpoint).as_bytes()).to_bytes();
    let public = WitnessKey::new(name, key.verifying_key())?;
    let word = [&public.id()[..], &seconds.to_be_bytes(), &signature].concat();
    Ok(format!("\u{2014} {name} {}\n", STANDARD.encode(word)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const NAME: &str = "witness.example/w1";

    fn checkpoint() -> Checkpoint {
        Checkpoint { origin: "holdfast/x".into(), size: 17, root: [5; 32] }
    }

    fn key() -> (SigningKey, WitnessKey) {
        let signing = SigningKey::from_bytes(&[7; 32]);
        let public = WitnessKey::new(NAME, signing.verifying_key()).unwrap();
        (signing, public)
    }

    #[test]
    fn only_the_witnesss_own_word_on_this_checkpoint_counts() {
        let (signing, public) = key();
        let at = UtcInstant::from_unix_seconds(1_679_315_147);
        let line = cosign(NAME, &signing, &checkpoint(), at).unwrap();
        assert_eq!(public.find(&line, &checkpoint()).unwrap(), Cosignature { line: line.clone(), at });
        let stranger = cosign(NAME, &SigningKey::from_bytes(&[8; 32]), &checkpoint(), at).unwrap();
        let other_name = cosign("witness.example/w2", &signing, &checkpoint(), at).unwrap();
        for foreign in [&stranger, &other_name] {
            assert_eq!(public.find(foreign, &checkpoint()), Err(NoCosignature::NotByThisKey));
            assert_eq!(public.find(&[foreign, line.as_str()].concat(), &checkpoint()).unwrap().line, line, "among others");
        }
        let grown = Checkpoint { size: 18, ..checkpoint() };
        assert_eq!(public.find(&line, &grown), Err(NoCosignature::Signature));
    }

    #[test]
    fn a_key_comes_back_from_its_text_and_no_other_text_is_one() {
        let (_, public) = key();
        let text = public.to_string();
        assert_eq!(WitnessKey::parse(&text).unwrap(), public);
        let log = [&[1][..], &[9; 32]].concat();
        for (text, why) in [
            (NAME.to_owned(), NotAWitnessKey::Form),
            (text.replace(NAME, "witness.example/w2"), NotAWitnessKey::Id),
            (format!("{NAME}+00000000+{}", STANDARD.encode(log)), NotAWitnessKey::OfALog),
            (format!("{NAME}+00000000+{}", STANDARD.encode([6; 33])), NotAWitnessKey::Kind),
            (text.replace(NAME, "a witness"), NotAWitnessKey::Form),
        ] {
            assert_eq!(WitnessKey::parse(&text), Err(why), "{text}");
        }
    }

    proptest! {
        #[test]
        fn no_flipped_bit_of_a_cosignature_verifies(at in any::<prop::sample::Index>(), bit in 0u8..8) {
            let (signing, public) = key();
            let mut line = cosign(NAME, &signing, &checkpoint(), UtcInstant::from_unix_seconds(1)).unwrap().into_bytes();
            let at = at.index(line.len());
            line[at] ^= 1 << bit;
            if let Ok(line) = String::from_utf8(line) {
                prop_assert!(public.find(&line, &checkpoint()).is_err());
            }
        }
    }
}
