//! Opening and changing.

use contracts::Money;
use futures::future::join_all;

use super::*;

#[tokio::test]
async fn a_customer_has_one_open_cart_however_many_are_asked_for() {
    let shop = Shop::start().await;
    for kind in ["guest", "user"] {
        let owner = format!("{kind}:{}", Uuid::now_v7());
        assert_eq!(shop.carts().current(&owner).await.unwrap(), None);
        let opened = (0..16).map(|n| shop.either(n).open(&owner, id(), Currency::EUR));
        let opened: Vec<_> = join_all(opened)
            .await
            .into_iter()
            .map(Result::unwrap)
            .collect();
        assert_eq!(opened.iter().filter(|(_, made)| *made).count(), 1, "{kind}");
        assert!(opened.iter().all(|(cart, _)| cart.id == opened[0].0.id));
        let current = shop.carts().current(&owner).await.unwrap().unwrap();
        assert_eq!(
            current,
            shop.carts().find(current.id).await.unwrap().unwrap()
        );
    }
}

#[tokio::test]
async fn parallel_additions_of_two_processes_add_up_and_stop_at_the_limit() {
    let shop = Shop::start().await;
    for customer in shop.customers().await {
        let (mug, cup) = (id(), id());
        let adds = (0..32).map(|n| customer.add(shop.either(n), mug, 1));
        for added in join_all(adds).await {
            done(added);
        }
        let cart = customer.cart(shop.carts()).await;
        assert_eq!(
            (cart.lines[0].qty, cart.version),
            (32, 33),
            "{}",
            cart.owner
        );

        let adds = (0..32).map(|n| add(shop.either(n), customer.target(), cup, 3, 20));
        let added = join_all(adds).await;
        let taken = added.iter().filter(|it| matches!(it, Changed::Done(_)));
        assert_eq!(taken.count(), 6);
        let refused = added.iter().filter(|it| matches!(it, Changed::TooMany));
        assert_eq!(refused.count(), 26);
        assert_eq!(customer.cart(shop.carts()).await.lines[1].qty, 18);
        let huge = add(shop.carts(), customer.target(), id(), u32::MAX, 20).await;
        assert!(matches!(huge, Changed::TooMany), "{huge:?}");
    }
}

#[tokio::test]
async fn a_cart_holds_fifty_different_things() {
    let shop = Shop::start().await;
    for customer in shop.customers().await {
        let variants: Vec<VariantId> = (0..60).map(|_| id()).collect();
        let adds = variants.iter().enumerate();
        let added =
            join_all(adds.map(|(n, variant)| customer.add(shop.either(n), *variant, 1))).await;
        let refused = added
            .iter()
            .filter(|it| matches!(it, Changed::TooManyLines));
        assert_eq!(refused.count(), 10, "{}", customer.owner);
        let cart = customer.cart(shop.carts()).await;
        assert_eq!(cart.lines.len(), 50);
        // More of what is there can be had.
        done(
            customer
                .add(shop.carts(), cart.lines[7].variant_id, 1)
                .await,
        );
    }
}

#[tokio::test]
async fn a_quantity_is_set_within_its_limit_and_only_a_difference_is_a_version() {
    let shop = Shop::start().await;
    let carts = shop.carts();
    for customer in shop.customers().await {
        let mug = id();
        let nothing = set(carts, customer.target(), mug, 2, 10).await;
        assert!(matches!(nothing, Changed::NoLine), "{nothing:?}");
        done(customer.add(carts, mug, 12).await);
        // The limit was lowered since.
        let more = set(carts, customer.target(), mug, 13, 10).await;
        assert!(matches!(more, Changed::TooMany), "{more:?}");
        assert_eq!(
            done(set(carts, customer.target(), mug, 11, 10).await).lines[0].qty,
            11
        );
        let before = done(set(carts, customer.target(), mug, 4, 10).await);
        let same = done(set(carts, customer.target(), mug, 4, 10).await);
        assert_eq!(same.version, before.version);
        let gone = done(set(carts, customer.target(), mug, 0, 0).await);
        assert_eq!((gone.lines.len(), gone.version), (0, before.version + 1));
        let again = done(set(carts, customer.target(), mug, 0, 0).await);
        assert_eq!(again.version, gone.version);
    }
}

