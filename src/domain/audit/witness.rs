//! What a witness is asked, and what its answer means: `add-checkpoint` of C2SP tlog-witness.
//!
//! ```text
//! old 9                         leaves of the checkpoint it saw before, 0 for none
//! <base64 hash>                 RFC 9162 consistency proof from there, one a line
//!
//! <checkpoint note>
//! ```
//!
//! A witness that has seen more, or something else, is never talked round: that is a [`Contradiction`].
//! Next: `jobs::witness` asks.

use base64::{Engine, engine::general_purpose::STANDARD};

use super::{
    checkpoint::Checkpoint,
    cosignature::{Cosignature, NoCosignature, WitnessKey},
    tree::Hash,
};

/// The body of the request.
pub fn submission(old: u64, proof: &[Hash], note: &str) -> String {
    let proof: String = proof.iter().map(|hash| STANDARD.encode(hash) + "\n").collect();
    format!("old {old}\n{proof}\n{note}")
}

/// What an answer comes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reply {
    /// It has seen the checkpoint, and that it extends the one before.
    Cosigned(Cosignature),
    /// Its last checkpoint has this many leaves: to be asked again from there.
    Knows(u64),
    Contradicts(Contradiction),
}

/// The log is not what somebody else remembers of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Contradiction {
    #[error("the log has {size} leaves, but the witness has seen {seen}: an older copy was put back, or its end was cut off")]
    Older { seen: u64, size: u64 },
    #[error("the log is not an extension of the {seen} leaves that the witness has seen: they are not the same any more")]
    Another { seen: u64 },
}

/// Why an answer is none of these.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoReply {
    #[error("the witness doesn't know this log: give whoever keeps it the log's name and key")]
    LogUnknown,
    #[error("{0}")]
    NotCosigned(#[from] NoCosignature),
    #[error("the witness answered with status {0}")]
    Status(u16),
    #[error("the witness's answer is not in the form of tlog-witness")]
    Form,
}

/// Reads the answer to a submission of `checkpoint` with a proof from `old` leaves.
pub fn reply(status: u16, body: &str, old: u64, checkpoint: &Checkpoint, key: &WitnessKey) -> Result<Reply, NoReply> {
    let size = checkpoint.size;
    match status {
        200 => Ok(Reply::Cosigned(key.find(body, checkpoint)?)),
        409 => {
            let seen: u64 = body.strip_suffix('\n').unwrap_or(body).parse().map_err(|_| NoReply::Form)?;
            Ok(match seen {
                seen if seen > size => Reply::Contradicts(Contradiction::Older { seen, size }),
                // Nothing is wrong with where the proof started: so the roots differ.
                seen if seen == old => Reply::Contradicts(Contradiction::Another { seen }),
                seen => Reply::Knows(seen),
            })
        }
        422 => Ok(Reply::Contradicts(Contradiction::Another { seen: old })),
        403 | 404 => Err(NoReply::LogUnknown),
        status => Err(NoReply::Status(status)),
    }
}

/// Holds a checkpoint that somebody kept against the log of `size` leaves; `root_at` tells the log's
/// own root over its first leaves, so many.
pub fn confront<E>(seen: &Checkpoint, size: u64, root_at: impl FnOnce(u64) -> Result<Hash, E>) -> Result<Option<Contradiction>, E> {
    if seen.size > size {
        return Ok(Some(Contradiction::Older { seen: seen.size, size }));
    }
    Ok((root_at(seen.size)? != seen.root).then_some(Contradiction::Another { seen: seen.size }))
}

#[cfg(test)]
mod tests {
    use ed25519_dalek::SigningKey;

    use super::*;
    use crate::domain::{audit::cosignature::cosign, instant::UtcInstant};

    #[test]
    fn each_answer_of_the_protocol_is_told_apart() {
        let signing = SigningKey::from_bytes(&[7; 32]);
        let key = WitnessKey::new("w", signing.verifying_key()).unwrap();
        let checkpoint = Checkpoint { origin: "holdfast/x".into(), size: 17, root: [5; 32] };
        let line = cosign("w", &signing, &checkpoint, UtcInstant::from_unix_seconds(5)).unwrap();
        let stranger = cosign("w", &SigningKey::from_bytes(&[8; 32]), &checkpoint, UtcInstant::from_unix_seconds(5)).unwrap();
        let told = |status, body: &str| reply(status, body, 9, &checkpoint, &key);
        assert!(matches!(told(200, &line), Ok(Reply::Cosigned(_))));
        assert_eq!(told(200, &stranger), Err(NoReply::NotCosigned(NoCosignature::NotByThisKey)));
        assert_eq!(told(409, "12\n"), Ok(Reply::Knows(12)));
        assert_eq!(told(409, "17\n"), Ok(Reply::Knows(17)));
        assert_eq!(told(409, "18\n"), Ok(Reply::Contradicts(Contradiction::Older { seen: 18, size: 17 })));
        assert_eq!(told(409, "9\n"), Ok(Reply::Contradicts(Contradiction::Another { seen: 9 })));
        assert_eq!(told(409, "many\n"), Err(NoReply::Form));
        assert_eq!(told(422, ""), Ok(Reply::Contradicts(Contradiction::Another { seen: 9 })));
        assert_eq!(told(404, ""), Err(NoReply::LogUnknown));
        assert_eq!(told(403, ""), Err(NoReply::LogUnknown));
        assert_eq!(told(502, ""), Err(NoReply::Status(502)));
    }

    #[test]
    fn a_log_contradicts_what_was_seen_when_it_is_shorter_or_another() {
        let seen = Checkpoint { origin: "holdfast/x".into(), size: 17, root: [5; 32] };
        let held = |size, root| confront(&seen, size, |at| if at == 17 { Ok([root; 32]) } else { Err(at) }).unwrap();
        assert_eq!(held(16, 5), Some(Contradiction::Older { seen: 17, size: 16 }));
        assert_eq!(held(17, 5), None);
        assert_eq!(held(18, 5), None);
        assert_eq!(held(18, 6), Some(Contradiction::Another { seen: 17 }));
    }

    #[test]
    fn a_submission_is_in_the_form_of_the_protocol() {
        assert_eq!(submission(0, &[], "note\n"), "old 0\n\nnote\n");
        let hash = STANDARD.encode([1; 32]);
        assert_eq!(submission(9, &[[1; 32], [1; 32]], "note\n"), format!("old 9\n{hash}\n{hash}\n\nnote\n"));
    }
}
