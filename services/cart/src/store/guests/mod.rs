//! Guests' carts in Redis. Every change is one script.
//!
//! Keys: `cart:cart:<id>` the cart, `cart:owner:<subject>` the owner's open cart,
//! `cart:answer:<subject>:<key>` a stored answer; all behind the shop's prefix, where it has one.

mod hash;

use std::sync::Arc;

use chassis::Problem;
use contracts::{CartId, Currency, cart::CloseCart};
use redis::{AsyncCommands, Script, ScriptInvocation, aio::ConnectionManager};
use topology::RedisPlace;

use self::hash::Fields;
use super::{ANSWER_LIFE, Action, Change, Changed, Closing, Keyed, MOST_LINES, MergedLine, Target};
use crate::domain::Cart;

/// Seconds that a cart is kept after its last change.
const CART_LIFE: u32 = 30 * 24 * 60 * 60;

/// The store. Cheap to clone.
#[derive(Clone)]
pub(super) struct GuestCarts {
    connection: ConnectionManager,
    place: RedisPlace,
    scripts: Arc<Scripts>,
}

struct Scripts {
    create: Script,
    replay: Script,
    line: Script,
    code: Script,
    close: Script,
    retire: Script,
}

impl std::fmt::Debug for GuestCarts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("GuestCarts").finish_non_exhaustive()
    }
}

impl GuestCarts {
    pub(super) fn new(connection: ConnectionManager, place: RedisPlace) -> Self {
        let scripts = Scripts {
            create: Script::new(include_str!("create.lua")),
            replay: Script::new(include_str!("replay.lua")),
            line: Script::new(concat!(
                include_str!("change.lua"),
                include_str!("line.lua")
            )),
            code: Script::new(concat!(
                include_str!("change.lua"),
                include_str!("code.lua")
            )),
            close: Script::new(concat!(
                include_str!("later.lua"),
                include_str!("close.lua")
            )),
            retire: Script::new(concat!(
                include_str!("later.lua"),
                include_str!("retire.lua")
            )),
        };
        Self {
            connection,
            place,
            scripts: Arc::new(scripts),
        }
    }

    pub(super) async fn open(
        &self,
        owner: &str,
        new: CartId,
        currency: Currency,
    ) -> Result<(Cart, bool), Problem> {
        let (outcome, id, fields): (String, String, Fields) = self
            .scripts
            .create
            .key(self.owner_key(owner))
            .key(self.cart_key(new))
            .arg(new.to_string())
            .arg(owner)
            .arg(currency.as_str())
            .arg(CART_LIFE)
            .invoke_async(&mut self.connection.clone())
            .await?;
        let id = id.parse().map_err(Problem::internal)?;
        Ok((read(id, &fields)?, outcome == "created"))
    }

    pub(super) async fn find(&self, id: CartId) -> Result<Option<Cart>, Problem> {
        let fields: Fields = self.connection.clone().hgetall(self.cart_key(id)).await?;
        if fields.is_empty() {
            return Ok(None);
        }
        read(id, &fields).map(Some)
    }

    pub(super) async fn current(&self, owner: &str) -> Result<Option<Cart>, Problem> {
        let id: Option<String> = self.connection.clone().get(self.owner_key(owner)).await?;
        let Some(id) = id.and_then(|id| id.parse().ok()) else {
            return Ok(None);
        };
        self.find(id).await
    }

    pub(super) async fn answered(
        &self,
        cart: CartId,
        owner: &str,
        key: &Keyed<'_>,
    ) -> Result<Option<Changed>, Problem> {
        let (outcome, fields): (String, Fields) = self
            .scripts
            .replay
            .key(self.answer_key(owner, key))
            .arg(&key.fingerprint)
            .invoke_async(&mut self.connection.clone())
            .await?;
        if outcome == "new" {
            return Ok(None);
        }
        changed(cart, &outcome, &fields).map(Some)
    }

