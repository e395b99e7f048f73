//! The storefront: one origin for browsers and programs.
//!
//! It serves the web shop, knows who is asking, and passes the public API on to the services that
//! answer it, each call with an internal token for its callee. It owns no data.

mod api;
mod headers;
mod identity;
mod openapi;
mod origin;
mod proxy;
mod routes;
mod web;

use std::path::PathBuf;

use axum::{Router, middleware, routing::get};
use chassis::{
    Clock, Ids, InternalKeys, Running, Server, Service,
    auth::KeyError,
    config::{ConfigError, Listeners, Settings},
    serve::StartError,
};
use tokio_util::sync::CancellationToken;
use topology::settings;

pub use openapi::openapi;
use proxy::Upstreams;

/// Longest time for a request: the completion of a checkout waits for a slow payment.
const REQUEST: std::time::Duration = std::time::Duration::from_secs(35);

/// What the storefront is told.
#[derive(Clone, Debug)]
pub struct Config {
    pub listeners: Listeners,
    /// Directory with the keys of internal tokens.
    pub keys: PathBuf,
    /// Base URL of each service that the storefront calls.
    pub upstreams: Vec<(Service, String)>,
    /// ISO 4217 code of the shop's currency.
    pub currency: String,
    /// Name of the shop.
    pub title: String,
    /// Whether browsers are told to come back encrypted only.
    pub strict_transport: bool,
}

impl Config {
    /// From the variables of [`topology::settings`].
    pub fn from_settings(from: &Settings) -> Result<Self, ConfigError> {
        let upstreams = Service::Storefront
            .calls()
            .iter()
            .map(|callee| Ok((*callee, from.url(*callee)?)))
            .collect::<Result<_, ConfigError>>()?;
        Ok(Self {
            listeners: Listeners::from_settings(from)?,
            keys: from
                .text(settings::INTERNAL_KEYS_DIR, "the directory with the keys")?
                .into(),
            upstreams,
            currency: from.currency()?.to_string(),
            title: from
                .optional(settings::TITLE)
                .unwrap_or("LocalMart")
                .to_owned(),
            strict_transport: from.optional(settings::STRICT_TRANSPORT) == Some("on"),
        })
    }
}

/// Why the storefront does not start.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error(transparent)]
    Keys(#[from] KeyError),
    #[error("the client for the other services cannot be made: {0}")]
    Client(#[from] reqwest::Error),
    #[error(transparent)]
    Start(#[from] StartError),
}

/// What every handler can reach.
#[derive(Clone, Debug)]
pub(crate) struct Gateway {
    upstreams: Upstreams,
    currency: String,
    title: String,
    strict_transport: bool,
    /// Cancelled when this process ends.
    closing: CancellationToken,
}

/// Serves until the returned [`Running`] is stopped.
pub async fn run(config: Config) -> Result<Running, Error> {
    let clock = Clock::system();
    let keys = InternalKeys::load(
        Service::Storefront,
        &config.keys,
        clock.clone(),
        Ids::random(clock),
    )?;
    let gateway = Gateway {
        upstreams: Upstreams::new(&config.upstreams, keys)?,
        currency: config.currency,
        title: config.title,
        strict_transport: config.strict_transport,
        closing: CancellationToken::new(),
    };
    let closing = gateway.closing.clone();
    let server = Server::new(Service::Storefront, &config.listeners, router(gateway))
        .openapi(&openapi())
        .closing(closing)
        .request_deadline(REQUEST);
    Ok(server.start().await?)
}

fn router(gateway: Gateway) -> Router {
    let mut public = Router::new()
        .route("/api/v1/session", get(api::session::show))
        .route("/api/v1/openapi.json", get(openapi::document))
        .route("/api/docs", get(openapi::page))
        .route("/api/{*rest}", axum::routing::any(proxy::not_public));
    for route in routes::PUBLIC {
        public = public.route(route.path, proxy::forward(*route));
    }
    public
        .route("/", get(web::serve))
        .route("/{*path}", get(web::serve))
        .layer(middleware::from_fn(origin::check))
        .layer(middleware::from_fn_with_state(
            gateway.strict_transport,
            headers::protect,
        ))
        .with_state(gateway)
}
