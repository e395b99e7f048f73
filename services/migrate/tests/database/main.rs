//! Roles, migrations and sample data on a real Postgres.
#![allow(clippy::unwrap_used)]

mod layout;

use std::{
    fs,
    sync::atomic::{AtomicU32, Ordering},
};

use chassis::testkit;
use localmart_migrate::{
    bootstrap, logins,
    migrate::{self, FILES, Kind},
    seed,
    server::{Administrator, Server},
};
use sqlx::{Connection, PgConnection};
use tempfile::TempDir;
use topology::{
    DatabaseEncryption, DatabaseLayout, Service,
    settings::{self, Login},
};

static SHOPS: AtomicU32 = AtomicU32::new(1);

/// A shop's place on the server, with roles of its own.
struct Shop {
    server: Server,
    passwords: TempDir,
}

impl Shop {
    async fn new() -> Self {
        Self::of(DatabaseLayout::Shared).await
    }

    async fn of(layout: DatabaseLayout) -> Self {
        let passwords = tempfile::tempdir().unwrap();
        let login = testkit::database(&[]).await.login("postgres", "");
        let number = SHOPS.fetch_add(1, Ordering::Relaxed);
        let shop = Self {
            server: Server {
                host: login.host,
                port: login.port,
                database: format!("shop_{number}"),
                layout,
                encryption: DatabaseEncryption::Offered,
                authority: None,
                role_prefix: format!("lm_{number:08x}"),
                passwords: passwords.path().to_owned(),
                administrator: Some(Administrator {
                    user: login.user,
                    password: String::new(),
                }),
            },
            passwords,
        };
        shop.set_passwords("first");
        bootstrap::run(&shop.server).await.unwrap();
        shop
    }

    fn set_passwords(&self, password: &str) {
        for service in Service::ALL {
            for file in [
                settings::app_password(service),
                settings::migrator_password(service),
            ] {
                fs::write(self.passwords.path().join(file), password).unwrap();
            }
        }
    }

    async fn migrated() -> Self {
        Self::migrated_of(DatabaseLayout::Shared).await
    }

    async fn migrated_of(layout: DatabaseLayout) -> Self {
        let shop = Self::of(layout).await;
        migrate::run(&shop.server, FILES, Kind::Expand)
            .await
            .unwrap();
        shop
    }

    async fn catalog(&self) -> PgConnection {
        self.server.connect_as(Service::Catalog).await.unwrap()
    }
}

async fn refused(connection: &mut PgConnection, statement: &'static str) {
    let error = sqlx::query(statement)
        .execute(connection)
        .await
        .unwrap_err();
    let code = error
        .as_database_error()
        .and_then(sqlx::error::DatabaseError::code)
        .unwrap_or_default();
    assert_eq!(code, "42501", "{statement}: {error}");
}

#[tokio::test]
async fn a_service_has_the_rights_to_its_data_and_no_others() {
    let shop = Shop::migrated().await;
    let mut catalog = shop.catalog().await;
    sqlx::query("INSERT INTO catalog.category (path, title, position) VALUES ('a', 'A', 1)")
        .execute(&mut catalog)
        .await
        .unwrap();
    refused(&mut catalog, "CREATE TABLE catalog.mine (id int)").await;
    refused(&mut catalog, "CREATE TABLE public.mine (id int)").await;
    refused(&mut catalog, "DROP TABLE catalog.category").await;
    refused(&mut catalog, "SELECT * FROM orders.checkout").await;
    refused(&mut catalog, "CREATE ROLE mine").await;
}

#[tokio::test]
async fn two_shops_on_one_server_do_not_see_each_other() {
    let (one, other) = (Shop::new().await, Shop::new().await);
    let mut trespasser = one.server.clone();
    trespasser.database.clone_from(&other.server.database);
    let error = trespasser.connect_as(Service::Catalog).await.unwrap_err();
    assert!(
        format!("{error:#}").contains("permission denied"),
        "{error:#}"
    );
}

#[tokio::test]
async fn bootstrap_again_sets_the_passwords_of_now() {
    let shop = Shop::new().await;
    shop.catalog().await.close().await.unwrap();
    shop.set_passwords("second");
    let error = shop.server.connect_as(Service::Catalog).await.unwrap_err();
    assert!(
        format!("{error:#}").contains("password authentication failed"),
        "{error:#}"
    );
    bootstrap::run(&shop.server).await.unwrap();
    shop.catalog().await;
    shop.server
        .connect_to_migrate(Service::Orders)
        .await
        .unwrap();
}

