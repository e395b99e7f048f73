//! `POST /internal/v1/intents/{id}/challenge`: what the holder of the card told the bank.

use axum::extract::State;
use chassis::{
    Code, Problem,
    extract::{Json, Path},
    problem::Document,
    run_tx,
};
use contracts::{
    IntentId,
    payments::{AnswerChallenge, ChallengeOutcome, Intent},
};
use sqlx::PgConnection;

use super::App;
use crate::{domain::ledger::Outcome, store::Conclusion};

/// Why a card is declined whose holder was not the one who paid.
const FAILED: &str = "challenge_failed";

/// Answers the bank's question
///
/// The intent is authorised or declined by it. The same answer may be given again; another one
/// comes too late.
#[utoipa::path(
    post,
    path = "/internal/v1/intents/{id}/challenge",
    tag = "payments",
    params(("id" = IntentId, Path)),
    request_body = AnswerChallenge,
    responses(
        (status = 200, body = Intent),
        (status = 404, description = "not_found", body = Document),
        (status = 409, description = "invalid_state: there is no question, or it is over", body = Document),
        (status = 422, description = "validation_failed", body = Document),
    )
)]
pub(super) async fn answer_challenge(
    State(app): State<App>,
    Path(id): Path<IntentId>,
    Json(body): Json<AnswerChallenge>,
) -> Result<Json<Intent>, Problem> {
    let intent = run_tx!(&app.pool, "challenge", async |tx| {
        answer(&app, tx, id, body.outcome).await
    })?;
    app.wake.notify_one();
    Ok(Json(intent))
}

async fn answer(
    app: &App,
    tx: &mut PgConnection,
    id: IntentId,
    answer: ChallengeOutcome,
) -> Result<Intent, Problem> {
    let unknown = || Problem::not_found(format_args!("intent {id}"));
    let intent = app.intents.lock(tx, id).await?.ok_or_else(unknown)?;
    let (outcome, reason) = match answer {
        ChallengeOutcome::Pass => (Outcome::Authorized, None),
        ChallengeOutcome::Fail => (Outcome::Declined, Some(FAILED)),
    };
    if intent.challenge_id.is_none() {
        return Err(over("The bank asked nothing about this intent."));
    }
    if intent.outcome == outcome && intent.decline_reason.as_deref() == reason {
        return Ok(intent.into_wire());
    }
    if intent.outcome != Outcome::Challenged {
        return Err(over(
            "The bank's question was answered otherwise, or nobody waits for the answer any more.",
        ));
    }
    let conclusion = Conclusion { outcome, reason };
    app.intents
        .conclude(tx, &intent, conclusion, app.clock.now())
        .await?;
    let concluded = app.intents.lock(tx, id).await?.ok_or_else(unknown)?;
    Ok(concluded.into_wire())
}

fn over(detail: &str) -> Problem {
    Problem::new(Code::InvalidState, detail)
}
