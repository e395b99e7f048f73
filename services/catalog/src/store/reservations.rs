//! Reservations: the promise to an order, from hold to commit, release or expiry.
//!
//! Times are Postgres's own, so that all replicas agree on when a hold has lapsed. Locks are taken
//! in one order everywhere: the reservation, then stock rows by id.

use chassis::{Code, Problem, run_tx};
use chrono::{DateTime, Utc};
use contracts::{
    OrderId,
    catalog::{Reservation, ReservationState, Reserve, StockLine},
    events::Event,
};
use sqlx::PgConnection;

use super::Stock;
use crate::domain::reservation::{self, Effect, Request};

/// Reservations that one transaction of the sweeper ends.
const SWEEP: i64 = 50;

struct Row {
    order_id: uuid::Uuid,
    /// `expired` as soon as the time is over, swept or not.
    state: String,
    expires_at: Option<DateTime<Utc>>,
}

struct Line {
    variant_id: uuid::Uuid,
    qty: i32,
}

impl Stock {
    /// Holds all lines or none. `true` when this call made the reservation.
    pub async fn reserve(&self, reserve: &Reserve) -> Result<(Reservation, bool), Problem> {
        run_tx!(&self.pool, "reserve", async |tx| {
            let made = sqlx::query!(
                "INSERT INTO catalog.reservation (order_id, state, expires_at) \
                 VALUES ($1, 'held', now() + make_interval(secs => $2)) ON CONFLICT DO NOTHING",
                reserve.order_id.uuid(),
                f64::from(reserve.ttl_seconds)
            )
            .execute(&mut *tx)
            .await?
            .rows_affected()
                == 1;
            let row = locked(tx, reserve.order_id).await?;
            if !made {
                return repeated(tx, reserve, row).await.map(|found| (found, false));
            }
            self.hold_all(tx, reserve).await?;
            Ok((row.into_wire()?, true))
        })
    }

    async fn hold_all(&self, tx: &mut PgConnection, reserve: &Reserve) -> Result<(), Problem> {
        let mut short = Vec::new();
        for line in reservation::in_lock_order(&reserve.lines) {
            let Some(available) = Self::hold(tx, line).await? else {
                short.push(line);
                continue;
            };
            sqlx::query!(
                "INSERT INTO catalog.reservation_line (order_id, variant_id, qty) VALUES ($1, $2, $3)",
                reserve.order_id.uuid(),
                line.variant_id.uuid(),
                i32::try_from(line.qty).map_err(Problem::internal)?
            )
            .execute(&mut *tx)
            .await?;
            self.publish(tx, reserve.order_id, line, available, Event::StockReserved)
                .await?;
            self.publish_if_low(tx, line, available).await?;
        }
        if short.is_empty() {
            return Ok(());
        }
        let lines = Self::explain_short(tx, &reserve.lines, &short).await?;
        Err(Problem::new(
            Code::OutOfStock,
            "Less is left than was asked for; nothing was reserved.",
        )
        .with("lines", lines))
    }

    /// Takes the pieces of a held reservation from the shelf.
    pub async fn commit(&self, order: OrderId) -> Result<Reservation, Problem> {
        self.change(order, Request::Commit, None).await
    }

    /// Gives up a reservation. One that never came is remembered as released, so that it can no
    /// longer come.
    pub async fn release(&self, order: OrderId, restock: bool) -> Result<Reservation, Problem> {
        let request = if restock {
            Request::ReleaseAndRestock
        } else {
            Request::Release
        };
        self.change(order, request, None).await
    }

    /// Prolongs a held reservation to `seconds` from now, or leaves a later end.
    pub async fn extend(&self, order: OrderId, seconds: u32) -> Result<Reservation, Problem> {
        self.change(order, Request::Extend, Some(seconds)).await
    }

    async fn change(
        &self,
        order: OrderId,
        request: Request,
        seconds: Option<u32>,
    ) -> Result<Reservation, Problem> {
        run_tx!(&self.pool, "change reservation", async |tx| {
            if matches!(request, Request::Release | Request::ReleaseAndRestock) {
                sqlx::query!(
                    "INSERT INTO catalog.reservation (order_id, state) VALUES ($1, 'released') \
                     ON CONFLICT DO NOTHING",
                    order.uuid()
                )
                .execute(&mut *tx)
                .await?;
            }
            let row = locked(tx, order).await?;
            let state = row.state()?;
            if let Some(problem) = reservation::refusal(state, request) {
                return Err(problem);
            }
            let effect = reservation::effect(state, request);
            if effect == Effect::Nothing {
                return row.into_wire();
            }
            self.move_stock(tx, order, effect).await?;
            let changed = write(
                tx,
                order,
                reservation::after(state, effect),
                effect,
                seconds,
            )
            .await?;
            changed.into_wire()
        })
    }

    async fn move_stock(
        &self,
        tx: &mut PgConnection,
        order: OrderId,
        effect: Effect,
    ) -> Result<(), Problem> {
        if !matches!(effect, Effect::Sell | Effect::Free | Effect::Restock) {
            return Ok(());
        }
        for line in lines(tx, order).await? {
            let (available, tell): (u32, fn(_) -> Event) = match effect {
                Effect::Sell => (Self::sell(tx, order, line).await?, Event::StockCommitted),
                Effect::Restock => (Self::restock(tx, order, line).await?, Event::StockRestocked),
                _ => (Self::free(tx, line).await?, Event::StockReleased),
            };
            self.publish(tx, order, line, available, tell).await?;
        }
        Ok(())
    }

