//! A Redis, one a process or one a test, with a user per service as in production.

use std::{
    fmt::Write,
    fs,
    time::{Duration, Instant},
};

use ::redis::{Client, aio::MultiplexedConnection};
use tokio::sync::OnceCell;
use topology::{RedisPlace, Service};

use super::{PREFIX, child, prepare};
use crate::config::{self, Secret};

const PASSWORD: &str = "test";

static SERVER: OnceCell<u16> = OnceCell::const_new();

/// The Redis of this process. Tests share it, so keys must be the test's own.
#[derive(Clone, Copy, Debug)]
pub struct TestRedis {
    port: u16,
    shared: bool,
}

/// Starts Redis on first use.
pub async fn redis() -> TestRedis {
    prepare();
    let port = *SERVER.get_or_init(start).await;
    TestRedis {
        port,
        shared: false,
    }
}

/// A Redis for one test alone, whose streams nobody else writes to and that may lose everything.
pub async fn redis_alone() -> TestRedis {
    prepare();
    TestRedis {
        port: start().await,
        shared: false,
    }
}

impl TestRedis {
    /// Login of a service, with the rights it has in production.
    pub fn config(self, service: Service) -> config::Redis {
        self.login(&self.place().user(service))
    }

    /// The same Redis as a shop has it that uses it together with others.
    #[must_use]
    pub const fn beside_others(self) -> Self {
        Self {
            shared: true,
            ..self
        }
    }

    /// Which users and keys are the shop's.
    pub fn place(self) -> RedisPlace {
        if self.shared {
            RedisPlace::shared(PREFIX)
        } else {
            RedisPlace::OWN
        }
    }

    /// A connection that may do everything, to look and to prepare.
    pub async fn admin(self) -> MultiplexedConnection {
        Client::open(self.admin_url())
            .expect("a valid address")
            .get_multiplexed_async_connection()
            .await
            .expect("Redis runs")
    }

    /// How the one logs in who may do everything.
    pub fn admin_url(self) -> String {
        format!("redis://admin:{PASSWORD}@127.0.0.1:{}", self.port)
    }

    fn login(self, user: &str) -> config::Redis {
        config::Redis {
            host: "127.0.0.1".to_owned(),
            port: self.port,
            user: user.to_owned(),
            password: Secret::new(PASSWORD),
            tls: false,
            place: self.place(),
        }
    }
}

async fn start() -> u16 {
    let user = child::User::for_programs();
    let folder = child::folder("redis", user);
    let mut users =
        format!("user default on nopass -@all +ping\nuser admin on >{PASSWORD} ~* &* +@all\n");
    for service in Service::ALL {
        for place in [RedisPlace::OWN, RedisPlace::shared(PREFIX)] {
            let (user, rights) = (place.user(service), place.rights(service));
            let _ = writeln!(users, "user {user} on >{PASSWORD} resetkeys {rights}");
        }
    }
    let acl = folder.join("users.acl");
    fs::write(&acl, users).expect("a writable folder");
    let port = child::free_port();
    child::start(
        user,
        &folder,
        "KILL",
        &child::find("redis-server"),
        &[
            "--port",
            &port.to_string(),
            "--bind",
            "127.0.0.1",
            "--save",
            "",
            "--appendonly",
            "no",
            "--aclfile",
            acl.to_str()
                .expect("a temporary folder with a name in UTF-8"),
        ],
    );
    let client = Client::open(format!("redis://127.0.0.1:{port}")).expect("a valid address");
    let began = Instant::now();
    loop {
        let answer = match client.get_multiplexed_async_connection().await {
            Ok(mut connection) => ::redis::cmd("PING").exec_async(&mut connection).await,
            Err(error) => Err(error),
        };
        match answer {
            Ok(()) => return port,
            Err(error) => assert!(
                began.elapsed() < Duration::from_secs(30),
                "Redis does not start: {error}\n{}",
                child::log(&folder)
            ),
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
