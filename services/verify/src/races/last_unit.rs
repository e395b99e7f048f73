//! Of one piece exactly one is sold, whoever wants it.

use anyhow::{Result, bail};
use futures::future::{join_all, try_join_all};
use uuid::Uuid;

use super::{Round, Track};
use crate::buyer::{APPROVED, Buyer};

pub(super) async fn round(track: &Track, buyers: usize, variant: Uuid) -> Result<Round> {
    let till = || track.outside.at_the_till(variant);
    let buyers = try_join_all((0..buyers).map(|_| till())).await?;
    let bought = buyers.iter().map(|(buyer, checkout)| buy(buyer, checkout));
    let mut round = Round::default();
    for outcome in join_all(bought).await {
        match outcome? {
            Some(number) => round.acknowledged.push(number),
            None => round.conflicts += 1,
        }
    }
    let sold = round.acknowledged.len();
    round.check(sold == 1, || format!("one piece was sold {sold} times"));
    let left: (i32, i32) =
        sqlx::query_as("SELECT on_hand, reserved FROM catalog.stock_level WHERE variant_id = $1")
            .bind(variant)
            .fetch_one(&track.pool)
            .await?;
    round.check(left == (0, 0), || {
        format!("{} on hand and {} reserved are left", left.0, left.1)
    });
    Ok(round)
}

/// The order's number, or nothing when others were faster.
async fn buy(buyer: &Buyer, checkout: &str) -> Result<Option<String>> {
    let paid = buyer.pay(checkout, APPROVED).await?;
    if paid.code() == "out_of_stock" {
        return Ok(None);
    }
    let total = paid.expect(200)?["totals"]["grand"].clone();
    let placed = buyer.complete(checkout, "once", &total).await?;
    let placed = placed.expect(201)?;
    let Some(number) = placed["number"].as_str() else {
        bail!("a placed order without a number: {placed}");
    };
    Ok(Some(number.to_owned()))
}