    /// A reservation as it stands.
    pub async fn find(&self, order: OrderId) -> Result<Reservation, Problem> {
        let row = sqlx::query_as!(
            Row,
            r#"SELECT order_id, expires_at,
                      CASE WHEN state = 'held' AND expires_at <= now() THEN 'expired' ELSE state END AS "state!"
               FROM catalog.reservation WHERE order_id = $1"#,
            order.uuid()
        )
        .fetch_optional(&self.pool)
        .await?;
        row.ok_or_else(|| unknown(order))?.into_wire()
    }

    /// Ends reservations whose time is over; answers how many. Sweepers of several replicas pass
    /// by each other's rows.
    pub async fn sweep(&self) -> Result<u64, Problem> {
        run_tx!(&self.pool, "sweep reservations", async |tx| {
            let orders = sqlx::query_scalar!(
                "UPDATE catalog.reservation SET state = 'expired', updated_at = now() \
                 WHERE order_id IN (SELECT order_id FROM catalog.reservation \
                     WHERE state = 'held' AND expires_at <= now() \
                     ORDER BY expires_at LIMIT $1 FOR UPDATE SKIP LOCKED) \
                 RETURNING order_id",
                SWEEP
            )
            .fetch_all(&mut *tx)
            .await?;
            if orders.is_empty() {
                return Ok(0);
            }
            let lapsed = sqlx::query!(
                "SELECT order_id, variant_id, qty FROM catalog.reservation_line \
                 WHERE order_id = ANY($1) ORDER BY variant_id, order_id",
                &orders
            )
            .fetch_all(&mut *tx)
            .await?;
            for row in lapsed {
                let line = Line {
                    variant_id: row.variant_id,
                    qty: row.qty,
                }
                .into_wire()?;
                let available = Self::free(tx, line).await?;
                self.publish(
                    tx,
                    row.order_id.into(),
                    line,
                    available,
                    Event::StockExpired,
                )
                .await?;
            }
            Ok(u64::try_from(orders.len()).unwrap_or(u64::MAX))
        })
    }
}

/// The answer to a request for a reservation that is there already.
async fn repeated(
    tx: &mut PgConnection,
    reserve: &Reserve,
    row: Row,
) -> Result<Reservation, Problem> {
    let state = row.state()?;
    if let Some(problem) = reservation::refusal(state, Request::Reserve) {
        return Err(problem);
    }
    if lines(tx, reserve.order_id).await? != reservation::in_lock_order(&reserve.lines) {
        return Err(Problem::new(
            Code::IdempotencyKeyReused,
            "This order reserved other lines before; release them and begin a new order.",
        ));
    }
    row.into_wire()
}

/// The reservation, locked until the transaction ends.
async fn locked(tx: &mut PgConnection, order: OrderId) -> Result<Row, Problem> {
    // The time is looked at after the lock is there: now() would be the time at which the
    // transaction began, which can lie before the end of a hold that has lapsed since.
    let row = sqlx::query_as!(
        Row,
        r#"WITH mine AS MATERIALIZED (
               SELECT order_id, state, expires_at FROM catalog.reservation
               WHERE order_id = $1 FOR UPDATE)
           SELECT order_id, expires_at,
                  CASE WHEN state = 'held' AND expires_at <= clock_timestamp() THEN 'expired' ELSE state END AS "state!"
           FROM mine"#,
        order.uuid()
    )
    .fetch_optional(tx)
    .await?;
    row.ok_or_else(|| unknown(order))
}

async fn write(
    tx: &mut PgConnection,
    order: OrderId,
    state: ReservationState,
    effect: Effect,
    seconds: Option<u32>,
) -> Result<Row, Problem> {
    let seconds = seconds.filter(|_| effect == Effect::Prolong).map(f64::from);
    let row = sqlx::query_as!(
        Row,
        "UPDATE catalog.reservation SET state = $2, updated_at = now(), \
             expires_at = greatest(expires_at, now() + make_interval(secs => $3)) \
         WHERE order_id = $1 RETURNING order_id, state, expires_at",
        order.uuid(),
        name(state),
        seconds
    )
    .fetch_one(tx)
    .await?;
    Ok(row)
}

/// The lines in the order in which their stock rows are locked.
async fn lines(tx: &mut PgConnection, order: OrderId) -> Result<Vec<StockLine>, Problem> {
    let rows = sqlx::query_as!(
        Line,
        "SELECT variant_id, qty FROM catalog.reservation_line WHERE order_id = $1 ORDER BY variant_id",
        order.uuid()
    )
    .fetch_all(tx)
    .await?;
    rows.into_iter().map(Line::into_wire).collect()
}

fn unknown(order: OrderId) -> Problem {
    Problem::not_found(format_args!("reservation of order {order}"))
}

fn name(state: ReservationState) -> &'static str {
    match state {
        ReservationState::Held => "held",
        ReservationState::Committed => "committed",
        ReservationState::Released => "released",
        ReservationState::Expired => "expired",
    }
}

impl Line {
    fn into_wire(self) -> Result<StockLine, Problem> {
        Ok(StockLine {
            variant_id: self.variant_id.into(),
            qty: u32::try_from(self.qty).map_err(Problem::internal)?,
        })
    }
}

impl Row {
    fn state(&self) -> Result<ReservationState, Problem> {
        match self.state.as_str() {
            "held" => Ok(ReservationState::Held),
            "committed" => Ok(ReservationState::Committed),
            "released" => Ok(ReservationState::Released),
            "expired" => Ok(ReservationState::Expired),
            other => Err(Problem::internal(format!(
                "{other:?} is no state of a reservation"
            ))),
        }
    }

    fn into_wire(self) -> Result<Reservation, Problem> {
        let state = self.state()?;
        Ok(Reservation {
            order_id: self.order_id.into(),
            state,
            expires_at: self.expires_at.filter(|_| state == ReservationState::Held),
        })
    }
}
