//! The order state machine: one table, from which code, documentation and tests are made.

use super::named::named;

named! {
    /// Where an order stands.
    OrderState {
        /// The customer has given a card; stock is being asked for.
        Created = "created",
        /// Every line is set aside for ten minutes.
        StockReserved = "stock_reserved",
        /// There was not enough stock.
        Rejected = "rejected",
        /// The money is held; the reservation is being made final.
        PaymentAuthorized = "payment_authorized",
        /// Bought.
        Placed = "placed",
        /// Being packed.
        Fulfilling = "fulfilling",
        Shipped = "shipped",
        Delivered = "delivered",
        /// The return window is over.
        Completed = "completed",
        Cancelled = "cancelled",
    }
}

named! {
    /// What moves an order.
    Trigger {
        PaymentStep = "payment_step",
        StockReserved = "stock_reserved",
        StockShort = "stock_short",
        PaymentAuthorized = "payment_authorized",
        /// Declined, and the customer may try another card.
        PaymentDeclined = "payment_declined",
        PaymentDeclinedForGood = "payment_declined_for_good",
        ReservationExpired = "reservation_expired",
        CustomerCancels = "customer_cancels",
        ReservationCommitted = "reservation_committed",
        ReservationLost = "reservation_lost",
        Packed = "packed",
        HandedOver = "handed_over",
        Delivered = "delivered",
        ReturnWindowOver = "return_window_over",
        /// An authorisation that turns up after the order has ended.
        LatePayment = "late_payment",
    }
}

named! {
    /// What has to happen in other services because of a transition: written down in the
    /// transaction of the transition and repeated until done.
    FollowUp {
        /// Give the reservation back.
        Release = "release",
        /// Give sold stock back.
        Restock = "restock",
        /// Settle every attempt whose outcome is open and lift every hold.
        Void = "void",
        /// Lift the hold or, once captured, send the money back.
        VoidOrRefund = "void_or_refund",
        /// Take the money that is held.
        Capture = "capture",
        /// Tell the cart that it became an order.
        CloseCart = "close_cart",
        /// Put the pieces of received returns back on the shelf and send their money back.
        SettleReturns = "settle_returns",
    }
}

/// One row: from `from`, `trigger` leads to `to`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Transition {
    /// `None`: the order does not exist yet.
    pub from: Option<OrderState>,
    pub trigger: Trigger,
    pub to: OrderState,
    /// What the transition sets in motion.
    pub then: &'static [FollowUp],
    /// What undoes it when a later step fails; a transition that ends the order has it in `then`.
    pub undo: &'static [FollowUp],
    /// The condition, in words.
    pub guard: &'static str,
}

use self::{FollowUp as F, OrderState as S, Trigger as T};

const fn row(
    from: Option<S>,
    trigger: T,
    to: S,
    then: &'static [F],
    undo: &'static [F],
    guard: &'static str,
) -> Transition {
    Transition {
        from,
        trigger,
        to,
        then,
        undo,
        guard,
    }
}

/// The state machine.
#[rustfmt::skip]
pub const TABLE: &[Transition] = &[
    row(None, T::PaymentStep, S::Created, &[], &[], "the checkout has an address, a delivery and a card"),
    row(Some(S::Created), T::StockReserved, S::StockReserved, &[], &[F::Release], "the catalog reserves all lines or none, one call keyed by order id"),
    row(Some(S::Created), T::StockShort, S::Rejected, &[], &[], "a line is short"),
    row(Some(S::StockReserved), T::PaymentAuthorized, S::PaymentAuthorized, &[], &[F::Void], "the payment is authorised"),
    row(Some(S::StockReserved), T::PaymentDeclined, S::StockReserved, &[], &[], "declined, attempts left"),
    row(Some(S::StockReserved), T::PaymentDeclinedForGood, S::Cancelled, &[F::Release], &[], "declined, no attempt left"),
    row(Some(S::StockReserved), T::ReservationExpired, S::Cancelled, &[F::Release, F::Void], &[], "the reservation has expired"),
    row(Some(S::StockReserved), T::CustomerCancels, S::Cancelled, &[F::Release, F::Void], &[], "the customer cancels, or changes address, delivery or cart"),
    row(Some(S::PaymentAuthorized), T::ReservationCommitted, S::Placed, &[F::Capture, F::CloseCart], &[F::VoidOrRefund, F::Restock], "the catalog commits the reservation"),
    row(Some(S::PaymentAuthorized), T::ReservationLost, S::Cancelled, &[F::Void], &[], "the reservation is gone"),
    row(Some(S::Placed), T::CustomerCancels, S::Cancelled, &[F::VoidOrRefund, F::Restock], &[], "before packing"),
    row(Some(S::Placed), T::Packed, S::Fulfilling, &[], &[], ""),
    row(Some(S::Fulfilling), T::HandedOver, S::Shipped, &[], &[], ""),
    row(Some(S::Shipped), T::Delivered, S::Delivered, &[], &[], ""),
    row(Some(S::Delivered), T::ReturnWindowOver, S::Completed, &[], &[], ""),
    row(Some(S::Rejected), T::LatePayment, S::Rejected, &[F::Void], &[], "an authorisation turns up late"),
    row(Some(S::Cancelled), T::LatePayment, S::Cancelled, &[F::Void], &[], "an authorisation turns up late"),
    row(Some(S::Completed), T::LatePayment, S::Completed, &[F::Void], &[], "an authorisation turns up late"),
];

