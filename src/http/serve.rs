//! Listening: TCP for browsers, a unix socket for the command line.
//!
//! The socket's peers are known by SO_PEERCRED: root and the daemon's own user get in, nobody else.

use std::{io, os::unix::fs::PermissionsExt, path::Path};

use axum::{Extension, Router};
use hyper_util::{
    rt::{TokioExecutor, TokioIo},
    server::conn::auto,
    service::TowerToHyperService,
};
use tokio::{
    net::{TcpListener, UnixListener},
    sync::watch,
};

use super::caller::LocalPeer;

/// Serves browsers until `stop` turns true.
pub async fn tcp(listener: TcpListener, router: Router, mut stop: watch::Receiver<bool>) -> io::Result<()> {
    let service = router.into_make_service();
    axum::serve(listener, service)
        .with_graceful_shutdown(async move {
            let _ = stop.wait_for(|stop| *stop).await;
        })
        .await
}

/// Binds the socket, replacing what an earlier process left; the store's lock says that none runs.
pub fn bind_unix(path: &Path) -> io::Result<UnixListener> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let listener = UnixListener::bind(path)?;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600))?;
    Ok(listener)
}

/// Serves the command line until `stop` turns true.
pub async fn unix(listener: UnixListener, router: Router, mut stop: watch::Receiver<bool>) -> io::Result<()> {
    let own_uid = rustix::process::getuid().as_raw();
    loop {
        let (stream, _) = tokio::select! {
            accepted = listener.accept() => accepted?,
            _ = stop.wait_for(|stop| *stop) => return Ok(()),
        };
        let Ok(peer) = stream.peer_cred() else { continue };
        if peer.uid() != 0 && peer.uid() != own_uid {
            tracing::warn!(uid = peer.uid(), "someone else's process tried the socket");
            continue;
        }
        let service = router.clone().layer(Extension(LocalPeer { uid: peer.uid() }));
        tokio::spawn(async move {
            let served = auto::Builder::new(TokioExecutor::new())
                .serve_connection_with_upgrades(TokioIo::new(stream), TowerToHyperService::new(service))
                .await;
            if let Err(error) = served {
                tracing::debug!(%error, "a socket connection ended badly");
            }
        });
    }
}
