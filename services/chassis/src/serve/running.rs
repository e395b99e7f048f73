//! A service that runs, and its end.

use std::{io, net::SocketAddr, sync::Arc, time::Duration};

use axum::Router;
use tokio::{
    net::TcpListener,
    signal::unix::{SignalKind, signal},
    task::{JoinHandle, JoinSet},
};
use tokio_util::sync::CancellationToken;
use topology::Service;

use super::{Drain, admin::Readiness, connections};

/// Time for background tasks to end after the listeners have.
const BACKGROUND: Duration = Duration::from_secs(5);

pub(super) struct Parts {
    pub(super) service: Service,
    pub(super) version: String,
    pub(super) api: (TcpListener, Router),
    pub(super) admin: (TcpListener, Router),
    pub(super) readiness: Arc<Readiness>,
    pub(super) background: JoinSet<()>,
    pub(super) stop_background: CancellationToken,
    pub(super) drain: Drain,
    pub(super) closing: CancellationToken,
    pub(super) header: Duration,
}

/// A running service. Dropping it stops nothing; the process or [`Running::stop`] does.
#[derive(Debug)]
pub struct Running {
    api: SocketAddr,
    admin: SocketAddr,
    stop: CancellationToken,
    end: JoinHandle<()>,
}

impl Running {
    pub(super) fn start(parts: Parts) -> io::Result<Self> {
        let api = parts.api.0.local_addr()?;
        let admin = parts.admin.0.local_addr()?;
        tracing::info!(
            service_name = parts.service.name(),
            release = parts.version,
            api = %api,
            admin = %admin,
            "serving"
        );
        let stop = CancellationToken::new();
        let end = tokio::spawn(run(parts, stop.clone()));
        Ok(Self {
            api,
            admin,
            stop,
            end,
        })
    }

    /// Base URL of the API, for example `http://127.0.0.1:40123`.
    pub fn url(&self) -> String {
        base(self.api)
    }

    /// Base URL of health and metrics.
    pub fn admin_url(&self) -> String {
        base(self.admin)
    }

    /// Begins the end and waits for it.
    pub async fn stop(self) {
        self.stop.cancel();
        self.ended().await;
    }

    /// Begins the end without waiting.
    pub fn begin_stop(&self) {
        self.stop.cancel();
    }

    /// Waits for the end.
    pub async fn ended(self) {
        if let Err(error) = self.end.await {
            tracing::error!(%error, "the server ended badly");
        }
    }

    /// Serves until SIGTERM or SIGINT, then ends in order.
    pub async fn until_signal(self) -> io::Result<()> {
        let mut terminate = signal(SignalKind::terminate())?;
        let mut interrupt = signal(SignalKind::interrupt())?;
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        tracing::info!("stopping");
        self.stop().await;
        tracing::info!("stopped");
        Ok(())
    }
}

fn base(address: SocketAddr) -> String {
    let mut reachable = address;
    if address.ip().is_unspecified() {
        reachable.set_ip(std::net::Ipv4Addr::LOCALHOST.into());
    }
    format!("http://{reachable}")
}

async fn run(mut parts: Parts, stop: CancellationToken) {
    let close_api = CancellationToken::new();
    let close_admin = CancellationToken::new();
    let (listener, router) = parts.admin;
    let admin = tokio::spawn(connections::serve(
        listener,
        router,
        close_admin.clone(),
        connections::Limits {
            header: parts.header,
            drain: Duration::from_secs(1),
        },
    ));
    let (listener, router) = parts.api;
    let api = tokio::spawn(connections::serve(
        listener,
        router,
        close_api.clone(),
        connections::Limits {
            header: parts.header,
            drain: parts.drain.deadline,
        },
    ));

    stop.cancelled().await;
    parts.readiness.stop();
    tokio::time::sleep(parts.drain.notice).await;
    close_api.cancel();
    parts.closing.cancel();
    let api_end = api.await;
    parts.stop_background.cancel();
    let background = async { while parts.background.join_next().await.is_some() {} };
    if tokio::time::timeout(BACKGROUND, background).await.is_err() {
        tracing::warn!("background tasks were cut off");
        parts.background.abort_all();
    }
    // Health answers to the last, so that the pod is not taken for dead while it drains.
    close_admin.cancel();
    for end in [api_end, admin.await] {
        if let Err(error) = end {
            tracing::error!(%error, "an accept loop ended badly");
        }
    }
}
