//! What every public endpoint answers: the cart, priced and summed, with its version as ETag.

use std::{collections::HashMap, time::Duration};

use axum::{
    Json,
    response::{IntoResponse, Response},
};
use chassis::{Caller, Code, Problem, client::CallError, extract::IdempotencyKey};
use contracts::{
    CartId, DiscountCode, VariantId,
    catalog::{Variant, VariantLookup, Variants},
    quote::{Quote, QuoteRequest},
};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use serde::Serialize;
use sha2::{Digest, Sha256};

use super::App;
use crate::{
    domain::{Cart, CartView, Notice, Prices, present, priced_lines},
    store::{Change, Changed, Keyed, MOST_LINES, Target},
};

/// A reader waits no longer for prices and sums than a page can wait for a cart.
const PATIENCE: Duration = Duration::from_millis(1500);

/// The cart as customers see it. The catalog or orders being away leaves gaps, not an error: a
/// cart that cannot be priced is still the customer's cart.
pub(super) async fn view(app: &App, caller: &Caller, cart: &Cart) -> CartView {
    let prices = prices(app, caller, cart).await;
    let quote = quote(app, caller, cart, &prices, cart.code().as_ref()).await;
    let quote = quote
        .inspect_err(|error| tracing::warn!(%error, "the cart is shown without totals"))
        .ok();
    present(cart, &prices, quote.as_ref())
}

/// What orders says the cart comes to with a code.
pub(super) async fn quote(
    app: &App,
    caller: &Caller,
    cart: &Cart,
    prices: &Prices,
    code: Option<&DiscountCode>,
) -> Result<Quote, CallError> {
    let request = QuoteRequest {
        currency: cart.currency,
        lines: priced_lines(cart, prices),
        country: None,
        rate: None,
        code: code.cloned(),
        cart_id: code.map(|_| cart.id),
    };
    app.orders
        .post("/internal/v1/quote")
        .on_behalf_of(caller)
        .json(&request)
        .idempotent()
        .deadline(PATIENCE)
        .send::<Quote>()
        .await
}

pub(super) async fn prices(app: &App, caller: &Caller, cart: &Cart) -> Prices {
    if cart.lines.is_empty() {
        return Some(HashMap::new());
    }
    let ids = cart.lines.iter().map(|line| line.variant_id).collect();
    let found = look_up(app, caller, ids).await;
    let found = found
        .inspect_err(|error| tracing::warn!(%error, "the cart is shown with its last prices"))
        .ok()?;
    Some(
        found
            .into_iter()
            .map(|variant| (variant.id, variant))
            .collect(),
    )
}

async fn look_up(
    app: &App,
    caller: &Caller,
    ids: Vec<VariantId>,
) -> Result<Vec<Variant>, CallError> {
    app.catalog
        .post("/internal/v1/variants/lookup")
        .on_behalf_of(caller)
        .json(&VariantLookup { ids })
        .idempotent()
        .deadline(PATIENCE)
        .send::<Variants>()
        .await
        .map(|variants| variants.items)
}

/// One variant from the catalog; `None` when there is no such variant on sale.
pub(super) async fn variant_on_sale(
    app: &App,
    caller: &Caller,
    id: VariantId,
) -> Result<Option<Variant>, CallError> {
    let found = look_up(app, caller, vec![id]).await?;
    Ok(found
        .into_iter()
        .find(|variant| variant.id == id && variant.active))
}

/// The largest quantities of the cart's lines, as far as the catalog says them.
pub(super) async fn limits(app: &App, caller: &Caller, cart: &Cart) -> HashMap<VariantId, u32> {
    let prices = prices(app, caller, cart).await;
    let limit = |(id, variant): (VariantId, Variant)| (id, variant.max_qty);
    prices.unwrap_or_default().into_iter().map(limit).collect()
}

/// The cart with a status and its ETag.
pub(super) async fn cart(app: &App, caller: &Caller, status: StatusCode, cart: &Cart) -> Response {
    cart_with(app, caller, status, cart, Vec::new()).await
}

