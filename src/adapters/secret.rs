//! Passwords, tokens and one-time codes: made, hashed, compared. Never stored as they are.
//!
//! argon2id with 64 MiB, 3 passes, 4 lanes (RFC 9106's second recommendation); at most two hashes
//! run at once, so that a flood of logins can't take the recorder's memory.

use argon2::{
    Algorithm, Argon2, Params, Version,
    password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest, Sha256};
use tokio::sync::Semaphore;

/// argon2id's cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HashCost {
    Full,
    /// The least OWASP allows (19 MiB, 2 passes, 1 lane), for the demo's many users.
    Light,
}

/// Hashes and checks passwords.
pub struct Passwords {
    cost: HashCost,
    at_once: Semaphore,
    /// Checked when the user is unknown, so that knowing a name saves no time.
    decoy: String,
}

#[derive(Debug, thiserror::Error)]
pub enum SecretError {
    #[error("the password could not be hashed")]
    Hash,
    #[error("the machine's random generator failed")]
    Random,
}

impl Passwords {
    pub fn new(cost: HashCost) -> Result<Self, SecretError> {
        let decoy = hash(cost, &token()?)?;
        Ok(Self { cost, at_once: Semaphore::new(2), decoy })
    }

    pub async fn hash(&self, password: String) -> Result<String, SecretError> {
        let _place = self.at_once.acquire().await.map_err(|_| SecretError::Hash)?;
        let cost = self.cost;
        tokio::task::spawn_blocking(move || hash(cost, &password)).await.map_err(|_| SecretError::Hash)?
    }

    /// Whether `password` fits `stored`; an unknown user (None) costs the same and never fits.
    pub async fn fits(&self, password: String, stored: Option<String>) -> Result<bool, SecretError> {
        let _place = self.at_once.acquire().await.map_err(|_| SecretError::Hash)?;
        let known = stored.is_some();
        let stored = stored.unwrap_or_else(|| self.decoy.clone());
        let fits = tokio::task::spawn_blocking(move || {
            let parsed = PasswordHash::new(&stored).map_err(|_| SecretError::Hash)?;
            Ok(Argon2::default().verify_password(password.as_bytes(), &parsed).is_ok())
        });
        Ok(fits.await.map_err(|_| SecretError::Hash)?? && known)
    }
}

fn hash(cost: HashCost, password: &str) -> Result<String, SecretError> {
    let params = match cost {
        HashCost::Full => Params::new(64 * 1024, 3, 4, None),
        HashCost::Light => Params::new(19 * 1024, 2, 1, None),
    };
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params.map_err(|_| SecretError::Hash)?);
    argon2.hash_password(password.as_bytes()).map(|hash| hash.to_string()).map_err(|_| SecretError::Hash)
}

/// 256 random bits, for a session: URL-safe text.
pub fn token() -> Result<String, SecretError> {
    let mut random = zeroize::Zeroizing::new([0; 32]);
    getrandom::fill(random.as_mut()).map_err(|_| SecretError::Random)?;
    Ok(URL_SAFE_NO_PAD.encode(*random))
}

/// What is stored of a token or code.
pub fn digest(token: &str) -> [u8; 32] {
    Sha256::digest(token).into()
}

/// The CSRF token that belongs to a session token: tells nothing about it.
pub fn csrf_token(session_token: &str) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::new().chain_update(b"holdfast/csrf").chain_update(session_token).finalize())
}

/// A one-time code to be read aloud and typed: 128 bits as groups of letters and digits without
/// look-alikes.
pub fn code() -> Result<String, SecretError> {
    const ALPHABET: &[u8; 32] = b"ABCDEFGHJKLMNPQRSTUVWXYZ23456789";
    let mut random = zeroize::Zeroizing::new([0; 26]);
    getrandom::fill(random.as_mut()).map_err(|_| SecretError::Random)?;
    let letters: Vec<char> = random.iter().map(|byte| ALPHABET[usize::from(byte & 31)] as char).collect();
    Ok(letters.chunks(5).map(|group| group.iter().collect::<String>()).collect::<Vec<_>>().join("-"))
}

/// A typed code in the form it was given out: upper case, no blanks.
pub fn normalise_code(typed: &str) -> String {
    let letters: Vec<char> = typed.to_uppercase().chars().filter(|c| c.is_ascii_alphanumeric()).collect();
    letters.chunks(5).map(|group| group.iter().collect::<String>()).collect::<Vec<_>>().join("-")
}

/// An id nobody can guess: UUIDv4 (RFC 9562), 122 random bits.
pub fn random_uuid() -> Result<uuid::Uuid, SecretError> {
    let mut random = [0; 16];
    getrandom::fill(&mut random).map_err(|_| SecretError::Random)?;
    Ok(uuid::Builder::from_random_bytes(random).into_uuid())
}
