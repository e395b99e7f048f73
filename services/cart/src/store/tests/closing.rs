//! What becomes of a cart that was ordered.

use futures::future::{join, join_all};

use super::*;

#[tokio::test]
async fn what_was_added_since_the_order_moves_and_the_code_stays() {
    let shop = Shop::start().await;
    let carts = shop.carts();
    for customer in shop.customers().await {
        let (mug, cup, jug) = (id(), id(), id());
        done(customer.add(carts, mug, 2).await);
        done(customer.add(carts, cup, 1).await);
        let ordered = order(&[(mug, 2), (cup, 1)]);
        done(customer.add(carts, jug, 4).await);
        done(customer.add(carts, mug, 3).await);
        let code = carts.set_code(customer.target(), Some("WELCOME10"));
        done(code.await.unwrap());

        let next: CartId = id();
        let mut moved = Vec::new();
        for new in [next, id()] {
            match carts.close(customer.cart, &ordered, new).await.unwrap() {
                Closing::Closed { moved_to } => moved.push(moved_to),
                other => panic!("{other:?}"),
            }
        }
        assert_eq!(moved, [Some(next), Some(next)], "{}", customer.owner);
        let old = customer.cart(carts).await;
        assert_eq!(old.order_number.as_deref(), Some("LM-AAAAAA"));
        assert_eq!(old.discount_code.as_deref(), Some("WELCOME10"));
        let fresh = carts.current(&customer.owner).await.unwrap().unwrap();
        assert_eq!((fresh.id, fresh.version), (next, 1));
        assert_eq!(fresh.discount_code, None);
        let lines: Vec<_> = fresh
            .lines
            .iter()
            .map(|line| (line.variant_id, line.qty))
            .collect();
        assert_eq!(lines, [(mug, 3), (jug, 4)]);

        let late = customer.add(carts, mug, 1).await;
        assert!(matches!(late, Changed::Closed(_)), "{late:?}");
        let late = carts.set_code(customer.target(), None).await.unwrap();
        assert!(matches!(late, Changed::Closed(_)), "{late:?}");
        let other = carts.close(customer.cart, &order(&[]), id()).await.unwrap();
        assert!(
            matches!(other, Closing::OtherOrder { ref number } if number == "LM-AAAAAA"),
            "{other:?}"
        );
    }
}

#[tokio::test]
async fn nothing_that_is_added_while_a_cart_closes_gets_lost() {
    let shop = Shop::start().await;
    for customer in shop.customers().await {
        let mug = id();
        done(customer.add(shop.carts(), mug, 1).await);
        let ordered = order(&[(mug, 1)]);
        let adds = join_all((0..24).map(|n| customer.add(shop.either(n), mug, 1)));
        let close = shop.carts().close(customer.cart, &ordered, id());
        let (added, closed) = join(adds, close).await;
        let taken = added.iter().filter(|it| matches!(it, Changed::Done(_)));
        let taken = u32::try_from(taken.count()).unwrap();
        let Closing::Closed { moved_to } = closed.unwrap() else {
            panic!("{} was not closed", customer.owner);
        };
        let moved = match moved_to {
            Some(moved) => shop.carts().find(moved).await.unwrap().unwrap().lines[0].qty,
            None => 0,
        };
        assert_eq!(moved, taken, "{}", customer.owner);
    }
}

#[tokio::test]
async fn an_unknown_cart_is_found_in_neither_store() {
    let shop = Shop::start().await;
    assert_eq!(shop.carts().find(id()).await.unwrap(), None);
    let closed = shop.carts().close(id(), &order(&[]), id()).await.unwrap();
    assert!(matches!(closed, Closing::Missing), "{closed:?}");
}
