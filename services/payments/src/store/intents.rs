//! Intents and their ledger.

use chassis::{Ids, Problem};
use chrono::{DateTime, Utc};
use contracts::{
    ChallengeId, Currency, IntentId, Money, OrderId,
    events::{Event, PaymentMoved},
    payments::{Intent, PaymentWebhook},
};
use sqlx::{PgConnection, PgPool};

use super::{OUTBOX, webhooks};
use crate::domain::ledger::{Movement, Outcome, Sums, state};

/// The intents.
#[derive(Clone, Debug)]
pub struct Intents {
    pool: PgPool,
    ids: Ids,
}

/// An intent to be made.
#[derive(Clone, Copy, Debug)]
pub struct NewIntent<'a> {
    pub order_id: OrderId,
    pub attempt: u16,
    pub amount: Money,
    /// `None` when the attempt is abandoned before it arrived.
    pub token: Option<&'a str>,
    pub outcome: Outcome,
    pub decline_reason: Option<&'a str>,
    /// Times that orders is told.
    pub copies: i16,
}

/// How a question of the bank ended.
#[derive(Clone, Copy, Debug)]
pub struct Conclusion<'a> {
    pub outcome: Outcome,
    /// Why it was declined.
    pub reason: Option<&'a str>,
}

/// An intent with the sums of its ledger.
#[derive(Clone, Debug)]
pub struct Found {
    pub id: IntentId,
    pub order_id: OrderId,
    pub attempt: u16,
    pub amount: Money,
    pub token: Option<String>,
    pub outcome: Outcome,
    pub decline_reason: Option<String>,
    /// The bank's question, answered or not.
    pub challenge_id: Option<ChallengeId>,
    pub sums: Sums,
    created_at: DateTime<Utc>,
}

impl Found {
    fn moved(&self, amount: Money, reason: Option<&str>) -> PaymentMoved {
        PaymentMoved {
            intent_id: self.id,
            order_id: self.order_id,
            attempt: self.attempt,
            amount,
            reason: reason.map(str::to_owned),
        }
    }

    /// The intent as it crosses the wire.
    pub fn into_wire(self) -> Intent {
        let currency = self.amount.currency();
        Intent {
            id: self.id,
            order_id: self.order_id,
            attempt: self.attempt,
            state: state(self.outcome, self.sums),
            amount: self.amount,
            captured: Money::new(self.sums.captured, currency),
            refunded: Money::new(self.sums.refunded, currency),
            decline_reason: self.decline_reason,
            challenge_id: self.challenge_id,
            created_at: self.created_at,
        }
    }
}

struct Row {
    id: uuid::Uuid,
    order_id: uuid::Uuid,
    attempt: i16,
    amount_minor: i64,
    currency: String,
    token: Option<String>,
    outcome: String,
    decline_reason: Option<String>,
    challenge_id: Option<uuid::Uuid>,
    created_at: DateTime<Utc>,
    authorized: i64,
    captured: i64,
    voided: i64,
    refunded: i64,
}

impl TryFrom<Row> for Found {
    type Error = Problem;

    fn try_from(row: Row) -> Result<Self, Problem> {
        let currency: Currency = row.currency.parse().map_err(Problem::internal)?;
        let outcome = Outcome::from_name(&row.outcome)
            .ok_or_else(|| Problem::internal(format!("{:?} is no outcome", row.outcome)))?;
        Ok(Self {
            id: row.id.into(),
            order_id: row.order_id.into(),
            attempt: u16::try_from(row.attempt).map_err(Problem::internal)?,
            amount: Money::new(row.amount_minor, currency),
            token: row.token,
            outcome,
            decline_reason: row.decline_reason,
            challenge_id: row.challenge_id.map(Into::into),
            sums: Sums {
                authorized: row.authorized,
                captured: row.captured,
                voided: row.voided,
                refunded: row.refunded,
            },
            created_at: row.created_at,
        })
    }
}

