//! The RTSP side: one server for each way of signing in, one mount path per camera.
//!
//! Each path has one media for all its listeners, over TCP or UDP, with sender reports. Payloaders
//! get whole access units and cut them into packets without touching the NAL units. Next: a
//! listener's `appsrc` is attached to its camera's [`Track`].

use std::{collections::BTreeMap, net::SocketAddr, sync::Arc, time::Duration};

use gstreamer as gst;
use gstreamer_app::AppSrc;
use gstreamer_rtsp_server::{
    RTSPAuth, RTSPMedia, RTSPMediaFactory, RTSPServer, RTSPToken,
    gst_rtsp::{RTSPAuthMethod, RTSPLowerTrans},
    prelude::*,
};

use super::{CameraDescription, Codec, Login, SimulatorError, pacing::Track};
use crate::domain::camera::Transport;

const ROLE: &str = "media.factory.role";
/// How often sessions of listeners that vanished are looked for.
const CLEAN_EVERY: Duration = Duration::from_secs(5);

/// Keeps the servers alive.
pub struct Servers {
    _servers: Vec<RTSPServer>,
    urls: Vec<String>,
}

impl Servers {
    /// In the order of the cameras, without user or password.
    pub fn urls(&self) -> &[String] {
        &self.urls
    }
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum SignIn {
    Nobody,
    Basic,
    Digest,
}

impl Login {
    const fn sign_in(&self) -> SignIn {
        match self {
            Self::Nobody => SignIn::Nobody,
            Self::Basic { .. } => SignIn::Basic,
            Self::Digest { .. } => SignIn::Digest,
        }
    }
}

/// Attaches the servers to the default main context; the caller runs it.
pub fn listen(address: SocketAddr, cameras: &[(&CameraDescription, Arc<Track>)]) -> Result<Servers, SimulatorError> {
    let mut kinds: Vec<SignIn> = cameras.iter().map(|(camera, _)| camera.login.sign_in()).collect();
    kinds.sort();
    kinds.dedup();
    let mut servers = vec![];
    let mut ports = BTreeMap::new();
    for (order, kind) in kinds.into_iter().enumerate() {
        let port = if address.port() == 0 { 0 } else { address.port().saturating_add(order as u16) };
        let own: Vec<_> = cameras.iter().filter(|(camera, _)| camera.login.sign_in() == kind).collect();
        let server = serve(SocketAddr::new(address.ip(), port), kind, &own)?;
        ports.insert(kind, server.bound_port());
        servers.push(server);
    }
    let host = if address.is_ipv6() { format!("[{}]", address.ip()) } else { address.ip().to_string() };
    let urls = cameras
        .iter()
        .map(|(camera, _)| format!("rtsp://{host}:{}/{}", ports.get(&camera.login.sign_in()).unwrap_or(&0), camera.path))
        .collect();
    Ok(Servers { _servers: servers, urls })
}

fn serve(address: SocketAddr, kind: SignIn, cameras: &[&(&CameraDescription, Arc<Track>)]) -> Result<RTSPServer, SimulatorError> {
    let refused = || SimulatorError::Listen { address };
    let server = RTSPServer::new();
    server.set_address(&address.ip().to_string());
    server.set_service(&address.port().to_string());
    let auth = RTSPAuth::new();
    auth.set_supported_methods(if kind == SignIn::Basic { RTSPAuthMethod::Basic } else { RTSPAuthMethod::Digest });
    let mounts = server.mount_points().ok_or_else(refused)?;
    let mut users: BTreeMap<&str, &str> = BTreeMap::new();
    for (camera, track) in cameras {
        let factory = factory(track, camera.over);
        if let Login::Basic { user, password } | Login::Digest { user, password } = &camera.login {
            match users.insert(user, password) {
                Some(other) if other != password => return Err(SimulatorError::TwoPasswords { user: user.clone() }),
                _ => {}
            }
            let role =
                gst::Structure::builder(role_of(user)).field("media.factory.access", true).field("media.factory.construct", true).build();
            factory.add_role_from_structure(&role);
        }
        mounts.add_factory(&format!("/{}", camera.path), factory);
    }
    for (user, password) in users {
        let token = RTSPToken::builder().field(ROLE, role_of(user)).build();
        match kind {
            SignIn::Basic => auth.add_basic(&RTSPAuth::make_basic(user, password), &token),
            SignIn::Digest | SignIn::Nobody => auth.add_digest(user, password, &token),
        }
    }
    if kind != SignIn::Nobody {
        server.set_auth(Some(&auth));
    }
    server.attach(None).map_err(|_| refused())?;
    if let Some(sessions) = server.session_pool() {
        gst::glib::timeout_add(CLEAN_EVERY, move || {
            sessions.cleanup();
            gst::glib::ControlFlow::Continue
        });
    }
    Ok(server)
}

/// Structure names begin with a letter and hold letters and digits only.
fn role_of(user: &str) -> String {
    format!("role{}", hex::encode(user))
}

fn factory(track: &Arc<Track>, over: Option<Transport>) -> RTSPMediaFactory {
    let payloader = match track.clip().codec {
        Codec::H264 => "rtph264pay name=pay0 pt=96 config-interval=-1",
        Codec::H265 => "rtph265pay name=pay0 pt=96 config-interval=-1",
        Codec::Mjpeg => "rtpjpegpay name=pay0 pt=26",
    };
    let factory = RTSPMediaFactory::new();
    // What a stuck listener cannot take is dropped, oldest first.
    factory.set_launch(&format!(
        "( appsrc name=units is-live=true format=time leaky-type=downstream max-buffers=64 max-bytes=0 ! {payloader} )"
    ));
    factory.set_shared(true);
    factory.set_protocols(match over {
        Some(Transport::Tcp) => RTSPLowerTrans::TCP,
        Some(Transport::Udp) => RTSPLowerTrans::UDP,
        None => RTSPLowerTrans::TCP | RTSPLowerTrans::UDP,
    });
    factory.set_enable_rtcp(true);
    let track = Arc::clone(track);
    factory.connect_media_configure(move |_, media| attach(media, &track));
    factory
}

fn attach(media: &RTSPMedia, track: &Arc<Track>) {
    let source = media.element().downcast::<gst::Bin>().ok().and_then(|bin| bin.by_name("units"));
    let Some(source) = source.and_then(|element| element.downcast::<AppSrc>().ok()) else { return };
    track.attach(source.clone());
    let track = Arc::clone(track);
    media.connect_unprepared(move |_| track.detach(&source));
}
