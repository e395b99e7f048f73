//! Orders and their lines.

use chassis::Problem;
use chrono::{DateTime, Utc};
use contracts::{
    CartId, CheckoutId, Currency, Money, OrderId,
    catalog::{Image, Options},
    discount::AppliedCode,
    quote::Totals,
};
use sqlx::{PgConnection, types::Json};
use uuid::Uuid;

use super::{attempts, checkouts::Checkout, json, refunds, returns, shipments};
use crate::domain::{
    contact::Address,
    fulfilment,
    line::Line,
    number::OrderNumber,
    order::{self, ChosenRate, Order, OrderEvent, OrderSummary},
    payment::{self, AttemptState},
    state::OrderState,
};

/// What the saga needs to know of an order.
#[derive(Clone, Debug)]
pub struct Head {
    pub id: OrderId,
    pub cart_id: CartId,
    pub cart_version: u64,
    pub state: OrderState,
    pub number: Option<String>,
    pub total: Money,
    /// Whether the reservation has lapsed by the database's clock.
    pub reservation_expired: bool,
}

struct HeadRow {
    id: Uuid,
    cart_id: Uuid,
    cart_version: i64,
    state: String,
    number: Option<String>,
    currency: String,
    total_minor: i64,
    reservation_expired: bool,
}

/// The order of a checkout, if one was made.
pub async fn head(connection: &mut PgConnection, id: CheckoutId) -> Result<Option<Head>, Problem> {
    let row = sqlx::query_as!(
        HeadRow,
        r#"SELECT id, cart_id, cart_version, state, number, currency, total_minor,
                  coalesce(reservation_expires_at <= now(), false) AS "reservation_expired!"
           FROM orders.sales_order WHERE id = $1"#,
        id.uuid()
    )
    .fetch_optional(connection)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let currency: Currency = row.currency.parse().map_err(Problem::internal)?;
    Ok(Some(Head {
        id: row.id.into(),
        cart_id: row.cart_id.into(),
        cart_version: u64::try_from(row.cart_version).map_err(Problem::internal)?,
        state: row.state.parse().map_err(Problem::internal)?,
        number: row.number,
        total: Money::new(row.total_minor, currency),
        reservation_expired: row.reservation_expired,
    }))
}

/// Whether the history of an order tells of an authorised payment, in time or late.
pub async fn was_authorized(
    connection: &mut PgConnection,
    order: OrderId,
) -> Result<bool, Problem> {
    let known = sqlx::query_scalar!(
        r#"SELECT EXISTS (SELECT FROM orders.order_event
           WHERE order_id = $1 AND trigger IN ('payment_authorized', 'late_payment')) AS "known!""#,
        order.uuid()
    )
    .fetch_one(connection)
    .await?;
    Ok(known)
}

/// What an order is made of beyond its checkout.
#[derive(Clone, Debug)]
pub struct Parts<'a> {
    pub email: &'a str,
    pub address: &'a Address,
    pub rate: &'a ChosenRate,
    pub items: Money,
    pub discount: Money,
    pub delivery: Money,
    pub tax: Money,
    pub total: Money,
    /// The code that counts.
    pub code: Option<&'a AppliedCode>,
}

/// Makes the order of a checkout, in state `created`.
pub async fn insert(
    tx: &mut PgConnection,
    checkout: &Checkout,
    parts: &Parts<'_>,
) -> Result<(), Problem> {
    sqlx::query!(
        "INSERT INTO orders.sales_order \
         (id, owner, cart_id, cart_version, state, currency, items_minor, discount_minor, \
          delivery_minor, tax_minor, total_minor, email, address, rate, discount_code, \
          discount_title) \
         VALUES ($1, $2, $3, $4, 'created', $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)",
        checkout.id.uuid(),
        checkout.owner,
        checkout.cart_id.uuid(),
        i64::try_from(checkout.cart_version).map_err(Problem::internal)?,
        checkout.currency.as_str(),
        parts.items.minor(),
        parts.discount.minor(),
        parts.delivery.minor(),
        parts.tax.minor(),
        parts.total.minor(),
        parts.email,
        json(parts.address)?,
        json(parts.rate)?,
        parts.code.map(|code| code.code.as_str()),
        parts.code.map(|code| code.title.as_str()),
    )
    .execute(&mut *tx)
    .await?;
    for (position, line) in (1_i16..).zip(&checkout.lines) {
        insert_line(tx, checkout.id.into(), position, line).await?;
    }
    Ok(())
}

