//! A guest who buys through the ingress, as an API client does.

use std::{
    collections::BTreeSet,
    net::SocketAddr,
    sync::{
        Mutex,
        atomic::{AtomicU64, Ordering},
    },
};

use anyhow::{Context, Result, bail, ensure};
use reqwest::{Client, Method, Url};
use serde_json::{Value, json};

/// One guest with a cart of their own.
pub(crate) struct Buyer {
    http: Client,
    base: Url,
    token: Mutex<Option<String>>,
    sent: AtomicU64,
    /// Which of the products in stock they like.
    taste: usize,
}

/// What a buyer remembers of an order.
pub(crate) struct Order {
    pub(crate) number: String,
    pub(crate) total: Value,
    pub(crate) trace_id: String,
}

/// A checkout that only needs its completion.
pub(crate) struct Checkout {
    id: String,
    total: Value,
}

impl Buyer {
    pub(crate) fn new() -> Result<Self> {
        Self::with_taste(0)
    }

    /// Buyers of different taste do not empty one shelf.
    pub(crate) fn with_taste(taste: usize) -> Result<Self> {
        let base: Url = std::env::var("LOCALMART_URL")
            .context("LOCALMART_URL is not set; run this through `cargo xtask test e2e`")?
            .parse()?;
        let host = base.host_str().context("LOCALMART_URL has no host")?;
        let port = base.port_or_known_default().unwrap_or(80);
        let http = Client::builder()
            .resolve(host, SocketAddr::from(([127, 0, 0, 1], port)))
            .tls_certs_only([])
            // What fails has failed: the shop is tested, not the patience of its customers.
            .retry(reqwest::retry::never())
            .build()?;
        Ok(Self {
            http,
            base,
            token: Mutex::new(None),
            sent: AtomicU64::new(0),
            taste,
        })
    }

    /// Requests so far.
    pub(crate) fn sent(&self) -> u64 {
        self.sent.load(Ordering::Relaxed)
    }

    /// Looks at the list and at one product that is in stock.
    pub(crate) async fn look_around(&self) -> Result<Value> {
        let list = self.call(Method::GET, "products?limit=50", None).await?;
        let mut cards = list["items"]
            .as_array()
            .context("the list has no items")?
            .clone();
        cards.retain(|card| card["stock"] == "in");
        ensure!(!cards.is_empty(), "nothing is in stock");
        let card = &cards[self.taste % cards.len()];
        let slug = card["slug"].as_str().context("a card has no slug")?;
        self.call(Method::GET, &format!("products/{slug}"), None)
            .await
    }

    /// A whole purchase with the card that is approved.
    pub(crate) async fn buy_something(&self) -> Result<Order> {
        let checkout = self.ready_checkout().await?;
        let (order, trace_id) = self.complete(&checkout, "only-once").await?;
        let number = order["number"]
            .as_str()
            .context("the order has no number")?;
        Ok(Order {
            number: number.to_owned(),
            total: order["totals"]["grand"].clone(),
            trace_id,
        })
    }

    /// Opens a cart and remembers its token.
    pub(crate) async fn new_cart(&self) -> Result<Value> {
        let cart = self.call(Method::POST, "carts", Some(json!({}))).await?;
        // Only a guest without a token gets one.
        let mut token = self.token.lock().unwrap();
        if token.is_none() {
            let new = cart["token"]
                .as_str()
                .context("the new cart came without a token")?;
            *token = Some(new.to_owned());
        }
        drop(token);
        Ok(cart)
    }

