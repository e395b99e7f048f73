//! `POST /api/v1/carts/{id}/merge`

use std::collections::HashMap;

use axum::{extract::State, response::Response};
use chassis::{
    Caller, Code, Problem,
    auth::Subject,
    extract::{Json, Path},
    problem::Document,
};
use contracts::CartId;
use http::StatusCode;
use serde::Deserialize;
use utoipa::ToSchema;

use super::{App, answer};
use crate::{
    domain::CartView,
    store::{Merge, Merged, MergedLine},
};

/// Which guest's cart, with the proof that it is the caller's.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct MergeCart {
    guest_cart_id: CartId,
    /// The `token` that came with the guest's cart.
    guest_token: String,
}

/// Takes over the cart that was collected before signing in
///
/// Quantities add up to what a line can hold; what did not fit is told in `notices`. The guest's
/// discount code is taken when the cart has none. The same guest's cart again adds nothing.
#[utoipa::path(
    post,
    path = "/api/v1/carts/{id}/merge",
    tag = "cart",
    params(("id" = CartId, Path, description = "The cart of the signed-in customer")),
    request_body = MergeCart,
    responses(
        (status = 200, description = "The cart with the guest's lines", body = CartView),
        (status = 403, description = "forbidden: only who is signed in can take a cart over", body = Document),
        (status = 404, description = "not_found: there is no such cart, or the token is not its guest's", body = Document),
        (status = 409, description = "cart_closed: one of the two has become an order", body = Document),
        (status = 422, description = "validation_failed", body = Document),
    )
)]
pub(super) async fn merge_cart(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<CartId>,
    Json(body): Json<MergeCart>,
) -> Result<Response, Problem> {
    let owner = caller.customer()?;
    if !caller.subject.is_user() {
        return Err(Problem::new(
            Code::Forbidden,
            "Only the cart of somebody who is signed in can take a guest's cart over. Sign in first.",
        ));
    }
    let guest = Subject::guest(&body.guest_token);
    let merge = Merge {
        cart: id,
        owner,
        guest_cart: body.guest_cart_id,
        guest_owner: guest.as_str(),
    };
    let found = app.carts.guest_cart(merge).await?;
    let limits = match &found {
        Some(cart) => answer::limits(&app, &caller, cart).await,
        None => HashMap::new(),
    };
    match app.carts.merge(merge, found.as_ref(), &limits).await? {
        Merged::Done(cart, lines) => {
            // The customer has his lines; what is left of the guest's cart can go later, too.
            let retired = app.carts.retire(merge, &lines, app.ids.next()).await;
            if let Err(problem) = retired {
                tracing::warn!(%problem, guest_cart = %merge.guest_cart, "a merged cart stays for now");
            }
            let notices = lines.iter().filter_map(MergedLine::notice).collect();
            Ok(answer::cart_with(&app, &caller, StatusCode::OK, &cart, notices).await)
        }
        Merged::Missing => Err(answer::no_cart(id)),
        Merged::NoGuestCart => Err(answer::no_cart(body.guest_cart_id)),
        Merged::Closed(cart) => Err(answer::closed(&cart)),
    }
}
