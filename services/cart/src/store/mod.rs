//! Where carts are kept: guests' in Redis, those of signed-in customers in Postgres. Both give the
//! same answers, and no change of one is a look followed by a write: two replicas can never lose a
//! unit of each other's. The answer to an idempotency key is stored in the same step as the effect.
//!
//! The subject says which store a customer's cart is in. Orders names a cart by its id alone; ids
//! are random and a cart never moves, so the stores are asked one after the other, and each
//! decides by itself in one step whether it has the cart.

mod guests;
mod merge;
#[cfg(test)]
mod tests;
mod users;

use std::time::Duration;

use chassis::{Problem, auth::is_user, extract::IdempotencyKey};
use contracts::{CartId, Currency, VariantId, cart::CloseCart};
use redis::aio::ConnectionManager;
use sqlx::PgPool;
use topology::RedisPlace;

use crate::domain::{Cart, Details};
use guests::GuestCarts;
pub(crate) use merge::{Merge, Merged, MergedLine};
use users::UserCarts;

/// How long the answer to an idempotency key is kept.
pub(crate) const ANSWER_LIFE: Duration = Duration::from_hours(24);
/// Most lines of a cart.
pub(crate) const MOST_LINES: u32 = 50;

/// The store of carts. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Carts {
    guests: GuestCarts,
    users: UserCarts,
}

/// An idempotency key and a hash of everything that the request asks for.
#[derive(Clone, Debug)]
pub(crate) struct Keyed<'a> {
    pub(crate) key: &'a IdempotencyKey,
    pub(crate) fingerprint: String,
}

/// Which cart shall change, and under which conditions.
#[derive(Clone, Debug)]
pub(crate) struct Target<'a> {
    pub(crate) cart: CartId,
    pub(crate) owner: &'a str,
    /// Version that the caller has seen; `None` for any.
    pub(crate) seen: Option<u64>,
    pub(crate) key: Option<Keyed<'a>>,
}

/// A change of one line.
#[derive(Clone, Debug)]
pub(crate) struct Change<'a> {
    pub(crate) target: Target<'a>,
    pub(crate) action: Action,
    pub(crate) variant: VariantId,
    pub(crate) qty: u32,
    pub(crate) max_qty: u32,
    /// Absent keeps what is stored, also as the price that the customer agreed to.
    pub(crate) details: Option<&'a Details>,
}

/// What to do with the quantity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Action {
    Add,
    Set,
}

/// How a change went.
#[derive(Clone, Debug)]
pub(crate) enum Changed {
    Done(Cart),
    /// The key was used before; this is the answer of then.
    Replayed(Cart),
    /// There is no such cart of this owner.
    Missing,
    Closed(Cart),
    /// It has another version than the caller has seen.
    Conflict(Cart),
    NoLine,
    TooMany,
    TooManyLines,
    KeyReused,
}

/// How closing went.
#[derive(Clone, Debug)]
pub(crate) enum Closing {
    Closed {
        moved_to: Option<CartId>,
    },
    /// Another order had closed it.
    OtherOrder {
        number: String,
    },
    Missing,
}

impl Carts {
    pub(crate) fn new(connection: ConnectionManager, place: RedisPlace, pool: PgPool) -> Self {
        Self {
            guests: GuestCarts::new(connection, place),
            users: UserCarts::new(pool),
        }
    }

    /// The owner's open cart, made under the id `new` if there is none, and whether it was made.
    pub(crate) async fn open(
        &self,
        owner: &str,
        new: CartId,
        currency: Currency,
    ) -> Result<(Cart, bool), Problem> {
        if is_user(owner) {
            self.users.open(owner, new, currency).await
        } else {
            self.guests.open(owner, new, currency).await
        }
    }

    /// The cart `id`, if it is the owner's.
    pub(crate) async fn own(&self, owner: &str, id: CartId) -> Result<Option<Cart>, Problem> {
        let found = if is_user(owner) {
            self.users.find(id).await?
        } else {
            self.guests.find(id).await?
        };
        Ok(found.filter(|cart| cart.owner == owner))
    }

    /// The owner's open cart.
    pub(crate) async fn current(&self, owner: &str) -> Result<Option<Cart>, Problem> {
        if is_user(owner) {
            self.users.current(owner).await
        } else {
            self.guests.current(owner).await
        }
    }

    /// The answer that a request got before, so that a repetition depends on nothing else; `None`
    /// when it is new.
    pub(crate) async fn answered(
        &self,
        cart: CartId,
        owner: &str,
        key: &Keyed<'_>,
    ) -> Result<Option<Changed>, Problem> {
        if is_user(owner) {
            self.users.answered(owner, key).await
        } else {
            self.guests.answered(cart, owner, key).await
        }
    }

    /// Changes one line, in one step.
    pub(crate) async fn change(&self, change: Change<'_>) -> Result<Changed, Problem> {
        if is_user(change.target.owner) {
            self.users.change(change).await
        } else {
            self.guests.change(change).await
        }
    }

    /// Puts a discount code on the cart, instead of the one it has, or takes it off. The code must
    /// be in upper case. The version grows when that makes a difference.
    pub(crate) async fn set_code(
        &self,
        target: Target<'_>,
        code: Option<&str>,
    ) -> Result<Changed, Problem> {
        if is_user(target.owner) {
            self.users.set_code(target, code).await
        } else {
            self.guests.set_code(target, code).await
        }
    }

    /// Forgets answers in Postgres that were given longer than `age` ago; gives their number.
    /// Redis forgets by itself.
    pub(crate) async fn forget_answers(&self, age: Duration) -> Result<u64, Problem> {
        self.users.forget_answers(age).await
    }

    /// Anybody's cart, for orders.
    pub(crate) async fn find(&self, id: CartId) -> Result<Option<Cart>, Problem> {
        let guest = self.guests.find(id).await;
        if let Ok(Some(cart)) = guest {
            return Ok(Some(cart));
        }
        match self.users.find(id).await? {
            Some(cart) => Ok(Some(cart)),
            // Not knowing is not the same as there being none.
            None => guest,
        }
    }

    /// Closes anybody's cart for an order; lines added since move to the cart `new`.
    pub(crate) async fn close(
        &self,
        id: CartId,
        order: &CloseCart,
        new: CartId,
    ) -> Result<Closing, Problem> {
        let guest = self.guests.close(id, order, new).await;
        if let Ok(Closing::Closed { .. } | Closing::OtherOrder { .. }) = guest {
            return guest;
        }
        match self.users.close(id, order, new).await? {
            Closing::Missing => guest,
            closed => Ok(closed),
        }
    }
}
