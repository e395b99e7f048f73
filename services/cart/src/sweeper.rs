//! Forgets answers to idempotency keys that nobody will ask for again.

use std::time::Duration;

use chassis::telemetry;
use tokio_util::sync::CancellationToken;
use tracing::Instrument;

use crate::store::{ANSWER_LIFE, Carts};

/// Between two sweeps.
const PAUSE: Duration = Duration::from_mins(10);

/// Sweeps until told to stop. A sweep that fails is tried again after the pause.
pub(crate) async fn run(carts: Carts, stop: CancellationToken) {
    while stop
        .run_until_cancelled(tokio::time::sleep(PAUSE))
        .await
        .is_some()
    {
        let span = telemetry::background_span("forget answers");
        async {
            match carts.forget_answers(ANSWER_LIFE).await {
                Ok(forgotten) => tracing::debug!(forgotten, "old answers are forgotten"),
                Err(problem) => tracing::warn!(%problem, "old answers could not be forgotten"),
            }
        }
        .instrument(span)
        .await;
    }
}