/// Intents with the sums of their ledgers.
macro_rules! intents_where {
    ($condition:tt, $($argument:expr),*) => {
        sqlx::query_as!(
            Row,
            r#"SELECT i.id, i.order_id, i.attempt, i.amount_minor, i.currency, i.token, i.outcome,
                      i.decline_reason, i.challenge_id, i.created_at,
                      coalesce(sum(l.amount_minor) FILTER (WHERE l.kind = 'authorize'), 0)::bigint AS "authorized!",
                      coalesce(sum(l.amount_minor) FILTER (WHERE l.kind = 'capture'), 0)::bigint AS "captured!",
                      coalesce(sum(l.amount_minor) FILTER (WHERE l.kind = 'void'), 0)::bigint AS "voided!",
                      coalesce(sum(l.amount_minor) FILTER (WHERE l.kind = 'refund'), 0)::bigint AS "refunded!"
               FROM payments.intent i LEFT JOIN payments.ledger_entry l ON l.intent_id = i.id
               WHERE "# + $condition,
            $($argument),*
        )
    };
}

impl Intents {
    pub fn new(pool: PgPool, ids: Ids) -> Self {
        Self { pool, ids }
    }

    /// Writes a new intent, its ledger entry, its event and its webhook; `None` when the order already has this
    /// attempt. Waits for a rival that is writing it.
    pub async fn insert(
        &self,
        transaction: &mut PgConnection,
        new: NewIntent<'_>,
        now: DateTime<Utc>,
    ) -> Result<Option<IntentId>, Problem> {
        let id: IntentId = self.ids.next();
        let currency = new.amount.currency();
        let challenge: Option<ChallengeId> =
            (new.outcome == Outcome::Challenged).then(|| self.ids.next());
        let inserted = sqlx::query!(
            "INSERT INTO payments.intent \
             (id, order_id, attempt, amount_minor, currency, token, outcome, decline_reason, \
              challenge_id) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) \
             ON CONFLICT (order_id, attempt) DO NOTHING",
            id.uuid(),
            new.order_id.uuid(),
            stored_attempt(new.attempt)?,
            new.amount.minor(),
            currency.as_str(),
            new.token,
            new.outcome.name(),
            new.decline_reason,
            challenge.map(ChallengeId::uuid),
        )
        .execute(&mut *transaction)
        .await?;
        if inserted.rows_affected() == 0 {
            return Ok(None);
        }
        if new.outcome == Outcome::Authorized {
            write_entry(transaction, id, "authorize", new.amount.minor()).await?;
        }
        let moved = PaymentMoved {
            intent_id: id,
            order_id: new.order_id,
            attempt: new.attempt,
            amount: new.amount,
            reason: new.decline_reason.map(str::to_owned),
        };
        let event = answered(new.outcome, moved);
        self.tell(transaction, &event, new.copies, now).await?;
        Ok(Some(id))
    }

    /// Ends a question of the bank. The caller has locked the intent's row.
    pub async fn conclude(
        &self,
        transaction: &mut PgConnection,
        intent: &Found,
        conclusion: Conclusion<'_>,
        now: DateTime<Utc>,
    ) -> Result<(), Problem> {
        sqlx::query!(
            "UPDATE payments.intent SET outcome = $2, decline_reason = $3 \
             WHERE id = $1 AND outcome = 'challenged'",
            intent.id.uuid(),
            conclusion.outcome.name(),
            conclusion.reason,
        )
        .execute(&mut *transaction)
        .await?;
        if conclusion.outcome == Outcome::Authorized {
            let minor = intent.amount.minor();
            write_entry(transaction, intent.id, "authorize", minor).await?;
        }
        let moved = intent.moved(intent.amount, conclusion.reason);
        let event = answered(conclusion.outcome, moved);
        self.tell(transaction, &event, 1, now).await
    }

    /// Writes the event about an intent, and the webhook that tells orders the same.
    async fn tell(
        &self,
        transaction: &mut PgConnection,
        event: &(Event, OrderId, u16),
        copies: i16,
        now: DateTime<Utc>,
    ) -> Result<(), Problem> {
        let (event, order, attempt) = event;
        let intent = self
            .of_attempt(transaction, *order, *attempt)
            .await?
            .ok_or_else(|| Problem::internal("an intent that has just changed is gone"))?
            .into_wire();
        let id = self.ids.next();
        OUTBOX
            .append(transaction, id, intent.id, event, now)
            .await?;
        let webhook = PaymentWebhook {
            id,
            kind: event.name().to_owned(),
            intent,
        };
        webhooks::add(transaction, &webhook, copies).await
    }

