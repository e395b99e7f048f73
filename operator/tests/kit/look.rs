//! Makes an operator look at a shop, and knows when it has.

use super::{cluster::Space, operator::Operator, wait::eventually};

/// Wakes the operator until three more passes have begun, so that one has gone from its first read
/// to its last write.
pub async fn thrice(space: &Space, operator: &Operator, shop: &str) {
    for _ in 0..3 {
        let begun = passes(operator);
        let value = hex::encode(rand::random::<[u8; 4]>());
        space.annotate(shop, "test/wake", Some(&value)).await;
        eventually("the operator has looked", async || {
            let seen = passes(operator);
            (seen > begun).then_some(()).ok_or(seen)
        })
        .await;
    }
}

/// Passes that have begun: each reads the LocalMart once.
fn passes(operator: &Operator) -> usize {
    let exchanges = operator.proxy.exchanges();
    let reads = exchanges.iter().map(super::exchange::Exchange::right);
    reads
        .filter(|right| right == "get localmart.dev/localmarts")
        .count()
}
