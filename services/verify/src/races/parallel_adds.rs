//! No piece that is added to a cart gets lost, however many are added at once.

use anyhow::Result;
use futures::future::try_join_all;

use super::{Round, Track};
use crate::goods;

pub(super) async fn round(track: &Track, buyers: usize) -> Result<Round> {
    let variant = goods::article(&track.pool, goods::PRICE, 100).await?;
    let buyer = track.outside.buyer().await?;
    for answer in try_join_all((0..buyers).map(|_| buyer.add(variant, 1))).await? {
        answer.expect(200)?;
    }
    let cart = buyer.cart().await?.expect(200)?;
    let mut round = Round::default();
    round.check(cart["count"] == buyers, || {
        format!("{buyers} pieces were added, {} are there", cart["count"])
    });
    Ok(round)
}
