//! One Postgres a process, one database a test.

use std::{
    fs,
    sync::atomic::{AtomicU32, Ordering},
    time::{Duration, Instant},
};

use localmart_migrate::{
    bootstrap,
    migrate::{self, Kind},
    server::{Administrator, Server},
};
use sqlx::{AssertSqlSafe, Connection, PgConnection, PgPool, postgres::PgConnectOptions};
use tokio::sync::OnceCell;
use topology::{
    DatabaseEncryption, DatabaseLayout, Service,
    settings::{DatabaseRoles, app_password, migrator_password},
};

use super::{PREFIX, child, prepare};
use crate::{
    config::{self, Secret},
    postgres,
};

const PASSWORD: &str = "test";
const CONNECTIONS: u32 = 4;

static SERVER: OnceCell<u16> = OnceCell::const_new();
static EMPTY: OnceCell<()> = OnceCell::const_new();
static SHOP: OnceCell<()> = OnceCell::const_new();
static DATABASES: AtomicU32 = AtomicU32::new(1);

/// A database of its own for one test.
#[derive(Clone, Debug)]
pub struct TestDatabase {
    port: u16,
    name: String,
}

/// A fresh database for `services`, prepared as the shop's is. None gives an empty one.
pub async fn database(services: &[Service]) -> TestDatabase {
    prepare();
    let port = *SERVER.get_or_init(start).await;
    let template = template(port, services).await;
    let name = format!("test_{}", DATABASES.fetch_add(1, Ordering::Relaxed));
    let mut connection = connect(port, "postgres").await.expect("Postgres runs");
    run(
        &mut connection,
        format!("CREATE DATABASE {name} TEMPLATE {template}"),
    )
    .await;
    TestDatabase { port, name }
}

impl TestDatabase {
    /// Login of a service, with the rights it has in production.
    pub fn config(&self, service: Service) -> config::Database {
        self.login(&DatabaseRoles::new(PREFIX, service).app_a, PASSWORD)
    }

    /// Any login.
    pub fn login(&self, user: &str, password: &str) -> config::Database {
        config::Database {
            host: "127.0.0.1".to_owned(),
            port: self.port,
            name: self.name.clone(),
            user: user.to_owned(),
            password: Secret::new(password),
            encryption: DatabaseEncryption::Offered,
            authority: None,
            connections: CONNECTIONS,
        }
    }

    /// A pool of the superuser, to look and to prepare.
    pub fn superuser(&self) -> PgPool {
        postgres::connect(&self.login("postgres", ""), "test", "dev")
    }

    /// Cuts every connection to this database, as a restart of Postgres does.
    pub async fn cut_connections(&self) {
        let mut connection = connect(self.port, "postgres").await.expect("Postgres runs");
        sqlx::query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1")
            .bind(&self.name)
            .execute(&mut connection)
            .await
            .expect("a superuser may end backends");
    }
}

async fn connect(port: u16, database: &str) -> Result<PgConnection, sqlx::Error> {
    let options = PgConnectOptions::new_without_pgpass()
        .host("127.0.0.1")
        .port(port)
        .username("postgres")
        .database(database);
    PgConnection::connect_with(&options).await
}

async fn run(connection: &mut PgConnection, sql: String) {
    if let Err(error) = sqlx::raw_sql(AssertSqlSafe(sql.clone()))
        .execute(connection)
        .await
    {
        panic!("{sql}: {error}");
    }
}

async fn start() -> u16 {
    let user = child::User::for_programs();
    let folder = child::folder("postgres", user);
    let data = folder.join("data");
    let data = data
        .to_str()
        .expect("a temporary folder with a name in UTF-8");
    // Logins are checked by password, except the superuser's, whom tests use to look.
    child::run(
        user,
        &child::find("initdb"),
        &[
            "--pgdata",
            data,
            "--username",
            "postgres",
            "--auth",
            "trust",
            "--encoding",
            "UTF8",
            "--locale",
            "C.UTF-8",
            "--no-sync",
        ],
    );
    let access = "host all postgres 127.0.0.1/32 trust\nhost all all 127.0.0.1/32 scram-sha-256\n";
    fs::write(folder.join("data/pg_hba.conf"), access).expect("a writable data folder");
    let port = child::free_port();
    let listen = format!("port={port}");
    child::start(
        user,
        &folder,
        "QUIT",
        &child::find("postgres"),
        &[
            "-D",
            data,
            "-c",
            &listen,
            "-c",
            "listen_addresses=127.0.0.1",
            "-c",
            "unix_socket_directories=",
            "-c",
            "dynamic_shared_memory_type=mmap",
            "-c",
            "max_connections=300",
            "-c",
            "shared_buffers=64MB",
            "-c",
            "fsync=off",
            "-c",
            "synchronous_commit=off",
            "-c",
            "full_page_writes=off",
        ],
    );
    let began = Instant::now();
    loop {
        match connect(port, "postgres").await {
            Ok(_) => return port,
            Err(error) => assert!(
                began.elapsed() < Duration::from_secs(30),
                "Postgres does not start: {error}\n{}",
                child::log(&folder)
            ),
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// A database that nobody connects to: empty, or prepared by the program that prepares the shop's.
async fn template(port: u16, services: &[Service]) -> &'static str {
    let (name, cell) = if services.is_empty() {
        ("template_empty", &EMPTY)
    } else {
        ("template_shop", &SHOP)
    };
    cell.get_or_init(|| async move {
        if services.is_empty() {
            let mut connection = connect(port, "postgres").await.expect("Postgres runs");
            run(&mut connection, format!("CREATE DATABASE {name}")).await;
        } else {
            prepare_shop(port, name).await;
        }
    })
    .await;
    name
}

async fn prepare_shop(port: u16, database: &str) {
    let passwords = tempfile::tempdir().expect("a temporary folder");
    for service in Service::ALL {
        for file in [app_password(service), migrator_password(service)] {
            fs::write(passwords.path().join(file), PASSWORD).expect("a writable folder");
        }
    }
    let server = Server {
        host: "127.0.0.1".to_owned(),
        port,
        database: database.to_owned(),
        layout: DatabaseLayout::Shared,
        encryption: DatabaseEncryption::Offered,
        authority: None,
        role_prefix: PREFIX.to_owned(),
        passwords: passwords.path().to_owned(),
        administrator: Some(Administrator {
            user: "postgres".to_owned(),
            password: String::new(),
        }),
    };
    bootstrap::run(&server).await.expect("roles and schemas");
    for kind in [Kind::Expand, Kind::Contract] {
        migrate::run(&server, migrate::FILES, kind)
            .await
            .expect("migrations that apply");
    }
}
