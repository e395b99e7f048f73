//! An order that was placed, and what those who run the shop do with it.

use chassis::testkit::{Api, Reply};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    outcome::APPROVED,
    starter::{Guest, Shop},
};

/// A placed order, its customer and an admin.
#[derive(Clone, Debug)]
pub(crate) struct Bought {
    pub(crate) guest: Guest,
    pub(crate) number: String,
    pub(crate) admin: Api,
    pub(crate) variant: Uuid,
}

impl Shop {
    /// Has a new guest buy `qty` pieces, and waits until they are paid for.
    pub(crate) async fn bought(&self, variant: Uuid, qty: u32) -> Bought {
        let (guest, id) = self.at_the_till(variant, qty).await;
        let checkout = guest.pay(&id, APPROVED).await.expect(200).json();
        let total = &checkout["totals"]["grand"];
        let order = guest.complete(&id, "k", total).await.expect(201).json();
        self.settle().await;
        Bought {
            guest,
            number: order["number"].as_str().expect("a number").to_owned(),
            admin: self.admin(),
            variant,
        }
    }
}

impl Bought {
    /// Address of the order for admins, and what follows it.
    pub(crate) fn desk(&self, rest: &str) -> String {
        format!("/api/v1/admin/orders/{}{rest}", self.number)
    }

    /// Address of the order for its customer, and what follows it.
    pub(crate) fn mine(&self, rest: &str) -> String {
        format!("/api/v1/orders/{}{rest}", self.number)
    }

    /// Lines with so many pieces of what was bought.
    pub(crate) fn pieces(&self, qty: u32) -> Value {
        json!([{"variant_id": self.variant, "qty": qty}])
    }

    pub(crate) async fn pack(&self) -> Reply {
        self.admin.post(&self.desk("/pack"), &json!({})).await
    }

    pub(crate) async fn ship(&self, qty: u32) -> Reply {
        let body = json!({"lines": self.pieces(qty)});
        self.admin.post(&self.desk("/shipments"), &body).await
    }

    /// Delivers the parcel with this place in the order.
    pub(crate) async fn deliver(&self, index: usize) -> Reply {
        let order = self.shown().await;
        let id = order["shipments"][index]["id"].as_str().expect("a parcel");
        let path = self.desk(&format!("/shipments/{id}/deliver"));
        self.admin.post(&path, &json!({})).await
    }

    /// The order as its customer sees it.
    pub(crate) async fn shown(&self) -> Value {
        let shown = self.guest.api().get(&self.mine("")).await;
        shown.expect(200).json()
    }

    /// Packs, ships and delivers the whole order of `qty` pieces.
    pub(crate) async fn arrives(&self, qty: u32) {
        let _ = self.pack().await.expect(200);
        let _ = self.ship(qty).await.expect(201);
        let _ = self.deliver(0).await.expect(200);
    }
}
