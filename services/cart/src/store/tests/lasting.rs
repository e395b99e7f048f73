//! How long carts are kept, and what one store's absence does to the other's carts.

use std::time::Duration;

use ::redis::AsyncCommands;

use super::*;

const DAY: i64 = 24 * 60 * 60;

#[tokio::test]
async fn a_guests_cart_lives_thirty_days_from_its_last_change() {
    let shop = Shop::start().await;
    let carts = shop.carts();
    let guest = shop.customer("guest").await;
    let server = testkit::redis().await.beside_others();
    let mut redis = server.admin().await;
    let key = key();
    let name = |name: String| server.place().key(&name);
    let cart = name(format!("cart:cart:{}", guest.cart));
    let owner = name(format!("cart:owner:{}", guest.owner));
    let answer = name(format!("cart:answer:{}:{}", guest.owner, key.as_str()));
    for name in [&cart, &owner] {
        let _: bool = redis.expire(name, 1_000).await.unwrap();
    }
    let read = guest.cart(carts).await;
    let left: i64 = redis.ttl(&cart).await.unwrap();
    assert!(left <= 1_000, "looking is no change");

    let changed = done(add(carts, guest.with_key(&key, "add"), id(), 1, 9).await);
    for (name, life) in [(&cart, 30 * DAY), (&owner, 30 * DAY), (&answer, DAY)] {
        let left: i64 = redis.ttl(name).await.unwrap();
        assert!((life - 60..=life).contains(&left), "{name}: {left}");
    }
    let expires_at = changed.expires_at.unwrap();
    assert!(expires_at >= read.expires_at.unwrap());
    let at: i64 = redis.expire_time(&cart).await.unwrap();
    assert!((expires_at.timestamp() - at).abs() <= 1, "{at}");
    for name in [&cart, &owner] {
        let _: bool = redis.expire(name, 1_000).await.unwrap();
    }
    done(carts.set_code(guest.target(), Some("AAA")).await.unwrap());
    for name in [&cart, &owner] {
        let left: i64 = redis.ttl(name).await.unwrap();
        assert!(left > 29 * DAY, "{name}: {left}");
    }

    // Its time is over.
    let _: u64 = redis.del(&[&cart, &owner]).await.unwrap();
    assert_eq!(carts.own(&guest.owner, guest.cart).await.unwrap(), None);
    let (next, made) = carts.open(&guest.owner, id(), Currency::EUR).await.unwrap();
    assert!(made && next.id != guest.cart);
}

#[tokio::test]
async fn the_cart_of_who_is_signed_in_is_kept() {
    let shop = Shop::start().await;
    let user = shop.customer("user").await;
    assert_eq!(user.cart(shop.carts()).await.expires_at, None);
}

/// A store one half of which nobody listens for.
async fn half(shop: &Shop, away: &str) -> Carts {
    let mut redis = testkit::redis().await.beside_others().config(Service::Cart);
    let mut database = shop.database.config(Service::Cart);
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = closed.local_addr().unwrap().port();
    if away == "guest" {
        redis.port = port;
    } else {
        database.port = port;
    }
    Carts::new(
        redis::connect(&redis).unwrap(),
        redis.place,
        postgres::connect(&database, "test", "dev"),
    )
}

#[tokio::test]
async fn carts_do_not_suffer_from_the_other_kinds_store() {
    let shop = Shop::start().await;
    let [guest, user] = shop.customers().await;
    for (here, away) in [(&guest, &user), (&user, &guest)] {
        let half = half(&shop, away.owner.split(':').next().unwrap()).await;
        let mug = id();
        let work = async {
            done(here.add(&half, mug, 2).await);
            assert_eq!(here.cart(&half).await.lines.len(), 1);
            let found = half.find(here.cart).await.unwrap().unwrap();
            assert_eq!(found.owner, here.owner);
        };
        tokio::time::timeout(Duration::from_secs(2), work)
            .await
            .expect("nobody waits for the store that is away");
        for lost in [
            half.own(&away.owner, away.cart).await.unwrap_err(),
            // Not being able to look is not the same as there being none.
            half.find(away.cart).await.unwrap_err(),
            half.close(away.cart, &order(&[]), id()).await.unwrap_err(),
        ] {
            assert_eq!(lost.code(), chassis::Code::Unavailable);
        }
        let closed = half.close(here.cart, &order(&[(mug, 2)]), id()).await;
        assert!(
            matches!(closed, Ok(Closing::Closed { moved_to: None })),
            "{closed:?}"
        );
    }
}