/// A trigger that the state does not admit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{trigger} is not possible for an order that is {}", .from.map_or("not created", OrderState::name))]
pub struct Refused {
    pub from: Option<OrderState>,
    pub trigger: Trigger,
}

/// The row for `trigger` in `from`.
pub fn step(from: Option<OrderState>, trigger: Trigger) -> Result<&'static Transition, Refused> {
    TABLE
        .iter()
        .find(|row| row.from == from && row.trigger == trigger)
        .ok_or(Refused { from, trigger })
}

impl OrderState {
    /// Whether the order has ended: nothing leads to another state.
    pub fn is_terminal(self) -> bool {
        TABLE
            .iter()
            .all(|row| row.from != Some(self) || row.to == self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every legal pair, written down a second time by hand: a change of the table that was not
    /// meant turns this red.
    fn expected(from: Option<S>, trigger: T) -> Option<S> {
        match (from, trigger) {
            (None, T::PaymentStep) => Some(S::Created),
            (Some(S::Created), T::StockReserved) | (Some(S::StockReserved), T::PaymentDeclined) => {
                Some(S::StockReserved)
            }
            (Some(S::Created), T::StockShort) | (Some(S::Rejected), T::LatePayment) => {
                Some(S::Rejected)
            }
            (Some(S::StockReserved), T::PaymentAuthorized) => Some(S::PaymentAuthorized),
            (
                Some(S::StockReserved),
                T::PaymentDeclinedForGood | T::ReservationExpired | T::CustomerCancels,
            )
            | (Some(S::PaymentAuthorized), T::ReservationLost)
            | (Some(S::Placed), T::CustomerCancels)
            | (Some(S::Cancelled), T::LatePayment) => Some(S::Cancelled),
            (Some(S::PaymentAuthorized), T::ReservationCommitted) => Some(S::Placed),
            (Some(S::Placed), T::Packed) => Some(S::Fulfilling),
            (Some(S::Fulfilling), T::HandedOver) => Some(S::Shipped),
            (Some(S::Shipped), T::Delivered) => Some(S::Delivered),
            (Some(S::Delivered), T::ReturnWindowOver) | (Some(S::Completed), T::LatePayment) => {
                Some(S::Completed)
            }
            _ => None,
        }
    }

    fn every_state() -> impl Iterator<Item = Option<S>> {
        std::iter::once(None).chain(S::ALL.iter().copied().map(Some))
    }

    #[test]
    fn every_state_answers_every_trigger_as_written() {
        let mut legal = 0;
        for from in every_state() {
            for &trigger in T::ALL {
                let got = step(from, trigger);
                assert_eq!(
                    got.ok().map(|row| row.to),
                    expected(from, trigger),
                    "{from:?} {trigger}"
                );
                match got {
                    Ok(_) => legal += 1,
                    Err(refused) => assert_eq!(refused, Refused { from, trigger }),
                }
            }
        }
        assert_eq!(legal, TABLE.len(), "a row stands twice");
    }

    #[test]
    fn rejected_cancelled_and_completed_are_the_ends_and_all_states_can_be_reached() {
        let ends: Vec<S> = S::ALL
            .iter()
            .copied()
            .filter(|state| state.is_terminal())
            .collect();
        assert_eq!(ends, [S::Rejected, S::Completed, S::Cancelled]);
        for &state in S::ALL {
            assert!(
                TABLE
                    .iter()
                    .any(|row| row.to == state && row.from != Some(state)),
                "{state}"
            );
        }
    }

    #[test]
    fn cancelling_undoes_every_step_that_led_there() {
        // A lost reservation needs no release, and nothing is known to be held before a payment
        // was authorised.
        for row in TABLE
            .iter()
            .filter(|row| row.to == S::Cancelled && row.from != Some(S::Cancelled))
        {
            let from = row.from.expect("only existing orders are cancelled");
            let step_in = TABLE
                .iter()
                .find(|before| before.to == from)
                .expect("reachable");
            for undo in step_in.undo {
                assert!(
                    row.then.contains(undo),
                    "{from} {}: {undo} is missing",
                    row.trigger
                );
            }
        }
    }

    #[test]
    fn an_order_that_has_ended_voids_a_late_payment_and_stays() {
        for &state in S::ALL {
            let late = step(Some(state), T::LatePayment);
            assert_eq!(late.is_ok(), state.is_terminal(), "{state}");
            if let Ok(row) = late {
                assert_eq!((row.to, row.then), (state, [F::Void].as_slice()));
            }
        }
    }

    #[test]
    fn names_read_back() {
        for &state in S::ALL {
            assert_eq!(state.name().parse(), Ok(state));
        }
        let unknown = "lost".parse::<S>().expect_err("no such state");
        assert_eq!(unknown.to_string(), "\"lost\" is no OrderState");
    }
}
