//! Guests who buy: eight requests from an empty cart to a placed order.

use std::{cell::Cell, rc::Rc, time::Instant};

use anyhow::{Result, ensure};
use chassis::Service;
use http::Method;
use localmart_verify::buyer::APPROVED;
use serde_json::{Value, json};

use super::{Pass, text, variants};
use crate::{
    http::{Ask, Connection},
    load::{Shopper, Steps},
    shop::Shop,
};

/// The step that a budget is about.
pub const COMPLETE: &str = "complete";

/// Buys one piece after the other, each time as a new guest.
#[derive(Debug)]
pub struct Buyer {
    connection: Connection,
    variants: Rc<[String]>,
    /// Purchases of all buyers so far.
    next: Rc<Cell<usize>>,
}

impl Shopper for Buyer {
    async fn once(&mut self, steps: &Steps) -> Result<bool> {
        let number = self.next.replace(self.next.get() + 1);
        let began = Instant::now();
        let (mut pass, cart) = Pass::guest(&mut self.connection).await?;
        steps.record("cart", began.elapsed())?;
        let mut visit = Visit {
            connection: &mut self.connection,
            pass: &mut pass,
            steps,
        };
        let variant = &self.variants[number % self.variants.len()];
        let path = format!("/api/v1/carts/{cart}/items");
        let line = json!({"variant_id": variant, "qty": 1});
        visit.send("add", Method::POST, &path, line).await?;
        let body = json!({"cart_id": cart});
        let checkout = visit
            .send("checkout", Method::POST, "/api/v1/checkouts", body)
            .await?;
        let path = format!("/api/v1/checkouts/{}", text(&checkout, "id")?);
        let contact = json!({"email": "ada@example.org", "address": {
            "name": "Ada Byron", "line1": "1 Main Street", "postcode": "10115",
            "city": "Berlin", "country": "DE",
        }});
        visit.send("address", Method::PATCH, &path, contact).await?;
        let rates = visit
            .get("rates", &format!("{path}/shipping-rates"))
            .await?;
        let rate = json!({"rate": text(&rates["items"][0], "id")?});
        visit.send("rate", Method::PATCH, &path, rate).await?;
        let card = json!({"card": {
            "number": APPROVED, "expiry": "12/49", "cvc": "123", "holder": "Ada Byron",
        }});
        let paid = visit
            .send("payment", Method::POST, &format!("{path}/payment"), card)
            .await?;
        let total = json!({"expected_total": paid["totals"]["grand"]});
        let order = visit.complete(&format!("{path}/complete"), &total).await?;
        ensure!(order["state"] == "placed", "the order is {order}");
        Ok(true)
    }
}

struct Visit<'a> {
    connection: &'a mut Connection,
    pass: &'a mut Pass,
    steps: &'a Steps,
}

impl Visit<'_> {
    async fn send(
        &mut self,
        step: &'static str,
        method: Method,
        path: &str,
        body: Value,
    ) -> Result<Value> {
        let began = Instant::now();
        let ask = Ask::send(method, path, Some(self.pass.value()?), &body);
        let answer = self.connection.json(ask).await?;
        self.steps.record(step, began.elapsed())?;
        Ok(answer)
    }

    async fn get(&mut self, step: &'static str, path: &str) -> Result<Value> {
        let began = Instant::now();
        let ask = Ask::get(path, Some(self.pass.value()?));
        let answer = self.connection.json(ask).await?;
        self.steps.record(step, began.elapsed())?;
        Ok(answer)
    }

    async fn complete(&mut self, path: &str, total: &Value) -> Result<Value> {
        let began = Instant::now();
        let mut ask = Ask::send(Method::POST, path, Some(self.pass.value()?), total);
        // One order for each guest, so that any key is new.
        ask.idempotency_key = Some("bench");
        let answer = self.connection.json(ask).await?;
        self.steps.record(COMPLETE, began.elapsed())?;
        Ok(answer)
    }
}

/// Buyers of everything that is in stock, one thing after the other.
pub async fn buyers(shop: &Shop, size: usize) -> Result<Vec<Buyer>> {
    let variants: Rc<[String]> = variants(shop).await?.into();
    ensure!(!variants.is_empty(), "nothing is in stock");
    let next = Rc::new(Cell::new(0));
    let mut buyers = Vec::new();
    for _ in 0..size {
        buyers.push(Buyer {
            connection: Connection::open(shop.api(Service::Storefront)).await?,
            variants: Rc::clone(&variants),
            next: Rc::clone(&next),
        });
    }
    Ok(buyers)
}
