//! Listening: TCP for browsers, a unix socket for the command line.
//!
//! Over TCP at most 256 at a door, and none that lets it wait for a head: whoever holds
//! connections open keeps other visitors waiting, never the recorder from its files.
//! The socket's peers are known by SO_PEERCRED: root and the daemon's own user get in, nobody else.

use std::{io, os::unix::fs::PermissionsExt, path::Path, sync::Arc, time::Duration};

use axum::{Extension, Router};
use hyper_util::{
    rt::{TokioExecutor, TokioIo, TokioTimer},
    server::{conn::auto, graceful::GracefulShutdown},
    service::TowerToHyperService,
};
use tokio::{
    net::{TcpListener, TcpStream, UnixListener},
    sync::{Semaphore, watch},
};

use super::caller::LocalPeer;

/// The most connections that one door serves at once; more wait in the system's queue. Files are open
/// for each: together the doors stay far below what a process may have.
const CONNECTIONS_MAX: usize = 256;

/// The longest that the head of a request may take, and an idle connection lasts.
const HEAD_TIME_MAX: Duration = Duration::from_secs(15);

/// How long a door waits when the system has no connection to give.
const AGAIN_AFTER: Duration = Duration::from_secs(1);

/// Serves browsers until `stop` turns true, then until those that are being served are done.
pub async fn tcp(listener: TcpListener, router: Router, mut stop: watch::Receiver<bool>) -> io::Result<()> {
    let room = Arc::new(Semaphore::new(CONNECTIONS_MAX));
    let served = GracefulShutdown::new();
    // HTTP/1 alone: nothing of ours speaks HTTP/2 without TLS, and telling them apart has no time limit.
    let mut builder = auto::Builder::new(TokioExecutor::new()).http1_only();
    builder.http1().timer(TokioTimer::new()).header_read_timeout(HEAD_TIME_MAX);
    loop {
        let next = async {
            let place = Arc::clone(&room).acquire_owned().await.map_err(io::Error::other)?;
            Ok::<_, io::Error>((place, accepted(&listener).await))
        };
        let (place, stream) = tokio::select! {
            next = next => next?,
            _ = stop.wait_for(|stop| *stop) => break,
        };
        let service = TowerToHyperService::new(router.clone());
        let connection = served.watch(builder.serve_connection_with_upgrades(TokioIo::new(stream), service).into_owned());
        tokio::spawn(async move {
            if let Err(error) = connection.await {
                tracing::debug!(%error, "a connection ended badly");
            }
            drop(place);
        });
    }
    served.shutdown().await;
    Ok(())
}

/// The next connection. A peer that is gone already is no error of the door's; a system without room is waited for.
async fn accepted(listener: &TcpListener) -> TcpStream {
    loop {
        match listener.accept().await {
            Ok((stream, _)) => {
                // Live pictures are small and can't wait for the next.
                let _ = stream.set_nodelay(true);
                return stream;
            }
            Err(error) if matches!(error.kind(), io::ErrorKind::ConnectionAborted | io::ErrorKind::ConnectionReset) => {}
            Err(error) => {
                tracing::warn!(%error, "no connection can be taken");
                tokio::time::sleep(AGAIN_AFTER).await;
            }
        }
    }
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
