//! A guest who signs in takes what he has collected with him.
//!
//! Two steps: one transaction in Postgres notes the guest's cart as merged and adds its lines, then
//! the cart is deleted in Redis. The note's primary key makes the first step happen once. It also
//! says what was merged, so that the second can follow at any time, even when the process died in
//! between and the guest went on collecting: what came in since stays the guest's.

use std::collections::HashMap;

use chassis::Problem;
use contracts::{CartId, VariantId};
use serde::{Deserialize, Serialize};

use super::Carts;
use crate::domain::{Cart, Notice, NoticeCode};

/// What to merge into what.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Merge<'a> {
    /// The customer's cart.
    pub(crate) cart: CartId,
    pub(crate) owner: &'a str,
    pub(crate) guest_cart: CartId,
    pub(crate) guest_owner: &'a str,
}

/// How merging went.
#[derive(Clone, Debug)]
pub(crate) enum Merged {
    /// Now or before, and with which lines.
    Done(Cart, Vec<MergedLine>),
    /// The customer has no such cart.
    Missing,
    /// This cart of the customer or the guest has become an order.
    Closed(Cart),
    /// The guest has no such cart.
    NoGuestCart,
}

/// A line of the guest's cart.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct MergedLine {
    pub(crate) variant_id: VariantId,
    pub(crate) title: String,
    /// Pieces in the guest's cart.
    pub(crate) qty: u32,
    /// How many of them fitted into the customer's.
    pub(crate) taken: u32,
    /// Most that a line can hold.
    pub(crate) max_qty: u32,
}

impl MergedLine {
    /// What the customer should know of it.
    pub(crate) fn notice(&self) -> Option<Notice> {
        let Self { title, max_qty, .. } = self;
        let (code, detail) = match self.taken {
            0 => (
                NoticeCode::LineLeftOut,
                format!(
                    "{title} did not fit into the cart and stays in the one from before you signed in."
                ),
            ),
            taken if taken < self.qty => (
                NoticeCode::QuantityReduced,
                format!("At most {max_qty} of {title} can be in one cart; the rest was left out."),
            ),
            _ => return None,
        };
        Some(Notice { code, detail })
    }
}

impl Carts {
    /// The guest's cart, if it is his.
    pub(crate) async fn guest_cart(&self, merge: Merge<'_>) -> Result<Option<Cart>, Problem> {
        let found = self.guests.find(merge.guest_cart).await?;
        Ok(found.filter(|cart| cart.owner == merge.guest_owner))
    }

    /// The first step. `guest` is [`Carts::guest_cart`], found before; without it only a merge that
    /// has happened is known. `limits` are the largest quantities of lines; where one is unknown
    /// that of the line itself holds.
    pub(crate) async fn merge(
        &self,
        merge: Merge<'_>,
        guest: Option<&Cart>,
        limits: &HashMap<VariantId, u32>,
    ) -> Result<Merged, Problem> {
        match guest {
            Some(guest) => self.users.merge(merge, guest, limits).await,
            None => self.users.merged_before(merge).await,
        }
    }

    /// The second step. What came into the guest's cart since moves to the cart `new`.
    pub(crate) async fn retire(
        &self,
        merge: Merge<'_>,
        lines: &[MergedLine],
        new: CartId,
    ) -> Result<(), Problem> {
        self.guests
            .retire(merge.guest_cart, merge.guest_owner, lines, new)
            .await
    }
}
