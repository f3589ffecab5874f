//! The doors of the staff side: pages, API, live pictures; over TCP for browsers and over a unix
//! socket for the command line, with one and the same router.
//!
//! The public has a door of its own, `portal`, with its own router.
//!
//! Handlers decide nothing: they get what the caller may have as typed extractors, call `jobs`, and
//! turn a `Problem` into an answer. Next: `caller` says who asks, `api` and `staff` answer.

pub mod answer;
pub mod api;
pub mod assets;
pub mod caller;
pub mod confirm;
pub mod guard;
pub mod metrics;
pub mod portal;
pub mod serve;
pub mod staff;
pub mod streamed;

use std::{path::PathBuf, sync::Arc};

use axum::{Router, middleware};

use crate::{
    adapters::{passkey::Passkeys, secret::Passwords, video::MediaWorkers},
    domain::{
        camera::{CameraId, register::OnRecord},
        identity::policy::PolicyText,
    },
    http::staff::login::LoginGate,
    jobs::{case::letter::Letterhead, house::House, viewing::SeenStills},
};

/// A camera as the doors show it.
#[derive(Clone, Debug)]
pub struct CameraFacts {
    pub id: CameraId,
    pub name: String,
    pub place: String,
    pub purpose: String,
    pub keep_seconds: i64,
    pub on_record: OnRecord,
}

/// The site as the doors show it.
#[derive(Clone, Debug)]
pub struct SiteFacts {
    pub name: String,
    pub controller: String,
    pub time_zone: String,
    /// How MASTER is kept, in the configuration's word.
    pub custody: &'static str,
}

/// Whether browsers reach us over TLS: decides the cookie's name and flags.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Carriage {
    /// Plain HTTP, on loopback only.
    Loopback,
    Tls,
}

/// What every handler can reach.
pub struct Doors {
    pub house: Arc<House>,
    pub site: SiteFacts,
    pub cameras: Vec<CameraFacts>,
    pub passwords: Passwords,
    /// None where staff don't open the site by a name: it takes no passkeys.
    pub passkeys: Option<Arc<Passkeys>>,
    /// What staff read before they look; None where the provider has none.
    pub policy: Option<PolicyText>,
    /// Whether a mail server is configured.
    pub is_mailing: bool,
    /// How long an emergency opens footage.
    pub emergency_seconds: i64,
    pub login_gate: LoginGate,
    pub seen_stills: SeenStills,
    pub media: MediaWorkers,
    pub carriage: Carriage,
    /// Where the public reaches us, without a slash at its end; None where there is no portal.
    pub portal: Option<String>,
    /// Who writes letters.
    pub letterhead: Letterhead,
    /// Our own program, for worker processes.
    pub program: PathBuf,
    /// The folder of the person detector's model.
    pub models: Option<PathBuf>,
    /// The configuration file, for backups.
    pub config: PathBuf,
}

pub type State = Arc<Doors>;

impl CameraFacts {
    /// A camera that is in the configuration no more, whose footage is still kept.
    pub fn removed(id: CameraId) -> Self {
        let name = format!("{id} (removed)");
        Self { id, name, place: String::new(), purpose: String::new(), keep_seconds: 0, on_record: OnRecord::default() }
    }
}

impl Doors {
    pub fn camera(&self, id: &CameraId) -> Option<&CameraFacts> {
        self.cameras.iter().find(|camera| camera.id == *id)
    }
}

/// Everything the staff listener and the socket serve.
pub fn router(doors: State) -> Router {
    let (api, _) = api::router();
    Router::new()
        .merge(api)
        .merge(staff::router())
        .merge(assets::router())
        .layer(middleware::from_fn_with_state(Arc::clone(&doors), guard::guard))
        .with_state(doors)
}