#[tokio::test]
async fn a_change_agrees_to_the_price_that_comes_with_it() {
    let shop = Shop::start().await;
    let carts = shop.carts();
    for customer in shop.customers().await {
        let mug = id();
        let added = done(customer.add(carts, mug, 1).await);
        assert_eq!(added.lines[0].was, Money::new(900, Currency::EUR));
        // The catalog could not be asked.
        let kept = done(set(carts, customer.target(), mug, 2, 10).await);
        assert_eq!(kept.lines[0].was, Money::new(900, Currency::EUR));
        let dearer = details("mug", 950);
        let change = |qty| Change {
            target: customer.target(),
            action: Action::Set,
            variant: mug,
            qty,
            max_qty: 10,
            details: Some(&dearer),
        };
        let agreed = done(carts.change(change(3)).await.unwrap());
        assert_eq!(agreed.lines[0].was, Money::new(950, Currency::EUR));
        assert_eq!(agreed.lines[0].details, dearer);
    }
}

#[tokio::test]
async fn of_rivals_that_have_seen_the_same_version_one_wins() {
    let shop = Shop::start().await;
    for customer in shop.customers().await {
        let mug = id();
        let seen = done(customer.add(shop.carts(), mug, 1).await).version;
        let rivals = (2..18u32).zip(0..).map(|(qty, n)| {
            let store = shop.either(n);
            set(store, customer.seeing(seen), mug, qty, 99)
        });
        let mut won = 0;
        for outcome in join_all(rivals).await {
            match outcome {
                Changed::Done(_) => won += 1,
                Changed::Conflict(fresh) => assert_eq!(fresh.version, seen + 1),
                other => panic!("{other:?}"),
            }
        }
        assert_eq!(won, 1, "{}", customer.owner);
    }
}

#[tokio::test]
async fn somebody_elses_cart_does_not_exist() {
    let shop = Shop::start().await;
    let carts = shop.carts();
    let [guest, user] = shop.customers().await;
    let mug = id();
    for (owner, thief) in [
        (&guest, "guest:thief"),
        (&guest, "user:thief"),
        (&user, "user:thief"),
        (&user, "guest:thief"),
    ] {
        done(owner.add(carts, mug, 1).await);
        let target = || Target {
            owner: thief,
            ..owner.target()
        };
        assert_eq!(carts.own(thief, owner.cart).await.unwrap(), None);
        let outcomes = [
            add(carts, target(), mug, 1, 99).await,
            set(carts, target(), mug, 0, 99).await,
            carts.set_code(target(), Some("WELCOME10")).await.unwrap(),
        ];
        assert!(
            outcomes.iter().all(|it| matches!(it, Changed::Missing)),
            "{outcomes:?}"
        );
    }
}

#[tokio::test]
async fn a_code_replaces_the_one_before_and_only_a_difference_is_a_version() {
    let shop = Shop::start().await;
    let carts = shop.carts();
    for customer in shop.customers().await {
        let put = async |target: Target<'_>, code| carts.set_code(target, code).await.unwrap();
        let first = done(put(customer.target(), Some("WELCOME10")).await);
        assert_eq!(
            (first.discount_code.as_deref(), first.version),
            (Some("WELCOME10"), 2)
        );
        let same = done(put(customer.target(), Some("WELCOME10")).await);
        assert_eq!(same.version, 2);
        let other = done(put(customer.seeing(2), Some("FREESHIP")).await);
        assert_eq!(
            (other.discount_code.as_deref(), other.version),
            (Some("FREESHIP"), 3)
        );
        let late = put(customer.seeing(2), None).await;
        assert!(
            matches!(late, Changed::Conflict(ref fresh) if fresh.version == 3),
            "{late:?}"
        );
        let none = done(put(customer.target(), None).await);
        assert_eq!((none.discount_code.as_deref(), none.version), (None, 4));
        assert_eq!(done(put(customer.target(), None).await).version, 4);
        assert_eq!(customer.cart(carts).await.version, 4);
    }
}
