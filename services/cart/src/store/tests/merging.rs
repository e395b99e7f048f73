//! A guest's cart becomes a customer's.

use std::collections::HashMap;

use futures::future::join_all;

use super::*;
use crate::domain::NoticeCode::{LineLeftOut, QuantityReduced};

fn merge<'a>(user: &'a Customer, guest: &'a Customer) -> Merge<'a> {
    Merge {
        cart: user.cart,
        owner: &user.owner,
        guest_cart: guest.cart,
        guest_owner: &guest.owner,
    }
}

/// The first step.
async fn first(carts: &Carts, what: Merge<'_>) -> Merged {
    let guest = carts.guest_cart(what).await.unwrap();
    let limits = HashMap::new();
    carts.merge(what, guest.as_ref(), &limits).await.unwrap()
}

/// Both steps.
async fn both(carts: &Carts, what: Merge<'_>) -> (Cart, Vec<MergedLine>) {
    let (cart, lines) = taken(first(carts, what).await);
    carts.retire(what, &lines, id()).await.unwrap();
    (cart, lines)
}

#[track_caller]
fn taken(merged: Merged) -> (Cart, Vec<MergedLine>) {
    match merged {
        Merged::Done(cart, lines) => (cart, lines),
        other => panic!("{other:?}"),
    }
}

fn quantities(cart: &Cart) -> Vec<(VariantId, u32)> {
    let line = |line: &crate::domain::Line| (line.variant_id, line.qty);
    cart.lines.iter().map(line).collect()
}

#[tokio::test]
async fn sixteen_merges_at_once_add_once() {
    let shop = Shop::start().await;
    let (mug, cup) = (id(), id());
    let [guest, user] = shop.customers().await;
    done(user.add(shop.carts(), mug, 1).await);
    done(guest.add(shop.carts(), mug, 2).await);
    done(guest.add(shop.carts(), cup, 3).await);
    let merges = (0..16).map(|n| both(shop.either(n), merge(&user, &guest)));
    for (cart, _) in join_all(merges).await {
        assert_eq!(quantities(&cart), [(mug, 3), (cup, 3)]);
        assert_eq!(cart.version, 3);
    }
    assert_eq!(shop.carts().find(guest.cart).await.unwrap(), None);
    assert_eq!(shop.carts().current(&guest.owner).await.unwrap(), None);
    // Long after.
    let (again, lines) = both(shop.carts(), merge(&user, &guest)).await;
    assert_eq!((again.version, lines.len()), (3, 2));
    let noted = sqlx::query_scalar::<_, i64>("SELECT count(*) FROM cart.merged")
        .fetch_one(&shop.look)
        .await
        .unwrap();
    assert_eq!(noted, 1);
}

#[tokio::test]
async fn a_process_that_dies_between_the_steps_leaves_nothing_to_add_again() {
    let shop = Shop::start().await;
    let carts = shop.carts();
    let (mug, cup) = (id(), id());
    let [guest, user] = shop.customers().await;
    done(guest.add(carts, mug, 2).await);
    let _ = taken(first(carts, merge(&user, &guest)).await);
    // The process died here, and the guest went on.
    done(guest.add(carts, mug, 1).await);
    done(guest.add(carts, cup, 5).await);
    let (cart, _) = both(&shop.stores[1], merge(&user, &guest)).await;
    assert_eq!(quantities(&cart), [(mug, 2)]);
    assert_eq!(carts.find(guest.cart).await.unwrap(), None);
    let since = carts.current(&guest.owner).await.unwrap().unwrap();
    assert_eq!(quantities(&since), [(mug, 1), (cup, 5)]);
}

