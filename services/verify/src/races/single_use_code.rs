//! A discount code that may be used once takes something off one order, however many buyers have
//! it at the till; the others are refused and can go on without it. Each wants an article of their
//! own, so that nothing but the code is scarce.

use anyhow::{Context, Result};
use futures::future::{join_all, try_join_all};
use serde_json::Value;

use super::{Round, Track};
use crate::{
    buyer::{APPROVED, Buyer},
    goods,
};

pub(super) async fn round(track: &Track, buyers: usize) -> Result<Round> {
    let code = goods::code(&track.pool, 1).await?;
    let buyers = try_join_all((0..buyers).map(|_| at_the_till(track, &code))).await?;
    let bought = join_all(buyers.iter().map(|(buyer, checkout)| buy(buyer, checkout))).await;
    let mut round = Round::default();
    let mut refused = Vec::new();
    let mut cheaper = 0;
    for (outcome, buyer) in bought.into_iter().zip(&buyers) {
        match outcome? {
            Some(order) => {
                cheaper += usize::from(discount(&order)? > 0);
                round.acknowledged.push(number(&order)?);
            }
            None => refused.push(buyer),
        }
    }
    round.conflicts = refused.len();
    round.check(cheaper == 1 && round.acknowledged.len() == 1, || {
        format!("one use of {code} took something off {cheaper} orders")
    });
    let uses: i32 = sqlx::query_scalar("SELECT used FROM orders.coupon WHERE code = $1")
        .bind(&code)
        .fetch_one(&track.pool)
        .await?;
    round.check(uses == 1, || format!("{code} counts {uses} uses"));
    if let Some((buyer, checkout)) = refused.first() {
        let order = go_on_without(buyer, checkout, &code).await?;
        let discount = discount(&order)?;
        round.acknowledged.push(number(&order)?);
        round.check(discount == 0, || {
            format!("without {code} there is still a discount of {discount}")
        });
    }
    Ok(round)
}

async fn at_the_till(track: &Track, code: &str) -> Result<(Buyer, String)> {
    let variant = goods::article(&track.pool, goods::PRICE, 1).await?;
    track.outside.at_the_till_with(variant, code).await
}

/// The order, or nothing when the code was refused.
async fn buy(buyer: &Buyer, checkout: &str) -> Result<Option<Value>> {
    let paid = buyer.pay(checkout, APPROVED).await?;
    if paid.code() == "discount_code_refused" {
        return Ok(None);
    }
    let total = paid.expect(200)?["totals"]["grand"].clone();
    let placed = buyer.complete(checkout, "once", &total).await?;
    placed.expect(201).map(Some)
}

/// Removes the code and buys at the full price, in the same checkout.
async fn go_on_without(buyer: &Buyer, checkout: &str, code: &str) -> Result<Value> {
    buyer.remove_code(code).await?.expect(200)?;
    buyer.begin().await?.expect(200)?;
    let order = buy(buyer, checkout).await?;
    order.context("refused although the code was removed")
}

fn discount(order: &Value) -> Result<i64> {
    let minor = order["totals"]["discount"]["minor"].as_i64();
    minor.context("an order without a discount, not even of nothing")
}

fn number(order: &Value) -> Result<String> {
    let number = order["number"].as_str().context("an order has a number")?;
    Ok(number.to_owned())
}
