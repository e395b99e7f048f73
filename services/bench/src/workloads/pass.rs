//! What a request shows to be let in.

use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use chassis::{Clock, Ids, InternalKeys, Service, auth::Subject};
use http::HeaderValue;
use serde_json::json;

use crate::{
    http::{Ask, Connection, bearer},
    shop::Shop,
};

/// Internal tokens live for a minute; a new one is made well before.
const RENEW: Duration = Duration::from_secs(20);

/// The value of `Authorization`.
#[derive(Debug)]
pub struct Pass {
    value: HeaderValue,
    /// How to make a new one; a guest's token lasts.
    renewal: Option<Renewal>,
}

#[derive(Debug)]
struct Renewal {
    keys: InternalKeys,
    callee: Service,
    subject: Subject,
    made: Instant,
}

impl Renewal {
    fn sign(&self) -> Result<HeaderValue> {
        let token = self.keys.sign(self.callee, &self.subject, &[]);
        bearer(&token.context("no key for this service")?)
    }
}

impl Pass {
    /// An internal token as the gateway makes it for a customer.
    pub fn internal(shop: &Shop, callee: Service, subject: &str) -> Result<Self> {
        let clock = Clock::system();
        let keys = InternalKeys::load(
            Service::Storefront,
            &shop.keys(),
            clock.clone(),
            Ids::random(clock),
        )?;
        let renewal = Renewal {
            keys,
            callee,
            subject: Subject::customer(subject),
            made: Instant::now(),
        };
        Ok(Self {
            value: renewal.sign()?,
            renewal: Some(renewal),
        })
    }

    /// The token of a new guest, and the guest's cart.
    pub async fn guest(storefront: &mut Connection) -> Result<(Self, String)> {
        let ask = Ask::send(http::Method::POST, "/api/v1/carts", None, &json!({}));
        let cart: serde_json::Value = storefront.json(ask).await?;
        let value = bearer(super::text(&cart, "token")?)?;
        let pass = Self {
            value,
            renewal: None,
        };
        Ok((pass, super::text(&cart, "id")?.to_owned()))
    }

    /// The header's value, in time.
    pub fn value(&mut self) -> Result<&HeaderValue> {
        if let Some(renewal) = &mut self.renewal
            && renewal.made.elapsed() > RENEW
        {
            renewal.made = Instant::now();
            self.value = renewal.sign()?;
        }
        Ok(&self.value)
    }
}
