//! Both stores on real Redis and Postgres. What holds for guests holds for who is signed in.

mod both;
mod closing;
mod keys;
mod lasting;
mod merging;

use chassis::{
    Service,
    extract::IdempotencyKey,
    postgres, redis,
    testkit::{self, TestDatabase},
};
use contracts::{CartId, Currency, OrderId, VariantId, catalog::StockLine};
use sqlx::PgPool;
use uuid::Uuid;

use super::*;
use crate::domain::testing::details;

/// Two processes' stores of one shop, and ways to look behind them.
struct Shop {
    stores: [Carts; 2],
    database: TestDatabase,
    look: PgPool,
}

impl Shop {
    async fn start() -> Self {
        let database = testkit::database(&[Service::Cart]).await;
        let login = testkit::redis().await.beside_others().config(Service::Cart);
        let process = || {
            Carts::new(
                redis::connect(&login).unwrap(),
                login.place.clone(),
                postgres::connect(&database.config(Service::Cart), "test", "dev"),
            )
        };
        Self {
            stores: [process(), process()],
            look: database.superuser(),
            database,
        }
    }

    fn carts(&self) -> &Carts {
        &self.stores[0]
    }

    /// The same store for requests with even and with odd numbers.
    fn either(&self, request: usize) -> &Carts {
        &self.stores[request % 2]
    }

    /// A new customer of each kind, with an open cart.
    async fn customers(&self) -> [Customer; 2] {
        [self.customer("guest").await, self.customer("user").await]
    }

    async fn customer(&self, kind: &str) -> Customer {
        let owner = format!("{kind}:{}", Uuid::now_v7());
        let (cart, made) = self
            .carts()
            .open(&owner, id(), Currency::EUR)
            .await
            .unwrap();
        assert!(made, "{owner}");
        Customer {
            owner,
            cart: cart.id,
        }
    }
}

/// Somebody with a cart.
struct Customer {
    owner: String,
    cart: CartId,
}

impl Customer {
    fn target(&self) -> Target<'_> {
        Target {
            cart: self.cart,
            owner: &self.owner,
            seen: None,
            key: None,
        }
    }

    fn seeing(&self, version: u64) -> Target<'_> {
        Target {
            seen: Some(version),
            ..self.target()
        }
    }

    fn with_key<'a>(&'a self, key: &'a IdempotencyKey, fingerprint: &str) -> Target<'a> {
        let fingerprint = fingerprint.to_owned();
        Target {
            key: Some(Keyed { key, fingerprint }),
            ..self.target()
        }
    }

    async fn add(&self, to: &Carts, variant: VariantId, qty: u32) -> Changed {
        add(to, self.target(), variant, qty, 99).await
    }

    async fn cart(&self, of: &Carts) -> Cart {
        of.own(&self.owner, self.cart).await.unwrap().unwrap()
    }
}

async fn add(
    to: &Carts,
    target: Target<'_>,
    variant: VariantId,
    qty: u32,
    max_qty: u32,
) -> Changed {
    let details = details("mug", 900);
    let change = Change {
        target,
        action: Action::Add,
        variant,
        qty,
        max_qty,
        details: Some(&details),
    };
    to.change(change).await.unwrap()
}

async fn set(
    to: &Carts,
    target: Target<'_>,
    variant: VariantId,
    qty: u32,
    max_qty: u32,
) -> Changed {
    let change = Change {
        target,
        action: Action::Set,
        variant,
        qty,
        max_qty,
        details: None,
    };
    to.change(change).await.unwrap()
}

/// The cart of a change that was made.
#[track_caller]
fn done(changed: Changed) -> Cart {
    match changed {
        Changed::Done(cart) => cart,
        other => panic!("{other:?}"),
    }
}

fn id<T: From<Uuid>>() -> T {
    Uuid::now_v7().into()
}

fn key() -> IdempotencyKey {
    IdempotencyKey::new(&Uuid::now_v7().to_string()).unwrap()
}

/// An order of these lines.
fn order(lines: &[(VariantId, u32)]) -> CloseCart {
    let line = |&(variant_id, qty): &(VariantId, u32)| StockLine { variant_id, qty };
    CloseCart {
        order_id: id::<OrderId>(),
        order_number: "LM-AAAAAA".to_owned(),
        version: 1,
        lines: lines.iter().map(line).collect(),
    }
}
