//! Ends reservations whose time is over, so that the pieces are on sale again.

use std::time::Duration;

use chassis::telemetry;
use tokio_util::sync::CancellationToken;
use tracing::Instrument;

use crate::store::Stock;

/// Sweeps every `pause` until told to stop. A sweep that fails is tried again after the pause.
pub async fn run(stock: Stock, pause: Duration, stop: CancellationToken) {
    while stop
        .run_until_cancelled(tokio::time::sleep(pause))
        .await
        .is_some()
    {
        let span = telemetry::background_span("sweep reservations");
        async {
            loop {
                match stock.sweep().await {
                    Ok(0) => break,
                    Ok(expired) => tracing::info!(expired, "reservations have lapsed"),
                    Err(problem) => {
                        tracing::warn!(%problem, "a sweep failed");
                        break;
                    }
                }
            }
        }
        .instrument(span)
        .await;
    }
}
