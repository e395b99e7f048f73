//! Changing a signed-in customer's cart.

use std::time::Duration;

use chassis::{
    Code, Problem,
    idempotency::{Begun, Request, Stored},
    run_tx,
};
use contracts::{CartId, VariantId};
use http::StatusCode;
use sqlx::{PgConnection, types::Json};

use super::{KEYS, UserCarts, row};
use crate::{
    domain::Cart,
    store::{Action, Change, Changed, Keyed, MOST_LINES, Target},
};

/// Keys of a customer's changes are one set, whatever they change, as guests' are.
const ROUTE: &str = "change";

impl UserCarts {
    pub(in crate::store) async fn answered(
        &self,
        owner: &str,
        key: &Keyed<'_>,
    ) -> Result<Option<Changed>, Problem> {
        let mut connection = self.pool.acquire().await?;
        let stored = KEYS.recall(&mut connection, &request(owner, key)?).await;
        match stored {
            Ok(stored) => stored.map(replayed).transpose(),
            Err(problem) if problem.code() == Code::IdempotencyKeyReused => {
                Ok(Some(Changed::KeyReused))
            }
            Err(problem) => Err(problem),
        }
    }

    pub(in crate::store) async fn forget_answers(&self, age: Duration) -> Result<u64, Problem> {
        let forgotten = sqlx::query!(
            "DELETE FROM cart.idempotency_key \
             WHERE created_at < now() - make_interval(secs => $1)",
            age.as_secs_f64(),
        )
        .execute(&self.pool)
        .await?;
        Ok(forgotten.rows_affected())
    }

    pub(in crate::store) async fn change(&self, change: Change<'_>) -> Result<Changed, Problem> {
        let target = &change.target;
        let request = target.request()?;
        let mut refused = None;
        let done = run_tx!(&self.pool, "change a line", async |tx| {
            if let Some(known) = begin(tx, target, request.as_ref()).await? {
                return known.or_undo(&mut refused);
            }
            match change_line(tx, &change).await? {
                Ok(difference) => finish(tx, target.cart, request.as_ref(), difference).await,
                Err(why) => why.or_undo(&mut refused),
            }
        });
        refused.map_or(done, Ok)
    }

    pub(in crate::store) async fn set_code(
        &self,
        target: Target<'_>,
        code: Option<&str>,
    ) -> Result<Changed, Problem> {
        let request = target.request()?;
        let mut refused = None;
        let done = run_tx!(&self.pool, "set a code", async |tx| {
            if let Some(known) = begin(tx, &target, request.as_ref()).await? {
                return known.or_undo(&mut refused);
            }
            let set = sqlx::query!(
                "UPDATE cart.cart SET discount_code = $2 \
                 WHERE id = $1 AND discount_code IS DISTINCT FROM $2",
                target.cart.uuid(),
                code,
            )
            .execute(&mut *tx)
            .await?;
            let difference = set.rows_affected() == 1;
            finish(tx, target.cart, request.as_ref(), difference).await
        });
        refused.map_or(done, Ok)
    }
}

impl Changed {
    /// A refusal undoes the transaction, which only an error does: the refusal is put aside for
    /// the time after.
    fn or_undo(self, refused: &mut Option<Self>) -> Result<Self, Problem> {
        if matches!(self, Self::Done(_) | Self::Replayed(_)) {
            return Ok(self);
        }
        *refused = Some(self);
        Err(Problem::new(Code::InvalidState, "The change was refused."))
    }
}

/// What is known of a cart once its row is locked.
pub(super) struct Head {
    pub(super) open: bool,
    pub(super) version: u64,
}

/// Locks the row of the owner's cart.
pub(super) async fn lock(
    transaction: &mut PgConnection,
    id: CartId,
    owner: &str,
) -> Result<Option<Head>, Problem> {
    let head = sqlx::query!(
        "SELECT state, version FROM cart.cart WHERE id = $1 AND owner = $2 FOR UPDATE",
        id.uuid(),
        owner,
    )
    .fetch_optional(transaction)
    .await?;
    head.map(|head| {
        Ok(Head {
            open: head.state == "open",
            version: u64::try_from(head.version).map_err(Problem::internal)?,
        })
    })
    .transpose()
}

/// Locks the cart and takes the key. `Some` when the outcome is known without the change.
async fn begin(
    transaction: &mut PgConnection,
    target: &Target<'_>,
    request: Option<&Request>,
) -> Result<Option<Changed>, Problem> {
    let Some(head) = lock(transaction, target.cart, target.owner).await? else {
        return Ok(Some(Changed::Missing));
    };
    // After the lock: a repetition that came while its first run still went on finds the answer
    // here, and not that the version is another.
    if let Some(request) = request
        && let Begun::Done(stored) = KEYS.begin(transaction, request).await?
    {
        return replayed(stored).map(Some);
    }
    let refuse: fn(Cart) -> Changed = if !head.open {
        Changed::Closed
    } else if target.seen.is_some_and(|seen| seen != head.version) {
        Changed::Conflict
    } else {
        return Ok(None);
    };
    let cart = row::read(transaction, target.cart).await?;
    Ok(Some(cart.map_or(Changed::Missing, refuse)))
}

