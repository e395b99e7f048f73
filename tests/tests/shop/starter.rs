//! The five services on free ports, each replica on a runtime of its own so that it can be killed.
//!
//! Services reach each other through a [`Front`] each, which stands for the Kubernetes Service: it
//! passes calls to the live replicas in turn, refuses connections when there are none, and can stop
//! a call before or after the callee has seen it.

mod codes;
mod front;
mod goods;
mod guest;
mod replica;

use std::{collections::HashMap, sync::Arc, time::Duration};

use chassis::{
    Service,
    auth::ROLE_ADMIN,
    serve::Drain,
    testkit::{self, Api, TestDatabase, TestRedis, database, keys, listeners},
};
use contracts::Currency;
use localmart_verify::{invariants, shop::onlooker};
use orders::Timing;
use payments::Delays;

use sqlx::PgPool;

pub(crate) use front::{Front, Moment};
pub(crate) use guest::{Guest, Kind, details};
pub(crate) use localmart_verify::shop::hurried;
pub(crate) use replica::Replica;

/// A running shop.
#[derive(Debug)]
pub(crate) struct Shop {
    database: TestDatabase,
    /// Of the superuser, to look and to prepare.
    pool: PgPool,
    redis: TestRedis,
    fronts: HashMap<Service, Arc<Front>>,
    timing: Timing,
}

impl Shop {
    /// One replica of each service.
    pub(crate) async fn start(timing: Timing) -> Self {
        let owners: Vec<Service> = Service::ALL
            .into_iter()
            .filter(|s| s.has_schema())
            .collect();
        let mut fronts = HashMap::new();
        for service in Service::ALL {
            fronts.insert(service, Arc::new(Front::open()));
        }
        let database = database(&owners).await;
        let shop = Self {
            pool: onlooker(&database),
            database,
            redis: testkit::redis_alone().await.beside_others(),
            fronts,
            timing,
        };
        for service in Service::ALL {
            shop.begin(service).await;
        }
        shop
    }

    /// Two replicas of each service.
    pub(crate) async fn start_doubled(timing: Timing) -> Self {
        let shop = Self::start(timing).await;
        for service in Service::ALL {
            shop.begin(service).await;
        }
        shop
    }

    /// Where a service is reached.
    pub(crate) fn front(&self, service: Service) -> &Arc<Front> {
        &self.fronts[&service]
    }

    /// Starts one more replica of a service.
    pub(crate) async fn begin(&self, service: Service) {
        let replica = match service {
            Service::Catalog => Replica::start(catalog::run, self.catalog()).await,
            Service::Cart => Replica::start(cart::run, self.cart()).await,
            Service::Orders => Replica::start(orders::run, self.orders()).await,
            Service::Payments => Replica::start(payments::run, self.payments()).await,
            Service::Storefront => {
                let run = async |config| Ok(storefront::run(config).await?);
                Replica::start(run, self.storefront()).await
            }
        };
        self.front(service).add(replica);
    }

    /// Ends every replica of a service at once, in the middle of whatever they do.
    pub(crate) async fn kill(&self, service: Service) {
        self.front(service).kill_all().await;
    }

    /// Breaks every connection to Postgres, as its restart does.
    pub(crate) async fn cut_connections(&self) {
        self.database.cut_connections().await;
    }

    /// Takes a cart from Redis, as the loss of Redis's memory does. Tests share one Redis.
    pub(crate) async fn forget_cart(&self, guest: &Guest) {
        let mut admin = self.redis.admin().await;
        let forgotten: u64 = redis::cmd("DEL")
            .arg(self.redis.place().key(&format!("cart:cart:{}", guest.cart)))
            .query_async(&mut admin)
            .await
            .expect("an admin may delete");
        assert_eq!(forgotten, 1);
    }

    /// Waits until nothing is under way, then fails for every violated invariant.
    pub(crate) async fn settle(&self) {
        let violations = invariants::after_quiet(&self.pool, Duration::from_secs(10), &[]).await;
        let violations = violations.expect("statements that run");
        assert!(violations.is_empty(), "{violations:#?}");
    }

