//! A checkout that is completed many times at once, with one key and with many, is one order.

use anyhow::Result;
use futures::future::try_join_all;

use super::{Round, Track};
use crate::goods;

pub(super) async fn round(track: &Track, buyers: usize) -> Result<Round> {
    let variant = goods::article(&track.pool, goods::PRICE, 1).await?;
    let (buyer, checkout, total) = track.outside.ready_to_pay(variant).await?;
    // Two senders share a key.
    let keys: Vec<String> = (0..buyers).map(|n| format!("key-{}", n / 2)).collect();
    let sent = keys
        .iter()
        .map(|key| buyer.complete(&checkout, key, &total));
    let mut round = Round::default();
    for answer in try_join_all(sent).await? {
        if answer.code() == "idempotency_in_progress" {
            round.conflicts += 1;
            continue;
        }
        let placed = answer.expect(201)?;
        let number = placed["number"].as_str().unwrap_or("without a number");
        round.acknowledged.push(number.to_owned());
    }
    round.acknowledged.sort();
    round.acknowledged.dedup();
    let orders = round.acknowledged.len();
    round.check(orders == 1, || {
        format!("one checkout became {orders} orders")
    });
    Ok(round)
}
