//! Where a checkout stands, and what its customer has said.

use contracts::{ChallengeId, CheckoutId, Currency};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    contact::Address,
    country::Country,
    delivery,
    discount::Offer,
    line::{Destination, Line, Priced, price},
    named::named,
    quote::QuoteError,
    tax::TaxRule,
};

/// Cards that may be declined before the order is given up.
pub const ATTEMPTS: u16 = 3;

named! {
    /// Where a checkout stands.
    CheckoutState {
        /// Address, delivery and card are still to come.
        Open = "open",
        /// Stock is being reserved, or another card is needed.
        AwaitingPayment = "awaiting_payment",
        /// Stock is reserved and a card is there: it can be completed.
        PaymentReady = "payment_ready",
        /// It is being completed.
        Processing = "processing",
        /// It became an order.
        Completed = "completed",
        /// There was not enough stock.
        Rejected = "rejected",
        /// Given up, or replaced after a change.
        Cancelled = "cancelled",
        /// The reservation or the checkout itself lapsed.
        Expired = "expired",
    }
}

named! {
    /// Where the payment of a checkout stands.
    PaymentProgress {
        /// No card yet.
        None = "none",
        /// A card is there.
        Ready = "ready",
        /// The last card was declined.
        Declined = "declined",
        Authorized = "authorized",
        /// The provider's answer got lost; it is being asked.
        Unknown = "unknown",
        /// The bank asks the customer (3-D Secure); nothing is held yet.
        Challenge = "challenge",
        /// The customer has answered the bank: complete again.
        ChallengeAnswered = "challenge_answered",
    }
}

impl PaymentProgress {
    /// Whether it is the customer's turn, or was until now, because of the bank.
    pub fn waits_for_customer(self) -> bool {
        matches!(self, Self::Challenge | Self::ChallengeAnswered)
    }
}

impl CheckoutState {
    /// Whether the customer can still go on with it.
    pub fn is_active(self) -> bool {
        matches!(
            self,
            Self::Open | Self::AwaitingPayment | Self::PaymentReady | Self::Processing
        )
    }
}

/// A question of the bank to the customer (3-D Secure).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Challenge {
    pub id: ChallengeId,
    /// The page of the bank, on the shop's own origin.
    pub url: String,
}

impl Challenge {
    /// The bank's question about a checkout.
    pub fn new(id: ChallengeId, checkout: CheckoutId) -> Self {
        Self {
            id,
            url: format!("/checkout/{checkout}/challenge"),
        }
    }
}

/// What completing is answered with while the bank asks the customer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = CompleteChallenged)]
pub struct Challenged {
    /// Always `challenge`.
    pub state: PaymentProgress,
    pub challenge: Challenge,
}

impl Challenged {
    /// The bank asks about a checkout.
    pub fn new(id: ChallengeId, checkout: CheckoutId) -> Self {
        Self {
            state: PaymentProgress::Challenge,
            challenge: Challenge::new(id, checkout),
        }
    }
}

/// What the customer has said.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Details {
    pub email: Option<String>,
    pub address: Option<Address>,
    /// Id of a shipping rate.
    pub rate: Option<String>,
}

/// All that has to be said before a card is taken.
#[derive(Clone, Copy, Debug)]
pub struct CompleteDetails<'a> {
    pub email: &'a str,
    pub address: &'a Address,
    pub rate: &'static delivery::Rate,
}

impl Details {
    /// Fills in the lines' shares of discount and tax for what is known of the destination; gives the
    /// totals.
    pub fn price(
        &self,
        lines: &mut [Line],
        currency: Currency,
        rules: &[TaxRule],
        offer: Option<&Offer>,
    ) -> Result<Priced, QuoteError> {
        let to = Destination {
            country: self
                .address
                .as_ref()
                .map(|address| address.country.as_str()),
            rate: self.rate.as_deref(),
        };
        price(lines, currency, to, rules, offer)
    }

    /// These details with what `change` says. A rate that does not go to a new address is dropped,
    /// so that another one is chosen.
    #[must_use]
    pub fn amended(&self, change: &Self) -> Self {
        let mut amended = Self {
            email: change.email.clone().or_else(|| self.email.clone()),
            address: change.address.clone().or_else(|| self.address.clone()),
            rate: change.rate.clone().or_else(|| self.rate.clone()),
        };
        if change.rate.is_none() && !amended.rate_reaches() {
            amended.rate = None;
        }
        amended
    }

    fn rate_reaches(&self) -> bool {
        let country: Option<Country> = self
            .address
            .as_ref()
            .and_then(|address| address.country.parse().ok());
        match (self.rate.as_deref().and_then(delivery::rate), country) {
            (Some(rate), Some(country)) => rate.reaches(country),
            _ => true,
        }
    }

    /// Everything, or the names of what is missing.
    pub fn complete(&self) -> Result<CompleteDetails<'_>, Vec<&'static str>> {
        let rate = self.rate.as_deref().and_then(delivery::rate);
        if let (Some(email), Some(address), Some(rate)) = (&self.email, &self.address, rate) {
            return Ok(CompleteDetails {
                email,
                address,
                rate,
            });
        }
        let missing = [
            ("email", self.email.is_none()),
            ("address", self.address.is_none()),
            ("rate", rate.is_none()),
        ];
        Err(missing
            .into_iter()
            .filter(|(_, missing)| *missing)
            .map(|(name, _)| name)
            .collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn details(country: &str, rate: &str) -> Details {
        Details {
            email: Some("ada@example.org".to_owned()),
            address: Some(Address {
                name: "Ada Byron".to_owned(),
                line1: "1 Main Street".to_owned(),
                line2: None,
                postcode: "10115".to_owned(),
                city: "Town".to_owned(),
                country: country.to_owned(),
                phone: None,
            }),
            rate: Some(rate.to_owned()),
        }
    }

    #[test]
    fn a_move_abroad_drops_the_rate_but_nothing_else() {
        let home = details("DE", "express");
        let abroad = Details {
            address: details("US", "").address,
            ..Details::default()
        };
        let moved = home.amended(&abroad);
        assert_eq!((moved.rate.as_deref(), &moved.email), (None, &home.email));
        let neighbour = Details {
            address: details("FR", "").address,
            ..Details::default()
        };
        assert_eq!(home.amended(&neighbour).rate.as_deref(), Some("express"));
        assert_eq!(home.amended(&Details::default()), home);
    }

    #[test]
    fn what_is_missing_is_named() {
        assert!(details("DE", "standard").complete().is_ok());
        assert_eq!(details("DE", "pigeon").complete().err(), Some(vec!["rate"]));
        assert_eq!(
            Details::default().complete().err(),
            Some(vec!["email", "address", "rate"])
        );
    }
}
