//! A cart service and its customers.

use std::{
    net::{SocketAddr, TcpListener},
    time::Duration,
};

use chassis::{
    Running, Service,
    auth::Subject,
    serve::Drain,
    testkit::{self, Api, TestDatabase},
};
use serde_json::{Value, json};
use uuid::Uuid;

/// A cart service whose callees are closed ports, and its callers.
pub(crate) struct Cart {
    pub(crate) running: Running,
    pub(crate) orders: Api,
    pub(crate) storefront: Api,
    database: TestDatabase,
}

impl Cart {
    pub(crate) async fn start() -> Self {
        Self::start_with(|_| {}).await
    }

    /// With another configuration.
    pub(crate) async fn start_with(change: impl FnOnce(&mut cart::Config)) -> Self {
        let database = testkit::database(&[Service::Cart]).await;
        let mut config = cart::Config {
            listeners: testkit::listeners(),
            database: database.config(Service::Cart),
            redis: testkit::redis().await.config(Service::Cart),
            internal_keys: testkit::keys().directory().to_owned(),
            catalog: format!("http://127.0.0.1:{}", closed_port()),
            orders: format!("http://127.0.0.1:{}", closed_port()),
            currency: contracts::Currency::EUR,
            drain: Drain {
                notice: Duration::ZERO,
                deadline: Duration::from_secs(1),
            },
        };
        change(&mut config);
        let running = cart::run(config).await.unwrap();
        Self {
            storefront: Api::internal(&running, Service::Storefront, Service::Cart),
            orders: Api::internal(&running, Service::Orders, Service::Cart),
            running,
            database,
        }
    }

    /// A new customer of each kind.
    pub(crate) fn customers(&self) -> [Customer; 2] {
        [self.guest(), self.user()]
    }

    pub(crate) fn guest(&self) -> Customer {
        let token = Uuid::now_v7().to_string();
        let subject = Subject::guest(&token).as_str().to_owned();
        Customer {
            api: self.storefront.as_customer(&subject),
            subject,
            token,
        }
    }

    pub(crate) fn user(&self) -> Customer {
        let subject = format!("user:{}", Uuid::now_v7());
        Customer {
            api: self.storefront.as_customer(&subject),
            subject,
            token: String::new(),
        }
    }

    /// Puts a line of `qty` mugs into a customer's cart behind the service's back: the catalog,
    /// which adding asks, is away. Gives the variant.
    pub(crate) async fn put(&self, customer: &Customer, cart: &str, qty: i32) -> Uuid {
        let variant = Uuid::now_v7();
        let details = json!({
            "sku": "MUG", "slug": "mug", "title": "Mug", "options": {},
            "unit": {"minor": 900, "currency": "EUR"}, "max_qty": 10,
        });
        if customer.is_user() {
            let put = sqlx::query(
                "INSERT INTO cart.line (cart_id, variant_id, qty, was_minor, details) \
                 VALUES ($1::uuid, $2, $3, 900, $4)",
            );
            put.bind(cart.parse::<Uuid>().unwrap())
                .bind(variant)
                .bind(qty)
                .bind(details)
                .execute(&self.database.superuser())
                .await
                .unwrap();
        } else {
            let mut redis = testkit::redis().await.admin().await;
            redis::cmd("HSET")
                .arg(format!("cart:cart:{cart}"))
                .arg(format!("qty:{variant}"))
                .arg(qty)
                .arg(format!("was:{variant}"))
                .arg(900)
                .arg(format!("place:{variant}"))
                .arg(1)
                .arg("places")
                .arg(1)
                .arg(format!("details:{variant}"))
                .arg(details.to_string())
                .exec_async(&mut redis)
                .await
                .unwrap();
        }
        variant
    }
}

/// Somebody who shops.
pub(crate) struct Customer {
    pub(crate) api: Api,
    pub(crate) subject: String,
    /// A guest's secret.
    pub(crate) token: String,
}

impl Customer {
    pub(crate) fn is_user(&self) -> bool {
        self.subject.starts_with("user:")
    }

    /// A new cart.
    pub(crate) async fn begin(&self) -> Value {
        let made = self.api.post("/api/v1/carts", &json!({})).await;
        made.expect(201).json()
    }
}

/// The path of a cart.
pub(crate) fn path(cart: &Value) -> String {
    format!("/api/v1/carts/{}", id(cart))
}

pub(crate) fn id(cart: &Value) -> &str {
    cart["id"].as_str().unwrap()
}

/// A port that refuses connections.
pub(crate) fn closed_port() -> u16 {
    let any = SocketAddr::from(([127, 0, 0, 1], 0));
    let listener = TcpListener::bind(any).unwrap();
    listener.local_addr().unwrap().port()
}
