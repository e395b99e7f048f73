//! What breaks beside the steps: Postgres, Redis, and cards that payments is slow about.

use std::time::Duration;

use anyhow::Result;
use futures::future::{join, try_join_all};

use super::{PATIENCE, Row, close};
use crate::{
    buyer::{APPROVED, Answer, DECLINED, SLOW, TIMES_OUT},
    goods,
    shop::Shop,
};

/// Buyers who are under way when something breaks.
const BUYERS: usize = 4;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scenario {
    PostgresCrashes,
    RedisForgets,
    CardIsSlow,
    CardTimesOut,
    CardIsDeclined,
}

pub(super) const ALL: [Scenario; 5] = [
    Scenario::PostgresCrashes,
    Scenario::RedisForgets,
    Scenario::CardIsSlow,
    Scenario::CardTimesOut,
    Scenario::CardIsDeclined,
];

impl Scenario {
    pub(super) fn place(self) -> &'static str {
        match self {
            Self::PostgresCrashes => "Postgres",
            Self::RedisForgets => "Redis",
            Self::CardIsSlow | Self::CardTimesOut | Self::CardIsDeclined => "payments",
        }
    }

    pub(super) fn what(self) -> &'static str {
        match self {
            Self::PostgresCrashes => "killed, recovers",
            Self::RedisForgets => "FLUSHALL",
            Self::CardIsSlow => "slow",
            Self::CardTimesOut => "times out",
            Self::CardIsDeclined => "declines, then another card",
        }
    }
}

pub(super) async fn run(shop: &Shop, scenario: Scenario, rounds: usize) -> Result<Row> {
    let mut row = Row::default();
    for _ in 0..rounds {
        row.hit += 1;
        match scenario {
            Scenario::PostgresCrashes => postgres_crashes(shop, &mut row).await?,
            Scenario::RedisForgets => redis_forgets(shop, &mut row).await?,
            Scenario::CardIsSlow => card(shop, SLOW, &mut row).await?,
            Scenario::CardTimesOut => card(shop, TIMES_OUT, &mut row).await?,
            Scenario::CardIsDeclined => card(shop, DECLINED, &mut row).await?,
        }
    }
    close(shop, scenario.place(), rounds, row).await
}

/// Some buy while Postgres dies; each gets an order all the same.
async fn postgres_crashes(shop: &Shop, row: &mut Row) -> Result<()> {
    let pool = &shop.track.pool;
    let pieces = i32::try_from(BUYERS)?;
    let variant = goods::article(pool, goods::PRICE, pieces).await?;
    let till = || shop.track.outside.at_the_till(variant);
    let buyers = try_join_all((0..BUYERS).map(|_| till())).await?;
    let buying = try_join_all(
        buyers
            .iter()
            .map(|(buyer, checkout)| buyer.insist(checkout, APPROVED, PATIENCE)),
    );
    let crashing = async {
        // Whichever order comes first has its stock, none is placed yet.
        let began = std::time::Instant::now();
        while began.elapsed() < PATIENCE {
            let under_way: i64 =
                sqlx::query_scalar("SELECT count(*) FROM orders.order_line WHERE variant_id = $1")
                    .bind(variant)
                    .fetch_one(pool)
                    .await?;
            if under_way > 0 {
                break;
            }
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        shop.crash_postgres().await
    };
    let (orders, crashed) = join(buying, crashing).await;
    crashed?;
    match orders {
        Ok(orders) => row.orders.extend(orders),
        Err(error) => row.violations.push(format!("{error:#}")),
    }
    Ok(())
}

/// Redis loses everything while some complete. Carts may be gone, and whoever lost one is told so;
/// an order that was acknowledged is not, and the next guest buys as before.
async fn redis_forgets(shop: &Shop, row: &mut Row) -> Result<()> {
    let variant =
        goods::article(&shop.track.pool, goods::PRICE, i32::try_from(BUYERS + 1)?).await?;
    let ready = || shop.track.outside.ready_to_pay(variant);
    let buyers = try_join_all((0..BUYERS).map(|_| ready())).await?;
    let completing = try_join_all(
        buyers
            .iter()
            .map(|(buyer, checkout, total)| buyer.complete(checkout, "insist", total)),
    );
    let (answers, flushed) = join(completing, shop.flush_redis()).await;
    flushed?;
    for answer in answers? {
        match (answer.status, answer.code()) {
            (201, _) => row.orders.extend(number(&answer)),
            (_, "cart_changed") => {}
            _ => row
                .violations
                .push(format!("after FLUSHALL: {} {}", answer.status, answer.body)),
        }
    }
    let (buyer, checkout) = shop.track.outside.at_the_till(variant).await?;
    let order = buyer.insist(&checkout, APPROVED, PATIENCE).await?;
    row.orders.push(order);
    Ok(())
}

fn number(answer: &Answer) -> Option<String> {
    answer.body["number"].as_str().map(str::to_owned)
}

/// A card that payments has trouble with, then one that it has not.
async fn card(shop: &Shop, card: &str, row: &mut Row) -> Result<()> {
    let variant = goods::article(&shop.track.pool, goods::PRICE, 5).await?;
    let (buyer, checkout) = shop.track.outside.at_the_till(variant).await?;
    let total = buyer.pay(&checkout, card).await?.expect(200)?["totals"]["grand"].clone();
    let told = buyer.complete(&checkout, card, &total).await?;
    if card == DECLINED && told.code() != "payment_declined" {
        row.violations
            .push(format!("a declined card: {} {}", told.status, told.body));
    }
    if card == DECLINED {
        buyer.pay(&checkout, APPROVED).await?.expect(200)?;
    }
    super::finish(&buyer, &checkout, number(&told), row).await;
    Ok(())
}
