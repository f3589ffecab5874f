//! Shows the newest checkpoint of the audit log to the witnesses of the configuration, and holds the
//! log against what they have seen.
//!
//! A witness that is away misses nothing: the checkpoints wait in the catalogue, and the newest is
//! shown, with the proof from what it saw last, once it answers again. A witness that has seen
//! something else is left as it is: the alarm goes into the log, and nothing more is shown to it.

use std::{collections::BTreeMap, io::ErrorKind, sync::Arc, time::Duration};

use parking_lot::Mutex;
use serde::Serialize;
use serde_json::json;
use tokio::sync::watch;
use utoipa::ToSchema;

use crate::{
    adapters::{
        clock,
        index::{
            CatalogueError,
            audit::{self, AuditVerdict},
            cosignature,
        },
        witness::{
            file::{Found, LogKey, WitnessFile},
            remote::{Away, RemoteWitness},
        },
    },
    domain::{
        audit::{
            Action,
            checkpoint::{self, BadCheckpoint, Checkpoint},
            cosignature::{NoCosignature, WitnessKey},
            tree::Hash,
            witness::{self, Contradiction, NoReply, Reply},
        },
        instant::UtcInstant,
    },
    jobs::{audit as log, house::House, record::leaf},
    problem::Problem,
};

/// How often witnesses are shown the newest checkpoint.
const SHOWN_EVERY: Duration = Duration::from_secs(60);
/// A share that is lost can block for minutes.
const FILE_WITHIN: Duration = Duration::from_secs(10);

/// Part of the house: who is shown the log, and how they stand to it.
#[derive(Default)]
pub struct Witnesses {
    file: Option<WitnessFile>,
    remote: Option<RemoteWitness>,
    standings: Mutex<BTreeMap<String, Standing>>,
    /// Held by whoever asks: one round after the other.
    asking: tokio::sync::Mutex<()>,
    /// Held while the file is used, also beyond the wait for it.
    using_file: Mutex<()>,
}

/// How a witness stands to the log.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Standing {
    /// It has seen the log's newest checkpoint.
    Agrees {
        size: u64,
        at: UtcInstant,
    },
    /// It can't be asked just now; the newest checkpoint waits.
    Waits {
        why: String,
    },
    Contradicts(Contradiction),
}

/// A witness as the doors show it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct WitnessStands {
    /// The file's path, or the name of the witness's key.
    pub witness: String,
    pub standing: WitnessStanding,
    /// When it last saw the log, and how many leaves that was.
    #[schema(value_type = Option<String>)]
    pub last_seen: Option<UtcInstant>,
    pub leaves: Option<u64>,
    /// What is wrong, or that nothing is.
    pub detail: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum WitnessStanding {
    /// Nobody has asked it since the start.
    NotAsked,
    Agrees,
    Waits,
    Contradicts,
}

