//! Requests that come more than once.

use std::time::Duration;

use futures::future::join_all;

use super::*;

#[tokio::test]
async fn a_repetition_gets_the_answer_of_then() {
    let shop = Shop::start().await;
    for customer in shop.customers().await {
        let (mug, key) = (id(), key());
        let adds = (0..16).map(|n| {
            let target = customer.with_key(&key, "add 3");
            add(shop.either(n), target, mug, 3, 99)
        });
        let mut first = 0;
        for outcome in join_all(adds).await {
            match outcome {
                Changed::Done(cart) => {
                    first += 1;
                    assert_eq!(cart.lines[0].qty, 3);
                }
                Changed::Replayed(cart) => assert_eq!(cart.lines[0].qty, 3),
                other => panic!("{other:?}"),
            }
        }
        assert_eq!(first, 1, "{}", customer.owner);

        done(customer.add(shop.carts(), mug, 1).await);
        let keyed = customer.with_key(&key, "add 3").key.unwrap();
        let known = shop
            .carts()
            .answered(customer.cart, &customer.owner, &keyed);
        match known.await.unwrap() {
            Some(Changed::Replayed(cart)) => assert_eq!(cart.lines[0].qty, 3),
            other => panic!("{other:?}"),
        }
        // A repetition with the version of then is not a conflict.
        let target = Target {
            seen: Some(1),
            ..customer.with_key(&key, "add 3")
        };
        let late = add(shop.carts(), target, mug, 3, 99).await;
        assert!(matches!(late, Changed::Replayed(_)), "{late:?}");
        assert_eq!(customer.cart(shop.carts()).await.lines[0].qty, 4);
    }
}

#[tokio::test]
async fn a_key_stands_for_one_request_and_a_refused_one_leaves_it_free() {
    let shop = Shop::start().await;
    let carts = shop.carts();
    for customer in shop.customers().await {
        let (mug, key) = (id(), key());
        let refused = add(carts, customer.with_key(&key, "add 9"), mug, 9, 5).await;
        assert!(matches!(refused, Changed::TooMany), "{refused:?}");
        done(add(carts, customer.with_key(&key, "add 3"), mug, 3, 5).await);
        let code = carts.set_code(customer.with_key(&key, "code A"), Some("AAA"));
        let outcome = code.await;
        let reused = match outcome {
            Ok(Changed::KeyReused) => true,
            Err(problem) => problem.code() == chassis::Code::IdempotencyKeyReused,
            Ok(other) => panic!("{other:?}"),
        };
        assert!(reused, "{}", customer.owner);
        let other = customer.with_key(&key, "code A").key.unwrap();
        let known = carts.answered(customer.cart, &customer.owner, &other).await;
        assert!(matches!(known, Ok(Some(Changed::KeyReused))), "{known:?}");
        assert_eq!(customer.cart(carts).await.discount_code, None);
    }
}

#[tokio::test]
async fn answers_are_forgotten_when_they_are_old() {
    let shop = Shop::start().await;
    let user = shop.customer("user").await;
    let key = key();
    let add = async || add(shop.carts(), user.with_key(&key, "add"), id(), 1, 9).await;
    done(add().await);
    let forget = async |age| shop.carts().forget_answers(age).await.unwrap();
    assert_eq!(forget(Duration::from_mins(1)).await, 0);
    assert!(matches!(add().await, Changed::Replayed(_)));
    assert_eq!(forget(Duration::ZERO).await, 1);
    done(add().await);
}
