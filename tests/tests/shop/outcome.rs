//! What a purchase must have led to.

use chassis::{Service, testkit::eventually};
use serde_json::Value;

use crate::starter::{Guest, Shop};

/// A card that is approved.
pub(crate) const APPROVED: &str = "9999000010000002";
/// A card whose authorisation is answered too late.
pub(crate) const TIMES_OUT: &str = "9999000050000003";

/// A card about which the bank asks its holder.
pub(crate) const CHALLENGE: &str = "9999000040000006";

/// How often an authorisation was sent.
pub(crate) fn authorizations(shop: &Shop) -> usize {
    shop.front(Service::Payments)
        .calls("POST /internal/v1/intents")
}

/// Everything that a purchase of one piece out of five must have led to, and no more.
pub(crate) async fn bought_once(shop: &Shop, guest: &Guest, mug: uuid::Uuid, what: &str) {
    shop.settle().await;
    let placed = shop
        .count("SELECT count(*) FROM orders.sales_order WHERE state = 'placed'")
        .await;
    let captured = shop
        .count("SELECT count(*) FROM payments.ledger_entry WHERE kind = 'capture'")
        .await;
    assert_eq!((placed, captured), (1, 1), "{what}");
    assert_eq!(shop.stock(mug).await, (4, 0), "{what}");
    assert_eq!(guest.cart().await["state"], "closed", "{what}");
}

/// Waits for a purchase that nobody asks for any more.
pub(crate) async fn completes_by_itself(guest: &Guest, id: &str) -> Value {
    eventually("the purchase completes", async || {
        let checkout = guest.checkout(id).await;
        if checkout["state"] == "completed" {
            Ok(checkout)
        } else {
            Err(checkout.to_string())
        }
    })
    .await
}
