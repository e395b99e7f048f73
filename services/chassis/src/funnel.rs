//! The funnel from first look to order: one log line per step, without personal data.

use sha2::{Digest, Sha256};

use crate::auth::Subject;

/// A step on the way to an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    List,
    Detail,
    Add,
    Checkout,
    Paid,
    Placed,
    Delivered,
}

impl Step {
    /// The value in logs.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::List => "list",
            Self::Detail => "detail",
            Self::Add => "add",
            Self::Checkout => "checkout",
            Self::Paid => "paid",
            Self::Placed => "placed",
            Self::Delivered => "delivered",
        }
    }
}

/// Logs that `subject` has come to `step`. Calls on nobody's behalf are not counted.
pub fn reached(step: Step, subject: &Subject) {
    if subject.is_customer() {
        let visit = visit(subject.as_str());
        tracing::info!(target: "funnel", step = step.as_str(), visit, "funnel");
    }
}

/// Ties the steps of one visit together and leads back to nobody.
fn visit(subject: &str) -> String {
    let digest = Sha256::digest(format!("{subject}:visit"));
    hex::encode(&digest[..8])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_visit_is_sixteen_hex_digits_and_stable() {
        let id = visit("guest:abc");
        assert_eq!(id.len(), 16);
        assert_eq!(id, visit("guest:abc"));
        assert_ne!(id, visit("guest:abd"));
    }
}
