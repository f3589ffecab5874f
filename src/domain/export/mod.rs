//! What leaves the box as evidence: which pictures, in which files, under which signatures.
//!
//! Access units go out as the camera sent them. Refuses to stretch time: a gap or a change of
//! parameters begins another clip, so that inside a clip start plus elapsed is the true time.
//! `cut` chooses, `progressive` lays out the MP4, `manifest` and `sums` say what there is,
//! `provenance` ties it to the minute of its recording, `signature` binds it, `readme` tells a stranger how to
//! check. Next: `jobs::disclose` writes it.

pub mod cut;
pub mod document;
pub mod exhibit;
pub mod manifest;
pub mod page;
pub mod progressive;
pub mod provenance;
pub mod readme;
pub mod report;
pub mod signature;
pub mod statement;
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
pub const WORKING_FOLDER: &str = "working";
pub const STILLS_FOLDER: &str = "stills";
pub const INDEX: &str = "index.html";
pub const RECORDS_FOLDER: &str = "records";
pub const PROVENANCE: &str = "records/provenance.json";
pub const REPORT_PDF: &str = "records/report.pdf";
pub const REPORT_HTML: &str = "records/report.html";
pub const STATEMENT_PDF: &str = "records/statement-draft.pdf";
pub const STATEMENT_HTML: &str = "records/statement-draft.html";
/// The bundle's own verifier.
pub const VERIFIER: &str = "records/verify.py";
pub const VERIFIER_TEXT: &str = include_str!("verify.py");
/// Namespace of the OpenSSH signature.
pub const NAMESPACE: &str = "holdfast-export@v1";
