//! The orders service: from a cart to an order that is paid for and reserved, whatever fails on
//! the way.

mod api;
mod app;
mod calls;
mod domain;
mod saga;
mod store;
mod watch;

use std::path::PathBuf;

use chassis::{
    Clock, Ids, InternalKeys, Running, Server, Service,
    config::{ConfigError, Database, Listeners, Redis, Settings},
    events::{EventMetrics, Relay, RelayTiming},
    metrics::Metrics,
    postgres,
    serve::Drain,
    webhook::WebhookKey,
};
use contracts::Currency;
use tokio_util::sync::CancellationToken;
use topology::settings;

pub use api::openapi;
pub use app::Timing;
pub use calls::Addresses;
/// `docs/order-states.md`.
pub use domain::diagram::markdown as states;

/// Longest time for a request: completing waits for other services.
const REQUEST: std::time::Duration = std::time::Duration::from_secs(15);

/// What the service is told.
#[derive(Clone, Debug)]
pub struct Config {
    pub listeners: Listeners,
    pub database: Database,
    /// Where events go.
    pub redis: Redis,
    pub internal_keys: PathBuf,
    pub addresses: Addresses,
    pub currency: Currency,
    pub timing: Timing,
    pub drain: Drain,
}

impl Config {
    /// From the variables of [`topology::settings`].
    pub fn from_settings(from: &Settings) -> Result<Self, ConfigError> {
        Ok(Self {
            listeners: Listeners::from_settings(from)?,
            database: Database::from_settings(from)?,
            redis: Redis::from_settings(from)?,
            internal_keys: from
                .text(
                    settings::INTERNAL_KEYS_DIR,
                    "the directory of the internal keys",
                )?
                .into(),
            addresses: Addresses {
                cart: from.url(Service::Cart)?,
                catalog: from.url(Service::Catalog)?,
                payments: from.url(Service::Payments)?,
            },
            currency: from.currency()?,
            timing: Timing::from_settings(from)?,
            drain: Drain::default(),
        })
    }
}

/// Starts the service.
pub async fn run(config: Config) -> anyhow::Result<Running> {
    let clock = Clock::system();
    let ids = Ids::random(clock.clone());
    let keys = InternalKeys::load(
        Service::Orders,
        &config.internal_keys,
        clock.clone(),
        ids.clone(),
    )?;
    let pool = postgres::connect(
        &config.database,
        Service::Orders.name(),
        &config.listeners.version,
    );
    let metrics = Metrics::new();
    let relay = Relay::new(
        Service::Orders,
        chassis::outbox!("orders"),
        &pool,
        config.redis,
        RelayTiming::default(),
        EventMetrics::register(&metrics),
    );
    let app = app::App {
        calls: calls::Calls::new(&config.addresses, &keys, config.timing.authorize)?,
        webhook_key: WebhookKey::load(&config.internal_keys, clock.clone())?,
        transitions: store::transition::Transitions::new(clock, ids.clone()),
        watch: watch::Watch::default(),
        closing: CancellationToken::new(),
        tax_rules: store::tax_rules::TaxRules::new(pool.clone()),
        pool: pool.clone(),
        ids,
        currency: config.currency,
        timing: config.timing,
    };
    let (router, document) = api::router(app.clone());
    let (watch, watched) = (app.watch.clone(), pool.clone());
    let (closing, pause) = (app.closing.clone(), app.timing.watch);
    let running = Server::new(Service::Orders, &config.listeners, router)
        .guard(keys)
        .openapi(&document)
        .metrics(metrics)
        .drain(config.drain)
        .request_deadline(REQUEST)
        .ready("postgres", move || {
            let pool = pool.clone();
            async move { postgres::ping(&pool).await }
        })
        .closing(closing)
        .background("watch", move |stop| watch.run(watched, pause, stop))
        .background("reaper", |stop| saga::reaper::run(app, stop))
        .background("outbox relay", |stop| relay.run(stop))
        .start()
        .await?;
    Ok(running)
}
