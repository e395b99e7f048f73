//! A small shop: what is on the shelf, a running catalog, and those who call it.

use std::time::Duration;

use catalog::{Config, run};
use chassis::{
    Running, Service,
    serve::Drain,
    testkit::{Api, Reply, TestDatabase, TestRedis, database, keys, listeners, redis},
};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use sqlx::PgPool;
use uuid::Uuid;

/// A product of one variant.
#[derive(Clone, Copy, Debug)]
pub struct Good {
    pub slug: &'static str,
    pub title: &'static str,
    pub category: &'static str,
    pub price: i64,
    pub stock: i32,
    pub age_days: i32,
}

pub const GOODS: [Good; 5] = [
    Good {
        slug: "stoneware-mug",
        title: "Stoneware mug",
        category: "kitchen/mugs",
        price: 1_450,
        stock: 20,
        age_days: 4,
    },
    Good {
        slug: "two-cup-teapot",
        title: "Two-cup teapot",
        category: "kitchen",
        price: 3_400,
        stock: 3,
        age_days: 1,
    },
    Good {
        slug: "seed-box",
        title: "Seed box",
        category: "garden",
        price: 900,
        stock: 0,
        age_days: 3,
    },
    Good {
        slug: "watering-can",
        title: "Watering can",
        category: "garden",
        price: 3_400,
        stock: 7,
        age_days: 2,
    },
    Good {
        slug: "apple-press",
        title: "apple press",
        category: "garden",
        price: 12_900,
        stock: 1,
        age_days: 5,
    },
];

const SECOND: Duration = Duration::from_secs(1);

pub struct Shop {
    pub database: TestDatabase,
    /// Everything, for looking and preparing.
    pub pool: PgPool,
    pub gateway: Api,
    pub cart: Api,
    pub orders: Api,
}

/// A shop with the goods above.
pub async fn shop() -> Shop {
    shop_on(redis().await, SECOND).await
}

/// The same with another Redis, and with answers that are kept for another time.
pub async fn shop_on(redis: TestRedis, cache_for: Duration) -> Shop {
    let database = database(&[Service::Catalog]).await;
    let pool = database.superuser();
    stock_up(&pool).await;
    let running = start_with(&database, redis, cache_for).await;
    let api = |caller| Api::internal(&running, caller, Service::Catalog);
    let (gateway, cart, orders) = (
        api(Service::Storefront),
        api(Service::Cart),
        api(Service::Orders),
    );
    Shop {
        database,
        pool,
        gateway,
        cart,
        orders,
    }
}

/// A process of the catalog. Answers are kept for a second only; the sweeper is in a hurry.
pub async fn start(database: &TestDatabase) -> Running {
    start_with(database, redis().await, SECOND).await
}

/// The same in the surroundings of [`shop_on`].
pub async fn start_with(database: &TestDatabase, redis: TestRedis, cache_for: Duration) -> Running {
    run(Config {
        listeners: listeners(),
        database: database.config(Service::Catalog),
        redis: redis.config(Service::Catalog),
        internal_keys: keys().directory().to_owned(),
        sweep_every: Duration::from_millis(20),
        cache_for,
        drain: Drain {
            notice: Duration::ZERO,
            deadline: Duration::from_secs(1),
        },
    })
    .await
    .expect("the catalog starts")
}

async fn stock_up(pool: &PgPool) {
    sqlx::raw_sql(
        "INSERT INTO catalog.category (path, parent, title, position) VALUES \
         ('kitchen', NULL, 'Kitchen', 1), ('kitchen/mugs', 'kitchen', 'Mugs', 2), ('garden', NULL, 'Garden', 3)",
    )
    .execute(pool)
    .await
    .expect("an empty catalog");
    for good in GOODS {
        add(pool, &good).await;
    }
}

