//! A customer who buys: a guest through the storefront's public API, or somebody who is signed in at
//! the services themselves.

use std::time::{Duration, Instant};

use chassis::{
    Service,
    testkit::{Api, Reply},
};
use serde_json::{Value, json};
use tokio::task::JoinHandle;
use uuid::Uuid;

use super::Shop;

/// Who buys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Guest,
    /// Somebody who is signed in.
    User,
}

impl Kind {
    pub(crate) const BOTH: [Self; 2] = [Self::Guest, Self::User];
}

/// A customer with a cart.
#[derive(Clone, Debug)]
pub(crate) struct Guest {
    api: Api,
    /// Where the customer reaches orders; for a guest the same as `api`.
    orders: Api,
    /// A guest's secret.
    token: String,
    /// Id of the cart.
    pub cart: String,
}

/// A body with a test card.
pub(crate) fn card(number: &str) -> Value {
    json!({"card": {"number": number, "expiry": "12/49", "cvc": "123", "holder": "Ada Byron"}})
}

impl Shop {
    /// A new guest with an empty cart.
    pub(crate) async fn guest(&self) -> Guest {
        self.guest_at(&self.front(Service::Storefront).url()).await
    }

    async fn guest_at(&self, url: &str) -> Guest {
        let outside = Api::anonymous(url);
        let cart = outside
            .post("/api/v1/carts", &json!({}))
            .await
            .expect(201)
            .json();
        let token = cart["token"].as_str().expect("a new guest gets a token");
        let api = outside.with("authorization", &format!("Bearer {token}"));
        Guest {
            orders: api.clone(),
            api,
            token: token.to_owned(),
            cart: text(&cart, "id"),
        }
    }

    /// Somebody new who is signed in, with an empty cart. The storefront knows guests only, so that
    /// the services are called as it would call them.
    pub(crate) async fn user(&self) -> Guest {
        let subject = format!("user:{}", Uuid::now_v7());
        let at = |callee| {
            Api::internal_at(self.url(callee), Service::Storefront, callee).as_customer(&subject)
        };
        let api = at(Service::Cart);
        let made = api.post("/api/v1/carts", &json!({})).await;
        Guest {
            cart: text(&made.expect(201).json(), "id"),
            api,
            orders: at(Service::Orders),
            token: String::new(),
        }
    }

    /// A new customer with an empty cart.
    pub(crate) async fn customer(&self, kind: Kind) -> Guest {
        match kind {
            Kind::Guest => self.guest().await,
            Kind::User => self.user().await,
        }
    }

    /// A new guest whose cart holds `qty` pieces and whose checkout only lacks a card. Gives the
    /// guest and the id of the checkout.
    pub(crate) async fn at_the_till(&self, variant: Uuid, qty: u32) -> (Guest, String) {
        let guest = self.guest().await;
        let _ = guest.add(variant, qty).await.expect(200);
        let checkout = guest.begin().await.expect(201).json();
        let id = text(&checkout, "id");
        let _ = guest.change(&id, &details()).await.expect(200);
        (guest, id)
    }

    /// As [`Shop::at_the_till`], with a card given and stock reserved. Gives also the total.
    pub(crate) async fn ready_to_pay(&self, variant: Uuid, number: &str) -> (Guest, String, Value) {
        let (guest, id) = self.at_the_till(variant, 1).await;
        let checkout = guest.pay(&id, number).await.expect(200).json();
        assert_eq!(checkout["state"], "payment_ready", "{checkout}");
        let total = checkout["totals"]["grand"].clone();
        (guest, id, total)
    }
}

impl Shop {
    /// The subject that owns a guest's cart.
    pub(super) async fn owner(&self, guest: &Guest) -> String {
        let cart = Api::internal_at(self.url(Service::Cart), Service::Orders, Service::Cart);
        let cart = cart
            .get(&format!("/internal/v1/carts/{}", guest.cart))
            .await
            .expect(200)
            .json();
        text(&cart, "owner")
    }
}

/// E-mail address, postal address and delivery.
pub(crate) fn details() -> Value {
    json!({
        "email": "ada@example.org",
        "address": {
            "name": "Ada Byron",
            "line1": "1 Main Street",
            "postcode": "10115",
            "city": "Berlin",
            "country": "DE",
        },
        "rate": "standard",
    })
}

fn text(value: &Value, member: &str) -> String {
    value[member]
        .as_str()
        .unwrap_or_else(|| panic!("no {member} in {value}"))
        .to_owned()
}

