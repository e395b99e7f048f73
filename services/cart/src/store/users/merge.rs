//! Taking a guest's cart over.

use std::collections::HashMap;

use chassis::{Problem, run_tx};
use contracts::{VariantId, cart::CartState};
use sqlx::{PgConnection, types::Json};

use super::{
    UserCarts,
    change::{Head, lock},
    row,
};
use crate::{
    domain::{Cart, Line},
    store::{MOST_LINES, Merge, Merged, MergedLine},
};

impl UserCarts {
    /// Adds the guest's lines, unless that was done before.
    pub(in crate::store) async fn merge(
        &self,
        merge: Merge<'_>,
        guest: &Cart,
        limits: &HashMap<VariantId, u32>,
    ) -> Result<Merged, Problem> {
        run_tx!(&self.pool, "merge a cart", async |tx| {
            let Some(head) = lock(tx, merge.cart, merge.owner).await? else {
                return Ok(Merged::Missing);
            };
            if let Some(why) = refusal(tx, merge, &head, guest).await? {
                return Ok(why);
            }
            let noted = sqlx::query!(
                "INSERT INTO cart.merged (guest_cart_id, guest_owner, owner, cart_id, lines) \
                 VALUES ($1, $2, $3, $4, '[]') ON CONFLICT (guest_cart_id) DO NOTHING",
                merge.guest_cart.uuid(),
                merge.guest_owner,
                merge.owner,
                merge.cart.uuid(),
            )
            .execute(&mut *tx)
            .await?;
            if noted.rows_affected() == 0 {
                return before(tx, merge).await;
            }
            let mut lines = Vec::with_capacity(guest.lines.len());
            for line in &guest.lines {
                let limit = limits.get(&line.variant_id);
                let max_qty = *limit.unwrap_or(&line.details.max_qty);
                lines.push(take(tx, merge, line, max_qty).await?);
            }
            sqlx::query!(
                "UPDATE cart.merged SET lines = $2 WHERE guest_cart_id = $1",
                merge.guest_cart.uuid(),
                Json(&lines) as _,
            )
            .execute(&mut *tx)
            .await?;
            let code = sqlx::query!(
                "UPDATE cart.cart SET discount_code = $2 \
                 WHERE id = $1 AND discount_code IS NULL AND $2::text IS NOT NULL",
                merge.cart.uuid(),
                guest.discount_code,
            )
            .execute(&mut *tx)
            .await?;
            let difference = code.rows_affected() == 1 || lines.iter().any(|line| line.taken > 0);
            let cart = row::changed(tx, merge.cart, difference).await?;
            Ok(Merged::Done(cart, lines))
        })
    }

    /// What is known of a merge whose guest's cart is gone.
    pub(in crate::store) async fn merged_before(
        &self,
        merge: Merge<'_>,
    ) -> Result<Merged, Problem> {
        let mut connection = self.pool.acquire().await?;
        let cart = row::read(&mut *connection, merge.cart).await?;
        if cart.is_none_or(|cart| cart.owner != merge.owner) {
            return Ok(Merged::Missing);
        }
        before(&mut connection, merge).await
    }
}

/// Why a merge cannot be, if it was not done before either.
async fn refusal(
    transaction: &mut PgConnection,
    merge: Merge<'_>,
    head: &Head,
    guest: &Cart,
) -> Result<Option<Merged>, Problem> {
    let closed = if guest.state == CartState::Closed {
        Some(guest.clone())
    } else if head.open {
        None
    } else {
        row::read(&mut *transaction, merge.cart).await?
    };
    let Some(closed) = closed else {
        return Ok(None);
    };
    Ok(Some(match before(transaction, merge).await? {
        Merged::NoGuestCart => Merged::Closed(closed),
        done => done,
    }))
}

/// The answer to a merge that this customer and this guest have had before.
async fn before(connection: &mut PgConnection, merge: Merge<'_>) -> Result<Merged, Problem> {
    let noted = sqlx::query_scalar!(
        r#"SELECT lines AS "lines: Json<Vec<MergedLine>>" FROM cart.merged
           WHERE guest_cart_id = $1 AND guest_owner = $2 AND owner = $3"#,
        merge.guest_cart.uuid(),
        merge.guest_owner,
        merge.owner,
    )
    .fetch_optional(&mut *connection)
    .await?;
    let Some(Json(lines)) = noted else {
        return Ok(Merged::NoGuestCart);
    };
    let cart = row::read(connection, merge.cart).await?;
    Ok(cart.map_or(Merged::Missing, |cart| Merged::Done(cart, lines)))
}

/// Adds one of the guest's lines, as far as it fits. The price that the customer's own line notes
/// stays: nobody has agreed to another one.
async fn take(
    transaction: &mut PgConnection,
    merge: Merge<'_>,
    line: &Line,
    max_qty: u32,
) -> Result<MergedLine, Problem> {
    // The look into the table shows the line as it was before the statement.
    let taken = sqlx::query_scalar!(
        r#"INSERT INTO cart.line AS line (cart_id, variant_id, qty, was_minor, details)
           SELECT $1, $2, least($3::bigint, $6::bigint)::integer, $4, $5::jsonb
           WHERE $6::bigint > 0 AND (EXISTS (SELECT FROM cart.line WHERE cart_id = $1 AND variant_id = $2)
               OR (SELECT count(*) FROM cart.line WHERE cart_id = $1) < $7)
           ON CONFLICT (cart_id, variant_id) DO UPDATE
           SET qty = greatest(line.qty, least(line.qty + $3::bigint, $6::bigint))::integer
           RETURNING line.qty - coalesce((SELECT qty FROM cart.line AS before
               WHERE before.cart_id = $1 AND before.variant_id = $2), 0) AS "taken!""#,
        merge.cart.uuid(),
        line.variant_id.uuid(),
        i64::from(line.qty),
        line.was.minor(),
        Json(&line.details) as _,
        i64::from(max_qty).min(i64::from(i32::MAX)),
        i64::from(MOST_LINES),
    )
    .fetch_optional(transaction)
    .await?;
    Ok(MergedLine {
        variant_id: line.variant_id,
        title: line.details.title.clone(),
        qty: line.qty,
        taken: u32::try_from(taken.unwrap_or(0)).map_err(Problem::internal)?,
        max_qty,
    })
}
