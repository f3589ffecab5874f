//! Reads `[audit]`: who else keeps checkpoints of the audit log.
//!
//! Refuses a witness inside the store, which would be lost or swapped with it, and an address beyond
//! the local network: the way there is plain HTTP.

use std::{net::IpAddr, path::PathBuf};

use url::{Host, Url};

use super::{
    Audit, Keys, Store, Witness,
    read::absolute_path,
    section::{Findings, Placed, Section},
};
use crate::domain::audit::cosignature::{NotAWitnessKey, WitnessKey};

const SAMPLE_URL: &str = "http://127.0.0.1:7380";
const SAMPLE_KEY: &str = "witness.example/w1+eb762cc2+BNda…";

pub fn read(mut section: Section<'_, '_>, inside: (Option<&Store>, Option<&Keys>), findings: &mut Findings<'_>) -> Audit {
    let witness_file = absolute_path(section.text("witness_file", findings), "audit.witness_file", findings);
    let url = section.text("witness_url", findings);
    let key = section.text("witness_key", findings);
    section.end(findings);
    let witness_file = witness_file.and_then(|file| elsewhere(file, inside, findings));
    let witness = match (url, key) {
        (None, None) => None,
        (Some(url), Some(key)) => {
            let (url, key) = (local_url(&url, findings), public_key(&key, findings));
            url.zip(key).map(|(url, key)| Witness { url, key })
        }
        (Some(Placed { at, .. }), None) => {
            let sentence = "audit.witness_url is there, but not audit.witness_key, so nobody's word could be told from the witness's.";
            findings.add(at, sentence, format!("Write witness_key = \"{SAMPLE_KEY}\", as whoever keeps the witness names it."));
            None
        }
        (None, Some(Placed { at, .. })) => {
            findings.add(at, "audit.witness_key is there, but not audit.witness_url.", format!("Write witness_url = \"{SAMPLE_URL}\"."));
            None
        }
    };
    Audit { witness_file, witness }
}

fn elsewhere((file, at): (PathBuf, usize), (store, keys): (Option<&Store>, Option<&Keys>), findings: &mut Findings<'_>) -> Option<PathBuf> {
    let folders = store.map(|store| ("store.data", &store.data)).into_iter().chain(keys.map(|keys| ("keys.dir", &keys.dir)));
    for (name, folder) in folders {
        if file.starts_with(folder) {
            let sentence = format!("audit.witness_file lies inside {name}, so an old copy put back would take the witness back as well.");
            findings.add(at, sentence, "Name a file on another disk or on a share of another machine.");
            return None;
        }
    }
    Some(file)
}

fn local_url(text: &Placed<String>, findings: &mut Findings<'_>) -> Option<Url> {
    let url = Url::parse(&text.value).ok().filter(|url| url.has_host());
    let Some(url) = url.filter(|url| url.username().is_empty() && url.password().is_none() && url.query().is_none()) else {
        findings.add(text.at, "audit.witness_url is not the address of a witness.", format!("Write it like \"{SAMPLE_URL}\"."));
        return None;
    };
    if url.scheme() != "http" {
        findings.add(
            text.at,
            format!("audit.witness_url begins with {}://; this version asks witnesses over plain HTTP only.", url.scheme()),
            format!("Let a TLS proxy on this machine lead to the witness, and write the proxy's address: \"{SAMPLE_URL}\"."),
        );
        return None;
    }
    let is_local = match url.host() {
        Some(Host::Ipv4(address)) => is_local(address.into()),
        Some(Host::Ipv6(address)) => is_local(address.into()),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    };
    if !is_local {
        findings.add(
            text.at,
            "audit.witness_url is not an address of this machine or the local network, and the way there would be plain HTTP.",
            format!("Let a TLS proxy on this machine lead to the witness, and write the proxy's address: \"{SAMPLE_URL}\"."),
        );
        return None;
    }
    Some(url)
}

fn is_local(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => address.is_loopback() || address.is_private(),
        IpAddr::V6(address) => address.is_loopback() || address.is_unique_local(),
    }
}

fn public_key(text: &Placed<String>, findings: &mut Findings<'_>) -> Option<WitnessKey> {
    match WitnessKey::parse(&text.value) {
        Ok(key) => Some(key),
        Err(why) => {
            let instead = match why {
                NotAWitnessKey::Form | NotAWitnessKey::Id => "Copy the whole key as whoever keeps the witness names it: name+id+key.",
                NotAWitnessKey::OfALog => "Name the witness's own key, whose last part begins with BA, not that of a log.",
                NotAWitnessKey::Kind => "Use the witness's Ed25519 key, whose last part begins with BA.",
            };
            findings.add(text.at, format!("audit.witness_key is not the key of a witness: {why}."), instead);
            None
        }
    }
}