impl Guest {
    /// The public API as this customer; of somebody who is signed in, the cart's part.
    pub(crate) fn api(&self) -> &Api {
        &self.api
    }

    /// Orders' part of the public API as this customer.
    pub(crate) fn orders(&self) -> &Api {
        &self.orders
    }

    /// A guest's secret.
    pub(crate) fn token(&self) -> &str {
        &self.token
    }

    /// The same guest with another cart.
    #[must_use]
    pub(crate) fn with_cart(&self, cart: &Value) -> Self {
        Self {
            cart: text(cart, "id"),
            ..self.clone()
        }
    }

    pub(crate) async fn add(&self, variant: Uuid, qty: u32) -> Reply {
        let path = format!("/api/v1/carts/{}/items", self.cart);
        self.api
            .post(&path, &json!({"variant_id": variant, "qty": qty}))
            .await
    }

    pub(crate) async fn cart(&self) -> Value {
        self.api
            .get(&format!("/api/v1/carts/{}", self.cart))
            .await
            .expect(200)
            .json()
    }

    pub(crate) async fn begin(&self) -> Reply {
        self.orders
            .post("/api/v1/checkouts", &json!({"cart_id": self.cart}))
            .await
    }

    pub(crate) async fn change(&self, checkout: &str, body: &Value) -> Reply {
        self.orders
            .patch(&format!("/api/v1/checkouts/{checkout}"), body)
            .await
    }

    pub(crate) async fn checkout(&self, checkout: &str) -> Value {
        self.orders
            .get(&format!("/api/v1/checkouts/{checkout}"))
            .await
            .expect(200)
            .json()
    }

    pub(crate) async fn pay(&self, checkout: &str, number: &str) -> Reply {
        self.orders
            .post(
                &format!("/api/v1/checkouts/{checkout}/payment"),
                &card(number),
            )
            .await
    }

    /// Passes or fails the bank's question.
    pub(crate) async fn answer_bank(&self, checkout: &str, outcome: &str) -> Reply {
        self.orders
            .post(
                &format!("/api/v1/checkouts/{checkout}/challenge"),
                &json!({"outcome": outcome}),
            )
            .await
    }

    /// Completes in the background, while the test does something to the shop.
    pub(crate) fn completing(
        &self,
        checkout: &str,
        key: &'static str,
        total: &Value,
    ) -> JoinHandle<Reply> {
        let (guest, checkout, total) = (self.clone(), checkout.to_owned(), total.clone());
        tokio::spawn(async move { guest.complete(&checkout, key, &total).await })
    }

    pub(crate) async fn complete(&self, checkout: &str, key: &str, total: &Value) -> Reply {
        self.orders
            .with("idempotency-key", key)
            .post(
                &format!("/api/v1/checkouts/{checkout}/complete"),
                &json!({"expected_total": total}),
            )
            .await
    }
}

/// Time that a purchase may take with everything that goes wrong on the way.
const PATIENCE: Duration = Duration::from_secs(30);
/// Pause between two looks.
const PAUSE: Duration = Duration::from_millis(50);

impl Guest {
    /// Buys what the checkout is about whatever happens to the requests, as the web shop does: looks
    /// where the checkout stands and goes on from there. Gives the number of the order.
    pub(crate) async fn insist(&self, checkout: &str, number: &str) -> String {
        let began = Instant::now();
        let mut seen = Value::Null;
        while began.elapsed() < PATIENCE {
            let looked = self
                .orders
                .get(&format!("/api/v1/checkouts/{checkout}"))
                .await;
            if looked.status.as_u16() != 200 {
                seen = json!(looked.text());
                tokio::time::sleep(PAUSE).await;
                continue;
            }
            seen = looked.json();
            // What is answered does not matter: the next look tells.
            match seen["state"].as_str() {
                Some("completed") => return text(&seen, "order_number"),
                Some("open" | "awaiting_payment") => {
                    let _ = self.pay(checkout, number).await;
                }
                Some("payment_ready") => {
                    let _ = self
                        .complete(checkout, "insist", &seen["totals"]["grand"])
                        .await;
                }
                Some("processing") => match seen["payment"]["state"].as_str() {
                    Some("challenge") => {
                        let _ = self.answer_bank(checkout, "pass").await;
                    }
                    Some("challenge_answered") => {
                        let _ = self
                            .complete(checkout, "insist", &seen["totals"]["grand"])
                            .await;
                    }
                    _ => tokio::time::sleep(PAUSE).await,
                },
                _ => break,
            }
        }
        panic!("the purchase did not come to an end: {seen}");
    }
}
