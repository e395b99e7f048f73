//! The accept loop. `axum::serve` has no limit on the time a client takes to send its header.

use std::{convert::Infallible, io, sync::Arc, time::Duration};

use axum::{Router, body::Body};
use http::Request;
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    server::graceful::GracefulShutdown,
};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::Semaphore,
};
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;

/// Connections served at a time; more wait in the listener's queue.
const CONNECTIONS: usize = 4_096;
/// Pause after a failure to accept that is not the client's.
const BREATHE: Duration = Duration::from_millis(50);

/// Times of a listener.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    /// For a client to send a request's header, also between two requests.
    pub(super) header: Duration,
    /// For running requests to end after the listener has closed.
    pub(super) drain: Duration,
}

/// Serves until `stop`, then lets running requests end.
pub(super) async fn serve(
    listener: TcpListener,
    router: Router,
    stop: CancellationToken,
    limits: Limits,
) {
    let graceful = GracefulShutdown::new();
    let slots = Arc::new(Semaphore::new(CONNECTIONS));
    loop {
        let slot = tokio::select! {
            () = stop.cancelled() => break,
            slot = Arc::clone(&slots).acquire_owned() => slot,
        };
        // The semaphore is never closed.
        let Ok(slot) = slot else { break };
        let accepted = tokio::select! {
            () = stop.cancelled() => break,
            accepted = listener.accept() => accepted,
        };
        let stream = match accepted {
            Ok((stream, _)) => stream,
            Err(error) => {
                pause_unless_clients_fault(&error).await;
                continue;
            }
        };
        let watcher = graceful.watcher();
        let router = router.clone();
        tokio::spawn(async move {
            let connection = http1::Builder::new()
                .timer(TokioTimer::new())
                .header_read_timeout(limits.header)
                .serve_connection(
                    io_of(stream),
                    service_fn(move |request: Request<Incoming>| {
                        let router = router.clone();
                        async move {
                            let Ok(response) = router.oneshot(request.map(Body::new)).await;
                            Ok::<_, Infallible>(response)
                        }
                    }),
                );
            // How a connection ended is the client's business.
            let _ = watcher.watch(connection).await;
            drop(slot);
        });
    }
    drop(listener);
    let open = graceful.count();
    if tokio::time::timeout(limits.drain, graceful.shutdown())
        .await
        .is_err()
    {
        tracing::warn!(
            connections = open,
            "requests were cut off at the drain deadline"
        );
    }
}

fn io_of(stream: TcpStream) -> TokioIo<TcpStream> {
    // Answers are small; waiting to fill a packet only delays them.
    let _ = stream.set_nodelay(true);
    TokioIo::new(stream)
}

/// A client that gave up is nothing; too many open files must not become a busy loop.
async fn pause_unless_clients_fault(error: &io::Error) {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    if !matches!(
        error.kind(),
        ConnectionAborted | ConnectionRefused | ConnectionReset
    ) {
        tracing::error!(%error, "a connection could not be accepted");
        tokio::time::sleep(BREATHE).await;
    }
}
