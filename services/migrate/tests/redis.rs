//! Passwords of Redis' users on a real Redis.
#![allow(clippy::unwrap_used)]

use std::fs;

use chassis::{config::Secret, redis::ping, testkit};
use localmart_migrate::redis_logins::{self, Users};
use topology::{REDIS_LIFECYCLE_RIGHTS, REDIS_LIFECYCLE_USER, Service, settings};

/// The way of a rotation: old, both, new.
#[tokio::test]
async fn redis_takes_exactly_the_passwords_that_there_are_files_for() {
    let redis = testkit::redis_alone().await;
    let mut admin = redis.admin().await;
    let rights = REDIS_LIFECYCLE_RIGHTS.split(' ').collect::<Vec<_>>();
    ::redis::cmd("ACL")
        .arg("SETUSER")
        .arg(REDIS_LIFECYCLE_USER)
        .arg(&["on", ">first"])
        .arg(&rights)
        .exec_async(&mut admin)
        .await
        .unwrap();
    let folder = tempfile::tempdir().unwrap();
    let login = redis.config(Service::Cart);
    let at = Users {
        host: login.host.clone(),
        port: login.port,
        passwords: folder.path().to_owned(),
    };
    let users = || {
        let services = Service::ALL
            .into_iter()
            .filter(|service| service.uses_redis());
        services.map(Service::name).chain([REDIS_LIFECYCLE_USER])
    };
    let write =
        |name: String, password: &str| fs::write(folder.path().join(name), password).unwrap();
    let opens = async |password: &str| {
        let mut login = login.clone();
        login.password = Secret::new(password);
        ping(&chassis::redis::connect(&login).unwrap())
            .await
            .is_ok()
    };

    for user in users() {
        write(user.to_owned(), "first");
        write(settings::beside(user), "second");
    }
    let said = redis_logins::run(&at).await.unwrap();
    assert_eq!(said, "rotate: 5 users of Redis have 10 passwords");
    assert!(opens("first").await && opens("second").await);
    assert!(!opens("test").await, "what there is no file for");
    let mut old = login.clone();
    old.password = Secret::new("first");
    let connected = chassis::redis::connect(&old).unwrap();
    ping(&connected).await.unwrap();
    // Again, as a Job that is repeated does.
    redis_logins::run(&at).await.unwrap();

    for user in users() {
        write(user.to_owned(), "second");
        fs::remove_file(folder.path().join(settings::beside(user))).unwrap();
    }
    redis_logins::run(&at).await.unwrap();
    assert!(opens("second").await && !opens("first").await);
    // Who was connected is not cut off.
    ping(&connected).await.unwrap();

    write(REDIS_LIFECYCLE_USER.to_owned(), "first");
    let error = redis_logins::run(&at).await.unwrap_err();
    assert!(
        format!("{error:#}").contains("cannot log in to Redis"),
        "{error:#}"
    );
}
