//! `POST /api/v1/checkouts/{id}/extend`: ten minutes more, once.

use axum::extract::State;
use chassis::{
    Caller, Code, Problem,
    extract::{Json, Path},
    problem::Document,
    run_tx,
};
use contracts::CheckoutId;

use super::{own_checkout, view::CheckoutView};
use crate::{
    app::App,
    domain::checkout::CheckoutState,
    store::checkouts::{self, Checkout},
};

/// Prolongs the reservation
///
/// Possible once; asking again changes nothing.
#[utoipa::path(
    post,
    path = "/api/v1/checkouts/{id}/extend",
    tag = "checkout",
    params(("id" = CheckoutId, Path)),
    responses(
        (status = 200, body = CheckoutView),
        (status = 404, description = "not_found", body = Document),
        (status = 409, description = "invalid_state: nothing is reserved; reservation_expired", body = Document),
    ),
    security(("bearer" = []))
)]
pub(super) async fn extend(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<CheckoutId>,
) -> Result<Json<CheckoutView>, Problem> {
    let owner = caller.customer()?;
    let known = own_checkout(&app, owner, id).await?;
    holds_stock(&known)?;
    // The right to prolong is taken first, so that two requests cannot both use it.
    let mine = run_tx!(&app.pool, "extend", async |tx| {
        let checkout = checkouts::lock(tx, id).await?;
        holds_stock(&checkout)?;
        checkouts::take_extension(tx, id).await
    })?;
    if mine {
        prolong(&app, id).await?;
    }
    Ok(Json(own_checkout(&app, owner, id).await?.into()))
}

fn holds_stock(checkout: &Checkout) -> Result<(), Problem> {
    match checkout.state {
        CheckoutState::AwaitingPayment | CheckoutState::PaymentReady
            if checkout.reservation_expires_at.is_some() =>
        {
            Ok(())
        }
        CheckoutState::Expired => Err(expired()),
        _ => Err(Problem::new(
            Code::InvalidState,
            "Nothing is reserved that could be prolonged.",
        )),
    }
}

fn expired() -> Problem {
    Problem::new(
        Code::ReservationExpired,
        "The reservation has lapsed. Begin again: what you entered is kept.",
    )
}

async fn prolong(app: &App, id: CheckoutId) -> Result<(), Problem> {
    let seconds = u32::try_from(app.timing.reservation.as_secs()).unwrap_or(u32::MAX);
    let answer = app.calls.extend(id.into(), seconds).await;
    run_tx!(&app.pool, "extended", async |tx| {
        checkouts::lock(tx, id).await?;
        match &answer {
            Ok(Some(reservation)) => match reservation.expires_at {
                Some(until) => checkouts::set_reservation(tx, id, until).await,
                None => Ok(()),
            },
            // The right is still there for another try.
            Ok(None) | Err(_) => checkouts::give_extension_back(tx, id).await,
        }
    })?;
    match answer {
        Ok(Some(_)) => Ok(()),
        Ok(None) => Err(expired()),
        Err(problem) => Err(problem),
    }
}
