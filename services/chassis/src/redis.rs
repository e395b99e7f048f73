//! Connections to Redis.

use std::time::Duration;

use ::redis::{
    AsyncConnectionConfig, Client, ConnectionAddr, IntoConnectionInfo, RedisConnectionInfo,
    RedisError,
    aio::{ConnectionManager, ConnectionManagerConfig, MultiplexedConnection},
};

use crate::{config, problem::Problem};

/// Longest wait for an answer to a command.
const RESPONSE: Duration = Duration::from_millis(500);
/// Longest wait for a connection.
const CONNECT: Duration = Duration::from_secs(1);

/// A connection that comes back by itself. Does not wait for Redis: the first command does.
/// Cheap to clone; clones share the connection.
pub fn connect(to: &config::Redis) -> Result<ConnectionManager, RedisError> {
    let behaviour = ConnectionManagerConfig::new()
        .set_response_timeout(Some(RESPONSE))
        .set_connection_timeout(Some(CONNECT))
        .set_number_of_retries(2)
        .set_max_delay(Duration::from_millis(200));
    ConnectionManager::new_lazy_with_config(client(to)?, behaviour)
}

/// A connection of its own for reads that wait up to `longest` for something to come: on the
/// shared one they would be cut off, and hold up everybody else's commands. It does not come back
/// by itself.
pub async fn connect_waiting(
    to: &config::Redis,
    longest: Duration,
) -> Result<MultiplexedConnection, RedisError> {
    let behaviour = AsyncConnectionConfig::new()
        .set_response_timeout(Some(longest + RESPONSE))
        .set_connection_timeout(Some(CONNECT));
    client(to)?
        .get_multiplexed_async_connection_with_config(&behaviour)
        .await
}

fn client(to: &config::Redis) -> Result<Client, RedisError> {
    let login = RedisConnectionInfo::default()
        .set_username(&to.user)
        .set_password(to.password.expose());
    let address = if to.tls {
        ConnectionAddr::TcpTls {
            host: to.host.clone(),
            port: to.port,
            insecure: false,
            tls_params: None,
        }
    } else {
        ConnectionAddr::Tcp(to.host.clone(), to.port)
    };
    let info = address.into_connection_info()?.set_redis_settings(login);
    Client::open(info)
}

/// Whether Redis answers.
pub async fn ping(connection: &ConnectionManager) -> Result<(), String> {
    let mut connection = connection.clone();
    ::redis::cmd("PING")
        .exec_async(&mut connection)
        .await
        .map_err(|error| format!("redis does not answer: {error}"))
}

impl From<RedisError> for Problem {
    fn from(error: RedisError) -> Self {
        if error.is_io_error() || error.is_timeout() || error.is_connection_dropped() {
            tracing::warn!(%error, "redis cannot be reached");
            Self::unavailable(
                "The store of carts cannot be reached at the moment. Try again.",
                Duration::from_secs(1),
            )
        } else {
            Self::internal(error)
        }
    }
}
