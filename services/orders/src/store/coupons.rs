//! Discount codes: what is known of one, and what those who run the shop do with them. Taking and
//! giving back uses is in [`super::redemptions`].

use chassis::Problem;
use chrono::{DateTime, Utc};
use contracts::{CartId, Currency, DiscountCode, Money};
use sqlx::PgConnection;

use crate::domain::discount::{Coupon, Effect, Offer};

struct Row {
    code: String,
    title: String,
    kind: String,
    basis_points: Option<i32>,
    amount_minor: Option<i64>,
    starts_at: Option<DateTime<Utc>>,
    ends_at: Option<DateTime<Utc>>,
    min_items_minor: Option<i64>,
    max_uses: Option<i32>,
    used: i32,
    active: bool,
}

impl Row {
    fn coupon(self, currency: Currency) -> Result<Coupon, Problem> {
        let money = |minor| Money::new(minor, currency);
        let effect = match (self.kind.as_str(), self.basis_points, self.amount_minor) {
            ("percent", Some(points), _) => Effect::Percent {
                basis_points: count(points)?,
            },
            ("fixed", _, Some(minor)) => Effect::Fixed {
                amount: money(minor),
            },
            ("free_shipping", _, _) => Effect::FreeShipping,
            (kind, _, _) => {
                return Err(Problem::internal(format!("{kind:?} is no discount")));
            }
        };
        Ok(Coupon {
            code: self.code.parse().map_err(Problem::internal)?,
            title: self.title,
            effect,
            starts_at: self.starts_at,
            ends_at: self.ends_at,
            min_items: self.min_items_minor.map(money),
            max_uses: self.max_uses.map(count).transpose()?,
            used: count(self.used)?,
            active: self.active,
        })
    }
}

fn count(uses: i32) -> Result<u32, Problem> {
    u32::try_from(uses).map_err(Problem::internal)
}

/// A number of uses for Postgres; more than it can hold are as good as no maximum.
fn stored(uses: u32) -> i32 {
    i32::try_from(uses).unwrap_or(i32::MAX)
}

/// What is known of the code that a cart carries. `None` without a code.
pub async fn offer(
    connection: &mut PgConnection,
    currency: Currency,
    cart: Option<CartId>,
    code: Option<&DiscountCode>,
) -> Result<Option<Offer>, Problem> {
    let Some(code) = code else { return Ok(None) };
    let coupon = find(&mut *connection, currency, code).await?;
    let row = sqlx::query!(
        r#"SELECT now() AS "at!", count(r.code) AS "own_uses!"
           FROM orders.sales_order o
           JOIN orders.redemption r ON r.order_id = o.id AND r.code = $2 AND r.state <> 'returned'
           WHERE o.cart_id = $1 AND o.state NOT IN ('rejected', 'cancelled')"#,
        cart.map(CartId::uuid),
        code.as_str(),
    )
    .fetch_one(connection)
    .await?;
    Ok(Some(Offer {
        code: code.clone(),
        coupon,
        own_uses: u32::try_from(row.own_uses).map_err(Problem::internal)?,
        at: row.at,
    }))
}

/// The coupon with this code.
pub async fn find(
    connection: &mut PgConnection,
    currency: Currency,
    code: &DiscountCode,
) -> Result<Option<Coupon>, Problem> {
    let row = sqlx::query_as!(
        Row,
        "SELECT code, title, kind, basis_points, amount_minor, starts_at, ends_at, \
                min_items_minor, max_uses, used, active FROM orders.coupon WHERE code = $1",
        code.as_str()
    )
    .fetch_optional(connection)
    .await?;
    row.map(|row| row.coupon(currency)).transpose()
}

/// Coupons in the order of their codes, after `after`.
pub async fn list(
    connection: &mut PgConnection,
    currency: Currency,
    after: Option<&DiscountCode>,
    limit: i64,
) -> Result<Vec<Coupon>, Problem> {
    let rows = sqlx::query_as!(
        Row,
        "SELECT code, title, kind, basis_points, amount_minor, starts_at, ends_at, \
                min_items_minor, max_uses, used, active FROM orders.coupon \
         WHERE code > $1 ORDER BY code LIMIT $2",
        after.map_or("", DiscountCode::as_str),
        limit,
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter().map(|row| row.coupon(currency)).collect()
}

/// Writes a new coupon; `false` when its code is taken.
pub async fn insert(connection: &mut PgConnection, new: &Coupon) -> Result<bool, Problem> {
    let (kind, basis_points, amount) = match new.effect {
        Effect::Percent { basis_points } => ("percent", Some(stored(basis_points)), None),
        Effect::Fixed { amount } => ("fixed", None, Some(amount.minor())),
        Effect::FreeShipping => ("free_shipping", None, None),
    };
    let inserted = sqlx::query!(
        "INSERT INTO orders.coupon (code, title, kind, basis_points, amount_minor, starts_at, \
                                    ends_at, min_items_minor, max_uses) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT DO NOTHING",
        new.code.as_str(),
        new.title,
        kind,
        basis_points,
        amount,
        new.starts_at,
        new.ends_at,
        new.min_items.map(Money::minor),
        new.max_uses.map(stored),
    )
    .execute(connection)
    .await?;
    Ok(inserted.rows_affected() == 1)
}

/// What may change about a coupon; what is not given stays.
#[derive(Clone, Copy, Debug, Default)]
pub struct Change {
    pub ends_at: Option<DateTime<Utc>>,
    pub max_uses: Option<u32>,
    pub active: Option<bool>,
}

/// Changes a coupon; `None` when there is no such coupon, when more orders use it than may then,
/// or when it would end before it begins.
pub async fn change(
    connection: &mut PgConnection,
    currency: Currency,
    code: &DiscountCode,
    change: Change,
) -> Result<Option<Coupon>, Problem> {
    let row = sqlx::query_as!(
        Row,
        "UPDATE orders.coupon SET ends_at = coalesce($2, ends_at), \
                max_uses = coalesce($3, max_uses), active = coalesce($4, active) \
         WHERE code = $1 AND used <= coalesce($3, used) \
               AND coalesce(starts_at < coalesce($2, ends_at), true) \
         RETURNING code, title, kind, basis_points, amount_minor, starts_at, ends_at, \
                   min_items_minor, max_uses, used, active",
        code.as_str(),
        change.ends_at,
        change.max_uses.map(stored),
        change.active,
    )
    .fetch_optional(connection)
    .await?;
    row.map(|row| row.coupon(currency)).transpose()
}
