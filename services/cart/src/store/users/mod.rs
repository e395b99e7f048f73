//! Carts of signed-in customers in Postgres. Every change is one transaction that holds the lock
//! of the cart's row.
//!
//! The pool is lazy: while Postgres is away these carts answer `unavailable`, and guests do not
//! notice. Carts are kept, also open ones that nobody comes back to.

mod change;
mod close;
mod merge;
mod row;

use std::time::Duration;

use chassis::{Problem, idempotency::Idempotency};
use contracts::{CartId, Currency};
use sqlx::PgPool;

use self::row::read;
use crate::domain::Cart;

const KEYS: Idempotency = chassis::idempotency!("cart");

/// The store. Cheap to clone.
#[derive(Clone, Debug)]
pub(super) struct UserCarts {
    pool: PgPool,
}

impl UserCarts {
    pub(super) fn new(pool: PgPool) -> Self {
        Self { pool }
    }

    pub(super) async fn open(
        &self,
        owner: &str,
        new: CartId,
        currency: Currency,
    ) -> Result<(Cart, bool), Problem> {
        // The cart that was in the way may be closed before it is read.
        for _ in 0..3 {
            let made = sqlx::query!(
                "INSERT INTO cart.cart (id, owner, currency) VALUES ($1, $2, $3) \
                 ON CONFLICT (owner) WHERE state = 'open' DO NOTHING",
                new.uuid(),
                owner,
                currency.as_str(),
            )
            .execute(&self.pool)
            .await?;
            if made.rows_affected() == 1 {
                let cart = Cart::begun(new, owner, currency);
                return Ok((cart, true));
            }
            if let Some(cart) = self.current(owner).await? {
                return Ok((cart, false));
            }
        }
        Err(Problem::unavailable(
            "Your carts are opened and closed too fast at the moment. Try again.",
            Duration::from_secs(1),
        ))
    }

    pub(super) async fn find(&self, id: CartId) -> Result<Option<Cart>, Problem> {
        read(&self.pool, id).await
    }

    pub(super) async fn current(&self, owner: &str) -> Result<Option<Cart>, Problem> {
        row::open_cart(&self.pool, owner).await
    }
}