/// Why a witness could not be shown the log.
#[derive(Debug, thiserror::Error)]
enum NotShown {
    #[error(transparent)]
    Catalogue(#[from] CatalogueError),
    #[error(transparent)]
    Checkpoint(#[from] BadCheckpoint),
    #[error(transparent)]
    Away(#[from] Away),
    #[error(transparent)]
    NoReply(#[from] NoReply),
    #[error("the kept cosignature of {size} leaves was changed: {why}")]
    Kept { size: u64, why: NoCosignature },
    #[error("the file can't be used: {0}")]
    File(#[from] std::io::Error),
    #[error("the file is gone, though it was written before: mount its disk, or make an empty one in its place")]
    FileGone,
    #[error("the file didn't answer within ten seconds: its share may be lost")]
    FileSilent,
    #[error("it was asked twice and named another size each time")]
    Undecided,
    #[error("asking it was interrupted")]
    Interrupted,
}

impl Witnesses {
    pub fn new(file: Option<WitnessFile>, remote: Option<RemoteWitness>) -> Self {
        Self { file, remote, ..Self::default() }
    }

    /// Keys of the witnesses that give their word on checkpoints.
    pub fn keys(&self) -> Vec<WitnessKey> {
        self.remote.iter().map(|remote| remote.key.clone()).collect()
    }

    fn names(&self) -> impl Iterator<Item = String> {
        self.file.iter().map(name_of_file).chain(self.remote.iter().map(|remote| remote.key.name().to_owned()))
    }

    /// Notes how a witness stands; says whether that is a contradiction of a kind that is news.
    fn note(&self, name: &str, standing: &Standing) -> bool {
        let before = self.standings.lock().insert(name.to_owned(), standing.clone());
        match (standing, before) {
            (Standing::Contradicts(now), Some(Standing::Contradicts(before))) => {
                std::mem::discriminant(now) != std::mem::discriminant(&before)
            }
            (Standing::Contradicts(_), _) => true,
            _ => false,
        }
    }
}

fn name_of_file(file: &WitnessFile) -> String {
    file.path().display().to_string()
}

/// Shows witnesses the log once a minute until `stop` turns true.
pub async fn keep_showing(house: Arc<House>, mut stop: watch::Receiver<bool>) {
    loop {
        let stopping = tokio::select! {
            () = show(&house) => false,
            _ = stop.wait_for(|stop| *stop) => true,
        };
        let stopping = stopping
            || tokio::select! {
                () = tokio::time::sleep(SHOWN_EVERY) => false,
                _ = stop.wait_for(|stop| *stop) => true,
            };
        if stopping {
            return;
        }
    }
}

/// Shows each witness the newest checkpoint.
pub async fn show(house: &Arc<House>) {
    round(house, show_file).await;
}

/// What checking the log found, and what its witnesses say to it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Confronted {
    #[serde(flatten)]
    pub verdict: AuditVerdict,
    pub witnesses: Vec<WitnessStands>,
}

/// Shows each witness the newest checkpoint and holds the log against everything they have seen: the
/// whole file, the newest cosignature. A log that is sound in itself is not good if one contradicts it.
pub async fn confront(house: &Arc<House>, verdict: AuditVerdict) -> Result<Confronted, Problem> {
    if house.witnesses.names().next().is_some() {
        let signing = Arc::clone(house);
        // What can't be signed is a finding of its own, and no reason not to ask.
        let _ = tokio::task::spawn_blocking(move || log::sign_act(&signing)).await;
        round(house, confront_file).await;
    }
    let witnesses = stand(house)?;
    let against = witnesses.iter().find(|witness| witness.standing == WitnessStanding::Contradicts);
    let verdict = match against {
        Some(WitnessStands { witness, detail, .. }) if verdict.ok => {
            AuditVerdict { ok: false, detail: format!("{witness}: {detail}"), ..verdict }
        }
        _ => verdict,
    };
    Ok(Confronted { verdict, witnesses })
}

async fn round(house: &Arc<House>, with_file: fn(&House, &WitnessFile) -> Result<Standing, NotShown>) {
    let _alone = house.witnesses.asking.lock().await;
    if let Some(file) = &house.witnesses.file {
        let standing = file_in_time(house, file, with_file).await;
        settle(house, &name_of_file(file), standing);
    }
    if let Some(remote) = &house.witnesses.remote {
        let standing = show_remote(house, remote).await;
        settle(house, remote.key.name(), standing);
    }
}

fn settle(house: &House, name: &str, outcome: Result<Standing, NotShown>) {
    let standing = outcome.unwrap_or_else(|why| {
        tracing::warn!(witness = name, %why, "the audit log could not be shown to its witness; it waits");
        Standing::Waits { why: why.to_string() }
    });
    if house.witnesses.note(name, &standing)
        && let Standing::Contradicts(contradiction) = standing
    {
        tracing::error!(witness = name, %contradiction, "the audit log is not what its witness has seen");
        let details = match contradiction {
            Contradiction::Older { seen, size } => json!({"seen": seen, "size": size}),
            Contradiction::Another { seen } => json!({"seen": seen}),
        };
        let alarm = leaf::by_job(Action::TamperAlarm, "witness", format!("witness/{name}"), details);
        if let Err(error) = house.catalogue.write(|transaction| audit::append(transaction, &clock::now(), &alarm)) {
            tracing::error!(%error, "the alarm could not be logged");
        }
    }
}

/// The newest checkpoint of the catalogue.
fn newest(house: &House) -> Result<Option<(Checkpoint, String)>, NotShown> {
    let Some((_, note)) = house.catalogue.read(audit::latest_checkpoint)? else { return Ok(None) };
    Ok(Some((Checkpoint::verify(&note, &house.signers().audit_ed25519.verifying_key())?, note)))
}

fn root_at(house: &House) -> impl Fn(u64) -> Result<Hash, CatalogueError> {
    |size| house.catalogue.read(|connection| audit::root_at(connection, size))
}

fn log_key(house: &House) -> LogKey {
    LogKey { origin: checkpoint::origin(house.vault.site()), key: house.signers().audit_ed25519.verifying_key() }
}

async fn file_in_time(
    house: &Arc<House>,
    file: &WitnessFile,
    act: fn(&House, &WitnessFile) -> Result<Standing, NotShown>,
) -> Result<Standing, NotShown> {
    let (house, file) = (Arc::clone(house), file.clone());
    let acting = tokio::task::spawn_blocking(move || {
        let _alone = house.witnesses.using_file.try_lock().ok_or(NotShown::FileSilent)?;
        act(&house, &file)
    });
    match tokio::time::timeout(FILE_WITHIN, acting).await {
        Ok(Ok(standing)) => standing,
        Ok(Err(_)) => Err(NotShown::Interrupted),
        Err(_) => Err(NotShown::FileSilent),
    }
}

/// Appends the newest checkpoint to the file, if the log extends what the file ends with.
fn show_file(house: &House, file: &WitnessFile) -> Result<Standing, NotShown> {
    let reached = house.catalogue.read(cosignature::file_reached)?;
    let last = match file.last(&log_key(house)) {
        Err(error) if error.kind() == ErrorKind::NotFound && reached.is_some() => return Err(NotShown::FileGone),
        Err(error) if error.kind() == ErrorKind::NotFound => None,
        last => last?,
    };
    let Some((checkpoint, note)) = newest(house)? else {
        return Ok(Standing::Waits { why: "the log has no checkpoint yet".into() });
    };
    let seen_size = last.as_ref().map_or(0, |seen| seen.size);
    if let Some(seen) = last
        && let Some(contradiction) = witness::confront(&seen, house.catalogue.read(audit::size)?, root_at(house))?
    {
        return Ok(Standing::Contradicts(contradiction));
    }
    let at = clock::now().utc;
    if seen_size < checkpoint.size {
        file.append(&note)?;
        house.catalogue.write(|transaction| cosignature::note_file_reached(transaction, checkpoint.size, at))?;
    }
    Ok(Standing::Agrees { size: checkpoint.size.max(seen_size), at })
}

/// Holds the log against every checkpoint in the file, then shows it the newest.
fn confront_file(house: &House, file: &WitnessFile) -> Result<Standing, NotShown> {
    let size = house.catalogue.read(audit::size)?;
    let mut outcome: Result<Option<Contradiction>, CatalogueError> = Ok(None);
    let compared = file.each(&log_key(house), |found| {
        if let (Found::Checkpoint { checkpoint, .. }, Ok(None | Some(Contradiction::Older { .. }))) = (found, &outcome) {
            let before = outcome.as_ref().ok().copied().flatten();
            outcome = witness::confront(&checkpoint, size, root_at(house)).map(|now| graver(before, now));
        }
    });
    match compared {
        Err(error) if error.kind() != ErrorKind::NotFound => return Err(error.into()),
        _ => {}
    }
    match outcome? {
        Some(contradiction) => Ok(Standing::Contradicts(contradiction)),
        None => show_file(house, file),
    }
}

/// Another log is worse than an older one, and the longest that was seen says most.
fn graver(before: Option<Contradiction>, now: Option<Contradiction>) -> Option<Contradiction> {
    match (before, now) {
        (Some(Contradiction::Older { seen: before, .. }), Some(Contradiction::Older { seen, size })) => {
            Some(Contradiction::Older { seen: before.max(seen), size })
        }
        (before, None) => before,
        (_, now) => now,
    }
}

/// Asks from what it cosigned last, and once more if it remembers another size.
async fn show_remote(house: &Arc<House>, remote: &RemoteWitness) -> Result<Standing, NotShown> {
    let Some((checkpoint, note)) = newest(house)? else {
        return Ok(Standing::Waits { why: "the log has no checkpoint yet".into() });
    };
    let mut old = last_cosigned(house, remote)?.filter(|old| *old <= checkpoint.size).unwrap_or(0);
    for _ in 0..2 {
        let proof = house.catalogue.read(|connection| audit::consistency(connection, old, checkpoint.size))?;
        let answer = remote.add_checkpoint(witness::submission(old, &proof, &note)).await?;
        match witness::reply(answer.status, &answer.body, old, &checkpoint, &remote.key)? {
            Reply::Cosigned(cosigned) => {
                let (name, size) = (remote.key.name(), checkpoint.size);
                house.catalogue.write(|transaction| cosignature::keep(transaction, size, name, &cosigned.line, cosigned.at))?;
                return Ok(Standing::Agrees { size, at: cosigned.at });
            }
            Reply::Knows(size) => old = size,
            Reply::Contradicts(contradiction) => return Ok(Standing::Contradicts(contradiction)),
        }
    }
    Err(NotShown::Undecided)
}

/// Leaves of the checkpoint it cosigned last, whose line is read again rather than believed.
fn last_cosigned(house: &House, remote: &RemoteWitness) -> Result<Option<u64>, NotShown> {
    let Some(kept) = house.catalogue.read(|connection| cosignature::newest(connection, remote.key.name()))? else { return Ok(None) };
    let checkpoint = Checkpoint::verify(&kept.note, &house.signers().audit_ed25519.verifying_key())?;
    match remote.key.find(&kept.line, &checkpoint) {
        Ok(_) => Ok(Some(kept.size)),
        // The configuration names a new key of the same witness.
        Err(NoCosignature::NotByThisKey) => Ok(None),
        Err(why) => Err(NotShown::Kept { size: kept.size, why }),
    }
}

/// How the witnesses stand, as the doors show it.
pub fn stand(house: &House) -> Result<Vec<WitnessStands>, Problem> {
    let standings = house.witnesses.standings.lock().clone();
    Ok(house.witnesses.names().map(|name| stands(house, name, &standings)).collect::<Result<_, CatalogueError>>()?)
}

fn stands(house: &House, witness: String, standings: &BTreeMap<String, Standing>) -> Result<WitnessStands, CatalogueError> {
    let is_file = house.witnesses.file.as_ref().is_some_and(|file| name_of_file(file) == witness);
    let kept = house.catalogue.read(|connection| {
        if is_file {
            return cosignature::file_reached(connection);
        }
        Ok(cosignature::newest(connection, &witness)?.map(|kept| (kept.size, kept.at)))
    })?;
    let (standing, seen, detail) = match standings.get(&witness) {
        None => (WitnessStanding::NotAsked, None, "it was not asked yet".to_owned()),
        Some(Standing::Agrees { size, at }) => (WitnessStanding::Agrees, Some((*size, *at)), "it has seen this log".to_owned()),
        Some(Standing::Waits { why }) => (WitnessStanding::Waits, None, why.clone()),
        Some(Standing::Contradicts(contradiction)) => (WitnessStanding::Contradicts, None, contradiction.to_string()),
    };
    let seen = seen.or(kept);
    Ok(WitnessStands { witness, standing, last_seen: seen.map(|(_, at)| at), leaves: seen.map(|(size, _)| size), detail })
}
