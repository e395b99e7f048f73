//! Reading a cart: one row per line, each with the cart's own columns.

use chassis::Problem;
use contracts::{CartId, Money, cart::CartState};
use sqlx::{Executor, PgConnection, Postgres, types::Json};
use uuid::Uuid;

use crate::domain::{Cart, Details, Line};

/// A line with its cart; of a cart without lines there is one row.
struct Row {
    id: Uuid,
    owner: String,
    currency: String,
    version: i64,
    state: String,
    order_number: Option<String>,
    discount_code: Option<String>,
    variant_id: Option<Uuid>,
    qty: Option<i32>,
    was_minor: Option<i64>,
    details: Option<Json<Details>>,
}

/// Any cart.
pub(super) async fn read(
    from: impl Executor<'_, Database = Postgres>,
    id: CartId,
) -> Result<Option<Cart>, Problem> {
    let rows = sqlx::query_as!(
        Row,
        r#"SELECT c.id, c.owner, c.currency, c.version, c.state, c.order_number, c.discount_code,
                  l.variant_id AS "variant_id?", l.qty AS "qty?", l.was_minor AS "was_minor?",
                  l.details AS "details?: Json<Details>"
           FROM cart.cart c LEFT JOIN cart.line l ON l.cart_id = c.id
           WHERE c.id = $1 ORDER BY l.place"#,
        id.uuid(),
    )
    .fetch_all(from)
    .await?;
    cart(rows)
}

/// The owner's open cart.
pub(super) async fn open_cart(
    from: impl Executor<'_, Database = Postgres>,
    owner: &str,
) -> Result<Option<Cart>, Problem> {
    let rows = sqlx::query_as!(
        Row,
        r#"SELECT c.id, c.owner, c.currency, c.version, c.state, c.order_number, c.discount_code,
                  l.variant_id AS "variant_id?", l.qty AS "qty?", l.was_minor AS "was_minor?",
                  l.details AS "details?: Json<Details>"
           FROM cart.cart c LEFT JOIN cart.line l ON l.cart_id = c.id
           WHERE c.owner = $1 AND c.state = 'open' ORDER BY l.place"#,
        owner,
    )
    .fetch_all(from)
    .await?;
    cart(rows)
}

/// Notes in the cart's row that it was changed, by a new version when that made a `difference`,
/// and reads what it is now.
pub(super) async fn changed(
    transaction: &mut PgConnection,
    id: CartId,
    difference: bool,
) -> Result<Cart, Problem> {
    let rows = sqlx::query_as!(
        Row,
        r#"WITH c AS (
               UPDATE cart.cart SET version = version + $2, updated_at = now() WHERE id = $1
               RETURNING id, owner, currency, version, state, order_number, discount_code
           )
           SELECT c.id, c.owner, c.currency, c.version, c.state, c.order_number, c.discount_code,
                  l.variant_id AS "variant_id?", l.qty AS "qty?", l.was_minor AS "was_minor?",
                  l.details AS "details?: Json<Details>"
           FROM c LEFT JOIN cart.line l ON l.cart_id = c.id ORDER BY l.place"#,
        id.uuid(),
        i64::from(difference),
    )
    .fetch_all(transaction)
    .await?;
    cart(rows)?.ok_or_else(|| Problem::internal(format!("the locked cart {id} is gone")))
}

fn cart(rows: Vec<Row>) -> Result<Option<Cart>, Problem> {
    let Some(first) = rows.first() else {
        return Ok(None);
    };
    let currency = first.currency.parse().map_err(Problem::internal)?;
    let mut cart = Cart {
        version: u64::try_from(first.version).map_err(Problem::internal)?,
        state: match first.state.as_str() {
            "open" => CartState::Open,
            _ => CartState::Closed,
        },
        order_number: first.order_number.clone(),
        discount_code: first.discount_code.clone(),
        ..Cart::begun(first.id.into(), &first.owner, currency)
    };
    for row in rows {
        let (Some(variant), Some(qty), Some(was), Some(Json(details))) =
            (row.variant_id, row.qty, row.was_minor, row.details)
        else {
            continue;
        };
        cart.lines.push(Line {
            variant_id: variant.into(),
            qty: u32::try_from(qty).map_err(Problem::internal)?,
            was: Money::new(was, currency),
            details,
        });
    }
    Ok(Some(cart))
}
