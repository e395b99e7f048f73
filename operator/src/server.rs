//! `/livez`, `/readyz`, `/metrics` and `/version` of the operator.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use axum::{Router, extract::State, http::StatusCode, routing::get};
use tokio::net::TcpListener;

use crate::{metrics::Metrics, releases::OWN_VERSION};

/// Whether the operator does its work, or stands by to.
#[derive(Clone, Debug, Default)]
pub struct Readiness(Arc<AtomicBool>);

impl Readiness {
    pub fn set(&self, ready: bool) {
        self.0.store(ready, Ordering::Relaxed);
    }

    fn get(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// Serves until the process ends.
pub async fn serve(
    address: SocketAddr,
    metrics: Metrics,
    readiness: Readiness,
) -> anyhow::Result<()> {
    let listener = TcpListener::bind(address).await.map_err(|error| {
        anyhow::anyhow!("cannot listen on {address}: {error}; --admin-listen chooses another one")
    })?;
    let address = listener.local_addr()?;
    tracing::info!(%address, "serving health and metrics");
    axum::serve(listener, router(metrics, readiness)).await?;
    Ok(())
}

fn router(metrics: Metrics, readiness: Readiness) -> Router {
    Router::new()
        .route("/livez", get(|| async { "ok" }))
        .route("/readyz", get(ready))
        .with_state(readiness)
        .route("/version", get(|| async { OWN_VERSION }))
        .merge(
            Router::new()
                .route(
                    "/metrics",
                    get(|State(metrics): State<Metrics>| async move { metrics.text() }),
                )
                .with_state(metrics),
        )
}

async fn ready(State(readiness): State<Readiness>) -> (StatusCode, &'static str) {
    if readiness.get() {
        (StatusCode::OK, "ok")
    } else {
        (
            StatusCode::SERVICE_UNAVAILABLE,
            "watches are not established yet",
        )
    }
}

#[cfg(test)]
mod tests {
    use axum::{body::Body, http::Request};
    use http_body_util::BodyExt;
    use tower::ServiceExt;

    use super::*;

    async fn answer(router: Router, path: &str) -> (StatusCode, String) {
        let request = Request::get(path).body(Body::empty()).unwrap();
        let response = router.oneshot(request).await.unwrap();
        let status = response.status();
        let body = response.into_body().collect().await.unwrap().to_bytes();
        (status, String::from_utf8(body.to_vec()).unwrap())
    }

    #[tokio::test]
    async fn is_ready_only_when_told_so() {
        let readiness = Readiness::default();
        let router = router(Metrics::default(), readiness.clone());
        let status = |path| {
            let router = router.clone();
            async move { answer(router, path).await.0 }
        };
        assert_eq!(status("/livez").await, StatusCode::OK);
        assert_eq!(status("/readyz").await, StatusCode::SERVICE_UNAVAILABLE);
        readiness.set(true);
        assert_eq!(status("/readyz").await, StatusCode::OK);
    }

    #[tokio::test]
    async fn metrics_are_in_the_form_that_prometheus_reads() {
        let metrics = Metrics::default();
        metrics.written("Deployment");
        let (_, text) = answer(router(metrics, Readiness::default()), "/metrics").await;
        assert!(
            text.contains("localmart_operator_writes_total{kind=\"Deployment\"} 1"),
            "{text}"
        );
        assert!(text.ends_with("# EOF\n"));
    }
}
