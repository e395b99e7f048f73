//! `POST /internal/v1/payment-webhooks`: payments tells what became of an attempt.

use axum::{
    body::Bytes,
    extract::{State, rejection::BytesRejection},
};
use chassis::{Code, Problem, problem::Document};
use contracts::payments::PaymentWebhook;
use http::{HeaderMap, StatusCode};

use crate::{app::App, saga::hear};

/// Takes a webhook of payments
///
/// Signed with a key that only payments and orders have. One that comes again changes nothing.
#[utoipa::path(
    post,
    path = "/internal/v1/payment-webhooks",
    tag = "payments",
    params(("LocalMart-Signature" = String, Header, description = "`t=<unix seconds>,v1=<hex HMAC-SHA256 of t.body>`, at most five minutes old")),
    request_body = PaymentWebhook,
    responses(
        (status = 204, description = "Taken over, now or before"),
        (status = 401, description = "unauthenticated: no token, or no signature that fits", body = Document),
        (status = 403, description = "forbidden: not payments", body = Document),
        (status = 404, description = "not_found: no attempt of ours", body = Document),
        (status = 422, description = "validation_failed", body = Document),
    )
)]
pub(super) async fn payment_webhook(
    State(app): State<App>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<StatusCode, Problem> {
    let body = body.map_err(|rejection| {
        Problem::new(
            Code::PayloadTooLarge,
            format!("The body could not be read: {rejection}."),
        )
    })?;
    app.webhook_key.verify(&headers, &body)?;
    // Members that are not known are a later release's.
    let webhook: PaymentWebhook = serde_json::from_slice(&body).map_err(|error| {
        Problem::invalid(
            "",
            "invalid_value",
            format!("This is no webhook of payments: {error}."),
        )
    })?;
    hear::webhook(&app, &webhook).await?;
    Ok(StatusCode::NO_CONTENT)
}