/// Puts a good on the shelf; answers the id of its variant.
pub async fn add(pool: &PgPool, good: &Good) -> Uuid {
    let svg = format!(
        "<svg xmlns='http://www.w3.org/2000/svg'><title>{}</title></svg>",
        good.slug
    );
    let sha256 = hex::encode(Sha256::digest(&svg));
    let id = |kind: &str| {
        let hash = Sha256::digest(format!("{kind} {}", good.slug));
        let bytes: [u8; 16] = hash[..16].try_into().expect("sixteen bytes");
        uuid::Builder::from_custom_bytes(bytes).into_uuid()
    };
    let (product, variant) = (id("product"), id("variant"));
    let sku = good.slug.to_uppercase();
    sqlx::query("INSERT INTO catalog.asset (sha256, media_type, bytes) VALUES ($1, 'image/svg+xml', $2) ON CONFLICT DO NOTHING")
        .bind(&sha256)
        .bind(svg.as_bytes())
        .execute(pool)
        .await
        .expect("a new picture");
    sqlx::query(
        "INSERT INTO catalog.product (id, slug, title, description, specs, category, status, published_at) \
         VALUES ($1, $2, $3, 'Made by hand.' || E'\\n\\n' || 'Lasts for years.', \
                 '[{\"name\": \"Care\", \"value\": \"Dishwasher\"}]', $4, 'active', now() - make_interval(days => $5))",
    )
    .bind(product)
    .bind(good.slug)
    .bind(good.title)
    .bind(good.category)
    .bind(good.age_days)
    .execute(pool)
    .await
    .expect("a new product");
    for (statement, error) in [
        (
            "INSERT INTO catalog.product_category VALUES ($1, $2)",
            "a category",
        ),
        (
            "INSERT INTO catalog.product_image VALUES ($1, 0, $2, 'Illustration')",
            "a picture",
        ),
    ] {
        let second = if error == "a category" {
            good.category
        } else {
            sha256.as_str()
        };
        sqlx::query(statement)
            .bind(product)
            .bind(second)
            .execute(pool)
            .await
            .expect(error);
    }
    sqlx::query(
        "INSERT INTO catalog.variant (id, product_id, sku, position, price_minor, currency, weight_grams) \
         VALUES ($1, $2, $3, 0, $4, 'EUR', 100)",
    )
    .bind(variant)
    .bind(product)
    .bind(sku)
    .bind(good.price)
    .execute(pool)
    .await
    .expect("a new variant");
    sqlx::query("INSERT INTO catalog.stock_level (variant_id, on_hand) VALUES ($1, $2)")
        .bind(variant)
        .bind(good.stock)
        .execute(pool)
        .await
        .expect("a new stock level");
    if good.stock > 0 {
        sqlx::query("INSERT INTO catalog.stock_ledger (variant_id, kind, qty, reason) VALUES ($1, 'receive', $2, 'first delivery')")
            .bind(variant)
            .bind(good.stock)
            .execute(pool)
            .await
            .expect("a ledger line");
    }
    variant
}

impl Shop {
    /// Id of the variant of a good.
    pub async fn variant(&self, slug: &str) -> Uuid {
        sqlx::query_scalar("SELECT v.id FROM catalog.variant v JOIN catalog.product p ON p.id = v.product_id WHERE slug = $1")
            .bind(slug)
            .fetch_one(&self.pool)
            .await
            .expect("a good of this shop")
    }

    /// Pieces on hand and reserved.
    pub async fn stock(&self, slug: &str) -> (i32, i32) {
        sqlx::query_as("SELECT on_hand, reserved FROM catalog.stock_level WHERE variant_id = $1")
            .bind(self.variant(slug).await)
            .fetch_one(&self.pool)
            .await
            .expect("a good of this shop")
    }

    /// Types of the events about a good, in order.
    pub async fn events(&self, slug: &str) -> Vec<String> {
        sqlx::query_scalar(
            "SELECT type FROM catalog.outbox WHERE aggregate_id = $1 ORDER BY sequence",
        )
        .bind(self.variant(slug).await)
        .fetch_all(&self.pool)
        .await
        .expect("the outbox")
    }

