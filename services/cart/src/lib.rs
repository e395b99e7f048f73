//! The cart service: what customers mean to buy. Guests' carts are kept in Redis, those of
//! signed-in customers in Postgres.
//!
//! Stored are quantities and what the lines looked like when they were changed last; prices come
//! from the catalog and sums from orders' quote, so nothing here computes money.

mod api;
mod domain;
mod store;
mod sweeper;

use std::{path::PathBuf, pin::pin};

use ::redis::aio::ConnectionManager;
use chassis::{
    Clock, Ids, InternalKeys, Running, Server, Service,
    client::Client,
    config::{ConfigError, Database, Listeners, Redis, Settings},
    postgres, redis,
    serve::Drain,
};
use contracts::Currency;
use futures::future::{self, Either};
use sqlx::PgPool;
use topology::settings;

pub use api::openapi;

/// What the service is told.
#[derive(Clone, Debug)]
pub struct Config {
    pub listeners: Listeners,
    /// Carts of signed-in customers.
    pub database: Database,
    /// Carts of guests.
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
            database: Database::from_settings(from)?,
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
    let pool = postgres::connect(
        &config.database,
        Service::Cart.name(),
        &config.listeners.version,
    );
    let stores = (connection.clone(), pool.clone());
    let carts = store::Carts::new(connection, config.redis.place, pool);
    let swept = carts.clone();
    let (router, document) = api::router(api::App {
        carts,
        catalog: Client::new(Service::Catalog, &config.catalog, keys.clone())?,
        orders: Client::new(Service::Orders, &config.orders, keys.clone())?,
        currency: config.currency,
        ids,
    });
    let running = Server::new(Service::Cart, &config.listeners, router)
        .guard(keys)
        .openapi(&document)
        .drain(config.drain)
        .ready("a store of carts", move || {
            let (connection, pool) = stores.clone();
            async move { either_answers(&connection, &pool).await }
        })
        .background("sweeper", |stop| sweeper::run(swept, stop))
        .start()
        .await?;
    Ok(running)
}

/// Guests and signed-in customers must not suffer from each other's store: without one of them
/// there is still work to do, and those whose carts are out of reach are told so.
async fn either_answers(connection: &ConnectionManager, pool: &PgPool) -> Result<(), String> {
    let (guests, users) = (redis::ping(connection), postgres::ping(pool));
    match future::select(pin!(guests), pin!(users)).await {
        Either::Left((Ok(()), _)) | Either::Right((Ok(()), _)) => Ok(()),
        Either::Left((Err(reason), users)) => {
            users.await.map_err(|other| format!("{reason}; {other}"))
        }
        Either::Right((Err(reason), guests)) => {
            guests.await.map_err(|other| format!("{other}; {reason}"))
        }
    }
}