async fn insert_line(
    tx: &mut PgConnection,
    order: OrderId,
    position: i16,
    line: &Line,
) -> Result<(), Problem> {
    sqlx::query!(
        "INSERT INTO orders.order_line \
         (order_id, position, variant_id, sku, slug, title, options, image, qty, unit_minor, \
          line_total_minor, discount_minor, tax_minor) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
        order.uuid(),
        position,
        line.variant_id.uuid(),
        line.sku,
        line.slug,
        line.title,
        json(&line.options)?,
        line.image.as_ref().map(json).transpose()?,
        i32::try_from(line.qty).map_err(Problem::internal)?,
        line.unit.minor(),
        line.line_total.minor(),
        line.discount.map_or(0, Money::minor),
        line.tax.map_or(0, Money::minor),
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// Gives a placed order its number; `false` when another order has it.
pub async fn set_number(
    tx: &mut PgConnection,
    order: OrderId,
    number: &OrderNumber,
) -> Result<bool, Problem> {
    let updated = sqlx::query!(
        "UPDATE orders.sales_order SET number = $2, placed_at = now() WHERE id = $1 \
         AND NOT EXISTS (SELECT FROM orders.sales_order WHERE number = $2)",
        order.uuid(),
        number.as_str(),
    )
    .execute(tx)
    .await?;
    Ok(updated.rows_affected() == 1)
}

/// The id of a customer's order.
pub async fn id_of_number(
    connection: &mut PgConnection,
    owner: &str,
    number: &OrderNumber,
) -> Result<Option<OrderId>, Problem> {
    let id = sqlx::query_scalar!(
        "SELECT id FROM orders.sales_order WHERE number = $1 AND owner = $2",
        number.as_str(),
        owner
    )
    .fetch_optional(connection)
    .await?;
    Ok(id.map(Into::into))
}

struct OrderRow {
    number: Option<String>,
    state: String,
    currency: String,
    items_minor: i64,
    discount_minor: i64,
    delivery_minor: i64,
    tax_minor: i64,
    total_minor: i64,
    email: String,
    address: Json<Address>,
    rate: Json<ChosenRate>,
    discount_code: Option<String>,
    discount_title: Option<String>,
    placed_at: Option<DateTime<Utc>>,
    return_until: Option<DateTime<Utc>>,
    return_open: bool,
}

/// A placed order with all that its customer sees.
pub async fn read(connection: &mut PgConnection, id: OrderId) -> Result<Order, Problem> {
    let row = sqlx::query_as!(
        OrderRow,
        r#"SELECT number, state, currency, items_minor, discount_minor, delivery_minor, tax_minor,
                  total_minor, email, address AS "address: Json<Address>",
                  rate AS "rate: Json<ChosenRate>", discount_code, discount_title, placed_at,
                  return_until,
                  coalesce(return_until > now(), false) AS "return_open!"
           FROM orders.sales_order WHERE id = $1"#,
        id.uuid()
    )
    .fetch_one(&mut *connection)
    .await?;
    let currency: Currency = row.currency.parse().map_err(Problem::internal)?;
    let money = |minor| Some(Money::new(minor, currency));
    let state: OrderState = row.state.parse().map_err(Problem::internal)?;
    let lines = lines(connection, id, currency).await?;
    let pieces = shipments::pieces(connection, id).await?;
    let may_come_back = pieces.iter().any(|line| line.claimed < line.shipped);
    let attempts = attempts::of_order(connection, id).await?;
    let attempts: Vec<AttemptState> = attempts.iter().map(|attempt| attempt.state).collect();
    Ok(Order {
        id,
        number: row
            .number
            .ok_or_else(|| Problem::internal("an order without a number is not shown"))?,
        state,
        payment_status: payment::status(&attempts),
        fulfillment_status: fulfilment::status(&pieces),
        email: row.email,
        address: row.address.0,
        rate: row.rate.0.id,
        lines,
        totals: Totals {
            items: money(row.items_minor),
            discount: money(row.discount_minor),
            delivery: money(row.delivery_minor),
            tax: money(row.tax_minor),
            grand: money(row.total_minor),
        },
        discount_codes: applied_codes(row.discount_code, row.discount_title)?,
        shipments: shipments::of_order(connection, id).await?,
        refunds: refunds::of_order(connection, id, currency).await?,
        returns: returns::of_order(connection, id, currency).await?,
        return_until: row.return_until,
        events: events(connection, id, 0).await?,
        allowed: order::allowed(state, row.return_open && may_come_back),
        placed_at: row.placed_at,
    })
}

fn applied_codes(code: Option<String>, title: Option<String>) -> Result<Vec<AppliedCode>, Problem> {
    let Some((code, title)) = code.zip(title) else {
        return Ok(Vec::new());
    };
    let code = code.parse().map_err(Problem::internal)?;
    Ok(vec![AppliedCode { code, title }])
}

/// The lines of an order.
pub async fn lines(
    connection: &mut PgConnection,
    id: OrderId,
    currency: Currency,
) -> Result<Vec<Line>, Problem> {
    let rows = sqlx::query!(
        r#"SELECT variant_id, sku, slug, title, options AS "options: Json<Options>",
                  image AS "image: Json<Image>", qty, unit_minor, line_total_minor, discount_minor,
                  tax_minor
           FROM orders.order_line WHERE order_id = $1 ORDER BY position"#,
        id.uuid()
    )
    .fetch_all(connection)
    .await?;
    let money = |minor| Money::new(minor, currency);
    rows.into_iter()
        .map(|row| {
            Ok(Line {
                variant_id: row.variant_id.into(),
                sku: row.sku,
                slug: row.slug,
                title: row.title,
                options: row.options.0,
                image: row.image.map(|Json(image)| image),
                qty: u32::try_from(row.qty).map_err(Problem::internal)?,
                unit: money(row.unit_minor),
                line_total: money(row.line_total_minor),
                discount: Some(money(row.discount_minor)).filter(|discount| discount.minor() > 0),
                tax: Some(money(row.tax_minor)),
            })
        })
        .collect()
}

/// The steps of an order after step `after`, the oldest first.
pub async fn events(
    connection: &mut PgConnection,
    id: OrderId,
    after: u32,
) -> Result<Vec<OrderEvent>, Problem> {
    let after = i32::try_from(after).unwrap_or(i32::MAX);
    let rows = sqlx::query!(
        "SELECT seq, at, from_state, to_state, actor, reason, trace_id \
         FROM orders.order_event WHERE order_id = $1 AND seq > $2 ORDER BY seq",
        id.uuid(),
        after,
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter()
        .map(|row| {
            let from = row.from_state.map(|state| state.parse()).transpose();
            Ok(OrderEvent {
                seq: u32::try_from(row.seq).map_err(Problem::internal)?,
                at: row.at,
                from: from.map_err(Problem::internal)?,
                to: row.to_state.parse().map_err(Problem::internal)?,
                actor: row.actor,
                reason: row.reason,
                trace_id: row.trace_id,
            })
        })
        .collect()
}

/// A customer's placed orders, the latest first, older than `before`.
pub async fn list(
    connection: &mut PgConnection,
    owner: &str,
    before: Option<OrderId>,
    limit: i64,
) -> Result<Vec<OrderSummary>, Problem> {
    let rows = sqlx::query!(
        r#"SELECT o.id, o.number AS "number!", o.state, o.currency, o.total_minor,
                  o.placed_at AS "placed_at!",
                  (SELECT sum(l.qty) FROM orders.order_line l WHERE l.order_id = o.id) AS "count!"
           FROM orders.sales_order o
           WHERE o.owner = $1 AND o.placed_at IS NOT NULL AND ($2::uuid IS NULL OR o.id < $2)
           ORDER BY o.id DESC LIMIT $3"#,
        owner,
        before.map(OrderId::uuid),
        limit,
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter()
        .map(|row| {
            let currency: Currency = row.currency.parse().map_err(Problem::internal)?;
            Ok(OrderSummary {
                id: row.id.into(),
                number: row.number,
                state: row.state.parse().map_err(Problem::internal)?,
                count: u32::try_from(row.count).map_err(Problem::internal)?,
                total: Money::new(row.total_minor, currency),
                placed_at: row.placed_at,
            })
        })
        .collect()
}
