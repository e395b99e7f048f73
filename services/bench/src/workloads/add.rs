//! Customers who add to their carts.

use std::{cell::RefCell, rc::Rc};

use anyhow::{Result, ensure};
use chassis::Service;
use http::Method;
use serde::Deserialize;
use serde_json::json;

use super::{Pass, text, variants};
use crate::{
    http::{Ask, Connection},
    load::{Shopper, Steps},
    shop::Shop,
};

/// Different things in a cart.
const LINES: usize = 3;
/// Pieces of each.
const PIECES: usize = 5;

/// Who adds, and where.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Customer {
    /// At the cart's own port; the cart is in Redis.
    Guest,
    /// Through the storefront.
    GuestOutside,
    /// At the cart's own port; the cart is in Postgres.
    SignedIn,
}

/// Adds one piece at a time; a full cart is left for a fresh one.
#[derive(Debug)]
pub struct Adder {
    connection: Connection,
    carts: Rc<RefCell<Vec<Cart>>>,
    cart: Option<Cart>,
    variants: Rc<[String]>,
}

#[derive(Debug)]
struct Cart {
    pass: Pass,
    path: String,
    number: usize,
    added: usize,
}

#[derive(Deserialize)]
struct Seen {
    count: usize,
}

impl Shopper for Adder {
    async fn once(&mut self, _: &Steps) -> Result<bool> {
        if self
            .cart
            .as_ref()
            .is_none_or(|cart| cart.added == LINES * PIECES)
        {
            self.cart = self.carts.borrow_mut().pop();
        }
        let Some(cart) = &mut self.cart else {
            return Ok(false);
        };
        let variant = &self.variants[(cart.number + cart.added % LINES) % self.variants.len()];
        let body = json!({"variant_id": variant, "qty": 1});
        let ask = Ask::send(Method::POST, &cart.path, Some(cart.pass.value()?), &body);
        let seen: Seen = self.connection.json(ask).await?;
        cart.added += 1;
        ensure!(
            seen.count == cart.added,
            "{} pieces after {} additions",
            seen.count,
            cart.added
        );
        Ok(true)
    }
}

/// So many customers at a time, with empty carts for about so many additions.
pub async fn adders(
    shop: &Shop,
    customer: Customer,
    size: usize,
    times: f64,
) -> Result<Vec<Adder>> {
    let at = match customer {
        Customer::GuestOutside => Service::Storefront,
        Customer::Guest | Customer::SignedIn => Service::Cart,
    };
    let variants: Rc<[String]> = variants(shop).await?.into();
    ensure!(variants.len() >= LINES, "too little is in stock");
    let carts = Rc::new(RefCell::new(Vec::new()));
    let mut adders = Vec::new();
    for _ in 0..size {
        adders.push(Adder {
            connection: Connection::open(shop.api(at)).await?,
            carts: Rc::clone(&carts),
            cart: None,
            variants: Rc::clone(&variants),
        });
    }
    let per_cart = f64::from(u32::try_from(LINES * PIECES)?);
    while f64::from(u32::try_from(carts.borrow().len())?) < times / per_cart + 1.0 {
        let made = adders.iter_mut().enumerate().map(async |(place, adder)| {
            let number = carts.borrow().len() + place;
            cart(shop, customer, number, &mut adder.connection).await
        });
        let made = futures::future::try_join_all(made).await?;
        carts.borrow_mut().extend(made);
    }
    Ok(adders)
}

async fn cart(
    shop: &Shop,
    customer: Customer,
    number: usize,
    connection: &mut Connection,
) -> Result<Cart> {
    let (pass, id) = if customer == Customer::GuestOutside {
        Pass::guest(connection).await?
    } else {
        let unique = shop.numbers.replace(shop.numbers.get() + 1);
        let subject = match customer {
            Customer::SignedIn => format!("user:00000000-0000-7000-8000-{unique:012x}"),
            Customer::Guest | Customer::GuestOutside => format!("guest:bench-{unique}"),
        };
        let mut pass = Pass::internal(shop, Service::Cart, &subject)?;
        let ask = Ask::send(
            Method::POST,
            "/api/v1/carts",
            Some(pass.value()?),
            &json!({}),
        );
        let cart: serde_json::Value = connection.json(ask).await?;
        let id = text(&cart, "id")?.to_owned();
        (pass, id)
    };
    Ok(Cart {
        pass,
        path: format!("/api/v1/carts/{id}/items"),
        number,
        added: 0,
    })
}
