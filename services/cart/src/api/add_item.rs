//! `POST /api/v1/carts/{id}/items`

use axum::{extract::State, response::Response};
use chassis::{
    Caller, Code, Problem,
    extract::{IdempotencyKey, Json, Path},
    funnel::{self, Step},
    problem::Document,
};
use contracts::{CartId, VariantId, catalog::ShortLine};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{App, answer};
use crate::{
    domain::{CartView, Details},
    store::{Action, Change, Target},
};

/// What to add.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct AddItem {
    variant_id: VariantId,
    /// Pieces to add to those that are there.
    #[schema(minimum = 1)]
    qty: u32,
}

/// Adds pieces of a variant
///
/// Parallel requests add up. With an Idempotency-Key a repetition adds nothing.
#[utoipa::path(
    post,
    path = "/api/v1/carts/{id}/items",
    tag = "cart",
    params(
        ("id" = CartId, Path, description = "The cart"),
        ("Idempotency-Key" = Option<String>, Header, description = "Stays the same when the request is repeated"),
    ),
    request_body = AddItem,
    responses(
        (status = 200, description = "The cart", body = CartView),
        (status = 404, description = "not_found", body = Document),
        (status = 409, description = "cart_closed, out_of_stock", body = Document),
        (status = 422, description = "validation_failed, idempotency_key_reused", body = Document),
        (status = 503, description = "unavailable: the catalog cannot be asked", body = Document),
    )
)]
pub(super) async fn add_item(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<CartId>,
    key: Option<IdempotencyKey>,
    Json(body): Json<AddItem>,
) -> Result<Response, Problem> {
    let owner = caller.customer()?;
    if body.qty == 0 {
        return Err(Problem::invalid(
            "/qty",
            "out_of_range",
            "Add at least one piece.",
        ));
    }
    let key = answer::keyed(key.as_ref(), &format!("add {id}"), &body)?;
    if let Some(answer) = answer::repeated(&app, &caller, id, key.as_ref()).await? {
        return Ok(answer);
    }
    let found = answer::variant_on_sale(&app, &caller, body.variant_id).await?;
    let variant = found.ok_or_else(|| {
        Problem::invalid(
            "/variant_id",
            "unknown",
            "There is no such variant on sale; take an id from a product's `variants`.",
        )
    })?;
    if variant.available == 0 {
        let short = ShortLine {
            variant_id: variant.id,
            sku: variant.sku.clone(),
            title: variant.title.clone(),
            requested: body.qty,
            left: 0,
        };
        return Err(Problem::new(
            Code::OutOfStock,
            format!("{} is sold out at the moment.", variant.title),
        )
        .with("lines", [short]));
    }
    let details = Details::from(&variant);
    let change = Change {
        target: Target {
            cart: id,
            owner,
            seen: None,
            key,
        },
        action: Action::Add,
        variant: body.variant_id,
        qty: body.qty,
        max_qty: variant.max_qty,
        details: Some(&details),
    };
    let response = answer::changed(&app, &caller, change).await?;
    funnel::reached(Step::Add, &caller.subject);
    Ok(response)
}
