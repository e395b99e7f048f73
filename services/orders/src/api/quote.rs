//! `POST /internal/v1/quote`: what a list of priced lines comes to.

use axum::extract::State;
use chassis::{Problem, extract::Json, problem::Document};
use contracts::quote::{Quote, QuoteRequest};

use crate::{app::App, domain, saga::basket};

/// Computes totals
#[utoipa::path(
    post,
    path = "/internal/v1/quote",
    tag = "internal",
    request_body = QuoteRequest,
    responses(
        (status = 200, body = Quote),
        (status = 422, description = "validation_failed", body = Document),
    )
)]
pub(super) async fn quote(
    State(app): State<App>,
    Json(request): Json<QuoteRequest>,
) -> Result<Json<Quote>, Problem> {
    let rules = app.tax_rules.current().await?;
    let offer = basket::offer(&app, request.cart_id, request.code.as_ref()).await?;
    let quote = domain::quote::quote(&request, &rules, offer.as_ref())?;
    Ok(Json(quote))
}
