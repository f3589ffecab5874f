//! A small witness on a real socket: C2SP tlog-witness as its keeper would write it, with proofs checked by
//! another implementation than ours. It can go down, come back at the same address, and forget.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use axum::{
    Router,
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
    routing::post,
};
use base64::{Engine, engine::general_purpose::STANDARD};
use ct_merkle::{ConsistencyProof, RootHash};
use ed25519_dalek::{SigningKey, VerifyingKey};
use holdfast::{
    adapters::clock,
    domain::audit::{
        checkpoint::Checkpoint,
        cosignature::{WitnessKey, cosign},
    },
};
use parking_lot::Mutex;
use sha2::Sha256;
use tokio::{net::TcpListener, runtime::Runtime, task::JoinHandle};

pub const NAME: &str = "witness.example/w1";

pub struct Witness {
    runtime: Runtime,
    address: SocketAddr,
    memory: Arc<Memory>,
    serving: Option<JoinHandle<()>>,
}

struct Memory {
    log: VerifyingKey,
    origin: String,
    key: SigningKey,
    seen: Mutex<Option<Checkpoint>>,
    asked: Mutex<Vec<Asked>>,
}

/// What a request came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Asked {
    pub old: u64,
    pub proof_hashes: usize,
    pub size: u64,
    pub answered: u16,
}

impl Witness {
    /// Knows the log, and is down.
    pub fn of(log: VerifyingKey, origin: String) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let address = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let memory = Memory { log, origin, key: SigningKey::from_bytes(&[7; 32]), seen: Mutex::default(), asked: Mutex::default() };
        Self { runtime, address, memory: Arc::new(memory), serving: None }
    }

    pub fn url(&self) -> String {
        format!("http://{}/logs/", self.address)
    }

    pub fn key(&self) -> WitnessKey {
        WitnessKey::new(NAME, self.memory.key.verifying_key()).unwrap()
    }

    pub fn come_up(&mut self) {
        let router = Router::new().route("/logs/add-checkpoint", post(add_checkpoint)).with_state(Arc::clone(&self.memory));
        let address = self.address;
        let listener = self.runtime.block_on(async move {
            loop {
                match TcpListener::bind(address).await {
                    Ok(listener) => return listener,
                    Err(_) => tokio::time::sleep(Duration::from_millis(20)).await,
                }
            }
        });
        self.serving = Some(self.runtime.spawn(async move { axum::serve(listener, router).await.unwrap() }));
    }

    pub fn go_down(&mut self) {
        if let Some(serving) = self.serving.take() {
            serving.abort();
            let _ = self.runtime.block_on(serving);
        }
    }

    pub fn seen(&self) -> Option<Checkpoint> {
        self.memory.seen.lock().clone()
    }

    /// As when its own disk was put back.
    pub fn remember(&self, seen: Option<Checkpoint>) {
        *self.memory.seen.lock() = seen;
    }

    /// Requests since the last call.
    pub fn asked(&self) -> Vec<Asked> {
        std::mem::take(&mut *self.memory.asked.lock())
    }
}

async fn add_checkpoint(State(memory): State<Arc<Memory>>, body: String) -> Response {
    // Checked and kept in one go, or an older checkpoint could overtake a newer one.
    let mut seen = memory.seen.lock();
    let Some((old, proof, note)) = parse(&body) else { return StatusCode::BAD_REQUEST.into_response() };
    let mut size = 0;
    let response = match Checkpoint::verify(note, &memory.log) {
        Err(_) => StatusCode::FORBIDDEN.into_response(),
        Ok(checkpoint) => {
            size = checkpoint.size;
            judge(&memory, &mut seen, old, &proof, checkpoint)
        }
    };
    memory.asked.lock().push(Asked { old, proof_hashes: proof.len(), size, answered: response.status().as_u16() });
    response
}

fn parse(body: &str) -> Option<(u64, Vec<[u8; 32]>, &str)> {
    let (head, note) = body.split_once("\n\n")?;
    let mut lines = head.split('\n');
    let old = lines.next()?.strip_prefix("old ")?;
    let size: u64 = old.parse().ok().filter(|size: &u64| size.to_string() == old)?;
    let proof: Vec<[u8; 32]> = lines.map(|line| STANDARD.decode(line).ok()?.try_into().ok()).collect::<Option<_>>()?;
    (proof.len() <= 63).then_some((size, proof, note))
}

fn judge(memory: &Memory, seen: &mut Option<Checkpoint>, old: u64, proof: &[[u8; 32]], checkpoint: Checkpoint) -> Response {
    if checkpoint.origin != memory.origin {
        return StatusCode::NOT_FOUND.into_response();
    }
    if old > checkpoint.size {
        return StatusCode::BAD_REQUEST.into_response();
    }
    let known = seen.as_ref().map_or(0, |seen| seen.size);
    let conflict = || (StatusCode::CONFLICT, [(header::CONTENT_TYPE, "text/x.tlog.size")], format!("{known}\n")).into_response();
    if old != known {
        return conflict();
    }
    if let Some(seen) = seen {
        if seen.size == checkpoint.size && seen.root != checkpoint.root {
            return conflict();
        }
        if seen.size < checkpoint.size && !extends(seen, &checkpoint, proof) {
            return StatusCode::UNPROCESSABLE_ENTITY.into_response();
        }
    } else if !proof.is_empty() {
        return StatusCode::UNPROCESSABLE_ENTITY.into_response();
    }
    let line = cosign(NAME, &memory.key, &checkpoint, clock::now().utc).unwrap();
    *seen = Some(checkpoint);
    line.into_response()
}

fn extends(old: &Checkpoint, new: &Checkpoint, proof: &[[u8; 32]]) -> bool {
    let root = |of: &Checkpoint| RootHash::<Sha256>::new(of.root.into(), of.size);
    ConsistencyProof::try_from_bytes(proof.concat()).is_ok_and(|proof| root(new).verify_consistency(&root(old), &proof).is_ok())
}