    /// Reserves some pieces of one good for an order.
    pub async fn reserve(&self, order: Uuid, slug: &str, qty: u32) -> Reply {
        let lines = json!([{ "variant_id": self.variant(slug).await, "qty": qty }]);
        self.reserve_lines(order, &lines).await
    }

    pub async fn reserve_lines(&self, order: Uuid, lines: &Value) -> Reply {
        let body = json!({ "order_id": order, "lines": lines, "ttl_seconds": 600 });
        self.orders.post("/internal/v1/reservations", &body).await
    }

    /// Commits, releases or extends.
    pub async fn change(&self, order: Uuid, what: &str, body: &Value) -> Reply {
        self.orders
            .post(&format!("/internal/v1/reservations/{order}/{what}"), body)
            .await
    }

    /// Lets the time of a reservation be over.
    pub async fn lapse(&self, order: Uuid) {
        sqlx::query("UPDATE catalog.reservation SET expires_at = now() - interval '1 second' WHERE order_id = $1")
            .bind(order)
            .execute(&self.pool)
            .await
            .expect("a reservation");
    }

    /// Fails unless the stock agrees with everything that was written about it.
    pub async fn check_invariants(&self) {
        let violations: Vec<String> = sqlx::query_scalar(INVARIANTS)
            .fetch_all(&self.pool)
            .await
            .expect("the invariants can be checked");
        assert!(violations.is_empty(), "{violations:?}");
    }
}

pub fn order() -> Uuid {
    Uuid::now_v7()
}

/// One row for each violation.
const INVARIANTS: &str = "
    SELECT format('stock of %s is %s, its ledger says %s', l.variant_id, l.on_hand, coalesce(sum(e.qty), 0))
    FROM catalog.stock_level l LEFT JOIN catalog.stock_ledger e USING (variant_id)
    GROUP BY l.variant_id HAVING l.on_hand <> coalesce(sum(e.qty), 0)
  UNION ALL
    SELECT format('%s of %s are reserved, held are %s', l.reserved, l.variant_id, coalesce(sum(r.qty), 0))
    FROM catalog.stock_level l LEFT JOIN (
        SELECT variant_id, qty FROM catalog.reservation_line JOIN catalog.reservation USING (order_id)
        WHERE state = 'held') r USING (variant_id)
    GROUP BY l.variant_id HAVING l.reserved <> coalesce(sum(r.qty), 0)
  UNION ALL
    SELECT format('order %s is committed, its ledger lines are %s', r.order_id, count(e.id))
    FROM catalog.reservation r JOIN catalog.reservation_line n USING (order_id)
    LEFT JOIN catalog.stock_ledger e ON e.order_id = r.order_id AND e.variant_id = n.variant_id AND e.kind = 'sell' AND e.qty = -n.qty
    WHERE r.state = 'committed' GROUP BY r.order_id, n.variant_id HAVING count(e.id) <> 1
  UNION ALL
    SELECT format('ledger line %s sells for an order that is %s', e.id, r.state)
    FROM catalog.stock_ledger e JOIN catalog.reservation r USING (order_id)
    WHERE e.kind = 'sell' AND r.state <> 'committed' AND NOT EXISTS (
        SELECT FROM catalog.stock_ledger b WHERE b.order_id = e.order_id AND b.variant_id = e.variant_id
        AND b.kind = 'return' AND b.qty = -e.qty)
  UNION ALL
    SELECT format('events of %s are %s, the last is number %s', s.aggregate_id, count(o.id), s.last)
    FROM catalog.outbox_sequence s LEFT JOIN catalog.outbox o USING (aggregate_id)
    GROUP BY s.aggregate_id, s.last HAVING count(o.id) <> s.last OR max(o.sequence) <> s.last";
