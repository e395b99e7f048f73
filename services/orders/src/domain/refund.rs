//! Money that goes back after an order was placed.

use chrono::{DateTime, Utc};
use contracts::{Money, RefundId, ReturnId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::named::named;

/// Longest reason, in characters.
pub const LONGEST_REASON: usize = 500;

named! {
    /// Where a refund stands.
    RefundState {
        /// Written down; the provider is being asked.
        Requested = "requested",
        Done = "done",
        /// The provider had nothing left to send back.
        Refused = "refused",
    }
}

/// A refund.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Refund {
    pub id: RefundId,
    pub amount: Money,
    pub reason: String,
    pub state: RefundState,
    /// The return that it is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub return_id: Option<ReturnId>,
    pub at: DateTime<Utc>,
}
