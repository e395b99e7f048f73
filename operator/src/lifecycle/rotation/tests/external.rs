//! An exchange of secrets in a Redis that somebody else runs.

use super::*;
use crate::lifecycle::{Task, tasks};

/// A Redis of somebody else is told by a Job of its own; nobody but the services logs in there.
#[test]
fn a_redis_of_someone_else_takes_both_passwords_in_between() {
    let mut world = World::beside_others();
    let files = |world: &World| -> Vec<(String, String)> {
        let all = tasks(&world.shop(), &world.observed).unwrap();
        assert!(
            all.iter()
                .all(|task| task.name != "rotate" || !mounts_redis(task))
        );
        let task = all.into_iter().find(|task| task.name == "redis").unwrap();
        let mut sources = task.files.into_iter().flat_map(|files| files.sources);
        let (_, items) = sources.find(|(secret, _)| secret == "shop-redis").unwrap();
        items
            .into_iter()
            .filter(|(key, _)| key.starts_with("cart"))
            .collect()
    };
    let item = |key: &str, path: &str| (key.to_owned(), path.to_owned());
    let job = |world: &World| world.observed.status.task("redis").unwrap().desired.clone();
    assert_eq!(files(&world), [item("cart", "cart")]);
    let keys = world.observed.secrets["shop-redis"].data.as_ref().unwrap();
    assert!(!keys.contains_key("users.acl") && !keys.contains_key("lifecycle"));
    let first = job(&world);

    world.request = Some("today");
    world.pass();
    let both = [item("cart", "cart"), item("cart.2", "cart.beside")];
    assert_eq!(files(&world), both);
    world.pass();
    let second = job(&world);
    world.run();
    assert_eq!(files(&world), [item("cart.2", "cart")]);
    assert_eq!(
        world.shop().rings.redis,
        Ring {
            generation: 2,
            step: None
        }
    );
    let third = job(&world);
    assert!(first != second && second != third && first != third);
}

fn mounts_redis(task: &Task) -> bool {
    let mut sources = task.files.iter().flat_map(|files| &files.sources);
    sources.any(|(secret, _)| secret == "shop-redis")
}