/// Writes the new version and the answer.
async fn finish(
    transaction: &mut PgConnection,
    id: CartId,
    request: Option<&Request>,
    difference: bool,
) -> Result<Changed, Problem> {
    let cart = row::changed(transaction, id, difference).await?;
    if let Some(request) = request {
        KEYS.store(transaction, request, StatusCode::OK, &cart)
            .await?;
    }
    Ok(Changed::Done(cart))
}

/// Whether it made a difference, or why it cannot be.
async fn change_line(
    transaction: &mut PgConnection,
    change: &Change<'_>,
) -> Result<Result<bool, Changed>, Problem> {
    let (cart, variant) = (change.target.cart, change.variant);
    // More than a line can ever hold; what is stored may be above a limit that was lowered since.
    let qty = i32::try_from(change.qty).unwrap_or(i32::MAX);
    let max_qty = i32::try_from(change.max_qty).unwrap_or(i32::MAX - 1);
    let (details, was) = change
        .details
        .map(|details| (Json(details), details.unit.minor()))
        .unzip();
    let difference = match change.action {
        Action::Add => {
            let Some((details, was)) = details.zip(was) else {
                return Err(Problem::internal("a line is added without its details"));
            };
            let added = sqlx::query!(
                "INSERT INTO cart.line AS line (cart_id, variant_id, qty, was_minor, details) \
                 SELECT $1, $2, $3::integer, $4, $5::jsonb \
                 WHERE $3 <= $6::integer AND (EXISTS (SELECT FROM cart.line WHERE cart_id = $1 AND variant_id = $2) \
                     OR (SELECT count(*) FROM cart.line WHERE cart_id = $1) < $7) \
                 ON CONFLICT (cart_id, variant_id) DO UPDATE SET qty = line.qty + excluded.qty, \
                     was_minor = excluded.was_minor, details = excluded.details \
                 WHERE line.qty::bigint + excluded.qty <= $6::integer",
                cart.uuid(),
                variant.uuid(),
                qty,
                was,
                details as _,
                max_qty,
                i64::from(MOST_LINES),
            )
            .execute(&mut *transaction)
            .await?;
            (added.rows_affected() == 1).then_some(true)
        }
        Action::Set if qty == 0 => {
            let removed = sqlx::query!(
                "DELETE FROM cart.line WHERE cart_id = $1 AND variant_id = $2",
                cart.uuid(),
                variant.uuid(),
            )
            .execute(&mut *transaction)
            .await?;
            Some(removed.rows_affected() == 1)
        }
        Action::Set => {
            sqlx::query_scalar!(
                r#"UPDATE cart.line AS line SET qty = $3::integer,
                       was_minor = coalesce($4::bigint, line.was_minor),
                       details = coalesce($5::jsonb, line.details)
                   FROM cart.line AS before
                   WHERE line.cart_id = $1 AND line.variant_id = $2
                       AND before.cart_id = $1 AND before.variant_id = $2
                       AND ($3 <= $6::integer OR $3 <= before.qty)
                   RETURNING before.qty <> line.qty AS "difference!""#,
                cart.uuid(),
                variant.uuid(),
                qty,
                was,
                details as _,
                max_qty,
            )
            .fetch_optional(&mut *transaction)
            .await?
        }
    };
    match difference {
        Some(difference) => Ok(Ok(difference)),
        None => why_not(transaction, change, cart, variant).await.map(Err),
    }
}

/// Why a line did not take what it should.
async fn why_not(
    transaction: &mut PgConnection,
    change: &Change<'_>,
    cart: CartId,
    variant: VariantId,
) -> Result<Changed, Problem> {
    let there = sqlx::query_scalar!(
        r#"SELECT EXISTS (SELECT FROM cart.line WHERE cart_id = $1 AND variant_id = $2) AS "there!""#,
        cart.uuid(),
        variant.uuid(),
    )
    .fetch_one(transaction)
    .await?;
    Ok(match change.action {
        _ if there || change.qty > change.max_qty && change.action == Action::Add => {
            Changed::TooMany
        }
        Action::Add => Changed::TooManyLines,
        Action::Set => Changed::NoLine,
    })
}

impl Target<'_> {
    fn request(&self) -> Result<Option<Request>, Problem> {
        let key = self.key.as_ref();
        key.map(|key| request(self.owner, key)).transpose()
    }
}

fn request(owner: &str, key: &Keyed<'_>) -> Result<Request, Problem> {
    Request::new(owner, ROUTE, key.key, &key.fingerprint)
}

/// The cart as it was when the key was used first.
fn replayed(stored: Stored) -> Result<Changed, Problem> {
    serde_json::from_value(stored.body)
        .map(Changed::Replayed)
        .map_err(Problem::internal)
}