#[tokio::test]
async fn lines_are_taken_up_to_their_limits_and_the_rest_is_told() {
    let shop = Shop::start().await;
    let carts = shop.carts();
    let [guest, user] = shop.customers().await;
    let own: Vec<VariantId> = (0..49).map(|_| id()).collect();
    for variant in &own {
        done(user.add(carts, *variant, 8).await);
    }
    let (fits, stays) = (id(), id());
    for (variant, qty) in [(own[0], 1), (own[1], 5), (fits, 12), (stays, 1)] {
        done(guest.add(carts, variant, qty).await);
    }
    let what = merge(&user, &guest);
    let found = carts.guest_cart(what).await.unwrap();
    // The catalog said another limit for one of them; the others note ten.
    let limits = HashMap::from([(own[0], 5)]);
    let (cart, lines) = taken(carts.merge(what, found.as_ref(), &limits).await.unwrap());
    let told: Vec<_> = lines.iter().map(|line| (line.qty, line.taken)).collect();
    assert_eq!(told, [(1, 0), (5, 2), (12, 10), (1, 0)]);
    let now: HashMap<_, _> = quantities(&cart).into_iter().collect();
    assert_eq!(
        (now.len(), now[&own[0]], now[&own[1]], now[&fits]),
        (50, 8, 10, 10)
    );
    let codes: Vec<_> = lines
        .iter()
        .filter_map(MergedLine::notice)
        .map(|it| it.code)
        .collect();
    assert_eq!(
        codes,
        [LineLeftOut, QuantityReduced, QuantityReduced, LineLeftOut]
    );
    // Of what found no place nothing is lost.
    carts.retire(what, &lines, id()).await.unwrap();
    let left = carts.current(&guest.owner).await.unwrap().unwrap();
    assert_eq!(quantities(&left), [(own[0], 1), (stays, 1)]);
}

#[tokio::test]
async fn the_guests_code_is_taken_where_there_is_none() {
    let shop = Shop::start().await;
    let carts = shop.carts();
    for (own, expected) in [(None, "FREESHIP"), (Some("WELCOME10"), "WELCOME10")] {
        let [guest, user] = shop.customers().await;
        let code = carts.set_code(guest.target(), Some("FREESHIP"));
        done(code.await.unwrap());
        let before = done(carts.set_code(user.target(), own).await.unwrap());
        let (cart, _) = both(carts, merge(&user, &guest)).await;
        assert_eq!(cart.discount_code.as_deref(), Some(expected));
        let difference = u64::from(own.is_none());
        assert_eq!(cart.version, before.version + difference);
    }
}

#[tokio::test]
async fn who_does_not_hold_both_carts_gets_neither() {
    let shop = Shop::start().await;
    let carts = shop.carts();
    let [guest, user] = shop.customers().await;
    let [other_guest, other_user] = shop.customers().await;
    done(guest.add(carts, id(), 1).await);
    let wrong_token = Merge {
        guest_owner: &other_guest.owner,
        ..merge(&user, &guest)
    };
    let foreign_cart = Merge {
        cart: other_user.cart,
        ..merge(&user, &guest)
    };
    let refused = async |before: bool| {
        let outcome = first(carts, wrong_token).await;
        assert!(
            matches!(outcome, Merged::NoGuestCart),
            "{before} {outcome:?}"
        );
        let outcome = first(carts, foreign_cart).await;
        assert!(matches!(outcome, Merged::Missing), "{before} {outcome:?}");
    };
    refused(true).await;
    let _ = both(carts, merge(&user, &guest)).await;
    refused(false).await;
    // Somebody else with the same token comes too late.
    let outcome = first(carts, merge(&other_user, &guest)).await;
    assert!(matches!(outcome, Merged::NoGuestCart), "{outcome:?}");
}

#[tokio::test]
async fn what_was_ordered_is_not_merged() {
    let shop = Shop::start().await;
    let carts = shop.carts();
    let [guest, user] = shop.customers().await;
    let mug = id();
    done(guest.add(carts, mug, 1).await);
    let closed = carts.close(guest.cart, &order(&[(mug, 1)]), id()).await;
    assert!(matches!(closed, Ok(Closing::Closed { .. })), "{closed:?}");
    let outcome = first(carts, merge(&user, &guest)).await;
    assert!(
        matches!(outcome, Merged::Closed(ref cart) if cart.id == guest.cart),
        "{outcome:?}"
    );

    let [guest, user] = shop.customers().await;
    let _ = both(carts, merge(&user, &guest)).await;
    let [next, _] = shop.customers().await;
    let closed = carts.close(user.cart, &order(&[]), id()).await;
    assert!(matches!(closed, Ok(Closing::Closed { .. })), "{closed:?}");
    let outcome = first(carts, merge(&user, &next)).await;
    assert!(
        matches!(outcome, Merged::Closed(ref cart) if cart.id == user.cart),
        "{outcome:?}"
    );
    // A merge of before keeps its answer.
    let (cart, _) = both(carts, merge(&user, &guest)).await;
    assert_eq!(cart.id, user.cart);
}
