//! The endpoints, one a file. All are internal: only orders calls them.

mod authorize;
mod capture;
mod challenge;
mod create_token;
mod list_intents;
mod movement;
mod refund;
mod settle;
mod void;

use std::sync::Arc;

use axum::Router;
use chassis::{Clock, Ids, Service};
use sqlx::PgPool;
use tokio::sync::Notify;
use utoipa::openapi::OpenApi;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{Delays, store, webhooks::Webhooks};

/// What handlers work with.
#[derive(Clone, Debug)]
pub struct App {
    pub pool: PgPool,
    pub tokens: store::Tokens,
    pub intents: store::Intents,
    pub clock: Clock,
    pub ids: Ids,
    pub delays: Delays,
    pub webhooks: Webhooks,
    /// Rung after a transaction that may have added a webhook.
    pub wake: Arc<Notify>,
}

fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::with_openapi(chassis::openapi::document(
        Service::Payments,
        "LocalMart payments",
    ))
    .routes(routes!(create_token::create_token))
    .routes(routes!(authorize::authorize, list_intents::list_intents))
    .routes(routes!(settle::settle))
    .routes(routes!(capture::capture))
    .routes(routes!(void::void))
    .routes(routes!(refund::refund))
    .routes(routes!(challenge::answer_challenge))
}

/// The router and its description.
pub fn router(app: App) -> (Router, OpenApi) {
    let (router, document) = routes().split_for_parts();
    (router.with_state(app), document)
}

/// The description of the API.
pub fn openapi() -> OpenApi {
    routes().into_openapi()
}
