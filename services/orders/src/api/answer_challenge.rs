//! `POST /api/v1/checkouts/{id}/challenge`: the customer answers the bank (3-D Secure).

use axum::extract::State;
use chassis::{
    Caller, Code, Problem,
    extract::{Json, Path},
    problem::Document,
};
use contracts::{
    CheckoutId,
    payments::{AnswerChallenge, ChallengeOutcome},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{own_checkout, view::CheckoutView};
use crate::{
    app::App,
    saga::hear,
    store::{attempts, checkouts::Checkout},
};

#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct AnswerBank {
    outcome: ChallengeOutcome,
}

/// Answers the bank's question
///
/// The page of the simulated bank says whether the holder of the card has passed. Then complete
/// the checkout again: it is bought, or the card is declined. The same answer may be given again.
#[utoipa::path(
    post,
    path = "/api/v1/checkouts/{id}/challenge",
    tag = "checkout",
    params(("id" = CheckoutId, Path)),
    request_body = AnswerBank,
    responses(
        (status = 200, body = CheckoutView),
        (status = 404, description = "not_found", body = Document),
        (status = 409, description = "invalid_state: the bank has asked nothing, or its question is over", body = Document),
        (status = 422, description = "validation_failed", body = Document),
    ),
    security(("bearer" = []))
)]
pub(super) async fn answer_challenge(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<CheckoutId>,
    Json(body): Json<AnswerBank>,
) -> Result<Json<CheckoutView>, Problem> {
    let owner = caller.customer()?;
    let checkout = own_checkout(&app, owner, id).await?;
    let nothing = || over("The bank has asked nothing about this checkout.");
    let mut connection = app.connection().await?;
    let attempts = attempts::of_order(&mut connection, id.into()).await?;
    drop(connection);
    let intent = asked(&checkout)
        .then(|| attempts.last().and_then(|attempt| attempt.intent_id))
        .flatten()
        .ok_or_else(nothing)?;
    let request = AnswerChallenge {
        outcome: body.outcome,
    };
    let intent = app
        .calls
        .answer_challenge(intent, request)
        .await?
        .ok_or_else(|| {
            over("The bank's question is over: it was answered otherwise, or the checkout has ended.")
        })?;
    hear::answer(&app, &intent).await?;
    let checkout = own_checkout(&app, owner, id).await?;
    Ok(Json(checkout.into()))
}

fn asked(checkout: &Checkout) -> bool {
    checkout.challenge_id.is_some()
}

fn over(detail: &str) -> Problem {
    Problem::new(Code::InvalidState, detail)
}
