//! What leaves the box as evidence: which pictures, in which files, under which signatures.
//!
//! Access units go out as the camera sent them. Refuses to stretch time: a gap or a change of
//! parameters begins another clip, so that inside a clip start plus elapsed is the true time.
//! `cut` chooses, `progressive` lays out the MP4, `manifest` and `sums` say what there is,
//! `signature` binds it, `readme` tells a stranger how to check. Next: `jobs::disclose` writes it.

pub mod cut;
pub mod manifest;
pub mod progressive;
pub mod readme;
pub mod signature;
pub mod sums;

/// Names inside a bundle.
pub const MANIFEST: &str = "manifest.json";
pub const SUMS: &str = "SHA256SUMS";
pub const SUMS_SSHSIG: &str = "SHA256SUMS.sig";
pub const SUMS_P256: &str = "SHA256SUMS.p256";
pub const SIGNER: &str = "signer.pem";
pub const ALLOWED_SIGNERS: &str = "allowed_signers";
pub const AUDIT_PROOF: &str = "audit-proof.txt";
pub const README: &str = "README.txt";
pub const MASTER_FOLDER: &str = "master";
/// Namespace of the OpenSSH signature.
pub const NAMESPACE: &str = "holdfast-export@v1";
