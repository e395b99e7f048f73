//! A buyer who knows only the public API.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;

/// A card that is approved.
pub const APPROVED: &str = "9999000010000002";
/// A card that is declined.
pub const DECLINED: &str = "9999000020000000";
/// A card whose authorisation is answered too late, and approved all the same.
pub const TIMES_OUT: &str = "9999000050000003";
/// A card that is approved slowly.
pub const SLOW: &str = "9999000080000007";

/// Longest wait for an answer.
const ANSWER: Duration = Duration::from_secs(20);
/// Pause between two looks.
const PAUSE: Duration = Duration::from_millis(50);

/// An answer of the shop.
#[derive(Clone, Debug)]
pub struct Answer {
    pub status: u16,
    pub body: Value,
}

impl Answer {
    /// The body, unless the status is another one than `expected`.
    pub fn expect(self, expected: u16) -> Result<Value> {
        if self.status == expected {
            return Ok(self.body);
        }
        bail!("{} instead of {expected}: {}", self.status, self.body)
    }

    /// The code of a problem, or nothing.
    pub fn code(&self) -> &str {
        self.body["code"].as_str().unwrap_or_default()
    }
}

/// A client of the shop at one address; cheap to clone.
#[derive(Clone, Debug)]
pub struct Outside {
    http: reqwest::Client,
    base: String,
}

impl Outside {
    /// A client of the shop at `base`, for example `http://127.0.0.1:8080`.
    pub fn new(base: &str) -> Result<Self> {
        // Fails only when a provider is installed already.
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
        let http = reqwest::Client::builder()
            .no_proxy()
            .tls_certs_only([])
            .timeout(ANSWER)
            .build()?;
        Ok(Self {
            http,
            base: base.trim_end_matches('/').to_owned(),
        })
    }

    /// A new guest with an empty cart.
    pub async fn buyer(&self) -> Result<Buyer> {
        let mut buyer = Buyer {
            outside: self.clone(),
            token: String::new(),
            cart: String::new(),
        };
        let cart = buyer
            .send(Method::POST, "/api/v1/carts", Some(&json!({})), None)
            .await?
            .expect(201)?;
        buyer.token = text(&cart, "token")?;
        buyer.cart = text(&cart, "id")?;
        Ok(buyer)
    }

    /// A new guest whose cart holds one piece and whose checkout only lacks a card. Gives the
    /// guest and the id of the checkout.
    pub async fn at_the_till(&self, variant: Uuid) -> Result<(Buyer, String)> {
        let buyer = self.buyer().await?;
        buyer.add(variant, 1).await?.expect(200)?;
        let checkout = buyer.to_the_till().await?;
        Ok((buyer, checkout))
    }

    /// As [`Outside::at_the_till`], with a discount code that counts.
    pub async fn at_the_till_with(&self, variant: Uuid, code: &str) -> Result<(Buyer, String)> {
        let buyer = self.buyer().await?;
        buyer.add(variant, 1).await?.expect(200)?;
        buyer.give_code(code).await?.expect(200)?;
        let checkout = buyer.to_the_till().await?;
        Ok((buyer, checkout))
    }

    /// As [`Outside::at_the_till`], with stock reserved. Gives also the total.
    pub async fn ready_to_pay(&self, variant: Uuid) -> Result<(Buyer, String, Value)> {
        let (buyer, checkout) = self.at_the_till(variant).await?;
        let paid = buyer.pay(&checkout, APPROVED).await?.expect(200)?;
        Ok((buyer, checkout, paid["totals"]["grand"].clone()))
    }
}

/// A guest with a cart.
#[derive(Clone, Debug)]
pub struct Buyer {
    outside: Outside,
    token: String,
    /// Id of the cart.
    pub cart: String,
}

impl Buyer {
    async fn send(
        &self,
        method: Method,
        path: &str,
        body: Option<&Value>,
        key: Option<&str>,
    ) -> Result<Answer> {
        let url = format!("{}{path}", self.outside.base);
        let mut request = self.outside.http.request(method.clone(), url);
        if !self.token.is_empty() {
            request = request.bearer_auth(&self.token);
        }
        if let Some(key) = key {
            request = request.header("idempotency-key", key);
        }
        if let Some(body) = body {
            request = request.json(body);
        }
        let answer = request
            .send()
            .await
            .with_context(|| format!("{method} {path}"))?;
        let status = answer.status().as_u16();
        let body = answer.bytes().await?;
        Ok(Answer {
            status,
            body: serde_json::from_slice(&body).unwrap_or(Value::Null),
        })
    }

    async fn get(&self, path: &str) -> Result<Answer> {
        self.send(Method::GET, path, None, None).await
    }

