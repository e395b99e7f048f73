//! A producer's outbox, its stream, and an effect that can be counted.

use std::time::Duration;

use chassis::{
    Clock, Ids, Problem, Service,
    events::{Consumer, Effect, EventMetrics, Inbox, Relay, RelayTiming},
    outbox::Outbox,
    postgres, run_tx,
    testkit::{TestDatabase, TestRedis, database, eventually, redis_alone},
};
use contracts::events::{Envelope, Event, OrderRef};
use redis::{AsyncCommands, aio::MultiplexedConnection, streams::StreamRangeReply};
use sqlx::{PgConnection, PgPool};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

pub const STREAM: &str = "orders:events";
const OUTBOX: Outbox = chassis::outbox!("orders");
const INBOX: Inbox = chassis::inbox!("catalog");

/// The producer is orders, the consumer catalog, as in the topology.
pub struct Events {
    pub database: TestDatabase,
    pub pool: PgPool,
    pub redis: TestRedis,
    pub admin: MultiplexedConnection,
    ids: Ids,
    clock: Clock,
}

pub async fn events() -> Events {
    let database = database(&[Service::Orders, Service::Catalog]).await;
    let pool = database.superuser();
    sqlx::raw_sql("CREATE TABLE public.effect (event_id uuid, aggregate_id uuid, sequence bigint, at bigserial)")
        .execute(&pool)
        .await
        .expect("a fresh database");
    let redis = redis_alone().await;
    let clock = Clock::system();
    Events {
        pool,
        admin: redis.admin().await,
        redis,
        ids: Ids::random(clock.clone()),
        clock,
        database,
    }
}

pub fn quick() -> RelayTiming {
    RelayTiming {
        poll: Duration::from_millis(5),
        stand_by: Duration::from_millis(20),
        longest: 10_000,
    }
}

/// A task of a replica.
pub struct Task {
    stop: CancellationToken,
    task: JoinHandle<()>,
}

impl Task {
    fn start<F: Future<Output = ()> + Send + 'static>(
        run: impl FnOnce(CancellationToken) -> F,
    ) -> Self {
        let stop = CancellationToken::new();
        Self {
            task: tokio::spawn(run(stop.clone())),
            stop,
        }
    }

    /// An orderly end.
    pub async fn stop(self) {
        self.stop.cancel();
        self.task.await.expect("the task ends");
    }

    /// The end of a process that is killed: its connections close, nothing else happens.
    pub async fn kill(self) {
        self.task.abort();
        assert!(self.task.await.is_err(), "the task was cut off");
    }
}

/// Has its effect in `public.effect`.
#[derive(Debug)]
struct Count;

impl Effect for Count {
    const EVENTS: &'static [&'static str] = &["order.delivered"];

    async fn apply(&self, tx: &mut PgConnection, event: &Envelope) -> Result<(), Problem> {
        sqlx::query("INSERT INTO public.effect VALUES ($1, $2, $3)")
            .bind(event.id.uuid())
            .bind(event.aggregate_id)
            .bind(event.sequence)
            .execute(tx)
            .await?;
        Ok(())
    }
}

impl Events {
    /// A relay with the rights of orders.
    pub fn relay(&self, timing: RelayTiming) -> Task {
        let login = self.database.config(Service::Orders);
        let relay = Relay::new(
            Service::Orders,
            OUTBOX,
            &postgres::connect(&login, "test", "dev"),
            self.redis.config(Service::Orders),
            timing,
            EventMetrics::default(),
        );
        Task::start(|stop| relay.run(stop))
    }

    /// A consumer with the rights of catalog in Redis.
    pub fn consumer(&self) -> Task {
        let consumer = Consumer {
            service: Service::Catalog,
            producer: Service::Orders,
            pool: self.pool.clone(),
            redis: self.redis.config(Service::Catalog),
            inbox: INBOX,
            effect: Count,
            patience: Duration::from_millis(200),
            metrics: EventMetrics::default(),
        };
        Task::start(|stop| consumer.run(stop))
    }

    /// Writes an event in a transaction of its own.
    pub async fn append(&self, aggregate: Uuid) {
        let event = Event::OrderDelivered(OrderRef {
            order_id: aggregate.into(),
        });
        run_tx!(&self.pool, "append", async |tx| {
            let now = self.clock.now();
            OUTBOX
                .append(tx, self.ids.next(), aggregate, &event, now)
                .await?;
            Ok(())
        })
        .expect("an event is written");
    }

    /// Waits until the outbox is published.
    pub async fn quiet(&self) {
        self.number(
            "SELECT count(*) FROM orders.outbox WHERE published_at IS NULL",
            0,
        )
        .await;
    }

    /// Waits until as many effects have come about.
    pub async fn effects(&self, wanted: i64) {
        self.number("SELECT count(*) FROM public.effect", wanted)
            .await;
    }

    /// Waits until a query answers `wanted`.
    pub async fn number(&self, query: &'static str, wanted: i64) {
        eventually(query, || async {
            let found: i64 = sqlx::query_scalar(query)
                .fetch_one(&self.pool)
                .await
                .map_err(|error| error.to_string())?;
            if found == wanted {
                Ok(())
            } else {
                Err(found.to_string())
            }
        })
        .await;
    }

    /// What lies in the stream.
    pub async fn stream(&self) -> Vec<Envelope> {
        let mut admin = self.admin.clone();
        let all: StreamRangeReply = admin.xrange_all(STREAM).await.expect("a stream");
        let event = |text: String| serde_json::from_str(&text).expect("an envelope");
        all.ids
            .iter()
            .map(|entry| event(entry.get("event").expect("a member named event")))
            .collect()
    }

    /// Waits until the consumer owes nothing.
    pub async fn settled(&self) {
        eventually("everything is acknowledged", || async {
            let mut admin = self.admin.clone();
            let groups: redis::streams::StreamInfoGroupsReply = admin
                .xinfo_groups(STREAM)
                .await
                .map_err(|error| error.to_string())?;
            let group = groups.groups.first().ok_or("no group yet")?;
            if group.pending == 0 && group.lag == Some(0) {
                Ok(())
            } else {
                Err(format!("{group:?}"))
            }
        })
        .await;
    }
}
