//! Where a purchase stands, for whoever goes on with it.

use chassis::Problem;
use contracts::{Money, OrderId};

use crate::{
    app::App,
    store::{attempts, orders},
};

/// Where a request stands.
#[derive(Clone, Copy, Debug)]
pub struct Standing {
    /// The attempt that it is about.
    pub attempt: u16,
    /// Whether the provider's answer to it is still to come.
    pub is_open: bool,
    pub amount: Money,
    pub reservation_expired: bool,
    /// Seconds since the attempt was begun.
    pub age: f64,
}

/// Reads where the order of a request stands, and the card of its attempt.
pub async fn read(app: &App, order: OrderId) -> Result<(Standing, String), Problem> {
    let mut connection = app.connection().await?;
    let gone = || Problem::internal("a purchase that is being completed has no order");
    let head = orders::head(&mut connection, order.into())
        .await?
        .ok_or_else(gone)?;
    let attempts = attempts::of_order(&mut connection, order).await?;
    let latest = attempts.last().ok_or_else(gone)?;
    let standing = Standing {
        attempt: latest.number,
        is_open: latest.state.is_open(),
        amount: latest.amount,
        reservation_expired: head.reservation_expired,
        age: latest.age,
    };
    Ok((standing, latest.card_token.clone()))
}
