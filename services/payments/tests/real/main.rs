//! The payments service against a real Postgres.

mod authorizing;
mod challenging;
mod moving;
mod tokens;

use std::time::Duration;

use chassis::{
    Running, Service,
    serve::Drain,
    testkit::{Api, TestDatabase, database, keys, listeners},
};
use payments::{Config, Delays};
use serde_json::{Value, json};
use uuid::Uuid;

/// A running service and a caller of it.
struct Payments {
    database: TestDatabase,
    api: Api,
    running: Running,
}

async fn start() -> Payments {
    let database = database(&[Service::Payments]).await;
    let running = replica(&database).await;
    Payments {
        database,
        api: Api::internal(&running, Service::Orders, Service::Payments),
        running,
    }
}

/// One more process of the service on the same database.
async fn replica(database: &TestDatabase) -> Running {
    let config = Config {
        listeners: listeners(),
        database: database.config(Service::Payments),
        redis: chassis::testkit::redis().await.config(Service::Payments),
        internal_keys: keys().directory().to_owned(),
        // Nobody listens there: webhooks wait. What they do is seen where orders runs.
        orders: "http://127.0.0.1:9".to_owned(),
        delays: Delays {
            slow: Duration::from_millis(150),
            timeout: Duration::from_millis(400),
        },
        drain: Drain {
            notice: Duration::ZERO,
            deadline: Duration::from_secs(1),
        },
    };
    payments::run(config).await.expect("the service starts")
}

fn card(number: &str) -> Value {
    json!({"card": {"number": number, "expiry": "12/49", "cvc": "123", "holder": "Ada Byron"}})
}

impl Payments {
    async fn token(&self, number: &str) -> String {
        let reply = self
            .api
            .post("/internal/v1/tokens", &card(number))
            .await
            .expect(200);
        reply.json()["token"].as_str().expect("a token").to_owned()
    }

    /// Authorises 12.50 EUR for a new order; gives the intent.
    async fn authorized(&self) -> Value {
        let token = self.token("9999000010000002").await;
        let order = Uuid::now_v7();
        let body = authorize(order, 1, 1_250, &token);
        let reply = self
            .keyed(&order.to_string())
            .post("/internal/v1/intents", &body)
            .await
            .expect(201);
        assert_eq!(reply.json()["state"], "authorized");
        reply.json()
    }

    fn keyed(&self, key: &str) -> Api {
        self.api.with("idempotency-key", key)
    }

    async fn count(&self, sql: &'static str) -> i64 {
        sqlx::query_scalar(sql)
            .fetch_one(&self.database.superuser())
            .await
            .expect("a count")
    }
}

fn authorize(order: Uuid, attempt: u16, minor: i64, token: &str) -> Value {
    json!({"order_id": order, "attempt": attempt, "amount": euro(minor), "token": token})
}

fn euro(minor: i64) -> Value {
    json!({"minor": minor, "currency": "EUR"})
}

fn amount(minor: i64) -> Value {
    json!({"amount": euro(minor)})
}
