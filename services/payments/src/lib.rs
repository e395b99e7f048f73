//! The payments service: a simulated payment provider.
//!
//! It knows test cards only, keeps an append-only ledger, and answers each attempt of an order
//! once, whatever gets lost on the way. Whatever becomes of an attempt, orders is told by a signed
//! webhook.

mod api;
mod domain;
mod store;
mod webhooks;

use std::{path::PathBuf, sync::Arc, time::Duration};

use chassis::{
    Clock, Ids, InternalKeys, Running, Server, Service,
    client::Client,
    config::{ConfigError, Database, Listeners, Redis, Settings},
    events::{EventMetrics, Relay, RelayTiming},
    metrics::Metrics,
    postgres,
    serve::Drain,
    webhook::WebhookKey,
};
use tokio::sync::Notify;
use topology::settings;

pub use api::openapi;

/// What the service is told.
#[derive(Clone, Debug)]
pub struct Config {
    pub listeners: Listeners,
    pub database: Database,
    /// Where events go.
    pub redis: Redis,
    pub internal_keys: PathBuf,
    /// Base URL of orders, which is told what becomes of intents.
    pub orders: String,
    pub delays: Delays,
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
            orders: from.url(Service::Orders)?,
            delays: Delays::default(),
            drain: Drain::default(),
        })
    }
}

/// How long the slow test cards take.
#[derive(Clone, Copy, Debug)]
pub struct Delays {
    /// Before a slow card is authorised; also the longest wait for a webhook that is to come first.
    pub slow: Duration,
    /// Before the answer about a card that times out; longer than any caller waits.
    pub timeout: Duration,
}

impl Default for Delays {
    fn default() -> Self {
        Self {
            slow: Duration::from_secs(2),
            timeout: Duration::from_secs(9),
        }
    }
}

/// Starts the service.
pub async fn run(config: Config) -> anyhow::Result<Running> {
    let clock = Clock::system();
    let ids = Ids::random(clock.clone());
    let keys = InternalKeys::load(
        Service::Payments,
        &config.internal_keys,
        clock.clone(),
        ids.clone(),
    )?;
    let pool = postgres::connect(
        &config.database,
        Service::Payments.name(),
        &config.listeners.version,
    );
    let metrics = Metrics::new();
    let relay = Relay::new(
        Service::Payments,
        chassis::outbox!("payments"),
        &pool,
        config.redis,
        RelayTiming::default(),
        EventMetrics::register(&metrics),
    );
    let probe = pool.clone();
    let wake = Arc::new(Notify::new());
    let webhooks = webhooks::Webhooks {
        pool: pool.clone(),
        orders: Client::new(Service::Orders, &config.orders, keys.clone())?,
        key: WebhookKey::load(&config.internal_keys, clock.clone())?,
        wake: Arc::clone(&wake),
    };
    let (router, document) = api::router(api::App {
        tokens: store::Tokens::new(pool.clone()),
        intents: store::Intents::new(pool.clone(), ids.clone()),
        pool,
        clock,
        ids,
        delays: config.delays,
        webhooks: webhooks.clone(),
        wake,
    });
    let running = Server::new(Service::Payments, &config.listeners, router)
        .guard(keys)
        .openapi(&document)
        .metrics(metrics)
        .drain(config.drain)
        .ready("postgres", move || {
            let pool = probe.clone();
            async move { postgres::ping(&pool).await }
        })
        .background("outbox relay", |stop| relay.run(stop))
        .background("webhooks", move |stop| webhooks.run(stop))
        .start()
        .await?;
    Ok(running)
}
