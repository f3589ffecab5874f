//! Checking a bundle without the box that made it: a convenience beside the recipe in its README.
//!
//! Every check is made, whatever the others say. Refuses what is no bundle at all.

mod provenance;

use std::path::Path;

use serde::Serialize;

use crate::{
    adapters::bundle::read::{Bundle, BundleError},
    domain::{
        audit::proof::AuditProof,
        export::{
            ALLOWED_SIGNERS, AUDIT_PROOF, MANIFEST, README, SIGNER, SUMS, SUMS_P256, SUMS_SSHSIG,
            manifest::Manifest,
            provenance::fingerprint,
            readme, signature,
            sums::{self, Sums},
        },
    },
    problem::{Kind, Problem},
};

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Verdict {
    pub ok: bool,
    pub checks: Vec<Check>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Check {
    pub name: &'static str,
    pub ok: bool,
    pub detail: String,
}

/// Small files of a bundle are at most this large, bytes.
const SMALL_MAX: u64 = 16 << 20;

/// Checks the bundle at `path`; `pinned` is a fingerprint that one of its keys must have.
pub fn verify(path: &Path, pinned: Option<&str>) -> Result<Verdict, Problem> {
    let mut bundle = Bundle::open(path).map_err(|error| no_bundle(path, error))?;
    if !bundle.files().iter().any(|file| file == SUMS) && !bundle.files().iter().any(|file| file == MANIFEST) {
        return Err(no_bundle(path, BundleError::Missing(SUMS.into())));
    }
    let mut checks = Vec::new();
    let mut check = |name, outcome: Result<String, String>| {
        let (ok, detail) = match outcome {
            Ok(detail) => (true, detail),
            Err(detail) => (false, detail),
        };
        checks.push(Check { name, ok, detail });
    };
    let listed = text(&mut bundle, SUMS);
    let sums = listed.as_ref().map_err(Clone::clone).and_then(|listed| sums::parse(listed).map_err(|error| error.to_string()));
    check("sums", check_sums(&mut bundle, &sums));
    let listed = listed.unwrap_or_default();
    let ssh = check_ssh(&mut bundle, &listed);
    let p256 = check_p256(&mut bundle, &listed);
    check("openssh signature", ssh.clone().map(|key| format!("signed by the key {key}")));
    check("p256 signature", p256.clone().map(|key| format!("signed by the key {key}")));
    let manifest = text(&mut bundle, MANIFEST).and_then(|text| Manifest::parse(&text).map_err(|error| error.to_string()));
    check("manifest", check_manifest(&manifest, &sums, &ssh, &p256));
    check("audit proof", check_proof(&mut bundle, &manifest));
    // A bundle of version 1 holds nothing to prove it by.
    if let Ok(manifest) = &manifest
        && let Some(log) = &manifest.signer.log
    {
        check("provenance", provenance::check(&mut bundle, manifest, log));
    }
    check("readme", check_readme(&mut bundle, &manifest));
    if let Some(pinned) = pinned {
        let pinned = pinned.trim().to_ascii_lowercase().replace(':', "");
        let fits = [&ssh, &p256].into_iter().any(|key| key.as_deref() == Ok(pinned.as_str()));
        check(
            "signer",
            if fits { Ok("it is the signer you named".into()) } else { Err("it was signed by another key than the one you named".into()) },
        );
    }
    Ok(Verdict { ok: checks.iter().all(|check| check.ok), checks })
}

fn no_bundle(path: &Path, error: BundleError) -> Problem {
    if let BundleError::Name(odd) = &error {
        let sentence = format!("{} holds \u{201c}{odd}\u{201d}, which no export of Holdfast's has.", path.display());
        return Problem::new(Kind::Finding, "odd_file", sentence, "Somebody added it: take it out, then check again.").because(error);
    }
    Problem::new(
        Kind::BadInput,
        "no_bundle",
        format!("{} is not an export of Holdfast's.", path.display()),
        "Name the folder or the zip of the bundle, the one with SHA256SUMS in it.",
    )
    .because(error)
}

fn text(bundle: &mut Bundle, name: &str) -> Result<String, String> {
    let bytes = bundle.read(name, SMALL_MAX).map_err(|error| error.to_string())?;
    String::from_utf8(bytes).map_err(|_| format!("{name} is not text"))
}

fn check_sums(bundle: &mut Bundle, sums: &Result<Sums, String>) -> Result<String, String> {
    let sums = sums.as_ref().map_err(Clone::clone)?;
    let outside = [SUMS, SUMS_SSHSIG, SUMS_P256];
    if let Some(extra) = bundle.files().iter().find(|file| !sums.contains_key(*file) && !outside.contains(&file.as_str())) {
        return Err(format!("{extra} is not in the list of sums"));
    }
    for (file, expected) in sums {
        let (found, _) = bundle.hash(file).map_err(|error| error.to_string())?;
        if found != *expected {
            return Err(format!("{file} was changed"));
        }
    }
    Ok(format!("{} files are as they were listed", sums.len()))
}

fn check_ssh(bundle: &mut Bundle, listed: &str) -> Result<String, String> {
    let (armoured, allowed) = (text(bundle, SUMS_SSHSIG)?, text(bundle, ALLOWED_SIGNERS)?);
    signature::check_ssh(&armoured, &allowed, listed.as_bytes()).map_err(|error| error.to_string())
}

fn check_p256(bundle: &mut Bundle, listed: &str) -> Result<String, String> {
    let der = bundle.read(SUMS_P256, 1024).map_err(|error| error.to_string())?;
    let pem = text(bundle, SIGNER)?;
    signature::check_p256(&der, &pem, listed.as_bytes()).map_err(|error| error.to_string())
}

fn check_manifest(
    manifest: &Result<Manifest, String>,
    sums: &Result<Sums, String>,
    ssh: &Result<String, String>,
    p256: &Result<String, String>,
) -> Result<String, String> {
    let (manifest, sums) = (manifest.as_ref().map_err(Clone::clone)?, sums.as_ref().map_err(Clone::clone)?);
    for clip in &manifest.clips {
        if sums.get(&clip.file).map(hex::encode).as_ref() != Some(&clip.sha256) {
            return Err(format!("{} is not the clip the manifest speaks of", clip.file));
        }
    }
    let copies: Vec<_> = manifest.clips.iter().flat_map(|clip| &clip.working).collect();
    if let Some(other) = copies.iter().find(|copy| sums.get(&copy.file).map(hex::encode).as_ref() != Some(&copy.sha256)) {
        return Err(format!("{} is not the copy the manifest speaks of", other.file));
    }
    if sums.keys().filter(|file| file.starts_with("working/")).count() != copies.len() {
        return Err("there are working copies that the manifest doesn't speak of".into());
    }
    let masters = sums.keys().filter(|file| file.starts_with("master/")).count();
    if masters != manifest.clips.len() {
        return Err("there are clips that the manifest doesn't speak of".into());
    }
    if ssh.as_ref() != Ok(&manifest.signer.ed25519) || p256.as_ref() != Ok(&manifest.signer.p256) {
        return Err("the keys that signed are not those the manifest names".into());
    }
    Ok(format!("{} clips, {} gaps, case {}", manifest.clips.len(), manifest.gaps.len(), manifest.case))
}

fn check_proof(bundle: &mut Bundle, manifest: &Result<Manifest, String>) -> Result<String, String> {
    let manifest = manifest.as_ref().map_err(Clone::clone)?;
    let proof = AuditProof::parse(&text(bundle, AUDIT_PROOF)?).map_err(|error| error.to_string())?;
    let (leaf, checkpoint) = proof.verify().map_err(|error| error.to_string())?;
    let ours = leaf.seq == manifest.audit_leaf
        && leaf.object == format!("export/{}", manifest.export)
        && leaf.actor == manifest.operator
        && checkpoint.origin == format!("holdfast/{}", manifest.site.id)
        && manifest.signer.log.as_ref().is_none_or(|log| *log == fingerprint(&proof.key));
    if ours {
        Ok(format!("leaf {} of a log of {} when it was signed", leaf.seq, checkpoint.size))
    } else {
        Err("the audit proof is of another export".into())
    }
}

fn check_readme(bundle: &mut Bundle, manifest: &Result<Manifest, String>) -> Result<String, String> {
    let manifest = manifest.as_ref().map_err(Clone::clone)?;
    let expected = readme::write(manifest, &signature::identity(&manifest.site.name));
    if text(bundle, README)? == expected { Ok("it says what the manifest says".into()) } else { Err("README.txt was changed".into()) }
}
