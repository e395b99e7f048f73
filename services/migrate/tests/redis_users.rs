//! The users of a shop in a Redis that somebody else runs, on a real Redis.
#![allow(clippy::unwrap_used)]

use std::{fs, path::Path};

use chassis::{
    config::{self, Secret},
    redis::{connect, ping},
    testkit::{self, TestRedis},
};
use localmart_migrate::redis_users::{self, Shop};
use redis::{RedisError, aio::ConnectionManager};
use tempfile::TempDir;
use topology::{RedisPlace, Service, settings};

struct External {
    redis: TestRedis,
    shop: Shop,
    passwords: TempDir,
}

impl External {
    async fn new() -> Self {
        let redis = testkit::redis_alone().await;
        let passwords = tempfile::tempdir().unwrap();
        write(passwords.path(), "first");
        Self {
            redis,
            shop: Shop {
                url: redis.admin_url(),
                place: RedisPlace::shared("lm_0a1b2c3d"),
                passwords: passwords.path().to_owned(),
            },
            passwords,
        }
    }

    /// How a service of the shop logs in.
    fn login(&self, service: Service, password: &str) -> config::Redis {
        config::Redis {
            user: self.shop.place.user(service),
            password: Secret::new(password),
            place: self.shop.place.clone(),
            ..self.redis.config(service)
        }
    }

    async fn opens(&self, password: &str) -> bool {
        let login = self.login(Service::Cart, password);
        ping(&connect(&login).unwrap()).await.is_ok()
    }
}

fn write(folder: &Path, password: &str) {
    for service in Service::ALL.into_iter().filter(|it| it.uses_redis()) {
        fs::write(folder.join(service.name()), password).unwrap();
    }
}

async fn run(connection: &ConnectionManager, command: &str) -> Result<redis::Value, RedisError> {
    let mut words = command.split(' ');
    let mut sent = redis::cmd(words.next().unwrap());
    sent.arg(words.collect::<Vec<_>>());
    sent.query_async(&mut connection.clone()).await
}

async fn refused(connection: &ConnectionManager, command: &str) {
    let error = run(connection, command).await.unwrap_err();
    assert_eq!(error.code(), Some("NOPERM"), "{command}: {error}");
}

#[tokio::test]
async fn each_service_logs_in_with_its_own_user_and_sees_nothing_else() {
    let at = External::new().await;
    let said = redis_users::run(&at.shop).await.unwrap();
    assert!(said.starts_with("redis: 4 users are ready"), "{said}");
    assert!(said.ends_with("its ACL file keeps them"), "{said}");

    let of = |service| connect(&at.login(service, "first")).unwrap();
    let (cart, catalog, orders) = (of(Service::Cart), of(Service::Catalog), of(Service::Orders));
    let stream = at.shop.place.key(&Service::Orders.stream());
    run(&cart, "SET lm_0a1b2c3d:cart:a 1").await.unwrap();
    run(&orders, &format!("XADD {stream} * event 1"))
        .await
        .unwrap();
    run(&catalog, &format!("XRANGE {stream} - +"))
        .await
        .unwrap_err();
    run(&catalog, &format!("XREVRANGE {stream} + -"))
        .await
        .unwrap();

    refused(&cart, "GET lm_0a1b2c3d:orders:a").await;
    refused(&cart, &format!("XREVRANGE {stream} + -")).await;
    refused(&catalog, &format!("XADD {stream} * event 2")).await;
    // What another shop has, and a shop that has the server to itself.
    refused(&cart, "GET lm_ffffffff:cart:a").await;
    refused(&cart, "GET cart:a").await;
    for command in ["KEYS *", "FLUSHALL", "CONFIG GET dir", "ACL LIST"] {
        refused(&cart, command).await;
    }
}

/// The way of a rotation: old, both, new.
#[tokio::test]
async fn a_user_takes_exactly_the_passwords_that_there_are_files_for() {
    let at = External::new().await;
    redis_users::run(&at.shop).await.unwrap();
    let connected = connect(&at.login(Service::Cart, "first")).unwrap();
    ping(&connected).await.unwrap();
    assert!(!at.opens("second").await);

    let folder = at.passwords.path();
    let both = Service::ALL.into_iter().filter(|it| it.uses_redis());
    for service in both.clone() {
        fs::write(folder.join(settings::beside(service.name())), "second").unwrap();
    }
    redis_users::run(&at.shop).await.unwrap();
    assert!(at.opens("first").await && at.opens("second").await);

    write(folder, "second");
    for service in both {
        fs::remove_file(folder.join(settings::beside(service.name()))).unwrap();
    }
    redis_users::run(&at.shop).await.unwrap();
    assert!(at.opens("second").await && !at.opens("first").await);
    // Who was connected is not cut off.
    ping(&connected).await.unwrap();
}

#[tokio::test]
async fn what_does_not_work_is_told_without_the_password() {
    let at = External::new().await;
    let mut admin = at.redis.admin().await;
    redis::cmd("ACL")
        .arg("SETUSER")
        .arg(&["weak", "on", ">hush-hush", "~*", "+@all", "-acl"])
        .exec_async(&mut admin)
        .await
        .unwrap();
    let told = async |url: String| {
        let shop = Shop {
            url,
            ..at.shop.clone()
        };
        let error = format!("{:#}", redis_users::run(&shop).await.unwrap_err());
        assert!(!error.contains("hush-hush"), "{error}");
        error
    };
    let address = at.redis.admin_url();
    let address = address.split_once('@').unwrap().1;

    let error = told(format!("redis://weak:hush-hush@{address}")).await;
    let expected = "refuses to make the user lm_0a1b2c3d_catalog";
    assert!(error.contains(expected), "{error}");
    assert!(error.contains("may run ACL SETUSER"), "{error}");
    let error = told(format!("redis://nobody:hush-hush@{address}")).await;
    assert!(
        error.contains("cannot log in") && error.contains("as nobody"),
        "{error}"
    );
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let nowhere = closed.local_addr().unwrap();
    drop(closed);
    let error = told(format!("redis://admin:hush-hush@{nowhere}")).await;
    assert!(error.contains(&format!("Redis at {nowhere}")), "{error}");
    let error = told(format!("rediss://admin:hush-hush@{address}")).await;
    assert!(error.contains("cannot log in"), "{error}");
    let error = told("postgres://admin:hush-hush@db".to_owned()).await;
    assert!(error.contains("cannot be read"), "{error}");
}