#[tokio::test]
async fn logins_of_a_shop_with_one_database_are_exchanged() {
    a_login_works_exactly_while_there_is_a_password_for_it(DatabaseLayout::Shared).await;
}

#[tokio::test]
async fn logins_of_a_shop_with_several_databases_are_exchanged() {
    a_login_works_exactly_while_there_is_a_password_for_it(DatabaseLayout::PerService).await;
}

/// The way of a rotation: old, both, new.
async fn a_login_works_exactly_while_there_is_a_password_for_it(layout: DatabaseLayout) {
    let shop = Shop::migrated_of(layout).await;
    let file = |login| {
        let name = settings::login_password(Service::Catalog, login);
        shop.passwords.path().join(name)
    };
    let log_in = async |login: Login, password: &str| {
        let roles = shop.server.roles(Service::Catalog);
        let admin = Some(Administrator {
            user: roles.login(login).to_owned(),
            password: password.to_owned(),
        });
        let server = Server {
            administrator: admin,
            ..shop.server.clone()
        };
        server
            .connect_to_bootstrap(&server.database_of(Service::Catalog))
            .await
    };
    let mut old = log_in(Login::A, "first").await.unwrap();
    assert!(log_in(Login::B, "second").await.is_err());

    fs::write(file(Login::B), "second").unwrap();
    let said = logins::run(&shop.server).await.unwrap();
    assert_eq!(
        said,
        "rotate: 5 logins are open, 3 are closed, 0 of their sessions were ended"
    );
    let mut new = log_in(Login::B, "second").await.unwrap();
    log_in(Login::A, "first")
        .await
        .unwrap()
        .close()
        .await
        .unwrap();
    for connection in [&mut old, &mut new] {
        sqlx::query("UPDATE catalog.category SET title = title")
            .execute(connection)
            .await
            .unwrap();
    }

    // A bootstrap in between, of an upgrade, changes nothing of that.
    bootstrap::run(&shop.server).await.unwrap();
    log_in(Login::A, "first")
        .await
        .unwrap()
        .close()
        .await
        .unwrap();

    fs::remove_file(file(Login::A)).unwrap();
    let said = logins::run(&shop.server).await.unwrap();
    assert_eq!(
        said,
        "rotate: 4 logins are open, 4 are closed, 1 of their sessions were ended"
    );
    assert!(log_in(Login::A, "first").await.is_err());
    assert!(old.ping().await.is_err(), "an old session was left open");
    new.ping().await.unwrap();
    // What a lifecycle Job does as the service, it does with the login that is left.
    shop.catalog().await.close().await.unwrap();
    bootstrap::run(&shop.server).await.unwrap();
    assert!(log_in(Login::A, "first").await.is_err());
}

#[tokio::test]
async fn nobody_is_locked_out_by_a_missing_file() {
    let shop = Shop::new().await;
    let name = settings::login_password(Service::Orders, Login::A);
    fs::remove_file(shop.passwords.path().join(name)).unwrap();
    let error = logins::run(&shop.server).await.unwrap_err();
    assert!(
        format!("{error:#}").contains("no password for any login of orders"),
        "{error:#}"
    );
    shop.catalog().await;
}

#[tokio::test]
async fn migrations_run_once() {
    let shop = Shop::migrated().await;
    let again = migrate::run(&shop.server, FILES, Kind::Expand)
        .await
        .unwrap();
    assert!(again.starts_with("migrate: 0 of "), "{again}");
}

#[tokio::test]
async fn a_migration_that_was_edited_after_it_ran_is_refused() {
    let shop = Shop::migrated().await;
    let mut owner = shop
        .server
        .connect_to_migrate(Service::Catalog)
        .await
        .unwrap();
    let role = shop.server.roles(Service::Catalog).owner;
    sqlx::query("SELECT set_config('role', $1, false)")
        .bind(role)
        .execute(&mut owner)
        .await
        .unwrap();
    sqlx::query("UPDATE catalog._migration SET checksum = 'other'")
        .execute(&mut owner)
        .await
        .unwrap();
    let error = migrate::run(&shop.server, FILES, Kind::Expand)
        .await
        .unwrap_err();
    let text = format!("{error:#}");
    assert!(
        text.contains("migration catalog/0001_") && text.contains("add a new file"),
        "{text}"
    );
}

