//! The reaper: finishes or undoes whatever stands still. Any number of replicas may run it: each
//! piece of work is leased or looked at again under lock.

use std::time::Duration;

use chassis::{Code, Problem, idempotency::Lease, run_tx, telemetry};
use contracts::OrderId;
use futures::future::join_all;
use tokio_util::sync::CancellationToken;
use tracing::Instrument;

use super::{complete, follow_up, fulfil, refund, reserve};
use crate::{
    app::App,
    domain::{checkout::CheckoutState, state::OrderState},
    store::{KEYS, checkouts, orders, return_window, stalled, transition::Actor, webhooks},
};

/// Pieces of work taken at a time.
const BATCH: i64 = 16;
/// Time for which answers to idempotency keys are kept.
const ANSWERS: Duration = Duration::from_hours(48);
/// Rounds between two clean-ups.
const CLEAN_UP_EVERY: u32 = 600;

/// Runs until `stop`.
pub async fn run(app: App, stop: CancellationToken) {
    let mut round: u32 = 0;
    while !stop.is_cancelled() {
        if let Err(problem) = reap(&app)
            .instrument(telemetry::background_span("reap"))
            .await
        {
            tracing::warn!(%problem, "the reaper tries again at its next round");
        }
        if round.is_multiple_of(CLEAN_UP_EVERY)
            && let Err(problem) = forget_old(&app).await
        {
            tracing::warn!(%problem, "old answers and webhooks were not forgotten");
        }
        round = round.wrapping_add(1);
        tokio::select! {
            () = stop.cancelled() => {}
            () = tokio::time::sleep(app.timing.reap) => {}
        }
    }
}

async fn forget_old(app: &App) -> Result<(), Problem> {
    stalled::forget_answers(&app.pool, ANSWERS).await?;
    webhooks::forget(&app.pool).await?;
    Ok(())
}

/// One round.
async fn reap(app: &App) -> Result<(), Problem> {
    let leases = KEYS.take_over(&app.pool, BATCH, app.timing.lease).await?;
    join_all(leases.iter().map(|lease| {
        let span = telemetry::resumed_span("resume", lease.traceparent());
        resume(app, lease).instrument(span)
    }))
    .await;
    for order in stalled::unreserved(&app.pool, app.timing.unreserved, BATCH).await? {
        match reserve::reserve(app, order).await {
            Err(problem) if problem.code() != Code::OutOfStock => {
                tracing::warn!(%problem, %order, "stock could not be asked for");
            }
            _ => tracing::info!(%order, "stock was asked for again"),
        }
    }
    for order in stalled::lapsed(&app.pool, BATCH).await? {
        lapse(app, order).await?;
    }
    for answered in stalled::answered(&app.pool, app.timing.unreserved, BATCH).await? {
        if let Err(problem) = complete::unattended(app, &answered).await {
            tracing::warn!(%problem, checkout = %answered.checkout, "a purchase waits after the bank's question");
        }
    }
    let expired = stalled::expire_checkouts(&app.pool).await?;
    if expired > 0 {
        tracing::info!(expired, "checkouts have lapsed");
    }
    for order in return_window::over(&app.pool, BATCH).await? {
        fulfil::complete(app, order).await?;
    }
    follow_up::due(app, BATCH).await?;
    Ok(())
}

/// Goes on with a request whose process is gone.
async fn resume(app: &App, lease: &Lease) {
    if refund::is_one(lease) {
        return resume_refund(app, lease).await;
    }
    let result = match complete::resume(app, lease, Duration::ZERO).await {
        // Nothing had been begun: whoever asked may ask again.
        Ok(None) => forget(app, lease).await,
        Ok(Some(driven)) => {
            tracing::info!(route = lease.route(), ?driven, "a purchase was taken up");
            Ok(())
        }
        Err(problem) => Err(problem),
    };
    if let Err(problem) = result {
        tracing::warn!(%problem, route = lease.route(), "a purchase still stands still");
    }
}

async fn resume_refund(app: &App, lease: &Lease) {
    let result = match refund::resume(app, lease).await {
        Ok(None) => forget(app, lease).await,
        Ok(Some(answer)) => {
            let (route, status) = (lease.route(), answer.status);
            tracing::info!(route, %status, "a refund was taken up");
            Ok(())
        }
        Err(problem) => Err(problem),
    };
    if let Err(problem) = result {
        tracing::warn!(%problem, route = lease.route(), "a refund still stands still");
    }
}

async fn forget(app: &App, lease: &Lease) -> Result<(), Problem> {
    let mut connection = app.connection().await?;
    KEYS.forget(&mut connection, lease).await
}

/// Ends an order whose reservation has lapsed, unless somebody was faster.
async fn lapse(app: &App, order: OrderId) -> Result<(), Problem> {
    let lapsed = run_tx!(&app.pool, "reservation lapsed", async |tx| {
        let checkout = checkouts::lock(tx, order.into()).await?;
        let head = orders::head(tx, checkout.id).await?;
        let stands = head.is_some_and(|head| {
            head.state == OrderState::StockReserved && head.reservation_expired
        });
        let is_driven = checkout.state == CheckoutState::Processing
            && !checkout.payment_state.waits_for_customer();
        if !stands || is_driven {
            return Ok(false);
        }
        reserve::lapse(app, tx, order, Actor::Reaper).await?;
        Ok(true)
    })?;
    if lapsed {
        tracing::info!(%order, "a reservation has lapsed");
        follow_up::soon(app, order).await;
    }
    Ok(())
}
