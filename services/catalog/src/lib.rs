//! The catalog service: what is sold, and how much of it there is.
//!
//! Reads are answered from ready bytes that are at most five seconds old, and forgotten as soon as
//! an event says that they are wrong. Stock moves by one
//! conditional update per row, so that no order gets what another one has been promised.

mod api;
mod domain;
mod eviction;
mod store;
mod sweeper;

use std::{path::PathBuf, time::Duration};

use chassis::{
    Clock, Ids, InternalKeys, Running, Server, Service,
    config::{ConfigError, Database, Listeners, Redis, Settings},
    events::{Consumer, EventMetrics, Follower, PATIENCE, Relay, RelayTiming},
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
    /// Where events go and come from.
    pub redis: Redis,
    pub internal_keys: PathBuf,
    /// Time between two looks for reservations that have lapsed.
    pub sweep_every: Duration,
    /// Age at which an answer in the cache is made anew.
    pub cache_for: Duration,
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
            sweep_every: Duration::from_secs(1),
            cache_for: Duration::from_secs(5),
            drain: Drain::default(),
        })
    }
}

/// Starts the service.
pub async fn run(config: Config) -> anyhow::Result<Running> {
    let clock = Clock::system();
    let ids = Ids::random(clock.clone());
    let keys = InternalKeys::load(
        Service::Catalog,
        &config.internal_keys,
        clock.clone(),
        ids.clone(),
    )?;
    let pool = postgres::connect(
        &config.database,
        Service::Catalog.name(),
        &config.listeners.version,
    );
    let stock = store::Stock::new(pool.clone(), ids, clock.clone());
    let cache = api::Cache::new(config.cache_for);
    let (router, document) = api::router(api::App {
        shelf: store::Shelf::new(pool.clone()),
        stock: stock.clone(),
        cache: cache.clone(),
        clock,
    });
    let metrics = Metrics::new();
    let event_metrics = EventMetrics::register(&metrics);
    let relay = Relay::new(
        Service::Catalog,
        chassis::outbox!("catalog"),
        &pool,
        config.redis.clone(),
        RelayTiming::default(),
        event_metrics.clone(),
    );
    let sales = Consumer {
        service: Service::Catalog,
        producer: Service::Orders,
        pool: pool.clone(),
        redis: config.redis.clone(),
        inbox: chassis::inbox!("catalog"),
        effect: store::Sales,
        patience: PATIENCE,
        metrics: event_metrics,
    };
    let own_events = Follower {
        producer: Service::Catalog,
        redis: config.redis,
    };
    let running = Server::new(Service::Catalog, &config.listeners, router)
        .guard(keys)
        .openapi(&document)
        .metrics(metrics)
        .ready("postgres", move || {
            let pool = pool.clone();
            async move { postgres::ping(&pool).await }
        })
        .background("reservation sweeper", move |stop| {
            sweeper::run(stock, config.sweep_every, stop)
        })
        .background("outbox relay", |stop| relay.run(stop))
        .background("sales counter", |stop| sales.run(stop))
        .background("cache eviction", |stop| {
            own_events.run(eviction::Eviction(cache), stop)
        })
        .drain(config.drain)
        .start()
        .await?;
    Ok(running)
}
