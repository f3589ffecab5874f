//! The audit log as a job: signing checkpoints, reading, verifying, proving.

use std::{sync::Arc, time::Duration};

use tokio::sync::watch;

use crate::{
    adapters::{
        clock,
        index::{
            CatalogueError,
            audit::{self, AuditVerdict, ShownLeaf},
        },
    },
    domain::{
        actor::Actor,
        audit::{Action, Entry, LeafSeq, Outcome, proof::AuditProof},
    },
    jobs::house::House,
    problem::{Kind, Problem},
};

/// How often the log is signed as it grows.
const CHECKPOINT_EVERY: Duration = Duration::from_secs(60);

/// Signs the log as it stands.
pub fn checkpoint_now(house: &House) -> Result<String, CatalogueError> {
    let at = clock::now();
    let note =
        house.catalogue.write(|transaction| audit::checkpoint(transaction, house.vault.site(), &house.signers().audit_ed25519, &at))?;
    // An older mark is as true as a newer one; it only tells less.
    let kept = house.mark.read().and_then(|kept| if kept.as_ref() == Some(&note) { Ok(()) } else { house.mark.keep(&note) });
    if let Err(error) = kept {
        tracing::error!(%error, "the log's mark beside the keys could not be renewed");
    }
    Ok(note)
}

/// Signs the log at once after an act that is on the disk already: what fails here is not the act.
pub(super) fn sign_act(house: &House) {
    if let Err(error) = checkpoint_now(house) {
        tracing::error!(%error, "the audit log could not be signed; it is tried again within a minute");
    }
}

/// Signs once a minute until `stop` turns true, and once more then.
pub async fn keep_signing(house: Arc<House>, mut stop: watch::Receiver<bool>) {
    loop {
        let stopping = tokio::select! {
            () = tokio::time::sleep(CHECKPOINT_EVERY) => false,
            _ = stop.wait_for(|stop| *stop) => true,
        };
        let signing = Arc::clone(&house);
        match tokio::task::spawn_blocking(move || checkpoint_now(&signing)).await {
            Ok(Ok(_)) => {}
            Ok(Err(error)) => tracing::error!(%error, "the audit log could not be signed"),
            Err(error) => tracing::error!(%error, "signing the audit log was interrupted"),
        }
        if stopping {
            return;
        }
    }
}

/// Leaves from `from` on; the newest `limit` without it. The look itself is logged.
pub fn read(house: &House, actor: Actor, from: Option<LeafSeq>, limit: u32) -> Result<Vec<ShownLeaf>, Problem> {
    let size = house.catalogue.read(audit::size)?;
    let from = from.unwrap_or(LeafSeq(size.saturating_sub(u64::from(limit))));
    let entry = Entry {
        actor,
        action: Action::AuditRead,
        object: "audit".into(),
        outcome: Outcome::Done,
        basis: None,
        details: serde_json::Map::from_iter([("from_seq".to_owned(), from.0.into()), ("limit".to_owned(), limit.into())]),
        personal: Vec::new(),
    };
    house.catalogue.write(|transaction| audit::append(transaction, &clock::now(), &entry))?;
    Ok(house.catalogue.read(|connection| audit::leaves(connection, from, limit))?)
}

/// Checks everything the log holds.
pub fn verify(house: &House) -> Result<AuditVerdict, CatalogueError> {
    let key = house.signers().audit_ed25519.verifying_key();
    house.catalogue.read_at_once(|connection| audit::verify(connection, house.vault.site(), &key))
}

/// A leaf with its proof, under a checkpoint made now if none covers it yet.
pub fn prove(house: &House, seq: LeafSeq) -> Result<AuditProof, Problem> {
    let key = house.signers().audit_ed25519.verifying_key();
    let found = |connection: &rusqlite::Connection| audit::prove(connection, seq, &key);
    if let Some(proof) = house.catalogue.read(found)? {
        return Ok(proof);
    }
    checkpoint_now(house)?;
    house.catalogue.read(found)?.ok_or_else(|| {
        Problem::new(
            Kind::NotFound,
            "leaf_unknown",
            "The audit log has no such leaf.",
            "\u{201c}holdfast audit show\u{201d} lists those there are.",
        )
    })
}
