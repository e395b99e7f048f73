//! The way to a Postgres that has a certificate, encrypted and checked as asked for.
#![allow(clippy::unwrap_used)]

use std::path::PathBuf;

use chassis::testkit;
use localmart_migrate::server::{Administrator, Server};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use sqlx::{AssertSqlSafe, PgConnection, PgPool};
use topology::{
    DatabaseEncryption::{Disable, Offered, Require, VerifyFull},
    DatabaseLayout,
};

/// An authority, in a file.
struct Authority {
    issuer: CertifiedIssuer<'static, KeyPair>,
    file: tempfile::NamedTempFile,
}

impl Authority {
    fn new() -> Self {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let issuer = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), issuer.pem()).unwrap();
        Self { issuer, file }
    }

    fn path(&self) -> PathBuf {
        self.file.path().to_owned()
    }
}

/// Gives Postgres a certificate for `localhost`, through its own hands: the key must be its user's.
async fn offer(authority: &Authority, postgres: &PgPool) {
    let key = KeyPair::generate().unwrap();
    let params = CertificateParams::new(["localhost".to_owned()]).unwrap();
    let certificate = params.signed_by(&key, &authority.issuer).unwrap();
    let files = [
        ("server.key", key.serialize_pem()),
        ("server.crt", certificate.pem()),
    ];
    for (name, pem) in files {
        let rows: Vec<_> = pem.lines().map(|line| format!("('{line}')")).collect();
        let rows = rows.join(",");
        let copy = format!(
            "COPY (SELECT line FROM (VALUES {rows}) AS file (line)) \
             TO PROGRAM 'umask 077; cat > {name}'"
        );
        let copy = sqlx::raw_sql(AssertSqlSafe(copy));
        copy.execute(postgres).await.unwrap();
    }
    for statement in ["ALTER SYSTEM SET ssl = on", "SELECT pg_reload_conf()"] {
        sqlx::raw_sql(statement).execute(postgres).await.unwrap();
    }
}

#[tokio::test]
async fn a_connection_is_encrypted_and_checked_as_asked_for() {
    let database = testkit::database(&[]).await;
    let login = database.login("postgres", "");
    let (ours, theirs) = (Authority::new(), Authority::new());
    let server = |host: &str, encryption, authority: Option<&Authority>| Server {
        host: host.to_owned(),
        port: login.port,
        database: login.name.clone(),
        layout: DatabaseLayout::Shared,
        encryption,
        authority: authority.map(Authority::path),
        role_prefix: "lm_00000001".to_owned(),
        passwords: PathBuf::new(),
        administrator: Some(Administrator {
            user: "postgres".to_owned(),
            password: String::new(),
        }),
    };
    let connect = async |host: &str, encryption, authority: Option<&Authority>| {
        let server = server(host, encryption, authority);
        let mut connection = server.connect_for_maintenance().await?;
        anyhow::Ok(encrypted(&mut connection).await)
    };
    assert!(!connect("localhost", Offered, None).await.unwrap());
    let error = connect("localhost", Require, None).await.unwrap_err();
    assert!(format!("{error:#}").contains("TLS"), "{error:#}");

    offer(&ours, &database.superuser()).await;
    testkit::eventually("Postgres has read its settings", async || {
        match connect("localhost", Offered, None).await {
            Ok(true) => Ok(()),
            other => Err(format!("{other:?}")),
        }
    })
    .await;
    assert!(connect("localhost", Require, None).await.unwrap());
    assert!(!connect("localhost", Disable, None).await.unwrap());
    let checked = connect("localhost", VerifyFull, Some(&ours)).await;
    assert!(checked.unwrap());
    // Another authority, the public ones, and another name.
    for (host, authority) in [
        ("localhost", Some(&theirs)),
        ("localhost", None),
        ("127.0.0.1", Some(&ours)),
    ] {
        let error = connect(host, VerifyFull, authority).await.unwrap_err();
        let error = format!("{error:#}");
        assert!(error.contains("certificate"), "{host}: {error}");
    }

    // A service's own pool goes the same way.
    let pool = |authority: &Authority| {
        let mut login = database.login("postgres", "");
        login.host = "localhost".to_owned();
        login.encryption = VerifyFull;
        login.authority = Some(authority.path());
        chassis::postgres::connect(&login, "test", "dev")
    };
    let mut connection = pool(&ours).acquire().await.unwrap();
    assert!(encrypted(&mut connection).await);
    pool(&theirs).acquire().await.unwrap_err();
}

async fn encrypted(connection: &mut PgConnection) -> bool {
    sqlx::query_scalar("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()")
        .fetch_one(connection)
        .await
        .unwrap()
}
