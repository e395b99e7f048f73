//! Which passwords Redis takes: those that there are files for, and no others.
//!
//! Redis reads its users from a file when it starts, and that file says the same. A running server
//! is told, because reading the file again would cut everybody's connection.

use std::{
    env, fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};
use redis::{Client, ConnectionAddr, IntoConnectionInfo, RedisConnectionInfo};
use sha2::{Digest, Sha256};
use topology::{
    REDIS_LIFECYCLE_USER, Service,
    settings::{self, REDIS_HOST, REDIS_PASSWORDS_DIR, REDIS_PORT},
};

/// A Redis server and the passwords of its users.
#[derive(Clone, Debug)]
pub struct Users {
    /// Host name or address.
    pub host: String,
    /// TCP port.
    pub port: u16,
    /// Directory with one file per user, and perhaps a second one beside.
    pub passwords: PathBuf,
}

impl Users {
    /// From the `REDIS_…` variables; absent where the passwords of Redis are none of ours.
    pub fn from_environment() -> Result<Option<Self>> {
        let Ok(host) = env::var(REDIS_HOST) else {
            return Ok(None);
        };
        let variable = |name: &str| env::var(name).with_context(|| format!("{name} is not set"));
        let port = variable(REDIS_PORT)?;
        Ok(Some(Self {
            host,
            port: port
                .parse()
                .with_context(|| format!("{REDIS_PORT} is {port:?}, which is no port number"))?,
            passwords: variable(REDIS_PASSWORDS_DIR)?.into(),
        }))
    }
}

/// The password of a user, and one that counts beside it if there is one.
pub(crate) fn passwords(folder: &Path, user: &str) -> Result<Vec<String>> {
    let mut passwords = Vec::new();
    for (name, needed) in [(user.to_owned(), true), (settings::beside(user), false)] {
        let path = folder.join(name);
        if needed || path.exists() {
            let password = fs::read_to_string(&path)
                .with_context(|| format!("cannot read {}", path.display()))?;
            passwords.push(password);
        }
    }
    Ok(passwords)
}

/// Sets every user's passwords to what the files say, the own one last. Repeating it changes
/// nothing. Who is connected stays connected.
pub async fn run(at: &Users) -> Result<String> {
    let own = passwords(&at.passwords, REDIS_LIFECYCLE_USER)?;
    let login = RedisConnectionInfo::default()
        .set_username(REDIS_LIFECYCLE_USER)
        .set_password(&own[0]);
    let info = ConnectionAddr::Tcp(at.host.clone(), at.port)
        .into_connection_info()?
        .set_redis_settings(login);
    let mut connection = Client::open(info)?
        .get_multiplexed_async_connection()
        .await
        .with_context(|| {
            let (host, port) = (&at.host, at.port);
            format!("cannot log in to Redis at {host}:{port} as {REDIS_LIFECYCLE_USER}")
        })?;
    let services = Service::ALL
        .into_iter()
        .filter(|service| service.uses_redis());
    let users = services.map(Service::name).chain([REDIS_LIFECYCLE_USER]);
    let (mut count, mut set) = (0, 0);
    for user in users {
        let mut command = redis::cmd("ACL");
        command.arg("SETUSER").arg(user).arg("resetpass");
        for password in passwords(&at.passwords, user)? {
            command.arg(format!("#{}", hex::encode(Sha256::digest(password))));
            set += 1;
        }
        command
            .exec_async(&mut connection)
            .await
            .with_context(|| format!("Redis refused to set the passwords of {user}"))?;
        count += 1;
    }
    Ok(format!(
        "rotate: {count} users of Redis have {set} passwords"
    ))
}