/// The same with `notices` about what was done, before those about the cart.
pub(super) async fn cart_with(
    app: &App,
    caller: &Caller,
    status: StatusCode,
    cart: &Cart,
    mut notices: Vec<Notice>,
) -> Response {
    let mut view = view(app, caller, cart).await;
    notices.append(&mut view.notices);
    view.notices = notices;
    let mut response = (status, Json(view)).into_response();
    let headers = response.headers_mut();
    if let Ok(etag) = HeaderValue::from_str(&format!("\"{}\"", cart.version)) {
        headers.insert(header::ETAG, etag);
    }
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// Makes a change and answers with the cart, or with why not.
pub(super) async fn changed(
    app: &App,
    caller: &Caller,
    change: Change<'_>,
) -> Result<Response, Problem> {
    let (id, max_qty) = (change.target.cart, change.max_qty);
    let outcome = app.carts.change(change).await?;
    told(app, caller, id, max_qty, outcome).await
}

/// Puts a code on the cart or takes it off, and answers with the cart, or with why not.
pub(super) async fn code_set(
    app: &App,
    caller: &Caller,
    target: Target<'_>,
    code: Option<&DiscountCode>,
) -> Result<Response, Problem> {
    let id = target.cart;
    let code = code.map(DiscountCode::as_str);
    let outcome = app.carts.set_code(target, code).await?;
    told(app, caller, id, 0, outcome).await
}

/// The answer to a request that was answered before; `None` when it is new.
pub(super) async fn repeated(
    app: &App,
    caller: &Caller,
    id: CartId,
    key: Option<&Keyed<'_>>,
) -> Result<Option<Response>, Problem> {
    let Some(key) = key else {
        return Ok(None);
    };
    match app.carts.answered(id, caller.customer()?, key).await? {
        None => Ok(None),
        Some(outcome) => told(app, caller, id, 0, outcome).await.map(Some),
    }
}

async fn told(
    app: &App,
    caller: &Caller,
    id: CartId,
    max_qty: u32,
    outcome: Changed,
) -> Result<Response, Problem> {
    match outcome {
        Changed::Done(found) => Ok(cart(app, caller, StatusCode::OK, &found).await),
        Changed::Replayed(found) => {
            let mut response = cart(app, caller, StatusCode::OK, &found).await;
            let replayed = HeaderValue::from_static("true");
            response
                .headers_mut()
                .insert("idempotent-replayed", replayed);
            Ok(response)
        }
        Changed::Missing => Err(no_cart(id)),
        Changed::Closed(found) => Err(closed(&found)),
        Changed::Conflict(found) => Err(Problem::new(
            Code::CartVersionConflict,
            "The cart has changed in the meantime. Look at `cart` and decide again.",
        )
        .with("cart", view(app, caller, &found).await)),
        Changed::NoLine => Err(Problem::not_found("line for this variant in the cart")),
        Changed::TooMany => Err(Problem::invalid(
            "/qty",
            "out_of_range",
            format!("At most {max_qty} of this can be in one cart."),
        )),
        Changed::TooManyLines => Err(Problem::invalid(
            "/variant_id",
            "too_many",
            format!(
                "A cart holds at most {MOST_LINES} different things. Order some of them first."
            ),
        )),
        Changed::KeyReused => Err(Problem::new(
            Code::IdempotencyKeyReused,
            "This Idempotency-Key was used for another change. Use a new key for a new change.",
        )),
    }
}

/// The cart `id`, if it is the caller's; somebody else's does not exist.
pub(super) async fn own_cart(app: &App, caller: &Caller, id: CartId) -> Result<Cart, Problem> {
    let owner = caller.customer()?;
    let found = app.carts.own(owner, id).await?;
    found.ok_or_else(|| no_cart(id))
}

pub(super) fn no_cart(id: CartId) -> Problem {
    Problem::not_found(format_args!("cart {id}"))
}

pub(super) fn closed(cart: &Cart) -> Problem {
    let number = cart.order_number.as_deref().unwrap_or_default();
    Problem::new(
        Code::CartClosed,
        format!("The cart has become the order {number}. Begin a new cart."),
    )
    .with("order_number", number)
}

/// The version that `If-Match` names.
pub(super) fn seen_version(headers: &HeaderMap) -> Result<Option<u64>, Problem> {
    let Some(value) = headers.get(header::IF_MATCH) else {
        return Ok(None);
    };
    let text = value.to_str().unwrap_or_default().trim();
    if text == "*" {
        return Ok(None);
    }
    let version = text
        .strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'));
    version
        .and_then(|version| version.parse().ok())
        .map(Some)
        .ok_or_else(|| {
            Problem::invalid(
                "#header/If-Match",
                "invalid_value",
                "If-Match must be the ETag that came with the cart, for example \"7\", or absent.",
            )
        })
}

/// The key with a hash of everything that the request asks for.
pub(super) fn keyed<'a>(
    key: Option<&'a IdempotencyKey>,
    route: &str,
    body: &impl Serialize,
) -> Result<Option<Keyed<'a>>, Problem> {
    let Some(key) = key else {
        return Ok(None);
    };
    let body = serde_json::to_string(body).map_err(Problem::internal)?;
    let hash = Sha256::digest(format!("{route}\n{body}"));
    Ok(Some(Keyed {
        key,
        fingerprint: hex::encode(hash),
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn if_match_is_the_etag() {
        let with = |value: &'static str| {
            let headers =
                HeaderMap::from_iter([(header::IF_MATCH, HeaderValue::from_static(value))]);
            seen_version(&headers).map_err(|problem| problem.code())
        };
        assert_eq!(seen_version(&HeaderMap::new()).ok(), Some(None));
        assert_eq!(with("\"7\""), Ok(Some(7)));
        assert_eq!(with("*"), Ok(None));
        for wrong in ["7", "\"seven\"", "W/\"7\"", ""] {
            assert_eq!(with(wrong), Err(Code::ValidationFailed), "{wrong}");
        }
    }
}