    /// From the product list to a checkout with address, rate and card.
    pub(crate) async fn ready_checkout(&self) -> Result<Checkout> {
        let product = self.look_around().await?;
        let variant = product["variants"]
            .as_array()
            .context("the product has no variants")?
            .iter()
            .find(|variant| variant["stock"] == "in")
            .context("no variant is in stock")?;
        let cart = self.new_cart().await?;
        let cart_id = cart["id"].as_str().context("the cart has no id")?;
        let line = json!({"variant_id": variant["id"], "qty": 1});
        self.call(Method::POST, &format!("carts/{cart_id}/items"), Some(line))
            .await?;
        let checkout = self
            .call(Method::POST, "checkouts", Some(json!({"cart_id": cart_id})))
            .await?;
        let id = checkout["id"]
            .as_str()
            .context("the checkout has no id")?
            .to_owned();
        let rates = self
            .call(Method::GET, &format!("checkouts/{id}/shipping-rates"), None)
            .await;
        let details = json!({
            "email": "ada@example.org",
            "address": {"name": "Ada Example", "line1": "1 Market Street", "postcode": "10115",
                        "city": "Berlin", "country": "DE"},
        });
        self.call(Method::PATCH, &format!("checkouts/{id}"), Some(details))
            .await?;
        let rates = match rates {
            Ok(rates) => rates,
            Err(_) => {
                self.call(Method::GET, &format!("checkouts/{id}/shipping-rates"), None)
                    .await?
            }
        };
        let rate = json!({"rate": rates["items"][0]["id"]});
        self.call(Method::PATCH, &format!("checkouts/{id}"), Some(rate))
            .await?;
        let card = json!({"card": {"number": "9999000010000002", "expiry": "12/39", "cvc": "123",
                                   "holder": "Ada Example"}});
        let paid = self
            .call(Method::POST, &format!("checkouts/{id}/payment"), Some(card))
            .await?;
        let total = paid["totals"]["grand"].clone();
        ensure!(total["minor"].is_i64(), "the checkout has no total: {paid}");
        Ok(Checkout { id, total })
    }

    /// Sends the completion `times` times at once; the distinct order numbers of the answers.
    pub(crate) async fn complete_many_times(
        &self,
        checkout: &Checkout,
        times: u32,
    ) -> Result<BTreeSet<String>> {
        let all = (0..times).map(|_| self.complete_until_settled(checkout));
        let mut numbers = BTreeSet::new();
        for order in futures::future::join_all(all).await {
            let order = order?;
            numbers.insert(order["number"].as_str().context("no number")?.to_owned());
        }
        Ok(numbers)
    }

    /// The order called `number`.
    pub(crate) async fn order(&self, number: &str) -> Result<Value> {
        self.call(Method::GET, &format!("orders/{number}"), None)
            .await
    }

    /// Repeats while the answer is that another request with the key is still running.
    async fn complete_until_settled(&self, checkout: &Checkout) -> Result<Value> {
        for _ in 0..100 {
            match self.complete(checkout, "one-key-for-all").await {
                Ok((order, _)) => return Ok(order),
                Err(error) if error.to_string().contains("idempotency_in_progress") => {
                    tokio::time::sleep(std::time::Duration::from_millis(100)).await;
                }
                Err(error) => return Err(error),
            }
        }
        bail!("the completion never settled")
    }

    async fn complete(&self, checkout: &Checkout, key: &str) -> Result<(Value, String)> {
        let path = format!("checkouts/{}/complete", checkout.id);
        let body = json!({"expected_total": checkout.total});
        let request = self
            .request(Method::POST, &path, Some(body))?
            .header("idempotency-key", format!("{}-{key}", checkout.id));
        let response = request.send().await?;
        let trace = response.headers().get("traceresponse").cloned();
        let order = read(response).await?;
        let trace = trace.context("the answer names no trace")?;
        let trace_id = trace
            .to_str()?
            .split('-')
            .nth(1)
            .context("malformed traceresponse")?;
        Ok((order, trace_id.to_owned()))
    }

    async fn call(&self, method: Method, path: &str, body: Option<Value>) -> Result<Value> {
        read(self.request(method, path, body)?.send().await?).await
    }

    fn request(
        &self,
        method: Method,
        path: &str,
        body: Option<Value>,
    ) -> Result<reqwest::RequestBuilder> {
        let url = self.base.join(&format!("/api/v1/{path}"))?;
        self.sent.fetch_add(1, Ordering::Relaxed);
        let mut request = self.http.request(method, url);
        if let Some(token) = self.token.lock().unwrap().as_ref() {
            request = request.bearer_auth(token);
        }
        if let Some(body) = body {
            request = request.json(&body);
        }
        Ok(request)
    }
}

async fn read(response: reqwest::Response) -> Result<Value> {
    let (status, url) = (response.status(), response.url().clone());
    let text = response.text().await?;
    ensure!(status.is_success(), "{url} answered {status}: {text}");
    Ok(serde_json::from_str(&text)?)
}
