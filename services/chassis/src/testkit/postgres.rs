//! One Postgres a process, one database a test.

use std::{
    collections::HashMap,
    fs,
    path::Path,
    sync::{
        LazyLock,
        atomic::{AtomicU32, Ordering},
    },
    time::{Duration, Instant},
};

use sqlx::{AssertSqlSafe, Connection, PgConnection, PgPool, postgres::PgConnectOptions};
use tokio::sync::{Mutex, OnceCell};
use topology::{Service, settings::DatabaseRoles};

use super::{child, prepare};
use crate::{
    config::{self, Secret},
    postgres::{
        self,
        migrations::{self, Migration, Phase},
        roles,
    },
};

const PREFIX: &str = "lm_00000000";
const PASSWORD: &str = "test";
const CONNECTIONS: u32 = 4;

/// Where the service's SQL files are.
const MIGRATIONS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../migrations");

static SERVER: OnceCell<u16> = OnceCell::const_new();
static TEMPLATES: LazyLock<Mutex<HashMap<String, String>>> = LazyLock::new(Mutex::default);
static DATABASES: AtomicU32 = AtomicU32::new(1);

/// A database of its own for one test.
#[derive(Clone, Debug)]
pub struct TestDatabase {
    port: u16,
    name: String,
}

/// A fresh database with the schemas of `services`, migrated. None gives an empty one.
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
            connections: CONNECTIONS,
        }
    }

    /// A pool of the superuser, to look and to prepare.
    pub fn superuser(&self) -> PgPool {
        postgres::connect(&self.login("postgres", ""), "test")
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

/// A database that nobody connects to, migrated once for each set of services.
async fn template(port: u16, services: &[Service]) -> String {
    let mut services = services.to_vec();
    services.sort_unstable();
    services.dedup();
    let names: Vec<&str> = services.iter().map(|service| service.name()).collect();
    let name = format!("template_{}", names.join("_"));
    let mut templates = TEMPLATES.lock().await;
    if let Some(known) = templates.get(&name) {
        return known.clone();
    }
    let mut connection = connect(port, "postgres").await.expect("Postgres runs");
    run(&mut connection, format!("CREATE DATABASE {name}")).await;
    let mut connection = connect(port, &name).await.expect("Postgres runs");
    for statement in roles::close_database(&name) {
        run(&mut connection, statement).await;
    }
    for &service in &services {
        migrate(&mut connection, &name, service).await;
    }
    connection
        .close()
        .await
        .expect("a connection that can be closed");
    templates.insert(name.clone(), name.clone());
    name
}

async fn migrate(connection: &mut PgConnection, database: &str, service: Service) {
    let roles = DatabaseRoles::new(PREFIX, service);
    for statement in roles::statements(service, &roles, database, PASSWORD, PASSWORD) {
        run(connection, statement).await;
    }
    let files = files(service);
    for phase in [Phase::Expand, Phase::Contract] {
        if let Err(error) =
            migrations::apply(connection, service, &roles.owner, &files, phase).await
        {
            panic!("{error}");
        }
    }
}

fn files(service: Service) -> Vec<Migration> {
    let folder = Path::new(MIGRATIONS).join(service.name());
    let entries = fs::read_dir(&folder)
        .unwrap_or_else(|error| panic!("{} cannot be read: {error}", folder.display()));
    entries
        .map(|entry| {
            let path = entry.expect("a readable folder").path();
            let name = path
                .file_name()
                .unwrap_or_default()
                .to_string_lossy()
                .into_owned();
            let sql = fs::read_to_string(&path).expect("a readable migration");
            Migration::from_file(&name, &sql).unwrap_or_else(|error| panic!("{error}"))
        })
        .collect()
}
