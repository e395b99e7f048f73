//! `POST /internal/v1/tokens`: takes a card, keeps its last four digits, gives a token.

use axum::extract::State;
use chassis::{Problem, extract::Json, problem::Document};
use contracts::payments::{CardToken, Tokenize};

use super::App;
use crate::domain::card::{self, BRAND};

/// Exchanges a card for a token
#[utoipa::path(
    post,
    path = "/internal/v1/tokens",
    tag = "payments",
    request_body = Tokenize,
    responses(
        (status = 200, body = CardToken),
        (status = 422, description = "validation_failed: no test card, a typing error, expired", body = Document),
    )
)]
pub(super) async fn create_token(
    State(app): State<App>,
    Json(request): Json<Tokenize>,
) -> Result<Json<CardToken>, Problem> {
    let accepted = card::accept(&request.card, app.clock.now())?;
    // 128 random bits: a token cannot be guessed and says nothing about the card.
    let token = format!("tok_{:032x}", u128::from_be_bytes(app.ids.bytes()));
    app.tokens.insert(&token, &accepted).await?;
    Ok(Json(CardToken {
        token,
        brand: BRAND.to_owned(),
        last4: accepted.last4,
    }))
}