#[tokio::test]
async fn a_release_that_lacks_a_contract_migration_that_has_run_is_refused() {
    let shop = Shop::migrated().await;
    let next = [
        FILES,
        &[
            (
                "cart",
                "9001_note.expand.sql",
                "ALTER TABLE cart.cart ADD COLUMN note text",
            ),
            (
                "cart",
                "9002_note.contract.sql",
                "ALTER TABLE cart.cart DROP COLUMN note",
            ),
        ],
    ]
    .concat();
    migrate::run(&shop.server, &next, Kind::Expand)
        .await
        .unwrap();
    // Until here there is a way back.
    migrate::run(&shop.server, FILES, Kind::Expand)
        .await
        .unwrap();
    let done = migrate::run(&shop.server, &next, Kind::Contract).await;
    assert_eq!(
        done.unwrap(),
        "migrate: 1 of 1 migrations were new and are applied"
    );
    let error = migrate::run(&shop.server, FILES, Kind::Expand)
        .await
        .unwrap_err();
    let text = format!("{error:#}");
    assert!(
        text.contains("downgrade refused") && text.contains("cart/9002_note.contract.sql"),
        "{text}"
    );
}

#[tokio::test]
async fn runs_that_overlap_wait_for_each_other() {
    let shop = Shop::new().await;
    let runs = (0..4).map(|_| migrate::run(&shop.server, FILES, Kind::Expand));
    let mut applied = 0;
    for run in futures::future::join_all(runs).await {
        let said = run.unwrap();
        let number = said.split(' ').nth(1).unwrap();
        applied += number.parse::<usize>().unwrap();
    }
    let files = fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/../../migrations")).unwrap();
    let expand = files
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_dir())
        .flat_map(|folder| fs::read_dir(folder).unwrap())
        .filter(|file| {
            let name = file.as_ref().unwrap().file_name();
            name.to_string_lossy().ends_with(".expand.sql")
        })
        .count();
    assert_eq!(applied, expand, "each file is applied by exactly one run");
}

#[tokio::test]
async fn seeding_again_adds_nothing_and_undoes_no_edit() {
    let shop = Shop::migrated().await;
    let first = seed::run(&shop.server, "EUR").await.unwrap();
    assert!(!first.starts_with("seed: 0 of "), "{first}");
    let mut catalog = shop.catalog().await;
    sqlx::query("UPDATE catalog.product SET title = 'Edited' WHERE slug = 'stoneware-mug'")
        .execute(&mut catalog)
        .await
        .unwrap();
    assert!(first.contains(" 4 of 4 discount codes"), "{first}");
    let mut orders = shop.server.connect_as(Service::Orders).await.unwrap();
    sqlx::query("UPDATE orders.coupon SET active = false, used = 1 WHERE code = 'LASTONE'")
        .execute(&mut orders)
        .await
        .unwrap();
    let again = seed::run(&shop.server, "EUR").await.unwrap();
    assert!(again.starts_with("seed: 0 of "), "{again}");
    assert!(again.contains(" 0 of 4 discount codes"), "{again}");
    let edited: (bool, i32) =
        sqlx::query_as("SELECT active, used FROM orders.coupon WHERE code = 'LASTONE'")
            .fetch_one(&mut orders)
            .await
            .unwrap();
    assert_eq!(edited, (false, 1));
    let title: String =
        sqlx::query_scalar("SELECT title FROM catalog.product WHERE slug = 'stoneware-mug'")
            .fetch_one(&mut catalog)
            .await
            .unwrap();
    assert_eq!(title, "Edited");
    let wrong: i64 = sqlx::query_scalar(
        "SELECT count(*) FROM catalog.stock_level AS level WHERE level.on_hand <> coalesce( \
           (SELECT sum(qty) FROM catalog.stock_ledger AS ledger WHERE ledger.variant_id = level.variant_id), 0)",
    )
    .fetch_one(&mut catalog)
    .await
    .unwrap();
    assert_eq!(wrong, 0, "stock that its ledger does not explain");
}