    pub(super) async fn change(&self, change: Change<'_>) -> Result<Changed, Problem> {
        let details = change
            .details
            .map(serde_json::to_string)
            .transpose()
            .map_err(Problem::internal)?;
        let price = change.details.map_or(0, |details| details.unit.minor());
        let mut call = self.scripts.line.prepare_invoke();
        self.aim(&mut call, &change.target);
        call.arg(match change.action {
            Action::Add => "add",
            Action::Set => "set",
        })
        .arg(change.variant.to_string())
        .arg(change.qty)
        .arg(change.max_qty)
        .arg(MOST_LINES)
        .arg(details.unwrap_or_default())
        .arg(price);
        let (outcome, fields): (String, Fields) =
            call.invoke_async(&mut self.connection.clone()).await?;
        changed(change.target.cart, &outcome, &fields)
    }

    pub(super) async fn set_code(
        &self,
        target: Target<'_>,
        code: Option<&str>,
    ) -> Result<Changed, Problem> {
        let mut call = self.scripts.code.prepare_invoke();
        self.aim(&mut call, &target);
        call.arg(code.unwrap_or_default());
        let (outcome, fields): (String, Fields) =
            call.invoke_async(&mut self.connection.clone()).await?;
        changed(target.cart, &outcome, &fields)
    }

    pub(super) async fn close(
        &self,
        id: CartId,
        order: &CloseCart,
        new: CartId,
    ) -> Result<Closing, Problem> {
        let mut call = self.scripts.close.prepare_invoke();
        call.key(self.cart_key(id))
            .key(self.cart_key(new))
            .arg(new.to_string())
            .arg(CART_LIFE)
            .arg(order.order_id.to_string())
            .arg(&order.order_number);
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

impl GuestCarts {
    fn cart_key(&self, id: CartId) -> String {
        self.place.key(&format!("cart:cart:{id}"))
    }

    fn owner_key(&self, owner: &str) -> String {
        self.place.key(&format!("cart:owner:{owner}"))
    }

    fn answer_key(&self, owner: &str, key: &Keyed<'_>) -> String {
        let key = key.key.as_str();
        self.place.key(&format!("cart:answer:{owner}:{key}"))
    }

    /// The keys and arguments with which every call of `change.lua` begins.
    fn aim(&self, call: &mut ScriptInvocation<'_>, target: &Target<'_>) {
        call.key(self.cart_key(target.cart))
            .key(self.owner_key(target.owner));
        if let Some(key) = &target.key {
            call.key(self.answer_key(target.owner, key));
        }
        let seen = target.seen.map(|version| version.to_string());
        let fingerprint = target.key.as_ref().map(|key| key.fingerprint.as_str());
        call.arg(target.owner)
            .arg(seen.unwrap_or_default())
            .arg(CART_LIFE)
            .arg(fingerprint.unwrap_or_default())
            .arg(ANSWER_LIFE.as_secs());
    }

    /// Deletes a cart whose `merged` lines are in a customer's cart; what came into it since moves
    /// to the cart `new` of the guest. A cart that is gone or closed is left alone.
    pub(super) async fn retire(
        &self,
        id: CartId,
        owner: &str,
        merged: &[MergedLine],
        new: CartId,
    ) -> Result<(), Problem> {
        let mut call = self.scripts.retire.prepare_invoke();
        call.key(self.cart_key(id))
            .key(self.cart_key(new))
            .arg(new.to_string())
            .arg(CART_LIFE)
            .arg(owner)
            .arg("");
        for line in merged {
            // A line of which nothing fitted stays the guest's.
            let gone = if line.taken == 0 { 0 } else { line.qty };
            call.arg(line.variant_id.to_string()).arg(gone);
        }
        let () = call.invoke_async(&mut self.connection.clone()).await?;
        Ok(())
    }
}

/// What a script answered.
fn changed(id: CartId, outcome: &str, fields: &Fields) -> Result<Changed, Problem> {
    Ok(match outcome {
        "changed" => Changed::Done(read(id, fields)?),
        "replayed" => Changed::Replayed(read(id, fields)?),
        "missing" => Changed::Missing,
        "closed" => Changed::Closed(read(id, fields)?),
        "conflict" => Changed::Conflict(read(id, fields)?),
        "no_line" => Changed::NoLine,
        "too_many" => Changed::TooMany,
        "too_many_lines" => Changed::TooManyLines,
        "key_reused" => Changed::KeyReused,
        other => return Err(Problem::internal(format!("a script answered {other}"))),
    })
}

fn read(id: CartId, fields: &Fields) -> Result<Cart, Problem> {
    hash::read(id, fields).map_err(Problem::internal)
}
