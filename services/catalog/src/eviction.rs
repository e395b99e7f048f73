//! Forgets answers that an event made wrong, on every replica.
//!
//! An answer that was being made while the event passed by may be kept nevertheless; it goes when
//! its time is over.

use chassis::events::Watch;
use contracts::{
    VariantId,
    events::{Envelope, Event},
};

use crate::{api::Cache, domain::shelf};

/// Forgets from this cache.
#[derive(Clone, Debug)]
pub struct Eviction(pub Cache);

/// Stock that a customer may have been shown.
#[derive(Debug, PartialEq, Eq)]
struct Change {
    variant: VariantId,
    before: u32,
    after: u32,
}

impl Watch for Eviction {
    async fn seen(&self, event: &Envelope) {
        let Some(change) = change(&event.event) else {
            return;
        };
        self.0.forget_product(change.variant).await;
        // Lists tell the level only, and are forgotten all at once: not for every piece.
        if shelf::changes_level(change.before, change.after) {
            self.0.forget_lists();
        }
    }
}

fn change(event: &Event) -> Option<Change> {
    let (moved, before) = match event {
        Event::StockReserved(moved) => (moved, moved.available.saturating_add(moved.qty)),
        Event::StockReleased(moved) | Event::StockExpired(moved) | Event::StockRestocked(moved) => {
            (moved, moved.available.saturating_sub(moved.qty))
        }
        Event::StockAdjusted(adjusted) => {
            return Some(Change {
                variant: adjusted.variant_id,
                before: adjusted.available.saturating_add_signed(-adjusted.qty),
                after: adjusted.available,
            });
        }
        // What is sold was reserved before, so that nothing changes for customers.
        _ => return None,
    };
    Some(Change {
        variant: moved.variant_id,
        before,
        after: moved.available,
    })
}

#[cfg(test)]
mod tests {
    use contracts::events::{StockAdjusted, StockMoved};
    use uuid::Uuid;

    use super::*;

    #[test]
    fn an_event_tells_what_there_was_before() {
        let variant_id = VariantId::from(Uuid::nil());
        let moved = StockMoved {
            order_id: None,
            variant_id,
            qty: 2,
            available: 5,
        };
        let before = |event| change(&event).map(|change| change.before);
        assert_eq!(before(Event::StockReserved(moved.clone())), Some(7));
        assert_eq!(before(Event::StockExpired(moved.clone())), Some(3));
        assert_eq!(before(Event::StockCommitted(moved)), None);
        let adjusted = StockAdjusted {
            variant_id,
            qty: -4,
            available: 0,
        };
        assert_eq!(before(Event::StockAdjusted(adjusted)), Some(4));
    }
}
