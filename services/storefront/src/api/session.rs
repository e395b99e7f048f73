//! `GET /api/v1/session`: what the web shop asks first.

use axum::{
    Json,
    body::Bytes,
    extract::State,
    response::{IntoResponse, Response},
};
use chassis::{Problem, Service};
use http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    Gateway,
    identity::{GuestToken, Identity},
    web,
};

/// The visitor's session.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct Session {
    /// The open cart, if there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    cart: Option<SessionCart>,
    /// ISO 4217 code of all prices.
    currency: String,
    /// BCP 47 tag of the shop's language.
    locale: &'static str,
    /// Name of the shop.
    title: String,
    /// Identifies the web shop's build that this gateway serves.
    build: &'static str,
}

/// As much of the cart as the page header shows.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
struct SessionCart {
    id: Uuid,
    version: u64,
    /// Units in the cart.
    count: u64,
}

/// The session; a browser without one gets its cookie here.
#[utoipa::path(
    get,
    path = "/api/v1/session",
    tag = "session",
    responses((status = 200, body = Session), (status = 503, description = "the cart cannot be read"))
)]
pub(crate) async fn show(
    State(gateway): State<Gateway>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let identity = Identity::of(&headers)?;
    let (cart, cookie) = match &identity {
        Identity::Unknown => (None, GuestToken::mint().cookie()),
        // Sent again so that the cookie of somebody who keeps coming does not run out.
        Identity::Browser(token) => (current_cart(&gateway, &identity).await?, token.cookie()),
        Identity::Program(_) => (current_cart(&gateway, &identity).await?, None),
    };
    let session = Session {
        cart,
        currency: gateway.currency.clone(),
        locale: "en",
        title: gateway.title.clone(),
        build: web::build(),
    };
    let mut response = Json(session).into_response();
    let answered = response.headers_mut();
    answered.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if let Some(cookie) = cookie {
        answered.insert(header::SET_COOKIE, cookie);
    }
    Ok(response)
}

/// A failed read is an error, never an empty session: the shop would forget a full cart.
async fn current_cart(
    gateway: &Gateway,
    identity: &Identity,
) -> Result<Option<SessionCart>, Problem> {
    let answer = gateway
        .upstreams
        .send(
            Service::Cart,
            &identity.subject(),
            Method::GET,
            "/api/v1/carts/current",
            &HeaderMap::new(),
            Bytes::new(),
        )
        .await?;
    match answer.status() {
        StatusCode::NOT_FOUND => Ok(None),
        status if status.is_success() => answer.json().await.map(Some).map_err(Problem::internal),
        status => Err(Problem::unavailable(
            format!(
                "The cart cannot be read at the moment (its service answered {status}). Try again."
            ),
            std::time::Duration::from_secs(2),
        )),
    }
}
