//! Carts in Redis. Every change is one script, so two replicas can never lose a unit of each
//! other's, and the answer to an idempotency key is stored in the same step as the effect.
//!
//! Keys: `cart:cart:<id>` the cart, `cart:owner:<subject>` the owner's open cart,
//! `cart:answer:<subject>:<key>` a stored answer.

use std::{collections::HashMap, sync::Arc};

use chassis::Problem;
use contracts::{CartId, Currency, VariantId, cart::CloseCart};
use redis::{AsyncCommands, Script, aio::ConnectionManager};

use crate::domain::{Cart, Details};

/// Seconds that a cart nobody touches is kept.
const CART_LIFE: u32 = 30 * 24 * 60 * 60;
/// Seconds that the answer to an idempotency key is kept.
const ANSWER_LIFE: u32 = 24 * 60 * 60;
/// Most lines of a cart.
pub(crate) const MOST_LINES: u32 = 50;

type Fields = HashMap<String, String>;

/// The store of carts. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Carts {
    connection: ConnectionManager,
    scripts: Arc<Scripts>,
}

struct Scripts {
    create: Script,
    replay: Script,
    change: Script,
    close: Script,
}

impl std::fmt::Debug for Carts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Carts").finish_non_exhaustive()
    }
}

/// A change of one line.
#[derive(Clone, Debug)]
pub(crate) struct Change<'a> {
    pub(crate) cart: CartId,
    pub(crate) owner: &'a str,
    pub(crate) action: Action,
    pub(crate) variant: VariantId,
    pub(crate) qty: u32,
    pub(crate) max_qty: u32,
    /// Absent keeps what is stored.
    pub(crate) details: Option<&'a Details>,
    /// Version that the caller has seen.
    pub(crate) seen: Option<u64>,
    /// Idempotency key and fingerprint of the request.
    pub(crate) key: Option<(&'a str, String)>,
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
    pub(crate) fn new(connection: ConnectionManager) -> Self {
        let scripts = Scripts {
            create: Script::new(include_str!("create.lua")),
            replay: Script::new(include_str!("replay.lua")),
            change: Script::new(include_str!("change.lua")),
            close: Script::new(include_str!("close.lua")),
        };
        Self {
            connection,
            scripts: Arc::new(scripts),
        }
    }

    /// The owner's open cart, made under the id `new` if there is none, and whether it was made.
    pub(crate) async fn open(
        &self,
        owner: &str,
        new: CartId,
        currency: Currency,
    ) -> Result<(Cart, bool), Problem> {
        let (outcome, id, fields): (String, String, Fields) = self
            .scripts
            .create
            .key(owner_key(owner))
            .key(cart_key(new))
            .arg(new.to_string())
            .arg(owner)
            .arg(currency.as_str())
            .arg(CART_LIFE)
            .invoke_async(&mut self.connection.clone())
            .await?;
        let id = id.parse().map_err(Problem::internal)?;
        Ok((read(id, &fields)?, outcome == "created"))
    }

    /// Any cart; the caller checks whose it is.
    pub(crate) async fn find(&self, id: CartId) -> Result<Option<Cart>, Problem> {
        let fields: Fields = self.connection.clone().hgetall(cart_key(id)).await?;
        if fields.is_empty() {
            return Ok(None);
        }
        read(id, &fields).map(Some)
    }

    /// The owner's open cart.
    pub(crate) async fn current(&self, owner: &str) -> Result<Option<Cart>, Problem> {
        let id: Option<String> = self.connection.clone().get(owner_key(owner)).await?;
        let Some(id) = id.and_then(|id| id.parse().ok()) else {
            return Ok(None);
        };
        self.find(id).await
    }

    /// The answer that a request got before, so that a repetition depends on nothing else; `None`
    /// when it is new.
    pub(crate) async fn answered(
        &self,
        cart: CartId,
        owner: &str,
        (key, fingerprint): &(&str, String),
    ) -> Result<Option<Changed>, Problem> {
        let (outcome, fields): (String, Fields) = self
            .scripts
            .replay
            .key(answer_key(owner, key))
            .arg(fingerprint)
            .invoke_async(&mut self.connection.clone())
            .await?;
        Ok(match outcome.as_str() {
            "new" => None,
            "replayed" => Some(Changed::Replayed(read(cart, &fields)?)),
            "key_reused" => Some(Changed::KeyReused),
            other => return Err(Problem::internal(format!("replay.lua answered {other}"))),
        })
    }

    /// Changes one line, in one step.
    pub(crate) async fn change(&self, change: Change<'_>) -> Result<Changed, Problem> {
        let details = change
            .details
            .map(serde_json::to_string)
            .transpose()
            .map_err(Problem::internal)?;
        let price = change.details.map_or(0, |details| details.unit.minor());
        let (key, fingerprint) = change.key.unzip();
        let mut call = self.scripts.change.prepare_invoke();
        call.key(cart_key(change.cart)).key(owner_key(change.owner));
        if let Some(key) = key {
            call.key(answer_key(change.owner, key));
        }
        call.arg(change.owner)
            .arg(match change.action {
                Action::Add => "add",
                Action::Set => "set",
            })
            .arg(change.variant.to_string())
            .arg(change.qty)
            .arg(change.max_qty)
            .arg(MOST_LINES)
            .arg(details.unwrap_or_default())
            .arg(price)
            .arg(
                change
                    .seen
                    .map(|version| version.to_string())
                    .unwrap_or_default(),
            )
            .arg(CART_LIFE)
            .arg(fingerprint.unwrap_or_default())
            .arg(ANSWER_LIFE);
        let (outcome, fields): (String, Fields) =
            call.invoke_async(&mut self.connection.clone()).await?;
        let cart = || read(change.cart, &fields);
        Ok(match outcome.as_str() {
            "changed" => Changed::Done(cart()?),
            "replayed" => Changed::Replayed(cart()?),
            "missing" => Changed::Missing,
            "closed" => Changed::Closed(cart()?),
            "conflict" => Changed::Conflict(cart()?),
            "no_line" => Changed::NoLine,
            "too_many" => Changed::TooMany,
            "too_many_lines" => Changed::TooManyLines,
            "key_reused" => Changed::KeyReused,
            other => return Err(Problem::internal(format!("change.lua answered {other}"))),
        })
    }

    /// Closes a cart for an order; lines added since move to the cart `new`.
    pub(crate) async fn close(
        &self,
        id: CartId,
        order: &CloseCart,
        new: CartId,
    ) -> Result<Closing, Problem> {
        let mut call = self.scripts.close.prepare_invoke();
        call.key(cart_key(id))
            .key(cart_key(new))
            .arg(order.order_id.to_string())
            .arg(&order.order_number)
            .arg(new.to_string())
            .arg(CART_LIFE);
        for line in &order.lines {
            call.arg(line.variant_id.to_string()).arg(line.qty);
        }
        let (outcome, moved_to, number): (String, String, String) =
            call.invoke_async(&mut self.connection.clone()).await?;
        Ok(match outcome.as_str() {
            "closed" => Closing::Closed {
                moved_to: moved_to.parse().ok(),
            },
            "other_order" => Closing::OtherOrder { number },
            "missing" => Closing::Missing,
            other => return Err(Problem::internal(format!("close.lua answered {other}"))),
        })
    }
}

fn read(id: CartId, fields: &Fields) -> Result<Cart, Problem> {
    Cart::read(id, fields).map_err(Problem::internal)
}

fn cart_key(id: CartId) -> String {
    format!("cart:cart:{id}")
}

fn owner_key(owner: &str) -> String {
    format!("cart:owner:{owner}")
}

fn answer_key(owner: &str, key: &str) -> String {
    format!("cart:answer:{owner}:{key}")
}