    /// The first number of the first row.
    pub(crate) async fn count(&self, sql: &'static str) -> i64 {
        sqlx::query_scalar(sql)
            .fetch_one(&self.pool)
            .await
            .unwrap_or_else(|error| panic!("{sql}: {error}"))
    }

    /// The first text of the first row.
    pub(crate) async fn text(&self, sql: &'static str) -> String {
        sqlx::query_scalar(sql)
            .fetch_one(&self.pool)
            .await
            .unwrap_or_else(|error| panic!("{sql}: {error}"))
    }

    /// Changes data behind the services' backs.
    pub(crate) async fn execute(&self, sql: &'static str) {
        if let Err(error) = self.try_execute(sql).await {
            panic!("{sql}: {error}");
        }
    }

    /// As [`Shop::execute`], with Postgres's words when it refuses.
    pub(crate) async fn try_execute(&self, sql: &'static str) -> Result<(), String> {
        let executed = sqlx::query(sql).execute(&self.pool).await;
        executed.map(drop).map_err(|error| error.to_string())
    }

    /// The same shop, whose next replicas have other times.
    #[must_use]
    pub(crate) fn with(mut self, timing: Timing) -> Self {
        self.timing = timing;
        self
    }

    /// Orders as somebody who runs the shop reaches them through the storefront.
    pub(crate) fn admin(&self) -> Api {
        Api::internal_at(
            self.url(Service::Orders),
            Service::Storefront,
            Service::Orders,
        )
        .as_customer("user:admin")
        .with_role(ROLE_ADMIN)
    }

    /// Calls one service as another one does on behalf of a guest.
    pub(crate) async fn internal(&self, caller: Service, callee: Service, guest: &Guest) -> Api {
        let owner = self.owner(guest).await;
        Api::internal_at(self.url(callee), caller, callee).as_customer(&owner)
    }

    fn url(&self, service: Service) -> String {
        self.front(service).url()
    }

    fn catalog(&self) -> catalog::Config {
        catalog::Config {
            listeners: listeners(),
            database: self.database.config(Service::Catalog),
            redis: self.redis.config(Service::Catalog),
            internal_keys: keys().directory().to_owned(),
            sweep_every: Duration::from_millis(100),
            cache_for: Duration::from_millis(100),
            drain: at_once(),
        }
    }

    fn cart(&self) -> cart::Config {
        cart::Config {
            listeners: listeners(),
            database: self.database.config(Service::Cart),
            redis: self.redis.config(Service::Cart),
            internal_keys: keys().directory().to_owned(),
            catalog: self.url(Service::Catalog),
            orders: self.url(Service::Orders),
            currency: Currency::EUR,
            drain: at_once(),
        }
    }

    pub(crate) fn orders(&self) -> orders::Config {
        orders::Config {
            listeners: listeners(),
            database: self.database.config(Service::Orders),
            redis: self.redis.config(Service::Orders),
            internal_keys: keys().directory().to_owned(),
            addresses: orders::Addresses {
                cart: self.url(Service::Cart),
                catalog: self.url(Service::Catalog),
                payments: self.url(Service::Payments),
            },
            currency: Currency::EUR,
            timing: self.timing,
            drain: at_once(),
        }
    }

    fn payments(&self) -> payments::Config {
        payments::Config {
            listeners: listeners(),
            database: self.database.config(Service::Payments),
            redis: self.redis.config(Service::Payments),
            internal_keys: keys().directory().to_owned(),
            orders: self.url(Service::Orders),
            delays: Delays {
                slow: self.timing.authorize / 2,
                timeout: self.timing.authorize * 2,
            },
            drain: at_once(),
        }
    }

    fn storefront(&self) -> storefront::Config {
        let upstreams = Service::Storefront.calls().iter();
        storefront::Config {
            strict_transport: false,
            listeners: listeners(),
            keys: keys().directory().to_owned(),
            upstreams: upstreams
                .map(|&callee| (callee, self.url(callee)))
                .collect(),
            currency: "EUR".to_owned(),
            title: "LocalMart".to_owned(),
        }
    }
}

fn at_once() -> Drain {
    Drain {
        notice: Duration::ZERO,
        deadline: Duration::from_secs(1),
    }
}
