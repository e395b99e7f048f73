//! A database per service.

use super::*;

#[tokio::test]
async fn a_service_may_have_a_database_to_itself() {
    let shop = Shop::migrated_of(DatabaseLayout::PerService).await;
    let base = &shop.server.database;
    for service in Service::ALL.into_iter().filter(|it| it.has_schema()) {
        let mut own = shop.server.connect_as(service).await.unwrap();
        let seen: (String, Vec<String>) = sqlx::query_as(
            "SELECT current_database()::text, array(SELECT nspname::text FROM pg_namespace \
             WHERE nspname !~ '^(pg_|information_schema|public$)')",
        )
        .fetch_one(&mut own)
        .await
        .unwrap();
        let name = service.name();
        assert_eq!(seen, (format!("{base}_{name}"), vec![name.to_owned()]));
    }
    seed::run(&shop.server, "EUR").await.unwrap();
    let again = bootstrap::run(&shop.server).await.unwrap();
    assert!(
        again.contains(&format!("{base}_cart, {base}_catalog")),
        "{again}"
    );

    // Nobody gets into another one's.
    let roles = shop.server.roles(Service::Catalog);
    let trespasser = Server {
        database: format!("{base}_orders"),
        layout: DatabaseLayout::Shared,
        ..shop.server.clone()
    };
    let error = trespasser.connect_as(Service::Catalog).await.unwrap_err();
    let error = format!("{error:#}");
    assert!(
        error.contains(&roles.app_a) && error.contains("permission denied"),
        "{error}"
    );
}

#[tokio::test]
async fn data_in_the_other_layout_is_not_begun_anew() {
    for (had, asked) in [
        (DatabaseLayout::Shared, DatabaseLayout::PerService),
        (DatabaseLayout::PerService, DatabaseLayout::Shared),
    ] {
        let mut shop = Shop::of(had).await;
        shop.server.layout = asked;
        let error = bootstrap::run(&shop.server).await.unwrap_err().to_string();
        let told = format!("in the layout {had}, and spec.postgres.layout is {asked}");
        assert!(error.contains(&told), "{error}");
        // Of another shop it says nothing.
        shop.server.role_prefix = if asked == DatabaseLayout::Shared {
            "lm_ffffffff".to_owned()
        } else {
            "lm_eeeeeeee".to_owned()
        };
        bootstrap::run(&shop.server).await.unwrap();
    }
}
