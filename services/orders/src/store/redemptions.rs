//! Uses of discount codes.
//!
//! A coupon's row is the last that a transaction locks: after the checkout, the order, its history
//! and events, and never two coupons at once. Whoever holds one therefore waits for nobody who
//! waits for one, however many orders want the same code. Placing an order locks none: the use
//! was counted when the order was made.

use chassis::Problem;
use contracts::{DiscountCode, OrderId};
use sqlx::PgConnection;

/// Takes a use of a code for an order that the caller has just inserted; `false` when none is
/// left, or when the code does not count now. One conditional update: rivals wait for its row and
/// look again.
pub async fn take(
    tx: &mut PgConnection,
    order: OrderId,
    code: &DiscountCode,
) -> Result<bool, Problem> {
    let taken = sqlx::query!(
        "WITH taken AS (UPDATE orders.coupon SET used = used + 1 \
             WHERE code = $2 AND active AND (max_uses IS NULL OR used < max_uses) \
             AND coalesce(starts_at <= now(), true) AND coalesce(ends_at > now(), true) \
             RETURNING code) \
         INSERT INTO orders.redemption (order_id, code) SELECT $1, code FROM taken",
        order.uuid(),
        code.as_str(),
    )
    .execute(tx)
    .await?;
    Ok(taken.rows_affected() == 1)
}

/// Makes the use of an order that is being placed final.
pub async fn redeem(tx: &mut PgConnection, order: OrderId) -> Result<(), Problem> {
    sqlx::query!(
        "UPDATE orders.redemption SET state = 'redeemed', updated_at = now() \
         WHERE order_id = $1 AND state = 'held'",
        order.uuid()
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// Gives the use of an order that has ended back, once.
pub async fn give_back(tx: &mut PgConnection, order: OrderId) -> Result<(), Problem> {
    sqlx::query!(
        "WITH returned AS (UPDATE orders.redemption SET state = 'returned', updated_at = now() \
             WHERE order_id = $1 AND state <> 'returned' RETURNING code) \
         UPDATE orders.coupon c SET used = c.used - 1 FROM returned r WHERE c.code = r.code",
        order.uuid()
    )
    .execute(tx)
    .await?;
    Ok(())
}
