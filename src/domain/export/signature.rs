//! The two signatures over `SHA256SUMS`: OpenSSH's (Ed25519) and one that OpenSSL checks (P-256).
//!
//! Two, because Windows has ssh-keygen and no openssl, and other places the reverse. Checking is
//! strict: an encoding other than the one written is refused, so that no byte can change unnoticed.

use ed25519_dalek::SigningKey as Ed25519Key;
use p256::{
    ecdsa::{
        Signature as P256Signature, SigningKey as P256Key, VerifyingKey as P256VerifyingKey,
        signature::{Signer, Verifier},
    },
    pkcs8::{DecodePublicKey, EncodePublicKey, LineEnding},
};
use sha2::{Digest, Sha256};
use ssh_key::{
    HashAlg, PrivateKey, PublicKey, SshSig,
    private::{Ed25519Keypair, KeypairData},
};

use super::NAMESPACE;

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SignatureError {
    #[error("the signature could not be made")]
    NotMade,
    #[error("the key is not in the form it was written in")]
    Key,
    #[error("the signature is not in the form it was written in")]
    Form,
    #[error("the signature does not fit: the list of sums was changed, or another key signed it")]
    Wrong,
}

/// OpenSSH signature (PROTOCOL.sshsig), armoured.
pub fn sign_ssh(key: &Ed25519Key, sums: &[u8]) -> Result<String, SignatureError> {
    let pair = Ed25519Keypair::from_seed(&key.to_bytes());
    let private = PrivateKey::new(KeypairData::Ed25519(pair), "").map_err(|_| SignatureError::NotMade)?;
    let signature = private.sign(NAMESPACE, HashAlg::Sha512, sums).map_err(|_| SignatureError::NotMade)?;
    signature.to_pem(ssh_key::LineEnding::LF).map_err(|_| SignatureError::NotMade)
}

/// The line of `allowed_signers` for `identity` (letters, digits, hyphens).
pub fn allowed_signers(key: &Ed25519Key, identity: &str) -> Result<String, SignatureError> {
    let public = ssh_public(key)?.to_openssh().map_err(|_| SignatureError::NotMade)?;
    Ok(format!("{identity} namespaces=\"{NAMESPACE}\" {}\n", public.trim_end()))
}

fn ssh_public(key: &Ed25519Key) -> Result<PublicKey, SignatureError> {
    let pair = Ed25519Keypair::from_seed(&key.to_bytes());
    let private = PrivateKey::new(KeypairData::Ed25519(pair), "").map_err(|_| SignatureError::NotMade)?;
    Ok(private.public_key().clone())
}

/// An identity that needs no quoting, from the site's name.
pub fn identity(site_name: &str) -> String {
    let words: Vec<String> = site_name
        .to_lowercase()
        .split(|letter: char| !letter.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect();
    if words.is_empty() { "holdfast".to_owned() } else { words.join("-") }
}

/// DER ECDSA signature over SHA-256.
pub fn sign_p256(key: &P256Key, sums: &[u8]) -> Vec<u8> {
    let signature: P256Signature = key.sign(sums);
    signature.to_der().as_bytes().to_vec()
}

/// The P-256 public key as PEM (SubjectPublicKeyInfo).
pub fn signer_pem(key: &P256Key) -> Result<String, SignatureError> {
    key.verifying_key().to_public_key_pem(LineEnding::LF).map_err(|_| SignatureError::NotMade)
}

/// SHA-256 of the Ed25519 public key's 32 bytes, hex.
pub fn ed25519_fingerprint(key: &Ed25519Key) -> String {
    hex::encode(Sha256::digest(key.verifying_key().as_bytes()))
}

/// SHA-256 of the P-256 key's DER (what `openssl pkey -pubin -outform DER | sha256sum` prints).
pub fn p256_fingerprint(key: &P256Key) -> Result<String, SignatureError> {
    let der = key.verifying_key().to_public_key_der().map_err(|_| SignatureError::NotMade)?;
    Ok(hex::encode(Sha256::digest(der.as_bytes())))
}

/// Checks the OpenSSH signature against the bundle's `allowed_signers`; returns the key's fingerprint.
pub fn check_ssh(armoured: &str, allowed: &str, sums: &[u8]) -> Result<String, SignatureError> {
    let (identity_and_options, rest) = allowed.split_once(" namespaces=").ok_or(SignatureError::Key)?;
    let public = rest.strip_prefix(&format!("\"{NAMESPACE}\" ")).ok_or(SignatureError::Key)?;
    let key = PublicKey::from_openssh(public.trim_end()).map_err(|_| SignatureError::Key)?;
    let rewritten = key.to_openssh().map_err(|_| SignatureError::Key)?;
    if identity(identity_and_options) != identity_and_options || format!("{}\n", rewritten.trim_end()) != public {
        return Err(SignatureError::Key);
    }
    let signature = SshSig::from_pem(armoured).map_err(|_| SignatureError::Form)?;
    if signature.to_pem(ssh_key::LineEnding::LF).ok().as_deref() != Some(armoured) {
        return Err(SignatureError::Form);
    }
    key.verify(NAMESPACE, sums, &signature).map_err(|_| SignatureError::Wrong)?;
    let ed25519 = key.key_data().ed25519().ok_or(SignatureError::Key)?;
    Ok(hex::encode(Sha256::digest(ed25519.0)))
}

/// Checks the P-256 signature against `signer.pem`; returns the key's fingerprint.
pub fn check_p256(der: &[u8], pem: &str, sums: &[u8]) -> Result<String, SignatureError> {
    let key = P256VerifyingKey::from_public_key_pem(pem).map_err(|_| SignatureError::Key)?;
    if key.to_public_key_pem(LineEnding::LF).ok().as_deref() != Some(pem) {
        return Err(SignatureError::Key);
    }
    let signature = P256Signature::from_der(der).map_err(|_| SignatureError::Form)?;
    if signature.to_der().as_bytes() != der {
        return Err(SignatureError::Form);
    }
    key.verify(sums, &signature).map_err(|_| SignatureError::Wrong)?;
    let spki = key.to_public_key_der().map_err(|_| SignatureError::Key)?;
    Ok(hex::encode(Sha256::digest(spki.as_bytes())))
}
