//! The payments service: a simulated payment provider.
//!
//! It knows test cards only, keeps an append-only ledger, and answers each attempt of an order
//! once, whatever gets lost on the way.

mod api;
mod domain;
mod store;

use std::{path::PathBuf, time::Duration};

use chassis::{
    Clock, Ids, InternalKeys, Running, Server, Service,
    config::{ConfigError, Database, Listeners, Redis, Settings},
    events::{EventMetrics, Relay, RelayTiming},
    metrics::Metrics,
    postgres,
    serve::Drain,
};
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
            delays: Delays::default(),
            drain: Drain::default(),
        })
    }
}

/// How long the slow test cards take.
#[derive(Clone, Copy, Debug)]
pub struct Delays {
    /// Before a slow card is authorised.
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
    let pool = postgres::connect(&config.database, Service::Payments.name());
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
    let (router, document) = api::router(api::App {
        tokens: store::Tokens::new(pool.clone()),
        intents: store::Intents::new(pool.clone(), ids.clone()),
        pool,
        clock,
        ids,
        delays: config.delays,
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
        .start()
        .await?;
    Ok(running)
}
