//! The second port: health, readiness, metrics, version. Never routed by an ingress.

use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use axum::{
    Router,
    extract::State,
    response::{IntoResponse, Response},
    routing::get,
};
use http::{StatusCode, header};
use serde_json::json;
use topology::Service;

use super::Probe;
use crate::{extract::Json, metrics::Metrics, problem::Problem};

/// Longest time for one probe.
const PROBE: Duration = Duration::from_secs(1);

/// Whether traffic should come here.
pub(super) struct Readiness {
    probes: Vec<(&'static str, Probe)>,
    stopping: AtomicBool,
}

impl Readiness {
    pub(super) fn new(probes: Vec<(&'static str, Probe)>) -> Self {
        Self {
            probes,
            stopping: AtomicBool::new(false),
        }
    }

    pub(super) fn stop(&self) {
        self.stopping.store(true, Ordering::Relaxed);
    }

    /// What is missing, one line each; empty means ready.
    async fn missing(&self) -> Vec<String> {
        let mut missing = Vec::new();
        if self.stopping.load(Ordering::Relaxed) {
            missing.push("the service is stopping".to_owned());
        }
        for (name, probe) in &self.probes {
            match tokio::time::timeout(PROBE, probe()).await {
                Ok(Ok(())) => {}
                Ok(Err(reason)) => missing.push(format!("{name}: {reason}")),
                Err(_) => missing.push(format!("{name}: no answer within {PROBE:?}")),
            }
        }
        missing
    }
}

impl fmt::Debug for Readiness {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Readiness")
            .field("stopping", &self.stopping)
            .finish_non_exhaustive()
    }
}

#[derive(Clone)]
pub(super) struct Admin {
    pub(super) service: Service,
    pub(super) version: String,
    pub(super) readiness: Arc<Readiness>,
    pub(super) metrics: Metrics,
    pub(super) openapi: Option<Arc<str>>,
}

pub(super) fn router(admin: Admin) -> Router {
    Router::new()
        .route("/livez", get(|| async { "ok\n" }))
        .route("/readyz", get(readyz))
        .route("/metrics", get(metrics))
        .route("/version", get(version))
        .route("/openapi.json", get(openapi))
        .with_state(admin)
}

async fn readyz(State(admin): State<Admin>) -> Response {
    let missing = admin.readiness.missing().await;
    if missing.is_empty() {
        return "ok\n".into_response();
    }
    let reasons = missing.join("\n");
    tracing::warn!(reasons, "not ready");
    (StatusCode::SERVICE_UNAVAILABLE, reasons + "\n").into_response()
}

async fn metrics(State(admin): State<Admin>) -> Response {
    const OPEN_METRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    match admin.metrics.encode() {
        Ok(page) => ([(header::CONTENT_TYPE, OPEN_METRICS)], page).into_response(),
        Err(error) => Problem::internal(error).into_response(),
    }
}

async fn version(State(admin): State<Admin>) -> Response {
    Json(json!({ "service": admin.service.name(), "version": admin.version })).into_response()
}

async fn openapi(State(admin): State<Admin>) -> Response {
    match admin.openapi {
        Some(document) => (
            [(header::CONTENT_TYPE, "application/json")],
            document.to_string(),
        )
            .into_response(),
        None => Problem::not_found("description of this API").into_response(),
    }
}
