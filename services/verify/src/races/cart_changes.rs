//! A cart that changes while its checkout is completed: the order is what was agreed to, and no
//! piece gets lost: it is in the order or in the cart that is open afterwards.

use std::time::Duration;

use anyhow::{Context, Result};
use futures::future::{join, try_join_all};
use serde_json::Value;

use super::{Round, Track};
use crate::{goods, invariants};

/// Time in which the cart of a placed order is closed.
const CLOSING: Duration = Duration::from_secs(30);

pub(super) async fn round(track: &Track, buyers: usize) -> Result<Round> {
    let variant = goods::article(&track.pool, goods::PRICE, 100).await?;
    let (buyer, checkout, total) = track.outside.ready_to_pay(variant).await?;
    // One completes, all others add one piece more.
    let adding = try_join_all((1..buyers).map(|_| buyer.add(variant, 1)));
    let (completed, added) = join(buyer.complete(&checkout, "once", &total), adding).await;
    let (completed, added) = (completed?, added?);
    let mut round = Round::default();
    let mut pieces: u64 = 1;
    for answer in added {
        match (answer.status, answer.code()) {
            (200, _) => pieces += 1,
            (409, "cart_closed") => round.conflicts += 1,
            _ => drop(answer.expect(200)?),
        }
    }
    let mut found = 0;
    if completed.status == 201 {
        let order = completed.body;
        let number = order["number"].as_str().context("an order has a number")?;
        round.acknowledged.push(number.to_owned());
        round.check(order["totals"]["grand"] == total, || {
            format!(
                "{number} costs {} instead of {total}",
                order["totals"]["grand"]
            )
        });
        found += order["lines"][0]["qty"].as_u64().unwrap_or_default();
        // The pieces that were added since move when the cart closes.
        invariants::quiet(&track.pool, CLOSING).await?;
    } else if completed.code() == "cart_changed" {
        round.conflicts += 1;
    } else {
        completed.expect(201)?;
    }
    let cart = buyer.current_cart().await?;
    if cart.status != 404 {
        found += count(&cart.expect(200)?);
    }
    round.check(found == pieces, || {
        format!("{pieces} pieces were added, {found} are in the order and the cart")
    });
    Ok(round)
}

fn count(cart: &Value) -> u64 {
    cart["count"].as_u64().unwrap_or_default()
}
