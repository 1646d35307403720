//! The connection to Redis in each of its three forms, made when it is first needed and again after it broke.

use super::policy;
use crate::address::{Form, RedisAddress};
use crate::settings::SettingsError;
use redis::aio::{ConnectionLike, ConnectionManager, ConnectionManagerConfig, MultiplexedConnection};
use redis::cluster::ClusterClient;
use redis::cluster_async::ClusterConnection;
use redis::sentinel::{SentinelClient, SentinelNodeConnectionInfo, SentinelServerType};
use redis::{
    AsyncConnectionConfig, Client, Cmd, ConnectionAddr, ConnectionInfo, IntoConnectionInfo as _, Pipeline,
    RedisConnectionInfo, RedisError, RedisFuture, TlsMode, Value,
};
use std::time::Duration;
use tokio::sync::Mutex;

/// A connection in use; all of them carry many requests at once and are cheap to clone.
#[derive(Clone)]
pub(super) enum Connection {
    Single(ConnectionManager),
    Master(MultiplexedConnection),
    Cluster(ClusterConnection),
}

/// How to connect, and the connection when there is one.
pub(super) struct Link {
    target: Target,
    patience: Duration,
    kept: Mutex<Option<Connection>>,
}

enum Target {
    Single(Box<Client>),
    Sentinel(Box<Mutex<SentinelClient>>),
    Cluster(Box<ClusterClient>),
}

impl Link {
    pub(super) fn new(address: &RedisAddress, patience: Duration) -> Result<Self, SettingsError> {
        let target = target(address, patience).map_err(|error| SettingsError::Refused(error.to_string()))?;
        Ok(Self { target, patience, kept: Mutex::new(None) })
    }

    /// The connection. Of those who find none, one connects and the others wait for it. A new connection is used only
    /// once its Redis is known to keep what it is given.
    pub(super) async fn connection(&self) -> Result<Connection, RedisError> {
        let mut kept = self.kept.lock().await;
        if let Some(connection) = kept.as_ref() {
            return Ok(connection.clone());
        }
        let mut connection = self.connect().await?;
        policy::check(&mut connection).await?;
        *kept = Some(connection.clone());
        Ok(connection)
    }

    /// Lets a connection go that failed: behind a Sentinel the master may be another now, and whatever Redis comes back
    /// must show its policy again.
    pub(super) async fn forget(&self) {
        *self.kept.lock().await = None;
    }

    async fn connect(&self) -> Result<Connection, RedisError> {
        match &self.target {
            Target::Single(client) => {
                let config = ConnectionManagerConfig::new()
                    .set_number_of_retries(1)
                    .set_connection_timeout(Some(self.patience))
                    .set_response_timeout(Some(self.patience));
                ConnectionManager::new_with_config(Client::clone(client), config).await.map(Connection::Single)
            }
            Target::Sentinel(client) => {
                let config = AsyncConnectionConfig::new()
                    .set_connection_timeout(Some(self.patience))
                    .set_response_timeout(Some(self.patience));
                client.lock().await.get_async_connection_with_config(&config).await.map(Connection::Master)
            }
            Target::Cluster(client) => client.get_async_connection().await.map(Connection::Cluster),
        }
    }
}

fn target(address: &RedisAddress, patience: Duration) -> Result<Target, RedisError> {
    let nodes = address.nodes.iter().map(|(host, port)| node(host, *port, address.tls));
    Ok(match &address.form {
        Form::Single => {
            let mut nodes = nodes;
            let Some(addr) = nodes.next() else {
                return Err(RedisError::from((redis::ErrorKind::InvalidClientConfig, "no host is named")));
            };
            Target::Single(Box::new(Client::open(info(addr, redis_settings(address))?)?))
        }
        Form::Sentinel(master) => {
            let sentinels =
                nodes.map(|addr| info(addr, RedisConnectionInfo::default())).collect::<Result<Vec<_>, _>>()?;
            let mut behind = SentinelNodeConnectionInfo::default().set_redis_connection_info(redis_settings(address));
            if address.tls {
                behind = behind.set_tls_mode(TlsMode::Secure);
            }
            let client = SentinelClient::build(sentinels, master, Some(behind), SentinelServerType::Master)?;
            Target::Sentinel(Box::new(Mutex::new(client)))
        }
        Form::Cluster => {
            let nodes = nodes.map(|addr| info(addr, redis_settings(address))).collect::<Result<Vec<_>, _>>()?;
            // One more try after a node moved or fell away. A mark put twice reads as taken, which is the safe side.
            let builder =
                ClusterClient::builder(nodes).retries(1).connection_timeout(patience).response_timeout(patience);
            Target::Cluster(Box::new(builder.build()?))
        }
    })
}

fn node(host: &str, port: u16, tls: bool) -> ConnectionAddr {
    let host = host.to_owned();
    if tls {
        ConnectionAddr::TcpTls { host, port, insecure: false, tls_params: None }
    } else {
        ConnectionAddr::Tcp(host, port)
    }
}

fn info(addr: ConnectionAddr, settings: RedisConnectionInfo) -> Result<ConnectionInfo, RedisError> {
    Ok(addr.into_connection_info()?.set_redis_settings(settings))
}

fn redis_settings(address: &RedisAddress) -> RedisConnectionInfo {
    let mut settings = RedisConnectionInfo::default().set_db(address.database);
    if let Some(username) = &address.username {
        settings = settings.set_username(username);
    }
    if let Some(password) = &address.password {
        settings = settings.set_password(password);
    }
    settings
}

impl ConnectionLike for Connection {
    fn req_packed_command<'a>(&'a mut self, command: &'a Cmd) -> RedisFuture<'a, Value> {
        match self {
            Self::Single(connection) => connection.req_packed_command(command),
            Self::Master(connection) => connection.req_packed_command(command),
            Self::Cluster(connection) => connection.req_packed_command(command),
        }
    }

    fn req_packed_commands<'a>(
        &'a mut self,
        pipeline: &'a Pipeline,
        offset: usize,
        count: usize,
    ) -> RedisFuture<'a, Vec<Value>> {
        match self {
            Self::Single(connection) => connection.req_packed_commands(pipeline, offset, count),
            Self::Master(connection) => connection.req_packed_commands(pipeline, offset, count),
            Self::Cluster(connection) => connection.req_packed_commands(pipeline, offset, count),
        }
    }

    fn get_db(&self) -> i64 {
        match self {
            Self::Single(connection) => connection.get_db(),
            Self::Master(connection) => connection.get_db(),
            Self::Cluster(connection) => connection.get_db(),
        }
    }
}
