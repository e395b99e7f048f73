//! The cart service: what a guest means to buy, kept in Redis.
//!
//! Redis holds quantities and what the lines looked like when they were added; prices come from
//! the catalog and sums from orders' quote, so nothing here computes money.

mod api;
mod domain;
mod store;

use std::path::PathBuf;

use chassis::{
    Clock, Ids, InternalKeys, Running, Server, Service,
    client::Client,
    config::{ConfigError, Listeners, Redis, Settings},
    redis,
    serve::Drain,
};
use contracts::Currency;
use topology::settings;

pub use api::openapi;

/// What the service is told.
#[derive(Clone, Debug)]
pub struct Config {
    pub listeners: Listeners,
    pub redis: Redis,
    pub internal_keys: PathBuf,
    /// Base URL of the catalog.
    pub catalog: String,
    /// Base URL of orders.
    pub orders: String,
    /// Currency of new carts.
    pub currency: Currency,
    pub drain: Drain,
}

impl Config {
    /// From the variables of [`topology::settings`].
    pub fn from_settings(from: &Settings) -> Result<Self, ConfigError> {
        Ok(Self {
            listeners: Listeners::from_settings(from)?,
            redis: Redis::from_settings(from)?,
            internal_keys: from
                .text(
                    settings::INTERNAL_KEYS_DIR,
                    "the directory of the internal keys",
                )?
                .into(),
            catalog: from.url(Service::Catalog)?,
            orders: from.url(Service::Orders)?,
            currency: from.currency()?,
            drain: Drain::default(),
        })
    }
}

/// Starts the service.
pub async fn run(config: Config) -> anyhow::Result<Running> {
    let clock = Clock::system();
    let ids = Ids::random(clock.clone());
    let keys = InternalKeys::load(Service::Cart, &config.internal_keys, clock, ids.clone())?;
    let connection = redis::connect(&config.redis)?;
    let probe = connection.clone();
    let (router, document) = api::router(api::App {
        carts: store::Carts::new(connection),
        catalog: Client::new(Service::Catalog, &config.catalog, keys.clone())?,
        orders: Client::new(Service::Orders, &config.orders, keys.clone())?,
        currency: config.currency,
        ids,
    });
    let running = Server::new(Service::Cart, &config.listeners, router)
        .guard(keys)
        .openapi(&document)
        .drain(config.drain)
        .ready("redis", move || {
            let connection = probe.clone();
            async move { redis::ping(&connection).await }
        })
        .start()
        .await?;
    Ok(running)
}