    /// Adds pieces to the cart.
    pub async fn add(&self, variant: Uuid, qty: u32) -> Result<Answer> {
        let path = format!("/api/v1/carts/{}/items", self.cart);
        let body = json!({"variant_id": variant, "qty": qty});
        self.send(Method::POST, &path, Some(&body), None).await
    }

    /// Gives a discount code.
    pub async fn give_code(&self, code: &str) -> Result<Answer> {
        let path = format!("/api/v1/carts/{}/discount-codes", self.cart);
        let body = json!({"code": code});
        self.send(Method::POST, &path, Some(&body), None).await
    }

    /// Takes a discount code off the cart.
    pub async fn remove_code(&self, code: &str) -> Result<Answer> {
        let path = format!("/api/v1/carts/{}/discount-codes/{code}", self.cart);
        self.send(Method::DELETE, &path, None, None).await
    }

    /// Begins a checkout that only lacks a card.
    async fn to_the_till(&self) -> Result<String> {
        let checkout = text(&self.begin().await?.expect(201)?, "id")?;
        self.describe(&checkout).await?.expect(200)?;
        Ok(checkout)
    }

    /// The cart, open or closed.
    pub async fn cart(&self) -> Result<Answer> {
        self.get(&format!("/api/v1/carts/{}", self.cart)).await
    }

    /// The open cart of this guest, if there is one.
    pub async fn current_cart(&self) -> Result<Answer> {
        self.get("/api/v1/carts/current").await
    }

    /// Begins a checkout.
    pub async fn begin(&self) -> Result<Answer> {
        let body = json!({"cart_id": self.cart});
        self.send(Method::POST, "/api/v1/checkouts", Some(&body), None)
            .await
    }

    /// Says where the parcel goes.
    async fn describe(&self, checkout: &str) -> Result<Answer> {
        let body = json!({
            "email": "ada@example.org",
            "address": {
                "name": "Ada Byron",
                "line1": "1 Main Street",
                "postcode": "10115",
                "city": "Berlin",
                "country": "DE",
            },
            "rate": "standard",
        });
        let path = format!("/api/v1/checkouts/{checkout}");
        self.send(Method::PATCH, &path, Some(&body), None).await
    }

    /// Gives a card: the order is created and stock reserved.
    pub async fn pay(&self, checkout: &str, number: &str) -> Result<Answer> {
        let path = format!("/api/v1/checkouts/{checkout}/payment");
        let body = json!({"card": {
            "number": number, "expiry": "12/49", "cvc": "123", "holder": "Ada Byron",
        }});
        self.send(Method::POST, &path, Some(&body), None).await
    }

    /// Agrees to the total.
    pub async fn complete(&self, checkout: &str, key: &str, total: &Value) -> Result<Answer> {
        let path = format!("/api/v1/checkouts/{checkout}/complete");
        let body = json!({"expected_total": total});
        self.send(Method::POST, &path, Some(&body), Some(key)).await
    }

    /// A placed order.
    pub async fn order(&self, number: &str) -> Result<Value> {
        let path = format!("/api/v1/orders/{number}");
        self.get(&path).await?.expect(200)
    }

    /// Buys what the checkout is about whatever happens to the requests, as the web shop does:
    /// looks where the checkout stands and goes on from there, always with the same key. Gives the
    /// number of the order.
    pub async fn insist(&self, checkout: &str, number: &str, patience: Duration) -> Result<String> {
        let began = Instant::now();
        let mut seen = String::new();
        while began.elapsed() < patience {
            match self.step(checkout, number).await {
                Ok(Some(order)) => return Ok(order),
                Ok(None) => {}
                Err(error) => seen = format!("{error:#}"),
            }
            tokio::time::sleep(PAUSE).await;
        }
        bail!("the purchase {checkout} did not come to an end; last seen: {seen}")
    }

    async fn step(&self, checkout: &str, number: &str) -> Result<Option<String>> {
        let seen = self.get(&format!("/api/v1/checkouts/{checkout}")).await?;
        let seen = seen.expect(200)?;
        match seen["state"].as_str() {
            Some("completed") => return text(&seen, "order_number").map(Some),
            Some("open" | "awaiting_payment") => {
                self.pay(checkout, number).await?.expect(200)?;
            }
            Some("payment_ready") => {
                let total = &seen["totals"]["grand"];
                let placed = self
                    .complete(checkout, "insist", total)
                    .await?
                    .expect(201)?;
                return text(&placed, "number").map(Some);
            }
            Some("processing") => {}
            _ => bail!("the checkout is {seen}"),
        }
        Ok(None)
    }
}

/// A member that must be a text.
fn text(value: &Value, member: &str) -> Result<String> {
    let found = value[member].as_str();
    found
        .map(str::to_owned)
        .with_context(|| format!("no {member} in {value}"))
}