    /// Writes a movement of an intent whose row the caller has locked.
    pub async fn write(
        &self,
        transaction: &mut PgConnection,
        intent: &Found,
        movement: Movement,
        amount: Money,
        now: DateTime<Utc>,
    ) -> Result<(), Problem> {
        write_entry(transaction, intent.id, movement.name(), amount.minor()).await?;
        let moved = intent.moved(amount, None);
        let event = match movement {
            Movement::Capture => Event::PaymentCaptured(moved),
            Movement::Void => Event::PaymentVoided(moved),
            Movement::Refund => Event::PaymentRefunded(moved),
        };
        let event = (event, intent.order_id, intent.attempt);
        self.tell(transaction, &event, 1, now).await
    }

    /// The intent of an attempt, within a transaction.
    pub async fn of_attempt(
        &self,
        connection: &mut PgConnection,
        order_id: OrderId,
        attempt: u16,
    ) -> Result<Option<Found>, Problem> {
        let row = intents_where!(
            "i.order_id = $1 AND i.attempt = $2 GROUP BY i.id",
            order_id.uuid(),
            stored_attempt(attempt)?
        )
        .fetch_optional(connection)
        .await?;
        row.map(Found::try_from).transpose()
    }

    /// The intents of an order, the first attempt first; only one with `attempt`.
    pub async fn of_order(
        &self,
        order_id: OrderId,
        attempt: Option<u16>,
    ) -> Result<Vec<Found>, Problem> {
        let rows = intents_where!(
            "i.order_id = $1 AND ($2::smallint IS NULL OR i.attempt = $2) \
             GROUP BY i.id ORDER BY i.attempt",
            order_id.uuid(),
            attempt.map(stored_attempt).transpose()?
        )
        .fetch_all(&self.pool)
        .await?;
        rows.into_iter().map(Found::try_from).collect()
    }

    /// Locks an intent until the transaction ends, then reads it, so that movements of one intent
    /// happen one after the other.
    pub async fn lock(
        &self,
        transaction: &mut PgConnection,
        id: IntentId,
    ) -> Result<Option<Found>, Problem> {
        let locked = sqlx::query!(
            "SELECT order_id, attempt FROM payments.intent WHERE id = $1 FOR UPDATE",
            id.uuid()
        )
        .fetch_optional(&mut *transaction)
        .await?;
        let Some(locked) = locked else {
            return Ok(None);
        };
        let attempt = u16::try_from(locked.attempt).map_err(Problem::internal)?;
        self.of_attempt(transaction, locked.order_id.into(), attempt)
            .await
    }
}

/// The event about how an authorisation was answered, and the attempt that it is about.
fn answered(outcome: Outcome, moved: PaymentMoved) -> (Event, OrderId, u16) {
    let (order, attempt) = (moved.order_id, moved.attempt);
    let event = match outcome {
        Outcome::Authorized => Event::PaymentAuthorized(moved),
        Outcome::Declined => Event::PaymentDeclined(moved),
        Outcome::Abandoned => Event::PaymentAbandoned(moved),
        Outcome::Challenged => Event::PaymentChallenged(moved),
    };
    (event, order, attempt)
}

async fn write_entry(
    transaction: &mut PgConnection,
    intent: IntentId,
    kind: &str,
    minor: i64,
) -> Result<(), Problem> {
    sqlx::query!(
        "INSERT INTO payments.ledger_entry (intent_id, kind, amount_minor) VALUES ($1, $2, $3)",
        intent.uuid(),
        kind,
        minor,
    )
    .execute(transaction)
    .await?;
    Ok(())
}

fn stored_attempt(attempt: u16) -> Result<i16, Problem> {
    i16::try_from(attempt).map_err(|_| {
        Problem::invalid(
            "/attempt",
            "out_of_range",
            format!("An attempt is at most {}.", i16::MAX),
        )
    })
}
