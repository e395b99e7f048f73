//! `POST /internal/v1/carts/{id}/close`

use axum::extract::State;
use chassis::{
    Code, Problem,
    extract::{Json, Path},
    problem::Document,
};
use contracts::{
    CartId,
    cart::{CartState, CloseCart, ClosedCart},
};

use super::{App, answer};
use crate::store::Closing;

/// Closes a cart that became an order
///
/// What was added since it was ordered moves into a new open cart. The same order again changes
/// nothing.
#[utoipa::path(
    post,
    path = "/internal/v1/carts/{id}/close",
    tag = "internal",
    params(("id" = CartId, Path, description = "The cart")),
    request_body = CloseCart,
    responses(
        (status = 200, description = "It is closed", body = ClosedCart),
        (status = 404, description = "not_found", body = Document),
        (status = 409, description = "cart_closed: another order closed it", body = Document),
    )
)]
pub(super) async fn close_cart(
    State(app): State<App>,
    Path(id): Path<CartId>,
    Json(order): Json<CloseCart>,
) -> Result<axum::Json<ClosedCart>, Problem> {
    match app.carts.close(id, &order, app.ids.next()).await? {
        Closing::Closed { moved_to } => Ok(axum::Json(ClosedCart {
            id,
            state: CartState::Closed,
            moved_to,
        })),
        Closing::OtherOrder { number } => Err(Problem::new(
            Code::CartClosed,
            format!("The order {number} has closed this cart."),
        )
        .with("order_number", number)),
        Closing::Missing => Err(answer::no_cart(id)),
    }
}
