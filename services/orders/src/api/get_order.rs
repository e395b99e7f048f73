//! `GET /api/v1/orders/{number}`: an order and its history.

use axum::extract::State;
use chassis::{
    Caller, Problem,
    extract::{Json, Path},
    problem::Document,
};
use contracts::OrderId;

use crate::{
    app::App,
    domain::{number::OrderNumber, order::Order},
    store::orders,
};

/// Shows an order
#[utoipa::path(
    get,
    path = "/api/v1/orders/{number}",
    tag = "orders",
    params(("number" = String, Path, description = "For example LM-7K3Q9X")),
    responses(
        (status = 200, body = Order),
        (status = 404, description = "not_found", body = Document),
    ),
    security(("bearer" = []))
)]
pub(super) async fn get_order(
    State(app): State<App>,
    caller: Caller,
    Path(number): Path<String>,
) -> Result<Json<Order>, Problem> {
    let id = own_order(&app, caller.customer()?, &number).await?;
    let mut connection = app.connection().await?;
    Ok(Json(orders::read(&mut connection, id).await?))
}

/// A customer's order by its number; somebody else's does not exist for them.
pub(super) async fn own_order(app: &App, owner: &str, number: &str) -> Result<OrderId, Problem> {
    let missing = || Problem::not_found(format_args!("order {number:?}"));
    let parsed: OrderNumber = number.parse().map_err(|_| missing())?;
    let mut connection = app.connection().await?;
    orders::id_of_number(&mut connection, owner, &parsed)
        .await?
        .ok_or_else(missing)
}
