//! The users of a shop in a Redis that somebody else runs: one per service, with the passwords that
//! there are files for.
//!
//! Each is set as a whole and in one command, so that repeating it changes nothing, and who is
//! connected stays connected. The rest of the server is left alone.

use std::{env, fmt, fs, path::PathBuf};

use anyhow::{Context, Result, ensure};
use redis::{Client, ConnectionInfo, IntoConnectionInfo};
use sha2::{Digest, Sha256};
use topology::{
    RedisPlace, Service,
    settings::{REDIS_PASSWORDS_DIR, REDIS_PREFIX, REDIS_URL_FILE},
};

use crate::redis_logins::passwords;

/// A shop's place on the server, and who may make it.
#[derive(Clone)]
pub struct Shop {
    /// Redis and a login that may make users.
    pub url: String,
    /// Which users and keys are the shop's.
    pub place: RedisPlace,
    /// Directory with one file per service, and perhaps a second one beside.
    pub passwords: PathBuf,
}

impl fmt::Debug for Shop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Shop")
            .field("place", &self.place)
            .finish_non_exhaustive()
    }
}

impl Shop {
    /// From the `REDIS_…` variables.
    pub fn from_environment() -> Result<Self> {
        let variable = |name: &str| env::var(name).with_context(|| format!("{name} is not set"));
        let file = variable(REDIS_URL_FILE)?;
        let url = fs::read_to_string(&file).with_context(|| format!("cannot read {file}"))?;
        Ok(Self {
            url: url.trim().to_owned(),
            place: RedisPlace::shared(variable(REDIS_PREFIX)?),
            passwords: variable(REDIS_PASSWORDS_DIR)?.into(),
        })
    }
}

/// Makes what is missing and sets the rest to what it should be.
pub async fn run(shop: &Shop) -> Result<String> {
    // The words of the parser may quote the URL, and with it the password.
    let info: ConnectionInfo = shop.url.as_str().into_connection_info().ok().context(
        "the URL of Redis cannot be read; it must be like redis://user:password@host:6379",
    )?;
    let server = info.addr().to_string();
    let login = info.redis_settings().username().unwrap_or("default");
    let login = login.to_owned();
    let mut connection = Client::open(info)?
        .get_multiplexed_async_connection()
        .await
        .with_context(|| format!("cannot log in to Redis at {server} as {login}"))?;
    let mut count = 0;
    for service in Service::ALL.into_iter().filter(|it| it.uses_redis()) {
        let user = shop.place.user(service);
        let mut command = redis::cmd("ACL");
        command.arg("SETUSER").arg(&user).arg(&["reset", "on"]);
        for password in passwords(&shop.passwords, service.name())? {
            ensure!(!password.is_empty(), "the password of {service} is empty");
            command.arg(format!("#{}", hex::encode(Sha256::digest(password))));
        }
        for word in shop.place.rights(service).split(' ') {
            command.arg(word);
        }
        let made = command.exec_async(&mut connection).await;
        made.with_context(|| {
            format!(
                "Redis at {server} refuses to make the user {user}: each service needs one of its \
                 own; give the URL of a login that may run ACL SETUSER, on Redis 7 or newer"
            )
        })?;
        count += 1;
    }
    let kept = redis::cmd("ACL")
        .arg("SAVE")
        .exec_async(&mut connection)
        .await;
    let kept = match kept {
        Ok(()) => "its ACL file keeps them".to_owned(),
        Err(error) => format!(
            "they last until it starts anew ({}), after which a rotation of the secrets makes them \
             again",
            error.detail().unwrap_or("it cannot save users")
        ),
    };
    Ok(format!(
        "redis: {count} users are ready at {server}; {kept}"
    ))
}
